"""``hmic letter`` and ``hmic figures``: letters of forces, their check, and figures as files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hmic_analysis.cli.console import (
    AllOption,
    FindingOption,
    ForceOption,
    ProjectOption,
    choose_forces,
    complain,
    group,
    open_project,
    out,
    say,
    warn,
)
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, DataError, ParameterError, did_you_mean
from hmic_analysis.project import Project

if TYPE_CHECKING:
    from hmic_analysis.letters.check import Checked
    from hmic_analysis.letters.export import LetterFiles
    from hmic_analysis.params.models import Params


# ``hmic letter``: the letters of forces, and ``hmic letter check``.

letter_app = typer.Typer(help="Write the letters of forces from their evidence, as Word and as PDF.")

UnmarkedOption = Annotated[
    bool, typer.Option("--unmarked", help="Without the marks of the embargo; refused until it has ended.")
]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Write over Word documents that were changed by hand.")
]
FileOption = Annotated[
    Path | None,
    typer.Option("--file", help="A document somewhere else, .docx or .pdf; by default the four in output/letters."),
]


PrintOption = Annotated[
    list[str] | None,
    typer.Option(
        "--figure",
        help="A figure for the body of the letter, such as a2_attendance_by_month; up to four, in place of those of "
        "params/letters. By default there is none.",
    ),
]


@letter_app.callback(invoke_without_command=True)
def letter(
    context: typer.Context,
    force: ForceOption = None,
    everyone: AllOption = False,
    unmarked: UnmarkedOption = False,
    overwrite: OverwriteOption = False,
    figure: PrintOption = None,
    project: ProjectOption = None,
) -> None:
    """Write the letters of forces from their evidence, as Word and as PDF."""
    if context.invoked_subcommand is not None:
        return

    home, params = open_project(project)
    begun = time.monotonic()
    slugs = choose_forces(params, force, everyone)
    written = [_write(home, params, slug, unmarked, overwrite, figure or ()) for slug in slugs]
    done = sum(files is not None for files in written)
    if len(slugs) > 1:
        say(f"{done} of {len(slugs)} letters written in {time.monotonic() - begun:.0f} s.")
    raise typer.Exit(EXIT_OK if done == len(slugs) else EXIT_SOME_FAILED)


def _write(
    home: Project, params: Params, slug: str, unmarked: bool, overwrite: bool, figures: Sequence[str]
) -> LetterFiles | None:
    """Write one letter and say so; None where the force has no evidence or, among others, was changed by hand."""
    from hmic_analysis.process.letter import write_letter_of

    try:
        files = write_letter_of(home, params, slug, unmarked, warn, overwrite, figures)
    except DataError as fault:
        complain(fault.message)
        return None
    say(f"Letter: {home.relative(files.document)} and {files.pdf.name}")
    names = f"{files.evidence.name}, {files.evidence_pdf.suffix} and {files.workbook.suffix}"
    say(f"  with its evidence: {names}")
    return files


@letter_app.command("states")
def states(project: ProjectOption = None) -> None:
    """Write the page with every paragraph that a letter can hold, in any state of the evidence."""
    from hmic_analysis.letters.states import states_page

    home, params = open_project(project)
    text, total = states_page(params, params.territorial[0].slug)
    path = home.output / "letters" / "states.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    say(f"{total:,} states: {home.relative(path)}")


@letter_app.command("check")
def check(
    force: ForceOption = None,
    everyone: AllOption = False,
    file: FileOption = None,
    short: Annotated[bool, typer.Option("--short", help="Only what is wrong; the list goes to the CSV alone.")] = False,
    project: ProjectOption = None,
) -> None:
    """List what each number of a letter is bound to; exit 1 if any is bound to nothing.

    The Word document and the PDF are read as they are now, so a number typed over by hand is found.
    """

    home, params = open_project(project)
    slugs = choose_forces(params, force, everyone)
    if file is not None and len(slugs) != 1:
        raise ParameterError("With --file, name one force: the one that the letter is to.")
    bad = 0
    for slug in slugs:
        try:
            bad += not _check_force(home, params, slug, file, short)
        except DataError as fault:
            bad += 1
            complain(fault.message)
    raise typer.Exit(EXIT_SOME_FAILED if bad else EXIT_OK)


def _check_force(home: Project, params: Params, slug: str, file: Path | None, short: bool) -> bool:
    """Check the files of one force's letter and say what was found; whether all is well."""
    from hmic_analysis.documents.word import write_whole
    from hmic_analysis.letters.check import listing, listing_csv
    from hmic_analysis.letters.compose import odd_wording
    from hmic_analysis.process.letter import check_fresh, letter_check, letter_documents

    check_fresh(home, params, slug)
    against, sources = letter_check(home, params, slug, warn)
    sound = True
    for path in [file] if file else letter_documents(home, slug):
        checked = against.file(path)
        table = home.output / "checks" / f"{path.stem}-{path.suffix.lstrip('.')}-numbers.csv"
        write_whole(table, listing_csv(checked.numbers))
        for line in listing(checked.unbound if short else checked.numbers):
            say(line)
        _say_result(path.name, checked, home.relative(table))
        sound &= checked.sound
    for mark in odd_wording(sources.bundles, sources.wording):
        warn(f"Marked in the letter: {mark}")
    return sound


def _say_result(name: str, checked: Checked, table: str) -> None:
    for change in checked.changes:
        say(f"Changed by hand, no number wrong: {change}")
    for thing in checked.objects:
        complain(f"{name}: {thing}: its numbers can't be checked. Take it out.")
    for number in checked.unbound:
        text = f"{name}, {number.place}: {number.number} is bound to nothing; {number.problem}"
        complain(text)
    bound = len(checked.numbers) - len(checked.unbound)
    say(f"{name}: {bound} of {len(checked.numbers)} numbers bound; all of them: {table}")


@letter_app.command("page")
def page(
    force: ForceOption = None,
    place: Annotated[Path, typer.Option("--out", help="The picture.")] = Path("docs/letter-page.png"),
    project: ProjectOption = None,
) -> None:
    """Write the first page of a force's letter as a picture, such as the one in README.md."""
    from hmic_analysis.documents.word import write_whole
    from hmic_analysis.letters.export import page_picture, read_letter
    from hmic_analysis.process.letter import TEMPLATE, letter_folder

    home, params = open_project(project)
    slugs = choose_forces(params, force)
    if len(slugs) != 1:
        raise ParameterError("Name one force: the one whose letter is shown.")
    folder = letter_folder(home, slugs[0])
    path = place if place.is_absolute() else home.root / place
    letter_path = folder / f"letter-{slugs[0]}.json"
    write_whole(path, page_picture(read_letter(letter_path), home.params / TEMPLATE, folder, params))
    say(f"Page: {home.relative(path)}")


@letter_app.command("views")
def views(force: ForceOption = None, project: ProjectOption = None) -> None:
    """Print a form for the views that inspectors may enter for a force, and the verdicts that each rests on.

    A view is printed in the letter only once it stands in params/letters/<force>.yml, with whose it is and when.
    """
    from hmic_analysis.letters.export import letter_sources
    from hmic_analysis.letters.own_words import views_form

    home, params = open_project(project)
    for slug in choose_forces(params, force):
        sources = letter_sources(home, params, slug, tell=warn)
        out().print(views_form(params, slug, sources.bundles, sources.wording), markup=False, soft_wrap=True)


# ``hmic figures``: a gallery of a force's figures, and figures as files for other letters.

figures_app = group("Figures of forces: a page to look them over, and files to paste.")

FigureOption = Annotated[
    list[str] | None, typer.Option("--figure", help="Name of a figure, such as route; may be given several times.")
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for the files; made if it isn't there.")]
#: Repeated here (and held equal by a test) so that asking for help imports nothing of the work.
LETTER_WIDTH_MM = 160.0
WidthOption = Annotated[float, typer.Option("--width", help="Width in millimetres; 160 is the text of a letter on A4.")]


@figures_app.command("gallery")
def gallery(force: ForceOption = None, everyone: AllOption = False, project: ProjectOption = None) -> None:
    """Write one page with every figure of a force, small counts among them, output/gallery/<force>.html."""
    from hmic_analysis.disclosure.release import with_small_counts
    from hmic_analysis.documents import embargo as clock
    from hmic_analysis.documents.embargo import embargo_notice, marked_page
    from hmic_analysis.documents.word import write_whole
    from hmic_analysis.evidence.withheld import declaration, highest, rules_of
    from hmic_analysis.letters.export import evidence_of
    from hmic_analysis.site.build import gallery as gallery_page

    home, params = open_project(project)
    for slug in choose_forces(params, force, everyone):
        path = home.output / "gallery" / f"{slug}.html"
        made, folders = evidence_of(home, params, slug, warn)
        bundles = [with_small_counts(b, rules_of(params), "force") for b in made]
        level = highest(part.sensitivity for b in bundles for part in (b, *b.figures))
        page = marked_page(gallery_page(bundles, folders), declaration(level))
        page = marked_page(page, embargo_notice(params, clock.now()))
        write_whole(path, page.encode("utf-8"))
        say(f"Gallery: {home.relative(path)}")


@figures_app.command("export")
def export(
    force: ForceOption = None,
    finding: FindingOption = None,
    figure: FigureOption = None,
    out_folder: OutOption = Path("figures"),
    width: WidthOption = LETTER_WIDTH_MM,
    project: ProjectOption = None,
) -> None:
    """Write figures as PNG (300 dpi), SVG (ready for EMF), data and words, for pasting into other letters.

    A figure that one sentence replaces is written as that sentence and its data.
    """
    from hmic_analysis.documents import embargo as clock
    from hmic_analysis.documents.embargo import embargo_notice
    from hmic_analysis.letters.export import NARROWEST, WIDEST

    if not NARROWEST <= width <= WIDEST:
        raise ParameterError(f"--width {width:g} is not between {NARROWEST:g} and {WIDEST:g} millimetres.")
    home, params = open_project(project)
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
    from hmic_analysis.disclosure.release import released
    from hmic_analysis.documents.word import write_whole
    from hmic_analysis.evidence.withheld import rules_of
    from hmic_analysis.letters.export import captions_csv, evidence_of, export_figure

    rules = rules_of(params)
    bundles, reports = evidence_of(home, params, slug, warn)
    wanted = [b for b in bundles if not findings or b.finding in findings]
    names = [f.name for bundle in wanted for f in bundle.figures]
    for name in figures or ():
        if name not in names:
            raise ParameterError(
                f"{slug} has no figure '{name}'.{did_you_mean(name, names)} Figures: {', '.join(names) or 'none'}."
            )
    written = []
    for made in wanted:
        shown = released(made, rules, "force", reports[made.finding])
        may = {figure.name: figure for figure in shown.figures}
        for name in (figure.name for figure in made.figures):
            if figures and name not in figures:
                continue
            one = may.get(name)
            if one is None or one.empty:
                why = "there was nothing to draw" if one else "it is withheld: it shows what may not leave"
                warn(f"{slug} {made.finding}, {name}: left out; {why}.")
                continue
            report = reports[made.finding]
            written.append(export_figure(made, shown, one, report, folder, width, rules, embargo))
    write_whole(folder / "captions.csv", captions_csv(written, embargo))
    told = [f"{f.block.finding} {f.block.name}" for f in written if f.sentence]
    n = len(written) - len(told)
    say(f"{n} figure{'' if n == 1 else 's'} of {slug}, {width:g} mm wide: {folder}")
    if told:
        say(f"  {len(told)} more as words and data, for one sentence says as much as a chart: {', '.join(told)}")


# ``hmic evidence export``: a force's evidence as workbook, slides and one page.

evidence_app = group("A force's evidence to take away.")


@evidence_app.command("export")
def export_evidence(
    force: ForceOption = None,
    everyone: AllOption = False,
    finding: FindingOption = None,
    figure: FigureOption = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for the files; by default output/evidence.")
    ] = None,
    project: ProjectOption = None,
) -> None:
    """Write a force's evidence as a workbook, slides of its figures (all, or those named) and one page of HTML."""
    from hmic_analysis.disclosure.release import released
    from hmic_analysis.documents import embargo as clock
    from hmic_analysis.documents.embargo import embargo_notice
    from hmic_analysis.documents.word import write_whole
    from hmic_analysis.evidence.withheld import rules_of
    from hmic_analysis.letters.export import evidence_of, without_empty
    from hmic_analysis.site.takeaway import chosen, evidence_page, evidence_workbook, slides

    home, params = open_project(project)
    wanted = {params.finding(id.upper()).id for id in finding or ()}
    rules, embargo = rules_of(params), embargo_notice(params, clock.now())
    for slug in choose_forces(params, force, everyone):
        bundles, folders = evidence_of(home, params, slug, warn)
        made = [b for b in bundles if not wanted or b.finding in wanted]
        if not made:
            raise DataError(f"There is no evidence of {slug} on {', '.join(sorted(wanted))}.")
        shown = [without_empty(released(b, rules, "force", folders[b.finding])) for b in made]
        names = [f.name for _, f in chosen(shown, ())]
        for name in figure or ():
            if name not in names:
                raise ParameterError(
                    f"{slug} has no figure '{name}' to show.{did_you_mean(name, names)} Figures: {', '.join(names)}."
                )
        target = (out_folder or home.output / "evidence") / f"evidence-{slug}"
        files = {
            ".xlsx": evidence_workbook(params, made, shown, folders, embargo),
            ".pptx": slides(shown, folders, figure or (), embargo),
            ".html": evidence_page(shown, folders, embargo).encode("utf-8"),
        }
        for ending, content in files.items():
            write_whole(target.with_suffix(ending), content)
        say(f"Evidence of {slug}: {target.with_suffix('.xlsx')}, .pptx, .html")
