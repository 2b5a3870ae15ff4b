"""What is unlikely to be as it looks: times at one hour, responses of no time, codes that half of the rows hold."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from hmic_analysis.contracts import Contract
from hmic_analysis.store.sql import literal
from hmic_analysis.store.stage import stage_name

#: Share of a column's values from which something holds "throughout", and fewest values for it to tell anything.
THROUGHOUT, FEWEST, FEWEST_HOURS = 0.95, 3, 20
#: Rows of which half hold one code before it is told.
CODED = 31


def oddities(con: duckdb.DuckDBPyConnection, contract: Contract, staged: set[str]) -> list[str]:
    """Remarks on the kept rows of a table, in words."""
    found = list(_times(con, contract))
    if contract.name == "deployment" and "incident" in staged:
        found += _no_time(con)
    return found + list(_codes(con, contract))


def _times(con: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[str]:
    # Columns that are meant to hold hours are passed over.
    columns = [c.name for c in contract.columns if c.kind == "timestamp" and not c.name.startswith("hour")]
    if not columns:
        return
    # In whole zones the minutes of a time are those of the wall clock; the hour moves by one with the season.
    tests = ", ".join(
        f"count({c}), count(*) FILTER ({c} = date_trunc('hour', {c})), "
        f"mode(minute({c}) * 60 + second({c})), count(DISTINCT hour({c})) FILTER ({c} IS NOT NULL), "
        f"max(day({c})), count(DISTINCT month({c}))"
        for c in columns
    )
    stage = f"(SELECT * FROM {stage_name(contract.name)} WHERE len(reasons) = 0)"
    row = con.execute(f"SELECT {tests} FROM {stage}").fetchall()[0]
    days, rough = [], []
    for i, column in enumerate(columns):
        n, whole, second, hours, latest, months = row[6 * i : 6 * i + 6]
        if n >= CODED and latest <= 12 and months > 2:
            yield (
                f"{column} is never later than the 12th of a month: it is likely to be written month first; say its "
                "format in the mapping"
            )
        if n < FEWEST:
            continue
        at = f"count(*) FILTER (minute({column}) * 60 + second({column}) = {second})"
        same = con.execute(f"SELECT {at} FROM {stage}").fetchall()[0][0] if hours <= 2 else 0
        if hours <= 2 and same >= THROUGHOUT * n and (second == 0 or n >= FEWEST_HOURS):
            days.append(column)
        elif whole >= THROUGHOUT * n and n >= FEWEST_HOURS:
            rough.append(column)
    if days:
        yield (
            f"{' and '.join(days)} at one time of day throughout: likely to be a day; say 'precision: day' in the "
            "mapping, so that no length of time is taken from it"
        )
    if rough:
        yield f"{' and '.join(rough)} at whole hours throughout: lengths of time from it are rough"


def _no_time(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Arrivals at the very moment at which the incident was created."""
    n, none = con.execute(
        "SELECT count(*), count(*) FILTER (s.at_scene_at = i.created_at) FROM stage_deployment s "
        "JOIN stage_incident i USING (incident_id) WHERE len(s.reasons) = 0 AND len(i.reasons) = 0 "
        "AND s.at_scene_at IS NOT NULL AND i.created_at IS NOT NULL"
    ).fetchall()[0]
    if n >= FEWEST and 2 * none > n:
        yield f"{none:,} of {n:,} arrivals are at the moment at which the incident was created: 0.0 minutes"


def _codes(con: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[str]:
    columns = [c.name for c in contract.columns if c.kind == "code" and len(c.allowed) > 2]
    if not columns:
        return
    stage = f"(SELECT * FROM {stage_name(contract.name)} WHERE len(reasons) = 0)"
    tests = " UNION ALL ".join(
        f"SELECT {literal(c)} AS name, {c}::VARCHAR AS code, count(*) AS n FROM {stage} WHERE {c} IS NOT NULL "
        "GROUP BY ALL"
        for c in columns
    )
    query = f"SELECT name, arg_max(code, n), max(n), sum(n) FROM ({tests}) GROUP BY name ORDER BY name"
    held = [(c, code, n, of) for c, code, n, of in con.execute(query).fetchall() if of >= CODED and 2 * n >= of]
    if held:
        said = ", ".join(f"{c} {code} ({100 * n / of:.0f}%)" for c, code, n, of in held)
        yield f"one code stands in half of the rows or more: {said}"
