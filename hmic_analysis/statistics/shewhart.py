"""Charts whose limits come from the counts themselves, and the runs test that goes with any centre line.

With tens of thousands of crimes a month the limits of a p or u chart are so tight that every month lies outside:
there use :func:`hmic_analysis.statistics.xmr.xmr` of the proportion, or ``laney=True``.

Conventions: a missing count gives a missing point, and the total leaves it out; a denominator of zero gives a
missing point; counts that can't be are an error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.statistics.arrays import floats

# Mean range of two values over their standard deviation, and the range chart's upper limit over its mean.
D2 = 1.128
D4 = 3.267


class Runs(NamedTuple):
    """Runs about a centre line.

    Attributes
    ----------
    useful_points : int
        Points off the centre line.
    longest_run, longest_run_limit : int
        More than the limit is a signal.
    crossings, crossings_limit : int
        Fewer than the limit is a signal.
    signal : bool
        False too where fewer than 10 points are useful: nothing can be said.
    """

    useful_points: int
    longest_run: int
    longest_run_limit: int
    crossings: int
    crossings_limit: int
    signal: bool


def p_chart(numerators: Sequence[float], denominators: Sequence[float], laney: bool = False) -> pd.DataFrame:
    """Proportions with three-sigma binomial limits.

    Parameters
    ----------
    numerators, denominators : sequences of float, shape (n,)
    laney : bool
        Stretch the limits by the spread seen from point to point (Laney's p').

    Returns
    -------
    pandas.DataFrame
        ``value``, ``centre``, ``lower``, ``upper``, between 0 and 1, limits clipped to that.

    Raises
    ------
    ValueError
        If a numerator is negative or greater than its denominator, or the sequences differ in length.

    Notes
    -----
    Montgomery (2009), chapter 7; Laney (2002), Quality Engineering 14:531.
    """
    top, bottom = _pairs(numerators, denominators)
    if (top > bottom).any():
        raise ValueError("A proportion needs 0 <= x <= n; a numerator is greater than its denominator.")
    value, centre = _pooled(top, bottom)
    return _chart(value, centre, np.sqrt(centre * (1 - centre) / bottom), laney).clip(upper=1.0)


def u_chart(events: Sequence[float], exposures: Sequence[float], laney: bool = False) -> pd.DataFrame:
    """Rates with three-sigma Poisson limits.

    Parameters
    ----------
    events, exposures : sequences of float, shape (n,)
    laney : bool
        Stretch the limits by the spread seen from point to point (Laney's u').

    Returns
    -------
    pandas.DataFrame
        ``value``, ``centre``, ``lower``, ``upper``, in events for one unit of exposure; the lower limit is 0 or
        more.

    Raises
    ------
    ValueError
        If a number is negative or the sequences differ in length.
    """
    top, bottom = _pairs(events, exposures)
    value, centre = _pooled(top, bottom)
    return _chart(value, centre, np.sqrt(centre / bottom), laney)


def c_chart(events: Sequence[float]) -> pd.DataFrame:
    """Counts over equal stretches of time with three-sigma Poisson limits.

    Parameters
    ----------
    events : sequence of float, shape (n,)

    Returns
    -------
    pandas.DataFrame
        ``value``, ``centre``, ``lower``, ``upper``, in events; the lower limit is 0 or more.

    Raises
    ------
    ValueError
        If a count is negative.
    """
    return u_chart(events, np.ones(len(events)))


def moving_range_chart(values: Sequence[float], baseline_points: int | None = None) -> pd.DataFrame:
    """Moving ranges and their upper limit, the second half of an XmR chart.

    Parameters
    ----------
    values : sequence of float, shape (n,)
        Points in order.
    baseline_points : int, optional
        Set the limit by so many of the first points.

    Returns
    -------
    pandas.DataFrame
        ``value`` (the range; missing for the first point and beside a missing one), ``centre``, ``lower`` (0) and
        ``upper`` (3.267 times the mean range), in the unit of the values.
    """
    points = floats(values)
    ranges = np.abs(np.diff(points, prepend=np.nan))
    base = ranges[:baseline_points]
    centre = float(np.mean(base[~np.isnan(base)])) if (~np.isnan(base)).any() else math.nan
    return pd.DataFrame({"value": ranges, "centre": centre, "lower": 0 * centre, "upper": D4 * centre})


def runs_about(values: Sequence[float], centre: float) -> Runs:
    """Test for unusually long or few runs about a centre line.

    Parameters
    ----------
    values : sequence of float, shape (n,)
        Points in order; missing ones and those on the line are passed over.
    centre : float
        The centre line, in the unit of the values.

    Returns
    -------
    Runs

    Notes
    -----
    Anhoej and Olesen (2014), PLoS ONE 9:e113825: the longest run is limited to log2(n) + 3, rounded to the nearest;
    crossings to the 5 % quantile of a binomial distribution with n - 1 trials and chance one half.
    """
    from scipy.stats import binom

    away = floats(values) - centre
    side = np.sign(away[~np.isnan(away) & (away != 0)])
    n = side.size
    if n == 0:
        return Runs(0, 0, 0, 0, 0, False)
    turns = np.flatnonzero(np.diff(side)) + 1
    longest = int(np.diff(np.concatenate(([0], turns, [n]))).max())
    longest_limit, fewest = round(math.log2(n) + 3), int(binom.ppf(0.05, n - 1, 0.5)) if n > 1 else 0
    signal = n >= 10 and (longest > longest_limit or turns.size < fewest)
    return Runs(n, longest, longest_limit, int(turns.size), fewest, signal)


def _pairs(numerators: Sequence[float], denominators: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    top, bottom = floats(numerators), floats(denominators)
    if top.shape != bottom.shape:
        raise ValueError(f"Every point needs one numerator and one denominator; got {top.size} and {bottom.size}.")
    if (top < 0).any() or (bottom < 0).any():
        raise ValueError("Numerators and denominators are 0 or more.")
    return top, np.where(bottom == 0, np.nan, bottom)


def _pooled(top: np.ndarray, bottom: np.ndarray) -> tuple[np.ndarray, float]:
    value = top / bottom
    used = ~np.isnan(value)
    return value, float(top[used].sum() / bottom[used].sum()) if used.any() else math.nan


def _chart(value: np.ndarray, centre: float, sigma: np.ndarray, laney: bool) -> pd.DataFrame:
    if laney:
        steps = np.abs(np.diff((value - centre) / sigma))
        steps = steps[~np.isnan(steps)]
        sigma = sigma * (float(steps.mean()) / D2 if steps.size else math.nan)
    lower = np.clip(centre - 3 * sigma, 0, None)
    return pd.DataFrame({"value": value, "centre": centre, "lower": lower, "upper": centre + 3 * sigma})
