"""The scenario file of Cleveland: from data to the verdict that the letter of 2014 implies for each of its claims."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from pypdf import PdfReader

from hmic_analysis.cli.main import main
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.letters.reading import read_letter_file
from hmic_analysis.params.read import load_params
from hmic_analysis.process.letter import extent
from hmic_analysis.project import find_project
from hmic_analysis.simulate.facts import Facts

from ..conftest import ROOT, copy_project

SCENARIO = Path(__file__).resolve().parents[2] / "params" / "scenarios" / "cleveland-2014.yml"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Cleveland of 2014, simulated and worked through by the commands that people use."""
    project = find_project(copy_project(tmp_path_factory.mktemp("scenario") / "project"))
    where = ["--force", "cleveland", "--project", str(project.root)]
    facts = ["--facts", str(project.params / "scenarios" / SCENARIO.name)]
    assert main(["data", "simulate", "--scale", "0.05", *facts, *where]) == 0
    assert main(["run", "--quiet", *where]) == 0
    return project


@pytest.fixture(scope="module")
def claims(project):
    """Every claim on it."""
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
    of_the_return = {"tables_status", "references_broken", "months_missing", "foreign_rows", "cells_as"}
    assert set(stated) == set(Facts.model_fields) - of_the_return


@pytest.fixture(scope="module")
def letter(project):
    """The folder of the letter of the scenario, with the views of its inspectors."""
    shutil.copy(project.params / "scenarios" / "letters" / SCENARIO.name, project.params / "letters" / "cleveland.yml")
    assert main(["letter", "--force", "cleveland", "--project", str(project.root)]) == 0
    return project.output / "letters" / "cleveland"


def test_the_letter_has_four_pages_and_1300_words_at_most(letter):
    pages, words = extent(letter / "letter-cleveland.pdf")
    assert 2 <= pages <= 4 and 800 <= words <= 1300


def test_the_views_of_the_scenario_stand_in_the_letter(letter):
    told = " ".join(read_letter_file(letter / "letter-cleveland.docx").body.split())
    assert "one strategy would show officers, staff and the public" in told
    assert "HMIC considers the scheme to be well managed." in told


def test_no_page_of_the_evidence_is_half_empty(letter):
    pages = PdfReader(letter / "evidence-cleveland.pdf").pages
    assert len(pages) <= 22
    # How far down the words of a page go, above its foot; the last page may be short.
    for number, page in enumerate(pages[:-1], 1):
        low: list[float] = []

        def note(text, outer, inner, *more, low=low):
            low.extend([outer[3] * inner[5] + outer[5]] if text.strip() else [])

        page.extract_text(visitor_text=note)
        assert min(y for y in low if y > 62) < float(page.mediabox.height) / 2, f"page {number}"


@pytest.mark.office
@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice on the machine")
def test_the_word_document_has_four_pages_at_most(letter, tmp_path):
    profile = (tmp_path / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", tmp_path]
    subprocess.run([*command, letter / "letter-cleveland.docx"], check=True, capture_output=True, timeout=180)
    assert len(PdfReader(tmp_path / "letter-cleveland.pdf").pages) <= 4
