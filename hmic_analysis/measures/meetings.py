"""P2: daily management meetings, the actions they set, and whether these were done in time.

A month before the first or after the last entry of the action log is a month of which the log says nothing: meetings
held in it without a logged action are unknown, not meetings without preventive work.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.measures.base import Share, within
from hmic_analysis.statistics.agreement import Agreement, kappa

PREVENTION = "prevention"


def held_by_day(meeting: pd.DataFrame) -> pd.DataFrame:
    """District-days on which a meeting was prescribed, and whether one was held.

    Parameters
    ----------
    meeting : pandas.DataFrame
        Table ``meeting``, cut to the period.

    Returns
    -------
    pandas.DataFrame
        ``district``, ``prescribed_on``, ``held``: a nullable boolean; True where any of the day's meetings was held,
        missing where none was for sure and of one it is not known.
    """
    held = meeting["held"].astype("boolean")
    rows = meeting.assign(yes=held.fillna(False).astype(bool), open=held.isna())
    days = rows.groupby(["district", "prescribed_on"], sort=True)[["yes", "open"]].max().reset_index()
    state = days["yes"].astype("boolean")
    state[(days["open"] & ~days["yes"]).to_numpy(dtype=bool)] = pd.NA
    return days[["district", "prescribed_on"]].assign(held=state)


def held_by_district(days: pd.DataFrame) -> dict[str, Share]:
    """District-days with a meeting held, by district.

    Parameters
    ----------
    days : pandas.DataFrame
        Result of :func:`held_by_day`.

    Returns
    -------
    dict of str to Share
    """
    return {str(district): Share.of(rows["held"]) for district, rows in days.groupby("district", sort=True)}


def nothing_missed(days: pd.DataFrame) -> tuple[str, ...]:
    """The caveat of a log that lists no day without a meeting.

    Parameters
    ----------
    days : pandas.DataFrame
        Result of :func:`held_by_day`.

    Returns
    -------
    tuple of str
        Empty where at least one day without a meeting is listed, or no day at all.
    """
    if days.empty or Share.of(days["held"]).no:
        return ()
    return ("The log lists no day without a meeting; days that were left out of it can't be seen.",)


def meetings_with_prevention(meeting: pd.DataFrame, meeting_action: pd.DataFrame) -> pd.DataFrame:
    """Meetings held, and whether each set at least one preventive action.

    Parameters
    ----------
    meeting : pandas.DataFrame
        Table ``meeting``, cut to the period.
    meeting_action : pandas.DataFrame
        Table ``meeting_action``, whole.

    Returns
    -------
    pandas.DataFrame
        The rows of meetings surely held, with ``prevention``: a nullable boolean.  Missing: none of its actions is
        preventive for sure and one is not coded, or it lies outside the months that the action log covers.
    """
    rows = meeting[meeting["held"].astype("boolean").fillna(False).to_numpy(dtype=bool)].copy()
    kind = meeting_action["action_type"]
    preventive = set(meeting_action.loc[(kind == PREVENTION).fillna(False).to_numpy(dtype=bool), "meeting_id"])
    uncoded = set(meeting_action.loc[kind.isna().to_numpy(dtype=bool), "meeting_id"])
    logged = meeting_action["set_on"].dropna().dt.to_period("M")
    month = rows["prescribed_on"].dt.to_period("M")
    covered = (month >= logged.min()) & (month <= logged.max()) if len(logged) else pd.Series(False, rows.index)
    yes = rows["meeting_id"].isin(preventive)
    state = yes.astype("boolean")
    state[(~yes & (rows["meeting_id"].isin(uncoded) | ~covered)).to_numpy(dtype=bool)] = pd.NA
    return rows.assign(prevention=state)


def preventive_actions(actions: pd.DataFrame) -> Share:
    """Actions of the kind prevention among all actions.

    Parameters
    ----------
    actions : pandas.DataFrame
        Table ``meeting_action``, cut to the period.

    Returns
    -------
    Share
        An action that was not coded is unknown.
    """
    states = (actions["action_type"] == PREVENTION).astype("boolean").mask(actions["action_type"].isna())
    return Share.of(states, actions["action_id"])


def closed_in_time(meeting_action: pd.DataFrame, start: date, end: date) -> Share:
    """Preventive actions due in a period that were closed by their due day.

    Parameters
    ----------
    meeting_action : pandas.DataFrame
        Table ``meeting_action``, whole.
    start, end : datetime.date
        First and last day of the period.

    Returns
    -------
    Share
        An action open past its due day is not closed in time; where the log gives a closing day for no action at
        all, all are unknown.
    """
    rows = within(meeting_action, start, end, "due_on")
    rows = rows[(rows["action_type"] == PREVENTION).fillna(False).to_numpy(dtype=bool)]
    if len(rows) and meeting_action["closed_on"].isna().all():
        return Share(0, 0, len(rows))
    return Share.of((rows["closed_on"] <= rows["due_on"]).fillna(False), rows["action_id"])


def coders_agreement(actions: pd.DataFrame, confidence: float = 0.95) -> Agreement:
    """Agreement of the two people who coded a sample of the actions.

    Parameters
    ----------
    actions : pandas.DataFrame
        Table ``meeting_action``, cut to the period.
    confidence : float
        Level of the interval, between 0 and 1.

    Returns
    -------
    Agreement
        Of the actions that both coded.
    """
    return kappa(actions["action_type"].tolist(), actions["second_coder_type"].tolist(), confidence)


def by_month(meetings: pd.DataFrame) -> pd.DataFrame:
    """Meetings held that set a preventive action, by month and district.

    Parameters
    ----------
    meetings : pandas.DataFrame
        Result of :func:`meetings_with_prevention`.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``group``, ``value``: per cent of the meetings of which it is known; missing where it is of none.
    """
    rows = pd.DataFrame(
        {
            "month": meetings["prescribed_on"].dt.to_period("M").dt.to_timestamp(),
            "group": meetings["district"].astype("object"),
            "value": 100 * meetings["prevention"].astype("Float64"),
        }
    )
    return rows.groupby(["group", "month"], sort=True)["value"].mean().reset_index()[["month", "group", "value"]]
