"""What the staff of a simulated force learned, on preventing crime and besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.simulate.prevention.staff import Staff
from hmic_analysis.simulate.streams import quota
from hmic_analysis.simulate.suspects import NO_DAY, ONE_DAY
from hmic_analysis.simulate.topic import Subject
from hmic_analysis.simulate.writer import references, render

VICTIM_FACING = ("response", "neighbourhood", "pcso", "call_handler", "crime_recorder", "volume_investigator")
#: Days within the 36 months before the snapshot, and days well before them.
RECENT, LONG_AGO = 1080, 1200


@dataclass(frozen=True)
class _Course:
    """Completions of one course.

    Attributes
    ----------
    who : numpy.ndarray
        Positions in the staff list.
    days_ago : numpy.ndarray
        Days from completion to the snapshot; -1 where it was booked and not completed.
    formal : int
        1 yes, 0 no, -1 blank.
    """

    code: str
    who: np.ndarray
    days_ago: np.ndarray
    hours: float
    formal: int
    about: str = "crime_prevention"
    is_initial: int = 0

    @property
    def is_input(self) -> np.ndarray:
        """Which completions are recent input on preventing crime, formal or not."""
        counts = self.about == "crime_prevention" and not self.is_initial
        return counts & (self.days_ago >= 0) & (self.days_ago <= RECENT)


def draw_training(subject: Subject, staff: Staff) -> tuple[pa.Table, dict[str, Any]]:
    """The records of training, and the true figures behind them.

    Parameters
    ----------
    subject : Subject
    staff : Staff

    Returns
    -------
    tuple
        Rows of ``training``; ``cp_any_training_n``, and ``cp_formal``: for each victim-facing role those formally
        trained, those of whom it isn't said, and all in post.
    """
    rng = subject.streams.of("prevention.training")
    formal = _formally_trained(subject, staff)
    unsaid = np.array([], int)
    courses = _besides(rng, staff)
    if subject.facts.cp_training_given == "yes":
        unsaid = rng.permutation(np.setdiff1d(staff.at_work("response"), formal))[:2]
        courses += [
            _Course("CP100", formal, rng.integers(20, RECENT, len(formal)), 7.0, 1),
            _Course("CP020", unsaid, rng.integers(20, RECENT, len(unsaid)), 3.0, -1),
            *_looks_formal(rng, staff),
        ]
    told = _told(subject, staff)
    courses.append(_Course("CP010", told, rng.integers(5, RECENT, len(told)), 0.5, 0))
    anybody = np.unique(np.concatenate([c.who[c.is_input] for c in courses]))
    figures = {
        "cp_any_training_n": len(anybody),
        "cp_formal": {
            role: [int(np.isin(at, formal).sum()), int(np.isin(at, unsaid).sum()), len(at)]
            for role in VICTIM_FACING
            if len(at := staff.at_work(role))
        },
    }
    return _rows(staff, courses), figures


def _formally_trained(subject: Subject, staff: Staff) -> np.ndarray:
    """Staff of victim-facing roles with a formal course, the same share in each role unless a fact says otherwise."""
    facts, rng = subject.facts, subject.streams.of("prevention.formal")
    if facts.cp_training_given != "yes":
        return np.array([], int)
    found = []
    for role in VICTIM_FACING:
        at, share = staff.at_work(role), facts.cp_formal_share
        if role == "pcso" and facts.cp_formal_pcso_share is not None:
            share = facts.cp_formal_pcso_share
        found.append(at[quota(rng, len(at), share)])
    return np.concatenate(found)


def _told(subject: Subject, staff: Staff) -> np.ndarray:
    """Staff with a briefing or an intranet page on preventing crime."""
    facts, rng = subject.facts, subject.streams.of("prevention.informal")
    at = staff.at_work()
    if facts.cp_training_given == "yes":
        return at[quota(rng, len(at), facts.cp_informal_share)]
    return at[:1] if facts.cp_training_given == "once" else at[:0]


def _looks_formal(rng: np.random.Generator, staff: Staff) -> list[_Course]:
    """Recent input that makes nobody formally trained: too short, or taken by someone who has left since."""
    short = rng.permutation(staff.at_work("call_handler"))[:3]
    gone = np.flatnonzero(~np.isnat(staff.left_on) & (staff.left_on < staff.as_of))[:2]
    return [
        _Course("CP030", short, np.full(len(short), 90), 1.0, 1),
        _Course("CP100", gone, np.full(len(gone), 500), 7.0, 1),
    ]


def _besides(rng: np.random.Generator, staff: Staff) -> list[_Course]:
    """What is no recent input on preventing crime: initial, long ago, booked, about something else."""
    everybody = np.arange(len(staff))
    recruits = np.flatnonzero(staff.in_training == 1)
    constables = staff.at_work("response", "neighbourhood")
    newer = constables[(staff.as_of - staff.in_post_since[constables]) / ONE_DAY < 700]
    some = rng.permutation(constables)
    booked = rng.permutation(staff.at_work("pcso", "call_handler"))[:8]
    return [
        _Course(
            "IN001", np.concatenate([recruits, newer]), np.full(len(recruits) + len(newer), 5), 3.0, 1, is_initial=1
        ),
        _Course("CP100", some[: len(some) // 5], np.full(len(some) // 5, LONG_AGO), 7.0, 1),
        _Course("CP100", booked, np.full(len(booked), -1), 7.0, 1),
        _Course("SA001", everybody, rng.integers(5, RECENT, len(everybody)), 6.0, 1, about="safety"),
        _Course("OT001", everybody[::2], rng.integers(5, RECENT, len(everybody[::2])), 1.0, 0, about="other"),
    ]


def _rows(staff: Staff, courses: list[_Course]) -> pa.Table:
    """Write the courses, in order of person."""
    sizes = [len(c.who) for c in courses]
    who = np.concatenate([c.who for c in courses])
    ago = np.concatenate([c.days_ago for c in courses]).astype(int)
    order = np.lexsort((ago, who))

    def each(name: str) -> np.ndarray:
        return np.repeat(np.array([getattr(c, name) for c in courses], dtype=object), sizes)[order]

    return render(
        "training",
        {
            "person_key": references("STF", staff.number[who[order]], 4),
            "course_code": each("code"),
            "subject": each("about"),
            "formal": each("formal").astype(int),
            "hours": each("hours").astype(float),
            "completed_on": np.where(ago >= 0, staff.as_of - ago * ONE_DAY, NO_DAY)[order],
            "is_initial": each("is_initial").astype(int),
        },
    )
