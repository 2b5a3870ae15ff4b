"""Agreement of two people who coded the same things, beyond what chance would give."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import NamedTuple

from hmic_analysis.statistics.intervals import Interval, _check_level


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


def kappa(first: Sequence[object], second: Sequence[object], confidence: float = 0.95) -> Agreement:
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
