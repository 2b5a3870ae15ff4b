"""P5, F2, F3 and F5: verdicts follow the facts of a simulated force, figures are the true ones, silence decides nothing."""

from __future__ import annotations

import datetime as dt
import itertools
import json

import pytest

from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.ground import Between, all_ways
from hmic_analysis.simulate.returns import simulate
from hmic_analysis.simulate.world import ForceFacts

from ..conftest import copy_project
from ..support import evidence_of, sentences, simulated, verdicts

FINDINGS = ("P5", "F2", "F3", "F5")
CLAIMS = ("P5a", "P5b", "P5c", "P5d", "F2a", "F3a", "F3b", "F5a", "F5b")
TABLES = (
    "document", "staff", "anpr_camera", "anpr_camera_day", "anpr_outage", "anpr_hit", "anpr_operation", "skill",
    "partner_task", "partner_agreement", "partner_transfer", "handover", "supervision", "absence", "workload_view",
    "workload", "device", "device_pool", "device_session", "device_spending",
)  # fmt: skip
STATES = {"true": "supported", "false": "contradicted", "middle": "not_determinable"}
WAYS_OF = {claim: ways for claim, ways in all_ways().items() if claim[:-1] in FINDINGS}
SCALE = 0.01
CLEVELAND = ForceFacts(slug="cleveland", population=559_966, recorded_crime=38_973, officers=1381.8)
YEAR = (dt.date(2012, 12, 1), dt.date(2013, 11, 30), dt.date(2014, 3, 31))


def told(project):
    """What is true of the simulated force."""
    return json.loads((project.raw / "cleveland" / "truth.json").read_text(encoding="utf-8"))


def intended(folder, changes):
    """Verdicts that follow from the facts, without any notebook."""
    made = simulate(folder, CLEVELAND, Facts().with_(**changes), SCALE, 3, *YEAR)
    return {claim: made.truth["verdicts"][claim]["verdict"] for claim in CLAIMS}


@pytest.fixture(scope="module")
def letter(tmp_path_factory):
    """A force of which everything is true that the letter of 2014 says of Cleveland."""
    folder = copy_project(tmp_path_factory.mktemp("resources") / "project")
    project = simulated(folder, scale=SCALE, findings=FINDINGS)
    return told(project), evidence_of(project, "cleveland", folder / "evidence", FINDINGS)


def test_every_claim_of_the_real_letter_is_supported(letter):
    truth, bundles = letter
    assert verdicts(bundles) == dict.fromkeys(CLAIMS, "supported")
    assert {c: truth["verdicts"][c]["verdict"] for c in CLAIMS} == dict.fromkeys(CLAIMS, "supported")


SHARES = [
    ("P5", "anpr_prevention_ops_pct", "anpr_preventive_operations", "anpr_operations"),
    ("P5", "anpr_priority_hit_decision_pct", "anpr_priority_hits_decided", "anpr_priority_hits"),
    ("F2", "transfer_accepted_pct", "transfers_accepted", "transfers_known"),
    ("F3", "review_in_period_pct", "review_intervals_held", "review_intervals"),
    ("F3", "review_covers_pct[workload]", "reviews_on_workload", "reviews_known"),
    ("F3", "review_covers_pct[performance]", "reviews_on_performance", "reviews_known"),
    ("F3", "supervisor_sees_workload_pct", "supervisors_who_look", "supervisors_in_log"),
    ("F5", "device_coverage_pct", "patrol_officers_with_device", "patrol_officers"),
    ("F5", "device_active_pct", "devices_active", "devices_issued"),
    ("F5", "offstation_session_pct", "sessions_off_premises", "sessions_known"),
]


@pytest.mark.parametrize(("finding", "indicator", "part", "whole"), SHARES, ids=lambda x: x if "_" in str(x) else None)
def test_shares_are_the_true_ones(letter, finding, indicator, part, whole):
    values, got = letter[0]["values"], letter[1][finding].indicator(indicator)
    assert (got.numerator, got.denominator) == (values[part], values[whole])


FIGURES = [
    ("P5", "anpr_repair_days_median", "anpr_repair_days_median"),
    ("P5", "anpr_min_skill_depth", "anpr_min_skill_depth"),
    ("P5", "anpr_skill_depth_change", "anpr_skill_depth_change"),
    ("F2", "n_partner_task_agreements", "n_partner_task_agreements"),
    ("F2", "handover_wait_hours_median", "handover_wait_hours_median"),
    ("F3", "open_crimes_per_officer_spread", "open_crimes_per_officer_spread"),
    ("F3", "span_of_control_median", "span_of_control_median"),
    ("F5", "mobile_spend_per_officer", "mobile_spend_per_officer"),
    ("F5", "systems_on_mobile_n", "systems_on_mobile_n"),
]


@pytest.mark.parametrize(("finding", "indicator", "figure"), FIGURES, ids=lambda x: x if "_" in str(x) else None)
def test_figures_are_the_true_ones(letter, finding, indicator, figure):
    values, bundles = letter
    assert bundles[finding].indicator(indicator).value == pytest.approx(values["values"][figure])


def test_hours_of_cameras_are_the_true_ones(letter):
    values, got = letter[0]["values"], letter[1]["P5"].indicator("anpr_availability_pct")
    assert got.numerator == values["anpr_hours_working"]
    assert got.denominator == values["anpr_hours_working"] + values["anpr_hours_not_working"]
    assert got.unknown == values["anpr_hours_unknown"] > 0
    assert (got.lo, got.hi) == (None, None)


def test_operations_of_each_month(letter):
    values, bundle = letter[0]["values"], letter[1]["P5"]
    months = [i for i in bundle.indicators if i.name == "anpr_planned_ops_per_month" and i.stratum]
    assert len(months) == values["anpr_months"] == 12
    assert sum(i.value for i in months) == values["anpr_planned_operations"]
    assert bundle.indicator("anpr_planned_ops_per_month").value == values["anpr_planned_operations"] / 12


def test_the_list_of_codes_stands_with_the_figure(letter):
    note = letter[1]["F2"].indicator("shared_task_hours_pct").note
    assert "Concern for safety; Highway disruption; Obstruction; Lost and found" in note and "mental health" in note


def test_a_weakness_in_the_data_bears_a_statement_out_and_decides_nothing(letter):
    claim = next(c for c in letter[1]["P5"].claims if c.claim == "P5c")
    assert "bear a weakness out" in claim.why and claim.grade == "C"


def every_way(claim) -> list:
    """Each way of a claim, its drawn numbers at either end: state and facts."""
    found = []
    for state, some in WAYS_OF[claim].items():
        for way in some:
            drawn = {k: v for k, v in way.items() if isinstance(v, Between)}
            for ends in itertools.product(*(sorted({v.lo, v.hi}) for v in drawn.values())):
                found.append((state, {**way, **dict(zip(drawn, ends, strict=True))}))
    return found


WAYS = {claim: every_way(claim) for claim in CLAIMS}


@pytest.mark.parametrize("number", range(max(len(found) for found in WAYS.values())))
def test_each_way_makes_its_claim_so_whatever_the_others_are(tmp_path, number):
    """The claims at all their states at once: a fact that touched another claim would show."""
    chosen = {claim: found[number % len(found)] for claim, found in WAYS.items()}
    changes = {k: v for _, way in chosen.values() for k, v in way.items()}
    assert intended(tmp_path / "raw", changes) == {claim: STATES[state] for claim, (state, _) in chosen.items()}


def test_no_two_claims_share_a_fact():
    used = [{key for found in states.values() for way in found for key in way} for states in WAYS_OF.values()]
    assert sum(len(keys) for keys in used) == len(set().union(*used))
    assert set(WAYS_OF) == set(CLAIMS)


#: Facts changed together, one finding each, and what becomes of their claims: verdict and reason.
FLIPS = [
    ({"anpr_operation_months_share": 0.0, "n_partner_actions": 0, "review_workload_share": 0.3,
      "back_office_reviewed": True, "device_coverage_share": 0.1},
     {"P5a": "contradicted", "F2a": "in_part", "F3a": "contradicted", "F5a": "contradicted"}),
    ({"anpr_operation_months_share": 0.5, "n_partner_tasks": 0, "review_performance_share": 0.72,
      "device_spending_approved": False},
     {"P5a": "between_thresholds", "F2a": "in_part", "F3b": "between_thresholds", "F5a": "in_part"}),
    ({"anpr_prevention_quarters_share": 0.0, "n_partner_tasks": 0, "transfer_accepted_share": 0.0,
      "review_held_share": 0.4, "device_active_share": 0.4},
     {"P5b": "contradicted", "F2a": "contradicted", "F3a": "contradicted", "F3b": "contradicted",
      "F5b": "between_thresholds"}),
    ({"anpr_products_every_quarter": False, "review_held_share": 0.7, "back_office_reviewed": True,
      "device_active_share": 0.1},
     {"P5b": "between_thresholds", "F3a": "between_thresholds", "F3b": "between_thresholds", "F5b": "contradicted"}),
    ({"anpr_statement": "denies", "supervision_documented": False, "n_mobile_systems": 2},
     {"P5c": "contradicted", "F3a": "contradicted", "F3b": "contradicted", "F5b": "contradicted"}),
    ({"anpr_statement": "both", "anpr_skills_plan": False, "review_workload_share": 0.84,
      "review_performance_share": 0.84},
     {"P5c": "in_part", "P5d": "in_part", "F3b": "between_thresholds"}),
    ({"anpr_statement": "none", "anpr_skills_plan": False, "anpr_upskilling": "none"},
     {"P5c": "no_statement", "P5d": "contradicted"}),
    ({"anpr_upskilling": "courses_booked", "anpr_skill_depth": 1}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "flipped"), FLIPS, ids=lambda x: "-".join(sorted(x)))
def test_changing_facts_changes_their_claims_and_no_others(letter, project_folder, changes, flipped):
    findings = sorted({claim[:2] for claim in flipped}) or ["P5"]
    project = simulated(project_folder, Facts().with_(**changes), SCALE, findings=findings)
    truth = told(project)["verdicts"]
    after = evidence_of(project, "cleveland", project_folder / "evidence", findings)
    claims = {c.claim: c for b in after.values() for c in b.claims}
    before = sentences(letter[1])
    for claim in CLAIMS:
        outcome = flipped.get(claim, "supported")
        verdict = outcome if outcome in STATES.values() else "not_determinable"
        assert truth[claim]["verdict"] == verdict, claim
        if claim not in claims:
            continue
        got = claims[claim]
        assert got.verdict == verdict, (claim, got.why)
        if verdict != "supported":
            assert got.sentence != before[claim], claim
        if verdict == "not_determinable":
            assert got.reasons == (outcome,)
            # The fact lies in the middle: the remedy is another sentence.
            assert ("wording_mismatch" in got.flags) == (outcome != "no_statement")


def test_an_undeclared_register_proves_no_absence(project_folder):
    changes = {
        "register_complete": False, "anpr_skills_plan": False, "anpr_upskilling": "none", "n_partner_tasks": 0,
        "transfer_accepted_share": 0.0, "supervision_documented": False,
    }  # fmt: skip
    project = simulated(project_folder, Facts().with_(**changes), SCALE, findings=("P5", "F2", "F3"))
    after = evidence_of(project, "cleveland", project_folder / "evidence", ("P5", "F2", "F3"))
    open_ones = {"P5d", "F2a", "F3a", "F3b"}
    claims = {c.claim: c for b in after.values() for c in b.claims}
    assert {c for c, e in claims.items() if e.verdict != "supported"} == open_ones
    assert all(claims[c].reasons == ("register_undeclared",) for c in open_ones)
    assert all(told(project)["verdicts"][c]["verdict"] == "not_determinable" for c in open_ones)


@pytest.mark.parametrize("status", ["not_requested", "nil_return_unable"])
def test_what_was_not_sent_is_never_a_finding(project_folder, status):
    project = simulated(
        project_folder, Facts().with_(tables_status=dict.fromkeys(TABLES, status)), SCALE, findings=FINDINGS
    )
    bundles = evidence_of(project, "cleveland", project_folder / "evidence", FINDINGS)
    assert verdicts(bundles) == dict.fromkeys(CLAIMS, "not_determinable")
    assert all(c.reasons == (status,) for b in bundles.values() for c in b.claims)
    assert {b.status for b in bundles.values()} == {"no_data"} and all(b.request for b in bundles.values())
    truth = told(project)["verdicts"]
    assert {c: truth[c]["verdict"] for c in CLAIMS} == verdicts(bundles)


def test_a_force_that_sent_nothing_at_all(project_folder):
    from hmic_analysis.project import find_project

    bundles = evidence_of(find_project(project_folder), "gwent", project_folder / "evidence", FINDINGS, "words")
    assert verdicts(bundles) == dict.fromkeys(CLAIMS, "not_determinable")
    assert not any(i.value is not None for b in bundles.values() for i in b.indicators)
    drawn = [figure.empty for b in bundles.values() for figure in b.figures]
    assert drawn and all(drawn)


#: One table missing from each finding at a time.
MISSING = [
    ("anpr_operation", "partner_task", "supervision", "device"),
    ("anpr_camera", "partner_agreement", "absence", "device_pool"),
    ("anpr_camera_day", "partner_transfer", "workload_view", "device_session"),
    ("anpr_outage", "handover", "workload", "device_spending"),
    ("anpr_hit", "incident", "staff"),
    ("skill", "deployment"),
    ("document",),
]


@pytest.mark.parametrize("missing", MISSING, ids="-".join)
def test_without_a_table_the_notebooks_run_and_decide_what_is_left(project_folder, missing):
    statuses = dict.fromkeys(missing, "not_yet_received")
    project = simulated(project_folder, Facts().with_(tables_status=statuses), SCALE, findings=FINDINGS)
    bundles = evidence_of(project, "cleveland", project_folder / "evidence", FINDINGS)
    truth = told(project)["verdicts"]
    assert verdicts(bundles) == {c: truth[c]["verdict"] for c in CLAIMS}
    open_ones = [c for b in bundles.values() for c in b.claims if c.verdict != "supported"]
    assert all(c.verdict == "not_determinable" and c.reasons == ("not_yet_received",) for c in open_ones)


def test_no_reference_of_a_person_gets_into_the_evidence(letter):
    for bundle in letter[1].values():
        text = bundle.model_dump_json()
        assert "STF0" not in text and "TEC0" not in text
