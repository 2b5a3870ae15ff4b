"""Response times: median, 90th centile and target; and the distribution of a lag."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import clean_text, take
from hmic_analysis.figures.lags import lag_distribution
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import (
    LOG_NOTE,
    log_ticks,
    minute_labels,
    minute_ticks,
    needs_log,
    plain,
    say_minutes,
)
from hmic_analysis.figures.rows import (
    Rows,
    ValueColumn,
    by_section,
    limit_rows,
    row_labels,
    set_rows,
    value_axis,
)
from hmic_analysis.figures.say import unknown
from hmic_analysis.figures.sheet import KeyEntry

__all__ = ["lag_distribution", "response_times"]

_MEDIAN = {"marker": "o", "markersize": 6, "color": style.COLOURS[0], "linestyle": "none"}
_P90 = {
    "marker": "|",
    "markersize": 11,
    "markeredgewidth": 2.2,
    "color": style.COLOURS[3],
    "linestyle": "none",
}
_TARGET = {
    "marker": "D",
    "markersize": 5.5,
    "markerfacecolor": style.PAPER,
    "color": style.INK,
    "linestyle": "none",
}
_WHISKER = {"color": style.COLOURS[0], "linewidth": 1.6}
_TIMES = ("median", "p90", "target", "median_lo", "median_hi")
_FLOOR = 0.1


@style.house_style()
def response_times(
    frame: pd.DataFrame,
    *,
    by: str = "grade",
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
        ``target``; minutes.  ``targets``: text printed where a grade has several.  ``group``: groups with several
        rows become sections.
    by : str
        What the rows are, for the alt text.
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
    data = _times(frame)
    if data["median"].isna().all():
        return no_data(
            reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic,
            data=data.drop(columns="targets"),
        )  # fmt: skip
    drawn, notes = limit_rows(data, any(row_labels(data["group"], data["label"])[1]))
    values = drawn[list(_TIMES)].to_numpy(dtype=float)
    positive = values[values > 0]
    log = needs_log(positive)
    labels, sections = row_labels(drawn["group"], drawn["label"])
    has_interval = (drawn["median_lo"].notna() & drawn["median_hi"].notna()).any()
    key = [KeyEntry("95% interval of the median", line=_WHISKER)] if has_interval else []
    rows = set_rows(labels, sections, _columns(drawn), key=key, synthetic=synthetic)
    if log:
        ticks = log_ticks(max(_FLOOR, positive.min()), max(2 * _FLOOR, positive.max()))
        rows.axes.set_xscale("log")
        notes = (*notes, LOG_NOTE)
        if np.nanmin(values) < ticks[0]:
            notes = (*notes, f"Times below {say_minutes(ticks[0])} stand at the left edge")
    else:
        ticks = minute_ticks(float(np.nanmax(values)))
    value_axis(rows, ticks, [say_minutes(t) for t in ticks] if log else minute_labels(ticks), every=log)
    _draw_times(rows, drawn, ticks[0])
    return finish(
        rows.sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=f"Median response time: {_point(data)}",
        alt=f"Dot plot of median and 90th centile response times by {by}, where the median is {_point(data, True)}",
        data=data.drop(columns="targets"),
        notes=notes,
    )


def _times(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns drawn; rows of one group together."""
    optional = ("median_lo", "median_hi", "target")
    data = take(
        frame, "response_times", texts=("label",), numbers=("n", "median", "p90"), optional=optional,
        counted=("n", "median", "p90", *optional),
    )  # fmt: skip
    data.insert(0, "group", [clean_text(g) for g in frame["group"]] if "group" in frame else "")
    data["targets"] = [clean_text(t) for t in frame["targets"]] if "targets" in frame else ""
    return by_section(data, "group")


def _columns(drawn: pd.DataFrame) -> list[ValueColumn]:
    """What is printed at the right; its headers explain the signs of the plot."""
    columns = [
        ValueColumn("Median", [_say(v) for v in drawn["median"]], _MEDIAN),
        ValueColumn("90th centile", [_say(v) for v in drawn["p90"]], _P90),
    ]
    several = drawn["targets"].str.contains("min")
    if drawn["target"].notna().any() or several.any():
        pairs = zip(several, drawn["targets"], drawn["target"], strict=True)
        columns.append(ValueColumn("Target", [t if many else _say(v, "none") for many, t, v in pairs], _TARGET))
    return [*columns, ValueColumn("Arrivals", [plain(v) for v in drawn["n"]])]


def _draw_times(rows: Rows, drawn: pd.DataFrame, floor: float) -> None:
    """Whiskers, then 90th centiles and targets, medians on top."""
    rows.axes.hlines(rows.y, drawn["median_lo"].clip(lower=floor), drawn["median_hi"], zorder=2, **_WHISKER)
    for order, (column, sign) in enumerate((("p90", _P90), ("target", _TARGET), ("median", _MEDIAN))):
        rows.axes.plot(drawn[column].clip(lower=floor), rows.y, clip_on=False, zorder=4 + order, **sign)
    rows.axes.tick_params(which="both", length=0, labelbottom=False)


def _say(minutes: float, missing: str = "not known") -> str:
    """A time as printed, or the word for its absence."""
    return missing if np.isnan(minutes) else say_minutes(float(minutes))


def _point(data: pd.DataFrame, in_sentence: bool = False) -> str:
    """Shortest and longest median, and how many are not known."""
    known = data["median"].dropna()
    low, high = known.idxmin(), known.idxmax()
    after = unknown(data["median"])
    if len(known) == 1:
        p90 = data["p90"][low]
        centile = "" if np.isnan(p90) else f", 90th centile {_say(p90)}"
        return f"{_say(known[low])} for {data['label'][low]}{centile}{after}"
    if known[low] == known[high]:
        return f"{_say(known[low])} in each of {len(known)}{after}"
    at = "with" if in_sentence else "at"
    return (
        f"shortest for {data['label'][low]} {at} {_say(known[low])}, "
        f"longest for {data['label'][high]} {at} {_say(known[high])}{after}"
    )
