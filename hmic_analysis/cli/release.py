"""``hmic release``: the states of letters, from draft to publication and update."""

from __future__ import annotations

from typing import Annotated

import typer

from hmic_analysis.cli.console import AllOption, ForceOption, ProjectOption, choose_forces, err, out, plain_table
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, HmicError
from hmic_analysis.params.load import load_params
from hmic_analysis.project import find_project
from hmic_analysis.release import clock
from hmic_analysis.release.advance import advance as advance_letter
from hmic_analysis.release.embargo import say_moment, under_embargo
from hmic_analysis.release.overview import Standing, standings
from hmic_analysis.release.states import STATES, find_state, read_log

app = typer.Typer(help="The states of letters, from draft to publication; the embargo.", no_args_is_help=True)


@app.command("status")
def status(force: ForceOption = None, project: ProjectOption = None) -> None:
    """Show where the letter of every force stands, each log verified, and whether the embargo holds."""
    home = find_project(project)
    params = load_params(home)
    found = standings(home, params, choose_forces(params, force, everyone=not force))
    table = plain_table("Force", "State", "Since (UTC)", ">Steps", "Reason")
    for one in found:
        table.add_row(*_row(one))
    out().print(table)
    held = under_embargo(params, clock.now())
    end = say_moment(params.inspection.embargo, params.inspection.timezone)
    out().print(f"Embargo: {'holds until' if held else 'ended on'} {end}.", markup=False)
    counts = [f"{sum(one.state == s for one in found)} {s}" for s in STATES if any(one.state == s for one in found)]
    begun = sum(bool(one.state or one.fault) for one in found)
    out().print(f"{len(found)} letters: {', '.join([*counts, f'{len(found) - begun} not begun'])}.", markup=False)
    wrong = [one for one in found if one.fault or one.changed]
    for one in wrong:
        words = one.fault or f"{one.force}: changed since it was {one.state}: {', '.join(one.changed)}."
        err().print(words, style="bold red", markup=False)
    raise typer.Exit(EXIT_SOME_FAILED if wrong else EXIT_OK)


@app.command("advance")
def advance(
    to: Annotated[str, typer.Option("--to", help=f"The next state: {', '.join(STATES)}.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence; it stays in the log.")],
    force: ForceOption = None,
    everyone: AllOption = False,
    project: ProjectOption = None,
) -> None:
    """Bring letters into their next state; none is skipped."""
    home = find_project(project)
    params = load_params(home)
    state = find_state(to)
    codes = []
    for slug in choose_forces(params, force, everyone):
        try:
            entry = advance_letter(home, params, slug, state, reason, clock.now())
        except HmicError as fault:
            err().print(fault.message, style="bold red", markup=False)
            codes.append(fault.exit_code)
            continue
        codes.append(EXIT_OK)
        mark = " (synthetic data)" if entry.synthetic else ""
        out().print(f"{slug}: {state}, step {entry.line} of its log{mark}", markup=False)
    # One letter ends with the exit code of its own fault; of several, some may have been brought on.
    raise typer.Exit(codes[0] if len(codes) == 1 else EXIT_SOME_FAILED if any(codes) else EXIT_OK)


@app.command("log")
def log(force: ForceOption = None, project: ProjectOption = None) -> None:
    """Show every step of letters, with time, reason and what the step stands for."""
    home = find_project(project)
    params = load_params(home)
    for slug in choose_forces(params, force):
        entries = read_log(home, slug)
        name = params.force(slug).name
        table = plain_table(">Step", "Time (UTC)", "State", "Reason", "Letter", "Evidence", title=name)
        for entry in entries:
            document = entry.letter.get(f"letter-{slug}.docx", "")[:12] or "none"
            evidence = f"{len(entry.evidence)} findings{' (synthetic)' if entry.synthetic else ''}"
            table.add_row(str(entry.line), _minute(entry.at), entry.state, entry.reason, document, evidence)
        if entries:
            out().print(table)
        else:
            out().print(f"{name}: no step yet.", markup=False)


def _row(one: Standing) -> tuple[str, ...]:
    if one.fault:
        return one.name, "LOG BROKEN", "", "", "see below"
    if not one.state:
        return one.name, "not begun", "", "", ""
    state = f"{one.state}{', CHANGED SINCE' if one.changed else ''}{' (synthetic)' if one.synthetic else ''}"
    return one.name, state, _minute(one.since), str(one.steps), one.reason


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")
