"""The tiles of a map, drawn and explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.patches import Rectangle

from hmic_analysis.figures import style
from hmic_analysis.figures.measure import block_height, wrap
from hmic_analysis.figures.sheet import Sheet
from hmic_analysis.figures.tiles import COLUMNS, ROWS, TILES

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
    data: pd.DataFrame,
    kinds: Sequence[TileClass],
    texts: Sequence[str],
    classes: Sequence[TileClass],
    highlight: str,
    synthetic: bool,
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
    highlight : str
        Slug of the force whose tile gets a heavy frame; empty for none.
    synthetic : bool

    Returns
    -------
    Sheet
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
        if slug == highlight:
            frame = Rectangle(
                (left - 0.2, top - 0.2), wide - 0.6, high - 0.6, fill=False, edgecolor=style.INK, linewidth=2.4,
                transform=sheet.transform,
            )  # fmt: skip
            sheet.figure.add_artist(frame)
    _legend(sheet, data, kinds, classes, highlight)
    return sheet


def _tile(sheet: Sheet, left: float, top: float, width: float, height: float, kind: TileClass) -> None:
    """One tile; without data hatched at its foot, so that its code can be read."""
    edge = style.AXIS if kind.fill in (style.PAPER, SHADES[0]) else kind.fill
    sheet.band(left, top, width, height, facecolor=kind.fill, edgecolor=edge, linewidth=0.8)
    if kind.hatched:
        sheet.band(left, top + height - 1.6, width, 1.6, **_HATCH)


def _legend(
    sheet: Sheet, data: pd.DataFrame, kinds: Sequence[TileClass], classes: Sequence[TileClass], highlight: str
) -> None:
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
    if highlight in TILES:
        name = data.loc[data["force"] == highlight, "label"].iloc[0]
        text = wrap(f"Heavy frame: {name}", sheet.width - _LEGEND_X_MM, 3, style.SMALL_SIZE)
        sheet.text(_LEGEND_X_MM, y + block_height(text, style.SMALL_SIZE) / 2, text, size=style.SMALL_SIZE)
