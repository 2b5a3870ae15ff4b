"""A cell that nobody can read leaves its unit unknown: no figure loses it, and none counts it either way."""

import csv

import pytest

from benchmarks.project import make_project
from benchmarks.sweep import write_table
from benchmarks.unreadable import FORCE, ROOT, departs, departures, figures
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.returns import prepare_force


@pytest.fixture(scope="module")
def returned(tmp_path_factory):
    """A small simulated return of the force, and the national folder."""
    project = find_project(make_project(ROOT, tmp_path_factory.mktemp("unreadable") / "project", [FORCE], 0.02))
    prepare_force(project, load_params(project), "england-and-wales")
    return project


@pytest.mark.parametrize("finding", ["A8", "P4"])
def test_no_figure_says_more_than_can_be_read(returned, finding):
    kept = {path: path.read_bytes() for path in (returned.raw / FORCE).glob("*.csv")}
    assert list(departures(returned, finding)) == []
    for path, content in kept.items():
        path.write_bytes(content)


def test_a_figure_that_counts_what_was_lost_is_found(returned):
    """The same measure of figures that did lose units: audits left out of the return without a word."""
    before = figures(returned, "A9")["audit_pass_pct"]
    path = returned.raw / FORCE / "call_audit.csv"
    given = path.read_bytes()
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, header = list(reader), list(reader.fieldnames or ())
    write_table(path, header, [row for row in rows if row["standard_met"] != "no"])
    assert "units" in departs(before, figures(returned, "A9")["audit_pass_pct"])
    path.write_bytes(given)
