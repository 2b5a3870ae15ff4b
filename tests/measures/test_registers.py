"""Documents in force, and the latest answer to a request, row by row."""

from datetime import date

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.measures import registers
from hmic_analysis.measures.registers import UNDATED, UNREADABLE, Answer

AS_OF = date(2014, 3, 31)
POLICY = {"document_id": "d", "document_type": "policy", "subject": "iom", "status": "approved", "approved_on": "2013-01-01",
          "covers": "named_lead"}  # fmt: skip
KIND = {"types": ("policy",), "subject": "iom", "in_force_on": AS_OF}


@pytest.mark.parametrize(
    ("given", "sure", "perhaps"),
    [
        ({}, 1, 0),
        ({"approved_on": "2014-03-31"}, 1, 0),
        ({"approved_on": "2014-04-01"}, 0, 0),
        # Approved after the day: not in force on it, whenever it says that it began.
        ({"approved_on": "2014-04-01", "effective_from": "2013-01-01"}, 0, 0),
        ({"effective_from": "2014-04-01"}, 0, 0),
        ({"effective_to": "2014-03-31"}, 1, 0),
        ({"effective_to": "2014-03-30"}, 0, 0),
        # It ends before it begins: one of the days is wrong.
        ({"effective_from": "2013-06-01", "effective_to": "2013-05-31"}, 0, 1),
        ({"effective_from": "2014-06-01", "effective_to": "2013-05-31"}, 0, 0),
        ({"approved_on": None, "effective_from": "2013-01-01"}, 1, 0),
        ({"approved_on": None}, 0, 1),
        ({"lost": "effective_to"}, 0, 1),
        ({"lost": "effective_from", "approved_on": "2014-04-01"}, 0, 0),
        ({"covers": None}, 1, 0),
        ({"covers": None, "lost": "covers"}, 1, 1),
        ({"status": "draft", "approved_on": None}, 0, 0),
        ({"subject": "demand", "approved_on": None}, 0, 0),
    ],
)
def test_documents_in_force(table, given, sure, perhaps):
    lost = (given := dict(given)).pop("lost", "")
    coded = {**POLICY, "document_id": "other", "document_type": "plan"}
    rows = table("document", {**POLICY, **given}, coded).assign(flags=[unread_flag(lost) if lost else "", ""])
    assert len(registers.documents(rows, **KIND)) == sure
    assert len(registers.perhaps(rows, "named_lead", **KIND)) == perhaps


def test_in_a_register_that_nobody_coded_any_may_say_it(table):
    rows = table("document", {**POLICY, "covers": None})
    assert len(registers.perhaps(rows, "named_lead", **KIND)) == 1
    assert registers.perhaps(rows, **KIND).empty


def test_a_blank_scope_is_the_whole_force(table):
    rows = table("document", *({**POLICY, "scope": scope} for scope in (None, "force", "district", "pcc")))
    assert len(registers.of_the_force(rows)) == 2


REQUEST = {"request_id": "1", "item": "staff", "status": "not_yet_received", "requested_on": "2014-01-01"}
GIVEN = {"request_id": "2", "item": "staff", "status": "provided", "requested_on": "2014-01-01", "received_on": "2014-02-01",
         "stated_value": 7, "register_complete": True}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "lost", "expected"),
    [
        ((REQUEST, GIVEN), (), Answer("provided", 7, True)),
        ((GIVEN, REQUEST), (), Answer("provided", 7, True)),
        ((GIVEN, {**REQUEST, "requested_on": "2014-02-02"}), (), Answer("not_yet_received", None, None)),
        # Without any day: not requested, by the words of the template, and so older than an answer.
        ((GIVEN, {**REQUEST, "status": "not_requested", "requested_on": None}), (), Answer("provided", 7, True)),
        # Nobody can tell whether the force gave it before or after it was asked again.
        ((REQUEST, {**GIVEN, "received_on": None}), ("", "received_on"), Answer("provided", 7, True)),
        ((GIVEN, {**REQUEST, "requested_on": None}), ("", "requested_on"), Answer(UNDATED, None, None)),
        (
            (GIVEN, {**GIVEN, "received_on": None, "stated_value": 8}),
            ("", "received_on"),
            Answer(UNDATED, None, True),
        ),
        # A figure that nobody can read is not one that was not stated.
        (({**GIVEN, "stated_value": None},), ("stated_value",), Answer(UNREADABLE, None, True)),
        (({**GIVEN, "stated_value": None},), (), Answer("provided", None, True)),
        ((REQUEST, {**GIVEN, "stated_value": None}), ("stated_value", ""), Answer("provided", None, True)),
        (({**GIVEN, "received_on": None},), ("received_on",), Answer("provided", 7, True)),
        (({**GIVEN, "item": "crime"},), (), Answer(None, None, None)),
    ],
)
def test_the_latest_answer(table, rows, lost, expected):
    flags = [unread_flag(column) if column else "" for column in lost or [""] * len(rows)]
    assert registers.answer_to(table("data_request", *rows).assign(flags=flags), "staff") == expected
