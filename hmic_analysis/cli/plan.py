"""``hmic plan``, ``why``, ``status`` and ``schedule``: none changes anything on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from hmic_analysis.cli.console import (
    AllOption,
    FindingOption,
    ForceOption,
    ProjectOption,
    SetOption,
    choose_forces,
    open_project,
    out,
    read_overrides,
    say,
    warn,
)
from hmic_analysis.errors import ParameterError
from hmic_analysis.project import find_project

if TYPE_CHECKING:
    from hmic_analysis.runs.plan import Job


#: Files named of a return that has changed.
_NAMED = 5

# ``hmic plan`` and ``hmic why``: what would run, and why; neither changes anything on disk.


def plan(
    force: ForceOption = None,
    finding: FindingOption = None,
    everyone: AllOption = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only what failed before.")] = False,
    all_reports: Annotated[bool, typer.Option("--all-reports", help="Also what is up to date.")] = False,
    set: SetOption = None,  # noqa: A002
    project: ProjectOption = None,
) -> None:
    """Show what would run and why; changes nothing."""
    from hmic_analysis.params.read import load_for
    from hmic_analysis.runs.plan import FAILED_BEFORE, make_plan, not_loaded

    home, overrides = find_project(project), read_overrides(set)
    params = load_for(home, finding or (), overrides)
    jobs = make_plan(home, params, choose_forces(params, force, everyone), finding or (), overrides)
    chosen = [job for job in jobs if not failed or job.reason == FAILED_BEFORE]
    shown = [job for job in chosen if job.due or all_reports]
    if shown:
        bare = () if all_reports else {job.force for job in shown if not home.any_return(job.force)}
        out().out("\n".join(plan_lines(shown, bare)), highlight=False)
    due = sum(job.due for job in chosen)
    changed = not_loaded(home, params, dict.fromkeys(job.force for job in jobs))
    if failed and not due:
        out().print(f"None of the {len(jobs)} reports failed before.")
    elif due or changed:
        out().print(f"{due} of {len(jobs)} reports would run{' by the data as they were loaded' if changed else ''}.")
    else:
        out().print(f"All {len(jobs)} reports are up to date.")
    _say_not_loaded(changed)


def _say_not_loaded(changed: Mapping[str, Sequence[str]]) -> None:
    """Name the returns that a run would load first."""
    if not changed:
        return
    out().print("Changed since they were loaded; a run loads them first, and more reports may be due then:")
    for slug, files in changed.items():
        more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
        out().print(f"  {slug}: {', '.join(files[:_NAMED])}{more}", highlight=False)


def plan_lines(jobs: Sequence[Job], bare: Collection[str] = ()) -> list[str]:
    """A plan as lines of text in columns; a table of the console's own takes a second for the whole country.

    A line of headings, one for each report, and one for all reports of each of the ``bare`` forces.
    """
    rows = [("Force", "Finding", "Title", "Would run?", "Why")]
    rows += [
        (job.force, job.finding, job.title, "yes" if job.due else "no", job.reason)
        for job in jobs
        if job.force not in bare
    ]
    counts = Counter(job.force for job in jobs if job.force in bare)
    rows += [(slug, f"all {n}", "", "yes", "no return yet: each says what to request") for slug, n in counts.items()]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def why(
    finding: Annotated[str, typer.Argument(help="Id of a finding, such as A6.")],
    force: Annotated[str, typer.Argument(help="Slug of a force, such as cleveland.")],
    set: SetOption = None,  # noqa: A002
    project: ProjectOption = None,
) -> None:
    """Show what a report rests on, and what of it has changed since it was made."""
    from hmic_analysis.params.read import load_for
    from hmic_analysis.runs.plan import explain, make_plan, not_loaded

    home, overrides = find_project(project), read_overrides(set)
    params = load_for(home, [finding], overrides)
    (job,) = make_plan(home, params, choose_forces(params, [force]), [finding], overrides)
    for line in explain(job):
        say(line)
    _say_not_loaded(not_loaded(home, params, [force]))


# ``hmic status``: how far a run is, or how the last one ended.


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print the status file as it is.")] = False,
    project: ProjectOption = None,
) -> None:
    """Show how far the run is that is going on, or how the last one ended."""
    from hmic_analysis.runs.status import is_running, read_status, say_status, status_path

    home = find_project(project)
    found = read_status(home)
    if found is None:
        out().print("No run yet." if not as_json else "{}")
        return
    if as_json:
        say(status_path(home).read_text(encoding="utf-8").rstrip())
        return
    for line in say_status(found, is_running(home)):
        say(line)


# ``hmic schedule``: print a unit for a scheduler.


def schedule(
    force: ForceOption = None,
    finding: FindingOption = None,
    everyone: AllOption = False,
    at: Annotated[str, typer.Option("--at", help="Time of day, such as 02:00.")] = "02:00",
    every: Annotated[
        int, typer.Option("--every", min=0, help="Every so many minutes where something has changed, instead of daily.")
    ] = 0,
    cron: Annotated[bool, typer.Option("--cron", help="A line for a crontab.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="A systemd service and its timer.")] = False,
    windows: Annotated[bool, typer.Option("--windows", help="A task of the Windows Task Scheduler.")] = False,
    project: ProjectOption = None,
) -> None:
    """Print what a scheduler needs to run the chosen forces and findings; changes nothing."""
    from hmic_analysis.runs.rules import NAME, clock_changes, cron_line, systemd_units, windows_task
    from hmic_analysis.runs.rules import make_plan as schedule_make_plan

    home, params = open_project(project)
    slugs = choose_forces(params, force, everyone)
    words = ["--all"] if everyone else [word for slug in slugs for word in ("--force", slug)]
    for id in finding or ():
        words += ["--finding", params.finding(id.upper()).id]
    if cron + systemd + windows != 1:
        raise ParameterError("Name one scheduler: --cron, --systemd or --windows.")
    plan = schedule_make_plan(home, words, at, every)
    warning = clock_changes(plan.at, params.inspection.timezone) if not every else ""
    if warning:
        warn(f"Warning: {warning}")
    if cron:
        _say("# Add this line with: crontab -e", cron_line(plan))
    elif windows:
        _say(windows_task(plan))
    else:
        for name, text in systemd_units(plan).items():
            _say(f"# ~/.config/systemd/user/{name}", text)
        _say(
            f"# Then: systemctl --user daemon-reload && systemctl --user enable --now {NAME}.timer",
            "# Once, so that it also runs while you are not logged in: sudo loginctl enable-linger $USER",
        )


def _say(*texts: str) -> None:
    for text in texts:
        # Not wrapped: a scheduler reads it.
        out().out(text, highlight=False)
