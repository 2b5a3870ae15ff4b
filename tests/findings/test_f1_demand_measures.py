"""F1: what work comes in, when, and where the staff are."""

from datetime import date
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmic_analysis.evidence.build import Lone
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.findings import f1_demand
from hmic_analysis.measures.base import Share

SHIFT = 12


def test_closing_category_counts_and_duplicates_do_not(table):
    incident = table(
        "incident",
        {"incident_id": "a", "category_open": "asb", "category_close": "crime"},
        {"incident_id": "b", "category_open": "asb"},
        {"incident_id": "c"},
        {"incident_id": "d", "category_close": "crime", "result": "duplicate"},
    )
    sent = table(
        "deployment",
        {"incident_id": "a", "assigned_at": "2013-03-01 08:00", "clear_at": "2013-03-01 11:00"},
        {"incident_id": "b", "at_scene_at": "2013-03-01 08:00", "clear_at": "2013-03-01 09:00"},
        {"incident_id": "a", "assigned_at": "2013-03-01 08:00", "clear_at": "2013-03-01 10:00"},
        {"incident_id": "d", "assigned_at": "2013-03-01 08:00", "clear_at": "2013-03-01 09:00"},
    )
    got = f1_demand.demand_by_category(incident, f1_demand.task_hours(sent, SHIFT)).set_index("category")
    # An opening category does not stand in for a closing one that is blank.
    assert got["incidents"].to_dict() == {"crime": 1, "not recorded": 2}
    assert got["hours"].to_dict() == {"crime": 5.0, "not recorded": 1.0}
    assert got.loc["crime", "share_hours"] == pytest.approx(100 * 5 / 6)
    assert f1_demand.uncategorised(incident) == Share(2, 1)
    assert f1_demand.count_shares(got.reset_index(), incident)["crime"] == Share(1, 2)


def test_a_source_with_opening_categories_alone_is_shown_by_them_and_cannot_tell_what_was_closed(table):
    incident = table("incident", {"incident_id": "a", "category_open": "asb"}, {"incident_id": "b"})
    assert set(f1_demand.demand_by_category(incident)["category"]) == {"asb", "not recorded"}
    assert f1_demand.uncategorised(incident) == Share(0, 0, 2)


#: Assigned, at the scene, clear, and the hours that count: each edge, what is blank, and what can't be believed.
TASKS = [
    ("08:00", "08:20", "09:20", 1.0),
    # A diary appointment, assigned the day before it was kept.
    ("2013-03-01 09:00", "10:00", "10:40", 2 / 3),
    ("08:00", None, "09:00", 1.0),
    (None, "08:00", "20:00", 12.0),
    (None, "08:00", "20:01", 12.0),
    ("08:00", "08:20", "2013-03-06 09:00", 12.0),
    ("08:00", "08:20", None, None),
    ("08:00", "08:20", "08:10", None),
    (None, None, "09:00", None),
]


def test_hours_on_the_scene_are_capped_at_a_shift_and_none_is_lost_without_a_word(table):
    def at(time):
        return None if time is None else time if len(time) > 5 else f"2013-03-02 {time}"

    sent = table(
        "deployment",
        *({"incident_id": "i", "assigned_at": at(a), "at_scene_at": at(s), "clear_at": at(c)} for a, s, c, _ in TASKS),
    )
    tasks = f1_demand.task_hours(sent, SHIFT)
    hours = [None if h is None else pytest.approx(h) for *_, h in TASKS]
    assert tasks["hours"].astype("object").where(tasks["hours"].notna(), None).tolist() == hours
    assert tasks["capped"].tolist() == [n in (4, 5) for n in range(len(TASKS))]
    assert f1_demand.hours_caveats(tasks, SHIFT) == (
        "Capped at a shift of 12 hours: 2 of 9 deployments.",
        "Left out for want of times that can be believed: 3 of 9 deployments.",
    )
    assert f1_demand.hours_caveats(tasks.iloc[:4], SHIFT) == ()


def test_hours_of_the_week_and_their_fit(table):
    # Monday 4 March 2013, 08:30 to 10:00: half an hour in hour 8, one in hour 9.
    sent = table("deployment", {"incident_id": "a", "assigned_at": "2013-03-04 08:30", "clear_at": "2013-03-04 10:00"})
    duty = table(
        "duty_hours",
        {"team": "t", "hour_start": "2013-03-04 08:00", "staff_hours": 1},
        {"team": "t", "hour_start": "2013-03-04 09:00", "staff_hours": 1},
    )
    tasks = f1_demand.task_hours(sent, SHIFT)
    profile = f1_demand.week_profile(tasks, duty)
    assert len(profile) == 168
    assert profile.loc[[8, 9], "demand_hours"].tolist() == [0.5, 1.0]
    assert profile["demand_share"].sum() == pytest.approx(100)
    assert f1_demand.staff_fit(profile) == pytest.approx(1 - abs(1 / 3 - 1 / 2))
    assert f1_demand.logged_beside_duty(tasks, table("demand_task"), duty)["value"].fillna(-1).tolist() == [
        1.5,
        -1,
        2.0,
    ]


def test_a_deployment_over_the_end_of_the_week_goes_on_into_monday(table):
    sent = table("deployment", {"incident_id": "a", "assigned_at": "2013-03-10 23:00", "clear_at": "2013-03-11 01:00"})
    profile = f1_demand.week_profile(f1_demand.task_hours(sent, SHIFT), table("duty_hours"))
    assert profile.loc[[167, 0], "demand_hours"].tolist() == [1.0, 1.0]
    assert f1_demand.staff_fit(profile) is None


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9), st.floats(0, 9)), min_size=2, max_size=6))
def test_hours_that_lead_to_no_incident_leave_the_fit_between_its_bounds(hours):
    demand, staff, lost = (np.array(side) for side in zip(*hours, strict=True))
    if not demand.sum() or not staff.sum():
        return
    share = lambda x: 100 * x / x.sum()  # noqa: E731
    with_lost, without = (
        pd.DataFrame({"demand_hours": d, "demand_share": share(d), "staff_share": share(staff)})
        for d in (demand + lost, demand)
    )
    bounds = f1_demand.fit_bounds(without, float(lost.sum()))
    if bounds is None:
        assert not lost.sum()
        return
    assert bounds.lo - 1e-9 <= f1_demand.staff_fit(with_lost) <= bounds.hi + 1e-9


def test_hours_of_deployments_that_lead_to_no_incident_are_those_of_the_period(table):
    times = {"assigned_at": "2013-03-04 08:00"}
    report = mock.Mock()
    report.table = {
        "incident": table("incident", {"incident_id": "a"}),
        "deployment": table(
            "deployment",
            {"incident_id": "a", **times, "clear_at": "2013-03-04 12:00"},
            {"incident_id": "lost", **times, "clear_at": "2013-03-04 10:00"},
            {"incident_id": "lost", **times, "clear_at": "2013-03-04 09:00"},
            {"incident_id": "lost", "assigned_at": "2012-03-04 08:00", "clear_at": "2012-03-04 11:00"},
            {"incident_id": "lost", "assigned_at": "2013-04-04 08:00", "clear_at": "2013-04-04 11:00"},
            # In a month that is used, and before the first day.
            {"incident_id": "lost", "assigned_at": "2013-03-01 08:00", "clear_at": "2013-03-01 11:00"},
        ),
    }.get
    report.settings.period_start, report.settings.period_end = date(2013, 3, 2), date(2013, 11, 30)
    report.settings.definition = lambda _: SHIFT
    report.fit_of = lambda _: mock.Mock(used=("2013-03",))
    for most, hours in ((0, 0), (1, 2), (2, 3), (9, 3)):
        report.build.lone = lambda _, most=most: Lone(more=most)
        assert f1_demand.hours_of_none(report) == hours


@given(st.lists(st.floats(0, 11.9), min_size=1, max_size=20), st.integers(0, 10_000))
def test_no_hour_is_lost_or_made_when_spread_over_the_week(hours, start):
    begin = pd.Timestamp("2013-03-04") + pd.Timedelta(minutes=start)
    frame = pd.DataFrame({
        "incident_id": "a",
        "resource_id": pd.Series([None] * len(hours), dtype="object"),
        "assigned_at": pd.Series([begin] * len(hours)).dt.tz_localize("UTC"),
        "at_scene_at": pd.Series([pd.NaT] * len(hours)).astype("datetime64[ns]").dt.tz_localize("UTC"),
        "clear_at": pd.Series([begin + pd.Timedelta(hours=h) for h in hours]).dt.tz_localize("UTC"),
    })  # fmt: skip
    duty = pd.DataFrame({"hour_start": pd.to_datetime([]), "staff_hours": np.array([], dtype=float)})
    assert f1_demand.week_profile(f1_demand.task_hours(frame, SHIFT), duty)["demand_hours"].sum() == pytest.approx(
        sum(hours), abs=1e-4
    )


def test_logged_tasks_count_their_hours_or_their_length(table):
    tasks = table(
        "demand_task",
        {"task_id": "1", "started_at": "2013-03-04 08:00", "ended_at": "2013-03-04 10:00"},
        {"task_id": "2", "started_at": "2013-03-04 08:00", "ended_at": "2013-03-04 10:00", "resource_hours": 5},
        {"task_id": "3", "started_at": "2013-03-04 08:00", "ended_at": "2013-03-04 07:00"},
    )
    hours = f1_demand.logged_beside_duty(f1_demand.task_hours(table("deployment"), SHIFT), tasks, table("duty_hours"))
    assert hours["value"].fillna(-1).tolist() == [-1, 7.0, -1]


@pytest.mark.parametrize(("on_duty", "overlaps"), [(6.0, True), (7.0, False), (8.0, False)])
def test_more_hours_logged_than_on_duty_is_said_to_be_overlap(on_duty, overlaps):
    report = mock.Mock()
    bounds = []

    def built(name, value, **given):
        bounds.append(given.pop("bounds"))
        given.pop("units")
        return Indicator(
            id=name, name=name, label="Hours logged", unit="hours per 100 duty hours", value=value, **given
        )

    report.build.figure = built
    hours = pd.DataFrame({"label": ["a", "b", "On duty"], "value": [np.nan, 7.0, on_duty]})
    figure = f1_demand.logged_hours(report, hours, ())
    assert (figure.numerator, figure.denominator, figure.unknown) == (7.0, on_duty, 0)
    assert f1_demand.logged_hours(report, hours, (), lost=1.0).unknown == 1.0
    assert bounds == [None, (700 / on_duty, 800 / on_duty)]
    assert figure.caveats == ((f1_demand.OVERLAP,) if overlaps else ())
    report.indicator = lambda _: figure
    assert ("overlap" in f1_demand.say_logged_hours(report)) is overlaps


@pytest.mark.parametrize(
    ("logged", "on_duty", "note"),
    [
        (7.0, 0.0, "No hours on duty were supplied."),
        (7.0, np.nan, "No hours on duty were supplied."),
        (np.nan, 8.0, "No logged work was supplied."),
    ],
)
def test_no_rate_without_hours_on_duty_or_logged(logged, on_duty, note):
    report = mock.Mock()
    report.build.figure = lambda name, value, **given: (value, given)
    hours = pd.DataFrame({"label": ["a", "b", "On duty"], "value": [np.nan, logged, on_duty]})
    assert f1_demand.logged_hours(report, hours, ()) == (None, {"note": note})


def test_a_month_without_any_row_is_a_gap_and_never_a_zero(table):
    crime = table(
        "crime",
        {"crime_id": "1", "recorded_month": "2014-01-01", "crime_type": "Drugs"},
        {"crime_id": "2", "recorded_month": "2014-03-01", "crime_type": "Drugs"},
        {"crime_id": "3", "recorded_month": "2014-04-01", "crime_type": "Robbery"},
    )
    got = f1_demand.monthly_counts(crime, "recorded_month", "crime_type")
    drugs = got[got["group"] == "Drugs"].set_index(got["month"].dt.strftime("%Y-%m")[got["group"] == "Drugs"])["value"]
    assert pd.isna(drugs["2014-02"])
    assert drugs.drop("2014-02").tolist() == [1, 1, 0]
    crime = crime[crime["crime_type"] == "Drugs"]
    assert f1_demand.types_over_time(table("incident"), crime)["group"].unique().tolist() == ["Drugs"]
    assert f1_demand.types_over_time(table("incident"), table("crime")).empty


def test_a_source_without_categories_is_shown_by_its_own_types(table):
    rows = [{"incident_id": f"t{i}", "incident_type": "TRAFFIC STOP"} for i in range(3)]
    rows += [{"incident_id": f"x{i}", "incident_type": f"TYPE {i}"} for i in range(12)]
    incident = table("incident", *rows, {"incident_id": "blank"})
    got = f1_demand.demand_by_category(incident)
    assert got["category"].iloc[0] == "TRAFFIC STOP" and got["incidents"].sum() == 16
    # The ten largest, the others as one, and one without a type, which is none of the others.
    assert set(got["category"]) >= {"all other types"} and len(got) == 12
    assert got.set_index("category").loc[["all other types", "not recorded"], "incidents"].tolist() == [3, 1]
    assert f1_demand.uncategorised(incident) == Share(16, 0)
    # One category is enough to keep to categories: types and categories are never mixed.
    mixed = table("incident", *rows, {"incident_id": "one", "category_close": "asb"})
    assert set(f1_demand.demand_by_category(mixed)["category"]) == {"asb", "not recorded"}
