"""Months: setting them side by side, and naming them on an axis."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmic_analysis.errors import DataError
from hmic_analysis.figures import style
from hmic_analysis.figures.frames import require, take
from hmic_analysis.figures.measure import text_width
from hmic_analysis.figures.sheet import Sheet
from hmic_analysis.measures.months import read_months
from hmic_analysis.measures.words import month_name

#: Distances between named months.
_STEPS = (1, 2, 3, 4, 6, 12, 24, 60, 120, 240, 600)


def months_by_group(frame: pd.DataFrame, chart: str) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Values with a row for every month and a column for each group.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``month``, ``group``, ``value``.
    chart : str
        Name of the chart function, for messages.

    Returns
    -------
    tuple
        The wide frame: months from the first to the last, also those without a row (missing, never 0), groups in
        their order, those without any value left out; the tidy frame; and notes on what is missing.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn, or a month has two values for a group.
    """
    require(frame, chart, ("month", "group", "value"))
    data = take(frame, chart, texts=("group",), numbers=("value",))
    data.insert(0, "month", read_months(frame["month"].reset_index(drop=True), chart))
    placed = data.dropna(subset=["month"])
    twice = placed[placed.duplicated(["month", "group"])]
    if len(twice):
        month, group = twice.iloc[0]["month"], twice.iloc[0]["group"]
        raise DataError(
            f"{chart}: '{group}' has more than one row for {month_name(month)}.\n"
            "Bring the frame to one row for each month and group first."
        )
    if placed["value"].isna().all():
        return pd.DataFrame(), data, ()
    order = list(dict.fromkeys(placed["group"]))
    wide = placed.pivot(index="month", columns="group", values="value")
    wide = wide.reindex(index=pd.date_range(wide.index.min(), wide.index.max(), freq="MS"), columns=order)
    empty = [group for group in order if wide[group].isna().all()]
    wide = wide.drop(columns=empty)
    return wide, data, _notes(wide, empty, len(data) - len(placed))


def _notes(wide: pd.DataFrame, empty: list[str], unplaced: int) -> tuple[str, ...]:
    """What a reader must know of what is missing."""
    notes = []
    if wide.isna().any(axis=None):
        notes.append("A gap in a line is a month without data")
    if empty:
        notes.append(f"No data for {', '.join(empty)}")
    if unplaced:
        notes.append(f"{unplaced:,} {'row' if unplaced == 1 else 'rows'} without a month left out")
    return tuple(notes)


def alone(series: pd.Series) -> np.ndarray:
    """Positions of values with a gap on both sides: no line can show them."""
    known = series.notna().to_numpy()
    before, after = np.append(False, known[:-1]), np.append(known[1:], False)
    return np.flatnonzero(known & ~before & ~after)


def print_months(sheet: Sheet, months: pd.DatetimeIndex, left: float, width: float, y: float) -> None:
    """Name months below an axis, evenly, as many as there is room for.

    Parameters
    ----------
    sheet : Sheet
    months : pandas.DatetimeIndex
        Each has a place of the same width.
    left, width : float
        Of the axis, in millimetres.
    y : float
        Middle of the names in millimetres.
    """
    widest = max(text_width(month_name(m), style.SMALL_SIZE) for m in months[:12])
    pitch = width / len(months)
    step = next((s for s in _STEPS if s * pitch >= widest + 2.5), len(months))
    first = next((i for i, m in enumerate(months) if m.month == 1), 0) if step >= 12 else 0
    for number in range(first, len(months), step):
        centre = max(left + pitch * (number + 0.5), widest / 2 + 0.3)
        if centre + widest / 2 <= style.LETTER_WIDTH_MM:
            sheet.text(centre, y, month_name(months[number]), size=style.SMALL_SIZE, ha="center")
