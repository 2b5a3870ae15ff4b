"""Bringing the processed data of forces up to date with their returns; no report, and nothing that only they need."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from hmic_analysis.errors import DataError, PassingError, unforeseen
from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import Resolved, resolve
from hmic_analysis.project import Project
from hmic_analysis.store.prepare import PrepareResult, prepare, unchanged
from hmic_analysis.workers import worker_pool

#: What came of one force: its tables, None where it sent nothing, or why its return can't be loaded.
Prepared = PrepareResult | None | DataError


def prepare_force(project: Project, params: Params, slug: str) -> PrepareResult | None:
    """Load the return of one force, if it has one and it has changed.

    None where the force sent nothing: its folder is missing or empty, and nothing was processed before.
    """
    given = _given(project, params, slug)
    return prepare(*given) if given else None


def _given(project: Project, params: Params, slug: str) -> tuple[Any, ...] | None:
    """What loading a force's return is told; None where the force sent nothing."""
    settings = resolve(params, slug)
    raw, own = _return_of(project, settings), settings.force
    if raw is None:
        return None
    return project, list(settings.sources), slug, raw, settings.timezone, own.match, own.own_police, own.districts


def prepare_forces(
    project: Project, params: Params, slugs: Sequence[str], workers: int
) -> Iterator[tuple[str, Prepared]]:
    """Load the returns of several forces, several at a time.

    Every force in the order given.  A fault in one return costs only that force.
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
            yield slug, _result(waiting[slug], order, slug) if slug in waiting else seen[slug]


def _result(waiting: Future[Prepared], order: Callable[[str], Prepared], slug: str) -> Prepared:
    """What came of a force; where the processes were lost, in a process of its own: another may be to blame."""
    try:
        return waiting.result()
    except BrokenProcessPool:
        pass
    try:
        with worker_pool(1) as pool:
            return pool.submit(order, slug).result()
    except BrokenProcessPool:
        return DataError(
            f"The return of {slug} could not be prepared: the process that read it was ended, as happens where memory "
            "runs out. Run it alone with --workers 1, or ask for smaller files."
        )


class _Due:
    """In place of a result: the return has changed, or was never loaded."""


_DUE = _Due()


def _already(project: Project, params: Params, slug: str) -> Prepared | _Due:
    """What needs no work: a force that sent nothing, tables that are up to date."""

    def seen() -> Prepared | _Due:
        given = _given(project, params, slug)
        return (unchanged(*given) or _DUE) if given else None

    return _one(seen, project, slug)


def _prepared(project: Project, params: Params, slug: str) -> Prepared:
    return _one(partial(prepare_force, project, params, slug), project, slug)


def _one(work: Callable[[], Prepared | _Due], project: Project, slug: str) -> Prepared | _Due:
    """What came of work on one force, its fault too."""
    try:
        return work()
    except DataError as fault:
        return fault
    except Exception as error:  # noqa: BLE001 - one force's return must never end the run of the others
        return _fault_of(error, project, slug)


def _fault_of(error: Exception, project: Project, slug: str) -> DataError:
    """An error that costs one force; whatever would meet the other forces too is raised."""
    fault = unforeseen(error, f"The return of {slug} could not be prepared", writing=project.written_to)
    if not isinstance(fault, DataError):
        raise fault from error
    return fault


def _return_of(project: Project, settings: Resolved) -> Path | None:
    """Folder of a force's return; None where there is nothing in it."""
    raw = project.return_of(settings.force.slug, settings.force.raw)
    if not raw.is_dir() and os.path.lexists(raw):
        raise DataError(
            f"{project.relative(raw)} is no folder that can be opened (a file, or a link that leads nowhere), so the "
            "return could not be read. Put a folder there that holds the force's files."
        )
    try:
        return raw if raw.is_dir() and any(raw.iterdir()) else None
    except OSError as error:
        raise PassingError(
            f"{project.relative(raw)} can't be opened ({error.strerror}), so the return could not be read. "
            "Give yourself the right to read it."
        ) from error


@dataclass
class Loaded:
    """What came of loading."""

    #: By force: what can't be loaded, in words.
    faults: dict[str, list[str]] = field(default_factory=dict)
    #: Forces of which nothing could be loaded.
    unloaded: set[str] = field(default_factory=set)

    def words(self) -> tuple[str, ...]:
        """All faults, each with its force."""
        return tuple(f"{slug}: {fault}" for slug, faults in self.faults.items() for fault in faults)


def load_returns(
    project: Project, params: Params, forces: Sequence[str], tell: Callable[[str], None], workers: int = 1
) -> Loaded:
    """Load the returns of forces, and the national reference, where they have changed."""

    found = Loaded()
    for slug, result in prepare_forces(project, params, params.with_national(forces), workers):
        if isinstance(result, DataError):
            found.faults[slug] = [result.message]
            found.unloaded.add(slug)
            continue
        if result is None:
            continue
        if result.status == "prepared":
            tell(f"{slug}: {_summary(result)}")
        broken = _broken_tables(result)
        if broken:
            found.faults[slug] = [
                f"{fault}\n  Tables that can't be used for it: {', '.join(tables)}." for fault, tables in broken.items()
            ]
    return found


def _broken_tables(result: PrepareResult) -> dict[str, list[str]]:
    """Tables by the fault that makes them unusable."""
    found: dict[str, list[str]] = {}
    for table, fault in result.manifest.broken.items():
        found.setdefault(fault, []).append(table)
    return found


def _summary(result: PrepareResult) -> str:
    return f"return loaded; {result.manifest.told}"
