"""A10: whether a policy is under review on a day."""

from datetime import date

import pandas as pd
import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.measures import registers

AS_OF = date(2014, 3, 31)


def register(table, *rows):
    common = {"document_type": "policy", "subject": "response_deployment", "status": "approved", "scope": "force",
              "effective_from": "2012-01-01"}  # fmt: skip
    documents = table("document", *({**common, "document_id": str(n), **row} for n, row in enumerate(rows)))
    return registers.of_subject(documents, "response_deployment", AS_OF)


def test_drafts_districts_other_subjects_and_ended_policies_are_left_out(table):
    rows = register(
        table,
        {},
        {"scope": None, "status": "under_review"},
        {"status": "draft"},
        {"scope": "district"},
        {"subject": "pursuit"},
        {"effective_to": "2014-03-30"},
        {"effective_from": "2014-04-01"},
        {"document_type": "terms_of_reference", "effective_from": None, "approved_on": "2014-02-01"},
        {"document_type": "report"},
    )
    assert rows["document_id"].tolist() == ["0", "1", "7"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"review_opened_on": "2014-01-10", "last_activity_on": "2014-03-01"}, (True, True, 30)),
        ({"review_opened_on": "2014-03-21"}, (True, True, 10)),
        # Work dated after the day was not known on it; the opening is the last that was.
        ({"review_opened_on": "2014-03-21", "last_activity_on": "2014-05-01"}, (True, True, 10)),
        ({"review_opened_on": "2014-04-01", "last_activity_on": "2014-04-01"}, (False, False, None)),
        ({"review_opened_on": "2014-01-10", "review_closed_on": "2014-03-31"}, (True, False, None)),
        ({"review_opened_on": "2014-01-10", "review_closed_on": "2014-04-01"}, (True, True, 80)),
        # Marked as under review, without a day.
        ({"status": "under_review"}, (True, True, None)),
        ({"status": "under_review", "last_activity_on": "2014-03-30"}, (True, True, 1)),
        ({"last_activity_on": "2014-03-30"}, (False, False, None)),
        ({"document_type": "terms_of_reference", "approved_on": "2014-03-01"}, (True, True, 30)),
    ],
)
def test_open_on_the_day(table, row, expected):
    assert registers.review_at(register(table, row), AS_OF)[:3] == expected


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        ({"review_opened_on": "2014-01-10"}, "review_closed_on", (True, None, None)),
        ({}, "review_opened_on", (False, None, None)),
        ({"review_closed_on": "2014-03-31"}, "review_opened_on", (False, False, None)),
    ],
)
def test_a_day_that_cannot_be_read_leaves_open_whether_a_review_is(table, row, column, expected):
    rows = register(table, row).assign(flags=unread_flag(column))
    assert registers.review_at(rows, AS_OF)[:3] == expected
    sure = register(table, {"review_opened_on": "2014-03-01"}).assign(flags="")
    both = pd.concat([rows, sure], ignore_index=True)
    assert registers.review_at(both, AS_OF)[:3] == (True, True, 30)


def test_the_day_on_which_an_open_review_was_closed_later(table):
    row = {"review_opened_on": "2014-01-10", "review_closed_on": "2014-06-30"}
    assert registers.review_at(register(table, row), AS_OF).closed_on == pd.Timestamp(2014, 6, 30)
    still = {"review_opened_on": "2014-02-10"}
    assert registers.review_at(register(table, row, still), AS_OF).closed_on is None


def test_of_two_open_reviews_the_latest_work_counts(table):
    rows = register(table, {"review_opened_on": "2013-01-10"}, {"review_opened_on": "2014-03-01"})
    assert registers.review_at(rows, AS_OF).days_since_activity == 30


def test_without_a_document_nothing_is_known(table):
    assert registers.review_at(register(table), AS_OF)[:4] == (False, None, None, None)
