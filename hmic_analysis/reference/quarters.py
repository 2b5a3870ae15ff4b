"""Financial quarters, in which national tables are published."""

from __future__ import annotations

import re
from typing import NamedTuple

import pandas as pd

from hmic_analysis.errors import ParameterError

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class Quarter(NamedTuple):
    """A financial quarter: the year as published (``2013/14``) and its number (1 is April to June)."""

    year: str
    number: int


def months_between(first: str, last: str) -> pd.DatetimeIndex:
    """The months from one to another.

    Parameters
    ----------
    first, last : str
        ``2014-01``; both included.

    Returns
    -------
    pandas.DatetimeIndex
        First days.

    Raises
    ------
    ParameterError
        If one of them is no month, or the last lies before the first.
    """
    for text in (first, last):
        if not _MONTH.fullmatch(text):
            raise ParameterError(f"'{text}' is not a month. Write year and month, such as 2014-01.")
    if last < first:
        raise ParameterError(f"The months run from {first} to {last}: the last lies before the first.")
    return pd.date_range(f"{first}-01", f"{last}-01", freq="MS")


def quarters_of(months: pd.DatetimeIndex) -> list[Quarter]:
    """The financial quarters that months make up.

    Parameters
    ----------
    months : pandas.DatetimeIndex
        As :func:`months_between` gives them.

    Returns
    -------
    list of Quarter

    Raises
    ------
    ParameterError
        If they aren't whole quarters: national tables have no months.
    """
    if months[0].month % 3 != 1 or len(months) % 3:
        raise ParameterError(
            f"{months[0]:%Y-%m} to {months[-1]:%Y-%m} aren't whole quarters, in which recorded crime is published. "
            "Begin with January, April, July or October and end two, five, ... months later."
        )
    return [_quarter(month) for month in months[::3]]


def _quarter(month: pd.Timestamp) -> Quarter:
    start = month.year if month.month >= 4 else month.year - 1
    return Quarter(f"{start}/{(start + 1) % 100:02d}", (month.month - 4) % 12 // 3 + 1)
