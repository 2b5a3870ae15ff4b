"""How far a run is and how it ended, whether anything changed since, and whom to tell."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from hmic_analysis.project import Project
from hmic_analysis.runs.fingerprint import PACKAGE
from hmic_analysis.runs.record import Order, Record

# --------------------------------------------------------------------------------------------------------------------
# ``output/runs/status.json``: how far a run is, and how it ended.

#: Seconds between two versions of the file while nothing ends.
_EVERY = 0.5
State = Literal["loading", "running", "finished", "stopped", "stopped: no space", "stopped: read-only"]


class FailedReport(BaseModel):
    """A report that failed.

    Attributes
    ----------
    force, finding, title : str
    kind, where, what : str
        See :class:`hmic_analysis.runs.record.Failure`.
    tail : tuple of str
        The last lines of its output.
    folder : str
        Where its notebook lies, below the project.
    """

    model_config = ConfigDict(frozen=True)

    force: str
    finding: str
    title: str
    kind: str
    where: str
    what: str
    tail: tuple[str, ...] = ()
    folder: str = ""


class Status(BaseModel):
    """A run at one moment.

    Attributes
    ----------
    state : str
        ``loading`` returns, ``running`` notebooks, ``finished``, ``stopped`` by a person or a fault, or by a folder
        that nothing can be written to: ``stopped: no space``, ``stopped: read-only``.
    host, pid : where it runs
    started, updated, ended : str
        UTC, ISO 8601; ``ended`` is empty before the end.
    what : str
        The run in words.
    planned, up_to_date, to_run : int
        Reports of the plan, those that need not run, those that must.
    done, no_data, failed : int
        Of those that must.
    seconds, seconds_left : float or None
        Since the start, and expected to the end.
    running : tuple of str
        Reports that are being executed.
    failures : tuple of FailedReport
    data_faults : tuple of str
        Returns, or tables of them, that can't be loaded.
    exit_code : int or None
    """

    model_config = ConfigDict(frozen=True)

    state: State = "loading"
    host: str = ""
    pid: int = 0
    started: str = ""
    updated: str = ""
    ended: str = ""
    what: str = ""
    planned: int = 0
    up_to_date: int = 0
    to_run: int = 0
    done: int = 0
    no_data: int = 0
    failed: int = 0
    seconds: float = 0
    seconds_left: float | None = None
    running: tuple[str, ...] = ()
    failures: tuple[FailedReport, ...] = ()
    data_faults: tuple[str, ...] = ()
    exit_code: int | None = None


def status_path(project: Project) -> Path:
    """Where the status of the last run lies."""
    return project.output / "runs" / "status.json"


def read_status(project: Project) -> Status | None:
    """The status of the run that is going on, or of the last one; None if there was none."""
    try:
        return Status.model_validate_json(status_path(project).read_bytes())
    except (OSError, ValidationError, ValueError):
        return None


class Board:
    """Keeps the status of one run up to date; may be used from several threads.

    Parameters
    ----------
    project : Project
    what : str
        The run in words.
    """

    def __init__(self, project: Project, what: str) -> None:
        self.project = project
        self._clock = time.monotonic()
        self._begun = self._clock
        self._written = 0.0
        self._lock = threading.Lock()
        self._running: dict[str, None] = {}
        self.status = Status(host=platform.node(), pid=os.getpid(), started=_now(), what=what)
        self._write()

    def plan(self, planned: int, fresh: int, to_run: int, data_faults: tuple[str, ...]) -> None:
        """The plan is made: reports in all, up to date, to be run."""
        self._begun = time.monotonic()
        self._set(True, state="running", planned=planned, up_to_date=fresh, to_run=to_run, data_faults=data_faults)

    def begin(self, order: Order) -> None:
        """A report is being executed."""
        with self._lock:
            self._running[order.name] = None
        self._set(False)

    def end(self, order: Order, record: Record) -> None:
        """A report has ended."""
        with self._lock:
            self._running.pop(order.name, None)
        now = self.status
        counts = {"complete": "done", "no_data": "no_data", "failed": "failed"}
        name = counts[record.status]
        ended = now.done + now.no_data + now.failed + 1
        pace = (time.monotonic() - self._begun) / ended
        changes = {name: getattr(now, name) + 1, "seconds_left": round(pace * (now.to_run - ended), 1)}
        if record.failure is not None:
            changes["failures"] = (*now.failures, self.failed_report(order, record))
        self._set(False, **changes)

    def failed_report(self, order: Order, record: Record) -> FailedReport:
        """A failed report in words."""
        failure = record.failure
        return FailedReport(
            force=order.force,
            finding=order.finding,
            title=order.title,
            kind=failure.kind,
            where=failure.where(),
            what=failure.what(),
            tail=failure.tail,
            folder=self.project.relative(order.folder),
        )

    def finish(self, state: State, exit_code: int | None) -> Status:
        """The run has ended."""
        with self._lock:
            self._running.clear()
        self._set(True, state=state, exit_code=exit_code, ended=_now(), seconds_left=None)
        return self.status

    def _set(self, at_once: bool, **changes: object) -> None:
        with self._lock:
            moment = time.monotonic()
            common = {"seconds": round(moment - self._clock, 1), "running": tuple(self._running), "updated": _now()}
            self.status = self.status.model_copy(update={**common, **changes})
            if at_once or moment - self._written >= _EVERY:
                self._write()
                self._written = moment

    def _write(self) -> None:
        path = status_path(self.project)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(".status.json.part")
        text = json.dumps(self.status.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
        try:
            part.write_text(text, encoding="utf-8", newline="\n")
        except OSError:
            if not self.status.ended or not path.exists():
                raise
            # A full disk has no room for a second file; over the old one the last word may still fit.
            part.unlink(missing_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        try:
            os.replace(part, path)
        except PermissionError:
            # On Windows somebody may be reading it this moment; the next version comes soon.
            return


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


# --------------------------------------------------------------------------------------------------------------------
# Whether anything may have changed since the last run: a look at sizes and times of files, for frequent schedules.
#
# Only a look: where it sees a change the run begins, and decides by content as always.


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
    """Whether nothing can have changed since a run of the same selection ended."""
    seen = _read(project).get(selection)
    return seen == [inputs_seen(project), outputs_seen(project)]


def remember(project: Project, selection: str, inputs: str) -> None:
    """Keep what a run has seen."""
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


# --------------------------------------------------------------------------------------------------------------------
# Commands of the user's own at the end of a run.

#: Seconds after which such a command is given up.
PATIENCE = 300


def call_hook(name: str, words: Sequence[str], status: Path, tell: Callable[[str], None]) -> bool:
    """Run a command with the status file as its last word; no shell is involved.

    Whether it ran and ended with 0, or there was nothing to do.
    """
    if not words:
        return True
    try:
        done = subprocess.run(
            [*words, str(status)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        tell(f"{name} in params/runs.yml could not be run: {fault}")
        return False
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        tell(f"{name} in params/runs.yml ended with code {done.returncode}. {' '.join(last)}".rstrip())
    return done.returncode == 0
