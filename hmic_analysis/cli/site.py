"""``hmic site``: the evidence as web pages, for one force or for the public."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from hmic_analysis.cli.console import ForceOption, ProjectOption, err, out
from hmic_analysis.disclosure.sensitivity import Audience, audience_of
from hmic_analysis.errors import ParameterError
from hmic_analysis.params.load import load_params
from hmic_analysis.params.models import Params
from hmic_analysis.project import find_project
from hmic_analysis.release import clock
from hmic_analysis.release.embargo import embargo_gate, embargo_notice
from hmic_analysis.runs.plan import Job
from hmic_analysis.site.build import build_site, check_target
from hmic_analysis.site.gather import find_sources

app = typer.Typer(help="Build the evidence as web pages, for one force or for the public.", no_args_is_help=True)


@app.callback()
def site() -> None:
    """Build the evidence as web pages, for one force or for the public."""


@app.command("build")
def build(
    audience: Annotated[str, typer.Option("--audience", help="public, or force: the full evidence of one force.")],
    out_folder: Annotated[Path, typer.Option("--out", help="Folder: a new one, or a site made before.")],
    force: ForceOption = None,
    project: ProjectOption = None,
) -> None:
    """Build the pages; they work from the folder and from any web server."""
    home = find_project(project)
    params = load_params(home)
    who, slugs = _audience(params, audience, force)
    now = clock.now()
    embargo_gate(params, now, "The public site", marked=who == "force")
    check_target(out_folder, home)
    sources, outdated = find_sources(home, params, slugs)
    _warn(outdated)
    first = build_site(
        home,
        params,
        sources,
        who,
        out_folder,
        embargo_notice(params, now),
        tell=lambda text: err().print(text, markup=False),
    )
    count = sum(1 for _ in out_folder.rglob("*.html"))
    out().print(f"Site ({who}): {count} pages, begin with {home.relative(first)}", markup=False)
    checked = f"hmic disclosure check {home.relative(out_folder)}"
    out().print(f"Before it leaves the building: {checked}", markup=False)


def _audience(params: Params, word: str, forces: list[str] | None) -> tuple[Audience, list[str]]:
    """Who is to see the site, and whose evidence it holds."""
    try:
        audience = audience_of(word)
    except ValueError:
        raise ParameterError(f"--audience {word} is neither public nor force.") from None
    if audience == "public":
        if forces:
            raise ParameterError("The public site is about all forces: leave --force out.")
        return audience, [f.slug for f in params.territorial]
    if not forces or len(set(forces)) != 1:
        raise ParameterError(
            "With --audience force name one force, such as --force cleveland: no force sees another's evidence."
        )
    return audience, [params.force(forces[0]).slug]


def _warn(outdated: list[Job]) -> None:
    """Say which reports are older than what they rest on."""
    for slug, number in Counter(job.force for job in outdated).items():
        noun = "report is" if number == 1 else "reports are"
        err().print(
            f"{slug}: {number} {noun} older than the data, parameters or notebook; hmic run --force {slug}",
            markup=False,
        )
