"""Cells of tables that are withheld, but follow from totals, from another table, or from a percentage beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from hmic_analysis.disclosure.figures import PERSON_TABLES, PersonTable
from hmic_analysis.disclosure.parts import Part
from hmic_analysis.disclosure.rates import PERCENT, counts_behind
from hmic_analysis.disclosure.rules import DisclosureRules
from hmic_analysis.disclosure.said import Spoken
from hmic_analysis.disclosure.solver import Reading
from hmic_analysis.evidence.model import Bundle

_TOTAL = re.compile(
    r"^(grand )?totals?$|^all( \w+)?$|^sum$|^overall$|^(england and wales|force)( total)?$", re.IGNORECASE
)
_WHOLE = re.compile(r"^\d{1,3}(?:,\d{3})+$|^\d+(?:\.0+)?$")
_SHARE_HEAD = re.compile(r"%|per ?cent|\bpct\b|_pct\b|share|rate|proportion", re.IGNORECASE)
#: No table of counts that is published has more cells withheld than can be looked through.
MAX_CELLS = 4000


@dataclass(frozen=True)
class Cell:
    """One cell of a table."""

    row: int
    column: int


def cells_worked_out(
    tables: Sequence[Part], spoken: Spoken, facts: Sequence[Bundle], rules: DisclosureRules
) -> Iterator[tuple[str, ...]]:
    """Withheld cells of which less than the rule demands is left open.

    Parameters
    ----------
    tables : sequence of Part
        All of the release.
    spoken : Spoken
    facts : sequence of Bundle
        For the totals that are printed elsewhere.
    rules : DisclosureRules

    Yields
    ------
    tuple of str
        File, place, what could be worked out, how.

    Notes
    -----
    The truth is not needed.  A cell withheld is 1 or more, since zeros are shown; it is protected if at least
    ``min_count - 1`` values are left to it.
    """
    yield from _known_tables(tables, spoken, facts, rules)
    for table in tables:
        if any(rules.marker in c for row in table.rows for c in row):
            yield from _by_margins(table, rules)
            yield from _by_percentages(table, facts, rules)


def _whole(text: str) -> int | None:
    return int(float(text.replace(",", ""))) if _WHOLE.match(text.strip()) else None


def _wide_enough(low: float, high: float, rules: DisclosureRules) -> bool:
    return high - low + 1 >= rules.min_count - 1


def _by_margins(table: Part, rules: DisclosureRules) -> Iterator[tuple[str, ...]]:
    """Cells that rows or columns called a total narrow."""
    rows = table.rows
    width = min(len(r) for r in rows)
    header, body = rows[0], rows[1:]
    marked = [c for c in range(width) if any(r[c].strip() == rules.marker for r in body)]
    totals_down = [
        i for i, r in enumerate(body) if any(_TOTAL.match(c.strip()) for c in r[: max(marked[:1], default=1) or 1])
    ]
    totals_across = [c for c in range(1, width) if _TOTAL.match(header[c].strip())]
    if not marked or not (totals_down or totals_across) or len(body) * width > MAX_CELLS:
        return
    counted = [
        c for c in range(width) if all(_countish(r[c], rules) for r in body) and not _SHARE_HEAD.search(header[c])
    ]
    index = {(i, c): k for k, (i, c) in enumerate(product(range(len(body)), counted))}
    relations = []
    for t in totals_down[:1]:
        for c in counted:
            relations.append(({index[i, c]: 1.0 for i in range(len(body)) if i not in totals_down}, index[t, c]))
    for t in [c for c in totals_across if c in counted][:1]:
        for i in range(len(body)):
            relations.append(({index[i, c]: 1.0 for c in counted if c not in totals_across}, index[i, t]))
    matrix = np.zeros((len(relations), len(index)))
    for r, (terms, total) in enumerate(relations):
        for k, one in terms.items():
            matrix[r, k] = one
        matrix[r, total] = -1
    shown = {k: _whole(body[i][c]) for (i, c), k in index.items()}
    low = np.array([1.0 if shown[k] is None else shown[k] for k in range(len(index))])
    high = np.array([np.inf if shown[k] is None else shown[k] for k in range(len(index))])
    gaps = {k for (i, c), k in index.items() if body[i][c].strip() == ""}
    low[list(gaps)] = 0
    kept = [r for r in range(len(matrix)) if _holds(matrix[r], shown)]
    reading = Reading(low, high, matrix[kept], np.zeros(len(kept)), np.zeros(len(kept)))
    for (i, c), k in index.items():
        if body[i][c].strip() != rules.marker:
            continue
        ends = reading.interval(k)
        if ends is not None and not _wide_enough(*ends, rules):
            what = f"'{' '.join(body[i][:1])}', '{header[c]}': {_range(ends)}"
            yield table.file, table.place, what, "by subtraction from the totals of the table"


def _holds(row: np.ndarray, shown: dict[int, int | None]) -> bool:
    """Whether a relation may hold: where all its cells are shown, they must add up."""
    terms = [(row[k], shown[k]) for k in np.flatnonzero(row)]
    return any(v is None for _, v in terms) or sum(a * v for a, v in terms if v is not None) == 0


def _countish(text: str, rules: DisclosureRules) -> bool:
    return text.strip() in ("", rules.marker) or _whole(text) is not None


def _range(ends: tuple[float, float]) -> str:
    return f"a count of {ends[0]:g}" if ends[0] == ends[1] else f"a count of {ends[0]:g} to {ends[1]:g}"


def _by_percentages(table: Part, facts: Sequence[Bundle], rules: DisclosureRules) -> Iterator[tuple[str, ...]]:
    """Withheld counts beside a percentage of something known: a number in the row, or the total of the column."""
    header = table.rows[0]
    wholes = {w for row in table.rows for c in row if (w := _whole(c)) is not None and w >= rules.min_count}
    for row in table.rows[1:]:
        if rules.marker not in [c.strip() for c in row]:
            continue
        own = {w for c in row if (w := _whole(c)) is not None and w > 0}
        for column, cell in enumerate(row):
            headed = column < len(header) and _SHARE_HEAD.search(header[column])
            match = PERCENT.match(cell.strip())
            if not (match or (headed and re.fullmatch(r"\d+\.\d+", cell.strip()))):
                continue
            totals = {w for r in table.rows if _TOTAL.match(r[0].strip()) for c in r if (w := _whole(c)) is not None}
            for of in sorted(own | totals | (wholes if len(wholes) <= 3 else set())):
                behind = counts_behind(cell, of) if float(match[2] if match else cell) <= 100 else []
                small = [k for k in behind if rules.is_small(k) or rules.is_small(of - k)]
                if small and len(behind) < rules.min_count - 1:
                    what = f"'{row[0]}': a count of {' or '.join(map(str, behind))}"
                    yield table.file, table.place, what, f"from {cell.strip()} of {of}"
                    break


def _known_tables(
    tables: Sequence[Part], spoken: Spoken, facts: Sequence[Bundle], rules: DisclosureRules
) -> Iterator[tuple[str, ...]]:
    """The tables of persons that figures show, put together from everywhere in the release, against their totals."""
    for bundle in facts:
        for figure in (*bundle.figures, *bundle.tables):
            known = PERSON_TABLES.get(figure.name)
            if known is not None:
                for column in known.columns:
                    yield from _known_table(tables, spoken, bundle, figure.name, column, known, rules)


def _known_table(
    tables: Sequence[Part],
    spoken: Spoken,
    bundle: Bundle,
    name: str,
    column: str,
    known: PersonTable,
    rules: DisclosureRules,
) -> Iterator[tuple[str, ...]]:
    labels = _labels(tables, name, column)
    seen: dict[str, set[str]] = defaultdict(set)
    sources: dict[str, Part] = {}
    for statement in spoken.about(bundle):
        if not statement.cells:
            continue
        cells = [c.strip() for c in statement.cells]
        at = next((cells.index(x) for x in labels if x in cells), None)
        if at is None:
            continue
        k = statement.header.index(column) if column in statement.header else None
        for said in [cells[k]] if k is not None else cells[:at] + cells[at + 1 :]:
            if said == rules.marker or _whole(said) is not None:
                seen[cells[at]].add(said)
                sources.setdefault(cells[at], statement.part)
    if not seen:
        return
    for label, said in seen.items():
        shown = {w for s in said if (w := _whole(s)) is not None}
        if (small := sorted(w for w in shown if rules.is_small(w))) or (shown and rules.marker in said):
            counts = small or sorted(shown)
            yield (
                sources[label].file,
                sources[label].place,
                f"'{label}', {column}: a count of {counts[0]}",
                "printed" + (", and withheld elsewhere in the release" if rules.marker in said else ""),
            )
    total = next((i.value for i in bundle.indicators if i.id == known.total), None)
    if total is None or not all(x in seen for x in labels):
        return
    shown = [next((w for s in seen[x] if (w := _whole(s)) is not None), None) for x in labels]
    low = np.array([1.0 if s is None else s for s in shown])
    high = np.array([np.inf if s is None else s for s in shown])
    if None not in shown:
        return
    reading = Reading(low, high, np.ones((1, len(low))), np.array([total]), np.array([total]))
    for k, label in enumerate(labels):
        ends = reading.interval(k) if shown[k] is None else None
        if ends is not None and not _wide_enough(*ends, rules):
            what = f"'{label}', {column}: {_range(ends)}"
            yield sources[label].file, sources[label].place, what, f"by subtraction from the total of {total:g}"


def _labels(tables: Sequence[Part], name: str, column: str) -> list[str]:
    """Names of the rows of a figure's table, from the first file of that name that has the column."""
    for table in tables:
        if name in f"{table.file} {table.place}" and column in table.rows[0]:
            return [row[0].strip() for row in table.rows[1:]]
    return []
