"""``hmic explore``: JupyterLab on the explorer notebook."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import Annotated

import typer

from hmic_analysis.cli.console import ProjectOption, out
from hmic_analysis.errors import ParameterError
from hmic_analysis.project import find_project

NOTEBOOK = "force_explorer.ipynb"


def explore(
    port: Annotated[int | None, typer.Option(help="Port of the local server; by default the first free one.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address only.")] = False,
    project: ProjectOption = None,
) -> None:
    """Open JupyterLab on the explorer notebook: force, finding, period; figures, rows, comparison, export."""
    home = find_project(project)
    notebook = home.root / "notebooks" / "explore" / NOTEBOOK
    if not notebook.is_file():
        raise ParameterError(
            f"{home.relative(notebook)} is not there. Copy the folder notebooks/explore of the project into this one."
        )
    if importlib.util.find_spec("jupyterlab") is None:
        raise ParameterError("JupyterLab is not installed here. Install it with: python -m pip install jupyterlab")
    # The whole project is served, so that the explorer can be left for another notebook of it.
    address = f"/lab/tree/{notebook.relative_to(home.root).as_posix()}"
    command = [sys.executable, "-m", "jupyterlab"]
    command += [f"--ServerApp.root_dir={home.root}", f"--LabApp.default_url={address}"]
    # Nothing is to be asked of the network: neither for news nor for a newer version.
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None"]
    command += [f"--port={port}"] if port else []
    command += ["--no-browser"] if no_browser else []
    out().print("JupyterLab opens. In the notebook choose Run, Run All Cells. Ctrl-C here ends it.", markup=False)
    code = subprocess.call(command, cwd=home.root)
    raise typer.Exit(code)
