"""Minutes on duty with a known position, by district, in vehicles and on foot, and hour."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.dispatching import CARRIERS
from hmic_analysis.simulate.clock import Window, midnight, to_wall
from hmic_analysis.simulate.service.dispatches import SAMPLE_DAYS
from hmic_analysis.simulate.shapes import DISTRICTS
from hmic_analysis.simulate.streams import quota
from hmic_analysis.simulate.tally import percent
from hmic_analysis.simulate.topic import Subject
from hmic_analysis.simulate.writer import render

#: Share of all officers on duty at a time, by carrier, and how far its positions differ from the whole.
ON_DUTY, APART = (0.07, 0.03), (0.02, -0.047)
#: Age up to which a position is known, by the finding's rule; age that a few units counted instead.
MAX_AGE, TOO_OLD = 5.0, 15.0


def draw_positions(subject: Subject) -> tuple[pa.Table, dict[str, Any]]:
    """Draw the minutes of the last 28 days of the period.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    tuple
        Rows of ``position``, and the true figures.
    """
    facts, rng = subject.facts, subject.streams.of("service.positions")
    hours = _hours(subject)
    unit, carrier, at = (
        x.ravel()
        for x in np.meshgrid(np.arange(len(DISTRICTS)), np.arange(len(CARRIERS)), np.arange(len(hours)), indexing="ij")
    )
    n = len(at)
    staff = np.maximum(subject.force.officers * subject.frame.scale / len(DISTRICTS), 12)
    on_duty = np.floor(60 * staff * np.array(ON_DUTY)[carrier] * rng.uniform(0.7, 1.3, n) + 30)
    share = np.clip(facts.located_share + np.array(APART)[carrier] + rng.normal(0, 0.02, n), 0, 1)
    located = np.floor(on_duty * share + 0.5)
    kept = quota(subject.streams.of("service.positions.kept"), n, facts.position_log_kept_share)
    too_old = kept & (rng.random(n) < 0.005)
    columns = {
        "unit": np.array(DISTRICTS, dtype=object)[unit],
        "carrier": np.array(CARRIERS, dtype=object)[carrier],
        "hour_start": hours[at],
        "minutes_on_duty": on_duty,
        "minutes_located": np.where(kept, located, np.nan),
        "max_age_minutes": np.where(too_old, TOO_OLD, MAX_AGE),
    }
    told = kept & ~too_old
    yes, known = int(located[told].sum()), int(on_duty[told].sum())
    values = {
        "minutes_located_n": yes,
        "minutes_on_duty_n": int(on_duty.sum()),
        "minutes_unknown_n": int(on_duty.sum()) - known,
        "located_resource_pct": percent(yes, known),
    }
    return render("position", columns), values


def _hours(subject: Subject) -> np.ndarray:
    """The clock hours of the days returned, instants; an hour that occurs twice is one row."""
    end = subject.frame.period_end + dt.timedelta(days=1)
    first = max(subject.frame.period_start, end - dt.timedelta(days=SAMPLE_DAYS))
    hours = Window(0, midnight(first), midnight(end)).hours()
    return hours[np.unique(to_wall(hours), return_index=True)[1]]
