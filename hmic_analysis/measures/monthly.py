"""A force against itself: an XmR chart of a monthly figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hmic_analysis.errors import DataError
from hmic_analysis.measures.months import read_months
from hmic_analysis.measures.words import month_name
from hmic_analysis.statistics.xmr import Better, Xmr, xmr

RULE_WORDS = {
    "above_limit": "above the upper limit",
    "below_limit": "below the lower limit",
    "trend_up": "in a steady rise",
    "trend_down": "in a steady fall",
    "two_in_three_above": "two of three near the upper limit",
    "two_in_three_below": "two of three near the lower limit",
    "shift_above": "in a run above the mean",
    "shift_below": "in a run below the mean",
}
#: Columns of the points and of the signals.
POINTS = ("month", "value", "centre", "lower", "upper", "rule", "segment", "change")
SIGNALS = ("month", "value", "rule", "words")
#: How many rules look at each month.
RULES = 4
SEASON = "Crime has seasons, which these rules take for signals: set a month beside the same month of other years."


@dataclass(frozen=True)
class MonthlyControl:
    """A monthly figure and its signals.

    Attributes
    ----------
    points : pandas.DataFrame
        One row for each month from the first to the last: ``month``, ``value``, ``centre``, ``lower``, ``upper``,
        ``rule`` (as in :mod:`hmic_analysis.statistics.xmr_rules`), ``segment``, ``change`` (what began with it).
    chart : Xmr or None
        The chart of the statistics package; None where there is no month.
    signals : pandas.DataFrame
        The months that break a rule: ``month``, ``value``, ``rule``, ``words``.
    looks : int
        Months that were looked at, times the rules.
    method : str
        Dialect, refusals and cautions, to be printed under the chart.
    """

    points: pd.DataFrame
    chart: Xmr | None
    signals: pd.DataFrame
    looks: int
    method: str


def monthly_control(
    frame: pd.DataFrame,
    *,
    better: Better = "-",
    changes: Mapping[str, str] | None = None,
    baseline_months: int | None = None,
) -> MonthlyControl:
    """XmR chart of monthly counts, or of monthly shares.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``month`` (any day of it) and either ``value``, or ``numerator`` and ``denominator``, of which a percentage is
        made.  A month without a row or a value is a gap, never nought.
    better : {"higher", "lower", "-"}
        Which way is an improvement.
    changes : mapping of str to str, optional
        Month (``2014-01``) from which limits start afresh, and what changed then.  Limits are never set anew because
        of what the chart shows.
    baseline_months : int, optional
        First months of each stretch that set its limits.

    Returns
    -------
    MonthlyControl
        Without limits and signals, and with the reason, where a stretch has too few months or hardly varies; without
        points where the frame has no month.

    Raises
    ------
    DataError
        If a column is missing, a month can't be read or has two rows, a share is no share, or a
        change has no name or lies outside the months.

    Notes
    -----
    An XmR chart of a share, not a p chart: with tens of thousands of crimes a month the limits of a p chart are so
    tight that every month lies outside.
    """
    series = _series(frame)
    if series.empty:
        return MonthlyControl(pd.DataFrame(columns=list(POINTS)), None, pd.DataFrame(columns=list(SIGNALS)), 0, "")
    named = {}
    for text, change in (changes or {}).items():
        at = read_months(pd.Series([text], name="changes"), "monthly_control").iloc[0]
        named[at] = change
    try:
        chart = xmr(series, better=better, changes=named, baseline_points=baseline_months)
    except ValueError as fault:
        raise DataError(f"monthly_control: {fault}") from None
    points = chart.points.reset_index(names="month")
    points["change"] = [chart.segments[s].change for s in points["segment"]]
    hits = points[points["rule"].notna() & (points["rule"] != "")]
    signals = hits.assign(words=hits["rule"].map(RULE_WORDS))[list(SIGNALS)].reset_index(drop=True)
    looks = RULES * int(points["rule"].notna().sum())
    return MonthlyControl(points[list(POINTS)], chart, signals, looks, _method(chart, looks))


def _series(frame: pd.DataFrame) -> pd.Series:
    """Values by month, gaps as missing ones."""
    wanted = ("month", "value") if "value" in frame else ("month", "numerator", "denominator")
    missing = [c for c in wanted if c not in frame]
    if missing:
        raise DataError(
            f"monthly_control: the frame has no column '{missing[0]}'. It needs month and value, or month, numerator "
            "and denominator."
        )
    months = read_months(frame["month"].reset_index(drop=True), "monthly_control")
    values = frame.reset_index(drop=True)
    if "value" not in frame:
        top, bottom = (pd.to_numeric(values[c], errors="coerce").astype(float) for c in ("numerator", "denominator"))
        if ((top < 0) | (top > bottom)).any():
            raise DataError("monthly_control: a numerator is below 0 or greater than its denominator.")
        values = (100 * top / bottom.where(bottom > 0)).where(bottom.notna())
    else:
        values = pd.to_numeric(values["value"], errors="coerce").astype(float)
    series = pd.Series(values.to_numpy(), index=months)[months.notna().to_numpy()]
    if series.empty:
        return series
    twice = series.index[series.index.duplicated()]
    if len(twice):
        raise DataError(f"monthly_control: there is more than one row for {month_name(twice[0])}. Sum them first.")
    return series.reindex(pd.date_range(series.index.min(), series.index.max(), freq="MS"))


def _method(chart: Xmr, looks: int) -> str:
    if all(s.refusal for s in chart.segments):
        return chart.refusal
    short = "" if not chart.points["short"].any() else " Limits set by fewer than 13 months are provisional."
    said = f" {chart.refusal}" if chart.refusal else ""
    return f"{chart.dialect}{short}{said} {looks} looks were made: some signals come of chance. {SEASON}"
