"""The letter template: fixed words and looks, with places for what changes from force to force."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from hmic_analysis.documents.word import BLUE, LANGUAGE, add_field, set_styles, stable, write_whole

#: Variables the template may use, and what each is.
VARIABLES = {
    "organisation": "whose letter it is",
    "address_lines": "lines of the letterhead (a list)",
    "reference": "the reference, or empty",
    "letter_date": "the date of the letter",
    "addressee_lines": "lines of the addressee block (a list)",
    "salutation": "what follows Dear",
    "subject": "the subject line",
    "force_name": "name of the force",
    "report_title": "title of the national report, or empty",
    "embargo": "when the embargo ends, or empty",
    "synthetic_notice": "says that the data are synthetic; empty for real data",
    "evidence_period": "the time the evidence covers",
    "findings": "the sections with the findings; stands alone as {{p findings }}",
    "annexes": "the annexes; stands alone as {{p annexes }}",
    "signatory_name": "who signs",
    "signatory_honours": "the signatory's honours, or empty",
    "signatory_post": "the signatory's post",
}

#: Settings that stand after ``w:compat`` in the order the format asks for.
LATER_SETTINGS = ("w:docVars", "w:rsids", "m:mathPr", "w:themeFontLang", "w:clrSchemeMapping", "w:shapeDefaults",
                  "w:decimalSymbol", "w:listSeparator")  # fmt: skip

OPENING = (
    "I write to set out the findings of this inspection that concern {{ force_name }}. The inspection looked at how "
    "well the force prevents crime and anti-social behaviour; how it responds when a crime is reported, and brings "
    "offenders to justice; and how it frees the time of its officers and staff for police work.",
    "The findings rest on the data and documents that the force supplied {{ evidence_period }}. Every figure below "
    "can be traced: Annex A gives the evidence, its uncertainty and its grade for each claim, Annex B what became of "
    "the data supplied, and Annex C how to read both.",
    "Where the evidence does not allow a conclusion, the letter says so. That is no criticism of the force, nor a sign "
    "that all is well.",
)
REPORT = (
    "A copy of the national report, “{{ report_title }}”, goes with this letter.{% if embargo %} Neither may be "
    "published, whole or in part, before {{ embargo }}.{% endif %}"
)
CLOSING = (
    "If you hold evidence that would change a figure or a finding, please send it to us and name the claim in Annex A "
    "that it bears on. It will be examined in the same way, and the finding decided again on all the evidence.",
    "I am grateful to you, your officers and your staff for their help with this inspection.",
)


def build_template(path: Path) -> Path:
    """Build the letter template.

    ``path``; equal bytes each time.
    """
    document = Document()
    _drop_thumbnail(document)
    set_styles(document)
    _use_current_word(document)
    _letter_page(document.sections[0])
    _write_body(document)
    annex = document.add_section(WD_SECTION.NEW_PAGE)
    _annex_page(annex)
    document.add_paragraph("{{p annexes }}")
    properties = document.core_properties
    properties.author = properties.last_modified_by = "{{ organisation }}"
    properties.title, properties.subject = "{{ subject }}: {{ force_name }}", "{{ subject }}"
    properties.comments, properties.language = "", LANGUAGE
    properties.created = properties.modified = dt.datetime(2014, 1, 1)
    out = BytesIO()
    document.save(out)
    write_whole(path, stable(out.getvalue()))
    return path


def _drop_thumbnail(document: DocumentType) -> None:
    """The library's blank document carries a picture of itself; a letter shouldn't."""
    rels = document.part.package.rels
    for key in [k for k, rel in rels.items() if rel.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del rels[key]


def _use_current_word(document: DocumentType) -> None:
    """British English; and without the second half Word opens the letter in its compatibility mode."""
    settings = document.settings.element
    for fonts in settings.findall(qn("w:themeFontLang")):
        fonts.attrib.clear()
        fonts.set(qn("w:val"), LANGUAGE)
    for old in settings.findall(qn("w:compat")):
        settings.remove(old)
    compat = parse_xml(
        f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    after = next((e for tag in LATER_SETTINGS for e in settings.findall(qn(tag))), None)
    settings.append(compat) if after is None else after.addprevious(compat)


def _letter_page(section: Section) -> None:
    """A4 portrait with 160 mm of text; the letterhead on the first page only."""
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin, section.bottom_margin = Mm(27), Mm(22)
    section.header_distance, section.footer_distance = Mm(12), Mm(10)
    section.different_first_page_header_footer = True
    first = section.first_page_header
    head = _add(first.paragraphs[0], "Letterhead", "{{ organisation }}")
    _rule_below(first.add_paragraph("{{ address_lines | join(', ') }}", style="Letterhead address"))
    head.paragraph_format.keep_with_next = True
    _notices(first)
    running = section.header
    _add(running.paragraphs[0], "Header", "{{ organisation }} to {{ force_name }}, {{ letter_date }}")
    _notices(running)
    for footer in (section.first_page_footer, section.footer):
        paragraph = _add(footer.paragraphs[0], "Footer", "Page ")
        add_field(paragraph, "PAGE", "1")
        paragraph.add_run(" of ")
        add_field(paragraph, "NUMPAGES", "1")


def _annex_page(section: Section) -> None:
    """A4 landscape with 257 mm of text; header and footer go on from the letter."""
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(20)
    section.different_first_page_header_footer = False


def _notices(header) -> None:
    for variable, text in (
        ("synthetic_notice", "{{ synthetic_notice }}"),
        ("embargo", "EMBARGOED until {{ embargo }}"),
    ):
        _if(header, variable, text, "Header notice")


def _write_body(document: DocumentType) -> None:
    document.add_paragraph("{{ addressee_lines | join('\\n') }}", style="Address")
    document.add_paragraph("{{ letter_date }}", style="Letter date")
    _if(document, "reference", "Our reference: {{ reference }}", "Reference")
    document.add_paragraph("Dear {{ salutation }}", style="Salutation")
    document.add_paragraph("{{ subject }}", style="Title")
    _if(document, "synthetic_notice", "{{ synthetic_notice }}", "Notice")
    _if(document, "embargo", "EMBARGOED: not to be published before {{ embargo }}", "Notice")
    for text in OPENING:
        document.add_paragraph(text)
    _if(document, "report_title", REPORT, "Normal")
    document.add_paragraph("{{p findings }}")
    closing = [document.add_paragraph(text) for text in CLOSING]
    closing[0].paragraph_format.space_before = Mm(6)
    for paragraph in closing:  # so that a signature never stands on a page of its own
        paragraph.paragraph_format.keep_with_next = True
    document.add_paragraph("Yours sincerely", style="Close")
    name = document.add_paragraph("{{ signatory_name }}", style="Signatory")
    name.add_run("{% if signatory_honours %}, {{ signatory_honours }}{% endif %}")
    document.add_paragraph("{{ signatory_post }}", style="Signatory post")


def _if(document, variable: str, text: str, style: str) -> None:
    for line in (f"{{%p if {variable} %}}", text, "{%p endif %}"):
        document.add_paragraph(line, style=style)


def _add(paragraph: Paragraph, style: str, text: str) -> Paragraph:
    paragraph.style = style
    paragraph.add_run(text)
    return paragraph


def _rule_below(paragraph: Paragraph) -> None:
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="8" w:space="4" w:color="{BLUE}"/></w:pBdr>'
        ),
        "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr",
    )  # fmt: skip
