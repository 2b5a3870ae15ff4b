"""Lengths of time: response times by grade, and the distribution of a lag."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import clean_text, take
from hmic_analysis.figures.measure import text_width
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import log_ticks, minute_ticks, needs_log, plain, say_minutes
from hmic_analysis.figures.rows import ValueColumn, limit_rows, set_rows, value_axis
from hmic_analysis.figures.say import lower
from hmic_analysis.figures.sheet import FLAG_LINE_MM, KeyEntry, Sheet, place_flags

_MEDIAN = {"marker": "o", "markersize": 6, "color": style.COLOURS[0], "linestyle": "none"}
_P90 = {"marker": "|", "markersize": 11, "markeredgewidth": 2.2, "color": style.COLOURS[3], "linestyle": "none"}
_TARGET = {"marker": "D", "markersize": 5.5, "markerfacecolor": style.PAPER, "color": style.INK, "linestyle": "none"}
_WHISKER = {"color": style.COLOURS[0], "linewidth": 1.6}
_PLOT_MM = 46.0


@style.house_style()
def response_times(
    frame: pd.DataFrame,
    *,
    name: str = "response-times",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no arrivals to take a time from",
) -> Chart:
    """Median, 90th centile and target of each grade, in minutes.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``label``, ``n``, ``median``, ``p90`` and, where known, ``median_lo``, ``median_hi`` (95% interval) and
        ``target``; minutes.  ``targets``: text printed where a grade has several.
    name, subtitle, source, headline, synthetic, reason
        As in :func:`hmic_analysis.figures.bars.counts`.

    Returns
    -------
    Chart
        With a logarithmic axis, and a note that says so, where the largest time is more than 50 times the smallest.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    data = take(
        frame, "response_times", texts=("label",), numbers=("n", "median", "p90"),
        optional=("median_lo", "median_hi", "target"),
    )  # fmt: skip
    if data["median"].isna().all():
        return no_data(
            reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic, data=data
        )
    drawn, notes = limit_rows(data, False)
    times = drawn[["median", "p90", "target", "median_lo", "median_hi"]].to_numpy(dtype=float)
    log = needs_log(times[times > 0])
    ticks = (
        log_ticks(max(0.1, np.nanmin(times[times > 0])), np.nanmax(times)) if log else minute_ticks(np.nanmax(times))
    )
    columns = [
        ValueColumn("Median", [_say(v) for v in drawn["median"]], _MEDIAN),
        ValueColumn("90th centile", [_say(v) for v in drawn["p90"]], _P90),
    ]
    several = [clean_text(t) for t in frame["targets"]][: len(drawn)] if "targets" in frame else [""] * len(drawn)
    if drawn["target"].notna().any() or any(several):
        pairs = zip(several, drawn["target"], strict=True)
        columns.append(ValueColumn("Target", [t if "min" in t else _say(v, "none") for t, v in pairs], _TARGET))
    columns.append(ValueColumn("Arrivals", [plain(v) for v in drawn["n"]]))
    has_interval = (drawn["median_lo"].notna() & drawn["median_hi"].notna()).any()
    key = [KeyEntry("95% interval of the median", line=_WHISKER)] if has_interval else []
    rows = set_rows(list(drawn["label"]), [""] * len(drawn), columns, key=key, synthetic=synthetic)
    if log:
        rows.axes.set_xscale("log")
        notes = (*notes, "Logarithmic axis: each step is several times the one before")
    value_axis(rows, ticks, [say_minutes(t) for t in ticks])
    floor = ticks[0]
    rows.axes.hlines(rows.y, drawn["median_lo"].clip(lower=floor), drawn["median_hi"], zorder=2, **_WHISKER)
    for column, sign in (("p90", _P90), ("target", _TARGET), ("median", _MEDIAN)):
        rows.axes.plot(drawn[column].clip(lower=floor), rows.y, clip_on=False, zorder=4, **sign)
    rows.axes.tick_params(which="both", length=0, labelbottom=False)
    message = _slowest(data)
    return finish(
        rows.sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Dot plot of median and 90th centile response times by grade, where {lower(message)}",
        data=data,
        notes=notes,
    )


def _say(minutes: float, missing: str = "not known") -> str:
    return missing if np.isnan(minutes) else say_minutes(float(minutes))


def _slowest(data: pd.DataFrame) -> str:
    known = data["median"].dropna()
    low, high = known.idxmin(), known.idxmax()
    if len(known) == 1:
        return f"Median response time: {data['label'][low]} {_say(known[low])}, 90th centile {_say(data['p90'][low])}"
    return (
        f"Median response time: shortest {data['label'][low]} at {_say(known[low])}, "
        f"longest {data['label'][high]} at {_say(known[high])}"
    )


@style.house_style()
def lag_distribution(
    hours: pd.Series,
    marks: Mapping[str, float] | None = None,
    *,
    what: str = "Crimes recorded",
    units_name: str = "crimes",
    name: str = "lag-distribution",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no pair of times to take a lag from",
) -> Chart:
    """Share of records that took so long or less: a rising step line.

    Parameters
    ----------
    hours : pandas.Series
        Lags in hours; missing ones are left out, none is negative.
    marks : mapping of str to float, optional
        Labelled vertical lines, in hours.
    what, units_name : str
        What the line is of, for headline and alt text.
    name, subtitle, source, headline, synthetic, reason
        As in :func:`hmic_analysis.figures.bars.counts`.

    Returns
    -------
    Chart
        Its data give the share at each mark and at round lengths, not single records.
    """
    marks = dict(marks or {})
    known = np.sort(pd.to_numeric(hours, errors="coerce").dropna().to_numpy(dtype=float))
    if known.size == 0:
        return no_data(reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic)
    high = max(float(known[-1]), *marks.values(), 1.0)
    log = high > 96
    ticks = log_ticks(1.0, high, "hours") if log else [float(t) for t in np.linspace(0, np.ceil(high / 6) * 6, 7)]
    sheet, axes = _frame(ticks, marks, log, synthetic)
    grid = np.geomspace(ticks[0], ticks[-1], 400) if log else np.linspace(0, ticks[-1], 400)
    share = 100 * np.searchsorted(known, grid, side="right") / known.size
    axes.step(grid, share, where="post", color=style.COLOURS[0], linewidth=2, zorder=3, clip_on=False)
    stops = sorted({*ticks, *marks.values()})
    table = pd.DataFrame(
        {"hours": stops, "share_at_most": [100 * float((known <= t).sum()) / known.size for t in stops]}
    )
    half, most = (_hours(float(np.quantile(known, q))) for q in (0.5, 0.9))
    message = f"{what}: half within {half}, nine in ten within {most}"
    for label, at in marks.items():
        message += f"; {100 * float((known <= at).sum()) / known.size:.1f}% within {label}"
    notes = (f"Rests on {known.size:,} {units_name}",)
    if log:
        notes = (*notes, "Logarithmic axis: each step is several times the one before")
    return finish(
        sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Rising line of the share of {units_name} by hours taken, where {lower(message)}",
        data=table,
        notes=notes,
    )


def _hours(hours: float) -> str:
    return say_minutes(60 * hours) if hours >= 1 / 60 else "1 min"


def _frame(ticks: list[float], marks: Mapping[str, float], log: bool, synthetic: bool):
    """Axes from 0 to 100 per cent, with ticks of hours and a flag above each mark."""
    left, width = 14.0, style.LETTER_WIDTH_MM - 14.0 - 9.0

    def place(value: float) -> float:
        value = max(value, ticks[0])
        low, high = ticks[0], ticks[-1]
        part = np.log(value / low) / np.log(high / low) if log else (value - low) / (high - low)
        return left + width * float(part)

    flags = place_flags([(place(at), text) for text, at in marks.items()], left, left + width)
    top = FLAG_LINE_MM * (1 + max((row for _, row, _ in flags), default=0)) + 1
    sheet = Sheet(top + _PLOT_MM + 7, synthetic)
    axes = sheet.axes(left, top, width, _PLOT_MM)
    if log:
        axes.set_xscale("log")
    axes.set_xlim(ticks[0], ticks[-1])
    axes.set_ylim(0, 100)
    axes.tick_params(which="both", length=0, labelbottom=False, labelleft=False)
    for share in range(0, 101, 25):
        axes.axhline(share, color=style.AXIS if share == 0 else style.GRID, linewidth=0.8, zorder=0)
        sheet.text(left - 2, top + _PLOT_MM * (1 - share / 100), f"{share}%", size=style.SMALL_SIZE, ha="right")
    for at in marks.values():
        axes.axvline(at, color=style.INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=2)
    for centre, row, text in flags:
        sheet.text(centre, top - 1 - FLAG_LINE_MM * (row + 0.5) + 0.5, text, size=style.SMALL_SIZE, ha="center")
    end = -np.inf
    for tick in ticks:
        text = "0" if tick == 0 else say_minutes(60 * tick)
        half = text_width(text, style.SMALL_SIZE) / 2
        centre = min(place(tick), style.LETTER_WIDTH_MM - half - 0.3)
        if centre - half > end + 1.5:
            sheet.text(centre, top + _PLOT_MM + 3.6, text, size=style.SMALL_SIZE, ha="center")
            end = centre + half
    return sheet, axes
