"""Which months a table covers: rows, first and last day of each, counted while it is loaded."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import duckdb

from hmic_analysis.contracts import Contract
from hmic_analysis.measures.months import MonthRows
from hmic_analysis.store.rawtable import RawTable
from hmic_analysis.store.stage import stage_name

#: Rows that fit below the header of a sheet, in the old and in the present format of workbooks.
SHEET_ROWS = (65_535, 1_048_575)


def months_of(con: duckdb.DuckDBPyConnection, contract: Contract, zone: str) -> dict[str, MonthRows]:
    """Rows kept in each month of a table, by the clock on the wall; empty for a table without a time."""
    times, month = _placed_by(contract)
    if not times and not month:
        return {}
    instants = [c for c in times if contract.column(c).kind == "timestamp"]
    # To the hour: a few thousand groups, whose wall time costs nothing, in place of every row's.
    stamp = f"date_trunc('hour', coalesce({', '.join(instants)}))" if instants else "NULL::TIMESTAMP"
    days = [c for c in times if c not in instants]
    day = f"coalesce({', '.join(days)})" if days else "NULL::DATE"
    groups = con.execute(
        f"SELECT {stamp} AS stamp, {day} AS day, {month or 'NULL::DATE'} AS month, count(*) "
        f"FROM {stage_name(contract.name)} WHERE len(reasons) = 0 GROUP BY ALL"
    ).fetchall()
    found: dict[str, tuple[int, int, int]] = {}
    local = ZoneInfo(zone)
    for at, on, whole, n in groups:
        known = _day(at, local) if at is not None else on
        if known is None and whole is None:
            continue
        first, last = (known.day, known.day) if known is not None else (0, 0)
        key = f"{known or whole:%Y-%m}"
        rows, lo, hi = found.get(key, (0, 0, 0))
        earliest = min((d for d in (lo, first) if d), default=0)
        found[key] = (rows + n, earliest, max(hi, last))
    return {key: MonthRows(*found[key]) for key in sorted(found)}


def _day(at: datetime, local: ZoneInfo) -> date:
    return at.replace(tzinfo=UTC).astimezone(local).date()


def _placed_by(contract: Contract) -> tuple[list[str], str]:
    """The columns that place a row in time, the first that is filled, and the month in place of them."""
    if not contract.time:
        times = [c.name for c in contract.columns if c.kind == "timestamp"]
        return (times if contract.steady else []), ""
    column = contract.column(contract.time)
    return (
        ([column.month_of] if column.month_of else [], column.name) if column.kind == "month" else ([column.name], "")
    )


def cut_off(raws: list[RawTable]) -> list[str]:
    """Files that hold exactly as many rows as a sheet can: what did not fit was dropped without a word."""
    return [
        f"{raw.file} holds exactly {raw.read:,} rows, as many as a sheet of a workbook can hold: it may have been cut "
        "off there. Ask how many rows the system holds"
        for raw in raws
        if raw.read in SHEET_ROWS
    ]
