"""P5: operations, hits, camera hours, repairs, skills."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import p5_anpr
from hmic_analysis.measures import cameras
from hmic_analysis.measures.base import Share, whole_spans

START, END, AS_OF = date(2013, 1, 1), date(2013, 6, 30), date(2014, 3, 31)


def test_whole_months_and_quarters_only():
    assert len(whole_spans(date(2012, 12, 1), date(2013, 11, 30), 1)) == 12
    assert [str(b.date()) for _, b in whole_spans(date(2012, 12, 1), date(2013, 11, 30), 3)] == [
        "2013-02-28", "2013-05-31", "2013-08-31", "2013-11-30",
    ]  # fmt: skip
    assert len(whole_spans(START, date(2013, 6, 29), 3)) == 1
    assert whole_spans(START, date(2013, 1, 30), 1) == []


@pytest.fixture
def operations(table):
    return p5_anpr.held(
        table(
            "anpr_operation",
            {"operation_id": "own", "started_on": "2013-01-10", "planned": True, "origin": "own", "objective": "detect"},
            {"operation_id": "hit", "started_on": "2013-02-10", "planned": False, "objective": "prevent"},
            {"operation_id": "nat", "started_on": "2013-02-11", "planned": True, "origin": "national", "objective": "disrupt"},
            {"operation_id": "who", "started_on": "2013-03-10", "planned": True},
            {"operation_id": "off", "started_on": "2013-04-10", "planned": True, "origin": "own", "cancelled": True},
        )
    )  # fmt: skip


def test_only_what_the_force_planned_itself_is_proactive(operations):
    # Nobody knows who set up "who", and "hit" is no plan whoever set it up.
    assert p5_anpr.proactive(operations) == Share(1, 2, 1)
    months = p5_anpr.by_month(operations, START, END)
    assert months["planned"].tolist() == [1, 0, 0, 0, 0, 0]
    assert months["possible"].tolist() == [1, 0, 1, 0, 0, 0]
    assert p5_anpr.in_whole_months(operations, START, date(2013, 3, 9))["operation_id"].tolist() == [
        "own",
        "hit",
        "nat",
    ]


def test_preventive_operations_by_quarter(table, operations):
    assert p5_anpr.preventive(operations) == Share(2, 1, 1)
    products = table(
        "document", {"document_id": "a", "approved_on": "2013-05-01"}, {"document_id": "b", "approved_on": None}
    )
    quarters = p5_anpr.by_quarter(operations, products, START, END)
    assert quarters["preventive"].tolist() == [2, 0]
    assert quarters["possible"].tolist() == [3, 0]
    assert quarters["products"].tolist() == [0, 1]


def test_operations_for_charts(operations):
    counts = p5_anpr.by_objective(operations).set_index("label")["value"]
    assert counts["Prevent"] == 1 and counts["Disrupt"] == 1 and counts["Not recorded"] == 1 and counts["Other"] == 0
    lines = p5_anpr.monthly_lines(operations, START, END)
    assert lines[lines["group"] == "All held"]["value"].tolist() == [1, 2, 1, 0, 0, 0]


def test_no_operation_at_all(table):
    nothing = p5_anpr.held(table("anpr_operation"))
    assert p5_anpr.proactive(nothing) == Share(0, 0, 0)
    assert p5_anpr.by_objective(nothing).empty and p5_anpr.monthly_lines(nothing, START, END).empty


def hit(id, minutes=None, **more):
    at = None if minutes is None else f"2013-01-10 {12 + minutes // 60:02d}:{minutes % 60:02d}"
    return {"hit_id": id, "hit_at": "2013-01-10 12:00", "priority": "priority", "decided_at": at, **more}


def test_decisions_on_priority_hits(table):
    rows = table(
        "anpr_hit",
        hit("at once", 0), hit("just", 30), hit("late", 31), hit("none"),
        hit("untimed", decision="no_action"), {**hit("before"), "decided_at": "2013-01-10 11:59"},
        hit("misread", 5, misread=True), {**hit("other", 5), "priority": "other"}, {**hit("blank", 5), "priority": None},
    )  # fmt: skip
    assert p5_anpr.decided_in_time(rows, 30) == Share(2, 2, 3)


def test_a_column_blank_for_all_is_not_known(table):
    assert p5_anpr.decided_in_time(table("anpr_hit", hit("a"), hit("b")), 30) == Share(0, 0, 2)
    assert p5_anpr.decided_in_time(table("anpr_hit"), 30) == Share(0, 0, 0)


def day(camera, on, scheduled=24, **more):
    return {"camera_id": camera, "day": on, "scheduled_hours": scheduled, **more}


WHOLE = {"busy_hours": 18, "busy_hours_with_reads": 18, "quiet_hours_working": 6, "quiet_hours_faulty": 0}


def test_camera_hours(table):
    camera = table(
        "anpr_camera",
        {"camera_id": "A", "camera_type": "fixed", "commissioned_on": "2013-01-02"},
        {"camera_id": "M", "camera_type": "mobile"},
        {"camera_id": "OLD", "camera_type": "fixed", "decommissioned_on": "2012-12-31"},
    )
    days = table(
        "anpr_camera_day",
        day("A", "2013-01-01", **WHOLE),  # Before it came into service.
        day("A", "2013-01-02", **WHOLE),
        day("A", "2013-01-03", **{**WHOLE, "busy_hours_with_reads": 8, "quiet_hours_working": None}),
        day("M", "2013-01-02", 8, busy_hours=8, busy_hours_with_reads=8),
        day("M", "2013-01-03", 8, busy_hours=8, busy_hours_with_reads=8, quiet_hours_working=8),
        day("X", "2013-01-02", 8),
    )
    hours = cameras.camera_hours(camera, days, date(2013, 1, 1), date(2013, 1, 4)).set_index("camera_id")
    # Working: 24, then 8 of 18 busy hours; the log was blank; the fourth day has no row.
    assert hours.loc["A", ["yes", "no", "unknown"]].tolist() == [32, 10, 6 + 24]
    # The second row explains 16 hours of 8: none of them counts.
    assert hours.loc["M", ["yes", "no", "unknown"]].tolist() == [8, 0, 8]
    assert hours.loc["X", ["yes", "no", "unknown"]].tolist() == [0, 0, 8]
    assert "OLD" not in hours.index
    assert cameras.hours_available(hours.reset_index()) == Share(40, 10, 46)
    by_type = cameras.availability_by_type(hours.reset_index())
    assert set(by_type) == {"fixed", "mobile", "not in the register"} and by_type["mobile"] == Share(8, 0, 8)


def test_a_camera_without_reads_at_night_is_not_broken(table):
    camera = table("anpr_camera", {"camera_id": "A", "camera_type": "fixed"})
    quiet = day("A", "2013-01-01", busy_hours=0, busy_hours_with_reads=0, quiet_hours_working=24)
    hours = cameras.camera_hours(camera, table("anpr_camera_day", quiet), date(2013, 1, 1), date(2013, 1, 1))
    assert cameras.hours_available(hours) == Share(24, 0, 0)


def test_no_hours_supplied_is_nothing_not_an_outage(table):
    camera = table("anpr_camera", {"camera_id": "A", "camera_type": "fixed"})
    hours = cameras.camera_hours(camera, table("anpr_camera_day"), START, END)
    assert cameras.hours_available(hours) == Share(0, 0, 0) and cameras.by_camera(hours).empty


def test_least_available_cameras_first(table):
    camera = table("anpr_camera", *({"camera_id": c, "camera_type": "mobile"} for c in "ABC"))
    days = table(
        "anpr_camera_day",
        day("A", "2013-01-01", 10, busy_hours=10, busy_hours_with_reads=9),
        day("B", "2013-01-01", 10, busy_hours=10, busy_hours_with_reads=5),
        day("C", "2013-01-01", 10),
    )
    hours = cameras.camera_hours(camera, days, START, END)
    table_ = cameras.by_camera(hours)
    assert table_["label"].tolist() == ["B", "A", "C"] and table_["value"].tolist()[:2] == [50, 90]
    assert table_[["lo_missing", "hi_missing"]].iloc[2].tolist() == [0, 100]
    assert cameras.by_camera(hours, most=1)["label"].tolist() == ["B"]


def test_repairs_count_what_is_still_broken(table):
    rows = table(
        "anpr_outage",
        {"outage_id": "1", "camera_id": "A", "fault_at": "2013-01-01 00:00", "fixed_at": "2013-01-03 00:00"},
        {"outage_id": "2", "camera_id": "A", "fault_at": "2013-02-01 00:00", "fixed_at": "2013-02-05 00:00"},
        {"outage_id": "3", "camera_id": "A", "fault_at": "2013-03-01 00:00"},
        {"outage_id": "4", "camera_id": "A", "fault_at": "2013-03-01 00:00", "fixed_at": "2014-05-01 00:00"},
        {"outage_id": "5", "camera_id": "A", "fault_at": "2013-04-01 00:00", "fixed_at": "2013-03-01 00:00"},
    )
    got = cameras.repairs(rows, AS_OF)
    assert (got.faults, got.unmended, got.days, got.unknown) == (4, 2, 4, 1)
    # The as-of day counts to its end: a fault of its last hour is open, one mended in its last minute is mended.
    edges = table(
        "anpr_outage",
        {"outage_id": "6", "camera_id": "B", "fault_at": "2014-03-31 23:00"},
        {"outage_id": "7", "camera_id": "B", "fault_at": "2014-04-01 00:00"},
        {"outage_id": "8", "camera_id": "B", "fault_at": "2014-03-29 00:00", "fixed_at": "2014-03-31 23:59"},
    )
    got = cameras.repairs(pd.concat([rows, edges], ignore_index=True), AS_OF)
    assert (got.faults, got.unmended, got.days) == (6, 3, 4)
    none_mended = cameras.repairs(rows.iloc[2:4], AS_OF)
    assert (none_mended.faults, none_mended.unmended, none_mended.days, none_mended.limits) == (2, 2, None, None)
    assert cameras.repairs(table("anpr_outage"), AS_OF).days is None


def skill(function, person=None, **more):
    return {
        "skill_id": f"{function}{person}",
        "skill_function": function,
        "critical": True,
        "person_key": person,
        **more,
    }


def test_depth_is_that_of_the_thinnest_critical_function(table):
    rows = table(
        "skill",
        skill("repair", "a", competent_from="2012-01-01"),
        skill("repair", "b", competent_from="2013-10-01"),
        skill("repair", "c", competent_from="2012-01-01", competent_to="2014-03-30"),
        skill("repair", "d", competent_from="2012-01-01", employer="contractor"),
        skill("office", "a", competent_from="2012-01-01"),
        skill("office", "e", competent_from="2012-01-01", employer="force"),
        skill("office", "f"),
        {**skill("livery"), "critical": False},
    )
    assert p5_anpr.depth(rows, AS_OF) == 2
    assert p5_anpr.depth(rows, p5_anpr.a_year_before(AS_OF)) == 2
    assert p5_anpr.depth(rows, date(2014, 3, 30)) == 2
    # On the day before c's certificate lapsed there were three; of f in the office it is said by a blank: not yet.
    table_ = p5_anpr.functions(rows, date(2014, 3, 29)).set_index("skill_function")
    assert table_["competent"].to_dict() == {"office": 2, "repair": 3}
    labels = p5_anpr.labelled(table_.reset_index())
    assert labels["label"].tolist() == ["office", "repair"] and labels["value"].tolist() == [2, 3]


@pytest.mark.parametrize("column", ["competent_from", "competent_to", "employer"])
def test_who_may_be_competent_leaves_the_thinnest_function_open(table, column):
    rows = table(
        "skill", skill("repair", "a", competent_from="2012-01-01"), skill("repair", "b", competent_from="2012-01-01")
    )
    rows = rows.assign(flags=["", unread_flag(column)])
    rows.loc[1, column] = None
    assert p5_anpr.depth(rows, AS_OF) is None and p5_anpr.least_depth(rows, AS_OF) == (1, 1)
    assert p5_anpr.functions(rows, AS_OF)[["competent", "open"]].values.tolist() == [[1, 1]]
    more = table("skill", skill("office", "a", competent_from="2012-01-01")).assign(flags="")
    # Of the office it is known that there is one, and the function of which it is not known has one at least.
    assert p5_anpr.depth(pd.concat([rows, more], ignore_index=True), AS_OF) == 1


@pytest.mark.parametrize(
    ("person", "depth"),
    [
        ({"competent_from": "2014-03-31"}, 1),
        ({"competent_from": "2014-04-01"}, 0),
        ({"competent_from": None}, 0),
        ({"competent_from": None, "course_booked_on": "2014-03-01"}, 0),
        ({"competent_from": "2012-01-01", "competent_to": "2014-03-31"}, 1),
        ({"competent_from": "2012-01-01", "competent_to": "2014-03-30"}, 0),
        ({"competent_from": "2012-01-01", "competent_to": "2011-12-31"}, None),
        ({"competent_from": "2012-01-01", "employer": "other_force"}, 0),
    ],
)
def test_who_is_competent_on_the_day(table, person, depth):
    rows = table("skill", skill("repair", "a", **person))
    assert p5_anpr.depth(rows, AS_OF) == depth
    assert p5_anpr.those_of_depth(rows, AS_OF)["person_key"].tolist() == ["a"] * (depth or 0)


def test_a_function_nobody_can_do_has_depth_zero(table):
    rows = table("skill", skill("repair", "a", competent_from="2012-01-01"), skill("office"))
    assert p5_anpr.depth(rows, AS_OF) == 0
    assert (
        p5_anpr.thinnest(p5_anpr.functions(rows, AS_OF))
        == "In 1 of 2 critical functions no member of staff is competent"
    )


def test_no_skills_supplied(table):
    assert p5_anpr.depth(table("skill"), AS_OF) is None
    assert p5_anpr.change(1, None) is None and p5_anpr.change(2, 1) == 1
    assert p5_anpr.thinnest(p5_anpr.functions(table("skill"), AS_OF)) == ""


def test_courses_booked(table):
    booked = {"course_booked_on": "2014-03-01"}
    rows = table(
        "skill",
        skill("repair", "a", **booked),
        skill("repair", "b", competent_from="2014-03-20", **booked),  # Done: it shows in the depth.
        skill("repair", "c", course_booked_on="2013-03-31"),
        skill("repair", "d", course_booked_on="2014-04-01"),
        skill("repair", "e", employer="contractor", **booked),
        {**skill("livery", "f", **booked), "critical": False},
    )
    assert p5_anpr.courses_booked(rows, AS_OF) == 1
    edges = [skill("repair", day, course_booked_on=day) for day in ("2013-04-01", "2014-03-31")]
    assert p5_anpr.courses_booked(table("skill", *edges), AS_OF) == 2
    begun = [skill("repair", day, competent_from=day, **booked) for day in ("2014-03-31", "2014-04-01")]
    assert p5_anpr.courses_booked(table("skill", *begun), AS_OF) == 1
