"""A series that a change interrupts: what was, what would have been, and the bare comparison beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import require, take
from hmic_analysis.figures.months import month_name, print_months, read_months
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.plot import Plot, lay_out, name_ends
from hmic_analysis.figures.say import lower

_PLOT_MM = 66.0
_VALUES = {"color": style.MUTED_INK, "linewidth": 0.8, "linestyle": "-"}
_DOTS = {"marker": "o", "markersize": 4.0, "color": style.MUTED_INK, "markeredgewidth": 0}
_MODEL = {"color": style.PAIR[0], "linewidth": 2.2, "linestyle": "-"}
_WITHOUT = {"color": style.PAIR[1], "linewidth": 2.0, "linestyle": (0, (4, 2))}
_SPAN = {"color": style.BAND, "linewidth": 0}


@style.house_style()
def interrupted_chart(
    frame: pd.DataFrame,
    change: object,
    *,
    saved: str,
    naive: str,
    method: str = "",
    change_name: str = "Change",
    what: str = "Hours a month",
    unit: str = "hours",
    name: str = "interrupted-series",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no months to draw",
) -> Chart:
    """A monthly series, the model through it, and what the model expects had the change not come.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row for each month in order: ``month``, ``value``, ``fitted``, ``counterfactual`` (both missing where no
        effect is estimated; the latter also before the change).
    change : month
        First month with the change.
    saved, naive : str
        The result or its refusal, and the bare comparison, each a sentence: both are always shown.
    method : str
        Model and cautions: the note under the chart.
    change_name : str
        What changed, written above its line.
    what, unit : str
        What is measured, and its unit.
    name, subtitle, source, headline, synthetic
        As in :class:`~hmic_analysis.figures.chart.Chart`; the headline is ``saved`` unless given.
    reason : str
        Why there is nothing, for a frame without a value.

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn, or the change is no month.
    """
    require(frame, "interrupted_chart", ("month", "value", "fitted", "counterfactual"))
    data = take(frame, "interrupted_chart", numbers=("value", "fitted", "counterfactual"))
    data.insert(0, "month", read_months(frame["month"].reset_index(drop=True), "interrupted_chart"))
    if data.empty or data["value"].isna().all():
        return no_data(
            reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic, data=data
        )
    at = read_months(pd.Series([change], name="change"), "interrupted_chart").iloc[0]
    first = int((data["month"] < at).sum())
    plot = _frame(data, unit, [(first / len(data), f"{change_name}, {month_name(at)}")], synthetic)
    _draw(plot, data, first)
    print_months(plot.sheet, pd.DatetimeIndex(data["month"]), plot.left, plot.width, plot.top + plot.height + 3.6)
    span = f"{month_name(data['month'].iloc[0])} to {month_name(data['month'].iloc[-1])}"
    gap = ("A gap in the line is a month without data",) if data["value"].isna().any() else ()
    return finish(
        plot.sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=saved,
        alt=f"Line chart of {lower(what)}, {span}, with a change in {month_name(at)}. {saved.rstrip('.')}. {naive}",
        data=data,
        notes=tuple(n for n in (naive, *gap, method) if n),
    )


def _frame(data: pd.DataFrame, unit: str, flags: list[tuple[float, str]], synthetic: bool) -> Plot:
    values = data[["value", "fitted", "counterfactual"]].to_numpy(dtype=float)
    ends = []
    if data["fitted"].notna().any():
        ends = [
            (float(data["counterfactual"].dropna().iloc[-1]), "Without the change, by the model", _WITHOUT),
            (float(data["fitted"].iloc[-1]), "With it, by the model", _MODEL),
        ]
    plot = lay_out(
        float(np.nanmin(values)), float(np.nanmax(values)), unit, height=_PLOT_MM, ends=[e[1] for e in ends],
        flags=flags, synthetic=synthetic,
    )  # fmt: skip
    plot.axes.set_xlim(-0.5, len(data) - 0.5)
    if ends:
        name_ends(plot, ends)
    return plot


def _draw(plot: Plot, data: pd.DataFrame, first: int) -> None:
    axes, x = plot.axes, np.arange(len(data))
    axes.axvline(first - 0.5, color=style.AXIS, linewidth=1.4, zorder=1)
    axes.plot(x, data["value"], clip_on=False, zorder=3, **_VALUES)
    axes.plot(x, data["value"], linestyle="none", clip_on=False, zorder=4, **_DOTS)
    if data["fitted"].isna().all():
        return
    axes.fill_between(x, data["fitted"], data["counterfactual"], zorder=0.5, **_SPAN)
    for part in (slice(0, first), slice(first, None)):
        axes.plot(x[part], data["fitted"].iloc[part], clip_on=False, zorder=5, **_MODEL)
    axes.plot(x, data["counterfactual"], clip_on=False, zorder=5, **_WITHOUT)
