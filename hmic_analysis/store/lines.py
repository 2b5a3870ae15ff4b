"""The text of single lines of a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from hmic_analysis.store.layout import Layout
from hmic_analysis.store.rawtable import column_list
from hmic_analysis.store.regular import look


def fetch_lines(con: duckdb.DuckDBPyConnection, layout: Layout, table: str, numbers: Iterable[int], work: Path) -> bool:
    """Add lines of a file, as text, to a raw table.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    layout : Layout
    table : str
        Columns ``c1`` ... and ``_row``; made if need be.
    numbers : iterable of int
        Numbers of the lines wanted.
    work : pathlib.Path
        Folder for a copy of them.

    Returns
    -------
    bool
        Whether all of them are ASCII without control characters and without blanks around values.

    Raises
    ------
    duckdb.Error
        If a line is no record.
    """
    con.execute(f"CREATE TABLE IF NOT EXISTS {table} ({column_list(len(layout.names), 'VARCHAR')}, _row BIGINT)")
    wanted = np.array(sorted(numbers), dtype=np.int64)
    if not len(wanted):
        return True
    part = work / f"{table}-lines.csv"
    _copy_lines(layout, wanted, part)
    kinds = dict.fromkeys(layout.columns, "VARCHAR")
    con.execute(f"CREATE OR REPLACE TEMP TABLE lines_read AS SELECT * FROM {layout.reader(kinds, part)}")
    con.register("lines_wanted", pa.table({"position": np.arange(len(wanted)), "_row": wanted}))
    con.execute(
        f"INSERT INTO {table} SELECT l.* EXCLUDE (position), w._row "
        "FROM (SELECT *, rowid AS position FROM lines_read) l JOIN lines_wanted w USING (position)"
    )
    con.unregister("lines_wanted")
    seen = look(part, 0, layout.delimiter, layout.quote)
    blanks = (f"starts_with({n}, ' ') OR ends_with({n}, ' ')" for n in layout.columns)
    untidy = con.execute(f"SELECT 1 FROM lines_read WHERE {' OR '.join(blanks)} LIMIT 1").fetchall()
    con.execute("DROP TABLE lines_read")
    part.unlink()
    return seen is not None and seen.plain and not untidy


def _copy_lines(layout: Layout, wanted: np.ndarray, target: Path) -> None:
    left = iter(wanted.tolist())
    following = next(left)
    with layout.path.open("rb") as stream, target.open("wb") as copy:
        stream.seek(layout.start)
        for number, line in enumerate(stream, start=layout.first_line):
            if number == following:
                copy.write(line if line.endswith(b"\n") else line + b"\n")
                following = next(left, None)
                if following is None:
                    return
