"""Prevention initiatives of a simulated force: those that lasted, and those that only look it."""

from __future__ import annotations

from typing import Any

import numpy as np

from hmic_analysis.simulate.shapes import DISTRICTS
from hmic_analysis.simulate.streams import quota
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.topic import Record, Subject

PROBLEMS = ("burglary", "vehicle crime", "street drinking", "metal theft", "nuisance vehicles")


def draw_initiatives(subject: Subject) -> tuple[list[Record], dict[str, Any]]:
    """The register of initiatives, and the true figures behind it.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    tuple
        Records, and ``n_long_term_initiatives``, ``n_unclear_initiatives`` and ``initiatives_with_outcome``.
    """
    facts, as_of = subject.facts, subject.as_of
    rng = subject.streams.of("prevention.initiatives")
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
    return found + _besides(rng, as_of), figures


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
