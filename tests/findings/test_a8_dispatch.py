"""A8: minutes with a known position, and dispatches of the nearest suitable resource, row by row."""

import pandas as pd
import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import a8_dispatch
from hmic_analysis.measures.base import Share

SENT = {"dispatch_id": "d", "incident_id": "i", "decided_at": "2013-05-01 10:00", "grade": "emergency", "incident_located": True,
        "recommendation": "overridden", "sent_minutes": 9, "nearest_minutes": 5}  # fmt: skip
#: Another one with a reason, so that reasons are kept; to no urgent incident, so that it is not counted.
KEPT = {**SENT, "dispatch_id": "k", "grade": "scheduled", "override_reason": "other"}
NOWHERE, YES, NO, OPEN = Share(0, 0), Share(1, 0), Share(0, 1), Share(0, 0, 1)


@pytest.mark.parametrize(
    ("given", "nearest", "suitable", "reasoned"),
    [
        ({}, NO, NO, NO),
        ({"sent_minutes": 7}, YES, YES, NO),
        ({"sent_minutes": 7.1}, NO, NO, NO),
        ({"sent_minutes": 4}, YES, YES, NO),
        ({"override_reason": "skill_needed"}, NO, YES, YES),
        ({"lost": "override_reason"}, NO, OPEN, OPEN),
        ({"sent_minutes": None}, NOWHERE, OPEN, NO),
        # A position was known, and nobody can read how far it was.
        ({"sent_minutes": None, "lost": "sent_minutes"}, OPEN, OPEN, NO),
        ({"nearest_minutes": None, "lost": "nearest_minutes"}, OPEN, OPEN, NO),
        ({"sent_minutes": None, "nearest_minutes": None, "lost": "sent_minutes"}, NOWHERE, OPEN, NO),
        ({"nearest_minutes": None, "override_reason": "other"}, NOWHERE, YES, YES),
        ({"recommendation": "taken"}, NO, NO, NOWHERE),
        # It may have been overridden, with the reason on record or not.
        ({"recommendation": None}, NO, NO, OPEN),
        ({"recommendation": None, "override_reason": "other"}, NO, YES, OPEN),
        ({"recommendation": "none_shown"}, NO, NO, NOWHERE),
        ({"grade": "priority"}, NO, NO, NO),
        ({"grade": "scheduled"}, NOWHERE, NOWHERE, NOWHERE),
        # The list holds others too: it may be one of those.
        ({"grade": None}, OPEN, OPEN, OPEN),
    ],
)
def test_dispatches(table, given, nearest, suitable, reasoned):
    lost = (given := dict(given)).pop("lost", "")
    rows = table("dispatch", {**SENT, **given}, KEPT).assign(flags=[unread_flag(lost) if lost else "", ""])
    urgent = a8_dispatch.urgent(rows)
    assert a8_dispatch.nearest_sent(urgent, 2) == nearest
    assert a8_dispatch.suitable_or_reasoned(urgent, 2) == suitable
    assert a8_dispatch.reasoned_overrides(urgent) == reasoned
    # Travel beyond that of the nearest: of those with both positions known, and never below nought.
    extra = a8_dispatch.extra_travel(urgent).tolist()
    known = [pytest.approx(max(0, rows["sent_minutes"][0] - 5))] if nearest.known else []
    assert extra == known + [pytest.approx(float("nan"), nan_ok=True)] * nearest.unknown


@pytest.mark.parametrize(
    ("given", "other", "nearest"),
    [
        # Of a list of urgent dispatches alone a blank grade is one of the two.
        ({"grade": None}, "priority", Share(0, 2)),
        ({"grade": None}, None, Share(0, 2)),
        # Where the list holds others too, and where it can't be read, it may be one of those.
        ({"grade": None}, "scheduled", Share(0, 0, 1)),
        ({"grade": None, "sent_minutes": 4}, "scheduled", Share(0, 0, 1)),
        ({"grade": None, "lost": "grade"}, "priority", Share(0, 1, 1)),
        ({"grade": "emergency"}, "scheduled", Share(0, 1)),
        ({"grade": "no_deployment"}, "scheduled", Share(0, 0)),
    ],
)
def test_dispatches_without_a_grade(table, given, other, nearest):
    lost = (given := dict(given)).pop("lost", "")
    rows = table("dispatch", {**SENT, **given}, {**SENT, "dispatch_id": "e", "incident_id": "j", "grade": other})
    urgent = a8_dispatch.urgent(rows.assign(flags=[unread_flag(lost) if lost else "", ""]))
    assert a8_dispatch.nearest_sent(urgent, 2) == nearest
    assert a8_dispatch.located_incidents(urgent).unknown == nearest.unknown
    # The median takes the sure ones, with bounds for the others.
    extra = pd.Series(a8_dispatch.extra_travel(urgent))
    assert (extra.count(), extra.isna().sum()) == (nearest.known, nearest.unknown)
    assert len(a8_dispatch.extra_hours(urgent)) == nearest.known


@pytest.mark.parametrize(
    ("first", "second", "located"),
    [
        (True, False, YES),
        (False, True, NO),
        (None, True, OPEN),
        (True, None, YES),
        (False, False, NO),
        (True, True, YES),
    ],
)
def test_incidents_located_at_the_first_dispatch(table, first, second, located):
    later = {**SENT, "dispatch_id": "e", "decided_at": "2013-05-01 10:01", "incident_located": second}
    rows = table("dispatch", later, {**SENT, "incident_located": first})
    assert a8_dispatch.located_incidents(a8_dispatch.urgent(rows)) == located


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Share(50, 10)),
        ({"minutes_located": 0}, Share(0, 60)),
        ({"minutes_located": 60}, Share(60, 0)),
        ({"minutes_located": None}, Share(0, 0, 60)),
        ({"minutes_located": 61}, Share(0, 0, 60)),
        # What had a position of six minutes may have had none of five; what had none of six had none of five.
        ({"max_age_minutes": 6}, Share(0, 10, 50)),
        # What had no position for four minutes may have had one for five.
        ({"max_age_minutes": 4}, Share(50, 0, 10)),
        ({"max_age_minutes": None}, Share(0, 0, 60)),
    ],
)
def test_minutes_with_a_known_position(table, given, expected):
    row = {"unit": "u", "carrier": "foot", "hour_start": "2013-05-01 10:00", "minutes_on_duty": 60, "minutes_located": 50,
           "max_age_minutes": 5}  # fmt: skip
    assert a8_dispatch.located_minutes(table("position", {**row, **given}), 5) == expected
