"""Intervals for proportions, rates and quantiles.

Conventions, the same for every function here: a missing input gives a missing result; a denominator of zero
gives a missing result (nothing was observed, so nothing can be said); counts that can't be are an error.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

EXACT_BELOW = 10


class Interval(NamedTuple):
    """Lower and upper limit, in the unit of the estimate; both NaN where there is none."""

    lo: float
    hi: float


NONE = Interval(math.nan, math.nan)


def _missing(*values: float | None) -> bool:
    return any(pd.isna(v) for v in values)


def proportion_interval(x: float | None, n: float | None, confidence: float = 0.95) -> Interval:
    """Wilson score interval of a proportion, without continuity correction.

    Parameters
    ----------
    x : int
        Units that have the property.
    n : int
        Units in all.
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    Interval
        Limits between 0 and 1.  At 0 of n the lower limit is exactly 0 and the upper one still two-sided; at n
        of n the upper one is exactly 1.  NaN where ``x`` or ``n`` is missing or ``n`` is 0.

    Raises
    ------
    ValueError
        If ``x`` is negative or greater than ``n``, or the level is not between 0 and 1.

    Notes
    -----
    Wilson (1927); ``statsmodels.stats.proportion.proportion_confint(method="wilson")``.
    """
    from statsmodels.stats.proportion import proportion_confint

    _check_level(confidence)
    if _missing(x, n):
        return NONE
    if n < 0 or x < 0 or x > n:
        raise ValueError(f"A proportion needs 0 <= x <= n; got x = {x}, n = {n}.")
    if n == 0:
        return NONE
    lo, hi = proportion_confint(x, n, alpha=1 - confidence, method="wilson")
    # statsmodels leaves rounding dust of 1e-17 at the ends, which would print as "-0.0 %".
    return Interval(0.0 if x == 0 else float(lo), 1.0 if x == n else float(hi))


def rate_interval(
    events: float | None, exposure: float | None, multiplier: float = 1.0, confidence: float = 0.95
) -> Interval:
    """Interval of a rate: exact Poisson below 10 events, Byar's approximation from 10.

    Parameters
    ----------
    events : int
        Events counted.
    exposure : float
        What they are counted over (people, crimes, hours), greater than 0.
    multiplier : float
        Scale of the rate: 1000 for "per 1,000".
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    Interval
        In the unit of ``multiplier * events / exposure``.  At 0 events the lower limit is 0.  NaN where an input
        is missing or the exposure is 0.

    Raises
    ------
    ValueError
        If events or exposure are negative, or the level is not between 0 and 1.

    Notes
    -----
    Breslow and Day (1987), volume II, page 69; the change-over at 10 events is that of the Public Health Data
    Science guide (2018).
    """
    from scipy.stats import chi2, norm

    _check_level(confidence)
    if _missing(events, exposure):
        return NONE
    if events < 0 or exposure < 0:
        raise ValueError(f"A rate needs events and exposure of 0 or more; got {events} and {exposure}.")
    if exposure == 0:
        return NONE
    tail = (1 - confidence) / 2
    if events < EXACT_BELOW:
        lo = 0.0 if events == 0 else float(chi2.ppf(tail, 2 * events)) / 2
        hi = float(chi2.ppf(1 - tail, 2 * events + 2)) / 2
    else:
        z = float(norm.ppf(1 - tail))
        lo = events * (1 - 1 / (9 * events) - z / (3 * math.sqrt(events))) ** 3
        hi = (events + 1) * (1 - 1 / (9 * (events + 1)) + z / (3 * math.sqrt(events + 1))) ** 3
    return Interval(lo * multiplier / exposure, hi * multiplier / exposure)


def quantile_interval(values: np.ndarray, q: float, confidence: float = 0.95) -> Interval:
    """Distribution-free interval of a quantile, from order statistics.

    Parameters
    ----------
    values : array of float, shape (n,)
        Missing values are left out.
    q : float
        The quantile: 0.5 for the median, 0.9 for the 90th centile.
    confidence : float
        Two-sided level.

    Returns
    -------
    Interval
        In the unit of the values; a limit is NaN where so few values have no such bound, both are for none.

    Raises
    ------
    ValueError
        If ``q`` or the level is not between 0 and 1.

    Notes
    -----
    ``scipy.stats.quantile_test``; Conover (1999), section 3.2.
    """
    from scipy.stats import quantile_test

    _check_level(confidence)
    if not 0 < q < 1:
        raise ValueError(f"A quantile lies between 0 and 1; got {q}.")
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if known.size == 0:
        return NONE
    limits = quantile_test(known, q=0.0, p=q).confidence_interval(confidence)
    return Interval(float(limits.low), float(limits.high))


def _check_level(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"The confidence level lies between 0 and 1; got {confidence}.")
