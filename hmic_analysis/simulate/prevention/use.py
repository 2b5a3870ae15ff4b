"""In which months each neighbourhood team of a simulated force used its problem-solving database."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hmic_analysis.simulate.prevention.teams import Teams
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.topic import Subject


@dataclass(frozen=True)
class Use:
    """Months from the beginning of the period to the snapshot.

    Attributes
    ----------
    first : numpy.ndarray
        First day of each month.
    length : numpy.ndarray
        Its days.
    active : numpy.ndarray of bool, shape (teams, months)
        Whether the team used the database in it; never in a month in which it did not exist throughout.
    """

    first: np.ndarray
    length: np.ndarray
    active: np.ndarray


def draw_use(subject: Subject, teams: Teams) -> tuple[Use, dict[str, Any]]:
    """Deal the months without use to the teams.

    Parameters
    ----------
    subject : Subject
    teams : Teams

    Returns
    -------
    tuple
        The months, and the true figures of the whole months of the period: ``ps_team_months``,
        ``ps_team_months_active`` and ``ps_worst_team``, active months and months of the least active team.
    """
    facts, rng = subject.facts, subject.streams.of("prevention.use")
    first, length = _months(subject.start, subject.as_of)
    last = first + (length - 1) * ONE_DAY
    begins = np.where(np.isnat(teams.first), first[0], teams.first)
    ends = np.where(np.isnat(teams.last), subject.as_of, teams.last)
    exists = (begins[:, None] <= first) & (ends[:, None] >= last)
    counted = exists & (last <= subject.end) & (first >= subject.start)
    whole = np.flatnonzero(np.isnat(teams.first) & np.isnat(teams.last))
    active = exists & facts.ps_database
    if facts.ps_database:
        for team, missed in zip(whole, _missed(subject, counted, whole), strict=True):
            at = np.flatnonzero(counted[team])
            active[team, rng.permutation(at)[:missed]] = False
        if facts.ps_idle_team:
            active[whole[-1]] = False
    months = counted.sum(axis=1)
    used = (active & counted).sum(axis=1)
    ranked = sorted((used[t] / months[t], int(used[t]), int(months[t])) for t in whole if months[t])
    figures = {
        "ps_team_months": int(months.sum()),
        "ps_team_months_active": int(used.sum()),
        "ps_worst_team": list(ranked[0][1:]) if ranked else None,
    }
    return Use(first, length, active), figures


def _missed(subject: Subject, counted: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Months without use of each of the teams that are there throughout: the first as many as the facts say of the
    least active one, the others an even share of the rest."""
    facts = subject.facts
    each = counted[whole].sum(axis=1)
    worst = math.floor((1 - facts.ps_worst_team_share) * each[0] + 0.5)
    in_all = max(math.floor((1 - facts.ps_active_share) * counted.sum() + 0.5), worst)
    missed = np.zeros(len(whole), int)
    missed[0] = worst
    rest = in_all - worst
    if len(whole) > 1:
        share, more = divmod(rest, len(whole) - 1)
        missed[1:] = share + (np.arange(len(whole) - 1) < more)
    return np.minimum(missed, each)


def _months(start: np.datetime64, as_of: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
    """First day and length of the months from that of ``start`` to that of ``as_of``; the last may be cut short."""
    months = np.arange(start.astype("datetime64[M]"), as_of.astype("datetime64[M]") + 1)
    first = months.astype("datetime64[D]")
    end = np.minimum((months + 1).astype("datetime64[D]"), as_of + ONE_DAY)
    return first, ((end - first) / ONE_DAY).astype(int)
