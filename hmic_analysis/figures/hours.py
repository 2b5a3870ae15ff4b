"""Demand and staff over the hours of the week."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import take
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import nice_ticks, tick_labels
from hmic_analysis.figures.say import lower
from hmic_analysis.figures.sheet import KEY_LINE_MM, KeyEntry, Sheet

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PLOT_MM = 48.0
_SIDES = ("demand_share", "staff_share")
_LINES = (
    {"color": style.PAIR[0], "linewidth": 1.8, "linestyle": "-"},
    {"color": style.PAIR[1], "linewidth": 1.8, "linestyle": (0, (4, 1.5))},
)


@style.house_style()
def week_profile(
    frame: pd.DataFrame,
    *,
    demand_name: str = "Resource-hours on incidents",
    staff_name: str = "Staff hours on duty",
    name: str = "week-profile",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no hours of work or of duty were supplied",
) -> Chart:
    """Two step lines over the 168 hours of a week.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``week_hour`` (0 is Monday 00:00), ``demand_share``, ``staff_share`` (per cent; a side without hours is
        missing throughout and is not drawn).
    demand_name, staff_name : str
        What the lines are.
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
    data = take(frame, "week_profile", numbers=("week_hour", *_SIDES), percent=_SIDES)
    present = [side for side in _SIDES if data[side].notna().any()]
    if not present:
        return no_data(reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic)
    names = dict(zip(_SIDES, (demand_name, staff_name), strict=True))
    lines = dict(zip(_SIDES, _LINES, strict=True))
    ticks = nice_ticks(0, float(np.nanmax(data[present])), 4)
    left, width = 12.0, style.LETTER_WIDTH_MM - 12.5
    sheet = Sheet(KEY_LINE_MM + 2 + _PLOT_MM + 6, synthetic)
    top = KEY_LINE_MM + 2
    axes = sheet.axes(left, top, width, _PLOT_MM)
    axes.set_xlim(0, 168)
    axes.set_ylim(0, ticks[-1])
    axes.tick_params(labelbottom=False, labelleft=False, length=0)
    for tick, text in zip(ticks, tick_labels(ticks, "%"), strict=True):
        axes.axhline(tick, color=style.AXIS if tick == 0 else style.GRID, linewidth=0.8, zorder=0)
        sheet.text(left - 2, top + _PLOT_MM * (1 - tick / ticks[-1]), text, size=style.SMALL_SIZE, ha="right")
    for day, text in enumerate(DAYS):
        axes.axvline(24 * day, color=style.GRID, linewidth=0.8, zorder=0)
        sheet.text(left + width * (day + 0.5) / 7, top + _PLOT_MM + 3.4, text, size=style.SMALL_SIZE, ha="center")
    edges = np.append(data["week_hour"].to_numpy(), 168)
    for side in present:
        axes.stairs(data[side].fillna(0).to_numpy(), edges, baseline=None, zorder=3, **lines[side])
    if len(present) == 2:
        low, high = data[list(_SIDES)].min(axis=1), data[list(_SIDES)].max(axis=1)
        axes.fill_between(data["week_hour"], low, high, step="post", color=style.BAND, linewidth=0, zorder=1)
    sheet.key(left, 0, [KeyEntry(names[side], line=lines[side]) for side in present])
    message = _gap(data, names) if len(present) == 2 else _peak(data, present[0], names[present[0]])
    return finish(
        sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Step lines of shares of hours over the week, where {lower(message)}",
        data=data,
    )


def _gap(data: pd.DataFrame, names: dict[str, str]) -> str:
    difference = data["demand_share"] - data["staff_share"]
    under, over = int(difference.idxmax()), int(difference.idxmin())
    if difference.abs().max() < 0.005:
        return f"{names['demand_share']} and {lower(names['staff_share'])} have the same shape over the week"
    return (
        f"Against {lower(names['staff_share'])}, {lower(names['demand_share'])} stand highest on {_when(data, under)} "
        f"({difference[under]:+.2f} points) and lowest on {_when(data, over)} ({difference[over]:+.2f} points)"
    )


def _peak(data: pd.DataFrame, side: str, name: str) -> str:
    top = int(data[side].idxmax())
    return f"{name} are highest on {_when(data, top)}, at {data[side][top]:.2f}% of the week"


def _when(data: pd.DataFrame, row: int) -> str:
    hour = int(data["week_hour"][row])
    return f"{DAYS[hour // 24]} at {hour % 24:02d}:00"
