"""Counting documents, requests, knowledge checks and the policies of all forces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from hmic_analysis.measures.base import Share


class Answer(NamedTuple):
    """What became of one data request."""

    status: str | None
    stated_value: float | None
    register_complete: bool | None


def answer_to(data_request: pd.DataFrame, item: str) -> Answer:
    """The latest answer to a request for an item.

    Parameters
    ----------
    data_request : pandas.DataFrame
        Table ``data_request``.
    item : str
        Name of a table or figure.

    Returns
    -------
    Answer
        All None where the log has no such item.
    """
    rows = data_request[(data_request["item"] == item).fillna(False).to_numpy(dtype=bool)]
    if rows.empty:
        return Answer(None, None, None)
    row = rows.assign(when=rows["received_on"].fillna(rows["requested_on"])).sort_values("when").iloc[-1]
    stated, complete = row["stated_value"], row["register_complete"]
    return Answer(
        str(row["status"]),
        None if pd.isna(stated) else float(stated),
        None if pd.isna(complete) else bool(complete),
    )


def covers(document: pd.DataFrame, *codes: str) -> pd.Series:
    """Whether each document was coded as covering all of some topics.

    Parameters
    ----------
    document : pandas.DataFrame
        Table ``document``.
    *codes : str
        Codes of the column ``covers``.

    Returns
    -------
    pandas.Series
        Booleans.
    """
    sets = [set(str(c).split(";")) if pd.notna(c) else set() for c in document["covers"]]
    return pd.Series([set(codes) <= s for s in sets], index=document.index, dtype=bool)


def documents(
    document: pd.DataFrame,
    *,
    types: Sequence[str],
    subject: str,
    statuses: Sequence[str] = ("approved",),
    in_force_on: date | None = None,
) -> pd.DataFrame:
    """Documents of some types on a subject.

    Parameters
    ----------
    document : pandas.DataFrame
        Table ``document``.
    types : sequence of str
        Kinds of document.
    subject : str
    statuses : sequence of str
    in_force_on : datetime.date, optional
        Only those in force on that day: begun (or approved, where no beginning is given) and not ended.

    Returns
    -------
    pandas.DataFrame
        The rows.
    """
    keep = document["document_type"].isin(list(types)) & document["status"].isin(list(statuses))
    keep &= (document["subject"] == subject).fillna(False)
    if in_force_on is not None:
        day = pd.Timestamp(in_force_on)
        begun = document["effective_from"].fillna(document["approved_on"])
        keep &= (begun <= day).fillna(False) & ~(document["effective_to"] < day).fillna(False)
    return document[keep.to_numpy(dtype=bool)]


def corroborated(rows: pd.DataFrame) -> bool:
    """Whether any of the documents is borne out by another kind of evidence."""
    return bool(rows["corroborated_by"].notna().any())


def knowledge_correct(knowledge_check: pd.DataFrame) -> Share:
    """Answers of staff that were what the policy says.

    Parameters
    ----------
    knowledge_check : pandas.DataFrame
        Table ``knowledge_check``.

    Returns
    -------
    Share
    """
    return Share.of(knowledge_check["correct"], knowledge_check["person_key"])


class PolicyCount(NamedTuple):
    """Forces by response policy."""

    attend_all: int
    unknown: int
    forces: int
    this_force: bool | None


def policy_count(force_reference: pd.DataFrame, forces: Sequence[str], force: str) -> PolicyCount:
    """How many forces have a policy to attend everything.

    Parameters
    ----------
    force_reference : pandas.DataFrame
        Table ``force_reference``.
    forces : sequence of str
        Slugs of all forces compared (the 43); rows of others are not counted.
    force : str
        The force whose claim it is.

    Returns
    -------
    PolicyCount
        A force without a row, or with a blank policy, is unknown.
    """
    policy = force_reference.set_index("force_slug")["response_policy"].reindex(list(forces))
    known = policy.dropna()
    mine = policy.get(force)
    return PolicyCount(
        int((known == "attend_all").sum()),
        len(policy) - len(known),
        len(policy),
        None if mine is None or pd.isna(mine) else mine == "attend_all",
    )
