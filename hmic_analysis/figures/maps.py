"""Tile maps of the forces: a figure in classes, or the verdict on a claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.errors import DataError, did_you_mean
from hmic_analysis.figures import style
from hmic_analysis.figures.chart import (
    Chart,
    Words,
    clean_text,
    drawn,
    extremes,
    finish,
    joined,
    lower,
    no_data,
    require,
    spanned,
    take,
    unknown,
)
from hmic_analysis.figures.sheet import Sheet
from hmic_analysis.figures.style import block_height, nice_ticks, plain, say, wrap

# The tile map's layout: each of the 43 forces on a grid roughly where it lies, every tile of one size.
#
# Size on a map says nothing about a force's work; on this grid the City of London is seen as well as Dyfed-Powys. The
# places are this project's own choice.


class Tile(NamedTuple):
    """Column from the west and row from the north, both from 0, and the short code that is printed."""

    column: int
    row: int
    code: str


#: By slug.
TILES = {
    "northumbria": Tile(3, 0, "NBR"),
    "cumbria": Tile(2, 1, "CUM"),
    "durham": Tile(3, 1, "DUR"),
    "cleveland": Tile(4, 1, "CLE"),
    "lancashire": Tile(2, 2, "LAN"),
    "north-yorkshire": Tile(3, 2, "NYO"),
    "humberside": Tile(4, 2, "HUM"),
    "merseyside": Tile(1, 3, "MER"),
    "greater-manchester": Tile(2, 3, "GMP"),
    "west-yorkshire": Tile(3, 3, "WYO"),
    "south-yorkshire": Tile(4, 3, "SYO"),
    "north-wales": Tile(0, 4, "NWA"),
    "cheshire": Tile(1, 4, "CHE"),
    "staffordshire": Tile(2, 4, "STA"),
    "derbyshire": Tile(3, 4, "DER"),
    "nottinghamshire": Tile(4, 4, "NOT"),
    "lincolnshire": Tile(5, 4, "LIN"),
    "dyfed-powys": Tile(0, 5, "DPO"),
    "west-mercia": Tile(1, 5, "WME"),
    "west-midlands": Tile(2, 5, "WMI"),
    "leicestershire": Tile(3, 5, "LEI"),
    "northamptonshire": Tile(4, 5, "NTH"),
    "cambridgeshire": Tile(5, 5, "CAM"),
    "norfolk": Tile(6, 5, "NOR"),
    "south-wales": Tile(0, 6, "SWA"),
    "gwent": Tile(1, 6, "GWE"),
    "gloucestershire": Tile(2, 6, "GLO"),
    "warwickshire": Tile(3, 6, "WAR"),
    "bedfordshire": Tile(4, 6, "BED"),
    "hertfordshire": Tile(5, 6, "HER"),
    "suffolk": Tile(6, 6, "SUF"),
    "avon-and-somerset": Tile(1, 7, "AVS"),
    "wiltshire": Tile(2, 7, "WIL"),
    "thames-valley": Tile(3, 7, "THV"),
    "metropolitan": Tile(4, 7, "MET"),
    "city-of-london": Tile(5, 7, "COL"),
    "essex": Tile(6, 7, "ESS"),
    "devon-and-cornwall": Tile(1, 8, "DCO"),
    "dorset": Tile(2, 8, "DOR"),
    "hampshire": Tile(3, 8, "HAM"),
    "surrey": Tile(4, 8, "SUR"),
    "kent": Tile(5, 8, "KEN"),
    "sussex": Tile(4, 9, "SUS"),
}
COLUMNS = 1 + max(tile.column for tile in TILES.values())
ROWS = 1 + max(tile.row for tile in TILES.values())


# The tiles of a map, drawn and explained.

_TILE_MM = (15.2, 11.6)
_LEGEND_X_MM = COLUMNS * _TILE_MM[0] + 5
_HATCH = {"hatch": "//////", "edgecolor": style.AXIS, "facecolor": style.PAPER, "linewidth": 0}
#: From light to dark, so that a grey copy keeps the order.
SHADES = ("#DCE6F0", "#A9C1D9", "#6A93BC", "#2F639A", "#12436D")


@dataclass(frozen=True)
class TileClass:
    """A kind of tile: its colour and what it means; hatched where there is nothing."""

    text: str
    fill: str = style.PAPER
    hatched: bool = False
    sign: str = ""

    @property
    def ink(self) -> str:
        """White on dark tiles, black on light ones."""
        red, green, blue = (int(self.fill[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return style.PAPER if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.45 else style.INK


NOTHING = TileClass("None", hatched=True)


def draw_tiles(
    data: pd.DataFrame, kinds: Sequence[TileClass], texts: Sequence[str], classes: Sequence[TileClass], synthetic: bool
) -> Sheet:
    """The tiles with code and value, and the classes with their number of forces beside them.

    Parameters
    ----------
    data : pandas.DataFrame
        ``force``, ``code``, ``label``: one row for each of the 43 forces.
    kinds : sequence of TileClass
        Class of each row.
    texts : sequence of str
        Printed below each code.
    classes : sequence of TileClass
        Those that the legend explains.
    """
    wide, high = _TILE_MM
    sheet = Sheet(ROWS * high + 1.5, synthetic)
    for slug, code, kind, text in zip(data["force"], data["code"], kinds, texts, strict=True):
        tile = TILES[slug]
        left, top = tile.column * wide + 0.8, tile.row * high + 0.8
        _tile(sheet, left, top, wide - 1.0, high - 1.0, kind)
        sheet.text(
            left + wide / 2 - 0.5, top + 3.2, code, size=style.SMALL_SIZE, weight="bold", ha="center", colour=kind.ink
        )
        below = "none" if kind.hatched else text
        sheet.text(left + wide / 2 - 0.5, top + 7.4, below, size=style.SMALL_SIZE, ha="center", colour=kind.ink)
    _legend(sheet, kinds, classes)
    return sheet


def _tile(sheet: Sheet, left: float, top: float, width: float, height: float, kind: TileClass) -> None:
    """One tile; without data hatched at its foot, so that its code can be read."""
    edge = style.AXIS if kind.fill in (style.PAPER, SHADES[0]) else kind.fill
    sheet.band(left, top, width, height, facecolor=kind.fill, edgecolor=edge, linewidth=0.8)
    if kind.hatched:
        sheet.band(left, top + height - 1.6, width, 1.6, **_HATCH)


def _legend(sheet: Sheet, kinds: Sequence[TileClass], classes: Sequence[TileClass]) -> None:
    """What each fill means and how many forces have it."""
    entries = [*classes, NOTHING] if NOTHING in kinds else list(classes)
    y = 4.0
    for entry in entries:
        _tile(sheet, _LEGEND_X_MM, y - 2.6, 8.0, 5.2, entry)
        if entry.sign:
            sheet.text(_LEGEND_X_MM + 4, y, entry.sign, size=style.SMALL_SIZE, ha="center", colour=entry.ink)
        count = sum(k == entry for k in kinds)
        text = wrap(f"{entry.text}: {count}", sheet.width - _LEGEND_X_MM - 11, 2, style.SMALL_SIZE)
        sheet.text(_LEGEND_X_MM + 10, y, text, size=style.SMALL_SIZE)
        y += max(7.0, block_height(text, style.SMALL_SIZE) + 2.4)


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


@drawn
def figure_map(frame: pd.DataFrame, words: Words = Words("tile-map"), *, what: str = "Share", unit: str = "%") -> Chart:
    """A figure of each force in up to five classes from light to dark.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``force`` (slug), ``label`` (name), ``value`` (missing where there is none).  Forces without a row are shown
        as without data.
    what, unit : str
        What is compared, and its unit.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

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
        return no_data(words.reason or "no force has a figure", words, data=data)
    edges = _edges(known)
    classes = [TileClass(_range(a, b, unit), shade) for a, b, shade in _shaded(edges)]
    # A value on an edge belongs to the class that begins there; the highest to the last class.
    # As printed: 9.98 reads 10.0, and would seem misplaced in a class that ends below 10.
    printed = data["value"].round(1)
    number = np.clip(np.searchsorted(edges, printed, side="right") - 1, 0, len(classes) - 1)
    kinds = [NOTHING if np.isnan(v) else classes[i] for v, i in zip(data["value"], number, strict=True)]
    texts = ["" if np.isnan(v) else _short(v, unit) for v in data["value"]]
    sheet = draw_tiles(data, kinds, texts, classes, words.synthetic)
    after = unknown(data["value"])
    return finish(
        sheet,
        words,
        headline=spanned(what, data["label"], data["value"], unit) + after,
        alt=f"Tile map of {lower(what)} in {len(known)} of {len(data)} forces, where "
        f"{extremes(data['label'], data['value'], unit)}{after}",
        data=data,
        notes=("Each force is one tile, roughly where it lies; the data file gives the name of each code",),
    )


@drawn
def verdict_map(frame: pd.DataFrame, words: Words = Words("verdict-map"), *, claim: str = "the claim") -> Chart:
    """The verdict on a claim in each force, told apart by sign as well as colour.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``force`` (slug), ``label`` (name), ``verdict`` (``supported``, ``contradicted``, ``not_determinable``; missing
        where the claim was not weighed).
    claim : str
        What was weighed, for headline and alt text.

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
        return no_data(words.reason or "no force has a verdict", words, data=data)
    classes = {v: TileClass(VERDICT_WORDS[v], fill, sign=sign) for v, (sign, fill) in _VERDICTS.items()}
    kinds = [classes.get(v, NOTHING) for v in data["verdict"]]
    used = [c for v, c in classes.items() if (data["verdict"] == v).any()]
    sheet = draw_tiles(data, kinds, [k.sign for k in kinds], used, words.synthetic)
    message = _counted(claim, data)
    return finish(
        sheet,
        words,
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
