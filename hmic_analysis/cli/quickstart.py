"""``hmic quickstart``: the whole path once, on synthetic data for Cleveland."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from hmic_analysis.cli.console import ProjectOption, err, out
from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.cli.run import run_forces
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.letters.writing import write_letter_of
from hmic_analysis.params.load import load_params
from hmic_analysis.project import Project, find_project
from hmic_analysis.simulate.facts import Facts

FORCE = "cleveland"
SCALE = 0.05


def quickstart(
    scale: Annotated[float, typer.Option(help="1 is the real size of the force.")] = SCALE,
    project: ProjectOption = None,
) -> None:
    """Simulate a small year for Cleveland, load it, run the findings, write the letter."""
    home = find_project(project)
    params = load_params(home)
    err().print(f"1/4 Simulating a return of {FORCE} at scale {scale:g} (synthetic data) ...")
    simulate_forces(home, params, [FORCE], Facts(), scale, seed=1)
    err().print("2/4 Loading it, 3/4 executing the finding notebooks ...")
    code = run_forces(home, params, [FORCE])
    err().print("4/4 Writing the letter ...")
    files = write_letter_of(home, params, FORCE)
    counts = {"supported": 0, "contradicted": 0, "not_determinable": 0}
    runs = home.runs(FORCE)
    for folder in sorted(p for p in runs.iterdir() if (p / "evidence.json").is_file()):
        for claim in read_bundle(folder).claims:
            counts[claim.verdict] += 1
    hmic = _command(home)
    out().print(
        f"\nMade from synthetic data, not about any real force:\n"
        f"  letter     {home.relative(files.document)}\n"
        f"  evidence   {home.relative(runs)}/<finding>/evidence.json, notebook.ipynb and figures\n"
        f"  figures    {home.relative(files.document.parent / 'figures')}\n"
        f"  claims     {counts['supported']} supported, {counts['contradicted']} contradicted, "
        f"{counts['not_determinable']} not determinable\n"
        "Next:\n"
        f"  {hmic} findings                       the 20 findings, and what data each needs\n"
        f"  {hmic} data template                  the workbook that a force fills in\n"
        f"  {hmic} data check --force cleveland   rows read, kept and rejected, file by file\n"
        f"  {hmic} run --force <force>            once a force's files lie in data/raw/<force>\n",
        markup=False,
    )
    raise typer.Exit(code)


def _command(project: Project) -> str:
    """How the command is typed here: by its name where the environment is active, else by its path."""
    called = Path(sys.argv[0])
    found = shutil.which("hmic")
    if called.stem != "hmic" or (found and Path(found).resolve() == called.resolve()):
        return "hmic"
    return project.relative(called)
