"""Funnel limits: from chance alone, and allowing for units that differ by more than chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.statistics.intervals import NONE, Interval, _check_level, _missing, floats

# --------------------------------------------------------------------------------------------------------------------
# Funnel limits from chance alone: what spread is expected where every unit has the same underlying rate.
#
# The lines and the verdicts rest on one method each, so no point lies on one side of its line and is judged to lie on
# the other. Among police forces chance alone explains little and nearly every force falls outside: see
# :mod:`hmic_analysis.statistics.funnel`.
#
# Conventions, the same for every function here: a missing input gives a missing result; a denominator of zero gives a
# missing result; counts that can't be are an error.

Position = Literal["high_998", "high_95", "none", "low_95", "low_998"]
LEVELS = {"998": 0.998, "95": 0.95}


class CountLine(NamedTuple):
    """Where the two funnel lines pass through one count of events.

    Attributes
    ----------
    lo, hi : float
        Height of the lower and of the upper line, in the unit of the rate.
    exposure_lo, exposure_hi : float
        The exposure at which each line has that height.
    """

    lo: float
    hi: float
    exposure_lo: float
    exposure_hi: float


def exact_count_interval(count: float | None, confidence: float = 0.95) -> Interval:
    """Exact Poisson interval of the expected number behind a count.

    Parameters
    ----------
    count : float
        Events counted; a fraction is allowed.
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    Interval
        In events.  At 0 events the lower limit is 0.  NaN where the count is missing.

    Raises
    ------
    ValueError
        If the count is negative, or the level is not between 0 and 1.

    Notes
    -----
    Garwood (1936), by chi-square quantiles.  Taken of an expected number and divided by it, it gives the unadjusted
    lines that some programs draw for standardised ratios.
    """
    from scipy.stats import chi2

    _check_level(confidence)
    if _missing(count):
        return NONE
    if count < 0:
        raise ValueError(f"A count is 0 or more; got {count}.")
    tail = (1 - confidence) / 2
    lo = 0.0 if count == 0 else float(chi2.ppf(tail, 2 * count)) / 2
    return Interval(lo, float(chi2.isf(tail, 2 * count + 2)) / 2)


def proportion_limits(n: float | None, baseline: float, multiplier: float = 1.0, confidence: float = 0.95) -> Interval:
    """Funnel limits of a proportion at one denominator.

    Parameters
    ----------
    n : float
        Denominator.
    baseline : float
        Proportion of all units together, between 0 and 1.
    multiplier : float
        Scale of the result: 100 for per cent.
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    Interval
        Clipped to 0 and to ``multiplier``.  With a baseline of 0 or 1 both limits are the baseline.  NaN where
        ``n`` is missing or 0.

    Raises
    ------
    ValueError
        If ``n`` is negative, the baseline is not between 0 and 1, or the level is not.

    Notes
    -----
    baseline +- z sqrt(baseline (1 - baseline) / n): Wilson's interval turned round.  Spiegelhalter (2005),
    Statistics in Medicine 24:1185.
    """
    _check_level(confidence)
    _check_share(baseline)
    if _missing(n):
        return NONE
    if n < 0:
        raise ValueError(f"A denominator is 0 or more; got {n}.")
    if n == 0:
        return NONE
    reach = _z(confidence) * math.sqrt(baseline * (1 - baseline) / n)
    return Interval(max(0.0, baseline - reach) * multiplier, min(1.0, baseline + reach) * multiplier)


def count_line(
    events: float | None, baseline: float = 1.0, multiplier: float = 1.0, confidence: float = 0.95
) -> CountLine:
    """Points of the funnel lines of a rate or ratio, for one count of events.

    Drawn for counts from 1 upwards, (``exposure_lo``, ``lo``) and (``exposure_hi``, ``hi``) are the two lines.

    Parameters
    ----------
    events : float
        Events counted.
    baseline : float
        Rate of all units together, in events for one unit of exposure; 1 for a ratio of observed to expected.
    multiplier : float
        Scale of the heights: 1000 for "per 1,000".
    confidence : float
        Two-sided level, between 0 and 1.

    Returns
    -------
    CountLine
        The exposures at which a unit with so many events would lie just on the line.  At 0 events the lower line
        has height 0 and there is no upper line (NaN).  NaN throughout where the count is missing.

    Raises
    ------
    ValueError
        If the count is negative, the baseline is not above 0, or the level is not between 0 and 1.

    Notes
    -----
    Solves for the expected number whose exact Poisson tail is half of what the level leaves.
    """
    if not baseline > 0:
        raise ValueError(f"The baseline of a rate is above 0; got {baseline}.")
    expected = exact_count_interval(events, confidence)
    if _missing(*expected):
        return CountLine(math.nan, math.nan, math.nan, math.nan)
    top = events * baseline * multiplier
    if events == 0:
        return CountLine(0.0, math.nan, expected.hi / baseline, math.nan)
    return CountLine(top / expected.hi, top / expected.lo, expected.hi / baseline, expected.lo / baseline)


def proportion_position(x: float | None, n: float | None, baseline: float) -> Position | None:
    """Where a unit's proportion lies in its funnel.

    Parameters
    ----------
    x, n : float
        Numerator and denominator of the unit.
    baseline : float
        Proportion of all units together, between 0 and 1.

    Returns
    -------
    str or None
        ``high_998`` or ``low_998`` outside the 99.8 % lines, ``high_95`` or ``low_95`` outside the 95 % lines,
        ``none`` inside or on them; None where an input is missing or ``n`` is 0.

    Raises
    ------
    ValueError
        If ``x`` is negative or greater than ``n``, or the baseline is not between 0 and 1.
    """
    if _missing(x, n):
        return None
    if n < 0 or x < 0 or x > n:
        raise ValueError(f"A proportion needs 0 <= x <= n; got x = {x}, n = {n}.")
    limits = {name: proportion_limits(n, baseline, 1.0, level) for name, level in LEVELS.items()}
    return None if n == 0 else _position(x / n, limits)


def rate_position(events: float | None, exposure: float | None, baseline: float = 1.0) -> Position | None:
    """Where a unit's rate or ratio lies in its funnel.

    Parameters
    ----------
    events : float
        Events of the unit.
    exposure : float
        Its exposure; its expected events for a ratio.
    baseline : float
        Rate of all units together, in events for one unit of exposure; 1 for a ratio.

    Returns
    -------
    str or None
        As :func:`proportion_position`; None where an input is missing or the exposure is 0.

    Raises
    ------
    ValueError
        If events or exposure are negative, or the baseline is not above 0.
    """
    if not baseline > 0:
        raise ValueError(f"The baseline of a rate is above 0; got {baseline}.")
    if _missing(events, exposure):
        return None
    if events < 0 or exposure < 0:
        raise ValueError(f"A rate needs events and exposure of 0 or more; got {events} and {exposure}.")
    if exposure == 0:
        return None
    for name, level in LEVELS.items():
        around = exact_count_interval(events, level)
        if around.lo > exposure * baseline:
            return f"high_{name}"
        if around.hi < exposure * baseline:
            return f"low_{name}"
    return "none"


def _position(value: float, limits: dict[str, Interval]) -> Position:
    for name, line in limits.items():
        if value > line.hi:
            return f"high_{name}"
        if value < line.lo:
            return f"low_{name}"
    return "none"


def _z(confidence: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf((1 + confidence) / 2))


def _check_share(baseline: float) -> None:
    if not 0 <= baseline <= 1:
        raise ValueError(f"The baseline of a proportion lies between 0 and 1; got {baseline}.")


# --------------------------------------------------------------------------------------------------------------------
# The scales on which chance has a known spread, and how the spread between units is estimated on them.

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
        As in :func:`hmic_analysis.statistics.funnel.overdispersed_funnel`.

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
    trim : float
        Share at each end, from 0 to below 0.5.

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
    known : array of bool, shape (n,)
        Units that have both figures.

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


# --------------------------------------------------------------------------------------------------------------------
# Funnel limits that allow for units differing by more than chance, as police forces always do.
#
# Each unit's figure is put on a scale where chance has a known spread, the spread between units (tau squared) is
# estimated with the extremes drawn in, and the limits are widened by it.
#
# Conventions: a unit whose numerator or denominator is missing, or whose denominator is 0, is left out and has no
# limits; counts that can't be are an error; too few units give a result with a ``refusal`` and no limits.

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
