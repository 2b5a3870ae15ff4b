"""Timestamps: from texts to UTC, with the hours that the clocks repeat or leave out."""

from __future__ import annotations

import duckdb

from hmic_analysis.contracts import Column
from hmic_analysis.store import times, zones
from hmic_analysis.store.columns import Context, coded_text, source_text
from hmic_analysis.store.mapping import Source, TableSpec
from hmic_analysis.store.plan import SECONDS, Plan, number_text
from hmic_analysis.store.sql import literal

#: Clocks of two systems differ by seconds; an ambiguous time so little too early is still the first occurrence.
JITTER = "INTERVAL 1 MINUTE"


def in_order(stamps: list[Column], spec: TableSpec) -> list[Column]:
    """Timestamp columns, those on which another hangs by ``on`` first."""
    done: list[Column] = []
    waiting = list(stamps)
    while waiting:
        names = {c.name for c in done}
        ready = [c for c in waiting if spec.columns[c.name].on is None or spec.columns[c.name].on in names]
        done += ready
        waiting = [c for c in waiting if c not in ready]
    return done


def add_timestamp(
    con: duckdb.DuckDBPyConnection, plan: Plan, context: Context, column: Column, source: Source, home: str
) -> None:
    """Add a timestamp column to the plan, up to its first possible instant ``f_NAME`` (UTC without zone).

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    plan : Plan
    context : Context
    column : Column
    source : Source
    home : str
        Zone in which it is read where the mapping names none.
    """
    n = column.name
    plan.text[f"p_{n}"] = source_text(context, source)
    plan.coded[f"k_{n}"] = coded_text(f"p_{n}", source)
    plan.split[f"t_{n}"] = f"unzoned(k_{n})"
    plan.split[f"o_{n}"] = f"offset_of(k_{n})"
    failed = f"t_{n} IS NOT NULL AND w_{n} IS NULL AND d_{n} IS NULL"
    if source.time is not None:
        plan.text[f"h_{n}"] = context.cell(source.time, source)
        plan.split[f"hs_{n}"] = f"clock_of(unzoned(h_{n}))"
        plan.split[f"o_{n}"] = f"offset_of(h_{n})"
        failed = f"h_{n} IS NOT NULL AND hs_{n} IS NULL"
        clock = f"to_microseconds(round(hs_{n} * 1000000)::BIGINT)"
        if source.date is not None:
            tries = f"{times.day(f't_{n}', source.format)}, {times.stamp(f't_{n}', source.format)}"
            midnight = f"date_trunc('day', coalesce({tries}))"
            plan.wall[f"d_{n}"] = not_missing(con, context, source, midnight)
            wall = f"d_{n} + {clock}"
            failed = f"({failed}) OR (t_{n} IS NOT NULL AND d_{n} IS NULL)"
        else:
            base = f"date_trunc('day', w_{source.on}) + {clock}"
            wraps = f"CASE WHEN {base} < w_{source.on} THEN INTERVAL 1 DAY ELSE INTERVAL 0 DAY END"
            wall = f"{base} + {wraps}" if source.wraps_midnight else base
            plan.wall[f"d_{n}"] = "NULL::TIMESTAMP"
    else:
        wall = not_missing(con, context, source, times.stamp(f"t_{n}", source.format))
        plan.wall[f"d_{n}"] = not_missing(con, context, source, times.day(f"t_{n}", source.format))
        failed += but_sentinel(con, context, source, f"t_{n}")
    plan.no_clock.append(f"(w_{n} IS NULL AND d_{n} IS NOT NULL)")
    zone = source.timezone or context.file.timezone or context.mapping.timezone or home
    _plus(plan, context, n, source)
    plan.wall[f"w_{n}"] = wall
    fixed = "UTC" if times.is_utc(source.format) else zone
    code = f"{zones.zone_macros(con, fixed)[0]}(w_{n})"
    plan.code[f"z_{n}"] = f"CASE WHEN o_{n} IS NULL THEN {code} ELSE (86400 + o_{n} * 60) * 1000 END"
    later = f" + to_microseconds(round(q_{n} * 1000000)::BIGINT)" if source.plus else ""
    plan.first[f"f_{n}"] = f"w_{n} - to_seconds(z_{n} // 1000 - 86400){later}"
    plan.fail(n, failed, "not a time", f"coalesce(h_{n}, p_{n})" if source.time else f"p_{n}")


def _plus(plan: Plan, context: Context, n: str, source: Source) -> None:
    if source.plus is None:
        return
    plan.text[f"x_{n}"] = context.cell(source.plus.column, source)
    if source.plus.unit == "hh:mm:ss":
        plan.split[f"q_{n}"] = f"seconds_of(x_{n})"
    else:
        plan.split[f"q_{n}"] = f"{number_text(f'x_{n}', context, source)} * {SECONDS[source.plus.unit]}"
    sane = f"abs(q_{n}) <= 366 * 86400"
    plan.fail(n, f"x_{n} IS NOT NULL AND ({sane}) IS NOT TRUE", "not a duration", f"x_{n}")


def resolve_fold(plan: Plan, column: Column, previous: list[str]) -> None:
    """Choose between the two occurrences of an hour that the clocks repeat.

    The first is taken, unless it lies before an earlier time of the same row (in the order of the contract) and the
    second does not.

    Parameters
    ----------
    plan : Plan
    column : Column
    previous : list of str
        Columns resolved before; ``column`` is added to it.
    """
    n = column.name
    code = f"(z_{n} % 1000)"
    ambiguous = f"({code} > 0 AND {code} <> {zones.GAP})"
    second = f"f_{n} + to_minutes({code})"
    if previous:
        before = f"greatest({', '.join(previous)})" if len(previous) > 1 else previous[0]
        test = f"{ambiguous} AND f_{n} < {before} - {JITTER} AND {second} >= {before} - {JITTER}"
        plan.value[f"u_{n}"] = f"CASE WHEN {test} THEN {second} ELSE f_{n} END"
    else:
        plan.value[f"u_{n}"] = f"f_{n}"
    previous.append(f"u_{n}")
    plan.ambiguous.append(f"coalesce({ambiguous}, false)")
    plan.missing_hour.append(f"coalesce({code} = {zones.GAP}, false)")


def _sentinel_values(con: duckdb.DuckDBPyConnection, context: Context, source: Source, kind: str) -> list[str]:
    """Missing values that are times, as SQL: ``1900-01-01`` also means ``1900-01-01 00:00:00``."""
    dated = [word for word in context.missing(source) if sum(c.isdigit() for c in word) >= 6]
    found = []
    for word in dated:
        text = literal(word)
        tries = [
            times.stamp(text, ()),
            times.day(text, ()),
            times.stamp(text, source.format),
            times.day(text, source.format),
        ]
        for (value,) in con.execute(f"SELECT unnest([{', '.join(tries)}])").fetchall():
            if value is not None:
                found.append(f"TIMESTAMP '{value}'" if kind == "timestamp" else f"DATE '{value.date()}'")
    return sorted(set(found))


def not_missing(
    con: duckdb.DuckDBPyConnection, context: Context, source: Source, value: str, kind: str = "timestamp"
) -> str:
    """SQL of ``value`` with sentinels such as 1900-01-01 made null."""
    sentinels = _sentinel_values(con, context, source, kind)
    return f"nullif_any({value}, [{', '.join(sentinels)}])" if sentinels else value


def but_sentinel(
    con: duckdb.DuckDBPyConnection, context: Context, source: Source, text: str, kind: str = "timestamp"
) -> str:
    """SQL that excepts sentinels from what could not be read."""
    sentinels = _sentinel_values(con, context, source, kind)
    if not sentinels:
        return ""
    read = f"coalesce({times.stamp(text, source.format)}, {times.day(text, source.format)})"
    read = read if kind == "timestamp" else f"CAST({read} AS DATE)"
    return f" AND coalesce({read} NOT IN ({', '.join(sentinels)}), true)"
