"""From the blocks of a letter to a Word document."""

from __future__ import annotations

import datetime as dt
import zipfile
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as WordParagraph
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import LxmlError
from markupsafe import Markup

from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.letters.archive import stable, write_whole
from hmic_analysis.letters.blocks import write_section
from hmic_analysis.letters.model import Letter
from hmic_analysis.letters.styles import LANGUAGE, NEEDED
from hmic_analysis.letters.template import VARIABLES

#: Without these a letter would lose its findings, its evidence or the word that it is not real.
REQUIRED = ("findings", "annexes", "synthetic_notice")

PLACES = ("findings", "annexes")


def write_letter(letter: Letter, path: Path, template: Path) -> Path:
    """Write a letter as a Word document.

    Parameters
    ----------
    letter : Letter
    path : pathlib.Path
        The document to write; its pictures lie below its folder, see :mod:`hmic_analysis.letters.exports`.
    template : pathlib.Path
        The letter template.

    Returns
    -------
    pathlib.Path
        ``path``.  Equal letters, pictures and templates give equal bytes.

    Raises
    ------
    ParameterError
        If the template is missing, isn't a Word document, or uses or lacks a variable or a style.
    DataError
        If a picture is missing or isn't one.
    """
    document = _rendered(letter, template)
    _check_styles(document, template)
    for place, sections in zip(PLACES, (letter.sections, letter.annexes), strict=True):
        anchor = _anchor(document, place, template)
        for section in sections:
            write_section(anchor, section, path.parent)
        anchor._p.getparent().remove(anchor._p)
    _check_notice(document, letter, template)
    _set_properties(document, letter)
    out = BytesIO()
    document.save(out)
    write_whole(path, stable(out.getvalue()))
    return path


def _rendered(letter: Letter, template: Path) -> DocumentType:
    """The template with its variables filled in and an anchor where blocks go."""
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
    return Document(BytesIO(out.getvalue()))


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


def _anchor(document: DocumentType, place: str, template: Path) -> WordParagraph:
    for mark in document.element.body.iterchildren(qn("w:p")):
        if any(b.get(qn("w:name")) == f"place_{place}" for b in mark.iterchildren(qn("w:bookmarkStart"))):
            return WordParagraph(mark, document._body)
    raise ParameterError(
        f"In the letter template {template}, {{{{p {place} }}}} must stand in a paragraph of its own, outside tables, "
        "and be written with its 'p'."
    )


def _check_notice(document: DocumentType, letter: Letter, template: Path) -> None:
    """Synthetic data are named on every page, whatever was done to the template."""
    if not letter.synthetic:
        return
    for section in document.sections:
        headers = [section.header] + ([section.first_page_header] if section.different_first_page_header_footer else [])
        if not all(any(letter.synthetic_notice in p.text for p in header.paragraphs) for header in headers):
            raise ParameterError(
                f"The letter template {template} must show {{{{ synthetic_notice }}}} in every page header, so that no "
                "page of a synthetic letter can be taken for a real one."
            )


def _set_properties(document: DocumentType, letter: Letter) -> None:
    written = dt.datetime.combine(dt.date.fromisoformat(letter.written_on), dt.time())
    properties = document.core_properties
    properties.title, properties.subject = _fitting(letter.title), _fitting(letter.subject)
    properties.author = properties.last_modified_by = _fitting(letter.organisation)
    properties.keywords = letter.synthetic_notice
    properties.comments, properties.language, properties.revision = "", LANGUAGE, 1
    properties.created = properties.modified = written


def _fitting(text: str) -> str:
    """Document properties hold at most 255 characters."""
    return text[:255]
