"""Months and quarters of a simulated period, counted from its first day."""

from __future__ import annotations

import calendar
import datetime as dt

import numpy as np


def spans(start: dt.date, end: dt.date, months: int) -> list[tuple[np.datetime64, np.datetime64]]:
    """First and last day of each whole part of so many months; a shorter rest is left out."""
    found, first = [], start
    while True:
        after = _later(start, months * (len(found) + 1))
        if after - dt.timedelta(days=1) > end:
            return found
        found.append((np.datetime64(first), np.datetime64(after - dt.timedelta(days=1))))
        first = after


def _later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def middle(span: tuple[np.datetime64, np.datetime64]) -> np.datetime64:
    """A day in the middle of a span."""
    return span[0] + (span[1] - span[0]) // 2
