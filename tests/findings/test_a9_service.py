"""A9: months of call-handlers with their audits, feedback after a failed one, calls back and satisfaction, row by row."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import a9_service
from hmic_analysis.measures.base import Share, within

PERIOD = date(2012, 12, 1), date(2013, 11, 30)
AS_OF, MAY, MAY_END = date(2014, 3, 31), date(2013, 5, 1), date(2013, 5, 31)
HANDLER = {"person_key": "h", "role": "call_handler", "in_post_since": "2010-01-01"}
AUDIT = {
    "audit_id": "a",
    "handler_key": "h",
    "taken_on": "2013-05-10",
    "audited_on": "2013-05-10",
    "standard_met": False,
}
NOWHERE, YES, NO, OPEN = Share(0, 0), Share(1, 0), Share(0, 1), Share(0, 0, 1)


def flagged(table, name, *rows):
    rows = [dict(row) for row in rows]
    lost = [row.pop("lost", "") for row in rows]
    return table(name, *rows).assign(flags=[unread_flag(column) if column else "" for column in lost])


@pytest.mark.parametrize(
    ("handler", "days", "covered"),
    [
        ({}, ("2013-05-01", "2013-05-15", "2013-05-31"), YES),
        ({}, ("2013-05-01", "2013-05-15"), NO),
        # One before the month and one after it count for other months.
        ({}, ("2013-04-30", "2013-05-15", "2013-05-31"), NO),
        ({}, ("2013-05-01", "2013-05-15", "2013-06-01"), NO),
        ({"in_post_since": "2013-05-01"}, ("2013-05-15",), NO),
        ({"in_post_since": "2013-05-02"}, ("2013-05-15",), NOWHERE),
        ({"left_on": "2013-05-31"}, ("2013-05-15",), NO),
        ({"left_on": "2013-05-30"}, ("2013-05-15",), NOWHERE),
        ({"in_post_since": None}, ("2013-05-15",), OPEN),
        ({"in_post_since": None, "left_on": "2013-05-30"}, ("2013-05-15",), NOWHERE),
        ({"in_post_since": None, "lost": "in_post_since"}, ("2013-05-15",), OPEN),
        ({"lost": "left_on"}, ("2013-05-15",), OPEN),
        ({"lost": "in_training"}, ("2013-05-15",), OPEN),
        # Gone before being in post: one of the two days is wrong.
        ({"in_post_since": "2013-06-10", "left_on": "2013-04-01"}, ("2013-05-15",), OPEN),
        ({"in_training": True}, ("2013-05-15",), NOWHERE),
        ({"role": "dispatcher"}, ("2013-05-15",), NOWHERE),
        # Nobody was audited in May: nothing tells it from a month not supplied.
        ({}, ("2013-04-15",), OPEN),
    ],
)
def test_months_with_the_audits_due(table, handler, days, covered):
    months = a9_service.handler_months(flagged(table, "staff", {**HANDLER, **handler}), MAY, MAY_END)
    audits = table("call_audit", *({**AUDIT, "audit_id": str(n), "taken_on": day} for n, day in enumerate(days)))
    assert a9_service.coverage(months, audits, 3) == covered


@pytest.mark.parametrize(
    ("nobodys", "covered"),
    [
        ((), Share(1, 1)),
        (("2013-06-10",), Share(1, 0, 1)),
        # A handler short of audits in June was not audited by one of May.
        (("2013-05-10", "2013-05-11", "2013-05-12"), Share(1, 1)),
        (("2013-05-10", "2013-06-30"), Share(1, 0, 1)),
    ],
)
def test_audits_without_a_handler_fill_their_own_month_alone(table, nobodys, covered):
    months = a9_service.handler_months(table("staff", HANDLER), MAY, date(2013, 6, 30))
    given = ["2013-05-01", "2013-05-02", "2013-05-03", "2013-06-01", "2013-06-02"]
    rows = [{**AUDIT, "audit_id": day, "taken_on": day} for day in given]
    rows += [{**AUDIT, "audit_id": f"n{day}", "taken_on": day, "handler_key": None} for day in nobodys]
    assert a9_service.coverage(months, table("call_audit", *rows), 3) == covered


@pytest.mark.parametrize("keys", [("h", "k"), ("k", "h")])
def test_an_audit_without_a_handler_may_be_of_whoever_lacks_one_alone(table, keys):
    staff = table("staff", *({**HANDLER, "person_key": key} for key in keys))
    months = a9_service.handler_months(staff, MAY, MAY_END)
    # Of h one audit is lacking, of k two.
    rows = [(n, key) for n, key in enumerate(["h", "h", "k", None])]
    audits = table("call_audit", *({**AUDIT, "audit_id": str(n), "handler_key": key} for n, key in rows))
    assert a9_service.coverage(months, audits, 3) == Share(0, 1, 1)


@pytest.mark.parametrize(
    ("audited", "covered", "passed", "feedback"),
    [
        ("2014-03-31", YES, Share(0, 3), Share(0, 2)),
        # Made after the day: on it there was none.
        ("2014-04-01", NO, Share(0, 2), Share(0, 2)),
        (None, YES, Share(0, 3), Share(0, 3)),
    ],
)
def test_audits_made_after_the_as_of_day_are_none_yet(table, audited, covered, passed, feedback):
    months = a9_service.handler_months(table("staff", HANDLER), MAY, MAY_END)
    rows = [{**AUDIT, "audit_id": str(n)} for n in (1, 2)]
    last = {**AUDIT, "audit_id": "3", "audited_on": audited}
    kept = {**AUDIT, "audit_id": "k", "standard_met": True, "handler_key": "x", "feedback_on": "2013-05-11"}
    made = a9_service.made_by(table("call_audit", *rows, last, kept), AS_OF)
    assert a9_service.coverage(months, made, 3) == covered
    assert a9_service.passed(made[made["audit_id"].ne("k")]) == passed
    assert a9_service.feedback_given(made, AS_OF, 28) == feedback


def test_audits_without_a_handler_may_be_of_those_short_of_audits_alone(table):
    """Of one of whom it is not known whether he or she was in post none is missing; of one without any all are."""
    staff = table("staff", HANDLER, {**HANDLER, "person_key": "perhaps", "in_post_since": None})
    months = a9_service.handler_months(staff, MAY, MAY_END)
    taken = [
        ("h", "2013-05-01"),
        ("h", "2013-05-31"),
        ("perhaps", "2013-05-02"),
        ("perhaps", "2013-05-03"),
        (None, "2013-05-10"),
    ]
    rows = [{**AUDIT, "audit_id": str(n), "handler_key": who, "taken_on": day} for n, (who, day) in enumerate(taken)]
    assert a9_service.coverage(months, table("call_audit", *rows), 3) == Share(0, 0, 2)
    nobodys = table("call_audit", *({**row, "handler_key": None} for row in rows))
    assert a9_service.coverage(months, nobodys, 3, complete=True) == Share(0, 0, 2)
    assert a9_service.coverage(months, nobodys.head(2), 3, complete=True) == Share(0, 1, 1)


def test_a_month_without_an_audit_is_one_without_where_the_force_signed(table):
    months = a9_service.handler_months(table("staff", HANDLER), MAY, MAY_END)
    audits = table("call_audit", {**AUDIT, "taken_on": "2013-04-15"})
    assert a9_service.coverage(months, audits, 3, complete=True) == NO


@pytest.mark.parametrize(
    ("audit", "passed", "feedback"),
    [
        ({"feedback_on": "2013-06-07"}, NO, YES),
        ({"feedback_on": "2013-06-08"}, NO, NO),
        ({}, NO, NO),
        ({"lost": "feedback_on"}, NO, OPEN),
        ({"standard_met": True}, YES, NOWHERE),
        # Without a result it may have failed, with feedback in time or without.
        ({"standard_met": None}, OPEN, OPEN),
        ({"standard_met": None, "feedback_on": "2013-06-07"}, OPEN, OPEN),
        ({"standard_met": None, "audited_on": "2014-03-04"}, OPEN, NOWHERE),
        # Feedback before the audit.
        ({"feedback_on": "2013-05-09"}, NO, OPEN),
        ({"audited_on": None, "feedback_on": "2013-06-07"}, NO, OPEN),
        ({"audited_on": None}, NO, NO),
        # Not due by the as-of day, and due on it.
        ({"audited_on": "2014-03-04"}, NO, NOWHERE),
        ({"audited_on": "2014-03-04", "lost": "feedback_on"}, NO, OPEN),
        ({"audited_on": "2014-03-03"}, NO, NO),
        # Given by the day, and since: on the day there was none yet.
        ({"audited_on": "2014-03-04", "feedback_on": "2014-03-31"}, NO, YES),
        ({"audited_on": "2014-03-04", "feedback_on": "2014-04-01"}, NO, NOWHERE),
        ({"audited_on": "2014-03-03", "feedback_on": "2014-04-01"}, NO, NO),
    ],
)
def test_feedback_on_failed_audits(table, audit, passed, feedback):
    # Another handler had feedback, so that it is kept.
    kept = {**AUDIT, "audit_id": "k", "standard_met": True, "feedback_on": "2013-05-11"}
    rows = flagged(table, "call_audit", {**AUDIT, **audit}, kept)
    assert a9_service.passed(rows[rows["audit_id"].eq("a")]) == passed
    assert a9_service.feedback_given(rows, AS_OF, 28) == feedback


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"made_at": "2013-05-01 12:00", "result": "reached"}, YES),
        ({"made_at": "2013-05-01 12:01", "result": "reached"}, NO),
        ({"made_at": "2013-05-01 11:00", "result": "not_reached"}, YES),
        ({"result": "not_made"}, NO),
        ({"result": "not_made", "lost": "made_at"}, OPEN),
        ({"result": "reached"}, OPEN),
        ({}, OPEN),
        # Not made, and yet made at a time: one of them is wrong.
        ({"made_at": "2013-05-01 11:00", "result": "not_made"}, OPEN),
        # Late or not at all: not in time either way.
        ({"made_at": "2013-05-01 12:01", "result": "not_made"}, NO),
        ({"made_at": "2013-05-01 11:00"}, YES),
    ],
)
def test_calls_back(table, given, expected):
    rows = flagged(table, "callback", {"callback_id": "c", "due_at": "2013-05-01 12:00", **given})
    assert a9_service.callbacks_made(rows) == expected


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2012-11-30 23:59", NOWHERE),
        ("2012-12-01 00:00", YES),
        ("2013-11-30 23:59", YES),
        ("2013-12-01 00:00", NOWHERE),
    ],
)
def test_calls_back_are_of_the_period_in_which_they_were_due(table, due, expected):
    rows = table("callback", {"callback_id": "c", "due_at": due, "made_at": "2012-11-30 12:00", "result": "reached"})
    assert a9_service.callbacks_made(within(rows, *PERIOD, "due_at")) == expected


@pytest.mark.parametrize(
    ("given", "answered", "satisfied"),
    [
        ({"completed": True, "satisfied_whole": "completely_satisfied"}, YES, YES),
        ({"completed": True, "satisfied_whole": "very_satisfied"}, YES, YES),
        ({"completed": True, "satisfied_whole": "fairly_satisfied"}, YES, YES),
        ({"completed": True, "satisfied_whole": "neither"}, YES, NO),
        ({"completed": True, "satisfied_whole": "fairly_dissatisfied"}, YES, NO),
        ({"completed": True, "satisfied_whole": "dont_know"}, YES, NOWHERE),
        ({"completed": True}, YES, NOWHERE),
        ({"completed": True, "lost": "satisfied_whole"}, YES, OPEN),
        ({"completed": False}, NO, None),
        ({}, OPEN, NOWHERE),
        ({"satisfied_whole": "neither"}, OPEN, OPEN),
        ({"satisfied_whole": "dont_know"}, OPEN, NOWHERE),
    ],
)
def test_the_survey(table, given, answered, satisfied):
    lost = (given := dict(given)).pop("lost", "")
    rows = table("survey", {"survey_id": "s", "contacted_on": "2013-05-01", **given})
    rows = rows.assign(flags=unread_flag(lost) if lost else "")
    assert a9_service.responses(rows) == answered
    assert a9_service.satisfied(rows).get("whole") == satisfied
