"""F3: whether supervisors look at workload, and how evenly open crimes are spread."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from hmic_analysis.measures.base import Share
from hmic_analysis.measures.supervision import front_line

BANDS = ((0, 0, "None"), (1, 5, "1 to 5"), (6, 10, "6 to 10"), (11, 20, "11 to 20"), (21, None, "More than 20"))


def looks_weekly(view: pd.DataFrame, staff: pd.DataFrame, min_pct: float) -> Share:
    """Supervisors of front-line staff who opened the workload view in their weeks on duty.

    Parameters
    ----------
    view : pandas.DataFrame
        Table ``workload_view``, cut to a period.
    staff : pandas.DataFrame
        Table ``staff``: its front-line staff name the supervisors.  Without a row in it, those in the log.
    min_pct : float
        Per cent of a supervisor's weeks on duty in which the view must have been opened.

    Returns
    -------
    Share
        A supervisor's weeks are those of the log that lie within the post.  A week without a row or without a
        number is not known; it makes the supervisor unknown where it could turn the answer.
    """
    if view.empty:
        return Share.none()
    supervisors = sorted(set(front_line(staff)["supervisor_key"].dropna()) or set(view["supervisor_key"]))
    weeks = _weeks_in_post(supervisors, sorted(view["week_start"].unique()), staff)
    log = view[["supervisor_key", "week_start", "on_duty", "times_opened"]].drop_duplicates(
        ["supervisor_key", "week_start"]
    )
    rows = weeks.merge(log, on=["supervisor_key", "week_start"], how="left")
    due = rows["on_duty"].astype("boolean").fillna(True).to_numpy(dtype=bool)
    opened = due & (rows["times_opened"] >= 1).fillna(False).to_numpy(dtype=bool)
    unsaid = due & rows["times_opened"].isna().to_numpy(dtype=bool)
    counts = pd.DataFrame({"due": due, "opened": opened, "unsaid": unsaid}).groupby(rows["supervisor_key"]).sum()
    counts = counts.reindex(supervisors, fill_value=0)
    least = 100 * counts["opened"] / counts["due"].where(counts["due"] > 0)
    most = 100 * (counts["opened"] + counts["unsaid"]) / counts["due"].where(counts["due"] > 0)
    # Neither: the weeks not known could turn it, or there were none.
    return Share.of((least >= min_pct).astype("boolean").mask((least < min_pct) & ~(most < min_pct) | least.isna()))


def _weeks_in_post(supervisors: list[str], weeks: list[pd.Timestamp], staff: pd.DataFrame) -> pd.DataFrame:
    """Each supervisor with each week of the log that lies within the post."""
    posts = staff.drop_duplicates("person_key").set_index("person_key")[["in_post_since", "left_on"]]
    rows = pd.merge(
        pd.DataFrame({"supervisor_key": pd.Series(supervisors, dtype=staff["person_key"].dtype)}),
        pd.DataFrame({"week_start": weeks}),
        how="cross",
    ).join(posts, on="supervisor_key")
    before = (rows["week_start"] < rows["in_post_since"]).fillna(False)
    after = (rows["week_start"] + pd.Timedelta(days=6) > rows["left_on"]).fillna(False)
    return rows.loc[~(before | after).to_numpy(dtype=bool), ["supervisor_key", "week_start"]]


def latest_counts(workload: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Open crimes of officers on the last day of counting up to the snapshot.

    Parameters
    ----------
    workload : pandas.DataFrame
        Table ``workload``.
    as_of : datetime.date

    Returns
    -------
    pandas.DataFrame
        The rows of that day.
    """
    rows = workload[(workload["counted_on"] <= pd.Timestamp(as_of)).fillna(False).to_numpy(dtype=bool)]
    return rows[(rows["counted_on"] == rows["counted_on"].max()).to_numpy(dtype=bool)]


def spread(counts: pd.DataFrame) -> tuple[float | None, float | None]:
    """The 90th centile and the median of open crimes per officer.

    Parameters
    ----------
    counts : pandas.DataFrame
        Result of :func:`latest_counts`.

    Returns
    -------
    tuple of (float or None)
        Both None where no count is known.
    """
    values = counts["open_crimes"].dropna().to_numpy(dtype=float)
    if values.size == 0:
        return None, None
    return float(np.quantile(values, 0.9)), float(np.quantile(values, 0.5))


def ratio(top: float | None, middle: float | None) -> float | None:
    """The one over the other; None where either is not known or the second is 0."""
    return None if top is None or not middle else top / middle


def bands(counts: pd.DataFrame) -> pd.DataFrame:
    """Officers by the number of their open crimes.

    Parameters
    ----------
    counts : pandas.DataFrame
        Result of :func:`latest_counts`.

    Returns
    -------
    pandas.DataFrame
        ``label``, ``value``: every band; empty where no count is known.
    """
    values = counts["open_crimes"].dropna().astype(float)
    if values.empty:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    rows = [
        {"label": label, "value": int(((values >= low) & (values <= (np.inf if high is None else high))).sum())}
        for low, high, label in BANDS
    ]
    return pd.DataFrame(rows)
