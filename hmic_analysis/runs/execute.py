"""Executing one report with papermill: in a folder of its own, put in place whole."""

from __future__ import annotations

import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from hmic_analysis.evidence.bundle import BUNDLE_NAME, read_bundle
from hmic_analysis.runs.plan import Job
from hmic_analysis.runs.record import Failure, Record, write_record

EXECUTED_NAME = "notebook.ipynb"
#: A cell that computes longer than this is taken for endless.
CELL_SECONDS = 900
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def execute(job: Job) -> Record:
    """Execute one report.

    Parameters
    ----------
    job : Job

    Returns
    -------
    Record
        ``complete``, ``no_data`` or ``failed``; a failing notebook raises nothing.  The report's folder then holds
        the executed notebook, the record and, unless it failed, the evidence bundle; it never holds parts of two
        executions.
    """
    work = job.folder.with_name(f".{job.folder.name}.part")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    started, clock = datetime.now(UTC), time.monotonic()
    values = {**job.parameters, "output": str(work)}
    failure = _run(job.notebook, work / EXECUTED_NAME, values)
    status, request = "failed", ()
    if failure is None and not (work / BUNDLE_NAME).is_file():
        failure = Failure(message="The notebook ended without concluding its report, so it left no evidence.")
    if failure is None:
        bundle = read_bundle(work)
        status, request = bundle.status, bundle.request
    else:
        (work / BUNDLE_NAME).unlink(missing_ok=True)
    record = Record(
        finding=job.finding,
        force=job.force,
        status=status,
        fingerprint=job.fingerprint,
        parameters=job.parameters,
        started=started.isoformat(timespec="seconds"),
        ended=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - clock, 2),
        failure=failure,
        request=request,
    )
    write_record(record, work)
    _put_in_place(work, job.folder)
    return record


def _run(source: Path, target: Path, values: dict[str, str]) -> Failure | None:
    """Run papermill; say where and why if it fails."""
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    try:
        papermill.execute_notebook(
            str(source),
            str(target),
            parameters=values,
            progress_bar=False,
            log_output=False,
            kernel_name="python3",
            execution_timeout=CELL_SECONDS,
            start_timeout=120,
            # The warning that a kernel of this machine talks over TCP would drown what the run has to say.
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
        )
    except PapermillExecutionError as fault:
        return _failure(target, fault.cell_index, fault.ename, fault.evalue, fault.traceback)
    except CellTimeoutError:
        return Failure(error="Timeout", message=f"A cell took longer than {CELL_SECONDS} seconds.")
    except DeadKernelError:
        return Failure(error="Dead kernel", message="The kernel died: killed, out of memory, or ended by the notebook.")
    except Exception as fault:  # noqa: BLE001 - one report's fault must never end the run of the others
        return Failure(error=type(fault).__name__, message=str(fault).strip() or "no message")
    return None


def _failure(target: Path, cell: int, error: str, message: str, traceback: list[str]) -> Failure:
    import nbformat

    heading = ""
    cells = nbformat.read(target, as_version=4).cells
    # papermill counts the banner it puts on top of a failed notebook only after the fault was raised.
    for before in cells[: cell + 2]:
        if before.cell_type == "markdown":
            lines = [line for line in before.source.splitlines() if line.startswith("#")]
            heading = lines[-1].lstrip("# ").strip() if lines else heading
    return Failure(cell=cell, heading=heading, line=_source_line(traceback), error=error, message=message.strip())


def _source_line(traceback: list[str]) -> str:
    """The line of the notebook at which it failed: the first one that the traceback points at."""
    for line in _ANSI.sub("", "\n".join(traceback)).splitlines():
        found = re.match(r"-+>\s*\d+\s(.*)", line.strip())
        if found:
            return found.group(1).strip()
    return ""


def _put_in_place(work: Path, folder: Path) -> None:
    """Replace a report's folder by the new one; a kill in between leaves none rather than a mixture."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    work.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
