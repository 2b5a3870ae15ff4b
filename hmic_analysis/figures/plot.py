"""A plot with a scale on the left that need not begin at nought, for dots and lines (never for bars)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from hmic_analysis.figures import style
from hmic_analysis.figures.ends import LineEnd, print_ends, room_for, wrap_name
from hmic_analysis.figures.measure import block_width, text_width, wrap
from hmic_analysis.figures.numbers import nice_ticks, tick_labels
from hmic_analysis.figures.sheet import FLAG_LINE_MM, KeyEntry, Sheet, key_height, place_flags

#: The scale begins at nought where the lowest value is less than this part of the highest.
_FROM_NOUGHT = 0.4
_BELOW_MM = 7.0
_FLAG_MM = 50.0


@dataclass
class Plot:
    """A sheet with one plot: draw on ``axes``; ``left``, ``top``, ``width``, ``height`` are millimetres."""

    sheet: Sheet
    axes: Axes
    left: float
    top: float
    width: float
    height: float
    low: float
    high: float

    def across(self, part: float) -> float:
        """Millimetres from the left of the sheet, of a part (0 to 1) of the plot's width."""
        return self.left + self.width * part

    def down(self, value: float) -> float:
        """Millimetres from the top of the plot."""
        return self.height * (self.high - value) / (self.high - self.low)


def ticks_around(low: float, high: float, count: int = 5) -> list[float]:
    """Round ticks around a range; from nought only where the range comes near it.

    Parameters
    ----------
    low, high : float
        Of the data.
    count : int
        About so many intervals.

    Returns
    -------
    list of float
        Two at least, the first at or below ``low`` and the last at or above ``high``.
    """
    if low < _FROM_NOUGHT * high or high <= 0 or low == high:
        return nice_ticks(low, high, count)
    step = np.diff(nice_ticks(0, high - low, count))[0]
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    return [float(i * step) for i in range(int(first), int(max(last, first + 1)) + 1)]


def lay_out(
    low: float,
    high: float,
    unit: str,
    *,
    height: float,
    ends: Sequence[str] = (),
    flags: Sequence[tuple[float, str]] = (),
    key: Sequence[KeyEntry] = (),
    axis: str = "",
    synthetic: bool = False,
) -> Plot:
    """Make a sheet with a plot, its scale, the room for names at line ends, flags above and the key below.

    Parameters
    ----------
    low, high : float
        Of the data.
    unit : str
        ``%`` is printed after each tick.
    height : float
        Of the plot in millimetres.
    ends : sequence of str
        Names to be written at the right with :func:`name_ends`.
    flags : sequence of (float, str)
        Texts above vertical lines, and their place from 0 (left) to 1 (right).
    key : sequence of KeyEntry
    axis : str
        Words below the horizontal axis; its ticks are the caller's.
    synthetic : bool

    Returns
    -------
    Plot
    """
    ticks = ticks_around(low, high)
    texts = tick_labels(ticks, unit)
    left = max(text_width(t, style.SMALL_SIZE) for t in texts) + 3
    right = room_for([wrap_name(e) for e in ends]) if ends else 4.0
    width = style.LETTER_WIDTH_MM - left - right
    short = [(left + width * at, wrap(text, _FLAG_MM, 1, style.SMALL_SIZE)) for at, text in flags]
    placed = place_flags(short, 0, style.LETTER_WIDTH_MM - 0.5)
    top = 2.5 + FLAG_LINE_MM * (1 + max((row for _, row, _ in placed), default=-1))
    below = _BELOW_MM + (4.5 if axis else 0)
    sheet = Sheet(top + height + below + (key_height(0, key) + 1 if key else 0), synthetic)
    axes = sheet.axes(left, top, width, height)
    axes.set_ylim(ticks[0], ticks[-1])
    plot = Plot(sheet, axes, left, top, width, height, ticks[0], ticks[-1])
    for tick, text in zip(ticks, texts, strict=True):
        axes.axhline(tick, color=style.AXIS if tick == ticks[0] else style.GRID, linewidth=0.8, zorder=0, clip_on=False)
        sheet.text(left - 2, top + plot.down(tick), text, size=style.SMALL_SIZE, ha="right")
    for centre, row, text in placed:
        sheet.text(centre, top - 1.0 - FLAG_LINE_MM * (row + 0.5), text, size=style.SMALL_SIZE, ha="center")
    if axis:
        shown = wrap(axis, width, 1, style.SMALL_SIZE)
        sheet.text(left + width / 2, top + height + 8.0, shown, size=style.SMALL_SIZE, ha="center")
    sheet.key(0, top + height + below + 1, key)
    return plot


def name_ends(plot: Plot, ends: Sequence[tuple[float, str, dict]]) -> None:
    """Write names at the right ends of lines.

    Parameters
    ----------
    plot : Plot
    ends : sequence of (float, str, dict)
        Value at which the line ends, its name, and its line's properties.
    """
    lines = [
        LineEnd(min(max(plot.down(value), 0), plot.height), wrap_name(text), {"linewidth": 1, **line})
        for value, text, line in ends
    ]
    print_ends(plot.sheet, plot.left + plot.width, plot.top, plot.height, lines)


def name_ticks(plot: Plot, ticks: Sequence[float], texts: Sequence[str], end: float) -> None:
    """Set the horizontal axis from its first tick to ``end``, and write the texts below it.

    Parameters
    ----------
    plot : Plot
    ticks : sequence of float
        Rising, none above ``end``.
    texts : sequence of str
        Those that would touch the one before are left out.
    end : float
        Where the axis ends.
    """
    plot.axes.set_xlim(ticks[0], end)
    last = -np.inf
    for tick, text in zip(ticks, texts, strict=True):
        half = block_width(text, style.SMALL_SIZE) / 2
        centre = plot.across((tick - ticks[0]) / (end - ticks[0]))
        centre = min(max(centre, half + 0.3), style.LETTER_WIDTH_MM - half - 0.3)
        if centre - half > last + 1.5:
            plot.sheet.text(centre, plot.top + plot.height + 3.6, text, size=style.SMALL_SIZE, ha="center")
            last = centre + half
