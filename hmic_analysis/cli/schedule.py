"""``hmic schedule``: print a unit for a scheduler."""

from __future__ import annotations

from typing import Annotated

import typer

from hmic_analysis.cli.console import AllOption, FindingOption, ForceOption, ProjectOption, choose_forces, out
from hmic_analysis.errors import ParameterError
from hmic_analysis.params.load import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.schedule import NAME, cron_line, make_plan, systemd_units, windows_task


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
    home = find_project(project)
    params = load_params(home)
    slugs = choose_forces(params, force, everyone)
    words = ["--all"] if everyone else [word for slug in slugs for word in ("--force", slug)]
    for id in finding or ():
        words += ["--finding", params.finding(id.upper()).id]
    if cron + systemd + windows != 1:
        raise ParameterError("Name one scheduler: --cron, --systemd or --windows.")
    plan = make_plan(home, words, at, every)
    if cron:
        _say("# Add this line with: crontab -e", cron_line(plan))
    elif windows:
        _say(f"<!-- Save as {NAME}.xml, then: schtasks /Create /TN {NAME} /XML {NAME}.xml -->", windows_task(plan))
    else:
        for name, text in systemd_units(plan).items():
            _say(f"# ~/.config/systemd/user/{name}", text)
        _say(f"# Then: systemctl --user daemon-reload && systemctl --user enable --now {NAME}.timer")


def _say(*texts: str) -> None:
    for text in texts:
        # Not wrapped: a scheduler reads it.
        out().out(text, highlight=False)
