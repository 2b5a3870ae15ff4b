"""Read sheets of workbooks and Parquet files into tables of plain text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import xlrd
from openpyxl.utils.exceptions import InvalidFileException

from hmic_analysis.errors import DataError
from hmic_analysis.store.csvfile import is_footer
from hmic_analysis.store.mapping import FileSpec
from hmic_analysis.store.rawtable import RawTable, column_list, fold_name, footer_from
from hmic_analysis.store.sql import literal, name
from hmic_analysis.store.textfile import BadLine

# --------------------------------------------------------------------------------------------------------------------
# The cells of a workbook as the text that a CSV file would hold for them.

#: Parts of a number format that stand for no part of a time: texts, colours, conditions, escaped signs.
_NO_CODE = re.compile(r'"[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


def xlsx_rows(sheet: Any) -> Iterator[tuple[str | None, ...]]:
    """Rows of a sheet that openpyxl opened, every cell as text."""
    # Some programs write a wrong used range; without it all cells are read.
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        yield tuple(_xlsx_text(cell) for cell in row)


def _xlsx_text(cell: Any) -> str | None:
    value = cell.value
    # A day without time of day is kept as midnight; only what the cell shows tells it from a midnight.
    if isinstance(value, datetime) and value.time() == time() and not shows_clock(cell.number_format):
        value = value.date()
    return cell_text(value)


def shows_clock(number_format: str) -> bool:
    """Whether a cell of this number format shows a time of day."""
    codes = _NO_CODE.sub("", number_format.split(";")[0]).lower()
    return "h" in codes or "s" in codes or "am/pm" in codes


def xls_rows(book: Any, sheet: Any) -> Iterator[tuple[str | None, ...]]:
    """Rows of a sheet that xlrd opened, every cell as text."""
    for r in range(sheet.nrows):
        yield tuple(_xls_text(cell, book) for cell in sheet.row(r))


def _xls_text(cell: Any, book: Any) -> str | None:
    if cell.ctype == xlrd.XL_CELL_DATE:
        shown = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        if cell.value < 1 or "[h" in shown.lower():
            return cell_text(timedelta(days=cell.value))
        value = xlrd.xldate_as_datetime(cell.value, book.datemode)
        return cell_text(value if value.time() != time() or shows_clock(shown) else value.date())
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return cell_text(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERROR")
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    return cell_text(cell.value)


def cell_text(value: Any) -> str | None:
    """A cell as the text that a CSV file would hold for it.

    Times in ISO form to the nearest thousandth of a second, whole numbers without decimals; None for an empty cell.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        value = (value + timedelta(microseconds=500)).replace(microsecond=0) if value.microsecond > 999_000 else value
        return value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        sign = "-" if seconds < 0 else ""
        return f"{sign}{abs(seconds) // 3600:02d}:{abs(seconds) // 60 % 60:02d}:{abs(seconds) % 60:02d}"
    return str(value)


# --------------------------------------------------------------------------------------------------------------------
# Read sheets of workbooks and Parquet files into tables of plain text.

_BATCH = 20_000
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    KeyError,
    ValueError,
    OSError,
    EOFError,
    IndexError,
    TypeError,
    AttributeError,
    SyntaxError,
)


class Book:
    """An open workbook: its sheets and their rows as text."""

    def __init__(self, sheets: dict[str, Any], rows: Any) -> None:
        self._sheets = sheets
        self._rows = rows

    @property
    def names(self) -> list[str]:
        """Names of the sheets, in order."""
        return list(self._sheets)

    def rows(self, sheet: str) -> Iterator[tuple[str | None, ...]]:
        """Rows of a sheet from its first, every cell as text."""
        return self._rows(self._sheets[sheet])


@contextmanager
def open_book(path: Path, shown: str) -> Iterator[Book]:
    """Open a workbook by what it is, not by its ending."""
    with path.open("rb") as stream:
        head = stream.read(4)
    if head not in (_OLE, _ZIP):
        raise DataError(
            f"{shown}: is not a workbook, though its name says so. If it opens as text, declare 'format: csv' in the "
            "mapping; otherwise ask for it again."
        )
    try:
        if head == _ZIP:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            close, opened = book.close, Book({s.title: s for s in book.worksheets}, xlsx_rows)
        else:
            book = xlrd.open_workbook(path, on_demand=True, formatting_info=True)
            sheets = {n: n for n in book.sheet_names()}
            close = book.release_resources
            opened = Book(sheets, lambda n: xls_rows(book, book.sheet_by_name(n)))
    except _BROKEN as error:
        hint = " It may be protected by a password: save it without." if head == _OLE else ""
        raise DataError(f"{shown}: the workbook is damaged ({_said(error)}).{hint} Ask for it again.") from error
    try:
        yield opened
    finally:
        close()


def read_sheet(
    con: duckdb.DuckDBPyConnection, book: Book, sheet: str, shown: str, spec: FileSpec, table: str
) -> RawTable | None:
    """Read one sheet.

    None where the sheet holds no header.
    """
    try:
        return _read_rows(con, book.rows(sheet), shown, spec, table)
    except _BROKEN as error:
        raise DataError(f"{shown}: the sheet is damaged ({_said(error)}). Ask for it again.") from error


def choose_sheets(book: Book, spec: FileSpec, shown: str) -> list[str]:
    """The sheets that a mapping asks for: by name (``*`` and ``?`` allowed), by number from 1, else the first."""
    if spec.sheet is None:
        return book.names[:1]
    wanted = fold_name(spec.sheet)
    found = [s for s in book.names if fold_name(s) == wanted or fnmatchcase(fold_name(s), wanted)]
    if not found and wanted.isdigit() and 1 <= int(wanted) <= len(book.names):
        found = [book.names[int(wanted) - 1]]
    if not found:
        raise DataError(f"{shown}: has no sheet '{spec.sheet}'. Sheets: {', '.join(book.names)}.")
    return found


def _read_rows(
    con: duckdb.DuckDBPyConnection,
    rows: Iterator[tuple[str | None, ...]],
    shown: str,
    spec: FileSpec,
    table: str,
) -> RawTable | None:
    names: tuple[str, ...] | None = None
    batch: list[tuple[str | int | None, ...]] = []
    bad: list[BadLine] = []
    number = read = 0
    header = 0 if spec.header == "none" else spec.header
    for number, row in enumerate(rows, start=1):
        if names is None and number >= max(header, 1):
            if header == 0 and any(row):
                names = spec.names or tuple(f"column {i}" for i in range(1, len(row) + 1))
            elif header:
                names = _header(row)
                if not names:
                    return None
            if names:
                con.execute(f"CREATE TABLE {table} ({column_list(len(names), 'VARCHAR')}, _row BIGINT)")
            if header or not names:
                continue
        if names is None or not any(cell is not None and cell.strip() for cell in row):
            continue
        read += 1
        if any(row[len(names) :]):
            raw = "\t".join(cell or "" for cell in row).encode()
            bad.append(BadLine(number, "has values beyond the columns of the header", raw))
            continue
        batch.append((*row[: len(names)], *[None] * (len(names) - len(row)), number))
        if len(batch) == _BATCH:
            _insert(con, table, batch)
    if names is None:
        return None
    _insert(con, table, batch)
    start = footer_from(con, table, len(names), bad, spec.footer.rows)
    bad = [
        BadLine(b.line, "footer or total row", b.raw) if is_footer(b.raw.decode(), b.line, start, spec) else b
        for b in bad
    ]
    return RawTable(table, shown, names, read, tuple(bad), footer_from=start)


def _header(row: tuple[str | None, ...]) -> tuple[str, ...]:
    cells = [cell or "" for cell in row]
    while cells and not cells[-1].strip():
        cells.pop()
    return tuple(cells)


def _insert(con: duckdb.DuckDBPyConnection, table: str, batch: list[tuple[str | int | None, ...]]) -> None:
    if not batch:
        return
    columns = list(zip(*batch, strict=True))
    arrays = [pa.array(c, pa.string()) for c in columns[:-1]] + [pa.array(columns[-1], pa.int64())]
    con.register("sheet_batch", pa.table(arrays, names=[f"a{i}" for i in range(len(arrays))]))
    con.execute(f"INSERT INTO {table} SELECT * FROM sheet_batch").fetchall()
    con.unregister("sheet_batch")
    batch.clear()


def read_parquet(con: duckdb.DuckDBPyConnection, path: Path, shown: str, table: str) -> RawTable:
    """Read a Parquet file, every value as text."""
    source = f"read_parquet({literal(str(path))})"
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        parts = [f"{_as_text(row[0], row[1])} AS c{i}" for i, row in enumerate(described, start=1)]
        con.execute(f"CREATE TABLE {table}_lines AS SELECT {', '.join(parts)} FROM {source}").fetchall()
    except duckdb.Error as error:
        raise DataError(f"{shown}: the Parquet file is damaged ({_said(error)}). Ask for it again.") from error
    con.execute(f"CREATE VIEW {table} AS SELECT *, rowid + 1 AS _row FROM {table}_lines")
    count = con.execute(f"SELECT count(*) FROM {table}_lines").fetchall()[0][0]
    return RawTable(table, shown, tuple(row[0] for row in described), count)


def _as_text(column: str, kind: str) -> str:
    column = name(column)
    if kind in ("DOUBLE", "FLOAT"):
        return f"regexp_replace({column}::VARCHAR, '\\.0$', '')"
    if kind == "BLOB":
        return f"decode({column})"
    return f"{column}::VARCHAR"


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
