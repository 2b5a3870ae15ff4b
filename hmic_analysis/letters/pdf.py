"""From the blocks of a letter to an accessible PDF (PDF/UA-1), set by typst."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import matplotlib
import typst
from matplotlib.ft2font import FT2Font

from hmic_analysis.documents.blocks import FigureBlock, Letter
from hmic_analysis.documents.pdf import size_of
from hmic_analysis.documents.word import FIGURE_HEIGHT, FIGURE_WIDTH
from hmic_analysis.errors import DataError, HmicError
from hmic_analysis.evidence.withheld import declaration
from hmic_analysis.letters.word import Fixed, FixedItem, FixedText, notices

STANDARD = "ua-1"
#: What stands for a character that no font at hand can draw.
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
#: Spaces and marks that are not drawn; the fonts need hold nothing for them.
UNDRAWN = frozenset("\n\t \N{NO-BREAK SPACE}\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}")


def pdf_bytes(letter: Letter, fixed: Fixed, folder: Path) -> bytes:
    """A letter as the bytes of a PDF/UA-1 document.

    Equal letters, pictures and templates give equal bytes.
    """
    data = _data(letter, fixed, folder)
    folder.mkdir(parents=True, exist_ok=True)  # not there yet where a letter has no figures
    written = dt.datetime.combine(dt.date.fromisoformat(letter.written_on), dt.time(), dt.UTC)
    try:
        return compiler().compile(
            input=_source(),
            format="pdf",
            root=folder,
            sys_inputs={"letter": json.dumps(data, ensure_ascii=False)},
            pdf_standards=[STANDARD],
            timestamp=int(written.timestamp()),
        )
    except typst.TypstError as fault:
        hints = " ".join(getattr(fault, "hints", ()))
        raise HmicError(
            f"The PDF of the letter to {letter.force_name} can't be set: {fault}. {hints}".rstrip()
        ) from None


@cache
def compiler() -> typst.Compiler:
    """One for all letters of a process: reading the fonts takes longer than setting a page."""
    return typst.Compiler(font_paths=[_fonts()], ignore_system_fonts=True)


def _fonts() -> Path:
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@cache
def _source() -> bytes:
    return resources.files("hmic_analysis.letters").joinpath("templates/letter.typ").read_bytes()


@cache
def _drawn() -> frozenset[int]:
    return frozenset(FT2Font(_fonts() / "DejaVuSans.ttf").get_charmap())


def drawable(text: str) -> str:
    """Text with a mark in place of each character that the letter's fonts don't hold.

    As long as ``text``.  A PDF/UA document may not leave out a character without a trace.
    """
    return "".join(c if ord(c) in _drawn() or c in UNDRAWN else UNKNOWN for c in text)


def _data(letter: Letter, fixed: Fixed, folder: Path) -> dict[str, Any]:
    """Everything the PDF says, as plain values."""
    data = letter.model_dump(mode="json", include={"title", "organisation", "subject", "marks", "sections", "annexes"})
    for section in data["sections"] + data["annexes"]:
        for i, block in enumerate(section["blocks"]):
            if block["kind"] == "figure":
                section["blocks"][i] = _figure(FigureBlock.model_validate(block), folder)
    data |= {
        "keywords": notices(letter),
        "declaration": declaration(letter.sensitivity),
        "first_header": _fixed(fixed.first_header),
        "header": _fixed(fixed.header),
        "opening": _fixed(fixed.opening),
        "closing": _fixed(fixed.closing),
        "ending": _fixed(fixed.ending),
    }
    return _each_text(data)


def _figure(block: FigureBlock, folder: Path) -> dict[str, Any]:
    where = f"Figure {block.number} (finding {block.finding}, '{block.name}')"
    if not block.alt.strip():
        raise DataError(
            f"{where} has no text for those who can't see it (alt), and no PDF is written without. Give the figure one "
            "in its notebook and run the finding again."
        )
    width, height = size_of(folder / block.svg, where)
    widest, tallest = FIGURE_WIDTH.mm, FIGURE_HEIGHT.mm
    return block.model_dump(mode="json") | {
        "width": min(widest, tallest * width / height),
        "note": " ".join(words for words in (block.note, block.source) if words),
    }


def _fixed(items: Sequence[FixedItem]) -> list[dict[str, Any]]:
    return [
        {"kind": "text", "style": item.style, "text": item.text}
        if isinstance(item, FixedText)
        else {
            "kind": "picture",
            "content": list(item.content),
            "width": item.width,
            "alt": item.alt,
        }
        for item in items
    ]


def _each_text(value: Any) -> Any:
    """The same values, every text in them drawable."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {key: _each_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_text(item) for item in value]
    return value
