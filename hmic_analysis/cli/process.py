"""``hmic release``, ``accuracy`` and ``update``: the process around a letter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hmic_analysis.cli.console import (
    AllOption,
    ForceOption,
    ProjectOption,
    choose_forces,
    complain,
    each_force,
    group,
    open_project,
    out,
    plain_table,
    say,
)
from hmic_analysis.cli.run import run_forces
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, DataError
from hmic_analysis.words import say_clock

if TYPE_CHECKING:
    from hmic_analysis.process.pack import LogEntry
    from hmic_analysis.process.states import Standing


# ``hmic release``: the states of letters, from draft to publication and update.

#: Repeated here (and held equal by a test) so that asking for help imports nothing of the work.
NEXT_STATES = "draft, factual_accuracy_check, amended, embargoed, published, updated"
LETTER_RUN, LATER_RUN = "letter", "now"


release_app = group("The states of letters, from draft to publication; the embargo.")


@release_app.command("status")
def status(force: ForceOption = None, project: ProjectOption = None) -> None:
    """Show where the letter of every force stands, each log verified, and whether the embargo holds."""
    from hmic_analysis.documents import embargo
    from hmic_analysis.documents.embargo import say_moment, under_embargo
    from hmic_analysis.process.states import STATES, standings

    home, params = open_project(project)
    found = standings(home, params, choose_forces(params, force, everyone=not force))
    table = plain_table("Force", "State", "Since (UTC)", ">Steps", "Reason")
    for one in found:
        table.add_row(*_row(one))
    out().print(table)
    held = under_embargo(params, embargo.now())
    end = say_moment(params.inspection.embargo, params.inspection.timezone)
    say(f"Embargo: {'holds until' if held else 'ended on'} {end}.")
    counts = [f"{sum(one.state == s for one in found)} {s}" for s in STATES if any(one.state == s for one in found)]
    begun = sum(bool(one.state or one.fault) for one in found)
    say(f"{len(found)} letters: {', '.join([*counts, f'{len(found) - begun} not begun'])}.")
    wrong = [one for one in found if one.fault or one.changed]
    for one in wrong:
        words = one.fault or f"{one.force}: changed since it was {one.state}: {', '.join(one.changed)}."
        complain(words)
    raise typer.Exit(EXIT_SOME_FAILED if wrong else EXIT_OK)


@release_app.command("advance")
def advance(
    to: Annotated[str, typer.Option("--to", help=f"The next state: {NEXT_STATES}.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence; it stays in the log.")],
    force: ForceOption = None,
    everyone: AllOption = False,
    project: ProjectOption = None,
) -> None:
    """Bring letters into their next state; none is skipped."""
    from hmic_analysis.documents import embargo
    from hmic_analysis.process.states import advance as advance_letter
    from hmic_analysis.process.states import find_state

    home, params = open_project(project)
    state = find_state(to)

    def one(slug: str) -> None:
        entry = advance_letter(home, params, slug, state, reason, embargo.now())
        mark = " (synthetic data)" if entry.synthetic else ""
        say(f"{slug}: {state}, step {entry.line} of its log{mark}")

    each_force(choose_forces(params, force, everyone), one)


@release_app.command("log")
def release_log(force: ForceOption = None, project: ProjectOption = None) -> None:
    """Show every step of letters, with time, reason and what the step stands for."""
    from hmic_analysis.process.states import read_log

    home, params = open_project(project)
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
            say(f"{name}: no step yet.")


def _row(one: Standing) -> tuple[str, ...]:
    if one.fault:
        return one.name, "LOG BROKEN", "", "", "see below"
    if not one.state:
        return one.name, "not begun", "", "", ""
    state = f"{one.state}{', CHANGED SINCE' if one.changed else ''}{' (synthetic)' if one.synthetic else ''}"
    return one.name, state, _minute(one.since), str(one.steps), one.reason


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


# ``hmic accuracy``: the factual-accuracy check of letters.

accuracy_app = group("The factual-accuracy check: packs to forces, their responses, the log.")


@accuracy_app.command("send")
def send(force: ForceOption = None, everyone: AllOption = False, project: ProjectOption = None) -> None:
    """Make the packs of forces: the draft letter, its figures, data and records, and the response workbook."""
    from hmic_analysis.analyst.working import records_behind
    from hmic_analysis.documents import embargo
    from hmic_analysis.process.pack import send as send_pack

    home, params = open_project(project)

    def one(slug: str) -> None:
        folder = send_pack(home, params, slug, embargo.now(), partial(records_behind, home, slug))
        say(f"{slug}: {home.relative(folder)}")

    each_force(choose_forces(params, force, everyone), one)


@accuracy_app.command("receive")
def receive(
    force: Annotated[str, typer.Option("--force", "-f", help="Slug of the force that answered.")],
    workbook: Annotated[
        Path, typer.Option("--workbook", help="The filled response; corrected data files lie beside it.")
    ],
    project: ProjectOption = None,
) -> None:
    """Take in a filled response: load corrected data, compute verdicts again, log before and after."""
    from hmic_analysis.documents import embargo
    from hmic_analysis.process.receive import receive as receive_response

    home, params = open_project(project)
    slug = params.force(force).slug

    def rerun(one: str, findings: Sequence[str]) -> int:
        return run_forces(home, params, [one], findings)

    received = receive_response(home, params, slug, workbook, embargo.now(), rerun)
    if received.version:
        files = ", ".join((*received.version.replaced, *received.version.added))
        former = home.relative(received.version.former)
        say(f"{slug}: corrected data loaded ({files}); the return as it was is kept in {former}")
    for entry in received.entries:
        say(_said(entry))
    if received.failed:
        complain(f"{slug}: {', '.join(received.failed)} could not be computed again: see hmic status, then run again.")
    raise typer.Exit(EXIT_SOME_FAILED if received.failed else EXIT_OK)


@accuracy_app.command("log")
def accuracy_log(force: ForceOption = None, project: ProjectOption = None) -> None:
    """Show what became of every challenge, with figure and sentence before and after."""
    from hmic_analysis.process.pack import read_accuracy_log

    home, params = open_project(project)
    for slug in choose_forces(params, force):
        entries = read_accuracy_log(home, slug)
        out().print(params.force(slug).name, style="bold")
        for entry in entries:
            say(_said(entry))
        if not entries:
            say("No pack was sent yet.")


def _said(entry: LogEntry) -> str:
    when = f"{say_clock(entry.at)}{' (synthetic data)' if entry.synthetic else ''}"
    if entry.kind == "sent":
        return f"{when}: pack {entry.pack} made"
    if entry.kind == "unchallenged":
        return f"{when}: response to pack {entry.pack} without a challenge"
    if entry.kind == "agreed":
        return f"{when}: the force agreed to {entry.note}"
    if entry.kind == "challenge":
        lines = [f"{when}: {entry.claim} challenged: {entry.challenge}"]
        lines += [f"  evidence offered: {entry.evidence_offered}"] if entry.evidence_offered else []
        lines += [f"  {entry.decision}: {entry.decision_reason}"]
    elif entry.kind == "remade":
        lines = [f"{when}: {entry.claim} changed since the pack, before these corrected data were loaded"]
    else:
        lines = [f"{when}: {entry.claim} changed with the corrected data, unchallenged"]
    for part in ("verdict", "figure", "sentence"):
        then, now = getattr(entry, f"{part}_before"), getattr(entry, f"{part}_after")
        if then == now:
            lines.append(f"  {part}: {then or 'none'} (unchanged)")
        else:
            lines += [f"  {part} before: {then or 'none'}", f"  {part} after:  {now or 'none'}"]
    return "\n".join([*lines, f"  {entry.note}"] if entry.note else lines)


# ``hmic update``: runs that are kept, and two of them side by side.

update_app = group("The update after the letter: keep runs, set two side by side.")


@update_app.command("keep")
def keep(
    name: Annotated[str, typer.Option("--as", help="Name to keep it under, such as autumn-2014.")],
    force: ForceOption = None,
    everyone: AllOption = False,
    project: ProjectOption = None,
) -> None:
    """Keep the evidence of forces as it is now under a name."""
    from hmic_analysis.documents import embargo
    from hmic_analysis.process.kept import check_name
    from hmic_analysis.process.kept import keep as keep_run

    home, params = open_project(project)
    check_name(name)

    def one(slug: str) -> None:
        folder = keep_run(home, params, slug, name, embargo.now())
        say(f"{slug}: kept in {home.relative(folder)}")

    each_force(choose_forces(params, force, everyone), one)


@update_app.command("compare")
def compare(
    before: Annotated[str, typer.Option("--before", help="Name of the earlier run.")] = LETTER_RUN,
    after: Annotated[
        str, typer.Option("--after", help="Name of the later run; 'now' for the run as it is.")
    ] = LATER_RUN,
    force: ForceOption = None,
    everyone: AllOption = False,
    project: ProjectOption = None,
) -> None:
    """Write two runs of forces side by side: verdicts, figures, and what changed beneath them."""
    from hmic_analysis.documents import embargo
    from hmic_analysis.process.update import PAGE, compare_runs, write_compared

    home, params = open_project(project)
    if before == after:
        raise DataError(f"'{before}' is compared with itself. Name two runs with --before and --after.")

    def one(slug: str) -> None:
        found = compare_runs(home, params, slug, before, after)
        folder = write_compared(home, params, found, embargo.now())
        verdicts = sum(pair.verdict_changed for pair in found.pairs)
        changed = sum(pair.changed for pair in found.pairs)
        mark = "; synthetic data" if found.synthetic else ""
        say(
            f"{slug}: {len(found.pairs)} claims, {verdicts} with another verdict, {changed} with any change{mark}\n"
            f"  {home.relative(folder / PAGE)}"
        )

    each_force(choose_forces(params, force, everyone), one)
