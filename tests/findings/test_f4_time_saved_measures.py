"""F4: what counts as a measured saving."""

from datetime import date

import pytest

from hmic_analysis.findings import f4_time_saved
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)
MEASURED = {"baseline_on": "2012-01-01", "post_on": "2013-01-01", "baseline_minutes": 30, "post_minutes": 20}


@pytest.fixture
def changes(table):
    return f4_time_saved.live_changes(
        table(
            "change",
            {"change_id": "old", "change_type": "technology", "live_on": "2012-06-01"},
            {"change_id": "twin", "change_type": "process", "live_on": "2012-09-01", "overlaps_with": "old"},
            {"change_id": "edge", "change_type": "process", "live_on": "2013-09-30"},
            {"change_id": "new", "change_type": "process", "live_on": "2013-10-01"},
            {"change_id": "planned", "change_type": "process"},
        ),
        AS_OF,
        6,
    )


def test_a_change_must_have_been_live_for_six_months(changes):
    assert changes["change_id"].tolist() == ["old", "twin", "edge"]


def found_in(table, changes, *rows):
    return f4_time_saved.measurements(changes, table("benefit", *rows), AS_OF)


#: What a record of the change that went live on 30 September 2013 must say to be a measurement, and what it is then.
RECORDS = [
    ({"method": "system_log"}, True),
    ({"method": "time_and_motion"}, True),
    ({"method": "survey"}, True),
    ({"method": "estimate"}, False),
    ({"method": "survey", "baseline_minutes": None}, False),
    ({"method": "survey", "post_minutes": None}, False),
    ({"method": "survey", "baseline_on": "2013-09-30", "post_on": "2013-09-30"}, True),
    ({"method": "survey", "baseline_on": "2013-10-01"}, False),
    ({"method": "survey", "post_on": "2013-09-29"}, False),
    ({"method": "survey", "post_on": "2014-03-31"}, True),
    ({"method": "survey", "post_on": "2014-04-01"}, False),
    ({"method": "survey", "post_on": None}, None),
    ({"method": "survey", "baseline_on": None}, None),
    ({"method": "estimate", "post_on": None}, False),
]


@pytest.mark.parametrize(("record", "measured"), RECORDS)
def test_a_measurement_has_minutes_before_and_after_and_is_no_estimate(table, changes, record, measured):
    row = {"benefit_id": "1", "change_id": "edge", **MEASURED, "post_on": "2013-12-01", **record}
    share = f4_time_saved.with_measured_saving(changes, found_in(table, changes, row))
    assert share == Share(int(measured is True), 3 - int(measured is not False), int(measured is None))


def test_estimates_are_not_measurements(table, changes):
    rows = [
        {"benefit_id": "1", "change_id": "old", "method": "estimate", **MEASURED, "tasks_per_year": 600},
        {"benefit_id": "2", "change_id": "twin", "method": "survey", **MEASURED, "tasks_per_year": 600},
        {"benefit_id": "3", "change_id": "edge", "method": "system_log", "post_on": "2013-01-01", "post_minutes": 20},
    ]
    found = found_in(table, changes, *rows)
    assert f4_time_saved.with_measured_saving(changes, found) == Share(1, 2)
    # The change that the second shares its saving with was not measured: the second counts.
    assert f4_time_saved.hours_saved(changes, found)[:4] == (100, None, None, 1)
    assert f4_time_saved.best_method(f4_time_saved.on_record(changes, table("benefit", *rows), AS_OF)) == "system_log"
    table_ = f4_time_saved.changes_by_method(changes, found).set_index("label")["value"]
    assert table_.to_dict() == {
        "Measured by system log": 0, "Measured by time and motion study": 0, "Measured by survey of staff": 1,
        "Estimate, or not measured both before and after": 2, "Nothing on record": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("records", "rank"),
    [
        ({"old": "system_log"}, 4),
        ({"old": "time_and_motion"}, 3),
        ({"old": "survey"}, 2),
        ({"old": "estimate"}, 1),
        ({"old": "estimate", "edge": "survey"}, 2),
        # Not live for so long, and not live at all.
        ({"new": "system_log"}, None),
        ({"planned": "system_log", "old": "estimate"}, 1),
        # Measured on the day, and on the day after it: then it was not yet found.
        ({"old": ("system_log", "2014-03-31"), "edge": "estimate"}, 4),
        ({"old": ("system_log", "2014-04-01"), "edge": "estimate"}, 1),
        ({}, None),
    ],
)
def test_the_best_method_is_that_of_any_live_change(table, changes, records, rank):
    each = {id: (given, None) if isinstance(given, str) else given for id, given in records.items()}
    rows = ({"benefit_id": id, "change_id": id, "method": method, "post_on": on} for id, (method, on) in each.items())
    assert f4_time_saved.method_rank(f4_time_saved.on_record(changes, table("benefit", *rows), AS_OF)) == rank


def test_overlapping_changes_are_not_summed_and_the_best_method_counts(table, changes):
    full = {**MEASURED, "tasks_per_year": 600}
    found = found_in(
        table,
        changes,
        {"benefit_id": "1", "change_id": "old", "method": "system_log", **full, "saved_minutes_se": 1},
        {"benefit_id": "2", "change_id": "old", "method": "time_and_motion", **full, "baseline_minutes": 90, "saved_minutes_se": 1},
        {"benefit_id": "3", "change_id": "twin", "method": "system_log", **full, "saved_minutes_se": 1},
        {"benefit_id": "4", "change_id": "edge", "method": "time_and_motion", **full, "post_on": "2013-12-01", "saved_minutes_se": 2},
    )  # fmt: skip
    got = f4_time_saved.hours_saved(changes, found)
    assert got.hours == 100 + 100
    assert got.changes == 2
    half = 1.959963984540054 * (10**2 + 20**2) ** 0.5
    assert (got.lo, got.hi) == pytest.approx((200 - half, 200 + half))
    assert f4_time_saved.with_measured_saving(changes, found) == Share(3, 0)


def test_without_stated_errors_there_is_no_interval(table, changes):
    found = found_in(
        table,
        changes,
        {"benefit_id": "1", "change_id": "old", "method": "system_log", **MEASURED, "tasks_per_year": 600},
    )
    got = f4_time_saved.hours_saved(changes, found)
    assert (got.hours, got.lo, got.hi) == (100, None, None)
    assert f4_time_saved.limits(got) is None


def test_nothing_supplied(table):
    nothing = f4_time_saved.live_changes(table("change"), AS_OF, 6)
    none = found_in(table, nothing)
    assert f4_time_saved.with_measured_saving(nothing, none) == Share(0, 0)
    assert f4_time_saved.method_rank(f4_time_saved.on_record(nothing, table("benefit"), AS_OF)) is None
    assert f4_time_saved.changes_by_method(nothing, none).empty
