"""Editions of the national report: kept when published, so that no two of them together give a withheld count away."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hmic_analysis.documents.word import write_whole
from hmic_analysis.errors import DataError
from hmic_analysis.national.content import GIVEN_TITLES, STATE_TITLES
from hmic_analysis.national.counts import Row
from hmic_analysis.national.report import GIVEN, GROUPS, STATES, TITLES, AllForces, NationalReport
from hmic_analysis.project import Project
from hmic_analysis.statistics.suppression import Reading

#: Cells that a message names; there may be many more.
MOST_NAMED = 6
#: What each cell is headed in the tables of the workbook.
CELLS = {**STATE_TITLES, **GIVEN_TITLES, **TITLES}


@dataclass(frozen=True)
class Edition:
    """What was published of all counts, and what each force was counted as: restricted, and published nowhere."""

    day: str
    synthetic: bool
    rows: Mapping[str, Row]
    states: Mapping[str, Mapping[str, str]]


def edition_of(report: NationalReport, found: AllForces, day: str) -> Edition:
    """A report as an edition: its rows by table and id, and the state of each force in them."""
    tables: dict[str, tuple[Mapping[str, Row], pd.DataFrame, str, pd.Series]] = {
        "claims": (report.claims, found.claims, "claim", found.claims["state"] + "/" + found.claims["reasons"]),
        "findings": (report.findings, found.findings, "finding", found.findings["state"]),
        "data": (report.tables, found.tables, "table", found.tables["state"]),
    }
    rows, states = {}, {}
    for name, (published, frame, key, state) in tables.items():
        rows |= {f"{name} {id}": row for id, row in published.items()}
        for id, inside in frame.assign(state=state).groupby(key, sort=False):
            states[f"{name} {id}"] = dict(zip(inside["force"], inside["state"], strict=True))
    return Edition(day, report.synthetic, rows, states)


def check_edition(project: Project, new: Edition) -> None:
    """Refuse to publish an edition that, beside one published before, gives a withheld count away.

    The reader is granted the rules, which cells are small, and how many forces were counted otherwise.
    """
    for old in published_editions(project):
        if old.synthetic != new.synthetic:
            continue
        told = list(given_away(old, new))
        if told:
            more = f" and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
            raise DataError(
                f"The national report isn't published: beside the edition of {old.day} it would give away what is "
                f"withheld ({'; '.join(told[:MOST_NAMED])}{more}); publish it once more forces have changed, or with "
                "the evidence of that edition."
            )


def given_away(old: Edition, new: Edition) -> Iterator[str]:
    """The withheld counts that two editions tell together, each named with its table, row and cell."""
    for key in (k for k in new.rows if k in old.rows):
        before, after = old.states.get(key, {}), new.states.get(key, {})
        changed = sum(before.get(force) != after.get(force) for force in {*before, *after})
        for cell, which in _told(old.rows[key], new.rows[key], changed):
            yield f"{key}, {CELLS[cell]} (of {'the new one' if which else 'that edition'})"


def _told(before: Row, after: Row, changed: int) -> Iterator[tuple[str, int]]:
    """The small cells of two rows that can be narrowed, where so many forces at most moved between cells."""
    if before.shown == after.shown and before.small == after.small and not changed:
        return
    rows = (before, after)
    cells = [cell for cell in before.shown if cell in after.shown]
    index = {(which, cell): which * len(cells) + i for which in (0, 1) for i, cell in enumerate(cells)}
    low, high = np.zeros(len(index)), np.zeros(len(index))
    for (which, cell), at in index.items():
        low[at], high[at] = _room(rows[which], cell)
    relations, least, most = [], [], []

    def bound(terms: Mapping[tuple[int, str], float], lowest: float, highest: float) -> None:
        line = np.zeros(len(index))
        for place, factor in terms.items():
            line[index[place]] = factor
        relations.append(line)
        least.append(lowest)
        most.append(highest)

    whole = [cell for cell in cells if cell in (*STATES, *GIVEN)]
    parts = [cell for cell in cells if cell in GROUPS]
    for which, row in enumerate(rows):
        bound({(which, cell): 1 for cell in whole}, row.total, row.total)
        if parts:
            bound({**{(which, cell): 1 for cell in parts}, (which, "undecided"): -1}, 0, 0)
    for cell in cells:
        bound({(1, cell): 1, (0, cell): -1}, -changed, changed)
    reading = Reading(low, high, np.array(relations), np.array(least), np.array(most))
    for (which, cell), at in index.items():
        row = rows[which]
        hidden = not row.whole and cell in row.small and row.shown[cell] is None
        if hidden and reading.interval(at) != (1.0, float(row.min_forces - 1)):
            yield cell, which


def _room(row: Row, cell: str) -> tuple[float, float]:
    """What a reader of one edition knows of a cell."""
    count = row.shown[cell]
    if count is not None:
        return count, count
    if cell in row.small and not row.whole:
        return 1, row.min_forces - 1
    # Of a breakdown, or a row, withheld as a whole nobody knows which cells are small.
    return (0 if row.whole or cell in GROUPS else row.min_forces), row.total


# --------------------------------------------------------------------------------------------------------------------
# The editions as they are kept.


def editions_folder(project: Project) -> Path:
    """Where the published editions are kept; restricted."""
    return project.output / "national" / "editions"


def published_editions(project: Project) -> list[Edition]:
    """The editions published so far, in their order."""
    return [_read(path) for path in sorted(editions_folder(project).glob("*.json"))]


def keep_edition(project: Project, edition: Edition) -> None:
    """Keep a published edition, unless one says the same already."""
    kept = published_editions(project)
    if any((old.synthetic, old.rows, old.states) == (edition.synthetic, edition.rows, edition.states) for old in kept):
        return
    content: dict[str, Any] = {
        "sensitivity": "restricted",
        "day": edition.day,
        "synthetic": edition.synthetic,
        "rows": {
            key: {
                "id": row.id, "shown": dict(row.shown), "small": sorted(row.small), "total": row.total,
                "min_forces": row.min_forces, "whole": row.whole,
            }
            for key, row in edition.rows.items()
        },
        "states": {key: dict(states) for key, states in edition.states.items()},
    }  # fmt: skip
    path = editions_folder(project) / f"edition-{len(kept) + 1:03d}.json"
    write_whole(path, (json.dumps(content, indent=1) + "\n").encode("utf-8"))


def _read(path: Path) -> Edition:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = {key: Row(**{**row, "small": frozenset(row["small"])}) for key, row in content["rows"].items()}
        return Edition(content["day"], content["synthetic"], rows, content["states"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DataError(
            f"The edition {path} can't be read ({fault}), so it can't be seen what a new one would give away. Put back "
            "a copy."
        ) from None
