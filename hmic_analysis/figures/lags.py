"""The distribution of a lag: what share took so long or less."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hmic_analysis.errors import DataError
from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import clean_text, take
from hmic_analysis.figures.measure import block_height, text_width, wrap
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import LOG_NOTE, log_ticks, minute_labels, minute_ticks, say, say_minutes
from hmic_analysis.figures.say import lower
from hmic_analysis.figures.sheet import FLAG_LINE_MM, Sheet, place_flags

_PLOT_MM = 46.0
_LEFT_MM = 14.0
_RIGHT_MM = 9.0
#: Points of the line: more can't be seen at this width.
_POINTS = 400
#: A linear axis up to four days, beyond that a logarithmic one.
_LINEAR_HOURS = 96.0


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
        Lags in hours, or as time differences, 0 or more; missing ones are left out, and a note says how many.
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

    Raises
    ------
    DataError
        If a lag or a mark is no finite number of 0 or more.
    """
    lags = _lags(hours)
    marks = _marks(marks or {})
    known = np.sort(lags[~np.isnan(lags)])
    if known.size == 0:
        return no_data(reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic)
    high = max(float(known[-1]), *marks.values(), 1.0)
    log = high > _LINEAR_HOURS
    ticks = log_ticks(1.0, high, "hours") if log else [t / 60 for t in minute_ticks(high * 60)]
    sheet, axes = _frame(ticks, marks, log, synthetic)
    grid = np.unique(np.append(_grid(ticks, log), [m for m in marks.values() if m >= ticks[0]]))
    axes.step(grid, _share(known, grid), where="post", color=style.COLOURS[0], linewidth=2, zorder=3, clip_on=False)
    stops = np.array(sorted({*ticks, *marks.values()}))
    left_out = len(lags) - known.size
    notes = [f"Number of {units_name}: {known.size:,}" + (f"; {left_out:,} without a lag left out" if left_out else "")]
    if log and min(float(known[0]), *marks.values(), math.inf) < ticks[0]:
        notes.append(f"The axis begins at {say_minutes(60 * ticks[0])}; what is shorter stands at its left edge")
    message = _message(what, known, marks)
    return finish(
        sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Rising line of the share of {units_name} by time taken, where {lower(message)}",
        data=pd.DataFrame({"hours": stops, "share_at_most": _share(known, stops)}),
        notes=(*notes, LOG_NOTE) if log else tuple(notes),
    )


def _lags(hours: pd.Series) -> np.ndarray:
    """Lags in hours as floats."""
    hours = pd.Series(hours)
    if pd.api.types.is_timedelta64_dtype(hours):
        hours = hours / pd.Timedelta(hours=1)
    frame = take(pd.DataFrame({"hours": hours}), "lag_distribution", numbers=("hours",), counted=("hours",))
    return frame["hours"].to_numpy()


def _marks(marks: Mapping[str, float]) -> dict[str, float]:
    """Marks with printable names."""
    for label, at in marks.items():
        if not isinstance(at, int | float) or not math.isfinite(at) or at < 0:
            raise DataError(
                f"lag_distribution: the mark '{label}' stands at {at!r}, which is no number of hours.\n"
                "Marks are in hours, 0 or more, such as {'72 hours': 72}."
            )
    return {clean_text(label): float(at) for label, at in marks.items()}


def _share(known: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Per cent of the sorted lags that are no longer than each of ``hours``."""
    return 100 * np.searchsorted(known, hours, side="right") / known.size


def _grid(ticks: list[float], log: bool) -> np.ndarray:
    """Where the line is computed."""
    return np.geomspace(ticks[0], ticks[-1], _POINTS) if log else np.linspace(0, ticks[-1], _POINTS)


def _message(what: str, known: np.ndarray, marks: Mapping[str, float]) -> str:
    """Half, nine in ten, and the share within each mark; the lags named are real ones, so that the words hold."""
    half, most = (_say(float(np.quantile(known, q, method="inverted_cdf"))) for q in (0.5, 0.9))
    within = [f"{say(float(_share(known, np.array([at]))[0]), '%')} within {label}" for label, at in marks.items()]
    return "; ".join((f"{what}: half within {half}, nine in ten within {most}", *within))


def _say(hours: float) -> str:
    """A length of time rounded up, so that ``within`` stays true."""
    minutes = 60 * hours
    unit = 1.0 if minutes < 120 else 6.0 if minutes < 2880 else 144.0
    return say_minutes(max(1.0, math.ceil(minutes / unit - 1e-9) * unit))


def _frame(ticks: list[float], marks: Mapping[str, float], log: bool, synthetic: bool) -> tuple[Sheet, Axes]:
    """Axes from 0 to 100 per cent, with ticks of hours and a flag above each mark."""
    width = style.LETTER_WIDTH_MM - _LEFT_MM - _RIGHT_MM
    low, high = ticks[0], ticks[-1]

    def place(value: float) -> float:
        part = math.log(max(value, low) / low) / math.log(high / low) if log else (value - low) / (high - low)
        return _LEFT_MM + width * part

    texts = {label: wrap(label, width * 0.6, 1, style.SMALL_SIZE) for label in marks}
    flags = place_flags([(place(at), texts[label]) for label, at in marks.items()], _LEFT_MM, _LEFT_MM + width)
    top = FLAG_LINE_MM * (1 + max((row for _, row, _ in flags), default=0)) + 1
    sheet = Sheet(top + _PLOT_MM + 7, synthetic)
    axes = sheet.axes(_LEFT_MM, top, width, _PLOT_MM)
    if log:
        axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(0, 100)
    axes.tick_params(which="both", length=0, labelbottom=False, labelleft=False)
    for share in range(0, 101, 25):
        axes.axhline(share, color=style.AXIS if share == 0 else style.GRID, linewidth=0.8, zorder=0, clip_on=False)
        y = top + _PLOT_MM * (1 - share / 100)
        sheet.text(_LEFT_MM - 2, y, f"{share}%", size=style.SMALL_SIZE, ha="right")
    for at in marks.values():
        axes.axvline(max(at, low), color=style.INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=2)
    for centre, row, text in flags:
        y = top - 0.8 - FLAG_LINE_MM * row - block_height(text, style.SMALL_SIZE) / 2
        sheet.text(centre, y, text, size=style.SMALL_SIZE, ha="center")
    minutes = [60 * t for t in ticks]
    texts_below = [say_minutes(m) for m in minutes] if log else minute_labels(minutes)
    _print_ticks(sheet, list(zip(map(place, ticks), texts_below, strict=True)), top + _PLOT_MM + 3.6)
    return sheet, axes


def _print_ticks(sheet: Sheet, ticks: list[tuple[float, str]], y: float) -> None:
    """Texts below the axis; those that would touch are left out."""
    end = -math.inf
    for x, text in ticks:
        half = text_width(text, style.SMALL_SIZE) / 2
        centre = min(max(x, half), style.LETTER_WIDTH_MM - half - 0.3)
        if centre - half > end + 1.5:
            sheet.text(centre, y, text, size=style.SMALL_SIZE, ha="center")
            end = centre + half
