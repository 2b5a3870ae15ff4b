"""F1: categories of demand, hours of deployments, and analyses of demand, row by row."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import f1_demand
from hmic_analysis.measures.base import Share, unread, within

START, END, AS_OF = date(2012, 12, 1), date(2013, 11, 30), date(2014, 3, 31)
CALL = {"incident_id": "i", "category_open": "asb", "category_close": "crime", "result": "attended",
        "created_at": "2013-05-01 10:00"}  # fmt: skip
ANALYSIS = {"document_id": "d", "document_type": "demand_analysis", "subject": "demand", "status": "approved",
            "approved_on": "2013-10-01", "decision_recorded": True, "covers": "place"}  # fmt: skip


@pytest.mark.parametrize(
    ("call", "category", "uncategorised"),
    [
        ({}, "crime", Share(0, 1)),
        # A blank closing category is not the opening one.
        ({"category_close": None}, "not recorded", Share(1, 0)),
        ({"category_close": None, "category_open": None}, "not recorded", Share(1, 0)),
        ({"category_open": None}, "crime", Share(0, 1)),
        ({"result": "duplicate"}, None, Share(0, 0)),
        ({"result": "test"}, None, Share(0, 0)),
        ({"result": "cancelled_by_caller"}, "crime", Share(0, 1)),
        ({"result": None}, "crime", Share(0, 1)),
        # Its category can't be read, nor of another whether it is a duplicate.
        ({"category_close": None, "lost": "category_close"}, "", Share(0, 0, 1)),
        ({"result": None, "lost": "result"}, "", Share(0, 0, 1)),
        # The first and the last minute of the period, and the minutes before and after.
        ({"created_at": "2012-12-01 00:00"}, "crime", Share(0, 1)),
        ({"created_at": "2012-11-30 23:59"}, None, Share(0, 0)),
        ({"created_at": "2013-11-30 23:59", "category_close": None}, "not recorded", Share(1, 0)),
        ({"created_at": "2013-12-01 00:00", "category_close": None}, None, Share(0, 0)),
        ({"created_at": None, "created_month": "2012-12-01"}, "crime", Share(0, 1)),
        ({"created_at": None, "created_month": "2012-11-01"}, None, Share(0, 0)),
    ],
)
def test_categories(table, call, category, uncategorised):
    other = {**CALL, "incident_id": "o", "category_close": "transport"}
    lost = (call := {**CALL, **call}).pop("lost", "")
    rows = table("incident", call, other).assign(flags=[unread_flag(lost) if lost else "", ""])
    incident = within(rows, START, END, "created_at", "created_month")
    found = f1_demand.demand_by_category(incident)
    assert set(found["category"]) == ({category} if category else set()) | {"transport"}
    assert f1_demand.count_shares(found, incident)["transport"] == Share(1, 1 if category else 0, uncategorised.unknown)
    assert f1_demand.uncategorised(incident) == Share(uncategorised.yes, uncategorised.no + 1, uncategorised.unknown)


def test_a_source_with_opening_categories_alone(table):
    rows = table("incident", {**CALL, "category_close": None})
    assert f1_demand.demand_by_category(rows)["category"].tolist() == ["asb"]
    assert f1_demand.uncategorised(rows) == Share(0, 0, 1)


@pytest.mark.parametrize(
    ("sent", "hours", "capped"),
    [
        ({"at_scene_at": "2013-05-01 10:00", "clear_at": "2013-05-01 11:30"}, 1.5, False),
        # Assigned the day before, as a diary appointment is: the work begins at arrival.
        (
            {"assigned_at": "2013-04-30 09:00", "at_scene_at": "2013-05-01 10:00", "clear_at": "2013-05-01 11:00"},
            1,
            False,
        ),
        ({"assigned_at": "2013-05-01 09:00", "clear_at": "2013-05-01 11:00"}, 2, False),
        ({"at_scene_at": "2013-05-01 10:00", "clear_at": "2013-05-01 22:00"}, 12, False),
        ({"at_scene_at": "2013-05-01 10:00", "clear_at": "2013-05-01 22:01"}, 12, True),
        ({"at_scene_at": "2013-05-01 10:00", "clear_at": "2013-05-09 10:00"}, 12, True),
        ({"at_scene_at": "2013-05-01 10:00"}, None, False),
        ({"at_scene_at": "2013-05-01 10:00", "clear_at": "2013-05-01 09:00"}, None, False),
        ({"at_scene_at": "2013-05-01 10:00", "clear_at": "2013-05-01 10:00"}, 0, False),
        # Somebody arrived, and nobody knows when: the work did not begin at assignment.
        ({"assigned_at": "2013-05-01 09:00", "clear_at": "2013-05-01 11:00", "unread": "at_scene_at"}, None, False),
        # So little is known of the assignment of somebody who arrived.
        ({"at_scene_at": "2013-05-01 10:00", "clear_at": "2013-05-01 11:00", "unread": "assigned_at"}, 1, False),
        # The clocks went forward in between.
        ({"at_scene_at": "2013-03-31 00:00", "clear_at": "2013-03-31 03:00"}, 2, False),
        ({"at_scene_at": "2013-10-27 00:00", "clear_at": "2013-10-27 03:00"}, 4, False),
    ],
)
def test_hours_of_a_deployment(table, sent, hours, capped):
    lost = (sent := dict(sent)).pop("unread", "")
    rows = table("deployment", {"incident_id": "i", **sent}).assign(flags=unread_flag(lost) if lost else "")
    tasks = f1_demand.task_hours(rows, 12)
    assert tasks["hours"].dropna().tolist() == ([] if hours is None else [hours])
    assert tasks["capped"].tolist() == [capped]
    told = f1_demand.hours_caveats(tasks, 12)
    assert len(told) == (capped or hours is None)
    assert len(f1_demand.tasks_by_category(table("incident", CALL), tasks)) == (hours is not None)
    by_category = f1_demand.demand_by_category(table("incident", CALL), tasks)
    assert by_category["share_hours"].fillna(0).tolist() == [100 if hours else 0]


@pytest.mark.parametrize(
    ("second", "hours"),
    [
        ({}, 1),
        ({"resource_id": "q"}, 2),
        # Two resources whose call signs are not known, at the same times.
        ({"resource_id": None}, 2),
        ({"incident_id": "o"}, 2),
        ({"assigned_at": "2013-05-01 09:31"}, 2),
        ({"at_scene_at": "2013-05-01 10:30"}, 1.5),
        ({"clear_at": "2013-05-01 10:30"}, 1.5),
    ],
)
def test_a_deployment_listed_twice_counts_once(table, second, hours):
    row = {"incident_id": "i", "resource_id": "p", "assigned_at": "2013-05-01 09:30", "at_scene_at": "2013-05-01 10:00",
           "clear_at": "2013-05-01 11:00"}  # fmt: skip
    assert f1_demand.task_hours(table("deployment", row, {**row, **second}), 12)["hours"].sum() == hours
    blank = {**row, "resource_id": None}
    assert f1_demand.task_hours(table("deployment", blank, blank), 12)["hours"].sum() == 2


@pytest.mark.parametrize(
    ("task", "logged"),
    [
        ({"ended_at": "2013-05-01 12:00"}, 2),
        ({"resource_hours": 7}, 7),
        ({"ended_at": "2013-05-01 12:00", "resource_hours": 0}, 0),
        ({"ended_at": "2013-05-01 09:00"}, None),
        ({"ended_at": "2013-05-01 10:00"}, 0),
        ({"ended_at": "2013-05-02 10:00"}, 24),
        # Hours of staff were given, and can't be read: the length is not theirs.
        ({"ended_at": "2013-05-01 12:00", "unread": "resource_hours"}, None),
        ({"resource_hours": 7, "unread": "ended_at"}, 7),
    ],
)
def test_hours_of_other_tasks(table, task, logged):
    lost = (task := dict(task)).pop("unread", "")
    row = {"task_id": "t", "task_type": "custody", "started_at": "2013-05-01 10:00", **task}
    duty = table("duty_hours", {"team": "a", "hour_start": "2013-05-01 10:00", "staff_hours": 40})
    tasks = f1_demand.task_hours(table("deployment"), 12)
    rows = table("demand_task", row, {**row, "task_id": "u", "resource_hours": 1})
    rows = rows.assign(flags=[unread_flag(lost) if lost else "", ""])
    found = f1_demand.logged_beside_duty(tasks, rows, duty).set_index("label")["value"]
    assert (found["Logged: other tasks"], found["On duty"]) == ((logged or 0) + 1, 40)
    told = f1_demand.other_hours_caveat(rows)
    assert told == (("Left out for want of times that can be believed: 1 of 2 other tasks.",) if logged is None else ())


@pytest.mark.parametrize(
    ("given", "logged", "on_duty"),
    [
        ({}, 5, 10),
        ({"started_at": "2012-12-01 00:00"}, 5, 10),
        ({"started_at": "2012-11-30 23:59"}, 2, 10),
        # What began in the period counts as a whole.
        ({"started_at": "2013-11-30 23:59"}, 5, 10),
        ({"started_at": "2013-12-01 00:00"}, 2, 10),
        ({"hour_start": "2012-12-01 00:00"}, 5, 10),
        ({"hour_start": "2012-11-30 23:00"}, 5, 0),
        ({"hour_start": "2013-11-30 23:00"}, 5, 10),
        ({"hour_start": "2013-12-01 00:00"}, 5, 0),
        ({"created_at": "2013-11-30 23:59"}, 5, 10),
        ({"created_at": "2012-11-30 23:59"}, 3, 10),
        ({"created_at": "2013-12-01 00:00"}, 3, 10),
        ({"result": "duplicate"}, 5, 10),
    ],
)
def test_logged_hours_of_the_period(table, given, logged, on_duty):
    row = {"started_at": "2013-05-01 10:00", "hour_start": "2013-05-01 10:00", **CALL, **given}
    at = pd.Timestamp(row["created_at"])
    call = within(table("incident", {k: row[k] for k in CALL}), START, END, "created_at", "created_month")
    sent = table("deployment", {"incident_id": "i", "at_scene_at": at, "clear_at": at + pd.Timedelta(hours=2)})
    other = table("demand_task", {"task_id": "t", "started_at": row["started_at"], "resource_hours": 3})
    duty = table("duty_hours", {"team": "a", "hour_start": row["hour_start"], "staff_hours": 10})
    tasks = f1_demand.of_incidents(f1_demand.task_hours(sent, 12), call)
    found = f1_demand.logged_beside_duty(
        tasks, within(other, START, END, "started_at"), within(duty, START, END, "hour_start")
    )["value"].fillna(0)
    assert (found.iloc[:2].sum(), found.iloc[2]) == (logged, on_duty)


@pytest.mark.parametrize(
    ("demand", "duty", "fit"),
    [
        # Monday ten o'clock beside Monday ten, Monday eleven, half and half, the week after, and nobody.
        ("2013-05-06 10:00", ["2013-05-06 10:00"], 1),
        ("2013-05-06 10:00", ["2013-05-06 11:00"], 0),
        ("2013-05-06 10:00", ["2013-05-06 10:00", "2013-05-06 11:00"], 0.5),
        ("2013-05-06 10:00", ["2013-05-13 10:00"], 1),
        ("2013-05-06 10:00", ["2013-05-07 10:00"], 0),
        ("2013-05-06 10:30", ["2013-05-06 10:00", "2013-05-06 11:00"], 1),
        ("2013-05-06 10:00", [], None),
    ],
)
def test_staff_beside_demand(table, demand, duty, fit):
    start, end = demand, demand.replace("10:", "11:")
    tasks = f1_demand.task_hours(table("deployment", {"incident_id": "i", "at_scene_at": start, "clear_at": end}), 12)
    rows = table("duty_hours", *({"team": "a", "hour_start": hour, "staff_hours": 3} for hour in duty))
    found = f1_demand.staff_fit(f1_demand.week_profile(tasks, rows))
    assert found == (fit if fit is None else pytest.approx(fit))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Share(1, 0)),
        ({"approved_on": "2013-04-01"}, Share(1, 0)),
        ({"approved_on": "2013-03-31"}, Share(0, 1)),
        ({"approved_on": "2014-03-31"}, Share(1, 0)),
        ({"approved_on": "2014-04-01"}, Share(0, 1)),
        ({"approved_on": None}, Share(0, 0, 1)),
        ({"decision_recorded": None}, Share(0, 1)),
        ({"decision_recorded": None, "lost": "decision_recorded"}, Share(0, 0, 1)),
        # For all documents blank: nobody says whether a decision was taken.
        ({"decision_recorded": None, "alone": True}, Share(0, 0, 1)),
        ({"decision_recorded": False}, Share(0, 1)),
        ({"scope": "force"}, Share(1, 0)),
        ({"scope": "district"}, Share(1, 0)),
        # A partner's analysis, or the commissioner's, is not the force's.
        ({"scope": "partnership"}, Share(0, 1)),
        ({"scope": "pcc"}, Share(0, 1)),
        ({"scope": None, "lost": "scope"}, Share(0, 0, 1)),
        ({"subject": "dispatch"}, Share(0, 0)),
        ({"status": "draft"}, Share(0, 0)),
        ({"status": "withdrawn"}, Share(0, 0)),
        ({"document_type": "report"}, Share(0, 0)),
    ],
)
def test_analyses_of_demand(table, given, expected):
    lost, alone = (given := dict(given)).pop("lost", ""), given.pop("alone", False)
    another = {**ANALYSIS, "document_id": "another", "document_type": "report", "decision_recorded": not alone or None}
    rows = table("document", {**ANALYSIS, **given}, another)
    rows = rows.assign(flags=[unread_flag(lost) if lost else "", ""])
    assert Share.of(f1_demand.analyses(rows, AS_OF, 12)["counts"]) == expected


@pytest.mark.parametrize(("other", "lost"), [({}, [False, True]), ({"covers": None}, [True, True])])
def test_what_an_analysis_covers_is_known_where_any_document_is_coded(table, other, lost):
    # One whose codes can't be read is not known even then.
    rows = table("document", {**ANALYSIS, **other}, {**ANALYSIS, "document_id": "e", "covers": None})
    found = f1_demand.analyses(rows.assign(flags=["", unread_flag("covers")]), AS_OF, 12)
    assert unread(found, "covers").tolist() == lost
