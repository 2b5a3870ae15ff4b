"""Make cells of each optional column of a return unreadable, and see that no figure says more than it can.

    python -m benchmarks.unreadable --scale 0.03

A unit of which a cell can't be read is unknown: it stays in the figure, counts neither way, and the value with the cell
lies within the bounds without it.  A line names each figure of which that is not so, and does not say so either.
"""

from __future__ import annotations

import argparse
import csv
import random
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.project import make_project
from benchmarks.sweep import write_table
from hmic_analysis.analyst.working import work_through
from hmic_analysis.contracts import contract_for
from hmic_analysis.contracts.base import Column
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project
from hmic_analysis.runs.returns import prepare_force

ROOT = Path(__file__).resolve().parents[1]
FORCE = "cleveland"
#: What nobody can read as a value of a kind; text can always be read.
UNREADABLE = {"boolean": "perhaps", "code": "no such code", "date": "2013-02-31", "timestamp": "2013-02-31 10:00",
              "number": "many", "integer": "many", "month": "2013-13"}  # fmt: skip
#: Part of the cells of a column that are made so.
PART = 0.15
#: Columns that place a row in a period, or without which it is no row: one is enough where there are two.
NEEDED = ("created_at", "created_month", "recorded_at", "recorded_month", "ended_at", "resource_hours")
#: Columns that place a row in a group; a row without them is in none.
PLACES = ("grade", "area_type", "offence_group", "attended", "stratum_size", "role", "origin", "circulated")
#: Figures that are bounds of another, and those that by their definition leave out who may be outstanding and has it.
APART = ("attendance_pct_lo", "attendance_pct_hi", "owner_assigned_pct", "pnc_circulated_pct", "recent_activity_pct",
         "recent_review_pct")  # fmt: skip


#: What a figure says that tells of no unit: of every damaged table, and of any share at its end.
NOT_TOLD = ("could not be read", "can the records show anything else")


def figures(project: Project, finding: str) -> dict[str, Indicator]:
    """Load what there is of the force; the figures of a finding by id."""
    prepare_force(project, load_params(project), FORCE)
    bundle = work_through(finding, FORCE, charts=False, project=project.root).report.bundle()
    return {i.id: i for i in bundle.indicators if i.name not in APART}


def departures(project: Project, finding: str) -> Iterator[str]:
    """Each figure of a finding that departs, with the column whose cells were made unreadable.

    Groups are looked at where a figure is given by group alone.  The folder keeps the tables of that finding.
    """
    spec = load_params(project).findings[finding]
    tables = (*spec.tables.core, *spec.tables.useful)
    for path in (project.raw / FORCE).glob("*.csv"):
        if path.stem not in tables:
            path.unlink()
    before = figures(project, finding)
    whole = {i.name for i in before.values() if not i.stratum}
    for table in tables:
        path = project.raw / FORCE / f"{table}.csv"
        if not path.is_file():
            continue
        given = path.read_bytes()
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows, header = list(reader), list(reader.fieldnames or ())
        for column in contract_for(table).columns:
            damaged = _without(rows, column)
            if damaged is None:
                continue
            write_table(path, header, damaged)
            after = figures(project, finding)
            for id, figure in before.items():
                grouped = figure.stratum and (figure.name in whole or column.name in PLACES)
                if figure.value is not None and not grouped and (fault := departs(figure, after.get(id))):
                    yield f"{finding:4} {id}: {fault}  ({table}.{column.name})"
        path.write_bytes(given)


def _without(rows: list[dict[str, str]], column: Column) -> list[dict[str, str]] | None:
    """The rows with some cells of a column unreadable; None where it has none, or a row without it is no row."""
    name, bad, rng = column.name, UNREADABLE.get(column.kind), random.Random(column.name)
    filled = [n for n, row in enumerate(rows) if row.get(name)]
    if column.required or name in NEEDED or bad is None or not filled:
        return None
    chosen = set(rng.sample(filled, max(1, int(PART * len(filled)))))
    return [row | {name: bad} if n in chosen else row for n, row in enumerate(rows)]


def departs(before: Indicator, after: Indicator | None) -> str:
    """What is wrong with a figure; blank where it is withheld, unchanged, or says what is not known of it."""
    if after is None or after.value is None:
        return ""
    least, most = (after.value if bound is None else bound for bound in (after.lo_missing, after.hi_missing))
    if before.unit == "%" and _units(after) < _units(before) - 1e-6 and not _told(before, after):
        return f"of {_units(before):g} units {_units(after):g} are left"
    if not least - 1e-9 <= before.value <= most + 1e-9 and not _told(before, after):
        return f"{before.value:.4g} lies outside {least:.4g} to {most:.4g}"
    return ""


def _units(figure: Indicator) -> float:
    return (figure.denominator or 0) + (figure.unknown or 0)


def _told(before: Indicator, after: Indicator) -> bool:
    """Whether more is said to be unknown or left out."""
    said = [{c for c in (*i.caveats, i.note) if not any(words in c for words in NOT_TOLD)} for i in (before, after)]
    return (after.unknown or 0) > (before.unknown or 0) or bool(said[1] - said[0])


def _of(root: str, finding: str) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="hmic-unreadable-") as folder:
        shutil.copytree(root, folder, dirs_exist_ok=True)
        return list(departures(find_project(folder), finding))


def main() -> None:
    """Print the figures that depart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.03)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--findings", nargs="+", help="such as A2 F4; default: all")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hmic-unreadable-") as folder:
        project = find_project(make_project(ROOT, Path(folder) / "project", [FORCE], given.scale))
        prepare_force(project, load_params(project), "england-and-wales")
        wanted = given.findings or list(load_params(project).findings)
        with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
            jobs = [pool.submit(_of, str(project.root), finding) for finding in wanted]
            found = [line for job in jobs for line in job.result()]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(found)} figures that depart, of {len(wanted)} findings")


if __name__ == "__main__":
    main()
