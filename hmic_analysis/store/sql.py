"""Small helpers to write SQL, and the macros that every statement of the loader may use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb

#: Space that people don't see as such: no-break, narrow and zero-width kinds, byte-order mark.
SPACES = "\t\n\v\f\r \x85\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_CONTROL = r"[\x00-\x1f\x7f\x{80}-\x{9f}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2069}\x{feff}]+"


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
    con.execute(
        "CREATE MACRO reason_kind(x) AS CASE WHEN starts_with(x, 'repeat of row ') THEN 'repeat' "
        "WHEN starts_with(x, 'another state of ') THEN 'another state' "
        "WHEN starts_with(x, 'conflicting key: ') THEN 'conflicting key' ELSE split_part(x, ' = ', 1) END"
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
