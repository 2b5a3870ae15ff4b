"""P3: whether problem-solving records are followed through, evaluated, and what was learned passed on."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from hmic_analysis.measures.base import Share, local_days

#: Entries that say that there was no evaluation, or nothing at all; compared without case, spaces and full stops.
NO_RESULT = ("n/a", "na", "none", "not applicable", "not evaluated", "no evaluation", "nil", "-", "tbc", "?", "x", "")
BEYOND_THE_TEAM = ("other_teams", "whole_force", "partners", "other_forces")


def stale_open(
    problem_record: pd.DataFrame, problem_update: pd.DataFrame, as_of: date, days: int, *, updates_given: bool
) -> Share:
    """Records open at a day without an update for more than so many days.

    Parameters
    ----------
    problem_record, problem_update : pandas.DataFrame
        The tables of these names, whole; entries after the day were not there on it.
    as_of : datetime.date
    days : int
        A record opened or updated so many days before or later is not stale.
    updates_given : bool
        Without updates all are unknown: they could only show that a record is not stale because it is new.

    Returns
    -------
    Share
    """
    day = pd.Timestamp(as_of)
    closed = (problem_record["closed_on"] <= day).fillna(False)
    rows = problem_record[((problem_record["opened_on"] <= day) & ~closed).to_numpy(dtype=bool)]
    when = local_days(problem_update["updated_at"])
    latest = when[when <= day].groupby(problem_update["record_id"]).max()
    last = pd.to_datetime(pd.Series(latest.reindex(rows["record_id"]).to_numpy(), rows.index)).fillna(rows["opened_on"])
    stale = (day - last).dt.days > days
    if not updates_given:
        return Share(0, 0, len(rows))
    return Share.of(stale, rows["record_id"])


def update_gaps(problem_record: pd.DataFrame, problem_update: pd.DataFrame, start: date, end: date) -> np.ndarray:
    """Days between successive updates of a record.

    Parameters
    ----------
    problem_record, problem_update : pandas.DataFrame
        The tables of these names, whole.
    start, end : datetime.date
        Period in which the later of the two lies.

    Returns
    -------
    array of float
        Of records that were open on a day of the period.
    """
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    open_then = (problem_record["opened_on"] <= last) & ~(problem_record["closed_on"] < first).fillna(False)
    ids = problem_record.loc[open_then.to_numpy(dtype=bool), "record_id"]
    rows = problem_update[problem_update["record_id"].isin(ids)].sort_values(["record_id", "updated_at"])
    gaps = rows.groupby("record_id")["updated_at"].diff().dt.total_seconds() / 86400
    days = local_days(rows["updated_at"])
    return gaps[(gaps.notna() & (days >= first) & (days <= last)).to_numpy(dtype=bool)].to_numpy(dtype=float)


def in_hours(gaps: np.ndarray) -> pd.Series:
    """Gaps in hours, for a chart.

    Parameters
    ----------
    gaps : array of float
        Result of :func:`update_gaps`, days.

    Returns
    -------
    pandas.Series
        Hours.
    """
    return pd.Series(24 * gaps, dtype=float)


def closed_in_period(problem_record: pd.DataFrame, start: date, end: date, *, complete: bool) -> pd.DataFrame:
    """Records closed in a period: evaluated or not, and shared beyond the team or not.

    Parameters
    ----------
    problem_record : pandas.DataFrame
        Table ``problem_record``, whole.
    start, end : datetime.date
        First and last day of the period.
    complete : bool
        Whether the force signed that the records are complete: a blank then means that there was none.  Otherwise a
        column that is blank for every record is unknown.

    Returns
    -------
    pandas.DataFrame
        The rows, with ``evaluated`` and ``shared``: nullable booleans.  An evaluation needs a result that says
        something; a date or a method with a blank result leaves it open.  Sharing within the own team is none; a
        date with a blank channel leaves it open.
    """
    closed = problem_record["closed_on"].between(pd.Timestamp(start), pd.Timestamp(end))
    said = problem_record["evaluation_result"].astype("object").map(_says)
    begun = problem_record[["evaluated_on", "evaluation_method"]].notna().any(axis=1)
    evaluated = _state(said.eq("yes"), said.eq("blank") & begun, said.notna() & said.ne("blank") | begun, complete)
    channel, dated = problem_record["shared_channel"], problem_record["shared_on"].notna()
    beyond = channel.isin(list(BEYOND_THE_TEAM))
    shared = _state(beyond, channel.isna() & dated, channel.notna() | dated, complete)
    return problem_record.assign(evaluated=evaluated, shared=shared)[closed.to_numpy(dtype=bool)]


def _says(result: object) -> str:
    """``yes`` for a result, ``no`` for an entry that says there was none, ``blank``."""
    if pd.isna(result):
        return "blank"
    return "no" if str(result).strip().strip(".").strip().lower() in NO_RESULT else "yes"


def _state(yes: pd.Series, open_: pd.Series, entered: pd.Series, complete: bool) -> pd.Series:
    """True, missing or False; all missing where the column was never filled in and nobody signed for it."""
    state = yes.astype("boolean")
    state[open_.to_numpy(dtype=bool)] = pd.NA
    if not complete and not entered.any():
        state[:] = pd.NA
    return state


def evaluated(closed: pd.DataFrame) -> Share:
    """Records closed in a period with an evaluation.

    Parameters
    ----------
    closed : pandas.DataFrame
        Result of :func:`closed_in_period`.

    Returns
    -------
    Share
    """
    return Share.of(closed["evaluated"], closed["record_id"])


def shared(closed: pd.DataFrame) -> Share:
    """Evaluated records whose lesson was shared beyond the team.

    Parameters
    ----------
    closed : pandas.DataFrame
        Result of :func:`closed_in_period`; only those surely evaluated are counted.

    Returns
    -------
    Share
    """
    rows = closed[closed["evaluated"].fillna(False).to_numpy(dtype=bool)]
    return Share.of(rows["shared"], rows["record_id"])
