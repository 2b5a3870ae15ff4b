"""``hmic letter``."""

from __future__ import annotations

from pathlib import Path

import typer

from hmic_analysis.cli.console import AllOption, ForceOption, ProjectOption, choose_forces, err, out
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, DataError
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.exports import LetterFiles, make_letter
from hmic_analysis.letters.parameters import letter_catalogue, letter_settings
from hmic_analysis.params.load import load_params
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project, find_project
from hmic_analysis.runs.plan import make_plan

TEMPLATE = Path("letters") / "template.docx"


def letter(force: ForceOption = None, everyone: AllOption = False, project: ProjectOption = None) -> None:
    """Write the Word letter of forces from their evidence."""
    home = find_project(project)
    params = load_params(home)
    failed = 0
    for slug in choose_forces(params, force, everyone):
        try:
            files = write_letter_of(home, params, slug)
        except DataError as fault:
            failed += 1
            err().print(fault.message, style="bold red", markup=False)
            continue
        out().print(f"Letter: {home.relative(files.document)}", markup=False)
    raise typer.Exit(EXIT_SOME_FAILED if failed else EXIT_OK)


def write_letter_of(project: Project, params: Params, slug: str) -> LetterFiles:
    """Write the letter of one force from the evidence of its reports.

    Parameters
    ----------
    project : Project
    params : Params
    slug : str

    Returns
    -------
    LetterFiles

    Raises
    ------
    DataError
        If the force has no evidence yet.
    """
    bundles, folders = evidence_of(project, params, slug)
    return make_letter(
        bundles,
        folders,
        letter_settings(params, slug),
        letter_catalogue(params),
        project.params / TEMPLATE,
        project.output / "letters",
    )


def evidence_of(project: Project, params: Params, slug: str) -> tuple[list[Bundle], dict[str, Path]]:
    """The evidence of one force as its reports left it; says which of it is no longer up to date.

    Parameters
    ----------
    project : Project
    params : Params
    slug : str

    Returns
    -------
    tuple of list of Bundle and dict of str to pathlib.Path
        In the order of the letter, and the folder of each finding's report.

    Raises
    ------
    DataError
        If the force has no evidence yet.
    """
    bundles, folders = [], {}
    for job in make_plan(project, params, [slug]):
        if job.last is None or job.last.status == "failed":
            continue
        bundles.append(read_bundle(job.folder))
        folders[job.finding] = job.folder
        stale = [part for part, mark in job.fingerprint.items() if job.last.fingerprint.get(part) != mark]
        if stale:
            err().print(
                f"{slug} {job.finding}: {job.reason} since its evidence was made; run it again: "
                f"hmic run --force {slug} --finding {job.finding}",
                markup=False,
            )
    if not bundles:
        raise DataError(f"There is no evidence for {slug}. Run its findings first: hmic run --force {slug}")
    return bundles, folders
