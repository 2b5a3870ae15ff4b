"""A3: contacts of victims, and what was flagged about them before the first contact was over.

First contact ends when the call ends or the first resource is assigned, whichever is later.  A flag set after it
tells what was found out later, not whom the call-handler recognised.
"""

from __future__ import annotations

import pandas as pd

from hmic_analysis.measures.base import Share
from hmic_analysis.measures.demand import demand_incidents

#: Incidents that no caller reported.
NO_CALLER = ("officer_initiated", "alarm")
NOT_PERSONS = ("business", "public_body", "nobody")
CATEGORIES = ("crime", "asb")
NOT_RECORDED = "not recorded"


def victim_contacts(
    incident: pd.DataFrame, contact_flag: pd.DataFrame, shift_hours: tuple[int, int, int]
) -> pd.DataFrame:
    """Reports of crime or anti-social behaviour in which a person may have been the victim.

    Parameters
    ----------
    incident : pandas.DataFrame
        Table ``incident``, cut to a period.
    contact_flag : pandas.DataFrame
        Table ``contact_flag``.
    shift_hours : tuple of int
        Hours of the wall clock at which the early, late and night shift begin, in this order.

    Returns
    -------
    pandas.DataFrame
        One row per contact: ``incident_id``, ``at`` (creation of the incident), ``category``, ``kind`` (the force's
        own type), ``asb_type``, ``victim_key``, ``location_key``, ``unit`` (team where the force keeps it, else the
        shift), ``flagged`` (repeat victim, at first contact) and ``assessed`` (vulnerability, at first contact), both
        nullable booleans.  Duplicates, tests, incidents that officers or alarms began, and those whose victim is a
        business, a public body or nobody in particular are left out; a blank kind of victim counts as a person.
    """
    rows = demand_incidents(incident)
    keep = rows["category"].isin(list(CATEGORIES)) & ~rows["origin"].isin(list(NO_CALLER))
    columns = ["incident_id", "created_at", "dispatched_at", "category", "incident_type", "asb_type", "victim_key"]
    rows = rows.loc[keep.to_numpy(dtype=bool), [*columns, "location_key"]].drop_duplicates("incident_id")
    flags = contact_flag[
        ["incident_id", "call_ended_at", "team", "victim_type", "repeat_victim", "repeat_set_at", "vulnerable"]
        + ["vulnerable_set_at"]
    ].drop_duplicates("incident_id")
    rows = rows.merge(flags, on="incident_id", how="left", indicator="row_given")
    rows = rows[~rows["victim_type"].isin(list(NOT_PERSONS)).to_numpy(dtype=bool)].reset_index(drop=True)
    sent, ended = rows["dispatched_at"], rows["call_ended_at"]
    over = sent.where(((sent >= ended) | ended.isna()).to_numpy(dtype=bool), ended)
    given = (rows["row_given"] == "both").to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "incident_id": rows["incident_id"],
            "at": rows["created_at"],
            "category": rows["category"],
            "kind": rows["incident_type"],
            "asb_type": rows["asb_type"],
            "victim_key": rows["victim_key"],
            "location_key": rows["location_key"],
            "unit": _units(rows, shift_hours),
            "flagged": _flagged(rows, over),
            "assessed": _assessed(rows, over).mask(~given),
        }
    )


def _flagged(rows: pd.DataFrame, over: pd.Series) -> pd.Series:
    """Whether a repeat flag stood when first contact was over; a blank is not a no."""
    flag = rows["repeat_victim"].astype("boolean")
    in_time = (rows["repeat_set_at"] <= over).astype("boolean")
    in_time = in_time.mask(rows["repeat_set_at"].isna() | over.isna())
    return flag & in_time


def _assessed(rows: pd.DataFrame, over: pd.Series) -> pd.Series:
    """Whether vulnerability was assessed, yes or no, when first contact was over; a blank is no assessment."""
    done = rows["vulnerable"].notna().astype("boolean")
    in_time = (rows["vulnerable_set_at"] <= over).astype("boolean")
    in_time = in_time.mask(rows["vulnerable_set_at"].isna() | over.isna())
    return done & in_time


def _units(rows: pd.DataFrame, shift_hours: tuple[int, int, int]) -> pd.Series:
    """The team where the force keeps it, else the shift by the wall clock."""
    if rows["team"].notna().any():
        return rows["team"].astype("object").where(rows["team"].notna(), NOT_RECORDED)
    early, late, night = shift_hours
    hour = rows["created_at"].dt.hour
    unit = pd.Series("night", index=rows.index, dtype="object")
    unit[((hour >= early) & (hour < late)).to_numpy(dtype=bool)] = "early"
    unit[((hour >= late) & (hour < night)).to_numpy(dtype=bool)] = "late"
    return unit.where(hour.notna(), NOT_RECORDED)


def vulnerability_recorded(contacts: pd.DataFrame) -> Share:
    """Contacts about crime or personal anti-social behaviour with a vulnerability assessment, yes or no.

    Parameters
    ----------
    contacts : pandas.DataFrame
        Result of :func:`victim_contacts`.

    Returns
    -------
    Share
        Anti-social behaviour of another kind, or whose kind is blank, is left out.
    """
    personal = contacts["asb_type"].eq("personal").fillna(False).to_numpy(dtype=bool)
    rows = contacts[(contacts["category"] == "crime").to_numpy(dtype=bool) | personal]
    return Share.of(rows["assessed"], rows["incident_id"])


def victim_known(contacts: pd.DataFrame) -> Share:
    """Contacts that hold a reference of the victim.

    Parameters
    ----------
    contacts : pandas.DataFrame
        Result of :func:`victim_contacts`.

    Returns
    -------
    Share
    """
    return Share.of(contacts["victim_key"].notna(), contacts["incident_id"])
