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

import numpy as np
import pandas as pd

from hmic_analysis.statistics.arrays import floats
from hmic_analysis.statistics.funnel import LEVELS
from hmic_analysis.statistics.funnel_scale import (
    Kind,
    Scale,
    Transform,
    Treatment,
    between_variance,
    check_treatment,
    check_units,
    scale_for,
    treated,
)

MINIMUM_UNITS = 20


@dataclass(frozen=True)
class OverdispersedFunnel:
    """A funnel widened for overdispersion.

    Attributes
    ----------
    units : pandas.DataFrame
        One row for each unit, in the order given: ``numerator``, ``denominator``, ``value``, ``y`` and ``se`` (on
        the transformed scale), ``z``, ``z_used`` (after the extremes were drawn in), ``z_adjusted``,
        ``p_adjusted``, ``lo95``, ``hi95``, ``lo998``, ``hi998``, ``position`` (as in
        :func:`hmic_analysis.statistics.funnel.proportion_position`, missing where there are no limits).
    target : float
        Centre line, in the unit of ``value``: the total over the total, each unit's own figures included; 1 times
        the multiplier for ratios.
    phi : float
        Mean of the squared ``z_used``: 1 where chance explains the spread.  NaN where refused or tau2 is borrowed.
    tau2 : float
        Variance between units on the transformed scale; NaN where refused.
    n_units, n_used : int
        Units with figures; those that phi and tau2 rest on (0 where refused or borrowed).
    trim : float
        Share of the units treated as extreme at each end.
    method : str
        Units, scale and treatment of the extremes, in words.
    refusal : str
        Why there are no limits; empty where there are.
    """

    units: pd.DataFrame
    target: float
    phi: float
    tau2: float
    n_units: int
    n_used: int
    trim: float
    method: str
    refusal: str
    scale: Scale

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
        lo, hi = self.scale.limits(at, self.tau2, confidence)
        return pd.DataFrame({"denominator": at, "lo": lo, "hi": hi})

    @property
    def caption(self) -> str:
        """What a reader must be told under the chart."""
        if self.refusal:
            return self.refusal
        if self.tau2 == 0 and self.n_used:
            return f"No more spread than chance gives (phi {self.phi:.2f}; {self.n_units} units): limits not widened."
        spread = f"phi {self.phi:.2f}" if self.n_used else "borrowed from a larger set of units"
        text = f"Limits widened for overdispersion ({self.method}; {spread}; tau squared {self.tau2:.3g})."
        if self.trim < 0.1:
            return text
        # With a tenth drawn in at each end the spread is understated: 10.6 % and 1.1 % lie outside, not 5 and 0.2.
        return (
            f"{text} Where units differ only by such a spread, one in ten still falls outside the 95% lines and "
            "one in a hundred outside the 99.8% lines."
        )


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
        One of each for every unit; the index of a column of numerators is kept.
    kind : {"proportion", "rate", "ratio"}
        ``ratio``: the denominators are expected numbers and the centre is 1.
    multiplier : float
        Scale of values and limits: 100 for per cent.
    transform : {"arcsine", "sqrt", "log"}, optional
        Left out: arcsine for proportions, the square root of observed over expected for the others; ``log`` of it
        may be asked for.
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
    Spiegelhalter (2005), Quality and Safety in Health Care 14:347, and others (2012), Journal of the Royal
    Statistical Society A 175:1.
    """
    top, bottom = floats(numerators), floats(denominators)
    transform = transform or ("arcsine" if kind == "proportion" else "sqrt")
    known = (top >= 0) & (bottom > 0)
    check_units(top, bottom, known, kind, transform)
    check_treatment(treatment, trim, tau2)
    scale = scale_for(top[known], bottom[known], kind, transform, multiplier)
    refusal = _refusal(top[known], tau2 is not None, minimum_units)
    units = _scored(top, bottom, known, scale, multiplier)
    if isinstance(numerators, pd.Series):
        units.index = numerators.index
    phi, used = math.nan, np.zeros(top.shape, dtype=bool)
    if not refusal and tau2 is None:
        units.loc[known, "z_used"] = treated(units["z"].to_numpy()[known], treatment, trim)
        used = units["z_used"].notna().to_numpy()
        phi = float((units["z_used"] ** 2).mean())
        tau2 = between_variance(phi, units["se"].to_numpy()[used])
    spread = math.nan if refusal else float(tau2)
    target = scale.unit * (math.sin(scale.centre) ** 2 if transform == "arcsine" else 1.0)
    drawn_in = f", {trim:.0%} at each end {treatment}d" if used.any() else ""
    return OverdispersedFunnel(
        units=_judged(units, scale, spread),
        target=target,
        phi=phi,
        tau2=spread,
        n_units=int(known.sum()),
        n_used=int(used.sum()),
        trim=trim,
        method=f"{known.sum()} units, {transform} scale, additive{drawn_in}",
        refusal=refusal,
        scale=scale,
    )


def _scored(top: np.ndarray, bottom: np.ndarray, known: np.ndarray, scale: Scale, multiplier: float) -> pd.DataFrame:
    columns = {name: np.full(top.shape, np.nan) for name in ("value", "y", "se", "z", "z_used")}
    x, n = top[known], bottom[known]
    columns["value"][known] = x / n * multiplier
    if scale.rate > 0:
        columns["y"][known], columns["se"][known] = scale.y(x, n), scale.se(n)
        columns["z"] = (columns["y"] - scale.centre) / columns["se"]
    return pd.DataFrame({"numerator": top, "denominator": bottom, **columns})


def _judged(units: pd.DataFrame, scale: Scale, tau2: float) -> pd.DataFrame:
    from scipy.stats import norm

    result = units.copy()
    result["z_adjusted"] = (units["y"] - scale.centre) / np.sqrt(units["se"] ** 2 + tau2)
    result["p_adjusted"] = 2 * norm.sf(result["z_adjusted"].abs())
    position = pd.Series("none", index=units.index, dtype=object).where(result["z_adjusted"].notna(), None)
    within = units["se"].notna().to_numpy()
    for name, level in reversed(LEVELS.items()):
        lo, hi = np.full(within.shape, np.nan), np.full(within.shape, np.nan)
        lo[within], hi[within] = scale.limits(units["denominator"].to_numpy()[within], tau2, level)
        result[f"lo{name}"], result[f"hi{name}"] = lo, hi
        position[result["value"] > result[f"hi{name}"]] = f"high_{name}"
        position[result["value"] < result[f"lo{name}"]] = f"low_{name}"
    return result.assign(position=position)


def _refusal(top: np.ndarray, borrowed: bool, minimum_units: int) -> str:
    if top.sum() == 0:
        return "No limits: there are no events in any unit."
    if not borrowed and top.size < minimum_units:
        return (
            f"No limits widened for overdispersion: {top.size} units have figures and at least {minimum_units} are "
            "needed. Borrow tau squared from all forces, or show the units without limits."
        )
    return ""
