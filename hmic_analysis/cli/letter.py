"""``hmic letter``: the letters of forces, and ``hmic letter check``."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from hmic_analysis.cli.console import AllOption, ForceOption, ProjectOption, choose_forces, err, out
from hmic_analysis.disclosure.released import released
from hmic_analysis.disclosure.rules import rules_of
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, DataError, ParameterError
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.archive import write_whole
from hmic_analysis.letters.bound import LetterCheck, listing, listing_csv
from hmic_analysis.letters.checking import Checked
from hmic_analysis.letters.exports import LetterFiles, make_letter
from hmic_analysis.letters.model import CatalogueEntry, LetterSettings
from hmic_analysis.letters.paragraphs import odd_wording
from hmic_analysis.letters.parameters import letter_catalogue, letter_settings
from hmic_analysis.letters.wording import OwnWords, load_wording
from hmic_analysis.params.load import load_params
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project, find_project
from hmic_analysis.release import clock
from hmic_analysis.release.bound import note_letter
from hmic_analysis.release.embargo import embargo_gate
from hmic_analysis.runs.plan import make_plan

TEMPLATE = Path("letters") / "template.docx"

app = typer.Typer(help="Write the letters of forces from their evidence, as Word and as PDF.")

UnmarkedOption = Annotated[
    bool, typer.Option("--unmarked", help="Without the marks of the embargo; refused until it has ended.")
]

FileOption = Annotated[
    Path | None,
    typer.Option("--file", help="A letter somewhere else, .docx or .pdf; by default the two in output/letters."),
]


@dataclass(frozen=True)
class LetterSources:
    """What a letter is written from.

    Attributes
    ----------
    made : list of Bundle
        The evidence as the notebooks left it.
    bundles : list of Bundle
        The same as the force may see it: the letter is written from these.
    folders : dict of str to pathlib.Path
        Folder of each finding's report.
    """

    made: list[Bundle]
    bundles: list[Bundle]
    folders: dict[str, Path]
    settings: LetterSettings
    catalogue: tuple[CatalogueEntry, ...]
    wording: dict[str, OwnWords]


@app.callback(invoke_without_command=True)
def letter(
    context: typer.Context,
    force: ForceOption = None,
    everyone: AllOption = False,
    unmarked: UnmarkedOption = False,
    project: ProjectOption = None,
) -> None:
    """Write the letters of forces from their evidence, as Word and as PDF."""
    if context.invoked_subcommand is not None:
        return
    home = find_project(project)
    params = load_params(home)
    begun, failed = time.monotonic(), 0
    slugs = choose_forces(params, force, everyone)
    for slug in slugs:
        try:
            files = write_letter_of(home, params, slug, unmarked=unmarked)
        except DataError as fault:
            failed += 1
            err().print(fault.message, style="bold red", markup=False)
            continue
        out().print(f"Letter: {home.relative(files.document)} and {files.pdf.name}", markup=False)
    if len(slugs) > 1:
        done = len(slugs) - failed
        out().print(f"{done} of {len(slugs)} letters written in {time.monotonic() - begun:.0f} s.", markup=False)
    raise typer.Exit(EXIT_SOME_FAILED if failed else EXIT_OK)


@app.command("check")
def check(
    force: ForceOption = None,
    everyone: AllOption = False,
    file: FileOption = None,
    short: Annotated[bool, typer.Option("--short", help="Only what is wrong; the list goes to the CSV alone.")] = False,
    project: ProjectOption = None,
) -> None:
    """List what each number of a letter is bound to; exit 1 if any is bound to nothing.

    The Word document and the PDF are read as they are now, so a number typed over by hand is found.
    """
    home = find_project(project)
    params = load_params(home)
    slugs = choose_forces(params, force, everyone)
    if file is not None and len(slugs) != 1:
        raise ParameterError("With --file, name one force: the one that the letter is to.")
    bad = 0
    for slug in slugs:
        try:
            bad += not _check_force(home, params, slug, file, short)
        except DataError as fault:
            bad += 1
            err().print(fault.message, style="bold red", markup=False)
    raise typer.Exit(EXIT_SOME_FAILED if bad else EXIT_OK)


def _check_force(home: Project, params: Params, slug: str, file: Path | None, short: bool) -> bool:
    """Check the files of one force's letter and say what was found; whether all is well."""
    sources = letter_sources(home, params, slug)
    tables = {id: claim.tables for finding in params.findings.values() for id, claim in finding.claims.items()}
    against = LetterCheck(
        sources.bundles,
        sources.folders,
        sources.settings,
        sources.catalogue,
        home.params / TEMPLATE,
        sources.wording,
        tables,
    )
    folder = home.output / "letters" / slug
    sound = True
    for path in [file] if file else [folder / f"letter-{slug}{ending}" for ending in (".docx", ".pdf")]:
        checked = against.file(path)
        table = home.output / "checks" / f"{path.stem}-{path.suffix.lstrip('.')}-numbers.csv"
        write_whole(table, listing_csv(checked.numbers))
        for line in listing(checked.unbound if short else checked.numbers):
            out().print(line, markup=False)
        _say_result(path.name, checked, home.relative(table))
        sound &= checked.sound
    for mark in odd_wording(sources.bundles, sources.wording):
        err().print(f"Marked in the letter: {mark}", markup=False)
    return sound


def _say_result(name: str, checked: Checked, table: str) -> None:
    for change in checked.changes:
        out().print(f"Changed by hand, no number wrong: {change}", markup=False)
    for thing in checked.objects:
        err().print(f"{name}: {thing}: its numbers can't be checked. Take it out.", style="bold red", markup=False)
    for number in checked.unbound:
        text = f"{name}, {number.place}: {number.number} is bound to nothing; {number.problem}"
        err().print(text, style="bold red", markup=False)
    bound = len(checked.numbers) - len(checked.unbound)
    out().print(f"{name}: {bound} of {len(checked.numbers)} numbers bound; all of them: {table}", markup=False)


def write_letter_of(project: Project, params: Params, slug: str, unmarked: bool = False) -> LetterFiles:
    """Write the letter of one force from the evidence of its reports.

    Parameters
    ----------
    project : Project
    params : Params
    slug : str
    unmarked : bool
        Without the marks of the embargo.

    Returns
    -------
    LetterFiles

    Raises
    ------
    DataError
        If the force has no evidence yet.
    ParameterError
        If the embargo holds and the letter would not bear it, or if the template or a wording is wrong.
    """
    sources = letter_sources(project, params, slug, unmarked)
    settings = sources.settings
    if params.force(slug).kind == "territorial":
        embargo_gate(params, clock.now(), f"The letter to {settings.force_name}", marked=bool(settings.embargo))
    files = make_letter(
        sources.bundles,
        sources.folders,
        settings,
        sources.catalogue,
        project.params / TEMPLATE,
        project.output / "letters",
        sources.wording,
    )
    note_letter(project, slug, sources.made)
    return files


def letter_sources(project: Project, params: Params, slug: str, unmarked: bool = False) -> LetterSources:
    """Everything that the letter of one force is written from.

    Parameters
    ----------
    project : Project
    params : Params
    slug : str
    unmarked : bool
        Without the marks of the embargo.

    Returns
    -------
    LetterSources

    Raises
    ------
    DataError
        If the force has no evidence yet.
    ParameterError
        If an inspector's own wording is wrong.
    """
    wording = load_wording(project.params, params, slug)
    made, folders = evidence_of(project, params, slug)
    rules = rules_of(params)
    settings = letter_settings(params, slug)
    return LetterSources(
        made,
        [released(without_empty(bundle), rules, "force", folders[bundle.finding]) for bundle in made],
        folders,
        replace(settings, embargo="") if unmarked else settings,
        letter_catalogue(params),
        wording,
    )


def without_empty(bundle: Bundle) -> Bundle:
    """A bundle without the panels that say that there was nothing to draw: they belong in the notebook."""
    return bundle.model_copy(update={"figures": tuple(figure for figure in bundle.figures if not figure.empty)})


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
    outdated: dict[str, list[str]] = {}
    for job in make_plan(project, params, [slug]):
        if job.last is None or job.last.status == "failed":
            continue
        bundles.append(read_bundle(job.folder))
        folders[job.finding] = job.folder
        stale = [part for part, mark in job.fingerprint.items() if job.last.fingerprint.get(part) != mark]
        if stale:
            outdated.setdefault(job.reason, []).append(job.finding)
    for reason, findings in outdated.items():
        which = "" if len(findings) == len(bundles) else "".join(f" --finding {finding}" for finding in findings)
        err().print(
            f"{slug} {', '.join(findings)}: {reason} since the evidence was made; run it again: "
            f"hmic run --force {slug}{which}",
            markup=False,
        )
    if not bundles:
        raise DataError(f"There is no evidence for {slug}. Run its findings first: hmic run --force {slug}")
    return bundles, folders
