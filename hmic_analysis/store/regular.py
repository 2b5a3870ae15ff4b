"""Files whose every line is one record, which is what most files are: told without looking at each byte.

The engine reads them and refuses a line with too few or too many values, and text that is not UTF-8.  Where it read as
many records as the file has lines, none of which is blank, each line is one record; no closer look can find more.
Everything else is left to :mod:`hmic_analysis.store.scan`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hmic_analysis.store.scan import CHUNK, Scan
from hmic_analysis.store.sql import literal

_CONTROL = bytes(x for x in range(32) if x not in b"\r\n") + b"\x7f"
#: What stands for bytes that could not be decoded.
NOT_A_CHARACTER = b"\xef\xbf\xbd"


@dataclass(frozen=True)
class Look:
    """A first look at the bytes of a file below its header.

    Attributes
    ----------
    lines : int
    quoted : bool
        Some value may be in quotation marks.
    plain : bool
        ASCII without control characters.
    blanks : bool
        Some value may begin or end with a blank.
    delimiters : int
        Delimiters, those inside values included.
    open_ended : bool
        Some line ends in a delimiter.
    """

    lines: int
    quoted: bool
    plain: bool
    blanks: bool
    delimiters: int
    open_ended: bool


def look(path: Path, start: int, delimiter: str, quote: str) -> Look | None:
    """Look at a file, and give up where it needs the closer look.

    Parameters
    ----------
    path : pathlib.Path
    start : int
        Byte at which the first line below the header begins.
    delimiter, quote : str
        One ASCII character; ``quote`` may be empty.

    Returns
    -------
    Look or None
    """
    part, mark = delimiter.encode(), quote.encode()
    control = _CONTROL.replace(part, b"")
    edges = [part + b" ", b" " + part, b"\n ", b" \n", b" \r"]
    lines = returns = pairs = parts = 0
    last = b"\n"
    quoted = blanks = open_ended = False
    plain = True
    for data in pieces(path, start):
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
    if not last.endswith(b"\n"):
        lines += 1
    # The last line may have no end of its own.
    blanks = blanks or last.endswith(b" ")
    return Look(lines, quoted, plain, blanks, parts, open_ended or last.endswith(part))


def settle(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: int,
    seen: Look,
    first_line: int,
    delimiter: str,
    quote: str,
) -> Scan | None:
    """What is known of a file that the engine read whole.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    table : str
        What was read, columns ``c1`` ...
    columns : int
    seen : Look
    first_line : int
        Number of the first line below the header.
    delimiter, quote : str

    Returns
    -------
    Scan or None
        None where some line may not be one record.
    """
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
    found = (
        f"sum(CASE WHEN contains({n}, {mark}) THEN strlen({n}) - strlen(replace({n}, {mark}, '')) END)" for n in names
    )
    counts = con.execute(f"SELECT {', '.join(found)} FROM {table}").fetchall()[0]
    return sum(int(count) for count in counts if count is not None)


def pieces(path: Path, start: int) -> Iterator[bytes]:
    """The bytes of a file from ``start`` on, in pieces."""
    with path.open("rb") as stream:
        stream.seek(start)
        while data := stream.read(CHUNK):
            yield data
