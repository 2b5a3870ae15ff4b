"""The staff of a simulated force: who is in post, in which role and unit, and who supervises whom.

The list is drawn from seed and force alone, so that every finding that speaks of staff speaks of the same people.
"""

import math
from dataclasses import dataclass

import numpy as np

from hmic_analysis.simulate.ground import Columns, Subject
from hmic_analysis.simulate.world import DISTRICTS, NO_DAY, ONE_DAY, ForceFacts, pick
from hmic_analysis.simulate.write import key_texts, references

#: Weight of each role but that of supervisors, of whom there is one for each seven others.
ROLE_WEIGHTS = {
    "response": 38,
    "neighbourhood": 14,
    "pcso": 12,
    "call_handler": 8,
    "dispatcher": 5,
    "crime_recorder": 3,
    "volume_investigator": 10,
    "other": 10,
}
#: Members of staff in all, in each role, and under one supervisor.
LEAST_IN_ALL, LEAST_IN_ROLE, SPAN = 250, 26, 7
#: Recruits in training and leavers, as a share of those in post.
RECRUITS, LEAVERS = 0.03, 0.04
_UNITS = {
    "call_handler": ("Control room",),
    "dispatcher": ("Control room",),
    "crime_recorder": ("Crime management unit",),
    "volume_investigator": ("Volume crime unit",),
    "other": ("Headquarters",),
    "response": DISTRICTS,
}
_RANKS = {"response": "constable", "neighbourhood": "constable", "volume_investigator": "constable", "pcso": "pcso"}
#: Inhabitants for each team, and the fewest and most teams.
PEOPLE_EACH, FEWEST, MOST = 40_000, 8, 30


@dataclass(frozen=True)
class Staff:
    """The staff list; arrays of equal length, one item a person."""

    #: Of the reference: 7 is ``STF0007``.
    number: np.ndarray
    #: Texts.
    role: np.ndarray
    rank: np.ndarray
    unit: np.ndarray
    fte: np.ndarray
    #: Days; NaT where there is none.
    in_post_since: np.ndarray
    left_on: np.ndarray
    #: 1 yes, 0 no, -1 blank.
    in_training: np.ndarray
    #: Number of the supervisor; 0 for those at the top.
    supervisor: np.ndarray
    #: Day of the snapshot.
    as_of: np.datetime64

    def __len__(self) -> int:
        return len(self.number)

    @property
    def gone(self) -> np.ndarray:
        """Who left before the snapshot: a boolean array."""
        return ~np.isnat(self.left_on) & (self.left_on < self.as_of)

    @property
    def in_post(self) -> np.ndarray:
        """Who is in post at the snapshot and no recruit in training: a boolean array."""
        return (self.in_post_since <= self.as_of) & ~self.gone & (self.in_training != 1)

    def at_work(self, *roles: str) -> np.ndarray:
        """Positions of those in post at the snapshot in some roles, recruits left out; without roles in any."""
        wanted = np.isin(self.role, roles) if roles else np.ones(len(self), bool)
        return np.flatnonzero(self.in_post & wanted)

    def keys(self, positions: np.ndarray) -> np.ndarray:
        """References of the persons at these positions, as texts."""
        return key_texts("STF", self.number[positions], 4)


def team_names(force: ForceFacts) -> tuple[str, ...]:
    """Names of the teams that are there throughout: one for each 40,000 inhabitants, 8 to 30."""
    n = min(max(round(force.population / PEOPLE_EACH), FEWEST), MOST)
    return tuple(f"Neighbourhood team {i + 1:02d}" for i in range(n))


def draw_staff(subject: Subject) -> Staff:
    """Draw the staff list."""
    rng = subject.rng("prevention.staff")
    role = np.repeat(np.array(list(ROLE_WEIGHTS), dtype=object), _sizes(subject))
    unit = _units(subject, role)
    order = np.argsort(unit.astype(str), kind="stable")
    role, unit = role[order], unit[order]
    workers = len(role)
    leaders = math.ceil(workers / SPAN)
    boss = workers + 1 + np.arange(workers) // SPAN
    role = np.concatenate([role, np.full(leaders, "supervisor", dtype=object)])
    unit = np.concatenate([unit, unit[::SPAN]])
    heads = np.arange(leaders) // SPAN * SPAN
    supervisor = np.concatenate([boss, np.where(heads == np.arange(leaders), 0, workers + 1 + heads)])
    rank = np.array([_RANKS.get(r, "staff") for r in role], dtype=object)
    rank[workers:] = np.where(supervisor[workers:] == 0, "inspector", "sergeant")
    settled = len(role)
    # Recruits and leavers besides those who count: each in the place of one of them.
    n_recruits, n_leavers = max(3, round(RECRUITS * workers)), max(4, round(LEAVERS * workers))
    of = rng.integers(0, workers, n_recruits + n_leavers)
    role, unit, rank, supervisor = (np.concatenate([x, x[of]]) for x in (role, unit, rank, supervisor))
    n = len(role)
    since = subject.as_of - np.floor(np.minimum(30 + rng.exponential(1100, n), 9000)).astype(int) * ONE_DAY
    left, training = np.full(n, NO_DAY), np.zeros(n, int)
    recruits, leavers = np.arange(settled, settled + n_recruits), np.arange(settled + n_recruits, n)
    since[recruits] = subject.as_of - rng.integers(10, 150, len(recruits)) * ONE_DAY
    training[recruits] = 1
    left[leavers] = np.maximum(subject.as_of - rng.integers(1, 300, len(leavers)) * ONE_DAY, since[leavers])
    left[leavers] = np.minimum(left[leavers], subject.as_of - ONE_DAY)
    # The list was drawn up after the snapshot: a few who left in between were in post on the day.
    later = rng.permutation(np.flatnonzero(role[:settled] == "response"))[:2]
    left[later] = subject.as_of + rng.integers(2, 25, len(later)) * ONE_DAY
    # Where the column is blank nobody says that the person is a recruit.
    training[rng.permutation(np.flatnonzero(role[:settled] == "other"))[:2]] = -1
    part_time = np.array([1.0, 0.8, 0.6, 0.5])[pick(rng, (84, 7, 5, 4), n)]
    return Staff(np.arange(n) + 1, role, rank, unit, part_time, since, left, training, supervisor, subject.as_of)


def staff_rows(staff: Staff) -> Columns:
    """Write the staff list."""
    return {
        "person_key": references("STF", staff.number, 4),
        "role": staff.role,
        "rank": staff.rank,
        "unit": staff.unit,
        "fte": staff.fte,
        "in_post_since": staff.in_post_since,
        "left_on": staff.left_on,
        "in_training": staff.in_training,
        "supervisor_key": key_texts("STF", staff.supervisor, 4),
    }


def _sizes(subject: Subject) -> np.ndarray:
    """Members of staff in each role."""
    all_of_them = max(LEAST_IN_ALL, subject.officers)
    weights = np.array(list(ROLE_WEIGHTS.values()), float)
    workers = all_of_them * SPAN / (SPAN + 1)
    return np.maximum(LEAST_IN_ROLE, np.floor(workers * weights / weights.sum() + 0.5).astype(int))


def _units(subject: Subject, role: np.ndarray) -> np.ndarray:
    """The unit of each, dealt in turn over the units of the role."""
    unit = np.empty(len(role), dtype=object)
    for name in ROLE_WEIGHTS:
        units = _UNITS.get(name) or team_names(subject.force)
        chosen = np.flatnonzero(role == name)
        unit[chosen] = np.array(units, dtype=object)[np.arange(len(chosen)) % len(units)]
    return unit
