"""Months and numbers in words, the same whatever the language of the machine."""

from __future__ import annotations

import math

import pandas as pd

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def month_name(month: pd.Timestamp) -> str:
    """``Jan 2014``, whatever the language of the machine."""
    return f"{MONTHS[month.month - 1][:3]} {month.year}"


def plain(value: float) -> str:
    """A number with thousands separators and no more decimals than it needs (two figures below 1)."""
    if math.isnan(value):
        return "not known"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 1:
        return f"{value:,.1f}".removesuffix(".0")
    decimals = 1 - math.floor(math.log10(abs(value)))
    if decimals > 9:
        return f"{value:.1e}"
    text = f"{value:.{decimals}f}"
    return text.rstrip("0") if "." in text else text
