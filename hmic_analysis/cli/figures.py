"""``hmic figures``: a gallery of a force's figures."""

from __future__ import annotations

import typer

from hmic_analysis.cli.console import AllOption, ForceOption, ProjectOption, choose_forces, out
from hmic_analysis.cli.letter import evidence_of
from hmic_analysis.letters.archive import write_whole
from hmic_analysis.params.load import load_params
from hmic_analysis.project import find_project
from hmic_analysis.site.gallery import gallery as gallery_page

app = typer.Typer(help="Figures of forces: a page to look them over.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``gallery`` a word of its own, however many commands there are."""


@app.command("gallery")
def gallery(force: ForceOption = None, everyone: AllOption = False, project: ProjectOption = None) -> None:
    """Write one page with every figure of a force, output/gallery/<force>.html."""
    home = find_project(project)
    params = load_params(home)
    for slug in choose_forces(params, force, everyone):
        path = home.output / "gallery" / f"{slug}.html"
        write_whole(path, gallery_page(*evidence_of(home, params, slug)).encode("utf-8"))
        out().print(f"Gallery: {home.relative(path)}", markup=False)
