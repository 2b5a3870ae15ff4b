"""Wall time to UTC and back in SQL, from the transitions of the time-zone database.

The transitions come from :mod:`zoneinfo`, so the result does not hang on what the database engine ships or on the
machine it runs on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1970, 2070
#: In the packed numbers of :func:`wall_code`: the hour does not exist.
GAP = 999


@dataclass(frozen=True)
class Transition:
    """A change of the clocks: the UTC instant, and the offsets in seconds before and after it."""

    at: datetime
    before: int
    after: int


@cache
def transitions(zone: str) -> tuple[int, tuple[Transition, ...]]:
    """Changes of the clocks in a zone, 1970 to 2070.

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
    while day.year <= LAST_YEAR:
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


def wall_code(wall: str, zone: str) -> str:
    """SQL of a number that tells how to read a wall time.

    Parameters
    ----------
    wall : str
        SQL of a timestamp without zone.
    zone : str
        IANA name.

    Returns
    -------
    str
        SQL of ``(offset + 86400) * 1000 + code``: the offset in seconds with which the first occurrence of an
        ambiguous time is read (and with which a missing hour is shifted forward), and the code 0, the minutes between
        the two occurrences, or ``GAP``.
    """
    first, changes = transitions(zone)
    edges, leaves = [], []
    offset = first
    for change in changes:
        before, after = timedelta(seconds=change.before), timedelta(seconds=change.after)
        begins, ends = sorted((change.at + before, change.at + after))
        code = (change.before - change.after) // 60 if change.after < change.before else GAP
        plain = (offset + 86400) * 1000
        leaves.append(f"CASE WHEN {wall} >= {_stamp(begins)} THEN {plain + code} ELSE {plain} END")
        edges.append(ends)
        offset = change.after
    leaves.append(str((offset + 86400) * 1000))
    return _tree(wall, edges, leaves)


def local_time(utc: str, zone: str) -> str:
    """SQL of the wall time in ``zone`` of a UTC timestamp (both without zone)."""
    first, changes = transitions(zone)
    leaves = [str(first), *(str(change.after) for change in changes)]
    return f"({utc} + to_seconds({_tree(utc, [change.at for change in changes], leaves)}))"


def _stamp(instant: datetime) -> str:
    return f"TIMESTAMP '{instant.isoformat(sep=' ')}'"


def _tree(value: str, edges: list[datetime], leaves: list[str]) -> str:
    if not edges:
        return leaves[0]
    middle = len(edges) // 2
    return (
        f"(CASE WHEN {value} < {_stamp(edges[middle])} THEN {_tree(value, edges[:middle], leaves[: middle + 1])} "
        f"ELSE {_tree(value, edges[middle + 1 :], leaves[middle + 1 :])} END)"
    )
