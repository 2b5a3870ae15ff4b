"""Changes meant to free staff time, and what is on record of their benefit."""

from __future__ import annotations

from typing import Any

import numpy as np

from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.frame import Frame
from hmic_analysis.simulate.streams import Streams
from hmic_analysis.simulate.suspects import ONE_DAY


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


def hours_saved(facts: Facts, benefits: list[dict[str, Any]]) -> float:
    """Staff hours a year that the measured changes truly save."""
    measured = benefits[: facts.measured_changes]
    return float(sum((b["baseline_minutes"] - b["post_minutes"]) * b["tasks_per_year"] / 60 for b in measured))
