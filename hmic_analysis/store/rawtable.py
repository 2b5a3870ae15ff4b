"""One input as read: a table of plain text and where each row came from; small helpers to write SQL."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from hmic_analysis.store.textfile import BadLine

# Small helpers to write SQL, and the macros that every statement of the loader may use.

#: Space that people don't see as such: no-break, narrow and zero-width kinds, byte-order mark.
SPACES = "\t\n\v\f\r \x85\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_CONTROL = r"[\x00-\x1f\x7f\x{80}-\x{9f}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2069}\x{feff}]+"


#: Rows below which planning a query costs more than carrying it out.
LITTLE = 1 << 16

#: Begins what is said of a time that was refused, by its looks; a format in the words of the language follows.
LOOKS = "; it looks "


def literal(text: str) -> str:
    """``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """``text`` as an SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def words(items: Iterable[str]) -> str:
    """A list of strings in brackets, for ``IN``."""
    return "(" + ", ".join(literal(item) for item in items) + ")"


def compared(text: str, items: Iterable[str]) -> str:
    """SQL of ``text`` as it is compared with words: in lower case, single spaces where a word has any."""
    return f"folded({text})" if any(" " in item for item in items) else f"lower({text})"


def scalar(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    """The one value that ``query`` gives."""
    return con.execute(query).fetchall()[0][0]


def make_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define the macros.

    ``clean(x)`` trims visible and invisible space and makes empty text null; ``folded(x)`` is the text as words are
    compared, in lower case with single spaces; ``printable(x)`` also takes out control and direction characters;
    ``number_of(x)`` reads a plain decimal number; ``seconds_of(x)`` a duration or time of day ``H:MM[:SS[.f]]``;
    ``minutes_of(x)`` a duration ``M:SS`` or ``H:MM:SS``; ``clock_of(x)`` a time of day, also with AM/PM or without
    colon; ``nullif_any(x, items)`` is null where ``items`` has ``x``; ``reason_kind(x)`` is the part of a reason that
    is counted.
    """
    chars = literal(SPACES + INVISIBLE)
    con.execute(f"CREATE MACRO clean(x) AS nullif(trim(x, {chars}), '')")
    odd = " OR ".join(f"contains(x, {literal(space)})" for space in ("  ", "\xa0", "\u202f", "\t", "\n"))
    con.execute(
        f"CREATE MACRO folded(x) AS CASE WHEN {odd} "
        "THEN lower(regexp_replace(x, '[\\s\\x{a0}\\x{202f}]+', ' ', 'g')) ELSE lower(x) END"
    )
    con.execute(f"CREATE MACRO printable(x) AS nullif(trim(regexp_replace(x, {literal(_CONTROL)}, ' ', 'g')), '')")
    looks = literal(
        f"{LOOKS}(month first: |like )(format (excel_days|epoch_[a-z]+|%[A-Za-z%/:., -]+)|"
        'decimal: ","|decimal: ",", thousands: "[.]"|thousands: "[, ]")$'
    )
    con.execute(
        "CREATE MACRO reason_kind(x) AS CASE WHEN starts_with(x, 'repeat of row ') THEN 'repeat' "
        "WHEN starts_with(x, 'another state of ') THEN 'another state' "
        "WHEN starts_with(x, 'conflicting key: ') THEN 'conflicting key' "
        # What is said of the writing is counted with it; what was written is not.
        f"ELSE split_part(x, ' = ', 1) || regexp_extract(x, {looks}) END"
    )
    con.execute("CREATE MACRO nullif_any(x, items) AS CASE WHEN NOT list_contains(items, x) THEN x END")
    number = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?"
    con.execute(
        f"CREATE MACRO number_of(x) AS CASE WHEN regexp_full_match(x, {literal(number)}) "
        "AND isfinite(try_cast(x AS DOUBLE)) THEN try_cast(x AS DOUBLE) END"
    )
    span = r"(-?)(\d{1,6}):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?"
    con.execute(
        f"CREATE MACRO seconds_of(x) AS CASE WHEN regexp_full_match(x, {literal(span)}) THEN "
        f"(CASE WHEN starts_with(x, '-') THEN -1 ELSE 1 END) * ("
        f"regexp_extract(x, {literal(span)}, 2)::DOUBLE * 3600 + regexp_extract(x, {literal(span)}, 3)::DOUBLE * 60 "
        f"+ coalesce(nullif(regexp_extract(x, {literal(span)}, 4), '')::DOUBLE, 0)) END"
    )
    short = r"(-?)(\d{1,6}):([0-5]\d(?:\.\d+)?)"
    con.execute(
        f"CREATE MACRO minutes_of(x) AS CASE WHEN regexp_full_match(x, {literal(short)}) THEN "
        f"(CASE WHEN starts_with(x, '-') THEN -1 ELSE 1 END) * (regexp_extract(x, {literal(short)}, 2)::DOUBLE * 60 "
        f"+ regexp_extract(x, {literal(short)}, 3)::DOUBLE) ELSE seconds_of(x) END"
    )
    clock = r"(\d{1,2}):?([0-5]\d)(?::?([0-5]\d(?:\.\d+)?))?\s*([AaPp]\.?[Mm]\.?)?"
    hour = f"regexp_extract(x, {literal(clock)}, 1)::INTEGER"
    half = f"lower(left(regexp_extract(x, {literal(clock)}, 4), 1))"
    con.execute(
        f"CREATE MACRO clock_of(x) AS CASE WHEN regexp_full_match(x, {literal(clock)}) THEN (CASE "
        f"WHEN {half} <> '' AND ({hour} < 1 OR {hour} > 12) THEN NULL "
        f"WHEN {half} = 'a' THEN {hour} % 12 WHEN {half} = 'p' THEN {hour} % 12 + 12 "
        f"WHEN {hour} <= 23 THEN {hour} "
        f"WHEN {hour} = 24 AND regexp_full_match(x, '24:?00(:?00(\\.0+)?)?') THEN 24 END) * 3600::DOUBLE "
        f"+ regexp_extract(x, {literal(clock)}, 2)::DOUBLE * 60 "
        f"+ coalesce(nullif(regexp_extract(x, {literal(clock)}, 3), '')::DOUBLE, 0) END"
    )


# Names of raw columns as people write them.

_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))


def fold_name(name: str) -> str:
    """A name as names are compared.

    Without byte-order mark, other invisible characters, case and surplus space (no-break space included).
    """
    return " ".join(unicodedata.normalize("NFKC", name).translate(_INVISIBLE).split()).casefold()


def stack_names(rows: Sequence[Sequence[str]], spread: bool = True) -> tuple[str, ...]:
    """One name a column from several header rows: what stands above it, from top to bottom.

    ``spread``: a blank in an upper row takes what stands to its left, as far as no row above begins something new;
    exported merged cells look so.
    """
    width = max(len(row) for row in rows)
    cells = [[(row[j] if j < len(row) else "").strip() for j in range(width)] for row in rows]
    for i, row in enumerate(cells[:-1] if spread else []):
        for j in range(1, width):
            if not row[j] and not any(above[j] != above[j - 1] for above in cells[:i]):
                row[j] = row[j - 1]
    columns = ([row[j] for row in cells if row[j]] for j in range(width))
    names = [" ".join(dict.fromkeys(parts)) for parts in columns]
    return tuple(names)


# How a delimited file is written, and the rows of it that the engine read with their types.


@dataclass(frozen=True)
class Layout:
    """How a delimited file of one heading line is written."""

    path: Path
    #: Its first byte below the header.
    start: int
    #: Column names as written.
    names: tuple[str, ...]
    #: One character each.
    delimiter: str
    quote: str
    #: Number of the first line below the header.
    first_line: int

    @property
    def columns(self) -> list[str]:
        """The columns' names in the database."""
        return [f"c{i}" for i in range(1, len(self.names) + 1)]

    def reader(self, kinds: dict[str, str], path: Path | None = None, more: str = "") -> str:
        """SQL that reads the file, or another without header that is written like it."""
        columns = ", ".join(f"{name}: {literal(kind)}" for name, kind in kinds.items())
        return (
            f"read_csv({literal(str(path or self.path))}, auto_detect=false, header=false, columns={{{columns}}}, "
            f"delim={literal(self.delimiter)}, quote={literal(self.quote)}, escape={literal(self.quote)}, "
            f"skip={0 if path else 1}, max_line_size=16777216{more})"
        )


@dataclass(frozen=True)
class Straight:
    """Rows of a file that the engine read with the types of a contract, and about which nothing is in doubt."""

    #: The typed table they stand in.
    table: str
    #: SQL of them: ``_row``, every column of the contract, ``flags`` and ``reasons``.
    select: str
    #: Some row says that it is synthetic.
    made_up: bool
    #: Where the text of each line can be had.
    layout: Layout


# One input as read: a table of plain text, its columns by position, and where each row came from.

#: Reason of a cell that a program should have computed, and didn't store.
NO_RESULT = "formula without a stored result"
#: A row number that no file reaches.
NO_FOOTER = 2**62


@dataclass(frozen=True)
class RawTable:
    """A file, or a sheet of a workbook, as a table of text."""

    #: Its name in the database: columns ``c1`` ... and ``_row``, the number of the row in the file.
    table: str
    #: The file (and sheet) as people read it.
    file: str
    #: Its column names as written.
    names: tuple[str, ...]
    #: Rows in it, unreadable ones included.
    read: int
    #: Lines that are no record.
    bad: tuple[BadLine, ...] = ()
    #: What a reader should know about how it was read.
    notes: tuple[str, ...] = ()
    #: Hash of the file's bytes.
    sha256: str = ""
    #: Number of the row from which on the rows are a footer.
    footer_from: int = NO_FOOTER
    #: All cells are ASCII without control characters and without blanks around them.
    plain: bool = False
    #: Rows that were read with their types and do not stand in the table.
    straight: Straight | None = None
    #: Positions of columns with such cells; which they are stands in ``<table>_unworked`` (``_row``, ``place``).
    unworked: frozenset[int] = frozenset()
    by_name: dict[str, list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for i, name in enumerate(self.names, start=1):
            self.by_name.setdefault(fold_name(name), []).append(i)
        # A name that occurs twice can be told by what the files of rejected rows call it too.
        for name, found in [item for item in self.by_name.items() if len(item[1]) > 1]:
            for i in found:
                self.by_name.setdefault(f"{name} (column {i})", [i])

    def positions(self, name: str) -> list[int]:
        """Positions (from 1) of the columns of that name; more than one where the header repeats it."""
        return self.by_name.get(fold_name(name), [])

    def is_unworked(self, names: Iterable[str], positions: Iterable[int] = ()) -> str:
        """SQL of whether a row has no stored result in one of these columns; blank where none has."""
        found = {p for name in names for p in self.positions(name)} | set(positions)
        places = ", ".join(str(p) for p in sorted(found & self.unworked))
        return f"(_row IN (SELECT _row FROM {self.table}_unworked WHERE place IN ({places})))" if places else ""

    def original(self) -> str:
        """SQL of a row's raw fields as JSON."""
        return f"to_json({{{', '.join(f'{literal(n)}: c{i}' for i, n in enumerate(self.unique_names(), start=1))}}})"

    def unique_names(self) -> list[str]:
        """Column names, repeated and blank ones told apart by their position."""
        seen: set[str] = set()
        result = []
        for i, name in enumerate(self.names, start=1):
            shown = name.strip() or f"column {i}"
            # The engine's structures don't tell upper from lower case.
            if shown.casefold() in seen:
                shown = f"{shown} (column {i})"
            seen.add(shown.casefold())
            result.append(shown)
        return result


def footer_from(con: duckdb.DuckDBPyConnection, table: str, columns: int, bad: Iterable[BadLine], rows: int) -> int:
    """Number of the first of the last ``rows`` rows that hold anything; ``NO_FOOTER`` for none."""
    if not rows:
        return NO_FOOTER
    cells = ", ".join(f"clean(c{i})" for i in range(1, columns + 1))
    last = con.execute(
        f"SELECT _row FROM {table} WHERE coalesce({cells}) IS NOT NULL ORDER BY _row DESC LIMIT {rows}"
    ).fetchall()
    return min(sorted([n for (n,) in last] + [line.line for line in bad], reverse=True)[:rows], default=NO_FOOTER)


def hand_over(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, tuple[str, list]]) -> None:
    """Make a table of lists, each with the type of its column.

    To register a table of another library the engine first imports pandas, which takes longer than most returns.
    """
    parts = ", ".join(f"unnest(${i}::{kind}[]) AS {n}" for i, (n, (kind, _)) in enumerate(columns.items(), start=1))
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT {parts}", [values for _, values in columns.values()])


def column_list(n: int, kind: str) -> str:
    """``c1 KIND, c2 KIND ...``."""
    return ", ".join(f"c{i} {kind}" for i in range(1, n + 1))


def numbered(con: duckdb.DuckDBPyConnection, table: str, first_line: int, removed: np.ndarray) -> str:
    """SQL of the records of a table in the order of its file, each with the number of the line it begins on.

    A query in brackets: the columns of the table, and ``_row``.
    """
    if not len(removed):
        return f"(SELECT *, rowid + {first_line} AS _row FROM {table})"
    # Before the k-th removed line stand (its number - first line - k) records; from there on numbers jump by k + 1.
    begins = removed - first_line - np.arange(len(removed))
    jumps = {"begins": ("BIGINT", begins.tolist()), "jump": ("BIGINT", list(range(1, len(removed) + 1)))}
    hand_over(con, "jumps", jumps)
    con.execute(f"CREATE TABLE {table}_jumps AS SELECT begins, max(jump) AS jump FROM jumps GROUP BY begins")
    return (
        f"(SELECT l.* EXCLUDE (_id), l._id + {first_line} + coalesce(j.jump, 0) AS _row "
        f"FROM (SELECT *, rowid AS _id FROM {table}) l ASOF LEFT JOIN {table}_jumps j ON l._id >= j.begins)"
    )
