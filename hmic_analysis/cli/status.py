"""``hmic status``: how far a run is, or how the last one ended."""

from __future__ import annotations

from typing import Annotated

import typer

from hmic_analysis.cli.console import ProjectOption, out
from hmic_analysis.project import find_project
from hmic_analysis.runs.lock import is_running
from hmic_analysis.runs.status import Status, read_status, status_path


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print the status file as it is.")] = False,
    project: ProjectOption = None,
) -> None:
    """Show how far the run is that is going on, or how the last one ended."""
    home = find_project(project)
    found = read_status(home)
    if found is None:
        out().print("No run yet." if not as_json else "{}")
        return
    if as_json:
        out().print(status_path(home).read_text(encoding="utf-8").rstrip(), markup=False)
        return
    for line in say_status(found, is_running(home)):
        out().print(line, markup=False)


def say_status(status: Status, running: bool) -> list[str]:
    """A status in words.

    Parameters
    ----------
    status : Status
    running : bool
        Whether the run holds its lock.

    Returns
    -------
    list of str
        Lines.
    """
    over = status.state in ("finished", "stopped")
    state = status.state if over or running else "cut off: its process was killed; the next run does the rest"
    lines = [
        f"Run of {status.what}: {state}",
        f"  begun {_moment(status.started)} by process {status.pid} on {status.host}"
        + (f", ended {_moment(status.ended)}" if status.ended else ""),
        f"  {status.done} done, {status.failed} failed, {status.no_data} no data, {status.up_to_date} up to date, "
        f"{max(0, status.to_run - status.done - status.failed - status.no_data)} to go",
    ]
    if running and not over:
        if status.seconds_left is not None:
            lines.append(f"  about {status.seconds_left / 60:.0f} minutes left")
        if status.running:
            lines.append(f"  now: {', '.join(status.running)}")
    for failed in status.failures:
        lines.append(f"FAILED: {failed.force} {failed.finding} {failed.title}")
        lines += [f"  {part}" for part in (failed.where, failed.what) if part]
        lines.append(f"  See {failed.folder}/notebook.ipynb")
    lines += [f"Can't be loaded: {fault}" for fault in status.data_faults]
    if status.exit_code is not None:
        lines.append(f"Exit code {status.exit_code}.")
    return lines


def _moment(text: str) -> str:
    return text[:16].replace("T", " ") + " UTC"
