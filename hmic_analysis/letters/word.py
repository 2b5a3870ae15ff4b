"""From the blocks of a letter to a Word document, and the fixed words read off it again."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.document import Document as document_Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.section import _Header
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.paragraph import Paragraph as WordParagraph
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import LxmlError
from markupsafe import Markup

from hmic_analysis.documents.blocks import Letter
from hmic_analysis.documents.word import LANGUAGE, NEEDED, stable, write_section
from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.evidence.withheld import declaration
from hmic_analysis.letters.template import VARIABLES

# --------------------------------------------------------------------------------------------------------------------
# From the blocks of a letter to a Word document.

#: Without these a letter would lose its findings, its evidence, or the word that it is not real or not yet public.
REQUIRED = ("findings", "annexes", "synthetic_notice", "embargo")

PLACES = ("findings", "annexes")


def word_bytes(letter: Letter, document: DocumentType, template: Path, folder: Path) -> bytes:
    """A letter as the bytes of a Word document.

    Equal letters, pictures and templates give equal bytes.
    """
    for place, sections in zip(PLACES, (letter.sections, letter.annexes), strict=True):
        anchor = find_place(document, place, template)
        for mark in letter.marks if place == "findings" else ():
            anchor.insert_paragraph_before(mark, style="Note")
        for section in sections:
            write_section(anchor, section, folder)
        anchor._p.getparent().remove(anchor._p)
    _declare(document, letter)
    _set_properties(document, letter)
    out = BytesIO()
    document.save(out)
    return stable(out.getvalue())


def rendered(letter: Letter, template: Path) -> DocumentType:
    """The template with its variables filled in, and an anchor where blocks go."""
    if not template.is_file():
        raise ParameterError(
            f"There is no letter template at {template}. Put it back, or build a new one with build_template in "
            "hmic_analysis.letters.template."
        )
    context = _context(letter)
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        word = DocxTemplate(template)
        used = word.get_undeclared_template_variables(jinja_env=environment)
        _check_variables(used, template)
        word.render(context, jinja_env=environment)
    except (PackageNotFoundError, zipfile.BadZipFile, LxmlError, KeyError, ValueError) as fault:
        raise ParameterError(
            f"The letter template {template} can't be read as a Word document ({fault}). Save it as .docx in Word."
        ) from None
    except TemplateError as fault:
        raise ParameterError(
            f"The letter template {template} has a fault in its marks: {fault}. Each '{{{{ name }}}}' and each "
            "'{% if %} ... {% endif %}' must be complete."
        ) from None
    out = BytesIO()
    word.save(out)
    document = Document(BytesIO(out.getvalue()))
    _check_styles(document, template)
    _check_notices(document, letter, template)
    return document


def _context(letter: Letter) -> dict[str, object]:
    values = {name: getattr(letter, name) for name in VARIABLES if name in Letter.model_fields}
    values |= {"address_lines": letter.address, "addressee_lines": letter.addressee}
    # A bookmark marks the place: no text, however hostile, can pass itself off as one.
    values |= {
        place: Markup(
            f'<w:p><w:bookmarkStart w:id="{number}" w:name="place_{place}"/><w:bookmarkEnd w:id="{number}"/></w:p>'
        )
        for number, place in enumerate(PLACES, 9001)
    }
    return values


def _check_variables(used: set[str], template: Path) -> None:
    unknown = sorted(used - set(VARIABLES))
    if unknown:
        named = ", ".join(f"'{name}'" for name in unknown)
        raise ParameterError(
            f"The letter template {template} uses {named}, which a letter doesn't have."
            f"{did_you_mean(unknown[0], VARIABLES)} It may use: {', '.join(VARIABLES)}."
        )
    lacking = [name for name in REQUIRED if name not in used]
    if lacking:
        marks = ", ".join(f"{{{{p {name} }}}}" if name in PLACES else f"{{{{ {name} }}}}" for name in lacking)
        raise ParameterError(
            f"The letter template {template} lacks {marks}. Put it back; no letter is written without."
        )


def _check_styles(document: DocumentType, template: Path) -> None:
    there = {style.name for style in document.styles}
    lacking = [name for name in NEEDED if name not in there]
    if lacking:
        raise ParameterError(
            f"The letter template {template} lacks the styles {', '.join(lacking)}. Add them in Word, or build a new "
            "template."
        )


def find_place(document: DocumentType, place: str, template: Path) -> WordParagraph:
    """The paragraph that marks where findings or annexes go; :class:`ParameterError` if there is none."""
    for mark in document.element.body.iterchildren(qn("w:p")):
        if any(b.get(qn("w:name")) == f"place_{place}" for b in mark.iterchildren(qn("w:bookmarkStart"))):
            return WordParagraph(mark, document._body)
    raise ParameterError(
        f"In the letter template {template}, {{{{p {place} }}}} must stand in a paragraph of its own, outside tables, "
        "and be written with its 'p'."
    )


def _check_notices(document: DocumentType, letter: Letter, template: Path) -> None:
    """Synthetic data and the embargo are named on every page, whatever was done to the template."""
    for name, text, why in (
        ("synthetic_notice", letter.synthetic_notice, "a synthetic letter can be taken for a real one"),
        ("embargo", letter.embargo, "a letter under embargo can be passed on without it"),
    ):
        for section in document.sections if text else ():
            first = [section.first_page_header] if section.different_first_page_header_footer else []
            if not all(any(text in p.text for p in header.paragraphs) for header in [section.header, *first]):
                raise ParameterError(
                    f"The letter template {template} must show {{{{ {name} }}}} in every page header, so that no page "
                    f"of {why}."
                )


def _declare(document: DocumentType, letter: Letter) -> None:
    """Say at the foot of every page how sensitive the letter is, whatever was done to the template."""
    for section in document.sections:
        first = [section.first_page_footer] if section.different_first_page_header_footer else []
        for footer in (section.footer, *first):
            if footer.is_linked_to_previous:
                continue  # it shows the footer of the section before
            style = footer.paragraphs[0].style if footer.paragraphs else None
            footer.add_paragraph(declaration(letter.sensitivity), style=style)


def _set_properties(document: DocumentType, letter: Letter) -> None:
    written = dt.datetime.combine(dt.date.fromisoformat(letter.written_on), dt.time())
    properties = document.core_properties
    properties.title, properties.subject = _fitting(letter.title), _fitting(letter.subject)
    properties.author = properties.last_modified_by = _fitting(letter.organisation)
    properties.keywords = _fitting("; ".join(notices(letter)))
    properties.comments, properties.language, properties.revision = "", LANGUAGE, 1
    properties.created = properties.modified = written


def _fitting(text: str) -> str:
    """Document properties hold at most 255 characters."""
    return text[:255]


def notices(letter: Letter) -> list[str]:
    """What every output of a letter says about itself: that it is synthetic, under embargo, and how sensitive it is."""
    embargo = f"EMBARGOED until {letter.embargo}" if letter.embargo else ""
    return [notice for notice in (letter.synthetic_notice, embargo, declaration(letter.sensitivity)) if notice]


# --------------------------------------------------------------------------------------------------------------------
# The words around the findings, read off the filled-in Word template, so that the PDF says the same.
#
# A secretary changes the template in Word, and nowhere else.

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


def fixed_words(document: document_Document, template: Path) -> Fixed:
    """Read the fixed words."""
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
