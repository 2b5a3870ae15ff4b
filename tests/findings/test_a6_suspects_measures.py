"""A6: who is outstanding, who failed to answer bail, how they are managed."""

from datetime import date

import numpy as np
import pytest

from hmic_analysis.findings import a6_suspects
from hmic_analysis.findings import a6_suspects as bail_measures
from hmic_analysis.measures.base import Share

AS_OF = date(2014, 3, 31)


def one(table, **fields):
    row = {"person_key": "p", "crime_id": "c", "named_on": "2014-03-01", "grounds_recorded": True, **fields}
    states = a6_suspects.suspect_pairs(table("suspect", row), table("crime"), AS_OF)["outstanding"]
    return states.astype("object").where(states.notna(), None).tolist()


def pairs_of(table, *rows, crimes=()):
    """Pairs at the snapshot of suspects whose grounds are recorded, unless a row says otherwise."""
    return a6_suspects.suspect_pairs(
        table("suspect", *({"grounds_recorded": True, **row} for row in rows)), table("crime", *crimes), AS_OF
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "outstanding"}, [True]),
        ({"status": "outstanding", "arrested_on": "2014-03-31"}, [False]),
        ({"status": "arrested", "arrested_on": "2014-04-01"}, [True]),
        ({"interviewed_on": "2014-03-10"}, [False]),
        ({"eliminated_on": "2014-03-10"}, [False]),
        ({"crime_closed_on": "2014-03-10"}, [False]),
        ({"status": "eliminated"}, [False]),
        ({"status": "outstanding", "named_on": "2014-04-01"}, []),
        ({"status": "outstanding", "grounds_recorded": False}, []),
        # Blank grounds: nobody can tell whether the person is a named suspect.
        ({"status": "outstanding", "grounds_recorded": None}, [None]),
        ({"status": "arrested", "grounds_recorded": None, "arrested_on": "2014-03-31"}, [False]),
    ],
)
def test_outstanding_on_the_day(table, fields, expected):
    assert one(table, **fields) == expected


def test_a_blank_status_without_dates_is_unknown(table):
    pairs = pairs_of(table, {"person_key": "p", "crime_id": "c", "named_on": "2014-03-01"})
    assert pairs["outstanding"].isna().tolist() == [True]
    assert a6_suspects.counts(a6_suspects.outstanding_persons(pairs, AS_OF)) == (0, 1)


@pytest.fixture
def persons(table):
    rows = [
        {"person_key": "a", "crime_id": "1", "named_on": "2014-01-01", "status": "outstanding", "owner_key": "o",
         "last_activity_on": "2014-03-03", "last_review_on": "2014-03-02", "risk_grade": "high"},
        {"person_key": "a", "crime_id": "2", "named_on": "2014-03-25", "status": "outstanding"},
        {"person_key": "b", "crime_id": "1", "named_on": "2014-03-26", "status": "outstanding",
         "last_activity_on": "2014-04-02", "last_review_on": "2014-03-30"},
        {"person_key": "c", "crime_id": "3", "named_on": "2013-02-01", "status": "interviewed", "interviewed_on": "2013-02-05"},
        {"person_key": "d", "crime_id": "4", "named_on": "2013-01-01"},
    ]  # fmt: skip
    return a6_suspects.outstanding_persons(pairs_of(table, *rows), AS_OF)


def test_persons_are_counted_not_pairs(persons):
    assert a6_suspects.counts(persons) == (2, 1)
    assert persons.set_index("person_key").loc["a", ["pairs", "age_days"]].tolist() == [2, 89]
    assert sorted(age for age in a6_suspects.ages(persons) if age == age) == [5, 89]
    assert a6_suspects.age_bands(persons)["persons"].tolist() == [1, 0, 1, 0, 0]


def test_management_of_the_persons_outstanding(persons):
    # Of d it is not known whether the person is outstanding: one without an owner, or none at all.
    assert a6_suspects.owned(persons) == Share(1, 1, 1)
    # 3 March is 28 days before the snapshot; work dated after it hides whatever was done before.
    assert a6_suspects.recent(persons, "last_activity_on", AS_OF, 28) == Share(1, 0, 2)
    assert a6_suspects.recent(persons, "last_review_on", AS_OF, 28) == Share(1, 1, 1)


@pytest.mark.parametrize(
    ("given", "owned"),
    [
        ({"status": "outstanding", "owner_key": "o"}, Share(1, 0)),
        ({"status": "outstanding"}, Share(0, 1)),
        ({"status": "arrested"}, Share(0, 0)),
        # Not known whether outstanding: with an owner no failure, without one perhaps.
        ({"owner_key": "o"}, Share(0, 0)),
        ({}, Share(0, 0, 1)),
        ({"status": "outstanding", "grounds_recorded": None}, Share(0, 0, 1)),
        ({"status": "outstanding", "grounds_recorded": None, "owner_key": "o"}, Share(0, 0)),
    ],
)
def test_whoever_may_be_outstanding_without_an_owner_is_not_known(table, given, owned):
    other = {"person_key": "k", "crime_id": "k", "named_on": "2014-01-01", "status": "arrested", "owner_key": "o"}
    rows = pairs_of(table, {"person_key": "a", "crime_id": "1", "named_on": "2014-01-01", **given}, other)
    assert a6_suspects.owned(a6_suspects.outstanding_persons(rows, AS_OF)) == owned


def test_a_column_that_nobody_filled_is_unknown_not_neglect(table):
    pairs = pairs_of(table, {"person_key": "a", "crime_id": "1", "named_on": "2014-01-01", "status": "outstanding"})
    rows = a6_suspects.outstanding_persons(pairs, AS_OF)
    assert a6_suspects.owned(rows) == Share(0, 0, 1)
    assert a6_suspects.recent(rows, "last_activity_on", AS_OF, 28) == Share(0, 0, 1)


def test_failing_to_answer_bail(table):
    due = {"bail_type": "s47_3", "granted_on": "2014-01-01", "return_due_on": "2014-02-01"}
    bail = table(
        "bail",
        {"bail_id": "1", "person_key": "absconded", **due, "attended": False},
        {"bail_id": "2", "person_key": "came", **due, "attended": True},
        {"bail_id": "3", "person_key": "caught", **due, "attended": False, "rearrested_on": "2014-03-31"},
        {"bail_id": "4", "person_key": "caught later", **due, "attended": False, "rearrested_on": "2014-04-01"},
        {"bail_id": "5", "person_key": "moved", **due, "attended": False, "rebailed_on": "2014-01-20"},
        {"bail_id": "6", "person_key": "cancelled", **due, "attended": False, "cancelled_on": "2014-03-01"},
        {"bail_id": "7", "person_key": "not due", **due, "return_due_on": "2014-04-01"},
        {"bail_id": "8", "person_key": "unknown", **due},
        {"bail_id": "9", "person_key": "court", **due, "bail_type": "court", "attended": False},
        {"bail_id": "10", "person_key": "street", **due, "bail_type": "s30a_street", "attended": False},
        {"bail_id": "11", "person_key": "came late", **due, "attended": False, "answered_on": "2014-03-31"},
        {"bail_id": "12", "person_key": "came too late", **due, "attended": False, "answered_on": "2014-04-01"},
    )
    sure, unknown = bail_measures.failed_to_answer(bail, AS_OF)
    assert sure == {"absconded", "caught later", "street", "came too late"}
    assert unknown == {"unknown"}
    returns = bail_measures.bail_returns(bail)
    assert set(returns["bail_id"]) == {"1", "2", "3", "4", "6", "7", "8", "10", "11", "12"}
    # Who came late did not answer when due, and is no longer wanted for it.
    assert bail_measures.unanswered(returns) == Share(7, 1, 2)


def test_circulation_leaves_out_warrants_and_recalls(table, persons):
    pnc = table(
        "pnc_circulation",
        {"person_key": "a", "reason": "named_suspect", "circulated_on": "2014-01-11"},
        {"person_key": "x", "reason": "court_warrant", "circulated_on": "2014-01-11"},
        {"person_key": "y", "reason": "recall_to_prison", "circulated_on": "2014-01-11"},
        {"person_key": "z", "reason": "failed_to_answer_bail", "circulated_on": "2014-01-11", "cancelled_on": "2014-03-01"},
    )  # fmt: skip
    assert a6_suspects.circulated(pnc, AS_OF) == {"a"}
    # b was named 5 days ago: not yet due.  Of d it is not known whether the person is outstanding.
    assert a6_suspects.circulated_share(persons, pnc, AS_OF, 7) == Share(1, 0, 1)


START, END = date(2012, 12, 1), date(2013, 11, 30)


def suspect(person, named_on, crime="1", **more):
    return {"person_key": person, "crime_id": crime, "named_on": named_on, "status": "outstanding", **more}


def wanted(person, on, reason="named_suspect"):
    return {"person_key": person, "reason": reason, "circulated_on": on}


def test_days_from_being_named_or_failing_to_attend_to_circulation(table):
    """Who, for which reason, in which window: each edge, and what came too late."""
    pairs = pairs_of(
        table,
        suspect("first day", "2012-11-21"),
        suspect("last day", "2013-11-30"),
        suspect("before the period", "2012-11-01"),
        suspect("after the period", "2013-11-01"),
        suspect("not yet", "2014-03-21"),
        suspect("arrested since", "2013-05-01", status="arrested", arrested_on="2013-06-01"),
        suspect("arrested before", "2013-05-01", status="arrested", arrested_on="2013-05-03"),
        suspect("never, arrested", "2013-05-01", status="arrested", arrested_on="2013-05-03"),
        suspect("for another reason", "2014-03-01"),
        suspect("two crimes", "2013-02-01"),
        suspect("two crimes", "2013-02-08", crime="2"),
        suspect("an earlier matter", "2013-07-11"),
        suspect("not known", "2013-07-11", status=None),
    )
    pnc = table(
        "pnc_circulation",
        wanted("first day", "2012-12-01"),
        wanted("last day", "2013-11-30"),
        wanted("before the period", "2012-11-30"),
        wanted("after the period", "2013-12-01"),
        wanted("arrested since", "2013-05-08"),
        wanted("arrested before", "2013-05-08"),
        wanted("for another reason", "2014-03-02", "court_warrant"),
        wanted("two crimes", "2013-02-11"),
        {**wanted("an earlier matter", "2013-07-01"), "cancelled_on": "2013-07-05"},
        wanted("an earlier matter", "2013-07-13"),
        wanted("failed", "2013-09-04", "failed_to_answer_bail"),
        wanted("failed, wrong reason", "2013-09-04"),
    )
    due = {"bail_type": "s47_3", "granted_on": "2013-08-01", "return_due_on": "2013-09-01", "attended": False}
    bail = table(
        "bail",
        {"bail_id": "1", "person_key": "failed", **due},
        {"bail_id": "2", "person_key": "failed, wrong reason", **due},
        {"bail_id": "3", "person_key": "failed, still", **due},
        {"bail_id": "4", "person_key": "came", **due | {"attended": True}},
        {"bail_id": "5", "person_key": "back by then", **due, "rearrested_on": "2014-03-31"},
    )
    waits = a6_suspects.days_to_circulation(pairs, bail, pnc, START, END, AS_OF)
    found = {p: (int(d), bool(c)) for p, d, c in zip(waits.person_key, waits.days, waits.circulated, strict=True)}
    assert found == {
        "first day": (10, True),
        "last day": (0, True),
        "not yet": (10, False),
        "arrested since": (7, True),
        "for another reason": (30, False),
        "two crimes": (10, True),
        "an earlier matter": (2, True),
        "failed": (3, True),
        "failed, still": (211, False),
    }
    # Kaplan and Meier: 0, 2, 3, 7 and two of 10 days ended, two waits censored at 10 days or later.
    assert a6_suspects.median_with_censoring(waits) == (10.0, 6, 9)
    assert a6_suspects.median_bounds(waits, 0) is None
    # A circulation of nobody may have ended the longest wait at once, or one that is not counted, whenever.
    assert a6_suspects.median_bounds(waits, 1) == (7.0, 10.0)
    low, high = a6_suspects.median_bounds(waits, 9)
    assert low == 0 and high == np.inf


def test_suspects_of_crimes_that_do_not_count_are_none(table):
    pairs = pairs_of(
        table,
        suspect("counts", "2014-01-01"),
        suspect("cancelled", "2014-01-01", crime="2"),
        suspect("not notifiable", "2014-01-01", crime="3"),
        suspect("recorded before the period", "2014-01-01", crime="9"),
        suspect("both", "2014-01-01", crime="2"),
        suspect("both", "2014-01-01", crime="1"),
        crimes=[{"crime_id": "1"}, {"crime_id": "2", "is_no_crime": True}, {"crime_id": "3", "is_notifiable": False}],
    )
    persons = a6_suspects.outstanding_persons(pairs, AS_OF)
    assert persons["person_key"].tolist() == ["both", "counts", "recorded before the period"]
    assert persons["pairs"].tolist() == [1, 1, 1]


def test_high_risk_cleared_counts_only_those_whose_time_is_up(table):
    rows = table(
        "suspect",
        {"person_key": "a", "crime_id": "1", "named_on": "2013-06-01", "risk_grade": "high", "arrested_on": "2013-06-08"},
        {"person_key": "a", "crime_id": "2", "named_on": "2013-06-01", "risk_grade": "high"},
        {"person_key": "b", "crime_id": "1", "named_on": "2013-06-01", "risk_grade": "high", "arrested_on": "2013-06-09"},
        {"person_key": "c", "crime_id": "1", "named_on": "2013-06-01", "risk_grade": "low"},
        {"person_key": "d", "crime_id": "1", "named_on": "2014-03-28", "risk_grade": "high"},
    )  # fmt: skip
    rows = rows.assign(grounds_recorded=True)
    got = a6_suspects.high_risk_cleared(rows, date(2013, 1, 1), date(2014, 3, 31), AS_OF, 7)
    assert got == Share(1, 1)


def test_nothing_supplied_is_nobody(table):
    pairs = pairs_of(table)
    rows = a6_suspects.outstanding_persons(pairs, AS_OF)
    assert a6_suspects.counts(rows) == (0, 0)
    assert a6_suspects.owned(rows) == Share(0, 0)
    assert a6_suspects.age_bands(rows)["persons"].sum() == 0
    assert bail_measures.failed_to_answer(table("bail"), AS_OF) == (set(), set())
    waits = a6_suspects.days_to_circulation(pairs, table("bail"), table("pnc_circulation"), START, END, AS_OF)
    assert a6_suspects.median_with_censoring(waits) == (None, 0, 0)
