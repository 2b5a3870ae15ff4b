"""The pictures of the national report, drawn from what is published and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.maps import COLUMNS, TILES
from hmic_analysis.figures.sheet import KeyEntry, Sheet, key_height
from hmic_analysis.figures.style import text_width, wrap
from hmic_analysis.national.counts import Row
from hmic_analysis.national.figures import AreaFigure, Distribution

#: Colour, colour of the number on it, and words of each state.
_STATES = {
    "supported": (style.COLOURS[0], style.PAPER, "Supported"),
    "contradicted": (style.PAIR[1], style.INK, "Contradicted"),
    "undecided": (style.GRID, style.INK, "Undecided"),
    "not_assessed": (style.PAPER, style.INK, "Not assessed"),
}
_WITHHELD = {"facecolor": style.PAPER, "edgecolor": style.AXIS, "linewidth": 0.6, "hatch": "////"}
_ROW_MM, _BAR_MM = 7.0, 4.6
#: Light to dark, and the ink that is read on each.
_SHADES = ("#DCE6EE", "#9DB6CC", "#4F7CA3", style.COLOURS[0])
#: Points between the lightest and the darkest shade at least.
_LEAST_SPREAD = 12


class _Marked:
    """A sheet that bears the embargo below its content, where there is one."""

    def __init__(self, height: float, synthetic: bool, embargo: str) -> None:
        self.sheet = Sheet(height + (6 if embargo else 0), synthetic)
        if embargo:
            self.sheet.text(0, height + 3, embargo, size=style.SMALL_SIZE, weight="bold")


@style.house_style()
def verdict_chart(rows: Sequence[Row], name: str, subtitle: str, source: str, synthetic: bool, embargo: str) -> Chart:
    """A bar for each claim, divided by verdict; what is withheld is hatched as one piece."""
    hidden = any(None in [row.shown[s] for s in _STATES] for row in rows)
    used = [s for s in _STATES if any(row.shown[s] for row in rows)]
    key = [
        KeyEntry(_STATES[s][2], band={"facecolor": _STATES[s][0], "edgecolor": style.AXIS, "linewidth": 0.6})
        for s in used
    ]
    key += [KeyEntry("Withheld: few forces, or what would tell how few", band=_WITHHELD)] if hidden else []
    height = _ROW_MM * len(rows) + key_height(0, key) + 3
    sheet = _Marked(height, synthetic, embargo).sheet
    left = 14.0
    scale = (style.LETTER_WIDTH_MM - left - 1) / rows[0].total
    for number, row in enumerate(rows):
        _bar(sheet, row, left, scale, _ROW_MM * number)
    sheet.key(0, _ROW_MM * len(rows) + 2, key)
    data = pd.DataFrame(
        [{"claim": r.id, **{s: r.cell(s, "[c]") for s in _STATES}, "all_forces": r.total} for r in rows]
    )
    best = max((r for r in rows if r.shown["supported"]), key=lambda r: r.shown["supported"], default=None)
    point = f"{best.id} is supported in most forces, {best.shown['supported']}" if best else "no count can be shown"
    return finish(
        sheet,
        Words(name, subtitle, source, None, synthetic),
        headline=f"Of {len(rows)} claims, {point}",
        alt=_alt(f"Stacked bars of forces by verdict for {len(rows)} claims, where {point}", embargo),
        data=_marked(data, embargo),
    )


def _bar(sheet: Sheet, row: Row, left: float, scale: float, top: float) -> None:
    sheet.text(0, top + _ROW_MM / 2, row.id, size=style.SMALL_SIZE)
    at, y = left, top + (_ROW_MM - _BAR_MM) / 2
    for state, (colour, ink, _) in _STATES.items():
        count = row.shown[state]
        if count:
            sheet.band(at, y, count * scale, _BAR_MM, facecolor=colour, edgecolor=style.PAPER, linewidth=0.8)
            if colour == style.PAPER:
                sheet.band(at, y, count * scale, _BAR_MM, facecolor=colour, edgecolor=style.AXIS, linewidth=0.6)
            sheet.text(
                at + count * scale / 2, top + _ROW_MM / 2, str(count), size=style.SMALL_SIZE, ha="center", colour=ink
            )
            at += count * scale
    rest = left + row.total * scale - at
    if rest > 0.01:
        sheet.band(at, y, rest, _BAR_MM, **_WITHHELD)


@style.house_style()
def spread_chart(
    found: Distribution, label: str, name: str, subtitle: str, source: str, synthetic: bool, embargo: str
) -> Chart:
    """A bar for each bin, with the rounded share of forces at its end."""
    sheet = _Marked(_ROW_MM * len(found.shares) + 2, synthetic, embargo).sheet
    left = max(text_width(text, style.SMALL_SIZE) for text in found.labels) + 3
    scale = (style.LETTER_WIDTH_MM - left - 14) / max(found.shares)
    for number, (text, share) in enumerate(zip(found.labels, found.shares, strict=True)):
        middle = _ROW_MM * (number + 0.5)
        sheet.text(left - 2, middle, text, size=style.SMALL_SIZE, ha="right")
        sheet.band(left, middle - _BAR_MM / 2, share * scale, _BAR_MM, facecolor=style.COLOURS[0])
        sheet.text(left + share * scale + 1.5, middle, f"{share}%", size=style.SMALL_SIZE)
    sheet.line([left, left], [0, _ROW_MM * len(found.shares)], color=style.AXIS, linewidth=0.8)
    top = max(range(len(found.shares)), key=lambda i: found.shares[i])
    # Labels of figures are names, often with an abbreviation at the beginning: they stay as they are.
    message = f"{label}: {found.labels[top]} in about {found.shares[top]}% of the forces with a figure"
    data = pd.DataFrame({"value": found.labels, "share_of_forces_pct": found.shares})
    return finish(
        sheet,
        Words(name, subtitle, source, None, synthetic),
        headline=message,
        alt=_alt(f"Bar chart of shares of forces by value, where the tallest is: {message}", embargo),
        data=_marked(data, embargo),
    )


@style.house_style()
def area_chart(
    found: AreaFigure,
    areas: Mapping[str, Sequence[str]],
    label: str,
    name: str,
    subtitle: str,
    source: str,
    synthetic: bool,
    embargo: str,
) -> Chart:
    """A map in which all tiles of an area have one shade, and none its own."""
    tile = 7.0
    rows = 1 + max(place.row for place in TILES.values())
    sheet = _Marked(tile * rows + 2, synthetic, embargo).sheet
    shade = _shades(found.values.values())
    for area, forces in areas.items():
        colour = shade[found.values[area]]
        for slug in forces:
            place = TILES[slug]
            sheet.band(
                tile * place.column, tile * place.row + 1, tile, tile,
                facecolor=colour, edgecolor=style.PAPER, linewidth=0.8,
            )  # fmt: skip
    left = tile * COLUMNS + 12
    for number, (area, value) in enumerate(found.values.items()):
        middle = 8 + 12.0 * number
        colour = shade[value]
        sheet.band(left, middle - 3, 6, 6, facecolor=colour, edgecolor=style.AXIS, linewidth=0.6)
        sheet.text(left + 9, middle, found.words[area], weight="bold")
        sheet.text(left + 29, middle, wrap(area, style.LETTER_WIDTH_MM - left - 30, 2))
    top, low = max(found.values, key=found.values.get), min(found.values, key=found.values.get)
    if found.words[top] == found.words[low]:
        message = f"{label}: {found.words[top]} in every part of the country"
    else:
        message = f"{label}: from {found.words[low]} ({low}) to {found.words[top]} ({top})"
    data = pd.DataFrame({"area": list(found.values), "per_cent": list(found.words.values())})
    said = "; ".join(f"{a} {v}" for a, v in found.words.items())
    return finish(
        sheet,
        Words(name, subtitle, source, None, synthetic),
        headline=message,
        alt=_alt(f"Tile map in parts of the country, each of one shade: {said}", embargo),
        data=_marked(data, embargo),
    )


def _shades(values: Iterable[int]) -> dict[int, str]:
    """A shade for each value; values that are close together get shades that are."""
    low, high = min(values), max(values)
    spread = max(high - low, _LEAST_SPREAD)
    return {v: _SHADES[round((v - low) / spread * (len(_SHADES) - 1))] for v in values}


def _alt(text: str, embargo: str) -> str:
    return f"{embargo}. {text}" if embargo else text


def _marked(data: pd.DataFrame, embargo: str) -> pd.DataFrame:
    """Data files declare their level and bear the embargo like everything else."""
    data = data.assign(sensitivity="public")
    return data.assign(embargo=embargo) if embargo else data
