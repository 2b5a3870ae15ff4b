"""Counts behind a rounded percentage."""

from __future__ import annotations

import math
from decimal import Decimal

#: What percentages above 0 and short of 100 are drawn in to, where rounding would make them 0 or 100.
_LEAST, _MOST = Decimal("0.1"), Decimal("99.9")


def counts_behind(printed: str, denominator: int) -> list[int]:
    """The counts that a percentage, as printed, can stand for.

    Parameters
    ----------
    printed : str
        ``5.0%`` or ``5.0``: the decimals printed say how it was rounded.
    denominator : int
        Whole number above 0.

    Returns
    -------
    list of int
        In rising order; empty if none gives that percentage.  Percentages short of 100 are not printed as 100, nor
        those above 0 as 0, as :func:`hmic_analysis.evidence.wording.say_value` does it.
    """
    value = Decimal(printed.strip().rstrip("%").strip().replace(",", ""))
    half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
    # Halves are rounded either way, by the machine's binary fractions, so both ends belong to it.
    low = Decimal(0) if value == _LEAST else value - half
    high = Decimal(100) if value == _MOST else value + half
    first, last = math.ceil(low * denominator / 100), math.floor(high * denominator / 100)
    found = range(max(first, 0), min(last, denominator) + 1)
    return [k for k in found if not (value == _LEAST and k == 0) and not (value == _MOST and k == denominator)]
