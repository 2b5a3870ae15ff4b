"""The simulated world: size, chance, clock, and what a year of police work looks like."""

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

from hmic_analysis.contracts.core import OFFENCE_GROUPS
from hmic_analysis.params.models import Model

# The world that returns are drawn in: the size of a force, chance, the clock, and what a year of police work is like.
#
# Everything is drawn as instants (UTC) and written as wall time, so the two clock-change nights come out as they do in
# a real return: an hour that occurs twice in October, one that never occurs in March. Random numbers depend on seed,
# force and part alone: changing one fact leaves the other parts as they were, and a force's data don't depend on which
# others are simulated.

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


# What a year of police work looks like: mixes, hours of the week, times.
#
# The offence mix is that of recorded crime in Cleveland, 2013/14 (Home Office open data); the rest are choices that
# give plausible orders of size and carry no claim.

OFFENCE_SHARES = {
    "burglary_dwelling": 1900,
    "burglary_other": 2646,
    "theft_of_vehicle": 636,
    "theft_from_vehicle": 2516,
    "violence": 6087,
    "criminal_damage": 7875,
    "other_theft": 12531,
    "robbery": 268,
    "sexual": 580,
    "drugs": 1956,
    "public_order": 1351,
    "other": 627,
}
#: Home Office codes of each group, with their weights.
OFFENCE_CODES = {
    "burglary_dwelling": (("28A", 1577), ("28B", 270), ("28C", 53)),
    "burglary_other": (("30A", 2239), ("30B", 407)),
    "theft_of_vehicle": (("48", 543), ("37.2", 93)),
    "theft_from_vehicle": (("45", 2297), ("126", 219)),
    "violence": (("8N", 3565), ("105A", 1915), ("8L", 212), ("104", 208), ("5D", 187)),
    "criminal_damage": (("58A", 2677), ("58B", 580), ("58C", 3210), ("58D", 1092), ("56B", 316)),
    "other_theft": (("46", 5363), ("49", 4405), ("44", 1211), ("40", 614), ("39", 366), ("49A", 572)),
    "robbery": (("34B", 228), ("34A", 40)),
    "sexual": (("20A", 300), ("19C", 204), ("22B", 76)),
    "drugs": (("92E", 1142), ("92D", 503), ("92A", 311)),
    "public_order": (("9A", 1050), ("9B", 301)),
    "other": (("66", 384), ("10D", 150), ("10C", 93)),
}
#: Weights of emergency, priority, scheduled for the incidents of each group of offences.
OFFENCE_GRADES = {
    "burglary_dwelling": (25, 45, 30),
    "burglary_other": (10, 40, 50),
    "theft_of_vehicle": (8, 42, 50),
    "theft_from_vehicle": (4, 26, 70),
    "violence": (35, 45, 20),
    "criminal_damage": (6, 34, 60),
    "other_theft": (6, 34, 60),
    "robbery": (55, 40, 5),
    "sexual": (30, 55, 15),
    "drugs": (10, 50, 40),
    "public_order": (30, 50, 20),
    "other": (15, 40, 45),
}
ROUTE_SHARES = {
    "public_call": 83.5,
    "online": 1.5,
    "front_counter": 4.0,
    "officer_report": 7.5,
    "found_on_arrest": 2.5,
    "action_fraud": 0.2,
    "transfer_in": 0.8,
}
#: Routes by which the public reports a crime.
PUBLIC_ROUTES = ("public_call", "online", "front_counter")
#: Routes left out of the share of crimes with a prior incident.
ROUTES_APART = ("action_fraud", "transfer_in", "found_on_arrest")
#: Categories of the incidents that are no crime; crime here is a crime-related incident that was never crimed.
OTHER_CATEGORY_SHARES = {"crime": 9, "asb": 24, "transport": 14, "public_safety_welfare": 35, "administration": 18}
#: Weights of the four grades for each of those categories.
OTHER_GRADES = {
    "crime": (10, 40, 45, 5),
    "asb": (8, 47, 43, 2),
    "transport": (30, 40, 22, 8),
    "public_safety_welfare": (28, 46, 20, 6),
    "administration": (0, 4, 26, 70),
}
INCIDENT_TYPES = {
    "crime": ("Crime-related, not crimed", "Suspicious circumstances", "Dispute"),
    "asb": ("Nuisance", "Personal", "Environmental"),
    "transport": ("Collision, damage only", "Collision, injury", "Obstruction", "Road-related offence"),
    "public_safety_welfare": ("Concern for safety", "Missing person", "Alarm", "Domestic, no crime", "Sudden death"),
    "administration": ("Message", "Pre-planned event", "Lost and found", "Complaint", "Other"),
}
QUALIFIERS = ("alcohol", "domestic", "mental health", "hate", "youth", "alcohol;domestic")
DISTRICTS = ("District 1", "District 2", "District 3", "District 4")
SEASON = (0.93, 0.93, 0.97, 1.00, 1.03, 1.05, 1.09, 1.06, 1.01, 1.02, 0.98, 0.93)
_BY_HOUR = {
    # Midnight to 23:00; round figures.
    "crime": (34, 28, 24, 18, 12, 9, 10, 18, 38, 52, 56, 58, 60, 58, 58, 62, 66, 66, 64, 62, 58, 54, 50, 42),
    "asb": (48, 36, 26, 16, 9, 5, 4, 6, 10, 16, 22, 26, 32, 34, 40, 52, 62, 72, 86, 98, 98, 88, 76, 62),
    "transport": (16, 12, 10, 8, 8, 12, 28, 58, 66, 50, 46, 48, 52, 52, 56, 66, 78, 82, 62, 48, 38, 32, 26, 20),
    "public_safety_welfare": (
        52, 46, 42, 34, 26, 20, 20, 26, 36, 44, 50, 52, 54, 54, 54, 58, 62, 64, 66, 66, 68, 70, 68, 60,
    ),
    "administration": (8, 6, 5, 4, 4, 6, 14, 34, 66, 90, 96, 94, 88, 86, 84, 82, 74, 58, 44, 36, 30, 24, 18, 12),
}  # fmt: skip
_BY_DAY = {
    "crime": (1.00, 0.98, 0.98, 0.99, 1.06, 1.04, 0.95),
    "asb": (0.88, 0.86, 0.88, 0.92, 1.14, 1.28, 1.04),
    "transport": (1.02, 1.02, 1.02, 1.03, 1.10, 0.96, 0.85),
    "public_safety_welfare": (0.97, 0.95, 0.95, 0.97, 1.05, 1.09, 1.02),
    "administration": (1.18, 1.14, 1.12, 1.10, 1.06, 0.76, 0.64),
}


def week(category: str) -> np.ndarray:
    """Weights of the 168 hours of the week for a category of incident."""
    shape = np.outer(_BY_DAY[category], np.array(_BY_HOUR[category], float))
    if category != "administration":
        shape[5:, :5] *= 1.6
    return shape


def labels(names: tuple[str, ...]) -> np.ndarray:
    """Names as an array to be taken from by position; one more entry at the end is None, for a blank."""
    return np.array([*names, None], dtype=object)


def offence_table(values: dict[str, tuple[float, ...]]) -> np.ndarray:
    """Rows of ``values`` in the order of the contract's offence groups."""
    return np.array([values[group] for group in OFFENCE_GROUPS], float)
