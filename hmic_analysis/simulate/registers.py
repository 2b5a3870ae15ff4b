"""What the fieldwork would have written down of a simulated force: documents, answers, files read, the staff list."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hmic_analysis.simulate.ground import TABLES, Columns, Record, Subject, items, stems
from hmic_analysis.simulate.world import DISTRICTS, NO_DAY, ONE_DAY, ForceFacts, pick
from hmic_analysis.simulate.write import key_texts, references

# The document register of a simulated force, and the log of what was asked of it.


def document(
    number: int, title: str, kind: str, subject: str, approved: np.datetime64 | None, covers: list[str], **more: Any
) -> Record:
    """One entry of the register: approved, of the whole force, unless ``more`` says otherwise."""
    return {
        "document_id": f"DOC{number:04d}",
        "title": f"{title} (synthetic)",
        "document_type": kind,
        "subject": subject,
        "scope": "force",
        "owner_rank": "superintendent",
        "status": "approved",
        "approved_on": approved,
        "covers": covers,
        **more,
    }


def document_records(subject: Subject) -> list[Record]:
    """The documents that the force gave or named, by their number: of the findings, and some that speak of none."""
    start, aims = subject.start, ["prevention_objective"]
    found = [
        document(1, "Police and crime plan", "plan", "policing", start, aims, scope="pcc"),
        document(2, "Force control strategy", "strategy", "policing", start, ["named_lead", "review_date"]),
        document(4, "Procedure for keeping victims informed", "procedure", "victims", start - 200 * ONE_DAY, []),
    ]
    for stem in stems():
        found += stem.documents(subject) if stem.documents else []
    return sorted(found, key=lambda entry: entry["document_id"])


def request_records(subject: Subject, stated: dict[str, float]) -> list[Record]:
    """The log of what was asked of the force: every table, then the figures and statements besides."""
    facts, as_of, found = subject.facts, subject.as_of, []
    signed = {"document", *(table for stem in stems() for table in stem.signed)}
    # Figures that a force may be unable to give come before what every force can say.
    besides = sorted(items(), key=lambda item: not items()[item].given)
    asked = [table for table in TABLES if table != "data_request"]
    for i, item in enumerate((*asked, *besides)):
        status = facts.status(item)
        record: Record = {"request_id": f"RQ{i + 1:04d}", "item": item, "status": status}
        if status != "not_requested":
            record["requested_on"] = as_of - 75 * ONE_DAY
        if status not in ("not_requested", "not_yet_received"):
            record["received_on"] = as_of - (i % 9) * ONE_DAY
        if item in stated and status == "provided":
            record |= {"stated_value": stated[item], "stated_unit": items()[item].unit}
        if item in signed and status == "provided":
            record["register_complete"] = facts.register_complete
        found.append(record)
    return found


# Files as inspectors read them: the entries of one file, progress and supervision, and what only looks like either.

GROUPS = ("burglary_dwelling", "theft_from_vehicle", "violence", "criminal_damage", "other_theft")
#: Longest span without a progress entry on a file that is kept up; shortest on one that is not.
KEPT_UP, LEFT = 27, 33


class Entries:
    """The entries of one file."""

    def __init__(self, review_id: str, rng: np.random.Generator) -> None:
        self.review_id = review_id
        self.rng = rng
        self.rows: list[Record] = []

    def add(self, day: np.datetime64 | None, kind: str, by_investigator: bool, content: str | None = None) -> None:
        """One entry."""
        entry: Record = {"review_id": self.review_id, "entry_number": len(self.rows) + 1, "entered_on": day}
        self.rows.append({**entry, "entry_kind": kind, "by_investigator": by_investigator, "content": content})

    def days(self, least: int, most: int) -> np.timedelta64:
        """A number of days, both ends included."""
        return int(self.rng.integers(least, most + 1)) * ONE_DAY

    def add_progress(self, opened: np.datetime64, end: np.datetime64, kept_up: bool, is_closed: bool) -> None:
        """Progress entries between two days, kept up or left lying; and entries that are no progress."""
        length = int((end - opened) / ONE_DAY)
        if kept_up:
            day = opened + self.days(0, min(length, 12))
            self.add(day, "progress", True)
            while int((end - day) / ONE_DAY) > KEPT_UP:
                day += self.days(9, KEPT_UP)
                self.add(day, "progress", True)
        elif length > 2 * LEFT and self.rng.random() < 0.6:
            # Begun, then left lying to the end.
            day = opened + self.days(0, 10)
            while int((end - day) / ONE_DAY) > LEFT:
                self.add(day, "progress", True)
                day += self.days(12, KEPT_UP)
        for _ in range(int(self.rng.integers(0, 3))):
            self.add(opened + self.days(0, max(length, 1)), "automated", False)
        if self.rng.random() < 0.5:
            self.add(opened + self.days(1, max(length, 1)), "victim_update", True)
        if is_closed and self.rng.random() < 0.2:
            # Written up afterwards: it shows nothing of the time the file was open.
            self.add(end + self.days(2, 20), "progress", True)

    def add_supervision(self, opened: np.datetime64, end: np.datetime64, supervised: bool, is_closed: bool) -> bool:
        """Supervision of substance, or what looks like it; whether there was any by the last day."""
        length = int((end - opened) / ONE_DAY)
        if supervised:
            late = is_closed and self.rng.random() < 0.08
            day = end + self.days(1, 15) if late else opened + self.days(0, length)
            self.add(day, "supervisor", False, "sign_off" if self.rng.random() < 0.4 else "direction")
            return not late
        draw = self.rng.random()
        if draw < 0.3:
            self.add(opened + self.days(0, length), "supervisor", False, "none")
        elif draw < 0.5:
            # A sergeant who investigates the crime: nobody else looked at it.
            self.add(opened + self.days(0, length), "supervisor", True, "direction")
        return False


def readers_agree(counts: list[int]) -> bool:
    """Whether two readers found the same on three in four of the files that both read."""
    agreed, twice = counts
    return bool(twice) and agreed / twice >= 0.75


# The staff of a simulated force: who is in post, in which role and unit, and who supervises whom.
#
# The list is drawn from seed and force alone, so that every finding that speaks of staff speaks of the same people.


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
