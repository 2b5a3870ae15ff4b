"""What the letter of one force is written from, as its reports left it in the project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hmic_analysis.disclosure.released import released
from hmic_analysis.disclosure.rules import rules_of
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.model import CatalogueEntry, LetterSettings
from hmic_analysis.letters.parameters import letter_catalogue, letter_settings
from hmic_analysis.letters.wording import OwnWords, load_wording
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.runs.plan import make_plan

#: Told in words what a person should know, such as that evidence is no longer up to date.
Tell = Callable[[str], None]


def unheard(words: str) -> None:
    """For those who have nobody to tell."""


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


def letter_sources(
    project: Project, params: Params, slug: str, unmarked: bool = False, tell: Tell = unheard
) -> LetterSources:
    """Everything that the letter of one force is written from.

    Parameters
    ----------
    project : Project
    params : Params
    slug : str
    unmarked : bool
        Without the marks of the embargo.
    tell : callable
        Told which evidence is no longer up to date.

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
    made, folders = evidence_of(project, params, slug, tell)
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


def evidence_of(
    project: Project, params: Params, slug: str, tell: Tell = unheard
) -> tuple[list[Bundle], dict[str, Path]]:
    """The evidence of one force as its reports left it.

    Parameters
    ----------
    project : Project
    params : Params
    slug : str
    tell : callable
        Told which of it is no longer up to date.

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
        tell(
            f"{slug} {', '.join(findings)}: {reason} since the evidence was made; run it again: "
            f"hmic run --force {slug}{which}"
        )
    if not bundles:
        raise DataError(f"There is no evidence for {slug}. Run its findings first: hmic run --force {slug}")
    return bundles, folders
