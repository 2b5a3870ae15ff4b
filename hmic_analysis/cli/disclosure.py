"""``hmic disclosure``: the proof that a folder may leave the building."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hmic_analysis.cli.console import ForceOption, ProjectOption, err, out, plain_table
from hmic_analysis.disclosure.check import Checked, check_release
from hmic_analysis.disclosure.sensitivity import audience_of
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, ParameterError
from hmic_analysis.params.load import load_params
from hmic_analysis.project import find_project

app = typer.Typer(help="What may leave the building: checks of a folder before it goes.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``check`` a word of its own, however many commands there are."""


@app.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="The folder that is to be released.", show_default=False)],
    force: ForceOption = None,
    audience: Annotated[str, typer.Option(help="Who is to get it: force or public.")] = "force",
    project: ProjectOption = None,
) -> None:
    """Look through everything in a folder for counts of persons that could be worked out, and for persons.

    The evidence of the forces named is what is looked for; by default of every force that has evidence.  Leaves with
    0 where nothing is found, else with 1.
    """
    home = find_project(project)
    params = load_params(home)
    try:
        to = audience_of(audience)
    except ValueError:
        raise ParameterError(f"--audience {audience}: write force or public.") from None
    slugs = [params.force(slug).slug for slug in dict.fromkeys(force or ())]
    checked = check_release(folder, home, params, slugs, to)
    _print(checked)
    raise typer.Exit(EXIT_OK if checked.clean else EXIT_SOME_FAILED)


def _print(checked: Checked) -> None:
    """What was found, each with its file and place, and what was looked at."""
    if checked.leaks:
        table = plain_table("File", "Place", "Could be worked out", "How", title="Withheld counts")
        for leak in checked.leaks:
            table.add_row(*(_plain(x) for x in (leak.file, leak.place, leak.what, leak.how)))
        out().print(table)
    if checked.persons:
        table = plain_table("File", "Place", "Is", "Written", title="References to persons")
        for found in checked.persons:
            table.add_row(*(_plain(x) for x in (found.file, found.place, found.kind, found.value)))
        out().print(table)
    if checked.others:
        table = plain_table("File", "Place", "Fault", title="Other faults")
        for row in checked.others:
            table.add_row(*(_plain(x) for x in row))
        out().print(table)
    looked = (
        f"{checked.files:,} files; figures of {len(checked.facts)} forces looked for; {checked.references:,} "
        f"references to persons and cases of {len(checked.returns)} returns"
    )
    if checked.skipped:
        looked += f", {checked.skipped:,} more too short to be told from ordinary words and figures"
    out().print(f"Looked at: {looked}.", markup=False)
    for slug in checked.without:
        err().print(f"{slug}: there is no return to take references to persons from.", markup=False)
    faults = len(checked.leaks) + len(checked.persons) + len(checked.others)
    said = "Nothing found: it may go." if checked.clean else f"{faults} found: it may not go."
    out().print(said, markup=False)


def _plain(text: str) -> str:
    """Text from files without what the console would take for markup."""
    return text.replace("[", r"\[")
