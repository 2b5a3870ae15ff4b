"""A document that is no letter, such as the evidence for one or the national report, as Word and as PDF."""

import datetime as dt
import hashlib
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as DocumentType
from docx.shared import Mm

from hmic_analysis.documents.blocks import FigureBlock, Report
from hmic_analysis.documents.pdf import set_page, set_pdf, size_of
from hmic_analysis.documents.word import (
    FIGURE_HEIGHT,
    FIGURE_WIDTH,
    LANGUAGE,
    add_field,
    drop_thumbnail,
    set_styles,
    stable,
    write_section,
)
from hmic_analysis.errors import DataError

# As an accessible PDF (PDF/UA-1), set by typst; typst reads no word of it as its own markup.


def report_pdf(report: Report, folder: Path) -> bytes:
    """A document as the bytes of a PDF/UA-1 document; equal words and pictures give equal bytes."""
    return set_pdf(_source(), "report", _data(report, folder), folder, report.written_on, f"'{report.title}'")


def report_page(report: Report, folder: Path, number: int) -> bytes:
    """One page of a document as PNG, with the mark of :func:`report_looks`."""
    return set_page(_source(), "report", _data(report, folder), folder, number, report_looks())


def report_looks() -> str:
    """The mark of how documents are set: with another one a picture of a page is out of date."""
    return hashlib.sha256(_source()).hexdigest()


def _data(report: Report, folder: Path) -> dict[str, Any]:
    data = report.model_dump(mode="json")
    for section in data["sections"]:
        for i, block in enumerate(section["blocks"]):
            if block["kind"] == "figure":
                section["blocks"][i] = figure_data(FigureBlock.model_validate(block), folder)
    return data


@cache
def _source() -> bytes:
    return resources.files("hmic_analysis.documents").joinpath("templates/report.typ").read_bytes()


def figure_data(block: FigureBlock, folder: Path) -> dict[str, Any]:
    """A figure as typst takes it: as wide as the text, unless it would be too tall for its page."""
    where = f"Figure {block.number} (finding {block.finding}, '{block.name}')"
    if not block.alt.strip():
        raise DataError(
            f"{where} has no text for those who can't see it (alt), and no PDF is written without. Give the figure one "
            "in its notebook and run the finding again."
        )
    width, height = size_of(folder / block.svg, where)
    return block.model_dump(mode="json") | {
        "width": min(FIGURE_WIDTH.mm, FIGURE_HEIGHT.mm * width / height),
        "note": " ".join(words for words in (block.note, block.source) if words),
    }


# As a Word document.


def report_word(report: Report, folder: Path) -> bytes:
    """A document as the bytes of a Word document; equal words and pictures give equal bytes."""
    document = Document()
    drop_thumbnail(document)
    set_styles(document)
    _page(document, report)
    _opening(document, report)
    anchor = document.add_paragraph()
    for section in report.sections:
        write_section(anchor, section, folder)
    anchor._p.getparent().remove(anchor._p)
    _properties(document, report)
    out = BytesIO()
    document.save(out)
    return stable(out.getvalue())


def _page(document: DocumentType, report: Report) -> None:
    """A4 with 160 mm of text; the notices in the header of every page."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin, section.bottom_margin = Mm(30), Mm(22)
    section.header_distance, section.footer_distance = Mm(12), Mm(10)
    head = section.header.paragraphs[0]
    head.style = "Header"
    head.add_run(report.running)
    for notice in report.notices:
        section.header.add_paragraph(notice, style="Header notice")
    foot = section.footer.paragraphs[0]
    foot.style = "Footer"
    foot.add_run("Page ")
    add_field(foot, "PAGE", "1")
    foot.add_run(" of ")
    add_field(foot, "NUMPAGES", "1")
    section.footer.add_paragraph(report.declaration, style="Footer")


def _opening(document: DocumentType, report: Report) -> None:
    document.add_paragraph(report.organisation, style="Letterhead")
    document.add_paragraph(report.title, style="Title")
    for notice in report.notices:
        document.add_paragraph(notice, style="Notice")
    if report.lead:
        document.add_paragraph(report.lead)
    if report.contents:
        document.add_paragraph("Contents", style="Heading 1")
        for section in report.sections:
            document.add_paragraph(section.title, style="List Bullet")


def _properties(document: DocumentType, report: Report) -> None:
    properties = document.core_properties
    properties.title, properties.subject = report.title[:255], report.running[:255]
    properties.author = properties.last_modified_by = report.organisation[:255]
    properties.keywords = "; ".join((*report.notices, report.declaration))[:255]
    properties.comments, properties.language, properties.revision = report.declaration, LANGUAGE, 1
    written = dt.datetime.combine(dt.date.fromisoformat(report.written_on), dt.time())
    properties.created = properties.modified = written
