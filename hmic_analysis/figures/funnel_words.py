"""What a funnel says, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hmic_analysis.figures.numbers import plain, say
from hmic_analysis.figures.say import joined, unknown

if TYPE_CHECKING:
    from hmic_analysis.figures.funnel import FunnelLines

_WHERE = {
    "far_above": "above the outer line",
    "above": "between the upper lines",
    "inside": "within the lines",
    "below": "between the lower lines",
    "far_below": "below the outer line",
}


def funnel_message(
    what: str, unit: str, drawn: pd.DataFrame, data: pd.DataFrame, lines: FunnelLines, name_others: bool
) -> str:
    """Where the force in question lies, or how many lie outside.

    Parameters
    ----------
    what, unit : str
    drawn, data : pandas.DataFrame
        The forces with a point, and all: ``label``, ``value``, ``position``, ``own``.
    lines : FunnelLines
    name_others : bool
        Whether forces outside the outer line may be named.

    Returns
    -------
    str
        A sentence without a full stop.
    """
    own = drawn[drawn["own"]]
    after = unknown(data["value"])
    outside = drawn[drawn["position"].isin(("far_above", "far_below"))]
    if len(own):
        row = own.iloc[0]
        lead = f"{what}: {row['label']} at {say(row['value'], unit)}"
        where = _WHERE.get(row["position"], "")
        if not where or not lines.judged:
            return f"{lead}, with {say_forces(len(drawn))} too few to say who is different{after}"
        return (
            f"{lead}, {where.replace('the outer line', f'the {lines.outer} line')} of {say_forces(len(drawn))}{after}"
        )
    if not lines.judged or not len(lines.frame):
        low, high = say(drawn["value"].min(), unit), say(drawn["value"].max(), unit)
        return f"{what}: from {low} to {high} in {say_forces(len(drawn))}; none is named as different{after}"
    if outside.empty:
        return f"{what}: none of {say_forces(len(drawn))} lies outside the {lines.outer} lines{after}"
    who = f": {joined(list(outside['label']))}" if name_others and len(outside) <= 5 else ""
    verb = "lies" if len(outside) == 1 else "lie"
    return f"{what}: {len(outside)} of {say_forces(len(drawn))} {verb} outside the {lines.outer} lines{who}{after}"


def say_forces(count: int) -> str:
    """``1 force``, ``41 forces``."""
    return f"{plain(count)} {'force' if count == 1 else 'forces'}"
