"""A10: whether a policy is under review on a day, and when the review was last worked on."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pandas as pd

from hmic_analysis.measures.registers import documents

#: A review shows on the policy's own entry, or on the terms of reference of the review.
TYPES = ("policy", "terms_of_reference")


class Review(NamedTuple):
    """Where the review of a policy stands.

    Attributes
    ----------
    opened : bool
        A review was opened by the day, or the policy is marked as under review.
    open : bool or None
        One of these was not closed by the day; None without a document to look in.
    days_since_activity : int or None
        Days since the last dated work on the open reviews, their opening included; None without a date.
    closed_on : pandas.Timestamp or None
        Day on which the last of the open reviews was closed after the day.
    """

    opened: bool
    open: bool | None
    days_since_activity: int | None
    closed_on: pd.Timestamp | None


def of_subject(document: pd.DataFrame, subject: str, as_of: date) -> pd.DataFrame:
    """The documents on which a review of a policy would show.

    Parameters
    ----------
    document : pandas.DataFrame
        Table ``document``.
    subject : str
    as_of : datetime.date

    Returns
    -------
    pandas.DataFrame
        Force-wide policies in force on the day, and terms of reference of a review; a draft of the next version or a
        district's own policy is neither.
    """
    rows = documents(
        document, types=TYPES, subject=subject, statuses=("approved", "under_review"), in_force_on=as_of
    )  # fmt: skip
    return rows[(rows["scope"] == "force").fillna(True).to_numpy(dtype=bool)]


def review_at(rows: pd.DataFrame, as_of: date) -> Review:
    """Where a review stands on a day.

    Parameters
    ----------
    rows : pandas.DataFrame
        Result of :func:`of_subject`.
    as_of : datetime.date

    Returns
    -------
    Review
        Days after ``as_of`` were not known on it.
    """
    day = pd.Timestamp(as_of)
    begun = _opened_on(rows)
    undated = begun.isna() & (rows["status"] == "under_review").fillna(False)
    opened = ((begun <= day).fillna(False) | undated).to_numpy(dtype=bool)
    closed = (rows["review_closed_on"] <= day).fillna(False).to_numpy(dtype=bool)
    under_way = rows[opened & ~closed]
    if under_way.empty:
        return Review(bool(opened.any()), None if rows.empty else False, None, None)
    dates = pd.concat([begun[opened & ~closed], under_way["last_activity_on"]])
    latest = dates[(dates <= day).fillna(False).to_numpy(dtype=bool)].max()
    ends = under_way["review_closed_on"]
    since = None if pd.isna(latest) else int((day - latest).days)
    return Review(True, True, since, None if ends.isna().any() else ends.max())


def _opened_on(rows: pd.DataFrame) -> pd.Series:
    """Day on which the review was opened; terms of reference open it on the day of their approval."""
    begun = rows["review_opened_on"]
    terms = (rows["document_type"] == "terms_of_reference").fillna(False)
    return begun.where(begun.notna() | ~terms, rows["approved_on"])
