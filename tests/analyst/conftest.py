"""A project with two synthetic forces of different size, loaded, for all tests that only read it."""

from __future__ import annotations

import pytest

from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.returns import prepare_force
from hmic_analysis.simulate.facts import Facts

from ..conftest import copy_project


@pytest.fixture(scope="session")
def two_forces(tmp_path_factory):
    """Cleveland and Bedfordshire."""
    project = find_project(copy_project(tmp_path_factory.mktemp("analyst") / "project"))
    params = load_params(project)
    simulate_forces(project, params, ["cleveland", "bedfordshire"], Facts(), 0.02, 1)
    for slug in ("cleveland", "bedfordshire", "england-and-wales"):
        prepare_force(project, params, slug)
    return project
