"""Dispatch decisions, which follow the deployments to urgent incidents of some days."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.calls import GRADES
from hmic_analysis.contracts.dispatching import OVERRIDE_REASONS, RECOMMENDATIONS, TRAVEL_BASES
from hmic_analysis.simulate.clock import midnight
from hmic_analysis.simulate.streams import pick, skewed
from hmic_analysis.simulate.tally import percent
from hmic_analysis.simulate.topic import Piece, Subject
from hmic_analysis.simulate.writer import references, render

#: Days of dispatches that are returned; more where a small force would show too few of them.
SAMPLE_DAYS, ENOUGH = 28, 400
URGENT = tuple(GRADES.index(grade) for grade in ("emergency", "priority"))
#: Share of the dispatches for which both positions were known; of incidents with coordinates.
KNOWN, LOCATED = 0.97, 0.96
#: Overrides of the recommendation among dispatches of the nearest, and of another.
OVERRIDES = (0.04, 0.8)
TAKEN, OVERRIDDEN, NONE_SHOWN = (RECOMMENDATIONS.index(x) for x in ("taken", "overridden", "none_shown"))


def sample_days(subject: Subject) -> int:
    """Last days of the period of which dispatches and positions are returned.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    int
        28, or as many as it takes for about 400 urgent dispatches, within the period.
    """
    urgent_a_day = 0.4 * subject.force.incidents_a_year * subject.frame.scale / 365.25
    whole = (subject.frame.period_end - subject.frame.period_start).days + 1
    return min(whole, max(SAMPLE_DAYS, math.ceil(ENOUGH / urgent_a_day)))


class Dispatches:
    """Follows the deployments window by window.

    Parameters
    ----------
    subject : Subject
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.counts: Counter[str] = Counter()
        self.written = 0
        end = subject.frame.period_end + dt.timedelta(days=1)
        self.first, self.last = midnight(end - dt.timedelta(days=sample_days(subject))), midnight(end)

    def rows(self, piece: Piece) -> dict[str, pa.Table]:
        """Rows of ``dispatch`` for one window; none before the days returned."""
        if piece.window.end <= self.first or not len(piece.deployments):
            return {}
        sent, rng = piece.deployments, self.subject.streams.of("service.dispatch", piece.window.index)
        grade = piece.incidents.grade[sent.incident]
        wanted = np.isin(grade, URGENT) & (sent.assigned >= self.first) & (sent.assigned < self.last)
        chosen = np.flatnonzero(wanted)
        if not len(chosen):
            return {}
        made = self._decide(rng, len(chosen))
        located = rng.random(len(piece.incidents)) < LOCATED
        said = np.where(rng.random(len(piece.incidents)) < 0.01, -1, located.astype(int))[sent.incident[chosen]]
        made |= {
            "dispatch_id": references("DSP", self.written + 1 + np.arange(len(chosen))),
            "incident_id": references("INC", piece.first_incident + sent.incident[chosen]),
            "decided_at": sent.assigned[chosen],
            "grade": np.array(GRADES, dtype=object)[grade[chosen]],
            "incident_located": said,
        }
        self.written += len(chosen)
        return {"dispatch": render("dispatch", made)}

    def _decide(self, rng: np.random.Generator, n: int) -> dict[str, Any]:
        """Who was sent against who was nearest, and what the log says of it."""
        facts = self.subject.facts
        near, known = rng.random(n) < facts.nearest_share, rng.random(n) < KNOWN
        nearest = np.round(np.minimum(skewed(rng, 5.0, 0.6, n), 60), 1)
        further = np.where(near, rng.choice([0, 0, 0.5, 1.0, 1.5], n), 2.5 + rng.exponential(4.0, n))
        draw = rng.random(n)
        overridden = draw < np.where(near, *OVERRIDES)
        advice = np.where(overridden, OVERRIDDEN, np.where(draw > 0.97, NONE_SHOWN, TAKEN))
        if not facts.dispatch_mapping:
            advice[:] = NONE_SHOWN
        # Another than the nearest is sent for a reason whatever the screen showed; the nearest needs none.
        reasoned = (rng.random(n) < facts.override_reason_share) & (~near | (overridden & facts.dispatch_mapping))
        reason = np.where(reasoned, pick(rng, (35, 10, 20, 20, 10, 5), n), len(OVERRIDE_REASONS))
        self._count(near, known, reasoned, advice)
        basis = np.where(rng.random(n) < 0.03, 1, np.where(rng.random(n) < 0.01, 2, 0))
        used = np.full(n, 0) if not facts.dispatch_mapping else np.where(rng.random(n) < 0.02, -1, 1)
        return {
            "map_used": np.where(advice == NONE_SHOWN, 0, used),
            "recommendation": np.array(RECOMMENDATIONS, dtype=object)[advice],
            "override_reason": np.array([*OVERRIDE_REASONS, None], dtype=object)[reason],
            "sent_minutes": np.where(known, np.round(nearest + further, 1), np.nan),
            "nearest_minutes": np.where(known, nearest, np.nan),
            "travel_basis": np.array([*TRAVEL_BASES, None], dtype=object)[basis],
        }

    def _count(self, near: np.ndarray, known: np.ndarray, reasoned: np.ndarray, advice: np.ndarray) -> None:
        self.counts["all"] += len(near)
        self.counts["known"] += int(known.sum())
        self.counts["near"] += int((known & near).sum())
        self.counts["suitable"] += int(((known & near) | reasoned).sum())
        self.counts["unclear"] += int((~known & ~reasoned).sum())
        self.counts["overrides"] += int((advice == OVERRIDDEN).sum())
        self.counts["reasoned_overrides"] += int(((advice == OVERRIDDEN) & reasoned).sum())

    def values(self) -> dict[str, Any]:
        """True figures of the dispatches returned."""
        c = self.counts
        return {
            "dispatches_n": c["all"],
            "suitable_or_reasoned_n": c["suitable"],
            "dispatches_unclear_n": c["unclear"],
            "nearest_suitable_pct": percent(c["near"], c["known"]),
            "suitable_or_reasoned_pct": percent(c["suitable"], c["all"] - c["unclear"]),
            "override_reason_pct": percent(c["reasoned_overrides"], c["overrides"]),
        }
