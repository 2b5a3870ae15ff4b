"""Read one delimited text file into a table of plain text, with every line accounted for."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np

from hmic_analysis.errors import DataError
from hmic_analysis.store.mapping import FileSpec
from hmic_analysis.store.rawtable import (
    Layout,
    RawTable,
    column_list,
    footer_from,
    hand_over,
    literal,
    numbered,
    scalar,
    stack_names,
)
from hmic_analysis.store.straight import LEAST_BYTES, Typing, header_returns, look, read_straight, settle
from hmic_analysis.store.textfile import (
    FALLBACK,
    NOT_TEXT,
    BadLine,
    PlainText,
    Scan,
    clean_copy,
    plain_text,
    scan_csv,
    transcode,
)

# The text of single lines of a file.


def fetch_lines(con: duckdb.DuckDBPyConnection, layout: Layout, table: str, numbers: Iterable[int], work: Path) -> bool:
    """Add lines of a file, as text, to a raw table.

    Whether all of them are ASCII without control characters and without blanks around values.
    """
    con.execute(f"CREATE TABLE IF NOT EXISTS {table} ({column_list(len(layout.names), 'VARCHAR')}, _row BIGINT)")
    wanted = np.array(sorted(numbers), dtype=np.int64)
    if not len(wanted):
        return True
    part = work / f"{table}-lines.csv"
    _copy_lines(layout, wanted, part)
    kinds = dict.fromkeys(layout.columns, "VARCHAR")
    con.execute(f"CREATE OR REPLACE TEMP TABLE lines_read AS SELECT * FROM {layout.reader(kinds, part)}")
    placed = {"position": ("BIGINT", list(range(len(wanted)))), "_row": ("BIGINT", wanted.tolist())}
    hand_over(con, "lines_wanted", placed)
    con.execute(
        f"INSERT INTO {table} SELECT l.* EXCLUDE (position), w._row "
        "FROM (SELECT *, rowid AS position FROM lines_read) l JOIN lines_wanted w USING (position)"
    )
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


_SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_DELIMITERS = "".join(_SIGNS)
#: A first line by which spreadsheets are told the delimiter.
_DECLARED = re.compile(rb"(?i)\"?sep=([!-/:-@\[-`{-~\t])\"?")


#: Of what a line consists in which nothing stands: spreadsheets write delimiters for blank cells.
_NOTHING = b" \t\r\n,;|\"'"


@dataclass(frozen=True)
class _Header:
    names: tuple[str, ...]
    start: int
    first_line: int
    delimiter: str
    note: str = ""


def read_csv(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    shown: str,
    spec: FileSpec,
    table: str,
    work: Path,
    typed: Typing | None = None,
) -> RawTable:
    """Read a delimited text file, every field as text."""
    text = plain_text(path, shown, spec.encoding, work)
    header = _header(text, shown, spec)
    if typed and (found := _read_straight(con, text, shown, table, header, spec, typed, work)) is not None:
        return found
    if (regular := _read_regular(con, text, table, header, spec)) is not None:
        _number(con, table, header, regular)
        start = footer_from(con, table, len(header.names), (), spec.footer.rows)
        notes = (header.note,) if header.note else ()
        return RawTable(
            table, shown, header.names, regular.records, notes=notes, footer_from=start, plain=regular.plain
        )
    header, scan = _look(text, shown, spec)
    notes: list[str] = []
    if scan.lone_returns and spec.ragged != "fill":
        # Where returns end lines further down, as in files joined from two, more lines are whole if each ends one.
        other = transcode(text.path, shown, "utf-8", work, old_ends=True)
        plain_header, plain_scan = _look(other, shown, spec)
        if plain_scan.share_bad < scan.share_bad:
            text, header, scan = other, plain_header, plain_scan
            notes.append(f"{shown} has two kinds of line ends; every one of them was taken to end a line")
    if spec.encoding is None and scan.not_utf8 > scan.non_ascii:
        joined = f"is not whole UTF-8: {scan.non_ascii:,} of its lines are, and the others were"
        text = transcode(text.path, shown, "utf-8", work, errors=FALLBACK)
        said = joined if scan.non_ascii else f"is not UTF-8{_where(scan, ', by')} and was"
        notes.append(f"{shown} {said} read as {FALLBACK}; declare its encoding in the mapping to be sure")
        header, scan = _look(text, shown, spec)
    source, start = text.path, header.start
    skip = 1 if start else 0
    alike = header.start == 0 or scan.returns == header_returns(text.path, header.start)
    if scan.rewrite or not alike or not _begins_with_records(header):
        source, skip = work / f"{table}.csv", 0
        clean_copy(text.path, start, scan, header.delimiter, source)
    _load(con, source, table, header, spec, scan.records, skip)
    loaded = scalar(con, f"SELECT count(*) FROM {table}_lines")
    if loaded != scan.records:
        raise DataError(
            f"{shown}: {scan.records} records were counted and {loaded} could be read; nothing of it was used. "
            "Check 'delimiter', 'quote' and 'encoding' in the mapping, or ask for the file again."
        )
    _number(con, table, header, scan)
    start = footer_from(con, table, len(header.names), scan.bad.values(), spec.footer.rows)
    bad = tuple(_footer(line, start, spec) for line in scan.bad.values())
    notes += [f"{shown}:{where} are not text in its encoding"] if (where := _where(scan, "")) else []
    if scan.feeds:
        notes.append(f"{shown}: a control character at the end of {scan.feeds:,} lines was taken off")
    notes += [*_ragged(bad, scan, shown, header), *too_long(bad, shown)]
    read = scan.records + len(bad)
    notes += [header.note] if header.note else []
    return RawTable(table, shown, header.names, read, bad, tuple(notes), footer_from=start, plain=scan.plain)


def _read_straight(
    con: duckdb.DuckDBPyConnection,
    text: PlainText,
    shown: str,
    table: str,
    header: _Header,
    spec: FileSpec,
    typed: Typing,
    work: Path,
) -> RawTable | None:
    """Read a file with its types and only its odd lines as text; None, and nothing read, where that can't be done."""
    if text.path.stat().st_size < LEAST_BYTES or header.first_line != 2:
        return None
    layout = Layout(text.path, header.start, header.names, header.delimiter, spec.quote, header.first_line)
    found = read_straight(con, layout, table, typed)
    if found is None:
        return None
    straight, lines = found
    odd = [n for (n,) in con.execute(f"SELECT _row FROM {table}_odd").fetchall()]
    try:
        plain = fetch_lines(con, layout, table, odd, work)
    except (duckdb.ConversionException, duckdb.InvalidInputException):
        for name in (table, straight.table, f"{table}_odd"):
            con.execute(f"DROP TABLE IF EXISTS {name}")
        return None
    return RawTable(table, shown, header.names, lines, plain=plain, straight=straight)


def _read_regular(
    con: duckdb.DuckDBPyConnection, text: PlainText, table: str, header: _Header, spec: FileSpec
) -> Scan | None:
    """Read a file whose every line is one record; None, and nothing read, where that isn't certain."""
    if not _begins_with_records(header):
        return None
    seen = look(text.path, header.start, header.delimiter, spec.quote)
    if (
        seen is None
        or not seen.lines
        or (header.start and seen.returns is (not header_returns(text.path, header.start)))
    ):
        return None
    names = len(header.names)
    try:
        _load(con, text.path, table, header, spec, seen.lines, skip=1 if header.start else 0, strict=True)
        scan = settle(con, f"{table}_lines", names, seen, header.first_line, header.delimiter, spec.quote)
    except duckdb.Error:
        scan = None
    if scan is None:
        con.execute(f"DROP TABLE IF EXISTS {table}_lines")
    return scan


def _begins_with_records(header: _Header) -> bool:
    """Whether nothing stands before the records but one line of headings, so that the engine can be told."""
    return header.start == 0 or header.first_line == 2


def _ragged(bad: tuple[BadLine, ...], scan: Scan, shown: str, header: _Header) -> list[str]:
    wrong = [line for line in bad if " fields where " in line.reason]
    if not wrong or len(wrong) < scan.records:
        return []
    sample, fields = [line.raw.decode("utf-8", "replace") for line in wrong[:1000]], len(header.names)
    for sign in _DELIMITERS.replace(header.delimiter, ""):
        if fields > 1 and 2 * sum(text.count(sign) == fields - 1 for text in sample) > len(sample):
            said = f"parted by {_SIGNS[sign]}, and its header by {_SIGNS.get(header.delimiter, 'another sign')}"
            return [f"{shown}: most of {len(wrong):,} lines are {said}: ask for the file again with one of them"]
    return [
        f"{shown}: {len(wrong)} of {scan.records + len(bad)} lines don't have as many fields as the header; where "
        "lines end early or in surplus delimiters, say 'ragged: fill' in the mapping"
    ]


def too_long(bad: tuple[BadLine, ...], shown: str) -> list[str]:
    """The note on rows with a cell longer than any may be."""
    long = [line for line in bad if line.column]
    if not long:
        return []
    also = f" and {len(long) - 1:,} more rows are" if len(long) > 1 else " is"
    return [
        f"{shown}: line {long[0].line} holds {long[0].reason} in column {long[0].column}; this row{also} kept aside. "
        "A quotation mark may be lost there, or a document may stand in a cell: ask for the row again"
    ]


#: Lines with bytes that are not text of which each is named.
_FEW = 3


def _where(scan: Scan, before: str) -> str:
    """The lines with bytes that are not text, by number; empty where there are none, or too many to be looked at."""
    lines = [str(line.line) for line in scan.bad.values() if line.reason == NOT_TEXT]
    if not 0 < len(lines) <= _FEW:
        return ""
    return f"{before} bytes of line{'s' * (len(lines) > 1)} {' and '.join(lines)}{',' * bool(before)}"


def _look(text: PlainText, shown: str, spec: FileSpec) -> tuple[_Header, Scan]:
    header = _header(text, shown, spec)
    fields, fill = len(header.names), spec.ragged == "fill"
    scan = scan_csv(text.path, header.start, header.first_line, fields, header.delimiter, spec.quote, fill, shown)
    return header, scan


def _header(text: PlainText, shown: str, spec: FileSpec) -> _Header:
    wanted = min(spec.header_rows, default=1)
    note = ""
    upper: list[bytes] = []
    with text.path.open("rb") as stream:
        stream.seek(text.start)
        for _ in range(wanted - 1):
            stream.readline()
        line, number = stream.readline(), wanted
        declared = _DECLARED.fullmatch(line.strip(b" \r\n")) if wanted == 1 else None
        if declared:
            line, number = stream.readline(), 2
        if spec.header != "none":
            while line and not line.strip(_NOTHING):
                line, number = stream.readline(), number + 1
            if number > wanted + bool(declared) and line:
                note = f"{shown}: line {wanted} is blank; the header was taken from line {number}"
        line, number = _whole_line(stream, line, number, spec.quote)
        for _ in spec.header_rows[1:]:
            upper.append(line)
            line, number = _whole_line(stream, stream.readline(), number + 1, spec.quote)
        end = stream.tell()
    words = _decode(line)
    if not words.strip():
        if spec.header == "none":
            raise DataError(f"{shown}: line {number} is empty. Without a header the first line must be a record.")
        raise DataError(f"{shown}: no header in line {wanted}. Say with 'header:' in the mapping where it stands.")
    delimiter = spec.delimiter or (declared[1].decode() if declared else _sniff(words, spec.quote))
    quoting = {"quotechar": spec.quote} if spec.quote else {"quoting": csv.QUOTE_NONE}
    try:
        rows = [
            next(csv.reader(io.StringIO(_decode(part), newline=""), delimiter=delimiter, **quoting), [])
            for part in [*upper, line]
        ]
    except csv.Error as error:
        raise DataError(
            f"{shown}: line {number} can't be read as a header: a value in it is longer than a heading. Ask for the "
            "file again, or say in the mapping how it is delimited and quoted."
        ) from error
    cells = stack_names(rows) if upper else rows[0]
    if spec.header == "none":
        names = spec.names or tuple(f"column {i}" for i in range(1, len(cells) + 1))
        if len(names) != len(cells):
            raise DataError(
                f"{shown}: the mapping names {len(names)} columns and the first line has {len(cells)} fields."
            )
        first = 2 if declared else 1
        return _Header(tuple(names), end - len(line) if declared else text.start, first, delimiter)
    if any(_holds_rows(row, delimiter) for row in rows):
        raise DataError(
            f"{shown}: a quotation mark that opens in the header is not closed there, so that rows stand in a heading; "
            "they are not shown. Ask for the file again, or say in the mapping how it is quoted."
        )
    return _Header(tuple(cells), end, number + 1, delimiter, note)


def _holds_rows(headings: Sequence[str], delimiter: str) -> bool:
    """Whether a further line of some heading has so many delimiters that it is a record, which no message may quote."""
    further = (line for heading in headings for line in heading.splitlines()[1:])
    return any(line.count(delimiter) >= max(1, (len(headings) - 1) / 2) for line in further)


def _whole_line(stream: BinaryIO, line: bytes, number: int, quote: str) -> tuple[bytes, int]:
    """A line with those that a value in it runs over to, and the number of the last of them."""
    last = number + 20
    while quote and line.count(quote.encode()) % 2 and number < last:
        line, number = line + stream.readline(), number + 1
    return line, number


def _decode(line: bytes) -> str:
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return line.decode(FALLBACK, errors="replace").rstrip("\r\n")


def _sniff(line: str, quote: str) -> str:
    outside = line if not quote else "".join(line.split(quote)[::2])
    best = max(_DELIMITERS, key=outside.count)
    return best if best in outside else ","


def _load(
    con: duckdb.DuckDBPyConnection,
    source: Path,
    table: str,
    header: _Header,
    spec: FileSpec,
    records: int,
    skip: int,
    strict: bool = False,
) -> None:
    columns = ", ".join(f"c{i}: 'VARCHAR'" for i in range(1, len(header.names) + 1))
    if records == 0:
        con.execute(f"CREATE TABLE {table}_lines ({column_list(len(header.names), 'VARCHAR')})")
        return
    con.execute(
        f"CREATE TABLE {table}_lines AS SELECT * FROM read_csv({literal(str(source))}, auto_detect=false, "
        f"header=false, columns={{{columns}}}, delim={literal(header.delimiter)}, quote={literal(spec.quote)}, "
        f"escape={literal(spec.quote)}, skip={skip}, max_line_size=16777216, ignore_errors={not strict})"
    )


def _number(con: duckdb.DuckDBPyConnection, table: str, header: _Header, scan: Scan) -> None:
    """Give each record the number of the line it begins on."""
    rows = numbered(con, f"{table}_lines", header.first_line, scan.removed)
    con.execute(f"CREATE {'TABLE' if len(scan.removed) else 'VIEW'} {table} AS SELECT * FROM {rows}")


def _footer(line: BadLine, start: int, spec: FileSpec) -> BadLine:
    if is_footer(line.raw.decode("utf-8", errors="replace"), line.line, start, spec):
        return replace(line, reason="footer or total row")
    return line


def is_footer(text: str, line: int, start: int, spec: FileSpec) -> bool:
    """Whether a line is one of the footer or total rows, from ``start`` on, that the mapping describes."""
    first = text.lstrip(" \t" + spec.quote).casefold()
    words = tuple(word.casefold() for word in spec.footer.starts_with)
    return line >= start or bool(words and first.startswith(words))
