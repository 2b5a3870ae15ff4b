"""``hmic compare``, ``site``, ``national``, ``disclosure``: forces beside each other, and what leaves the building."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hmic_analysis.cli.console import ForceOption, ProjectOption, choose_forces, err, out, plain_table
from hmic_analysis.errors import EXIT_OK, EXIT_SOME_FAILED, DataError, ParameterError
from hmic_analysis.project import Project, find_project

if TYPE_CHECKING:
    from hmic_analysis.comparison.compare import Comparison
    from hmic_analysis.disclosure.check import Checked
    from hmic_analysis.evidence.withheld import Audience
    from hmic_analysis.params.models import Params
    from hmic_analysis.runs.plan import Job


# --------------------------------------------------------------------------------------------------------------------
# ``hmic compare``: forces beside each other, after their reports were made.

app = typer.Typer(help="Set forces beside each other, once their findings have been run.")

IndicatorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--indicator", "-i", help="Such as attendance_pct or 'attendance_pct\\[violence]'; several are allowed."
    ),
]


@app.callback(invoke_without_command=True)
def compare_forces(
    context: typer.Context,
    indicator: IndicatorOption = None,
    claim: Annotated[
        list[str] | None, typer.Option("--claim", help="Map the verdicts on a claim, such as A2b; several are allowed.")
    ] = None,
    force: ForceOption = None,
    everyone: Annotated[
        bool,
        typer.Option(
            "--all", help="Each of the 43 forces gets a folder and page of its own, the folder without pictures."
        ),
    ] = False,
    name_others: Annotated[
        bool,
        typer.Option(
            "--name-others", help="Let pictures name other forces; without it a force's own folder names none."
        ),
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Set forces beside each other, once their findings have been run.

    Without --indicator and --claim: every indicator that at least two forces have a figure for.
    """
    if context.invoked_subcommand is not None:
        if indicator or claim or force or everyone or name_others:
            raise ParameterError(f"Give options after '{context.invoked_subcommand}', not before it.")
        return
    from hmic_analysis.comparison.compare import INSIDE, compare
    from hmic_analysis.comparison.gather import find_claim, find_indicator
    from hmic_analysis.documents.embargo import embargo_line
    from hmic_analysis.evidence.withheld import declaration
    from hmic_analysis.params.read import load_params

    home = find_project(project)
    params = load_params(home)
    own = choose_forces(params, force, everyone) if force or everyone else []
    strangers = [slug for slug in own if params.force(slug).kind != "territorial"]
    if strangers:
        raise ParameterError(f"{strangers[0]} is none of the 43 territorial forces, so it stands in no comparison.")
    # Every word is checked before anything is written.
    for id in indicator or ():
        find_indicator(params, id)
    for id in claim or ():
        find_claim(params, id)
    if indicator or claim:
        _tell_of_old_evidence(home, params)
    comparisons = [compare(home, params, id) for id in indicator or ()]
    for id in claim or ():
        _claim(home, params, id)
    for comparison in comparisons:
        _indicator(home, comparison, own, name_others)
    if not indicator and not claim:
        _everything(home, params, own, not everyone, name_others)
    out().print(f"{embargo_line(params)}. {declaration(INSIDE)}", markup=False)


def _tell_of_old_evidence(home: Project, params: Params) -> None:
    """Say how many reports rest on what has changed since; they are compared as they are."""
    from hmic_analysis.runs.plan import make_plan

    made = [job for job in make_plan(home, params, [f.slug for f in params.territorial]) if job.last is not None]
    old = sum(job.due for job in made)
    if old:
        err().print(
            f"{old} of {len(made)} reports rest on data, parameters or code that have changed since they were made. To "
            "compare what holds now run them again: hmic run --all",
            markup=False,
        )


def _everything(home: Project, params: Params, own: list[str], pictures: bool, name_others: bool) -> None:
    """Every indicator that forces can be compared by, and at the end what was left out and why."""
    from hmic_analysis.comparison.pages import compare_everything, write_pages
    from hmic_analysis.runs.rules import processors

    outcomes = []
    made = 0
    found = compare_everything(
        home, params, own, pictures=pictures, name_others=name_others, workers=min(processors(), 4)
    )
    for finding, some, anew in found:
        outcomes += some
        made += anew
        if anew:
            compared = sum(not o.left_out for o in some)
            named = sum(o.named for o in some)
            out().print(f"{finding}: {compared} of {len(some)} figures compared, {named} named", markup=False)
    compared = [o for o in outcomes if not o.left_out]
    if not compared:
        raise DataError("No indicator has figures of two forces or more. Run findings first: hmic run --all")
    console = out()
    if made:
        write_pages(home, params)
        _tell_of_old_evidence(home, params)
    else:
        console.print("Nothing has changed since; everything is up to date.")
    looks, expected = sum(o.looks for o in compared), sum(o.expected for o in compared)
    named = sum(o.named for o in compared)
    console.print(
        f"{len(compared)} figures compared: {looks:,} looks, {named} forces named; about {expected:.0f} would be by "
        "chance if forces differed only as they usually do.",
        markup=False,
    )
    left = [o for o in outcomes if o.left_out]
    if left:
        console.print(f"Left out: {len(left)} figures.", markup=False)
        reasons: dict[str, list[str]] = {}
        for o in left:
            reasons.setdefault(o.left_out, []).append(f"{o.indicator} ({o.finding})")
        for why, names in reasons.items():
            console.print(f"  {why} {_listed(names)}", markup=False)
    silent = [f.name for f in params.territorial if not any(home.runs(f.slug).glob("*/evidence.json"))]
    if silent:
        console.print(f"Without a report: {_listed(silent)}", markup=False)
    console.print(f"{home.relative(home.output / 'comparison' / 'index.html')}", markup=False)


def _indicator(home: Project, comparison: Comparison, own: list[str], name_others: bool) -> None:
    from hmic_analysis.comparison.compare import beside_others, write_comparison
    from hmic_analysis.comparison.gather import STATUS_WORDS

    gathered, result = comparison.gathered, comparison.funnel
    folder = write_comparison(home, comparison, own, name_others)
    console = out()
    console.print(f"{gathered.label} ({gathered.indicator})", style="bold", markup=False)
    console.print(f"  {gathered.who()}.", markup=False)
    for slug in own:
        console.print(f"  {beside_others(comparison, slug).sentence}", markup=False)
    console.print(f"  {result.method}", markup=False)
    for status, rows in gathered.left_out.groupby("status", sort=False):
        console.print(f"  Left out, {STATUS_WORDS[status]}: {_listed(list(rows['force']))}", markup=False)
    console.print(f"  {home.relative(folder)}/", markup=False)


def _listed(slugs: list[str], most: int = 10) -> str:
    """The forces, or the first of them and how many more; the table on disk names them all."""
    if len(slugs) <= most:
        return ", ".join(slugs)
    return f"{', '.join(slugs[: most - 1])} and {len(slugs) - most + 1} more"


def _claim(home: Project, params: Params, id: str) -> None:
    from hmic_analysis.comparison.compare import write_verdicts
    from hmic_analysis.comparison.gather import find_claim, gather_verdicts
    from hmic_analysis.figures.chart import Words
    from hmic_analysis.figures.maps import verdict_map

    finding, spec = find_claim(params, id)
    frame = gather_verdicts(home, params, id)
    synthetic = bool(frame.loc[frame["verdict"].notna(), "synthetic"].any())
    chart = verdict_map(
        frame.rename(columns={"name": "label"}),
        words=Words(
            name="verdict-map",
            subtitle=spec.statement,
            source=f"Evidence of finding {finding}{', simulated returns, synthetic data' if synthetic else ''}",
            synthetic=synthetic,
        ),
        claim=f"claim {id}",
    )
    folder = write_verdicts(home, params, id, frame, chart)
    out().print(f"{chart.headline}\n  {home.relative(folder)}/", markup=False)


@app.command("reconcile")
def reconcile_forces(
    first: Annotated[str, typer.Option("--from", help="First month of a financial quarter: 2014-01.")],
    last: Annotated[str, typer.Option("--to", help="Last month of a financial quarter: 2014-03.")],
    holder: Annotated[
        str, typer.Option(help="Slug of the body whose folder holds the published tables.")
    ] = "england-and-wales-open-data",
    force: ForceOption = None,
    project: ProjectOption = None,
) -> None:
    """Count each force's recorded crimes and set them beside the published ones."""
    from hmic_analysis.comparison.reconcile import crime_rates, reconcile, write_reconciliation
    from hmic_analysis.params.read import load_params

    home = find_project(project)
    params = load_params(home)
    slugs = choose_forces(params, force, everyone=not force)
    found = reconcile(home, params, first, last, slugs, params.force(holder).slug)
    folder = write_reconciliation(home, params, found)
    table = plain_table("Force", ">Months", ">Counted", ">Published", ">Ratio", "Status", "Why", title=found.title)
    for row in found.frame.itertuples():
        ratio = "" if row.ratio != row.ratio else f"{row.ratio:.3f}"
        counted, published = (("" if v != v else f"{v:,.0f}") for v in (row.counted, row.published))
        table.add_row(row.name, str(row.months), counted, published, ratio, row.status, row.reason)
    out().print(table)
    out().print(found.summary, markup=False)
    out().print(f"{home.relative(folder)}/", markup=False)
    _indicator(home, crime_rates(params, found), [], False)


@app.command("beside")
def forces_beside(
    finding: Annotated[str, typer.Option("--finding", help="Id of the finding, such as A2.")],
    force: ForceOption = None,
    project: ProjectOption = None,
) -> None:
    """Set two or more forces side by side for one finding, as a page."""
    from hmic_analysis.comparison.compare import INSIDE
    from hmic_analysis.comparison.pages import write_side_by_side
    from hmic_analysis.documents.embargo import embargo_line
    from hmic_analysis.evidence.withheld import declaration
    from hmic_analysis.params.read import load_params

    home = find_project(project)
    params = load_params(home)
    path = write_side_by_side(home, params, finding.upper(), choose_forces(params, force, False))
    out().print(home.relative(path), markup=False)
    out().print(f"{embargo_line(params)}. {declaration(INSIDE)}", markup=False)


# --------------------------------------------------------------------------------------------------------------------
# ``hmic site``, ``national`` and ``disclosure``: what leaves the building, and the proof that it may.

# --------------------------------------------------------------------------------------------------------------------
# ``hmic site``: the evidence as web pages, for one force or for the public.

site_app = typer.Typer(help="Build the evidence as web pages, for one force or for the public.", no_args_is_help=True)


@site_app.callback()
def site() -> None:
    """Build the evidence as web pages, for one force or for the public."""


@site_app.command("build")
def build(
    audience: Annotated[str, typer.Option("--audience", help="public, or force: the full evidence of one force.")],
    out_folder: Annotated[Path, typer.Option("--out", help="Folder: a new one, or a site made before.")],
    force: ForceOption = None,
    project: ProjectOption = None,
) -> None:
    """Build the pages; they work from the folder and from any web server."""
    from hmic_analysis.documents import embargo
    from hmic_analysis.documents.embargo import embargo_gate, embargo_notice
    from hmic_analysis.params.read import load_params
    from hmic_analysis.site.build import build_site, check_target
    from hmic_analysis.site.model import find_sources

    home = find_project(project)
    params = load_params(home)
    who, slugs = _audience(params, audience, force)
    now = embargo.now()
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
        err().print(
            f"{slug}: {number} {noun} older than the data, parameters or notebook; hmic run --force {slug}",
            markup=False,
        )


# --------------------------------------------------------------------------------------------------------------------
# ``hmic national``: the report on all forces together.

national_app = typer.Typer(help="Report on all forces together, naming none.", no_args_is_help=True)


@national_app.callback()
def national() -> None:
    """Report on all forces together, naming none."""


@national_app.command("report")
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
    from hmic_analysis.documents import embargo
    from hmic_analysis.documents.embargo import embargo_gate, embargo_notice
    from hmic_analysis.national.counts import Log
    from hmic_analysis.national.report import gather_all, make_report
    from hmic_analysis.national.write import check_target as write_check_target
    from hmic_analysis.national.write import published_folder, restricted_folder, write_report
    from hmic_analysis.params.read import load_params

    home = find_project(project)
    params = load_params(home)
    now = embargo.now()
    try:
        embargo_gate(params, now, "The national report", marked=draft)
    except ParameterError as fault:
        raise ParameterError(f"{fault.message} Such a draft: hmic national report --embargoed-draft") from None
    target = out_folder or published_folder(home)
    write_check_target(target, home)
    err().print("Reading the evidence of all forces ...", markup=False)
    found, log = gather_all(home, params), Log()
    made = make_report(home, params, found, embargo_notice(params, now), log)
    # A draft under embargo is no publication.
    content = write_report(home, made, found, log, target, "" if draft else now.date().isoformat())
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


# --------------------------------------------------------------------------------------------------------------------
# ``hmic disclosure``: the proof that a folder may leave the building.

disclosure_app = typer.Typer(
    help="What may leave the building: checks of a folder before it goes.", no_args_is_help=True
)


@disclosure_app.callback()
def _group() -> None:
    """Keep ``check`` a word of its own, however many commands there are."""


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
    from hmic_analysis.params.read import load_params

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
    counts = "small counts, its own, are for it to see" if checked.owns else "small counts looked for"
    looked = (
        f"{checked.files:,} files; figures of {len(checked.facts)} forces ({counts}); {checked.references:,} "
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
