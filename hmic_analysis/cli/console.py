"""What every sub-command shares: the project, the consoles, and how a fault ends the command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, HmicError, ParameterError
from hmic_analysis.project import Project, find_project

if TYPE_CHECKING:
    from hmic_analysis.params.models import Params

ForceOption = Annotated[
    list[str] | None,
    typer.Option("--force", "-f", help="Slug of a force, such as cleveland; may be given several times."),
]
AllOption = Annotated[bool, typer.Option("--all", help="Every force that has a return; of reports, all 43.")]
FindingOption = Annotated[
    list[str] | None, typer.Option("--finding", help="Id of a finding, such as A1; may be given several times.")
]
ProjectOption = Annotated[
    str | None,
    typer.Option("--project", help="Folder of the project; by default the one you are in.", show_default=False),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="Override one parameter for this command: --set period.end=2013-12-31."),
]


def group(help: str) -> typer.Typer:
    """Commands under one word, which they keep even where there is only one."""
    app = typer.Typer(help=help, no_args_is_help=True)
    app.callback()(lambda: None)
    return app


#: Columns of a table that goes to a file or another program rather than to a screen.
PAPER_WIDTH = 180


def out() -> Console:
    """Where results go."""
    return _console(sys.stdout)


def err() -> Console:
    """Where faults and progress go."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    screen = stream.isatty()
    return Console(file=stream, highlight=False, soft_wrap=not screen, width=None if screen else PAPER_WIDTH)


def say(words: str, style: str | None = None) -> None:
    """A line of the results, as it is: nothing in it is taken for markup."""
    out().print(words, style=style, markup=False)


def warn(words: str) -> None:
    """A line of what a person should know besides the results."""
    err().print(words, markup=False)


def complain(words: str) -> None:
    """A line of what went wrong."""
    err().print(words, style="bold red", markup=False)


class _Plain(Table):
    """A table whose cells are shown as they are: a file or a sheet of a workbook stands in brackets, as markup does."""

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        super().add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells), **options)


def plain_table(*columns: str, title: str = "") -> Table:
    """A table in the style of all commands; columns that begin with ``>`` are aligned right."""
    table = _Plain(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in columns:
        right = name.startswith(">")
        table.add_column(name.lstrip(">"), justify="right" if right else "left", overflow="fold")
    return table


def read_overrides(words: Sequence[str] | None) -> dict[str, str]:
    """``key=value`` words as a mapping."""
    pairs = {}
    for word in words or ():
        key, mark, value = word.partition("=")
        if not mark or not key.strip():
            raise ParameterError(f"--set {word} is not of the form key=value, such as --set period.end=2013-12-31.")
        pairs[key.strip()] = value.strip()
    return pairs


def open_project(folder: str | None) -> tuple[Project, Params]:
    """The project, and all its parameters."""
    from hmic_analysis.params.read import load_params

    home = find_project(folder)
    return home, load_params(home)


def choose_forces(params: Params, slugs: Sequence[str] | None, everyone: bool = False) -> list[str]:
    """The forces a command is about."""
    if everyone:
        return [f.slug for f in params.territorial]
    if not slugs:
        raise ParameterError("Name a force: --force cleveland (or all 43 with --all).")
    return [params.force(slug).slug for slug in dict.fromkeys(slugs)]


def each_force(slugs: Sequence[str], do: Callable[[str], None]) -> None:
    """Do it for each force, where a fault costs only that force, and end the command."""
    codes = []
    for slug in slugs:
        try:
            do(slug)
            codes.append(EXIT_OK)
        except HmicError as fault:
            complain(fault.message)
            codes.append(fault.exit_code)
    # One force ends with the exit code of its own fault; of several, some may have been served.
    raise typer.Exit(codes[0] if len(codes) == 1 else EXIT_SOME_FAILED if any(codes) else EXIT_OK)
