"""The scenario file of Cleveland: from data to the verdict that the letter of 2014 implies for each of its claims."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from hmic_analysis.cli.main import main
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.simulate.facts import Facts

from ..conftest import ROOT, copy_project

SCENARIO = Path(__file__).resolve().parents[2] / "params" / "scenarios" / "cleveland-2014.yml"


@pytest.fixture(scope="module")
def claims(tmp_path_factory):
    """Every claim on Cleveland, by the commands that people use."""
    project = find_project(copy_project(tmp_path_factory.mktemp("scenario") / "project"))
    where = ["--force", "cleveland", "--project", str(project.root)]
    facts = ["--facts", str(project.params / "scenarios" / SCENARIO.name)]
    assert main(["data", "simulate", "--scale", "0.05", *facts, *where]) == 0
    assert main(["run", "--quiet", *where]) == 0
    return [
        c
        for spec in load_params(project).findings.values()
        for c in read_bundle(project.runs("cleveland") / spec.id).claims
    ]


def test_every_claim_gets_the_verdict_that_the_letter_implies(claims):
    assert {c.claim: c.verdict for c in claims if c.type != "judgement"} == {
        c.claim: "supported" for c in claims if c.type != "judgement"
    }
    assert {c.verdict for c in claims if c.type == "judgement"} == {"not_determinable"}
    catalogue = load_params(find_project(ROOT)).findings.values()
    assert [c.claim for c in claims] == [id for spec in catalogue for id in spec.claims]


def test_no_claim_is_flagged_for_another_wording(claims):
    assert {c.claim: c.flags for c in claims if "wording_mismatch" in c.flags} == {}


def test_the_file_states_every_fact():
    stated = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    of_the_return = {"tables_status", "references_broken", "months_missing", "foreign_rows"}
    assert set(stated) == set(Facts.model_fields) - of_the_return
