"""A6: circulation on the Police National Computer.  Court warrants and recalls to prison are left out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from hmic_analysis.measures.base import Share, happened_by

CIRCULATED_FOR = ("named_suspect", "failed_to_answer_bail")


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
    current = happened_by(pnc["circulated_on"], day) & ~happened_by(pnc["cancelled_on"], day)
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
    return Share.of(rows["person_key"].isin(circulated(pnc, as_of)), rows["person_key"])


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
    entries = pnc[
        (pnc["reason"].isin(list(CIRCULATED_FOR)) & happened_by(pnc["circulated_on"], day)).to_numpy(dtype=bool)
    ]
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
