"""The rows kept aside: one CSV file a table, with every reason and the original fields."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pyarrow as pa

from hmic_analysis.store.feeds import Feed
from hmic_analysis.store.lines import fetch_lines
from hmic_analysis.store.output import OUT_OF_SCOPE, Accounts
from hmic_analysis.store.persons import make_private_folder, restrict
from hmic_analysis.store.rawtable import RawTable
from hmic_analysis.store.sql import literal, scalar
from hmic_analysis.store.stage import stage_name

#: Name of the file of what could not be read as rows.
UNREADABLE = "not_rows"


def write_rejected(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    raws: list[RawTable],
    feeds: list[Feed],
    accounts: Accounts,
    work: Path,
) -> None:
    """Write the rows kept aside, one CSV file a table, readable by their owner only.

    Each row has the file, the row in it, the table, every reason, and the original fields as JSON.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    folder : pathlib.Path
        Made if need be; files of an earlier run that have no successor are removed.
    raws : list of RawTable
    feeds : list of Feed
    accounts : Accounts
        They say where there is nothing to look for.
    work : pathlib.Path
        Folder for copies.
    """
    make_private_folder(folder)
    restrict(folder)
    _fetch_originals(con, raws, feeds, work)
    written = set()
    for table in dict.fromkeys(f.table for f in feeds):
        refused = {a.file for a in accounts.tables[table] if a.rejected}
        parts = [
            f"SELECT {n} AS fileno, {literal(raw.file)} AS file, s._row AS row, {literal(table)} AS table, "
            f"array_to_string(s.reasons, ' | ') AS reasons, {raw.original()}::VARCHAR AS original "
            f"FROM {stage_name(table)} s JOIN {raw.table}_rows r ON r._row = s._row "
            f"WHERE s.file = {n} AND len(s.reasons) > 0"
            for n, raw in enumerate(raws)
            if raw.file in refused and any(f.table == table and f.raw is raw for f in feeds)
        ]
        written.add(_copy(con, folder, table, parts))
    outside = [
        f"SELECT {n} AS fileno, {literal(raw.file)} AS file, o._row AS row, '' AS table, o.reason AS reasons, "
        f"{raw.original()}::VARCHAR AS original FROM {raw.table}_outside o JOIN {raw.table}_rows r ON r._row = o._row"
        for n, raw in enumerate(raws)
        if accounts.files[n].rejected > len(raw.bad)
    ]
    written.add(_copy(con, folder, OUT_OF_SCOPE, outside))
    bad = [(n, raw.file, b.line, b.reason, _text(b.raw)) for n, raw in enumerate(raws) for b in raw.bad]
    kinds = {
        "fileno": pa.int64(),
        "file": pa.string(),
        "row": pa.int64(),
        "reason": pa.string(),
        "text": pa.string(),
    }
    columns = zip(*bad, strict=True) if bad else [()] * len(kinds)
    con.register(
        "bad_lines",
        pa.table({k: pa.array(list(c), kind) for (k, kind), c in zip(kinds.items(), columns, strict=True)}),
    )
    text = "to_json({'line': text})::VARCHAR"
    line = f"SELECT fileno, file, row, '' AS table, reason AS reasons, {text} AS original FROM bad_lines"
    written.add(_copy(con, folder, UNREADABLE, [line]))
    for old in folder.glob("*.csv"):
        if old.name not in written:
            old.unlink()


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
