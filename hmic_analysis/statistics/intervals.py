"""Intervals of proportions, rates, quantiles and times that may not have ended; the agreement of two coders."""

import math
import warnings
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pandas as pd

# Numbers as analysts hold them (lists, columns, nullable columns) as plain arrays.


def floats(values: Sequence[float]) -> np.ndarray:
    """Numbers as an array of floats, every kind of missing value as NaN.

    Parameters
    ----------
    values : sequence of float, shape (n,)
        A list, an array or a column; None, NaN and ``pandas.NA`` are missing.

    Raises
    ------
    ValueError
        If a value is not a number, or is infinite.
    """
    import pandas as pd

    try:
        result = pd.array(list(values), dtype="Float64").to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(f"These are not all numbers: {error}.") from error
    if np.isinf(result).any():
        raise ValueError("These numbers are not all finite.")
    return result


# Intervals for proportions, rates and quantiles.
#
# Conventions, the same for every function here: a missing input gives a missing result; a denominator of zero gives a
# missing result (nothing was observed, so nothing can be said); counts that can't be are an error.

#: Level of every interval that is printed or held against a threshold, the convention of official statistics.
CONFIDENCE = 0.95
EXACT_BELOW = 10


class Interval(NamedTuple):
    """Lower and upper limit, in the unit of the estimate; both NaN where there is none."""

    lo: float
    hi: float


NONE = Interval(math.nan, math.nan)


def _missing(*values: float | None) -> bool:
    return any(pd.isna(v) for v in values)


def proportion_interval(x: float | None, n: float | None, confidence: float = CONFIDENCE) -> Interval:
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
    Wilson (1927).
    """
    _check_level(confidence)
    if _missing(x, n):
        return NONE
    if n < 0 or x < 0 or x > n:
        raise ValueError(f"A proportion needs 0 <= x <= n; got x = {x}, n = {n}.")
    if n == 0:
        return NONE
    square, share = NormalDist().inv_cdf((1 + confidence) / 2) ** 2, x / n
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = math.sqrt(square * (share * (1 - share) / n + square / (4 * n**2))) / (1 + square / n)
    # Rounding dust at the ends would print as "-0.0 %".
    return Interval(0.0 if x == 0 else middle - reach, 1.0 if x == n else middle + reach)


def exact_interval(x: float, n: float) -> Interval:
    """Exact interval of a proportion, for ``0 <= x <= n``, ``n`` above 0; both may be fractions of an effective sample.

    Notes
    -----
    Clopper and Pearson (1934): each limit is missed no more often than half of what the level leaves.
    """
    from scipy.special import betaincinv

    tail = (1 - CONFIDENCE) / 2
    lo = 0.0 if x <= 0 else float(betaincinv(x, n - x + 1, tail))
    return Interval(lo, 1.0 if x >= n else float(betaincinv(x + 1, n - x, 1 - tail)))


def sample_interval(yes: float, no: float, unknown: float = 0) -> Interval:
    """Interval of the share in the population that a sample was taken from, the unknown counted either way.

    The exact one, for which Wilson's would be too narrow on up to 10% of small samples.
    """
    n = yes + no + unknown
    return Interval(exact_interval(yes, n).lo, exact_interval(yes + unknown, n).hi)


def rate_interval(
    events: float | None, exposure: float | None, multiplier: float = 1.0, confidence: float = CONFIDENCE
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


def quantile_interval(values: np.ndarray, q: float) -> Interval:
    """Distribution-free interval of a quantile, from order statistics.

    Parameters
    ----------
    values : array of float, shape (n,)
        Missing values are left out.
    q : float
        The quantile: 0.5 for the median, 0.9 for the 90th centile.

    Returns
    -------
    Interval
        In the unit of the values; a limit is NaN where so few values have no such bound, both are for none.

    Raises
    ------
    ValueError
        If ``q`` is not between 0 and 1.

    Notes
    -----
    ``scipy.stats.quantile_test``; Conover (1999), section 3.2.
    """
    from scipy.stats import quantile_test

    if not 0 < q < 1:
        raise ValueError(f"A quantile lies between 0 and 1; got {q}.")
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if known.size == 0:
        return NONE
    limits = quantile_test(known, q=0.0, p=q).confidence_interval(CONFIDENCE)
    return Interval(float(limits.low), float(limits.high))


def quantile_bounds(known: np.ndarray, q: float, unknown: int, turned: int = 0) -> Interval:
    """A quantile where values not known are as low, and as high, as can be.

    Parameters
    ----------
    known : array of float
    q : float
    unknown : int
        Further values of which nothing is known.
    turned : int
        Known values of units that may have another; those are taken whose loss moves the quantile most.

    Returns
    -------
    Interval
        Not finite where so many are unknown that the quantile is one of them.
    """
    ordered, free = np.sort(known), np.full(unknown + turned, np.inf)
    low = np.concatenate([-free, ordered[: known.size - turned]])
    high = np.concatenate([ordered[turned:], free])
    at = q * (low.size - 1)
    return Interval(float(low[math.floor(at)]), float(high[math.ceil(at)]))


def _check_level(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"The confidence level lies between 0 and 1; got {confidence}.")


# Times that may not have ended yet: the median by Kaplan and Meier.


class MedianTime(NamedTuple):
    """A median with its interval; NaN where fewer than half ever ended while they were watched."""

    value: float
    interval: Interval


def median_time(times: np.ndarray, ended: np.ndarray) -> MedianTime:
    """The median of times of which some were still running when last seen.

    Parameters
    ----------
    times : array of float
        Length of each, in any unit: until it ended, or until it was last seen running.  None may be missing.
    ended : array of bool
        Whether it had ended.

    Returns
    -------
    MedianTime
        The shortest time by which at least half had ended, and the times between which that lies.

    Notes
    -----
    Kaplan and Meier (1958), with the log-log interval of the survival function inverted at one half (Brookmeyer and
    Crowley 1982; Kalbfleisch and Prentice), as ``scipy.stats.ecdf`` computes both.  A time that was cut off is taken
    to be longer than that, by an amount unrelated to why it was cut off.
    """
    from scipy import stats

    times, ended = np.asarray(times, dtype=float), np.asarray(ended, dtype=bool)
    if not ended.any():
        return MedianTime(math.nan, NONE)
    survival = stats.ecdf(stats.CensoredData(uncensored=times[ended], right=times[~ended])).sf
    with warnings.catch_warnings():
        # Where all have ended the interval is undefined, and is not used.
        warnings.simplefilter("ignore", RuntimeWarning)
        limits = survival.confidence_interval(CONFIDENCE, method="log-log")
    at = survival.quantiles
    return MedianTime(
        _reached(at, survival.probabilities),
        Interval(_reached(at, limits.low.probabilities), _reached(at, limits.high.probabilities)),
    )


def _reached(at: np.ndarray, surviving: np.ndarray) -> float:
    """The first time at which no more than half survive; NaN if there is none."""
    # Sums of many small steps must not miss the half by rounding.
    below = np.flatnonzero(surviving <= 0.5 + 1e-12)
    return float(at[below[0]]) if below.size else math.nan


# Agreement of two people who coded the same things, beyond what chance would give.


class Agreement(NamedTuple):
    """Cohen's kappa, its limits, and the pairs of codes it rests on; NaN where nothing can be said."""

    kappa: float
    lo: float
    hi: float
    n: int

    @property
    def value(self) -> float | None:
        """Kappa; None where nothing can be said."""
        return None if math.isnan(self.kappa) else self.kappa

    @property
    def limits(self) -> Interval | None:
        """The limits; None where nothing can be said."""
        return None if math.isnan(self.kappa) else Interval(self.lo, self.hi)


def kappa(first: Sequence[object], second: Sequence[object], confidence: float = CONFIDENCE) -> Agreement:
    """Cohen's kappa of two coders, unweighted.

    Parameters
    ----------
    first, second : sequence of object, shape (n,)
        The code that each gave to the same things, in the same order; None, NaN and ``pandas.NA`` are missing, and
        a pair with a missing code is left out.
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    Agreement
        ``kappa`` between -1 and 1: 0 is what chance alone gives, 1 is full agreement.  The limits are the normal
        approximation, kept within -1 and 1; below about 50 pairs they are rough.  Without a pair all three are NaN
        and ``n`` is 0.  Where both gave one and the same code throughout, kappa is 0 over 0 and all three are NaN:
        nothing shows that the two could tell the codes apart.  Full agreement on two codes or more is 1, limits 1
        and 1.

    Raises
    ------
    ValueError
        If the two are not equally long, or the level is not between 0 and 1.

    Notes
    -----
    Cohen (1960), Educational and Psychological Measurement 20:37; standard error of Fleiss, Cohen and Everitt
    (1969), as in ``statsmodels.stats.inter_rater.cohens_kappa``.
    """
    import pandas as pd
    from scipy.stats import norm
    from statsmodels.stats.inter_rater import cohens_kappa

    _check_level(confidence)
    if len(first) != len(second):
        raise ValueError(f"Two coders must have coded the same things; got {len(first)} and {len(second)} codes.")
    pairs = pd.DataFrame({"a": list(first), "b": list(second)}, dtype="object").dropna()
    n = len(pairs)
    codes = sorted(set(pairs["a"]) | set(pairs["b"]), key=str)
    if len(codes) < 2:
        return Agreement(math.nan, math.nan, math.nan, n)
    table = pd.crosstab(pairs["a"], pairs["b"]).reindex(index=codes, columns=codes, fill_value=0)
    with warnings.catch_warnings():
        # Full agreement leaves nothing to vary: tests of it divide by zero, kappa and its limits do not.
        warnings.simplefilter("ignore", RuntimeWarning)
        found = cohens_kappa(table.to_numpy())
    half = float(norm.ppf((1 + confidence) / 2)) * float(found.std_kappa)
    value = float(found.kappa)
    return Agreement(value, max(-1.0, value - half), min(1.0, value + half), n)
