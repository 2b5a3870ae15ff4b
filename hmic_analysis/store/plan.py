"""The layers of the statement that types one feed, and what several kinds of column share."""

from __future__ import annotations

from dataclasses import dataclass, field

from hmic_analysis.store.columns import Context
from hmic_analysis.store.mapping import Source
from hmic_analysis.store.sql import literal
from hmic_analysis.store.times import COUNTED

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
    ambiguous: list[str] = field(default_factory=list)
    missing_hour: list[str] = field(default_factory=list)
    no_clock: list[str] = field(default_factory=list)
    no_day: list[str] = field(default_factory=list)
    far: list[str] = field(default_factory=list)
    cut_off: list[str] = field(default_factory=list)
    anchors: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)

    def fail(self, column: str, test: str, label: str, text: str, tail: str = "", hint: str = "''") -> None:
        """A row for which ``test`` holds gets the reason ``label: column = text``, ``tail`` and the SQL ``hint``."""
        shown = f"left(printable({text}), 60)"
        said = f"{literal(f'{label}: {column} = ')} || coalesce({shown}, '') || {literal(tail)} || {hint}"
        self.reasons.append((test, said))
        self.failed.setdefault(column, []).append(f"coalesce({test}, false)")

    def blank(self, said: str, *columns: str) -> None:
        """A row that has none of the columns gets a reason; what failed to convert has its own."""
        tests = [f"{name} IS NULL" for name in columns]
        tests += [f"NOT {test}" for name in columns for test in self.failed.get(name, [])]
        self.reasons.append((" AND ".join(tests), literal(f"blank: {said}")))


def month_first_hint(text: str, source: Source) -> str:
    """SQL of what to say of a day that is refused because it was read day first, for want of a format."""
    if source.format:
        return "''"
    said = literal("; it looks month first: say its format in the mapping")
    return f"CASE WHEN regexp_matches({text}, '^(0?[1-9]|1[0-2])/(1[3-9]|2\\d|3[01])/\\d') THEN {said} ELSE '' END"


def number_text(text: str, context: Context, source: Source) -> str:
    """SQL that reads a number with the decimal mark and the thousands separator that hold for a source."""
    return f"number_of({plain_number(text, context, source)})"


def plain_number(text: str, context: Context, source: Source) -> str:
    """SQL of the text of a number with a decimal point and without thousands separators."""
    decimal = source.decimal or context.file.decimal or context.mapping.decimal
    thousands = next(
        (t for t in (source.thousands, context.file.thousands, context.mapping.thousands) if t is not None),
        "",
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
    if (source.decimal or context.file.decimal or context.mapping.decimal) == ".":
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
