"""Demand and staff over the hours of the week."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hmic_analysis.errors import DataError
from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.ends import LineEnd, print_ends, room_for, wrap_name
from hmic_analysis.figures.frames import take
from hmic_analysis.figures.measure import text_width
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import nice_ticks, tick_labels
from hmic_analysis.figures.say import lower
from hmic_analysis.figures.sheet import KEY_LINE_MM, KeyEntry, Sheet

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK_HOURS = 168
_PLOT_MM = 48.0
_TOP_MM = 2.5
_SIDES = ("demand_share", "staff_share")
_LINES = {
    "demand_share": {"color": style.PAIR[0], "linewidth": 1.8, "linestyle": "-"},
    "staff_share": {"color": style.PAIR[1], "linewidth": 1.8, "linestyle": (0, (4, 1.5))},
}


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
    """Two step lines over the 168 hours of a week, the difference between them shaded.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``week_hour`` (0 is Monday 00:00, 167 Sunday 23:00, each once), ``demand_share``, ``staff_share`` (per cent).
        An hour without a value is a gap, never a zero; a side missing throughout is not drawn.
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
    data = _whole_week(take(frame, "week_profile", numbers=("week_hour", *_SIDES), percent=_SIDES))
    names = dict(zip(_SIDES, (demand_name, staff_name), strict=True))
    present = [side for side in _SIDES if data[side].notna().any()]
    if not present:
        return no_data(reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic)
    both = data[list(_SIDES)].notna().all(axis=1).any()
    message = _gap(data, names) if both else "; ".join(_peak(data, side, names[side]) for side in present)
    return finish(
        _draw(data, {side: names[side] for side in present}, bool(both), synthetic),
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Step lines of shares of hours over the week, where {lower(message)}",
        data=data,
        notes=_missing(data, names),
    )


def _whole_week(data: pd.DataFrame) -> pd.DataFrame:
    """A row for each hour of the week, in order."""
    hours = data["week_hour"]
    wrong = data[~hours.isin(range(WEEK_HOURS)) | hours.duplicated(keep="first")]
    if len(wrong):
        raise DataError(
            f"week_profile: column 'week_hour' holds {wrong['week_hour'].iloc[0]:g} in row {wrong.index[0] + 1}.\n"
            "Hours run from 0 (Monday 00:00) to 167 (Sunday 23:00), each in one row."
        )
    week = data.set_index(hours.astype(int)).reindex(range(WEEK_HOURS))
    return week.assign(week_hour=range(WEEK_HOURS)).reset_index(drop=True)


def _missing(data: pd.DataFrame, names: Mapping[str, str]) -> tuple[str, ...]:
    """What a reader must know of hours or sides that are missing."""
    notes = []
    for side in _SIDES:
        missing = int(data[side].isna().sum())
        if missing == WEEK_HOURS:
            notes.append(f"No data for {lower(names[side])}")
        elif missing:
            notes.append(f"{names[side]}: no data for {missing} of the {WEEK_HOURS} hours, left as gaps")
    return tuple(notes)


def _draw(data: pd.DataFrame, names: Mapping[str, str], shaded: bool, synthetic: bool) -> Sheet:
    """The plot, its axis of days, and the names at the ends of the lines."""
    wrapped = {side: wrap_name(text, 27) for side, text in names.items()}
    ticks = nice_ticks(0, float(np.nanmax(data[list(names)])), 4)
    texts = tick_labels(ticks, "%")
    left = max(text_width(t, style.SMALL_SIZE) for t in texts) + 3
    width = style.LETTER_WIDTH_MM - left - room_for(list(wrapped.values()))
    sheet = Sheet(_TOP_MM + _PLOT_MM + 6.5 + (KEY_LINE_MM if shaded else 0), synthetic)
    axes = sheet.axes(left, _TOP_MM, width, _PLOT_MM)
    axes.set_xlim(0, WEEK_HOURS)
    axes.set_ylim(0, ticks[-1])
    for tick, text in zip(ticks, texts, strict=True):
        axes.axhline(tick, color=style.AXIS if tick == 0 else style.GRID, linewidth=0.8, zorder=0, clip_on=False)
        sheet.text(left - 2, _TOP_MM + _PLOT_MM * (1 - tick / ticks[-1]), text, size=style.SMALL_SIZE, ha="right")
    long = max(text_width(day, style.SMALL_SIZE) for day in DAYS) + 1 > width / 7
    for day, text in enumerate(DAYS):
        axes.axvline(24 * day, color=style.GRID, linewidth=0.8, zorder=0, clip_on=False)
        middle = left + width * (day + 0.5) / 7
        sheet.text(middle, _TOP_MM + _PLOT_MM + 3.4, text[:3] if long else text, size=style.SMALL_SIZE, ha="center")
    if shaded:
        _shade(axes, data)
        sheet.key(left, _TOP_MM + _PLOT_MM + 6.5, [KeyEntry("Difference", band={"facecolor": style.BAND})])
    edges = np.arange(WEEK_HOURS + 1)
    ends = []
    for side, text in wrapped.items():
        axes.stairs(data[side].to_numpy(), edges, baseline=None, zorder=3, **_LINES[side])
        last = data[side].dropna().iloc[-1]
        ends.append(LineEnd(_PLOT_MM * (1 - last / ticks[-1]), text, {**_LINES[side], "linewidth": 1}))
    print_ends(sheet, left + width, _TOP_MM, _PLOT_MM, ends)
    return sheet


def _shade(axes: Axes, data: pd.DataFrame) -> None:
    """The difference of the two sides, hour by hour; none where either is missing."""
    sides = data[list(_SIDES)]
    axes.stairs(
        sides.max(axis=1, skipna=False).to_numpy(),
        np.arange(WEEK_HOURS + 1),
        baseline=sides.min(axis=1, skipna=False).to_numpy(),
        fill=True,
        color=style.BAND,
        linewidth=0,
        zorder=1,
    )


def _gap(data: pd.DataFrame, names: Mapping[str, str]) -> str:
    """The hours at which the two sides differ most, either way."""
    difference = data["demand_share"] - data["staff_share"]
    over, under = int(difference.idxmax()), int(difference.idxmin())
    if difference.abs().max() < 0.005:
        return f"{names['demand_share']} and {lower(names['staff_share'])} have the same shape over the week"
    return (
        f"Against {lower(names['staff_share'])}, {lower(names['demand_share'])} stand highest on {_when(over)} "
        f"({difference[over]:+.2f} points) and lowest on {_when(under)} ({difference[under]:+.2f} points)"
    )


def _peak(data: pd.DataFrame, side: str, name: str) -> str:
    """The hour at which one side is highest."""
    top = int(data[side].idxmax())
    return f"{name} are highest on {_when(top)}, at {data[side][top]:.2f}% of the week"


def _when(hour: int) -> str:
    """``Friday at 22:00``."""
    return f"{DAYS[hour // 24]} at {hour % 24:02d}:00"
