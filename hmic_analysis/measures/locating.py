"""A8: for how much of their time on duty the position of resources is known."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.measures.base import Share


def located_minutes(position: pd.DataFrame, max_age_minutes: float) -> Share:
    """On-duty minutes with a known position.

    Parameters
    ----------
    position : pandas.DataFrame
        Table ``position`` within the period.
    max_age_minutes : float
        Age up to which a position is known.

    Returns
    -------
    Share
        Whole minutes of resources.  Not known: minutes of rows without a count, or that counted older positions too
        (or do not say how old), or that hold more minutes located than on duty.
    """
    on_duty = position["minutes_on_duty"].fillna(0)
    located = position["minutes_located"]
    strict = (position["max_age_minutes"] <= max_age_minutes).fillna(False)
    usable = strict & located.notna() & (located <= on_duty).fillna(False)
    yes = float(located[usable].sum())
    no = float(on_duty[usable].sum()) - yes
    return Share(round(yes), round(no), round(float(on_duty[~usable].sum())))


def located_by_carrier(position: pd.DataFrame, max_age_minutes: float) -> dict[str, Share]:
    """As :func:`located_minutes`, in vehicles and on foot.

    Parameters
    ----------
    position : pandas.DataFrame
        Table ``position`` within the period.
    max_age_minutes : float

    Returns
    -------
    dict of str to Share
        By ``vehicle`` and ``foot``, those that occur.
    """
    found = {}
    for carrier in ("vehicle", "foot"):
        rows = position[(position["carrier"] == carrier).fillna(False).to_numpy(dtype=bool)]
        if len(rows):
            found[carrier] = located_minutes(rows, max_age_minutes)
    return found
