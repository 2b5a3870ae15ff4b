"""A2: who arrived when, against the target of the grade, and calls that count, row by row."""

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import a2_attendance
from hmic_analysis.measures import attendance
from hmic_analysis.measures.base import Share
from tests.findings.test_a1_recording import rules

CALL = {
    "incident_id": "i",
    "created_at": "2013-05-01 10:00",
    "grade": "scheduled",
    "area_type": "urban",
    "origin": "public",
}
SENT = {
    "incident_id": "i",
    "resource_type": "officer",
    "assigned_at": "2013-05-01 10:05",
    "at_scene_at": "2013-05-01 11:00",
}


def target(grade, area):
    """Minutes: of an urgent call 60 in town and 90 outside, of a visit 48 hours, of the rest none."""
    return {"emergency": {"urban": 60, "rural": 90}.get(area), "scheduled": 48 * 60}.get(grade)


@pytest.mark.parametrize(
    ("call", "sent", "expected"),
    [
        ({}, {}, Share(1, 0)),
        ({}, {"at_scene_at": "2013-05-03 10:00"}, Share(1, 0)),
        # However late, it is a miss.
        ({}, {"at_scene_at": "2013-05-03 10:01"}, Share(0, 1)),
        ({}, {"at_scene_at": "2013-06-15 10:00"}, Share(0, 1)),
        ({"grade": "emergency"}, {"at_scene_at": "2013-05-01 11:00"}, Share(1, 0)),
        ({"grade": "emergency"}, {"at_scene_at": "2013-05-01 11:01"}, Share(0, 1)),
        ({"grade": "emergency", "area_type": "rural"}, {"at_scene_at": "2013-05-01 11:30"}, Share(1, 0)),
        # A blank area: decided where both targets agree.
        ({"grade": "emergency", "area_type": None}, {"at_scene_at": "2013-05-01 11:00"}, Share(1, 0)),
        ({"grade": "emergency", "area_type": None}, {"at_scene_at": "2013-05-01 11:30"}, Share(0, 0, 1)),
        ({"grade": "emergency", "area_type": None}, {"at_scene_at": "2013-05-01 11:31"}, Share(0, 1)),
        ({"created_at": None}, {}, Share(0, 0, 1)),
        ({}, {"at_scene_at": "2013-05-01 09:59"}, Share(0, 0, 1)),
        ({"result": "duplicate"}, {}, None),
        ({"origin": "officer_initiated"}, {}, None),
        ({"grade": "priority"}, {}, None),
        ({}, {"at_scene_at": None}, None),
    ],
)
def test_arrivals_within_target(table, call, sent, expected):
    call = {**CALL, **call}
    times = a2_attendance.response_times(table("incident", call), table("deployment", {**SENT, **sent}), rules())
    found = a2_attendance.target_shares(a2_attendance.within_target(times, target))
    assert found.get(call["grade"]) == expected


@pytest.mark.parametrize(
    ("call", "sent", "expected"),
    [
        ({}, {}, Share(1, 0)),
        ({}, {"resource_type": "staff"}, Share(1, 0)),
        ({}, {"at_scene_at": None}, Share(0, 0, 1)),
        ({}, {"at_scene_at": None, "stood_down": True}, Share(0, 1)),
        ({}, {"contact_mode": "telephone"}, Share(0, 1)),
        ({"result": "duplicate"}, {}, Share(0, 0)),
        ({"result": "test"}, {}, Share(0, 0)),
        ({"result": "cancelled_by_caller"}, {}, Share(1, 0)),
        ({"result": "cancelled_by_caller"}, None, Share(0, 0)),
        ({"result": "cancelled_by_caller", "dispatched_at": "2013-05-01 10:03"}, None, Share(0, 1)),
        ({"result": "cancelled_by_caller", "lost": "dispatched_at"}, None, Share(0, 0, 1)),
        ({"result": "resolved_without_deployment"}, None, Share(0, 1)),
        ({}, None, Share(0, 0, 1)),
    ],
)
def test_calls_attended(table, call, sent, expected):
    lost = (call := {**CALL, **call}).pop("lost", "")
    calls = table("incident", call).assign(flags=unread_flag(lost) if lost else "")
    found = attendance.incident_attendance(
        calls, table("deployment", *([] if sent is None else [{**SENT, **sent}])), rules()
    )
    assert Share.of(found["attended"]) == expected
