"""A force beside the others: a dot with its interval for each, and lines for all forces and for similar ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import require, take
from hmic_analysis.figures.measure import wrap
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import nice_ticks, plain, say, tick_labels
from hmic_analysis.figures.plot import ticks_around
from hmic_analysis.figures.rows import Rows, ValueColumn, limit_rows, set_rows, value_axis
from hmic_analysis.figures.say import lower, unknown
from hmic_analysis.figures.sheet import KeyEntry

_OWN = {"marker": "D", "markersize": 7.0, "color": style.PAIR[1], "markeredgecolor": style.INK, "markeredgewidth": 0.8}
_SIMILAR = {"marker": "o", "markersize": 6.2, "color": style.PAIR[0], "markeredgewidth": 0}
_OTHER = {
    "marker": "o", "markersize": 5.4, "color": style.PAPER, "markeredgecolor": style.MUTED_INK, "markeredgewidth": 1.2,
}  # fmt: skip
_WHISKER = {"color": style.MUTED_INK, "linewidth": 1.3, "solid_capstyle": "butt"}
_FLAG_MM = 46.0
_LINE_STYLES = ((0, (4, 2)), (0, (1, 1.5)))


@style.house_style()
def forces_compared(
    frame: pd.DataFrame,
    references: Mapping[str, float] | None = None,
    *,
    highlight: str = "",
    what: str = "Share",
    unit: str = "%",
    units_name: str = "records",
    similar_name: str = "Similar force",
    name: str = "forces-compared",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no force has a figure",
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
    data = _data(frame, unit, highlight)
    if data["value"].isna().all():
        return no_data(
            reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic,
            data=data.drop(columns="own"),
        )  # fmt: skip
    drawn, notes = limit_rows(data, False)
    lines = {k: float(v) for k, v in (references or {}).items() if not np.isnan(v)}
    ticks = _ticks(drawn, lines, unit)
    rows = _rows(drawn, lines, ticks, unit, units_name, similar_name, synthetic)
    _draw(rows, drawn, lines)
    message = _message(what, data, lines, unit)
    return finish(
        rows.sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Dot plot of {lower(what)} by force, where {lower(message.removeprefix(f'{what}: '))}",
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
        key.append(KeyEntry(str(drawn.loc[drawn["own"], "label"].iloc[0]), line={"linestyle": "none", **_OWN}))
    if drawn["similar"].any():
        key.append(KeyEntry(similar_name, line={"linestyle": "none", **_SIMILAR}))
    if (~drawn["own"] & ~drawn["similar"] & drawn["value"].notna()).any():
        text = "Other force" if key else "A force"
        key.append(KeyEntry(text, line={"linestyle": "none", **_OTHER}))
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
        (~drawn["own"] & ~drawn["similar"], _OTHER, 4),
        (drawn["similar"] & ~drawn["own"], _SIMILAR, 5),
        (drawn["own"], _OWN, 6),
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
            return f"{what}: not known in {row['label']}{beside}{after}"
        return f"{what}: {row['label']} {say(row['value'], unit)}{beside}{after}"
    low, high = known.iloc[-1], known.iloc[0]
    if len(known) == 1:
        return f"{what}: {high['label']} {say(high['value'], unit)}{beside}{after}"
    spread = f"from {_value(low['value'], unit)} ({low['label']}) to {say(high['value'], unit)} ({high['label']})"
    return f"{what}: {spread}{beside}{after}"
