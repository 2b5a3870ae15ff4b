"""Bringing the processed data of several forces up to date before their reports are planned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hmic_analysis.errors import DataError
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project

if TYPE_CHECKING:
    from hmic_analysis.store.prepare import PrepareResult


@dataclass
class Loaded:
    """What came of loading.

    Attributes
    ----------
    faults : dict of str to list of str
        By force: what can't be loaded, in words.
    unloaded : set of str
        Forces of which nothing could be loaded.
    """

    faults: dict[str, list[str]] = field(default_factory=dict)
    unloaded: set[str] = field(default_factory=set)

    def words(self) -> tuple[str, ...]:
        """All faults, each with its force."""
        return tuple(f"{slug}: {fault}" for slug, faults in self.faults.items() for fault in faults)


def load_returns(
    project: Project, params: Params, forces: Sequence[str], tell: Callable[[str], None], workers: int = 1
) -> Loaded:
    """Load the returns of forces, and the national reference, where they have changed.

    Parameters
    ----------
    project : Project
    params : Params
    forces : sequence of str
    tell : callable
        Told of each return that was loaded.
    workers : int
        Processes at a time.

    Returns
    -------
    Loaded
    """
    from hmic_analysis.runs.prepare import prepare_forces

    found = Loaded()
    holders = [*forces, *(f.slug for f in params.forces.values() if f.kind == "national")]
    for slug, result in prepare_forces(project, params, list(dict.fromkeys(holders)), workers):
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
    read = sum(a.read for a in result.manifest.accounts)
    kept = sum(a.kept for a in result.manifest.accounts)
    return f"return loaded; {read:,} rows read = {kept:,} kept + {read - kept:,} rejected"
