"""P2: initiatives that lasted, and daily management meetings that set preventive actions."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from hmic_analysis.contracts.p2_initiatives import ACTION_TYPES
from hmic_analysis.params.models import Count
from hmic_analysis.simulate.ground import (
    LEAST,
    OPEN,
    Between,
    CommonFacts,
    Made,
    Record,
    Share,
    Subject,
    Verdict,
    judged,
    lacking,
)
from hmic_analysis.simulate.world import DISTRICTS, NO_DAY, ONE_DAY, labels, pick, quota
from hmic_analysis.simulate.write import references

SIGNED = ("initiative",)
PROBLEMS = ("burglary", "vehicle crime", "street drinking", "metal theft", "nuisance vehicles")
#: Meetings of which it isn't on record whether they were held, actions that nobody coded, actions coded twice.
HELD_BLANK, NOT_CODED, CODED_TWICE = 0.004, 0.006, 160
PREVENTION = ACTION_TYPES.index("prevention")


class Facts(CommonFacts):
    """What is true of initiatives and meetings."""

    #: Long-term initiatives, and further ones of which it isn't on record whether an objective was written (P2a).
    n_long_term_initiatives: Annotated[Count, Field(le=40)] = 5
    n_unclear_initiatives: Annotated[Count, Field(le=40)] = 0
    #: Of the long-term ones: with a baseline and a measured outcome.
    initiative_outcome_share: Share = 0.6
    #: Prescribed meetings that were held, of those known; meetings held that set a preventive action; preventive
    #: actions closed in time (P2b).
    dmm_held_share: Share = 0.97
    dmm_prevention_share: Share = 0.68
    dmm_closed_in_time_share: Share = 0.76
    #: Of the actions that a second person coded: given the same code.
    dmm_coders_agree_share: Share = 0.92


_STEERED = {
    "dmm_held_share": Between(0.94, 0.99),
    "dmm_prevention_share": Between(0.58, 0.8),
    "dmm_closed_in_time_share": Between(0.67, 0.88),
}
WAYS = {
    "P2a": {
        "true": ({"n_long_term_initiatives": Between(3, 8)},),
        "false": ({"n_long_term_initiatives": Between(0, 1)},),
        "middle": ({"n_long_term_initiatives": 1, "n_unclear_initiatives": Between(1, 3)},),
    },
    "P2b": {
        "true": (_STEERED,),
        "false": ({"dmm_held_share": Between(0.45, 0.68)}, {"dmm_prevention_share": Between(0.04, 0.14)}),
        "middle": (
            {**_STEERED, "dmm_prevention_share": Between(0.28, 0.42)},
            {**_STEERED, "dmm_closed_in_time_share": Between(0.25, 0.5)},
            {**_STEERED, "dmm_held_share": Between(0.79, 0.86)},
        ),
    },
}


def make(subject: Subject) -> Made:
    """The register of initiatives, the meetings prescribed in each district on each day, and their actions."""
    return Made.of(_initiatives(subject), _meetings(subject))


def _initiatives(subject: Subject) -> Made:
    facts, as_of = subject.facts, subject.as_of
    rng = subject.rng("prevention.initiatives")
    measured = quota(rng, facts.n_long_term_initiatives, facts.initiative_outcome_share)
    found = [
        {
            **_one(i, rng, as_of - int(rng.integers(460, 900)) * ONE_DAY),
            # One in three has ended; the others go on.
            "ended_on": as_of - int(rng.integers(5, 60)) * ONE_DAY if i % 3 == 2 else None,
            "objective_written": True,
            "baseline_recorded": bool(done) or i % 2 == 0,
            "outcome_measured": bool(done),
            **(_counts(rng) if done else {}),
        }
        for i, done in enumerate(measured)
    ]
    for i in range(facts.n_unclear_initiatives):
        found.append(_one(500 + i, rng, as_of - int(rng.integers(500, 800)) * ONE_DAY))
    figures = {
        "n_long_term_initiatives": len(measured),
        "n_unclear_initiatives": facts.n_unclear_initiatives,
        "initiatives_with_outcome": int(measured.sum()),
    }
    return Made({"initiative": found + _besides(rng, as_of)}, figures)


def _one(number: int, rng: np.random.Generator, begun: np.datetime64) -> Record:
    return {
        "initiative_id": f"INI{number + 1:04d}",
        "kind": "initiative",
        "problem_type": PROBLEMS[number % len(PROBLEMS)],
        "place": DISTRICTS[number % len(DISTRICTS)],
        "started_on": begun,
        "partners": int(rng.integers(0, 6)),
    }


def _counts(rng: np.random.Generator) -> Record:
    """Crimes in an area where crime falls by about a quarter more than in the comparison area."""
    before, elsewhere = int(rng.integers(90, 260)), int(rng.integers(150, 400))
    return {
        "target_before": before,
        "target_after": int(rng.poisson(0.68 * before)),
        "comparison_before": elsewhere,
        "comparison_after": int(rng.poisson(0.92 * elsewhere)),
    }


def _besides(rng: np.random.Generator, as_of: np.datetime64) -> list[Record]:
    """Entries that are no long-term initiative: short, without an objective, long over, or only an event."""
    short, aimless, over, day, campaign = (
        _one(900 + i, rng, as_of - days * ONE_DAY) for i, days in enumerate((200, 700, 1900, 40, 650))
    )
    return [
        {**short, "objective_written": True},
        {**aimless, "objective_written": False},
        {**over, "ended_on": as_of - 1150 * ONE_DAY, "objective_written": True, "outcome_measured": True},
        {**day, "kind": "day_of_action", "ended_on": day["started_on"], "objective_written": True},
        {**campaign, "kind": "national_campaign", "objective_written": True},
    ]


def _meetings(subject: Subject) -> Made:
    facts, rng = subject.facts, subject.rng("prevention.meetings")
    days = np.arange(subject.start, subject.end + ONE_DAY)
    day, district = np.repeat(days, len(DISTRICTS)), np.tile(np.arange(len(DISTRICTS)), len(days))
    n = len(day)
    held = quota(rng, n, facts.dmm_held_share).astype(int)
    blank = quota(rng, n, HELD_BLANK)
    held[blank] = -1
    took_place = np.flatnonzero(held == 1)
    preventive = np.zeros(n, bool)
    preventive[took_place] = quota(rng, len(took_place), facts.dmm_prevention_share)
    meeting = {
        "meeting_id": references("DMM", np.arange(n) + 1, 5),
        "district": labels(DISTRICTS)[district],
        "prescribed_on": day,
        "held": held,
    }
    figures = {
        "dmm_prescribed": n,
        "dmm_held": len(took_place),
        "dmm_held_unknown": int(blank.sum()),
        "dmm_with_prevention": int(preventive.sum()),
    }
    return Made.of(Made({"meeting": meeting}, figures), _actions(subject, took_place, preventive, day))


def _actions(subject: Subject, took_place: np.ndarray, preventive: np.ndarray, day: np.ndarray) -> Made:
    """One to four actions of each meeting held; every meeting said to be preventive has at least one that is."""
    facts, rng = subject.facts, subject.rng("prevention.actions")
    first = pick(rng, (0, 45, 30, 25), len(took_place))
    first[preventive[took_place]] = PREVENTION
    more = pick(rng, (35, 40, 20, 5), len(took_place))
    meeting = np.concatenate([took_place, np.repeat(took_place, more)])
    further = pick(rng, (30, 35, 20, 15), int(more.sum()))
    # Where the meeting is not preventive none of its actions is.
    further[(further == PREVENTION) & ~preventive[np.repeat(took_place, more)]] = 1
    kind = np.concatenate([first, further])
    order = np.argsort(meeting, kind="stable")
    meeting, kind = meeting[order], kind[order]
    n = len(meeting)
    set_on = day[meeting]
    due = set_on + rng.integers(1, 22, n) * ONE_DAY
    # Only further actions of preventive meetings are left uncoded, so that the meetings stay what they are.
    is_first = np.diff(meeting, prepend=-1) != 0
    open_to_blank = np.flatnonzero(preventive[meeting] & ~is_first)
    blank = rng.permutation(open_to_blank)[: int(NOT_CODED * n)]
    coded = kind.copy()
    coded[blank] = -1
    is_prevention = coded == PREVENTION
    due_in_period = is_prevention & subject.within(due)
    in_time = np.zeros(n, bool)
    in_time[due_in_period] = quota(rng, int(due_in_period.sum()), facts.dmm_closed_in_time_share)
    in_time[~due_in_period] = rng.random(int((~due_in_period).sum())) < facts.dmm_closed_in_time_share
    spent = np.floor(rng.random(n) * ((due - set_on) / ONE_DAY + 1)).astype(int)
    late = due + rng.integers(1, 40, n) * ONE_DAY
    closed = np.where(in_time, set_on + spent * ONE_DAY, np.where(rng.random(n) < 0.6, late, NO_DAY))
    rows = {
        "action_id": references("ACT", np.arange(n) + 1, 6),
        "meeting_id": references("DMM", meeting + 1, 5),
        "set_on": set_on,
        "action_type": coded,
        "second_coder_type": _second_coder(subject, kind),
        "due_on": due,
        "closed_on": closed,
    }
    figures = {
        "dmm_actions": n,
        "dmm_actions_not_coded": len(blank),
        "dmm_prevention_actions": int(is_prevention.sum()),
        "dmm_prevention_due": int(due_in_period.sum()),
        "dmm_due_not_coded": int(((coded == -1) & subject.within(due)).sum()),
        "dmm_prevention_closed_in_time": int((in_time & due_in_period).sum()),
    }
    return Made({"meeting_action": rows}, figures)


def _second_coder(subject: Subject, kind: np.ndarray) -> np.ndarray:
    """What a second person chose for a random sample; -1 for all other actions."""
    rng = subject.rng("prevention.second_coder")
    chosen = rng.permutation(len(kind))[:CODED_TWICE]
    agree = quota(rng, len(chosen), subject.facts.dmm_coders_agree_share)
    other = (kind[chosen] + rng.integers(1, len(ACTION_TYPES), len(chosen))) % len(ACTION_TYPES)
    second = np.full(len(kind), -1)
    second[chosen] = np.where(agree, kind[chosen], other)
    return second


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    sure, unclear = values["n_long_term_initiatives"], values["n_unclear_initiatives"]
    said = f"{sure} long-term initiatives, {unclear} more may be"
    lasted = judged(said, sure >= 2, sure + unclear < 2 and facts.signed("initiative"))
    missing = lacking(facts, "the register of initiatives was not provided", "initiative")
    return {"P2a": missing or lasted, "P2b": _p2b(facts, values)}


def _p2b(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("meeting", "meeting_action") or not values["dmm_actions"]:
        return OPEN, "the meetings or their actions were not provided"
    n, yes, unknown = (values[x] for x in ("dmm_prescribed", "dmm_held", "dmm_held_unknown"))
    held = 100 * yes / n, 100 * (yes + unknown) / n
    steered, perhaps = values["dmm_with_prevention"], yes + unknown
    prevention = (100 * steered / perhaps, 100 * (steered + unknown) / perhaps) if perhaps else (0, 100)
    # One whose kind nobody wrote down may be preventive, and may be open still.
    due = values["dmm_prevention_due"] + values["dmm_due_not_coded"]
    closed = 100 * values["dmm_prevention_closed_in_time"] / due if due else None
    said = f"held {held[0]:.1f}% to {held[1]:.1f}%, preventive {prevention}, closed in time {closed}, per cent"
    enough = min(yes, due) >= LEAST and held[0] >= 90 and prevention[0] >= 50 and closed >= 60
    return judged(said, enough, held[1] < 75 or (yes >= LEAST and prevention[1] < 20))
