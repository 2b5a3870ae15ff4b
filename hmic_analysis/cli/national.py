"""``hmic national``: the report on all forces together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hmic_analysis.cli.console import ProjectOption, err, out
from hmic_analysis.errors import ParameterError
from hmic_analysis.national.gather import gather_all
from hmic_analysis.national.log import Log
from hmic_analysis.national.report import make_report
from hmic_analysis.national.write import check_target, published_folder, restricted_folder, write_report
from hmic_analysis.params.load import load_params
from hmic_analysis.project import find_project
from hmic_analysis.release import clock
from hmic_analysis.release.embargo import embargo_gate, embargo_notice

app = typer.Typer(help="Report on all forces together, naming none.", no_args_is_help=True)


@app.callback()
def national() -> None:
    """Report on all forces together, naming none."""


@app.command("report")
def report(
    out_folder: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder: a new one, or a national report made before. [default: output/national/report]"
        ),
    ] = None,
    draft: Annotated[
        bool,
        typer.Option("--embargoed-draft", help="Before the embargo ends: make a draft that bears it in text."),
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Write the national report: Word, PDF, web page and workbook of the published tables."""
    home = find_project(project)
    params = load_params(home)
    now = clock.now()
    try:
        embargo_gate(params, now, "The national report", marked=draft)
    except ParameterError as fault:
        raise ParameterError(f"{fault.message} Such a draft: hmic national report --embargoed-draft") from None
    target = out_folder or published_folder(home)
    check_target(target, home)
    err().print("Reading the evidence of all forces ...", markup=False)
    found, log = gather_all(home, params), Log()
    made = make_report(home, params, found, embargo_notice(params, now), log)
    content = write_report(home, made, found, log, target)
    console = out()
    for notice in made.notices:
        console.print(notice, style="bold", markup=False)
    console.print(
        f"National report: {len(made.claims)} claims, {len(content.charts)} figures, {home.relative(target)}/",
        markup=False,
    )
    console.print(
        f"{len(log.entries)} things withheld; restricted, not to be published: "
        f"{home.relative(restricted_folder(home))}/suppressions.csv",
        markup=False,
    )
