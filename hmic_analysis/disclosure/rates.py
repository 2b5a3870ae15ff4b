"""Counts behind a rounded percentage."""

from __future__ import annotations

import math
import re
from decimal import Decimal

#: A percentage as :func:`hmic_analysis.evidence.wording.say_value` and the figures print it.
PERCENT = re.compile(r"^(less than |more than |[<>] ?)?(\d+(?:\.\d+)?)\s*%$", re.IGNORECASE)
_SIDE = re.compile(r"^(less than |more than |[<>] ?)", re.IGNORECASE)


def counts_behind(printed: str, denominator: int) -> list[int]:
    """The counts that a percentage, as printed, can stand for.

    Parameters
    ----------
    printed : str
        ``5.0%`` or ``5.0``: the decimals printed say how it was rounded.  ``less than 0.1%`` is what would have been
        rounded to nothing, and ``more than 99.9%`` what would have been rounded to all.
    denominator : int
        Whole number above 0.

    Returns
    -------
    list of int
        In rising order; empty if none gives that percentage.  Percentages short of 100 are not printed as 100, nor
        those above 0 as 0, as :func:`hmic_analysis.evidence.wording.say_value` does it.
    """
    match = _SIDE.match(printed.strip())
    side = match[0].strip().casefold() if match else ""
    value = Decimal(printed.strip()[len(match[0]) if match else 0 :].rstrip("% ").replace(",", ""))
    half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
    # Halves are rounded either way, by the machine's binary fractions, so both ends belong to it.
    low, high = value - half, value + half
    if side in ("less than", "<"):
        low, high = Decimal(0), half
    elif side in ("more than", ">"):
        low, high = 100 - half, Decimal(100)
    first, last = math.ceil(low * denominator / 100), math.floor(high * denominator / 100)
    found = range(max(first, 0), min(last, denominator) + 1)
    return [k for k in found if (k == 0) == (value == 0) and (k == denominator) == (value == 100)]
