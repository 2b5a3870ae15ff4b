"""What the document register holds of P1 and P3, and what only looks like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hmic_analysis.simulate.entry import document
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.topic import Record

if TYPE_CHECKING:
    from hmic_analysis.simulate.facts import Facts
    from hmic_analysis.simulate.frame import Frame

SUBJECT = "crime_prevention"
_PLANS = (
    ("Neighbourhood plan", "plan", SUBJECT, "district"),
    ("Force delivery plan", "plan", "policing", "force"),
    ("Anti-social behaviour policy", "policy", "anti_social_behaviour", "force"),
    ("Acquisitive crime plan", "plan", "acquisitive_crime", "theme"),
)
_WHOLE = ["prevention_objective", "prevention_measures", "named_lead", "review_date"]


def documents(facts: Facts, frame: Frame) -> list[Record]:
    """Documents on preventing crime.

    Parameters
    ----------
    facts : Facts
    frame : Frame

    Returns
    -------
    list of dict
        With things that look like a strategy of the force and are none: of a partnership, of one theme, withdrawn.
    """
    as_of, start = np.datetime64(frame.as_of), np.datetime64(frame.period_start)
    found = []
    for i in range(facts.n_prevention_plans):
        title, kind, subject, scope = _PLANS[i % len(_PLANS)]
        more = {"scope": scope, "effective_from": start - 20 * ONE_DAY, "corroborated_by": ["interview"]}
        number = i // len(_PLANS) + 1
        covers = ["prevention_objective", "named_lead"]
        found.append(document(100 + i, f"{title} {number}", kind, subject, start - 30 * ONE_DAY, covers, **more))
    found += _own_strategy(facts, as_of)
    found += _besides(as_of, start)
    if facts.ps_database:
        more = {"effective_from": start - 300 * ONE_DAY, "corroborated_by": ["observation"]}
        covers, written = ["problem_solving_database"], start - 310 * ONE_DAY
        found.append(document(160, "Problem-solving procedure", "procedure", SUBJECT, written, covers, **more))
    return found


def _own_strategy(facts: Facts, as_of: np.datetime64) -> list[Record]:
    """The force's own strategy, as far as it has come."""
    title, kind = "Crime prevention strategy", "strategy"
    if facts.prevention_strategy == "draft":
        covers, written = ["prevention_objective", "named_lead"], as_of - 25 * ONE_DAY
        return [document(150, title, kind, SUBJECT, written, covers, status="draft")]
    if facts.prevention_strategy == "undated":
        return [document(150, title, kind, SUBJECT, None, _WHOLE)]
    if facts.prevention_strategy == "approved":
        more = {"effective_from": as_of - 200 * ONE_DAY, "review_due_on": as_of + 165 * ONE_DAY}
        return [document(150, title, kind, SUBJECT, as_of - 210 * ONE_DAY, _WHOLE, **more)]
    return []


def _besides(as_of: np.datetime64, start: np.datetime64) -> list[Record]:
    """Documents that decide nothing."""
    old = {"status": "withdrawn", "effective_from": start - 1900 * ONE_DAY, "effective_to": start - 700 * ONE_DAY}
    return [
        document(151, "Community safety partnership strategy", "strategy", SUBJECT, start, _WHOLE, scope="partnership"),
        document(152, "Burglary strategy", "strategy", SUBJECT, start, ["prevention_objective"], scope="theme"),
        document(153, "Crime reduction strategy", "strategy", SUBJECT, start - 1920 * ONE_DAY, _WHOLE, **old),
        document(154, "Commissioner's prevention plan", "plan", SUBJECT, start, ["prevention_objective"], scope="pcc"),
        document(
            155, "Prevention plan for next year", "plan", SUBJECT, as_of, ["prevention_objective"], status="draft"
        ),
        document(156, "Estates plan", "plan", "estates", start - 40 * ONE_DAY, ["named_lead"]),
    ]
