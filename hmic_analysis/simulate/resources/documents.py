"""Entries of the document register on number plate recognition and on supervision."""

from __future__ import annotations

import numpy as np

from hmic_analysis.simulate.entry import document
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.frame import Frame
from hmic_analysis.simulate.resources.spans import middle, spans
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.topic import Record

ACCEPTS, DENIES = "anpr_resilience_acknowledged", "anpr_resilience_denied"
SAID = {"acknowledges": [ACCEPTS], "denies": [DENIES], "both": [ACCEPTS, DENIES], "none": []}


def documents(facts: Facts, frame: Frame) -> list[Record]:
    """The entries, numbered from 400.

    Parameters
    ----------
    facts : Facts
    frame : Frame

    Returns
    -------
    list of dict
        With a partner's statement, drafts, and products of the years before, which decide nothing.
    """
    as_of, start = np.datetime64(frame.as_of), np.datetime64(frame.period_start)
    found = _besides(as_of, start)
    covers = SAID[facts.anpr_statement]
    if covers:
        found.append(document(410, "Resilience of number plate recognition", "statement", "anpr", as_of - 50 * ONE_DAY,
                              covers, corroborated_by=["interview"]))  # fmt: skip
    if facts.anpr_skills_plan:
        found.append(document(411, "Skills plan, number plate system", "plan", "anpr", as_of - 180 * ONE_DAY,
                              ["staff_upskilling", "named_lead"], corroborated_by=["interview"]))  # fmt: skip
    if facts.anpr_products_every_quarter:
        for i, span in enumerate(spans(frame.period_start, frame.period_end, 3)[:40]):
            title = f"Number plate intelligence, quarter {i + 1}"
            found.append(document(420 + i, title, "intelligence_product", "anpr", middle(span), []))
    if facts.supervision_documented:
        found.append(document(460, "Supervision of front-line staff", "procedure", "supervision", start - 300 * ONE_DAY,
                              ["workload_review", "performance_review"], corroborated_by=["interview"]))  # fmt: skip
    return found


def _besides(as_of: np.datetime64, start: np.datetime64) -> list[Record]:
    """Entries that decide nothing."""
    reviews = ["workload_review", "performance_review"]
    return [
        document(400, "Number plate strategy of the region", "strategy", "anpr", start - 300 * ONE_DAY, ["named_lead"],
                 scope="partnership"),
        document(401, "Statement of the regional board", "statement", "anpr", as_of - 20 * ONE_DAY, [DENIES],
                 scope="partnership"),
        document(402, "Skills plan, next year", "plan", "anpr", as_of - 5 * ONE_DAY, ["staff_upskilling"],
                 status="draft"),
        document(403, "Number plate intelligence, two years ago", "intelligence_product", "anpr",
                 start - 380 * ONE_DAY, []),
        document(404, "Supervision: discussion paper", "procedure", "supervision", as_of - 15 * ONE_DAY, reviews,
                 status="draft"),
    ]  # fmt: skip
