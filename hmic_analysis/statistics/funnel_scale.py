"""The scales on which chance has a known spread, and how the spread between units is estimated on them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hmic_analysis.statistics.funnel import _z

Kind = Literal["proportion", "rate", "ratio"]
Transform = Literal["arcsine", "sqrt", "log"]
Treatment = Literal["winsorise", "truncate"]


@dataclass(frozen=True)
class Scale:
    """A transformation, its centre and its way back.

    Attributes
    ----------
    transform : {"arcsine", "sqrt", "log"}
        Arcsine of the square root of a proportion; square root or logarithm of observed over expected.
    centre : float
        The centre line on this scale.
    rate : float
        Expected events for one unit of the denominator; 1 for proportions and ratios.
    unit : float
        What a proportion or a ratio of 1 is, in the unit of the value.
    """

    transform: Transform
    centre: float
    rate: float
    unit: float

    def y(self, top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
        """Units' figures on this scale, from numerators and denominators of shape (n,)."""
        if self.transform == "arcsine":
            return np.arcsin(np.sqrt(top / bottom))
        ratio = top / (bottom * self.rate)
        return np.sqrt(ratio) if self.transform == "sqrt" else np.log(ratio)

    def se(self, bottom: np.ndarray) -> np.ndarray:
        """Spread that chance gives a unit, from denominators of shape (n,)."""
        expected = bottom * self.rate
        return 1 / np.sqrt(expected) if self.transform == "log" else 1 / (2 * np.sqrt(expected))

    def limits(self, bottom: np.ndarray, tau2: float, confidence: float) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper limits in the unit of the value, at denominators of shape (n,)."""
        reach = _z(confidence) * np.sqrt(self.se(bottom) ** 2 + tau2)
        return self.back(self.centre - reach), self.back(self.centre + reach)

    def back(self, y: np.ndarray) -> np.ndarray:
        """Figures of this scale in the unit of the value.

        Outside its range the way back would fold over: a limit below nothing is 0, not its mirror image.
        """
        if self.transform == "arcsine":
            return np.sin(np.clip(y, 0, math.pi / 2)) ** 2 * self.unit
        return (np.clip(y, 0, None) ** 2 if self.transform == "sqrt" else np.exp(y)) * self.unit


def scale_for(top: np.ndarray, bottom: np.ndarray, kind: Kind, transform: Transform, multiplier: float) -> Scale:
    """Scale for units whose figures are known.

    Parameters
    ----------
    top, bottom : arrays of float, shape (n,)
        Numerators and denominators, none missing, denominators above 0.
    kind, transform, multiplier
        As in :func:`hmic_analysis.statistics.overdispersion.overdispersed_funnel`.

    Returns
    -------
    Scale
        Centred on the total over the total; on 1 for ratios.  With no units the centre is NaN.
    """
    pooled = float(top.sum() / bottom.sum()) if bottom.size else math.nan
    if kind == "proportion":
        return Scale(transform, math.asin(math.sqrt(pooled)) if bottom.size else math.nan, 1.0, multiplier)
    rate = 1.0 if kind == "ratio" else pooled
    return Scale(transform, 0.0 if transform == "log" else 1.0, rate, multiplier * rate)


def treated(z: np.ndarray, treatment: Treatment, trim: float) -> np.ndarray:
    """z-scores with the extremes drawn in (winsorised) or left out (truncated, NaN).

    Parameters
    ----------
    z : array of float, shape (n,)
    treatment : {"winsorise", "truncate"}
    trim : float
        Share at each end, from 0 to below 0.5.

    Returns
    -------
    array of float, shape (n,)

    Notes
    -----
    Quantiles are interpolated linearly (R's type 7).  Truncation by rank * k / (n + 1) with k = 1 / trim, as in
    the summary hospital-level mortality indicator.
    """
    from scipy.stats import rankdata

    if trim == 0:
        return z
    if treatment == "winsorise":
        return np.clip(z, np.quantile(z, trim), np.quantile(z, 1 - trim))
    parts = 1 / trim
    part = np.floor(rankdata(z) * parts / (z.size + 1))
    return np.where((part > 0) & (part < parts - 1), z, np.nan)


def between_variance(phi: float, se: np.ndarray) -> float:
    """Variance between units (tau squared) by the method of moments.

    Parameters
    ----------
    phi : float
        Mean squared z-score.
    se : array of float, shape (n,)
        Spread by chance of the units that phi rests on.

    Returns
    -------
    float
        (n phi - (n - 1)) / (sum w - sum w2 / sum w) with w = 1 / se2; 0 where n phi < n - 1 and for a single unit.
    """
    n, w = se.size, 1 / se**2
    if n < 2 or n * phi < n - 1:
        return 0.0
    return float((n * phi - (n - 1)) / (w.sum() - (w**2).sum() / w.sum()))


def check_treatment(treatment: Treatment, trim: float, tau2: float | None) -> None:
    """Refuse a treatment of the extremes that can't be.

    Parameters
    ----------
    treatment : {"winsorise", "truncate"}
    trim : float
        Share at each end.
    tau2 : float or None
        Borrowed variance between units.

    Raises
    ------
    ValueError
        If the treatment is unknown, ``trim`` is not from 0 to below 0.5, or ``tau2`` is negative or not finite.
    """
    if treatment not in ("winsorise", "truncate"):
        raise ValueError(f"The treatment is winsorise or truncate; got {treatment!r}.")
    if not 0 <= trim < 0.5:
        raise ValueError(f"The share treated at each end is from 0 to below 0.5; got {trim}.")
    if tau2 is not None and not 0 <= tau2 < math.inf:
        raise ValueError(f"tau squared is 0 or more; got {tau2}.")


def check_units(top: np.ndarray, bottom: np.ndarray, known: np.ndarray, kind: Kind, transform: Transform) -> None:
    """Refuse units that can't be, or that don't fit their scale.

    Parameters
    ----------
    top, bottom : arrays of float, shape (n,)
    known : array of bool, shape (n,)
        Units that have both figures.
    kind : {"proportion", "rate", "ratio"}
    transform : {"arcsine", "sqrt", "log"}

    Raises
    ------
    ValueError
        If the arrays differ in length, a number is negative, a proportion is above 1, kind and transformation are
        unknown or don't fit, or the log scale meets a unit without events.
    """
    if top.shape != bottom.shape:
        raise ValueError(f"Every unit needs one numerator and one denominator; got {top.size} and {bottom.size}.")
    if (top < 0).any() or (bottom < 0).any():
        raise ValueError("Numerators and denominators are 0 or more.")
    allowed = {"proportion": ("arcsine",), "rate": ("sqrt", "log"), "ratio": ("sqrt", "log")}
    if kind not in allowed:
        raise ValueError(f"The kind is one of {', '.join(allowed)}; got {kind!r}.")
    if transform not in allowed[kind]:
        raise ValueError(f"The scale of a {kind} is one of {', '.join(allowed[kind])}; got {transform!r}.")
    if kind == "proportion" and (top[known] > bottom[known]).any():
        raise ValueError("A proportion needs 0 <= x <= n; a numerator is greater than its denominator.")
    if transform == "log" and (top[known] == 0).any():
        raise ValueError("The log scale can't hold a unit without events: use the square root.")
