"""F4: what the monthly minutes a task say of a change, beside the bare before and after; no verdict rests on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.measures.months import first_whole_month
from hmic_analysis.measures.time_saved import NOT_MONEY, TimeSaved, time_saved
from hmic_analysis.measures.words import month_name, plain
from hmic_analysis.statistics.intervals import Interval
from hmic_analysis.statistics.its_design import MINIMUM_AFTER, MINIMUM_BEFORE

NO_SERIES = "no month of any change was supplied"


class ChangeMonths(NamedTuple):
    """The months of one change.

    Attributes
    ----------
    change : str
        Its reference.
    first : pandas.Timestamp
        First month that lies wholly after it went live.
    mixed : pandas.Timestamp or None
        The month in which it went live, unless that was its first day: a mix of before and after, left out.
    months : pandas.DataFrame
        Indexed by month, one row for each from the first to the last and up to ``first``: ``minutes`` a task and
        ``tasks``; missing where not given, and in the mixed month.
    """

    change: str
    first: pd.Timestamp
    mixed: pd.Timestamp | None
    months: pd.DataFrame


@dataclass(frozen=True)
class MonthlySaving:
    """What the months of one change say.

    Attributes
    ----------
    change : str
        Reference of the change; empty where there is no series.
    first : pandas.Timestamp or None
        First whole month with it.
    frame : pandas.DataFrame
        ``month``, ``value``, ``fitted``, ``counterfactual`` in minutes a task, for a chart.
    step : float or None
        Minutes saved on each task; None where no effect is estimated.
    limits : Interval or None
        Of the step.
    hours : float or None
        Hours saved over the months after; None without a step, or where tasks of any of those months are missing.
    observed : int
        Months with a value.
    saved, naive, method : str
        Result or refusal, bare comparison, model and cautions.
    """

    change: str
    first: pd.Timestamp | None
    frame: pd.DataFrame
    step: float | None
    limits: Interval | None
    hours: float | None
    observed: int
    saved: str
    naive: str
    method: str


def longest_series(change: pd.DataFrame, benefit_month: pd.DataFrame, as_of: date) -> ChangeMonths | None:
    """The change with the most months on record.

    Parameters
    ----------
    change, benefit_month : pandas.DataFrame
        The tables of those names.
    as_of : datetime.date
        Months that had not ended on that day, and changes not yet live, are left out.

    Returns
    -------
    ChangeMonths or None
        Of those with as many months the one first live, then the first reference; None where no change that is live
        has a month.
    """
    day = pd.Timestamp(as_of)
    live = change[(change["live_on"] <= day).fillna(False).to_numpy(dtype=bool)]
    rows = benefit_month[benefit_month["minutes_per_task"].notna().to_numpy(dtype=bool)]
    rows = rows.assign(month=pd.to_datetime(rows["month"]).astype("datetime64[ns]"))
    rows = rows[(rows["month"] + pd.offsets.MonthEnd(0) <= day).to_numpy(dtype=bool)]
    counts = rows["change_id"].value_counts()
    candidates = live.assign(n=live["change_id"].map(counts)).dropna(subset=["n"])
    if candidates.empty:
        return None
    best = candidates.sort_values(["n", "live_on", "change_id"], ascending=[False, True, True]).iloc[0]
    first = first_whole_month(best["live_on"])
    own = rows[(rows["change_id"] == best["change_id"]).to_numpy(dtype=bool)].set_index("month").sort_index()
    every = pd.date_range(min(own.index.min(), first), max(own.index.max(), first), freq="MS")
    months = own[["minutes_per_task", "tasks"]].astype(float).reindex(every)
    months = months.rename(columns={"minutes_per_task": "minutes"})
    mixed = None if pd.Timestamp(best["live_on"]).day == 1 else first - pd.offsets.MonthBegin(1)
    if mixed in months.index:
        months.loc[mixed] = np.nan
    return ChangeMonths(str(best["change_id"]), first, mixed, months)


def monthly_saving(series: ChangeMonths | None, confidence: float = 0.95) -> MonthlySaving:
    """What the months say: one step at the change beyond the trend, in minutes a task.

    Parameters
    ----------
    series : ChangeMonths or None
        Result of :func:`longest_series`.
    confidence : float
        Level of the interval, between 0 and 1.

    Returns
    -------
    MonthlySaving
        Without a step with fewer than 24 months before or 12 after.  Hours are the step times the tasks of the months
        after; the tasks are taken as known.
    """
    if series is None:
        empty = pd.DataFrame({c: pd.Series(dtype=float) for c in ("month", "value", "fitted", "counterfactual")})
        return MonthlySaving("", None, empty, None, None, None, 0, "", "", "")
    found = time_saved(series.months["minutes"], series.first, unit="minutes a task", confidence=confidence)
    frame = found.series.fitted.rename_axis("month").reset_index()
    naive = _naive(found)
    observed = found.series.n_before + found.series.n_after
    if found.refused:
        return MonthlySaving(
            series.change, series.first, frame, None, None, None, observed, _refusal(found), naive,
            " ".join([*_left_out(series), NOT_MONEY]),
        )  # fmt: skip
    row = found.series.coefficients.loc["step"]
    step, limits = -float(row["estimate"]), Interval(-float(row["hi"]), -float(row["lo"]))
    after = series.months.loc[series.first :]
    tasks = after.loc[after["minutes"].notna(), "tasks"]
    hours = None if tasks.isna().any() else float(tasks.sum()) / 60
    return MonthlySaving(
        change=series.change,
        first=series.first,
        frame=frame,
        step=step,
        limits=limits,
        hours=None if hours is None else step * hours,
        observed=observed,
        saved=_saved(step, limits, hours, found.series.n_after, confidence),
        naive=naive,
        method=" ".join([*_left_out(series), found.method]),
    )


def _saved(step: float, limits: Interval, hours: float | None, n_after: int, confidence: float) -> str:
    """The step and what it comes to; ``hours`` is the hours that a minute saved on each task would come to."""
    level = f"{100 * confidence:g}% interval"
    lead = f"Each task took {abs(step):,.1f} minutes {'less' if step >= 0 else 'more'} than expected"
    if limits.lo <= 0 <= limits.hi:
        span = f"{-limits.lo:,.1f} more to {limits.hi:,.1f} less"
        return f"{lead}, but the {level} runs from {span}: no saving is shown"
    low, high = sorted((abs(limits.lo), abs(limits.hi)))
    text = f"{lead} ({level} {low:,.1f} to {high:,.1f})"
    if hours is None:
        return text
    total = f"{plain(abs(step) * hours)} hours {'saved' if step >= 0 else 'lost'}"
    return f"{text}: {total} in {n_after} months ({plain(low * hours)} to {plain(high * hours)})"


def _refusal(found: TimeSaved) -> str:
    before, after = found.series.n_before, found.series.n_after
    if before >= MINIMUM_BEFORE and after >= MINIMUM_AFTER:
        return found.series.refusal.rstrip(".")
    return (
        f"No effect estimated: {before} months before the change and {after} after, where {MINIMUM_BEFORE} and "
        f"{MINIMUM_AFTER} are needed"
    )


def _naive(found: TimeSaved) -> str:
    naive = found.series.naive
    if pd.isna(naive.difference):
        return "Before and after can't be compared: one of them has no months."
    way = "fewer" if naive.difference >= 0 else "more"
    return (
        f"Bare comparison: {naive.before:,.1f} minutes a task before and {naive.after:,.1f} after, "
        f"{abs(naive.difference):,.1f} {way}; a trend or a bad month alone can make such a difference."
    )


def _left_out(series: ChangeMonths) -> list[str]:
    if series.mixed is None or series.mixed not in series.months.index:
        return []
    return [f"{month_name(series.mixed)}, in which the change went live, is left out."]
