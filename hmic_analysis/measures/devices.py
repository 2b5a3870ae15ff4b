"""F5: mobile devices in use, and the force systems they reach."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pandas as pd

from hmic_analysis.contracts.devices import MOBILE_SYSTEMS
from hmic_analysis.measures.base import Share

#: Kinds of device from which no force system can be reached.
NOT_MOBILE_SYSTEMS = ("body_worn_camera",)
LABELS = {
    "pnc": "Police National Computer",
    "intelligence_read": "Intelligence, reading",
    "intelligence_submit": "Intelligence, submitting",
}


class Usable(NamedTuple):
    """Force systems that most devices reach: of the devices that say, surely, and at most; None if none says."""

    said: int | None
    sure: int
    at_most: int


def in_hand(device: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Devices issued and not taken back on a day.

    Parameters
    ----------
    device : pandas.DataFrame
        Table ``device``.
    as_of : datetime.date

    Returns
    -------
    pandas.DataFrame
        The rows; lost and stored devices and body-worn cameras are left out.
    """
    day = pd.Timestamp(as_of)
    issued = (device["issued_on"] <= day).fillna(False) & ~(device["withdrawn_on"] <= day).fillna(False)
    gone = device["status"].isin(["lost", "in_store"]) | device["device_type"].isin(list(NOT_MOBILE_SYSTEMS))
    return device[(issued & ~gone).to_numpy(dtype=bool)]


def _lately(session: pd.DataFrame, as_of: date, days: float) -> pd.DataFrame:
    """Sessions of so many days up to the snapshot, that day included."""
    last = pd.Timestamp(as_of)
    recent = (session["day"] > last - pd.Timedelta(days=days)) & (session["day"] <= last)
    return session[recent.fillna(False).to_numpy(dtype=bool)]


def active(devices: pd.DataFrame, session: pd.DataFrame, as_of: date, days: float) -> Share:
    """Devices used within so many days before the snapshot.

    Parameters
    ----------
    devices : pandas.DataFrame
        Result of :func:`in_hand`.
    session : pandas.DataFrame
        Table ``device_session``.
    as_of : datetime.date
    days : float

    Returns
    -------
    Share
        Devices in repair are left out.  One whose state is blank and that was not used is unknown: it may be in
        repair.  All are unknown where the log holds nothing of those days: it doesn't reach them.
    """
    rows = devices[~(devices["status"] == "in_repair").fillna(False).to_numpy(dtype=bool)]
    recent = _lately(session, as_of, days)
    if recent.empty:
        return Share(0, 0, len(rows))
    used = recent.loc[(recent["sessions"] >= 1).fillna(False).to_numpy(dtype=bool), "device_id"]
    state = rows["device_id"].isin(used).astype("boolean")
    return Share.of(state.mask(~state & rows["status"].isna()), rows["device_id"])


def active_by_role(devices: pd.DataFrame, session: pd.DataFrame, as_of: date, days: float) -> dict[str, Share]:
    """The same for the devices issued to each role.

    Parameters
    ----------
    devices, session, as_of, days
        As in :func:`active`.

    Returns
    -------
    dict of str to Share
    """
    named = devices.assign(role=devices["role"].astype("object").fillna("role not recorded"))
    return {str(role): active(rows, session, as_of, days) for role, rows in named.groupby("role", sort=True)}


def off_premises(session: pd.DataFrame, as_of: date, days: float) -> Share:
    """Sessions begun away from police premises.

    Parameters
    ----------
    session : pandas.DataFrame
        Table ``device_session``.
    as_of : datetime.date
    days : float
        Sessions of so many days up to the snapshot are counted.

    Returns
    -------
    Share
        In sessions.  Unknown: the log doesn't say where, or says more than there were.
    """
    rows = _lately(session, as_of, days)
    all_of, off = rows["sessions"].astype(float), rows["sessions_off_premises"].astype(float)
    told = off.notna() & (off <= all_of)
    yes, known = float(off[told].sum()), float(all_of[told].sum())
    return Share(int(yes), int(known - yes), int(all_of[~told].sum()))


def system_shares(devices: pd.DataFrame) -> dict[str, Share]:
    """Devices that reach each force system of the list.

    Parameters
    ----------
    devices : pandas.DataFrame
        Result of :func:`in_hand`.

    Returns
    -------
    dict of str to Share
        Unknown: the systems of the device are not recorded.
    """
    lists = [set(str(s).split(";")) if pd.notna(s) else None for s in devices["systems"]]
    return {
        system: Share.of(pd.Series([None if s is None else system in s for s in lists], dtype="boolean"))
        for system in MOBILE_SYSTEMS
    }


def system_frame(shares: dict[str, Share]) -> pd.DataFrame:
    """Devices that reach each force system, for a chart: the most widespread first.

    Parameters
    ----------
    shares : dict of str to Share
        Result of :func:`system_shares`.

    Returns
    -------
    pandas.DataFrame
        ``group``, ``label``, ``value``, ``lo_missing``, ``hi_missing`` (per cent), ``n`` (devices); no row where
        there is no device.
    """
    rows = [
        {
            "group": "system",
            "label": LABELS.get(system, system.replace("_", " ").capitalize()),
            "value": 100 * s.yes / s.known if s.known else None,
            "lo_missing": 100 * s.yes / s.total,
            "hi_missing": 100 * (s.yes + s.unknown) / s.total,
            "n": s.total,
        }
        for system, s in shares.items()
        if s.total
    ]
    columns = ["group", "label", "value", "lo_missing", "hi_missing", "n"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["value", "label"], ascending=[False, True], ignore_index=True)


def usable(shares: dict[str, Share], min_pct: float) -> Usable | None:
    """Force systems that so many per cent of the devices reach.

    Parameters
    ----------
    shares : dict of str to Share
        Result of :func:`system_shares`.
    min_pct : float
        One device of a trial that reaches everything is no access for officers on patrol.

    Returns
    -------
    Usable or None
        None where there is no device.
    """
    if not any(share.total for share in shares.values()):
        return None
    some = [share for share in shares.values() if share.known]
    return Usable(
        sum(100 * s.yes >= min_pct * s.known for s in some) if some else None,
        sum(100 * s.yes >= min_pct * s.total for s in shares.values()),
        sum(100 * (s.yes + s.unknown) >= min_pct * s.total for s in shares.values()),
    )
