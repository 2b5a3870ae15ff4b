"""A5: meetings with partners on offenders, as scheduled, held and attended."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hmic_analysis.measures.base import Share


def held(meetings: pd.DataFrame) -> Share:
    """Scheduled meetings that were held.

    Parameters
    ----------
    meetings : pandas.DataFrame
        Table ``iom_meeting`` within the period.

    Returns
    -------
    Share
    """
    return Share.of(meetings["held"], meetings["meeting_id"])


def held_by_panel(meetings: pd.DataFrame) -> dict[str, Share]:
    """Scheduled meetings that were held, by panel.

    Parameters
    ----------
    meetings : pandas.DataFrame
        Table ``iom_meeting`` within the period.

    Returns
    -------
    dict of str to Share
        Meetings without a panel are in none.
    """
    return {str(panel): held(rows) for panel, rows in meetings.groupby("panel", sort=True)}


def quorate(meetings: pd.DataFrame, lead: Sequence[str], core: Sequence[str], least: int) -> Share:
    """Meetings held at which the core partners were present.

    Parameters
    ----------
    meetings : pandas.DataFrame
        Table ``iom_meeting`` within the period.
    lead : sequence of str
        Agencies that must all be present: police and probation.
    core : sequence of str
        The other core partners.
    least : int
        How many of these must be present.

    Returns
    -------
    Share
        Over meetings held; not known where attendance was not recorded.
    """
    rows = meetings[(meetings["held"] == True).fillna(False).to_numpy(dtype=bool)]  # noqa: E712
    states = [_has_quorum(present, set(lead), set(core), least) for present in rows["agencies_present"]]
    return Share.of(pd.Series(states, index=rows.index, dtype="boolean"), rows["meeting_id"])


def _has_quorum(present: object, lead: set[str], core: set[str], least: int) -> bool | None:
    if pd.isna(present):
        return None
    there = set(str(present).split(";"))
    return lead <= there and len(core & there) >= least


def by_month(meetings: pd.DataFrame) -> pd.DataFrame:
    """Meetings scheduled and held in each month, for a chart.

    Parameters
    ----------
    meetings : pandas.DataFrame
        Table ``iom_meeting`` within the period.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``group`` (``Scheduled``, ``Held``), ``value``; months between the first and the last meeting.
    """
    if meetings.empty:
        return pd.DataFrame({"month": [], "group": [], "value": []})
    months = pd.to_datetime(meetings["scheduled_on"]).dt.to_period("M")
    span = pd.period_range(months.min(), months.max(), freq="M")
    took_place = (meetings["held"] == True).fillna(False).to_numpy(dtype=bool)  # noqa: E712
    parts = []
    for group, rows in (("Scheduled", months), ("Held", months[took_place])):
        counts = rows.value_counts().reindex(span, fill_value=0)
        parts.append(pd.DataFrame({"month": span.to_timestamp(), "group": group, "value": counts.to_numpy(float)}))
    return pd.concat(parts, ignore_index=True)
