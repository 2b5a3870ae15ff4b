"""Checks of the data frame a chart is asked to draw."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd

from hmic_analysis.errors import DataError, did_you_mean


def take(
    frame: pd.DataFrame,
    chart: str,
    *,
    texts: Sequence[str] = (),
    numbers: Sequence[str] = (),
    optional: Sequence[str] = (),
    percent: Sequence[str] = (),
    counted: Sequence[str] = (),
) -> pd.DataFrame:
    """The columns a chart draws, checked and typed.

    Parameters
    ----------
    frame : pandas.DataFrame
        Left as it is.
    chart : str
        Name of the chart function, for messages.
    texts : sequence of str
        Columns wanted as text; missing values become ``"not known"``.
    numbers : sequence of str
        Columns wanted as finite numbers; missing values stay missing.
    optional : sequence of str
        Number columns that are filled with missing values where the frame lacks them.
    percent : sequence of str
        Number columns that must lie between 0 and 100.
    counted : sequence of str
        Number columns that must not be negative: counts and lengths of time.

    Returns
    -------
    pandas.DataFrame
        New, with those columns in that order and rows counted from 0.

    Raises
    ------
    DataError
        If a column is missing, holds something else than numbers, or a value is out of its range.
    """
    require(frame, chart, (*texts, *numbers))
    taken = pd.DataFrame(index=range(len(frame)))
    for column in texts:
        taken[column] = [clean_text(v) for v in frame[column]]
    for column in (*numbers, *optional):
        taken[column] = _numbers(frame[column], chart) if column in frame.columns else np.nan
    for column in percent:
        _check_percent(taken[column], chart)
    for column in counted:
        _check_counted(taken[column], chart)
    return taken


def require(frame: pd.DataFrame, chart: str, columns: Sequence[str]) -> None:
    """Raise :class:`DataError` unless ``frame`` is a frame with these columns, each once."""
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"{chart} draws a DataFrame, not a {type(frame).__name__}. Pass it the frame of a measure.")
    for column in columns:
        if column not in frame.columns:
            others = [c for c in frame.columns if c not in columns]
            raise DataError(
                f"{chart}: the frame has no column '{column}'.{did_you_mean(column, others)}\n"
                f"It has: {', '.join(map(str, frame.columns)) or 'no columns'}. It needs: {', '.join(columns)}."
            )
        if list(frame.columns).count(column) > 1:
            raise DataError(f"{chart}: the frame has column '{column}' more than once.\nKeep or rename one of them.")


def clean_text(value: object) -> str:
    """One line of printable text; ``"not known"`` for a missing or blank value."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return "not known"
    printable = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in str(value))
    return " ".join(printable.split()) or "not known"


def _numbers(column: pd.Series, chart: str) -> np.ndarray:
    """The column as floats, missing values as NaN."""
    numbers = pd.to_numeric(column, errors="coerce").astype("float64").to_numpy()
    wrong = np.flatnonzero((np.isnan(numbers) & column.notna().to_numpy()) | np.isinf(numbers))
    if len(wrong):
        value = column.iloc[wrong[0]]
        value = value.item() if isinstance(value, np.generic) else value
        raise DataError(
            f"{chart}: column '{column.name}' holds {value!r} in row {wrong[0] + 1}, "
            "which can't be drawn.\nUse finite numbers, and leave the cell empty where there is none."
        )
    return numbers


def _check_percent(column: pd.Series, chart: str) -> None:
    """Percentages run from 0 to 100."""
    wrong = np.flatnonzero((column < 0) | (column > 100 + 1e-9))
    if len(wrong):
        raise DataError(
            f"{chart}: column '{column.name}' holds {column.iloc[wrong[0]]:g} in row {wrong[0] + 1}, "
            "which is no percentage.\nPercentages run from 0 to 100; pass unit= for anything else."
        )


def _check_counted(column: pd.Series, chart: str) -> None:
    """Nothing is counted or lasts below nothing."""
    wrong = np.flatnonzero(column < 0)
    if len(wrong):
        raise DataError(
            f"{chart}: column '{column.name}' holds {column.iloc[wrong[0]]:g} in row {wrong[0] + 1}.\n"
            "Counts and lengths of time are 0 or more; check how the column was computed."
        )
