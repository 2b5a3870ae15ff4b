"""How unevenly events lie over places.

Conventions, the same for every function here: a missing count gives a missing result; no places or no events give
a missing result; negative counts are an error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hmic_analysis.statistics.arrays import floats


def gini(counts: Sequence[float], unbiased: bool = False) -> float:
    """Gini coefficient of events over places.

    Parameters
    ----------
    counts : sequence of float, shape (n,)
        Events at each place, places without events included.
    unbiased : bool
        Multiply by n / (n - 1), so that all events at one place give 1.

    Returns
    -------
    float
        0 where every place has as many, near 1 where one has all.  NaN where a count is missing, there are no
        events, or the unbiased form is asked of a single place.

    Raises
    ------
    ValueError
        If a count is negative.

    Notes
    -----
    Where places outnumber events the coefficient is high whatever happens; use :func:`generalised_gini`.
    """
    values = _counts(counts)
    n, total = values.size, values.sum()
    if np.isnan(total) or total == 0 or (unbiased and n < 2):
        return math.nan
    rank = np.arange(1, n + 1)
    biased = float((2 * rank - n - 1) @ np.sort(values) / (n * total))
    return biased * n / (n - 1) if unbiased else biased


def generalised_gini(counts: Sequence[float], unbiased: bool = False) -> float:
    """Gini coefficient that takes account of there being fewer events than places.

    Parameters
    ----------
    counts : sequence of float, shape (n,)
        Events at each place, places without events included.
    unbiased : bool
        Multiply by m / (m - 1), m being the smaller of the number of places and of events.

    Returns
    -------
    float
        0 where the events lie as evenly as whole events can.  The same as :func:`gini` where there are at least
        as many events as places.  NaN where a count is missing, there are no events, or the unbiased form is
        asked of a single event or place.

    Raises
    ------
    ValueError
        If a count is negative.

    Notes
    -----
    Bernasco and Steenbeek (2017), Journal of Quantitative Criminology:
    G' = max(1, places / events) x (G - 1) + 1.
    """
    values = _counts(counts)
    plain = gini(values)
    fewer = min(values.size, float(values.sum()))
    if math.isnan(plain) or (unbiased and fewer <= 1):
        return math.nan
    # Rounding dust below 0 would print as "-0.0".
    general = max(0.0, max(1.0, values.size / float(values.sum())) * (plain - 1) + 1)
    return general * fewer / (fewer - 1) if unbiased else general


def _counts(counts: Sequence[float]) -> np.ndarray:
    values = floats(counts)
    if (values < 0).any():
        raise ValueError(f"Counts are 0 or more; got {np.nanmin(values)}.")
    return values
