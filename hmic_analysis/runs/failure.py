"""What went wrong with a report: which kind of end it was, where in the notebook, and its last words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

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
    """A notebook did not come to its end.

    Parameters
    ----------
    kind : str
    cell : int or None
        Index of the cell, from 0.
    message : str
    """

    def __init__(self, kind: Kind, cell: int | None, message: str) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.cell = cell
        self.message = message


class Failure(BaseModel):
    """Where a report failed, in words a person can act on.

    Attributes
    ----------
    kind : str
    cell : int or None
        Cell of the executed notebook, counted from 0.
    heading : str
        The last heading above it.
    line : str
        The line of the notebook at which it failed.
    error, message : str
        Name of the exception, and what it says.
    tail : tuple of str
        The last lines that the cell printed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "error"
    cell: int | None = None
    heading: str = ""
    line: str = ""
    error: str = ""
    message: str = ""
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
    """The failure of a notebook in which a cell raised.

    Parameters
    ----------
    fault : papermill.PapermillExecutionError
    executed : pathlib.Path
        The executed notebook, to which papermill has added a banner at the top and a mark before the cell.

    Returns
    -------
    Failure
    """
    cells = _cells(executed)
    at = fault.cell_index + 2
    return Failure(
        kind="memory" if fault.ename in _MEMORY_ERRORS else "error",
        cell=fault.cell_index,
        heading=_heading(cells[:at]),
        line=_source_line(fault.traceback),
        error=fault.ename,
        message=_ANSI.sub("", fault.evalue).strip(),
        tail=_tail(cells[at] if at < len(cells) else {}),
    )


def from_stop(fault: NotebookStopped, executed: Path) -> Failure:
    """The failure of a notebook that was stopped or whose process ended.

    Parameters
    ----------
    fault : NotebookStopped
    executed : pathlib.Path
        The notebook as far as it was executed.

    Returns
    -------
    Failure
    """
    cells = _cells(executed)
    if fault.cell is None or fault.cell >= len(cells):
        return Failure(kind=fault.kind, message=fault.message)
    cell = cells[fault.cell]
    return Failure(
        kind=fault.kind,
        cell=fault.cell,
        heading=_heading(cells[: fault.cell]),
        message=fault.message,
        tail=_tail(cell),
    )


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
