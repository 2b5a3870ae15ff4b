"""Who truly was a repeat victim, and how many of them the first contact recognised (A3)."""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.measures.attendance import demand_incidents, recorded_crimes
from hmic_analysis.measures.base import Share, among, local_days

#: Days after the beginning of the look-back by which both crimes and incidents must have begun.
GRACE_DAYS = 14


def earlier_reports(incident: pd.DataFrame, crime: pd.DataFrame) -> pd.DataFrame:
    """Everything that makes a later contact a repeat: recorded crimes, and incidents of anti-social behaviour.

    ``incident``, ``crime``: the tables of those names, whole: the year before the period included.
    Returns: one row per report: ``source`` (``crime`` or ``incident``), ``reference``, ``at``, ``kind`` (offence group
        or the force's type of incident), ``victim_key``, ``location_key``; those without a time are left out.
    """
    crimes = recorded_crimes(crime)
    calls = demand_incidents(incident).drop_duplicates("incident_id")
    calls = calls[(calls["category"] == "asb").to_numpy(dtype=bool)]
    parts = [
        pd.DataFrame(
            {
                "source": source,
                "reference": rows[reference],
                "at": rows[at],
                "kind": rows[kind].astype("string"),
                "victim_key": rows["victim_key"],
                "location_key": rows["location_key"],
            }
        )
        for source, rows, reference, at, kind in (
            ("crime", crimes, "crime_id", "recorded_at", "offence_group"),
            ("incident", calls, "incident_id", "created_at", "incident_type"),
        )
    ]
    reports = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
    return reports[reports["at"].notna().to_numpy(dtype=bool)].reset_index(drop=True)


def looks_back(reports: pd.DataFrame, start: date, days: int) -> bool:
    """Whether crimes and incidents alike reach back over the days before a period.

    ``reports``: result of :func:`earlier_reports`.
    ``start``: first day of the period.
    Returns: True when each kind begins within a fortnight of the first day looked back to.
    """
    latest = pd.Timestamp(start) - pd.Timedelta(days=days - GRACE_DAYS)
    first = local_days(reports["at"]).groupby(reports["source"]).min()
    return len(first) == 2 and bool((first <= latest).all())


def with_truth(contacts: pd.DataFrame, reports: pd.DataFrame, incident_crime: pd.DataFrame, days: int) -> pd.DataFrame:
    """Contacts with the truth of each: whether the victim had reported before.

    ``contacts``: result of :func:`hmic_analysis.findings.a3_victims.victim_contacts`.
    ``reports``: result of :func:`earlier_reports`.
    ``incident_crime``: table ``incident_crime``: a crime that came of the contact itself is no other report.
    ``days``: how many days back an earlier report counts.
    Returns: the contacts with ``repeat`` (nullable boolean).  By the reference of the victim; without one by the same
        address and the same kind of crime or incident; missing where there is neither, or no time.
    """
    links = incident_crime[["incident_id", "crime_id"]].drop_duplicates()
    own = links.rename(columns={"crime_id": "reference"}).assign(own=True)
    groups = links.merge(recorded_crimes_kind(reports), on="crime_id").drop_duplicates("incident_id")
    kind = contacts["incident_id"].map(groups.set_index("incident_id")["kind"]).astype("string")
    rows = contacts.assign(kind=kind.fillna(contacts["kind"].astype("string")))
    has_victim = rows["victim_key"].notna().to_numpy(dtype=bool)
    has_place = (rows["location_key"].notna() & rows["kind"].notna()).to_numpy(dtype=bool) & ~has_victim
    dated = rows["at"].notna().to_numpy(dtype=bool)
    found = _matched(rows[has_victim & dated], reports, ["victim_key"], own, days)
    found |= _matched(rows[has_place & dated], reports, ["location_key", "kind"], own, days)
    repeat = pd.Series(among(rows["incident_id"], found), dtype="boolean", index=rows.index)
    return contacts.assign(repeat=repeat.mask(~dated | ~(has_victim | has_place)))


def recorded_crimes_kind(reports: pd.DataFrame) -> pd.DataFrame:
    """``crime_id`` and ``kind`` of the recorded crimes among the reports."""
    crimes = reports.loc[(reports["source"] == "crime").to_numpy(dtype=bool), ["reference", "kind"]]
    return crimes.rename(columns={"reference": "crime_id"})


def _matched(rows: pd.DataFrame, reports: pd.DataFrame, keys: list[str], own: pd.DataFrame, days: int) -> set[object]:
    """Contacts with another report of the same keys in the days before."""
    pairs = rows[["incident_id", "at", *keys]].merge(
        reports[["source", "reference", "at", *keys]], on=keys, suffixes=("", "_before")
    )
    gap = pairs["at"] - pairs["at_before"]
    pairs = pairs[((gap > pd.Timedelta(0)) & (gap <= pd.Timedelta(days=days))).to_numpy(dtype=bool)]
    pairs = pairs[((pairs["source"] == "crime") | (pairs["reference"] != pairs["incident_id"])).to_numpy(dtype=bool)]
    pairs = pairs.merge(own, on=["incident_id", "reference"], how="left")
    is_own = pairs["own"].notna() & (pairs["source"] == "crime")
    return set(pairs.loc[~is_own.to_numpy(dtype=bool), "incident_id"])


def recall(contacts: pd.DataFrame) -> Share:
    """Contacts of true repeat victims that were flagged at first contact.

    ``contacts`` is what :func:`with_truth` gives.

    Returns
    -------
    Share
        A blank flag is no recall, as is one set when first contact was over.  Unknown: the flag is undated, or there
        is no row for the contact.
    """
    rows = contacts[contacts["repeat"].fillna(False).to_numpy(dtype=bool)]
    return Share.of(rows["flagged"], rows["incident_id"])


def recall_by_unit(contacts: pd.DataFrame) -> dict[str, Share]:
    """:func:`recall` by shift or team, in the order of their names.

    ``contacts`` is what :func:`with_truth` gives.

    Returns: units without a contact of a repeat victim are left out.
    """
    shares = {str(unit): recall(rows) for unit, rows in contacts.groupby("unit")}
    return {unit: share for unit, share in shares.items() if share.total}


def precision(contacts: pd.DataFrame) -> Share:
    """Contacts flagged as repeat at first contact whose victim truly was one.

    ``contacts`` is what :func:`with_truth` gives.

    Returns
    -------
    Share
        Unknown: there is no reference of victim or address to look earlier reports up by.
    """
    rows = contacts[contacts["flagged"].fillna(False).to_numpy(dtype=bool)]
    return Share.of(rows["repeat"], rows["incident_id"])
