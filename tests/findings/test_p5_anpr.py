"""P5: hits decided on in time, operations, camera hours: row by row."""

from datetime import date

import pytest

from hmic_analysis.findings import p5_anpr
from hmic_analysis.measures import cameras
from hmic_analysis.measures.base import Share

START, END = date(2013, 5, 1), date(2013, 5, 31)
HIT = {"hit_id": "1", "hit_at": "2013-05-01 10:00", "decided_at": "2013-05-01 10:05", "priority": "priority",
       "decision": "stop"}  # fmt: skip
OPERATION = {"operation_id": "1", "started_on": "2013-05-01", "origin": "own", "planned": True, "objective": "prevent"}


@pytest.mark.parametrize(
    ("hit", "expected"),
    [
        ({}, Share(2, 0)),
        ({"decided_at": "2013-05-01 10:30"}, Share(2, 0)),
        ({"decided_at": "2013-05-01 10:31"}, Share(1, 1)),
        # Known to be decided on, and nobody knows when; then nothing known of a decision.
        ({"decided_at": None}, Share(1, 0, 1)),
        ({"decided_at": None, "decision": None}, Share(1, 1)),
        ({"decided_at": "2013-05-01 09:59"}, Share(1, 0, 1)),
        ({"misread": True}, Share(1, 0)),
        ({"misread": False}, Share(2, 0)),
        ({"priority": "other"}, Share(1, 0)),
        ({"priority": None}, Share(1, 0, 1)),
        ({"priority": None, "misread": True}, Share(1, 0)),
    ],
)
def test_priority_hits_decided_on_in_time(table, hit, expected):
    assert p5_anpr.decided_in_time(table("anpr_hit", {**HIT, **hit}, {**HIT, "hit_id": "2"}), 30) == expected


@pytest.mark.parametrize(("minutes", "expected"), [(30, Share(1, 0)), (29.9, Share(0, 1))])
def test_a_minute_has_sixty_seconds(table, minutes, expected):
    assert p5_anpr.decided_in_time(table("anpr_hit", {**HIT, "decided_at": "2013-05-01 10:30"}), minutes) == expected


@pytest.mark.parametrize(
    ("operation", "months", "preventive"),
    [
        ({}, (1, 1), Share(1, 0)),
        ({"started_on": "2013-05-31"}, (1, 1), Share(1, 0)),
        ({"started_on": "2013-06-01"}, (0, 0), Share(1, 0)),
        ({"started_on": "2013-04-30"}, (0, 0), Share(1, 0)),
        ({"planned": False}, (0, 0), Share(1, 0)),
        ({"planned": None}, (0, 1), Share(1, 0)),
        ({"origin": "national_campaign"}, (0, 0), Share(1, 0)),
        ({"origin": None}, (0, 1), Share(1, 0)),
        ({"cancelled": True}, (0, 0), Share(0, 0)),
        ({"objective": "detect"}, (1, 1), Share(0, 1)),
        ({"objective": "disrupt"}, (1, 1), Share(1, 0)),
        ({"objective": None}, (1, 1), Share(0, 0, 1)),
    ],
)
def test_planned_and_preventive_operations(table, operation, months, preventive):
    rows = p5_anpr.held(table("anpr_operation", {**OPERATION, **operation}))
    by_month = p5_anpr.by_month(rows, START, END)
    (month,) = by_month.to_dict("records")
    assert (month["planned"], month["possible"]) == months
    assert p5_anpr.bounds_of_months(by_month) == (None if months[0] == months[1] else months)
    assert p5_anpr.preventive(rows) == preventive


@pytest.mark.parametrize(
    ("camera", "day", "expected"),
    [
        ({}, {}, Share(22, 2)),
        ({}, {"busy_hours_with_reads": None}, Share(6, 0, 18)),
        ({}, {"quiet_hours_working": None}, Share(16, 2, 6)),
        ({}, {"busy_hours_with_reads": 19}, Share(6, 0, 18)),
        ({"commissioned_on": "2013-05-01"}, {}, Share(22, 2)),
        ({"commissioned_on": "2013-05-02"}, {}, Share(0, 0)),
        ({"decommissioned_on": "2013-05-01"}, {}, Share(22, 2)),
        ({"decommissioned_on": "2013-04-30"}, {}, Share(0, 0)),
        ({"commissioned_on": "2013-02-01", "decommissioned_on": "2013-01-31"}, {}, Share(22, 0, 2)),
        # A fixed camera in service without a row of the day; one that moves about was meant to work when it says so.
        ({}, {"camera_id": "another"}, Share(22, 2, 24)),
        ({"camera_type": "mobile"}, {"camera_id": "another"}, Share(22, 2)),
    ],
)
def test_camera_hours_working(table, camera, day, expected):
    register = table("anpr_camera", {"camera_id": "A", "camera_type": "fixed", **camera})
    row = {"camera_id": "A", "day": "2013-05-01", "scheduled_hours": 24, "busy_hours": 18, "busy_hours_with_reads": 16,
           "quiet_hours_working": 6, "quiet_hours_faulty": 0}  # fmt: skip
    hours = cameras.camera_hours(register, table("anpr_camera_day", {**row, **day}), START, START)
    assert cameras.hours_available(hours) == expected
