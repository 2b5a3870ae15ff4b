"""Funnel limits from chance alone: what spread is expected where every unit has the same underlying rate.

The lines and the verdicts rest on one method each, so no point lies on one side of its line and is judged to lie
on the other.  Among police forces chance alone explains little and nearly every force falls outside: see
:mod:`hmic_analysis.statistics.overdispersion`.

Conventions, the same for every function here: a missing input gives a missing result; a denominator of zero gives
a missing result; counts that can't be are an error.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from hmic_analysis.statistics.intervals import NONE, Interval, _check_level, _missing

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
