"""What letters take from the project's own parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.bundle import write_bundle
from hmic_analysis.letters.exports import read_letter
from hmic_analysis.letters.parameters import letter_catalogue, letter_settings, write_force_letter
from hmic_analysis.params.load import load_params
from hmic_analysis.project import Project

from .documents import body, texts
from .evidence import draw

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def params():
    return load_params(Project(ROOT))


def test_the_catalogue_names_all_findings_in_the_order_of_the_letter(params):
    catalogue = letter_catalogue(params)
    assert [e.finding for e in catalogue] == (
        [f"P{i}" for i in range(1, 6)] + [f"A{i}" for i in range(1, 11)] + [f"F{i}" for i in range(1, 6)]
    )
    assert list(dict.fromkeys(e.section for e in catalogue)) == [
        "Preventing crime",
        "Crime recording and attendance",
        "Freeing up time",
    ]
    assert all(e.request for e in catalogue)


def test_a_force_without_an_addressee_is_written_to_by_office(params):
    durham = letter_settings(params, "durham")
    assert durham.addressee[0] == "The Chief Constable" and durham.salutation == "Chief Constable"
    assert durham.embargo == "2014-09-04T00:01" and durham.min_count == params.inspection.disclosure.min_count


def test_an_addressee_of_the_force_stands_in_its_letter(params):
    to = params.force("cleveland").addressee
    settings = letter_settings(params, "cleveland")
    assert settings.addressee[:2] == (to.name, to.post) and settings.salutation == to.salutation


def test_an_unknown_force_is_refused(params):
    with pytest.raises(ParameterError, match="Did you mean 'cleveland'"):
        letter_settings(params, "clevland")


def test_the_letter_of_a_project_is_written_from_what_its_runs_left(params, bundles, tmp_path):
    project = Project(tmp_path)
    template = project.params / "letters" / "template.docx"
    template.parent.mkdir(parents=True)
    template.write_bytes((ROOT / "params" / "letters" / "template.docx").read_bytes())
    for bundle in bundles:
        folder = project.runs("cleveland") / bundle.finding
        write_bundle(bundle, folder)
        draw(folder)
    files = write_force_letter(project, params, "cleveland")
    assert files.document == tmp_path / "output" / "letters" / "cleveland" / "letter-cleveland.docx"
    lines = texts(body(files.document))
    assert "P1. Crime prevention strategy: no evidence has been prepared." in lines
    assert len(read_letter(files.blocks).figures()) == 5


def test_no_runs_no_letter(params, tmp_path):
    with pytest.raises(DataError, match="Run its findings first"):
        write_force_letter(Project(tmp_path), params, "cleveland")
