"""Files that are what a contract asks for: read with its types at once, so that only odd lines need a closer look.

The engine reads such a file several times faster with types than as text.  A row is taken only where nothing about it
is in doubt; every other line is handed, as text, to the statement that knows all ways of writing and says what is
wrong.  A file that isn't one record in each line, or of which much is odd, is left to that statement as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np

from hmic_analysis.contracts import Column, Contract
from hmic_analysis.store.layout import Layout, Straight
from hmic_analysis.store.names import fold_name
from hmic_analysis.store.rawtable import numbered
from hmic_analysis.store.regular import NOT_A_CHARACTER, delimiters_inside, pieces
from hmic_analysis.store.sql import literal, words
from hmic_analysis.store.straight_values import Values, is_given, read_as
from hmic_analysis.store.typed import TRUE_WORDS, sql_type

#: Smaller files are read as text: there is little to gain.
LEAST_BYTES = 1 << 18
#: Share of odd lines above which the whole file is read as text.
MOST_ODD = 0.1
_NEWLINE, _RETURN = ord("\n"), ord("\r")


@dataclass(frozen=True)
class Typing:
    """What a file should hold.

    Parameters
    ----------
    contract : Contract
    zone : str
        Zone of its times.
    missing : tuple of str
        Words that stand for a missing value, lower case, without digits and spaces.
    """

    contract: Contract
    zone: str
    missing: tuple[str, ...]


def read_straight(
    con: duckdb.DuckDBPyConnection, layout: Layout, table: str, typing: Typing
) -> tuple[Straight, int] | None:
    """Read a file with the types of a contract.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    layout : Layout
    table : str
        Name of the raw table that the odd lines are meant for; ``<table>_odd`` is made with their numbers (``_row``).
    typing : Typing

    Returns
    -------
    tuple of Straight and int, or None
        The rows that need no closer look, and the number of lines in the file, odd ones included.  None, and nothing
        left in the database, where some line may not be one record, or too many are odd.
    """
    folded = {fold_name(n): f"c{i}" for i, n in enumerate(layout.names, start=1)}
    if len(folded) < len(layout.names) or not layout.quote:
        return None
    seen = _look(layout)
    if seen is None:
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


def _look(layout: Layout) -> _Look | None:
    part, mark = ord(layout.delimiter), ord(layout.quote)
    lines = low = returns = 0
    plain, open_ended = True, False
    last = tail = b"\n"
    for data in pieces(layout.path, layout.start):
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
        last, tail = data[-1:], (tail + data)[-2:]
    # Control characters are for the closer look, and so are two kinds of line end in one file.
    if not lines or low != lines + returns or returns not in (0, lines):
        return None
    return _Look(
        lines + (last != b"\n"), plain, open_ended or last in (layout.delimiter.encode(), layout.quote.encode())
    )


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
        self.values = Values(self.typing.zone, self.typing.missing, low, high, self.seen.ascii)
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
        lists = "[]::VARCHAR[] AS flags, []::VARCHAR[] AS reasons"
        return f"SELECT _row, {', '.join(given)}, {lists} FROM {source}"

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
