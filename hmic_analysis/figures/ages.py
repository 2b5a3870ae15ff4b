"""Persons by age band, small counts withheld."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.disclosure.tables import withheld_cells
from hmic_analysis.figures import style
from hmic_analysis.figures.bars import bar_rows, largest
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import require, take
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import plain
from hmic_analysis.figures.say import lower


@style.house_style()
def age_bands(
    frame: pd.DataFrame,
    *,
    min_count: int = 0,
    marker: str = "[c]",
    what: str = "Persons outstanding",
    name: str = "age-bands",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no persons to count",
) -> Chart:
    """Bars of persons in each band; counts from 1 to ``min_count - 1`` are neither drawn nor kept in the data.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``band`` (order), ``label``, ``persons``; a count already withheld is the ``marker``.
    min_count : int
        Counts above 0 and below it are withheld, and one more where they could be had by subtraction from a total.
    marker : str
        Printed in their place.
    what : str
        Who is counted.
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
    require(frame, "age_bands", ("band", "label", "persons"))
    before = (frame["persons"].astype("object") == marker).to_numpy(dtype=bool)
    frame = frame.assign(persons=frame["persons"].astype("object").mask(before, None))
    data = take(frame, "age_bands", texts=("label",), numbers=("band", "persons"), counted=("persons",))
    data = data.assign(withheld=before).sort_values("band", kind="stable", ignore_index=True)
    if not data["withheld"].any() and (data["persons"].isna().all() or data["persons"].sum() == 0):
        return no_data(reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic)
    shown = withhold(data["persons"], min_count)
    if shown is None:
        reason = "too few persons in each band to be shown"
        return no_data(
            reason,
            name=name,
            subtitle=subtitle,
            source=source,
            headline=headline,
            synthetic=synthetic,
            withheld=True,
        )
    hidden = data["withheld"] | (shown.isna() & data["persons"].notna())
    texts = [marker if h else plain(s) for h, s in zip(hidden, shown, strict=True)]
    rows = bar_rows(list(data["label"]), shown, texts, "Persons", synthetic)
    message = _without_total(what, data["label"], shown) if hidden.any() else largest(what, data["label"], shown)
    values = [marker if h else None if pd.isna(s) else int(s) for h, s in zip(hidden, shown, strict=True)]
    return finish(
        rows.sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Bar chart of {lower(what)} by days since they were first named, where {lower(message)}",
        data=data[["label"]].assign(persons=pd.Series(values, dtype="object")),
        notes=(f"{marker}: withheld, small number of persons",) if hidden.any() else (),
    )


def withhold(persons: pd.Series, min_count: int) -> pd.Series | None:
    """Counts made missing so that none of the small ones can be had, not even from the published total.

    Parameters
    ----------
    persons : pandas.Series
        Counts.
    min_count : int
        Counts above 0 and below it are small.

    Returns
    -------
    pandas.Series or None
        None where the printed total would give a small one back whatever is withheld, as 5 persons in 5 bands do:
        then no band may be shown.

    Notes
    -----
    See :func:`hmic_analysis.disclosure.tables.withheld_cells`.
    """
    mask = withheld_cells(persons.fillna(0).to_numpy(), min_count)
    return None if mask is None else persons.mask(mask)


def _without_total(what: str, labels: pd.Series, shown: pd.Series) -> str:
    """The largest band, without the total that would give a withheld count back."""
    known = shown.dropna()
    if known.empty or known.max() == 0:
        return f"{what}: too few in each band to be shown"
    top = known.idxmax()
    return f"{what}: largest band shown {labels[top]}, {plain(known[top])}"
