"""What all charts with one line for each row share: labels on the left, a plot, printed values on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hmic_analysis.figures import style
from hmic_analysis.figures.measure import block_height, block_width, wrap
from hmic_analysis.figures.sheet import FLAG_LINE_MM, KeyEntry, Sheet, key_height, place_flags

#: Rows and section headings that fit on a page.
MAX_ROWS = 44
LABEL_MM = 50.0
TICKS_MM = 6.0
_GAP_MM = 4.0
_HEADER_MM = 19.0


@dataclass(frozen=True)
class ValueColumn:
    """Values printed to the right of the plot.

    Attributes
    ----------
    header : str
    texts : sequence of str
        One for each row.
    marker : dict or None
        Properties of the sign that stands for these values in the plot, drawn before the header: the header is the
        direct label of the sign.
    """

    header: str
    texts: Sequence[str]
    marker: dict | None = None


@dataclass
class Rows:
    """A sheet with rows set out: draw at ``y[i]``, in the axes' own millimetres."""

    sheet: Sheet
    axes: Axes
    y: np.ndarray
    left: float
    width: float
    bottom: float


def row_labels(first: pd.Series, label: pd.Series) -> tuple[list[str], list[str]]:
    """Texts of rows and of the headings above them.

    Parameters
    ----------
    first : pandas.Series of str
        Group of each row.
    label : pandas.Series of str
        Label of each row.

    Returns
    -------
    tuple of list of str
        Labels, and the heading of each row's section: empty throughout where every group has one row only, for then
        the label says it all.
    """
    if first.nunique() == len(first) or first.nunique() == 1:
        return list(label), [""] * len(label)
    return list(label), list(first)


def limit_rows(frame: pd.DataFrame, headings: bool) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows that fit on a page, in order, and the note that says how many there were."""
    room = MAX_ROWS - (min(frame.iloc[:, 0].nunique(), MAX_ROWS // 2) if headings else 0)
    if len(frame) <= room:
        return frame, ()
    return frame.head(room), (f"The first {room} of {len(frame)} rows are drawn; the data file holds all",)


def by_section(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows of one group brought together, groups and rows otherwise in their order."""
    order = {group: i for i, group in enumerate(dict.fromkeys(frame[column]))}
    return frame.sort_values(column, key=lambda c: c.map(order), kind="stable", ignore_index=True)


def set_rows(
    labels: Sequence[str],
    sections: Sequence[str],
    columns: Sequence[ValueColumn],
    *,
    flags: Sequence[tuple[float, str]] = (),
    key: Sequence[KeyEntry] = (),
    synthetic: bool = False,
) -> Rows:
    """Make a sheet with room for every label, value, flag and key.

    Parameters
    ----------
    labels, sections : sequence of str
        Text of each row, and the heading of its section (the same for neighbours).
    columns : sequence of ValueColumn
    flags : sequence of (float, str)
        Texts of vertical lines and their place in the plot, 0 (left) to 1 (right).
    key : sequence of KeyEntry
        Signs that the columns' headers don't explain.
    synthetic : bool

    Returns
    -------
    Rows
        Axes whose y runs downwards in millimetres; x is the caller's to set.
    """
    headers = [wrap(c.header, _HEADER_MM, 3, style.SMALL_SIZE, "bold") for c in columns]
    widths = [_column_width(c, h) for c, h in zip(columns, headers, strict=True)]
    right = sum(widths) + _GAP_MM * len(columns)
    labels, left = _fit_labels(labels, sections)
    width = style.LETTER_WIDTH_MM - left - right - 4.0
    placed = place_flags([(left + f * width, t) for f, t in flags], 0, left + width + _GAP_MM / 2)
    flag_lines = 1 + max((row for _, row, _ in placed), default=-1)
    header = max(flag_lines * FLAG_LINE_MM, max((block_height(h, style.SMALL_SIZE) for h in headers), default=0)) + 1.5
    y, tops, body = _places(labels, sections)
    below = key_height(0, key)
    sheet = Sheet(header + body + TICKS_MM + (below + 1 if below else 0), synthetic)
    axes = sheet.axes(left, header, width, body)
    axes.set_ylim(body, 0)
    for text, at in zip(labels, y, strict=True):
        sheet.text(left - 2.5, header + at, text, ha="right")
    for text, at in tops:
        sheet.text(0, header + at, wrap(text, left + width, 1, weight="bold"), weight="bold")
    _print_columns(sheet, columns, headers, widths, header, y)
    for centre, row, text in placed:
        sheet.text(centre, header - 0.5 - FLAG_LINE_MM * (row + 0.5), text, size=style.SMALL_SIZE, ha="center")
    sheet.key(0, header + body + TICKS_MM + 1, key)
    return Rows(sheet, axes, y, left, width, header + body)


def _column_width(column: ValueColumn, header: str) -> float:
    """Room of a column: its widest value or its header with the sign."""
    head = block_width(header, style.SMALL_SIZE, "bold") + (4.5 if column.marker else 0)
    return max([head, *(block_width(t) for t in column.texts)])


def _fit_labels(labels: Sequence[str], sections: Sequence[str]) -> tuple[list[str], float]:
    """Labels wrapped so that all rows fit on a page, and where the plot begins."""
    wrapped = list(labels)
    for lines in (4, 3, 2, 1):
        wrapped = [wrap(text, LABEL_MM, lines) for text in labels]
        if _places(wrapped, sections)[2] <= style.MAX_HEIGHT_MM - 30:
            break
    return wrapped, max(8.0, max(block_width(t) for t in wrapped) + 3.0)


def _places(labels: Sequence[str], sections: Sequence[str]) -> tuple[np.ndarray, list[tuple[str, float]], float]:
    """Middle of each row, of each heading, and the height of all, in millimetres."""
    slim = len(labels) + len(set(sections)) > 24
    centres, tops, at, before = [], [], 1.0, ""
    for text, section in zip(labels, sections, strict=True):
        if section and section != before:
            tops.append((section, at + 2.6))
            at += 4.6
        before = section
        height = max(4.1, block_height(text) + 0.1) if slim else max(6.6, block_height(text) + 2.4)
        centres.append(at + height / 2)
        at += height
    return np.array(centres), tops, at + 1.0


def _print_columns(
    sheet: Sheet,
    columns: Sequence[ValueColumn],
    headers: Sequence[str],
    widths: Sequence[float],
    top: float,
    y: np.ndarray,
) -> None:
    """The values at the right, each column flush right under its header."""
    edge = sheet.width - 0.5
    for column, header, width in reversed(list(zip(columns, headers, widths, strict=True))):
        middle = top - 1 - block_height(header, style.SMALL_SIZE) / 2
        sheet.text(edge, middle, header, size=style.SMALL_SIZE, weight="bold", ha="right")
        if column.marker:
            x = edge - block_width(header, style.SMALL_SIZE, "bold") - 2.5
            sheet.line([x], [middle], **{**column.marker, "linestyle": "none"})
        for text, at in zip(column.texts, y, strict=True):
            sheet.text(edge, top + at, text, ha="right")
        edge -= width + _GAP_MM


def value_axis(
    rows: Rows, ticks: Sequence[float], labels: Sequence[str], baseline: bool = False, every: bool = False
) -> None:
    """Ticks and grid of the horizontal axis; labels that would touch are left out, and their grid lines with them.

    Parameters
    ----------
    rows : Rows
    ticks : sequence of float
        Rising; the first and the last are the axis' ends.
    labels : sequence of str
    baseline : bool
        Whether to draw the line at zero that bars stand on.
    every : bool
        Whether each label that fits is printed (a logarithmic axis); else the labels keep one distance.
    """
    axes = rows.axes
    axes.set_xlim(ticks[0], ticks[-1])
    scale = axes.transScale.transform([(t, 1.0) for t in ticks])[:, 0]
    places = rows.left + rows.width * (scale - scale[0]) / (scale[-1] - scale[0])
    if baseline:
        axes.axvline(0, color=style.AXIS, linewidth=1.0, zorder=4, clip_on=False)
    halves = [block_width(text, style.SMALL_SIZE) / 2 for text in labels]
    centres = [min(max(p, h + 0.3), style.LETTER_WIDTH_MM - h - 0.3) for p, h in zip(places, halves, strict=True)]
    for i in _printed(centres, halves, every):
        rows.sheet.text(centres[i], rows.bottom + 3.4, labels[i], size=style.SMALL_SIZE, ha="center")
        axes.axvline(ticks[i], color=style.GRID, linewidth=0.8, zorder=0, clip_on=False)


def _printed(centres: Sequence[float], halves: Sequence[float], every: bool) -> list[int]:
    """Which labels are printed so that none touches another; the first always is."""

    def free(i: int, j: int) -> bool:
        return centres[j] - halves[j] > centres[i] + halves[i] + 1.5

    if not every:
        for step in range(1, len(centres)):
            chosen = list(range(0, len(centres), step))
            if all(free(i, j) for i, j in zip(chosen, chosen[1:], strict=False)):
                return chosen
        return [0]
    chosen = [0]
    for j in range(1, len(centres)):
        if free(chosen[-1], j):
            chosen.append(j)
    return chosen
