"""The panel that stands where a chart would stand, had there been anything to draw."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.measure import block_height, wrap
from hmic_analysis.figures.say import lower
from hmic_analysis.figures.sheet import Sheet

_ROOM_MM = 140.0


@style.house_style()
def no_data(
    reason: str,
    *,
    name: str = "no-data",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    data: pd.DataFrame | None = None,
    withheld: bool = False,
) -> Chart:
    """Say that there is nothing to draw, and why; an empty chart could be taken for a finding.

    Parameters
    ----------
    reason : str
        Why there is nothing, for people: ``No deployments were supplied``.
    name, subtitle, source, headline, synthetic
        As in :class:`~hmic_analysis.figures.chart.Chart`; the headline is ``No data: <reason>`` unless given.
    data : pandas.DataFrame, optional
        The frame that held nothing.
    withheld : bool
        Whether there are data, which may not be shown: the panel then says ``Not shown`` in place of ``No data``.

    Returns
    -------
    Chart
        A panel with the words ``No data``, or ``Not shown``, and the reason.
    """
    said = "Not shown" if withheld else "No data"
    reason = " ".join(str(reason).split()).rstrip(".") or "no reason was given"
    reason = reason[0].upper() + reason[1:]
    text = wrap(reason, _ROOM_MM, lines=8)
    height = 17 + block_height(text)
    sheet = Sheet(height, synthetic)
    sheet.band(0.5, 0.5, sheet.width - 1, height - 1, facecolor="#F3F2F1", edgecolor=style.AXIS, linewidth=0.8)
    sheet.text(sheet.width / 2, 7, said, size=11, weight="bold", ha="center")
    sheet.text(sheet.width / 2, 11.5 + block_height(text) / 2, text, ha="center")
    panel = finish(
        sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=f"{said}: {lower(reason)}",
        alt=f"Panel that reads: {said}. {reason}",
        data=pd.DataFrame() if data is None else data,
    )
    return replace(panel, empty=True)
