"""P3: stale records, gaps between updates, evaluation and sharing."""

from datetime import date

import pytest

from hmic_analysis.findings import p3_problem_solving
from hmic_analysis.measures.base import Share

START, END, AS_OF = date(2013, 1, 1), date(2013, 12, 31), date(2014, 3, 31)


@pytest.fixture
def record(table):
    def make(*rows):
        return table(
            "problem_record", *({"record_id": str(i), "opened_on": "2013-01-05", **row} for i, row in enumerate(rows))
        )

    return make


@pytest.fixture
def update(table):
    def make(*pairs):
        return table("problem_update", *({"record_id": r, "updated_at": t} for r, t in pairs))

    return make


def test_stale_records(record, update):
    records = record(
        {},
        {},
        {"opened_on": "2014-03-03"},
        {"closed_on": "2014-03-31"},
        {"closed_on": "2014-04-01"},
        {"opened_on": "2014-04-01"},
    )
    updates = update(("0", "2014-03-03 08:00"), ("1", "2014-03-02 08:00"), ("1", "2014-04-02 08:00"))
    # 0 and 2: 28 days; 1: 29 days, later entries were not there yet; 4: still open on the day, never updated.
    assert p3_problem_solving.stale_open(records, updates, AS_OF, 28, complete=False) == Share(2, 2)
    assert p3_problem_solving.stale_open(records, update(), AS_OF, 28, complete=False) == Share(0, 0, 4)
    assert p3_problem_solving.stale_open(record(), update(), AS_OF, 28, complete=True) == Share(0, 0)


def test_gaps_between_successive_updates(record, update):
    records = record({}, {"closed_on": "2012-12-31", "opened_on": "2012-01-01"})
    updates = update(
        ("0", "2013-01-20 12:00"), ("0", "2012-12-31 12:00"), ("0", "2013-01-20 18:00"), ("0", "2014-01-05 12:00"),
        ("1", "2013-01-01 12:00"), ("1", "2013-01-09 12:00"),
    )  # fmt: skip
    gaps = p3_problem_solving.update_gaps(records, updates, START, END)
    assert sorted(gaps["days"]) == pytest.approx([0.25, 20])
    assert p3_problem_solving.in_hours(gaps).max() == pytest.approx(480)
    assert p3_problem_solving.update_gaps(records, update(), START, END).empty


CLOSED = {"closed_on": "2013-06-01"}


def test_an_evaluation_needs_a_result_that_says_something(record):
    records = record(
        {**CLOSED, "evaluation_result": "reduced"},
        {**CLOSED, "evaluation_result": " N/A. ", "evaluated_on": "2013-06-01"},
        {**CLOSED, "evaluation_result": "None"},
        {**CLOSED, "evaluated_on": "2013-06-01"},
        {**CLOSED, "evaluation_method": "survey"},
        {**CLOSED},
        {"closed_on": "2014-01-01", "evaluation_result": "reduced"},
        {"evaluation_result": "reduced"},
    )
    closed = p3_problem_solving.closed_in_period(records, START, END, AS_OF, complete=False)
    assert p3_problem_solving.evaluated(closed) == Share(1, 3, 2)


def test_sharing_must_go_beyond_the_team(record):
    done = {**CLOSED, "evaluation_result": "reduced"}
    records = record(
        {**done, "shared_channel": "partners"},
        {**done, "shared_channel": "own_team", "shared_on": "2013-06-02"},
        {**done, "shared_on": "2013-06-02"},
        {**done},
        {**CLOSED, "shared_channel": "whole_force"},
    )
    closed = p3_problem_solving.closed_in_period(records, START, END, AS_OF, complete=False)
    assert p3_problem_solving.shared(closed) == Share(1, 2, 1)


def test_a_column_that_nobody_filled_in_is_unknown_unless_signed_for(record):
    records = record(CLOSED, CLOSED)
    open_ = p3_problem_solving.closed_in_period(records, START, END, AS_OF, complete=False)
    assert p3_problem_solving.evaluated(open_) == Share(0, 0, 2)
    signed = p3_problem_solving.closed_in_period(records, START, END, AS_OF, complete=True)
    assert p3_problem_solving.evaluated(signed) == Share(0, 2)
    assert p3_problem_solving.shared(signed) == Share(0, 0)


def test_no_record(record):
    closed = p3_problem_solving.closed_in_period(record(), START, END, AS_OF, complete=True)
    assert p3_problem_solving.evaluated(closed) == Share(0, 0)
