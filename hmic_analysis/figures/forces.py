"""Forces beside each other: a force among the others, and the funnel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, drawn, finish, joined, lower, no_data, require, take, unknown
from hmic_analysis.figures.rows import Rows, ValueColumn, limit_rows, set_rows, value_axis
from hmic_analysis.figures.sheet import KeyEntry, Plot, lay_out, name_ends, name_ticks, place_names, ticks_around
from hmic_analysis.figures.style import nice_ticks, plain, say, tick_labels, wrap

if TYPE_CHECKING:
    pass


# A force beside the others: a dot with its interval for each, and lines for all forces and for similar ones.

_COMPARE_OWN = {
    "marker": "D",
    "markersize": 7.0,
    "color": style.PAIR[1],
    "markeredgecolor": style.INK,
    "markeredgewidth": 0.8,
}
_SIMILAR = {"marker": "o", "markersize": 6.2, "color": style.PAIR[0], "markeredgewidth": 0}
_COMPARE_OTHER = {
    "marker": "o", "markersize": 5.4, "color": style.PAPER, "markeredgecolor": style.MUTED_INK, "markeredgewidth": 1.2,
}  # fmt: skip
_WHISKER = {"color": style.MUTED_INK, "linewidth": 1.3, "solid_capstyle": "butt"}
_FLAG_MM = 46.0
_LINE_STYLES = ((0, (4, 2)), (0, (1, 1.5)))


@drawn
def forces_compared(
    frame: pd.DataFrame,
    words: Words = Words("forces-compared"),
    references: Mapping[str, float] | None = None,
    *,
    highlight: str = "",
    what: str = "Share",
    unit: str = "%",
    units_name: str = "records",
    similar_name: str = "Similar force",
) -> Chart:
    """Forces from the highest figure to the lowest, those without one at the foot with the reason.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row for each force: ``label``, ``value``, and where known ``lo``, ``hi`` (95% interval), ``n`` (what it rests
        on), ``similar`` (whether it is of the group), ``why`` (why there is no value).
    references : mapping of str to float, optional
        Lines, by name: ``{"All other forces": 79.1}``; totals over totals.
    highlight : str
        Label of the force in question.
    what, unit, units_name : str
        What is compared, its unit, and what ``n`` counts.
    similar_name : str
        What the forces of the group are called in the key, with where the group comes from.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    data = _data(frame, unit, highlight)
    if data["value"].isna().all():
        return no_data(words.reason or "no force has a figure", words, data=data.drop(columns="own"))  # fmt: skip
    drawn, notes = limit_rows(data, False)
    lines = {k: float(v) for k, v in (references or {}).items() if not np.isnan(v)}
    ticks = _ticks(drawn, lines, unit)
    rows = _rows(drawn, lines, ticks, unit, units_name, similar_name, words.synthetic)
    _draw(rows, drawn, lines)
    message = _message(what, data, lines, unit)
    return finish(
        rows.sheet,
        words,
        headline=message,
        alt=f"Dot plot of {lower(what)} by force, where {lower(message)}",
        data=data.drop(columns="own"),
        notes=notes,
    )


def _data(frame: pd.DataFrame, unit: str, highlight: str) -> pd.DataFrame:
    require(frame, "forces_compared", ("label", "value"))
    percent = ("value", "lo", "hi") if unit == "%" else ()
    data = take(
        frame, "forces_compared", texts=("label",), numbers=("value",), optional=("lo", "hi", "n"), percent=percent
    )
    whole = frame.reset_index(drop=True)
    data["similar"] = whole["similar"].eq(True) if "similar" in whole else False
    why = whole["why"].astype(object).where(whole["why"].notna(), "") if "why" in whole else ""
    data["why"] = why
    data["own"] = data["label"] == highlight if highlight else False
    order = data["value"].fillna(-np.inf)
    return data.iloc[np.argsort(-order.to_numpy(), kind="stable")].reset_index(drop=True)


def _ticks(drawn: pd.DataFrame, lines: Mapping[str, float], unit: str) -> list[float]:
    values = [*drawn[["value", "lo", "hi"]].to_numpy(dtype=float).ravel(), *lines.values()]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    ticks = ticks_around(low, high)
    return nice_ticks(0, 100) if unit == "%" and ticks[-1] > 100 else ticks


def _rows(
    drawn: pd.DataFrame,
    lines: Mapping[str, float],
    ticks: list[float],
    unit: str,
    units_name: str,
    similar_name: str,
    synthetic: bool,
) -> Rows:
    columns = [ValueColumn(_header(unit), [_value(v, unit) for v in drawn["value"]])]
    if drawn["n"].notna().any():
        columns.append(ValueColumn(f"Number of {units_name}", ["" if np.isnan(n) else plain(n) for n in drawn["n"]]))
    key = []
    if drawn["own"].any():
        key.append(KeyEntry(str(drawn.loc[drawn["own"], "label"].iloc[0]), line={"linestyle": "none", **_COMPARE_OWN}))
    if drawn["similar"].any():
        key.append(KeyEntry(similar_name, line={"linestyle": "none", **_SIMILAR}))
    if (~drawn["own"] & ~drawn["similar"] & drawn["value"].notna()).any():
        text = "Other force" if key else "A force"
        key.append(KeyEntry(text, line={"linestyle": "none", **_COMPARE_OTHER}))
    if (drawn["lo"].notna() & drawn["hi"].notna()).any():
        key.append(KeyEntry("95% interval, by chance alone", line=_WHISKER))
    span = ticks[-1] - ticks[0]
    flags = [
        ((v - ticks[0]) / span, f"{wrap(k, _FLAG_MM, 1, style.SMALL_SIZE)} {_value(v, unit)}") for k, v in lines.items()
    ]
    rows = set_rows(list(drawn["label"]), [""] * len(drawn), columns, flags=flags, key=key, synthetic=synthetic)
    value_axis(rows, ticks, tick_labels(ticks, unit))
    return rows


def _header(unit: str) -> str:
    return "Figure" if unit in ("%", "count") else unit[0].upper() + unit[1:]


def _value(value: float, unit: str) -> str:
    """The value without its unit where the header says it."""
    if np.isnan(value):
        return ""
    if unit in ("count", "persons", "forces"):
        return say(value, unit)
    return say(value, unit) if unit == "%" else f"{value:,.1f}"


def _draw(rows: Rows, drawn: pd.DataFrame, lines: Mapping[str, float]) -> None:
    axes = rows.axes
    for at, pattern in zip(lines.values(), _LINE_STYLES * len(lines), strict=False):
        axes.axvline(at, color=style.INK, linewidth=1.2, linestyle=pattern, zorder=2)
    axes.hlines(rows.y, drawn["lo"], drawn["hi"], color=_WHISKER["color"], linewidth=_WHISKER["linewidth"], zorder=3)
    for mask, look, order in (
        (~drawn["own"] & ~drawn["similar"], _COMPARE_OTHER, 4),
        (drawn["similar"] & ~drawn["own"], _SIMILAR, 5),
        (drawn["own"], _COMPARE_OWN, 6),
    ):
        part = (mask & drawn["value"].notna()).to_numpy()
        axes.plot(drawn["value"][part], rows.y[part], linestyle="none", clip_on=False, zorder=order, **look)
    top = rows.bottom - axes.get_ylim()[0]
    for y, why in zip(rows.y, drawn["why"].where(drawn["value"].isna(), None), strict=True):
        if why is not None:
            text = f"No figure{': ' + str(why) if why else ''}"
            rows.sheet.text(rows.left + 2, top + y, text, size=style.SMALL_SIZE, colour=style.MUTED_INK)


def _message(what: str, data: pd.DataFrame, lines: Mapping[str, float], unit: str) -> str:
    """The force in question and the totals it stands beside, or the range; never a place in a ranking."""
    known = data[data["value"].notna()]
    own = data[data["own"]]
    after = unknown(data["value"])
    beside = "; ".join(f"{lower(k)} {_value(v, unit)}" for k, v in lines.items())
    beside = f"; {beside}" if beside else ""
    if len(own):
        row = own.iloc[0]
        if np.isnan(row["value"]):
            return f"{what} could not be told for {row['label']}{beside}{after}"
        return f"{what} stood at {say(row['value'], unit)} in {row['label']}{beside}{after}"
    low, high = known.iloc[-1], known.iloc[0]
    if len(known) == 1:
        return f"{what} stood at {say(high['value'], unit)} in {high['label']}{beside}{after}"
    spread = f"from {_value(low['value'], unit)} ({low['label']}) to {say(high['value'], unit)} ({high['label']})"
    return f"{what} ranged {spread}{beside}{after}"


# What a funnel says, in words.

_WHERE = {
    "far_above": "above the outer line",
    "above": "between the upper lines",
    "inside": "within the lines",
    "below": "between the lower lines",
    "far_below": "below the outer line",
}


def funnel_message(
    what: str, unit: str, drawn: pd.DataFrame, data: pd.DataFrame, lines: FunnelLines, name_others: bool
) -> str:
    """Where the force in question lies, or how many lie outside, as a sentence without a full stop.

    ``drawn`` and ``data`` are the forces with a point, and all: ``label``, ``value``, ``position``, ``own``.
    """
    own = drawn[drawn["own"]]
    after = unknown(data["value"])
    outside = drawn[drawn["position"].isin(("far_above", "far_below"))]
    if len(own):
        row = own.iloc[0]
        lead = f"{what} stood at {say(row['value'], unit)} in {row['label']}"
        where = _WHERE.get(row["position"], "")
        if not where or not lines.judged:
            return f"{lead}, with {say_forces(len(drawn))} too few to say who is different{after}"
        return (
            f"{lead}, {where.replace('the outer line', f'the {lines.outer} line')} of {say_forces(len(drawn))}{after}"
        )
    if not lines.judged or not len(lines.frame):
        low, high = say(drawn["value"].min(), unit), say(drawn["value"].max(), unit)
        return f"{what} ranged from {low} to {high} in {say_forces(len(drawn))}; none is named as different{after}"
    if outside.empty:
        return f"In {lower(what)}, none of {say_forces(len(drawn))} lay outside the {lines.outer} lines{after}"
    who = f": {joined(list(outside['label']))}" if name_others and len(outside) <= 5 else ""
    told = f"{len(outside)} of {say_forces(len(drawn))} lay outside the {lines.outer} lines"
    return f"In {lower(what)}, {told}{who}{after}"


def say_forces(count: int) -> str:
    """``1 force``, ``41 forces``."""
    return f"{plain(count)} {'force' if count == 1 else 'forces'}"


# Funnel of forces: each force's figure against the number it rests on, between the lines of what is usual.

_PLOT_MM = 84.0
_LINES = ("lo_inner", "hi_inner", "lo_outer", "hi_outer")
_OUTER = {"color": style.INK, "linewidth": 1.1, "linestyle": "-"}
_INNER = {"color": style.AXIS, "linewidth": 1.1, "linestyle": (0, (4, 2))}
_CENTRE = {"color": style.INK, "linewidth": 1.1, "linestyle": (0, (1, 1.5))}
_FUNNEL_OTHER = {
    "marker": "o",
    "markersize": 5.2,
    "color": "#9AA3A8",
    "markeredgecolor": style.INK,
    "markeredgewidth": 0.5,
}
_NAMED = {
    "marker": "D",
    "markersize": 5.8,
    "color": style.PAIR[1],
    "markeredgecolor": style.INK,
    "markeredgewidth": 0.7,
}
_FUNNEL_OWN = {
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
        The figure of the middle force; NaN for none.
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


@drawn
def funnel_plot(
    frame: pd.DataFrame,
    lines: FunnelLines,
    words: Words = Words("funnel"),
    *,
    highlight: str = "",
    name_others: bool = False,
    what: str = "Share",
    unit: str = "%",
    units_name: str = "records",
) -> Chart:
    """Forces as points; the one in question highlighted and named, others grey.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row for each force: ``label``, ``value``, ``denominator``, ``position`` (``far_above``, ``above``,
        ``inside``, ``below``, ``far_below``; missing where not judged).  Forces without a value aren't drawn, and the
        note says how many.
    highlight : str
        Label of the force in question; empty for none.
    name_others : bool
        Whether forces outside the outer line are named: only where the readers may know them.  If not, the data of
        the chart carry no other force's name.
    what, unit, units_name : str
        What is compared, its unit, and what the denominator counts.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

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
        return no_data(words.reason or "no force has a figure", words, data=shown)
    plot = _frame(drawn, lines, unit, units_name, words.synthetic)
    _draw_points(plot, drawn)
    named = drawn["position"].isin(("far_above", "far_below")) & ~drawn["own"]
    missed = _print_names(plot, drawn[drawn["own"]], drawn[named & name_others])
    message = funnel_message(what, unit, drawn, data, lines, name_others)
    return finish(
        plot.sheet,
        words,
        headline=message,
        alt=f"Funnel plot of {lower(what)} of {say_forces(len(drawn))} by number of {units_name}, where "
        f"{lower(message)}",
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
        ends.append((lines.centre, f"Middle force {say(lines.centre, unit)}", _CENTRE))
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
        key.append(
            KeyEntry(_short(drawn.loc[drawn["own"], "label"].iloc[0]), line={"linestyle": "none", **_FUNNEL_OWN})
        )
    if (~drawn["own"] & ~outside).any():
        key.append(KeyEntry("Another force" if key else "A force", line={"linestyle": "none", **_FUNNEL_OTHER}))
    if (outside & ~drawn["own"]).any():
        text = f"{'Another force' if drawn['own'].any() else 'A force'} outside the {lines.outer} lines"
        key.append(KeyEntry(text, line={"linestyle": "none", **_NAMED}))
    return key


def _short(label: str) -> str:
    return wrap(label, 46, 1, style.SMALL_SIZE)


def _draw_points(plot: Plot, drawn: pd.DataFrame) -> None:
    outside = drawn["position"].isin(("far_above", "far_below"))
    for rows, look, order in (
        (drawn[~outside & ~drawn["own"]], _FUNNEL_OTHER, 4),
        (drawn[outside & ~drawn["own"]], _NAMED, 5),
        (drawn[drawn["own"]], _FUNNEL_OWN, 6),
    ):
        plot.axes.plot(
            np.sqrt(rows["denominator"]), rows["value"], linestyle="none", clip_on=False, zorder=order, **look
        )  # fmt: skip


def _print_names(plot: Plot, own: pd.DataFrame, named: pd.DataFrame) -> int:
    """Names beside points; how many had no room."""
    right = plot.axes.get_xlim()[1]
    points = [
        (plot.across(np.sqrt(row.denominator) / right), plot.top + plot.down(row.value), _short(row.label))
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
