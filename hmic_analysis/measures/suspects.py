"""A6: named suspects outstanding, failures to answer police bail, and how they are managed.

Persons are counted, not pairs of person and crime.  Court bail, court warrants and recalls to prison are not police
bail and are left out.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from hmic_analysis.measures.base import Share

NOBODY = Share.none()
POLICE_BAIL = ("s47_3", "s30a_street")
CIRCULATED_FOR = ("named_suspect", "failed_to_answer_bail")
AGE_BANDS = ((0, 7, "7 days or less"), (8, 28, "8 to 28 days"), (29, 90, "29 to 90 days"),
             (91, 365, "91 to 365 days"), (366, None, "More than 365 days"))  # fmt: skip


def _by(day: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    """Whether something had happened by that day."""
    return (day.notna() & (day <= as_of)).astype(bool)


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
        ended |= _by(rows[column], day)
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
    yes = int((rows[column] >= oldest).sum())
    return Share(yes, len(rows) - yes)


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
    yes = int(rows["has_owner"].sum())
    return Share(0, 0, len(rows)) if yes == 0 and len(rows) else Share(yes, len(rows) - yes)


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


def bail_returns(bail: pd.DataFrame) -> pd.DataFrame:
    """Police bail whose return stood: not re-bailed or cancelled before it was due.

    Parameters
    ----------
    bail : pandas.DataFrame
        Table ``bail``.

    Returns
    -------
    pandas.DataFrame
        The rows with ``answered``: the nullable boolean ``attended``.
    """
    police = bail["bail_type"].isin(list(POLICE_BAIL))
    moved = (bail["rebailed_on"] <= bail["return_due_on"]).fillna(False)
    cancelled = (bail["cancelled_on"] <= bail["return_due_on"]).fillna(False)
    rows = bail[(police & ~moved & ~cancelled).to_numpy(dtype=bool)]
    return rows.assign(answered=rows["attended"].astype("boolean"))


def failed_to_answer(bail: pd.DataFrame, as_of: date) -> tuple[set[str], set[str]]:
    """Persons who had failed to answer police bail and were still wanted for it at a day.

    Parameters
    ----------
    bail : pandas.DataFrame
        Table ``bail``.
    as_of : datetime.date

    Returns
    -------
    tuple of set of str
        Person keys surely so, and further ones of whom it is not known whether they attended.
    """
    day = pd.Timestamp(as_of)
    rows = bail_returns(bail)
    due = _by(rows["return_due_on"], day)
    over = _by(rows["rearrested_on"], day) | _by(rows["cancelled_on"], day) | _by(rows["rebailed_on"], day)
    still = rows[(due & ~over).to_numpy(dtype=bool)]
    sure = set(still.loc[(still["answered"] == False).fillna(False).to_numpy(dtype=bool), "person_key"])  # noqa: E712
    unknown = set(still.loc[still["answered"].isna().to_numpy(dtype=bool), "person_key"])
    return sure, unknown - sure


def circulated(pnc: pd.DataFrame, as_of: date) -> set[str]:
    """Persons circulated as suspects or for failing to answer bail at a day.

    Parameters
    ----------
    pnc : pandas.DataFrame
        Table ``pnc_circulation``.
    as_of : datetime.date

    Returns
    -------
    set of str
        Person keys; court warrants and recalls are left out.
    """
    day = pd.Timestamp(as_of)
    current = _by(pnc["circulated_on"], day) & ~_by(pnc["cancelled_on"], day)
    return set(pnc.loc[(current & pnc["reason"].isin(list(CIRCULATED_FOR))).to_numpy(dtype=bool), "person_key"])


def circulated_share(persons: pd.DataFrame, pnc: pd.DataFrame, as_of: date, days: int) -> Share:
    """Persons outstanding for longer than so many days who are circulated.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`.
    pnc : pandas.DataFrame
        Table ``pnc_circulation``.
    as_of : datetime.date
    days : int
        Persons named so many days ago or less are left out.

    Returns
    -------
    Share
    """
    rows = persons[(persons["state"] == "outstanding") & (persons["age_days"] > days)]
    yes = int(rows["person_key"].isin(circulated(pnc, as_of)).sum())
    return Share(yes, len(rows) - yes)


def days_to_circulation(persons: pd.DataFrame, pnc: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Days from naming to circulation, those not circulated censored at the snapshot.

    Parameters
    ----------
    persons : pandas.DataFrame
        Result of :func:`outstanding_persons`.
    pnc : pandas.DataFrame
        Table ``pnc_circulation``.
    as_of : datetime.date

    Returns
    -------
    pandas.DataFrame
        One row per person surely outstanding: ``person_key``, ``days``, ``circulated`` (bool).
    """
    day = pd.Timestamp(as_of)
    rows = persons.loc[persons["state"] == "outstanding", ["person_key", "named_on"]]
    entries = pnc[(pnc["reason"].isin(list(CIRCULATED_FOR)) & _by(pnc["circulated_on"], day)).to_numpy(dtype=bool)]
    both = rows.merge(entries[["person_key", "circulated_on"]], on="person_key", how="left")
    # An entry older than the naming belongs to an earlier matter.
    both["circulated_on"] = both["circulated_on"].where(both["circulated_on"] >= both["named_on"])
    first = both.groupby("person_key", as_index=False).agg(named_on=("named_on", "min"), on=("circulated_on", "min"))
    waited = (first["on"].fillna(day) - first["named_on"]).dt.days
    return pd.DataFrame({"person_key": first["person_key"], "days": waited, "circulated": first["on"].notna()})


def median_with_censoring(waits: pd.DataFrame) -> tuple[float | None, int, int]:
    """Median wait by Kaplan and Meier.

    Parameters
    ----------
    waits : pandas.DataFrame
        ``days`` and ``circulated``: False where the wait was still going on.

    Returns
    -------
    tuple
        Median days (None where fewer than half have ended), waits that ended, waits in all.

    Notes
    -----
    ``statsmodels.duration.survfunc.SurvfuncRight``.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    ended = int(waits["circulated"].sum())
    if ended == 0:
        return None, 0, len(waits)
    # A wait of no days is given half a day, since the estimator needs times above 0.
    times = waits["days"].clip(lower=0).astype(float).replace(0.0, 0.5)
    median = SurvfuncRight(times.to_numpy(), waits["circulated"].astype(int).to_numpy()).quantile(0.5)
    if np.isnan(median) or np.isinf(median):
        return None, ended, len(waits)
    return (0.0 if median == 0.5 else float(median)), ended, len(waits)


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
    return Share(int(people.sum()), int((~people.astype(bool)).sum()))


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


def unanswered(returns: pd.DataFrame) -> Share:
    """Bail returns that were not answered.

    Parameters
    ----------
    returns : pandas.DataFrame
        Result of :func:`bail_returns`.

    Returns
    -------
    Share
        ``yes``: the person did not attend.
    """
    return Share.of(returns["answered"]).reversed()


def pairs_note(pairs: pd.DataFrame) -> str:
    """How many pairs of person and crime the persons outstanding stand for, in words."""
    sure = int(pairs["outstanding"].fillna(False).sum())
    return f"{sure:,} pairs of suspect and crime."


def overlap_note(absconded: set[str], persons: pd.DataFrame) -> str:
    """How many of those who failed to answer bail are also named suspects outstanding, in words."""
    named = set(persons.loc[persons["state"] == "outstanding", "person_key"])
    return f"{len(absconded & named):,} of them are also named suspects outstanding; {len(absconded | named):,} in all."
