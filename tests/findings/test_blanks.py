"""What a blank means by the words of the template, and what the measures make of one: the same for every yes or no."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.contracts.base import LEFT_OUT, unread_flag
from hmic_analysis.contracts.reference import REFERENCE_TABLES
from hmic_analysis.findings import (
    a3_victims,
    a4_crime_files,
    a5_offenders,
    a6_suspects,
    a7_suspect_files,
    a8_dispatch,
    a9_service,
    f2_partners,
    f3_supervision,
    f5_devices,
    p2_initiatives,
    p3_problem_solving,
    p4_training,
    p5_anpr,
)
from hmic_analysis.measures import attendance, cameras, registers
from hmic_analysis.measures.base import Share, open_blanks, unread
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project

AS_OF = date(2014, 3, 31)
START, END = date(2012, 12, 1), date(2013, 11, 30)
CALL = {"audit_id": "1", "taken_on": "2013-05-01", "random_sample": True, "about_victim": True}
FILE = {"review_id": "1", "review_kind": "crime", "sampling": "random"}
NAMED = {"review_id": "1", "review_kind": "named_suspect"}
INITIATIVE = {"initiative_id": "1", "kind": "initiative", "started_on": "2011-01-01", "objective_written": True,
              "baseline_recorded": True, "outcome_measured": True}  # fmt: skip
COURSE = {"person_key": "a", "course_code": "1", "subject": "crime_prevention", "formal": True, "hours": 3,
          "completed_on": "2013-05-01", "is_initial": False}  # fmt: skip
CONSTABLE = {"person_key": "a", "role": "response", "rank": "constable"}
SENT = {"incident_id": "i", "resource_type": "officer", "assigned_at": "2013-05-01 10:00"}
HIT = {"hit_id": "1", "hit_at": "2013-05-01 10:00", "decided_at": "2013-05-01 10:05", "priority": "priority"}
OPERATION = {"operation_id": "1", "started_on": "2013-05-01", "origin": "own", "planned": True}
DISPATCH = {"dispatch_id": "1", "incident_id": "i", "decided_at": "2013-05-01 10:00", "grade": "emergency"}


def one(table, name, row, column, value):
    return table(name, {**row, column: value})


def rules():
    return load_params(find_project()).inspection.attendance


def _call(table, column, value, measure):
    return measure(one(table, "call_audit", CALL, column, value))


def _flag(table, value):
    row = {"incident_id": "i", "repeat_victim": value, "repeat_set_at": "2013-05-01 10:01",
           "call_ended_at": "2013-05-01 10:05"}  # fmt: skip
    # One more call, so that the column is not blank for everybody.
    rows = table("contact_flag", row, {**row, "incident_id": "another", "repeat_victim": True})
    calls = table("incident", {"incident_id": "i", "created_at": "2013-05-01 10:00", "category_close": "crime"})
    contacts = a3_victims.victim_contacts(calls, rows, (7, 15, 23))
    return a3_victims.recall(contacts.assign(repeat=True))


def _staff(table, value):
    return len(p4_training.in_post(one(table, "staff", CONSTABLE, "in_training", value), AS_OF))


def _sent(table, value):
    calls = table("incident", {"incident_id": "i"})
    return attendance.incident_state(calls, one(table, "deployment", SENT, "stood_down", value), rules())["state"][0]


def _crime(table, column, value):
    return len(attendance.recorded_crimes(one(table, "crime", {"crime_id": "1"}, column, value)))


def _complete(table, value):
    log = one(table, "data_request", {"request_id": "1", "item": "document", "status": "provided"},
              "register_complete", value)  # fmt: skip
    return bool(registers.answer_to(log, "document").register_complete)


def _weekly(table, value):
    row = {"supervisor_key": "s", "week_start": "2013-01-07", "times_opened": 0, "on_duty": value}
    return f3_supervision.looks_weekly(table("workload_view", row), table("staff"))


#: Blank is read as the value beside it: both give the same figure, and the other value gives another.
READ_AS = {
    ("contact_flag", "repeat_victim"): (False, lambda t, v: _flag(t, v)),
    ("call_audit", "random_sample"): (
        False, lambda t, v: _call(t, "random_sample", v, lambda f: len(a3_victims.audited_calls_of_victims(f)))),
    ("call_audit", "about_victim"): (
        False, lambda t, v: _call(t, "about_victim", v, lambda f: len(a3_victims.audited_calls_of_victims(f)))),
    ("staff", "in_training"): (False, _staff),
    ("deployment", "stood_down"): (False, _sent),
    ("crime", "is_notifiable"): (True, lambda t, v: _crime(t, "is_notifiable", v)),
    ("crime", "is_no_crime"): (False, lambda t, v: _crime(t, "is_no_crime", v)),
    ("data_request", "register_complete"): (False, _complete),
    ("workload_view", "on_duty"): (True, _weekly),
    ("anpr_hit", "misread"): (
        False, lambda t, v: p5_anpr.decided_in_time(one(t, "anpr_hit", HIT, "misread", v), 30)),
    ("anpr_operation", "cancelled"): (
        False, lambda t, v: len(p5_anpr.held(one(t, "anpr_operation", OPERATION, "cancelled", v)))),
}  # fmt: skip


def _files(table, column, value):
    return one(table, "file_review", FILE, column, value)


def _reviews(table, aspect, value):
    row = {"review_id": "1", "person_key": "a", "held_on": "2013-05-01", f"{aspect}_covered": value}
    return f3_supervision.covers(table("supervision", row), aspect)


def _entry(table, value):
    entry = {"review_id": "1", "entry_number": 1, "entered_on": "2013-05-01", "entry_kind": "supervisor",
             "content": "direction", "by_investigator": value}  # fmt: skip
    return Share.of(
        a4_crime_files.crime_files(table("file_review", FILE), table("file_entry", entry), AS_OF, 28)["supervised"]
    )


def _initiative(table, column, value, measure):
    return measure(p2_initiatives.long_term(one(table, "initiative", INITIATIVE, column, value), AS_OF, 12, 36))


def _course(table, column, value):
    given = p4_training.prevention_input(one(table, "training", COURSE, column, value), AS_OF, 36)
    staff = table("staff", CONSTABLE)
    return p4_training.all_roles(staff, p4_training.formally_trained(staff, given, 2))


def _suspect(table, value):
    row = {"person_key": "p", "crime_id": "c", "named_on": "2014-01-01", "status": "outstanding"}
    rows = one(table, "suspect", row, "grounds_recorded", value)
    return Share.of(a6_suspects.suspect_pairs(rows, table("crime"), AS_OF)["outstanding"])


def _bail(table, value):
    row = {"bail_id": "1", "person_key": "p", "bail_type": "s47_3", "return_due_on": "2013-05-01"}
    return a6_suspects.unanswered(a6_suspects.bail_returns(one(table, "bail", row, "attended", value)))


def _meeting(table, value):
    row = {"meeting_id": "1", "district": "d", "prescribed_on": "2013-05-01", "held": value}
    return Share.of(p2_initiatives.held_by_day(table("meeting", row))["held"])


def _iom(table, value):
    row = {"meeting_id": "1", "scheduled_on": "2013-05-01", "held": value}
    return a5_offenders.held(table("iom_meeting", row))


#: Blank is not known: a unit of which the figure knows nothing.
NOT_KNOWN = {
    ("initiative", "objective_written"): lambda t: _initiative(t, "objective_written", None, lambda f: Share.of(f.long_term)),
    ("initiative", "baseline_recorded"): lambda t: _initiative(t, "baseline_recorded", None, p2_initiatives.with_outcome),
    ("initiative", "outcome_measured"): lambda t: _initiative(t, "outcome_measured", None, p2_initiatives.with_outcome),
    ("meeting", "held"): lambda t: _meeting(t, None),
    ("training", "formal"): lambda t: _course(t, "formal", None),
    ("training", "is_initial"): lambda t: _course(t, "is_initial", None),
    ("anpr_operation", "planned"): lambda t: p5_anpr.proactive(p5_anpr.held(one(t, "anpr_operation", OPERATION, "planned", None))),
    ("file_review", "progress_met"): lambda t: Share.of(a4_crime_files.crime_files(_files(t, "progress_met", None), t("file_entry"), AS_OF, 28)["progress"]),
    ("file_review", "supervised_met"): lambda t: a7_suspect_files.supervised(a7_suspect_files.suspect_files(t("file_review", NAMED), t("file_entry"), AS_OF, 28)),
    ("file_entry", "by_investigator"): lambda t: _entry(t, None),
    ("iom_meeting", "held"): lambda t: _iom(t, None),
    ("suspect", "grounds_recorded"): lambda t: _suspect(t, None),
    ("bail", "attended"): lambda t: _bail(t, None),
    ("dispatch", "incident_located"): lambda t: a8_dispatch.located_incidents(a8_dispatch.urgent(t("dispatch", DISPATCH))),
    ("dispatch", "map_used"): lambda t: a8_dispatch.map_used(t("dispatch", DISPATCH)),
    ("call_audit", "asked_previous"): lambda t: a3_victims.asked(t("call_audit", CALL), "asked_previous"),
    ("call_audit", "asked_vulnerability"): lambda t: a3_victims.asked(t("call_audit", CALL), "asked_vulnerability"),
    ("call_audit", "standard_met"): lambda t: a9_service.passed(t("call_audit", CALL)),
    ("survey", "completed"): lambda t: a9_service.responses(t("survey", {"survey_id": "1", "contacted_on": "2013-05-01"})),
    ("partner_transfer", "accepted"): lambda t: f2_partners.accepted(t("partner_transfer", {"transfer_id": "1", "agency": "health"})),
    ("supervision", "workload_covered"): lambda t: _reviews(t, "workload", None),
    ("supervision", "performance_covered"): lambda t: _reviews(t, "performance", None),
    ("system_access", "live"): lambda t: a3_victims.access_by_system(t("system_access", {"person_key": "a", "system": "pnc"}), t("staff"), AS_OF)["pnc"],
}  # fmt: skip
#: Parts a file, decides no yes or no by itself, or is read by no measure.
ELSEWHERE = {
    ("document", "decision_recorded"), ("contact_flag", "vulnerable"), ("file_review", "attended"),
    ("file_review", "circulated"), ("file_review", "second_progress_met"), ("file_review", "second_supervised_met"),
    ("iom_cohort", "is_ppo"), ("iom_cohort", "is_statutory"), ("call_audit", "flag_correct"),
    ("force_reference", "attendance_known"),
}  # fmt: skip
OPTIONAL = {
    (contract.name, column.name): column.blank
    for contract in CONTRACTS.values()
    if contract.name not in REFERENCE_TABLES
    for column in contract.columns
    if column.kind == "boolean" and not column.required
}


def test_every_yes_or_no_is_looked_at():
    assert set(OPTIONAL) == set(READ_AS) | set(NOT_KNOWN) | ELSEWHERE


@pytest.mark.parametrize("key", NOT_KNOWN, ids=".".join)
def test_a_blank_that_means_not_known_is_unknown_in_the_figure(table, key):
    assert OPTIONAL[key] == "not known"
    assert NOT_KNOWN[key](table) == Share(0, 0, 1)


@pytest.mark.parametrize("key", READ_AS, ids=".".join)
def test_a_blank_that_means_yes_or_no_is_read_so(table, key):
    value, measure = READ_AS[key]
    assert "not known" not in OPTIONAL[key].replace("; for everybody: not known", "").removesuffix(LEFT_OUT)
    assert measure(table, None) == measure(table, value) != measure(table, not value)


def lost(table, name, column, *rows):
    """Rows of which one cell could not be read, and was set aside."""
    return table(name, *rows).assign(flags=unread_flag(column))


NAMED_ON = {
    "person_key": "p",
    "crime_id": "c",
    "named_on": "2014-01-01",
    "status": "outstanding",
    "grounds_recorded": True,
}
BAILED = {"bail_id": "1", "person_key": "p", "bail_type": "s47_3", "return_due_on": "2013-05-01", "attended": False}
ENDED = {"record_id": "r", "opened_on": "2013-01-01", "closed_on": "2013-06-01", "evaluation_result": "reduced"}
IN_COHORT = {"person_key": "p", "entered_on": "2012-01-01", "risk_score": 5, "rag": "red", "last_assessed_on": "2014-03-01",
             "status": "community", "reoffended_on": "2012-05-01"}  # fmt: skip
DUE = {"action_id": "1", "meeting_id": "m", "set_on": "2013-05-01", "action_type": "prevention", "due_on": "2013-05-09"}
FAILED = {**CALL, "standard_met": False, "audited_on": "2013-05-02"}
DONE = {"closed_on": "2013-05-03"}
PHONE = {"device_id": "d", "device_type": "smartphone", "status": "working", "issued_on": "2013-01-01"}


def _offender(measure, column):
    def worked(table):
        rows = lost(table, "iom_cohort", column, {**IN_COHORT, column: None})
        # One more in the scheme, so that the column is not blank for everybody.
        others = table("iom_cohort", {**IN_COHORT, "person_key": "q"})
        return measure(pd.concat([rows, others], ignore_index=True))

    return worked


def _pair(table, column):
    pairs = a6_suspects.suspect_pairs(lost(table, "suspect", column, NAMED_ON), table("crime"), AS_OF)
    return Share.of(pairs["outstanding"])


def _work(table, column):
    rows = [{**NAMED_ON, column: None}, {**NAMED_ON, "person_key": "q", column: "2014-03-30"}]
    rows = table("suspect", *rows).assign(flags=[unread_flag(column), ""])
    persons = a6_suspects.outstanding_persons(a6_suspects.suspect_pairs(rows, table("crime"), AS_OF), AS_OF)
    return a6_suspects.recent(persons, column, AS_OF, 28)


def _closed(table, column, row):
    rows = lost(table, "problem_record", column, {**row, column: None})
    return p3_problem_solving.evaluated(p3_problem_solving.closed_in_period(rows, START, END, AS_OF, complete=True))


def _used(table, column):
    teams = lost(table, "neighbourhood_team", column, {"team": "t"})
    months = p3_problem_solving.team_months(
        teams, table("problem_record"), table("problem_update"), date(2013, 1, 1), date(2013, 1, 31), complete=True
    )
    return Share.of(months["active"])


def _acted(table):
    rows = table("meeting_action", DUE, {**DUE, "action_id": "2", "closed_on": "2013-05-03"})
    return p2_initiatives.closed_in_time(rows.assign(flags=[unread_flag("closed_on"), ""]), START, END)


def _learned(table, column):
    staff = table("staff", CONSTABLE)
    given = p4_training.prevention_input(lost(table, "training", column, {**COURSE, column: None}), AS_OF, 36)
    return p4_training.all_roles(staff, p4_training.formally_trained(staff, given, 2))


def _member(table, column):
    staff = p4_training.in_post(lost(table, "staff", column, CONSTABLE), AS_OF)
    given = p4_training.prevention_input(table("training", COURSE), AS_OF, 36)
    return p4_training.all_roles(staff, p4_training.formally_trained(staff, given, 2))


def _decided(table, column):
    rows = table("anpr_hit", {**HIT, column: None}, {**HIT, "hit_id": "2"})
    return p5_anpr.decided_in_time(rows.assign(flags=[unread_flag(column), ""]), 30)


def _told(table):
    rows = table("call_audit", FAILED, {**FAILED, "audit_id": "2", "feedback_on": "2013-05-03"})
    return a9_service.feedback_given(rows.assign(flags=[unread_flag("feedback_on"), ""]), AS_OF, 28)


def _overridden(table):
    row = {**DISPATCH, "recommendation": "overridden"}
    rows = table("dispatch", row, {**row, "dispatch_id": "2", "override_reason": "other"})
    return a8_dispatch.reasoned_overrides(a8_dispatch.urgent(rows.assign(flags=[unread_flag("override_reason"), ""])))


def _phone(table, column):
    rows = lost(table, "device", column, {**PHONE, column: None})
    log = table("device_session", {"device_id": "other", "day": "2014-03-30", "sessions": 1})
    return f5_devices.active(f5_devices.issued(rows, AS_OF), log, AS_OF, 28)


def _flag_lost(table, column):
    row = {"incident_id": "i", "call_ended_at": "2013-05-01 10:05", "repeat_set_at": "2013-05-01 10:01",
           "vulnerable_set_at": "2013-05-01 10:01"}  # fmt: skip
    calls = table("incident", {"incident_id": "i", "created_at": "2013-05-01 10:00", "category_close": "crime"})
    found = a3_victims.victim_contacts(calls, lost(table, "contact_flag", column, row), (7, 15, 23))
    return Share.of(found["flagged" if column == "repeat_victim" else "assessed"])


def _camera(table, column):
    kept = lost(table, "anpr_camera", column, {"camera_id": "A", "camera_type": "fixed"})
    idle = {"camera_id": "A", "day": "2013-05-01", "scheduled_hours": 1, "busy_hours": 1, "busy_hours_with_reads": 0}
    one_day = date(2013, 5, 1)
    return cameras.hours_available(cameras.camera_hours(kept, table("anpr_camera_day", idle), one_day, one_day))


def _away(table):
    away = lost(table, "absence", "to_on", {"person_key": "a", "from_on": "2013-01-01"})
    staff, held = (
        table("staff", CONSTABLE, {**CONSTABLE, "person_key": "b"}),
        {"person_key": "b", "held_on": "2013-02-01"},
    )
    due = f3_supervision.staff_intervals(
        staff, away, table("supervision", held), date(2013, 1, 1), date(2013, 3, 31), 3
    )
    return Share.of(due["reviewed"])


def _audited(table, column):
    rows = lost(table, "call_audit", column, {**CALL, "asked_previous": False, column: None})
    return a3_victims.asked(a3_victims.audited_calls_of_victims(rows), "asked_previous")


def _cancelled(table):
    calls = lost(
        table,
        "incident",
        "dispatched_at",
        {"incident_id": "i", "result": "cancelled_by_caller", "created_at": "2013-05-01 10:00"},
    )
    return Share.of(attendance.incident_attendance(calls, table("deployment"), rules())["attended"])


def _unanswered(table, column):
    return a6_suspects.failed_to_answer(lost(table, "bail", column, BAILED), AS_OF)


def _circulated(table):
    named = {**NAMED_ON, "grounds_recorded": True}
    pairs = a6_suspects.suspect_pairs(table("suspect", named), table("crime"), AS_OF)
    persons = a6_suspects.outstanding_persons(pairs, AS_OF)
    row = {"person_key": "p", "reason": "named_suspect", "circulated_on": "2014-02-01"}
    return a6_suspects.circulated_share(persons, lost(table, "pnc_circulation", "cancelled_on", row), AS_OF, 7)


def _depth(table, column):
    row = {
        "skill_id": "s",
        "skill_function": "repair",
        "critical": True,
        "person_key": "a",
        "competent_from": "2012-01-01",
    }
    return p5_anpr.depth(lost(table, "skill", column, {**row, column: None}), AS_OF)


def _mended(table):
    row = {"outage_id": "o", "camera_id": "A", "fault_at": "2013-05-01 10:00"}
    return cameras.repairs(lost(table, "anpr_outage", "fixed_at", row), AS_OF).faults


def _arrived(table):
    rows = lost(table, "deployment", "contact_mode", {**SENT, "at_scene_at": "2013-05-01 10:20"})
    return attendance.incident_state(table("incident", {"incident_id": "i"}), rows, rules())["state"][0]


def _agreed(table):
    row = {"agreement_id": "a", "agency": "health", "task_id": "t", "status": "signed", "signed_on": "2013-01-01"}
    return f2_partners.agreements_in_force(lost(table, "partner_agreement", "ends_on", row), AS_OF)["sure"].tolist()


ONE_UNKNOWN, BESIDE_A_YES = Share(0, 0, 1), Share(1, 0, 1)
#: Columns whose blank says something: a cell that could not be read is not that blank, and its unit is unknown.
SET_ASIDE = {
    ("iom_cohort", "left_on"): (_offender(a5_offenders.assessed, "left_on"), BESIDE_A_YES),
    ("iom_cohort", "risk_score"): (_offender(a5_offenders.assessed, "risk_score"), BESIDE_A_YES),
    ("iom_cohort", "rag"): (_offender(a5_offenders.with_rag, "rag"), BESIDE_A_YES),
    ("iom_cohort", "last_assessed_on"): (
        _offender(lambda rows: a5_offenders.assessment_current(rows, AS_OF, 90), "last_assessed_on"), BESIDE_A_YES),
    ("iom_cohort", "reoffended_on"): (
        _offender(lambda rows: a5_offenders.reoffended(rows, AS_OF), "reoffended_on"), BESIDE_A_YES),
    **{("suspect", c): (lambda t, c=c: _pair(t, c), ONE_UNKNOWN) for c in a6_suspects.ENDS},
    ("suspect", "last_activity_on"): (lambda t: _work(t, "last_activity_on"), BESIDE_A_YES),
    ("suspect", "last_review_on"): (lambda t: _work(t, "last_review_on"), BESIDE_A_YES),
    **{("bail", c): (lambda t, c=c: a6_suspects.unanswered(a6_suspects.bail_returns(lost(t, "bail", c, BAILED))), ONE_UNKNOWN)
       for c in ("rebailed_on", "cancelled_on")},
    ("initiative", "ended_on"): (
        lambda t: Share.of(p2_initiatives.long_term(lost(t, "initiative", "ended_on", INITIATIVE), AS_OF, 12, 36)["long_term"]), ONE_UNKNOWN),
    ("meeting_action", "closed_on"): (_acted, BESIDE_A_YES),
    ("problem_record", "closed_on"): (lambda t: _closed(t, "closed_on", ENDED), ONE_UNKNOWN),
    ("problem_record", "evaluated_on"): (lambda t: _closed(t, "evaluated_on", {**ENDED, "evaluation_result": None}), ONE_UNKNOWN),
    ("neighbourhood_team", "existed_from"): (lambda t: _used(t, "existed_from"), ONE_UNKNOWN),
    ("neighbourhood_team", "existed_to"): (lambda t: _used(t, "existed_to"), ONE_UNKNOWN),
    ("training", "completed_on"): (lambda t: _learned(t, "completed_on"), ONE_UNKNOWN),
    ("staff", "in_training"): (lambda t: _member(t, "in_training"), ONE_UNKNOWN),
    ("staff", "left_on"): (lambda t: _member(t, "left_on"), ONE_UNKNOWN),
    ("anpr_hit", "decided_at"): (lambda t: _decided(t, "decided_at"), BESIDE_A_YES),
    ("anpr_hit", "misread"): (lambda t: _decided(t, "misread"), BESIDE_A_YES),
    ("anpr_operation", "cancelled"): (
        lambda t: p5_anpr.proactive(p5_anpr.held(lost(t, "anpr_operation", "cancelled", OPERATION))), ONE_UNKNOWN),
    ("anpr_camera", "commissioned_on"): (lambda t: _camera(t, "commissioned_on"), ONE_UNKNOWN),
    ("anpr_camera", "decommissioned_on"): (lambda t: _camera(t, "decommissioned_on"), ONE_UNKNOWN),
    ("absence", "to_on"): (_away, BESIDE_A_YES),
    ("call_audit", "random_sample"): (lambda t: _audited(t, "random_sample"), ONE_UNKNOWN),
    ("call_audit", "about_victim"): (lambda t: _audited(t, "about_victim"), ONE_UNKNOWN),
    ("incident", "dispatched_at"): (_cancelled, ONE_UNKNOWN),
    ("call_audit", "feedback_on"): (_told, BESIDE_A_YES),
    ("dispatch", "override_reason"): (_overridden, BESIDE_A_YES),
    ("device", "issued_on"): (lambda t: _phone(t, "issued_on"), ONE_UNKNOWN),
    ("device", "withdrawn_on"): (lambda t: _phone(t, "withdrawn_on"), ONE_UNKNOWN),
    ("contact_flag", "repeat_victim"): (lambda t: _flag_lost(t, "repeat_victim"), ONE_UNKNOWN),
    ("contact_flag", "vulnerable"): (lambda t: _flag_lost(t, "vulnerable"), ONE_UNKNOWN),
    **{("bail", c): (lambda t, c=c: _unanswered(t, c), (set(), {"p"})) for c in ("answered_on", "rearrested_on")},
    ("pnc_circulation", "cancelled_on"): (_circulated, ONE_UNKNOWN),
    **{("skill", c): (lambda t, c=c: _depth(t, c), None) for c in ("competent_from", "competent_to", "employer")},
    ("anpr_outage", "fixed_at"): (_mended, 0),
    ("deployment", "contact_mode"): (_arrived, "unknown"),
    ("partner_agreement", "ends_on"): (_agreed, [False]),
}  # fmt: skip


@pytest.mark.parametrize("key", SET_ASIDE, ids=".".join)
def test_a_cell_that_could_not_be_read_is_unknown_and_never_what_a_blank_says(table, key):
    measure, expected = SET_ASIDE[key]
    assert CONTRACTS[key[0]].column(key[1]).blank_says
    assert measure(table) == expected


def test_two_readers_are_compared_only_where_both_found_something(table):
    files = table(
        "file_review", {**FILE, "progress_met": True}, {**FILE, "review_id": "2", "second_progress_met": True}
    )
    assert registers.readers_agree(files, "progress_met") == Share(0, 0, 1)


@pytest.mark.parametrize(
    ("flags", "kept"),
    [
        ("", 1),
        (unread_flag("effective_to"), 0),
        (unread_flag("effective_from"), 0),
        (unread_flag("scope"), 0),
        ("other", 1),
    ],
)
def test_a_document_whose_days_or_scope_could_not_be_read_is_not_known_to_be_in_force(table, flags, kept):
    row = {"document_id": "1", "document_type": "policy", "subject": "response", "status": "approved",
           "approved_on": "2013-01-01"}  # fmt: skip
    policies = table("document", row).assign(flags=flags)
    found = registers.documents(policies, types=["policy"], subject="response", in_force_on=date(2014, 3, 31))
    assert len(found) == kept


#: Columns whose blank says something, each with the test by hand that holds what the measure makes of it.
BY_HAND = {
    ("contact_flag", "victim_type"): "findings/test_a3_victims.py::test_repeat_victims_recognised",
    ("dispatch", "grade"): "findings/test_a8_dispatch.py::test_dispatches",
    ("data_request", "requested_on"): "measures/test_registers.py::test_the_latest_answer",
    ("data_request", "received_on"): "measures/test_registers.py::test_the_latest_answer",
    ("data_request", "stated_value"): "measures/test_registers.py::test_the_latest_answer",
    ("document", "scope"): "measures/test_registers.py::test_a_blank_scope_is_the_whole_force",
    ("document", "owner_rank"): "findings/test_p1_strategy.py::test_elements_of_a_strategy",
    ("document", "review_due_on"): "findings/test_p1_strategy.py::test_elements_of_a_strategy",
    ("document", "effective_from"): "measures/test_registers.py::test_documents_in_force",
    ("document", "effective_to"): "measures/test_registers.py::test_documents_in_force",
    ("document", "review_opened_on"): "findings/test_a10_review.py::test_a_review",
    ("document", "review_closed_on"): "findings/test_a10_review.py::test_a_review",
    ("document", "decision_recorded"): "findings/test_f1_demand.py::test_analyses_of_demand",
    ("incident", "qualifier"): "findings/test_f2_partners_measures.py::test_lead_agency_by_type_or_qualifier",
    ("staff", "in_post_since"): "findings/test_a9_service.py::test_months_with_the_audits_due",
    ("crime", "closed_at"): "findings/test_a1_recording.py::test_whether_a_crime_was_attended",
    ("crime", "report_route"): "findings/test_a1_recording.py::test_crimes_with_an_incident_before_them",
    ("problem_record", "evaluation_result"): "findings/test_p3_problem_solving.py::test_closed_records",
    ("problem_record", "shared_channel"): "findings/test_p3_problem_solving.py::test_closed_records",
    ("anpr_hit", "decision"): "findings/test_p5_anpr.py::test_priority_hits_decided_on_in_time",
    ("skill", "person_key"): "findings/test_p5_anpr_measures.py::test_a_function_nobody_can_do_has_depth_zero",
    ("skill", "course_booked_on"): "findings/test_p5_anpr_measures.py::test_courses_booked",
    ("file_review", "closed_on"): "findings/test_a4_crime_files.py::test_regular_progress",
    ("file_review", "second_reviewer_key"): "findings/test_a4_crime_files.py::test_two_readers",
    ("iom_selection", "reason_not_managed"): "findings/test_a5_offenders.py::test_selection_by_score",
    ("callback", "made_at"): "findings/test_a9_service.py::test_calls_back",
    ("survey", "satisfied_whole"): "findings/test_a9_service.py::test_the_survey",
    **{("partner_task", column): "findings/test_f2_partners.py::test_tasks_identified_measured_and_acted_on"
       for column in ("baseline_on", "baseline_hours", "action", "action_on")},
    ("change", "live_on"): "findings/test_f4_time_saved.py::test_a_cell_that_cannot_be_read_leaves_the_change_open",
    ("change", "overlaps_with"): "findings/test_f4_time_saved_measures.py::test_overlapping_changes_are_not_summed_and_the_best_method_counts",
    **{("benefit", column): "findings/test_f4_time_saved.py::test_a_cell_that_cannot_be_read_leaves_the_change_open"
       for column in ("baseline_minutes", "post_minutes")},
    ("device", "person_key"): "findings/test_f5_devices_measures.py::test_officers_with_a_device_of_their_own",
    ("device", "pool"): "findings/test_f5_devices_measures.py::test_pooled_devices_count_against_the_peak",
}  # fmt: skip
#: Columns whose blank says something and turns no figure: they name a group, bear a document out, or are for show.
TURNS_NOTHING = {
    ("document", "corroborated_by"), ("incident", "local_grade"), ("incident", "closed_at"),
    *(("survey", f"satisfied_{part}") for part in ("contact", "action", "follow_up", "treatment")),
}  # fmt: skip


def test_every_column_whose_blank_says_something_is_held():
    says = {
        (contract.name, column.name)
        for contract in CONTRACTS.values()
        if contract.name not in REFERENCE_TABLES
        for column in contract.columns
        if column.blank_says and column.kind != "boolean"
    }
    assert says == {k for k in SET_ASIDE.keys() | BY_HAND.keys() | TURNS_NOTHING | FOR_NOBODY if k not in OPTIONAL}


@pytest.mark.parametrize("key", sorted(BY_HAND), ids=".".join)
def test_the_test_by_hand_is_there_and_names_the_column(key):
    place, _, name = BY_HAND[key].partition("::")
    text = (Path(__file__).parents[1] / place).read_text(encoding="utf-8")
    assert f"\ndef {name}(" in text and key[1] in text


#: Columns whose blank is "none", and "not known" where the force filled them in for nobody.
FOR_NOBODY = {("suspect", column) for column in a6_suspects.WORK} | {
    ("document", "covers"),
    ("document", "decision_recorded"),
    ("crime", "closed_at"),
    ("file_review", "closed_on"),
    ("device", "issued_on"),
    ("incident", "dispatched_at"),
    ("iom_cohort", "rag"),
    ("iom_cohort", "risk_score"),
    ("iom_cohort", "last_assessed_on"),
    ("iom_cohort", "reoffended_on"),
    ("meeting_action", "closed_on"),
    ("problem_record", "evaluated_on"),
    ("problem_record", "evaluation_method"),
    ("problem_record", "shared_on"),
    ("anpr_hit", "decided_at"),
    ("dispatch", "override_reason"),
    ("call_audit", "feedback_on"),
    ("training", "completed_on"),
    ("iom_selection", "reason_not_managed"),
    ("contact_flag", "repeat_victim"),
    ("contact_flag", "vulnerable"),
}  # fmt: skip


def test_every_column_that_says_nothing_where_it_is_filled_in_for_nobody_is_looked_at():
    said = {
        (contract.name, column.name)
        for contract in CONTRACTS.values()
        for column in contract.columns
        if "for every" in column.blank or "for all" in column.blank
    }
    assert said == FOR_NOBODY


@pytest.mark.parametrize("key", sorted(FOR_NOBODY), ids=".".join)
def test_a_column_filled_in_for_nobody_is_marked_as_not_known_and_one_for_somebody_is_not(table, key):
    name, column = key
    rows = table(name, {}, {})
    assert unread(open_blanks(rows, column), column).all()
    given = rows.assign(**{column: pd.Series(["x", None], dtype="object")})
    assert not unread(open_blanks(given, column), column).any()
    assert open_blanks(rows.iloc[:0], column).empty


@pytest.mark.parametrize(
    ("filled", "calls", "silent"),
    [
        # Ten of ten filled in every month but one.
        ({1: 10, 2: 0, 3: 10}, 10, [2]),
        ({1: 10, 2: 10, 3: 0}, 10, [3]),
        ({1: 10, 2: 1, 3: 10}, 10, []),
        # Where few are filled in, chance alone leaves a month without.
        ({1: 1, 2: 0, 3: 1}, 10, []),
        ({1: 5, 2: 0, 3: 5}, 10, [2]),
        ({1: 2, 2: 0, 3: 2}, 10, []),
        ({1: 2, 2: 0, 3: 2}, 40, []),
        ({1: 10, 2: 0, 3: 10}, 40, [2]),
    ],
)
def test_a_column_left_out_for_a_month_is_not_known_in_that_month(table, filled, calls, silent):
    rows = [
        {"call_ended_at": f"2013-{month:02d}-10 10:00", "repeat_victim": True if n < some else None}
        for month, some in filled.items()
        for n in range(calls)
    ]
    rows.append({"call_ended_at": None, "repeat_victim": None})
    found = open_blanks(table("contact_flag", *rows), "repeat_victim", at="call_ended_at")
    open_ = found[unread(found, "repeat_victim").to_numpy()]
    assert sorted(set(open_["call_ended_at"].dt.month)) == silent and len(open_) == calls * len(silent)
