"""Tables of counts of persons as they may be shown: small counts withheld, and what would give them away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hmic_analysis.disclosure.solver import Counts, protect
from hmic_analysis.errors import DataError

if TYPE_CHECKING:
    from hmic_analysis.disclosure.rules import DisclosureRules

#: Totals go last: any cell is given up before the margin it belongs to, and any margin before the grand total.
MARGIN_COST, TOTAL_COST = 1e3, 1e6


def withheld_cells(cells: np.ndarray, min_count: int, totals: str = "fixed") -> np.ndarray | None:
    """The cells of a table to withhold, where its totals are known to the reader.

    Parameters
    ----------
    cells : numpy.ndarray of int
        Counts: a row of them (1-D), or a table without its totals (2-D).
    min_count : int
        Counts above 0 and below it are small.
    totals : str
        ``fixed``: the totals are printed elsewhere and stay.  ``table``: they belong to the table and may be withheld,
        after everything else.

    Returns
    -------
    numpy.ndarray of bool or None
        The shape of ``cells``, with ``totals="table"`` one longer in each direction, totals last.  None where the
        small counts can't be protected: then no cell of the table may be shown.
    """
    cells = np.asarray(cells, dtype=int)
    if (cells < 0).any():
        raise DataError("A table of persons holds a count below 0. Check how it was counted.")
    full = _with_totals(cells)
    margins = sum(np.indices(full.shape)[d] == full.shape[d] - 1 for d in range(full.ndim))
    costs = np.where(margins == 0, 1 + full, np.where(margins == 1, MARGIN_COST, TOTAL_COST) * (1 + full)).astype(float)
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


def _counts(column: pd.Series, rules: DisclosureRules) -> np.ndarray:
    """Counts; those already withheld or missing as 0, since they stay as they are."""
    shown = column.where(column.ne(rules.marker) & column.notna(), 0)
    numbers = pd.to_numeric(shown, errors="coerce")
    if numbers.isna().any() or (numbers < 0).any() or (numbers % 1 != 0).any():
        raise DataError(f"Column '{column.name}' is to hold counts of persons: whole numbers of 0 or more.")
    return numbers.to_numpy(dtype=int)


def read_table(path: Path) -> pd.DataFrame:
    """A table that a notebook left, every cell as text; :class:`DataError` if it isn't there."""
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"The evidence names {path}, which isn't there. Run the finding again: hmic run.") from None
    except pd.errors.EmptyDataError:
        return pd.DataFrame()  # The data of a panel that says there was nothing to draw.
    except (pd.errors.ParserError, UnicodeDecodeError) as fault:
        raise DataError(f"{path} is not a table ({str(fault).splitlines()[0]}). Run the finding again.") from None
