"""Read sheets of workbooks and Parquet files into tables of plain text."""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import duckdb

from hmic_analysis.errors import DataError, PassingError, said
from hmic_analysis.store import reader, sheets
from hmic_analysis.store.csvfile import is_footer, too_long
from hmic_analysis.store.mapping import FileSpec
from hmic_analysis.store.rawtable import (
    NO_RESULT,
    RawTable,
    column_list,
    fold_name,
    footer_from,
    hand_over,
    literal,
    name,
    stack_names,
)  # fmt: skip
from hmic_analysis.store.sheets import MOST_CHARACTERS
from hmic_analysis.store.textfile import MOST_IN_LINE, BadLine, other_kind

_BATCH = 20_000
#: What the process that reads one workbook may take; a sheet of a million rows takes a minute and a gigabyte.
SECONDS, MEGABYTES = 600, 4_096


class Book:
    """An open workbook: its sheets and their rows as text, read by a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes], shown: str, seconds: int) -> None:
        self._process = process
        self._shown = shown
        self._seconds = seconds
        self._late = False
        self.names: list[str] = []
        #: Sheets that the workbook hides.
        self.unseen: set[str] = set()

    def give_up(self) -> None:
        """End the process: its time is up."""
        self._late = True
        self._process.kill()

    def answer(self, wanted: str) -> Any:
        """The next that the process says, which must be of the kind that is wanted."""
        try:
            kind, what = pickle.load(self._process.stdout)
        except (EOFError, pickle.UnpicklingError, OSError, ValueError) as error:
            why = (
                f"reading it took longer than {self._seconds} seconds"
                if self._late
                else "the process that read it was ended by it"
            )
            raise PassingError(self._fault(why).message) from error
        if kind == "memory":
            raise PassingError(self._fault(what).message)
        if kind == "fault":
            raise self._fault(what)
        assert kind in (wanted, "end"), kind
        return what

    def _fault(self, why: str) -> DataError:
        return DataError(
            f"{self._shown}: the workbook is damaged or is none that can be read: {why}. Ask for it again, as .xlsx or "
            "as CSV."
        )

    @property
    def first(self) -> str:
        """The first sheet that the workbook shows; the first of all where it shows none."""
        return next((name for name in self.names if name not in self.unseen), self.names[0])

    def rows(self, sheet: str) -> Iterator[sheets.Row]:
        """Rows of a sheet that hold something, every cell as text."""
        self._ask("rows", sheet)
        while (batch := self.answer("rows")) is not None:
            yield from batch

    def merged(self, sheet: str) -> list[sheets.Merged]:
        """The merged cells of a sheet."""
        self._ask("merged", sheet)
        return self.answer("merged")

    def hidden(self, sheet: str) -> list[int]:
        """The rows that the workbook hides, of the sheet whose rows were read last."""
        self._ask("hidden", sheet)
        return self.answer("hidden")

    def _ask(self, what: str, sheet: str) -> None:
        try:
            # Past the buffer, which could not be closed any more where nobody reads.
            os.write(self._process.stdin.fileno(), f"{what} {self.names.index(sheet)}\n".encode())
        except OSError:
            # It has ended; what is read next says why.
            pass


@contextmanager
def open_book(path: Path, shown: str, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> Iterator[Book]:
    """Open a workbook by what it is, not by its ending."""
    with path.open("rb") as stream:
        head = stream.read(256)
    if not head:
        raise DataError(f"{shown}: is empty (0 bytes). Ask for it again, or take it out of the folder.")
    if head[:4] not in (sheets.OLE, sheets.ZIP):
        if kind := other_kind(head):
            raise DataError(f"{shown}: is {kind}.")
        raise DataError(
            f"{shown}: is not a workbook, though its name says so. If it opens as text, declare 'format: csv' in the "
            "mapping; otherwise ask for it again."
        )
    # Begun as a file, and not as a module: it needs nothing of the package, and begins in a tenth of a second.
    words = [sys.executable, "-P", "-m", reader.__name__, str(path), str(megabytes)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        book = Book(process, shown, seconds)
        guard = threading.Timer(seconds, book.give_up)
        guard.daemon = True
        guard.start()
        try:
            book.names, book.unseen = book.answer("names")
            if not book.names:
                raise DataError(f"{shown}: holds no sheet of cells. Ask for it again.")
            yield book
        finally:
            guard.cancel()
            process.kill()


def read_sheet(
    con: duckdb.DuckDBPyConnection, book: Book, sheet: str, shown: str, spec: FileSpec, table: str
) -> RawTable | None:
    """Read one sheet. None where the sheet holds no header."""
    names: tuple[str, ...] | None = None
    batch: list[tuple[str | int | None, ...]] = []
    bad: list[BadLine] = []
    notes: list[str] = []
    unworked: list[tuple[int, int]] = []
    read = formulas = waiting = 0
    rows, header = _headed(book, sheet, spec)
    for number, row, lacking in rows:
        formulas += len(lacking)
        if names is None and number >= max(header, 1):
            if header == 0 and any(row):
                names = spec.names or tuple(f"column {i}" for i in range(1, len(row) + 1))
            elif header and (names := _header(row) or None) and number > header:
                notes.append(f"{shown}: row {header} is blank; the header was taken from row {number}")
            if names:
                con.execute(f"CREATE TABLE {table} ({column_list(len(names), 'VARCHAR')}, _row BIGINT)")
            if header or not names:
                continue
        if names is None or not (lacking or any(cell is not None and cell.strip() for cell in row)):
            continue
        read += 1
        characters = sum(map(len, filter(None, row)))
        if characters > MOST_CHARACTERS and (long := _too_long(number, row)):
            bad.append(long)
            continue
        beyond, alone = any(row[len(names) :]) or max(lacking, default=0) > len(names), lacking and not any(row)
        fault = NO_RESULT if alone else "has values beyond the columns of the header" if beyond else ""
        if fault:
            bad.append(BadLine(number, fault, _raw(row)))
            continue
        unworked += [(number, place) for place in lacking]
        waiting += characters
        batch.append((*row[: len(names)], *[None] * (len(names) - len(row)), number))
        if len(batch) == _BATCH or waiting > sheets.BATCH_CHARACTERS:
            _insert(con, table, batch)
            waiting = 0
    if names is None:
        return None
    _insert(con, table, batch)
    start = footer_from(con, table, len(names), bad, spec.footer.rows)
    bad = [
        BadLine(b.line, "footer or total row", b.raw) if is_footer(b.raw.decode(), b.line, start, spec) else b
        for b in bad
    ]
    if formulas:
        notes.append(
            f"{shown}: {formulas:,} cells hold a formula whose result is not stored: they are not known, and rows that "
            "must have them were kept aside. Open the file in Excel or LibreOffice, save it, and load it again"
        )
    if n := sum(row > header for row in book.hidden(sheet)):
        said = "row is hidden" if n == 1 else "rows are hidden"
        notes.append(f"{shown}: {n:,} {said} in the workbook, as by a filter, and read like the others")
    if n := 0 if spec.merged else sum(below > header for _, _, below, _ in book.merged(sheet)):
        said = "1 merged cell" if n == 1 else f"{n:,} merged cells"
        notes.append(
            f"{shown}: {said} below the header: what it shows stands in its first cell alone, and the others were read "
            "as blank. Ask for the sheet without merged cells, or say 'merged: fill' in a mapping"
        )
    if sheet in book.unseen:
        notes.append(f"{shown}: the workbook hides this sheet; it was read like the others")
    notes += too_long(tuple(bad), shown)
    if unworked:
        numbers, places = map(list, zip(*unworked, strict=True))
        hand_over(con, f"{table}_unworked", {"_row": ("BIGINT", numbers), "place": ("INTEGER", places)})
    found = frozenset(place for _, place in unworked)
    return RawTable(table, shown, names, read, tuple(bad), tuple(notes), footer_from=start, unworked=found)


def _too_long(number: int, row: Sequence[str | None]) -> BadLine | None:
    """A row of which a cell, or the whole, is longer than any may be; None where it is not."""
    length, column = max((len(cell or ""), -i) for i, cell in enumerate(row, start=1))
    if length > MOST_CHARACTERS:
        return BadLine(number, f"a cell of more than {MOST_CHARACTERS:,} characters", _raw(row), -column)
    if sum(len((cell or "").encode("utf-8", "replace")) for cell in row) > MOST_IN_LINE:
        return BadLine(number, f"a line of more than {MOST_IN_LINE:,} bytes", _raw(row))
    return None


def _raw(row: Sequence[str | None]) -> bytes:
    """The cells of a row as a line, as far as a line may be long: a cell may be repeated to any length."""
    parts: list[str] = []
    left = MOST_IN_LINE
    for cell in row:
        parts.append((cell or "")[:left])
        left -= len(parts[-1])
    return "\t".join(parts).encode("utf-8", "replace")


def _headed(book: Book, sheet: str, spec: FileSpec) -> tuple[Iterator[sheets.Row], int]:
    """The rows of a sheet, merged cells filled where that is wanted, and the number of its header row (0: none).

    Several header rows come as one.
    """
    wanted = spec.header_rows
    merged = book.merged(sheet) if spec.merged or len(wanted) > 1 else []
    rows = book.rows(sheet)
    if spec.merged:
        rows = _filled(rows, merged)
    return (_stacked(rows, wanted, merged) if len(wanted) > 1 else rows), max(wanted, default=0)


def _stacked(rows: Iterator[sheets.Row], wanted: tuple[int, ...], merged: list[sheets.Merged]) -> Iterator[sheets.Row]:
    """The rows of a sheet with its header rows made one, which has the number of the last."""
    across = [m for m in merged if m[0] in wanted and m[3] > m[1]]
    upper: dict[int, tuple[str | None, ...]] = {}
    ended = False
    for number, row, lacking in _filled(rows, across, header=max(wanted)):
        if number in wanted:
            upper[number] = row
        if number >= wanted[-1] and not ended:
            ended = True
            if upper:
                parts = [[cell or "" for cell in upper.get(n, ())] for n in wanted]
                yield wanted[-1], stack_names(parts, spread=not across), ()
            if number == wanted[-1]:
                continue
        yield number, row, lacking


def _filled(rows: Iterator[sheets.Row], merged: list[sheets.Merged], header: int = 0) -> Iterator[sheets.Row]:
    """Rows in which every cell of a merged range holds what its first cell does; a row of its own blank stays so.

    With ``header`` only the rows up to that one.
    """
    waiting = sorted(merged, reverse=True)
    open_ranges: list[tuple[sheets.Merged, str | None, bool]] = []
    for number, row, lacking in rows:
        while waiting and waiting[-1][0] <= number:
            found = waiting.pop()
            first = row[found[1] - 1] if found[0] == number and found[1] <= len(row) else None
            open_ranges.append((found, first, found[0] == number and found[1] in lacking))
        open_ranges = [item for item in open_ranges if item[0][2] >= number]
        if open_ranges and any(row) and not (header and number > header):
            cells = list(row)
            for (_, left, _, right), value, unworked in open_ranges:
                cells += [None] * (right - len(cells))
                if unworked:
                    lacking = (*lacking, *(i for i in range(left, right + 1) if not cells[i - 1] and i not in lacking))
                cells[left - 1 : right] = [cell or value for cell in cells[left - 1 : right]]
            row = tuple(cells)
        yield number, row, lacking


def choose_sheets(book: Book, spec: FileSpec, shown: str) -> list[str]:
    """The sheets that a mapping asks for: by name (``*`` and ``?`` allowed), by number from 1, else the first shown."""
    if spec.sheet is None:
        return [book.first]
    wanted = fold_name(spec.sheet)
    found = [s for s in book.names if fold_name(s) == wanted or fnmatchcase(fold_name(s), wanted)]
    if not found and wanted.isdigit() and 1 <= int(wanted) <= len(book.names):
        found = [book.names[int(wanted) - 1]]
    if not found:
        raise DataError(f"{shown}: has no sheet '{spec.sheet}'. Sheets: {', '.join(book.names)}.")
    return found


def _header(row: tuple[str | None, ...]) -> tuple[str, ...]:
    cells = [cell or "" for cell in row]
    while cells and not cells[-1].strip():
        cells.pop()
    return tuple(cells)


def _insert(con: duckdb.DuckDBPyConnection, table: str, batch: list[tuple[str | int | None, ...]]) -> None:
    if not batch:
        return
    import pyarrow as pa

    columns = list(zip(*batch, strict=True))
    arrays = [pa.array(c, pa.string()) for c in columns[:-1]] + [pa.array(columns[-1], pa.int64())]
    con.register("sheet_batch", pa.table(arrays, names=[f"a{i}" for i in range(len(arrays))]))
    con.execute(f"INSERT INTO {table} SELECT * FROM sheet_batch").fetchall()
    con.unregister("sheet_batch")
    batch.clear()


def read_parquet(con: duckdb.DuckDBPyConnection, path: Path, shown: str, table: str) -> RawTable:
    """Read a Parquet file, every value as text."""
    import pyarrow as pa
    from pyarrow import parquet

    source = f"read_parquet({literal(str(path))})"
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        written = parquet.read_schema(path)
        # The engine takes a length of time for a number, and makes names differ that differ in capitals alone.
        spans = [_PER_SECOND[f.type.unit] if pa.types.is_duration(f.type) else 0 for f in written]
        parts = [
            f"{_as_text(row[0], row[1], span)} AS c{i}"
            for i, (row, span) in enumerate(zip(described, spans, strict=True), start=1)
        ]
        con.execute(f"CREATE TABLE {table}_lines AS SELECT {', '.join(parts)} FROM {source}").fetchall()
    except (duckdb.Error, pa.ArrowException) as error:
        raise DataError(f"{shown}: the Parquet file is damaged ({said(error)}). Ask for it again.") from error
    count = con.execute(f"SELECT count(*) FROM {table}_lines").fetchall()[0][0]
    bad = _long_rows(con, f"{table}_lines", len(described))
    also = f" WHERE rowid + 1 NOT IN ({', '.join(str(line.line) for line in bad)})" if bad else ""
    con.execute(f"CREATE VIEW {table} AS SELECT *, rowid + 1 AS _row FROM {table}_lines{also}")
    notes = too_long(bad, shown)
    return RawTable(table, shown, tuple(written.names), count, bad, tuple(notes))


def _long_rows(con: duckdb.DuckDBPyConnection, lines: str, columns: int) -> tuple[BadLine, ...]:
    """Rows of which a cell, or the whole, is longer than any may be."""
    # Bytes are counted for nothing, characters are not; no text has more of these.
    cells = [f"c{i}" for i in range(1, columns + 1)]
    longest = ", ".join(f"max(strlen({c}))" for c in cells)
    lengths = [n or 0 for n in con.execute(f"SELECT {longest} FROM {lines}").fetchall()[0]]
    tests = [f"length({c}) > {MOST_CHARACTERS}" for c, n in zip(cells, lengths, strict=True) if n > MOST_CHARACTERS]
    if sum(lengths) > MOST_IN_LINE:
        tests.append(f"{' + '.join(f'coalesce(strlen({c}), 0)' for c in cells)} > {MOST_IN_LINE}")
    if not tests:
        return ()
    found = con.execute(
        f"SELECT rowid + 1, {', '.join(cells)} FROM {lines} WHERE {' OR '.join(tests)} ORDER BY rowid"
    ).fetchall()
    return tuple(bad for number, *row in found if (bad := _too_long(number, row)))


#: Steps of a length of time in a second, by what Parquet files call their unit.
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def _as_text(column: str, kind: str, span: int) -> str:
    column = name(column)
    if span:
        return f"to_seconds({column} / {span})::VARCHAR"
    if kind in ("DOUBLE", "FLOAT"):
        # What is not a number is how data frames keep a blank.
        return f"CASE WHEN NOT isnan({column}) THEN regexp_replace({column}::VARCHAR, '\\.0$', '') END"
    if kind == "BLOB":
        return f"decode({column})"
    return f"{column}::VARCHAR"
