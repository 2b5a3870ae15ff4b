"""Control chart rules: which points are no chance, in the dialect of Making Data Count.

Every rule looks at points that follow each other without a gap: a missing value ends a run, a trend and a pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Dialect:
    """The choices by which control charts of different houses differ.

    Attributes
    ----------
    limit_multiplier : float
        Limits lie this many mean moving ranges from the mean: 2.66, elsewhere 3 / 1.128.
    screen_multiplier : float or None
        Moving ranges of this many mean ranges or more are dropped once; None drops none.
    shift_points, trend_points : int
        Points on one side of the mean, points steadily rising or falling, that make a signal.
    """

    limit_multiplier: float = 2.66
    screen_multiplier: float | None = 3.267
    shift_points: int = 7
    trend_points: int = 7

    @property
    def near_multiplier(self) -> float:
        """Mean moving ranges from the mean beyond which a point is near its limit: two thirds of the way."""
        return self.limit_multiplier * 2 / 3

    @property
    def text(self) -> str:
        """The dialect in words, to be written beside each chart."""
        screened = (
            f", ranges of {self.screen_multiplier:g} times their mean or more dropped once"
            if self.screen_multiplier is not None
            else ", no ranges dropped"
        )
        return (
            f"XmR chart: limits at the mean plus and minus {self.limit_multiplier:.4g} mean moving ranges{screened}. "
            "Signals: a point outside the limits; "
            f"{self.trend_points} points steadily rising or falling (a tie ends a trend); "
            "2 of 3 points within the outer third of the limits, all three on the same side of the mean; "
            f"{self.shift_points} points on the same side of the mean (a point on the mean ends a run)."
        )


MAKING_DATA_COUNT = Dialect()


def signals(values: np.ndarray, centre: float, mean_range: float, dialect: Dialect) -> np.ndarray:
    """Which rule each point breaks first.

    Parameters
    ----------
    values : array of float, shape (n,)
        Points of one segment in order; NaN where missing.
    centre : float
        Mean, in the unit of the values.
    mean_range : float
        Mean moving range, above 0.
    dialect : Dialect

    Returns
    -------
    array of object, shape (n,)
        ``above_limit``, ``below_limit``, ``trend_up``, ``trend_down``, ``two_in_three_above``,
        ``two_in_three_below``, ``shift_above``, ``shift_below``, or "" where none applies; None where missing.
        Where several apply, the first in this order.

    Notes
    -----
    Rules and their order as in NHSRplotthedots 0.2.2.
    """
    away = values - centre
    side = np.sign(np.nan_to_num(away))
    outside = np.abs(away) > dialect.limit_multiplier * mean_range
    near = ~outside & (np.abs(away) > dialect.near_multiplier * mean_range)
    trend = _trend(values, dialect.trend_points)
    pair = near & _in_window(_pairs(side, near), 3)
    shift = _in_window(_runs(side, dialect.shift_points), dialect.shift_points)
    above = side > 0
    result = np.full(values.shape, "", dtype=object)
    for flag, up, high, low in (
        (shift, above, "shift_above", "shift_below"),
        (pair, above, "two_in_three_above", "two_in_three_below"),
        (trend != 0, trend > 0, "trend_up", "trend_down"),
        (outside, above, "above_limit", "below_limit"),
    ):
        result[flag & up], result[flag & ~up] = high, low
    result[np.isnan(values)] = None
    return result


def _trend(values: np.ndarray, points: int) -> np.ndarray:
    """1 in a rise, -1 in a fall, 0 in neither; the point where one turns into the other belongs to the later."""
    step = np.sign(np.nan_to_num(np.diff(values)))
    result = np.zeros(values.shape)
    for start in range(values.size - points + 1):
        steps = step[start : start + points - 1]
        if steps.size and steps[0] != 0 and (steps == steps[0]).all():
            result[start : start + points] = steps[0]
    return result


def _pairs(side: np.ndarray, near: np.ndarray) -> np.ndarray:
    """True at the first of three points on the same side of which two are near the limit."""
    result = np.zeros(side.shape, dtype=bool)
    for start in range(side.size - 2):
        same = abs(side[start : start + 3].sum()) == 3
        result[start] = same and near[start : start + 3].sum() >= 2
    return result


def _runs(side: np.ndarray, points: int) -> np.ndarray:
    """True at the first of so many points on the same side."""
    result = np.zeros(side.shape, dtype=bool)
    for start in range(side.size - points + 1):
        result[start] = abs(side[start : start + points].sum()) == points
    return result


def _in_window(first: np.ndarray, points: int) -> np.ndarray:
    """True for every point of the windows that start where ``first`` is."""
    result = np.zeros(first.shape, dtype=bool)
    for start in np.flatnonzero(first):
        result[start : start + points] = True
    return result
