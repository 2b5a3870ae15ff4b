"""What became of each claim in each force, and which data forces gave."""

from __future__ import annotations

import pytest

from hmic_analysis.errors import DataError, DifferentFigures
from hmic_analysis.national.content import claims_sentences
from hmic_analysis.national.counts import Log
from hmic_analysis.national.report import GROUPS, TITLES, gather_all, group_of, make_report
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project

from .made import FORCES, claim, evidence, share


def states(found, claim: str) -> dict[str, int]:
    frame = found.claims[found.claims["claim"] == claim]
    assert len(frame) == len(FORCES)
    return frame["state"].value_counts().to_dict()


def test_every_force_is_counted_once_in_every_claim(written) -> None:
    assert written.found.synthetic
    assert states(written.found, "A1a") == {"contradicted": 21, "supported": 20, "undecided": 2}
    assert states(written.found, "P1a") == {"not_assessed": len(FORCES)}
    tables = written.found.tables.groupby(["table", "state"]).size()
    assert tables["crime", "given"] == 41 and tables["crime", "not_given"] == 2


def test_a_finding_is_supported_where_all_claims_are_and_contradicted_where_any_is(written) -> None:
    found = written.found.findings
    # A1: both claims hold in 19 of the first 20 forces, since A1b is contradicted in one of them.
    assert found[found["finding"] == "A1"]["state"].value_counts().to_dict() == {
        "contradicted": 22,
        "supported": 19,
        "undecided": 2,
    }


def test_views_are_not_counted(written) -> None:
    assert "P1c" not in set(written.found.claims["claim"])


def test_a_finding_that_lacks_a_claim_is_open(project_folder) -> None:
    project = Project(project_folder)
    evidence(project, "cleveland", "A1", (claim("A1a", "supported"),))
    found = gather_all(project, load_params(project)).findings
    row = found[(found["finding"] == "A1") & (found["force"] == "cleveland")]
    assert list(row["state"]) == ["undecided"]


def test_where_one_force_is_real_those_made_up_are_not_counted(project_folder) -> None:
    project = Project(project_folder)
    evidence(project, "cleveland", "A1", (claim("A1a", "supported"),), synthetic=False)
    evidence(project, "durham", "A1", (claim("A1a", "supported"),))
    found = gather_all(project, load_params(project))
    assert not found.synthetic
    assert states(found, "A1a") == {"not_assessed": 42, "supported": 1}


def test_a_force_without_data_does_not_make_made_up_ones_real(project_folder) -> None:
    project = Project(project_folder)
    evidence(
        project, "sussex", "A1", (claim("A1a", "not_determinable", "no_data"),), synthetic=False,
        tables={"force_reference": len(FORCES), "crime": 0}, status="no_data",
    )  # fmt: skip
    evidence(project, "durham", "A1", (claim("A1a", "supported"),))
    found = gather_all(project, load_params(project))
    assert found.synthetic
    assert states(found, "A1a") == {"not_assessed": 41, "supported": 1, "undecided": 1}


def test_without_evidence_there_is_no_report(project_folder) -> None:
    project = Project(project_folder)
    with pytest.raises(DataError, match="hmic run --all"):
        gather_all(project, load_params(project))


def test_one_verdict_on_all_forces_is_said_only_where_it_is_public(project_folder) -> None:
    project = Project(project_folder)
    for force in FORCES:
        evidence(project, force, "A6", (claim("A6a", "contradicted"), claim("A6b", "contradicted")))
        evidence(project, force, "A1", (claim("A1a", "contradicted"),))
    params = load_params(project)
    log = Log()
    report = make_report(project, params, gather_all(project, params), "", log)
    assert report.claims["A1a"].shown["contradicted"] == len(FORCES)
    assert params.finding("A6").claims["A6a"].sensitivity == "force"
    assert report.claims["A6a"].whole and report.claims["A6a"].shown["contradicted"] is None
    assert report.findings["A6"].shown["contradicted"] is None
    told = claims_sentences({"A6a": report.claims["A6a"]}, {"A6a": "It holds."})
    assert told.startswith("In how many forces it holds [A6a] is withheld, since")
    assert {(e.where, e.row) for e in log.entries if e.rule.startswith("sensitivity")} == {
        ("claims", "A6a"),
        ("claims", "A6b"),
        ("findings", "A6"),
    }


def test_every_group_of_reasons_has_words() -> None:
    assert list(GROUPS) == list(TITLES)
    assert group_of(("nil_return_refused", "small_n")) == "unable"
    assert group_of(("missing_spans_threshold",)) == "few_or_unknown"
    assert group_of(("stale",)) == "silent"
    assert group_of(()) == "silent"


def test_verdicts_that_rest_on_figures_of_two_definitions_are_not_counted_together(project_folder) -> None:
    project = Project(project_folder)
    for force, days in (("cleveland", "28"), ("durham", "14")):
        how = {"definition_mark": days, "definition_values": {"activity_days": days}}
        figure = share("crime_with_incident_pct", "Recorded crimes with a prior incident", 100, 200)
        decided = claim("A1a", "supported").model_copy(update={"indicators": ("crime_with_incident_pct",)})
        evidence(project, force, "A1", (decided,), (figure.model_copy(update=how),))
    said = "activity_days is 28 for Cleveland and 14 for Durham|activity_days is 14 for Durham and 28 for Cleveland"
    with pytest.raises(DifferentFigures, match=said):
        gather_all(project, load_params(project))
