"""F3: whose reviews are due, and who looks at workload each week, row by row."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import f3_supervision
from hmic_analysis.measures.base import Share, within

START, END, AS_OF = date(2013, 1, 1), date(2013, 3, 31), date(2014, 3, 31)
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


@pytest.mark.parametrize(
    ("absence", "expected"),
    [
        # Away for 45 of the 90 days: due; for one more: not.
        ([("2013-01-01", "2013-02-14")], Share(0, 1)),
        ([("2013-01-01", "2013-02-15")], Share(0, 0)),
        ([("2013-02-15", None)], Share(0, 1)),
        ([("2013-02-14", None)], Share(0, 0)),
        # The day before the interval and the day after are none of its days.
        ([("2012-11-01", "2013-02-14"), ("2013-04-01", "2013-06-30")], Share(0, 1)),
        ([("2012-10-01", "2012-12-20")], Share(0, 1)),
        # Two absences together; days of both count once.
        ([("2013-01-01", "2013-01-31"), ("2013-03-01", "2013-03-15")], Share(0, 0)),
        ([("2013-01-01", "2013-01-31"), ("2013-01-15", "2013-02-14")], Share(0, 1)),
        # It ends before it begins: it may have lasted.
        ([("2013-01-05", "2013-01-01")], Share(0, 0, 1)),
    ],
)
def test_who_was_away_for_more_than_half_of_it_is_not_due(table, absence, expected):
    rows = table(
        "absence",
        {"person_key": "nobody on the list", "from_on": START, "to_on": END},
        *({"person_key": "a", "from_on": first, "to_on": last} for first, last in absence),
    )
    due = f3_supervision.staff_intervals(table("staff", OFFICER), rows, table("supervision"), START, END, 3)
    assert Share.of(due["reviewed"]) == expected


@pytest.mark.parametrize(
    ("officer", "counted", "left_out"),
    [
        ({}, 1, (0, 0)),
        ({"role": "other"}, 1, (0, 0)),
        ({"in_training": True}, 1, (0, 0)),
        ({"rank": "pcso"}, 1, (0, 0)),
        ({"rank": "sergeant"}, 0, (0, 0)),
        ({"rank": "staff"}, 0, (0, 0)),
        # What the post is tells a community support officer; of another nobody knows.
        ({"rank": None, "role": "pcso"}, 1, (0, 0)),
        ({"rank": None}, 0, (0, 1)),
        ({"supervisor_key": None}, 0, (1, 0)),
        ({"in_post_since": "2014-03-31"}, 1, (0, 0)),
        ({"in_post_since": "2014-04-01"}, 0, (0, 0)),
        ({"in_post_since": None}, 1, (0, 0)),
        ({"left_on": "2014-03-31"}, 1, (0, 0)),
        ({"left_on": "2014-03-30"}, 0, (0, 0)),
        ({"left_on": "2014-04-30"}, 1, (0, 0)),
        # Left before being in post, or on a day that can't be read: may be there.
        ({"left_on": "2009-12-31"}, 0, (0, 1)),
        ({"unread": "left_on"}, 0, (0, 1)),
        ({"unread": "in_post_since", "in_post_since": None}, 0, (0, 1)),
        ({"unread": "in_post_since", "in_post_since": None, "left_on": "2014-03-30"}, 0, (0, 0)),
        ({"unread": "left_on", "rank": "sergeant"}, 0, (0, 0)),
        # A second row of the same person is no second person.
        ({"person_key": "b"}, 0, (0, 0)),
    ],
)
def test_who_counts_in_a_span(table, officer, counted, left_out):
    lost = (officer := dict(officer)).pop("unread", "")
    staff = table("staff", {**OFFICER, "person_key": "b"}, {**OFFICER, **officer})
    staff = staff.assign(flags=["", unread_flag(lost) if lost else ""])
    assert f3_supervision.team_sizes(staff, AS_OF).to_dict() == {"s": 1 + counted}
    assert f3_supervision.not_in_spans(staff, AS_OF) == left_out


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([True, None], Share(1, 0)),
        ([None, True], Share(1, 0)),
        ([True, False], Share(1, 0)),
        ([False, None], Share(0, 0, 1)),
        ([False, False], Share(0, 1)),
        ([], Share(0, 1)),
    ],
)
def test_one_of_several_reviews_that_looked_at_it_is_enough(table, said, expected):
    rows = table("supervision", *({**HELD, "review_id": str(n), "workload_covered": w} for n, w in enumerate(said)))
    due = f3_supervision.staff_intervals(table("staff", OFFICER), table("absence"), rows, START, END, 3)
    assert Share.of(due["workload"]) == expected


@pytest.mark.parametrize(
    ("week", "expected"),
    [
        ({}, Share(0, 1)),
        ({"times_opened": 1}, Share(1, 0)),
        # Weeks that begin in the period: the Monday before it and the one after it are none of them.
        ({"week_start": "2012-12-03"}, Share(0, 1)),
        ({"week_start": "2012-11-26"}, Share(1, 0)),
        ({"week_start": "2013-11-25"}, Share(0, 1)),
        ({"week_start": "2013-12-02"}, Share(1, 0)),
        ({"on_duty": False}, Share(1, 0)),
        ({"on_duty": None}, Share(0, 1)),
        # Whether on duty can't be read: no failure for sure, and none to be had where it was opened.
        ({"on_duty": None, "unread": "on_duty"}, Share(0, 0, 1)),
        ({"on_duty": None, "unread": "on_duty", "times_opened": 1}, Share(1, 0)),
        ({"times_opened": None}, Share(0, 0, 1)),
        # Not yet in post, or no longer for all of the week.
        ({"in_post_since": "2013-05-07"}, Share(1, 0)),
        ({"in_post_since": "2013-05-06"}, Share(0, 1)),
        ({"left_on": "2013-05-12"}, Share(0, 1)),
        # In none of the weeks: nobody knows what would have been.
        ({"left_on": "2013-05-11"}, Share(0, 0, 1)),
        ({"left_on": "2013-05-11", "times_opened": 1}, Share(0, 0, 1)),
    ],
)
def test_a_week_in_which_it_was_not_opened(table, week, expected):
    lost, since = (week := dict(week)).pop("unread", ""), week.pop("in_post_since", "2010-01-01")
    left = week.pop("left_on", None)
    other = {"supervisor_key": "s", "week_start": "2013-05-13", "on_duty": True, "times_opened": 1}
    view = table("workload_view", other, {**other, "week_start": "2013-05-06", "times_opened": 0, **week})
    view = view.assign(flags=["", unread_flag(lost) if lost else ""])
    chief = {"person_key": "s", "role": "supervisor", "rank": "sergeant", "in_post_since": since, "left_on": left}
    view = within(view, date(2012, 12, 1), date(2013, 11, 30), "week_start")
    assert f3_supervision.looks_weekly(view, table("staff", OFFICER, chief)) == expected


@pytest.mark.parametrize(
    ("officer", "expected"),
    [
        ({}, Share(1, 1)),
        ({"in_training": True}, Share(1, 0)),
        ({"left_on": "2013-05-05"}, Share(1, 0)),
        ({"left_on": "2013-05-06"}, Share(1, 1)),
        # Front-line staff who came after the log ends make nobody a supervisor in its time.
        ({"in_post_since": "2013-05-12"}, Share(1, 1)),
        ({"in_post_since": "2013-05-13"}, Share(1, 0)),
        # Left before being in post: one of the days is wrong, and the supervisor stays.
        ({"left_on": "2009-12-31"}, Share(1, 1)),
        ({"supervisor_key": None}, Share(1, 0)),
        ({"supervisor_key": None, "role": "other"}, Share(1, 0)),
        ({"supervisor_key": None, "left_on": "2013-05-05"}, Share(1, 0)),
    ],
)
def test_whose_supervisors_are_in_the_figure(table, officer, expected):
    staff = table("staff", OFFICER, {**OFFICER, "person_key": "b", "supervisor_key": "t", **officer})
    week = {"week_start": "2013-05-06", "on_duty": True}
    view = table("workload_view", *({**week, "supervisor_key": k, "times_opened": n} for k, n in (("s", 1), ("t", 0))))
    assert f3_supervision.looks_weekly(view, staff) == expected
    told = ("Front-line staff without a supervisor on record: 1.",) if officer == {"supervisor_key": None} else ()
    assert f3_supervision.led_by_nobody(view, staff) == told
    assert f3_supervision.led_by_nobody(view.iloc[:0], staff) == ()


@pytest.mark.parametrize(
    ("review", "workload", "both"),
    [
        ({}, Share(1, 0), Share(1, 0)),
        ({"workload_covered": False}, Share(0, 1), Share(0, 1)),
        ({"performance_covered": False}, Share(1, 0), Share(0, 1)),
        ({"workload_covered": None}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"workload_covered": None, "performance_covered": False}, Share(0, 0, 1), Share(0, 1)),
        ({"person_key": "desk"}, Share(0, 0), Share(0, 0)),
        ({"person_key": "recruit"}, Share(0, 0), Share(0, 0)),
        ({"held_on": "2013-01-01"}, Share(1, 0), Share(1, 0)),
        ({"held_on": "2012-12-31"}, Share(0, 0), Share(0, 0)),
        ({"held_on": "2013-03-31"}, Share(1, 0), Share(1, 0)),
        ({"held_on": "2013-04-01"}, Share(0, 0), Share(0, 0)),
    ],
)
def test_what_a_review_of_the_period_covers(table, review, workload, both):
    staff = table("staff", OFFICER, {**OFFICER, "person_key": "desk", "role": "other"},
                  {**OFFICER, "person_key": "recruit", "in_training": True})  # fmt: skip
    rows = within(table("supervision", {**HELD, **review}), START, END, "held_on")
    rows = f3_supervision.front_line_reviews(rows, staff)
    assert f3_supervision.covers(rows, "workload") == workload
    assert f3_supervision.covers(rows, "workload", "performance") == both


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([], (3.6, 2)),
        ([("c", "2014-03-31", 9)], (8, 4)),
        # The day after the as-of day is no count yet; an older one is not the last.
        ([("c", "2014-04-01", 9)], (3.6, 2)),
        ([("c", "2014-03-30", 9)], (3.6, 2)),
        ([("c", "2014-03-31", 0)], (3.2, 0)),
        ([("c", "2014-03-31", None)], (3.6, 2)),
    ],
)
def test_open_crimes_on_the_day(table, more, expected):
    rows = [("a", "2014-03-31", 0), ("b", "2014-03-31", 4), *more]
    rows = table("workload", *({"person_key": k, "counted_on": d, "open_crimes": n} for k, d, n in rows))
    counts = f3_supervision.latest_counts(rows, AS_OF)
    assert f3_supervision.spread(counts) == pytest.approx(expected)
    blank = ("c", "2014-03-31", None) in more
    assert f3_supervision.officers_counted(counts) == Share(len(counts) - blank, 0, int(blank))
