"""``hmic compare``: forces beside each other, after their reports were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hmic_analysis.cli.console import (
    ForceOption,
    ProjectOption,
    choose_forces,
    open_project,
    out,
    plain_table,
    say,
    warn,
)
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.project import Project

if TYPE_CHECKING:
    from hmic_analysis.comparison.compare import Comparison
    from hmic_analysis.params.models import Params


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

    home, params = open_project(project)
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
    say(f"{embargo_line(params)}. {declaration(INSIDE)}")


def _tell_of_old_evidence(home: Project, params: Params) -> None:
    """Say how many reports rest on what has changed since; they are compared as they are."""
    from hmic_analysis.runs.plan import make_plan

    made = [job for job in make_plan(home, params, [f.slug for f in params.territorial]) if job.last is not None]
    old = sum(job.due for job in made)
    if old:
        warn(
            f"{old} of {len(made)} reports rest on data, parameters or code that have changed since they were made. To "
            "compare what holds now run them again: hmic run --all"
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
            say(f"{finding}: {compared} of {len(some)} figures compared, {named} named")
    compared = [o for o in outcomes if not o.left_out]
    if not compared:
        raise DataError("No indicator has figures of two forces or more. Run findings first: hmic run --all")
    if made:
        write_pages(home, params)
        _tell_of_old_evidence(home, params)
    else:
        say("Nothing has changed since; everything is up to date.")
    looks, expected = sum(o.looks for o in compared), sum(o.expected for o in compared)
    named = sum(o.named for o in compared)
    say(
        f"{len(compared)} figures compared: {looks:,} looks, {named} forces named; about {expected:.0f} would be by "
        "chance if forces differed only as they usually do."
    )
    left = [o for o in outcomes if o.left_out]
    if left:
        say(f"Left out: {len(left)} figures.")
        reasons: dict[str, list[str]] = {}
        for o in left:
            reasons.setdefault(o.left_out, []).append(f"{o.indicator} ({o.finding})")
        for why, names in reasons.items():
            say(f"  {why} {_listed(names)}")
    silent = [f.name for f in params.territorial if not any(home.runs(f.slug).glob("*/evidence.json"))]
    if silent:
        say(f"Without a report: {_listed(silent)}")
    say(f"{home.relative(home.output / 'comparison' / 'index.html')}")


def _indicator(home: Project, comparison: Comparison, own: list[str], name_others: bool) -> None:
    from hmic_analysis.comparison.compare import beside_others, write_comparison
    from hmic_analysis.comparison.gather import STATUS_WORDS

    gathered, result = comparison.gathered, comparison.funnel
    folder = write_comparison(home, comparison, own, name_others)
    say(f"{gathered.label} ({gathered.indicator})", style="bold")
    say(f"  {gathered.who()}.")
    for slug in own:
        say(f"  {beside_others(comparison, slug).sentence}")
    say(f"  {result.method}")
    for status, rows in gathered.left_out.groupby("status", sort=False):
        say(f"  Left out, {STATUS_WORDS[status]}: {_listed(list(rows['force']))}")
    say(f"  {home.relative(folder)}/")


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
    say(f"{chart.headline}\n  {home.relative(folder)}/")


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

    home, params = open_project(project)
    slugs = choose_forces(params, force, everyone=not force)
    found = reconcile(home, params, first, last, slugs, params.force(holder).slug)
    folder = write_reconciliation(home, params, found)
    table = plain_table("Force", ">Months", ">Counted", ">Published", ">Ratio", "Status", "Why", title=found.title)
    for row in found.frame.itertuples():
        ratio = "" if row.ratio != row.ratio else f"{row.ratio:.3f}"
        counted, published = (("" if v != v else f"{v:,.0f}") for v in (row.counted, row.published))
        table.add_row(row.name, str(row.months), counted, published, ratio, row.status, row.reason)
    out().print(table)
    say(found.summary)
    say(f"{home.relative(folder)}/")
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

    home, params = open_project(project)
    path = write_side_by_side(home, params, finding.upper(), choose_forces(params, force, False))
    say(home.relative(path))
    say(f"{embargo_line(params)}. {declaration(INSIDE)}")
