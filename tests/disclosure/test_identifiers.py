"""References to persons of a return are found in a release, and nothing else is taken for one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hmic_analysis.disclosure.check import Reference, references_of, wanted
from hmic_analysis.errors import DataError
from hmic_analysis.project import Project

from .evidence import find_identifiers

MAPPING = """
title: Another system
layout: mapped
identifiers: [Collar]
files:
  log: {pattern: log.csv}
tables:
  incident:
    - file: log
      columns:
        incident_id: {column: Ref}
        created_at: {column: Made, format: "%Y-%m-%d %H:%M:%S"}
        victim_key: {columns: [Forename, Surname], join: " "}
"""
LOG = """Ref,Made,Forename,Surname,Home address,Collar,Result
CAD2013-0001,2013-05-01 10:00:00,Wilhelmina,Oyelaran-Bright,"12 Lower Mill Lane, Redcar",C4711,attended
CAD2013-0002,2013-05-02 10:00:00,Bo,Li,"7 Hill St, Yarm",C0815,attended
"""


@pytest.fixture
def project(tmp_path) -> Project:
    """A project whose force sends names and addresses in a layout of its own."""
    root = Path(__file__).resolve().parents[2]
    home = tmp_path / "project"
    (home / "params" / "sources").mkdir(parents=True)
    for name in ("inspection.yml", "forces.yml", "runs.yml"):
        (home / "params" / name).write_bytes((root / "params" / name).read_bytes())
    shutil.copytree(root / "params" / "findings", home / "params" / "findings")
    (home / "params" / "forces").mkdir()
    (home / "params" / "forces" / "cleveland.yml").write_text("sources: [another]\n", encoding="utf-8")
    (home / "params" / "sources" / "another.yml").write_text(MAPPING, encoding="utf-8")
    (home / "data" / "raw" / "cleveland").mkdir(parents=True)
    (home / "data" / "raw" / "cleveland" / "log.csv").write_text(LOG, encoding="utf-8")
    return Project(home)


def scan(project: Project, text: str, name: str = "page.html") -> list[str]:
    """What is found in a release that says a text."""
    folder = project.root / "release"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return sorted({f.value for f in find_identifiers(folder, project, "cleveland")})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<p>Reported by wilhelmina oyelaran-bright.</p>", "wilhelmina oyelaran bright"),
        ("<p>Oyelaran-Bright, Wilhelmina</p>", "oyelaran bright"),
        ("<img alt='Map of 12 Lower Mill Lane, Redcar'>", "12 lower mill lane redcar"),
        ("<a href='C4711.html'>x</a>", "c4711"),
        ("<!-- cad2013-0002 -->", "cad2013 0002"),
        ("<table><tr><td>7 Hill St<td>Yarm</tr></table>", "7 hill st yarm"),
    ],
)
def test_names_addresses_and_references_are_found(project, text, value):
    assert value in scan(project, text)


def test_nothing_is_found_where_there_is_nothing(project):
    assert (
        scan(project, "<p>Cleveland Police attended 83.4% of 38,411 crimes at Redcar and on Mill Lane, C47.</p>") == []
    )


def test_a_name_in_a_file_name_is_found(project):
    assert scan(project, "x", "map-C4711.txt") == ["c4711"]


def test_every_person_column_listed_identifier_and_telling_header_is_looked_for(project):
    kinds = {r.kind for r in references_of(project, "cleveland")}
    assert kinds == {
        "incident.incident_id", "incident.victim_key", "log.csv: Collar", "log.csv: Forename", "log.csv: Surname",
        "log.csv: column 5 (address)",
    }  # fmt: skip


def test_what_cannot_be_told_from_words_and_figures_is_counted_as_skipped():
    made = wanted([Reference("17", "a"), Reference("12345", "a"), Reference("Li", "a"), Reference("7654321", "a")])
    assert made.skipped == 3 and made.by_words == {("7654321",): "a"}
    dense = wanted([Reference(str(n), "a") for n in range(100000, 112000)])
    assert dense.by_words == {} and dense.skipped == 12000


def test_a_force_without_a_return_is_told(project):
    with pytest.raises(DataError, match="There is no folder"):
        list(references_of(project, "durham"))
