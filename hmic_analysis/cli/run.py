"""``hmic plan`` and ``hmic run``."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hmic_analysis.cli.console import (
    ForceOption,
    ProjectOption,
    SetOption,
    choose_forces,
    err,
    out,
    plain_table,
    read_overrides,
)
from hmic_analysis.errors import EXIT_DATA, EXIT_OK, EXIT_SOME_FAILED, DataError
from hmic_analysis.params.load import load_params
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project, find_project
from hmic_analysis.runs.batch import run_jobs
from hmic_analysis.runs.plan import Job, make_plan
from hmic_analysis.runs.prepare import prepare_force
from hmic_analysis.runs.record import Record
from hmic_analysis.store.prepare import PrepareResult

FindingOption = Annotated[
    list[str] | None,
    typer.Option("--finding", help="Id of a finding, such as A1; may be given several times."),
]
AllOption = Annotated[bool, typer.Option("--all", help="All 43 territorial forces.")]


def plan(
    force: ForceOption = None,
    finding: FindingOption = None,
    everyone: AllOption = False,
    set: SetOption = None,  # noqa: A002
    project: ProjectOption = None,
) -> None:
    """Show what would run and why; changes nothing."""
    home = find_project(project)
    params = load_params(home)
    forces = choose_forces(params, force, everyone)
    jobs = make_plan(home, params, forces, finding or (), read_overrides(set))
    table = plain_table("Force", "Finding", "Title", "Would run?", "Why")
    for job in jobs:
        table.add_row(job.force, job.finding, job.title, "yes" if job.due else "no", job.reason)
    out().print(table)
    due = sum(job.due for job in jobs)
    out().print(f"{due} of {len(jobs)} reports would run." if due else f"All {len(jobs)} reports are up to date.")


def run(
    force: ForceOption = None,
    finding: FindingOption = None,
    everyone: AllOption = False,
    again: Annotated[bool, typer.Option("--again", help="Run also what is up to date.")] = False,
    workers: Annotated[
        int, typer.Option("--workers", "-w", min=0, help="Notebooks at a time; 0: one a processor.")
    ] = 0,
    set: SetOption = None,  # noqa: A002
    project: ProjectOption = None,
) -> int:
    """Load the data of forces and execute their finding notebooks."""
    home = find_project(project)
    params = load_params(home)
    forces = choose_forces(params, force, everyone)
    # The whole table of parameters is checked before any data are read or any kernel starts.
    overrides = read_overrides(set)
    make_plan(home, params, forces, finding or (), overrides)
    code = run_forces(home, params, forces, finding or (), overrides, again, workers)
    raise typer.Exit(code)


def run_forces(
    project: Project,
    params: Params,
    forces: Sequence[str],
    findings: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
    again: bool = False,
    workers: int = 0,
) -> int:
    """Load, plan and execute, showing progress; the work of ``hmic run``.

    Parameters
    ----------
    project : Project
    params : Params
    forces, findings : sequence of str
    overrides : mapping of str to str, optional
    again : bool
    workers : int
        0: one per processor, at most 4.

    Returns
    -------
    int
        Exit code.
    """
    broken, unloaded = _load(project, params, forces)
    # Without its return loaded a force's tables are those of an earlier return: nothing is made from them.
    usable = [slug for slug in forces if slug not in unloaded]
    jobs = make_plan(project, params, usable, findings, overrides, again)
    due = [job for job in jobs if job.due]
    fresh = len(jobs) - len(due)
    if not due:
        if jobs:
            err().print(f"Nothing to do: all {len(jobs)} reports are up to date.")
        _tell_broken(broken)
        return EXIT_DATA if broken else EXIT_OK
    started = time.monotonic()
    results = _execute(due, workers or min(4, os.cpu_count() or 1))
    done = [r for _, r in results if r.status == "complete"]
    empty = [(j, r) for j, r in results if r.status == "no_data"]
    failed = [(j, r) for j, r in results if r.status == "failed"]
    err().print(
        f"{len(done)} done, {len(failed)} failed, {len(empty)} no data, {fresh} up to date "
        f"in {time.monotonic() - started:.0f} s. "
        f"Evidence: {project.relative(project.output / 'runs')}/<force>/<finding>/"
    )
    _tell_empty(empty)
    _tell_failed(project, failed)
    _tell_broken(broken)
    if broken and all(record.failure.error == DataError.__name__ for _, record in failed):
        return EXIT_DATA
    return EXIT_SOME_FAILED if failed else EXIT_OK


def _load(project: Project, params: Params, forces: Sequence[str]) -> tuple[list[str], set[str]]:
    """Bring the processed data of the forces, and of the national reference, up to date.

    Returns
    -------
    tuple
        What can't be loaded, in words, and the forces of which nothing could be loaded.
    """
    broken: list[str] = []
    unloaded: set[str] = set()
    holders = [*forces, *(f.slug for f in params.forces.values() if f.kind == "national")]
    for slug in dict.fromkeys(holders):
        try:
            loaded = prepare_force(project, params, slug)
        except DataError as fault:
            broken.append(f"{slug}: {fault.message}")
            unloaded.add(slug)
            continue
        if loaded is not None:
            if loaded.status == "prepared":
                err().print(f"{slug}: {_summary(loaded)}", markup=False)
            broken += [
                f"{slug}: {fault}\n  Tables that can't be used for it: {', '.join(tables)}."
                for fault, tables in _broken_tables(loaded).items()
            ]
    return broken, unloaded


def _broken_tables(loaded: PrepareResult) -> dict[str, list[str]]:
    """Tables by the fault that makes them unusable."""
    found: dict[str, list[str]] = {}
    for table, fault in loaded.manifest.broken.items():
        found.setdefault(fault, []).append(table)
    return found


def _tell_broken(broken: Sequence[str]) -> None:
    if broken:
        err().print("Data that can't be loaded:", style="bold red")
    for message in broken:
        err().print(message, markup=False)


def _summary(loaded: PrepareResult) -> str:
    read = sum(a.read for a in loaded.manifest.accounts)
    kept = sum(a.kept for a in loaded.manifest.accounts)
    return f"return loaded; {read:,} rows read = {kept:,} kept + {read - kept:,} rejected"


def _execute(jobs: Sequence[Job], workers: int) -> list[tuple[Job, Record]]:
    results = []
    words = {"complete": "done", "no_data": "no data", "failed": "FAILED"}
    console = err()
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    ) as progress:
        task = progress.add_task("Executing notebooks", total=len(jobs))
        for job, record in run_jobs(jobs, workers):
            results.append((job, record))
            console.print(f"  {job.force} {job.finding} {words[record.status]} in {record.seconds:.1f} s", markup=False)
            progress.advance(task)
    return sorted(results, key=lambda pair: jobs.index(pair[0]))


def _tell_empty(empty: Sequence[tuple[Job, Record]]) -> None:
    for job, record in empty:
        err().print(f"No data: {job.force} {job.finding} {job.title}. To request:", markup=False)
        for line in record.request:
            err().print(f"  - {line}", markup=False)


def _tell_failed(project: Project, failed: Sequence[tuple[Job, Record]]) -> None:
    for job, record in failed:
        f = record.failure
        err().print(f"FAILED: {job.force} {job.finding} {job.title}", style="bold red", markup=False)
        if f.cell is not None:
            where = f"  cell {f.cell}" + (f", under '{f.heading}'" if f.heading else "")
            err().print(where + (f": {f.line}" if f.line else ""), markup=False)
        err().print(f"  {f.error}: {f.message}" if f.error else f"  {f.message}", markup=False)
        err().print(f"  See {project.relative(job.folder)}/notebook.ipynb", markup=False)
