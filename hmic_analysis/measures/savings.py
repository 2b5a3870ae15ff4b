"""F4: staff time saved by changes and new technology.

Only a measurement before and one after make a saving; estimates and surveys of opinion do not.  Hours saved are
freed time, not cash.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.measures.base import Share
from hmic_analysis.statistics.intervals import Interval

MEASURED = ("system_log", "time_and_motion")
#: Best first.
METHODS = ("system_log", "time_and_motion", "survey", "estimate")


class Saving(NamedTuple):
    """Hours a year, with a 95 % interval (None where no measurement states its error)."""

    hours: float | None
    lo: float | None
    hi: float | None
    changes: int


def live_changes(change: pd.DataFrame, as_of: date, months: int) -> pd.DataFrame:
    """Changes that have been live long enough to be measured.

    Parameters
    ----------
    change : pandas.DataFrame
        Table ``change``.
    as_of : datetime.date
    months : int
        Least number of months since it went live.

    Returns
    -------
    pandas.DataFrame
        The rows; a change without a date is not live.
    """
    latest = pd.Timestamp(as_of) - pd.DateOffset(months=months)
    return change[(change["live_on"] <= latest).fillna(False).to_numpy(dtype=bool)]


def measured_benefits(benefit: pd.DataFrame) -> pd.DataFrame:
    """Benefit records that are measurements: by log or time and motion, with a value before and one after.

    Parameters
    ----------
    benefit : pandas.DataFrame
        Table ``benefit``.

    Returns
    -------
    pandas.DataFrame
        The rows.
    """
    keep = benefit["method"].isin(list(MEASURED))
    for column in ("baseline_on", "post_on", "baseline_minutes", "post_minutes"):
        keep &= benefit[column].notna()
    return benefit[keep.to_numpy(dtype=bool)]


def with_measured_saving(changes: pd.DataFrame, benefit: pd.DataFrame) -> Share:
    """Live changes with a measurement before and after.

    Parameters
    ----------
    changes : pandas.DataFrame
        Result of :func:`live_changes`.
    benefit : pandas.DataFrame
        Table ``benefit``.

    Returns
    -------
    Share
    """
    yes = int(changes["change_id"].isin(measured_benefits(benefit)["change_id"]).sum())
    return Share(yes, len(changes) - yes)


def hours_saved(changes: pd.DataFrame, benefit: pd.DataFrame) -> Saving:
    """Hours a year saved by the measured changes.

    Parameters
    ----------
    changes : pandas.DataFrame
        Result of :func:`live_changes`.
    benefit : pandas.DataFrame
        Table ``benefit``.

    Returns
    -------
    Saving
        Sum over measurements of (minutes before minus after) times tasks a year, over 60.  Of changes that overlap,
        only the one first live is counted, and only the best method of each change.  The interval is normal, from
        the stated standard errors, which are taken as independent.
    """
    order = {method: number for number, method in enumerate(METHODS)}
    earlier = changes.sort_values("live_on")
    # A saving that two changes share must not be counted for both.
    overlap = earlier["overlaps_with"].isin(list(earlier["change_id"])).to_numpy(dtype=bool)
    counted = earlier.loc[~overlap, "change_id"]
    rows = measured_benefits(benefit)
    rows = rows[rows["change_id"].isin(counted) & rows["tasks_per_year"].notna()]
    if rows.empty:
        return Saving(None, None, None, 0)
    rank = rows["method"].map(order)
    rows = rows[(rank == rank.groupby(rows["change_id"]).transform("min")).to_numpy(dtype=bool)]
    tasks = rows["tasks_per_year"].astype(float)
    minutes = rows["baseline_minutes"].astype(float) - rows["post_minutes"].astype(float)
    total = float((minutes * tasks).sum() / 60)
    errors = rows["saved_minutes_se"].astype(float)
    if errors.isna().any():
        return Saving(total, None, None, rows["change_id"].nunique())
    half = 1.959963984540054 * float(np.sqrt(((errors * tasks / 60) ** 2).sum()))
    return Saving(total, total - half, total + half, rows["change_id"].nunique())


def best_method(changes: pd.DataFrame, benefit: pd.DataFrame) -> str | None:
    """The best method by which any live change's saving was found.

    Parameters
    ----------
    changes : pandas.DataFrame
        Result of :func:`live_changes`.
    benefit : pandas.DataFrame
        Table ``benefit``.

    Returns
    -------
    str or None
        ``system_log`` before ``time_and_motion`` before ``survey`` before ``estimate``; None without any record.
    """
    found = set(benefit.loc[benefit["change_id"].isin(changes["change_id"]).to_numpy(dtype=bool), "method"].dropna())
    return next((method for method in METHODS if method in found), None)


def method_rank(changes: pd.DataFrame, benefit: pd.DataFrame) -> float | None:
    """The best method as a rank: 4 system log, 3 time and motion, 2 survey, 1 estimate; None without any record.

    Parameters
    ----------
    changes : pandas.DataFrame
        Result of :func:`live_changes`.
    benefit : pandas.DataFrame
        Table ``benefit``.

    Returns
    -------
    float or None
    """
    best = best_method(changes, benefit)
    return None if best is None else float(len(METHODS) - METHODS.index(best))


def changes_by_method(changes: pd.DataFrame, benefit: pd.DataFrame) -> pd.DataFrame:
    """Live changes by the best evidence there is of the time they save.

    Parameters
    ----------
    changes : pandas.DataFrame
        Result of :func:`live_changes`.
    benefit : pandas.DataFrame
        Table ``benefit``.

    Returns
    -------
    pandas.DataFrame
        ``label``, ``value``: measured by log, by time and motion, survey, estimate, none; every one, also an empty
        one.
    """
    measured = measured_benefits(benefit)
    best = {}
    for change in changes["change_id"]:
        own = set(measured.loc[(measured["change_id"] == change).to_numpy(dtype=bool), "method"])
        weaker = set(benefit.loc[(benefit["change_id"] == change).to_numpy(dtype=bool), "method"]) - set(MEASURED)
        best[change] = next((m for m in METHODS if m in own | weaker), "none")
    names = {
        "system_log": "Measured by system log",
        "time_and_motion": "Measured by time and motion study",
        "survey": "Survey of staff",
        "estimate": "Estimate",
        "none": "Nothing on record",
    }
    counts = pd.Series(list(best.values()), dtype="object").value_counts() if best else pd.Series(dtype=int)
    if not best:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    return pd.DataFrame({"label": list(names.values()), "value": [int(counts.get(m, 0)) for m in names]})


def limits(saving: Saving) -> Interval | None:
    """The interval of a saving; None where no error was stated."""
    return None if saving.lo is None else Interval(saving.lo, saving.hi)
