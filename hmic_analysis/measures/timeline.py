"""F1: what work comes in, month by month."""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.measures.base import local_days
from hmic_analysis.measures.demand import demand_incidents, labelled, own_types
from hmic_analysis.measures.months import count_by_month


def monthly_counts(frame: pd.DataFrame, month: str, group: str) -> pd.DataFrame:
    """Rows by month and group.

    Parameters
    ----------
    frame : pandas.DataFrame
    month : str
        Column of months (first days) or dates.
    group : str
        Column of groups; blank ones are called ``not recorded``.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``group``, ``value``; every group in every month from the first to the last, 0 where none.
    """
    months = local_days(frame[month]).dt.to_period("M").dt.to_timestamp()
    groups = frame[group].astype("object").where(frame[group].notna(), "not recorded")
    counts = pd.crosstab(months, groups)
    if counts.empty:
        return pd.DataFrame({"month": pd.Series(dtype="datetime64[ns]"), "group": [], "value": []})
    every = pd.date_range(counts.index.min(), counts.index.max(), freq="MS")
    tidy = counts.reindex(every, fill_value=0).rename_axis("month").reset_index()
    return tidy.melt(id_vars="month", var_name="group", value_name="value")


def incidents_by_month(incident: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Incidents that are demand in each whole month of a period.

    Parameters
    ----------
    incident : pandas.DataFrame
        Table ``incident``.
    start, end : datetime.date
        First and last day of the period.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``value``; duplicates and tests are left out.
    """
    return count_by_month(demand_incidents(incident)["created_month"], start, end)


def types_over_time(incident: pd.DataFrame, crime: pd.DataFrame, most: int = 12) -> pd.DataFrame:
    """Incidents by category and recorded crimes by type, month by month.

    Parameters
    ----------
    incident, crime : pandas.DataFrame
        The tables of those names, cut to a period.
    most : int
        So many types at most: the largest, in the order of size.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``group``, ``value``.  Crimes take the publisher's type, else the offence group; a category
        ``crime`` of incidents is named ``Crime incidents``, since an incident is not a recorded crime.
    """
    calls = labelled(own_types(demand_incidents(incident))).assign(month=lambda f: f["created_month"])
    calls["label"] = calls["label"].replace({"Crime": "Crime incidents", "Not recorded": "Incidents, not categorised"})
    kind = crime["crime_type"].astype("object")
    group = crime["offence_group"].astype("object").str.replace("_", " ").str.capitalize()
    label = kind.where(kind.notna(), group).fillna("Crimes, type not recorded")
    crimes = pd.DataFrame({"month": crime["recorded_month"], "label": label})
    parts = [monthly_counts(part, "month", "label") for part in (calls, crimes) if len(part)]
    if not parts:
        return monthly_counts(crimes, "month", "label")
    tidy = pd.concat(parts, ignore_index=True)
    size = tidy.groupby("group")["value"].sum().sort_values(ascending=False, kind="stable").head(most)
    tidy = tidy[tidy["group"].isin(size.index)]
    order = {name: number for number, name in enumerate(size.index)}
    return tidy.sort_values(["group", "month"], key=lambda c: c.map(order) if c.name == "group" else c).reset_index(
        drop=True
    )
