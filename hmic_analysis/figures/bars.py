"""Bars from zero with the count at the end of each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import take
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import nice_ticks, plain, tick_labels
from hmic_analysis.figures.rows import Rows, ValueColumn, limit_rows, set_rows, value_axis
from hmic_analysis.figures.say import lower, unknown

BAR_MM = 4.2


@style.house_style()
def counts(
    frame: pd.DataFrame,
    *,
    what: str = "Records",
    by: str = "group",
    name: str = "counts",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no records to count",
) -> Chart:
    """Horizontal bars of counts.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``label`` and ``value`` (0 or more; missing ones are printed as not known).
    what, by : str
        What is counted, and what the rows are, for headline and alt text.
    name, subtitle, source, headline, synthetic
        As in :class:`~hmic_analysis.figures.chart.Chart`; the headline is written from the data unless given.
    reason : str
        Why there is nothing, for a frame without a row or a value.

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    data = take(frame, "counts", texts=("label",), numbers=("value",), counted=("value",))
    if data["value"].isna().all():
        return no_data(
            reason,
            name=name,
            subtitle=subtitle,
            source=source,
            headline=headline,
            synthetic=synthetic,
            data=data,
        )
    drawn, notes = limit_rows(data, False)
    rows = bar_rows(list(drawn["label"]), drawn["value"], [plain(v) for v in drawn["value"]], what, synthetic)
    message = largest(what, data["label"], data["value"])
    return finish(
        rows.sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Bar chart of {lower(what)} by {by}, where {lower(message)}",
        data=data,
        notes=notes,
    )


def bar_rows(labels: list[str], values: pd.Series, texts: list[str], header: str, synthetic: bool) -> Rows:
    """A sheet with a bar for each value; a missing value has its text and no bar.

    Parameters
    ----------
    labels : list of str
    values : pandas.Series
        0 or more, or missing.
    texts : list of str
        Printed at the right of each row.
    header : str
        Above these texts.
    synthetic : bool

    Returns
    -------
    Rows
    """
    rows = set_rows(labels, [""] * len(labels), [ValueColumn(header, texts)], synthetic=synthetic)
    highest = float(np.nanmax(values)) if values.notna().any() else 0.0
    ticks = nice_ticks(0, highest, whole=True)
    value_axis(rows, ticks, tick_labels(ticks), baseline=True)
    rows.axes.barh(rows.y, values.fillna(0), height=BAR_MM, color=style.COLOURS[0], linewidth=0, zorder=3)
    return rows


def largest(what: str, labels: pd.Series, values: pd.Series) -> str:
    """Where the largest count is, and of how many in all, as a sentence without a full stop.

    Parameters
    ----------
    what : str
        What is counted.
    labels, values : pandas.Series
        Missing values are counted, never ranked; with one of them the total isn't known and isn't given.

    Returns
    -------
    str
    """
    known = values.dropna()
    after = unknown(values)
    total = f" of {plain(known.sum())}" if not after and len(known) > 1 else ""
    if known.max() == 0:
        return f"{what}: none{f' in any of {len(known)} groups' if len(known) > 1 else ''}{after}"
    top = known.idxmax()
    if len(values) == 1:
        return f"{what}: {plain(known[top])}, {labels[top]}"
    tied = f", as in {int((known == known[top]).sum()) - 1} more" if (known == known[top]).sum() > 1 else ""
    return f"{what}: largest group {labels[top]}, {plain(known[top])}{total}{tied}{after}"
