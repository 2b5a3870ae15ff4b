"""The size of a simulated force, and the time its return speaks of."""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated

from pydantic import Field

from hmic_analysis.params.base import Model

#: Recorded crimes of Cleveland, 2013/14: the size for which numbers of persons are given.
CLEVELAND_CRIME = 38_973


class ForceFacts(Model):
    """The size of a force.

    Attributes
    ----------
    slug : str
        Its folder name.
    population : int
        People living in its area.
    recorded_crime : int
        Recorded crimes a year.
    officers : float
        Full-time equivalent police officers.
    incidents : int, optional
        Incident records a year; by default 0.402 for each inhabitant, the calls for service of Cleveland in the
        year to March 2015.
    """

    slug: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    population: Annotated[int, Field(gt=0)]
    recorded_crime: Annotated[int, Field(gt=0)]
    officers: Annotated[float, Field(gt=0)]
    incidents: Annotated[int, Field(gt=0)] | None = None

    @property
    def incidents_a_year(self) -> float:
        """Incident records a year, never fewer than 1.5 for each crime."""
        return max(self.incidents or self.population * 0.402, 1.5 * self.recorded_crime)


class Frame(Model):
    """The time a return speaks of, and how much of the force is simulated.

    Attributes
    ----------
    period_start, period_end, as_of : datetime.date
        First and last day of the period; the day of the snapshot.
    scale : float
        1 is the whole force, 0.05 a twentieth of its records.
    seed : int
    lookback_days : int
        Days before the period from which earlier crimes and incidents of anti-social behaviour are returned too: those
        of persons who are victims again in the period, and some others.
    """

    period_start: dt.date
    period_end: dt.date
    as_of: dt.date
    scale: Annotated[float, Field(gt=0, le=20)] = 1.0
    seed: Annotated[int, Field(ge=0)] = 1
    lookback_days: Annotated[int, Field(ge=0, le=800)] = 0

    def size_of(self, force: ForceFacts, at_full_scale: int, least: int) -> int:
        """Persons of this force where ``at_full_scale`` is the number for 38,973 crimes a year at scale 1."""
        if at_full_scale == 0:
            return 0
        return max(least, math.floor(at_full_scale * self.scale * force.recorded_crime / CLEVELAND_CRIME + 0.5))
