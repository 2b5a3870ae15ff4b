"""Wall time to UTC and back in SQL, from the transitions of the time-zone database.

The transitions come from :mod:`zoneinfo`, so the result does not hang on what the database engine ships or on the
machine it runs on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import duckdb

FIRST_YEAR, LAST_YEAR = 1900, 2100
_Step = tuple[datetime, datetime, int, int]
#: In the packed numbers of :func:`zone_macros`: the hour does not exist.
GAP = 999


@dataclass(frozen=True)
class Transition:
    """A change of the clocks: the UTC instant, and the offsets in seconds before and after it."""

    at: datetime
    before: int
    after: int


@cache
def transitions(zone: str) -> tuple[int, tuple[Transition, ...]]:
    """Changes of the clocks in a zone, 1900 to 2100.

    Parameters
    ----------
    zone : str
        IANA name.

    Returns
    -------
    int
        Offset in seconds before the first change.
    tuple of Transition
    """
    info = ZoneInfo(zone)

    def offset(instant: datetime) -> int:
        return int(instant.replace(tzinfo=UTC).astimezone(info).utcoffset().total_seconds())

    found = []
    day = datetime(FIRST_YEAR, 1, 1)
    first = previous = offset(day)
    while day < datetime(LAST_YEAR, 12, 31):
        following = day + timedelta(days=1)
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

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    zone : str
        IANA name.

    Returns
    -------
    str
        Name of a macro of a wall time: ``(offset + 86400) * 1000 + code``, with the offset in seconds by which the
        first occurrence of an ambiguous time is read (and by which a missing hour is shifted forward), and as code
        0, the minutes between the two occurrences, or ``GAP``.
    str
        Name of a macro that turns a UTC timestamp into wall time.
    """
    stem = "zone_" + hashlib.sha256(zone.encode()).hexdigest()[:12]
    wall, local = f"{stem}_wall", f"{stem}_local"
    # A variable of the database says that they are there; looking in its catalogue takes far longer.
    if con.execute(f"SELECT getvariable('{stem}_ready')").fetchall()[0][0]:
        return wall, local
    first, changes = transitions(zone)
    _lookup(con, wall, _wall_steps(first, changes), (first + 86400) * 1000)
    _lookup(con, f"{stem}_offset", [(c.at, c.at, c.after, c.after) for c in changes], first)
    con.execute(f"CREATE MACRO {local}(x) AS x + to_seconds({stem}_offset(x))")
    con.execute(f"SET VARIABLE {stem}_ready = true")
    return wall, local


def utc_between(zone: str, name: str, low: datetime, high: datetime) -> str:
    """SQL that turns wall times of a span into UTC.

    Parameters
    ----------
    zone : str
        IANA name.
    name : str
        SQL of the wall time.
    low, high : datetime
        First and last wall time of the span.

    Returns
    -------
    str
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


def _lookup(con: duckdb.DuckDBPyConnection, macro: str, steps: list[_Step], start: int) -> None:
    """Define a macro that finds the number in force at a timestamp."""
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
        con.execute(f"SET VARIABLE {macro}_{name} = '[{listed}]'::{kind}[]")
    index = f"(least(greatest(year(x), {FIRST_YEAR}), {LAST_YEAR}) - {FIRST_YEAR - 1})"

    def at(name: str) -> str:
        return f"getvariable('{macro}_{name}')[{index}]"

    con.execute(f"CREATE MACRO {macro}(x) AS {_chain(at, 0, most)}")


def _chain(at: Callable[[str], str], i: int, most: int) -> str:
    """The steps of a year from the i-th on, as nested cases."""
    plain = at("base") if i == 0 else at(f"after{i - 1}")
    if i == most:
        return plain
    inside = f"CASE WHEN x >= {at(f'begins{i}')} THEN {at(f'within{i}')} ELSE {plain} END"
    return f"CASE WHEN x < {at(f'ends{i}')} THEN {inside} ELSE {_chain(at, i + 1, most)} END"
