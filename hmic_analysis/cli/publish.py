"""``hmic site``, ``national`` and ``disclosure``: what leaves the building, and the proof that it may."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hmic_analysis.cli.console import ForceOption, ProjectOption, group, open_project, out, plain_table, say, warn
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, ParameterError

if TYPE_CHECKING:
    from hmic_analysis.disclosure.check import Checked
    from hmic_analysis.evidence.withheld import Audience
    from hmic_analysis.params.models import Params
    from hmic_analysis.runs.plan import Job

# ``hmic site``: the evidence as web pages, for one force or for the public.

PictureOption = Annotated[
    Path | None, typer.Option("--picture", help="Write a page as a picture, such as the one in docs, to this file.")
]

site_app = group("Build the evidence as web pages, for one force or for the public.")


@site_app.command("build")
def build(
    audience: Annotated[str, typer.Option("--audience", help="public, or force: the full evidence of one force.")],
    out_folder: Annotated[Path, typer.Option("--out", help="Folder: a new one, or a site made before.")],
    force: ForceOption = None,
    picture: PictureOption = None,
    project: ProjectOption = None,
) -> None:
    """Build the pages; they work from the folder and from any web server."""
    from hmic_analysis.documents import embargo
    from hmic_analysis.documents.embargo import embargo_gate, embargo_notice
    from hmic_analysis.documents.word import write_whole
    from hmic_analysis.site.build import build_site, check_target, page_picture
    from hmic_analysis.site.model import find_sources

    home, params = open_project(project)
    who, slugs = _audience(params, audience, force)
    now = embargo.now()
    embargo_gate(params, now, "The public site", marked=who == "force")
    check_target(out_folder, home)
    sources, outdated = find_sources(home, params, slugs)
    _warn(outdated)
    first = build_site(home, params, sources, who, out_folder, embargo_notice(params, now), tell=warn)
    if picture is not None:
        write_whole(picture, page_picture(out_folder, slugs[0]))
    count = sum(1 for _ in out_folder.rglob("*.html"))
    say(f"Site ({who}): {count} pages, begin with {home.relative(first)}")
    checked = f"hmic disclosure check {home.relative(out_folder)}"
    say(f"Before it leaves the building: {checked}")


def _audience(params: Params, word: str, forces: list[str] | None) -> tuple[Audience, list[str]]:
    """Who is to see the site, and whose evidence it holds."""
    from hmic_analysis.evidence.withheld import audience_of

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
        warn(f"{slug}: {number} {noun} older than the data, parameters or notebook; hmic run --force {slug}")


# ``hmic national``: the report on all forces together.

national_app = group("Report on all forces together, naming none.")


@national_app.command("report")
def report(
    out_folder: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder: a new one, or a national report made before. [default: output/national/report]"
        ),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--embargoed-draft", help="Before the embargo ends: make a draft that bears it in text.")
    ] = False,
    picture: PictureOption = None,
    project: ProjectOption = None,
) -> None:
    """Write the national report: Word, PDF, web page and workbook of the published tables."""
    from hmic_analysis.documents import embargo
    from hmic_analysis.documents.embargo import embargo_gate, embargo_notice
    from hmic_analysis.documents.word import write_whole
    from hmic_analysis.national.counts import Log
    from hmic_analysis.national.report import gather_all, make_report
    from hmic_analysis.national.write import check_target as write_check_target
    from hmic_analysis.national.write import page_picture, published_folder, restricted_folder, write_report

    home, params = open_project(project)
    now = embargo.now()
    try:
        embargo_gate(params, now, "The national report", marked=draft)
    except ParameterError as fault:
        raise ParameterError(f"{fault.message} Such a draft: hmic national report --embargoed-draft") from None
    target = out_folder or published_folder(home)
    write_check_target(target, home)
    warn("Reading the evidence of all forces ...")
    found, log = gather_all(home, params), Log()
    made = make_report(home, params, found, embargo_notice(params, now), log)
    # A draft under embargo is no publication.
    content = write_report(home, made, found, log, target, "" if draft else now.date().isoformat())
    if picture is not None:
        write_whole(picture, page_picture(made, content, target))
    for notice in made.notices:
        say(notice, style="bold")
    say(f"National report: {len(made.claims)} claims, {len(content.charts)} figures, {home.relative(target)}/")
    say(
        f"{len(log.entries)} things withheld; restricted, not to be published: "
        f"{home.relative(restricted_folder(home))}/suppressions.csv"
    )


# ``hmic disclosure``: the proof that a folder may leave the building.

disclosure_app = group("What may leave the building: checks of a folder before it goes.")


@disclosure_app.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="The folder that is to be released.", show_default=False)],
    force: ForceOption = None,
    audience: Annotated[str, typer.Option(help="Who is to get it: force or public.")] = "force",
    project: ProjectOption = None,
) -> None:
    """Look through everything in a folder for counts of persons that could be worked out, and for persons.

    The evidence of the forces named is what is looked for; by default of every force that has evidence.  What is for
    one force may show its own small counts, so ``--force`` says whose it is.  Leaves with 0 where nothing is found,
    else with 1.
    """
    from hmic_analysis.disclosure.check import check_release
    from hmic_analysis.evidence.withheld import audience_of

    home, params = open_project(project)
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
            table.add_row(leak.file, leak.place, leak.what, leak.how)
        out().print(table)
    if checked.persons:
        table = plain_table("File", "Place", "Is", "Written", title="References to persons")
        for found in checked.persons:
            table.add_row(found.file, found.place, found.kind, found.value)
        out().print(table)
    if checked.others:
        table = plain_table("File", "Place", "Fault", title="Other faults")
        for row in checked.others:
            table.add_row(*row)
        out().print(table)
    counts = "small counts, its own, are for it to see" if checked.owns else "small counts looked for"
    looked = (
        f"{checked.files:,} files; figures of {len(checked.facts)} forces ({counts}); {checked.references:,} "
        f"references to persons and cases of {len(checked.returns)} returns"
    )
    if checked.skipped:
        looked += f", {checked.skipped:,} more too short to be told from ordinary words and figures"
    say(f"Looked at: {looked}.")
    for slug in checked.without:
        warn(f"{slug}: there is no return to take references to persons from.")
    faults = len(checked.leaks) + len(checked.persons) + len(checked.others)
    said = "Nothing found: it may go." if checked.clean else f"{faults} found: it may not go."
    say(said)
