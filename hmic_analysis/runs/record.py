"""One report: the order for it, its files, its failure, and the manifest of what became of it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hmic_analysis.evidence.model import BUNDLE_NAME

# What a process needs to know to execute one report; goes through pipes and over networks as JSON.

Engine = Literal["warm", "plain"]


class Order(BaseModel):
    """One report to execute."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding: str
    title: str
    force: str
    #: Absolute: the notebook, and the folder that the report gets.
    notebook: Path
    folder: Path
    #: What the notebook is given, but for the folder that it writes to.
    parameters: dict[str, str]
    #: What the report rests on.
    fingerprint: dict[str, str]
    #: The same item by item, kept with the report so that it can be said what has changed.
    basis: dict[str, dict[str, str]] = Field(default_factory=dict)
    #: ``warm`` or ``plain``.
    engine: Engine = "warm"
    #: Why not ``warm``; empty if it is.
    engine_reason: str = ""
    #: Time limit of the notebook.
    seconds: float
    #: Limit of the memory of each of its processes; enforced on Linux.
    memory_mb: int
    #: Limit of what it prints and displays.
    output_mb: float
    #: Name of the run that it belongs to, the same on all machines.
    run: str = ""

    @property
    def name(self) -> str:
        """``cleveland A6``."""
        return f"{self.force} {self.finding}"

    def below(self, old: Path, new: Path) -> Order:
        """The same for a project that lies in another folder."""
        return self.model_copy(
            update={
                "notebook": new / self.notebook.relative_to(old),
                "folder": new / self.folder.relative_to(old),
                "parameters": {**self.parameters, "project": str(new)},
            }
        )

    @property
    def seed(self) -> int:
        """Start of the random numbers: the same for the same report, on every machine and engine."""
        return int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:4], "big")


# The files of a report, and their hashes.

EXECUTED_NAME = "notebook.ipynb"
#: What a bundle says of the run rather than of the force.
_NOT_EVIDENCE = ("seconds",)
_PUBLISHED = ("figures/", "tables/")


class Output(BaseModel):
    """One file of a report."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Of the file; of an evidence bundle without the time that it took to make.
    sha256: str
    #: Size of the file.
    bytes: int


def outputs_of(folder: Path, leave_out: str) -> dict[str, Output]:
    """Hash every file of a report: by path below the folder, with forward slashes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != leave_out:
            content = path.read_bytes()
            found[name] = Output(sha256=_digest(name, content), bytes=len(content))
    return found


def result_of(outputs: dict[str, Output]) -> str:
    """One hash over evidence, figures and tables: equal for the same inputs, whichever way they were made.

    The executed notebook is left out, since it holds the times of its cells, and so are notes of the engine.
    """
    told = [name for name in sorted(outputs) if name == BUNDLE_NAME or name.startswith(_PUBLISHED)]
    parts = [(name, outputs[name].sha256) for name in told]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def what_is_missing(folder: Path, outputs: dict[str, Output]) -> str:
    """The first file of a report that is not there in the size in which it was written; empty if none."""
    # Thousands of files are looked at for one plan, so their paths are put together plainly.
    place = str(folder)
    for name, out in outputs.items():
        try:
            size = os.stat(os.path.join(place, name)).st_size
        except OSError:
            return name
        if size != out.bytes:
            return name
    return ""


def _digest(name: str, content: bytes) -> str:
    if name == BUNDLE_NAME:
        bundle = {k: v for k, v in json.loads(content).items() if k not in _NOT_EVIDENCE}
        content = json.dumps(bundle, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()


# What went wrong with a report: which kind of end it was, where in the notebook, and its last words.

#: ``error`` a cell raised; ``time`` its time was up; ``memory`` it wanted more than it may have; ``output`` it printed
#: without end; ``exit`` it ended its own process; ``killed`` its process was killed; ``data`` the force's return can't
#: be loaded; ``worker`` the process beside it was lost; ``no evidence`` it ended without concluding; ``engine`` other.
Kind = Literal["error", "time", "memory", "output", "exit", "killed", "data", "worker", "no evidence", "engine"]

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_MEMORY_ERRORS = ("MemoryError", "_ArrayMemoryError", "ArrowMemoryError")
#: Lines of a notebook's output that are told when it failed.
_TAIL = 5
_LINE = 300


class NotebookStopped(Exception):
    """A notebook did not come to its end; ``cell`` is counted from 0."""

    def __init__(self, kind: Kind, cell: int | None, message: str) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.cell = cell
        self.message = message


class Failure(BaseModel):
    """Where a report failed, in words a person can act on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "error"
    #: Cell of the executed notebook, counted from 0.
    cell: int | None = None
    #: The last heading above it.
    heading: str = ""
    #: The line of the notebook at which it failed.
    line: str = ""
    #: Name of the exception, and what it says.
    error: str = ""
    message: str = ""
    #: The last lines that the cell printed.
    tail: tuple[str, ...] = ()

    def where(self) -> str:
        """``cell 7, under 'How many?': x = 1 / 0``; empty where it isn't known."""
        if self.cell is None:
            return ""
        place = f"cell {self.cell}" + (f", under '{self.heading}'" if self.heading else "")
        return place + (f": {self.line}" if self.line else "")

    def what(self) -> str:
        """``ZeroDivisionError: division by zero``."""
        return f"{self.error}: {self.message}" if self.error else self.message


def from_papermill(fault: Any, executed: Path) -> Failure:
    """The failure of a notebook in which a cell raised."""
    cells = _cells(executed)
    at = fault.cell_index + 2
    tail = _tail(cells[at] if at < len(cells) else {})
    short = fault.ename in _MEMORY_ERRORS or _out_of_memory(tail)
    return Failure(
        kind="memory" if short else "error",
        cell=fault.cell_index,
        heading=_heading(cells[:at]),
        line=_source_line(fault.traceback),
        error="MemoryError" if short and fault.ename not in _MEMORY_ERRORS else fault.ename,
        message=_ANSI.sub("", fault.evalue).strip(),
        tail=tail,
    )


def from_stop(fault: NotebookStopped, executed: Path) -> Failure:
    """The failure of a notebook that was stopped or whose process ended."""
    cells = _cells(executed)
    if fault.cell is None or fault.cell >= len(cells):
        return Failure(kind=fault.kind, message=fault.message)
    tail = _tail(cells[fault.cell])
    kind = "memory" if _out_of_memory(tail) else fault.kind
    return Failure(kind=kind, cell=fault.cell, heading=_heading(cells[: fault.cell]), message=fault.message, tail=tail)


def _cells(executed: Path) -> list[Any]:
    import nbformat

    try:
        return nbformat.read(executed, as_version=4).cells
    except (OSError, ValueError):
        return []


def _heading(before: list[Any]) -> str:
    lines = [line for cell in before if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    headings = [line for line in lines if line.startswith("#")]
    return headings[-1].lstrip("# ").strip() if headings else ""


def _source_line(traceback: list[str]) -> str:
    """The line of the notebook at which it failed: the first that the traceback points at in a cell."""
    in_cell = False
    first = ""
    for line in _ANSI.sub("", "\n".join(traceback)).splitlines():
        if line.startswith(("Cell In", "File ")):
            in_cell = line.startswith("Cell In")
        found = re.match(r"-+>\s*\d+\s(.*)", line.strip())
        if found and in_cell:
            return found.group(1).strip()
        first = first or (found.group(1).strip() if found else "")
    return first


def _tail(cell: Any) -> tuple[str, ...]:
    """The last lines that a cell printed, shortened."""
    printed = "".join(out.get("text", "")[-20_000:] for out in cell.get("outputs", ()) if out.output_type == "stream")
    lines = [line.rstrip()[:_LINE] for line in _ANSI.sub("", printed).splitlines() if line.strip()]
    return tuple(lines[-_TAIL:])


def _out_of_memory(tail: Sequence[str]) -> bool:
    """Whether what was printed last says that memory ran out; there may be none left to show the error itself in."""
    last = tail[-1].strip() if tail else ""
    return last.partition(":")[0] in _MEMORY_ERRORS or last.endswith("std::bad_alloc")


# The manifest of one report: what became of it, and on what it rests.

RECORD_NAME = "run.json"
BASIS_NAME = "basis.json"
Status = Literal["complete", "no_data", "failed"]


class Record(BaseModel):
    """What became of one report."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding: str
    force: str
    status: Status
    #: What it rested on, see :mod:`hmic_analysis.runs.fingerprint`.
    fingerprint: dict[str, str]
    #: What the notebook was given.
    parameters: dict[str, str]
    #: UTC, ISO 8601.
    started: str
    ended: str
    seconds: float
    failure: Failure | None = None
    #: What to ask the force for, where there were no data.
    request: tuple[str, ...] = ()
    #: ``warm`` or ``plain``, and why not ``warm``.
    engine: str = ""
    engine_reason: str = ""
    #: Machine that executed it.
    host: str = ""
    #: The most memory that its process held.
    peak_mb: float | None = None
    #: SHA-256 of each file of the return that was used.
    inputs: dict[str, str] = Field(default_factory=dict)
    #: Of Python and packages.
    versions: dict[str, str] = Field(default_factory=dict)
    #: Every file of the report but this one.
    outputs: dict[str, Output] = Field(default_factory=dict)
    #: One hash over evidence, figures and tables.
    result: str = ""
    #: Name of the run that made it.
    run: str = ""

    def with_outputs(self, outputs: dict[str, Output]) -> Record:
        """The same with the files of the report."""
        return self.model_copy(update={"outputs": outputs, "result": result_of(outputs)})


def failed_record(order: Order, failure: Failure) -> Record:
    """The record of a report that could not even be begun."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Record(
        finding=order.finding,
        force=order.force,
        status="failed",
        fingerprint=order.fingerprint,
        parameters=order.parameters,
        started=now,
        ended=now,
        seconds=0,
        failure=failure,
        engine=order.engine,
        engine_reason=order.engine_reason,
        run=order.run,
    )


def write_record(record: Record, folder: Path) -> None:
    """Write the record of a report into its folder, whole or not at all."""
    part = folder / f"{RECORD_NAME}.part"
    with part.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(record.model_dump_json(indent=1) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, folder / RECORD_NAME)


def write_basis(basis: Mapping[str, Mapping[str, str]], folder: Path) -> None:
    """Write what a report rests on, item by item, into its folder."""
    text = json.dumps(basis, indent=0, sort_keys=True, ensure_ascii=False)
    (folder / BASIS_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_basis(folder: Path) -> dict[str, dict[str, str]]:
    """What a report rests on, item by item; empty where it isn't known."""
    try:
        return json.loads((folder / BASIS_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def read_record(folder: Path) -> Record | None:
    """The record in a report's folder.

    None where there is none, or none that this version can read: the report is then run again.
    """
    try:
        return Record.model_validate_json((folder / RECORD_NAME).read_bytes())
    except (OSError, ValidationError, ValueError):
        return None
