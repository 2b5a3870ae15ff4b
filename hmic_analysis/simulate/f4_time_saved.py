"""F4: changes meant to free staff time, and what is on record of their benefit."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from hmic_analysis.params.models import Count, Number, YesNo
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    OPEN,
    SUPPORTED,
    Between,
    CommonFacts,
    Item,
    Made,
    Record,
    Subject,
    Verdict,
    absent,
    judged,
    no_register,
)
from hmic_analysis.simulate.registers import document
from hmic_analysis.simulate.world import ONE_DAY

ITEMS = {"staff_time_saved": Item("hours", given="states_savings")}
#: Months of the series before the change, and its noise: spread of the shocks in minutes, and memory.
MONTHS_BEFORE = 40
NOISE_MINUTES = 1.2
MEMORY = 0.4


class Facts(CommonFacts):
    """What is true of the time saved."""

    #: Changes live for at least 6 months, and how many of them have a measurement before and after (F4a).
    n_changes: Annotated[Count, Field(le=90)] = 6
    measured_changes: Count = 0
    #: Of the others staff were asked, but only after the change: nothing was measured before it.
    benefits_surveyed: YesNo = False
    #: Whether the force states a saving, and how far off it is, per cent (F4a).
    states_savings: YesNo = False
    stated_savings_error_pct: Number = 0.0
    #: Work on the savings is on record, and how many days before ``as_of`` it was last dated (F4b).
    savings_work_ongoing: YesNo = True
    savings_work_days_ago: Annotated[Count, Field(le=230)] = 35

    def impossible(self) -> list[tuple[str, str]]:
        """More changes measured than there are."""
        if self.measured_changes <= self.n_changes:
            return []
        return [("measured_changes", f"{self.measured_changes} of {self.n_changes} changes can't be measured.")]


WAYS = {
    "F4a": {
        "true": ({"states_savings": False}, {"states_savings": True, "measured_changes": 0}),
        "false": ({"states_savings": True, "measured_changes": 6, "stated_savings_error_pct": Between(-4.0, 4.0)},),
        "middle": ({"states_savings": True, "measured_changes": Between(2, 3)},),
    },
    "F4b": {
        "true": ({"savings_work_days_ago": Between(5, 70)},),
        "false": ({"savings_work_ongoing": False},),
        "middle": ({"savings_work_days_ago": Between(120, 200)},),
    },
}


def documents(subject: Subject) -> list[Record]:
    """Terms of reference of the work on it, where there is any."""
    facts, as_of = subject.facts, subject.as_of
    if not facts.savings_work_ongoing:
        return []
    last = {"last_activity_on": as_of - facts.savings_work_days_ago * ONE_DAY, "corroborated_by": ["interview"]}
    title, written = "Staff time saved: terms of reference", as_of - 240 * ONE_DAY
    return [document(90, title, "terms_of_reference", "staff_time", written, ["staff_time_saved"], **last)]


def make(subject: Subject) -> Made:
    """Changes, their benefits, a series of months of the first to go live; the hours saved, and those stated."""
    facts, changes = subject.facts, _changes(subject)
    benefits = _benefits(subject, changes)
    measured = benefits[: facts.measured_changes]
    hours = sum((b["baseline_minutes"] - b["post_minutes"]) * b["tasks_per_year"] / 60 for b in measured)
    saved = round(float(hours), 4)
    stated = round(saved * (1 + facts.stated_savings_error_pct / 100), 1)
    told = Made({"change": changes, "benefit": benefits}, {"staff_hours_saved": saved}, {"staff_time_saved": stated})
    at = facts.n_changes - 1
    return Made.of(told, _months(subject, changes[at], benefits[at])) if facts.n_changes else told


def _changes(subject: Subject) -> list[Record]:
    """The changes of the force: those live for long enough, and a recent one that shares its saving."""
    facts, as_of = subject.facts, subject.as_of
    found = [
        {
            "change_id": f"CH{i + 1:03d}",
            "change_type": "technology" if i % 2 == 0 else "process",
            "title": f"Simulated change {i + 1}",
            "live_on": as_of - (200 + 50 * i) * ONE_DAY,
            "users": 100 + 40 * i,
        }
        for i in range(facts.n_changes)
    ]
    if found:
        recent = {"change_id": "CH900", "live_on": as_of - 45 * ONE_DAY, "overlaps_with": "CH001"}
        found.append({**found[0], **recent, "title": "Simulated change, recent"})
    return found


def _benefits(subject: Subject, changes: list[Record]) -> list[Record]:
    """The benefit records: a measurement before and after for the changes measured, an estimate for each other."""
    rng, found = subject.rng("benefit"), []
    for i, change in enumerate(changes):
        before, saved, tasks = rng.integers(20, 60), rng.integers(4, 15), rng.integers(2, 30) * 1000
        record: Record = {"benefit_id": f"BN{i + 1:03d}", "change_id": change["change_id"]}
        record |= {"tasks_per_year": tasks, "baseline_minutes": before, "post_minutes": before - saved}
        days = {"baseline_on": change["live_on"] - 60 * ONE_DAY, "post_on": change["live_on"] + 100 * ONE_DAY}
        if i < subject.facts.measured_changes:
            record |= {"method": ("time_and_motion", "system_log")[i % 2], **days, "saved_minutes_se": 0.6}
        elif subject.facts.benefits_surveyed:
            record |= {"method": "survey", **days, "baseline_on": days["post_on"]}
        else:
            record["method"] = "estimate"
        found.append(record)
    return found


def _months(subject: Subject, change: Record, benefit: Record) -> Made:
    """Monthly minutes per task of the change that was first to go live: 40 months before, and all whole ones since.

    They fall by those of its benefit record where that is a measurement, else by nothing; neighbouring months resemble
    each other.
    """
    live = change["live_on"].astype("datetime64[M]")
    months = np.arange(live - MONTHS_BEFORE, (subject.as_of + ONE_DAY).astype("datetime64[M]"))
    rng, is_measured = subject.rng("benefit.months"), benefit["method"] not in ("estimate", "survey")
    saved = float(benefit["baseline_minutes"] - benefit["post_minutes"]) if is_measured else 0.0
    # The month in which it went live has days of both kinds.
    days = (live + 1).astype("datetime64[D]") - live.astype("datetime64[D]")
    part = (change["live_on"] - live.astype("datetime64[D]")) / days
    with_it = np.where(months < live, 0.0, np.where(months == live, 1 - part, 1.0))
    noise = np.zeros(len(months))
    for i, shock in enumerate(rng.normal(0, NOISE_MINUTES, len(months))):
        noise[i] = shock + (MEMORY * noise[i - 1] if i else 0.0)
    minutes = np.maximum(0.5, float(benefit["baseline_minutes"]) - saved * with_it + noise)
    tasks = rng.poisson(float(benefit["tasks_per_year"]) / 12, len(months))
    records = [
        {"change_id": change["change_id"], "month": str(m), "minutes_per_task": round(float(x), 2), "tasks": int(n)}
        for m, x, n in zip(months, minutes, tasks, strict=True)
    ]
    whole = live if part == 0 else live + 1
    truth = {
        "minutes_saved_step": saved,
        "benefit_months_before": MONTHS_BEFORE,
        "benefit_months_after": int((months >= whole).sum()),
    }
    return Made({"benefit_month": records}, truth)


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    days = facts.savings_work_days_ago
    ongoing = judged(f"work on it was last dated {days} days ago", days <= 90)
    if not facts.savings_work_ongoing:
        ongoing = absent(facts, "no work on it is in the register")
    return {"F4a": _f4a(facts, values), "F4b": no_register(facts) or ongoing}


def _f4a(facts: Facts, values: dict[str, Any]) -> Verdict:
    answer = facts.answer("staff_time_saved")
    if answer == "nil_return_unable":
        return SUPPORTED, "the force answered that it can't state the time saved"
    if not facts.provides("change", "benefit") or not facts.n_changes:
        return OPEN, "no register of changes and their benefits"
    share = 100 * facts.measured_changes / facts.n_changes
    if share == 0:
        return SUPPORTED, "no change has a measurement before and after"
    if answer == "provided" and share >= 80:
        true, stated = values["staff_hours_saved"], values["stated"]["staff_time_saved"]
        if abs(stated - true) <= 0.1 * true:
            return CONTRADICTED, f"{share:.0f}% of changes measured, stated {stated:g} hours, true {true:g}"
    return OPEN, f"{share:.0f}% of changes measured"
