"""The neighbourhood teams of a simulated force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hmic_analysis.simulate.frame import ForceFacts
from hmic_analysis.simulate.shapes import DISTRICTS
from hmic_analysis.simulate.suspects import NO_DAY, ONE_DAY
from hmic_analysis.simulate.topic import Subject
from hmic_analysis.simulate.writer import render

#: Inhabitants for each team, and the fewest and most teams.
PEOPLE_EACH, FEWEST, MOST = 40_000, 8, 30


@dataclass(frozen=True)
class Teams:
    """Teams; arrays of equal length.

    Attributes
    ----------
    name, district : numpy.ndarray
        Texts.
    first, last : numpy.ndarray
        Days; NaT where the team is there before or after the period.
    """

    name: np.ndarray
    district: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def __len__(self) -> int:
        return len(self.name)


def team_names(force: ForceFacts) -> tuple[str, ...]:
    """Names of the teams that are there throughout: one for each 40,000 inhabitants, 8 to 30."""
    n = min(max(round(force.population / PEOPLE_EACH), FEWEST), MOST)
    return tuple(f"Neighbourhood team {i + 1:02d}" for i in range(n))


def draw_teams(subject: Subject) -> Teams:
    """The teams: those there throughout, one set up in the middle of a month of the period, one wound up in it."""
    names = [*team_names(subject.force), "New neighbourhood team", "Old neighbourhood team"]
    days = int((subject.end - subject.start) / ONE_DAY) + 1
    first, last = np.full(len(names), NO_DAY), np.full(len(names), NO_DAY)
    first[-2] = subject.start + int(days * 0.4) * ONE_DAY
    last[-1] = subject.start + int(days * 0.3) * ONE_DAY
    district = np.array(DISTRICTS, dtype=object)[np.arange(len(names)) % len(DISTRICTS)]
    return Teams(np.array(names, dtype=object), district, first, last)


def team_rows(teams: Teams) -> pa.Table:
    """Write the list of teams."""
    return render(
        "neighbourhood_team",
        {"team": teams.name, "district": teams.district, "existed_from": teams.first, "existed_to": teams.last},
    )
