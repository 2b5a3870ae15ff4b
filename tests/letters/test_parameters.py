"""What letters take from the project's own parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmic_analysis.errors import ParameterError
from hmic_analysis.letters.compose import letter_catalogue, letter_settings
from hmic_analysis.letters.export import make_letter, read_letter
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project

from ..support import withhold_from_forces
from .documents import body, texts
from .evidence import of_the_catalogue

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
    assert durham.embargo == "2014-09-04T00:01"


def test_a_force_is_shown_its_own_small_counts_unless_they_are_withheld_from_forces_too(params, project_folder):
    assert letter_settings(params, "durham").min_count == 0
    withhold_from_forces(project_folder)
    withheld = load_params(Project(project_folder))
    assert letter_settings(withheld, "durham").min_count == params.inspection.disclosure.min_count


def test_an_addressee_of_the_force_stands_in_its_letter(params):
    to = params.force("cleveland").addressee
    settings = letter_settings(params, "cleveland")
    assert settings.addressee[:2] == (to.name, to.post) and settings.salutation == to.salutation


def test_an_unknown_force_is_refused(params):
    with pytest.raises(ParameterError, match="Did you mean 'cleveland'"):
        letter_settings(params, "clevland")


def test_a_letter_to_cleveland_names_the_other_findings_of_the_inspection(params, bundles, reports, tmp_path):
    template = ROOT / "params" / "letters" / "template.docx"
    settings, catalogue = letter_settings(params, "cleveland"), letter_catalogue(params)
    told = of_the_catalogue(bundles, params)
    files = make_letter(told, reports, settings, catalogue, template, tmp_path)
    lines = texts(body(files.document))
    assert "Dear Chief Constable" in lines
    missing = next(line for line in lines if line.endswith(": no evidence has been prepared."))
    assert missing.count(";") == 14 and missing.startswith("Crime prevention strategy [P1]; ")
    letter = read_letter(files.blocks)
    assert letter.figures() == ()
    assert (letter.fieldwork, letter.forces_total) == ("January and April 2014", 43) and "PEEL" in letter.update
