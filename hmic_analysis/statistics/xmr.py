"""XmR charts: what a monthly figure usually does, and the points that are not the usual.

Limits start afresh only at changes that are named: colour on a chart is no reason.  Limits may lie below 0 or
above 100 per cent; clip them for drawing, never for judging.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from hmic_analysis.statistics.arrays import floats
from hmic_analysis.statistics.intervals import _missing
from hmic_analysis.statistics.xmr_limits import Segment, limits_of
from hmic_analysis.statistics.xmr_rules import MAKING_DATA_COUNT, Dialect, signals

MINIMUM_POINTS = 12
# Below this a segment has limits that are still settling; the chart says so.
SETTLED_POINTS = 13
Better = Literal["higher", "lower", "-"]
Assurance = Literal["consistent_pass", "consistent_fail", "inconsistent"]


@dataclass(frozen=True)
class Xmr:
    """An XmR chart.

    Attributes
    ----------
    points : pandas.DataFrame
        One row for each value: ``value``, ``segment`` (from 0), ``moving_range``, ``centre``, ``lower``, ``upper``,
        ``lower_near``, ``upper_near``, ``rule`` (see :func:`hmic_analysis.statistics.xmr_rules.signals`),
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

    def assurance(self, target: float | None) -> Assurance | None:
        """Whether the process as it is now meets a target month after month.

        Parameters
        ----------
        target : float or None
            In the unit of the values.

        Returns
        -------
        str or None
            ``consistent_pass`` or ``consistent_fail`` where the target lies outside the limits of the last
            segment, ``inconsistent`` inside or on them; None where neither direction is better, the target is
            missing or the last segment has no limits.
        """
        last = self.segments[-1]
        if self.better == "-" or last.refusal or _missing(target):
            return None
        if target > last.upper:
            return "consistent_fail" if self.better == "higher" else "consistent_pass"
        if target < last.lower:
            return "consistent_pass" if self.better == "higher" else "consistent_fail"
        return "inconsistent"


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
