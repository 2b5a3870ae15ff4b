"""The world that returns are drawn in: the size of a force, chance, the clock, and what a year of police work is like.

Everything is drawn as instants (UTC) and written as wall time, so the two clock-change nights come out as they do in
a real return: an hour that occurs twice in October, one that never occurs in March.  Random numbers depend on seed,
force and part alone: changing one fact leaves the other parts as they were, and a force's data don't depend on which
others are simulated.
"""

from __future__ import annotations

import datetime as dt
import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Self
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from pydantic import Field

from hmic_analysis.params.models import Model

#: Recorded crimes of Cleveland, 2013/14: the size for which numbers of persons are given.
CLEVELAND_CRIME = 38_973
ZONE = ZoneInfo("Europe/London")
SECOND, HOUR, ONE_DAY = np.timedelta64(1, "s"), np.timedelta64(3600, "s"), np.timedelta64(1, "D")
NO_DAY, NO_TIME = np.datetime64("NaT", "D"), np.datetime64("NaT", "s")


class ForceFacts(Model):
    """The size of a force."""

    #: Its folder name.
    slug: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    #: People living in its area.
    population: Annotated[int, Field(gt=0)]
    #: Recorded crimes a year.
    recorded_crime: Annotated[int, Field(gt=0)]
    #: Full-time equivalent police officers.
    officers: Annotated[float, Field(gt=0)]
    #: Incident records a year; by default 0.402 for each inhabitant, the calls for service of Cleveland in the year to
    #: March 2015.
    incidents: Annotated[int, Field(gt=0)] | None = None

    @property
    def incidents_a_year(self) -> float:
        """Incident records a year, never fewer than 1.5 for each crime."""
        return max(self.incidents or self.population * 0.402, 1.5 * self.recorded_crime)


class Frame(Model):
    """The time a return speaks of, and how much of the force is simulated."""

    #: First and last day of the period; the day of the snapshot.
    period_start: dt.date
    period_end: dt.date
    as_of: dt.date
    #: 1 is the whole force, 0.05 a twentieth of its records.
    scale: Annotated[float, Field(gt=0, le=20)] = 1.0
    seed: Annotated[int, Field(ge=0)] = 1
    #: Days before the period from which earlier crimes and incidents of anti-social behaviour are returned too: those
    #: of persons who are victims again in the period, and some others.
    lookback_days: Annotated[int, Field(ge=0, le=800)] = 0

    def size_of(self, force: ForceFacts, at_full_scale: int, least: int) -> int:
        """Persons of this force where ``at_full_scale`` is the number for 38,973 crimes a year at scale 1."""
        if at_full_scale == 0:
            return 0
        return max(least, math.floor(at_full_scale * self.scale * force.recorded_crime / CLEVELAND_CRIME + 0.5))


@dataclass(frozen=True)
class Streams:
    """Where the parts of one force's return get their random numbers from."""

    seed: int
    slug: str

    def of(self, part: str, *index: int) -> np.random.Generator:
        """The stream of a part."""
        words = [self.seed, zlib.crc32(self.slug.encode()), zlib.crc32(part.encode()), *index]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def pick(rng: np.random.Generator, shares: Sequence[float] | np.ndarray, n: int) -> np.ndarray:
    """Draw ``n`` positions in ``shares`` (weights, any total); one random number is used for each."""
    edges = np.cumsum(np.asarray(shares, float))
    return np.minimum(np.searchsorted(edges, rng.random(n) * edges[-1], side="right"), len(edges) - 1)


def pick_by_row(rng: np.random.Generator, shares: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Draw one column of ``shares`` for each of ``rows``, by the weights of that row."""
    edges = np.cumsum(shares, axis=1)[rows]
    at = rng.random(len(rows))[:, None] * edges[:, -1:]
    return np.minimum((at >= edges).sum(axis=1), shares.shape[1] - 1)


def quota(rng: np.random.Generator, n: int, share: float) -> np.ndarray:
    """Choose the nearest whole number to ``share * n`` of ``n`` at random: a boolean array."""
    chosen = np.zeros(n, bool)
    chosen[: int(np.floor(share * n + 0.5))] = True
    return rng.permutation(chosen)


def skewed(rng: np.random.Generator, median: float | np.ndarray, sigma: float, n: int) -> np.ndarray:
    """Log-normal durations with that median, in whatever unit it has."""
    return np.asarray(median) * np.exp(sigma * rng.standard_normal(n))


class Arrays:
    """What a dataclass of arrays of equal length can do besides."""

    def __len__(self) -> int:
        return len(next(iter(vars(self).values())))

    def take(self, which: np.ndarray) -> Self:
        """The items chosen by a boolean array or by positions."""
        return type(self)(**{name: values[which] for name, values in vars(self).items()})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The items of all parts, one part after the other."""
        return cls(**{name: np.concatenate([vars(p)[name] for p in parts]) for name in vars(parts[0])})


def to_wall(instants: np.ndarray) -> np.ndarray:
    """Wall times of instants; may hold NaT."""
    return pd.DatetimeIndex(instants).tz_localize("UTC").tz_convert(ZONE).tz_localize(None).to_numpy()


def hour_of(wall: np.ndarray) -> np.ndarray:
    """The hour of the day of wall times."""
    return (wall - wall.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)


def midnight(day: dt.date) -> np.datetime64:
    """The instant at which a day begins on the wall clock."""
    moment = dt.datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(dt.UTC)
    return np.datetime64(moment.replace(tzinfo=None), "s")


def is_repeated_hour(instants: np.ndarray) -> np.ndarray:
    """Which instants have a wall time that occurs twice."""
    wall = to_wall(instants)
    return (to_wall(instants - HOUR) == wall) | (to_wall(instants + HOUR) == wall)


def skipped_hour(window: Window) -> np.datetime64 | None:
    """The hour of the wall clock that never was in a window, by its beginning; None where there is none."""
    wall = to_wall(window.hours())
    jump = np.flatnonzero(np.diff(wall) > HOUR)
    return wall[jump[0]] + HOUR if len(jump) else None


@dataclass(frozen=True)
class Window:
    """A few days of a return that are worked on at a time."""

    #: Its first day, counted from 1970; names its random streams.
    index: int
    #: First instant, and first instant after it.
    start: np.datetime64
    end: np.datetime64

    @property
    def days(self) -> float:
        """Length in days of 24 hours."""
        return float((self.end - self.start) / SECOND) / 86_400

    def hours(self) -> np.ndarray:
        """The beginning of each hour in it, instants."""
        return np.arange(self.start, self.end, HOUR)


def windows(first: dt.date, last: dt.date, days_each: int) -> Iterator[Window]:
    """Cut a span of days into windows that never cross the end of a month."""
    day = first
    while day <= last:
        next_month = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        end = min(next_month, last + dt.timedelta(days=1), day + dt.timedelta(days=days_each))
        yield Window((day - dt.date(1970, 1, 1)).days, midnight(day), midnight(end))
        day = end


def draw_instants(rng: np.random.Generator, window: Window, shape: np.ndarray, n: int) -> np.ndarray:
    """Draw ``n`` instants in a window, by hour of the week."""
    hours = window.hours()
    wall = to_wall(hours)
    weekday = (wall.astype("datetime64[D]").astype(int) + 3) % 7
    edges = np.cumsum(shape[weekday, hour_of(wall)])
    slot = np.minimum(np.searchsorted(edges, rng.random(n) * edges[-1], side="right"), len(hours) - 1)
    return hours[slot] + rng.integers(0, 3600, n) * SECOND


def seconds(values: np.ndarray) -> np.ndarray:
    """Whole seconds, as lengths of time."""
    return values.astype(np.int64) * SECOND


def spans(start: dt.date, end: dt.date, months: int) -> list[tuple[np.datetime64, np.datetime64]]:
    """First and last day of each whole part of so many months; a shorter rest is left out."""
    found, first = [], start
    while True:
        after = (pd.Timestamp(start) + pd.DateOffset(months=months * (len(found) + 1))).date()
        if after - dt.timedelta(days=1) > end:
            return found
        found.append((np.datetime64(first), np.datetime64(after - dt.timedelta(days=1))))
        first = after


def middle(span: tuple[np.datetime64, np.datetime64]) -> np.datetime64:
    """A day in the middle of a span."""
    return span[0] + (span[1] - span[0]) // 2
