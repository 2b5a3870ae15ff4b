"""Changes meant to free staff time, and what is on record of their benefit."""

from __future__ import annotations

from typing import Any

import numpy as np

from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.frame import Frame
from hmic_analysis.simulate.streams import Streams
from hmic_analysis.simulate.suspects import ONE_DAY

#: Months of the series before the change, and its noise: spread of the shocks in minutes, and memory.
MONTHS_BEFORE = 40
NOISE_MINUTES = 1.2
MEMORY = 0.4


def change_records(facts: Facts, frame: Frame) -> list[dict[str, Any]]:
    """The changes of the force: those live for long enough, and a recent one that shares its saving."""
    as_of = np.datetime64(frame.as_of)
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


def benefit_records(streams: Streams, facts: Facts, frame: Frame) -> list[dict[str, Any]]:
    """The benefit records: a measurement before and after for the changes measured, an estimate for each other."""
    rng = streams.of("benefit")
    found = []
    for i, change in enumerate(change_records(facts, frame)):
        before, saved, tasks = rng.integers(20, 60), rng.integers(4, 15), rng.integers(2, 30) * 1000
        record: dict[str, Any] = {"benefit_id": f"BN{i + 1:03d}", "change_id": change["change_id"]}
        record |= {"tasks_per_year": tasks, "baseline_minutes": before, "post_minutes": before - saved}
        if i < facts.measured_changes:
            record |= {
                "method": ("time_and_motion", "system_log")[i % 2],
                "baseline_on": change["live_on"] - 60 * ONE_DAY,
                "post_on": change["live_on"] + 100 * ONE_DAY,
                "saved_minutes_se": 0.6,
            }
        else:
            record["method"] = "estimate"
        found.append(record)
    return found


def benefit_months(
    streams: Streams, facts: Facts, frame: Frame, benefits: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Monthly minutes per task of the change that was first to go live, and what is true of them.

    Parameters
    ----------
    streams : Streams
    facts : Facts
    frame : Frame
    benefits : list of dict
        Result of :func:`benefit_records`.

    Returns
    -------
    tuple
        The records, for the 40 months before the one in which it went live, that month, and every whole month up to
        the snapshot; and true figures.  The minutes fall by those of its benefit record where that is a measurement,
        by nothing otherwise; neighbouring months resemble each other.
    """
    if not facts.n_changes:
        return [], {}
    at = facts.n_changes - 1
    change, benefit = change_records(facts, frame)[at], benefits[at]
    live = change["live_on"].astype("datetime64[M]")
    begun = np.datetime64(frame.as_of) + ONE_DAY
    months = np.arange(live - MONTHS_BEFORE, begun.astype("datetime64[M]"))
    rng = streams.of("benefit.months")
    saved = float(benefit["baseline_minutes"] - benefit["post_minutes"]) if at < facts.measured_changes else 0.0
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
    return records, truth


def hours_saved(facts: Facts, benefits: list[dict[str, Any]]) -> float:
    """Staff hours a year that the measured changes truly save."""
    measured = benefits[: facts.measured_changes]
    return float(sum((b["baseline_minutes"] - b["post_minutes"]) * b["tasks_per_year"] / 60 for b in measured))
