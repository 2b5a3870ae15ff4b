"""``hmic accuracy``: the factual-accuracy check of letters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from hmic_analysis.accuracy.model import LogEntry, read_accuracy_log
from hmic_analysis.accuracy.pack import send as send_pack
from hmic_analysis.accuracy.receive import receive as receive_response
from hmic_analysis.cli.console import AllOption, ForceOption, ProjectOption, choose_forces, err, out
from hmic_analysis.cli.run import run_forces
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, HmicError
from hmic_analysis.params.load import load_params
from hmic_analysis.project import find_project
from hmic_analysis.release import clock

app = typer.Typer(help="The factual-accuracy check: packs to forces, their responses, the log.", no_args_is_help=True)


@app.command("send")
def send(force: ForceOption = None, everyone: AllOption = False, project: ProjectOption = None) -> None:
    """Make the packs of forces: the draft letter, its figures and data, and the response workbook."""
    home = find_project(project)
    params = load_params(home)
    codes = []
    for slug in choose_forces(params, force, everyone):
        try:
            folder = send_pack(home, params, slug, clock.now())
        except HmicError as fault:
            err().print(fault.message, style="bold red", markup=False)
            codes.append(fault.exit_code)
            continue
        codes.append(EXIT_OK)
        out().print(f"{slug}: {home.relative(folder)}", markup=False)
    raise typer.Exit(codes[0] if len(codes) == 1 else EXIT_SOME_FAILED if any(codes) else EXIT_OK)


@app.command("receive")
def receive(
    force: Annotated[str, typer.Option("--force", "-f", help="Slug of the force that answered.")],
    workbook: Annotated[
        Path, typer.Option("--workbook", help="The filled response; corrected data files lie beside it.")
    ],
    project: ProjectOption = None,
) -> None:
    """Take in a filled response: load corrected data, compute verdicts again, log before and after."""
    home = find_project(project)
    params = load_params(home)
    slug = params.force(force).slug

    def rerun(one: str, findings: Sequence[str]) -> int:
        return run_forces(home, params, [one], findings)

    received = receive_response(home, params, slug, workbook, clock.now(), rerun)
    if received.version:
        files = ", ".join((*received.version.replaced, *received.version.added))
        former = home.relative(received.version.former)
        out().print(f"{slug}: corrected data loaded ({files}); the return as it was is kept in {former}", markup=False)
    for entry in received.entries:
        out().print(_said(entry), markup=False)
    if received.failed:
        err().print(
            f"{slug}: {', '.join(received.failed)} could not be computed again: see hmic status, then run again.",
            style="bold red",
            markup=False,
        )
    raise typer.Exit(EXIT_SOME_FAILED if received.failed else EXIT_OK)


@app.command("log")
def log(force: ForceOption = None, project: ProjectOption = None) -> None:
    """Show what became of every challenge, with figure and sentence before and after."""
    home = find_project(project)
    params = load_params(home)
    for slug in choose_forces(params, force):
        entries = read_accuracy_log(home, slug)
        out().print(params.force(slug).name, style="bold")
        for entry in entries:
            out().print(_said(entry), markup=False)
        if not entries:
            out().print("No pack was sent yet.", markup=False)


def _said(entry: LogEntry) -> str:
    when = f"{entry.at[:16].replace('T', ' ')} UTC{' (synthetic data)' if entry.synthetic else ''}"
    if entry.kind == "sent":
        return f"{when}: pack {entry.pack} made"
    if entry.kind == "unchallenged":
        return f"{when}: response to pack {entry.pack} without a challenge"
    if entry.kind == "challenge":
        lines = [f"{when}: {entry.claim} challenged: {entry.challenge}"]
        lines += [f"  evidence offered: {entry.evidence_offered}"] if entry.evidence_offered else []
        lines += [f"  {entry.decision}: {entry.decision_reason}"]
    else:
        lines = [f"{when}: {entry.claim} changed with the corrected data, unchallenged"]
    for part in ("verdict", "figure", "sentence"):
        then, now = getattr(entry, f"{part}_before"), getattr(entry, f"{part}_after")
        if then == now:
            lines.append(f"  {part}: {then or 'none'} (unchanged)")
        else:
            lines += [f"  {part} before: {then or 'none'}", f"  {part} after:  {now or 'none'}"]
    return "\n".join([*lines, f"  {entry.note}"] if entry.note else lines)
