"""Bringing a force's processed data up to date with its return."""

from __future__ import annotations

from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.project import Project
from hmic_analysis.store.prepare import PrepareResult, prepare


def prepare_force(project: Project, params: Params, slug: str) -> PrepareResult | None:
    """Load the return of one force, if it has one and it has changed.

    Parameters
    ----------
    project : Project
    params : Params
    slug : str

    Returns
    -------
    PrepareResult or None
        None where the force sent nothing: its folder is missing or empty, and nothing was processed before.

    Raises
    ------
    DataError
        If the return can't be loaded.
    """
    settings = resolve(params, slug)
    raw = project.root / settings.force.raw if settings.force.raw else project.raw / slug
    if not raw.is_dir() or not any(raw.iterdir()):
        return None
    return prepare(project, list(settings.sources), slug, raw, settings.timezone)
