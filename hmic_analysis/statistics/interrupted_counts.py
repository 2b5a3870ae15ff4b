"""Interrupted series of counts: what a change did to the number of events, in per cent and in events.

Conventions: points whose count or exposure is missing, or whose exposure is 0, are left out, their place in time
kept; too short a series gives a result with a ``refusal`` and the bare before-and-after comparison.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from hmic_analysis.statistics.arrays import floats
from hmic_analysis.statistics.intervals import _check_level
from hmic_analysis.statistics.its_design import (
    Effect,
    Naive,
    Saved,
    Split,
    design,
    frame,
    split_at,
    without_change,
)

COLUMNS = ["estimate", "se", "ratio", "lo", "hi", "p"]


@dataclass(frozen=True)
class InterruptedCounts:
    """What a change did to a number of events.

    Attributes
    ----------
    coefficients : pandas.DataFrame
        Indexed by term: ``estimate`` and ``se`` of the logarithm, ``ratio`` (0.9 is 10 % fewer), its limits ``lo``
        and ``hi``, ``p``.  Empty where refused.
    saved : Saved
        In events.
    naive : Naive
        The bare comparison, for each unit of exposure where there is one; its total in events.
    fitted : pandas.DataFrame
        One row for each point: ``value``, ``fitted``, ``counterfactual`` (from the change on), in events.
    dispersion : float
        Variance over what chance gives: 1 where the counts vary by chance alone.  Standard errors allow for it.
    deviance : float
    df : int
        Residual degrees of freedom.
    autocorrelation : dict of int to float
        Of the deviance residuals at 1 and 12 points' distance: where it is far from 0 the intervals are too
        narrow.  NaN where a point is missing.
    n_before, n_after : int
        Points with a count.
    refusal : str
        Why no effect is given; empty where one is.
    """

    coefficients: pd.DataFrame
    saved: Saved
    naive: Naive
    fitted: pd.DataFrame
    dispersion: float
    deviance: float
    df: int
    autocorrelation: dict[int, float]
    n_before: int
    n_after: int
    effect: Effect
    refusal: str


def interrupted_counts(
    counts: Sequence[float] | pd.Series,
    change: Hashable,
    effect: Effect = "step",
    *,
    exposure: Sequence[float] | None = None,
    harmonics: int = 0,
    period: float = 12,
    slope_starts: Literal[0, 1] = 0,
    confidence: float = 0.95,
) -> InterruptedCounts:
    """Effect of a change on a series of counts.

    Parameters
    ----------
    counts : sequence of float or pandas.Series, shape (n,)
        Evenly spaced counts in order, missing ones present as NaN.
    change : label
        First point after the change: its index label, its position in a plain sequence.
    effect : {"step", "slope", "step and slope"}
        What the change is held to have done; to be decided before looking.
    exposure : sequence of float, shape (n,), optional
        What the events are counted over: population, crimes, days in the month.
    harmonics : int
        Pairs of sine and cosine for the season; two are usual for months.
    period : float
        Points in a season.
    slope_starts : {0, 1}
        Where the step of ``step and slope`` is measured: 0 at the first point after, 1 at the last one before.
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    InterruptedCounts
        Refused with fewer than 24 points before or 12 after, or with no events before or after.

    Raises
    ------
    ValueError
        If a count or an exposure is negative, the change is not a label, labels repeat, or an argument is out of
        range.

    Notes
    -----
    Lopez Bernal and others (2017), International Journal of Epidemiology 46:348, with the correction of 2020:
    Poisson regression with the dispersion from Pearson's chi-square; ``statsmodels`` GLM with ``scale="X2"``.
    """
    import statsmodels.api as sm

    _check_level(confidence)
    split, weight = _exposed(split_at(counts, change), exposure)
    terms = design(split, effect, harmonics, period, slope_starts)
    refusal = split.refusal() or _empty(split)
    if refusal:
        return _refused(split, weight, effect, refusal)
    known = split.known
    model = sm.GLM(split.values[known], terms[known], family=sm.families.Poisson(), offset=np.log(weight[known]))
    fit = model.fit(scale="X2")
    beta, covariance = fit.params.to_numpy(), fit.cov_params().to_numpy()
    gone = without_change(terms)
    fitted = np.exp(terms.to_numpy() @ beta) * weight
    expected = np.exp(gone.to_numpy() @ beta) * weight
    part = known & split.after
    gradient = expected[part] @ gone.to_numpy()[part] - fitted[part] @ terms.to_numpy()[part]
    total = float((expected - fitted)[part].sum())
    residuals = np.full(known.size, np.nan)
    residuals[known] = fit.resid_deviance
    return InterruptedCounts(
        coefficients=_table(fit, confidence),
        saved=_saved(total, math.sqrt(gradient @ covariance @ gradient), confidence),
        naive=split.naive(weight),
        fitted=frame(split, fitted, expected),
        dispersion=float(fit.scale),
        deviance=float(fit.deviance),
        df=int(fit.df_resid),
        autocorrelation={lag: _autocorrelation(residuals, lag) for lag in (1, 12)},
        n_before=split.counts[0],
        n_after=split.counts[1],
        effect=effect,
        refusal="",
    )


def _exposed(split: Split, exposure: Sequence[float] | None) -> tuple[Split, np.ndarray]:
    """The series without the points that have no exposure, and the exposures."""
    if (split.values < 0).any():
        raise ValueError("Counts are 0 or more.")
    if exposure is None:
        return split, np.ones(split.values.size)
    weight = floats(exposure)
    if weight.shape != split.values.shape:
        raise ValueError(f"Every count needs one exposure; got {split.values.size} and {weight.size}.")
    if (weight < 0).any():
        raise ValueError("Exposures are 0 or more.")
    usable = weight > 0
    return replace(split, values=np.where(usable, split.values, np.nan)), np.where(usable, weight, np.nan)


def _empty(split: Split) -> str:
    known, after = split.known, split.after
    for name, part in (("before", known & ~after), ("after", known & after)):
        if split.values[part].sum() == 0:
            return f"No effect estimated: there are no events {name} the change."
    return ""


def _table(fit: object, confidence: float) -> pd.DataFrame:
    limits = np.exp(fit.conf_int(alpha=1 - confidence))
    columns = [fit.params, fit.bse, np.exp(fit.params), limits[0], limits[1], fit.pvalues]
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _saved(total: float, se: float, confidence: float) -> Saved:
    from scipy.stats import norm

    reach = float(norm.ppf((1 + confidence) / 2)) * se
    return Saved(total, se, total - reach, total + reach)


def _autocorrelation(residuals: np.ndarray, lag: int) -> float:
    centred = residuals - residuals.mean()
    return float(centred[lag:] @ centred[:-lag] / (centred @ centred))


def _refused(split: Split, weight: np.ndarray, effect: Effect, refusal: str) -> InterruptedCounts:
    nothing = np.full(split.values.size, np.nan)
    return InterruptedCounts(
        coefficients=pd.DataFrame(columns=COLUMNS, dtype=float),
        saved=Saved(math.nan, math.nan, math.nan, math.nan),
        naive=split.naive(weight),
        fitted=frame(split, nothing, nothing),
        dispersion=math.nan,
        deviance=math.nan,
        df=0,
        autocorrelation={1: math.nan, 12: math.nan},
        n_before=split.counts[0],
        n_after=split.counts[1],
        effect=effect,
        refusal=refusal,
    )
