"""Monthly series: a few in one picture, or one small picture each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmic_analysis.evidence.wording import MONTHS
from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import clean_text, take
from hmic_analysis.figures.measure import text_width, wrap
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import nice_ticks, plain, tick_labels
from hmic_analysis.figures.say import lower
from hmic_analysis.figures.sheet import Sheet

_PLOT_MM = 50.0
_CELL_PLOT_MM = 14.5
_LABEL_GAP_MM = 4.2


def month_name(month: pd.Timestamp) -> str:
    """``Jan 2014``."""
    return f"{MONTHS[month.month - 1][:3]} {month.year}"


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
        ``month`` (first day), ``group``, ``value``; a month without a value is a gap in the line.
    what : str
        What is counted, for headline and alt text.
    unit : str
        ``%`` is printed on the axis.
    name, subtitle, source, headline, synthetic, reason
        As in :func:`hmic_analysis.figures.bars.counts`.

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    wide, data = _wide(frame, "monthly_series")
    if wide.empty or wide.isna().all(axis=None):
        return no_data(
            reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic, data=data
        )
    if wide.shape[1] > len(style.COLOURS):
        return small_multiples_monthly(
            frame, what=what, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic
        )
    labels = [wrap(g, 38, 2, style.SMALL_SIZE) for g in wide.columns]
    room = max(text_width(line, style.SMALL_SIZE) for t in labels for line in t.split("\n")) + 3
    ticks = nice_ticks(0, float(np.nanmax(wide.to_numpy())))
    tick_texts = tick_labels(ticks, unit)
    left = max(text_width(t, style.SMALL_SIZE) for t in tick_texts) + 3
    sheet = Sheet(_PLOT_MM + 9, synthetic)
    axes = sheet.axes(left, 2.5, style.LETTER_WIDTH_MM - left - room - 1, _PLOT_MM)
    width = style.LETTER_WIDTH_MM - left - room - 1
    _scale(axes, len(wide), ticks)
    for tick, text in zip(ticks, tick_texts, strict=True):
        axes.axhline(tick, color=style.AXIS if tick == 0 else style.GRID, linewidth=0.8, zorder=0)
        sheet.text(left - 2, 2.5 + _PLOT_MM * (1 - tick / ticks[-1]), text, size=style.SMALL_SIZE, ha="right")
    for number, group in enumerate(wide.columns):
        axes.plot(
            range(len(wide)), wide[group], color=style.COLOURS[number], linestyle=style.PATTERNS[number],
            linewidth=2, marker="o" if len(wide) == 1 else "", clip_on=False, zorder=3,
        )  # fmt: skip
    _month_ticks(sheet, wide.index, left, width, 2.5 + _PLOT_MM + 3.6)
    ends = [2.5 + _PLOT_MM * (1 - _last(wide[g]) / ticks[-1]) for g in wide.columns]
    for y, text, colour in zip(_apart(ends, 2.5, 2.5 + _PLOT_MM), labels, style.COLOURS, strict=False):
        sheet.line([left + width + 0.8, left + width + 2.2], [y, y], color=colour, linewidth=2)
        sheet.text(left + width + 3, y, text, size=style.SMALL_SIZE)
    message = _changes(what, wide, unit)
    return finish(
        sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Line chart of {lower(what)} by month, where {lower(message)}",
        data=data,
    )


@style.house_style()
def small_multiples_monthly(
    frame: pd.DataFrame,
    *,
    what: str = "Records a month",
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
        ``month`` (first day), ``group``, ``value``; groups are drawn in their order.
    what : str
        What is counted, for headline and alt text.
    columns : int
        Pictures side by side.
    name, subtitle, source, headline, synthetic, reason
        As in :func:`hmic_analysis.figures.bars.counts`.

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    wide, data = _wide(frame, "small_multiples_monthly")
    if wide.empty or wide.isna().all(axis=None):
        return no_data(
            reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic, data=data
        )
    gap, cell = 8.0, 5.2 + 4.4 + _CELL_PLOT_MM + 5.4 + 2.2
    columns = min(columns, wide.shape[1])
    width = (style.LETTER_WIDTH_MM - gap * (columns - 1)) / columns
    lines = -(-wide.shape[1] // columns)
    sheet = Sheet(lines * cell, synthetic)
    for number, group in enumerate(wide.columns):
        left = (number % columns) * (width + gap)
        _cell(sheet, wide[group], group, left, (number // columns) * cell, width)
    message = _changes(what, wide, "count")
    return finish(
        sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Small line charts of {lower(what)} by month, one a type ({wide.shape[1]}), where {lower(message)}",
        data=data,
        notes=("Each type has a scale of its own, from zero; the dot marks the highest month",),
    )


def _cell(sheet: Sheet, series: pd.Series, group: str, left: float, top: float, width: float) -> None:
    sheet.text(left, top + 2.4, wrap(group, width, 1, style.SMALL_SIZE, "bold"), size=style.SMALL_SIZE, weight="bold")
    known = series.dropna()
    plot = top + 5.2 + 4.4
    axes = sheet.axes(left + 1, plot, width - 2, _CELL_PLOT_MM)
    high = float(known.max()) if len(known) else 0.0
    _scale(axes, len(series), [0.0, high if high > 0 else 1.0])
    axes.axhline(0, color=style.AXIS, linewidth=0.8, zorder=0)
    axes.plot(range(len(series)), series, color=style.COLOURS[0], linewidth=1.8, clip_on=False, zorder=3)
    if len(known):
        at = series.index.get_loc(known.idxmax())
        axes.plot([at], [high], marker="o", markersize=4.5, color=style.COLOURS[0], clip_on=False, zorder=4)
        text = f"{plain(high)} in {month_name(known.idxmax())}"
        half = text_width(text, style.SMALL_SIZE) / 2
        middle = left + 1 + (width - 2) * (at + 0.5) / len(series)
        centre = min(max(middle, left + half), left + width - half)
        sheet.text(centre, plot - 2.9, text, size=style.SMALL_SIZE, ha="center", colour=style.MUTED_INK)
    below = plot + _CELL_PLOT_MM + 3.2
    first, last = month_name(series.index[0]), month_name(series.index[-1])
    sheet.text(left, below, first, size=style.SMALL_SIZE, colour=style.MUTED_INK)
    if len(series) > 1:
        sheet.text(left + width, below, last, size=style.SMALL_SIZE, ha="right", colour=style.MUTED_INK)


def _wide(frame: pd.DataFrame, chart: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Months by groups, groups in their order, every month in between; and the tidy data."""
    data = take(frame, chart, texts=("group",), numbers=("value",))
    data.insert(0, "month", pd.to_datetime(pd.Series(list(frame["month"]), dtype="object")).to_numpy())
    known = data.dropna(subset=["month"])
    if known.empty:
        return pd.DataFrame(), data
    order = list(dict.fromkeys(clean_text(g) for g in known["group"]))
    wide = known.pivot_table(index="month", columns="group", values="value", aggfunc="sum", min_count=1)
    every = pd.date_range(wide.index.min(), wide.index.max(), freq="MS")
    return wide.reindex(index=every, columns=order), data


def _scale(axes, months: int, ticks: list[float]) -> None:
    """Each month has a place of the same width, so that one month alone stands in the middle."""
    axes.set_xlim(-0.5, months - 0.5)
    axes.set_ylim(0, ticks[-1])
    axes.tick_params(labelbottom=False, labelleft=False, length=0)


def _month_ticks(sheet: Sheet, months: pd.DatetimeIndex, left: float, width: float, y: float) -> None:
    """Names of months below the axis; those that would touch are left out."""
    end = -np.inf
    for number, month in enumerate(months):
        text = month_name(month)
        half = text_width(text, style.SMALL_SIZE) / 2
        centre = left + width * (number + 0.5) / len(months)
        centre = max(centre, half)
        if centre - half > end + 2.5:
            sheet.text(centre, y, text, size=style.SMALL_SIZE, ha="center")
            end = centre + half


def _last(series: pd.Series) -> float:
    known = series.dropna()
    return float(known.iloc[-1]) if len(known) else 0.0


def _apart(places: list[float], top: float, bottom: float) -> list[float]:
    """Move labels up or down until none touches another, in their order from top to bottom."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [0.0] * len(places)
    at = top - _LABEL_GAP_MM
    for i in order:
        at = max(places[i], at + 2 * _LABEL_GAP_MM)
        moved[i] = at
    over = max(moved, default=bottom) - bottom
    if over > 0:
        limit = bottom
        for i in reversed(order):
            moved[i] = min(moved[i], limit)
            limit = moved[i] - 2 * _LABEL_GAP_MM
    return moved


def _changes(what: str, wide: pd.DataFrame, unit: str) -> str:
    """Largest group, and where it was highest and lowest."""
    sums = wide.sum()
    group = sums.idxmax()
    series = wide[group].dropna()
    high, low = series.idxmax(), series.idxmin()
    suffix = "%" if unit == "%" else ""
    if len(series) == 1:
        return f"{what}: {lower(group)} {plain(series.iloc[0])}{suffix} in {month_name(high)}"
    text = (
        f"{what}: {group if wide.shape[1] > 1 else 'highest'} "
        f"{'is the largest type, highest' if wide.shape[1] > 1 else ''} in {month_name(high)} "
        f"({plain(series[high])}{suffix}) and lowest in {month_name(low)} ({plain(series[low])}{suffix})"
    )
    return " ".join(text.split())


__all__ = ["month_name", "monthly_series", "small_multiples_monthly"]
