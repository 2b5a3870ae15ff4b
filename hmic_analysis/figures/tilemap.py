"""Tile maps of the 43 forces: a figure in classes, or the verdict on a claim."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hmic_analysis.errors import DataError, did_you_mean
from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import clean_text, require, take
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.numbers import nice_ticks, plain, say
from hmic_analysis.figures.say import extremes, joined, lower, unknown
from hmic_analysis.figures.tiles import TILES
from hmic_analysis.figures.tilesheet import NOTHING, SHADES, TileClass, draw_tiles

VERDICT_WORDS = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "not_determinable": "Not determinable",
    "judgement": "Inspectors' view, not tested",
}
_VERDICTS = {
    "supported": ("\N{CHECK MARK}", style.COLOURS[0]),
    "contradicted": ("\N{MULTIPLICATION SIGN}", style.PAIR[1]),
    "not_determinable": ("?", style.PAPER),
}


@style.house_style()
def figure_map(
    frame: pd.DataFrame,
    *,
    what: str = "Share",
    unit: str = "%",
    highlight: str = "",
    name: str = "tile-map",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no force has a figure",
) -> Chart:
    """A figure of each force in up to five classes from light to dark.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``force`` (slug), ``label`` (name), ``value`` (missing where there is none).  Forces without a row are shown
        as without data.
    what, unit : str
        What is compared, and its unit.
    highlight : str
        Slug of a force whose tile gets a heavy frame.
    name, subtitle, source, headline, synthetic, reason
        As in :func:`hmic_analysis.figures.bars.counts`.

    Returns
    -------
    Chart
        Its data hold code and name of every force: the key to the tiles.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn, or a force is none of the 43 or stands there twice.
    """
    data = _places(frame, "figure_map").merge(
        take(frame, "figure_map", texts=("force",), numbers=("value",)), on="force", how="left"
    )
    known = data["value"].dropna()
    if known.empty:
        return no_data(
            reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic, data=data
        )
    edges = _edges(known)
    classes = [TileClass(_range(a, b, unit), shade) for a, b, shade in _shaded(edges)]
    # A value on an edge belongs to the class that begins there; the highest to the last class.
    # As printed: 9.98 reads 10.0, and would seem misplaced in a class that ends below 10.
    printed = data["value"].round(1)
    number = np.clip(np.searchsorted(edges, printed, side="right") - 1, 0, len(classes) - 1)
    kinds = [NOTHING if np.isnan(v) else classes[i] for v, i in zip(data["value"], number, strict=True)]
    texts = ["" if np.isnan(v) else _short(v, unit) for v in data["value"]]
    sheet = draw_tiles(data, kinds, texts, classes, highlight, synthetic)
    after = unknown(data["value"])
    return finish(
        sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=extremes(what, data["label"], data["value"], unit) + after,
        alt=f"Tile map of {lower(what)} in {len(known)} of {len(data)} forces, where "
        f"{extremes('', data['label'], data['value'], unit)}{after}",
        data=data,
        notes=("Each force is one tile, roughly where it lies; the data file gives the name of each code",),
    )


@style.house_style()
def verdict_map(
    frame: pd.DataFrame,
    *,
    claim: str = "the claim",
    highlight: str = "",
    name: str = "verdict-map",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no force has a verdict",
) -> Chart:
    """The verdict on a claim in each force, told apart by sign as well as colour.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``force`` (slug), ``label`` (name), ``verdict`` (``supported``, ``contradicted``, ``not_determinable``; missing
        where the claim was not weighed).
    claim : str
        What was weighed, for headline and alt text.
    highlight, name, subtitle, source, headline, synthetic, reason
        As in :func:`figure_map`.

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        As in :func:`figure_map`, or if a verdict is unknown.
    """
    data = _places(frame, "verdict_map")
    require(frame, "verdict_map", ("force", "verdict"))
    verdict = frame.set_index("force")["verdict"]
    data["verdict"] = [None if pd.isna(v) else str(v) for v in data["force"].map(verdict)]
    for word in data["verdict"].dropna():
        if word not in _VERDICTS:
            raise DataError(f"verdict_map: there is no verdict '{word}'. Verdicts: {', '.join(_VERDICTS)}.")
    if data["verdict"].isna().all():
        return no_data(
            reason, name=name, subtitle=subtitle, source=source, headline=headline, synthetic=synthetic, data=data
        )
    classes = {v: TileClass(VERDICT_WORDS[v], fill, sign=sign) for v, (sign, fill) in _VERDICTS.items()}
    kinds = [classes.get(v, NOTHING) for v in data["verdict"]]
    used = [c for v, c in classes.items() if (data["verdict"] == v).any()]
    sheet = draw_tiles(data, kinds, [k.sign for k in kinds], used, highlight, synthetic)
    message = _counted(claim, data)
    return finish(
        sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Tile map of the verdict on {claim} in the 43 forces, where {lower(message)}",
        data=data,
        notes=("Each force is one tile, roughly where it lies; the data file gives the name of each code",),
    )


def _places(frame: pd.DataFrame, chart: str) -> pd.DataFrame:
    """Every force with its code and name, in the order of the tiles."""
    require(frame, chart, ("force", "label"))
    given = frame.assign(force=[str(f) for f in frame["force"]])
    wrong = [f for f in given["force"] if f not in TILES]
    if wrong:
        raise DataError(
            f"{chart}: '{wrong[0]}' is none of the 43 forces, so it has no tile.{did_you_mean(wrong[0], TILES)}"
        )
    twice = given["force"][given["force"].duplicated()]
    if len(twice):
        raise DataError(
            f"{chart}: '{twice.iloc[0]}' has more than one row.\nBring the frame to one row for each force."
        )
    names = dict(zip(given["force"], given["label"], strict=True))
    rows = [
        {"force": slug, "code": tile.code, "label": clean_text(names.get(slug, slug.replace("-", " ").title()))}
        for slug, tile in TILES.items()
    ]
    return pd.DataFrame(rows)


def _edges(known: pd.Series) -> np.ndarray:
    """Round limits of up to five classes of equal width around the values."""
    low, high = float(known.min()), float(known.max())
    if low == high:
        return np.array([low, high])
    step = float(np.diff(nice_ticks(0, high - low, 4))[0])
    while True:
        first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
        if last - first <= len(SHADES):
            return step * np.arange(first, last + 1)
        step *= 2


def _shaded(edges: np.ndarray) -> list[tuple[float, float, str]]:
    """Each class with its shade; few classes take shades far apart."""
    count = len(edges) - 1
    at = [len(SHADES) - 1] if count == 1 else np.linspace(0, len(SHADES) - 1, count).round().astype(int)
    return [(a, b, SHADES[i]) for a, b, i in zip(edges, edges[1:], at, strict=False)]


def _range(low: float, high: float, unit: str) -> str:
    sign = "%" if unit == "%" else ""
    if low == high:
        return say(low, unit)
    return (
        f"{plain(low)}{sign} to below {plain(high)}{sign}"
        if not (unit == "%" and high >= 100)
        else f"{plain(low)}% and more"
    )


def _short(value: float, unit: str) -> str:
    """A value that fits into a tile."""
    if unit == "%":
        return say(value, unit)
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.1f}m"
    if abs(value) >= 1e5:
        return f"{value / 1e3:,.0f}k"
    return f"{value:,.0f}" if unit in ("count", "persons") or abs(value) >= 1000 else f"{value:,.1f}"


def _counted(claim: str, data: pd.DataFrame) -> str:
    """How many forces have each verdict."""
    counts = data["verdict"].value_counts()
    parts = [f"{counts[v]} {VERDICT_WORDS[v].lower()}" for v in _VERDICTS if v in counts]
    missing = int(data["verdict"].isna().sum())
    after = f"; {missing} without a verdict" if missing else ""
    text = f"{claim} in {len(data) - missing} of {len(data)} forces: {joined(parts)}{after}"
    return text[0].upper() + text[1:]
