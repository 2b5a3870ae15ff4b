"""A9: how thoroughly call-handlers are audited, and what follows a failed audit."""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.measures.base import Share, local_days


def handler_months(staff: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Each call-handler and calendar month of a period in which the handler was in post throughout.

    Parameters
    ----------
    staff : pandas.DataFrame
        Table ``staff``; leavers count while they were there.
    start, end : datetime.date
        First and last day of the period; only months that lie whole in it are looked at.

    Returns
    -------
    pandas.DataFrame
        ``person_key``, ``month`` (its first day) and ``worked``: missing where the first day in post isn't known.
        Months before or after the time in post are left out, and recruits in training altogether.
    """
    trained = ~(staff["in_training"] == True).fillna(False)  # noqa: E712
    handlers = staff[((staff["role"] == "call_handler").fillna(False) & trained).to_numpy(dtype=bool)]
    parts = []
    for first in pd.date_range(start, end, freq="MS"):
        last = first + pd.offsets.MonthEnd(0)
        if last > pd.Timestamp(end):
            continue
        there = (handlers["in_post_since"] <= first) & ~(handlers["left_on"] < last).fillna(False)
        worked = there.astype("boolean").mask(handlers["in_post_since"].isna().to_numpy())
        gone = (handlers["left_on"] < last).fillna(False)
        parts.append(handlers[["person_key"]].assign(month=first, worked=worked.mask(gone.to_numpy(dtype=bool), False)))
    if not parts:
        return pd.DataFrame({"person_key": [], "month": pd.to_datetime([]), "worked": pd.array([], "boolean")})
    found = pd.concat(parts, ignore_index=True)
    return found[found["worked"].fillna(True).to_numpy(dtype=bool)].reset_index(drop=True)


def coverage(months: pd.DataFrame, audits: pd.DataFrame, prescribed: int) -> Share:
    """Handler-months with at least the prescribed number of audits.

    Parameters
    ----------
    months : pandas.DataFrame
        Result of :func:`handler_months`.
    audits : pandas.DataFrame
        Table ``call_audit`` within the period; an audit belongs to the month of the call.
    prescribed : int
        Audits due for each handler and month.

    Returns
    -------
    Share
        Not known: months of handlers who may not have been in post, and as many months short of audits as the audits
        without a handler could have filled.
    """
    named = audits.dropna(subset=["handler_key"])
    month = local_days(named["taken_on"]).dt.to_period("M").dt.to_timestamp()
    done = named.assign(month=month).groupby(["handler_key", "month"]).size()
    index = pd.MultiIndex.from_arrays([months["person_key"], months["month"]])
    counts = pd.Series(done.reindex(index).fillna(0).to_numpy(), index=months.index)
    worked = months["worked"].fillna(False).to_numpy(dtype=bool)
    short = (prescribed - counts[worked & (counts < prescribed)]).sort_values()
    fillable = int((short.cumsum() <= len(audits) - len(named)).sum())
    yes = int((worked & (counts >= prescribed)).sum())
    return Share(yes, int(worked.sum()) - yes - fillable, fillable + int((~worked).sum()))


def coverage_by_month(months: pd.DataFrame, audits: pd.DataFrame, prescribed: int) -> pd.DataFrame:
    """Share of handlers with the prescribed audits in each month, for a chart.

    Parameters
    ----------
    months, audits, prescribed
        As in :func:`coverage`.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``group``, ``value`` in per cent; no row without audits or handlers.
    """
    rows = []
    if len(audits):
        taken = local_days(audits["taken_on"]).dt.to_period("M").dt.to_timestamp()
        for month, those in months.groupby("month"):
            share = coverage(those, audits[(taken == month).to_numpy()], prescribed)
            if share.known:
                rows.append({"month": month, "group": "Handlers covered", "value": 100 * share.yes / share.known})
    return pd.DataFrame(rows, columns=["month", "group", "value"])


def passed(audits: pd.DataFrame) -> Share:
    """Audits that met the standard.

    Parameters
    ----------
    audits : pandas.DataFrame
        Table ``call_audit`` within the period.

    Returns
    -------
    Share
    """
    return Share.of(audits["standard_met"], audits["audit_id"])


def feedback_given(audits: pd.DataFrame, as_of: date, days: int) -> Share:
    """Failed audits with feedback to the handler in time.

    Parameters
    ----------
    audits : pandas.DataFrame
        Table ``call_audit`` within the period.
    as_of : datetime.date
        Failed audits whose time for feedback was not over by then, and that had none, are not due yet and left out.
    days : int
        Days from the audit within which feedback is in time.

    Returns
    -------
    Share
        A blank counts as no feedback, unless the force filled the column for nobody.  Not known without the day of
        the audit.  Audits without a result are left out.
    """
    failed = audits[(audits["standard_met"] == False).fillna(False).to_numpy(dtype=bool)]  # noqa: E712
    if audits["feedback_on"].isna().all():
        return Share(0, 0, len(failed))
    due = failed["audited_on"] + pd.Timedelta(days=days)
    waiting = (failed["feedback_on"].isna() & (due > pd.Timestamp(as_of))).to_numpy(dtype=bool)
    failed, due = failed[~waiting], due[~waiting]
    in_time = (failed["feedback_on"] <= due).fillna(False).astype("boolean")
    unclear = failed["audited_on"].isna() & failed["feedback_on"].notna()
    return Share.of(in_time.mask(unclear.to_numpy(dtype=bool)), failed["audit_id"])
