"""Before and after, with places that saw no change as the measure of what would have happened anyway.

Conventions: a missing count gives a missing result; counts and weights that can't be are an error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hmic_analysis.statistics.arrays import floats
from hmic_analysis.statistics.intervals import _check_level


class DisplacementDifference(NamedTuple):
    """Change in the treated areas beyond that of their control areas: negative where the treated fell more."""

    estimate: float
    se: float
    z: float
    lo: float
    hi: float
    local: float
    displaced: float


def weighted_displacement_difference(
    control: Sequence[float],
    treated: Sequence[float],
    displacement_control: Sequence[float] = (0, 0),
    displacement_treated: Sequence[float] = (0, 0),
    time_weights: Sequence[float] = (1, 1),
    area_weights: Sequence[float] = (1, 1, 1, 1),
    confidence: float = 0.95,
) -> DisplacementDifference:
    """Change in treated areas less that in control areas, before and after, with displacement counted in.

    Parameters
    ----------
    control, treated, displacement_control, displacement_treated : (float, float)
        Counts before and after; the displacement areas may be left out.
    time_weights : (float, float)
        Length of the time before and after: (2, 1) for two years before and one after.
    area_weights : (float, float, float, float)
        Size of the four areas, in the order of the arguments.
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    DisplacementDifference
        In events for each unit of time and area.  With no events at all the standard error is 0 and ``z`` NaN;
        NaN throughout where a count is missing.

    Raises
    ------
    ValueError
        If a count is negative, a weight is not above 0, or there are not as many of either as asked for.

    Notes
    -----
    Wheeler and Ratcliffe (2018), Crime Science 7:1: the variance is the sum of the counts over their squared
    weights.  It assumes Poisson counts and parallel trends, and is too narrow for counts that vary more.
    """
    from scipy.stats import norm

    _check_level(confidence)
    groups = (control, treated, displacement_control, displacement_treated)
    if any(len(g) != 2 for g in groups) or len(time_weights) != 2 or len(area_weights) != 4:
        raise ValueError("Each area needs a count before and one after, two time weights and four area weights.")
    counts = np.array([floats(g) for g in groups])
    weights = np.outer(floats(area_weights), floats(time_weights))
    if (counts < 0).any() or not (weights > 0).all():
        raise ValueError("Counts are 0 or more and weights above 0.")
    if np.isnan(counts).any():
        return DisplacementDifference(*[math.nan] * 7)
    scaled = counts / weights
    change = scaled[:, 1] - scaled[:, 0]
    local, displaced = float(change[1] - change[0]), float(change[3] - change[2])
    estimate, se = local + displaced, math.sqrt(float((counts / weights**2).sum()))
    reach = float(norm.ppf((1 + confidence) / 2)) * se
    z = estimate / se if se > 0 else math.nan
    return DisplacementDifference(estimate, se, z, estimate - reach, estimate + reach, local, displaced)
