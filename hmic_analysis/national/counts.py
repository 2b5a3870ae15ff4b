"""Counts of forces as they may be published, and the log of what was withheld."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields

import numpy as np

from hmic_analysis.cells import csv_text
from hmic_analysis.statistics.suppression import Counts, Reading, protect

# What was withheld from the national report, where, by which rule: for those who made it, never published.


@dataclass(frozen=True)
class Suppression:
    """One thing withheld."""

    #: The table or figure: ``verdicts``, ``distributions``.
    where: str
    #: Claim, indicator or table of the return.
    row: str
    #: Column; empty where the whole row went.
    cell: str
    #: The rule, in words, with its parameter.
    rule: str
    #: ``small``: it is itself what the rule protects; ``with it``: it would have given that back; ``whole``: the row or
    #: figure can't be shown at all.
    kind: str
    #: What would have stood there.
    true: str


@dataclass
class Log:
    """Everything withheld so far, in the order it was."""

    entries: list[Suppression] = field(default_factory=list)

    def add(self, where: str, row: str, cell: str, rule: str, kind: str, true: object) -> None:
        """Note one thing withheld."""
        self.entries.append(Suppression(where, row, cell, rule, kind, str(true)))

    def csv(self) -> bytes:
        """The log as CSV (UTF-8)."""
        head = [f.name for f in fields(Suppression)]
        return csv_text([head, *(astuple(entry) for entry in self.entries)]).encode("utf-8")


# Counts of forces as they may be published: few forces are withheld, and with them what would give them back.

#: What a cell of a breakdown, and a cell it is a part of, cost to withhold for each force in it.
PART_COST, CELL_COST = 1.0, 10.0


@dataclass(frozen=True)
class Row:
    """Counts of forces that add up to all forces."""

    #: Claim, finding, indicator or table.
    id: str
    #: By cell; None where it is withheld.
    shown: Mapping[str, int | None]
    #: Those withheld for being small; the others protect them.
    small: frozenset[str]
    #: All forces.
    total: int
    min_forces: int
    #: Whether the row as a whole is withheld.
    whole: bool = False

    def cell(self, name: str, marker: str) -> int | str:
        """The count, or the marker where it is withheld."""
        count = self.shown[name]
        return marker if count is None else count

    def words(self, name: str) -> str:
        """``18``, ``none``, ``a few``, ``nearly all`` or ``a number that is withheld``."""
        count = self.shown[name]
        if count is not None:
            return "none" if count == 0 else "all" if count == self.total else str(count)
        if self.whole:
            return "a number that is withheld"
        return (
            "a few" if name in self.small else "nearly all" if self._nearly_all(name) else "a number that is withheld"
        )

    def _nearly_all(self, name: str) -> bool:
        """Whether what is published leaves room for nothing else than nearly all forces."""
        others = [c for n, c in self.shown.items() if n != name and n not in self.small]
        few = [n for n in self.small if n != name]
        least = self.total - sum(c or 0 for c in others) - len(few) * (self.min_forces - 1)
        return all(c is not None for c in others) and least > self.total - self.min_forces


def release_row(
    where: str,
    id: str,
    cells: Mapping[str, int],
    min_forces: int,
    log: Log,
    *,
    parts: Mapping[str, Mapping[str, int]] | None = None,
    fixed: Sequence[str] = ("not_assessed",),
) -> Row:
    """One row of counts as it may be published.

    With the cells of ``parts`` after the others.

    Notes
    -----
    The choice is that of :mod:`hmic_analysis.disclosure.protect`: someone who knows every number published, the rule
    and which cells are small can exclude none of 1 to ``min_forces - 1`` for any small cell.
    """
    parts = parts or {}
    names, mask, small = _chosen(cells, {}, fixed, min_forces)
    total = sum(cells.values())
    rule = f"min_forces: fewer than {min_forces} forces in a cell"
    inner = [name for part in parts.values() for name in part]
    if mask is None:
        true = {**cells, **{n: v for part in parts.values() for n, v in part.items()}}
        return withhold_row(where, id, true, small, total, min_forces, log, rule, fixed)
    if parts:
        every, more, few = _chosen(cells, parts, fixed, min_forces)
        # A breakdown that costs a cell it breaks down, or one beside it, is worth less than that cell.
        if more is not None and more[: len(names)] == mask:
            names, mask, small, inner = every, more, few, []
    true = {**cells, **{n: v for part in parts.values() for n, v in part.items()}}
    shown = {n: None if gone else true[n] for n, gone in zip(names, mask, strict=True)}
    for name in (n for n in names if shown[n] is None):
        log.add(where, id, name, rule, "small" if name in small else "with it", true[name])
    if inner:
        log.add(where, id, "", rule, "whole", "breakdown: " + ", ".join(f"{n} {true[n]}" for n in inner))
    return Row(id, {**shown, **dict.fromkeys(inner)}, small, total, min_forces)


def _chosen(
    cells: Mapping[str, int], parts: Mapping[str, Mapping[str, int]], fixed: Sequence[str], min_forces: int
) -> tuple[list[str], tuple[bool, ...] | None, frozenset[str]]:
    """Names of all cells, which of them to withhold, and which are small."""
    names, values, relations, costs = _system(cells, parts, fixed, min_forces)
    counts = Counts(values, relations, tuple(range(len(values))), costs)
    small = frozenset(n for n, s in zip(names, counts.small(min_forces), strict=True) if s)
    return names, protect(counts, min_forces), small


def withhold_row(
    where: str,
    id: str,
    true: Mapping[str, int],
    small: frozenset[str],
    total: int,
    min_forces: int,
    log: Log,
    rule: str,
    fixed: Sequence[str] = (),
) -> Row:
    """A row of which nothing is shown but what other tables show too."""
    shown = {n: v if n in fixed and n not in small else None for n, v in true.items()}
    log.add(where, id, "", rule, "whole", ", ".join(f"{n} {v}" for n, v in true.items()))
    return Row(id, shown, small, total, min_forces, whole=True)


def _system(
    cells: Mapping[str, int], parts: Mapping[str, Mapping[str, int]], fixed: Sequence[str], min_forces: int
) -> tuple[list[str], np.ndarray, np.ndarray, tuple[float, ...]]:
    """Names, values, relations and costs of all cells; the cells add up to all forces, parts to their cell."""
    names = [*cells, *(name for inner in parts.values() for name in inner)]
    values = [*cells.values(), *(v for inner in parts.values() for v in inner.values())]
    relations = [[1.0 if name in cells else 0.0 for name in names]]
    for cell, inner in parts.items():
        relations.append([-1.0 if name == cell else 1.0 if name in inner else 0.0 for name in names])
    costs = []
    for number, (name, value) in enumerate(zip(names, values, strict=True)):
        kept = name in fixed and not 0 < value < min_forces
        # Of equal cells the first goes, on every machine.
        cost = (CELL_COST if name in cells else PART_COST) * (1 + value) + 1e-3 * number
        costs.append(np.inf if kept else cost)
    return names, np.array(values, dtype=int), np.array(relations), tuple(costs)


def gives_away(finding: Row, claims: Sequence[Row]) -> bool:
    """Whether the row of a finding narrows a count that it or a row of its claims withholds.

    Notes
    -----
    A finding is contradicted in at least as many forces as each of its claims and in no more than all of them
    together; supported in no more than each claim.  The reader is granted the rule and which cells are small.
    """
    states = ("supported", "contradicted", "undecided", "not_assessed")
    rows = [finding, *claims]
    index = {(r, s): r * len(states) + i for r in range(len(rows)) for i, s in enumerate(states)}
    low, high = np.zeros(len(index)), np.zeros(len(index))
    for (r, s), at in index.items():
        low[at], high[at] = _room(rows[r], s)
    relations, least, most = _between(rows, index, states)
    reading = Reading(low, high, relations, least, most)
    wanted = (1.0, float(finding.min_forces - 1))
    # Of a row withheld as a whole nobody knows which cells are small.
    kept = [(r, row) for r, row in enumerate(rows) if not row.whole]
    hidden = [index[r, s] for r, row in kept for s in states if s in row.small and row.shown[s] is None]
    return any(reading.interval(at) != wanted for at in hidden)


def _room(row: Row, state: str) -> tuple[float, float]:
    count = row.shown[state]
    if count is not None:
        return count, count
    if row.whole:
        return 0, row.total
    return (1, row.min_forces - 1) if state in row.small else (row.min_forces, row.total)


def _between(rows: Sequence[Row], index: Mapping, states: Sequence[str]):
    """How the counts of a finding and of its claims bound each other."""
    size, relations, least, most = len(index), [], [], []

    def bound(terms: Mapping, lowest: float, highest: float) -> None:
        line = np.zeros(size)
        for key, factor in terms.items():
            line[index[key]] = factor
        relations.append(line)
        least.append(lowest)
        most.append(highest)

    for r, row in enumerate(rows):
        bound({(r, s): 1 for s in states}, row.total, row.total)
    inner = range(1, len(rows))
    for r in inner:
        bound({(0, "contradicted"): 1, (r, "contradicted"): -1}, 0, np.inf)
        bound({(r, "supported"): 1, (0, "supported"): -1}, 0, np.inf)
        bound({(0, "not_assessed"): 1, (r, "not_assessed"): -1}, -np.inf, 0)
    bound({(0, "contradicted"): -1, **{(r, "contradicted"): 1 for r in inner}}, 0, np.inf)
    return np.array(relations), np.array(least), np.array(most)
