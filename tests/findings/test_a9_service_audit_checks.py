"""A9: how thoroughly handlers are audited, and what follows a failed audit."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.findings import a9_service
from hmic_analysis.measures.base import Share

START, END, AS_OF = date(2013, 1, 1), date(2013, 3, 31), date(2014, 3, 31)


@pytest.fixture
def staff(table):
    def row(key, since, left=None, role="call_handler", training=False):
        return {"person_key": key, "role": role, "in_post_since": since, "left_on": left, "in_training": training}

    return table(
        "staff",
        row("a", "2012-05-01"),
        row("b", "2013-02-01", training=None),
        row("c", "2013-02-02", "2013-03-30"),
        row("d", "2010-01-01", "2013-02-28"),
        row("e", None),
        row("recruit", "2012-05-01", training=True),
        row("desk", "2012-05-01", role="dispatcher"),
    )


def audits(table, *rows):
    names = ("handler_key", "taken_on", "standard_met", "audited_on", "feedback_on")
    return table("call_audit", *({"audit_id": str(n), **dict(zip(names, r, strict=False))} for n, r in enumerate(rows)))


def months_of(found):
    return {k: [m.month for m in rows["month"]] for k, rows in found.groupby("person_key")}


def test_months_are_whole_and_recruits_are_left_out(staff):
    found = a9_service.handler_months(staff, START, END)
    assert months_of(found) == {"a": [1, 2, 3], "b": [2, 3], "d": [1, 2], "e": [1, 2, 3]}
    assert found.loc[found["person_key"] == "e", "worked"].isna().all()


def test_a_month_that_is_not_whole_in_the_period_is_not_due(staff):
    found = a9_service.handler_months(staff, date(2013, 1, 2), date(2013, 3, 30))
    assert months_of(found)["a"] == [2]


def test_coverage_counts_audits_by_the_month_of_the_call(table, staff):
    due = a9_service.handler_months(staff[staff["person_key"] != "e"], START, END)
    made = audits(
        table,
        *[("a", "2013-01-31")] * 3,
        *[("a", "2013-02-01")] * 2,
        *[("b", "2013-02-10")] * 4,
        *[("recruit", "2013-01-10")] * 9,
        ("recruit", "2013-03-10"),
    )
    # Of d, who worked in two months, no audit was sent.
    assert a9_service.coverage(due, made, 3) == Share(2, 3, 2)
    assert a9_service.coverage(due, made, 2) == Share(3, 2, 2)
    # Without any audit of March nothing tells whether it was supplied, or the rest of February.
    assert a9_service.coverage(due, made.iloc[:-1], 2) == Share(1, 0, 6)
    assert a9_service.coverage(due, made, 2, complete=True) == Share(3, 4)


def test_audits_without_a_handler_could_fill_what_their_own_month_lacks(table, staff):
    due = a9_service.handler_months(staff[staff["person_key"] == "a"], START, END)
    nobody = [(None, "2013-03-03")]
    made = [*[("a", "2013-01-05")] * 3, *[("a", "2013-02-05")] * 2, ("a", "2013-03-05")]
    assert a9_service.coverage(due, audits(table, *made), 3) == Share(1, 2)
    # March lacks two; what was audited in March is none of the one that February lacks.
    assert a9_service.coverage(due, audits(table, *made, *nobody), 3) == Share(1, 2)
    assert a9_service.coverage(due, audits(table, *made, *nobody * 3), 3) == Share(1, 1, 1)


def test_a_handler_of_unknown_stay_is_unknown(table, staff):
    due = a9_service.handler_months(staff[staff["person_key"] == "e"], START, END)
    assert a9_service.coverage(due, audits(table, ("e", "2013-01-05")), 1) == Share(0, 0, 3)


def test_coverage_of_each_month(table, staff):
    due = a9_service.handler_months(staff[staff["person_key"].isin(["a", "b"])], START, END)
    made = audits(table, ("a", "2013-01-05"), ("a", "2013-02-05"), ("b", "2013-03-05"))
    by_month = a9_service.coverage_by_month(due, made, 1)
    assert by_month["value"].tolist() == [100, 50, 50]
    assert by_month["month"].tolist() == list(pd.date_range("2013-01-01", periods=3, freq="MS"))
    assert a9_service.coverage_by_month(due, audits(table), 1).empty


def test_feedback_counts_within_28_days_of_the_audit(table):
    made = audits(
        table,
        ("a", "2013-01-01", False, "2013-01-10", "2013-02-07"),
        ("a", "2013-01-01", False, "2013-01-10", "2013-02-08"),
        ("a", "2013-01-01", False, "2013-01-10", None),
        ("a", "2013-01-01", False, None, "2013-01-12"),
        ("a", "2013-01-01", True, "2013-01-10", None),
        ("a", "2013-01-01", None, "2013-01-10", None),
    )
    assert a9_service.passed(made) == Share(1, 4, 1)
    # Of the last nobody knows whether it failed.
    assert a9_service.feedback_given(made, AS_OF, 28) == Share(1, 2, 2)
    # At the snapshot of 31 January feedback on the first three was not due yet, and what came in February lay ahead.
    assert a9_service.feedback_given(made, date(2013, 1, 31), 28) == Share(0, 0, 1)


def test_a_feedback_column_filled_for_nobody_says_nothing(table):
    made = audits(table, ("a", "2013-01-01", False, "2013-01-10"), ("a", "2013-01-01", True, "2013-01-10"))
    assert a9_service.feedback_given(made, AS_OF, 28) == Share(0, 0, 1)


def test_nothing_supplied(table):
    due = a9_service.handler_months(table("staff"), START, END)
    assert due.empty
    assert a9_service.coverage(due, audits(table), 3) == Share(0, 0)
    assert a9_service.passed(audits(table)) == a9_service.feedback_given(audits(table), AS_OF, 28) == Share(0, 0)


def test_handlers_without_any_audit_are_not_covered_where_the_force_signed(table, staff):
    due = a9_service.handler_months(staff[staff["person_key"] == "a"], START, END)
    assert a9_service.coverage(due, audits(table), 3) == Share(0, 0, 3)
    assert a9_service.coverage(due, audits(table), 3, complete=True) == Share(0, 3)


def handlers_and_audits(table, months):
    """Forty handlers, each with three audits in each month: those of whole returns."""
    who = [{"person_key": f"h{n}", "role": "call_handler", "in_post_since": "2010-01-01"} for n in range(40)]
    due = a9_service.handler_months(table("staff", *who), START, date(2013, months, 28))
    rows = [(w["person_key"], f"2013-{m:02d}-{1 + 9 * k:02d}") for m in range(1, months) for k in range(3) for w in who]
    return due, rows


def test_a_list_of_audits_that_breaks_off_by_day_contradicts_nothing(table):
    due, rows = handlers_and_audits(table, 7)
    # The last month breaks off on its first day with audits: nothing is known of it.
    assert a9_service.coverage(due, audits(table, *rows[:-80]), 3) == Share(200, 0, 40)
    assert a9_service.coverage_by_month(due, audits(table, *rows[:-80]), 3)["value"].tolist() == [100] * 5


def test_a_list_of_audits_that_breaks_off_by_handler_contradicts_nothing(table):
    due, rows = handlers_and_audits(table, 7)
    half = sorted(rows)[: len(rows) // 2]
    assert a9_service.coverage(due, audits(table, *half), 3) == Share(120, 0, 120)


def test_audits_of_another_year_tell_nothing(table):
    due, rows = handlers_and_audits(table, 7)
    earlier = [(who, day.replace("2013", "2011")) for who, day in rows]
    assert a9_service.coverage(due, audits(table, *earlier), 3) == Share(0, 0, 240)
