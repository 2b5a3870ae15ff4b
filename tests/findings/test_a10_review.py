"""A10: whether the response policy is under review at the as-of day, and since when nobody worked on it, row by row."""

from datetime import date
from unittest import mock

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.findings import a10_review
from hmic_analysis.measures import registers
from hmic_analysis.statistics.intervals import Interval

AS_OF = date(2014, 3, 31)
POLICY = {"document_id": "d", "document_type": "policy", "subject": "response_deployment", "status": "under_review",
          "approved_on": "2012-01-01", "review_opened_on": "2014-01-01", "last_activity_on": "2014-03-01"}  # fmt: skip
TERMS = {**POLICY, "document_type": "terms_of_reference", "status": "approved", "review_opened_on": None}


@pytest.mark.parametrize(
    ("given", "is_open", "days"),
    [
        ({}, True, 30),
        ({"review_opened_on": "2014-03-31", "last_activity_on": None}, True, 0),
        ({"review_opened_on": "2014-04-01", "status": "approved"}, False, None),
        ({"review_closed_on": "2014-03-31", "status": "approved"}, False, None),
        # Marked as under review still, though the review was closed.
        ({"review_closed_on": "2014-03-31"}, None, None),
        # Closed after the day: open on it.
        ({"review_closed_on": "2014-04-01"}, True, 30),
        ({"status": "approved", "review_opened_on": None}, False, None),
        ({"review_opened_on": None, "last_activity_on": None}, True, None),
        ({"review_opened_on": "2014-04-01", "last_activity_on": None}, False, None),
        ({"status": "draft"}, None, None),
        ({"document_type": "report"}, None, None),
        ({"subject": "Response-Deployment"}, True, 30),
        ({"approved_on": "2014-04-01"}, None, None),
        # Of work without a day nobody knows when it was: no earlier than the opening.
        ({"last_activity_on": None}, True, 89),
        ({"lost": "last_activity_on", "last_activity_on": None}, True, 89),
        ({"last_activity_on": "2014-04-01"}, True, 89),
        ({"last_activity_on": "2014-03-31"}, True, 0),
        ({"scope": "district"}, None, None),
        ({"scope": "force"}, True, 30),
        ({"subject": "victims"}, None, None),
        ({"effective_to": "2014-03-30"}, None, None),
        ({"lost": "review_closed_on"}, None, None),
        # Closed before it was opened.
        ({"review_closed_on": "2013-12-31", "status": "approved"}, None, None),
        ({"review_closed_on": "2014-01-01", "status": "approved"}, False, None),
        (TERMS, True, 30),
    ],
)
def test_a_review(table, given, is_open, days):
    lost = (given := dict(given)).pop("lost", "")
    rows = table("document", {**POLICY, **given}).assign(flags=unread_flag(lost) if lost else "")
    found = registers.review_at(registers.of_subject(rows, "response_deployment", AS_OF), AS_OF)
    assert (found.open, found.days_since_activity) == (is_open, days)
    # Work of a later day, or of none, may hide what was done before it.
    told = {**POLICY, **given}["last_activity_on"]
    assert found.at_most == bool(is_open and (told is None or told == "2014-04-01"))


@pytest.mark.parametrize(
    ("opened", "activity", "verdict", "reason"),
    [
        ("2013-01-01", "2014-01-01", "supported", ""),
        ("2013-01-01", "2013-12-31", "supported", ""),
        ("2013-01-01", "2013-12-30", "not_determinable", "stale"),
        ("2013-01-01", None, "not_determinable", "not_dated"),
        # Opened long ago, and worked on after the day: whether in the months before it isn't known.
        ("2013-01-01", "2014-04-01", "not_determinable", "not_dated"),
        ("2014-01-01", "2014-04-01", "supported", ""),
        # Opened on the ninetieth day before: so long ago at most.
        ("2013-12-31", None, "supported", ""),
        ("2013-12-30", None, "not_determinable", "not_dated"),
    ],
)
def test_a_review_worked_on_lately(table, opened, activity, verdict, reason):
    rows = table("document", {**POLICY, "review_opened_on": opened, "last_activity_on": activity})
    report = mock.Mock()
    report.settings.as_of, report.settings.letter_date = AS_OF, date(2014, 9, 3)
    report.settings.threshold = {"activity_days": 90}.get
    decision = a10_review._under_review(report, rows)
    assert (decision.verdict, decision.reasons[:1]) == (verdict, (reason,) if reason else ())


@pytest.mark.parametrize(
    ("given", "days", "bounds"),
    [
        ({}, 30, None),
        ({"last_activity_on": None}, 89, Interval(0, 89)),
        ({"last_activity_on": "2014-04-01"}, 89, Interval(0, 89)),
        ({"review_opened_on": "2014-03-31", "last_activity_on": "2014-04-01"}, 0, None),
        ({"review_opened_on": None, "last_activity_on": None}, None, None),
    ],
)
def test_days_since_the_last_work_bear_bounds_where_some_may_be_hidden(table, given, days, bounds):
    report = mock.Mock()
    report.settings.as_of = AS_OF
    report.table.return_value = rows = table("document", {**POLICY, **given})
    a10_review.activity(report, registers.review_at(rows, AS_OF))
    (_, told), more = report.build.figure.call_args
    assert (told, more["bounds"], more["unknown"]) == (days, bounds, int(bounds is not None))


@pytest.mark.parametrize(("closed", "flags"), [("2014-09-03", ("closed_since",)), ("2014-09-04", ()), (None, ())])
def test_a_review_closed_by_the_letter_needs_another_day(table, closed, flags):
    report = mock.Mock()
    report.settings.as_of, report.settings.letter_date = AS_OF, date(2014, 9, 3)
    report.settings.threshold = {"activity_days": 90}.get
    decision = a10_review._under_review(report, table("document", {**POLICY, "review_closed_on": closed}))
    assert (decision.verdict, decision.flags) == ("supported", flags)


CLOSED = {**POLICY, "status": "approved", "review_closed_on": "2014-02-01"}


@pytest.mark.parametrize(
    ("other", "state"),
    [
        ({"subject": "victims"}, 0),
        ({}, 1),
        # Approved on a day that can't be read: whether the policy with the open review is in force isn't known.
        ({"lost": "approved_on", "approved_on": None}, None),
        ({"lost": "approved_on", "approved_on": None, "review_closed_on": "2014-03-31"}, None),
        ({"lost": "approved_on", "approved_on": None, "status": "approved", "review_closed_on": "2014-03-31"}, 0),
        ({"lost": "approved_on", "approved_on": None, "status": "approved", "review_opened_on": None}, 0),
        ({"lost": "approved_on", "approved_on": None, "scope": "district"}, 0),
        ({"lost": "review_closed_on"}, None),
        ({"approved_on": "2014-04-01"}, 0),
    ],
)
def test_a_review_of_a_policy_that_may_be_in_force_may_be_open(table, other, state):
    lost = (other := dict(other)).pop("lost", "")
    rows = table("document", CLOSED, {**POLICY, "document_id": "e", **other})
    report = mock.Mock()
    report.settings.as_of, report.settings.letter_date = AS_OF, date(2014, 9, 3)
    report.settings.threshold = {"activity_days": 90}.get
    report.table.return_value = rows.assign(flags=["", unread_flag(lost) if lost else ""])
    found = registers.review_at(a10_review.documents(report), AS_OF)
    a10_review.opened(report, found)
    assert report.build.figure.call_args.args == ("review_open", state)
    verdict = {0: "contradicted", 1: "supported", None: "not_determinable"}[state]
    assert a10_review._under_review(report, a10_review.documents(report)).verdict == verdict


@pytest.mark.parametrize(
    ("complete", "given", "state"),
    [
        (True, {"subject": "victims"}, 0),
        (True, {"status": "withdrawn"}, 0),
        (True, {"document_type": "procedure"}, 0),
        (False, {"subject": "victims"}, None),
        (None, {"subject": "victims"}, None),
        (True, {}, 1),
        # It may be in force, and its review is open.
        (True, {"lost": "approved_on", "approved_on": None}, None),
    ],
)
def test_a_register_without_the_policy_says_no_only_where_it_is_complete(table, complete, given, state):
    lost = (given := dict(given)).pop("lost", "")
    report = mock.Mock()
    report.settings.as_of, report.settings.letter_date = AS_OF, date(2014, 9, 3)
    report.settings.threshold = {"activity_days": 90}.get
    report.answer.return_value.register_complete = complete
    report.table.return_value = table("document", {**POLICY, **given}).assign(flags=unread_flag(lost) if lost else "")
    rows = a10_review.documents(report)
    a10_review.opened(report, registers.review_at(rows, AS_OF))
    assert report.build.figure.call_args.args == ("review_open", state)
    verdict = {0: "contradicted", 1: "supported", None: "not_determinable"}[state]
    assert a10_review._under_review(report, rows).verdict == verdict


def test_a_review_that_is_surely_open_is_so_whatever_another_policy_says(table):
    rows = table("document", POLICY, {**POLICY, "document_id": "e", "approved_on": None})
    report = mock.Mock()
    report.settings.as_of = AS_OF
    report.table.return_value = rows.assign(flags=["", unread_flag("approved_on")])
    a10_review.opened(report, registers.review_at(a10_review.documents(report), AS_OF))
    assert report.build.figure.call_args.args == ("review_open", 1)
