"""Crime before and after in a target area, against the same in a comparison area."""

from __future__ import annotations

import math
from typing import NamedTuple

from hmic_analysis.statistics.intervals import _check_level, _missing


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
