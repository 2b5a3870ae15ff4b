"""Funnel of one figure over all forces, by one set of rules.

A force is named as different only outside the outer line, and only where there are enough forces to tell how much
forces differ anyway.  The q-values beside it hold false discoveries down and decide nothing: one verdict, one rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hmic_analysis.comparison.table import Gathered
from hmic_analysis.params.settings import Comparison
from hmic_analysis.statistics.multiple import benjamini_hochberg, chance_of_any
from hmic_analysis.statistics.overdispersion import OverdispersedFunnel, overdispersed_funnel

#: Where a force lies; above and below say nothing on better or worse.
POSITIONS = ("far_above", "above", "inside", "below", "far_below")
_KINDS = {"proportion": "proportion", "rate": "rate"}


@dataclass(frozen=True)
class FunnelResult:
    """Forces in their funnel.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row for each force, also those without a figure: the columns of the gathered table, and ``z`` (by chance
        alone), ``z_adjusted``, ``p``, ``q`` (Benjamini and Hochberg over the forces), ``found`` (q at most the
        level), ``lo_inner``, ``hi_inner``, ``lo_outer``, ``hi_outer``, ``position`` (:data:`POSITIONS`), ``named``
        (outside the outer line and so different).  Missing where a force isn't judged; below the number of forces
        that is needed nobody is.
    centre : float
        Total over total, every compared force in it, in the unit of the figure.
    phi, tau2 : float
        Mean squared z after the extremes were drawn in; variance between forces on the transformed scale.  NaN where
        not estimated.
    n_forces : int
        Forces with a figure.
    looks : int
        Comparisons made: forces judged.
    widened : bool
        Whether the limits allow for forces differing by more than chance.
    refusal : str
        Why there are no limits at all; empty where there are.
    method : str
        How limits and names came about, to be printed under the chart.
    levels : tuple of float
        Of the inner and outer lines, in per cent.
    """

    frame: pd.DataFrame
    centre: float
    phi: float
    tau2: float
    n_forces: int
    looks: int
    widened: bool
    refusal: str
    method: str
    levels: tuple[float, float]
    base: OverdispersedFunnel | None

    @property
    def named(self) -> pd.DataFrame:
        """The forces that stand out."""
        return self.frame[self.frame["named"].eq(True)]

    def lines(self, points: int = 120) -> pd.DataFrame:
        """The lines of the funnel, for drawing.

        Parameters
        ----------
        points : int
            Places along the axis of denominators, from nought to a twentieth beyond the largest force.

        Returns
        -------
        pandas.DataFrame
            ``denominator``, ``lo_inner``, ``hi_inner``, ``lo_outer``, ``hi_outer``; empty where there are no limits.
        """
        names = ("lo_inner", "hi_inner", "lo_outer", "hi_outer")
        if self.base is None or self.refusal:
            return pd.DataFrame(columns=["denominator", *names], dtype=float)
        top = float(self.frame["denominator"].where(self.frame["status"] == "value").max())
        # Closer together near nought, where the lines bend.
        at = 1.05 * top * np.linspace(0.04, 1, points) ** 2
        inner, outer = (self.base.limits_at(at, level / 100) for level in self.levels)
        columns = dict(zip(names, (inner["lo"], inner["hi"], outer["lo"], outer["hi"]), strict=True))
        return pd.DataFrame({"denominator": at, **columns})


def funnel(gathered: Gathered, rules: Comparison) -> FunnelResult:
    """Judge the forces of one figure.

    Parameters
    ----------
    gathered : Gathered
    rules : Comparison
        Levels of the lines, how many forces are needed, how the extremes are treated.

    Returns
    -------
    FunnelResult
        Proportions on the arcsine scale, rates on the square root of observed over expected.  Figures that are no
        counts of units get no limits and say so.

    Notes
    -----
    Spiegelhalter (2005, 2012), additive allowance; see
    :func:`hmic_analysis.statistics.overdispersion.overdispersed_funnel`.
    """
    used = gathered.used
    levels = (rules.inner_limit_pct, rules.outer_limit_pct)
    n = len(used)
    refusal = _refusal(gathered, n)
    if refusal:
        return _without(gathered, n, refusal, levels)
    enough = n >= rules.min_forces
    base = overdispersed_funnel(
        used["numerator"],
        used["denominator"],
        _KINDS[gathered.kind],
        multiplier=gathered.multiplier,
        trim=rules.winsor_share,
        tau2=None if enough else 0.0,
        minimum_units=rules.min_forces,
    )
    if base.refusal:
        return _without(gathered, n, base.refusal, levels)
    frame = gathered.forces.join(_limits(base, levels))
    frame = _judged(frame, base, rules) if enough else _unjudged(frame)
    return FunnelResult(
        frame=frame,
        centre=base.target,
        phi=base.phi if enough else float("nan"),
        tau2=base.tau2 if enough else float("nan"),
        n_forces=n,
        looks=n if enough else 0,
        widened=enough,
        refusal="",
        method=_method(base, rules, n) if enough else _few(n, rules),
        levels=levels,
        base=base,
    )


def _refusal(gathered: Gathered, n: int) -> str:
    if gathered.kind == "amounts":
        return "No limits: this is a share of an amount such as hours, not of counted units: its chance is not known."
    if gathered.kind == "plain":
        return "No limits: this figure is no share and no rate of counted units, and can't be pooled."
    if n < 2:
        return f"No limits: {n} {'force has' if n == 1 else 'forces have'} a figure, so there is nothing to compare."
    return ""


def _limits(base: OverdispersedFunnel, levels: tuple[float, float]) -> pd.DataFrame:
    units = base.units
    columns = {"z": units["z"]}
    for name, level in zip(("inner", "outer"), levels, strict=True):
        at = base.limits_at(units["denominator"], level / 100).set_axis(units.index)
        columns |= {f"lo_{name}": at["lo"], f"hi_{name}": at["hi"]}
    return pd.DataFrame(columns).join(units[["z_adjusted", "p_adjusted"]].rename(columns={"p_adjusted": "p"}))


def _judged(frame: pd.DataFrame, base: OverdispersedFunnel, rules: Comparison) -> pd.DataFrame:
    adjusted = benjamini_hochberg(frame["p"], rules.fdr_level)
    judged = frame["z_adjusted"].notna()
    position = pd.Series("inside", index=frame.index, dtype=object).where(judged, None)
    for name, above, below in (("inner", "above", "below"), ("outer", "far_above", "far_below")):
        position[judged & (frame["value"] > frame[f"hi_{name}"])] = above
        position[judged & (frame["value"] < frame[f"lo_{name}"])] = below
    named = position.isin(("far_above", "far_below")).astype(object).where(judged, None)
    return frame.assign(q=adjusted.p, found=adjusted.found, position=position, named=named)


def _unjudged(frame: pd.DataFrame) -> pd.DataFrame:
    nothing = pd.Series(None, index=frame.index, dtype=object)
    return frame.assign(z_adjusted=np.nan, p=np.nan, q=np.nan, found=nothing, position=nothing, named=nothing)


def _without(gathered: Gathered, n: int, refusal: str, levels: tuple[float, float]) -> FunnelResult:
    numbers = ("z", "lo_inner", "hi_inner", "lo_outer", "hi_outer", "z_adjusted", "p", "q")
    frame = _unjudged(gathered.forces.assign(**dict.fromkeys(numbers, np.nan)))
    nan = float("nan")
    return FunnelResult(frame, nan, nan, nan, n, 0, False, refusal, refusal, levels, None)


def _method(base: OverdispersedFunnel, rules: Comparison, n: int) -> str:
    outer = f"{rules.outer_limit_pct:g}%"
    chance = chance_of_any(n, rules.outer_limit_pct / 100)
    # Widened limits have a chance of their own, which the caption gives.
    any_outside = f", of which one or more lies outside by chance in {chance:.0%} of cases" if base.tau2 == 0 else ""
    return (
        f"{base.caption} Centre line: total over total of {n} forces. A force is named as different only outside the "
        f"{outer} lines, which alone decide; q-values (Benjamini and Hochberg, {rules.fdr_level:g}) are given beside "
        f"them and decide nothing. {n} looks were made at this figure{any_outside}."
    )


def _few(n: int, rules: Comparison) -> str:
    return (
        f"{n} forces have a figure; at least {rules.min_forces} are needed to tell how much forces differ anyway. The "
        "lines are those of chance alone: forces always differ by more, so a force outside them has not been shown to "
        "be different, and none is named."
    )
