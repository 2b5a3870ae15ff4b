"""The project that is measured: the parameters and notebooks of this one, simulated returns, loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.returns import load_returns
from hmic_analysis.simulate.facts import Facts


def make_project(root: Path, folder: Path, forces: list[str], scale: float) -> Path:
    """Make it.

    Parameters
    ----------
    root : pathlib.Path
        The checkout.
    folder : pathlib.Path
        Where to make it.
    forces : list of str
    scale : float
        Size of the returns; 1 is real.

    Returns
    -------
    pathlib.Path
        The folder.
    """
    for name in ("params", "notebooks"):
        shutil.copytree(root / name, folder / name)
    for name in ("raw", "processed"):
        (folder / "data" / name).mkdir(parents=True)
    project = find_project(folder)
    params = load_params(project)
    simulate_forces(project, params, forces, Facts(), scale, 1)
    load_returns(project, params, forces, lambda words: None)
    return folder
