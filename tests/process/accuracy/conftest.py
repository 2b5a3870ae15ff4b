"""A simulated force whose return states a wrong number, its letter drafted and its pack sent."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.cli.main import main
from hmic_analysis.params.catalogue import ALWAYS
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project
from hmic_analysis.simulate.facts import Facts

from ...conftest import copy_project
from ...runs.conftest import KEPT, few_findings
from ..release.desk import Clock

#: The number of suspects outstanding that the force states is two fifths too high; claim A6a can't be decided then.
WRONG = Facts(stated_outstanding_error_pct=40.0)


def small_return(
    folder: Path,
    facts: Facts,
    forces: Sequence[str] = ("cleveland",),
    parts: Sequence[str] = ("core", "useful"),
    scale: float = 0.02,
) -> None:
    """Simulated returns with the tables that the few findings use, and no others: they load in a second."""
    project = find_project(folder)
    params = load_params(project)
    # The reference table says of every force simulated that it attends everything.
    told = facts.with_(n_forces_attend_all=max(facts.n_forces_attend_all, len(forces)))
    simulate_forces(project, params, list(forces), told, scale, 1)
    tables = {t for id in KEPT for part in parts for t in getattr(params.finding(id).tables, part)}
    for force in forces:
        for path in (project.raw / force).glob("*.csv"):
            if path.stem not in tables | set(ALWAYS):
                path.unlink()


@pytest.fixture
def clock(monkeypatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture(scope="session")
def sent(tmp_path_factory) -> Path:
    """A project in which Cleveland was sent its pack, and ``right`` beside it: the return without the mistake."""
    root = tmp_path_factory.mktemp("accuracy")
    with pytest.MonkeyPatch.context() as patch:
        Clock(patch)
        folder = copy_project(root / "project")
        few_findings(find_project(folder))
        small_return(copy_project(root / "right"), Facts())
        small_return(folder, WRONG)
        for words in (
            ("run", "--quiet"),
            ("letter",),
            ("release", "advance", "--to", "draft", "--reason", "First draft."),
            ("accuracy", "send"),
        ):
            assert main([*words, "--force", "cleveland", "--project", str(folder)]) == 0
    return root


@pytest.fixture
def project(tmp_path, sent, clock) -> Project:
    """A copy of it."""
    clock.later(days=1)
    return find_project(shutil.copytree(sent / "project", tmp_path / "project"))


@pytest.fixture
def right(sent) -> Path:
    """The return as it should have been."""
    return sent / "right" / "data" / "raw" / "cleveland"
