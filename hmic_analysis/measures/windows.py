"""Whole months and quarters of a period."""

from __future__ import annotations

from datetime import date

import pandas as pd

Span = tuple[pd.Timestamp, pd.Timestamp]


def whole_spans(start: date, end: date, months: int) -> list[Span]:
    """Parts of so many months each, counted from the first day of a period.

    Parameters
    ----------
    start, end : datetime.date
        First and last day of the period.
    months : int
        Length of each part: 1 for months, 3 for quarters.

    Returns
    -------
    list of (pandas.Timestamp, pandas.Timestamp)
        First and last day of each; a rest that is shorter is left out.
    """
    first, last, found = pd.Timestamp(start), pd.Timestamp(end), []
    while True:
        begins = first + pd.DateOffset(months=months * len(found))
        ends = first + pd.DateOffset(months=months * (len(found) + 1)) - pd.Timedelta(days=1)
        if ends > last:
            return found
        found.append((begins, ends))


def span_of(days: pd.Series, spans: list[Span]) -> pd.Series:
    """Number of the part that each day lies in.

    Parameters
    ----------
    days : pandas.Series
        Naive dates.
    spans : list of (pandas.Timestamp, pandas.Timestamp)
        Result of :func:`whole_spans`.

    Returns
    -------
    pandas.Series
        Nullable integers from 0; missing for days in none.
    """
    found = pd.Series(pd.NA, index=days.index, dtype="Int64")
    for number, (first, last) in enumerate(spans):
        found[((days >= first) & (days <= last)).fillna(False).to_numpy(dtype=bool)] = number
    return found
