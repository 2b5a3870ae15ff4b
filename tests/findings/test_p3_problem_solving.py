"""P3: months in which a team used the database, stale records, and what was evaluated and shared, row by row."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import p3_problem_solving
from hmic_analysis.measures.base import Share

AS_OF, START, END = date(2014, 3, 31), date(2012, 12, 1), date(2013, 11, 30)
MAY, MAY_END = date(2013, 5, 1), date(2013, 5, 31)
RECORD = {"record_id": "r", "team": "t", "opened_on": "2012-01-01"}
OTHER = {"record_id": "o", "team": "u", "opened_on": "2012-01-01"}
ENDED = {**RECORD, "closed_on": "2013-05-01", "evaluated_on": "2013-05-01", "evaluation_result": "reduced",
         "shared_on": "2013-05-02", "shared_channel": "whole_force"}  # fmt: skip


def flagged(table, name, *rows):
    rows = [dict(row) for row in rows]
    lost = [row.pop("lost", "") for row in rows]
    return table(name, *rows).assign(flags=[unread_flag(column) if column else "" for column in lost])


@pytest.mark.parametrize(
    ("team", "update", "months"),
    [
        ({}, "2013-05-01 00:00", Share(1, 0)),
        ({}, "2013-05-31 23:59", Share(1, 0)),
        ({}, "2013-04-30 23:59", Share(0, 1)),
        ({}, "2013-06-01 00:00", Share(0, 1)),
        # A team counts in the months in which it existed from the first day to the last.
        ({"existed_from": "2013-05-01"}, "2013-05-10 10:00", Share(1, 0)),
        ({"existed_from": "2013-05-02"}, "2013-05-10 10:00", Share(0, 0)),
        ({"existed_to": "2013-05-31"}, "2013-05-10 10:00", Share(1, 0)),
        ({"existed_to": "2013-05-30"}, "2013-05-10 10:00", Share(0, 0)),
        ({"existed_from": "2013-03-01", "existed_to": "2013-02-28"}, "2013-04-10 10:00", Share(0, 0, 1)),
        ({"lost": "existed_to"}, "2013-04-10 10:00", Share(0, 0, 1)),
        ({"lost": "existed_to"}, "2013-05-10 10:00", Share(1, 0)),
        ({}, None, Share(0, 1)),
    ],
)
def test_months_of_use(table, team, update, months):
    # Another team uses it in May, so that the log is known to reach it.
    updates = [{"record_id": "o", "updated_at": "2013-05-15 10:00"}]
    updates += [{"record_id": "r", "updated_at": update}] if update else []
    found = p3_problem_solving.team_months(
        flagged(table, "neighbourhood_team", {"team": "t", **team}), table("problem_record", RECORD, OTHER),
        table("problem_update", *updates), MAY, MAY_END, complete=False,
    )  # fmt: skip
    assert Share.of(found["active"]) == months


def test_a_month_that_the_log_does_not_reach_is_not_known_unless_it_was_signed(table):
    given = (
        table("neighbourhood_team", {"team": "t"}), table("problem_record", RECORD),
        table("problem_update", {"record_id": "r", "updated_at": "2013-04-15 10:00"}), MAY, MAY_END,
    )  # fmt: skip
    for complete, expected in ((False, Share(0, 0, 1)), (True, Share(0, 1))):
        assert Share.of(p3_problem_solving.team_months(*given, complete=complete)["active"]) == expected


@pytest.mark.parametrize(
    ("record", "update", "stale"),
    [
        ({}, "2014-03-03 10:00", Share(0, 1)),
        ({}, "2014-03-02 10:00", Share(1, 0)),
        ({}, "2014-04-01 10:00", Share(1, 0)),
        ({"opened_on": "2014-03-03"}, None, Share(0, 1)),
        ({"opened_on": "2014-03-02"}, None, Share(1, 0)),
        ({"opened_on": "2014-04-01"}, None, Share(0, 0)),
        ({"closed_on": "2014-03-31"}, None, Share(0, 0)),
        # Closed after the day: open on it.
        ({"closed_on": "2014-04-01"}, None, Share(1, 0)),
        ({"lost": "closed_on"}, None, Share(0, 0, 1)),
        # Closed before it was opened: one of the two days is wrong.
        ({"opened_on": "2013-05-02", "closed_on": "2013-05-01"}, None, Share(0, 0, 1)),
    ],
)
def test_stale_records(table, record, update, stale):
    # Another record is worked on at the as-of day.
    updates = [{"record_id": "o", "updated_at": "2014-03-31 10:00"}]
    updates += [{"record_id": "r", "updated_at": update}] if update else []
    found = p3_problem_solving.stale_open(
        flagged(table, "problem_record", {**RECORD, **record}), table("problem_update", *updates), AS_OF, 28,
        complete=False,
    )  # fmt: skip
    assert found == stale


@pytest.mark.parametrize(
    ("last", "complete", "stale"),
    [
        ("2014-03-31 23:59", False, Share(1, 1)),
        ("2014-03-24 00:00", False, Share(1, 1)),
        # The log ends too early to show that nobody worked on the old record; the new one alone would make it 0 %.
        ("2014-03-23 23:59", False, Share(0, 0, 2)),
        ("2013-12-31 10:00", False, Share(0, 0, 2)),
        ("2013-12-31 10:00", True, Share(1, 1)),
        # It goes on after the day.
        ("2014-04-02 10:00", False, Share(1, 1)),
        (None, False, Share(0, 0, 2)),
    ],
)
def test_a_log_that_ends_before_the_day_makes_no_record_stale(table, last, complete, stale):
    records = table("problem_record", RECORD, {**RECORD, "record_id": "new", "opened_on": "2014-03-20"})
    updates = table("problem_update", *([{"record_id": "another", "updated_at": last}] if last else []))
    assert p3_problem_solving.stale_open(records, updates, AS_OF, 28, complete=complete) == stale


@pytest.mark.parametrize(
    ("record", "evaluated", "shared"),
    [
        ({}, Share(1, 0), Share(1, 0)),
        ({"evaluation_result": "n/a"}, Share(0, 1), Share(0, 0)),
        ({"evaluation_result": "None."}, Share(0, 1), Share(0, 0)),
        ({"evaluation_result": "Not known"}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"evaluation_result": None}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"evaluation_result": None, "evaluated_on": None}, Share(0, 1), Share(0, 0)),
        ({"evaluation_result": None, "evaluated_on": None, "lost": "evaluated_on"}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"shared_channel": "own_team"}, Share(1, 0), Share(0, 1)),
        ({"shared_channel": None}, Share(1, 0), Share(0, 0, 1)),
        ({"shared_channel": None, "shared_on": None}, Share(1, 0), Share(0, 1)),
        ({"closed_on": "2012-12-01"}, Share(1, 0), Share(1, 0)),
        ({"closed_on": "2012-11-30"}, Share(0, 0), Share(0, 0)),
        ({"closed_on": "2013-11-30"}, Share(1, 0), Share(1, 0)),
        ({"closed_on": "2013-12-01"}, Share(0, 0), Share(0, 0)),
        ({"closed_on": None}, Share(0, 0), Share(0, 0)),
        ({"closed_on": None, "lost": "closed_on"}, Share(0, 0, 1), Share(0, 0, 1)),
        # Closed before it was opened: one of the two days is wrong, and either lets it be closed in the period.
        ({"opened_on": "2013-07-01", "closed_on": "2013-06-30"}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"opened_on": "2013-01-01", "closed_on": "2012-11-30"}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"opened_on": "2013-12-31", "closed_on": "2013-12-01"}, Share(0, 0), Share(0, 0)),
        # By the as-of day, and after it.
        ({"evaluated_on": "2014-03-31", "shared_on": "2014-03-31"}, Share(1, 0), Share(1, 0)),
        ({"evaluated_on": "2014-04-01"}, Share(0, 1), Share(0, 0)),
        ({"evaluated_on": "2014-04-01", "evaluation_result": None}, Share(0, 1), Share(0, 0)),
        ({"shared_on": "2014-04-01"}, Share(1, 0), Share(0, 1)),
        # A day that can't be read may lie after it; of what was not shared beyond the team it changes nothing.
        ({"evaluated_on": None, "lost": "evaluated_on"}, Share(0, 0, 1), Share(0, 0, 1)),
        ({"evaluated_on": None, "evaluation_result": "n/a", "lost": "evaluated_on"}, Share(0, 1), Share(0, 0)),
        ({"evaluated_on": None}, Share(1, 0), Share(1, 0)),
        ({"shared_on": None, "lost": "shared_on"}, Share(1, 0), Share(0, 0, 1)),
        ({"shared_on": None, "shared_channel": "own_team", "lost": "shared_on"}, Share(1, 0), Share(0, 1)),
        ({"shared_on": None}, Share(1, 0), Share(1, 0)),
    ],
)
def test_closed_records(table, record, evaluated, shared):
    # A record of another year fills in the columns, so that a blank says something.
    old = {**ENDED, "record_id": "old", "opened_on": "2011-01-01", "closed_on": "2011-05-01"}
    found = p3_problem_solving.closed_in_period(
        flagged(table, "problem_record", {**ENDED, **record}, old), START, END, AS_OF, complete=False
    )
    assert p3_problem_solving.evaluated(found) == evaluated
    assert p3_problem_solving.shared(found) == shared


@pytest.mark.parametrize(
    ("record", "times", "gaps"),
    [
        ({}, ("2013-05-01 10:00", "2013-05-11 10:00"), [10]),
        ({}, ("2013-05-01 10:00", "2013-05-01 22:00"), [0.5]),
        ({}, ("2013-05-01 10:00",), []),
        # The later of the two lies in the period, the earlier may lie before it.
        ({}, ("2012-11-29 10:00", "2012-12-01 10:00"), [2]),
        ({}, ("2012-11-28 10:00", "2012-11-30 10:00"), []),
        ({}, ("2013-11-28 10:00", "2013-11-30 10:00"), [2]),
        ({}, ("2013-11-28 10:00", "2013-12-01 10:00"), []),
        ({"closed_on": "2012-11-30"}, ("2012-12-01 10:00", "2012-12-03 10:00"), []),
        ({"closed_on": "2012-12-01"}, ("2012-12-01 10:00", "2012-12-03 10:00"), [2]),
        ({"opened_on": "2013-11-30"}, ("2013-11-29 10:00", "2013-11-30 10:00"), [1]),
        ({"opened_on": "2013-12-01"}, ("2013-11-29 10:00", "2013-11-30 10:00"), []),
        ({"closed_on": "2014-06-01"}, ("2013-05-01 10:00", "2013-05-02 10:00"), [1]),
        # The day on which the clocks go forward has 23 hours; half an hour past midnight in summer is of the day itself.
        ({}, ("2013-03-31 00:00", "2013-04-01 00:00"), [pytest.approx(23 / 24)]),
        ({}, ("2013-05-02 10:00", "2013-05-01 10:00", "2013-05-04 10:00"), [1, 2]),
    ],
)
def test_gaps_between_updates(table, record, times, gaps):
    updates = table("problem_update", *({"record_id": "r", "updated_at": at} for at in times))
    found = p3_problem_solving.update_gaps(table("problem_record", {**RECORD, **record}), updates, START, END)
    assert found["days"].tolist() == gaps


@pytest.mark.parametrize(
    ("updates", "least", "most"),
    [
        ((("r", "2013-05-01 00:00"), ("r", "2013-05-01 23:59"), ("r", "2013-05-02 00:00")), 2, {"t": Share(2, 1)}),
        # A day is one of the wall clock: it is summer, and no entry of it belongs to the day before.
        ((("r", "2013-07-01 00:30"), ("r", "2013-07-01 09:00")), 2, {"t": Share(2, 0)}),
        ((("r", "2013-05-01 10:00"),), 1, {"t": Share(1, 0)}),
        ((("r", "2013-05-01 10:00"),), 2, {}),
        ((("r", "2013-05-01 10:00"), ("o", "2013-05-01 10:00")), 1, {"t": Share(1, 0), "u": Share(1, 0)}),
        ((("of no record", "2013-05-01 10:00"), ("of no team", "2013-05-01 10:00")), 1, {}),
        ((), 1, {}),
    ],
)
def test_entries_on_the_busiest_day(table, updates, least, most):
    rows = table("problem_update", *({"record_id": r, "updated_at": at} for r, at in updates))
    records = table("problem_record", RECORD, OTHER, {**RECORD, "record_id": "of no team", "team": None})
    found = p3_problem_solving.most_on_one_day(records, rows, least)
    assert {team: share for team, (share, _) in found.items()} == most


@pytest.mark.parametrize(
    ("team", "update", "least", "months"),
    [
        # Used in one of May and June, where the other team used it in both.
        ({}, "2013-05-01 00:00", "t", Share(1, 1)),
        ({}, "2013-06-30 23:59", "t", Share(1, 1)),
        ({}, "2013-04-30 23:59", "t", Share(0, 2)),
        ({}, "2013-07-01 00:00", "t", Share(0, 2)),
        ({}, None, "t", Share(0, 2)),
        ({"existed_from": "2013-05-02"}, "2013-05-10 10:00", "t", Share(0, 1)),
        ({"existed_from": "2013-05-02"}, "2013-06-10 10:00", "u", Share(2, 0)),
        ({"existed_to": "2013-06-29"}, "2013-06-10 10:00", "t", Share(0, 1)),
        ({"existed_to": "2013-06-30"}, "2013-06-10 10:00", "t", Share(1, 1)),
        ({"existed_from": "2013-05-02", "existed_to": "2013-06-29"}, None, "u", Share(2, 0)),
        ({"lost": "existed_from"}, "2013-06-10 10:00", "t", Share(1, 0, 1)),
    ],
)
def test_the_least_active_team(table, team, update, least, months):
    updates = [{"record_id": "o", "updated_at": f"2013-0{month}-15 10:00"} for month in (4, 5, 6, 7)]
    updates += [{"record_id": "r", "updated_at": update}] if update else []
    found = p3_problem_solving.team_months(
        flagged(table, "neighbourhood_team", {"team": "t", **team}, {"team": "u"}),
        table("problem_record", RECORD, OTHER), table("problem_update", *updates), MAY, date(2013, 6, 30), complete=False,
    )  # fmt: skip
    assert p3_problem_solving.least_active(p3_problem_solving.by_team(found)) == (least, months)
