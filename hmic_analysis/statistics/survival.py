"""Times that may not have ended yet: the median by Kaplan and Meier."""

from __future__ import annotations

import math
import warnings
from typing import NamedTuple

import numpy as np

from hmic_analysis.statistics.intervals import NONE, Interval


class MedianTime(NamedTuple):
    """A median with its interval; NaN where fewer than half ever ended while they were watched."""

    value: float
    interval: Interval


def median_time(times: np.ndarray, ended: np.ndarray, confidence: float = 0.95) -> MedianTime:
    """The median of times of which some were still running when last seen.

    Parameters
    ----------
    times : array of float
        Length of each, in any unit: until it ended, or until it was last seen running.  None may be missing.
    ended : array of bool
        Whether it had ended.
    confidence : float
        Two-sided level of the interval, between 0 and 1.

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
        limits = survival.confidence_interval(confidence, method="log-log")
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
