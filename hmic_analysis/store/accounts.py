"""The account of every row: the manifest of a force's tables, the rows kept aside, and what is said of both."""

import os
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from hmic_analysis.contracts import CONTRACTS, Contract
from hmic_analysis.contracts.base import is_unread_flag
from hmic_analysis.store.columns import filter_test
from hmic_analysis.store.csvfile import fetch_lines
from hmic_analysis.store.feeds import Feed
from hmic_analysis.store.manifest import RowAccount
from hmic_analysis.store.persons import make_private_folder, restrict
from hmic_analysis.store.rawtable import RawTable, hand_over, literal, scalar
from hmic_analysis.store.stage import ANOTHER, stage_name
from hmic_analysis.store.textfile import BadLine

# Write what preparing one force gives: Parquet tables and the account of every row.

#: How tables are written: half of the usual effort packs them as small.
PARQUET = "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1"
#: Reason of rows that were offered to no table.
OUT_OF_SCOPE = "out_of_scope"
#: Reason of the rows of a file whose only tables could not be made.
NOT_MADE = "its table could not be made"


@dataclass
class Accounts:
    """Rows by file, and by file and table."""

    files: list[RowAccount] = field(default_factory=list)
    tables: dict[str, list[RowAccount]] = field(default_factory=dict)


def write_table(
    con: duckdb.DuckDBPyConnection, contract: Contract, feeds: list[Feed], files: dict[int, str], path: Path
) -> None:
    """Write the kept rows of a table as Parquet, sorted by time."""
    columns = []
    for column in contract.columns:
        kind = {"timestamp": "TIMESTAMPTZ", "code": "VARCHAR"}.get(column.kind)
        columns.append(f"{column.name}::{kind} AS {column.name}" if kind else column.name)
    own = {i: f for i, f in enumerate(feeds) if f.table == contract.name}
    sources = " ".join(f"WHEN {i} THEN {literal(f.source)}" for i, f in own.items())
    fed = {f.raw.file for f in own.values()}
    names = " ".join(f"WHEN {i} THEN {literal(f)}" for i, f in files.items() if f in fed)
    columns += [
        f"CASE feed {sources} END AS source",
        f"CASE file {names} END AS source_file",
        "_row AS source_row",
        "array_to_string(flags, ';') AS flags",
    ]
    order = ", ".join(x for x in (contract.time and f"{contract.time} NULLS FIRST", "file", "_row", "feed") if x)
    kept = f"SELECT * FROM {stage_name(contract.name)} WHERE len(reasons) = 0"
    if not _in_order(con, contract, feeds, kept):
        kept += f" ORDER BY {order}"
    con.execute(f"COPY (SELECT {', '.join(columns)} FROM ({kept})) TO {literal(str(path))} ({PARQUET})").fetchall()


def _in_order(con: duckdb.DuckDBPyConnection, contract: Contract, feeds: list[Feed], kept: str) -> bool:
    """Whether the rows kept already stand in the order of their time: to look is far cheaper than to sort."""
    if sum(f.table == contract.name for f in feeds) > 1:
        return False
    # Rows that were flagged have moved to the end of the staging table.
    time = contract.time or "0"
    seen = f"SELECT {time} AS t, _row AS r, lag({time}) OVER () AS t0, lag(_row) OVER () AS r0 FROM ({kept})"
    back = "t < t0 OR (t IS NULL AND t0 IS NOT NULL) OR (t IS NOT DISTINCT FROM t0 AND r < r0)"
    return not con.execute(f"SELECT 1 FROM ({seen}) WHERE {back} LIMIT 1").fetchall()


def first_and_last(con: duckdb.DuckDBPyConnection, contract: Contract, name: str, zone: str) -> tuple[str, str]:
    """Earliest and latest kept value of a time column, in local time; blank if there is none."""
    if not name:
        return "", ""
    column = contract.column(name)
    ends = con.execute(
        f"SELECT min({column.name}), max({column.name}) FROM {stage_name(contract.name)} WHERE len(reasons) = 0"
    ).fetchall()[0]
    shown = 7 if column.kind == "month" else 10

    def local(value: date) -> date:
        return value.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) if isinstance(value, datetime) else value

    first, last = ("" if end is None else local(end).isoformat()[:shown] for end in ends)
    return first, last


def count_flags(accounts: list[RowAccount]) -> dict[str, int]:
    """Kept rows of a table by flag."""
    found: Counter[str] = Counter()
    for entry in accounts:
        found.update(entry.flags)
    return dict(sorted(found.items()))


def account(
    con: duckdb.DuckDBPyConnection, raws: list[RawTable], feeds: list[Feed], expecting: Collection[str] = ()
) -> Accounts:
    """Account for every row of every file; ``expecting`` names the raw tables that may hold another force's rows."""
    result = Accounts()
    tables = list(dict.fromkeys(f.table for f in feeds))
    for table in tables:
        fed_by = [f for f in feeds if f.table == table]
        result.tables[table] = _with_unoffered(con, table, raws, fed_by, expecting)
    for number, raw in enumerate(raws):
        # Only the tables that this file feeds: a return of fifty files would else be looked through fifty times fifty.
        fed = [f.table for f in feeds if f.raw.table == raw.table]
        alone = len(fed) == 1 and raw.table not in expecting
        whole = _taken_whole(result.tables[fed[0]], raw) if alone else None
        if not fed:
            reasons = {NOT_MADE: raw.read} if raw.read else {}
            whole = RowAccount(
                file=raw.file, read=raw.read, kept=0, rejected=raw.read, reasons=reasons, sha256=raw.sha256
            )
        _outside(con, number, raw, None if whole else list(dict.fromkeys(fed)))
        result.files.append(whole or _file_account(con, number, raw, list(dict.fromkeys(fed)), result.tables))
    for entry in [*result.files, *(a for found in result.tables.values() for a in found)]:
        if entry.read != entry.kept + entry.rejected or min(entry.kept, entry.rejected) < 0:
            raise RuntimeError(f"rows of {entry.file} {entry.table} do not add up: {entry!r}")
    return result


def _table_accounts(con: duckdb.DuckDBPyConnection, table: str, raws: list[RawTable]) -> dict[int, RowAccount]:
    """Rows offered to a table by the number of the raw table; one file may be read by several sources."""
    stage = stage_name(table)
    counts = con.execute(
        f"SELECT file, count(*), count(*) FILTER (len(reasons) = 0), count(*) FILTER (len(flags) > 0), "
        f"count(*) FILTER (len(cells) > 0 AND len(reasons) = 0) FROM {stage} "
        "GROUP BY file ORDER BY file"
    ).fetchall()
    # Most tables have no reason to tell and no flag; then there is nothing to count.
    reasons: dict[int, Counter[str]] = {}
    refused = any(offered > kept for _, offered, kept, *_ in counts)
    query = (
        "SELECT file, reason_kind(reason), count(*) FROM "
        f"(SELECT file, unnest(reasons) AS reason FROM {stage}) GROUP BY ALL ORDER BY ALL"
    )
    for file, reason, n in con.execute(query).fetchall() if refused else []:
        reasons.setdefault(file, Counter())[reason] = n
    flags: dict[int, Counter[str]] = {}
    flagged = any(n for *_, n, _ in counts)
    query = (
        f"SELECT file, flag, count(*) FROM (SELECT file, unnest(flags) AS flag FROM {stage} WHERE len(reasons) = 0) "
        "GROUP BY ALL ORDER BY ALL"
    )
    for file, flag, n in con.execute(query).fetchall() if flagged else []:
        if not is_unread_flag(flag):
            flags.setdefault(file, Counter())[flag] = n
    cells: dict[int, Counter[str]] = {}
    query = (
        "SELECT file, reason_kind(cell), count(*) FROM "
        f"(SELECT file, unnest(cells) AS cell FROM {stage} WHERE len(reasons) = 0) GROUP BY ALL ORDER BY ALL"
    )
    for file, cell, n in con.execute(query).fetchall() if any(n for *_, n in counts) else []:
        cells.setdefault(file, Counter())[cell] = n
    return {
        file: RowAccount(
            file=raws[file].file,
            table=table,
            read=offered,
            kept=kept,
            rejected=offered - kept,
            reasons=dict(reasons.get(file, {})),
            cells=dict(cells.get(file, {})),
            flags=dict(flags.get(file, {})),
            sha256=raws[file].sha256,
        )
        for file, offered, kept, *_ in counts
    }


def _with_unoffered(
    con: duckdb.DuckDBPyConnection, table: str, raws: list[RawTable], feeds: list[Feed], expecting: Collection[str]
) -> list[RowAccount]:
    """The accounts of a table with what it was not offered: lines that are no rows, and rows of another force.

    A line of a file that feeds several tables may have been of any of them, and is told for each.
    """
    found, seen, numbers = _table_accounts(con, table, raws), set(), {raw.table: n for n, raw in enumerate(raws)}
    for feed in feeds:
        raw, more = feed.raw, Counter() if feed.raw.table in seen else Counter(map(_bad_kind, feed.raw.bad))
        seen.add(raw.table)
        if raw.table in expecting:
            where = [
                f"starts_with(_skip, {literal(ANOTHER)})",
                *(filter_test(feed.context, t) for t in feed.spec.where),
            ]
            query = f"SELECT _skip, count(*) FROM {raw.table}_rows WHERE {' AND '.join(where)} GROUP BY _skip"
            more.update(dict(con.execute(query).fetchall()))
        if more:
            none = RowAccount(file=raw.file, table=table, read=0, kept=0, rejected=0, sha256=raw.sha256)
            own, n = found.get(numbers[raw.table], none), sum(more.values())
            reasons = dict(sorted((Counter(own.reasons) + more).items()))
            update = {"read": own.read + n, "rejected": own.rejected + n, "reasons": reasons}
            found[numbers[raw.table]] = own.model_copy(update=update)
    return [found[number] for number in sorted(found)]


def _taken_whole(accounts: list[RowAccount], raw: RawTable) -> RowAccount | None:
    """The account of a file whose every row was offered to one table: that of the table; None for other files."""
    found = [a for a in accounts if a.file == raw.file]
    if raw.bad or len(found) != 1 or found[0].read != raw.read:
        return None
    return found[0].model_copy(update={"table": "", "flags": {}, "reasons": dict(sorted(found[0].reasons.items()))})


def _outside(con: duckdb.DuckDBPyConnection, number: int, raw: RawTable, tables: list[str] | None) -> None:
    """Make ``<raw>_outside``: rows that no table was offered, with their reason; none where tables are None."""
    if tables is None:
        con.execute(f"CREATE TABLE {raw.table}_outside (_row BIGINT, reason VARCHAR)")
        return
    staged = " UNION ALL ".join(f"SELECT _row FROM {stage_name(t)} WHERE file = {number}" for t in tables)
    staged = staged or "SELECT NULL::BIGINT AS _row WHERE false"
    con.execute(
        f"CREATE TABLE {raw.table}_outside AS SELECT _row, coalesce(_skip, '{OUT_OF_SCOPE}') AS reason "
        f"FROM {raw.table}_rows r ANTI JOIN ({staged}) s USING (_row)"
    ).fetchall()


def _file_account(
    con: duckdb.DuckDBPyConnection, number: int, raw: RawTable, tables: list[str], by_table: dict[str, list[RowAccount]]
) -> RowAccount:
    reasons: Counter[str] = Counter(_bad_kind(line) for line in raw.bad)
    for reason, n in con.execute(f"SELECT reason, count(*) FROM {raw.table}_outside GROUP BY reason").fetchall():
        reasons[reason] += n
    selects = [
        f"SELECT _row, len(reasons) = 0 AS kept, reasons FROM {stage_name(t)} WHERE file = {number}" for t in tables
    ]
    kept = refused = 0
    if selects:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE fate AS SELECT _row, bool_or(kept) AS kept, "
            f"list_distinct(flatten(list(reasons))) AS reasons FROM ({' UNION ALL '.join(selects)}) GROUP BY _row"
        ).fetchall()
        kept = scalar(con, "SELECT count(*) FROM fate WHERE kept")
        refused = scalar(con, "SELECT count(*) FROM fate WHERE NOT kept")
        for reason, n in con.execute(
            "SELECT reason, count(*) FROM (SELECT _row, unnest(list_distinct(list_transform(reasons, "
            "lambda r: reason_kind(r)))) AS reason FROM fate WHERE NOT kept) GROUP BY reason ORDER BY reason"
        ).fetchall():
            reasons[reason] += n
    outside = scalar(con, f"SELECT count(*) FROM {raw.table}_outside")
    cells: Counter[str] = Counter()
    for table in tables:
        if any(a.cells for a in by_table[table] if a.file == raw.file):
            query = (
                "SELECT reason_kind(cell), count(*) FROM (SELECT unnest(cells) AS cell "
                f"FROM {stage_name(table)} WHERE file = {number} AND len(reasons) = 0) GROUP BY ALL"
            )
            cells.update(dict(con.execute(query).fetchall()))
    return RowAccount(
        file=raw.file,
        read=raw.read,
        kept=kept,
        rejected=refused + outside + len(raw.bad),
        reasons=dict(sorted(reasons.items())),
        cells=dict(sorted(cells.items())),
        sha256=raw.sha256,
    )


def _bad_kind(line: BadLine) -> str:
    return "wrong number of fields" if " fields where " in line.reason else line.reason


def contract_tables(feeds: list[Feed]) -> list[Contract]:
    """Contracts of the tables fed, in the order of the template."""
    fed = {f.table for f in feeds}
    return [c for n, c in CONTRACTS.items() if n in fed]


# The rows kept aside: one CSV file a table, with every reason and the original fields.

#: Name of the file of what could not be read as rows.
UNREADABLE = "not_rows"
#: Ends the name of the file of a table's rows that were kept without some of their cells.
CELLS = "_cells"


def write_rejected(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    raws: list[RawTable],
    feeds: list[Feed],
    accounts: Accounts,
    work: Path,
) -> None:
    """Write the rows kept aside and the cells set aside, one CSV file a table each, readable by their owner only.

    Each row has the file, the row in it, the table, every reason, and the original fields as JSON.
    """
    make_private_folder(folder)
    restrict(folder)
    _fetch_originals(con, raws, feeds, work)
    written = set()
    for table in dict.fromkeys(f.table for f in feeds):
        fed = {n: raw for n, raw in enumerate(raws) if any(f.table == table and f.raw is raw for f in feeds)}
        refused = {a.file for a in accounts.tables[table] if a.rejected}
        rows = {n: raw for n, raw in fed.items() if raw.file in refused}
        written.add(_copy(con, folder, table, _with_reasons(table, rows, "reasons", "len(s.reasons) > 0")))
        partly = {a.file for a in accounts.tables[table] if a.cells}
        rows = {n: raw for n, raw in fed.items() if raw.file in partly}
        kept = "len(s.cells) > 0 AND len(s.reasons) = 0"
        written.add(_copy(con, folder, f"{table}{CELLS}", _with_reasons(table, rows, "cells", kept)))
    outside = [
        f"SELECT {n} AS fileno, {literal(raw.file)} AS file, o._row AS row, '' AS table, o.reason AS reasons, "
        f"{raw.original()}::VARCHAR AS original FROM {raw.table}_outside o JOIN {raw.table}_rows r ON r._row = o._row"
        for n, raw in enumerate(raws)
        if accounts.files[n].rejected > len(raw.bad)
    ]
    written.add(_copy(con, folder, OUT_OF_SCOPE, outside))
    bad = [(n, raw.file, b.line, b.reason, _text(b.raw)) for n, raw in enumerate(raws) for b in raw.bad]
    kinds = {"fileno": "BIGINT", "file": "VARCHAR", "row": "BIGINT", "reason": "VARCHAR", "text": "VARCHAR"}
    columns = zip(*bad, strict=True) if bad else [()] * len(kinds)
    hand_over(con, "bad_lines", {n: (kinds[n], list(c)) for n, c in zip(kinds, columns, strict=True)})
    text = "to_json({'line': text})::VARCHAR"
    line = f"SELECT fileno, file, row, '' AS table, reason AS reasons, {text} AS original FROM bad_lines"
    written.add(_copy(con, folder, UNREADABLE, [line]))
    for old in folder.glob("*.csv"):
        if old.name not in written:
            old.unlink()


def _with_reasons(table: str, raws: Mapping[int, RawTable], reasons: str, where: str) -> list[str]:
    """SQL of the staged rows of some files, by number: the row with a column of reasons and its original fields."""
    return [
        f"SELECT {n} AS fileno, {literal(raw.file)} AS file, s._row AS row, {literal(table)} AS table, "
        f"array_to_string(s.{reasons}, ' | ') AS reasons, {raw.original()}::VARCHAR AS original "
        f"FROM {stage_name(table)} s JOIN {raw.table}_rows r ON r._row = s._row WHERE s.file = {n} AND {where}"
        for n, raw in raws.items()
    ]


def _fetch_originals(con: duckdb.DuckDBPyConnection, raws: list[RawTable], feeds: list[Feed], work: Path) -> None:
    """Fetch the text of rows that were read with their types and kept aside later, such as repeats."""
    for feed in feeds:
        raw, number = feed.raw, next(n for n, raw in enumerate(raws) if raw is feed.raw)
        if raw.straight is None:
            continue
        refused = con.execute(
            f"SELECT _row FROM {stage_name(feed.table)} ANTI JOIN {raw.table} USING (_row) "
            f"WHERE file = {number} AND len(reasons) > 0"
        ).fetchall()
        if refused:
            fetch_lines(con, raw.straight.layout, raw.table, [row for (row,) in refused], work)


def _copy(con: duckdb.DuckDBPyConnection, folder: Path, name: str, parts: list[str]) -> str:
    if not parts:
        return ""
    query = " UNION ALL ".join(parts)
    if not scalar(con, f"SELECT count(*) FROM ({query})"):
        return ""
    part = folder / f".{name}.part"
    part.touch(mode=0o600)
    restrict(part)
    con.execute(
        f'COPY (SELECT file, row, "table", reasons, original FROM ({query}) ORDER BY fileno, row) '
        f"TO {literal(str(part))} (FORMAT csv, HEADER, USE_TMP_FILE false)"
    ).fetchall()
    final = folder / f"{name}.csv"
    os.replace(part, final)
    restrict(final)
    return final.name


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace").replace("\0", "\ufffd")
