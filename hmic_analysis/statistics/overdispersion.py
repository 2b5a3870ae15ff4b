"""Funnel limits that allow for units differing by more than chance, as police forces always do.

Each unit's figure is put on a scale where chance has a known spread, the spread between units (tau squared) is
estimated with the extremes drawn in, and the limits are widened by it.

Conventions: a unit whose numerator or denominator is missing, or whose denominator is 0, is left out and has no
limits; counts that can't be are an error; too few units give a result with a ``refusal`` and no limits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from hmic_analysis.statistics.arrays import floats
from hmic_analysis.statistics.funnel import LEVELS, _z

MINIMUM_UNITS = 20
Kind = Literal["proportion", "rate", "ratio"]
Transform = Literal["arcsine", "sqrt", "log"]
Treatment = Literal["winsorise", "truncate"]


@dataclass(frozen=True)
class OverdispersedFunnel:
    """A funnel widened for overdispersion.

    Attributes
    ----------
    units : pandas.DataFrame
        One row for each unit, in the order given: ``numerator``, ``denominator``, ``value``, ``y`` and ``se`` (on
        the transformed scale), ``z``, ``z_used`` (after the extremes were drawn in), ``z_adjusted``,
        ``p_adjusted``, ``lo95``, ``hi95``, ``lo998``, ``hi998``, ``position`` (as in
        :func:`hmic_analysis.statistics.funnel.proportion_position`).
    target : float
        Centre line, in the unit of ``value``: the total over the total, each unit's own figures included; for
        ratios ``multiplier``.
    phi : float
        Mean of the squared ``z_used``: 1 where chance explains the spread.  NaN where refused or borrowed.
    tau2 : float
        Variance between units on the transformed scale; NaN where refused.
    n_units : int
        Units with figures.
    n_used : int
        Those that phi and tau2 rest on.
    borrowed : bool
        Whether tau2 was given rather than estimated from these units.
    refusal : str
        Why there are no limits; empty where there are.
    """

    units: pd.DataFrame
    target: float
    phi: float
    tau2: float
    n_units: int
    n_used: int
    borrowed: bool
    refusal: str
    method: str
    _scale: _Scale

    def limits_at(self, denominators: Sequence[float], confidence: float = 0.95) -> pd.DataFrame:
        """Limits for drawing, at any denominators.

        Parameters
        ----------
        denominators : sequence of float, shape (n,)
            Above 0, in the unit of the units' denominators.
        confidence : float
            Two-sided level, between 0 and 1.

        Returns
        -------
        pandas.DataFrame
            ``denominator``, ``lo`` and ``hi``, in the unit of the value; NaN where refused.

        Raises
        ------
        ValueError
            If a denominator is not above 0.
        """
        at = floats(denominators)
        if not (at > 0).all():
            raise ValueError("A funnel line needs denominators above 0.")
        lo, hi = self._scale.limits(at, self.tau2, confidence)
        return pd.DataFrame({"denominator": at, "lo": lo, "hi": hi})

    @property
    def caption(self) -> str:
        """What a reader must be told under the chart."""
        if self.refusal:
            return self.refusal
        spread = "borrowed" if self.borrowed else f"phi {self.phi:.2f}"
        return (
            f"Limits widened for overdispersion ({self.method}; {spread}, tau squared {self.tau2:.3g}; {self.n_units} "
            "units). Even where units differ only by what the method allows for, about one in ten falls outside the "
            "95% lines and one in a hundred outside the 99.8% lines."
        )


@dataclass(frozen=True)
class _Scale:
    """A transformation, its centre and its way back; ``rate`` is what a ratio of 1 stands for."""

    transform: Transform
    centre: float
    rate: float
    unit: float

    def y(self, top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
        if self.transform == "arcsine":
            return np.arcsin(np.sqrt(top / bottom))
        ratio = top / (bottom * self.rate)
        return np.sqrt(ratio) if self.transform == "sqrt" else np.log(ratio)

    def se(self, bottom: np.ndarray) -> np.ndarray:
        expected = bottom * self.rate
        return 1 / np.sqrt(expected) if self.transform == "log" else 1 / (2 * np.sqrt(expected))

    def limits(self, bottom: np.ndarray, tau2: float, confidence: float) -> tuple[np.ndarray, np.ndarray]:
        reach = _z(confidence) * np.sqrt(self.se(bottom) ** 2 + tau2)
        return self._back(self.centre - reach), self._back(self.centre + reach)

    def _back(self, y: np.ndarray) -> np.ndarray:
        # Outside its range the way back would fold over: a limit below nothing is 0, not its mirror image.
        if self.transform == "arcsine":
            return np.sin(np.clip(y, 0, math.pi / 2)) ** 2 * self.unit
        return (np.clip(y, 0, None) ** 2 if self.transform == "sqrt" else np.exp(y)) * self.unit


def overdispersed_funnel(
    numerators: Sequence[float],
    denominators: Sequence[float],
    kind: Kind,
    *,
    multiplier: float = 1.0,
    transform: Transform | None = None,
    treatment: Treatment = "winsorise",
    trim: float = 0.1,
    tau2: float | None = None,
    minimum_units: int = MINIMUM_UNITS,
) -> OverdispersedFunnel:
    """Funnel with an additive allowance for differences between units.

    Parameters
    ----------
    numerators, denominators : sequences of float, shape (n,)
        One of each for every unit; the index of a column is kept.
    kind : {"proportion", "rate", "ratio"}
        ``ratio``: the denominators are expected numbers and the centre is 1.
    multiplier : float
        Scale of values and limits: 100 for per cent.
    transform : {"arcsine", "sqrt", "log"}, optional
        Left out: arcsine for proportions, the square root of observed over expected for the others, for which
        ``log`` may be asked.
    treatment : {"winsorise", "truncate"}
        Whether the extremes are drawn in to their quantile or left out.
    trim : float
        Share treated at each end, from 0 to below 0.5.
    tau2 : float, optional
        Variance between units borrowed from a larger set on the same scale: all forces, for a group of eight.
    minimum_units : int
        Units below which none is estimated.

    Returns
    -------
    OverdispersedFunnel

    Raises
    ------
    ValueError
        If the sequences differ in length, a count can't be, the transformation doesn't fit the kind, ``trim`` or
        ``tau2`` is out of range, or the log form meets a unit without events.

    Notes
    -----
    Spiegelhalter (2005), Quality and Safety in Health Care 14:347, and (2012), Journal of the Royal Statistical
    Society A 175:1.  phi = mean z squared; tau2 = (n phi - (n - 1)) / (sum w - sum w2 / sum w) with w = 1 / se2,
    and 0 where n phi < n - 1.  Quantiles are interpolated linearly (type 7).
    """
    top, bottom = floats(numerators), floats(denominators)
    transform = transform or ("arcsine" if kind == "proportion" else "sqrt")
    _check(top, bottom, kind, transform, treatment, trim, tau2)
    known = (top >= 0) & (bottom > 0)
    scale = _scale(top[known], bottom[known], kind, transform, multiplier)
    units = pd.DataFrame({"numerator": top, "denominator": bottom}, index=getattr(numerators, "index", None))
    refusal = _refusal(top[known], tau2 is not None, minimum_units, kind)
    phi, n_used = math.nan, 0
    units["value"] = np.where(known, top / np.where(known, bottom, 1.0), np.nan) * multiplier
    y, se, z, z_used = (np.full(top.shape, np.nan) for _ in range(4))
    if math.isfinite(scale.centre) and scale.rate > 0:
        y[known], se[known] = scale.y(top[known], bottom[known]), scale.se(bottom[known])
        z = (y - scale.centre) / se
    if not refusal and tau2 is None:
        z_used[known] = _treated(z[known], treatment, trim)
        used = ~np.isnan(z_used)
        phi, n_used = float(np.mean(z_used[used] ** 2)), int(used.sum())
        tau2 = _tau2(phi, se[used])
    spread = math.nan if refusal else float(tau2)
    units = units.assign(y=y, se=se, z=z, z_used=z_used, z_adjusted=(y - scale.centre) / np.sqrt(se**2 + spread))
    units = _judged(units, known, scale, spread)
    return OverdispersedFunnel(
        units=units,
        target=scale.unit * (math.sin(scale.centre) ** 2 if transform == "arcsine" else 1.0),
        phi=phi,
        tau2=spread,
        n_units=int(known.sum()),
        n_used=n_used,
        borrowed=not refusal and n_used == 0,
        refusal=refusal,
        method=f"{transform} scale, additive, {trim:.0%} {treatment}d at each end",
        _scale=scale,
    )
