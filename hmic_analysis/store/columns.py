"""From a mapping's column to SQL: the text that a raw row gives for it, and what several kinds of column share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import duckdb

from hmic_analysis.contracts import Contract
from hmic_analysis.contracts.base import NOT_KNOWN, Kind
from hmic_analysis.store import times
from hmic_analysis.store.mapping import FileSpec, Filter, Mapping, Source
from hmic_analysis.store.rawtable import LITTLE, LOOKS, RawTable, compared, literal, words
from hmic_analysis.store.times import COUNTED, count_looks

# From a mapping's column to SQL: the text that a raw row gives for it, before it gets a type.

#: Begins a text that no code matches; can't stand in any file.
UNMATCHED = "\x01"


@dataclass(frozen=True)
class Context:
    """What a column expression is written against."""

    raw: RawTable
    file: FileSpec
    mapping: Mapping
    #: What surrogate ids of this file begin with.
    stem: str
    #: Words for missing values of the mapping and the file say something in this column; only its own don't.
    judged: bool = False
    #: Some column of text of the file holds an error that a spreadsheet shows where a formula fails.
    errors: bool = False
    #: What :func:`seek` has found of the cells of the file.
    seen: dict[Sought, bool] = field(default_factory=dict, compare=False, repr=False)

    def missing(self, source: Source | None = None) -> tuple[str, ...]:
        """Words that stand for a missing value, lower case."""
        own = source.missing_values if source else ()
        found = own if self.judged else (*self.mapping.missing_values, *self.file.missing_values, *own)
        return tuple(dict.fromkeys(" ".join(word.split()).lower() for word in found))

    def raw_cell(self, name: str | int) -> str:
        """SQL of a raw cell, trimmed, null where it is empty or where the file has no such column."""
        positions = [name] if isinstance(name, int) else self.raw.positions(name)
        if not positions or positions[0] > len(self.raw.names):
            return "NULL::VARCHAR"
        # Of a plain file nothing but emptiness is to be cleaned.
        return f"nullif(c{positions[0]}, '')" if self.raw.plain else f"clean(c{positions[0]})"

    def cell(self, name: str | int, source: Source | None = None) -> str:
        """SQL of a raw cell, trimmed, null where missing or where the file has no such column."""
        value = self.raw_cell(name)
        if value == "NULL::VARCHAR":
            return value
        if self.file.shorthand:
            # '2 [r]' is the value 2, revised; a cell that holds nothing else stays as it is, for missing values.
            marks = "|".join(re.escape(mark.strip("[] ")) for mark in self.file.shorthand)
            value = f"regexp_replace({value}, {literal(rf'([^ ])( *[[](?i:{marks})[]])+$')}, '\\1')"
        missing = self.missing(source)
        if not missing:
            return value
        test = f"{compared(value, missing)} NOT IN {words(missing)}"
        if self.raw.plain and not any(" " in word for word in missing):
            # To ask for the length is cheap, and most values are longer than any word for what is missing.
            test = f"(strlen({value}) > {max(map(len, missing))} OR {test})"
        return f"CASE WHEN {test} THEN {value} END"


#: What spreadsheets show where a formula fails; ``#N/A`` stands for a missing value by the mapping.
_ERROR = "#(REF!|VALUE!|DIV/0!|NAME[?]|NUM!|NULL!|SPILL!|CALC!|FIELD!|ERROR!)|ERR:[0-9][0-9][0-9]"
_IS_ERROR = (
    f"((starts_with({{x}}, '#') OR starts_with({{x}}, 'Err:')) AND regexp_full_match(upper({{x}}), {literal(_ERROR)}))"
)


def is_error(text: str) -> str:
    """SQL of whether a text is an error of a spreadsheet, which names and tells nothing."""
    return _IS_ERROR.format(x=text)


class Sought(NamedTuple):
    """What is looked for in the cells of a column: SQL of a cell, and of what some of them may be, with ``{x}``."""

    cell: str
    test: str


def seek(con: duckdb.DuckDBPyConnection, context: Context, looks: Iterable[Sought]) -> None:
    """Look for many things at once where the file is small; of a large one each look ends at its first find."""
    left = list(dict.fromkeys(sought for sought in looks if sought not in context.seen))
    if context.raw.read >= LITTLE or not left:
        return
    cells = {cell: f"x{i}" for i, cell in enumerate(dict.fromkeys(sought.cell for sought in left))}
    tests = ", ".join(f"coalesce(bool_or({sought.test.format(x=cells[sought.cell])}), false)" for sought in left)
    named = ", ".join(f"{cell} AS {x}" for cell, x in cells.items())
    found = con.execute(f"SELECT {tests} FROM (SELECT {named} FROM {context.raw.table})").fetchall()[0]
    context.seen.update(zip(left, found, strict=True))


def is_found(con: duckdb.DuckDBPyConnection, context: Context, sought: Sought) -> bool:
    """Whether any cell is what is looked for."""
    if sought not in context.seen:
        test = sought.test.format(x="x")
        query = f"SELECT 1 FROM (SELECT {sought.cell} AS x FROM {context.raw.table}) WHERE {test} LIMIT 1"
        context.seen[sought] = bool(con.execute(query).fetchall())
    return context.seen[sought]


def errors_in(context: Context, source: Source) -> list[Sought]:
    """The looks for errors of a spreadsheet in the columns of a source."""
    positions = [p for name in source.raw_columns() for p in context.raw.positions(name)[:1]]
    return [Sought(f"c{p}", _IS_ERROR) for p in positions]


def source_text(context: Context, source: Source, person: bool = False) -> str:
    """SQL of the text of a column source, transformed up to but not including its codes."""
    text = _origin(context, source, person)
    for step in source.replace:
        if step.regex:
            text = f"regexp_replace({text}, {literal(step.find)}, {literal(step.by)}, 'g')"
        else:
            text = f"replace({text}, {literal(step.find)}, {literal(step.by)})"
    if source.extract is not None:
        text = extracted(text, source.extract)
    if source.split is not None:
        text = f"string_split({text}, {literal(source.split.on)})[{source.split.part}]"
    if source.case is not None:
        text = f"{source.case}({text})"
    if source.replace or source.extract is not None or source.split is not None:
        text = f"clean({text})"
    return text


def extracted(text: str, pattern: str) -> str:
    """SQL of the first group of an expression, or of all it matches where it has no group; null without a match."""
    # Escaped brackets and sets of characters open no group.
    plain = re.sub(r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]", "", pattern)
    group = 1 if re.search(r"\((?!\?[:imsU-])", plain) else 0
    return f"nullif(regexp_extract({text}, {literal(pattern)}, {group}), '')"


def _origin(context: Context, source: Source, person: bool) -> str:
    if source.value is not None:
        return f"{literal(source.value)}::VARCHAR"
    if source.row_id:
        return f"{literal(context.stem)} || ':' || _row"
    if source.first_of:
        parts = [coded_text(source_text(context, part), part) for part in source.first_of]
        return f"coalesce({', '.join(parts)})"
    if source.columns:
        cells = [context.cell(name, source) for name in source.columns]
        if person:
            return f" || {literal(source.join)} || ".join(f"({cell})" for cell in cells)
        if source.blank_part is not None:
            # Only where every part is blank there is nothing to say.
            filled = ", ".join(f"coalesce({cell}, {literal(source.blank_part)})" for cell in cells)
            joined = f"concat_ws({literal(source.join)}, {filled})"
            return f"CASE WHEN coalesce({', '.join(cells)}) IS NOT NULL THEN {joined} END"
        return f"nullif(concat_ws({literal(source.join)}, {', '.join(cells)}), '')"
    if source.column is not None:
        return context.cell(source.column, source)
    if source.position is not None:
        return context.cell(source.position, source)
    return context.cell(source.date or source.time or "", source)


def coded_text(text: str, source: Source) -> str:
    """SQL of a text after its codes and its default; ``UNMATCHED`` and the text where no code fits."""
    if source.codes:
        folded = compared(text, (" ".join(raw.split()) for raw in source.codes))
        cases = " ".join(
            f"WHEN {_test(text, folded, raw, source.match)} THEN {_code(code)}" for raw, code in _order(source)
        )
        other = {"reject": f"{literal(UNMATCHED)} || {text}", "blank": "NULL", "keep": text}.get(
            source.otherwise, literal(source.otherwise)
        )
        text = f"CASE WHEN {text} IS NULL THEN NULL {cases} ELSE {other} END"
    if source.default is not None:
        text = f"coalesce({text}, {literal(source.default)})"
    return text


def _order(source: Source) -> list[tuple[str, str]]:
    items = list(source.codes.items())
    # The longest beginning first, so that '10' is not taken for '1'; expressions keep the order of the file.
    return sorted(items, key=lambda item: -len(item[0])) if source.match == "prefix" else items


def _test(text: str, folded: str, raw: str, match: str) -> str:
    word = " ".join(raw.split()).lower()
    if match == "prefix":
        return f"starts_with({folded}, {literal(word)})"
    if match == "regex":
        return f"regexp_matches({text}, {literal(raw)}, 'i')"
    return f"{folded} = {literal(word)}"


def _code(code: str) -> str:
    return "NULL" if code == "blank" else literal(code)


def filter_test(context: Context, test: Filter) -> str:
    """SQL of a row filter; never null.

    Words are compared with the cells as written, those that stand for a missing value included; these are blank too.
    """
    cell, known_cell = (
        context.raw_cell(test.column or test.position or 0),
        context.cell(test.column or test.position or 0),
    )
    parts = []
    if test.equals:
        known = _folded(test.equals)
        parts.append(f"{compared(cell, known)} IN {words(known)}")
    if test.not_equals:
        known = _folded(test.not_equals)
        parts.append(f"({cell} IS NULL OR {compared(cell, known)} NOT IN {words(known)})")
    if test.blank is not None:
        parts.append(f"{known_cell} IS {'' if test.blank else 'NOT '}NULL")
    if test.matches is not None:
        parts.append(f"regexp_matches({cell}, {literal(test.matches)})")
    if test.not_matches is not None:
        parts.append(f"({cell} IS NULL OR NOT regexp_matches({cell}, {literal(test.not_matches)}))")
    return "(" + " AND ".join(f"coalesce({part}, false)" for part in parts) + ")"


def _folded(items: tuple[str, ...]) -> list[str]:
    return [" ".join(item.split()).lower() for item in items]


# The layers of the statement that types one feed, and what several kinds of column share.

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "hh:mm:ss": 1, "mm:ss": 1}


@dataclass
class Plan:
    """The layers of the statement that types one feed.

    Each layer selects from the one before; later layers may use the names of earlier ones.
    """

    text: dict[str, str] = field(default_factory=dict)
    coded: dict[str, str] = field(default_factory=dict)
    split: dict[str, str] = field(default_factory=dict)
    wall: dict[str, str] = field(default_factory=dict)
    chain: list[dict[str, str]] = field(default_factory=list)
    code: dict[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    value: dict[str, str] = field(default_factory=dict)
    reasons: list[tuple[str, str]] = field(default_factory=list)
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    missing_hour: list[str] = field(default_factory=list)
    no_clock: list[str] = field(default_factory=list)
    no_day: list[str] = field(default_factory=list)
    far: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    day_only: dict[str, str] = field(default_factory=dict)
    marked: dict[str, str] = field(default_factory=dict)
    cut_off: list[str] = field(default_factory=list)
    anchors: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)

    def fail(self, column: str, test: str, label: str, text: str, tail: str = "", hint: str = "''") -> None:
        """A cell for which ``test`` holds can't be read: ``label: column = text``, ``tail`` and the SQL ``hint``."""
        shown = f"left(printable({text}), 60)"
        said = f"{literal(f'{label}: {column} = ')} || coalesce({shown}, '') || {literal(tail)} || {hint}"
        self.faults.append((column, test, said))
        self.failed.setdefault(column, []).append(f"coalesce({test}, false)")

    def blank(self, said: str, *columns: str) -> None:
        """A row that has none of the columns gets a reason; what failed to convert has its own."""
        tests = [f"{name} IS NULL" for name in columns]
        tests += [f"NOT {test}" for name in columns for test in self.failed.get(name, [])]
        days = " OR ".join(self.day_only[name] for name in columns if name in self.day_only)
        why = literal(f"blank: {said}")
        if days:
            why = f"CASE WHEN {days} THEN {literal(f'a day without a time of day: {said}')} ELSE {why} END"
        self.reasons.append((" AND ".join(tests), why))

    def sorted_faults(self, contract: Contract) -> tuple[list[tuple[str, str]], dict[str, list[tuple[str, str]]]]:
        """What can't be read, parted: what costs the row, and what costs its own cell alone, by column.

        A row goes for its key and for what it must have; of columns of which one is enough, where none is left.  A
        column of the key that may be blank, such as the day of a course not yet completed, costs its cell alone.
        """
        optional = {c.name for c in contract.columns if c.blank != NOT_KNOWN}
        needed = {c.name for c in contract.columns if c.required} | set(contract.key) - optional
        groups = {name: group for group in contract.any_of for name in group}
        rows, cells = [], {}
        for column, test, said in self.faults:
            if column in needed:
                rows.append((test, said))
            elif column in groups:
                none_left = " AND ".join(f"{name} IS NULL" for name in groups[column])
                rows.append((f"({test}) AND {none_left}", said))
                cells.setdefault(column, []).append((f"({test}) AND NOT ({none_left})", said))
            else:
                cells.setdefault(column, []).append((test, said))
        return rows, cells


def is_month_first(con: duckdb.DuckDBPyConnection, context: Context, source: Source) -> bool:
    """Whether a column without a format is written month first.

    Some day of it can be read in no other way, and none only day first; then the days up to the 12th are not read day
    first either. Where no day tells, all of them together may.
    """
    if source.format or source.on:
        return False
    month, late = "(0?[1-9]|1[0-2])", "(1[3-9]|2\\d|3[01])"
    cells = f"SELECT {source_text(context, source)} AS x, _row FROM {context.raw.table}"
    late_second, late_first, either = con.execute(
        f"SELECT count(*) FILTER (regexp_matches(x, '^{month}/{late}/\\d')), "
        f"count(*) FILTER (regexp_matches(x, '^{late}/{month}/\\d')), "
        f"count(*) FILTER (regexp_matches(x, '^{month}/{month}/\\d')) FROM ({cells})"
    ).fetchall()[0]
    if late_second or late_first or either < FEWEST_DAYS:
        return late_second > 0 and not late_first
    return _likelier_month_first(con, cells)


#: Different days of a column from which on their order and spread can tell which number of them is the month.
FEWEST_DAYS = 8


def _likelier_month_first(con: duckdb.DuckDBPyConnection, cells: str) -> bool:
    """Whether days that none of them tells make sense month first only.

    Rows of a log follow in time, and its days lie close together: read the wrong way they jump about, or all fall on
    the same few days of every month.
    """
    shape = "^(\\d{1,2})/(\\d{1,2})/(\\d{2,4}).*"
    parts = [f"regexp_extract(x, '{shape}', {i})::INTEGER" for i in (1, 2, 3)]
    days = (
        f"SELECT make_date({parts[2]}, {parts[1]}, {parts[0]}) AS d, make_date({parts[2]}, {parts[0]}, {parts[1]}) AS m"
    )
    row = con.execute(
        "SELECT count(*), count(DISTINCT d), max(d) - min(d), max(m) - min(m), count(*) FILTER (d < d0), "
        "count(*) FILTER (m < m0), count(*) FILTER (d <> d0) "
        "FROM (SELECT d, m, lag(d) OVER w AS d0, lag(m) OVER w AS m0 "
        f"FROM ({days}, _row FROM ({cells}) WHERE regexp_matches(x, '{shape}')) WINDOW w AS (ORDER BY _row))"
    ).fetchall()[0]
    rows, different, span_day_first, span_month_first, back_day_first, back_month_first, steps = row
    if different < FEWEST_DAYS:
        return False
    only_so = 10 * back_day_first >= steps or (not back_month_first and back_day_first > 1)
    in_order = steps >= FEWEST_DAYS and 50 * back_month_first <= steps and only_so
    # One row on the same day of every month is a register; many rows on each of these days are a log read wrongly.
    close = 4 * (span_month_first + 1) <= span_day_first and span_month_first <= 4 * different
    return in_order or (close and rows >= 5 * different)


#: Cells of a column that are looked at for their format, and the share of them that it must read.
_LOOKED_AT, _MOST = 200, 0.9
#: What is read without a format, or is hardly a time at all.
_USUAL_DAY = r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4})([ T]+\d{1,2}:[\d:.]*)?|\D*"


def _usual_format(con: duckdb.DuckDBPyConnection, context: Context, source: Source) -> str:
    """The one of the usual formats that reads nearly all of a column of which none of the first cells needs none."""
    text = source_text(context, source)
    first = f"SELECT x FROM (SELECT {text} AS x FROM {context.raw.table}) WHERE x IS NOT NULL LIMIT {_LOOKED_AT}"
    odd = f"SELECT unzoned(x) AS u FROM ({first}) WHERE NOT regexp_full_match(x, {literal(_USUAL_DAY)})"
    cells = [u for (u,) in con.execute(odd).fetchall()]
    n, formats = len(cells), times.likely(cells)
    if not formats or 2 * n <= con.execute(f"SELECT count(*) FROM ({first})").fetchall()[0][0]:
        return ""
    reads = {f: f"coalesce({times.stamp('u', (f,))}, {times.day('u', (f,))})" for f in formats}
    counts = con.execute(f"SELECT {', '.join(f'count({read})' for read in reads.values())} FROM ({odd})").fetchall()[0]
    best, read = max(zip(reads, counts, strict=True), key=lambda found: found[1])
    return best if read >= _MOST * n else ""


def format_hint(
    con: duckdb.DuckDBPyConnection, context: Context, text: str, source: Source, whole: bool = False
) -> str:
    """SQL of which format a time or day has by its looks, or by those of its whole column, refused for want of one.

    ``whole``: the whole column is month first, and its days up to the 12th are refused too.
    """
    if source.format:
        return "''"
    day = "([0-2]?\\d|3[01])" if whole else "(1[3-9]|2\\d|3[01])"
    half = f"regexp_matches({text}, '[AaPp][Mm]$')"
    # Day first is read without a format, but for a clock of twelve hours and a year of two digits.
    unread = f"({half} OR NOT regexp_matches({text}, '/\\d{{4}}'))"
    order = (
        f"CASE WHEN regexp_matches({text}, '^(0?[1-9]|1[0-2])/{day}/\\d') THEN '%m/%d/' "
        f"WHEN {unread} AND regexp_matches({text}, '^(1[3-9]|2\\d|3[01])/(0?[1-9]|1[0-2])/\\d') THEN '%d/%m/' END"
    )
    clock = (
        f"CASE WHEN NOT contains({text}, ':') THEN '' ELSE CASE WHEN {half} THEN ' %I:%M' ELSE ' %H:%M' END || "
        f"CASE WHEN regexp_matches({text}, ':\\d\\d:') THEN ':%S' ELSE '' END || "
        f"CASE WHEN {half} THEN ' %p' ELSE '' END END"
    )
    year = f"CASE WHEN regexp_matches({text}, '/\\d{{4}}') THEN '%Y' ELSE '%y' END"
    how = f"CASE WHEN {order} = '%m/%d/' THEN 'month first: format ' ELSE 'like format ' END"
    dated = f"{how} || {order} || {year} || {clock}"
    usual = "" if whole else _usual_format(con, context, source)
    # What all cells of a column have in common tells more than the size of one.
    counted = f"'like format {usual}'" if usual else f"'like format ' || {count_looks(text)}"
    looks = f"coalesce({dated}, {counted})"
    return f"coalesce({literal(LOOKS)} || {looks}, '')"


def number_text(text: str, context: Context, source: Source) -> str:
    """SQL that reads a number with the decimal mark and the thousands separator that hold for a source."""
    return f"number_of({plain_number(text, context, source)})"


def is_decimal_comma(con: duckdb.DuckDBPyConnection, context: Context, source: Source) -> bool:
    """Whether some number of a column without a declared decimal comma has one beyond doubt: ``7,5``, ``0,125``."""
    if _decimal(context, source) == "," or source.unit in ("hh:mm:ss", "mm:ss"):
        return False
    text = source_text(context, source)
    test = f"contains({text}, ',') AND regexp_full_match({text}, '[+-]?(\\d+,(\\d|\\d\\d|\\d{{4,}})|0,\\d+)')"
    return bool(con.execute(f"SELECT 1 FROM {context.raw.table} WHERE {test} LIMIT 1").fetchall())


def _decimal(context: Context, source: Source) -> str | None:
    return source.decimal or context.file.decimal or context.mapping.decimal


def number_hint(text: str, context: Context, source: Source, comma: bool) -> str:
    """SQL of how a number that is refused is written by its looks, in the words of the mapping.

    ``comma``: some number of the column has a decimal comma beyond doubt.
    """
    if _decimal(context, source) == ",":
        return "''"
    looks = {
        r"[+-]?\d{1,3}([.]\d{3})+,\d+": 'decimal: ",", thousands: "."',
        r"[+-]?\d{1,3}(,\d{3})+([.]\d+)?": 'decimal: ","' if comma else 'thousands: ","',
        r"[+-]?\d{1,3}( \d{3})+([.]\d+)?": 'thousands: " "',
        r"[+-]?\d+,\d+": 'decimal: ","',
    }
    cases = " ".join(f"WHEN regexp_full_match({text}, {literal(s)}) THEN {literal(w)}" for s, w in looks.items())
    return f"coalesce({literal(LOOKS)} || 'like ' || CASE {cases} END, '')"


def plain_number(text: str, context: Context, source: Source) -> str:
    """SQL of the text of a number with a decimal point and without thousands separators."""
    decimal = _decimal(context, source)
    thousands = next(
        (t for t in (source.thousands, context.file.thousands, context.mapping.thousands) if t is not None), ""
    )
    if thousands == decimal:
        thousands = ""
    plain = f"translate({text}, '\u00a0\u202f', '  ')" if thousands == " " else text
    if thousands:
        t, d = (f"[{x}]" for x in (thousands, decimal))
        shape = literal(rf"[+-]?\d{{1,3}}({t}\d{{3}})+({d}\d+)?")
        # Only where the groups are whole: '1,5' must not become 15.
        joined = f"replace({plain}, {literal(thousands)}, '')"
        plain = f"CASE WHEN regexp_full_match({plain}, {shape}) THEN {joined} ELSE {plain} END"
    if decimal == ",":
        plain = f"CASE WHEN NOT contains({plain}, '.') THEN replace({plain}, ',', '.') END"
    return plain


def duration_text(text: str, unit: str, context: Context, source: Source) -> str:
    """SQL of the seconds of a duration that is counted in a unit, or written with colons."""
    if unit == "hh:mm:ss":
        return f"seconds_of({text})"
    if unit == "mm:ss":
        return f"minutes_of({text})"
    return f"({number_text(text, context, source)} * {SECONDS[unit]})"


def missing_numbers(context: Context, source: Source) -> list[str]:
    """Missing values that are numbers."""
    return [w for w in context.missing(source) if w.lstrip("+-").replace(".", "", 1).isdecimal()]


def is_missing_number(text: str, context: Context, source: Source) -> str:
    """SQL of whether a text is one of the numbers that stand for a missing value, however written; never null."""
    numbers = missing_numbers(context, source)
    if not numbers:
        return "false"
    grouped = source
    if _decimal(context, source) == ".":
        # With a decimal point '-9,999' can be nothing else than -9999, whether thousands are declared or not.
        grouped = source.model_copy(update={"thousands": ","})
    return f"coalesce({number_text(text, context, grouped)} IN ({', '.join(numbers)}), false)"


def but_missing(text: str, context: Context, source: Source) -> str:
    """SQL of a text, null where it is a number that stands for a missing value."""
    if not missing_numbers(context, source):
        return text
    return f"CASE WHEN NOT {is_missing_number(text, context, source)} THEN {text} END"


def counted_text(text: str, context: Context, source: Source) -> str:
    """SQL of a time that may be a count: its decimal mark a point, its thousands together."""
    if not set(source.format) & set(COUNTED):
        return text
    number = r"[+-]?\d[\d.,'\s\x{a0}\x{202f}]*"
    plain = plain_number(text, context, source)
    return f"CASE WHEN regexp_full_match({text}, {literal(number)}) THEN coalesce({plain}, {text}) ELSE {text} END"


# What all cells of a column look like.
#
# One look at a column costs little; the statement that would read every way of writing a time is long, costly to plan
# and slow to carry out. So it is written only for columns that need it.

Shape = Literal["stamp", "day", "month", "whole"]

#: SQL of whether a text ``{x}`` has a shape; what has it is read alike by the short way and by the long one.
_TESTS: dict[Shape, str] = {
    # The hour 24 is for the long way, which knows what of it exists.
    "stamp": "({x} LIKE '____-__-__ __:__:__' OR {x} LIKE '____-__-__ __:__' OR {x} LIKE '____-__-__T__:__:__') "
    "AND {x} NOT LIKE '___________24%' AND try_cast({x} AS TIMESTAMP) IS NOT NULL",
    "day": "{x} LIKE '____-__-__' AND try_cast({x} AS TIMESTAMP) IS NOT NULL",
    "month": "{x} LIKE '____-__' AND try_cast({x} || '-01' AS TIMESTAMP) IS NOT NULL",
    "whole": "length({x}) < 16 AND try_cast({x} AS BIGINT)::VARCHAR = {x}",
}
#: The shape of the plainest cells of a kind of column.
_SHAPES: dict[Kind, Shape] = {
    "timestamp": "stamp",
    "date": "day",
    "month": "month",
    "integer": "whole",
    "number": "whole",
}


def is_plain(context: Context, source: Source) -> bool:
    """Whether a source is one column of a plain file, with nothing done to its cells."""
    changed = (
        source.columns,
        source.value is not None,
        source.row_id,
        source.first_of,
        source.date is not None,
        source.time is not None,
        source.replace,
        source.extract is not None,
        source.split is not None,
        source.case is not None,
        source.codes,
        source.default is not None,
    )
    return context.raw.plain and not any(changed)


def misfits(context: Context, source: Source, kind: Kind) -> list[Sought]:
    """The look for a cell that isn't as plain as those of a kind can be; none where the mapping asks for more."""
    shape = _SHAPES.get(kind)
    if shape is None or not is_plain(context, source) or missing_numbers(context, source) or source.plus is not None:
        return []
    if source.unit if shape == "whole" else source.format and "iso" not in source.format:
        return []
    cell = context.cell(source.column if source.column is not None else source.position or 0, source)
    return [Sought(cell, f"{{x}} IS NOT NULL AND NOT coalesce({_TESTS[shape]}, false)")]


def is_plainest(con: duckdb.DuckDBPyConnection, context: Context, source: Source, kind: Kind) -> bool:
    """Whether every cell of a column is blank or as plain as can be, and the mapping has nothing to say against it."""
    return any(not is_found(con, context, sought) for sought in misfits(context, source, kind))
