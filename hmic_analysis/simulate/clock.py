"""Instants and the wall clock of England and Wales.

Everything is drawn as instants (UTC) and written as wall time, so the two clock-change nights come out as they do
in a real return: an hour that occurs twice in October, one that never occurs in March.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

ZONE = ZoneInfo("Europe/London")
SECOND = np.timedelta64(1, "s")
DAY = np.timedelta64(1, "D")


@lru_cache(maxsize=8)
def _offsets(first_year: int, last_year: int) -> tuple[np.ndarray, np.ndarray]:
    """Instants from which an offset holds, and the offsets, seconds."""
    at, offset = [], []
    hour = dt.timedelta(hours=1)
    day = dt.datetime(first_year, 1, 1, tzinfo=dt.UTC)
    while day.year <= last_year:
        if not at or day.astimezone(ZONE).utcoffset() != (day + 24 * hour).astimezone(ZONE).utcoffset():
            for step in range(25):
                moment = day + step * hour
                seconds = int(moment.astimezone(ZONE).utcoffset().total_seconds())
                if not offset or seconds != offset[-1]:
                    at.append(np.datetime64(moment.replace(tzinfo=None), "s"))
                    offset.append(seconds)
        day += 24 * hour
    return np.array(at), np.array(offset)


def to_wall(instants: np.ndarray) -> np.ndarray:
    """Wall times of instants.

    Parameters
    ----------
    instants : numpy.ndarray
        ``datetime64[s]``, UTC; may hold NaT.

    Returns
    -------
    numpy.ndarray
        ``datetime64[s]``, Europe/London.
    """
    known = instants[~np.isnat(instants)]
    if not len(known):
        return instants
    first, last = (int(str(x.astype("datetime64[Y]"))) for x in (known.min(), known.max()))
    at, offset = _offsets(first - 1, last + 1)
    where = np.clip(np.searchsorted(at, instants, side="right") - 1, 0, len(at) - 1)
    return instants + offset[where] * SECOND


def midnight(day: dt.date) -> np.datetime64:
    """The instant at which a day begins on the wall clock."""
    moment = dt.datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(dt.UTC)
    return np.datetime64(moment.replace(tzinfo=None), "s")


def is_repeated_hour(instants: np.ndarray) -> np.ndarray:
    """Which instants have a wall time that occurs twice."""
    hour = np.timedelta64(3600, "s")
    wall = to_wall(instants)
    return (to_wall(instants - hour) == wall) | (to_wall(instants + hour) == wall)


def skipped_hour(window: Window) -> np.datetime64 | None:
    """The hour of the wall clock that never was in a window, by its beginning; None where there is none."""
    hours = window.hours()
    wall = to_wall(hours)
    jump = np.flatnonzero(np.diff(wall) > np.timedelta64(3600, "s"))
    return wall[jump[0]] + np.timedelta64(3600, "s") if len(jump) else None


@dataclass(frozen=True)
class Window:
    """A few days of a return that are worked on at a time.

    Attributes
    ----------
    index : int
        Its first day, counted from 1970; names its random streams.
    start, end : numpy.datetime64
        First instant, and first instant after it.
    """

    index: int
    start: np.datetime64
    end: np.datetime64

    @property
    def days(self) -> float:
        """Length in days of 24 hours."""
        return float((self.end - self.start) / SECOND) / 86_400

    def hours(self) -> np.ndarray:
        """The beginning of each hour in it, instants."""
        return np.arange(self.start, self.end, np.timedelta64(3600, "s"))


def windows(first: dt.date, last: dt.date, days_each: int) -> Iterator[Window]:
    """Cut a span of days into windows that never cross the end of a month.

    Parameters
    ----------
    first, last : datetime.date
        First and last day.
    days_each : int
        Most days in one window.

    Yields
    ------
    Window
    """
    day = first
    while day <= last:
        next_month = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        end = min(next_month, last + dt.timedelta(days=1), day + dt.timedelta(days=days_each))
        yield Window((day - dt.date(1970, 1, 1)).days, midnight(day), midnight(end))
        day = end


def draw_instants(rng: np.random.Generator, window: Window, shape: np.ndarray, n: int) -> np.ndarray:
    """Draw ``n`` instants in a window, by hour of the week.

    Parameters
    ----------
    rng : numpy.random.Generator
    window : Window
    shape : numpy.ndarray
        7 x 24 weights, Monday first, hours of the wall clock.
    n : int

    Returns
    -------
    numpy.ndarray
        ``datetime64[s]``, UTC, in random order.
    """
    hours = window.hours()
    wall = to_wall(hours)
    weekday = (wall.astype("datetime64[D]").astype(int) + 3) % 7
    hour = (wall - wall.astype("datetime64[D]")).astype(int) // 3600
    edges = np.cumsum(shape[weekday, hour])
    slot = np.minimum(np.searchsorted(edges, rng.random(n) * edges[-1], side="right"), len(hours) - 1)
    return hours[slot] + rng.integers(0, 3600, n) * SECOND
