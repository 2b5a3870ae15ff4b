"""P4: what staff learned, on preventing crime and besides."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from hmic_analysis.simulate.ground import (
    LEAST,
    OPEN,
    Between,
    Columns,
    CommonFacts,
    Made,
    Share,
    Subject,
    Verdict,
    judged,
    lacking,
)
from hmic_analysis.simulate.registers import Staff, draw_staff
from hmic_analysis.simulate.world import NO_DAY, ONE_DAY, quota
from hmic_analysis.simulate.write import references

SIGNED = ("training",)
VICTIM_FACING = ("response", "neighbourhood", "pcso", "call_handler", "crime_recorder", "volume_investigator")
#: Days within the 36 months before the snapshot, and days well before them.
RECENT, LONG_AGO = 1080, 1200


class Facts(CommonFacts):
    """What is true of training."""

    #: Training in preventing crime in the last 36 months; ``once``: one person at one briefing (P4a; without training
    #: nobody is formally trained either).
    cp_training_given: Literal["yes", "once", "no"] = "yes"
    #: Staff with a briefing or an intranet page on preventing crime.
    cp_informal_share: Share = 0.3
    #: Staff of each victim-facing role with a formal course (P4b); of community support officers, if it differs.
    cp_formal_share: Share = 0.035
    cp_formal_pcso_share: Share | None = None


WAYS = {
    "P4a": {
        "true": ({"cp_informal_share": Between(0.08, 0.6)},),
        # Where nobody had any training nobody had formal training either.
        "false": ({"cp_training_given": "no", "implies": {"P4b": "true"}},),
        "middle": ({"cp_training_given": "once", "implies": {"P4b": "true"}},),
    },
    "P4b": {
        "true": ({"cp_formal_share": Between(0.0, 0.05)},),
        "false": ({"cp_formal_share": Between(0.6, 0.85)},),
        "middle": ({"cp_formal_share": Between(0.2, 0.38)}, {"cp_formal_pcso_share": Between(0.4, 0.8)}),
    },
}


@dataclass(frozen=True)
class _Course:
    """Completions of one course."""

    code: str
    #: Positions in the staff list.
    who: np.ndarray
    #: Days from completion to the snapshot; -1 where it was booked and not completed.
    days_ago: np.ndarray
    hours: float
    #: 1 yes, 0 no, -1 blank.
    formal: int
    about: str = "crime_prevention"
    is_initial: int = 0

    @property
    def is_input(self) -> np.ndarray:
        """Which completions are recent input on preventing crime, formal or not."""
        counts = self.about == "crime_prevention" and not self.is_initial
        return counts & (self.days_ago >= 0) & (self.days_ago <= RECENT)


def make(subject: Subject) -> Made:
    """The records of training, and the true figures behind them.

    ``cp_formal`` holds for each victim-facing role those formally trained, those of whom it isn't said, all in post.
    """
    staff, rng = draw_staff(subject), subject.rng("prevention.training")
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
    anybody = np.setdiff1d(np.concatenate([c.who[c.is_input] for c in courses]), np.flatnonzero(staff.gone))
    figures = {
        "cp_any_training_n": len(anybody),
        "cp_formal": {
            role: [int(np.isin(at, formal).sum()), int(np.isin(at, unsaid).sum()), len(at)]
            for role in VICTIM_FACING
            if len(at := staff.at_work(role))
        },
    }
    return Made({"training": _rows(staff, courses)}, figures)


def _formally_trained(subject: Subject, staff: Staff) -> np.ndarray:
    """Staff of victim-facing roles with a formal course, the same share in each role unless a fact says otherwise."""
    facts, rng = subject.facts, subject.rng("prevention.formal")
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
    facts, rng = subject.facts, subject.rng("prevention.informal")
    at = staff.at_work()
    if facts.cp_training_given == "yes":
        return at[quota(rng, len(at), facts.cp_informal_share)]
    return at[:1] if facts.cp_training_given == "once" else at[:0]


def _looks_formal(rng: np.random.Generator, staff: Staff) -> list[_Course]:
    """Recent input that makes nobody formally trained: too short, or taken by someone who has left since."""
    short = rng.permutation(staff.at_work("call_handler"))[:3]
    gone = np.flatnonzero(staff.gone)[:2]
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
    new = np.concatenate([recruits, newer])
    return [
        _Course("IN001", new, np.full(len(new), 5), 3.0, 1, is_initial=1),
        _Course("CP100", some[: len(some) // 5], np.full(len(some) // 5, LONG_AGO), 7.0, 1),
        _Course("CP100", booked, np.full(len(booked), -1), 7.0, 1),
        _Course("SA001", everybody, rng.integers(5, RECENT, len(everybody)), 6.0, 1, about="safety"),
        _Course("OT001", everybody[::2], rng.integers(5, RECENT, len(everybody[::2])), 1.0, 0, about="other"),
    ]


def _rows(staff: Staff, courses: list[_Course]) -> Columns:
    """Write the courses, in order of person."""
    sizes = [len(c.who) for c in courses]
    who = np.concatenate([c.who for c in courses])
    ago = np.concatenate([c.days_ago for c in courses]).astype(int)
    order = np.lexsort((ago, who))

    def each(name: str) -> np.ndarray:
        return np.repeat(np.array([getattr(c, name) for c in courses], dtype=object), sizes)[order]

    return {
        "person_key": references("STF", staff.number[who[order]], 4),
        "course_code": each("code"),
        "subject": each("about"),
        "formal": each("formal").astype(int),
        "hours": each("hours").astype(float),
        "completed_on": np.where(ago >= 0, staff.as_of - ago * ONE_DAY, NO_DAY)[order],
        "is_initial": each("is_initial").astype(int),
    }


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    """The intended verdicts; P4c is a view."""
    n = values["cp_any_training_n"]
    said = f"{n} members of staff had input on preventing crime"
    trained = judged(said, n >= 2, n == 0 and facts.signed("training"))
    missing = lacking(facts, "the records of training were not provided", "training")
    return {"P4a": missing or trained, "P4b": _p4b(facts, values)}


def _p4b(facts: Facts, values: dict[str, Any]) -> Verdict:
    roles = values["cp_formal"]
    if not facts.provides("training", "staff") or not roles:
        return OPEN, "the records of training or the staff list were not provided"
    formal, unknown, staff = (sum(part) for part in zip(*roles.values(), strict=True))
    said = f"{formal} of {staff} victim-facing staff formally trained, {unknown} unknown"
    low = all((yes + maybe) / n < 0.1 for yes, maybe, n in [*roles.values(), (formal, unknown, staff)] if n >= LEAST)
    return judged(said, low and facts.signed("training"), formal / staff >= 0.5)
