"""Interval of a mean.

Conventions: missing values are left out; fewer than two values give a missing result.  Waiting and response times
are skewed: report their median and 90th centile with
:func:`hmic_analysis.statistics.intervals.quantile_interval` instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hmic_analysis.statistics.arrays import floats
from hmic_analysis.statistics.intervals import NONE, Interval, _check_level


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """Student's t interval of a mean.

    Parameters
    ----------
    values : sequence of float, shape (n,)
        Missing values are left out.
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    Interval
        In the unit of the values; both limits are the mean where all values are equal, NaN below two values.

    Raises
    ------
    ValueError
        If a value is not a finite number, or the level is not between 0 and 1.

    Notes
    -----
    Armitage and Berry (2002), section 4.4.
    """
    from scipy.stats import t

    _check_level(confidence)
    known = floats(values)
    known = known[known == known]
    if known.size < 2:
        return NONE
    mean = float(known.mean())
    reach = float(t.ppf((1 + confidence) / 2, known.size - 1)) * float(known.std(ddof=1)) / math.sqrt(known.size)
    return Interval(mean - reach, mean + reach)
