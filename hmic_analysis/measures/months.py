"""Months: reading them, counting by them, and a force against itself over them."""

import calendar
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median

import pandas as pd

from hmic_analysis.contracts.base import MonthRows
from hmic_analysis.errors import DataError
from hmic_analysis.measures.base import MONTHS, local_days, month_name
from hmic_analysis.statistics.interrupted import (
    MINIMUM_AFTER,
    MINIMUM_BEFORE,
    InterruptedSeries,
    interrupted_series,
    placebo_series,
)
from hmic_analysis.statistics.intervals import CONFIDENCE
from hmic_analysis.statistics.xmr import Better, Xmr, xmr

# Months: reading them, and counting by them.


def read_months(column: pd.Series, chart: str) -> pd.Series:
    """The first day of each month.

    Parameters
    ----------
    column : pandas.Series
        Dates, times, periods, or texts such as ``2014-01``; any day stands for its month.
    chart : str
        Name of the function that reads them, for messages.

    Returns
    -------
    pandas.Series
        Timestamps without a time zone; missing where the month is.

    Raises
    ------
    DataError
        If something else than a month is among them.
    """
    if pd.api.types.is_numeric_dtype(column) and column.notna().any():
        raise DataError(
            f"{chart}: column '{column.name}' holds the number {column.dropna().iloc[0]}, which is no month.\n"
            "Use dates, or texts such as '2014-01'."
        )
    months = [_month(value) for value in column]
    wrong = [i for i, (m, given) in enumerate(zip(months, column.notna(), strict=True)) if given and m is pd.NaT]
    if wrong:
        raise DataError(
            f"{chart}: column '{column.name}' holds {column.iloc[wrong[0]]!r} in row {wrong[0] + 1}, "
            "which is no month.\nUse dates, or texts such as '2014-01'."
        )
    return pd.Series(months, dtype="datetime64[ns]")


def _month(value: object) -> pd.Timestamp:
    """The first day of the month of one value; NaT if it has none."""
    if isinstance(value, pd.Period):
        value = value.to_timestamp()
    try:
        day = pd.Timestamp(value)
    except (TypeError, ValueError):
        return pd.NaT
    return day if day is pd.NaT else pd.Timestamp(year=day.year, month=day.month, day=1)


def first_whole_month(day: date | pd.Timestamp) -> pd.Timestamp:
    """The first month that lies wholly on or after a day."""
    day = pd.Timestamp(day).normalize()
    return day if day.day == 1 else day + pd.offsets.MonthBegin(1)


def count_by_month(months: pd.Series, start: date, end: date) -> pd.DataFrame:
    """Rows in each whole month of a period.

    Parameters
    ----------
    months : pandas.Series
        Month of each row, its first day; rows without one are not counted.
    start, end : datetime.date
        First and last day of the period: a month of which it holds only a part would look low, and is left out.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``value``; a month without a row is not there, since nothing tells it from one not supplied.
    """
    counts = _whole(local_days(months), start, end).value_counts().sort_index()
    return pd.DataFrame({"month": counts.index, "value": counts.to_numpy(dtype=float)})


def share_by_month(states: pd.Series, months: pd.Series, start: date, end: date) -> pd.DataFrame:
    """Units with a property among those whose state is known, in each whole month of a period.

    Parameters
    ----------
    states : pandas.Series
        Nullable booleans, one for each unit.
    months : pandas.Series
        Month of each unit, its first day, on the same index.
    start, end : datetime.date
        First and last day of the period; months that it holds only in part are left out.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``numerator`` (units that have it), ``denominator`` (units whose state is known).
    """
    kept = _whole(local_days(months), start, end)
    known = states.reindex(kept.index).astype("boolean")
    parts = pd.DataFrame({"month": kept, "numerator": known.fillna(False), "denominator": known.notna()})
    return parts.groupby("month")[["numerator", "denominator"]].sum().astype(float).reset_index()


def _whole(months: pd.Series, start: date, end: date) -> pd.Series:
    """The months that lie wholly in a period."""
    inside = (months >= pd.Timestamp(start)) & (months + pd.offsets.MonthEnd(0) <= pd.Timestamp(end))
    return months[inside.fillna(False).to_numpy(dtype=bool)]


# Which months of a period a table covers.

#: A month with fewer rows than this share of the usual month was hardly supplied.
THIN = 0.1
#: Days without a row at an end of a month, beyond what is usual for the table, that part a month from a whole one, and
#: the rows that were to be expected in them: as few as none come by chance once in a thousand times.
EDGE_DAYS, EDGE_ROWS = 7, 7.0
#: Days without a row at an end of the period, beyond the most that another month has, from which it is told.
ODD_DAYS = 3
#: Rows to be expected in months without any, below which none may come by chance (once in twenty times).
CHANCE_ROWS = 3.0


@dataclass(frozen=True)
class Coverage:
    """The months of a period, by what a table holds of them.

    Attributes
    ----------
    months : tuple of str
        All months of the period: ``2013-05``.
    absent : tuple of str
        Without any row.
    quiet : tuple of str
        Those of them in which none may be chance: so few rows come in a month.
    thin : tuple of str
        With less than a tenth of the rows of the usual month.
    part : tuple of str
        Rows end, or begin, in the middle of the month.
    begins, ends : datetime.date, optional
        First and last day with a row, where that is days later, or earlier, than in any other month.
    """

    months: tuple[str, ...]
    absent: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    thin: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    begins: date | None = None
    ends: date | None = None

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """The months that were supplied whole, as far as the rows tell."""
        return tuple(m for m in self.months if m not in self.missing)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The months that were not supplied whole."""
        missed = (set(self.absent) - set(self.quiet)) | {*self.thin, *self.part}
        return tuple(m for m in self.months if m in missed)

    @property
    def held(self) -> tuple[str, ...]:
        """The months with a row."""
        return tuple(m for m in self.months if m not in self.absent)


def months_between(start: date, end: date) -> tuple[str, ...]:
    """The months that a period touches, ``2012-12`` to ``2013-11``."""
    return tuple(f"{month:%Y-%m}" for month in pd.period_range(start, end, freq="M"))


def coverage(rows: Mapping[str, MonthRows], start: date, end: date) -> Coverage:
    """What a table holds of the months of a period.

    Parameters
    ----------
    rows : mapping of str to MonthRows
        By month, as counted when the table was loaded.
    start, end : datetime.date
        First and last day of the period; of a month that it holds in part no day is missed.
    """
    months = months_between(start, end)
    found = {m: rows[m] for m in months if m in rows}
    if not found:
        return Coverage(months, absent=months)
    # Of the fuller half: a file that breaks off early and trickles on must not set what is usual.
    counts = sorted((r.rows for r in found.values()), reverse=True)
    usual = median(counts[: (len(counts) + 1) // 2])
    thin = tuple(m for m, r in found.items() if r.rows < THIN * usual)
    whole = {m: r for m, r in found.items() if _days(m)[0] >= start and _days(m)[1] <= end and r.last}
    # Weekly and monthly tables end every month early: only what is unusual for the table is missed.
    late, early = ([side(m, r) for m, r in whole.items()] for side in (_late, _early))
    usually = (median(late), median(early)) if whole else (0, 0)
    part = tuple(
        m
        for m, r in whole.items()
        if m not in thin
        and any(
            gap >= usual_gap + EDGE_DAYS and gap * usual / 30 >= EDGE_ROWS
            for gap, usual_gap in zip((_late(m, r), _early(m, r)), usually, strict=True)
        )
    )
    absent = tuple(m for m in months if m not in found)
    quiet = _quiet(months, absent, sum(counts) / len(counts))
    ends = {m: r for m, r in whole.items() if m not in (*thin, *part)}
    return Coverage(months, absent, quiet, thin, part, *(_abrupt(m, side, ends, usual) for m, side in
                    ((months[0], _late), (months[-1], _early))))  # fmt: skip


def _abrupt(
    month: str, side: Callable[[str, MonthRows], int], rows: Mapping[str, MonthRows], usual: float
) -> date | None:
    """The day on which a month begins or ends, days off from all others and with rows to be expected in between."""
    gaps = {m: side(m, r) for m, r in rows.items()}
    gap = gaps.pop(month, 0)
    if len(gaps) < ODD_DAYS or gap < max(gaps.values()) + ODD_DAYS or gap * usual / 30 < EDGE_ROWS:
        return None
    return _days(month)[0].replace(day=rows[month].first if side is _late else rows[month].last)


def _quiet(months: Sequence[str], absent: Sequence[str], usual: float) -> tuple[str, ...]:
    """Months without a row, of stretches in which hardly any were to be expected."""
    quiet: list[str] = []
    stretch: list[str] = []
    for month in (*months, ""):
        if month in absent:
            stretch.append(month)
            continue
        quiet += stretch if usual * len(stretch) < CHANCE_ROWS else []
        stretch = []
    return tuple(quiet)


def _days(month: str) -> tuple[date, date]:
    year, number = (int(x) for x in month.split("-"))
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def _late(month: str, rows: MonthRows) -> int:
    """Days before the first row."""
    return rows.first - 1


def _early(month: str, rows: MonthRows) -> int:
    """Days after the last row."""
    return _days(month)[1].day - rows.last


def say_months(months: Sequence[str]) -> str:
    """Months in words, runs drawn together: ``December 2012 to May 2013 and August 2013``."""
    names = {m: f"{MONTHS[int(m[5:]) - 1]} {m[:4]}" for m in months}
    runs: list[list[str]] = []
    for month in sorted(months):
        if runs and pd.Period(runs[-1][-1], "M") + 1 == pd.Period(month, "M"):
            runs[-1].append(month)
        else:
            runs.append([month])
    said = []
    for run in runs:
        first, last = names[run[0]], names[run[-1]]
        if first[-4:] == last[-4:]:
            first = first[:-5]
        said.append(names[run[-1]] if len(run) == 1 else f"{first} to {last}")
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else "".join(said)


# A force against itself: an XmR chart of a monthly figure.

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
POINTS = ("month", "value", "centre", "lower", "upper", "rule", "point_type", "segment", "change")
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
        ``rule`` and ``point_type`` (as in :mod:`hmic_analysis.statistics.xmr`), ``segment``, ``change`` (what began
        with it).
    chart : Xmr or None
        The chart of the statistics package; None where there is no month.
    signals : pandas.DataFrame
        The months that break a rule: ``month``, ``value``, ``rule``, ``words``.
    looks : int
        Months that were looked at, times the rules.
    method : str
        Dialect, refusals and cautions, in full.
    """

    points: pd.DataFrame
    chart: Xmr | None
    signals: pd.DataFrame
    looks: int
    method: str

    @property
    def note(self) -> str:
        """What has to stand under the chart itself: why there are no limits, or what its signals are worth."""
        if self.chart is None or not self.looks:
            return self.method
        short = " Provisional: fewer than 13 months." if self.chart.points["short"].any() else ""
        said = f" {self.chart.refusal}" if self.chart.refusal else ""
        return f"With {self.looks} checks, chance and seasons give signals.{short}{said}"


def monthly_control(
    frame: pd.DataFrame, *, better: Better = "-", changes: Mapping[str, str] | None = None
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
        chart = xmr(series, better=better, changes=named)
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
    return f"{chart.dialect}{short}{said} {looks} checks were made: some signals come of chance. {SEASON}"


# Staff time saved by a change: what the series says beyond trend and memory, beside the bare before and after.


CHANCE = "The bare comparison of before and after can come of a trend or a bad month alone."
NOT_MONEY = "Hours saved are time freed, not money, and only as good as the record of hours."


@dataclass(frozen=True)
class TimeSaved:
    """What a change saved, or why that can't be said.

    Attributes
    ----------
    series : InterruptedSeries
    placebo : InterruptedSeries or None
        The same model at a change that never was; None where the series is too short for it.
    change : label
        First point after the change.
    unit : str
        Of the values: ``hours``.
    method : str
        To be printed under the chart.
    """

    series: InterruptedSeries
    placebo: InterruptedSeries | None
    change: Hashable
    unit: str
    method: str

    @property
    def refused(self) -> bool:
        """Whether no effect is given."""
        return bool(self.series.refusal)


def time_saved(values: pd.Series, change: Hashable, *, unit: str = "hours") -> TimeSaved:
    """The effect of a change on a monthly series: a step, without a season.

    Parameters
    ----------
    values : pandas.Series
        One value a month in order, missing months present as NaN, indexed by month.
    change : label
        First month with the change.
    unit : str
        Of the values.

    Returns
    -------
    TimeSaved
        With fewer than 24 points before the change or 12 after no effect and no p-value is given, but the bare
        comparison is.

    Raises
    ------
    DataError
        If the change is not a month of the series, months repeat, or an argument is out of range.

    Notes
    -----
    :func:`hmic_analysis.statistics.interrupted.interrupted_series`: first-order autoregressive errors.
    """
    options = {"effect": "step", "harmonics": 0}
    try:
        found = interrupted_series(values, change, **options)
        placebo = _placebo(values, change, options, found)
    except ValueError as fault:
        raise DataError(f"time_saved: {fault}") from None
    return TimeSaved(series=found, placebo=placebo, change=change, unit=unit, method=_model_words(found, placebo))


def _placebo(values: pd.Series, change: Hashable, options: dict, found: InterruptedSeries) -> InterruptedSeries | None:
    """A change that never was, in the months before the real one; too few of them give none."""
    if found.refusal or found.n_before < MINIMUM_BEFORE + MINIMUM_AFTER:
        return None
    placebo = placebo_series(values, change, **options)
    return None if placebo.refusal else placebo


def _model_words(found: InterruptedSeries, placebo: InterruptedSeries | None) -> str:
    if found.refusal:
        return f"{found.refusal} {NOT_MONEY}"
    text = (
        f"Interrupted series, {found.effect}, first-order autoregressive errors (correlation {found.rho:.2f}), "
        f"{found.n_before} months before and {found.n_after} after, {CONFIDENCE:.0%} t interval."
    )
    if placebo is not None:
        none = placebo.saved.lo <= 0 <= placebo.saved.hi
        text += (
            f" The same model at a change {MINIMUM_AFTER} months earlier, which never was, finds "
            f"{'nothing' if none else 'an effect too: do not rely on this one'}."
        )
    return f"{text} {NOT_MONEY}"
