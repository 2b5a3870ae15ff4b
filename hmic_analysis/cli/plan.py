"""``hmic plan`` and ``hmic why``: what would run, and why; neither changes anything on disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from hmic_analysis.cli.console import (
    AllOption,
    FindingOption,
    ForceOption,
    ProjectOption,
    SetOption,
    choose_forces,
    out,
    read_overrides,
)
from hmic_analysis.params.load import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.plan import FAILED_BEFORE, Job, make_plan
from hmic_analysis.runs.why import explain


def plan(
    force: ForceOption = None,
    finding: FindingOption = None,
    everyone: AllOption = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only what failed before.")] = False,
    set: SetOption = None,  # noqa: A002
    project: ProjectOption = None,
) -> None:
    """Show what would run and why; changes nothing."""
    home = find_project(project)
    params = load_params(home)
    jobs = make_plan(home, params, choose_forces(params, force, everyone), finding or (), read_overrides(set))
    shown = [job for job in jobs if not failed or job.reason == FAILED_BEFORE]
    if shown:
        out().out("\n".join(plan_lines(shown)), highlight=False)
    due = sum(job.due for job in shown)
    if failed and not due:
        out().print(f"None of the {len(jobs)} reports failed before.")
    else:
        out().print(f"{due} of {len(jobs)} reports would run." if due else f"All {len(jobs)} reports are up to date.")


def plan_lines(jobs: Sequence[Job]) -> list[str]:
    """A plan as lines of text in columns; a table of the console's own takes a second for the whole country.

    Parameters
    ----------
    jobs : sequence of Job

    Returns
    -------
    list of str
        A line of headings, and one for each report.
    """
    rows = [("Force", "Finding", "Title", "Would run?", "Why")]
    rows += [(job.force, job.finding, job.title, "yes" if job.due else "no", job.reason) for job in jobs]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def why(
    finding: Annotated[str, typer.Argument(help="Id of a finding, such as A6.")],
    force: Annotated[str, typer.Argument(help="Slug of a force, such as cleveland.")],
    set: SetOption = None,  # noqa: A002
    project: ProjectOption = None,
) -> None:
    """Show what a report rests on, and what of it has changed since it was made."""
    home = find_project(project)
    params = load_params(home)
    (job,) = make_plan(home, params, choose_forces(params, [force]), [finding], read_overrides(set))
    for line in explain(job):
        out().print(line, markup=False)
