"""Monthly series: a few in one picture, or one small picture each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.ends import LineEnd, print_ends, room_for, wrap_name
from hmic_analysis.figures.measure import block_height, text_width, wrap
from hmic_analysis.figures.months import alone, month_name, months_by_group, print_months
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import nice_ticks, say, tick_labels
from hmic_analysis.figures.say import lower
from hmic_analysis.figures.sheet import Sheet

#: Small pictures on one page.
MAX_SMALL = 15
_PLOT_MM = 50.0
_TOP_MM = 2.5
_CELL_PLOT_MM = 14.5
_CELL_GAP_MM = 8.0


@style.house_style()
def monthly_series(
    frame: pd.DataFrame,
    *,
    what: str = "Records a month",
    unit: str = "count",
    name: str = "monthly-series",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no months to draw",
) -> Chart:
    """Lines from zero with the name of each at its end; more than four become small pictures.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``month`` (any day of it), ``group``, ``value``; a month without a value is a gap in the line.
    what : str
        What is counted, for headline and alt text.
    unit : str
        As in :func:`hmic_analysis.evidence.wording.say_value`.
    name, subtitle, source, headline, synthetic, reason
        As in :func:`hmic_analysis.figures.bars.counts`.

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn, or a month has two values for a group.
    """
    wide, data, notes = months_by_group(frame, "monthly_series")
    if wide.empty:
        return no_data(
            reason,
            name=name,
            subtitle=subtitle,
            source=source,
            headline=headline,
            synthetic=synthetic,
            data=data,
        )
    if wide.shape[1] > len(style.COLOURS):
        return small_multiples_monthly(
            frame, what=what, unit=unit, name=name, subtitle=subtitle, source=source, headline=headline,
            synthetic=synthetic,
        )  # fmt: skip
    return finish(
        _draw_lines(wide, unit, synthetic),
        Words(name, subtitle, source, headline, synthetic),
        headline=f"{what}: {_point(wide, unit)}",
        alt=f"Line chart of {lower(what)}, {_span(wide)}, where {_point(wide, unit, 'the ')}",
        data=data,
        notes=notes,
    )


def _draw_lines(wide: pd.DataFrame, unit: str, synthetic: bool) -> Sheet:
    """One plot with a line for each column and its name at the end."""
    names = [wrap_name(group) for group in wide.columns]
    ticks = nice_ticks(float(np.nanmin(wide)), float(np.nanmax(wide)), whole=unit in ("count", "persons"))
    texts = tick_labels(ticks, unit)
    left = max(text_width(t, style.SMALL_SIZE) for t in texts) + 3
    width = style.LETTER_WIDTH_MM - left - room_for(names)
    sheet = Sheet(_TOP_MM + _PLOT_MM + 7, synthetic)
    axes = sheet.axes(left, _TOP_MM, width, _PLOT_MM)
    _scale(axes, len(wide), ticks)

    def down(value: float) -> float:
        return _PLOT_MM * (ticks[-1] - value) / (ticks[-1] - ticks[0])

    for tick, text in zip(ticks, texts, strict=True):
        axes.axhline(tick, color=style.AXIS if tick == 0 else style.GRID, linewidth=0.8, zorder=0, clip_on=False)
        sheet.text(left - 2, _TOP_MM + down(tick), text, size=style.SMALL_SIZE, ha="right")
    ends = []
    for group, text, colour, pattern in zip(wide.columns, names, style.COLOURS, style.PATTERNS, strict=False):
        line = {"color": colour, "linestyle": pattern, "linewidth": 2}
        _draw_series(axes, wide[group], line)
        ends.append(LineEnd(down(wide[group].dropna().iloc[-1]), text, {**line, "linewidth": 1}))
    print_months(sheet, wide.index, left, width, _TOP_MM + _PLOT_MM + 3.6)
    print_ends(sheet, left + width, _TOP_MM, _PLOT_MM, ends)
    return sheet


@style.house_style()
def small_multiples_monthly(
    frame: pd.DataFrame,
    *,
    what: str = "Records a month",
    unit: str = "count",
    columns: int = 3,
    name: str = "small-multiples",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no months to draw",
) -> Chart:
    """A small line chart for each group, each with a scale of its own from zero and its highest value printed.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``month`` (any day of it), ``group``, ``value``; groups are drawn in their order, 15 at most.
    what : str
        What is counted, for headline and alt text.
    unit : str
        As in :func:`hmic_analysis.evidence.wording.say_value`.
    columns : int
        Pictures side by side.
    name, subtitle, source, headline, synthetic, reason
        As in :func:`hmic_analysis.figures.bars.counts`.

    Returns
    -------
    Chart
        With a note where there are more groups than fit; its data hold them all.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn, or a month has two values for a group.
    """
    wide, data, notes = months_by_group(frame, "small_multiples_monthly")
    if wide.empty:
        return no_data(
            reason,
            name=name,
            subtitle=subtitle,
            source=source,
            headline=headline,
            synthetic=synthetic,
            data=data,
        )
    notes = ("Each type has a scale of its own, from zero; the dot marks the highest month", *notes)
    if wide.shape[1] > MAX_SMALL:
        notes = (*notes, f"The first {MAX_SMALL} of {wide.shape[1]} types are drawn; the data file holds all")
        wide = wide.iloc[:, :MAX_SMALL]
    return finish(
        _draw_cells(wide, unit, max(1, min(columns, wide.shape[1])), synthetic),
        Words(name, subtitle, source, headline, synthetic),
        headline=f"{what}: {_point(wide, unit)}",
        alt=(f"Small line charts of {lower(what)}, {_types(wide)}, {_span(wide)}, where {_point(wide, unit, 'the ')}"),
        data=data,
        notes=notes,
    )


def _draw_cells(wide: pd.DataFrame, unit: str, columns: int, synthetic: bool) -> Sheet:
    """A grid of small plots."""
    width = (style.LETTER_WIDTH_MM - _CELL_GAP_MM * (columns - 1)) / columns
    titles = [wrap(group, width - 1, 2, style.SMALL_SIZE, "bold") for group in wide.columns]
    head = max(block_height(t, style.SMALL_SIZE) for t in titles) + 1.5
    cell = head + 4.4 + _CELL_PLOT_MM + 7.6
    sheet = Sheet(-(-len(titles) // columns) * cell - 1.0, synthetic)
    for number, title in enumerate(titles):
        left, top = (number % columns) * (width + _CELL_GAP_MM) + 0.5, (number // columns) * cell
        middle = top + head - 0.8 - block_height(title, style.SMALL_SIZE) / 2
        sheet.text(left, middle, title, size=style.SMALL_SIZE, weight="bold")
        _draw_cell(sheet, wide.iloc[:, number], unit, left, top + head, width - 1)
    return sheet


def _draw_cell(sheet: Sheet, series: pd.Series, unit: str, left: float, top: float, width: float) -> None:
    """One small plot: its line, its highest month, its first and last month."""
    plot = top + 4.4
    axes = sheet.axes(left, plot, width, _CELL_PLOT_MM)
    high, low, top = float(series.max()), float(min(series.min(), 0)), float(max(series.max(), 0))
    top = top if top > low else low + 1.0
    _scale(axes, len(series), [low, top])
    axes.axhline(0, color=style.AXIS, linewidth=0.8, zorder=0, clip_on=False)
    _draw_series(axes, series, {"color": style.COLOURS[0], "linewidth": 1.8, "linestyle": "-"})
    at = series.index.get_loc(series.idxmax())
    axes.plot([at], [high], marker="o", markersize=4.5, color=style.COLOURS[0], clip_on=False, zorder=4)
    text = f"{say(high, unit)} in {month_name(series.idxmax())}"
    half = text_width(text, style.SMALL_SIZE) / 2
    centre = min(max(left + width * (at + 0.5) / len(series), left + half), left + width - half)
    down = _CELL_PLOT_MM * (top - high) / (top - low)
    sheet.text(centre, plot - 2.9 + down, text, size=style.SMALL_SIZE, ha="center", colour=style.MUTED_INK)
    below = plot + _CELL_PLOT_MM + 3.2
    sheet.text(left, below, month_name(series.index[0]), size=style.SMALL_SIZE, colour=style.MUTED_INK)
    if len(series) > 1:
        last = month_name(series.index[-1])
        sheet.text(left + width, below, last, size=style.SMALL_SIZE, ha="right", colour=style.MUTED_INK)


def _draw_series(axes: Axes, series: pd.Series, line: dict) -> None:
    """A line with gaps, and a dot for each month that stands alone between gaps."""
    axes.plot(range(len(series)), series.to_numpy(), clip_on=False, zorder=3, **line)
    single = alone(series)
    axes.plot(
        single, series.to_numpy()[single], linestyle="none", marker="o", markersize=4.5, color=line["color"],
        clip_on=False, zorder=3,
    )  # fmt: skip


def _scale(axes: Axes, months: int, ticks: Sequence[float]) -> None:
    """Each month has a place of the same width, so that one month alone stands in the middle."""
    axes.set_xlim(-0.5, months - 0.5)
    axes.set_ylim(ticks[0], ticks[-1])


def _types(wide: pd.DataFrame) -> str:
    """How many small pictures there are."""
    return "for one type" if wide.shape[1] == 1 else f"one for each of {wide.shape[1]} types"


def _span(wide: pd.DataFrame) -> str:
    """``Dec 2012 to Nov 2013``."""
    first, last = month_name(wide.index[0]), month_name(wide.index[-1])
    return first if first == last else f"{first} to {last}"


def _point(wide: pd.DataFrame, unit: str, the: str = "") -> str:
    """Highest and lowest month of all, with the group where there are several."""
    known = wide.unstack().dropna()
    high, low = known.idxmax(), known.idxmin()

    def place(key: tuple[str, pd.Timestamp]) -> str:
        text = f"{say(known[key], unit)} in {month_name(key[1])}"
        return f"{key[0]}, {text}" if wide.shape[1] > 1 else text

    if len(known) == 1:
        return place(high)
    if known[high] == known[low]:
        return f"{say(known[high], unit)} in each month with data"
    verb = " is" if the else ""
    return f"{the}highest{verb} {place(high)}; {the}lowest{verb} {place(low)}"
