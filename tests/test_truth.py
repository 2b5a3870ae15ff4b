"""Verdicts follow the facts: what is true of a simulated force decides each claim, and nothing else does."""

from __future__ import annotations

import json

import pytest

from hmic_analysis.evidence import bundle as evidence_bundle
from hmic_analysis.simulate.facts import Facts

from .conftest import copy_project
from .support import evidence_of, sentences, simulated, verdicts

CLAIMS = ("A1a", "A1b", "A2a", "A2b", "A2c", "A6a", "A6b", "A6c", "F1a", "F1b", "F4a", "F4b")


@pytest.fixture(scope="module")
def as_the_letter_says(tmp_path_factory):
    """A force for which everything is true that the letter of 2014 says of Cleveland."""
    folder = copy_project(tmp_path_factory.mktemp("letter") / "project")
    project = simulated(folder)
    return project, evidence_of(project, "cleveland", folder / "evidence")


def test_every_claim_of_the_real_letter_is_supported_by_data(as_the_letter_says):
    _, bundles = as_the_letter_says
    found = verdicts(bundles)
    assert set(CLAIMS) <= set(found) and found == dict.fromkeys(found, "supported")


def test_figures_are_the_true_ones(as_the_letter_says):
    project, bundles = as_the_letter_says
    truth = json.loads((project.raw / "cleveland" / "truth.json").read_text(encoding="utf-8"))["values"]
    assert bundles["A6"].indicator("named_suspects_outstanding_n").value == truth["named_suspects_outstanding_n"]
    assert bundles["A6"].indicator("fta_bail_n").value == truth["fta_bail_n"]
    prior = bundles["A1"].indicator("crime_with_incident_pct")
    assert prior.lo_missing - 0.05 <= truth["crime_with_incident_pct"] <= prior.hi_missing + 0.05
    known = bundles["A1"].indicator("attendance_known_pct")
    # Links that lead to no crime leave as many crimes open.
    assert known.lo_missing - 0.05 <= truth["attendance_known_pct"] <= known.hi_missing + 0.05
    assert known.hi_missing - known.lo_missing < 0.5


def test_synthetic_evidence_says_so_on_every_figure_and_file(as_the_letter_says):
    project, bundles = as_the_letter_says
    assert not evidence_bundle.read_manifest(project, "cleveland").files_not_read
    for bundle in bundles.values():
        assert bundle.synthetic
        assert all(figure.synthetic and "ynthetic" in figure.alt + figure.subtitle for figure in bundle.figures)


def test_rows_read_are_rows_kept_and_rejected(as_the_letter_says):
    _, bundles = as_the_letter_says
    accounts = [a for b in bundles.values() for used in b.data for a in used.accounts]
    assert accounts and all(a.read == a.kept + a.rejected for a in accounts)
    assert any(a.rejected for a in accounts)


def test_a_table_that_could_not_be_read_costs_only_what_rests_on_it(as_the_letter_says, monkeypatch, tmp_path):
    project, whole = as_the_letter_says
    made = evidence_bundle.read_manifest(project, "cleveland")
    broken = made.model_copy(update={"broken": {"bail": "bail.csv: it is damaged."}})
    monkeypatch.setattr(
        evidence_bundle, "read_manifest", lambda project, force: broken if force == "cleveland" else None
    )
    found = evidence_of(project, "cleveland", tmp_path, ("A6",))["A6"]
    assert found.status == "complete"
    before, after = ({c.claim: c for c in b.claims} for b in (whole["A6"], found))
    assert [after[c] for c in ("A6a", "A6c")] == [before[c] for c in ("A6a", "A6c")]
    assert after["A6b"].reasons == ("could_not_be_read",)
    assert after["A6b"].sentence.endswith(", because a file with records on this could not be read.")
    for name in ("fta_bail_n", "fta_bail_pct", "days_to_circulation_median"):
        assert found.indicator(name).value is None
        assert found.indicator(name).note == "The file of “Police bail” could not be read. Ask for it again."
    (used,) = (d for d in found.data if d.table == "bail")
    assert used.rows == 0 and used.cannot_tell[0].startswith("The file of “Police bail” could not be read.")


FLIPS = [
    ({"prior_incident_share": 0.3}, {"A1a"}),
    ({"attendance_known_share": 0.6}, {"A1b"}),
    ({"states_attendance": False}, {"A1b"}),
    ({"stated_rate_error_points": 8.0}, {"A1b"}),
    ({"knowledge_correct_share": 0.5}, {"A2a"}),
    ({"policy_attend_all": False}, {"A2b", "A2c"}),
    ({"policy_attend_all": False, "reference_lists_force": True}, {"A2b", "A2c"}),
    ({"n_forces_attend_all": 14}, {"A2c"}),
    ({"states_outstanding": False}, {"A6a"}),
    ({"stated_outstanding_error_pct": 30.0}, {"A6a"}),
    ({"states_fta": False}, {"A6b"}),
    ({"supervised_28d_share": 0.4}, {"A6c"}),
    ({"owner_share": 0.8}, {"A6c"}),
    ({"demand_plan": False}, {"F1a"}),
    ({"demand_covers": ("hour",)}, {"F1b"}),
    ({"states_savings": True, "measured_changes": 6}, {"F4a"}),
    ({"savings_work_ongoing": False}, {"F4b"}),
]


@pytest.mark.parametrize(("changes", "flipped"), FLIPS, ids=lambda x: "-".join(x) if isinstance(x, dict) else None)
def test_changing_one_fact_changes_its_claim_and_no_other(as_the_letter_says, project_folder, changes, flipped):
    _, before = as_the_letter_says
    touched = {claim[:2] for claim in flipped}
    # Facts of one finding leave the tables of the others as they are; those of A1 and A2 share theirs.
    again = touched | ({"A1", "A2"} if touched & {"A1", "A2"} else set())
    project = simulated(project_folder, Facts().with_(**changes), findings=again)
    after = evidence_of(project, "cleveland", project_folder / "evidence", sorted(again))
    old = {c: v for c, v in verdicts(before).items() if c[:2] in again}
    changed = {c for c, v in verdicts(after).items() if v != old[c]}
    assert changed == flipped
    told = json.loads((project.raw / "cleveland" / "truth.json").read_text(encoding="utf-8"))["verdicts"]
    for claim in flipped:
        assert verdicts(after)[claim] == told[claim]["verdict"]
        assert sentences(after)[claim] != sentences(before)[claim]


def test_what_was_not_asked_for_is_never_a_finding(project_folder):
    """A force that sent nothing but its log of requests: nothing is decided, and the notebooks still run."""
    tables = ("incident", "deployment", "crime", "incident_crime", "suspect", "bail", "pnc_circulation", "duty_hours",
              "demand_task", "document", "knowledge_check", "change", "benefit")  # fmt: skip
    figures = ("attendance_pct", "named_suspects_outstanding", "failed_to_answer_bail", "staff_time_saved")
    facts = Facts().with_(tables_status=dict.fromkeys((*tables, *figures), "not_requested"))
    project = simulated(project_folder, facts)
    bundles = evidence_of(project, "cleveland", project_folder / "evidence")
    decided = {c for c, v in verdicts(bundles).items() if v != "not_determinable"}
    # The reference of all forces' policies is not the force's own return.
    assert decided == {"A2c"}
    assert {f: b.status for f, b in bundles.items() if f != "A2"} == dict.fromkeys(("A1", "A6", "F1", "F4"), "no_data")
    assert all(b.request for f, b in bundles.items() if f != "A2")
    reasons = {c.claim: c.reasons for b in bundles.values() for c in b.claims}
    assert reasons["A6a"] == ("not_requested",)
    assert reasons["F4a"] == ("not_requested",)


def test_a_force_that_sent_nothing_at_all(project_folder):
    from hmic_analysis.project import find_project

    bundles = evidence_of(find_project(project_folder), "gwent", project_folder / "evidence")
    assert set(verdicts(bundles).values()) == {"not_determinable"}
    assert {b.status for b in bundles.values()} == {"no_data"}
    assert not any(
        i.value is not None for b in bundles.values() for i in b.indicators if i.name != "n_forces_attend_all"
    )
