"""What the fieldwork would have written down of a simulated force."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts import contract_for
from hmic_analysis.simulate.facts import FIGURES, TABLES, Facts, Frame
from hmic_analysis.simulate.streams import Streams, quota
from hmic_analysis.simulate.suspects import NO_DAY, ONE_DAY
from hmic_analysis.simulate.writer import references, render

UNITS = {
    "attendance_pct": "%",
    "named_suspects_outstanding": "persons",
    "failed_to_answer_bail": "persons",
    "staff_time_saved": "hours",
}
SCENARIOS = ("shed burglary", "theft from vehicle overnight", "nuisance noise", "shop theft, offender gone")


def rows(table: str, records: list[dict[str, Any]]) -> pa.Table:
    """Write records (plain values by column, blank where left out) as rows of the return."""
    columns: dict[str, Any] = {}
    for name in contract_for(table).column_names:
        column, given = contract_for(table).column(name), [r.get(name) for r in records]
        if column.kind in ("date", "timestamp"):
            columns[name] = np.array([NO_DAY if x is None else x for x in given], "datetime64[D]")
        elif column.kind == "boolean":
            columns[name] = np.array([-1 if x is None else int(x) for x in given], int)
        elif column.kind in ("number", "integer"):
            columns[name] = np.array([np.nan if x is None else x for x in given], float)
        elif column.kind == "codes":
            columns[name] = np.array([";".join(x) if x else None for x in given], dtype=object)
        else:
            columns[name] = np.array(given, dtype=object)
    return render(table, columns)


def document_records(facts: Facts, frame: Frame) -> list[dict[str, Any]]:
    """The documents of the force.

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
    found = [
        _document(1, "Police and crime plan", "plan", "policing", "pcc", start, ["prevention_objective"]),
        _document(2, "Force control strategy", "strategy", "policing", "force", start, ["named_lead", "review_date"]),
        _document(3, "Neighbourhood plan", "plan", "crime_prevention", "district", start, ["prevention_objective"]),
        _document(4, "Victims procedure", "procedure", "victims", "force", start - 200 * ONE_DAY, ["repeat_victims"]),
        _document(
            5, "Response and deployment policy, version 1", "policy", "response_deployment", "force",
            start - 1500 * ONE_DAY, ["attendance_by_threat_harm_risk", "grade_definitions"],
            status="withdrawn", effective_from=start - 1480 * ONE_DAY, effective_to=start - 401 * ONE_DAY,
        ),
        _document(
            6, "Demand profile of two years ago", "demand_analysis", "demand", "force", as_of - 800 * ONE_DAY,
            ["incident_types", "hour"], decision_recorded=True,
        ),
    ]  # fmt: skip
    if facts.policy_exists:
        promise = (
            ["attend_all_crimes", "attend_all_incidents"]
            if facts.policy_attend_all
            else ["attendance_by_threat_harm_risk"]
        )
        found.append(
            _document(
                10,
                "Response and deployment policy, version 2",
                "policy",
                "response_deployment",
                "force",
                start - 410 * ONE_DAY,
                [*promise, "grade_definitions"],
                effective_from=start - 400 * ONE_DAY,
                review_due_on=as_of + 30 * ONE_DAY,
                review_opened_on=as_of - 45 * ONE_DAY,
                last_activity_on=as_of - 12 * ONE_DAY,
                corroborated_by=["interview"],
            )  # fmt: skip
        )
    for i in range(facts.n_demand_products):
        written = as_of - (40 + i * 270 // max(facts.n_demand_products, 1)) * ONE_DAY
        found.append(
            _document(
                20 + i,
                f"Demand analysis {i + 1}",
                "demand_analysis",
                "demand",
                "force",
                written,
                list(facts.demand_covers),
                decision_recorded=True,
                corroborated_by=["data"],
            )  # fmt: skip
        )
    if facts.demand_plan:
        found.append(
            _document(
                80,
                "Plan for a better understanding of demand",
                "plan",
                "demand",
                "force",
                as_of - 150 * ONE_DAY,
                ["named_lead", "review_date"],
                last_activity_on=as_of - 20 * ONE_DAY,
                corroborated_by=["interview"],
            )  # fmt: skip
        )
    last_work = 35 if facts.savings_work_ongoing else 220
    found.append(
        _document(
            90,
            "Staff time saved: terms of reference",
            "terms_of_reference",
            "staff_time",
            "force",
            as_of - 240 * ONE_DAY,
            ["staff_time_saved"],
            last_activity_on=as_of - last_work * ONE_DAY,
            corroborated_by=["interview"],
        )  # fmt: skip
    )
    return found


def _document(
    number: int,
    title: str,
    kind: str,
    subject: str,
    scope: str,
    approved: np.datetime64,
    covers: list[str],
    **more: Any,
) -> dict[str, Any]:
    return {
        "document_id": f"DOC{number:04d}",
        "title": f"{title} (synthetic)",
        "document_type": kind,
        "subject": subject,
        "scope": scope,
        "owner_rank": "superintendent",
        "status": "approved",
        "approved_on": approved,
        "covers": covers,
        **more,
    }


def request_records(facts: Facts, frame: Frame, stated: dict[str, float]) -> list[dict[str, Any]]:
    """The log of what was asked of the force: every table and four figures.

    Parameters
    ----------
    facts : Facts
    frame : Frame
    stated : dict of str to float
        The figures as the force states them.

    Returns
    -------
    list of dict
    """
    as_of = np.datetime64(frame.as_of)
    found = []
    for i, item in enumerate((*TABLES, *FIGURES)):
        status = facts.status(item)
        record: dict[str, Any] = {"request_id": f"RQ{i + 1:04d}", "item": item, "status": status}
        if status != "not_requested":
            record["requested_on"] = as_of - 75 * ONE_DAY
        if status not in ("not_requested", "not_yet_received"):
            record["received_on"] = as_of - (i % 9) * ONE_DAY
        if item in FIGURES and status == "provided":
            record |= {"stated_value": stated[item], "stated_unit": UNITS[item]}
        if item == "document" and status == "provided":
            record["register_complete"] = facts.register_complete
        found.append(record)
    return found


def knowledge_rows(streams: Streams, facts: Facts, frame: Frame) -> pa.Table:
    """Write the knowledge checks, made in the last 60 days of the period; the share correct is exact."""
    n = facts.n_knowledge_checks
    rng = streams.of("knowledge")
    asked = np.datetime64(frame.period_end) - rng.integers(0, 60, n) * ONE_DAY
    correct = quota(streams.of("knowledge.correct"), n, facts.knowledge_correct_share)
    roles = np.array(["call_handler", "dispatcher", "response"], dtype=object)
    return render(
        "knowledge_check",
        {
            "person_key": references("STF", np.arange(n) + 1, 4),
            "role": roles[np.arange(n) % 3],
            "scenario": np.array(SCENARIOS, dtype=object)[np.arange(n) % len(SCENARIOS)],
            "asked_on": asked,
            "correct": correct.astype(int),
        },
    )
