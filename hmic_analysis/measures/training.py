"""P4: who was trained in preventing crime, among the staff who meet victims.

Formal: assessed or certificated and on the force's catalogue, of at least so many hours, and no part of initial
training, which everybody has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from hmic_analysis.measures.base import Share

SUBJECT = "crime_prevention"
#: Roles whose holders frequently deal with victims of crime and anti-social behaviour.
VICTIM_FACING = ("response", "neighbourhood", "pcso", "call_handler", "crime_recorder", "volume_investigator")


def in_post(staff: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Staff in post at a day, recruits still in training left out.

    Parameters
    ----------
    staff : pandas.DataFrame
        Table ``staff``.
    as_of : datetime.date

    Returns
    -------
    pandas.DataFrame
        The rows.  A blank beginning counts as before the day, a blank end as after it; who isn't said to be a
        recruit is counted.
    """
    day = pd.Timestamp(as_of)
    later = (staff["in_post_since"] > day).fillna(False)
    gone = (staff["left_on"] < day).fillna(False)
    recruit = staff["in_training"].astype("boolean").fillna(False)
    return staff[(~later & ~gone & ~recruit).to_numpy(dtype=bool)]


def in_roles(staff: pd.DataFrame) -> pd.DataFrame:
    """Staff in post by role.

    Parameters
    ----------
    staff : pandas.DataFrame
        Result of :func:`in_post`.

    Returns
    -------
    pandas.DataFrame
        ``label`` (the role), ``value``: roles that anybody holds, the largest first.
    """
    counts = staff["role"].value_counts().sort_values(ascending=False, kind="stable")
    return pd.DataFrame({"label": counts.index.astype("object"), "value": counts.to_numpy(dtype=float)})


def not_said(staff: pd.DataFrame) -> tuple[str, ...]:
    """The caveat of staff of whom it isn't said whether they are recruits in training.

    Parameters
    ----------
    staff : pandas.DataFrame
        Result of :func:`in_post`.

    Returns
    -------
    tuple of str
        Empty where it is said of everybody who meets victims.
    """
    rows = staff[staff["role"].isin(list(VICTIM_FACING))]
    open_ = int(rows["in_training"].isna().sum())
    return (
        (f"Of {open_:,} members of staff it isn't said whether they are recruits; they are counted.",) if open_ else ()
    )


def prevention_input(training: pd.DataFrame, as_of: date, months: int) -> pd.DataFrame:
    """Input on preventing crime that was completed in the months up to a day.

    Parameters
    ----------
    training : pandas.DataFrame
        Table ``training``.
    as_of : datetime.date
    months : int

    Returns
    -------
    pandas.DataFrame
        The rows; courses booked or begun, and those known to be initial training, are left out.
    """
    day = pd.Timestamp(as_of)
    done = training["completed_on"]
    keep = (training["subject"] == SUBJECT).fillna(False) & (done <= day) & (done > day - pd.DateOffset(months=months))
    keep &= ~training["is_initial"].astype("boolean").fillna(False)
    return training[keep.fillna(False).to_numpy(dtype=bool)]


def any_training(given: pd.DataFrame) -> tuple[int, int]:
    """Persons with any input, formal or not, and further ones of whom it may have been initial training.

    Parameters
    ----------
    given : pandas.DataFrame
        Result of :func:`prevention_input`.

    Returns
    -------
    tuple of int
    """
    sure = set(given.loc[given["is_initial"].notna().to_numpy(dtype=bool), "person_key"])
    return len(sure), len(set(given["person_key"]) - sure)


def formally_trained(staff: pd.DataFrame, given: pd.DataFrame, hours: float) -> pd.Series:
    """Whether each member of staff completed a formal course.

    Parameters
    ----------
    staff : pandas.DataFrame
        Result of :func:`in_post`.
    given : pandas.DataFrame
        Result of :func:`prevention_input`.
    hours : float
        Hours from which a course is formal.

    Returns
    -------
    pandas.Series
        Nullable booleans on the index of ``staff``.  Missing: none of the person's courses is formal for sure, and
        of one it is not said whether it is.
    """
    formal = given["formal"].astype("boolean")
    long_enough = (given["hours"] >= hours).astype("boolean").mask(given["hours"].isna())
    state = formal & long_enough & ~given["is_initial"].astype("boolean")
    sure = set(given.loc[state.fillna(False).to_numpy(dtype=bool), "person_key"])
    maybe = set(given.loc[state.isna().to_numpy(dtype=bool), "person_key"])
    yes = staff["person_key"].isin(sure)
    found = yes.astype("boolean")
    found[(~yes & staff["person_key"].isin(maybe)).to_numpy(dtype=bool)] = pd.NA
    return found


def by_role(staff: pd.DataFrame, trained: pd.Series, roles: Sequence[str] = VICTIM_FACING) -> dict[str, Share]:
    """Staff with a formal course, by role.

    Parameters
    ----------
    staff : pandas.DataFrame
        Result of :func:`in_post`.
    trained : pandas.Series
        Result of :func:`formally_trained`.
    roles : sequence of str

    Returns
    -------
    dict of str to Share
        Every role that anybody holds, in their order.
    """
    found = {}
    for role in roles:
        held = (staff["role"] == role).fillna(False).to_numpy(dtype=bool)
        if held.any():
            found[role] = Share.of(trained[held], staff.loc[held, "person_key"])
    return found


def all_roles(staff: pd.DataFrame, trained: pd.Series, roles: Sequence[str] = VICTIM_FACING) -> Share:
    """Staff with a formal course, of all these roles together.

    Parameters
    ----------
    staff, trained, roles
        As in :func:`by_role`.

    Returns
    -------
    Share
    """
    held = staff["role"].isin(list(roles)).to_numpy(dtype=bool)
    return Share.of(trained[held], staff.loc[held, "person_key"])


def kinds_of_input(given: pd.DataFrame, hours: float) -> pd.DataFrame:
    """Completed input on preventing crime by kind.

    Parameters
    ----------
    given : pandas.DataFrame
        Result of :func:`prevention_input`.
    hours : float
        Hours from which a course is formal.

    Returns
    -------
    pandas.DataFrame
        ``label``, ``value``: completions; no row where there was no input.
    """
    if given.empty:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    formal, short = given["formal"].astype("boolean"), given["hours"] < hours
    unsaid = formal.isna() | (formal & given["hours"].isna())
    groups = {
        "Formal course": formal & ~short & ~unsaid,
        "Assessed, but too short": formal & short,
        "Briefing, intranet page or other input": ~formal,
        "Not said whether formal": unsaid,
    }
    return pd.DataFrame(
        {"label": list(groups), "value": [int(g.astype("boolean").fillna(False).sum()) for g in groups.values()]}
    )
