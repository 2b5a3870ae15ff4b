"""Files that are what a contract asks for: read with their types at once, so that only odd lines need a closer look."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np

from hmic_analysis.contracts import Column, Contract
from hmic_analysis.store.rawtable import Layout, Straight, fold_name, literal, numbered, words
from hmic_analysis.store.sheets import MOST_CHARACTERS
from hmic_analysis.store.textfile import CHUNK, Scan
from hmic_analysis.store.times import utc_between
from hmic_analysis.store.typed import NAMELESS, TOTALS, TRUE_WORDS, named_by, sql_type, text_columns

# Files whose every line is one record, which is what most files are: told without looking at each byte.
#
# The engine reads them and refuses a line with too few or too many values, and text that is not UTF-8. Where it read
# as many records as the file has lines, none of which is blank, each line is one record; no closer look can find more.
# Everything else is left to :mod:`hmic_analysis.store.textfile`.

_CONTROL = bytes(x for x in range(32) if x not in b"\r\n") + b"\x7f"
#: What stands for bytes that could not be decoded.
NOT_A_CHARACTER = b"\xef\xbf\xbd"
#: Bytes without the end of a line by which a record is told that may hold a value longer than any may be: wherever a
#: file is cut into pieces, one of its halves covers such a stretch.
_STRETCH = MOST_CHARACTERS // 4


@dataclass(frozen=True)
class Look:
    """A first look at the bytes of a file below its header."""

    lines: int
    #: Some value may be in quotation marks.
    quoted: bool
    #: ASCII without control characters.
    plain: bool
    #: Some value may begin or end with a blank.
    blanks: bool
    #: Delimiters, those inside values included.
    delimiters: int
    #: Some line ends in a delimiter.
    open_ended: bool
    #: Lines end in a return and a newline; None where there is no end of a line.
    returns: bool | None


def look(path: Path, start: int, delimiter: str, quote: str) -> Look | None:
    """Look at a file, and give up where it needs the closer look."""
    part, mark = delimiter.encode(), quote.encode()
    control = _CONTROL.replace(part, b"")
    edges = [part + b" ", b" " + part, b"\n ", b" \n", b" \r"]
    lines = returns = pairs = parts = 0
    last = b"\n"
    quoted = blanks = open_ended = False
    plain = True
    for data in pieces(path, start):
        if may_be_too_long(data):
            return None
        lines += data.count(b"\n")
        joined = last + data
        returns += data.count(b"\r")
        parts += data.count(part)
        open_ended = open_ended or part + b"\n" in joined or part + b"\r" in joined
        pairs += joined.count(b"\r\n") - (last == b"\r\n")
        if b"\n\n" in joined or b"\n\r" in joined or NOT_A_CHARACTER in joined or b"\0" in data:
            return None
        if mark and mark in data:
            quoted = True
            if mark + b" " in joined or b" " + mark in joined:
                return None
        blanks = blanks or any(edge in joined for edge in edges)
        plain = plain and data.isascii() and len(data.translate(None, control)) == len(data)
        last = joined[-2:]
    if returns and not returns == pairs == lines:
        return None
    ends = lines
    if not last.endswith(b"\n"):
        lines += 1
    # The last line may have no end of its own.
    blanks = blanks or last.endswith(b" ")
    open_ended = open_ended or last.endswith(part)
    return Look(lines, quoted, plain, blanks, parts, open_ended, bool(returns) if ends else None)


def may_be_too_long(data: bytes) -> bool:
    """Whether a line of a piece of a file is so long that a value in it may be longer than any may be."""
    return any(data.find(b"\n", at, at + _STRETCH) < 0 for at in range(0, len(data) - _STRETCH + 1, _STRETCH))


def settle(
    con: duckdb.DuckDBPyConnection, table: str, columns: int, seen: Look, first_line: int, delimiter: str, quote: str
) -> Scan | None:
    """What is known of a file that the engine read whole. None where some line may not be one record."""
    names = [f"c{i}" for i in range(1, columns + 1)]
    (read,) = con.execute(f"SELECT count(*) FROM {table}").fetchall()[0]
    if read != seen.lines:
        return None
    # A quotation mark that is part of a value may be one too many; a line end in it swallows lines.
    if seen.quoted and _any(con, table, [f"contains({name}, {literal(quote)})" for name in names]):
        return None
    # The engine forgives one delimiter too many at the end of a line, and an empty value in quotation marks after it.
    if (seen.open_ended or seen.quoted) and seen.delimiters != read * (columns - 1) + delimiters_inside(
        con, table, names, delimiter
    ):
        return None
    plain = seen.plain
    if plain and seen.blanks:
        plain = not _any(con, table, [f"starts_with({n}, ' ') OR ends_with({n}, ' ')" for n in names])
    return Scan(first_line, lines=read, records=read, plain=plain)


def _any(con: duckdb.DuckDBPyConnection, table: str, tests: list[str]) -> bool:
    return bool(con.execute(f"SELECT 1 FROM {table} WHERE {' OR '.join(tests)} LIMIT 1").fetchall())


def delimiters_inside(con: duckdb.DuckDBPyConnection, table: str, names: list[str], delimiter: str) -> int:
    """How many delimiters are part of values."""
    if not names:
        return 0
    mark = literal(delimiter)
    found = f"SELECT sum(strlen(x) - strlen(replace(x, {mark}, ''))) FROM"
    (count,) = con.execute(
        f"{found} (SELECT concat({', '.join(names)}) AS x FROM {table}) WHERE contains(x, {mark})"
    ).fetchall()[0]
    return int(count or 0)


def header_returns(path: Path, start: int) -> bool:
    """Whether the line before byte ``start`` ends in a return and a newline."""
    if start < 2:
        return False
    with path.open("rb") as stream:
        stream.seek(start - 2)
        return stream.read(2) == b"\r\n"


def pieces(path: Path, start: int) -> Iterator[bytes]:
    """The bytes of a file from ``start`` on, in pieces."""
    with path.open("rb") as stream:
        stream.seek(start)
        while data := stream.read(CHUNK):
            yield data


# SQL for files read with their types: which values are beyond doubt, and what they come to.
#
# Beyond doubt is what every way of reading gives the same value for; see :mod:`hmic_analysis.store.typed` for the
# rest.

_TYPES = {"timestamp": "TIMESTAMP", "date": "DATE", "boolean": "BOOLEAN"}
#: Given a format, the engine reads words such as 'epoch' and 'infinity' as the first day of 1900 or of 1970.
_FIRST, _LAST, _EPOCH = "1900-01-02", "2100-12-31", "1970-01-01"
_SHAPES = {"integer": r"-?\d{1,15}", "number": r"-?\d{1,15}(\.\d{1,15})?", "month": r"(19|20)\d\d-(0[1-9]|1[0-2])"}


@dataclass(frozen=True)
class Values:
    """How the columns of one file are read."""

    #: Zone of its times.
    zone: str
    #: Words that stand for a missing value, lower case.
    missing: tuple[str, ...]
    #: Earliest and latest time in it.
    low: datetime
    high: datetime
    #: It holds nothing but ASCII.
    ascii: bool
    #: Columns that name records: a word for none, a heading or a sum there is no name.
    named: frozenset[str] = frozenset()

    def sure(self, name: str, column: Column) -> str:
        """SQL of whether a value, blank or not, is beyond doubt; never null."""
        kind = column.kind
        if kind in ("boolean", "code"):
            return "true"
        if kind == "timestamp":
            real = (
                f"{self._utc(name)} IS NOT NULL AND {name} >= TIMESTAMP '{_FIRST}' AND {name} <> TIMESTAMP '{_EPOCH}'"
            )
            return f"({name} IS NULL OR ({real}))"
        if kind == "date":
            plausible = f"{name} BETWEEN DATE '{_FIRST}' AND DATE '{_LAST}' AND {name} <> DATE '{_EPOCH}'"
            return f"coalesce({plausible}, true)"
        if kind in _SHAPES:
            tests = [f"regexp_full_match({name}, '{_SHAPES[kind]}')"]
            number = f"try_cast({name} AS DOUBLE)"
            tests += [f"{number} >= {column.minimum}"] if column.minimum is not None else []
            tests += [f"{number} <= {column.maximum}"] if column.maximum is not None else []
            return f"(coalesce({name}, '') = '' OR coalesce({' AND '.join(tests)}, false))"
        if kind == "codes":
            one = "|".join(column.allowed)
            return f"(coalesce({name}, '') = '' OR regexp_full_match({name}, '({one})(;({one}))*'))"
        return self._sure_text(name, column)

    def _sure_text(self, name: str, column: Column) -> str:
        missing = (*self.missing, *NAMELESS, *TOTALS, column.name) if column.name in self.named else self.missing
        longest = max(map(len, missing), default=0)
        tests = [f"NOT starts_with({name}, ' ')", f"NOT ends_with({name}, ' ')"]
        # It may be an error of a spreadsheet.
        tests += [f"NOT starts_with({name}, '#')", f"NOT starts_with({name}, 'Err:')"]
        if missing:
            tests.append(f"(strlen({name}) > {longest} OR lower({name}) NOT IN {words(missing)})")
        if not self.ascii:
            tests.append(f"strlen({name}) = length({name})")
        if column.kind == "person":
            tests.append(f"NOT contains({name}, '  ')")
        elif column.name.endswith("_id"):
            # It may be a number of which a spreadsheet has cut off the end.
            tests.append(f"NOT contains({name}, '+')")
        return f"coalesce({' AND '.join(tests)}, true)"

    def value(self, name: str, column: Column) -> str:
        """SQL of what a value that is beyond doubt comes to, null where blank."""
        if column.kind == "timestamp":
            return self._utc(name)
        if column.kind == "month":
            return f"try_cast(nullif({name}, '') || '-01' AS DATE)"
        if column.kind in ("integer", "number"):
            return f"try_cast(nullif({name}, '') AS {'BIGINT' if column.kind == 'integer' else 'DOUBLE'})"
        if column.kind == "person":
            return f"keyed_hash(upper(nullif({name}, '')))"
        return name if column.kind in (*_TYPES, "code") else f"nullif({name}, '')"

    def _utc(self, name: str) -> str:
        return utc_between(self.zone, name, self.low, self.high)


def read_as(column: Column, missing: tuple[str, ...]) -> str:
    """Type with which the engine is to read a column."""
    if column.kind == "code":
        return f"ENUM({', '.join(literal(word) for word in column.allowed if word not in missing)})"
    return _TYPES.get(column.kind, "VARCHAR")


def is_given(name: str, column: Column) -> str:
    """SQL of whether a value that is beyond doubt isn't blank."""
    return f"{name} IS NOT NULL" if column.kind in (*_TYPES, "code") else f"coalesce({name}, '') <> ''"


# The engine reads such a file several times faster with types than as text. A row is taken only where nothing about it
# is in doubt; every other line is handed, as text, to the statement that knows all ways of writing and says what is
# wrong. A file that isn't one record in each line, or of which much is odd, is left to that statement as a whole.

#: Smaller files are read as text: there is little to gain.
LEAST_BYTES = 1 << 18
#: Share of odd lines above which the whole file is read as text.
MOST_ODD = 0.1
_NEWLINE, _RETURN = ord("\n"), ord("\r")


@dataclass(frozen=True)
class Typing:
    """What a file should hold."""

    contract: Contract
    #: Zone of its times.
    zone: str
    #: Words that stand for a missing value, lower case, without digits and spaces.
    missing: tuple[str, ...]


def read_straight(
    con: duckdb.DuckDBPyConnection, layout: Layout, table: str, typing: Typing
) -> tuple[Straight, int] | None:
    """Read a file with the types of a contract.

    The rows that need no closer look, and the number of lines in the file, odd ones included.  None, and
    nothing left in the database, where some line may not be one record, or too many are odd.
    """
    folded = {fold_name(n): f"c{i}" for i, n in enumerate(layout.names, start=1)}
    if len(folded) < len(layout.names) or not layout.quote:
        return None
    seen = _look(layout)
    # The engine takes the ends of all lines to be like the first.
    if seen is None or seen.returns is (not header_returns(layout.path, layout.start)):
        return None
    columns = {folded[fold_name(c.name)]: c for c in typing.contract.columns if fold_name(c.name) in folded}
    job = _Job(con, layout, table, typing, columns, seen)
    try:
        if job.read() and job.set_odd_aside():
            marked = folded.get("synthetic")
            made_up = marked is not None and job.any_row([f"lower(trim({marked})) IN {words(TRUE_WORDS)}"])
            return Straight(job.typed, job.select(), made_up, layout), seen.lines
    except (duckdb.ConversionException, duckdb.InvalidInputException):
        # Whatever the engine can't do with types, the closer look will say better.
        pass
    for name in (job.typed, job.odd, job.errors, f"{job.errors}_scan"):
        con.execute(f"DROP TABLE IF EXISTS {name}")
    return None


@dataclass(frozen=True)
class _Look:
    """What the bytes below the header tell of a file whose every line may be one record."""

    lines: int
    ascii: bool
    open_ended: bool
    returns: bool | None


#: Bytes of a piece that are looked at again with the next.
_TAIL = 64


def _look(layout: Layout) -> _Look | None:
    part, mark = ord(layout.delimiter), ord(layout.quote)
    lines = low = returns = 0
    plain, open_ended = True, False
    last = tail = b"\n"
    # The engine forgives blanks between a closing quotation mark and the end of a value.
    forgiven = re.compile(re.escape(layout.quote.encode()) + b" +[\r\n" + re.escape(layout.delimiter.encode()) + b"]")
    for data in pieces(layout.path, layout.start):
        if may_be_too_long(data) or forgiven.search(tail + data):
            return None
        codes = np.frombuffer(last + data, np.uint8)
        ends = np.flatnonzero(codes[1:] == _NEWLINE)
        before = codes[ends]
        blank, crossed = (before == _NEWLINE).any(), codes.max() > 126
        if blank or (crossed and NOT_A_CHARACTER in data):
            return None
        low += int(np.count_nonzero(codes[1:] < 32))
        lines += len(ends)
        returns += int(np.count_nonzero(before == _RETURN))
        if part < 32:
            low -= int(np.count_nonzero(codes[1:] == part))
        plain = plain and not crossed
        # With returns at the ends of lines the delimiter stands one place further on.
        open_ended = open_ended or bool(((before == part) | (before == mark)).any())
        open_ended = open_ended or (returns > 0 and (_open(tail + data, part) or _open(tail + data, mark)))
        last, tail = data[-1:], (tail + data)[-_TAIL:]
    if forgiven.search(tail + b"\n"):
        return None
    # Control characters are for the closer look, and so are two kinds of line end in one file.
    if not lines or low != lines + returns or returns not in (0, lines):
        return None
    open_ended = open_ended or last in (layout.delimiter.encode(), layout.quote.encode())
    return _Look(lines + (last != b"\n"), plain, open_ended, bool(returns) if lines else None)


def _open(data: bytes, part: int) -> bool:
    """Whether some line that ends in a return and a newline has this byte, or nothing, before them."""
    return bytes([part, _RETURN]) in data or b"\n\r" in data


@dataclass
class _Job:
    """One file on its way."""

    con: duckdb.DuckDBPyConnection
    layout: Layout
    table: str
    typing: Typing
    columns: dict[str, Column]
    seen: _Look
    rows: str = ""
    values: Values | None = None

    @property
    def typed(self) -> str:
        return f"{self.table}_typed"

    @property
    def odd(self) -> str:
        return f"{self.table}_odd"

    @property
    def errors(self) -> str:
        return f"{self.table}_errors"

    def any_row(self, tests: Iterable[str]) -> bool:
        listed = " OR ".join(tests)
        return bool(listed) and bool(self.con.execute(f"SELECT 1 FROM {self.typed} WHERE {listed} LIMIT 1").fetchall())

    def read(self) -> bool:
        """Read what can be read with its types; whether each line of the file is then certain to be one record."""
        names = self.layout.columns
        kinds = {n: read_as(self.columns[n], self.typing.missing) if n in self.columns else "VARCHAR" for n in names}
        more = (
            f", store_rejects=true, rejects_table={literal(self.errors)}, rejects_scan={literal(self.errors + '_scan')}"
            ", timestampformat='%Y-%m-%d %H:%M:%S', dateformat='%Y-%m-%d'"
        )
        self.con.execute(f"CREATE TABLE {self.typed} AS SELECT * FROM {self.layout.reader(kinds, more=more)}")
        found = self.con.execute(
            f"SELECT line, csv_line, bool_and(error_type = 'CAST') FROM {self.errors} GROUP BY ALL"
        )
        refused = found.fetchall()
        lines = np.array(sorted({line for line, _, _ in refused}), dtype=np.int64)
        (read,) = self.con.execute(f"SELECT count(*) FROM {self.typed}").fetchall()[0]
        if not all(cast for _, _, cast in refused) or read + len(lines) != self.seen.lines:
            return False
        self.rows = numbered(self.con, self.typed, self.layout.first_line, lines)
        texts = [n for n, kind in kinds.items() if kind == "VARCHAR"]
        # A quotation mark that is part of a value may be one too many; a line end in it swallows lines.
        if self.any_row(f"contains({n}, {literal(self.layout.quote)})" for n in texts):
            return False
        if not self.seen.open_ended:
            return True
        # The engine forgives one delimiter too many at the end of a line, and an empty quoted value after it.
        mark = self.layout.delimiter
        inside = delimiters_inside(self.con, self.typed, texts, mark)
        inside += sum(text.count(mark) for _, text, _ in refused)
        parts = sum(data.count(mark.encode()) for data in pieces(self.layout.path, self.layout.start))
        return parts == read * (len(names) - 1) + inside

    def set_odd_aside(self) -> bool:
        """Make the table of the numbers of odd lines; whether they are few."""
        low, high = self._span()
        contract = self.typing.contract
        named = named_by(contract) | {contract.column_names[0]}
        self.values = Values(self.typing.zone, self.typing.missing, low, high, self.seen.ascii, named)
        tests = [self.values.sure(n, c) for n, c in self.columns.items()]
        given = {c.name: is_given(n, c) for n, c in self.columns.items()}
        for group in [(c.name,) for c in self.typing.contract.columns if c.required] + list(
            self.typing.contract.any_of
        ):
            tests.append(" OR ".join(given[name] for name in group if name in given) or "false")
        sure = " AND ".join(f"({test})" for test in tests if test != "true")
        self.con.execute(
            f"CREATE TABLE {self.odd} AS SELECT _row FROM {self.rows} WHERE NOT ({sure or 'true'}) "
            f"UNION ALL SELECT DISTINCT line FROM {self.errors}"
        )
        self.con.execute(f"DROP TABLE {self.errors}")
        self.con.execute(f"DROP TABLE {self.errors}_scan")
        (odd,) = self.con.execute(f"SELECT count(*) FROM {self.odd}").fetchall()[0]
        return odd <= MOST_ODD * self.seen.lines

    def _span(self) -> tuple[datetime, datetime]:
        """Earliest and latest time of the file."""
        stamps = [n for n, c in self.columns.items() if c.kind == "timestamp"]
        if not stamps:
            return datetime.max, datetime.min
        inside = "BETWEEN TIMESTAMP '1900-01-01' AND TIMESTAMP '2100-12-31'"
        ends = ", ".join(f"min({n}) FILTER ({n} {inside}), max({n}) FILTER ({n} {inside})" for n in stamps)
        found = [t for t in self.con.execute(f"SELECT {ends} FROM {self.typed}").fetchall()[0] if t is not None]
        return min(found, default=datetime.max), max(found, default=datetime.min)

    def select(self) -> str:
        """SQL of the rows about which nothing is in doubt."""
        there = {c.name: (n, c) for n, c in self.columns.items()}
        source, given = f"(SELECT * FROM {self.rows} ANTI JOIN {self.odd} USING (_row))", []
        for column in self.typing.contract.columns:
            value = self.values.value(*there[column.name]) if column.name in there else "NULL"
            if column.kind == "person" and column.name in there:
                source, value = self._persons(source, there[column.name][0], value)
            elif column.month_of in there:
                month = f"CAST(date_trunc('month', {there[column.month_of][0]}) AS DATE)"
                value = month if value == "NULL" else f"coalesce({value}, {month})"
            given.append(f"({value})::{sql_type(column)} AS {column.name}")
        given += ["[]::VARCHAR[] AS flags", "[]::VARCHAR[] AS reasons", "[]::VARCHAR[] AS cells"]
        for name in text_columns(self.typing.contract):
            text = f"upper(nullif({there[name][0]}, ''))" if name in there else "NULL::VARCHAR"
            given.append(f"{text} AS text_{name}")
        return f"SELECT _row, {', '.join(given)} FROM {source}"

    def _persons(self, source: str, name: str, value: str) -> tuple[str, str]:
        """Hash each person once where most occur many times."""
        found = f"SELECT count({name}), approx_count_distinct({name}) FROM {self.typed}"
        rows, persons = self.con.execute(found).fetchall()[0]
        if persons * 4 > rows:
            return source, value
        hashes = (
            f"(SELECT {name} AS person_{name}, {value} AS hash_{name} FROM (SELECT DISTINCT {name} FROM {self.typed}))"
        )
        return f"{source} LEFT JOIN {hashes} ON person_{name} = {name}", f"hash_{name}"
