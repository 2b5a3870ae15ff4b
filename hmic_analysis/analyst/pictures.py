"""Charts of the explorer: with values under the pointer for the screen, and as pictures of a size for documents."""

import re
from pathlib import Path
from typing import Any

import pandas as pd

from hmic_analysis.figures.chart import Chart
from hmic_analysis.figures.style import COLOURS, DPI, LETTER_WIDTH_MM, MM_PER_INCH, check_name, png_bytes

#: Widest and highest picture, in millimetres, that a document has room for.
SIZES = {"word": (LETTER_WIDTH_MM, 215.0), "powerpoint": (300.0, 130.0)}
FORMATS = ("png", "svg", "csv", "txt")
#: What JupyterLab draws by itself, and the grammar that goes with it.
VEGA = "application/vnd.vegalite.v5+json"
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_TITLES = {
    "lo": "interval from",
    "hi": "interval to",
    "lo_missing": "every unknown counted as no",
    "hi_missing": "every unknown counted as yes",
    "n": "of",
}


def hover(chart: Chart, unit: str = "") -> dict[str, Any]:
    """What is drawn in a chart as a Vega-Lite chart whose marks tell their values; withheld ones are left out."""
    frame = chart.data.dropna(axis="columns", how="all").astype(object)
    frame["value"] = pd.to_numeric(frame["value"], errors="coerce")
    frame = frame[frame["value"].notna()]
    timed = "month" in frame.columns
    if timed:
        frame["month"] = [f"{moment:%Y-%m-%d}" for moment in frame["month"]]
    x: dict[str, Any] = {"field": "value", "type": "quantitative", "title": unit or None}
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 180}}
    encoding: dict[str, Any] = {"x": x, "y": y}
    mark: dict[str, Any] = {"type": "bar"}
    if timed:
        month = {"field": "month", "type": "temporal", "title": None, "axis": {"format": "%b %Y"}}
        encoding, mark = {"x": month, "y": x | {"scale": {"zero": False}}}, {"type": "line", "point": True}
    elif "n" in frame.columns:
        encoding["x"] = x | {"scale": {"zero": False}}
        mark = {"type": "point", "filled": True, "size": 80}
    several = "group" in frame.columns and frame["group"].nunique() > 1
    colour: dict[str, Any] = {"value": COLOURS[0]}
    if several and frame["group"].nunique() <= len(COLOURS):
        colour = {"field": "group", "type": "nominal", "title": None, "scale": {"range": list(COLOURS)}}
    if several:
        # More groups than colours that can be told apart: the pointer says which is which.
        encoding |= {"detail": {"field": "group"}} if timed else {"yOffset": {"field": "group"}}
    encoding["color"] = colour
    told = [_told(name) for name in ("month", "group", "label", "value", "lo", "hi", "lo_missing", "hi_missing", "n")]
    encoding["tooltip"] = [entry for entry in told if entry["field"] in frame.columns]
    layers = [{"mark": mark, "encoding": encoding}]
    if {"lo", "hi"} <= set(frame.columns):
        ends = {name: encoding[name] for name in ("y", "color", "yOffset") if name in encoding}
        span: dict[str, Any] = ends | {"x": x | {"field": "lo"}, "x2": {"field": "hi"}}
        layers.insert(0, {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": span})
    return {
        "$schema": _SCHEMA,
        "description": chart.alt,
        # As wide as there is room, labels and all: a bar whose end is out of sight reads as shorter.
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        **({"height": 260} if timed else {"height": {"step": 14 if several else 26}}),
        "data": {"values": frame.astype(object).where(frame.notna(), None).to_dict("records")},
        "layer": layers,
        "config": {"font": "Arial", "axis": {"labelFontSize": 12}, "legend": {"orient": "top", "labelFontSize": 12}},
    }


def _told(name: str) -> dict[str, str]:
    if name == "month":
        return {"field": name, "type": "temporal", "format": "%B %Y"}
    if name in ("group", "label"):
        return {"field": name, "type": "nominal", "title": "for"}
    return {"field": name, "type": "quantitative", "format": ",.5~g", "title": _TITLES.get(name, name)}


def save(chart: Chart, folder: Path, size: str = "word", formats: tuple[str, ...] = FORMATS) -> list[Path]:
    """Write a chart at the size of a page or a slide: pictures, the data, and its words as text."""
    folder.mkdir(parents=True, exist_ok=True)
    width, height = SIZES[size]
    times = min(width / LETTER_WIDTH_MM, height / (chart.figure.get_figheight() * MM_PER_INCH))
    words = f"{chart.headline}\n{chart.subtitle}\nSource: {chart.source}\n\nAlternative text: {chart.alt}\n"
    makers = {
        "png": lambda: _enlarged_png(chart, times),
        "svg": lambda: _enlarged_svg(chart, times),
        "csv": lambda: chart.csv,
        "txt": lambda: words.encode("utf-8"),
    }
    stem = check_name(chart.name)
    paths = []
    for ending in formats:
        path = folder / f"{stem}.{ending}"
        path.write_bytes(makers[ending]())
        paths.append(path)
    return paths


def _enlarged_png(chart: Chart, times: float) -> bytes:
    if times == 1:
        return chart.png
    usual = chart.figure.get_dpi()
    # More pixels at the same dots per inch: letters grow with the picture and stay sharp.
    chart.figure.set_dpi(DPI * times)
    try:
        return png_bytes(chart.figure)
    finally:
        chart.figure.set_dpi(usual)


def _enlarged_svg(chart: Chart, times: float) -> bytes:
    head, tag, rest = chart.svg.partition(b"<svg ")
    inside, end, body = rest.partition(b">")

    def larger(found: re.Match[bytes]) -> bytes:
        return b'%s="%.4fpt"' % (found[1], float(found[2]) * times)

    return head + tag + re.sub(rb'\b(width|height)="([\d.]+)pt"', larger, inside) + end + body
