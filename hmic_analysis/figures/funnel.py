"""Funnel of forces: each force's figure against the number it rests on, between the lines of what is usual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import require, take
from hmic_analysis.figures.funnel_words import funnel_message, say_forces
from hmic_analysis.figures.measure import wrap
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import plain, say
from hmic_analysis.figures.placing import place_names
from hmic_analysis.figures.plot import Plot, lay_out, name_ends, name_ticks
from hmic_analysis.figures.say import lower
from hmic_analysis.figures.sheet import KeyEntry

_PLOT_MM = 84.0
_LINES = ("lo_inner", "hi_inner", "lo_outer", "hi_outer")
_OUTER = {"color": style.INK, "linewidth": 1.1, "linestyle": "-"}
_INNER = {"color": style.AXIS, "linewidth": 1.1, "linestyle": (0, (4, 2))}
_CENTRE = {"color": style.INK, "linewidth": 1.1, "linestyle": (0, (1, 1.5))}
_OTHER = {"marker": "o", "markersize": 5.2, "color": "#9AA3A8", "markeredgecolor": style.INK, "markeredgewidth": 0.5}
_NAMED = {
    "marker": "D",
    "markersize": 5.8,
    "color": style.PAIR[1],
    "markeredgecolor": style.INK,
    "markeredgewidth": 0.7,
}
_OWN = {
    "marker": "o",
    "markersize": 8.5,
    "color": style.PAIR[0],
    "markeredgecolor": style.PAPER,
    "markeredgewidth": 0.8,
}


@dataclass(frozen=True)
class FunnelLines:
    """What surrounds the points of a funnel.

    Attributes
    ----------
    frame : pandas.DataFrame
        ``denominator``, ``lo_inner``, ``hi_inner``, ``lo_outer``, ``hi_outer``; without a row there are no lines.
    centre : float
        Total over total; NaN for none.
    inner, outer : str
        Names of the lines: ``95%``, ``99.8%``.
    method : str
        How they came about: the note under the chart.
    judged : bool
        Whether lying outside means anything; False where the lines are those of chance alone.
    """

    frame: pd.DataFrame
    centre: float = float("nan")
    inner: str = "95%"
    outer: str = "99.8%"
    method: str = ""
    judged: bool = True


@style.house_style()
def funnel_plot(
    frame: pd.DataFrame,
    lines: FunnelLines,
    *,
    highlight: str = "",
    name_others: bool = False,
    what: str = "Share",
    unit: str = "%",
    units_name: str = "records",
    name: str = "funnel",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no force has a figure",
) -> Chart:
    """Forces as points; the one in question highlighted and named, others grey.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row for each force: ``label``, ``value``, ``denominator``, ``position`` (``far_above``, ``above``,
        ``inside``, ``below``, ``far_below``; missing where not judged).  Forces without a value aren't drawn, and the
        note says how many.
    lines : FunnelLines
    highlight : str
        Label of the force in question; empty for none.
    name_others : bool
        Whether forces outside the outer line are named: only where the readers may know them.  If not, the data of
        the chart carry no other force's name.
    what, unit, units_name : str
        What is compared, its unit, and what the denominator counts.
    name, subtitle, source, headline, synthetic
        As in :class:`~hmic_analysis.figures.chart.Chart`; the headline is written from the data unless given.
    reason : str
        Why there is nothing, for a frame without a value.

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    require(frame, "funnel_plot", ("position",))
    data = take(
        frame, "funnel_plot", texts=("label",), numbers=("value", "denominator"), counted=("denominator",),
        percent=("value",) if unit == "%" else (),
    )  # fmt: skip
    data["position"] = frame["position"].reset_index(drop=True).astype(object).where(lambda p: p.notna(), "")
    data["own"] = data["label"] == highlight if highlight else False
    drawn = data[data["value"].notna() & (data["denominator"] > 0)]
    shown = _anonymous(data, highlight, name_others)
    if drawn.empty:
        return no_data(
            reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic, data=shown
        )
    plot = _frame(drawn, lines, unit, units_name, synthetic)
    _draw_points(plot, drawn)
    named = drawn["position"].isin(("far_above", "far_below")) & ~drawn["own"]
    missed = _print_names(plot, drawn[drawn["own"]], drawn[named & name_others])
    message = funnel_message(what, unit, drawn, data, lines, name_others)
    return finish(
        plot.sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Funnel plot of {lower(what)} of {say_forces(len(drawn))} by number of {units_name}, where "
        f"{lower(message.removeprefix(f'{what}: '))}",
        data=shown,
        notes=tuple(n for n in (*_notes(data, drawn, missed), lines.method) if n),
    )


def _anonymous(data: pd.DataFrame, highlight: str, name_others: bool) -> pd.DataFrame:
    """The data behind the chart: without the names of forces that readers may not know."""
    shown = data.drop(columns="own")
    if name_others:
        return shown
    others = shown["label"] != highlight if highlight else pd.Series(True, index=shown.index)
    # In the order of size, for an alphabetical one would give the names away.
    shown = shown.assign(label=shown["label"].where(~others, "another force"))
    return shown.sort_values(["denominator", "value"], kind="stable", ignore_index=True)


def _frame(drawn: pd.DataFrame, lines: FunnelLines, unit: str, units_name: str, synthetic: bool) -> Plot:
    """The plot with its lines and their names."""
    top = 1.05 * float(drawn["denominator"].max())
    values = list(drawn["value"])
    limits = lines.frame[lines.frame["denominator"] >= 0.6 * drawn["denominator"].min()] if len(lines.frame) else None
    if limits is not None and len(limits):
        # The lines of the smallest force set the scale no wider than twice the spread of the forces.
        spread = max(values) - min(values) or abs(max(values)) or 1.0
        low, high = float(limits["lo_outer"].min()), float(limits["hi_outer"].max())
        values += [max(low, min(values) - spread), min(high, max(values) + spread)]
    if not np.isnan(lines.centre):
        values.append(lines.centre)
    ends = _end_names(lines, unit)
    plot = lay_out(
        min(values), max(values), unit, height=_PLOT_MM, ends=[e[1] for e in ends], key=_key(drawn, lines),
        axis=f"Number of {units_name} (axis by square root)", synthetic=synthetic,
    )  # fmt: skip
    ticks = _root_ticks(top)
    # By square root, for else one very large force would press all others together.
    name_ticks(plot, np.sqrt(ticks), [plain(t) for t in ticks], end=np.sqrt(top))
    axes = plot.axes
    if len(lines.frame):
        inside = lines.frame[lines.frame["denominator"] <= top]
        for column in _LINES:
            axes.plot(np.sqrt(inside["denominator"]), inside[column], zorder=2, **_line(column))
    if not np.isnan(lines.centre):
        axes.axhline(lines.centre, zorder=2, **_CENTRE)
    name_ends(plot, ends)
    return plot


def _root_ticks(top: float) -> list[float]:
    """Round numbers from nought up to ``top``, about evenly spread on an axis by square root."""
    ticks = [0.0]
    for part in (0.02, 0.08, 0.2, 0.38, 0.6, 0.85):
        rough = part * top
        power = 10.0 ** np.floor(np.log10(rough))
        ticks.append(float(power * min((1, 2, 5, 10), key=lambda m: abs(m * power - rough))))  # noqa: B023
    return sorted({t for t in ticks if t <= top and (t >= 1 or t == 0)})


def _end_names(lines: FunnelLines, unit: str) -> list[tuple[float, str, dict]]:
    """Names at the right ends: the lines and the centre."""
    ends = []
    if not np.isnan(lines.centre):
        ends.append((lines.centre, f"All forces {say(lines.centre, unit)}", _CENTRE))
    if len(lines.frame):
        last = lines.frame.iloc[-1]
        for column in _LINES:
            name = lines.inner if "inner" in column else lines.outer
            ends.append((float(last[column]), f"{name} {'upper' if 'hi' in column else 'lower'}", _line(column)))
    return ends


def _line(column: str) -> dict:
    return _INNER if "inner" in column else _OUTER


def _key(drawn: pd.DataFrame, lines: FunnelLines) -> list[KeyEntry]:
    """The signs in use; the force in question stands here too, for its name may find no room in the plot."""
    outside = drawn["position"].isin(("far_above", "far_below"))
    key = []
    if drawn["own"].any():
        key.append(KeyEntry(_short(drawn.loc[drawn["own"], "label"].iloc[0]), line={"linestyle": "none", **_OWN}))
    if (~drawn["own"] & ~outside).any():
        key.append(KeyEntry("Another force" if key else "A force", line={"linestyle": "none", **_OTHER}))
    if (outside & ~drawn["own"]).any():
        text = f"{'Another force' if drawn['own'].any() else 'A force'} outside the {lines.outer} lines"
        key.append(KeyEntry(text, line={"linestyle": "none", **_NAMED}))
    return key


def _short(label: str) -> str:
    return wrap(label, 46, 1, style.SMALL_SIZE)


def _draw_points(plot: Plot, drawn: pd.DataFrame) -> None:
    outside = drawn["position"].isin(("far_above", "far_below"))
    for rows, look, order in (
        (drawn[~outside & ~drawn["own"]], _OTHER, 4),
        (drawn[outside & ~drawn["own"]], _NAMED, 5),
        (drawn[drawn["own"]], _OWN, 6),
    ):
        plot.axes.plot(
            np.sqrt(rows["denominator"]), rows["value"], linestyle="none", clip_on=False, zorder=order, **look
        )  # fmt: skip


def _print_names(plot: Plot, own: pd.DataFrame, named: pd.DataFrame) -> int:
    """Names beside points; how many had no room."""
    right = plot.axes.get_xlim()[1]
    points = [
        (
            plot.across(np.sqrt(row.denominator) / right),
            plot.top + plot.down(row.value),
            _short(row.label),
        )
        for row in (*own.itertuples(), *named.itertuples())
    ]
    room = (plot.left + 0.5, plot.top - 1, plot.left + plot.width + 3, plot.top + plot.height - 0.5)
    dots = [(x - 1.6, y - 1.6, x + 1.6, y + 1.6) for x, y, _ in points]
    placed = place_names(points, room, dots, "bold")
    for number, spot in enumerate(placed):
        if spot is not None:
            x, y, text = spot
            weight = "bold" if number < len(own) else "normal"
            artists = plot.sheet.text(x, y, text, size=style.SMALL_SIZE, weight=weight, ha="center")
            for artist in artists:
                artist.set_bbox({"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.4, "alpha": 0.85})
    return sum(spot is None for spot in placed)


def _notes(data: pd.DataFrame, drawn: pd.DataFrame, missed: int) -> list[str]:
    notes = []
    if missed:
        notes.append(f"{missed} {'name' if missed == 1 else 'names'} had no room; the data file holds them")
    if len(drawn) < len(data):
        count = len(data) - len(drawn)
        notes.append(f"{count} {'force has' if count == 1 else 'forces have'} no figure and no point")
    return notes
