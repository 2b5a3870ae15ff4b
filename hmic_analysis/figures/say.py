"""The point of a picture in words, written from the values that are drawn."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hmic_analysis.figures.numbers import say


def joined(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    items = list(items)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def lower(text: str) -> str:
    """The text as it goes on within a sentence; abbreviations keep their capitals."""
    return text[0].lower() + text[1:] if len(text) > 1 and not text[1].isupper() else text


def extremes(what: str, labels: pd.Series, values: pd.Series, unit: str) -> str:
    """Where the highest and the lowest value lie.

    Parameters
    ----------
    what : str
        What the values are, for the start of a sentence; with ``""`` the words go on after ``where``.
    labels, values : pandas.Series
        One for each row, on one index; missing values are never ranked.
    unit : str

    Returns
    -------
    str
        A sentence without a full stop.
    """
    known = values.dropna()
    subject = f"{what}: " if what else ""
    if known.empty:
        return f"{subject}not known" + (f" in any of {len(values)} rows" if len(values) > 1 else "")
    high, low = known.idxmax(), known.idxmin()
    if len(known) == 1:
        text = f"{subject}{labels[high]} {'' if what else 'is at '}{say(known[high], unit)}"
    elif known[high] == known[low]:
        text = f"{subject}{'' if what else 'values are '}{say(known[high], unit)} in all {len(known)} known"
        text = text.removesuffix(" known") if len(known) == len(values) else text
    else:
        text = (
            f"{subject}{'highest' if what else 'the highest is'} {labels[high]} at {say(known[high], unit)}, "
            f"{'lowest' if what else 'the lowest is'} {labels[low]} at {say(known[low], unit)}"
        )
    return text


def unknown(values: pd.Series) -> str:
    """``; 2 of 7 not known``, to end a sentence with; empty if all are known, or none is."""
    missing = int(values.isna().sum())
    return f"; {missing} of {len(values)} not known" if 0 < missing < len(values) else ""
