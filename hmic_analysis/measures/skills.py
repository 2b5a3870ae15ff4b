"""P5: how many people can keep the number plate system running."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pandas as pd


class Depth(NamedTuple):
    """Competent staff in the thinnest critical function: surely, and at most; None without a critical function."""

    sure: int | None
    at_most: int | None

    @property
    def unknown(self) -> int:
        """Persons by whom it may be greater."""
        return 0 if self.sure is None or self.at_most is None else self.at_most - self.sure


def functions(skill: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """Critical functions and the staff competent in each on a day.

    Parameters
    ----------
    skill : pandas.DataFrame
        Table ``skill``.
    day : datetime.date

    Returns
    -------
    pandas.DataFrame
        ``skill_function``, ``competent``, ``unknown`` (persons), thinnest function first.  Only staff of the force
        count: a contractor's competence leaves with the contract.  A person without a date of competence and without
        a course may be competent, so is unknown.  A person counts once for each function.
    """
    day = pd.Timestamp(day)
    critical = skill["critical"].astype("boolean").fillna(False)
    names = skill.loc[critical.to_numpy(dtype=bool), "skill_function"].drop_duplicates()
    own = skill["employer"].isna() | (skill["employer"] == "force").fillna(False)
    rows = skill[(skill["skill_function"].isin(names) & own & skill["person_key"].notna()).to_numpy(dtype=bool)]
    sure = ((rows["competent_from"] <= day) & ~(rows["competent_to"] < day)).fillna(False)
    undated = rows["competent_from"].isna() & rows["course_booked_on"].isna() & ~(rows["competent_to"] < day)
    people = rows.assign(sure=sure.astype(bool), undated=undated.astype(bool))
    people = people.groupby(["skill_function", "person_key"])[["sure", "undated"]].max().reset_index()
    people["undated"] &= ~people["sure"]
    counts = people.groupby("skill_function")[["sure", "undated"]].sum().reindex(sorted(names), fill_value=0)
    table = counts.astype(int).rename(columns={"sure": "competent", "undated": "unknown"})
    return (
        table.rename_axis("skill_function")
        .reset_index()
        .sort_values(["competent", "skill_function"], ignore_index=True)
    )


def depth(skill: pd.DataFrame, day: date | pd.Timestamp) -> Depth:
    """Competent staff in the thinnest critical function on a day.

    Parameters
    ----------
    skill : pandas.DataFrame
        Table ``skill``.
    day : datetime.date

    Returns
    -------
    Depth
    """
    table = functions(skill, day)
    if table.empty:
        return Depth(None, None)
    return Depth(int(table["competent"].min()), int((table["competent"] + table["unknown"]).min()))


def a_year_before(day: date) -> pd.Timestamp:
    """The same day 12 months earlier."""
    return pd.Timestamp(day) - pd.DateOffset(months=12)


def courses_booked(skill: pd.DataFrame, as_of: date) -> int:
    """Courses for critical functions, booked in the last 12 months for staff of the force not yet competent.

    Parameters
    ----------
    skill : pandas.DataFrame
        Table ``skill``.
    as_of : datetime.date

    Returns
    -------
    int
    """
    day = pd.Timestamp(as_of)
    critical = skill["critical"].astype("boolean").fillna(False)
    own = skill["employer"].isna() | (skill["employer"] == "force").fillna(False)
    booked = (skill["course_booked_on"] > a_year_before(as_of)) & (skill["course_booked_on"] <= day)
    competent = (skill["competent_from"] <= day).fillna(False)
    return int((critical & own & booked.fillna(False) & ~competent).sum())


def change(now: Depth, before: Depth) -> float | None:
    """By how many persons the depth changed; None where either is not known for sure.

    Parameters
    ----------
    now, before : Depth

    Returns
    -------
    float or None
    """
    known = now.sure is not None and before.sure is not None and not now.unknown and not before.unknown
    return float(now.sure - before.sure) if known else None


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    """Critical functions for a chart.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of :func:`functions`.

    Returns
    -------
    pandas.DataFrame
        ``label``, ``value`` (persons surely competent); the label also tells of those not known to be.
    """
    labels = [
        f"{function}; {unknown} more not dated" if unknown else function
        for function, unknown in zip(table["skill_function"], table["unknown"], strict=True)
    ]
    return pd.DataFrame({"label": pd.Series(labels, dtype="object"), "value": table["competent"]})


def thinnest(table: pd.DataFrame) -> str | None:
    """The thinnest critical function, in words.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of :func:`functions`.

    Returns
    -------
    str or None
        A sentence without a full stop; None where there is no function.
    """
    if table.empty:
        return None
    first = table.iloc[0]
    return f"Competent staff: fewest in {first['skill_function']}, {first['competent']} of {table['competent'].sum()}"
