"""Every column whose blank means "not known", and what the figures make of one; no column that is read is missing."""

import ast
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.contracts.reference import REFERENCE_TABLES
from hmic_analysis.findings import a2_attendance, a8_dispatch, f3_supervision, f4_time_saved, f5_devices
from hmic_analysis.measures.base import Share
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project

AS_OF = date(2014, 3, 31)
CONSTABLE = {"person_key": "a", "role": "response", "rank": "constable", "supervisor_key": "s"}
SENT = {"dispatch_id": "1", "incident_id": "i", "decided_at": "2013-05-01 10:00", "grade": "emergency", "sent_minutes": 4,
        "nearest_minutes": 3}  # fmt: skip
PHONE = {"device_id": "d", "device_type": "smartphone", "status": "working", "issued_on": "2013-01-01"}


def _opened(table, times):
    week = {"supervisor_key": "s", "week_start": "2013-01-07", "times_opened": 1}
    rows = [week, {**week, "week_start": "2013-01-14", "times_opened": times}]
    return f3_supervision.looks_weekly(table("workload_view", *rows), table("staff"))


def _off(table, where):
    log = {"device_id": "d", "day": "2014-03-30", "sessions": 3, "sessions_off_premises": where}
    return f5_devices.off_premises(table("device", PHONE), table("device_session", log), AS_OF, 28)


def _open_crimes(table, crimes):
    rows = [{"person_key": k, "counted_on": "2014-03-31", "open_crimes": n} for k, n in (("a", 4), ("b", crimes))]
    return f3_supervision.spread(f3_supervision.latest_counts(table("workload", *rows), AS_OF))


def _led(table, column, value):
    staff = table("staff", CONSTABLE, {**CONSTABLE, "person_key": "b", column: value})
    return f3_supervision.team_sizes(staff, AS_OF).tolist()


def _basis(table, value):
    return a8_dispatch.travel_notes(a8_dispatch.urgent(table("dispatch", {**SENT, "travel_basis": value})))


def _on_the_clock(table, called):
    call = {"incident_id": "i", "call_at": called, "created_at": "2013-05-01 10:00", "grade": "emergency"}
    sent = {"incident_id": "i", "resource_type": "officer", "at_scene_at": "2013-05-01 10:10"}
    rules = load_params(find_project()).inspection.attendance
    times = a2_attendance.response_times(table("incident", call), table("deployment", sent), rules, "call")
    return Share.of(a2_attendance.within_target(times, lambda grade, area: 15)["in_target"])


def _saving(table, error):
    change = table("change", {"change_id": "c", "change_type": "process", "live_on": "2013-06-01"})
    row = {"benefit_id": "b", "change_id": "c", "method": "survey", "baseline_on": "2013-05-01", "post_on": "2013-09-01",
           "baseline_minutes": 30, "post_minutes": 20, "tasks_per_year": 60, "saved_minutes_se": error}  # fmt: skip
    saved = f4_time_saved.hours_saved(change, f4_time_saved.measurements(change, table("benefit", row), AS_OF))
    return saved.hours, saved.lo, saved.hi


#: The figure with a blank in the column, and with a value that it could have been.
FIGURES = {
    ("workload_view", "times_opened"): (lambda t: (_opened(t, None), _opened(t, 0)), (Share(0, 0, 1), Share(0, 1))),
    ("device_session", "sessions_off_premises"): (lambda t: (_off(t, None), _off(t, 1)), (Share(0, 0, 3), Share(1, 2))),
    ("incident", "call_at"): (
        lambda t: (_on_the_clock(t, None), _on_the_clock(t, "2013-05-01 09:50")), (Share(0, 0, 1), Share(0, 1))),
    # Without its error a saving has no interval.
    ("benefit", "saved_minutes_se"): (lambda t: (_saving(t, None), _saving(t, 0)), ((10, None, None), (10, 10, 10))),
    # Of quantiles and ratios what is not known is left out, not counted as nought.
    ("workload", "open_crimes"): (lambda t: (_open_crimes(t, None)[1], _open_crimes(t, 0)[1]), (4, 2)),
    ("staff", "rank"): (lambda t: (_led(t, "rank", None), _led(t, "rank", "pcso")), ([1], [2])),
    ("staff", "supervisor_key"): (lambda t: (_led(t, "supervisor_key", None), _led(t, "supervisor_key", "s")), ([1], [2])),
    ("dispatch", "travel_basis"): (
        lambda t: (_basis(t, None), _basis(t, "network")), (["Of 1 travel times 1 on a basis not stated"], [])),
}  # fmt: skip


@pytest.mark.parametrize("key", FIGURES, ids=".".join)
def test_a_figure_with_a_blank_that_is_not_known(table, key):
    measure, expected = FIGURES[key]
    assert measure(table) == expected


#: Of each column the test by hand in which it is blank.
F, M = "findings/test_", "measures/test_"
BY_HAND = {
    "document": {
        "approved_on": F + "p1_strategy.py::test_plans_that_name_prevention",
        "last_activity_on": F + "a10_review.py::test_a_review",
    },
    "staff": {
        "fte": F + "f5_devices_measures.py::test_spending_per_officer",
    },
    "incident": {
        "created_at": F + "a2_attendance.py::test_arrivals_within_target",
        "category_open": F + "f1_demand.py::test_categories",
        "category_close": F + "f1_demand.py::test_categories",
        "incident_type": F + "f2_partners_measures.py::test_lead_agency_by_type_or_qualifier",
        "grade": F + "a2_attendance.py::test_arrivals_within_target",
        "origin": F + "a3_victims_first_contact.py::test_who_counts_as_a_contact_of_a_victim",
        "result": F + "f1_demand.py::test_categories",
        "area_type": F + "a2_attendance.py::test_arrivals_within_target",
        "asb_type": F + "a3_victims.py::test_vulnerability_recorded",
        "victim_key": F + "a3_victims.py::test_contacts_with_a_reference_of_the_victim",
        "location_key": F + "a3_victims.py::test_contacts_with_a_reference_of_the_victim",
    },
    "deployment": {
        "resource_id": F + "f1_demand.py::test_a_deployment_listed_twice_counts_once",
        "resource_type": F + "a1_recording.py::test_whether_a_crime_was_attended",
        "assigned_at": F + "f1_demand.py::test_hours_of_a_deployment",
        "at_scene_at": F + "a2_attendance.py::test_calls_attended",
        "clear_at": F + "f1_demand.py::test_hours_of_a_deployment",
    },
    "crime": {
        "recorded_at": F + "a1_recording.py::test_crimes_with_an_incident_before_them",
        "progress_entries": F + "a4_crime_files.py::test_crimes_not_attended_and_closed_within_a_day",
        "victim_key": F + "a3_victims.py::test_repeat_victims_recognised",
    },
    "initiative": {
        "kind": F + "p2_initiatives.py::test_initiatives",
        "started_on": F + "p2_initiatives.py::test_initiatives",
        "target_before": F + "p2_initiatives.py::test_the_ratio_of_an_initiative",
        "target_after": F + "p2_initiatives.py::test_the_ratio_of_an_initiative",
        "comparison_before": F + "p2_initiatives_measures.py::test_the_change_against_the_comparison_area",
        "comparison_after": F + "p2_initiatives_measures.py::test_the_change_against_the_comparison_area",
    },
    "meeting_action": {
        "action_type": F + "p2_initiatives.py::test_actions",
        "second_coder_type": F + "p2_initiatives.py::test_agreement_of_two_coders_is_that_beyond_chance",
        "due_on": F + "p2_initiatives.py::test_actions",
    },
    "problem_record": {"team": F + "p3_problem_solving.py::test_entries_on_the_busiest_day"},
    "training": {"hours": F + "p4_training.py::test_who_was_trained"},
    "anpr_camera_day": {
        column: F + "p5_anpr.py::test_camera_hours_working"
        for column in ("busy_hours", "busy_hours_with_reads", "quiet_hours_working", "quiet_hours_faulty")
    },
    "anpr_hit": {"priority": F + "p5_anpr.py::test_priority_hits_decided_on_in_time"},
    "anpr_operation": {
        column: F + "p5_anpr.py::test_planned_and_preventive_operations" for column in ("origin", "objective")
    },
    "force_reference": {"response_policy": F + "a2_attendance.py::test_forces_with_such_a_policy"},
    "contact_flag": {
        "repeat_set_at": F + "a3_victims.py::test_repeat_victims_recognised",
        "vulnerable_set_at": F + "a3_victims.py::test_vulnerability_recorded",
        "call_ended_at": F + "a3_victims_first_contact.py::test_a_flag_counts_only_while_first_contact_lasts",
    },
    "file_review": {
        "opened_on": F + "a4_crime_files.py::test_regular_progress",
        "named_on": F + "a7_suspect_files.py::test_recent_enquiries",
        "circulated_on": F + "a7_suspect_files.py::test_files_of_persons_circulated",
        "reviewer_key": F + "a4_crime_files.py::test_two_readers",
        "sampling": M + "samples.py::test_two_readers",
        "sample_frame": M + "samples.py::test_two_readers",
        "sample_seed": M + "samples.py::test_two_readers",
        "stratum_size": M + "samples.py::test_a_file_stands_for_the_crimes_of_its_stratum",
    },
    "file_entry": {
        "entered_on": F + "a4_crime_files.py::test_regular_progress",
        "content": F + "a4_crime_files.py::test_supervision",
    },
    "iom_cohort": {
        "status": F + "a5_offenders.py::test_offenders_assessed",
        "entered_on": F + "a5_offenders.py::test_reoffending",
    },
    "iom_selection": {
        "score": F + "a5_offenders_measures.py::test_a_score_of_nought_is_a_score_and_a_blank_is_none",
        "scored_on": F + "a5_offenders.py::test_selection_by_score",
        "decided_on": F + "a5_offenders.py::test_selection_by_score",
    },
    "iom_meeting": {"agencies_present": F + "a5_offenders.py::test_meetings"},
    "suspect": {
        "status": F + "a6_suspects.py::test_named_suspects_outstanding",
        "risk_grade": F + "a6_suspects.py::test_high_risk_suspects_arrested_in_time",
    },
    "dispatch": {
        column: F + "a8_dispatch.py::test_dispatches" for column in ("recommendation", "sent_minutes", "nearest_minutes")
    },
    "position": {
        column: F + "a8_dispatch.py::test_minutes_with_a_known_position"
        for column in ("minutes_located", "max_age_minutes")
    },
    "call_audit": {
        "handler_key": F + "a9_service.py::test_audits_without_a_handler_fill_their_own_month_alone",
        "audited_on": F + "a9_service.py::test_feedback_on_failed_audits",
    },
    "callback": {"result": F + "a9_service.py::test_calls_back"},
    "partner_task": {"identified_on": F + "f2_partners.py::test_tasks_identified_measured_and_acted_on"},
    "partner_agreement": {
        column: F + "f2_partners.py::test_agreements_in_force" for column in ("task_id", "signed_on")
    },
    "handover": {"handed_over_at": F + "f2_partners.py::test_waits_until_handover"},
    "benefit": {
        "baseline_on": F + "f4_time_saved.py::test_hours_of_several_changes",
        "post_on": F + "f4_time_saved.py::test_changes_with_a_measured_saving",
        "tasks_per_year": F + "f4_time_saved.py::test_hours_of_several_changes",
    },
    "benefit_month": {"tasks": F + "f4_time_saved_monthly.py::test_without_the_tasks_of_a_month_there_is_a_step_but_no_total"},
    "device": {
        "status": F + "f5_devices.py::test_a_device_in_each_state",
        "systems": F + "f5_devices_measures.py::test_systems_that_most_devices_reach",
    },
    "device_pool": {"officers_at_peak": F + "f5_devices_measures.py::test_pooled_devices_count_against_the_peak"},
    "device_spending": {
        column: F + "f5_devices_measures.py::test_spending_per_officer" for column in ("decided_on", "amount_pounds")
    },
}  # fmt: skip
HELD = {(table, column): at for table, columns in BY_HAND.items() for column, at in columns.items()}
#: Columns that name a group, or the time of a unit whose month or other time must be given: a unit without is in no group.
GROUPS = {
    ("staff", "unit"), ("incident", "district"), ("crime", "district"), ("crime", "offence_group"), ("crime", "crime_type"),
    ("crime", "location_key"), ("neighbourhood_team", "district"), ("knowledge_check", "role"), ("contact_flag", "team"),
    ("file_review", "offence_group"), ("iom_meeting", "panel"), ("call_audit", "team"), ("device", "role"),
    ("change", "title"), ("initiative", "place"), ("initiative", "problem_type"),
}  # fmt: skip
#: One of two that must be filled in: where this is blank the other is not.
EITHER = {
    ("incident", "created_month"), ("crime", "recorded_month"), ("demand_task", "ended_at"), ("demand_task", "resource_hours"),
}  # fmt: skip
#: Read by no measure.
UNREAD = {
    ("data_request", "stated_unit"), ("crime", "offence_code"), ("crime", "outcome_type"),
    ("problem_record", "stage"),
    ("problem_update", "author_key"), ("iom_cohort", "lead_agency"),
    ("call_audit", "auditor_key"), ("survey", "survey_group"), ("survey", "reported_on"), ("duty_hours", "abstracted_hours"),
    ("change", "users"),
}  # fmt: skip
#: Decide no figure: they lead to another table, or tell times in the wrong order; their names are those of others that do.
LEADS = {
    ("initiative", "partners"), ("problem_record", "problem_type"), ("deployment", "en_route_at"), ("force_reference", "attendance_pct"),
    ("file_review", "crime_id"), ("file_review", "person_key"),
    ("call_audit", "incident_id"), ("callback", "incident_id"), ("callback", "kind"), ("partner_agreement", "review_due_on"),
    ("partner_transfer", "incident_id"), ("supervision", "supervisor_key"),
}  # fmt: skip


def test_every_column_whose_blank_is_not_known_is_looked_at():
    not_known = {
        (contract.name, column.name)
        for contract in CONTRACTS.values()
        if contract.name not in REFERENCE_TABLES
        for column in contract.columns
        if not column.required and not column.blank_says and column.kind != "boolean"
    }
    looked_at = [*FIGURES, *HELD, *GROUPS, *EITHER, *UNREAD, *LEADS]
    assert len(looked_at) == len(set(looked_at))
    assert set(looked_at) == not_known


@cache
def _sources():
    root = find_project().root
    modules = [p for folder in ("findings", "measures") for p in (root / "hmic_analysis" / folder).glob("*.py")]
    return "\n".join(p.read_text(encoding="utf-8") for p in [*modules, *(root / "notebooks/findings").rglob("*.ipynb")])


@pytest.mark.parametrize("key", sorted(UNREAD), ids=".".join)
def test_a_column_that_no_measure_reads_stands_in_no_measure(key):
    said = _sources()
    assert not any(quoted in said for quoted in (f'"{key[1]}"', f"'{key[1]}'", f'\\"{key[1]}\\"'))


@cache
def _tests(place):
    """Each test of a file, with what it is called with."""
    text = (Path(__file__).parents[1] / place).read_text(encoding="utf-8")
    return {
        found.name: "\n".join(ast.get_source_segment(text, part) for part in (*found.decorator_list, found))
        for found in ast.parse(text).body
        if isinstance(found, ast.FunctionDef)
    }, text


@pytest.mark.parametrize("key", sorted(HELD), ids=".".join)
def test_the_test_by_hand_has_a_blank_in_the_column(key):
    place, _, name = HELD[key].partition("::")
    tests, text = _tests(place)
    assert key[1] in tests[name] or key[1] in text.partition("\ndef test_")[0]
    assert any(sign in tests[name] for sign in ("None", "blank", "({}, "))
