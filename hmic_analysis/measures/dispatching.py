"""A8: which resource was sent to urgent incidents, against the nearest suitable one.

Suitable means free and having the skill needed, as the force's own system tells it.  The most appropriate resource is
not always the nearest: another one with a reason on record counts beside it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmic_analysis.measures.base import Share, local_days

#: Dispatches to these grades are looked at.
URGENT = ("emergency", "priority")


def urgent(dispatch: pd.DataFrame) -> pd.DataFrame:
    """Dispatches to incidents of the two urgent grades.

    Parameters
    ----------
    dispatch : pandas.DataFrame
        Table ``dispatch`` within the period.

    Returns
    -------
    pandas.DataFrame
        The rows; those without a grade are left out.
    """
    return dispatch[dispatch["grade"].isin(list(URGENT)).to_numpy(dtype=bool)]


def excess_minutes(dispatches: pd.DataFrame) -> pd.Series:
    """Travel of the resource sent minus that of the nearest suitable one.

    Parameters
    ----------
    dispatches : pandas.DataFrame
        Result of :func:`urgent`.

    Returns
    -------
    pandas.Series
        Minutes, missing where either position was not known; 0 where the resource sent was nearer.
    """
    return (dispatches["sent_minutes"] - dispatches["nearest_minutes"]).clip(lower=0)


def located_incidents(dispatches: pd.DataFrame) -> Share:
    """Incidents with usable coordinates when the first resource was sent.

    Parameters
    ----------
    dispatches : pandas.DataFrame
        Result of :func:`urgent`.

    Returns
    -------
    Share
        Incidents, not dispatches.
    """
    first = dispatches.sort_values("decided_at", kind="stable").drop_duplicates("incident_id")
    return Share.of(first["incident_located"], first["incident_id"])


def nearest_sent(dispatches: pd.DataFrame, near_minutes: float) -> Share:
    """Dispatches of the nearest suitable resource, or of one hardly further.

    Parameters
    ----------
    dispatches : pandas.DataFrame
        Result of :func:`urgent`.
    near_minutes : float
        Minutes of travel within which a resource counts as the nearest.

    Returns
    -------
    Share
        Over dispatches with known positions; the others are left out.
    """
    excess = excess_minutes(dispatches)
    known = excess.notna().to_numpy(dtype=bool)
    return Share.of((excess <= near_minutes)[known].astype("boolean"), dispatches.loc[known, "dispatch_id"])


def nearest_by_grade(dispatches: pd.DataFrame, near_minutes: float) -> dict[str, Share]:
    """As :func:`nearest_sent`, by grade.

    Parameters
    ----------
    dispatches : pandas.DataFrame
        Result of :func:`urgent`.
    near_minutes : float

    Returns
    -------
    dict of str to Share
        Grades that occur.
    """
    grades = [grade for grade in URGENT if (dispatches["grade"] == grade).any()]
    return {grade: nearest_sent(dispatches[dispatches["grade"] == grade], near_minutes) for grade in grades}


def suitable_or_reasoned(dispatches: pd.DataFrame, near_minutes: float) -> Share:
    """Dispatches of the nearest suitable resource, and those of another with a reason on record.

    Parameters
    ----------
    dispatches : pandas.DataFrame
        Result of :func:`urgent`.
    near_minutes : float

    Returns
    -------
    Share
        Over all of them; without known positions and without a reason it is not known.
    """
    excess = excess_minutes(dispatches)
    states = (excess <= near_minutes).astype("boolean").mask(excess.isna().to_numpy(dtype=bool))
    reasoned = dispatches["override_reason"].notna().to_numpy(dtype=bool)
    return Share.of(states.mask(reasoned, True), dispatches["dispatch_id"])


def reasoned_overrides(dispatches: pd.DataFrame) -> Share:
    """Overrides of the recommendation with a reason on record.

    Parameters
    ----------
    dispatches : pandas.DataFrame
        Result of :func:`urgent`.

    Returns
    -------
    Share
        A blank reason is none, unless the force gave none for any dispatch: then it is not known.
    """
    rows = dispatches[(dispatches["recommendation"] == "overridden").fillna(False).to_numpy(dtype=bool)]
    if dispatches["override_reason"].isna().all():
        return Share(0, 0, len(rows))
    return Share.of(rows["override_reason"].notna().astype("boolean"), rows["dispatch_id"])


def map_used(dispatch: pd.DataFrame) -> Share:
    """Dispatches for which the map or a recommendation was on screen.

    Parameters
    ----------
    dispatch : pandas.DataFrame
        Table ``dispatch`` within the period.

    Returns
    -------
    Share
    """
    return Share.of(dispatch["map_used"], dispatch["dispatch_id"])


def extra_travel(dispatches: pd.DataFrame) -> np.ndarray:
    """Extra travel in minutes of each dispatch with known positions.

    Parameters
    ----------
    dispatches : pandas.DataFrame
        Result of :func:`urgent`.

    Returns
    -------
    array of float
    """
    return excess_minutes(dispatches).dropna().to_numpy(dtype=float)


def extra_hours(dispatches: pd.DataFrame) -> pd.Series:
    """Extra travel of each dispatch with known positions, for a chart.

    Parameters
    ----------
    dispatches : pandas.DataFrame
        Result of :func:`urgent`.

    Returns
    -------
    pandas.Series
        Hours.
    """
    return pd.Series(extra_travel(dispatches) / 60)


def travel_notes(dispatches: pd.DataFrame) -> list[str]:
    """On what travel minutes rest, in words.

    Parameters
    ----------
    dispatches : pandas.DataFrame
        Result of :func:`urgent`.

    Returns
    -------
    list of str
        Empty where all are by road network.
    """
    known = dispatches[excess_minutes(dispatches).notna().to_numpy(dtype=bool)]
    straight = int((known["travel_basis"] == "straight_line").sum())
    blank = int(known["travel_basis"].isna().sum())
    said = [f"{straight:,} in a straight line, not by road"] if straight else []
    said += [f"{blank:,} on a basis not stated"] if blank else []
    return [f"Of {len(known):,} travel times {' and '.join(said)}"] if said else []


def days_covered(dispatch: pd.DataFrame) -> pd.Series:
    """The days of which there are dispatches; a force may send a sample of days.

    Parameters
    ----------
    dispatch : pandas.DataFrame
        Table ``dispatch`` within the period.

    Returns
    -------
    pandas.Series
        Local days in their order, each once.
    """
    return local_days(dispatch["decided_at"]).drop_duplicates().sort_values(ignore_index=True)
