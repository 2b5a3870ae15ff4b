"""Monthly series: plain, as small multiples, between the limits of what is usual, and broken by a change."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hmic_analysis.errors import DataError
from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, drawn, finish, lower, no_data, require, take
from hmic_analysis.figures.sheet import LineEnd, Plot, Sheet, lay_out, name_ends, print_ends, room_for, wrap_name
from hmic_analysis.figures.style import block_height, nice_ticks, say, text_width, tick_labels, wrap
from hmic_analysis.measures.base import month_name
from hmic_analysis.measures.months import read_months
from hmic_analysis.words import say_date

# Months: setting them side by side, and naming them on an axis.

#: Distances between named months.
_STEPS = (1, 2, 3, 4, 6, 12, 24, 60, 120, 240, 600)


def months_by_group(
    frame: pd.DataFrame, chart: str, every: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Values with a row for every month and a column for each group.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``month``, ``group``, ``value``.
    chart : str
        Name of the chart function, for messages.
    every : int
        Months from one value to the next; 3 for quarters, each under one of its months.

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
    wide = wide.reindex(index=pd.date_range(wide.index.min(), wide.index.max(), freq=f"{every}MS"), columns=order)
    empty = [group for group in order if wide[group].isna().all()]
    wide = wide.drop(columns=empty)
    return (
        wide,
        data,
        _months_notes(
            wide, empty, len(data) - len(placed), "month without data" if every == 1 else "period without a figure"
        ),
    )


def _months_notes(wide: pd.DataFrame, empty: list[str], unplaced: int, step: str) -> tuple[str, ...]:
    """What a reader must know of what is missing."""
    notes = []
    if wide.isna().any(axis=None):
        notes.append(f"A gap in a line is a {step}")
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


# Monthly series: a few in one picture, or one small picture each.

#: Small pictures on one page.
MAX_SMALL = 15
_SERIES_PLOT_MM = 50.0
_TOP_MM = 2.5
_CELL_PLOT_MM = 14.5
_CELL_GAP_MM = 8.0
#: Small plots side by side.
_CELLS_ACROSS = 3


@drawn
def monthly_series(
    frame: pd.DataFrame,
    words: Words = Words("monthly-series"),
    *,
    what: str = "Records a month",
    unit: str = "count",
    every: int = 1,
) -> Chart:
    """Lines from zero with the name of each at its end; more than four become small pictures.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``month`` (any day of it), ``group``, ``value``; a month without a value is a gap in the line.
    what : str
        What is counted, for headline and alt text.
    unit : str
        As in :func:`hmic_analysis.words.say_value`.
    every : int
        Months from one value to the next, such as 3 for quarters.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn, or a month has two values for a group.
    """
    wide, data, notes = months_by_group(frame, "monthly_series", every)
    if wide.empty:
        return no_data(words.reason or "no months to draw", words, data=data)
    if wide.shape[1] > len(style.COLOURS):
        return small_multiples_monthly(frame, words, what=what, unit=unit, every=every)
    headline = _headline(what, wide, unit)
    chart = finish(
        _draw_lines(wide, unit, words.synthetic),
        words,
        headline=headline,
        alt=f"Line chart of {lower(what)}, {_series_span(wide)}, where {_point(wide, unit, 'the ')}",
        data=data,
        notes=notes,
    )
    level = wide.shape[1] == 1 and len(wide) > 1 and wide.iloc[:, 0].nunique(dropna=False) == 1
    return replace(chart, sentence=f"{headline}." if level else "")


def _draw_lines(wide: pd.DataFrame, unit: str, synthetic: bool) -> Sheet:
    """One plot with a line for each column and its name at the end."""
    names = [wrap_name(group) for group in wide.columns]
    ticks = nice_ticks(float(np.nanmin(wide)), float(np.nanmax(wide)), whole=unit in ("count", "persons"))
    texts = tick_labels(ticks, unit)
    left = max(text_width(t, style.SMALL_SIZE) for t in texts) + 3
    width = style.LETTER_WIDTH_MM - left - room_for(names)
    sheet = Sheet(_TOP_MM + _SERIES_PLOT_MM + 7, synthetic)
    axes = sheet.axes(left, _TOP_MM, width, _SERIES_PLOT_MM)
    _scale(axes, len(wide), ticks)

    def down(value: float) -> float:
        return _SERIES_PLOT_MM * (ticks[-1] - value) / (ticks[-1] - ticks[0])

    for tick, text in zip(ticks, texts, strict=True):
        axes.axhline(tick, color=style.AXIS if tick == 0 else style.GRID, linewidth=0.8, zorder=0, clip_on=False)
        sheet.text(left - 2, _TOP_MM + down(tick), text, size=style.SMALL_SIZE, ha="right")
    ends = []
    for group, text, colour, pattern in zip(wide.columns, names, style.COLOURS, style.PATTERNS, strict=False):
        line = {"color": colour, "linestyle": pattern, "linewidth": 2}
        _draw_series(axes, wide[group], line)
        ends.append(LineEnd(down(wide[group].dropna().iloc[-1]), text, {**line, "linewidth": 1}))
    print_months(sheet, wide.index, left, width, _TOP_MM + _SERIES_PLOT_MM + 3.6)
    print_ends(sheet, left + width, _TOP_MM, _SERIES_PLOT_MM, ends)
    return sheet


@drawn
def small_multiples_monthly(
    frame: pd.DataFrame,
    words: Words = Words("small-multiples"),
    *,
    what: str = "Records a month",
    unit: str = "count",
    every: int = 1,
) -> Chart:
    """A small line chart for each group, each with a scale of its own from zero and its highest value printed.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``month`` (any day of it), ``group``, ``value``; groups are drawn in their order, 15 at most.
    what : str
        What is counted, for headline and alt text.
    unit : str
        As in :func:`hmic_analysis.words.say_value`.
    every : int
        As in :func:`monthly_series`.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Returns
    -------
    Chart
        With a note where there are more groups than fit; its data hold them all.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn, or a month has two values for a group.
    """
    wide, data, notes = months_by_group(frame, "small_multiples_monthly", every)
    if wide.empty:
        return no_data(words.reason or "no months to draw", words, data=data)
    notes = ("Each type has a scale of its own, from zero; a dot marks the highest month, where it is one", *notes)
    # A line that goes between 0 and 1 shows chance alone.
    often = wide.columns[wide.abs().mean() >= 1]
    if unit == "count" and 0 < len(often) < wide.shape[1]:
        notes = (*notes, f"Types with fewer than one a month are left out: {wide.shape[1] - len(often)}")
        wide = wide[often]
    if wide.shape[1] > MAX_SMALL:
        notes = (*notes, f"The first {MAX_SMALL} of {wide.shape[1]} types are drawn; the data file holds all")
        wide = wide.iloc[:, :MAX_SMALL]
    return finish(
        _draw_cells(wide, unit, max(1, min(_CELLS_ACROSS, wide.shape[1])), words.synthetic),
        words,
        headline=_headline(what, wide, unit),
        alt=(
            f"Small line charts of {lower(what)}, {_types(wide)}, {_series_span(wide)}, "
            f"where {_point(wide, unit, 'the ')}"
        ),
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
    at, alone_at_top = series.index.get_loc(series.idxmax()), int((series == high).sum()) == 1
    if alone_at_top:
        axes.plot([at], [high], marker="o", markersize=4.5, color=style.COLOURS[0], clip_on=False, zorder=4)
    text = f"{say(high, unit)} in {month_name(series.idxmax())}" if alone_at_top else f"At most {say(high, unit)}"
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


def _series_span(wide: pd.DataFrame) -> str:
    """``Dec 2012 to Nov 2013``."""
    first, last = month_name(wide.index[0]), month_name(wide.index[-1])
    return first if first == last else f"{first} to {last}"


def _headline(what: str, wide: pd.DataFrame, unit: str) -> str:
    """Between which values one line lies; several lines, which may be unlike or parts of one another, get the title."""
    known = wide.unstack().dropna()
    if wide.shape[1] > 1 and (len(known) < 2 or known.nunique() > 1):
        return what
    if len(known) < 2 or known.nunique() == 1:
        return f"{what} stood at {_point(wide, unit)}"
    return f"{what} ranged from {say(known.min(), unit)} to {say(known.max(), unit)}"


def _ranges(wide: pd.DataFrame, unit: str) -> str:
    """Between which values each line lies; lines may be unlike, or one a part of another, and are never ranked."""
    each = [
        f"{group} {'' if low == high else 'between '}{say(low, unit)}{'' if low == high else f' and {say(high, unit)}'}"
        for group, low, high in zip(wide.columns, wide.min(), wide.max(), strict=True)
    ]
    return f"the lines are {', '.join(each)}"


def _point(wide: pd.DataFrame, unit: str, the: str = "") -> str:
    """Highest and lowest month of one line, or what each of several lies between."""
    known = wide.unstack().dropna()
    high, low = known.idxmax(), known.idxmin()

    def place(key: tuple[str, pd.Timestamp]) -> str:
        text = f"{say(known[key], unit)} in {month_name(key[1])}"
        return f"{key[0]}, {text}" if wide.shape[1] > 1 else text

    if len(known) == 1:
        return place(high)
    if known[high] == known[low]:
        return f"{say(known[high], unit)} in each month with data"
    if wide.shape[1] > 1:
        return _ranges(wide, unit)
    verb = " is" if the else ""
    return f"{the}highest{verb} {place(high)}; {the}lowest{verb} {place(low)}"


# A series that a change interrupts: what was, what would have been, and the bare comparison beside it.

_INTERRUPTED_PLOT_MM = 66.0
_VALUES = {"color": style.MUTED_INK, "linewidth": 0.8, "linestyle": "-"}
_DOTS = {"marker": "o", "markersize": 4.0, "color": style.MUTED_INK, "markeredgewidth": 0}
_MODEL = {"color": style.PAIR[0], "linewidth": 2.2, "linestyle": "-"}
_WITHOUT = {"color": style.PAIR[1], "linewidth": 2.0, "linestyle": (0, (4, 2))}
_SPAN = {"color": style.BAND, "linewidth": 0}


@drawn
def interrupted_chart(
    frame: pd.DataFrame,
    change: object,
    words: Words = Words("interrupted-series"),
    *,
    day: date | None = None,
    saved: str,
    naive: str,
    method: str = "",
    change_name: str = "Change",
    what: str = "Hours a month",
    unit: str = "hours",
) -> Chart:
    """A monthly series, the model through it, and what the model expects had the change not come.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row for each month in order: ``month``, ``value``, ``fitted``, ``counterfactual`` (both missing where no
        effect is estimated; the latter also before the change).
    change : month
        First whole month with the change.
    day : datetime.date, optional
        Day of the change, where its line stands; by default the start of that month.
    saved, naive : str
        The result or its refusal, and the bare comparison, each a sentence: both are always shown.
    method : str
        Cautions under the chart; what is longer belongs to the evidence beside it.
    change_name : str
        What changed, written above its line.
    what, unit : str
        What is measured, and its unit.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn, or the change is no month.
    """
    require(frame, "interrupted_chart", ("month", "value", "fitted", "counterfactual"))
    data = take(frame, "interrupted_chart", numbers=("value", "fitted", "counterfactual"))
    data.insert(0, "month", read_months(frame["month"].reset_index(drop=True), "interrupted_chart"))
    if data.empty or data["value"].isna().all():
        return no_data(words.reason or "no months to draw", words, data=data)
    at = read_months(pd.Series([change], name="change"), "interrupted_chart").iloc[0]
    first = int((data["month"] < at).sum())
    stands, when = (first, f"from {month_name(at)}") if day is None else (_place(data, day), say_date(day))
    plot = _interrupted_frame(data, unit, [(stands / len(data), f"{change_name}, {when}")], words.synthetic)
    _draw(plot, data, first, stands)
    print_months(plot.sheet, pd.DatetimeIndex(data["month"]), plot.left, plot.width, plot.top + plot.height + 3.6)
    span = f"{month_name(data['month'].iloc[0])} to {month_name(data['month'].iloc[-1])}"
    # The month in which the change came is left out on purpose, and the method says so.
    came = pd.Timestamp(day).replace(day=1) if day else pd.NaT
    missing = data["value"].isna() & ~(data["month"].eq(came) & data["month"].lt(at))
    gap = ("A gap: no data",) if missing.any() else ()
    return finish(
        plot.sheet,
        words,
        headline=saved,
        alt=(
            f"Line chart of {lower(what)}, {span}, with a change {when if day is None else f'on {when}'}. "
            f"{saved.rstrip('.')}. {naive}"
        ),
        data=data,
        notes=tuple(n for n in (naive, *gap, method) if n),
    )


def _interrupted_frame(data: pd.DataFrame, unit: str, flags: list[tuple[float, str]], synthetic: bool) -> Plot:
    values = data[["value", "fitted", "counterfactual"]].to_numpy(dtype=float)
    ends = []
    if data["fitted"].notna().any():
        ends = [
            (float(data["counterfactual"].dropna().iloc[-1]), "Without the change, by the model", _WITHOUT),
            (float(data["fitted"].iloc[-1]), "With it, by the model", _MODEL),
        ]
    plot = lay_out(
        float(np.nanmin(values)), float(np.nanmax(values)), unit, height=_INTERRUPTED_PLOT_MM,
        ends=[e[1] for e in ends], flags=flags, synthetic=synthetic,
    )  # fmt: skip
    plot.axes.set_xlim(-0.5, len(data) - 0.5)
    if ends:
        name_ends(plot, ends)
    return plot


def _place(data: pd.DataFrame, day: date) -> float:
    """Where a day lies, in months from the start of the first one."""
    within = (day.day - 1) / pd.Timestamp(day).days_in_month
    return float((data["month"] < pd.Timestamp(day).replace(day=1)).sum()) + within


def _draw(plot: Plot, data: pd.DataFrame, first: int, stands: float) -> None:
    axes, x = plot.axes, np.arange(len(data))
    axes.axvline(stands - 0.5, color=style.AXIS, linewidth=1.4, zorder=1)
    axes.plot(x, data["value"], clip_on=False, zorder=3, **_VALUES)
    axes.plot(x, data["value"], linestyle="none", clip_on=False, zorder=4, **_DOTS)
    if data["fitted"].isna().all():
        return
    # The model's lines meet the day of the change, which lies between the points of two months.
    day = stands - 0.5
    model, without = (data[c].to_numpy(dtype=float) for c in ("fitted", "counterfactual"))
    before = x < min(day, first)
    ends = [_at(day, x[part], line[part]) for part, line in ((x < first, model), (x >= first, model))]
    axes.plot([*x[before], day], [*model[before], ends[0]], clip_on=False, zorder=5, **_MODEL)
    after = [day, *x[first:]], [ends[1], *model[first:]], [ends[0], *without[first:]]
    axes.plot(after[0], after[1], clip_on=False, zorder=5, **_MODEL)
    axes.plot(after[0], after[2], clip_on=False, zorder=5, **_WITHOUT)
    axes.fill_between(*after, zorder=0.5, **_SPAN)


def _at(day: float, x: np.ndarray, line: np.ndarray) -> float:
    """The height of a line at a day: between its points, or straight on beyond the last or before the first two."""
    if len(x) == 0:
        return math.nan
    if len(x) == 1 or x[0] <= day <= x[-1]:
        return float(np.interp(day, x, line))
    near = slice(0, 2) if day < x[0] else slice(-2, None)
    (a, b), (low, high) = x[near], line[near]
    return float(low + (high - low) * (day - a) / (b - a))
