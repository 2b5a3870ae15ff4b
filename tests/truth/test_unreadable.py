"""A cell that nobody can read leaves its unit unknown: no figure loses it, and none counts it either way."""

import pytest

from benchmarks.project import make_project
from benchmarks.unreadable import FORCE, ROOT, departures
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
