"""F5: which officers have a mobile device, and what was spent on devices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from hmic_analysis.measures.base import Share
from hmic_analysis.measures.supervision import in_post

#: Roles that patrol: the ones whose coverage decides.
PATROL = ("response", "neighbourhood")
#: Roles shown beside them.
SHOWN = (*PATROL, "pcso", "volume_investigator")
OFFICER_RANKS = ("constable", "sergeant", "inspector", "above")


class Spending(NamedTuple):
    """Approved spending: decisions, pounds, and decisions without an amount."""

    decisions: int
    pounds: float
    without_amount: int


def equipped(staff: pd.DataFrame, devices: pd.DataFrame, pool: pd.DataFrame, role: str, as_of: date) -> Share:
    """Officers of a role with a working device.

    Parameters
    ----------
    staff : pandas.DataFrame
        Table ``staff``.
    devices : pandas.DataFrame
        Result of :func:`hmic_analysis.measures.devices.in_hand`.
    pool : pandas.DataFrame
        Table ``device_pool``.
    role : str
    as_of : datetime.date

    Returns
    -------
    Share
        Officers in post, without recruits in training.  Officers without a device of their own share the pooled ones
        of their role in the ratio of working devices to officers on duty at the peak.  Unknown: only a device whose
        state is blank; one of a role with issued devices whose holder is not recorded; or a pool whose officers at
        the peak are not given.
    """
    training = staff["in_training"].astype("boolean").fillna(False)
    rows = in_post(staff[((staff["role"] == role) & ~training).fillna(False).to_numpy(dtype=bool)], as_of)
    officers = set(rows["person_key"])
    working = devices["status"].eq("working").fillna(False).to_numpy(dtype=bool)
    blank = devices["status"].isna().to_numpy(dtype=bool)
    own = set(devices.loc[working, "person_key"].dropna()) & officers
    perhaps = (set(devices.loc[blank, "person_key"].dropna()) & officers) - own
    of_role = (devices["role"] == role).fillna(False).to_numpy(dtype=bool)
    nobodys = (devices["person_key"].isna() & devices["pool"].isna()).to_numpy(dtype=bool)
    rest = len(officers) - len(own) - len(perhaps)
    unheld = min(int((nobodys & of_role & (working | blank)).sum()), rest)
    rest -= unheld
    shared, unsure = _pooled(devices[working], pool, role, rest)
    return Share(len(own) + shared, rest - shared - unsure, len(perhaps) + unheld + unsure)


def _pooled(working: pd.DataFrame, pool: pd.DataFrame, role: str, rest: int) -> tuple[int, int]:
    """Officers that the pools of a role equip, and those of whom it can't be told."""
    pools = pool[(pool["role"] == role).fillna(False).to_numpy(dtype=bool)]
    count = int(working["pool"].isin(pools["pool"]).sum())
    if count == 0 or rest == 0:
        return 0, 0
    peak = pools["officers_at_peak"]
    if peak.isna().any() or float(peak.sum()) == 0:
        return 0, rest
    return int(rest * min(1.0, count / float(peak.sum()))), 0


def coverage(
    staff: pd.DataFrame,
    devices: pd.DataFrame,
    pool: pd.DataFrame,
    as_of: date,
    roles: Sequence[str] = SHOWN,
) -> dict[str, Share]:
    """Officers with a working device, for each of several roles.

    Parameters
    ----------
    staff, devices, pool, as_of
        As in :func:`equipped`.
    roles : sequence of str

    Returns
    -------
    dict of str to Share
        Roles without an officer are left out.
    """
    found = {role: equipped(staff, devices, pool, role, as_of) for role in roles}
    return {role: share for role, share in found.items() if share.total}


def together(shares: dict[str, Share], roles: Sequence[str] = PATROL) -> Share:
    """The officers of several roles taken as one group.

    Parameters
    ----------
    shares : dict of str to Share
        Result of :func:`coverage`.
    roles : sequence of str

    Returns
    -------
    Share
    """
    some = [shares[role] for role in roles if role in shares]
    return Share(sum(s.yes for s in some), sum(s.no for s in some), sum(s.unknown for s in some))


def spending(decisions: pd.DataFrame, as_of: date, months: int) -> Spending:
    """Spending on devices that was approved or ordered.

    Parameters
    ----------
    decisions : pandas.DataFrame
        Table ``device_spending``.
    as_of : datetime.date
    months : int
        Decisions of so many months up to the snapshot count.

    Returns
    -------
    Spending
        Requests and refusals are left out, and decisions without a date.
    """
    day = pd.Timestamp(as_of)
    dated = (decisions["decided_on"] > day - pd.DateOffset(months=months)) & (decisions["decided_on"] <= day)
    agreed = decisions["status"].isin(["approved", "ordered"])
    rows = decisions[(dated & agreed).fillna(False).to_numpy(dtype=bool)]
    return Spending(len(rows), float(rows["amount_pounds"].sum()), int(rows["amount_pounds"].isna().sum()))


def per_officer(spent: Spending, fte: float) -> float | None:
    """Pounds for each officer; None without an officer, or where a decision doesn't give its amount.

    Parameters
    ----------
    spent : Spending
    fte : float
        Officers, full-time equivalents.

    Returns
    -------
    float or None
    """
    return None if fte <= 0 or spent.without_amount else spent.pounds / fte


def spending_note(spent: Spending, without_fte: int) -> str:
    """What the figure rests on and leaves out, in words.

    Parameters
    ----------
    spent : Spending
    without_fte : int
        Officers without a full-time equivalent, each counted as a full post.

    Returns
    -------
    str
    """
    text = f"Decisions counted: {spent.decisions}."
    if spent.without_amount:
        text += f" At least {spent.pounds:,.0f} pounds; decisions without an amount: {spent.without_amount}."
    return f"{text} Officers counted as a full post for want of a figure: {without_fte:,}." if without_fte else text


def officers_fte(staff: pd.DataFrame, as_of: date) -> tuple[float, int]:
    """Police officers in post, full-time equivalents, and how many of them have no such figure.

    Parameters
    ----------
    staff : pandas.DataFrame
        Table ``staff``.
    as_of : datetime.date

    Returns
    -------
    tuple of (float, int)
        One without a figure counts as a full post.
    """
    rows = in_post(staff, as_of)
    fte = rows.loc[rows["rank"].isin(list(OFFICER_RANKS)).to_numpy(dtype=bool), "fte"].astype(float)
    return float(fte.fillna(1.0).sum()), int(fte.isna().sum())
