"""Counts that add up to each other: which must go with the small ones, and what a reader could work out.

The counts are integers x >= 0 with linear relations A x = b between them. A reader is granted more than any has: he
knows every number that is published, the rule, and of every count withheld whether it went for being small (1 to
``min_count - 1``) or only to protect another (``min_count`` or more). A small count is protected if even so none of
the values 1 to ``min_count - 1`` can be excluded.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from hmic_analysis.errors import DataError


@dataclass(frozen=True)
class Counts:
    """Counts and what is known of how they hang together.

    Attributes
    ----------
    values : numpy.ndarray of int
        True values, n of them.
    relations : numpy.ndarray
        r x n; ``relations @ values`` is known to the reader.
    units : tuple of int
        Of each count the unit it belongs to; the counts of a unit are published or withheld together.
    costs : tuple of float
        Of each unit what is lost by withholding it; ``inf``: it can't be withheld.
    """

    values: np.ndarray
    relations: np.ndarray
    units: tuple[int, ...]
    costs: tuple[float, ...]

    def small(self, min_count: int) -> np.ndarray:
        """Which counts are small."""
        return (self.values > 0) & (self.values < min_count)

    def hidden(self, withheld: Sequence[bool]) -> np.ndarray:
        """Which counts are withheld, where units are."""
        return np.asarray(withheld, dtype=bool)[np.asarray(self.units, dtype=int)]


def protect(counts: Counts, min_count: int) -> tuple[bool, ...] | None:
    """The units to withhold: those that hold a small count, and the least costly that protect them.

    Of each unit whether it is withheld; None where no choice protects every small count.
    """
    small = counts.small(min_count)
    withheld = np.zeros(len(counts.costs), dtype=bool)
    withheld[np.asarray(counts.units, dtype=int)[small]] = True
    if np.isinf(np.asarray(counts.costs)[withheld]).any():
        return None
    # Withholding more never narrows what a reader can exclude, so what is protected stays protected.
    for target in np.flatnonzero(small):
        more = _complement(counts, withheld, int(target), min_count)
        if more is None:
            return None
        withheld |= more
    return tuple(bool(w) for w in withheld)


def _complement(counts: Counts, withheld: np.ndarray, target: int, min_count: int) -> np.ndarray | None:
    """The units that must go besides those withheld, so that ``target`` could be 1 as well as ``min_count - 1``.

    Two other tables are sought at once, y1 and y2 as departures from the true one, that agree with every relation and
    differ from it only in counts withheld; z says which units are withheld in addition.
    """
    n, units = len(counts.values), len(counts.costs)
    low, high = _room(counts, min_count)
    ends = (1 - counts.values[target], min_count - 1 - counts.values[target])
    lower, upper = np.tile(low, 2), np.tile(high, 2)
    for copy, end in enumerate(ends):
        lower[copy * n + target] = upper[copy * n + target] = end
    costs = np.asarray(counts.costs, dtype=float)
    free = withheld[np.asarray(counts.units, dtype=int)]
    relations = np.asarray(counts.relations, dtype=float)
    zeros = np.zeros_like(relations)
    constraints = [
        LinearConstraint(np.hstack([relations, zeros, np.zeros((len(relations), units))]), 0, 0),
        LinearConstraint(np.hstack([zeros, relations, np.zeros((len(relations), units))]), 0, 0),
    ]
    for v in np.flatnonzero(~free):
        for copy in range(2):
            row = np.zeros(2 * n + units)
            row[copy * n + v], row[2 * n + counts.units[v]] = 1, -upper[copy * n + v]
            constraints.append(LinearConstraint(row, -np.inf, 0))
            row = np.zeros(2 * n + units)
            row[copy * n + v], row[2 * n + counts.units[v]] = 1, -lower[copy * n + v]
            constraints.append(LinearConstraint(row, 0, np.inf))
    found = milp(
        c=np.concatenate([np.zeros(2 * n), np.where(withheld | np.isinf(costs), 0, costs)]),
        constraints=constraints,
        bounds=Bounds(
            np.concatenate([lower, np.zeros(units)]), np.concatenate([upper, np.where(np.isinf(costs), 0, 1)])
        ),
        integrality=np.ones(2 * n + units),
    )
    return None if found.x is None else found.x[2 * n :] > 0.5


def _room(counts: Counts, min_count: int) -> tuple[np.ndarray, np.ndarray]:
    """How far each count may depart from its true value: small ones stay small, others don't become small.

    What is zero stays zero, since zeros are never withheld for themselves.
    """
    values, small = counts.values.astype(float), counts.small(min_count)
    far = float(values.sum()) + min_count
    low = np.where(small, 1 - values, np.where(values == 0, 0, min_count - values))
    high = np.where(small, min_count - 1 - values, np.where(values == 0, 0, far))
    return low, high


@dataclass(frozen=True)
class Reading:
    """What a reader knows of counts, without knowing the counts.

    Attributes
    ----------
    low, high : numpy.ndarray
        Bounds of each count; equal where it is published, ``inf`` where it has none.
    relations : numpy.ndarray
        r x n.
    least, most : numpy.ndarray
        Bounds of ``relations @ counts``, r of each.
    """

    low: np.ndarray
    high: np.ndarray
    relations: np.ndarray
    least: np.ndarray
    most: np.ndarray

    def interval(self, target: int) -> tuple[float, float] | None:
        """The least and the greatest integer that a count can be; None where what is published contradicts itself.

        ``inf`` where nothing bounds it from above.
        """
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(self.low))
            goal[target] = sign
            rows = LinearConstraint(self.relations, self.least, self.most) if len(self.relations) else ()
            found = milp(goal, constraints=rows, bounds=Bounds(self.low, self.high), integrality=np.ones(len(goal)))
            if found.status == 2:
                return None
            ends.append(np.inf if found.x is None else float(round(found.x[target])))
        return ends[0], ends[1]


#: A percentage as :func:`hmic_analysis.words.say_value` and the figures print it.
PERCENT = re.compile(r"^(less than |more than |[<>] ?)?(\d+(?:\.\d+)?)\s*%$", re.IGNORECASE)


_SIDE = re.compile(r"^(less than |more than |[<>] ?)", re.IGNORECASE)


def counts_behind(printed: str, denominator: int) -> list[int]:
    """The counts that a percentage, as printed, can stand for.

    In rising order; empty if none gives that percentage.  Percentages short of 100 are not printed as 100, nor
    those above 0 as 0, as :func:`hmic_analysis.words.say_value` does it.
    """
    match = _SIDE.match(printed.strip())
    side = match[0].strip().casefold() if match else ""
    value = Decimal(printed.strip()[len(match[0]) if match else 0 :].rstrip("% ").replace(",", ""))
    half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
    # Halves are rounded either way, by the machine's binary fractions, so both ends belong to it.
    low, high = value - half, value + half
    if side in ("less than", "<"):
        low, high = Decimal(0), half
    elif side in ("more than", ">"):
        low, high = 100 - half, Decimal(100)
    first, last = math.ceil(low * denominator / 100), math.floor(high * denominator / 100)
    found = range(max(first, 0), min(last, denominator) + 1)
    return [k for k in found if (k == 0) == (value == 0) and (k == denominator) == (value == 100)]


#: Totals go last: any cell is given up before the margin it belongs to, and any margin before the grand total.
MARGIN_COST, GRAND_TOTAL_COST = 1e3, 1e6


def withheld_cells(cells: np.ndarray, min_count: int, totals: str = "fixed") -> np.ndarray | None:
    """The cells of a table to withhold, where its totals are known to the reader.

    The shape of ``cells``, with ``totals="table"`` one longer in each direction, totals last.  None where the
    small counts can't be protected: then no cell of the table may be shown.
    """
    cells = np.asarray(cells, dtype=int)
    if (cells < 0).any():
        raise DataError("A table of persons holds a count below 0. Check how it was counted.")
    full = _with_totals(cells)
    margins = sum(np.indices(full.shape)[d] == full.shape[d] - 1 for d in range(full.ndim))
    costs = np.where(margins == 0, 1 + full, np.where(margins == 1, MARGIN_COST, GRAND_TOTAL_COST) * (1 + full)).astype(
        float
    )
    # Of equal cells the first, on every machine.
    costs += 1e-4 * np.arange(full.size).reshape(full.shape) / full.size
    if totals == "fixed":
        costs[margins > 0] = np.inf
        # A total that is small itself is printed nowhere.
        costs[(margins > 0) & (full > 0) & (full < min_count)] = 1
    found = protect(Counts(full.ravel(), _sums(full.shape), tuple(range(full.size)), tuple(costs.ravel())), min_count)
    if found is None:
        return None
    mask = np.array(found).reshape(full.shape)
    if cells.ndim == 1:
        # Of a row all that are equal go together: which of them was taken would tell where the small one isn't.
        body, gone = full[:-1], mask[:-1]
        mask[:-1] |= np.isin(body, body[gone & (body >= min_count)])
    return mask[tuple(slice(n) for n in cells.shape)] if totals == "fixed" else mask


def _with_totals(cells: np.ndarray) -> np.ndarray:
    for axis in range(cells.ndim):
        cells = np.concatenate([cells, cells.sum(axis=axis, keepdims=True)], axis=axis)
    return cells


def _sums(shape: tuple[int, ...]) -> np.ndarray:
    """Relations of a table with totals: along each axis the cells less their total are nothing."""
    index = np.arange(int(np.prod(shape))).reshape(shape)
    rows = []
    for axis in range(len(shape)):
        for line in np.moveaxis(index, axis, -1).reshape(-1, shape[axis]):
            row = np.zeros(index.size)
            row[line[:-1]], row[line[-1]] = 1, -1
            rows.append(row)
    return np.array(rows)
