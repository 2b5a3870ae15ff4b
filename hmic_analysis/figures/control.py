"""Control chart: a monthly figure between the limits of what it usually does, signals marked by shape."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, clean_text, drawn, finish, joined, lower, no_data, require, take
from hmic_analysis.figures.series import print_months
from hmic_analysis.figures.sheet import KeyEntry, Plot, lay_out, name_ends
from hmic_analysis.figures.style import say
from hmic_analysis.measures.base import month_name
from hmic_analysis.measures.months import read_months

_CONTROL_PLOT_MM = 66.0


_LIMIT = {"color": style.INK, "linewidth": 1.1, "linestyle": (0, (4, 2))}


_MEAN = {"color": style.INK, "linewidth": 1.1, "linestyle": "-"}


_LINE = {"color": style.PAIR[0], "linewidth": 1.4}


_USUAL = {"marker": "o", "markersize": 4.2, "color": style.PAIR[0], "markeredgewidth": 0}


#: The sign and the words of each kind of signal, told apart by shape; what it means is told by how it is filled.
_SIGNS = {
    "limit": ("s", "Outside the limits"),
    "trend": ("^", "Steady rise or fall"),
    "two": ("D", "Two of three near a limit"),
    "shift": ("o", "Run on one side of the mean"),
}


_SIGNAL = {"markersize": 7.0, "linestyle": "none"}


#: The marks of "plot the dots": a concern is filled, an improvement is hollow, and so that neither is taken for the
#: other, a signal that is neither has a colour of its own.
_MEANINGS = {
    "special_cause_concern": (
        ", a concern",
        {"color": style.PAIR[1], "markeredgecolor": style.INK, "markeredgewidth": 0.8},
    ),
    "special_cause_improvement": (
        ", an improvement",
        {"color": "white", "markeredgecolor": style.PAIR[0], "markeredgewidth": 1.8},
    ),
    "": ("", {"color": style.COLOURS[2], "markeredgecolor": style.INK, "markeredgewidth": 0.8}),
}


@drawn
def control_chart(
    frame: pd.DataFrame,
    words: Words = Words("control-chart"),
    *,
    method: str = "",
    what: str = "Records a month",
    unit: str = "count",
) -> Chart:
    """A monthly figure with mean, limits and signals; limits start afresh only where a change is named.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row for each month in order: ``month``, ``value`` (missing for a gap), ``centre``, ``lower``, ``upper``
        (missing where there are no limits), ``rule`` and ``point_type`` (as in
        :mod:`hmic_analysis.statistics.xmr`), ``segment`` (whole numbers) and ``change`` (what began with the segment).
    method : str
        What has to be known of the limits: the note under the chart.
    what, unit : str
        What is counted, and its unit.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Returns
    -------
    Chart
        Limits below 0, and above 100 of a percentage, are drawn at 0 and 100.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    data = _data(frame)
    if data.empty or data["value"].isna().all():
        return no_data(words.reason or "no months to draw", words, data=data)
    drawn = _clipped(data, unit)
    starts = [i for i in range(1, len(data)) if data["segment"].iloc[i] != data["segment"].iloc[i - 1]]
    flags = [(i / len(data), f"{data['change'].iloc[i]}, {month_name(data['month'].iloc[i])}") for i in starts]
    plot = _control_frame(drawn, unit, flags, words.synthetic)
    _draw_limits(plot, drawn, [0, *starts, len(data)])
    for start in starts:
        plot.axes.axvline(start - 0.5, color=style.AXIS, linewidth=1.4, zorder=1)
    _draw_values(plot, drawn)
    print_months(plot.sheet, pd.DatetimeIndex(data["month"]), plot.left, plot.width, plot.top + plot.height + 3.6)
    message = _message(what, data, unit)
    return finish(
        plot.sheet,
        words,
        headline=message,
        alt=f"Control chart of {lower(what)}, {_control_span(data)}, which {message.removeprefix(f'{what} ')}",
        data=data,
        notes=tuple(n for n in (*_control_notes(data, starts), method) if n),
    )


def _data(frame: pd.DataFrame) -> pd.DataFrame:
    require(
        frame,
        "control_chart",
        ("month", "value", "centre", "lower", "upper", "rule", "point_type", "segment", "change"),
    )
    data = take(frame, "control_chart", numbers=("value", "centre", "lower", "upper", "segment"))
    data.insert(0, "month", read_months(frame["month"].reset_index(drop=True), "control_chart"))
    for column in ("rule", "point_type"):
        told = frame[column].reset_index(drop=True).astype(object)
        data[column] = told.where(told.notna(), "")
    data["change"] = [clean_text(v) if v else "" for v in frame["change"]]
    return data


def _clipped(data: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Limits as drawn: not below nought where no value is, not above 100 per cent."""
    drawn = data.copy()
    if not (data["value"] < 0).any():
        drawn["lower"] = drawn["lower"].clip(lower=0)
    if unit == "%":
        drawn["upper"] = drawn["upper"].clip(upper=100)
    return drawn


def _control_frame(drawn: pd.DataFrame, unit: str, flags: Sequence[tuple[float, str]], synthetic: bool) -> Plot:
    values = drawn[["value", "lower", "upper"]].to_numpy(dtype=float)
    last = drawn.iloc[-1]
    ends = []
    if not np.isnan(last["centre"]):
        ends = [
            (last["upper"], f"Upper limit {say(last['upper'], unit)}", _LIMIT),
            (last["centre"], f"Mean {say(last['centre'], unit)}", _MEAN),
            (last["lower"], f"Lower limit {say(last['lower'], unit)}", _LIMIT),
        ]
    key = [
        KeyEntry(f"{words}{meant}", line={"marker": sign, **_SIGNAL, **look})
        for kind, (sign, words) in _SIGNS.items()
        for meaning, (meant, look) in _MEANINGS.items()
        if _hit(drawn, kind, meaning).any()
    ]
    plot = lay_out(
        float(np.nanmin(values)), float(np.nanmax(values)), unit, height=_CONTROL_PLOT_MM, ends=[e[1] for e in ends],
        flags=flags, key=key, synthetic=synthetic,
    )  # fmt: skip
    plot.axes.set_xlim(-0.5, len(drawn) - 0.5)
    if ends:
        name_ends(plot, ends)
    return plot


def _draw_limits(plot: Plot, drawn: pd.DataFrame, edges: Sequence[int]) -> None:
    for start, end in zip(edges, edges[1:], strict=False):
        row = drawn.iloc[start]
        if np.isnan(row["centre"]):
            continue
        span = [start - 0.5, end - 0.5]
        for column, look in (("lower", _LIMIT), ("centre", _MEAN), ("upper", _LIMIT)):
            plot.axes.plot(span, [row[column]] * 2, clip_on=False, zorder=2, **look)


def _draw_values(plot: Plot, drawn: pd.DataFrame) -> None:
    at, values = np.arange(len(drawn)), drawn["value"].to_numpy()
    plot.axes.plot(at, values, clip_on=False, zorder=3, **_LINE)
    kinds = drawn["rule"].map(_kind)
    usual = kinds.eq("").to_numpy()
    plot.axes.plot(at[usual], values[usual], linestyle="none", clip_on=False, zorder=4, **_USUAL)
    for kind, (sign, _) in _SIGNS.items():
        for meaning, (_, look) in _MEANINGS.items():
            hit = _hit(drawn, kind, meaning)
            plot.axes.plot(at[hit], values[hit], marker=sign, clip_on=False, zorder=5, **_SIGNAL, **look)


def _hit(drawn: pd.DataFrame, kind: str, meaning: str) -> np.ndarray:
    """Which months bear a sign with one meaning."""
    meant = drawn["point_type"].where(drawn["point_type"].isin(list(_MEANINGS)), "")
    return (drawn["rule"].map(_kind).eq(kind) & meant.eq(meaning)).to_numpy()


def _kind(rule: str) -> str:
    """Which sign a rule has."""
    return "limit" if rule.endswith("_limit") else rule.split("_", 1)[0]


def _control_notes(data: pd.DataFrame, starts: Sequence[int]) -> list[str]:
    """25 words at most with what the caller says; the rest is told where the evidence says how to read it."""
    notes = []
    if data["value"].isna().any():
        notes.append("A gap: no data")
    if starts:
        notes.append("Limits start afresh at a named change only")
    return notes


def _control_span(data: pd.DataFrame) -> str:
    first, last = (month_name(data["month"].iloc[i]) for i in (0, -1))
    return first if len(data) == 1 else f"{first} to {last}"


def _message(what: str, data: pd.DataFrame, unit: str) -> str:
    """How many months are no chance, and the first of them."""
    if data["centre"].isna().all():
        known = data["value"].dropna()
        low, high = say(known.min(), unit), say(known.max(), unit)
        told = f"stayed at {low}" if low == high else f"ranged from {low} to {high}"
        return f"{what} {told}, without limits"
    hits = data[data["rule"] != ""]
    looked = int((data["value"].notna() & data["centre"].notna()).sum())
    if hits.empty:
        return f"{what} showed nothing out of the usual in {looked} months"
    signals = f"gave a signal in {len(hits)} of {looked} months{_meant(hits)}"
    outside = hits[hits["rule"].map(_kind) == "limit"]
    if len(outside):
        names = [f"{month_name(r.month)} ({say(r.value, unit)})" for r in outside.head(3).itertuples()]
        more = f" and {len(outside) - 3} more" if len(outside) > 3 else ""
        listed = ", ".join(names) + more if more else joined(names)
        return f"{what} {signals}, outside the limits in {listed}"
    return f"{what} {signals}, none outside the limits"


def _meant(hits: pd.DataFrame) -> str:
    """How many signals are of concern and how many of improvement, where that is known."""
    concern = int(hits["point_type"].eq("special_cause_concern").sum())
    better = int(hits["point_type"].eq("special_cause_improvement").sum())
    parts = [f"{n} of {word}" for n, word in ((concern, "concern"), (better, "improvement")) if n]
    return f" ({joined(parts)})" if parts else ""
