"""Why a notebook did not come to its end, in words."""

from __future__ import annotations

import os
import signal

from hmic_analysis.runs.failure import NotebookStopped
from hmic_analysis.runs.warm.copy import Limits
from hmic_analysis.runs.warm.outcome import Outcome

#: SIGKILL, which Windows has no name for.
_KILL = 9


def explain(outcome: Outcome, cell: int, limits: Limits) -> NotebookStopped:
    """The exception for a notebook that was stopped or whose process ended.

    Parameters
    ----------
    outcome : Outcome
    cell : int
        Index of the cell in which it happened.
    limits : Limits

    Returns
    -------
    NotebookStopped
    """
    if outcome.stopped == "time":
        return NotebookStopped("time", cell, f"It was stopped at its time limit of {limits.seconds:g} seconds.")
    if outcome.stopped == "cell time":
        return NotebookStopped("time", cell, f"A cell took longer than {limits.cell_seconds:g} seconds.")
    if outcome.stopped == "output":
        return NotebookStopped("output", cell, f"It was stopped after {limits.output_mb:g} MB of output.")
    if outcome.engine_fault:
        return NotebookStopped("engine", cell, f"The warm engine failed:\n{outcome.engine_fault}")
    return ended_with(cell, os.waitstatus_to_exitcode(outcome.wait_status), outcome.peak_kb / 1024)


def ended_with(cell: int | None, code: int, peak_mb: float = 0) -> NotebookStopped:
    """The exception for a process that ended by itself or was killed.

    Parameters
    ----------
    cell : int or None
    code : int
        Its exit code; below 0 the signal that killed it, as :mod:`subprocess` has it.
    peak_mb : float
        The most memory it held, 0 if not known.

    Returns
    -------
    NotebookStopped
    """
    held = f" It held {peak_mb:,.0f} MB." if peak_mb else ""
    if code >= 0:
        return NotebookStopped("exit", cell, f"The notebook ended its own process, with code {code}.")
    if -code == _KILL:
        message = "Its process was killed, most often because the machine ran out of memory."
        return NotebookStopped("killed", cell, message + held)
    return NotebookStopped("killed", cell, f"Its process died of signal {_name(-code)}.{held}")


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
