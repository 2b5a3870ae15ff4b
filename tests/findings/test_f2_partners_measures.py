"""F2: tasks, agreements, hours on incidents of other agencies, transfers and waits."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.findings import f2_partners as other
from hmic_analysis.findings.f1_demand import task_hours
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)
TYPES, QUALIFIERS = ("Concern for safety", "Obstruction"), ("mental health",)


@pytest.fixture
def incidents(table):
    return other.led_elsewhere(
        table(
            "incident",
            {"incident_id": "type", "incident_type": " concern FOR safety"},
            {"incident_id": "tag", "incident_type": "Nuisance", "qualifier": "alcohol; Mental Health"},
            {"incident_id": "both", "incident_type": "Obstruction", "qualifier": "mental health"},
            {"incident_id": "police", "incident_type": "Robbery", "qualifier": "alcohol"},
            {"incident_id": "blank"},
            {"incident_id": "twice", "incident_type": "Obstruction", "result": "duplicate"},
        ),
        TYPES,
        QUALIFIERS,
    ).set_index("incident_id", drop=False)


def test_lead_agency_by_type_or_qualifier(incidents):
    assert incidents["code"].dropna().to_dict() == {
        "type": "Concern for safety", "tag": "mental health", "both": "Obstruction",
    }  # fmt: skip
    assert not incidents.loc["police", "elsewhere"]
    assert incidents["elsewhere"].isna().to_dict()["blank"]
    assert "twice" not in incidents.index


def sent(incident, hours, minutes=0):
    return {
        "incident_id": incident,
        "assigned_at": "2013-07-01 10:00",
        "clear_at": f"2013-07-01 {10 + hours}:{minutes:02d}",
    }


def test_hours_by_lead_agency(table, incidents):
    deployment = table(
        "deployment",
        sent("type", 2), sent("type", 1), sent("tag", 1, 30), sent("police", 4), sent("blank", 3), sent("elsewhere", 5),
        {"incident_id": "police", "assigned_at": "2013-07-01 10:00"},
    )  # fmt: skip
    tasks = task_hours(deployment, 12)
    got = other.shared_hours(incidents.reset_index(drop=True), tasks)
    assert (got.other, got.police, got.unknown) == (4.5, 4, 3)
    assert got.share == pytest.approx(100 * 4.5 / 8.5)
    assert got.bounds == pytest.approx((100 * 4.5 / 11.5, 100 * 7.5 / 11.5))
    assert other.Hours(4.5, 4, 0).bounds is None and other.Hours(0, 0, 3).bounds is None
    assert other.Hours(0.5, 0, 1).bounds == pytest.approx((100 / 3, 100))
    by_code = other.hours_by_code(incidents.reset_index(drop=True), tasks)
    assert dict(zip(by_code["label"], by_code["value"], strict=True)) == {"Concern for safety": 3, "Mental health": 1.5}


def test_no_deployments(table, incidents):
    tasks = task_hours(table("deployment"), 12)
    assert other.shared_hours(incidents.reset_index(drop=True), tasks).share is None
    assert other.hours_by_code(incidents.reset_index(drop=True), tasks).empty


def test_agreements_in_force(table):
    rows = table(
        "partner_agreement",
        {"agreement_id": "in force", "agency": "health", "status": "signed", "signed_on": "2014-03-31", "task_id": "1"},
        {"agreement_id": "last day", "agency": "health", "status": "signed", "signed_on": "2012-01-01", "ends_on": "2014-03-31", "task_id": "1"},
        {"agreement_id": "no task", "agency": "health", "status": "signed", "signed_on": "2012-01-01"},
        {"agreement_id": "undated, over", "agency": "health", "status": "signed", "ends_on": "2014-03-30", "task_id": "1"},
        {"agreement_id": "over", "agency": "health", "status": "signed", "signed_on": "2012-01-01", "ends_on": "2014-03-30"},
        {"agreement_id": "draft", "agency": "health", "status": "draft", "signed_on": "2012-01-01"},
        {"agreement_id": "undated", "agency": "health", "status": "signed"},
        {"agreement_id": "later", "agency": "health", "status": "signed", "signed_on": "2014-04-01"},
    )  # fmt: skip
    found = other.agreements_in_force(rows, AS_OF)
    assert dict(zip(found["agreement_id"], found["sure"], strict=True)) == {
        "in force": True, "last day": True, "no task": False, "undated": False,
    }  # fmt: skip


def test_tasks_identified_measured_and_acted_on(table):
    base = {"task": "Waits", "agency": "health", "status": "current", "identified_on": "2013-01-01"}
    measured = {"baseline_on": "2013-02-01", "baseline_hours": 100}
    rows = table(
        "partner_task",
        {**base, "task_id": "all", **measured, "action": "agreement", "action_on": "2014-03-30"},
        {**base, "task_id": "on the day", **measured, "action": "agreement", "action_on": "2014-03-31"},
        {**base, "task_id": "undone", "baseline_on": "2013-02-01"},
        {**base, "task_id": "given up", **measured, "status": "withdrawn"},
        {**base, "task_id": "later", "identified_on": "2014-04-01"},
        {**base, "task_id": "undated", "identified_on": None},
    )
    tasks = other.tasks_identified(rows, AS_OF).set_index("task_id")
    # Nobody knows whether the undated one was identified by the day.
    assert tasks.index[tasks["identified"].isna()].tolist() == ["undated"]
    assert pd.isna(tasks.loc["undated", "identified"]) and not tasks.loc["undated", "baseline"]
    tasks = tasks.drop(index="undated")
    assert tasks["baseline"].to_dict() == {"all": True, "on the day": True, "undone": False}
    assert tasks["acted"].to_dict() == {"all": True, "on the day": False, "undone": False}
    assert other.tasks_identified(table("partner_task"), AS_OF).empty


def test_transfers(table):
    asked = {"asked_at": "2013-07-01 10:00"}
    rows = table(
        "partner_transfer",
        {"transfer_id": "1", "agency": "health", "accepted": True, **asked},
        {"transfer_id": "2", "agency": "health", "accepted": False, **asked},
        {"transfer_id": "3", "agency": "highways", **asked},
    )
    assert other.accepted(rows) == Share(1, 1, 1)
    assert other.accepted_by_agency(rows) == {"health": Share(1, 1, 0), "highways": Share(0, 0, 1)}
    assert other.accepted(table("partner_transfer")) == Share(0, 0, 0)


def test_waits_are_elapsed_hours(table):
    rows = table(
        "handover",
        {"handover_id": "1", "reason": "hospital", "arrived_at": "2013-07-01 10:00", "handed_over_at": "2013-07-01 12:30"},
        # The clocks went forward at one: three hours on the wall are two.
        {"handover_id": "2", "reason": "hospital", "arrived_at": "2013-03-31 00:00", "handed_over_at": "2013-03-31 03:00"},
        {"handover_id": "3", "reason": "place_of_safety", "arrived_at": "2013-07-01 10:00"},
        {"handover_id": "4", "reason": "place_of_safety", "arrived_at": "2013-07-01 10:00", "handed_over_at": "2013-07-01 09:00"},
    )  # fmt: skip
    waits = other.waits(rows)
    assert waits.tolist()[:2] == [2.5, 2.0] and waits.isna().tolist() == [False, False, True, True]
    by_reason = other.waits_by_reason(rows)
    assert {k: int(v.notna().sum()) for k, v in by_reason.items()} == {"hospital": 2, "place_of_safety": 0}
    assert other.waits(table("handover")).empty
