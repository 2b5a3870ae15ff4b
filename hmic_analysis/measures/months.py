"""Months: reading them, and counting by them."""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.errors import DataError
from hmic_analysis.measures.base import local_days


def read_months(column: pd.Series, chart: str) -> pd.Series:
    """The first day of each month.

    Parameters
    ----------
    column : pandas.Series
        Dates, times, periods, or texts such as ``2014-01``; any day stands for its month.
    chart : str
        Name of the function that reads them, for messages.

    Returns
    -------
    pandas.Series
        Timestamps without a time zone; missing where the month is.

    Raises
    ------
    DataError
        If something else than a month is among them.
    """
    if pd.api.types.is_numeric_dtype(column) and column.notna().any():
        raise DataError(
            f"{chart}: column '{column.name}' holds the number {column.dropna().iloc[0]}, which is no month.\n"
            "Use dates, or texts such as '2014-01'."
        )
    months = [_month(value) for value in column]
    wrong = [i for i, (m, given) in enumerate(zip(months, column.notna(), strict=True)) if given and m is pd.NaT]
    if wrong:
        raise DataError(
            f"{chart}: column '{column.name}' holds {column.iloc[wrong[0]]!r} in row {wrong[0] + 1}, "
            "which is no month.\nUse dates, or texts such as '2014-01'."
        )
    return pd.Series(months, dtype="datetime64[ns]")


def _month(value: object) -> pd.Timestamp:
    """The first day of the month of one value; NaT if it has none."""
    if isinstance(value, pd.Period):
        value = value.to_timestamp()
    try:
        day = pd.Timestamp(value)
    except (TypeError, ValueError):
        return pd.NaT
    return day if day is pd.NaT else pd.Timestamp(year=day.year, month=day.month, day=1)


def first_whole_month(day: date | pd.Timestamp) -> pd.Timestamp:
    """The first month that lies wholly on or after a day."""
    day = pd.Timestamp(day).normalize()
    return day if day.day == 1 else day + pd.offsets.MonthBegin(1)


def count_by_month(months: pd.Series, start: date, end: date) -> pd.DataFrame:
    """Rows in each whole month of a period.

    Parameters
    ----------
    months : pandas.Series
        Month of each row, its first day; rows without one are not counted.
    start, end : datetime.date
        First and last day of the period: a month of which it holds only a part would look low, and is left out.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``value``; a month without a row is not there, since nothing tells it from one not supplied.
    """
    counts = _whole(local_days(months), start, end).value_counts().sort_index()
    return pd.DataFrame({"month": counts.index, "value": counts.to_numpy(dtype=float)})


def share_by_month(states: pd.Series, months: pd.Series, start: date, end: date) -> pd.DataFrame:
    """Units with a property among those whose state is known, in each whole month of a period.

    Parameters
    ----------
    states : pandas.Series
        Nullable booleans, one for each unit.
    months : pandas.Series
        Month of each unit, its first day, on the same index.
    start, end : datetime.date
        First and last day of the period; months that it holds only in part are left out.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``numerator`` (units that have it), ``denominator`` (units whose state is known).
    """
    kept = _whole(local_days(months), start, end)
    known = states.reindex(kept.index).astype("boolean")
    parts = pd.DataFrame({"month": kept, "numerator": known.fillna(False), "denominator": known.notna()})
    return parts.groupby("month")[["numerator", "denominator"]].sum().astype(float).reset_index()


def _whole(months: pd.Series, start: date, end: date) -> pd.Series:
    """The months that lie wholly in a period."""
    inside = (months >= pd.Timestamp(start)) & (months + pd.offsets.MonthEnd(0) <= pd.Timestamp(end))
    return months[inside.fillna(False).to_numpy(dtype=bool)]
