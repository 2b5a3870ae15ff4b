"""``hmic figures``: a gallery of a force's figures, and figures as files for other letters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hmic_analysis.cli.console import (
    AllOption,
    FindingOption,
    ForceOption,
    ProjectOption,
    choose_forces,
    err,
    out,
)
from hmic_analysis.disclosure.released import released
from hmic_analysis.disclosure.rules import rules_of
from hmic_analysis.disclosure.sensitivity import declaration, highest
from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.letters.archive import write_whole
from hmic_analysis.letters.figure_export import (
    LETTER_WIDTH,
    NARROWEST,
    WIDEST,
    captions_csv,
    export_figure,
)
from hmic_analysis.letters.gathered import evidence_of, without_empty
from hmic_analysis.params.load import load_params
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project, find_project
from hmic_analysis.release import clock
from hmic_analysis.release.embargo import embargo_notice, marked_page
from hmic_analysis.site.gallery import gallery as gallery_page

app = typer.Typer(help="Figures of forces: a page to look them over, and files to paste.", no_args_is_help=True)

FigureOption = Annotated[
    list[str] | None, typer.Option("--figure", help="Name of a figure, such as route; may be given several times.")
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for the files; made if it isn't there.")]
WidthOption = Annotated[float, typer.Option("--width", help="Width in millimetres; 160 is the text of a letter on A4.")]


@app.command("gallery")
def gallery(force: ForceOption = None, everyone: AllOption = False, project: ProjectOption = None) -> None:
    """Write one page with every figure of a force, output/gallery/<force>.html."""
    home = find_project(project)
    params = load_params(home)
    for slug in choose_forces(params, force, everyone):
        path = home.output / "gallery" / f"{slug}.html"
        bundles, folders = evidence_of(home, params, slug, _warn)
        level = highest(part.sensitivity for b in bundles for part in (b, *b.figures))
        page = marked_page(gallery_page(bundles, folders), declaration(level))
        page = marked_page(page, embargo_notice(params, clock.now()))
        write_whole(path, page.encode("utf-8"))
        out().print(f"Gallery: {home.relative(path)}", markup=False)


@app.command("export")
def export(
    force: ForceOption = None,
    finding: FindingOption = None,
    figure: FigureOption = None,
    out_folder: OutOption = Path("figures"),
    width: WidthOption = LETTER_WIDTH,
    project: ProjectOption = None,
) -> None:
    """Write figures as PNG (300 dpi), SVG (ready for EMF), data and words, for pasting into other letters."""
    if not NARROWEST <= width <= WIDEST:
        raise ParameterError(f"--width {width:g} is not between {NARROWEST:g} and {WIDEST:g} millimetres.")
    home = find_project(project)
    params = load_params(home)
    for id in finding or ():
        params.finding(id)
    slugs = choose_forces(params, force)
    embargo = embargo_notice(params, clock.now())
    for slug in slugs:
        # Figures of several forces bear the same names.
        folder = out_folder / slug if len(slugs) > 1 else out_folder
        _export_force(home, params, slug, finding, figure, folder, width, embargo)


def _export_force(
    home: Project,
    params: Params,
    slug: str,
    findings: list[str] | None,
    figures: list[str] | None,
    folder: Path,
    width: float,
    embargo: str,
) -> None:
    rules = rules_of(params)
    bundles, reports = evidence_of(home, params, slug, _warn)
    wanted = [b for b in bundles if not findings or b.finding in findings]
    names = [f.name for bundle in wanted for f in bundle.figures]
    for name in figures or ():
        if name not in names:
            raise ParameterError(
                f"{slug} has no figure '{name}'.{did_you_mean(name, names)} Figures: {', '.join(names) or 'none'}."
            )
    written = []
    for made in wanted:
        shown = released(without_empty(made), rules, "force", reports[made.finding])
        for one in made.figures:
            if figures and one.name not in figures:
                continue
            if one not in shown.figures or one.empty:
                why = "there was nothing to draw" if one.empty else "it is withheld: it shows what may not leave"
                err().print(f"{slug} {made.finding}, {one.name}: left out; {why}.", markup=False)
                continue
            report = reports[made.finding]
            written.append(export_figure(made, shown, one, report, folder, width, rules, embargo))
    write_whole(folder / "captions.csv", captions_csv(written, embargo))
    out().print(f"{len(written)} figures of {slug}, {width:g} mm wide: {folder}", markup=False)


def _warn(words: str) -> None:
    err().print(words, markup=False)
