"""``hmic data``: template, simulate, prepare, check."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hmic_analysis.cli.console import AllOption, ForceOption, ProjectOption, choose_forces, err, out, plain_table
from hmic_analysis.errors import EXIT_DATA, EXIT_OK, DataError, ParameterError

if TYPE_CHECKING:
    from hmic_analysis.params.models import Params
    from hmic_analysis.simulate.facts import Facts
    from hmic_analysis.simulate.returns import Simulated
from hmic_analysis.project import Project, find_project

WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes at a time; by default one a processor.")]

app = typer.Typer(help="Returns of the forces: template, simulation, loading, row accounts.", no_args_is_help=True)


@app.command("template")
def template(
    file: Annotated[Path | None, typer.Argument(help="Where to write it.")] = None,
    table: Annotated[list[str] | None, typer.Option("--table", help="Only these tables.")] = None,
    project: ProjectOption = None,
) -> None:
    """Write the workbook that a force can fill in."""
    from hmic_analysis.store.template import write_template

    home = find_project(project)
    path = file or home.output / "return-template.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_template(path, table or None)
    out().print(f"Template: {home.relative(path)}", markup=False)


@app.command("simulate")
def simulate(
    force: ForceOption = None,
    everyone: AllOption = False,
    scale: Annotated[float, typer.Option(help="1 is the real size of the force.")] = 0.05,
    seed: Annotated[int, typer.Option(help="Same seed, same data.")] = 1,
    facts: Annotated[Path | None, typer.Option(help="YAML file of facts that differ from the default.")] = None,
    varied: Annotated[bool, typer.Option("--varied", help="Draw what is true of each force.")] = False,
    workers: WorkersOption = None,
    project: ProjectOption = None,
) -> None:
    """Write synthetic returns of forces, and the reference of all forces' policies beside them."""
    from hmic_analysis.params.read import load_params
    from hmic_analysis.runs.rules import processors
    from hmic_analysis.simulate.facts import Facts, facts_from_file

    home = find_project(project)
    params = load_params(home)
    chosen = choose_forces(params, force, everyone)
    if facts and varied:
        raise ParameterError("--facts says what is true of every force, --varied draws it for each. Give one of them.")
    truth = None if varied else facts_from_file(facts) if facts else Facts()

    def done(slug: str, made: Simulated | None) -> None:
        words = f"Synthetic return: {home.relative(home.raw / slug)}" if made else f"{slug}: sends nothing"
        out().print(words, markup=False)

    simulate_forces(home, params, chosen, truth, scale, seed, workers or processors(), done)


def simulate_forces(
    project: Project,
    params: Params,
    slugs: list[str],
    facts: Facts | None,
    scale: float,
    seed: int,
    workers: int = 1,
    done: Callable[[str, Simulated | None], None] | None = None,
) -> None:
    """Write synthetic returns."""
    from hmic_analysis.params.resolve import resolve
    from hmic_analysis.simulate.country import Order, simulate_country
    from hmic_analysis.simulate.world import ForceFacts

    orders = []
    for slug in slugs:
        spec = params.force(slug)
        if spec.kind != "territorial":
            raise ParameterError(f"Only the 43 territorial forces can be simulated; {slug} is not one of them.")
        settings = resolve(params, slug)
        size = ForceFacts(
            slug=slug,
            population=spec.population,
            recorded_crime=spec.recorded_crime_2013_14,
            officers=spec.officers_fte,
        )
        # Who is a repeat victim can be told only with the reports of the year before.
        asking = [id for id, finding in params.findings.items() if "repeat_days" in finding.definitions]
        earlier = max((int(resolve(params, slug, id).definition("repeat_days")) for id in asking), default=0)
        orders.append(Order(size, settings.period_start, settings.period_end, settings.as_of, earlier))
    everyone = [f.slug for f in params.territorial]
    for slug, made in simulate_country(project.raw, orders, everyone, scale, seed, facts, workers):
        if done is not None:
            done(slug, made)


@app.command("add")
def add(
    force: Annotated[str, typer.Option("--force", "-f", help="Slug of the force.")],
    files: Annotated[list[Path], typer.Argument(help="Files of its return, or folders of them.")],
    project: ProjectOption = None,
) -> None:
    """Copy files into a force's return, data/raw/<force>; never over a file that is there."""
    from hmic_analysis.params.read import load_params

    home = find_project(project)
    slug = load_params(home).force(force).slug
    target = home.raw / slug
    found = [p for f in files for p in (sorted(f.iterdir()) if f.is_dir() else [f]) if p.is_file()]
    missing = [f for f in files if not f.exists()]
    if missing or not found:
        raise DataError(f"There is no file {(missing or files)[0]}. Name files, or a folder that has some.")
    taken = [p.name for p in found if (target / p.name).exists()]
    if taken:
        raise DataError(
            f"{home.relative(target)} already holds {', '.join(taken)}. A return is never overwritten: "
            "remove the old file first if the new one is to replace it."
        )
    target.mkdir(parents=True, exist_ok=True)
    for path in found:
        shutil.copyfile(path, target / path.name)
    out().print(f"{len(found)} files added to {home.relative(target)}", markup=False)


@app.command("prepare")
def prepare(
    force: ForceOption = None,
    everyone: AllOption = False,
    workers: WorkersOption = None,
    project: ProjectOption = None,
) -> None:
    """Load the returns of forces into processed tables."""
    from hmic_analysis.params.read import load_params
    from hmic_analysis.runs.rules import processors
    from hmic_analysis.runs.session import prepare_forces

    home = find_project(project)
    params = load_params(home)
    code = EXIT_OK
    chosen = choose_forces(params, force, everyone)
    for slug, result in prepare_forces(home, params, chosen, workers or processors()):
        if isinstance(result, DataError):
            err().print(result.message, style="bold red", markup=False)
            code = EXIT_DATA
            continue
        if result is None:
            err().print(f"{slug}: there is no return in {home.relative(home.raw / slug)}.", markup=False)
            code = EXIT_DATA
            continue
        words = "unchanged, nothing to do" if result.status == "up_to_date" else "prepared"
        out().print(f"{slug}: {words}; {result.manifest.told}", markup=False)
        for table, fault in result.manifest.broken.items():
            err().print(f"{slug}: table {table} can't be used: {fault}", style="bold red", markup=False)
            code = EXIT_DATA
    raise typer.Exit(code)


@app.command("check")
def check(
    force: ForceOption = None,
    everyone: AllOption = False,
    details: Annotated[bool, typer.Option("--details", help="Also every file, flag and column, line by line.")] = False,
    project: ProjectOption = None,
) -> None:
    """Show what is wrong with a return and what to do about it, and what became of the rows of every table."""
    from hmic_analysis.cli.check import check_rows, tables_of, wrong
    from hmic_analysis.params.read import load_params
    from hmic_analysis.params.resolve import resolve
    from hmic_analysis.runs.session import prepare_force
    from hmic_analysis.store.tables import read_manifest

    home = find_project(project)
    params = load_params(home)
    code = EXIT_OK
    for slug in choose_forces(params, force, everyone):
        try:
            prepare_force(home, params, slug)
        except DataError as fault:
            err().print(fault.message, style="bold red", markup=False)
            code = EXIT_DATA
        manifest = read_manifest(home, slug)
        if manifest is None:
            err().print(f"{slug}: there is no return in {home.relative(home.raw / slug)}.", markup=False)
            code = EXIT_DATA
            continue
        settings = resolve(params, slug)
        limit = settings.max_unmatched_pct
        out().print(params.force(slug).name, markup=False, style="bold")
        faults = wrong(manifest, settings.period_start, settings.period_end, limit)
        for row in sorted(faults, key=lambda r: r.state != "warning"):
            about = f"{row.name}: " if row.name else ""
            todo = f" -> {row.todo}" if row.todo else ""
            out().print(f"  {'!' if row.state == 'warning' else '-'} {about}{row.text}{todo}", markup=False)
        if not faults:
            out().print("  Nothing is wrong that could be told.", markup=False)
        out().print(tables_of(manifest, settings.period_start, settings.period_end))
        rejected = home.rejected(slug)
        if rejected.is_dir() and any(rejected.iterdir()):
            out().print(f"Rejected rows with their original text (restricted): {home.relative(rejected)}", markup=False)
        rest = check_rows(manifest, limit)
        if details:
            table = plain_table("", "About", "", "Account")
            for row in rest:
                table.add_row(row.what, row.name, "" if row.state == "ok" else row.state, row.text)
            out().print(table)
        else:
            out().print(f"{len(rest)} more lines on files, flags and columns: hmic data check --details", markup=False)
        if manifest.broken:
            code = EXIT_DATA
    raise typer.Exit(code)
