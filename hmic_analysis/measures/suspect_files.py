"""A7: files of named suspects that were read, and whether enquiries and supervision on them are recent."""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.measures.base import Share
from hmic_analysis.measures.crime_files import any_entry, day_of, supervision

CIRCULATED = {True: "circulated", False: "not_circulated"}


def suspect_files(file_review: pd.DataFrame, file_entry: pd.DataFrame, as_of: date, days: int) -> pd.DataFrame:
    """Named-suspect files of the sample, with what was found on each.

    Parameters
    ----------
    file_review, file_entry : pandas.DataFrame
        The tables of those names.  Without any entry the readers' own findings are taken.
    as_of : datetime.date
    days : int
        Days before it within which an entry is recent.

    Returns
    -------
    pandas.DataFrame
        The rows of ``file_review`` with nullable booleans ``active`` (an enquiry after naming, the latest not older
        than so many days) and ``supervised`` (an entry of substance by a supervisor other than the investigator in
        those days), and ``circulation`` (``circulated``, ``not_circulated`` or missing).
    """
    files = file_review[file_review["review_kind"].eq("named_suspect").fillna(False).to_numpy(dtype=bool)].copy()
    files["circulation"] = files["circulated"].map(CIRCULATED).astype("object")
    if file_entry.empty:
        files["active"] = files["progress_met"].astype("boolean")
        files["supervised"] = files["supervised_met"].astype("boolean")
        return files
    day = pd.Timestamp(as_of)
    oldest = day - pd.Timedelta(days=days)
    progress = file_entry[file_entry["entry_kind"].eq("progress").fillna(False).to_numpy(dtype=bool)]
    named = day_of(files["review_id"], files["named_on"], progress["review_id"])
    dated = progress["entered_on"]
    recent = ((dated >= oldest) & (dated <= day)).astype("boolean").mask(dated.isna())
    after = (dated >= named).astype("boolean").mask(dated.isna() | named.isna())
    files["active"] = any_entry(files["review_id"], progress.assign(counts=recent & after))
    entries = supervision(file_entry, files["review_id"])
    when = entries["entered_on"]
    recent = ((when >= oldest) & (when <= day)).astype("boolean").mask(when.isna())
    files["supervised"] = any_entry(files["review_id"], entries.assign(counts=entries["counts"] & recent))
    return files


def active(files: pd.DataFrame) -> Share:
    """Files with a recent enquiry; ``files`` as :func:`suspect_files` gives them."""
    return Share.of(files["active"], files["review_id"])


def supervised(files: pd.DataFrame) -> Share:
    """Files with recent supervision of substance; ``files`` as :func:`suspect_files` gives them."""
    return Share.of(files["supervised"], files["review_id"])


def circulated_count(files: pd.DataFrame) -> int:
    """Files of persons circulated as wanted; ``files`` as :func:`suspect_files` gives them."""
    return int(files["circulation"].eq("circulated").fillna(False).sum())
