"""Bringing the processed data of forces up to date with their returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from hmic_analysis.errors import DataError, LockedError
from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import Resolved, resolve
from hmic_analysis.project import Project
from hmic_analysis.store.prepare import PrepareResult, prepare, unchanged
from hmic_analysis.workers import worker_pool

#: What came of one force: its tables, None where it sent nothing, or why its return can't be loaded.
Prepared = PrepareResult | None | DataError


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
    raw = _return_of(project, settings)
    if raw is None:
        return None
    return prepare(project, list(settings.sources), slug, raw, settings.timezone)


def prepare_forces(
    project: Project, params: Params, slugs: Sequence[str], workers: int
) -> Iterator[tuple[str, Prepared]]:
    """Load the returns of several forces, several at a time.

    Parameters
    ----------
    project : Project
    params : Params
    slugs : sequence of str
    workers : int
        Processes; none is begun where at most one return has changed.

    Yields
    ------
    tuple of str and (PrepareResult, None or DataError)
        Every force in the order given.  A fault in one return costs only that force.

    Raises
    ------
    LockedError
        If another run is preparing one of the forces.
    """
    # Whether anything is to be done is told by hashing files, which threads do side by side.
    with ThreadPoolExecutor(max(1, workers)) as threads:
        seen = dict(zip(slugs, threads.map(partial(_already, project, params), slugs), strict=True))
    due = [slug for slug, found in seen.items() if found is _DUE]
    order = partial(_prepared, project, params)
    if workers <= 1 or len(due) <= 1:
        for slug in slugs:
            yield slug, order(slug) if seen[slug] is _DUE else seen[slug]
        return
    with worker_pool(min(workers, len(due))) as pool:
        waiting = {slug: pool.submit(order, slug) for slug in due}
        for slug in slugs:
            yield slug, waiting[slug].result() if slug in waiting else seen[slug]


class _Due:
    """In place of a result: the return has changed, or was never loaded."""


_DUE = _Due()


def _already(project: Project, params: Params, slug: str) -> Prepared | _Due:
    """What needs no work: a force that sent nothing, tables that are up to date."""
    try:
        settings = resolve(params, slug)
        raw = _return_of(project, settings)
        if raw is None:
            return None
        return unchanged(project, list(settings.sources), slug, raw, settings.timezone) or _DUE
    except DataError as fault:
        return fault


def _prepared(project: Project, params: Params, slug: str) -> Prepared:
    try:
        return prepare_force(project, params, slug)
    except LockedError:
        raise
    except DataError as fault:
        return fault


def _return_of(project: Project, settings: Resolved) -> Path | None:
    """Folder of a force's return; None where there is nothing in it."""
    raw = project.root / settings.force.raw if settings.force.raw else project.raw / settings.force.slug
    return raw if raw.is_dir() and any(raw.iterdir()) else None
