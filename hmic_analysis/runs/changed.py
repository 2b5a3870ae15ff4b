"""Whether anything may have changed since the last run: a look at sizes and times of files, for frequent schedules.

Only a look: where it sees a change the run begins, and decides by content as always.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from hmic_analysis.project import Project
from hmic_analysis.runs.imports import PACKAGE


def inputs_seen(project: Project) -> str:
    """A mark over names, sizes and times of all returns, parameters, notebooks and the library."""
    lines = []
    for folder in (project.raw, project.params, project.notebooks, PACKAGE):
        lines += [f"{path} {stat.st_size} {stat.st_mtime_ns}" for path, stat in _files(folder)]
    return _mark(lines)


def outputs_seen(project: Project) -> str:
    """A mark over the forces' folders of reports and processed tables: it changes when one is removed or replaced."""
    lines = []
    for parent in (project.output / "runs", project.processed):
        if parent.is_dir():
            with os.scandir(parent) as entries:
                found = sorted((e.name, e.stat().st_mtime_ns) for e in entries if e.is_dir())
            lines += [f"{parent.name}/{name} {moment}" for name, moment in found]
    return _mark(lines)


def nothing_changed(project: Project, selection: str) -> bool:
    """Whether nothing can have changed since a run of the same selection ended.

    Parameters
    ----------
    project : Project
    selection : str
        What the run is told to do, in any fixed wording.

    Returns
    -------
    bool
    """
    seen = _read(project).get(selection)
    return seen == [inputs_seen(project), outputs_seen(project)]


def remember(project: Project, selection: str, inputs: str) -> None:
    """Keep what a run has seen.

    Parameters
    ----------
    project : Project
    selection : str
    inputs : str
        :func:`inputs_seen` from before the run, so that what changed meanwhile is seen next time.
    """
    kept = {**_read(project), selection: [inputs, outputs_seen(project)]}
    path = _path(project)
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8", newline="\n")
    os.replace(part, path)


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix != ".pyc" and path.is_file():
            yield path, path.stat()


def _mark(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _path(project: Project) -> Path:
    return project.output / "runs" / ".seen.json"


def _read(project: Project) -> dict[str, list[str]]:
    try:
        found = json.loads(_path(project).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
