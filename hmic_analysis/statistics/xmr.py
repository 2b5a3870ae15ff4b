"""XmR charts: what a monthly figure usually does, and the points that are not the usual."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from hmic_analysis.statistics.intervals import floats

# Control chart rules: which points are no chance, in the dialect of Making Data Count.
#
# Every rule looks at points that follow each other without a gap: a missing value ends a run, a trend and a pair.


@dataclass(frozen=True)
class Dialect:
    """The choices by which control charts of different houses differ.

    Attributes
    ----------
    limit_multiplier : float
        Limits lie this many mean moving ranges from the mean: 2.66, elsewhere 3 / 1.128.
    screen_multiplier : float or None
        Moving ranges of this many mean ranges or more are dropped once; None drops none.
    shift_points, trend_points : int
        Points on one side of the mean, points steadily rising or falling, that make a signal.
    """

    limit_multiplier: float = 2.66
    screen_multiplier: float | None = 3.267
    shift_points: int = 7
    trend_points: int = 7

    @property
    def near_multiplier(self) -> float:
        """Mean moving ranges from the mean beyond which a point is near its limit: two thirds of the way."""
        return self.limit_multiplier * 2 / 3

    @property
    def text(self) -> str:
        """The dialect in words, to be written beside each chart."""
        screened = (
            f", ranges of {self.screen_multiplier:g} times their mean or more left out once"
            if self.screen_multiplier is not None
            else ", no ranges left out"
        )
        return (
            f"XmR chart: limits at the mean plus and minus {self.limit_multiplier:.4g} mean moving ranges{screened}. "
            "Signals: a point outside the limits; "
            f"{self.trend_points} points steadily rising or falling (a tie ends a trend); "
            "2 of 3 points within the outer third of the limits, all three on the same side of the mean; "
            f"{self.shift_points} points on the same side of the mean (a point on the mean ends a run)."
        )


MAKING_DATA_COUNT = Dialect()


def signals(values: np.ndarray, centre: float, mean_range: float, dialect: Dialect) -> np.ndarray:
    """Which rule each point breaks first.

    Parameters
    ----------
    values : array of float, shape (n,)
        Points of one segment in order; NaN where missing.
    centre : float
        Mean, in the unit of the values.
    mean_range : float
        Mean moving range, above 0.

    Returns
    -------
    array of object, shape (n,)
        ``above_limit``, ``below_limit``, ``trend_up``, ``trend_down``, ``two_in_three_above``,
        ``two_in_three_below``, ``shift_above``, ``shift_below``, or "" where none applies; None where missing.
        Where several apply, the first in this order.

    Notes
    -----
    Rules and their order as in NHSRplotthedots 0.2.2.
    """
    away = values - centre
    side = np.sign(np.nan_to_num(away))
    outside = np.abs(away) > dialect.limit_multiplier * mean_range
    near = ~outside & (np.abs(away) > dialect.near_multiplier * mean_range)
    trend = _trend(values, dialect.trend_points)
    pair = near & _in_window(_pairs(side, near), 3)
    shift = _in_window(_runs(side, dialect.shift_points), dialect.shift_points)
    above = side > 0
    result = np.full(values.shape, "", dtype=object)
    for flag, up, high, low in (
        (shift, above, "shift_above", "shift_below"),
        (pair, above, "two_in_three_above", "two_in_three_below"),
        (trend != 0, trend > 0, "trend_up", "trend_down"),
        (outside, above, "above_limit", "below_limit"),
    ):
        result[flag & up], result[flag & ~up] = high, low
    result[np.isnan(values)] = None
    return result


def _trend(values: np.ndarray, points: int) -> np.ndarray:
    """1 in a rise, -1 in a fall, 0 in neither; the point where one turns into the other belongs to the later."""
    step = np.sign(np.nan_to_num(np.diff(values)))
    result = np.zeros(values.shape)
    for start in range(values.size - points + 1):
        steps = step[start : start + points - 1]
        if steps.size and steps[0] != 0 and (steps == steps[0]).all():
            result[start : start + points] = steps[0]
    return result


def _pairs(side: np.ndarray, near: np.ndarray) -> np.ndarray:
    """True at the first of three points on the same side of which two are near the limit."""
    result = np.zeros(side.shape, dtype=bool)
    for start in range(side.size - 2):
        same = abs(side[start : start + 3].sum()) == 3
        result[start] = same and near[start : start + 3].sum() >= 2
    return result


def _runs(side: np.ndarray, points: int) -> np.ndarray:
    """True at the first of so many points on the same side."""
    result = np.zeros(side.shape, dtype=bool)
    for start in range(side.size - points + 1):
        result[start] = abs(side[start : start + points].sum()) == points
    return result


def _in_window(first: np.ndarray, points: int) -> np.ndarray:
    """True for every point of the windows that start where ``first`` is."""
    result = np.zeros(first.shape, dtype=bool)
    for start in np.flatnonzero(first):
        result[start : start + points] = True
    return result


# Limits of one stretch of an XmR chart, and the reasons for having none.


@dataclass(frozen=True)
class Segment:
    """A stretch of points with limits of its own.

    Attributes
    ----------
    change : str
        What the segment starts with; empty for the first.
    n : int
        Points with a value; ``n_baseline`` of them set the limits.
    centre, mean_range, lower, upper : float
        In the unit of the values; NaN where refused.
    n_screened : int
        Moving ranges dropped as outliers.
    refusal : str
        Why there are no limits; empty where there are.
    """

    change: str
    n: int
    n_baseline: int
    centre: float
    mean_range: float
    lower: float
    upper: float
    n_screened: int
    refusal: str


def limits_of(
    values: np.ndarray, change: str, baseline_points: int | None, minimum_points: int, dialect: Dialect
) -> Segment:
    """Limits at the mean plus and minus a multiple of the mean moving range.

    Parameters
    ----------
    values : array of float, shape (n,)
        Points of the stretch in order; NaN where missing.
    change : str
        What the stretch starts with.
    baseline_points : int or None
        How many of the first points set the limits; None for all.
    minimum_points : int
        Values that the limits need at least.

    Returns
    -------
    Segment
        Without limits where there are too few values, too many gaps between them, or hardly any variation.
    """
    base = values[:baseline_points]
    n, n_base = int((~np.isnan(values)).sum()), int((~np.isnan(base)).sum())
    ranges = np.abs(np.diff(base))
    ranges = ranges[~np.isnan(ranges)]
    kept = ranges
    if ranges.size and dialect.screen_multiplier is not None:
        kept = ranges[ranges < dialect.screen_multiplier * ranges.mean()]
    mean_range = float(kept.mean()) if kept.size else 0.0
    centre = float(np.nanmean(base)) if n_base else math.nan
    refusal = _refusal(change, n_base, ranges.size, minimum_points, mean_range, centre)
    if refusal:
        centre = mean_range = math.nan
    reach = dialect.limit_multiplier * mean_range
    screened = ranges.size - kept.size
    return Segment(change, n, n_base, centre, mean_range, centre - reach, centre + reach, screened, refusal)


def _refusal(change: str, n: int, n_ranges: int, minimum_points: int, mean_range: float, centre: float) -> str:
    where = f" from {change} on" if change else ""
    if n < max(2, minimum_points):
        return f"No limits{where}: {n} values set them and at least {max(2, minimum_points)} are needed."
    if n_ranges < n / 2:
        return f"No limits{where}: of {n} values only {n_ranges} follow directly on another; the rest lie beside gaps."
    # Rounding dust in equal values is no variation.
    if mean_range <= 1e-12 * max(1.0, abs(centre)):
        return f"No limits{where}: the values hardly vary, so that limits would flag nearly every one of them."
    return ""


# Limits start afresh only at changes that are named: colour on a chart is no reason. Limits may lie below 0 or above
# 100 per cent; clip them for drawing, never for judging.

MINIMUM_POINTS = 12
# Below this a segment has limits that are still settling; the chart says so.
SETTLED_POINTS = 13
Better = Literal["higher", "lower", "-"]


@dataclass(frozen=True)
class Xmr:
    """An XmR chart.

    Attributes
    ----------
    points : pandas.DataFrame
        One row for each value: ``value``, ``segment`` (from 0), ``moving_range``, ``centre``, ``lower``, ``upper``,
        ``lower_near``, ``upper_near``, ``rule`` (see :func:`hmic_analysis.statistics.xmr.signals`),
        ``point_type`` (``common_cause``, ``special_cause_improvement``, ``special_cause_concern``,
        ``special_cause_neutral_high``, ``special_cause_neutral_low``), ``short`` (fewer than 13 points in the
        segment).  ``rule`` and ``point_type`` are None where a value is missing or its segment has no limits: no
        signal was looked for there.
    segments : tuple of Segment
    dialect : str
        The rules in words, to be written beside the chart.
    refusal : str
        The refusals of all segments; empty where every segment has limits.
    """

    points: pd.DataFrame
    segments: tuple[Segment, ...]
    better: Better
    dialect: str

    @property
    def refusal(self) -> str:
        return " ".join(s.refusal for s in self.segments if s.refusal)


def xmr(
    values: Sequence[float] | pd.Series,
    *,
    better: Better = "-",
    changes: Mapping[Hashable, str] | None = None,
    baseline_points: int | None = None,
    minimum_points: int = MINIMUM_POINTS,
    dialect: Dialect = MAKING_DATA_COUNT,
) -> Xmr:
    """XmR chart of a series.

    Parameters
    ----------
    values : sequence of float or pandas.Series, shape (n,)
        One value for each month (or week) in order, missing months present as NaN; a Series keeps its index.
    better : {"higher", "lower", "-"}
        Which way is an improvement.
    changes : mapping of label to str, optional
        First point of each new segment (its index label; its position in a plain sequence) and what changed then.
    baseline_points : int, optional
        Set each segment's limits by so many of its first points, so that later signals don't widen them.
    minimum_points : int
        Values that a segment's limits need at least.
    dialect : Dialect
        Constants and lengths of runs.

    Returns
    -------
    Xmr
        A segment with too few values, or whose values hardly vary, has no limits and says why.  A moving range is
        taken only between neighbours: a missing value leaves out the two ranges beside it.

    Raises
    ------
    ValueError
        If there are no values, a change is at a label that isn't there, at the first point or without a name,
        labels repeat, ``better`` is unknown, or the baseline is below 1.

    Notes
    -----
    Limits and rules as in NHSRplotthedots (NHS England's Making Data Count); with few points or a named change
    close to the end they are provisional.
    """
    series = pd.Series(floats(values), index=values.index if isinstance(values, pd.Series) else None)
    if better not in ("higher", "lower", "-"):
        raise ValueError(f"Better is higher, lower or -; got {better!r}.")
    if baseline_points is not None and baseline_points < 1:
        raise ValueError(f"A baseline needs points; got {baseline_points}.")
    starts = _starts(series.index, changes or {})
    parts, segments = [], []
    for number, (start, change) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(series)
        part = series.iloc[start:end]
        segment = limits_of(part.to_numpy(), change, baseline_points, minimum_points, dialect)
        segments.append(segment)
        parts.append(_part(part, segment, dialect).assign(segment=number))
    points = pd.concat(parts)
    points["point_type"] = pd.Series(
        [_point_type(rule, better) for rule in points["rule"]], index=points.index, dtype=object
    )
    return Xmr(points, tuple(segments), better, dialect.text)


def _starts(index: pd.Index, changes: Mapping[Hashable, str]) -> list[tuple[int, str]]:
    if not len(index):
        raise ValueError("A chart needs values; there are none.")
    if not index.is_unique:
        raise ValueError("Each point of a chart needs a label of its own; some labels repeat.")
    starts = {0: ""}
    for label, name in changes.items():
        if label not in index:
            raise ValueError(f"There is no point {label!r} where a change is said to begin.")
        if not str(name).strip():
            raise ValueError(f"Name the change at {label!r}: limits start afresh only where something known changed.")
        if index.get_loc(label) == 0:
            raise ValueError(f"The change at {label!r} is at the first point: there is nothing before it.")
        starts[index.get_loc(label)] = str(name)
    return sorted(starts.items())


def _part(series: pd.Series, segment: Segment, dialect: Dialect) -> pd.DataFrame:
    values = series.to_numpy()
    near = dialect.near_multiplier * segment.mean_range
    rules = np.full(values.shape, None, dtype=object)
    if not segment.refusal:
        rules = signals(values, segment.centre, segment.mean_range, dialect)
    columns = {
        "value": values,
        "moving_range": np.abs(np.diff(values, prepend=np.nan)),
        "centre": segment.centre,
        "lower": segment.lower,
        "upper": segment.upper,
        "lower_near": segment.centre - near,
        "upper_near": segment.centre + near,
        "rule": pd.Series(rules, index=series.index, dtype=object),
        "short": segment.n < SETTLED_POINTS,
    }
    return pd.DataFrame(columns, index=series.index)


def _point_type(rule: str | None, better: Better) -> str | None:
    if rule is None:
        return None
    if rule == "":
        return "common_cause"
    up = rule.endswith(("above", "up")) or rule == "above_limit"
    if better == "-":
        return "special_cause_neutral_high" if up else "special_cause_neutral_low"
    return "special_cause_improvement" if up == (better == "higher") else "special_cause_concern"
