"""F3: whose reviews are due, and who looks at workload each week, row by row."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import f3_supervision
from hmic_analysis.measures.base import Share

START, END = date(2013, 1, 1), date(2013, 3, 31)
OFFICER = {
    "person_key": "a",
    "role": "response",
    "rank": "constable",
    "in_post_since": "2010-01-01",
    "supervisor_key": "s",
}
HELD = {
    "review_id": "1",
    "person_key": "a",
    "held_on": "2013-02-01",
    "workload_covered": True,
    "performance_covered": True,
}


def reviewed(table, officer=None, review=None, unread_in=""):
    staff = table("staff", {**OFFICER, **(officer or {})}).assign(flags=unread_flag(unread_in) if unread_in else "")
    rows = table("supervision", {**HELD, **(review or {})})
    due = f3_supervision.staff_intervals(staff, table("absence"), rows, START, END, 3)
    return Share.of(due["reviewed"])


@pytest.mark.parametrize(
    ("officer", "review", "expected"),
    [
        ({}, {}, Share(1, 0)),
        ({}, {"person_key": "b"}, Share(0, 1)),
        ({}, {"held_on": "2013-01-01"}, Share(1, 0)),
        ({}, {"held_on": "2012-12-31"}, Share(0, 1)),
        ({}, {"held_on": "2013-03-31"}, Share(1, 0)),
        ({}, {"held_on": "2013-04-01"}, Share(0, 1)),
        ({"role": "other"}, {}, Share(0, 0)),
        ({"in_training": True}, {}, Share(0, 0)),
        ({"left_on": "2013-02-14"}, {}, Share(1, 0)),
        ({"left_on": "2013-02-13"}, {}, Share(0, 0)),
        # Left before being in post: one of the days is wrong.
        ({"left_on": "2009-02-13"}, {}, Share(1, 0)),
        ({"left_on": "2009-02-13"}, {"person_key": "b"}, Share(0, 0, 1)),
        # Without a first day somebody is taken to have been there.
        ({"in_post_since": None}, {"person_key": "b"}, Share(0, 1)),
    ],
)
def test_whose_review_is_due(table, officer, review, expected):
    assert reviewed(table, officer, review) == expected


@pytest.mark.parametrize("column", ["in_training", "left_on"])
def test_who_may_not_be_due_is_unknown_without_a_review_and_known_with_one(table, column):
    assert reviewed(table, {}, {"person_key": "b"}, column) == Share(0, 0, 1)
    assert reviewed(table, {}, {}, column) == Share(1, 0)


def test_supervisors_are_those_of_front_line_staff_in_post_at_some_time_of_the_log(table):
    staff = table(
        "staff",
        OFFICER,
        {**OFFICER, "person_key": "b", "supervisor_key": "t", "left_on": "2013-01-07"},
        {**OFFICER, "person_key": "c", "supervisor_key": "u", "left_on": "2013-01-06"},
        {**OFFICER, "person_key": "d", "supervisor_key": "v", "role": "other"},
    )
    row = {"week_start": "2013-01-07", "on_duty": True}
    seen = [
        {**row, "supervisor_key": key, "times_opened": times} for key, times in zip("stuv", (1, 0, 0, 0), strict=True)
    ]
    view = table("workload_view", *seen)
    assert f3_supervision.looks_weekly(view, staff) == Share(1, 1)
    away = table("workload_view", {**seen[0], "on_duty": False}, *seen[1:])
    assert f3_supervision.looks_weekly(away, staff) == Share(0, 1, 1)


@pytest.mark.parametrize("aspect", ["workload", "performance"])
@pytest.mark.parametrize(
    ("covered", "held_on", "expected"),
    [
        (True, "2013-01-01", Share(1, 0)),
        (True, "2013-03-31", Share(1, 0)),
        (False, "2013-02-01", Share(0, 1)),
        (None, "2013-02-01", Share(0, 0, 1)),
        # No review in the three months is none that looked at it.
        (True, "2012-12-31", Share(0, 1)),
        (True, "2013-04-01", Share(0, 1)),
    ],
)
def test_whose_review_looked_at_it(table, aspect, covered, held_on, expected):
    rows = table("supervision", {**HELD, f"{aspect}_covered": covered, "held_on": held_on})
    due = f3_supervision.staff_intervals(table("staff", OFFICER), table("absence"), rows, START, END, 3)
    assert Share.of(due[aspect]) == expected
