"""A2: who arrived when, against the target of the grade, and calls that count, row by row."""

from datetime import date
from unittest import mock

import pytest

from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.evidence.verdicts import Decision
from hmic_analysis.findings import a2_attendance
from hmic_analysis.measures import attendance, registers
from hmic_analysis.measures.base import Share
from tests.findings.test_a1_recording import rules

CALL = {
    "incident_id": "i",
    "created_at": "2013-05-01 10:00",
    "grade": "scheduled",
    "area_type": "urban",
    "origin": "public",
}
SENT = {
    "incident_id": "i",
    "resource_type": "officer",
    "assigned_at": "2013-05-01 10:05",
    "at_scene_at": "2013-05-01 11:00",
}


def target(grade, area):
    """Minutes: of an urgent call 60 in town and 90 outside, of a visit 48 hours, of the rest none."""
    return {"emergency": {"urban": 60, "rural": 90}.get(area), "scheduled": 48 * 60}.get(grade)


@pytest.mark.parametrize(
    ("call", "sent", "expected"),
    [
        ({}, {}, Share(1, 0)),
        ({}, {"at_scene_at": "2013-05-03 10:00"}, Share(1, 0)),
        # However late, it is a miss.
        ({}, {"at_scene_at": "2013-05-03 10:01"}, Share(0, 1)),
        ({}, {"at_scene_at": "2013-06-15 10:00"}, Share(0, 1)),
        ({"grade": "emergency"}, {"at_scene_at": "2013-05-01 11:00"}, Share(1, 0)),
        ({"grade": "emergency"}, {"at_scene_at": "2013-05-01 11:01"}, Share(0, 1)),
        ({"grade": "emergency", "area_type": "rural"}, {"at_scene_at": "2013-05-01 11:30"}, Share(1, 0)),
        # A blank area: decided where both targets agree.
        ({"grade": "emergency", "area_type": None}, {"at_scene_at": "2013-05-01 11:00"}, Share(1, 0)),
        ({"grade": "emergency", "area_type": None}, {"at_scene_at": "2013-05-01 11:30"}, Share(0, 0, 1)),
        ({"grade": "emergency", "area_type": None}, {"at_scene_at": "2013-05-01 11:31"}, Share(0, 1)),
        ({"created_at": None}, {}, Share(0, 0, 1)),
        ({}, {"at_scene_at": "2013-05-01 09:59"}, Share(0, 0, 1)),
        ({"result": "duplicate"}, {}, None),
        ({"origin": "officer_initiated"}, {}, None),
        ({"grade": "priority"}, {}, None),
        ({}, {"at_scene_at": None}, None),
        # An arrival, or a way of contact, that can't be read may be a late arrival.
        ({}, {"at_scene_at": None, "lost": "at_scene_at"}, Share(0, 0, 1)),
        ({}, {"contact_mode": None, "lost": "contact_mode"}, Share(0, 0, 1)),
        ({}, {"contact_mode": "telephone"}, None),
        # It may be a duplicate, or begun by an officer.
        ({"lost": "result"}, {}, Share(0, 0, 1)),
        ({"origin": None, "lost": "origin"}, {"at_scene_at": "2013-06-15 10:00"}, Share(0, 0, 1)),
        ({"origin": None}, {}, Share(1, 0)),
    ],
)
def test_arrivals_within_target(table, call, sent, expected):
    call, lost = {**CALL, **call}, (sent := dict(sent)).pop("lost", "")
    unreadable = call.pop("lost", "")
    arrival = table("deployment", {**SENT, **sent}).assign(flags=unread_flag(lost) if lost else "")
    calls = table("incident", call).assign(flags=unread_flag(unreadable) if unreadable else "")
    times = a2_attendance.response_times(calls, arrival, rules())
    found = a2_attendance.target_shares(a2_attendance.within_target(times, target))
    assert found.get(call["grade"]) == expected


@pytest.mark.parametrize(
    ("call", "sent", "expected"),
    [
        ({}, {}, Share(1, 0)),
        ({}, {"resource_type": "staff"}, Share(1, 0)),
        ({}, {"at_scene_at": None}, Share(0, 0, 1)),
        ({}, {"at_scene_at": None, "stood_down": True}, Share(0, 1)),
        ({}, {"contact_mode": "telephone"}, Share(0, 1)),
        ({"result": "duplicate"}, {}, Share(0, 0)),
        ({"result": "test"}, {}, Share(0, 0)),
        ({"result": "cancelled_by_caller"}, {}, Share(1, 0)),
        ({"result": "cancelled_by_caller"}, None, Share(0, 0)),
        ({"result": "cancelled_by_caller", "dispatched_at": "2013-05-01 10:03"}, None, Share(0, 1)),
        ({"result": "cancelled_by_caller", "lost": "dispatched_at"}, None, Share(0, 0, 1)),
        ({"result": "resolved_without_deployment"}, None, Share(0, 1)),
        # A blank time of dispatch says that nobody was sent, once any call of the return has one.
        ({}, None, Share(0, 1)),
        ({"lost": "dispatched_at"}, None, Share(0, 0, 1)),
        ({"lost": "result"}, None, Share(0, 0, 1)),
        # It may be a duplicate; or its result says that nobody came, and an arrival can't be read.
        ({"lost": "result"}, {}, Share(0, 0, 1)),
        ({"origin": None, "lost": "origin"}, {}, Share(0, 0, 1)),
        ({"result": "resolved_without_deployment"}, {"at_scene_at": None, "unread": "at_scene_at"}, Share(0, 0, 1)),
        ({"grade": "no_deployment"}, {"contact_mode": None, "unread": "contact_mode"}, Share(0, 0, 1)),
        ({"grade": "no_deployment"}, {"at_scene_at": None}, Share(0, 1)),
        ({"result": "attended"}, None, Share(0, 0, 1)),
        ({"dispatched_at": "2013-05-01 10:03"}, None, Share(0, 0, 1)),
    ],
)
def test_calls_attended(table, call, sent, expected):
    lost = (call := {**CALL, **call}).pop("lost", "")
    other = {**CALL, "incident_id": "test", "result": "test", "dispatched_at": "2013-05-01 10:03"}
    calls = table("incident", call, other).assign(flags=[unread_flag(lost) if lost else "", ""])
    unreadable = (sent := None if sent is None else {**SENT, **sent}) and sent.pop("unread", "")
    rows = table("deployment", *([sent] if sent else [])).assign(flags=unread_flag(unreadable) if unreadable else "")
    found = attendance.incident_attendance(calls, rows, rules())
    assert Share.of(found["attended"]) == expected


def test_calls_that_nobody_attended_break_the_promise_and_those_not_known_may(table):
    # Attended, a telephone call, stood down, nobody sent; sent and no more known; a duplicate, which is no call.
    calls = [{**CALL, "incident_id": str(n), "dispatched_at": "2013-05-01 10:03"} for n in range(6)]
    calls[3] = {**calls[3], "dispatched_at": None}
    calls[5] = {**calls[5], "result": "duplicate"}
    sent = [{}, {"contact_mode": "telephone"}, {"at_scene_at": None, "stood_down": True}, None, {"at_scene_at": None}]
    rows = [{**SENT, "incident_id": str(n), **given} for n, given in enumerate(sent) if given is not None]
    found = attendance.incident_attendance(table("incident", *calls), table("deployment", *rows), rules())
    assert Share.of(found["attended"]).reversed() == Share(3, 1, 1)


def test_nobody_sent_is_not_known_of_a_return_that_times_no_dispatch(table):
    calls = table("incident", CALL, {**CALL, "incident_id": "2"})
    found = attendance.incident_attendance(calls, table("deployment", SENT), rules())
    assert Share.of(found["attended"]) == Share(1, 0, 1)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"2014-02-10": True}, Share(1, 0)),
        ({"2014-02-10": False}, Share(0, 1)),
        # Asked on the as-of day, and on the day after it.
        ({"2014-03-31": True}, Share(1, 0)),
        ({"2014-04-01": True}, Share(0, 0)),
        ({"2014-02-10": False, "2014-04-01": True}, Share(0, 1)),
        # Asked again: both are answers.
        ({"2014-02-10": False, "2014-02-11": True, "2014-02-12": True}, Share(2, 1)),
        ({}, Share(0, 0)),
    ],
)
def test_questions_on_the_policy(table, answers, expected):
    rows = ({"asked_on": day, "correct": value} for day, value in answers.items())
    assert registers.knowledge_correct(table("knowledge_check", *rows), date(2014, 3, 31)) == expected


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        (("attend_all", "attend_all"), (2, 0, True)),
        (("selective", "attend_all"), (1, 0, False)),
        ((None, "attend_all"), (1, 1, None)),
        # No row of a force is as blank as a blank cell; that of a force not compared counts for none.
        (("attend_all",), (1, 1, True)),
        ((), (0, 2, None)),
        (("selective", "selective", "attend_all"), (0, 0, False)),
    ],
)
def test_forces_with_such_a_policy(table, policies, expected):
    rows = ({"force_slug": s, "response_policy": p} for s, p in zip(("a", "b", "elsewhere"), policies, strict=False))
    found = registers.policy_count(table("force_reference", *rows), ["a", "b"], "a")
    assert (found.attend_all, found.unknown, found.this_force) == expected and found.forces == 2


@pytest.mark.parametrize(
    ("given", "promises"),
    [
        ({}, (True, True)),
        ({"covers": "attend_all_crimes"}, (True, False)),
        ({"covers": None}, (False, False)),
        ({"status": "withdrawn"}, (False, False)),
        ({"effective_to": "2014-03-31"}, (True, True)),
        ({"effective_to": "2014-03-30"}, (False, False)),
        ({"approved_on": "2014-03-31"}, (True, True)),
        ({"approved_on": "2014-04-01"}, (False, False)),
        ({"approved_on": None}, (False, False)),
        ({"scope": "district"}, (False, False)),
    ],
)
def test_only_a_promise_in_force_can_be_broken(table, given, promises):
    policy = {"document_id": "d", "title": "t", "document_type": "policy", "subject": "response_deployment",
              "status": "approved", "approved_on": "2013-01-01",
              "covers": "attend_all_crimes;attend_all_incidents", **given}  # fmt: skip
    report = mock.Mock()
    report.table.return_value, report.settings.as_of = table("document", policy), date(2014, 3, 31)
    assert a2_attendance.attends_all(report) == promises


def test_the_promise_is_broken_by_what_was_not_attended_and_by_nothing_unknown():
    assert Share(90, 8, 2).reversed() == Share(8, 90, 2)


@pytest.mark.parametrize(
    ("own", "listed", "others", "verdict"),
    [
        (True, True, 9, "supported"),
        (False, False, 9, "contradicted"),
        # The list and the force's own policy disagree: neither is right for that alone.
        (True, False, 9, "not_determinable"),
        (False, True, 9, "not_determinable"),
        # Too many have one, whatever the force's own is.
        (True, False, 11, "contradicted"),
        (False, True, 10, "contradicted"),
        # Of the force's own policy nothing is known: the list says what there is.
        (None, True, 9, "supported"),
        (None, False, 9, "contradicted"),
    ],
)
def test_one_of_the_few_only_where_the_list_and_the_policy_agree(own, listed, others, verdict):
    report = mock.Mock()
    report.settings.force.kind = "territorial"
    report.settings.quantifier.return_value.max_forces = 10
    count = registers.PolicyCount(others + listed, 0, 43, listed, Share(0, 0))
    promise = Decision({True: "supported", False: "contradicted", None: "not_determinable"}[own], why="Its policy.")
    with (
        mock.patch.object(a2_attendance, "compare_forces", return_value=count),
        mock.patch.object(a2_attendance, "grade_indicator", return_value="A"),
    ):
        decision, _ = a2_attendance._few(report, promise)
    assert decision.verdict == verdict
    assert ("sources_conflict" in decision.reasons) == (verdict == "not_determinable")
