"""What runs on a worker of a cluster: all reports of one force, one after another."""

from __future__ import annotations

import os
import platform
import threading
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.evidence.bundle import package_versions
from hmic_analysis.runs.failure import Failure
from hmic_analysis.runs.imports import Library
from hmic_analysis.runs.lane import Lane, Warmth
from hmic_analysis.runs.order import Order
from hmic_analysis.runs.outputs import what_is_missing
from hmic_analysis.runs.record import Record, failed_record, read_record
from hmic_analysis.runs.share import Share, scratch
from hmic_analysis.runs.warm.family import Family

#: On a worker where the shared folder has another path than where the run was begun.
ROOT_VARIABLE = "HMIC_PROJECT"


@dataclass(frozen=True)
class Task:
    """The reports of one force.

    Attributes
    ----------
    root : str
        Folder of the project where the run was begun.
    share : str
        Address of the share; empty: the folder is shared.
    project : str
        Name of the project's files on the share.
    force : str
    orders : tuple of str
        As JSON.
    modules : tuple of str
        What the notebooks import.
    """

    root: str
    share: str
    project: str
    force: str
    orders: tuple[str, ...]
    modules: tuple[str, ...]


_lock = threading.Lock()
_warmth: dict[tuple[str, tuple[str, ...]], Warmth] = {}


def execute_force(task: Task) -> list[str]:
    """Execute the reports of one force that this run has not finished yet.

    Parameters
    ----------
    task : Task

    Returns
    -------
    list of str
        Records as JSON.
    """
    share = Share(task.share) if task.share else None
    root = scratch(task.project) if share else Path(os.environ.get(ROOT_VARIABLE) or task.root)
    if share:
        share.fetch_project(task.project, task.force, root)
    lane = Lane(_warm(str(root), task.modules))
    try:
        return [_execute(task, text, root, share, lane).model_dump_json() for text in task.orders]
    finally:
        lane.close()


def _execute(task: Task, text: str, root: Path, share: Share | None, lane: Lane) -> Record:
    order = Order.model_validate_json(text).below(Path(task.root), root)
    finished = share.result(order) if share else _finished(order)
    if finished is not None:
        return finished
    other = difference(order)
    if other:
        return failed_record(order, Failure(kind="engine", message=other))
    _, record = lane.execute(order)
    if share and (order.folder / "run.json").is_file():
        share.send_result(order)
    return record


def _finished(order: Order) -> Record | None:
    """The record of a report that this run has finished before, on a worker that died meanwhile."""
    record = read_record(order.folder)
    if record is None or record.run != order.run or what_is_missing(order.folder, record.outputs):
        return None
    return record


def difference(order: Order) -> str:
    """What is other here than where the run was planned; empty if nothing that matters.

    Parameters
    ----------
    order : Order

    Returns
    -------
    str
        In words, for the report that is refused because of it.
    """
    versions = package_versions()
    for name, version in order.basis.get("versions", {}).items():
        if versions.get(name) != version:
            return f"The worker {platform.node()} has {name} {versions.get(name)}; the run was planned with {version}."
    library = Library()
    for name, mark in order.basis.get("library", {}).items():
        module = library.module(name)
        if module is None or module.sha256 != mark:
            return f"The worker {platform.node()} has another {name} than the machine on which the run was planned."
    return ""


def _warm(root: str, modules: tuple[str, ...]) -> Warmth:
    """The parent of warm copies of this process; one for all the forces it is given."""
    with _lock:
        if (root, modules) not in _warmth:
            _warmth[root, modules] = Warmth(Family(modules, root), lambda words: None)
        return _warmth[root, modules]
