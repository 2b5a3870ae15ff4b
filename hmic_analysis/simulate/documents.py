"""The document register of a simulated force."""

from __future__ import annotations

import numpy as np

from hmic_analysis.simulate.entry import document
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.frame import Frame
from hmic_analysis.simulate.service.documents import review_dates
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.topic import Record
from hmic_analysis.simulate.topics import topics

RESPONSE, DEMAND = "response_deployment", "demand"


def document_records(facts: Facts, frame: Frame) -> list[Record]:
    """The documents that the force gave or named.

    Parameters
    ----------
    facts : Facts
    frame : Frame

    Returns
    -------
    list of dict
        With things that look like evidence and are none: a superseded policy, a demand analysis of two years ago,
        the police and crime plan, which is not the force's own.
    """
    as_of, start = np.datetime64(frame.as_of), np.datetime64(frame.period_start)
    found = _besides(as_of, start)
    if facts.policy_exists:
        found.append(_policy(facts, as_of, start))
    found += _of_demand(facts, as_of)
    if facts.savings_work_ongoing:
        last = {
            "last_activity_on": as_of - facts.savings_work_days_ago * ONE_DAY,
            "corroborated_by": ["interview"],
        }
        title, written = "Staff time saved: terms of reference", as_of - 240 * ONE_DAY
        found.append(document(90, title, "terms_of_reference", "staff_time", written, ["staff_time_saved"], **last))
    for topic in topics():
        if topic.documents is not None:
            found += topic.documents(facts, frame)
    return found


def _besides(as_of: np.datetime64, start: np.datetime64) -> list[Record]:
    """Documents that decide nothing."""
    old_policy = {
        "status": "withdrawn",
        "effective_from": start - 1480 * ONE_DAY,
        "effective_to": start - 401 * ONE_DAY,
    }
    by_risk = ["attendance_by_threat_harm_risk", "grade_definitions"]
    long_ago, two_years = start - 1500 * ONE_DAY, as_of - 800 * ONE_DAY
    aims = ["prevention_objective"]
    return [
        document(1, "Police and crime plan", "plan", "policing", start, aims, scope="pcc"),
        document(2, "Force control strategy", "strategy", "policing", start, ["named_lead", "review_date"]),
        document(4, "Procedure for keeping victims informed", "procedure", "victims", start - 200 * ONE_DAY, []),
        document(5, "Response policy, version 1", "policy", RESPONSE, long_ago, by_risk, **old_policy),
        document(
            6,
            "Old demand profile",
            "demand_analysis",
            DEMAND,
            two_years,
            ["hour", "place"],
            decision_recorded=True,
        ),
    ]


def _policy(facts: Facts, as_of: np.datetime64, start: np.datetime64) -> Record:
    """The response policy in force throughout the period and at the snapshot."""
    everything = ["attend_all_crimes", "attend_all_incidents"]
    promise = everything if facts.policy_attend_all else ["attendance_by_threat_harm_risk"]
    dates = {
        "effective_from": start - 400 * ONE_DAY,
        "review_due_on": as_of + 30 * ONE_DAY,
        **review_dates(facts, as_of),
    }
    covers = [*promise, "grade_definitions"]
    written = start - 410 * ONE_DAY
    return document(
        10,
        "Response policy, version 2",
        "policy",
        RESPONSE,
        written,
        covers,
        **dates,
        corroborated_by=["interview"],
    )


def _of_demand(facts: Facts, as_of: np.datetime64) -> list[Record]:
    """The demand analyses of the 12 months before the snapshot, and the plan."""
    n = facts.n_demand_products
    found = [
        document(
            20 + i,
            f"Demand analysis {i + 1}",
            "demand_analysis",
            DEMAND,
            as_of - (40 + i * 270 // n) * ONE_DAY,
            list(facts.demand_covers),
            decision_recorded=True,
            corroborated_by=["data"],
        )
        for i in range(n)
    ]
    if facts.demand_plan:
        covers, written = ["named_lead", "review_date"], as_of - 150 * ONE_DAY
        more = {"last_activity_on": as_of - 20 * ONE_DAY, "corroborated_by": ["interview"]}
        found.append(document(80, "Plan for understanding demand", "plan", DEMAND, written, covers, **more))
    return found
