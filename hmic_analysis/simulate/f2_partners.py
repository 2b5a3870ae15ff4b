"""F2: work with other agencies: tasks, agreements, transfers and handovers."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from hmic_analysis.params.models import Count
from hmic_analysis.simulate.ground import Between, CommonFacts, Made, Record, Share, Subject, Verdict, judged, lacking
from hmic_analysis.simulate.world import HOUR, NO_TIME, ONE_DAY, SECOND, hour_of, labels, midnight, pick, quota, skewed
from hmic_analysis.simulate.write import references

SIGNED = ("partner_task",)
TASKS = ("Waits at hospital", "Welfare visits", "Missing from care homes", "Obstructions", "Noise at night")
TASK_AGENCIES = ("health", "ambulance", "local_authority", "highways", "housing")
#: Transfers asked for and handovers in a force of Cleveland's size, and the least of each.
TRANSFERS, LEAST_TRANSFERS, HANDOVERS, LEAST_HANDOVERS = 900, 60, 420, 60
#: Share of transfers and handovers in which the end was not recorded.
NOT_RECORDED = 0.04


class Facts(CommonFacts):
    """What is true of work with other agencies."""

    #: Tasks that are not the police's alone, identified with a baseline, and those of them on which something was done
    #: with a partner (F2a).
    n_partner_tasks: Annotated[Count, Field(le=20)] = 4
    n_partner_actions: Annotated[Count, Field(le=20)] = 3
    #: Transfers that the agency took over; at 0 none is asked for either.
    transfer_accepted_share: Share = 0.62
    #: Median wait until handover, hours.
    handover_wait_hours: Annotated[float, Field(strict=True, ge=0.5, le=12, allow_inf_nan=False)] = 2.6


WAYS = {
    "F2a": {
        "true": ({"n_partner_tasks": Between(3, 6), "n_partner_actions": Between(1, 3)},),
        "false": ({"n_partner_tasks": 0, "n_partner_actions": 0, "transfer_accepted_share": 0.0},),
        "middle": ({"n_partner_actions": 0},),
    }
}


def make(subject: Subject) -> Made:
    """Tasks, agreements, transfers and handovers."""
    return Made.of(_work(subject), _transfers(subject), _handovers(subject))


def _work(subject: Subject) -> Made:
    """Tasks, agreements, and what is true of them: every second task acted on has an agreement."""
    facts = subject.facts
    done = min(facts.n_partner_actions, facts.n_partner_tasks)
    tasks = [_task(subject, i, i < done) for i in range(facts.n_partner_tasks)]
    signed = [
        {"task_id": t["task_id"], "agency": t["agency"], "status": "signed", "signed_on": t["action_on"]}
        for t in tasks
        if t.get("action") == "agreement"
    ]
    more_tasks, more_agreements = _no_work(subject.as_of)
    agreements = [{"agreement_id": f"AG{i + 1:03d}", **a} for i, a in enumerate([*signed, *more_agreements])]
    work = {
        "partner_tasks_with_baseline": facts.n_partner_tasks,
        "partner_tasks_acted_on": done,
        "n_partner_task_agreements": len(signed),
    }
    return Made({"partner_task": [*tasks, *more_tasks], "partner_agreement": agreements}, work)


def _task(subject: Subject, i: int, acted: bool) -> Record:
    """A task identified and measured, acted on or not."""
    found = subject.as_of - (400 + 20 * i) * ONE_DAY
    task: Record = {
        "task_id": f"PT{i + 1:03d}",
        "task": TASKS[i % len(TASKS)],
        "agency": TASK_AGENCIES[i % len(TASK_AGENCIES)],
        "status": "current",
        "identified_on": found,
        "baseline_on": found + 60 * ONE_DAY,
        "baseline_hours": 900 + 350 * i,
    }
    done = {"action": ("agreement", "joint_team")[i % 2], "action_on": subject.as_of - (100 + 9 * i) * ONE_DAY}
    return task | done if acted else task


def _no_work(as_of: np.datetime64) -> tuple[list[Record], list[Record]]:
    """A task given up, one found after the snapshot, one only proposed; a draft and an ended agreement."""
    other: Record = {"task": "Lost property", "agency": "other"}
    tasks = [
        {**other, "task_id": "PT800", "status": "withdrawn", "identified_on": as_of - 700 * ONE_DAY},
        {**other, "task_id": "PT801", "status": "current", "identified_on": as_of + 14 * ONE_DAY},
        {**other, "task_id": "PT802", "status": "proposed"},
    ]
    ended = {"signed_on": as_of - 1500 * ONE_DAY, "ends_on": as_of - 400 * ONE_DAY}
    agreements = [
        {"task_id": "PT802", "agency": "other", "status": "draft"},
        {"task_id": "PT800", "agency": "other", "status": "signed", **ended},
    ]
    return tasks, agreements


def _transfers(subject: Subject) -> Made:
    rng = subject.rng("resources.transfers")
    share = subject.facts.transfer_accepted_share
    n = subject.size(TRANSFERS, LEAST_TRANSFERS) if share else 0
    known = rng.random(n) >= NOT_RECORDED
    accepted = np.full(n, -1)
    accepted[known] = quota(rng, int(known.sum()), share)
    table = {
        "transfer_id": references("TR", np.arange(n) + 1, 5),
        "agency": pick(rng, (25, 25, 22, 0, 14, 8, 0, 0, 6), n),
        "asked_at": _times(subject, rng, n),
        "accepted": accepted,
    }
    values = {"transfers_accepted": int((accepted == 1).sum()), "transfers_known": int(known.sum())}
    return Made({"partner_transfer": table}, values)


def _handovers(subject: Subject) -> Made:
    rng = subject.rng("resources.handovers")
    n = subject.size(HANDOVERS, LEAST_HANDOVERS)
    arrived = _times(subject, rng, n)
    minutes = np.floor(np.minimum(skewed(rng, subject.facts.handover_wait_hours * 60, 0.6, n), 1400)).astype(int)
    left = arrived + minutes * 60 * SECOND
    lost = rng.random(n) < NOT_RECORDED
    left[lost] = NO_TIME
    table = {
        "handover_id": references("HO", np.arange(n) + 1, 5),
        "reason": labels(("place_of_safety", "hospital"))[pick(rng, (40, 60), n)],
        "arrived_at": arrived,
        "handed_over_at": left,
    }
    median = float(np.median(minutes[~lost])) / 60
    return Made({"handover": table}, {"handover_wait_hours_median": median, "handovers_known": int((~lost).sum())})


def _times(subject: Subject, rng: np.random.Generator, n: int) -> np.ndarray:
    """Instants of the period to the minute, away from the nights on which the clocks change."""
    minutes = subject.days * 1440
    at = midnight(subject.frame.period_start) + np.sort(rng.integers(0, minutes - 60, n)) * 60 * SECOND
    # Any hour but the first three of the day: a wait over a change of the clock has two lengths.
    return np.where(hour_of(at) < 3, at + 8 * HOUR, at)


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    tasks, done = values["partner_tasks_with_baseline"], values["partner_tasks_acted_on"]
    taken_over = facts.provides("partner_transfer") and values["transfers_accepted"] > 0
    nothing = not tasks and not taken_over and facts.signed()
    worked = judged(f"{tasks} tasks with a baseline, {done} acted on", bool(tasks and done), nothing)
    return {"F2a": lacking(facts, "tasks were not provided", "partner_task") or worked}
