"""What both kinds of interrupted series share: the split at the change, the terms of the model, the refusal."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.statistics.arrays import floats

MINIMUM_BEFORE = 24
MINIMUM_AFTER = 12
Effect = Literal["step", "slope", "step and slope"]


class Saved(NamedTuple):
    """Total of what would have been less what was, over the observed points after the change.

    Positive means saved.  In the unit of the values; NaN where refused.
    """

    total: float
    se: float
    lo: float
    hi: float


class Naive(NamedTuple):
    """Mean before less mean after, and that times the points after: what a trend or a bad month can fake."""

    before: float
    after: float
    difference: float
    total: float


@dataclass(frozen=True)
class Split:
    """A series cut at its change.

    Attributes
    ----------
    index : pandas.Index
        Labels of the points.
    values : array of float, shape (n,)
        NaN where missing.
    first : int
        Position of the first point after the change.
    """

    index: pd.Index
    values: np.ndarray
    first: int

    @property
    def known(self) -> np.ndarray:
        """Which points have a value."""
        return ~np.isnan(self.values)

    @property
    def after(self) -> np.ndarray:
        """Which points lie after the change."""
        return np.arange(self.values.size) >= self.first

    @property
    def counts(self) -> tuple[int, int]:
        """Points with a value before and after."""
        return int((self.known & ~self.after).sum()), int((self.known & self.after).sum())

    def naive(self, exposure: np.ndarray | None = None) -> Naive:
        """The bare comparison of before and after, for each unit of exposure where there is one."""
        weight = np.ones(self.values.size) if exposure is None else exposure
        sums = []
        for part in (~self.after & self.known, self.after & self.known):
            base = weight[part].sum()
            sums.append(float(self.values[part].sum() / base) if base > 0 else math.nan)
        base = float(weight[self.after & self.known].sum())
        return Naive(sums[0], sums[1], sums[0] - sums[1], (sums[0] - sums[1]) * base)

    def refusal(self) -> str:
        """Why no effect can be estimated; empty where one can."""
        before, after = self.counts
        if before >= MINIMUM_BEFORE and after >= MINIMUM_AFTER:
            return ""
        return (
            f"No effect estimated: there are {before} points before the change and {after} after; at least "
            f"{MINIMUM_BEFORE} before and {MINIMUM_AFTER} after are needed. Show the series without a p-value."
        )


def split_at(values: Sequence[float] | pd.Series, change: Hashable) -> Split:
    """Cut a series at its change.

    Parameters
    ----------
    values : sequence of float or pandas.Series, shape (n,)
        Evenly spaced points in order, missing ones present as NaN.
    change : label
        First point after the change: its index label, its position in a plain sequence.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        If labels repeat or the change is not one of them.
    """
    series = pd.Series(floats(values), index=values.index if isinstance(values, pd.Series) else None)
    if not series.index.is_unique:
        raise ValueError("Each point of a series needs a label of its own; some labels repeat.")
    if change not in series.index:
        raise ValueError(f"There is no point {change!r} where the change is said to begin.")
    return Split(series.index, series.to_numpy(), series.index.get_loc(change))


def design(
    split: Split, effect: Effect, harmonics: int = 0, period: float = 12, slope_starts: Literal[0, 1] = 0
) -> pd.DataFrame:
    """Terms of the model, one row for each point.

    Parameters
    ----------
    split : Split
    effect : {"step", "slope", "step and slope"}
        What the change is held to have done; to be decided before looking.
    harmonics : int
        Pairs of sine and cosine for the season.
    period : float
        Points in a season: 12 for months.
    slope_starts : {0, 1}
        ``slope_change`` at the first point after: with 0 the step is the jump at that point, with 1 the jump at the
        last point before, as in the tutorial of Lopez Bernal and others.  The total saved is the same.

    Returns
    -------
    pandas.DataFrame
        ``intercept``, ``time`` (1, 2, ...), ``step`` (0 before, 1 after), ``slope_change`` (0 before,
        then rising by 1), ``sin1``, ``cos1``, ...

    Raises
    ------
    ValueError
        If the effect or the start is unknown, or the harmonics are negative or too many for the period.
    """
    if effect not in ("step", "slope", "step and slope"):
        raise ValueError(f"The effect is step, slope or step and slope; got {effect!r}.")
    if slope_starts not in (0, 1):
        raise ValueError(f"The slope starts from 0 or 1; got {slope_starts}.")
    if harmonics < 0 or harmonics >= period / 2:
        raise ValueError(f"The pairs of harmonics are 0 or more and fewer than half the period; got {harmonics}.")
    time = np.arange(1, split.values.size + 1, dtype=float)
    terms = {"intercept": np.ones(time.size), "time": time}
    if effect != "slope":
        terms["step"] = split.after.astype(float)
    if effect != "step":
        terms["slope_change"] = np.where(split.after, time - (split.first + 1) + slope_starts, 0.0)
    for pair in range(1, harmonics + 1):
        terms[f"sin{pair}"] = np.sin(2 * math.pi * pair * time / period)
        terms[f"cos{pair}"] = np.cos(2 * math.pi * pair * time / period)
    return pd.DataFrame(terms, index=split.index)


def without_change(terms: pd.DataFrame) -> pd.DataFrame:
    """The same terms had the change not come."""
    return terms.assign(**{name: 0.0 for name in ("step", "slope_change") if name in terms})


def frame(split: Split, fitted: np.ndarray, gone: np.ndarray) -> pd.DataFrame:
    """What a chart of the series needs.

    Parameters
    ----------
    split : Split
    fitted, gone : arrays of float, shape (n,)
        What the model expects, with and without the change.

    Returns
    -------
    pandas.DataFrame
        ``value``, ``fitted``, ``counterfactual`` (missing before the change), in the unit of the values.
    """
    counterfactual = np.where(split.after, gone, np.nan)
    return pd.DataFrame({"value": split.values, "fitted": fitted, "counterfactual": counterfactual}, index=split.index)
