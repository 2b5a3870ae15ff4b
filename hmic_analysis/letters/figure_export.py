"""Figures of reports as files for pasting into other letters, each with its words beside it and inside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import typst
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hmic_analysis.disclosure.cells import csv_text
from hmic_analysis.disclosure.figures import released_csv
from hmic_analysis.disclosure.rules import DisclosureRules
from hmic_analysis.disclosure.sensitivity import declaration
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Bundle, Figure, Sensitivity
from hmic_analysis.letters.archive import write_whole
from hmic_analysis.letters.emf import LINE, NOTICE_COLOUR, NOTICE_SIZE, emf_ready
from hmic_analysis.letters.figure_blocks import figure_block
from hmic_analysis.letters.model import SYNTHETIC_NOTICE, FigureBlock
from hmic_analysis.letters.pdf import compiler
from hmic_analysis.letters.pictures import size_of

DPI = 300
#: Millimetres: the text of a letter on A4, at which the words in figures are 8 and 9 points high.
LETTER_WIDTH = 160.0
NARROWEST, WIDEST = 60.0, 400.0
SMALLEST_TEXT = 8.0
#: Points below which print is hard to read.
LEGIBLE = 6.0

PAGE = """#set page(width: {width}mm, height: auto, margin: 0pt)
#set text(font: "DejaVu Sans", size: {size}pt, weight: "bold", fill: rgb("{colour}"))
#set par(spacing: 0pt)
#let notices = json(bytes(sys.inputs.notices))
#image("{name}", width: {width}mm, alt: "figure")
#for notice in notices {{
  block(height: {line}pt, above: 0pt, below: 0pt, inset: (x: {size}pt / 2, top: {size}pt / 2), text(notice))
}}
"""


@dataclass(frozen=True)
class FigureFiles:
    """One figure as it was written."""

    block: FigureBlock
    width: float
    sensitivity: Sensitivity
    paths: tuple[Path, ...]


def export_figure(
    made: Bundle,
    shown: Bundle,
    figure: Figure,
    folder: Path,
    out: Path,
    width: float,
    rules: DisclosureRules,
    embargo: str,
) -> FigureFiles:
    """Write one figure: PNG at 300 dots per inch, SVG that can become EMF, its data, and its words.

    Parameters
    ----------
    made, shown : Bundle
        The evidence as the notebook left it, and as the force may see it.
    figure : Figure
        One of ``shown``.
    folder : pathlib.Path
        The report's folder.
    out : pathlib.Path
        Where to write.
    width : float
        Millimetres.
    rules : DisclosureRules
    embargo : str
        The notice of the embargo; "" where there is none.

    Returns
    -------
    FigureFiles

    Raises
    ------
    DataError
        If a file of the report is missing, or holds what can't be used.
    """
    block = figure_block(shown, figure, 0)
    where = f"finding {shown.finding}, '{figure.name}'"
    notices = [n for n in (SYNTHETIC_NOTICE if block.synthetic else "", embargo) if n]
    stem = out / f"{shown.finding}-{figure.name}"
    if not (folder / figure.svg).is_file():
        raise DataError(f"The picture of {where} is missing: {folder / figure.svg}. Run the finding again.")
    # Synthetic pictures say so themselves; the embargo they were drawn without.
    strip = [embargo] if embargo else []
    svg, clips = emf_ready(folder / figure.svg, where, width, block.headline, block.alt, strip)
    notices.append(declaration(figure.sensitivity))
    words = _words(block, shown, width, notices, clips)
    data = released_csv(folder / figure.data, made, rules, "force", figure.name)
    files = {
        ".png": _png(folder / figure.svg, block, shown, width, notices, strip, where),
        ".svg": svg,
        ".csv": data.assign(**({"embargo": embargo} if embargo else {}), sensitivity=figure.sensitivity)
        .to_csv(index=False, lineterminator="\n")
        .encode(),
        ".txt": words.encode("utf-8"),
    }
    paths = tuple(stem.with_name(stem.name + ending) for ending in files)
    for path, content in zip(paths, files.values(), strict=True):
        write_whole(path, content)
    return FigureFiles(block, width, figure.sensitivity, paths)


def captions_csv(files: Sequence[FigureFiles], embargo: str) -> bytes:
    """The words of several figures as one table (CSV, UTF-8).

    Parameters
    ----------
    files : sequence of FigureFiles
    embargo : str

    Returns
    -------
    bytes
    """
    rows = [
        ("finding", "figure", "caption", "subtitle", "note", "source", "alt_text", "width_mm", "files", "embargo",
         "sensitivity")
    ]  # fmt: skip
    for f in files:
        b = f.block
        names = "; ".join(path.name for path in f.paths)
        words = (b.finding, b.name, b.headline, b.subtitle, b.note, b.source, b.alt)
        rows.append((*words, f"{f.width:g}", names, embargo, f.sensitivity))
    return csv_text(rows).encode("utf-8")


def _png(
    svg: Path,
    block: FigureBlock,
    bundle: Bundle,
    width: float,
    notices: Sequence[str],
    strip: Sequence[str],
    where: str,
) -> bytes:
    """The picture drawn anew from its outlines, so that it is as sharp at any width."""
    wide, _ = size_of(svg, where)
    factor = width / wide
    page = PAGE.format(
        width=f"{width:g}",
        size=f"{NOTICE_SIZE * factor:g}",
        line=f"{LINE * factor:g}",
        colour=NOTICE_COLOUR,
        name=svg.name,
    )
    try:
        drawn = compiler().compile(
            input=page.encode("utf-8"),
            root=svg.parent,
            format="png",
            ppi=DPI,
            sys_inputs={"notices": json.dumps(list(strip))},
        )
    except typst.TypstError as fault:
        raise DataError(f"The picture of {where} can't be drawn ({fault}). Run the finding again.") from None
    picture = Image.open(BytesIO(drawn)).convert("RGB")
    inside = PngInfo()
    told = {
        "Title": block.headline,
        "Description": block.alt,
        "Source": block.source,
        "Comment": "; ".join([block.subtitle, *notices]),
        "Author": f"{bundle.finding}, {bundle.force_name}",
    }
    for name, text in told.items():
        inside.add_itxt(name, text, lang="en-GB")
    out = BytesIO()
    picture.save(out, "png", dpi=(DPI, DPI), pnginfo=inside, optimize=False)
    return out.getvalue()


def _words(block: FigureBlock, bundle: Bundle, width: float, notices: Sequence[str], clips: int) -> str:
    """Caption, alternative text and advice, for those who paste the figure."""
    points = SMALLEST_TEXT * width / LETTER_WIDTH
    lines = [
        *notices,
        f"Caption: {block.headline}",
        f"Subtitle: {block.subtitle}",
        *([f"Note: {block.note}"] if block.note else []),
        block.source if block.source.startswith("Source") else f"Source: {block.source}",
        f"Alternative text: {block.alt}",
        f"From: finding {bundle.finding}, {bundle.title}; {bundle.force_name}",
        f"Width: {width:g} mm; PNG {DPI} dots per inch; smallest words {points:.1f} points high",
    ]
    if points < LEGIBLE:
        lines.append(f"At this width the smallest words are hard to read; {LEGIBLE:g} points or more are better.")
    lines.append(
        "For EMF: insert the SVG in Word and choose Convert to Shape, or open it in Inkscape and save it as Enhanced "
        "Metafile. Its text is text."
    )
    if clips:
        lines.append(f"The SVG holds shapes cut at an edge ({clips}), which EMF may not carry: prefer the PNG.")
    return "\n".join(lines) + "\n"
