"""Limits of one stretch of an XmR chart, and the reasons for having none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hmic_analysis.statistics.xmr_rules import Dialect


@dataclass(frozen=True)
class Segment:
    """A stretch of points with limits of its own.

    Attributes
    ----------
    change : str
        What the segment starts with; empty for the first.
    n : int
        Points with a value; ``n_baseline`` of them set the limits.
    centre, mean_range, lower, upper : float
        In the unit of the values; NaN where refused.
    n_screened : int
        Moving ranges dropped as outliers.
    refusal : str
        Why there are no limits; empty where there are.
    """

    change: str
    n: int
    n_baseline: int
    centre: float
    mean_range: float
    lower: float
    upper: float
    n_screened: int
    refusal: str


def limits_of(
    values: np.ndarray, change: str, baseline_points: int | None, minimum_points: int, dialect: Dialect
) -> Segment:
    """Limits at the mean plus and minus a multiple of the mean moving range.

    Parameters
    ----------
    values : array of float, shape (n,)
        Points of the stretch in order; NaN where missing.
    change : str
        What the stretch starts with.
    baseline_points : int or None
        How many of the first points set the limits; None for all.
    minimum_points : int
        Values that the limits need at least.
    dialect : Dialect

    Returns
    -------
    Segment
        Without limits where there are too few values, too many gaps between them, or hardly any variation.
    """
    base = values[:baseline_points]
    n, n_base = int((~np.isnan(values)).sum()), int((~np.isnan(base)).sum())
    ranges = np.abs(np.diff(base))
    ranges = ranges[~np.isnan(ranges)]
    kept = ranges
    if ranges.size and dialect.screen_multiplier is not None:
        kept = ranges[ranges < dialect.screen_multiplier * ranges.mean()]
    mean_range = float(kept.mean()) if kept.size else 0.0
    centre = float(np.nanmean(base)) if n_base else math.nan
    refusal = _refusal(change, n_base, ranges.size, minimum_points, mean_range, centre)
    if refusal:
        centre = mean_range = math.nan
    reach = dialect.limit_multiplier * mean_range
    screened = ranges.size - kept.size
    return Segment(change, n, n_base, centre, mean_range, centre - reach, centre + reach, screened, refusal)


def _refusal(change: str, n: int, n_ranges: int, minimum_points: int, mean_range: float, centre: float) -> str:
    where = f" from {change} on" if change else ""
    if n < max(2, minimum_points):
        return f"No limits{where}: {n} values set them and at least {max(2, minimum_points)} are needed."
    if n_ranges < n / 2:
        return f"No limits{where}: of {n} values only {n_ranges} follow directly on another; the rest lie beside gaps."
    # Rounding dust in equal values is no variation.
    if mean_range <= 1e-12 * max(1.0, abs(centre)):
        return f"No limits{where}: the values hardly vary, so that limits would flag nearly every one of them."
    return ""
