"""Damage each table of a return in turn, in each of many ways, and see which verdicts turn.

    python -m benchmarks.sweep --scale 0.03

Three forces are simulated: one of which every claim is true, one of which as many as can be are false, and one as it
comes.  One table at a time is cut, thinned, emptied, shifted, its references broken, its columns blanked or left out;
the findings that take it are worked through.  A line names each verdict that became its contrary, or that was open and
is decided.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.flips import SCENARIO, flips
from benchmarks.project import make_project
from hmic_analysis.analyst.working import work_through
from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.contracts import contract_for
from hmic_analysis.errors import HmicError, ParameterError
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project
from hmic_analysis.runs.returns import prepare_force
from hmic_analysis.simulate.facts import Facts, facts_from_file
from hmic_analysis.simulate.ground import TABLES
from hmic_analysis.simulate.returns import draw_force

ROOT = Path(__file__).resolve().parents[1]
TRUE, FALSE, DRAWN = "cleveland", "kent", "durham"
Rows = list[dict[str, str]]
OPEN = "not_determinable"


def all_false() -> Facts:
    """As many claims as possible false at once."""
    facts = facts_from_file(SCENARIO)
    for changes, _ in flips().values():
        try:
            facts = facts.with_(**changes)
        except ParameterError:
            continue
    return facts


def damages(table: str, columns: bool = True) -> Iterator[tuple[str, Callable[[Rows], Rows | None]]]:
    """Each damage of a table: its name, and what it makes of the rows; None for no file at all."""
    contract, rng = contract_for(table), random.Random(table)
    times = [c.name for c in contract.columns if c.kind in ("timestamp", "date", "month")]
    day = contract.time or contract.dated or next(iter(times), "")
    first = rng.randrange(0, 7)
    gone = {f"{y}-{m:02}" for n in range(6) for y, m in [divmod(2012 * 12 + 11 + first + n, 12)] for m in [m + 1]}
    yield "first half", lambda rows: rows[: len(rows) // 2]
    yield "last half", lambda rows: rows[len(rows) // 2 :]
    yield "every second row", lambda rows: rows[::2]
    yield "a random half", lambda rows: [r for r in rows if rng.random() < 0.5]
    yield "header only", lambda rows: []
    yield "no file", lambda rows: None
    if day:
        yield f"six months gone by {day}", lambda rows: [r for r in rows if r[day][:7] not in gone]
        yield "a year later", lambda rows: [r | {c: _later(r[c]) for c in times} for r in rows]
    if contract.references:
        names = {r.column for r in contract.references}
        for share in (0.03, 0.3):
            yield (
                f"{share:.0%} of references broken",
                lambda rows, share=share: [
                    r | {c: f"X{r[c]}" for c in names if r[c] and rng.random() < share} for r in rows
                ],
            )
    optional = [c.name for c in contract.columns if not c.required]
    if optional:
        yield "15% of cells blank", lambda rows: [r | {c: "" for c in optional if rng.random() < 0.15} for r in rows]
    for name in optional if columns else ():
        said = ", which says " + contract.column(name).blank if contract.column(name).blank_says else ""
        yield f"{name} blank{said}", lambda rows, name=name: [r | {name: ""} for r in rows]
        yield f"{name} left out", lambda rows, name=name: [{k: v for k, v in r.items() if k != name} for r in rows]


def _later(text: str) -> str:
    return re.sub(r"^(\d{4})(?!-02-29)", lambda m: str(int(m[1]) + 1), text)


def verdicts(project: Project, slug: str, finding: str) -> dict[str, str]:
    """Load what there is of a force; the verdict of every claim of a finding."""
    prepare_force(project, load_params(project), slug)
    bundle = work_through(finding, slug, charts=False, project=project.root).report.bundle()
    return {c.claim: c.verdict for c in bundle.claims}


def sweep(root: str, slug: str, finding: str, only: frozenset[str], columns: bool) -> tuple[list[str], int]:
    """The verdicts on a force that turned with each damage of each table of a finding, and how many damages there were.

    The folder holds the tables of that finding alone: what it doesn't take can't turn it.
    """
    turned, tried = list[str](), 0
    with tempfile.TemporaryDirectory(prefix="hmic-sweep-") as folder:
        shutil.copytree(root, folder, dirs_exist_ok=True)
        project = find_project(folder)
        spec = load_params(project).findings[finding]
        tables = (*spec.tables.core, *spec.tables.useful)
        for path in (project.raw / slug).glob("*.csv"):
            if path.stem not in tables:
                path.unlink()
        before = verdicts(project, slug, finding)
        for table in tables:
            path = project.raw / slug / f"{table}.csv"
            if table not in only or not path.is_file():
                continue
            whole = path.read_bytes()
            with path.open(encoding="utf-8", newline="") as file:
                reader = csv.DictReader(file)
                rows, header = list(reader), list(reader.fieldnames or ())
            for name, damage in damages(table, columns):
                tried += 1
                write_table(path, header, damage([dict(r) for r in rows]))
                try:
                    after = verdicts(project, slug, finding)
                except HmicError as fault:
                    after = {}
                    turned.append(f"{slug:10} {finding:5} FAULT {fault}  {table}: {name}")
                turned += [
                    f"{slug:10} {claim:5} {before[claim]} -> {verdict}  {table}: {name}"
                    for claim, verdict in after.items()
                    if verdict not in (before[claim], OPEN)
                ]
            path.write_bytes(whole)
    return turned, tried


def write_table(path: Path, header: list[str], rows: Rows | None) -> None:
    """Write a table, or take its file away where there are no rows of it at all."""
    path.unlink(missing_ok=True)
    if rows is not None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [name for name in header if not rows or name in rows[0]])
            writer.writeheader()
            writer.writerows(rows)


def main() -> None:
    """Print the verdicts that turned."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.03)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--forces", nargs="+", default=[TRUE, FALSE, DRAWN])
    parser.add_argument("--findings", nargs="+", help="such as A2 F4; default: all")
    parser.add_argument("--columns", action=argparse.BooleanOptionalAction, default=True, help="blank or drop each")
    parser.add_argument("--tables", nargs="+", default=list(TABLES))
    given = parser.parse_args()
    facts = {TRUE: facts_from_file(SCENARIO), FALSE: all_false(), DRAWN: draw_force(DRAWN, 2, gaps=False).facts}
    with tempfile.TemporaryDirectory(prefix="hmic-sweep-") as folder:
        project = find_project(make_project(ROOT, Path(folder) / "project", [TRUE], given.scale))
        params, jobs, tried = load_params(project), [], 0
        for slug in given.forces:
            simulate_forces(project, params, [slug], facts[slug], given.scale, 2)
        prepare_force(project, params, "england-and-wales")
        with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
            for slug in given.forces:
                for finding in given.findings or params.findings:
                    jobs.append(
                        pool.submit(sweep, str(project.root), slug, finding, frozenset(given.tables), given.columns)
                    )
            for job in jobs:
                lines, n = job.result()
                tried += n
                print(*lines, sep="\n", end="\n" if lines else "", flush=True)
    print(f"{tried:,} damages, {len(given.forces)} forces")


if __name__ == "__main__":
    main()
