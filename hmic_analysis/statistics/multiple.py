"""Many looks at once: how many were made, and which findings survive that.

Conventions: a missing p-value is no look; it is left out and comes back missing, never as a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hmic_analysis.statistics.arrays import floats
from hmic_analysis.statistics.intervals import _check_level


class Adjusted(NamedTuple):
    """p-values adjusted for the number of looks.

    Attributes
    ----------
    p : array of float, shape (n,)
        Adjusted p-values in the order given; NaN where there was none.
    found : array of object, shape (n,)
        True, False, or None where there was no p-value.
    looks : int
        Comparisons made: the p-values that were not missing.
    """

    p: np.ndarray
    found: np.ndarray
    looks: int


def benjamini_hochberg(p: Sequence[float], level: float = 0.05) -> Adjusted:
    """Hold the share of false findings among all findings to ``level``.

    Parameters
    ----------
    p : sequence of float, shape (n,)
        p-values between 0 and 1; missing ones are left out.
    level : float
        Share of false findings allowed, between 0 and 1.

    Returns
    -------
    Adjusted
        With every p-value missing nothing is found and ``looks`` is 0.

    Raises
    ------
    ValueError
        If a p-value lies outside 0 to 1, or the level is not between 0 and 1.

    Notes
    -----
    Benjamini and Hochberg (1995); ``scipy.stats.false_discovery_control(method="bh")``.  Don't decide the same
    verdict by this and by a 99.8 % line without saying which of the two decides.
    """
    from scipy.stats import false_discovery_control

    _check_level(level)
    values = floats(p)
    known = ~np.isnan(values)
    if ((values[known] < 0) | (values[known] > 1)).any():
        raise ValueError("A p-value lies between 0 and 1.")
    adjusted = np.full(values.shape, np.nan)
    found = np.full(values.shape, None, dtype=object)
    if known.any():
        adjusted[known] = false_discovery_control(values[known], method="bh")
        found[known] = [bool(v <= level) for v in adjusted[known]]
    return Adjusted(adjusted, found, int(known.sum()))


def chance_of_any(looks: int, confidence: float = 0.95) -> float:
    """Chance that at least one of several looks falls outside its limits where nothing differs.

    Parameters
    ----------
    looks : int
        Independent comparisons made: units times indicators times rules.
    confidence : float
        Two-sided level of the limits, between 0 and 1.

    Returns
    -------
    float
        Between 0 and 1; 0 for no looks.  0.89 for 43 units and 95 % limits, 0.08 for 99.8 %.

    Raises
    ------
    ValueError
        If there are fewer than no looks, or the level is not between 0 and 1.
    """
    _check_level(confidence)
    if looks < 0:
        raise ValueError(f"The number of looks is 0 or more; got {looks}.")
    return 1 - confidence**looks
