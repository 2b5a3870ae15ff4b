"""F4: whether the force can tell the staff time its changes have saved, and works to find out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.evidence.grades import grade_documents, grade_indicator
from hmic_analysis.evidence.model import ClaimEvidence, Grade
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, decision_bounds, request_gap, undecided
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, among, month_name, open_blanks, plain, unread
from hmic_analysis.measures.months import CHANCE, NOT_MONEY, TimeSaved, first_whole_month, time_saved
from hmic_analysis.statistics.interrupted import MINIMUM_AFTER, MINIMUM_BEFORE
from hmic_analysis.statistics.intervals import CONFIDENCE, Interval

# F4: staff time saved by changes and new technology.
#
# Only a measurement before and one after make a saving; estimates do not. Hours saved are freed time, not cash.

MEASURED = ("system_log", "time_and_motion", "survey")
#: Best first.
METHODS = ("system_log", "time_and_motion", "survey", "estimate")


class Saving(NamedTuple):
    """Hours a year, with a 95 % interval (None where no measurement states its error).

    ``changes`` are counted; of ``without`` more the saving is, or may be, measured, and it isn't known.
    ``either_way`` counts none of these, and all; None where there are none, or where they may come to anything.
    ``units`` are the changes counted, with their hours, and those of ``without``.
    """

    hours: float | None
    lo: float | None
    hi: float | None
    changes: int
    without: int = 0
    either_way: Interval | None = None
    units: Share | None = None


def live_changes(change: pd.DataFrame, as_of: date, months: int) -> pd.DataFrame:
    """Changes that have been live long enough to be measured.

    The rows, with those whose date can't be read; a change without a date is not live.

    ``months``: least number of months since it went live.
    """
    latest = pd.Timestamp(as_of) - pd.DateOffset(months=months)
    live = (change["live_on"] <= latest).fillna(False) | unread(change, "live_on")
    return change[live.to_numpy(dtype=bool)]


def measurements(changes: pd.DataFrame, benefit: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Benefit records of some changes, and whether each is a measurement before and after.

    The rows, with ``measured``: a nullable boolean.  True: by log, time and motion or survey, minutes from before
    the change went live, and minutes from after.  Missing: both are there, and a date is blank, or what is there
    can't be read.

    ``changes``: result of :func:`live_changes`.
    ``as_of``: a measurement made after it was not there on it.
    """
    rows = benefit.merge(changes[["change_id", "live_on"]].drop_duplicates("change_id"), on="change_id")
    minutes = pd.Series(True, index=rows.index, dtype="boolean")
    for name in ("baseline_minutes", "post_minutes"):
        minutes &= rows[name].notna().astype("boolean").mask(unread(rows, name))
    both = rows["method"].isin(list(MEASURED)).astype("boolean") & minutes
    before = (rows["baseline_on"] <= rows["live_on"]).astype("boolean").mask(rows["baseline_on"].isna())
    after = rows["post_on"].between(rows["live_on"], pd.Timestamp(as_of)).astype("boolean")
    return rows.assign(measured=both & before & after.mask(rows["post_on"].isna()))


def with_measured_saving(changes: pd.DataFrame, found: pd.DataFrame) -> Share:
    """Live changes with a measurement before and after.

    ``changes`` is what :func:`live_changes` gives. ``found`` is what :func:`measurements` gives.
    """
    sure = among(changes["change_id"], found.loc[found["measured"].fillna(False).to_numpy(dtype=bool), "change_id"])
    maybe = among(changes["change_id"], found.loc[found["measured"].isna().to_numpy(dtype=bool), "change_id"])
    state = sure.astype("boolean").mask(maybe & ~sure)
    return Share.of(state.mask(unread(changes, "live_on")), changes["change_id"])


def hours_saved(changes: pd.DataFrame, found: pd.DataFrame) -> Saving:
    """Hours a year saved by the measured changes.

    ``changes`` is what :func:`live_changes` gives. ``found`` is what :func:`measurements` gives. Sum over
    measurements of (minutes before minus after) times tasks a year, over 60. Of measured changes that overlap, only
    the one first live is counted, and only the best method of each change. The interval is normal, from the stated
    standard errors, which are taken as independent.
    """
    rank = found["method"].map({method: number for number, method in enumerate(METHODS)})
    minutes = found["baseline_minutes"].astype(float) - found["post_minutes"].astype(float)
    rows = found.assign(rank=rank, hours=minutes * found["tasks_per_year"].astype(float) / 60)
    sure = _best(rows[rows["measured"].fillna(False).to_numpy(dtype=bool)])
    maybe = _best(rows[rows["measured"].isna().to_numpy(dtype=bool)])
    open_ = set(sure.loc[sure["hours"].isna().to_numpy(dtype=bool), "change_id"])
    counted = _apart(changes, set(sure["change_id"]) - open_)
    # Of a change that shares its saving with one that is counted nothing is missing.
    without = _apart(changes, open_ | set(maybe["change_id"]), counted)
    of_open = pd.concat([sure, maybe[~among(maybe["change_id"], sure["change_id"])]])
    more = (
        of_open[among(of_open["change_id"], without)]
        .groupby("change_id")["hours"]
        .agg(lambda hours: hours.sum(skipna=False))
    )
    rows = sure[among(sure["change_id"], counted).to_numpy(dtype=bool)]
    own = changes[among(changes["change_id"], [*counted, *without]).to_numpy(dtype=bool)].drop_duplicates("change_id")
    hours = own["change_id"].map(rows.groupby("change_id")["hours"].sum()).astype(float).rename("hours")
    units = Share.of_amounts(hours.notna().astype("boolean").mask(hours.isna()), own, hours)
    if rows.empty:
        return Saving(None, None, None, 0, len(without), units=units)
    total = float(rows["hours"].sum())
    either_way = None
    if len(without) and more.notna().all():
        either_way = Interval(total + float(more.clip(upper=0).sum()), total + float(more.clip(lower=0).sum()))
    errors = rows["saved_minutes_se"].astype(float) * rows["tasks_per_year"].astype(float) / 60
    half = 1.959963984540054 * float(np.sqrt((errors**2).sum(skipna=False)))
    lo, hi = (None, None) if np.isnan(half) else (total - half, total + half)
    return Saving(total, lo, hi, len(counted), len(without), either_way, units)


def _best(rows: pd.DataFrame) -> pd.DataFrame:
    """The records of each change by the best of its methods."""
    return rows[(rows["rank"] == rows.groupby("change_id")["rank"].transform("min")).to_numpy(dtype=bool)]


def _apart(changes: pd.DataFrame, names: set[str], before: Sequence[str] = ()) -> list[str]:
    """Of these changes those that share no saving with one before: those first live come first."""
    shared = changes.loc[changes["overlaps_with"].notna().to_numpy(dtype=bool), ["change_id", "overlaps_with"]]
    pairs = {frozenset(pair) for pair in shared.itertuples(index=False, name=None)}
    taken = list(before)
    for name in changes.sort_values("live_on", kind="stable")["change_id"]:
        if name in names and name not in taken and not any(frozenset((name, other)) in pairs for other in taken):
            taken.append(name)
    return taken[len(before) :]


def saving_note(saving: Saving) -> str:
    """What the hours rest on and what they leave out, in words."""
    text = f"Measured changes counted: {saving.changes}."
    if not saving.without:
        return text
    return f"{text} Not counted, since tasks a year or days of measuring are not known: {saving.without}."


def on_record(changes: pd.DataFrame, benefit: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The rows on what live changes saved, of :func:`live_changes`, but for what was measured after a day."""
    later = (benefit["post_on"] > pd.Timestamp(as_of)).fillna(False)
    return benefit[(among(benefit["change_id"], changes["change_id"]) & ~later).to_numpy(dtype=bool)]


def best_method(records: pd.DataFrame) -> str | None:
    """The best method by which any live change's saving was found.

    ``records`` is what :func:`on_record` gives. ``system_log`` before ``time_and_motion`` before ``survey``
    before ``estimate``; None without any record.
    """
    found = set(records["method"].dropna())
    return next((method for method in METHODS if method in found), None)


def method_rank(records: pd.DataFrame) -> float | None:
    """The best method as a rank: 4 system log, 3 time and motion, 2 survey, 1 estimate; None without any record.

    ``records`` is what :func:`on_record` gives.
    """
    best = best_method(records)
    return None if best is None else float(len(METHODS) - METHODS.index(best))


def by_best_method(records: pd.DataFrame) -> Share:
    """Of :func:`on_record` those by the best method that any of them has, of :func:`best_method`."""
    best = records["method"].eq(best_method(records))
    return Share.of(best.mask(records["method"].isna()), records["benefit_id"])


def changes_by_method(changes: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Live changes by the best evidence there is of the time they save.

    ``changes`` is what :func:`live_changes` gives. ``found`` is what :func:`measurements` gives. ``label``,
    ``value``: every kind of evidence, also one that no change has; empty where there is no change.
    """
    if changes.empty:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    how = found["method"].astype("object").where(found["measured"].fillna(False).to_numpy(dtype=bool), "estimate")
    methods = how.groupby(found["change_id"]).agg(set)
    best = [next((m for m in METHODS if m in methods.get(change, ())), "none") for change in changes["change_id"]]
    names = {
        "system_log": "Measured by system log",
        "time_and_motion": "Measured by time and motion study",
        "survey": "Measured by survey of staff",
        "estimate": "Estimate, or not measured both before and after",
        "none": "Nothing on record",
    }
    return pd.DataFrame({"label": list(names.values()), "value": [best.count(m) for m in names]})


def limits(saving: Saving) -> Interval | None:
    """The interval of a saving; None where no error was stated."""
    return None if saving.lo is None else Interval(saving.lo, saving.hi)


# F4: what the monthly minutes a task say of a change, beside the bare before and after; no verdict rests on it.

NO_SERIES = "no month of any change was supplied"


class ChangeMonths(NamedTuple):
    """The months of one change."""

    #: Its reference.
    change: str
    #: Its title with the reference, as far as it has one.
    name: str
    #: On which it went live.
    day: date
    #: First month that lies wholly after it went live.
    first: pd.Timestamp
    #: The month in which it went live, unless that was its first day: a mix of before and after, left out.
    mixed: pd.Timestamp | None
    #: Indexed by month, one row for each from the first to the last and up to ``first``: ``minutes`` a task and
    #: ``tasks``; missing where not given, and in the mixed month.
    months: pd.DataFrame


@dataclass(frozen=True)
class MonthlySaving:
    """What the months of one change say."""

    #: Reference of the change; empty where there is no series.
    change: str
    #: As in :class:`ChangeMonths`; empty and None where there is no series.
    name: str
    day: date | None
    #: First whole month with it.
    first: pd.Timestamp | None
    #: ``month``, ``value``, ``fitted``, ``counterfactual`` in minutes a task, for a chart.
    frame: pd.DataFrame
    #: Minutes saved on each task; None where no effect is estimated.
    step: float | None
    #: Of the step.
    limits: Interval | None
    #: Hours saved over the months after; None without a step, or where tasks of any of those months are missing.
    hours: float | None
    #: Months with a value.
    observed: int
    #: Result or refusal, bare comparison, what has to stand at the chart, model and other cautions.
    saved: str
    naive: str
    caution: str
    method: str


def longest_series(change: pd.DataFrame, benefit_month: pd.DataFrame, as_of: date) -> ChangeMonths | None:
    """The change with the most months on record.

    Of those with as many months the one first live, then the first reference; None where no change that is live has
    a month.

    ``as_of``: months that had not ended on that day, and changes not yet live, are left out.
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
    reference = str(best["change_id"])
    name = f"Change {reference}" if pd.isna(best["title"]) else f"{best['title']} ({reference})"
    return ChangeMonths(reference, name, pd.Timestamp(best["live_on"]).date(), first, mixed, months)


def months_observed(series: ChangeMonths | None, benefit_month: pd.DataFrame) -> pd.DataFrame:
    """The months that :func:`monthly_saving` rests on: rows of the table."""
    if series is None:
        return benefit_month.iloc[:0]
    told = series.months.index[series.months["minutes"].notna().to_numpy(dtype=bool)]
    own = (benefit_month["change_id"] == series.change) & pd.to_datetime(benefit_month["month"]).isin(told)
    return benefit_month[own.fillna(False).to_numpy(dtype=bool)]


def monthly_saving(series: ChangeMonths | None) -> MonthlySaving:
    """What the months say: one step at the change beyond the trend, in minutes a task.

    ``series`` is what :func:`longest_series` gives. Without a step with fewer than 24 months before or 12 after.
    Hours are the step times the tasks of the months after; the tasks are taken as known.
    """
    if series is None:
        empty = pd.DataFrame({c: pd.Series(dtype=float) for c in ("month", "value", "fitted", "counterfactual")})
        return MonthlySaving("", "", None, None, empty, None, None, None, 0, "", "", "", "")
    found = time_saved(series.months["minutes"], series.first, unit="minutes a task")
    frame = found.series.fitted.rename_axis("month").reset_index()
    naive = _monthly_savings_naive(found)
    observed = found.series.n_before + found.series.n_after
    if found.refused:
        return MonthlySaving(
            series.change, series.name, series.day, series.first, frame, None, None, None, observed, _refusal(found),
            naive, _left_out(series), NOT_MONEY,
        )  # fmt: skip
    row = found.series.coefficients.loc["step"]
    step, limits = -float(row["estimate"]), Interval(-float(row["hi"]), -float(row["lo"]))
    after = series.months.loc[series.first :]
    tasks = after.loc[after["minutes"].notna(), "tasks"]
    hours = None if tasks.isna().any() else float(tasks.sum()) / 60
    return MonthlySaving(
        change=series.change,
        name=series.name,
        day=series.day,
        first=series.first,
        frame=frame,
        step=step,
        limits=limits,
        hours=None if hours is None else step * hours,
        observed=observed,
        saved=_monthly_savings_saved(step, limits, hours, found.series.n_after),
        naive=naive,
        caution=_left_out(series) + _without_change(found),
        method=f"{CHANCE} {found.method}",
    )


def _monthly_savings_saved(step: float, limits: Interval, hours: float | None, n_after: int) -> str:
    """The step and what it comes to; ``hours`` is the hours that a minute saved on each task would come to."""
    level = f"{CONFIDENCE:.0%} interval"
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


def _monthly_savings_naive(found: TimeSaved) -> str:
    naive = found.series.naive
    if pd.isna(naive.difference):
        return "Before and after cannot be compared: one of them has no months."
    return f"Bare comparison: {naive.before:,.1f} minutes a task before, {naive.after:,.1f} after."


def _left_out(series: ChangeMonths) -> str:
    if series.mixed is None or series.mixed not in series.months.index:
        return ""
    return f"Left out: {month_name(series.mixed)}, month of the change."


def _without_change(found: TimeSaved) -> str:
    """What has to stand at the chart where the same model finds an effect at a change that never was."""
    if found.placebo is None or found.placebo.saved.lo <= 0 <= found.placebo.saved.hi:
        return ""
    return " An effect is found before the change too: do not rely on this one."


ITEM = "staff_time_saved"
#: Documents that may be work on it.
WORK = {
    "types": ("plan", "report", "terms_of_reference", "procedure"),
    "subject": "staff_time",
    "statuses": ("approved", "draft", "under_review"),
}


def work_on_savings(report: Report) -> pd.DataFrame:
    """Documents on the staff time saved, with the date of the last work on each.

    Rows of the document register dated by the snapshot, with ``days_since_activity``.
    """
    rows = registers.documents(report.table("document"), **WORK)
    rows = rows[registers.covers(rows, ITEM).to_numpy(dtype=bool)]
    as_of = pd.Timestamp(report.settings.as_of)
    dated = (rows["last_activity_on"] <= as_of).fillna(False).to_numpy(dtype=bool)
    rows = rows[dated | rows["last_activity_on"].isna().to_numpy(dtype=bool)]
    return rows.assign(days_since_activity=(as_of - rows["last_activity_on"]).dt.days)


def perhaps_on_savings(report: Report) -> int:
    """Further documents that may be work on it: what they say is not known, or the last of more work came later."""
    as_of = pd.Timestamp(report.settings.as_of)
    rows = registers.documents(open_blanks(report.table("document"), "covers"), **WORK)
    begun = ~(rows["approved_on"] > as_of).fillna(False)
    later = registers.covers(rows, ITEM) & (rows["last_activity_on"] > as_of).fillna(False)
    return int(((later | unread(rows, "covers")) & begun).sum())


def days_since_measuring(benefit: pd.DataFrame, as_of: date) -> int | None:
    """Days since the time that a task takes was last measured, or estimated, by a day; None without a date."""
    day = pd.Timestamp(as_of)
    dates = pd.concat([benefit["baseline_on"], benefit["post_on"]])
    latest = dates[(dates <= day).fillna(False).to_numpy(dtype=bool)].max()
    return None if pd.isna(latest) else int((day - latest).days)


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of F4."""
    work = work_on_savings(report)
    measured = days_since_measuring(report.table("benefit"), report.settings.as_of)
    days = int(report.settings.threshold("activity_days"))
    if measured is not None and measured <= days:
        why = f"Time that a task takes was last measured {measured:,} days before the snapshot; test: at most {days}."
        ongoing, grade = Decision("supported", why=why), grade_documents(1, corroborated=True)
    else:
        gap = report.gap("document")
        ongoing = gap or _ongoing(report, work)
        grade = grade_documents(None if gap else len(work), registers.corroborated(work))
    return [report.claim("F4a", _unable(report), _grade_unable(report)), report.claim("F4b", ongoing, grade)]


def _unable(report: Report) -> Decision:
    """The force's own word decides; without it, what its records measure."""
    answer = report.answer(ITEM)
    measured = report.indicator("changes_with_measured_saving_pct")
    live = measured.denominator if measured is not None and measured.value is not None else 0
    if answer.status == "nil_return_unable":
        return Decision(
            "supported", ("nil_return_unable",), why="The force answered that it cannot give the time saved."
        )
    asked = request_gap(answer.status)
    if not live:
        if asked is not None:
            return asked
        return undecided("no_data", why="No change has been live for long enough to measure what it saved.")
    wanted, (low, high) = report.settings.threshold("measured_pct"), decision_bounds(measured)
    why = f"{measured.numerator:,.0f} of {live:,.0f} changes have a measured saving ({measured.value:.0f}%)"
    if high == 0:
        return Decision("supported", why=f"{why}; test: none.")
    if low == 0 or low < wanted <= high:
        why = f"{why}, {measured.unknown:,.0f} are not known"
        return undecided("missing_spans_threshold", why=f"{why}; test: none, or {wanted:g}%.")
    if high < wanted:
        return undecided("between_thresholds", why=f"{why}; test: {wanted:g}%.", flags=("wording_mismatch",))
    return _reproduced(report, asked, answer.stated_value, why)


def _reproduced(report: Report, asked: Decision | None, stated: float | None, why: str) -> Decision:
    if asked is not None:
        return asked
    if stated is None:
        return undecided("no_stated_value", why=f"{why}; the force stated no total.")
    hours = report.indicator("staff_hours_saved")
    within = report.settings.threshold("reproduced_within_pct")
    if hours is None or hours.value is None:
        return undecided("not_reproduced", why=f"{why}; no total can be recomputed.")
    why = f"{why}. Stated {stated:,.0f} hours a year, recomputed {hours.value:,.0f}; test: within {within:g}%."
    open_ = report.build.lone("staff_hours_saved")
    if open_.more:
        return undecided("missing_spans_threshold", why=f"{why} {open_.said}")
    room, least, most = within / 100 * abs(stated), hours.lo_missing, hours.hi_missing
    if hours.unknown and (least is None or most is None):
        return undecided("missing_spans_threshold", why=f"{why} {hours.note}")
    least, most = (hours.value if end is None else end for end in (least, most))
    if most < stated - room or least > stated + room:
        return undecided("not_reproduced", why=why)
    if stated - room <= least and most <= stated + room:
        return Decision("contradicted", why=why)
    return undecided("missing_spans_threshold", why=f"{why} {hours.note}")


def _ongoing(report: Report, work: pd.DataFrame) -> Decision:
    days = int(report.settings.threshold("activity_days"))
    complete = report.answer("document").register_complete
    if work.empty:
        why = "No document on the staff time saved."
        if more := perhaps_on_savings(report):
            why = f"{why} Of {more} more it is not known whether they count."
            return undecided("missing_spans_threshold", why=why)
        return Decision("contradicted", why=why) if complete else undecided("register_undeclared", why=why)
    latest = work["days_since_activity"].min()
    if pd.isna(latest):
        return undecided("not_dated", why="The documents on the staff time saved give no date of the last work.")
    why = f"Last dated work {latest:,.0f} days before the snapshot; test: at most {days}."
    return Decision("supported", why=why) if latest <= days else undecided("stale", why=why)


def _grade_unable(report: Report) -> Grade:
    if report.answer(ITEM).status == "nil_return_unable":
        return "C"
    return grade_indicator(report.indicator("changes_with_measured_saving_pct"))
