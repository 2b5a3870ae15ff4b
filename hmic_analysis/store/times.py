"""Days and times as people write them, and wall time to UTC and back, in SQL."""

import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import duckdb

from hmic_analysis.errors import did_you_mean
from hmic_analysis.store.rawtable import literal

# SQL that reads days and times as people write them.

_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "BST": 60}
#: After a time with colons or the time of the compact ISO form (20130702T0304); after bare digits only Z.
_OFFSET = (
    r"(?:\d:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?|\dT\d{4}(?:\d{2}(?:[.,]\d+)?)?)"
    r"\s*(Z|z|UTC|GMT|BST|[+-]\d{2}(?::?\d{2})?)$|\d(Z)$"
)
_ISO = r"\d{4}-\d{1,2}-\d{1,2}( +|T)\d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,6})?)?"
_UK_DAYS = ("%d/%m/%Y",)
_UK_TIMES = ("%d/%m/%Y %H:%M:%S.%f", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
_MONTHS = ("%Y-%m", "%m/%Y", "%b %Y", "%B %Y", "%b-%y", "%b-%Y")
_CLOCK_CODES = ("%H", "%I", "%c", "%X", "%s")
#: Words for a time of day alone, beside strptime formats.
CLOCKS = ("hhmm", "hhmmss", "excel_days")
#: What office programs put before a time of day that has no day.
_DAY_ZERO = r"^(1899-12-3[01]|1900-01-0[01])[ T]"
#: Formats that count from a fixed instant.
COUNTED = (
    "epoch_seconds",
    "epoch_milliseconds",
    "epoch_microseconds",
    "epoch_nanoseconds",
    "epoch_filetime",
    "excel_days",
)
#: Days and clocks as exports often write them, day first before month first, and the formats that they make.
_DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y", "%d.%m.%Y",
    "%d.%m.%y", "%d %b %Y", "%d %b %y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%d/%b/%y", "%b %d %Y",
    "%b %d, %Y", "%B %d, %Y", "%a %d %b %Y", "%A %d %B %Y", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d", "%d%b%Y", "%Y%m%d",
)  # fmt: skip
_CLOCKS = (
    "%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%H.%M.%S", "%H.%M", "%H%M", "%I:%M:%S %p", "%I:%M %p", "%I:%M:%S%p",
    "%I:%M%p", "%I:%M:%S.%f %p", "%I.%M.%S.%f %p", "%I.%M.%S %p", "%I.%M %p",
)  # fmt: skip
USUAL = (
    *(f"{day}{part}{clock}" for day in _DAYS for part in (" ", ", ") for clock in _CLOCKS), *_DAYS,
    "%d%b%Y:%H:%M:%S", "%Y%m%dT%H%M%S", "%Y%m%d%H%M%S", "%Y%m%d%H%M",
)  # fmt: skip


def likely(texts: Iterable[str]) -> tuple[str, ...]:
    """The usual formats that have the signs of one of these texts: to try them all on each would take long."""
    found = {_signs(text) for text in texts}
    return tuple(pattern for pattern in USUAL if _signs(pattern) in found)


def _signs(text: str) -> str:
    """What stands between the words and numbers of a time, or of a format."""
    return re.sub(r"\s+", " ", re.sub(r"%[A-Za-z]|[A-Za-z0-9]+", "", text)).strip()


#: Counts by what one of them is worth in microseconds; since 1970, but for that of Windows, which counts since 1601.
_EPOCHS = {
    "epoch_seconds": 1_000_000,
    "epoch_milliseconds": 1_000,
    "epoch_microseconds": 1,
    "epoch_nanoseconds": 0.001,
    "epoch_filetime": 0.1,
}
_BEFORE_1970 = {"epoch_filetime": 11_644_473_600_000_000}
_LOW, _HIGH = "TIMESTAMP '1900-01-01'", "TIMESTAMP '2100-12-31 23:59:59.999999'"


def make_time_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Define the macros that read times.

    ``plausible(x)`` is a timestamp of the years 1900 to 2100, else null; ``by_format(x, f)`` a text by the first of
    the strptime formats that fits; ``offset_of(x)`` the minutes east of
    Greenwich written at the end of a time, else null; ``unzoned(x)`` the text without them and with at most six
    digits of a second.
    """
    found = f"regexp_extract(x, {literal(_OFFSET)}, 1) || regexp_extract(x, {literal(_OFFSET)}, 2)"
    mark = f"upper({found})"
    con.execute(f"CREATE MACRO plausible(x) AS CASE WHEN x BETWEEN {_LOW} AND {_HIGH} THEN x END")
    # The engine knows words such as 'epoch' and 'infinity' in whatever format.
    con.execute("CREATE MACRO by_format(x, f) AS CASE WHEN regexp_matches(x, '[0-9]') THEN try_strptime(x, f) END")
    named = " ".join(f"WHEN {literal(word)} THEN {minutes}" for word, minutes in _ZONES.items())
    sign = f"(CASE WHEN starts_with({mark}, '-') THEN -1 ELSE 1 END)"
    digits = f"replace(substr({mark}, 2), ':', '')"
    con.execute(
        f"CREATE MACRO offset_of(x) AS CASE WHEN regexp_matches(x, {literal(_OFFSET)}) THEN CASE {mark} {named} "
        f"ELSE {sign} * (left({digits}, 2)::INTEGER * 60 + coalesce(nullif(substr({digits}, 3, 2), '')::INTEGER, 0)) "
        "END END"
    )
    con.execute(
        "CREATE MACRO unzoned(x) AS regexp_replace(CASE WHEN "
        f"regexp_matches(x, {literal(_OFFSET)}) THEN rtrim(left(x, length(x) - length({found}))) ELSE x END, "
        "'([.,]\\d{6})\\d+($|[^0-9eE])', '\\1\\2')"
    )


def stamp(text: str, formats: tuple[str, ...], guard: bool = True) -> str:
    """SQL of the timestamp that ``text`` says, null where it says none or has no time of day."""
    tries = [_counted(text, f) for f in formats if f in COUNTED]
    if not formats or "iso" in formats:
        tries.append(_iso(text))
    patterns = tuple(f for f in formats if _has_clock(f)) if formats else _UK_TIMES
    patterns = _short_years_first(patterns)
    patterns = tuple(_without_zone(f) for f in patterns)
    if patterns:
        day_after = f"regexp_matches({text}, '(^|[ T])24:00(:00([.]0+)?)?$')"
        listed = f"[{', '.join(literal(p) for p in patterns)}]"
        earlier = f"regexp_replace({text}, '(^|[ T])24:00', '\\100:00')"
        tries.append(
            f"CASE WHEN {day_after} THEN by_format({earlier}, {listed}) + INTERVAL 1 DAY "
            f"ELSE by_format({text}, {listed}) END"
        )
    return _guard(_first(tries)) if guard else _first(tries)


def day(text: str, formats: tuple[str, ...], guard: bool = True) -> str:
    """SQL of the midnight of the day that ``text`` names without a time of day; null otherwise."""
    tries = []
    if not formats or "iso" in formats:
        tries.append(
            f"CASE WHEN regexp_full_match({text}, '\\d{{4}}-\\d{{1,2}}-\\d{{1,2}}') "
            f"THEN try_cast({text} AS TIMESTAMP) END"
        )
    patterns = tuple(f for f in formats if f not in (*COUNTED, "iso") and not _has_clock(f)) if formats else _UK_DAYS
    patterns = _short_years_first(patterns)
    if patterns:
        tries.append(f"by_format({text}, [{', '.join(literal(p) for p in patterns)}])")
    return _guard(_first(tries)) if guard else _first(tries)


def clock(text: str, formats: tuple[str, ...]) -> str:
    """SQL of the seconds since midnight that a time of day alone says; null where it says none."""
    if not formats:
        return f"clock_of(regexp_replace({text}, {literal(_DAY_ZERO)}, ''))"
    tries = []
    for pattern in formats:
        if pattern in ("hhmm", "hhmmss"):
            digits = f"regexp_replace({text}, '[.]0+$', '')"
            width = len(pattern)
            good = f"regexp_full_match({digits}, '\\d{{1,{width}}}')"
            tries.append(f"CASE WHEN {good} THEN clock_of(lpad({digits}, {width}, '0')) END")
        elif pattern == "excel_days":
            part = f"number_of({text})"
            tries.append(f"CASE WHEN {part} >= 0 THEN round(({part} - floor({part})) * 86400) % 86400 END")
        else:
            found = f"by_format({text}, {literal(_without_zone(pattern))})"
            tries.append(f"epoch({found} - date_trunc('day', {found}))")
    return f"coalesce({', '.join(tries)}, NULL)"


def month(text: str, formats: tuple[str, ...]) -> str:
    """SQL of the first day of the month that ``text`` names: ``YYYY-MM``, ``MM/YYYY``, ``Jan 2014``, or any day."""
    months = f"by_format({text}, [{', '.join(literal(p) for p in _MONTHS)}])"
    tries = [stamp(text, formats), day(text, formats)]
    if not formats or "iso" in formats:
        tries.append(_guard(months))
    return f"CAST(date_trunc('month', {_first(tries)}) AS DATE)"


def _iso(text: str) -> str:
    plain = f"replace({text}, ',', '.')"
    # Of the hour 24 only its beginning exists; the engine would take 24:30 too.
    late = f"regexp_matches({plain}, '[ T]24:') AND NOT regexp_full_match({plain}, '.*[ T]24:00(:00([.]0+)?)?')"
    good = f"regexp_full_match({plain}, {literal(_ISO)}) AND NOT ({late})"
    return f"CASE WHEN {good} THEN try_cast({plain} AS TIMESTAMP) END"


def _counted(text: str, kind: str) -> str:
    number = f"number_of({text})"
    if kind == "excel_days":
        return (
            # Excel counts a 29 February 1900: up to there its days lie one later than the rest would have it.
            f"CASE WHEN {number} BETWEEN 1 AND 73415 THEN TIMESTAMP '1899-12-30' + to_milliseconds("
            f"round({number} * 86400000)::BIGINT + CASE WHEN {number} < 60 THEN 86400000 ELSE 0 END) END"
        )
    # A spreadsheet shows 1372730640500 as 1.37E+12, with five decimals at most: what is cut off can't be guessed.
    cut = "regexp_full_match({text}, '[+-]?\\d([.]\\d{0,5})?[eE].*')".replace("{text}", text)
    scale, since = _EPOCHS[kind], _BEFORE_1970.get(kind, 0)
    most = 4_133_980_800_000_000
    return (
        f"CASE WHEN {number} BETWEEN {int((since - most) / scale)} AND {int((since + most) / scale)} AND NOT {cut} "
        f"THEN make_timestamp(round({number} * {scale})::BIGINT - {since}) END"
    )


def count_looks(text: str) -> str:
    """SQL of the format that a bare number has by its size, were it a time of 1980 to 2100; null where it has none."""
    number = f"number_of({text})"
    first, last = 315_532_800_000_000, 4_133_980_800_000_000
    ranges = [(kind, scale, _BEFORE_1970.get(kind, 0)) for kind, scale in _EPOCHS.items()]
    cases = [
        f"WHEN {number} BETWEEN {(since + first) / scale:.0f} AND {(since + last) / scale:.0f} THEN {literal(kind)}"
        for kind, scale, since in ranges
    ]
    day = "(19[0-9]{2}|20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
    clock = "([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(day)}) AND try_strptime({text}, '%Y%m%d') IS NOT NULL "
        f"THEN '%Y%m%d' WHEN regexp_full_match({text}, {literal(day + clock)}) THEN '%Y%m%d%H%M%S' "
        f"WHEN {number} BETWEEN 29221 AND 73415 THEN 'excel_days' {' '.join(cases)} END"
    )


#: Formats that a bare number may have by its size.
BARE = ("%Y%m%d", "%Y%m%d%H%M%S", "excel_days", *_EPOCHS)


def counts_in_utc(text: str, formats: tuple[str, ...]) -> str:
    """SQL of whether ``text`` is read as a count from an instant in UTC; blank if no format is one."""
    counted = [f for f in formats if f in COUNTED]
    if set(counted) <= {"excel_days"}:
        return ""
    cases = " ".join(
        f"WHEN {_guard(_counted(text, f))} IS NOT NULL THEN {'false' if f == 'excel_days' else 'true'}" for f in counted
    )
    return f"CASE {cases} ELSE false END"


def _without_zone(pattern: str) -> str:
    """A format without its codes of zone and offset: those are taken off the text before it is read."""
    bare = pattern.replace("%z", "").replace("%Z", "").rstrip()
    return bare[:-1].rstrip() if bare.endswith("Z") and not bare.endswith("%Z") else bare


def _has_clock(pattern: str) -> bool:
    return pattern not in (*COUNTED, "iso") and any(code in pattern for code in _CLOCK_CODES)


def _short_years_first(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """``%Y`` would take '14' for the year 14; ``%y`` doesn't take '2014'."""
    return tuple(sorted(patterns, key=lambda f: "%y" not in f))


def clock_fault(pattern: str) -> str:
    """What is wrong with the format of a time of day alone; blank if nothing is."""
    if pattern in CLOCKS:
        return ""
    known = ", ".join(CLOCKS)
    if not any(code in pattern for code in ("%H", "%I")):
        near = did_you_mean(pattern, CLOCKS)
        return f"'{pattern}' is not a format of a time of day.{near} Write strptime codes such as %H.%M, or {known}."
    return _engine_fault(pattern)


def format_fault(pattern: str, kind: str) -> str:
    """What is wrong with a format of a mapping; blank if nothing is."""
    if pattern in (*COUNTED, "iso"):
        return ""
    if "%" not in pattern:
        known = ("iso", *COUNTED)
        near = did_you_mean(pattern, known)
        return f"'{pattern}' is not a format.{near} Write strptime codes such as %d/%m/%Y %H:%M, or {', '.join(known)}."
    if fault := _engine_fault(pattern):
        return fault
    groups = [("%Y", "%y"), ("%m", "%b", "%B", "%-m"), ("%d", "%-d")]
    needed = groups[:2] if kind == "month" else groups
    if not any(code in pattern for code in ("%c", "%x", "%j")):
        for group in needed:
            if not any(code in pattern for code in group):
                return f"'{pattern}' has no {' or '.join(group[:2])}: which day it means would be a guess."
    return ""


def _engine_fault(pattern: str) -> str:
    try:
        with duckdb.connect() as con:
            con.execute("SELECT try_strptime('', ?)", [pattern]).fetchall()
    except duckdb.Error as error:
        return f"'{pattern}' is not a format ({str(error).splitlines()[0].rpartition(': ')[2]})."
    return ""


def _first(tries: list[str]) -> str:
    return f"coalesce({', '.join([*tries, 'NULL::TIMESTAMP'])})"


def _guard(value: str) -> str:
    return f"plausible({value})"


# Wall time to UTC and back in SQL, from the transitions of the time-zone database.
#
# The transitions come from :mod:`zoneinfo`, so the result does not hang on what the database engine ships or on the
# machine it runs on.

FIRST_YEAR, LAST_YEAR = 1900, 2100
_Step = tuple[datetime, datetime, int, int]
#: In the packed numbers of :func:`zone_macros`: the hour does not exist.
GAP = 999
_MAKING = threading.Lock()


@dataclass(frozen=True)
class Transition:
    """A change of the clocks: the UTC instant, and the offsets in seconds before and after it."""

    at: datetime
    before: int
    after: int


@cache
def transitions(zone: str) -> tuple[int, tuple[Transition, ...]]:
    """Changes of the clocks in a zone, 1900 to 2100; no zone has had two in one week."""
    info = ZoneInfo(zone)

    def offset(instant: datetime) -> int:
        return int(instant.replace(tzinfo=UTC).astimezone(info).utcoffset().total_seconds())

    found = []
    day = datetime(FIRST_YEAR, 1, 1)
    first = previous = offset(day)
    while day < datetime(LAST_YEAR, 12, 31):
        following = day + timedelta(days=7)
        current = offset(following)
        if current != previous:
            low, high = day, following
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (low, middle) if offset(middle) != previous else (middle, high)
            found.append(Transition(high, previous, current))
        day, previous = following, current
    return first, tuple(found)


def zone_macros(con: duckdb.DuckDBPyConnection, zone: str) -> tuple[str, str]:
    """Define the two functions of a zone in the database.

    The changes of the clocks lie in lists with one entry a year, so that reading a time costs a look-up by its year
    and a few comparisons.
    """
    stem = "zone_" + hashlib.sha256(zone.encode()).hexdigest()[:12]
    wall, local = f"{stem}_wall", f"{stem}_local"
    # A variable of the database says that they are there; looking in its catalogue takes far longer.
    if con.execute(f"SELECT getvariable('{stem}_ready')").fetchall()[0][0]:
        return wall, local
    # Of several connections to one database one makes the functions; each has variables of its own.
    with _MAKING:
        con.execute(_zone_sql(zone, stem))
    return wall, local


@cache
def _zone_sql(zone: str, stem: str) -> str:
    """Statements that define the functions of a zone."""
    first, changes = transitions(zone)
    return ";".join(
        [
            *_lookup(f"{stem}_wall", _wall_steps(first, changes), (first + 86400) * 1000),
            *_lookup(f"{stem}_offset", [(c.at, c.at, c.after, c.after) for c in changes], first),
            f"CREATE MACRO IF NOT EXISTS {stem}_local(x) AS x + to_seconds({stem}_offset(x))",
            f"SET VARIABLE {stem}_ready = true",
        ]
    )


def utc_between(zone: str, name: str, low: datetime, high: datetime) -> str:
    """SQL that turns wall times of a span into UTC.

    Null outside the span, in the hours that the clocks repeat, and in those that they leave out.
    """
    first, changes = transitions(zone)
    cases, offset = [], first
    for begins, ends, _, after in _wall_steps(first, changes):
        if begins > high:
            break
        if ends <= low:
            offset = after // 1000 - 86400
            continue
        cases.append((begins, ends, after // 1000 - 86400))
    tries = [f"WHEN {name} > TIMESTAMP '{high}' THEN NULL"]
    for begins, ends, later in reversed(cases):
        tries.append(f"WHEN {name} >= TIMESTAMP '{ends}' THEN {name} - INTERVAL {later} SECOND")
        tries.append(f"WHEN {name} >= TIMESTAMP '{begins}' THEN NULL")
    tries.append(f"WHEN {name} >= TIMESTAMP '{low}' THEN {name} - INTERVAL {offset} SECOND")
    return f"CASE {' '.join(tries)} END"


def _wall_steps(first: int, changes: tuple[Transition, ...]) -> list[_Step]:
    """Each change as (window begins, window ends, number inside the window, number after it), in wall time."""
    steps, offset = [], first
    for change in changes:
        sides = (change.at + timedelta(seconds=change.before), change.at + timedelta(seconds=change.after))
        code = (change.before - change.after) // 60 if change.after < change.before else GAP
        steps.append((min(sides), max(sides), (offset + 86400) * 1000 + code, (change.after + 86400) * 1000))
        offset = change.after
    return steps


def _lookup(macro: str, steps: list[_Step], start: int) -> Iterator[str]:
    """Statements that define a macro which finds the number in force at a timestamp."""
    years: dict[int, list[_Step]] = {year: [] for year in range(FIRST_YEAR, LAST_YEAR + 1)}
    for step in steps:
        # A window over New Year is looked up from both of its years.
        for year in sorted({step[0].year, step[1].year} & set(years)):
            years[year].append(step)
    most = max(len(found) for found in years.values())
    never = datetime(9999, 1, 1)
    columns: dict[str, list[object]] = {"base": []}
    current = start
    for year, found in years.items():
        columns["base"].append(current)
        for i in range(most):
            step = found[i] if i < len(found) else (never, never, 0, 0)
            for name, value in zip(("begins", "ends", "within", "after"), step, strict=True):
                columns.setdefault(f"{name}{i}", []).append(value)
        current = next((step[3] for step in reversed(found) if step[1].year == year), current)
    for name, values in columns.items():
        kind = "TIMESTAMP" if isinstance(values[0], datetime) else "BIGINT"
        # One text that is converted is read several times as fast as a literal for each year.
        listed = ", ".join(str(v) for v in values)
        yield f"SET VARIABLE {macro}_{name} = '[{listed}]'::{kind}[]"
    index = f"(least(greatest(year(x), {FIRST_YEAR}), {LAST_YEAR}) - {FIRST_YEAR - 1})"

    def at(name: str) -> str:
        return f"getvariable('{macro}_{name}')[{index}]"

    yield f"CREATE MACRO IF NOT EXISTS {macro}(x) AS {_chain(at, 0, most)}"


def _chain(at: Callable[[str], str], i: int, most: int) -> str:
    """The steps of a year from the i-th on, as nested cases."""
    plain = at("base") if i == 0 else at(f"after{i - 1}")
    if i == most:
        return plain
    inside = f"CASE WHEN x >= {at(f'begins{i}')} THEN {at(f'within{i}')} ELSE {plain} END"
    return f"CASE WHEN x < {at(f'ends{i}')} THEN {inside} ELSE {_chain(at, i + 1, most)} END"
