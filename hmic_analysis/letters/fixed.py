"""The words around the findings, read off the filled-in Word template, so that the PDF says the same.

A secretary changes the template in Word, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docx.document import Document
from docx.oxml.ns import qn
from docx.section import _Header
from docx.table import Table
from docx.text.paragraph import Paragraph

from hmic_analysis.errors import ParameterError
from hmic_analysis.letters.word import find_place

EMU_PER_MM = 36_000
PICTURES = (".png", ".jpg", ".jpeg", ".gif")


@dataclass(frozen=True)
class FixedText:
    """One paragraph: its style and its words."""

    style: str
    text: str


@dataclass(frozen=True)
class FixedPicture:
    """One picture, such as a crest: its bytes, its width in millimetres, and what it shows ("" for an ornament)."""

    content: bytes
    width: float
    alt: str


FixedItem = FixedText | FixedPicture


@dataclass(frozen=True)
class Fixed:
    """Headers of the first page and of the others, and the body before, between and after the places for blocks."""

    first_header: tuple[FixedItem, ...]
    header: tuple[FixedItem, ...]
    opening: tuple[FixedItem, ...]
    closing: tuple[FixedItem, ...]
    ending: tuple[FixedItem, ...]


def fixed_words(document: Document, template: Path) -> Fixed:
    """Read the fixed words.

    Parameters
    ----------
    document : docx.document.Document
        As :func:`hmic_analysis.letters.word.rendered` gives it.
    template : pathlib.Path
        For messages.

    Returns
    -------
    Fixed

    Raises
    ------
    ParameterError
        If a picture of the body has no alternative text, or is of a kind that a PDF can't hold.
    """
    places = [find_place(document, place, template)._p for place in ("findings", "annexes")]
    parts: list[list[FixedItem]] = [[]]
    for block in document.element.body.iterchildren():
        if block in places:
            parts.append([])
        else:
            parts[-1] += _items(block, document, template, body=True)
    opening, closing, ending = parts
    section = document.sections[0]
    running = _header(section.header, template)
    first = _header(section.first_page_header, template) if section.different_first_page_header_footer else running
    return Fixed(first, running, tuple(opening), tuple(closing), tuple(ending))


def _header(header: _Header, template: Path) -> tuple[FixedItem, ...]:
    return tuple(i for block in header._element.iterchildren() for i in _items(block, header, template, body=False))


def _items(block, owner, template: Path, *, body: bool) -> Iterator[FixedItem]:
    if block.tag == qn("w:tbl"):
        for cell in block.iter(qn("w:tc")):
            for paragraph in cell.iterchildren(qn("w:p")):
                yield from _paragraph(paragraph, Table(block, owner), template, body)
    elif block.tag == qn("w:p"):
        yield from _paragraph(block, owner, template, body)


def _paragraph(element, owner, template: Path, body: bool) -> Iterator[FixedItem]:
    paragraph = Paragraph(element, owner)
    for drawing in (*element.iter(qn("wp:inline")), *element.iter(qn("wp:anchor"))):
        picture = _picture(drawing, paragraph.part, template, body)
        if picture is not None:
            yield picture
    text = paragraph.text.strip()
    if text:
        yield FixedText(paragraph.style.name if paragraph.style is not None else "Normal", text)


def _picture(drawing, part, template: Path, body: bool) -> FixedPicture | None:
    blip = next(drawing.iter(qn("a:blip")), None)
    if blip is None:
        return None
    image = part.related_parts[blip.get(qn("r:embed"))]
    alt = drawing.find(qn("wp:docPr")).get("descr") or ""
    if not str(image.partname).lower().endswith(PICTURES):
        raise ParameterError(
            f"The letter template {template} holds a picture ({image.partname}) that a PDF can't hold. Save it as PNG "
            "or JPEG and put it in again."
        )
    if body and not alt:
        raise ParameterError(
            f"A picture in the letter template {template} has no alternative text. In Word, right-click it, choose "
            "View Alt Text, and say what it shows; or put it into the page header if it is only an ornament."
        )
    return FixedPicture(image.blob, int(drawing.find(qn("wp:extent")).get("cx")) / EMU_PER_MM, alt)
