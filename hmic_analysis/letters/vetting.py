"""The check of the files of one force's letter against the evidence in its project."""

from __future__ import annotations

from hmic_analysis.letters.bound import LetterCheck
from hmic_analysis.letters.gathered import LetterSources, Tell, letter_sources, unheard
from hmic_analysis.letters.writing import TEMPLATE
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project


def letter_check(
    project: Project, params: Params, slug: str, tell: Tell = unheard
) -> tuple[LetterCheck, LetterSources]:
    """What the files of a force's letter are laid beside.

    Parameters
    ----------
    project : Project
    params : Params
    slug : str
    tell : callable
        Told which evidence is no longer up to date.

    Returns
    -------
    tuple of LetterCheck and LetterSources

    Raises
    ------
    DataError
        If the force has no evidence yet.
    ParameterError
        If the template or an inspector's own wording is wrong.
    """
    sources = letter_sources(project, params, slug, tell=tell)
    tables = {id: claim.tables for finding in params.findings.values() for id, claim in finding.claims.items()}
    against = LetterCheck(
        sources.bundles,
        sources.folders,
        sources.settings,
        sources.catalogue,
        project.params / TEMPLATE,
        sources.wording,
        tables,
    )
    return against, sources
