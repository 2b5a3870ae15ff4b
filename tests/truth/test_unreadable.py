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


def test_figures_that_lost_units_or_counted_them_are_found(returned):
    path = returned.raw / FORCE / "call_audit.csv"
    given = path.read_bytes()
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, header = list(reader), list(reader.fieldnames or ())
    before = figures(returned, "A9")["audit_pass_pct"]
    write_table(path, header, [row for row in rows if row["standard_met"] != "no"])
    after = figures(returned, "A9")["audit_pass_pct"]
    path.write_bytes(given)
    failed = before.denominator - before.numerator
    assert failed > 0
    assert departs(before, after) == f"of {len(rows)} units {len(rows) - failed:g} are left"
    assert "lies outside" in departs(
        before, before.model_copy(update=dict(value=99.0, lo_missing=98.5, hi_missing=99.5))
    )
    assert departs(before, after.model_copy(update=dict(unknown=before.unknown + failed))) == ""
    assert departs(before, after.model_copy(update=dict(caveats=("12 audits are left out.",)))) == ""
    assert departs(before, before) == ""
