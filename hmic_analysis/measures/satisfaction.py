"""A9: calls back to the public, and what they say of the service.  Satisfaction is context and decides nothing."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.contracts.quality import STAGES
from hmic_analysis.measures.base import Share

SATISFIED = ("completely_satisfied", "very_satisfied", "fairly_satisfied")


def callbacks_made(callback: pd.DataFrame) -> Share:
    """Calls back that were made by the time they were due.

    Parameters
    ----------
    callback : pandas.DataFrame
        Table ``callback`` within the period.

    Returns
    -------
    Share
        A first try in time counts, whether or not the person was reached.  Without a time: a call back entered as not
        made is a no, any other is not known.
    """
    states = (callback["made_at"] <= callback["due_at"]).astype("boolean").mask(callback["made_at"].isna().to_numpy())
    not_made = (callback["result"] == "not_made").fillna(False).to_numpy(dtype=bool)
    return Share.of(states.mask(not_made & callback["made_at"].isna().to_numpy(), False), callback["callback_id"])


def responses(survey: pd.DataFrame) -> Share:
    """Eligible persons contacted who completed the interview.

    Parameters
    ----------
    survey : pandas.DataFrame
        Table ``survey`` within the period.

    Returns
    -------
    Share
    """
    return Share.of(survey["completed"], survey["survey_id"])


def satisfied(survey: pd.DataFrame) -> dict[str, Share]:
    """Satisfied answers by stage of the service.

    Parameters
    ----------
    survey : pandas.DataFrame
        Table ``survey`` within the period.

    Returns
    -------
    dict of str to Share
        Over valid answers of completed interviews: "don't know" and questions not asked are left out.  No stage
        without a completed interview.
    """
    rows = survey[(survey["completed"] == True).fillna(False).to_numpy(dtype=bool)]  # noqa: E712
    found = {}
    for stage in STAGES if len(rows) else ():
        answers = rows[f"satisfied_{stage}"]
        valid = (answers.notna() & (answers != "dont_know").fillna(False)).to_numpy(dtype=bool)
        found[stage] = Share.of(answers[valid].isin(list(SATISFIED)), rows.loc[valid, "survey_id"])
    return found
