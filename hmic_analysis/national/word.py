"""The national report as a Word document."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.shared import Mm

from hmic_analysis.disclosure.sensitivity import declaration
from hmic_analysis.letters.archive import stable
from hmic_analysis.letters.blocks import write_section
from hmic_analysis.letters.ooxml import add_field
from hmic_analysis.letters.styles import LANGUAGE, set_styles
from hmic_analysis.national.content import Content
from hmic_analysis.national.report import NationalReport


def word_bytes(report: NationalReport, content: Content, folder: Path) -> bytes:
    """The report as the bytes of a Word document.

    Parameters
    ----------
    report : NationalReport
    content : Content
    folder : pathlib.Path
        The report's folder; its pictures lie below.

    Returns
    -------
    bytes
        Equal reports and pictures give equal bytes.
    """
    document = Document()
    _drop_thumbnail(document)
    set_styles(document)
    _page(document, report)
    _opening(document, report, content)
    anchor = document.add_paragraph()
    for section in content.sections:
        write_section(anchor, section, folder)
    anchor._p.getparent().remove(anchor._p)
    _properties(document, report)
    out = BytesIO()
    document.save(out)
    return stable(out.getvalue())


def _drop_thumbnail(document: DocumentType) -> None:
    """The library's blank document carries a picture of itself."""
    rels = document.part.package.rels
    for key in [k for k, rel in rels.items() if rel.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del rels[key]


def _page(document: DocumentType, report: NationalReport) -> None:
    """A4 with 160 mm of text; the notices in the header of every page."""
    inspection = report.params.inspection
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin, section.bottom_margin = Mm(30), Mm(22)
    section.header_distance, section.footer_distance = Mm(12), Mm(10)
    head = section.header.paragraphs[0]
    head.style = "Header"
    head.add_run(f"{inspection.letter.organisation}: {inspection.letter.report_title}, national report")
    for notice in report.notices:
        section.header.add_paragraph(notice, style="Header notice")
    foot = section.footer.paragraphs[0]
    foot.style = "Footer"
    foot.add_run("Page ")
    add_field(foot, "PAGE", "1")
    foot.add_run(" of ")
    add_field(foot, "NUMPAGES", "1")


def _opening(document: DocumentType, report: NationalReport, content: Content) -> None:
    inspection = report.params.inspection
    document.add_paragraph(inspection.letter.organisation, style="Letterhead")
    document.add_paragraph(f"{inspection.title}. National report", style="Title")
    for notice in report.notices:
        document.add_paragraph(notice, style="Notice")
    document.add_paragraph(declaration("public"), style="Note")
    document.add_paragraph("Contents", style="Heading 1")
    for section in content.sections:
        document.add_paragraph(section.title, style="List Bullet")


def _properties(document: DocumentType, report: NationalReport) -> None:
    inspection = report.params.inspection
    properties = document.core_properties
    properties.title, properties.subject = f"{inspection.title}. National report"[:255], "National report"
    properties.author = properties.last_modified_by = inspection.letter.organisation
    properties.keywords = "; ".join(report.notices)[:255]
    properties.comments, properties.language, properties.revision = declaration("public"), LANGUAGE, 1
    properties.created = properties.modified = dt.datetime.combine(inspection.letter_date, dt.time())
