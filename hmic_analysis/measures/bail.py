"""A6: failures to answer police bail.  Court bail is not police bail and is left out."""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.measures.base import Share, happened_by

POLICE_BAIL = ("s47_3", "s30a_street")


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
    due = happened_by(rows["return_due_on"], day)
    over = (
        happened_by(rows["rearrested_on"], day)
        | happened_by(rows["cancelled_on"], day)
        | happened_by(rows["rebailed_on"], day)
    )
    still = rows[(due & ~over).to_numpy(dtype=bool)]
    sure = set(still.loc[(still["answered"] == False).fillna(False).to_numpy(dtype=bool), "person_key"])  # noqa: E712
    unknown = set(still.loc[still["answered"].isna().to_numpy(dtype=bool), "person_key"])
    return sure, unknown - sure


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
    return Share.of(returns["answered"], returns["person_key"]).reversed()


def overlap_note(absconded: set[str], persons: pd.DataFrame) -> str:
    """How many of those who failed to answer bail are also named suspects outstanding, in words."""
    named = set(persons.loc[persons["state"] == "outstanding", "person_key"])
    return f"{len(absconded & named):,} of them are also named suspects outstanding; {len(absconded | named):,} in all."
