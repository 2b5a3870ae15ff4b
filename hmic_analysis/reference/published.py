"""Recorded crime, outcomes, officers and residents of each force, as published."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.errors import DataError
from hmic_analysis.reference.quarters import Quarter


def recorded_crime(table: pd.DataFrame, quarters: list[Quarter]) -> pd.Series:
    """Offences that each territorial force recorded in some financial quarters.

    Parameters
    ----------
    table : pandas.DataFrame
        ``recorded_crime_reference``.
    quarters : list of Quarter

    Returns
    -------
    pandas.Series
        By slug; negative rows (transfers, cancelled crimes) are summed as they stand.  A force that lacks one of the
        quarters is missing: part of a period is no total of it.  Empty where the table has none of them.
    """
    wanted = [(q.year, q.number) for q in quarters]
    keys = pd.Series(list(zip(table["financial_year"], table["quarter"], strict=True)), index=table.index, dtype=object)
    rows = table[keys.isin(wanted) & table["is_territorial"].fillna(False).astype(bool)]
    found = rows.groupby("force_slug").agg(offences=("offences", "sum"), quarters=("quarter", "nunique"))
    years = rows.assign(key=keys[rows.index]).groupby("force_slug")["key"].nunique()
    whole = found["offences"].astype(float).where(years == len(wanted))
    return whole.rename("offences")


def outcomes(table: pd.DataFrame, year: str) -> pd.Series:
    """Offences recorded in a financial year that have any outcome in the table, by force.

    Parameters
    ----------
    table : pandas.DataFrame
        ``outcome_reference``.
    year : str
        ``2018/19``.

    Returns
    -------
    pandas.Series
        By slug.  Only the measure "offences recorded in the quarter": outcomes given in the quarter, whenever the
        offence was recorded, are another measure and are never added to it.
    """
    rows = table[table["financial_year"] == year]
    return rows.groupby("force_slug")["outcomes_of_recorded"].sum(min_count=1).astype(float).rename("outcomes")


def officers(table: pd.DataFrame, month: str) -> pd.Series:
    """Police officers of each force at the end of a month.

    Parameters
    ----------
    table : pandas.DataFrame
        ``workforce_reference``.
    month : str
        ``2014-03``.

    Returns
    -------
    pandas.Series
        Full-time equivalents by code of the force area; special constables, staff and volunteers are no officers.
    """
    rows = table[(table["counted_month"] == pd.Timestamp(f"{month}-01")) & (table["worker_type"] == "police officer")]
    return rows.groupby("pfa_code")["fte"].sum().rename("officers_fte")


def residents(population: pd.DataFrame, districts: pd.DataFrame, year: int) -> pd.Series:
    """Residents of each force area in the middle of a year.

    Parameters
    ----------
    population : pandas.DataFrame
        ``population_reference``.
    districts : pandas.DataFrame
        ``district_reference``: a district that lies in several partnerships has several rows.
    year : int

    Returns
    -------
    pandas.Series
        By code of the force area, each district counted once; districts without a force area are in none.

    Raises
    ------
    DataError
        If a district is said to lie in two force areas: its people can't be shared out.
    """
    # Joined row by row the repeated districts would be counted once for each partnership.
    once = districts[["district_code", "pfa_code"]].drop_duplicates()
    twice = once["district_code"][once["district_code"].duplicated()]
    if len(twice):
        raise DataError(
            f"district_reference: district {twice.iloc[0]} lies in two force areas. Correct the lookup: each district "
            "belongs to one."
        )
    people = population[population["year"] == year].merge(once, on="district_code", how="inner", validate="1:1")
    return people.groupby("pfa_code")["residents"].sum().astype(float).rename("residents")
