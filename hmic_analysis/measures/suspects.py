"""A6: named suspects outstanding, and how they are managed.  Persons are counted, not pairs of person and crime."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from hmic_analysis.measures.base import Share, happened_by

NOBODY = Share.none()
AGE_BANDS = ((0, 7, "7 days or less"), (8, 28, "8 to 28 days"), (29, 90, "29 to 90 days"),
             (91, 365, "91 to 365 days"), (366, None, "More than 365 days"))  # fmt: skip


def suspect_pairs(suspect: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Each pair of suspect and crime at a day: outstanding or not.

    Parameters
    ----------
    suspect : pandas.DataFrame
        Table ``suspect``.
    as_of : datetime.date
        Day of the snapshot; later dates are not yet known on it.

    Returns
    -------
    pandas.DataFrame
        The rows named by that day with reasonable grounds not denied, with ``outstanding``: a nullable boolean.
        True: not arrested, interviewed, eliminated or ended by the crime's closure.  Missing: no such date, and a
        blank status.  A dated arrest or interview stands against a status that still says outstanding.
    """
    day = pd.Timestamp(as_of)
    grounds = suspect["grounds_recorded"].astype("boolean").fillna(True)
    rows = suspect[(grounds & (suspect["named_on"] <= day)).to_numpy(dtype=bool)].copy()
    ended = pd.Series(False, index=rows.index)
    for column in ("arrested_on", "interviewed_on", "eliminated_on", "crime_closed_on"):
        ended |= happened_by(rows[column], day)
    dated_later = pd.Series(False, index=rows.index)
    for column in ("arrested_on", "interviewed_on", "eliminated_on", "crime_closed_on"):
        dated_later |= (rows[column] > day).fillna(False).astype(bool)
    status = rows["status"].astype("object")
    # A status is the force's latest word: one that ended after the snapshot was still outstanding on the day.
    says_ended = rows["status"].isin(["arrested", "interviewed", "eliminated", "crime_closed"]).astype(bool)
    state = pd.Series(pd.NA, index=rows.index, dtype="boolean")
    state[(status == "outstanding").fillna(False).to_numpy(dtype=bool) | dated_later] = True
    state[says_ended & ~dated_later] = False
    state[ended] = False
    return rows.assign(outstanding=state)


def outstanding_persons(pairs: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Persons outstanding at a day, with what is known of the enquiry for each.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Result of :func:`suspect_pairs`.
    as_of : datetime.date

    Returns
    -------
    pandas.DataFrame
        One row per person with at least one pair that is outstanding or may be: ``person_key``, ``state``
        (``outstanding`` or ``unknown``), ``pairs``, ``named_on`` (earliest), ``age_days``, ``has_owner``,
        ``last_activity_on``, ``last_review_on`` (latest), ``high_risk``.
    """
    day = pd.Timestamp(as_of)
    may_be = pairs["outstanding"].fillna(True).astype(bool)
    rows = pairs[may_be.to_numpy(dtype=bool)]
    grouped = rows.assign(
        sure=rows["outstanding"].fillna(False).astype(bool),
        owned=rows["owner_key"].notna(),
        high=(rows["risk_grade"] == "high").fillna(False).astype(bool),
        # Work dated after the snapshot was not yet done on the day.
        last_activity_on=rows["last_activity_on"].where(rows["last_activity_on"] <= day),
        last_review_on=rows["last_review_on"].where(rows["last_review_on"] <= day),
    ).groupby("person_key", sort=True)
    table = grouped.agg(
        sure=("sure", "max"),
        pairs=("crime_id", "size"),
        named_on=("named_on", "min"),
        has_owner=("owned", "max"),
        last_activity_on=("last_activity_on", "max"),
        last_review_on=("last_review_on", "max"),
        high_risk=("high", "max"),
    ).reset_index()
    table["state"] = np.where(table["sure"].astype(bool), "outstanding", "unknown")
    table["age_days"] = (day - table["named_on"]).dt.days
    return table.drop(columns="sure")


def recent(persons: pd.DataFrame, column: str, as_of: date, days: int) -> Share:
    """Persons outstanding whose latest entry is not older than so many days.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`; only the sure ones are counted.
    column : str
        ``last_activity_on`` or ``last_review_on``.
    as_of : datetime.date
    days : int

    Returns
    -------
    Share
        A blank counts as none, unless the force filled the column for nobody: then all are unknown.
    """
    rows = persons[persons["state"] == "outstanding"]
    if len(rows) and rows[column].isna().all():
        return Share(0, 0, len(rows))
    oldest = pd.Timestamp(as_of) - pd.Timedelta(days=days)
    return Share.of((rows[column] >= oldest).fillna(False), rows["person_key"])


def owned(persons: pd.DataFrame) -> Share:
    """Persons outstanding whose enquiry has a current owner.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`.

    Returns
    -------
    Share
        A blank counts as no owner, unless the force filled the column for nobody: then all are unknown.
    """
    rows = persons[persons["state"] == "outstanding"]
    has_owner = rows["has_owner"].astype(bool)
    return Share(0, 0, len(rows)) if len(rows) and not has_owner.any() else Share.of(has_owner, rows["person_key"])


def age_bands(persons: pd.DataFrame) -> pd.DataFrame:
    """Persons outstanding by the days since they were first named.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`; only the sure ones are counted.

    Returns
    -------
    pandas.DataFrame
        ``band``, ``label``, ``persons``: every band, also an empty one.
    """
    ages = persons.loc[persons["state"] == "outstanding", "age_days"]
    rows = []
    for number, (low, high, label) in enumerate(AGE_BANDS):
        upper = ages <= high if high is not None else True
        rows.append({"band": number, "label": label, "persons": int(((ages >= low) & upper).sum())})
    return pd.DataFrame(rows)


def high_risk_cleared(suspect: pd.DataFrame, start: date, end: date, as_of: date, days: int) -> Share:
    """High-risk suspects named in a period who were arrested or interviewed within so many days.

    Parameters
    ----------
    suspect : pandas.DataFrame
        Table ``suspect``.
    start, end : datetime.date
        Period of naming.
    as_of : datetime.date
        Those named less than so many days before it are left out: their time was not up.
    days : int

    Returns
    -------
    Share
        Counted by person and day of naming.
    """
    first, last = pd.Timestamp(start), min(pd.Timestamp(end), pd.Timestamp(as_of) - pd.Timedelta(days=days))
    named = (suspect["risk_grade"] == "high").fillna(False) & suspect["named_on"].between(first, last)
    rows = suspect[named.to_numpy(dtype=bool)]
    limit = rows["named_on"] + pd.Timedelta(days=days)
    cleared = (rows["arrested_on"] <= limit).fillna(False) | (rows["interviewed_on"] <= limit).fillna(False)
    people = rows.assign(cleared=cleared.astype(bool)).groupby(["person_key", "named_on"])["cleared"].max()
    people = people.reset_index()
    return Share.of(people["cleared"], people["person_key"])


def counts(persons: pd.DataFrame) -> tuple[int, int]:
    """Persons surely outstanding, and further ones of whom it is not known.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`.

    Returns
    -------
    tuple of int
    """
    sure = int((persons["state"] == "outstanding").sum())
    return sure, len(persons) - sure


def ages(persons: pd.DataFrame) -> np.ndarray:
    """Days since naming of each person surely outstanding.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`.

    Returns
    -------
    array of float
    """
    return persons.loc[persons["state"] == "outstanding", "age_days"].to_numpy(dtype=float)


def pairs_note(pairs: pd.DataFrame) -> str:
    """How many pairs of person and crime the persons outstanding stand for, in words."""
    sure = int(pairs["outstanding"].fillna(False).sum())
    return f"{sure:,} pairs of suspect and crime."
