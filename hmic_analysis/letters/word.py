"""The letter as a Word document: its template, its fixed words, and filling it."""

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
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section, _Header
from docx.shared import Mm
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.paragraph import Paragraph as WordParagraph
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import LxmlError
from markupsafe import Markup

from hmic_analysis.documents.blocks import Letter
from hmic_analysis.documents.word import (
    BLUE,
    LANGUAGE,
    NEEDED,
    add_field,
    drop_thumbnail,
    set_styles,
    stable,
    write_section,
    write_whole,
)
from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.evidence.withheld import declaration

# The letter template: fixed words and looks, with places for what changes from force to force.

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
    "inspection_title": "what the inspection is called now",
    "former_title": "the name under which it was announced, or empty",
    "fieldwork": "the months between which the fieldwork was done, or empty",
    "forces_total": "how many forces were inspected",
    "accuracy": "sent or amended, as the log of the factual-accuracy check says; empty where nothing was sent",
    "update": "what is said of the later update, or empty",
    "data_site": "where data on each force can be viewed, or empty",
    "findings": "the sections with the findings; stands alone as {{p findings }}",
    "signatory_name": "who signs",
    "signatory_honours": "the signatory's honours, or empty",
    "signatory_post": "the signatory's post",
}

#: Settings that stand after ``w:compat`` in the order the format asks for.
LATER_SETTINGS = ("w:docVars", "w:rsids", "m:mathPr", "w:themeFontLang", "w:clrSchemeMapping", "w:shapeDefaults",
                  "w:decimalSymbol", "w:listSeparator")  # fmt: skip

INSPECTED = (
    "Between {{ fieldwork }}, HMIC carried out inspection fieldwork in all {{ forces_total }} police forces in England "
    "and Wales. This inspection{% if former_title %}, announced as ‘{{ former_title }}’ and now called "
    "‘{{ inspection_title }}’,{% endif %} asked three questions:"
)
QUESTIONS = (
    "how well forces prevent crime and anti-social behaviour;",
    "how forces respond to reports of crime, including how they investigate it and bring offenders to justice; and",
    "how well forces free the time of their staff for police work.",
)
REPORT = (
    "The national report, “{{ report_title }}”, goes with this letter.{% if embargo %} Neither may be published, whole "
    "or in part, before {{ embargo }}.{% endif %} The report names no force{% if data_site %}; data on each can be "
    "viewed on {{ data_site }}{% endif %}."
)
FINDINGS = (
    "The findings on your force are set out below.{% if accuracy %} They were sent to you for a check of the "
    "facts{% if accuracy == 'amended' %} and, where appropriate, have been amended following your response{% endif %}."
    "{% endif %} They rest on what the force supplied {{ evidence_period }}. The reference after each leads to its "
    "evidence in the document enclosed. Where the evidence allows no conclusion, the letter says "
    "so; that is no criticism of the force, nor a sign that all is well."
)
CLOSING = (
    "If you hold evidence that would change a finding, please send it with the reference of the finding. HMIC will "
    "look at that finding again.",
    "I am grateful to you, your officers and your staff for their help with this inspection.",
)


def build_template(path: Path) -> Path:
    """Build the letter template: ``path``; equal bytes each time."""
    document = Document()
    drop_thumbnail(document)
    set_styles(document)
    _use_current_word(document)
    _letter_page(document.sections[0])
    _write_body(document)
    properties = document.core_properties
    properties.author = properties.last_modified_by = "{{ organisation }}"
    properties.title, properties.subject = "{{ subject }}: {{ force_name }}", "{{ subject }}"
    properties.comments, properties.language = "", LANGUAGE
    properties.created = properties.modified = dt.datetime(2014, 1, 1)
    out = BytesIO()
    document.save(out)
    write_whole(path, stable(out.getvalue()))
    return path


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
    _if(document, "fieldwork", INSPECTED, "Normal", *((question, "List Bullet") for question in QUESTIONS))
    document.add_paragraph(FINDINGS)
    _if(document, "report_title", REPORT, "Normal")
    _if(document, "update", "{{ update }}", "Normal")
    document.add_paragraph("{{p findings }}")
    closing = [document.add_paragraph(text) for text in CLOSING]
    closing[0].paragraph_format.space_before = Mm(6)
    for paragraph in closing:  # so that a signature never stands on a page of its own
        paragraph.paragraph_format.keep_with_next = True
    document.add_paragraph("Yours sincerely", style="Close")
    name = document.add_paragraph("{{ signatory_name }}", style="Signatory")
    name.add_run("{% if signatory_honours %}, {{ signatory_honours }}{% endif %}")
    document.add_paragraph("{{ signatory_post }}", style="Signatory post")


def _if(document, variable: str, text: str, style: str, *more: tuple[str, str]) -> None:
    marks = (f"{{%p if {variable} %}}", style), ("{%p endif %}", style)
    for line, look in (marks[0], (text, style), *more, marks[1]):
        document.add_paragraph(line, style=look)


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


# From the blocks of a letter to a Word document.

#: Without these a letter would lose its findings, or the word that it is not real or not yet public.
REQUIRED = ("findings", "synthetic_notice", "embargo")

PLACES = ("findings",)


def word_bytes(letter: Letter, document: DocumentType, template: Path, folder: Path) -> bytes:
    """A letter as the bytes of a Word document. Equal letters, pictures and templates give equal bytes."""
    anchor = find_place(document, template)
    for mark in letter.marks:
        anchor.insert_paragraph_before(mark, style="Note")
    for section in letter.sections:
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
            "hmic_analysis.letters.word."
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


def find_place(document: DocumentType, template: Path) -> WordParagraph:
    """The paragraph that marks where the findings go; :class:`ParameterError` if there is none."""
    for mark in document.element.body.iterchildren(qn("w:p")):
        if any(b.get(qn("w:name")) == "place_findings" for b in mark.iterchildren(qn("w:bookmarkStart"))):
            return WordParagraph(mark, document._body)
    raise ParameterError(
        f"In the letter template {template}, {{{{p findings }}}} must stand in a paragraph of its own, outside tables, "
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
    """Headers of the first page and of the others, and the body before and after the findings."""

    first_header: tuple[FixedItem, ...]
    header: tuple[FixedItem, ...]
    opening: tuple[FixedItem, ...]
    closing: tuple[FixedItem, ...]


def fixed_words(document: document_Document, template: Path) -> Fixed:
    """Read the fixed words."""
    place = find_place(document, template)._p
    parts: list[list[FixedItem]] = [[]]
    for block in document.element.body.iterchildren():
        if block is place:
            parts.append([])
        else:
            parts[-1] += _items(block, document, template, body=True)
    opening, closing = parts
    section = document.sections[0]
    running = _header(section.header, template)
    first = _header(section.first_page_header, template) if section.different_first_page_header_footer else running
    return Fixed(first, running, tuple(opening), tuple(closing))


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
