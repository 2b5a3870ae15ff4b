"""``hmic update``: runs that are kept, and two of them side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from hmic_analysis.cli.console import AllOption, ForceOption, ProjectOption, choose_forces, err, out
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, DataError, HmicError
from hmic_analysis.params.load import load_params
from hmic_analysis.project import find_project
from hmic_analysis.release import clock
from hmic_analysis.update.compare import PAGE, compare_runs
from hmic_analysis.update.keep import LETTER, NOW, check_name
from hmic_analysis.update.keep import keep as keep_run
from hmic_analysis.update.write import write_compared

app = typer.Typer(help="The update after the letter: keep runs, set two side by side.", no_args_is_help=True)


@app.command("keep")
def keep(
    name: Annotated[str, typer.Option("--as", help="Name to keep it under, such as autumn-2014.")],
    force: ForceOption = None,
    everyone: AllOption = False,
    project: ProjectOption = None,
) -> None:
    """Keep the evidence of forces as it is now under a name."""
    home = find_project(project)
    params = load_params(home)
    check_name(name)

    def one(slug: str) -> None:
        folder = keep_run(home, params, slug, name, clock.now())
        out().print(f"{slug}: kept in {home.relative(folder)}", markup=False)

    _each(choose_forces(params, force, everyone), one)


@app.command("compare")
def compare(
    before: Annotated[str, typer.Option("--before", help="Name of the earlier run.")] = LETTER,
    after: Annotated[str, typer.Option("--after", help="Name of the later run; 'now' for the run as it is.")] = NOW,
    force: ForceOption = None,
    everyone: AllOption = False,
    project: ProjectOption = None,
) -> None:
    """Write two runs of forces side by side: verdicts, figures, and what changed beneath them."""
    home = find_project(project)
    params = load_params(home)
    if before == after:
        raise DataError(f"'{before}' is compared with itself. Name two runs with --before and --after.")

    def one(slug: str) -> None:
        found = compare_runs(home, params, slug, before, after)
        folder = write_compared(home, params, found, clock.now())
        verdicts = sum(pair.verdict_changed for pair in found.pairs)
        changed = sum(pair.changed for pair in found.pairs)
        mark = "; synthetic data" if found.synthetic else ""
        out().print(
            f"{slug}: {len(found.pairs)} claims, {verdicts} with another verdict, {changed} with any change{mark}\n"
            f"  {home.relative(folder / PAGE)}",
            markup=False,
        )

    _each(choose_forces(params, force, everyone), one)


def _each(slugs: list[str], do: Callable[[str], None]) -> None:
    """Do it for each force; a fault costs only that force."""
    codes = []
    for slug in slugs:
        try:
            do(slug)
            codes.append(EXIT_OK)
        except HmicError as fault:
            err().print(fault.message, style="bold red", markup=False)
            codes.append(fault.exit_code)
    raise typer.Exit(codes[0] if len(codes) == 1 else EXIT_SOME_FAILED if any(codes) else EXIT_OK)
