"""Two groups against each other, and before and after with a comparison area."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from hmic_analysis.statistics.intervals import _check_level, _missing, floats, proportion_interval

# Two groups against each other: proportions, rates, a unit against the rest.
#
# Conventions, the same for every function here: a missing input gives a missing result; a denominator of zero gives a
# missing result (nothing was observed, so nothing can be said); counts that can't be are an error. Two overlapping
# intervals don't show that there is no difference: use the interval of the difference.

# The e-test sums over a grid of both counts; above this expected count the grid grows without changing the answer.
E_TEST_UP_TO = 1000


class Difference(NamedTuple):
    """An estimate and its limits, in the unit of the estimate; all NaN where nothing can be said."""

    estimate: float
    lo: float
    hi: float


class RateRatio(NamedTuple):
    """Ratio of two rates, its limits and the p-value of "both rates are the same"; NaN where nothing can be said."""

    estimate: float
    lo: float
    hi: float
    p: float


class PooledRate(NamedTuple):
    """A total over a total, and how many units are in it."""

    value: float
    numerator: float
    denominator: float
    n_units: int


def proportion_difference(
    x1: float | None, n1: float | None, x2: float | None, n2: float | None, confidence: float = 0.95
) -> Difference:
    """Difference of two independent proportions, first minus second, with Newcombe's score interval.

    Parameters
    ----------
    x1, x2 : int
        Units that have the property, in each group.
    n1, n2 : int
        Units in all, in each group.
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    Difference
        Between -1 and 1 (times 100 for points).  At 0 of n and n of n the interval is still two-sided and not
        empty.  NaN where an input is missing or a group has no units.

    Raises
    ------
    ValueError
        If a count is negative or greater than its group, or the level is not between 0 and 1.

    Notes
    -----
    Newcombe (1998), Statistics in Medicine 17:873, method 10.
    """
    _check_level(confidence)
    if _missing(x1, n1, x2, n2):
        return Difference(math.nan, math.nan, math.nan)
    for x, n in ((x1, n1), (x2, n2)):
        if n < 0 or x < 0 or x > n:
            raise ValueError(f"A proportion needs 0 <= x <= n; got x = {x}, n = {n}.")
    if n1 == 0 or n2 == 0:
        return Difference(math.nan, math.nan, math.nan)
    p1, p2, difference = x1 / n1, x2 / n2, x1 / n1 - x2 / n2
    (lo1, hi1), (lo2, hi2) = (proportion_interval(x, n, confidence) for x, n in ((x1, n1), (x2, n2)))
    lo, hi = difference - math.hypot(p1 - lo1, hi2 - p2), difference + math.hypot(hi1 - p1, p2 - lo2)
    return Difference(difference, max(-1.0, lo), min(1.0, hi))


def chance_behind(x: float, n: float, others_x: float, others_n: float, looks: int = 1) -> float:
    """The chance that the lowest of several equal groups shows so small a share as this group does.

    Parameters
    ----------
    x, n : float
        Units of the group that have the property, and all of them; counts of an effective sample are rounded.
    others_x, others_n : float
        The same of all other groups together.
    looks : int
        Groups that were looked at.

    Returns
    -------
    float
        1 where there is nothing to compare.

    Notes
    -----
    Fisher's exact test, one-sided, with Sidak's allowance for the number of looks.
    """
    from scipy.stats import hypergeom

    x, n, others_x, others_n = (round(v) for v in (x, n, others_x, others_n))
    if not n or not others_n:
        return 1.0
    alone = float(hypergeom.cdf(x, n + others_n, x + others_x, n))
    return -math.expm1(looks * math.log1p(-min(alone, 1.0))) if alone < 1 else 1.0


def rate_ratio(
    events1: float | None,
    exposure1: float | None,
    events2: float | None,
    exposure2: float | None,
    confidence: float = 0.95,
) -> RateRatio:
    """Ratio of two rates, first over second, with its exact conditional interval.

    Parameters
    ----------
    events1, events2 : int
        Events counted in each group.
    exposure1, exposure2 : float
        What they are counted over (people, crimes, hours), in the same unit.
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    RateRatio
        With no events in the first group the ratio and its lower limit are 0; with none in the second they are
        infinite and the upper limit is.  NaN throughout where there are no events in either, an input is missing
        or an exposure is 0.

    Raises
    ------
    ValueError
        If a count or an exposure is negative, or the level is not between 0 and 1.

    Notes
    -----
    Given the total, the first count is binomial: the limits are those of Clopper and Pearson turned into a ratio.
    The p-value is that of the e-test (Gu and others, 2008; ``statsmodels.stats.rates.etest_poisson_2indep``), less
    cautious than the interval, so that near 5 % the two may disagree.  Above 1,000 expected events it is that of
    the same statistic under the normal distribution, which by then is the same.
    """
    from scipy.stats import beta

    _check_level(confidence)
    nothing = RateRatio(math.nan, math.nan, math.nan, math.nan)
    if _missing(events1, exposure1, events2, exposure2):
        return nothing
    if min(events1, events2, exposure1, exposure2) < 0:
        raise ValueError(
            "Rates need events and exposures of 0 or more; "
            f"got {events1} over {exposure1} and {events2} over {exposure2}."
        )
    if exposure1 == 0 or exposure2 == 0 or events1 + events2 == 0:
        return nothing
    tail = (1 - confidence) / 2
    scale = exposure2 / exposure1
    low = 0.0 if events1 == 0 else float(beta.ppf(tail, events1, events2 + 1))
    high = 1.0 if events2 == 0 else float(beta.ppf(1 - tail, events1 + 1, events2))
    return RateRatio(
        math.inf if events2 == 0 else events1 / events2 * scale,
        low / (1 - low) * scale,
        math.inf if high == 1 else high / (1 - high) * scale,
        _equal_rates_p(events1, exposure1, events2, exposure2),
    )


def _equal_rates_p(events1: float, exposure1: float, events2: float, exposure2: float) -> float:
    from scipy.stats import norm
    from statsmodels.stats.rates import etest_poisson_2indep

    share = exposure1 / (exposure1 + exposure2)
    total = events1 + events2
    if total * max(share, 1 - share) <= E_TEST_UP_TO:
        return min(1.0, float(etest_poisson_2indep(events1, exposure1, events2, exposure2)[1]))
    z = (events1 - total * share) / math.sqrt(total * share * (1 - share))
    return float(2 * norm.sf(abs(z)))


def pooled_rate(numerators: Sequence[float], denominators: Sequence[float]) -> PooledRate:
    """Rate of several units together: total over total, so that large units count for more.

    Parameters
    ----------
    numerators, denominators : sequences of float, shape (n,)
        One of each for every unit.

    Returns
    -------
    PooledRate
        Units whose numerator or denominator is missing, or whose denominator is 0, are in neither total; the
        value is NaN where no unit remains.

    Raises
    ------
    ValueError
        If the sequences differ in length, or a number is negative.
    """
    top, bottom = floats(numerators), floats(denominators)
    if top.shape != bottom.shape or top.ndim != 1:
        raise ValueError(f"Every unit needs one numerator and one denominator; got {top.size} and {bottom.size}.")
    if (top < 0).any() or (bottom < 0).any():
        raise ValueError("Numerators and denominators are 0 or more.")
    used = (top >= 0) & (bottom > 0)
    if not used.any():
        return PooledRate(math.nan, 0.0, 0.0, 0)
    total, base = float(top[used].sum()), float(bottom[used].sum())
    return PooledRate(total / base, total, base, int(used.sum()))


# Crime before and after in a target area, against the same in a comparison area.


class RateChange(NamedTuple):
    """After over before in the target area, over the same in the comparison area, and its limits.

    NaN where nothing can be said; ``hi`` is infinite where the data set no upper limit.
    """

    ratio: float
    lo: float
    hi: float


def relative_change(
    target_before: int | None,
    target_after: int | None,
    comparison_before: int | None,
    comparison_after: int | None,
    confidence: float = 0.95,
) -> RateChange:
    """Ratio of two changes of counts, with its exact conditional interval.

    Parameters
    ----------
    target_before, target_after : int
        Events in the target area in two periods.
    comparison_before, comparison_after : int
        Events in the comparison area in the same two periods; the lengths of the periods cancel out.
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    RateChange
        Below 1 where the target area did better.  NaN throughout where an input is missing or where nothing was
        counted before in the target area, or before or after in the comparison area: then there is no ratio.

    Raises
    ------
    ValueError
        If a count is negative, or the level is not between 0 and 1.

    Notes
    -----
    Four independent Poisson counts; given the totals of rows and columns the count after in the target area has
    Fisher's non-central hypergeometric distribution whose parameter is this ratio, which gives the exact interval
    (Fisher 1935; ``scipy.stats.contingency.odds_ratio(kind="conditional")``).  Counts that vary more than Poisson
    counts make it too narrow.
    """
    from scipy.stats.contingency import odds_ratio

    _check_level(confidence)
    counts = (target_before, target_after, comparison_before, comparison_after)
    if _missing(*counts):
        return RateChange(math.nan, math.nan, math.nan)
    if min(counts) < 0:
        raise ValueError(f"Counts can't be negative; got {counts}.")
    if not (target_before and comparison_before and comparison_after):
        return RateChange(math.nan, math.nan, math.nan)
    ratio = (target_after / target_before) / (comparison_after / comparison_before)
    table = [[target_after, target_before], [comparison_after, comparison_before]]
    limits = odds_ratio(table, kind="conditional").confidence_interval(confidence)
    return RateChange(ratio, float(limits.low), float(limits.high))
