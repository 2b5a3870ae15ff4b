"""The styles of the letter template: one typeface, sizes in points, spaces between paragraphs."""

from __future__ import annotations

from dataclasses import dataclass

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle

FONT = "Arial"
INK = "000000"
BLUE = "12436D"
GREY = "4D4D4D"
RED = "801650"
LANGUAGE = "en-GB"
TABLE_STYLE = "Letter table"


@dataclass(frozen=True)
class Look:
    """Looks of one paragraph style."""

    name: str
    size: float = 11
    bold: bool = False
    italic: bool = False
    colour: str = INK
    before: float = 0
    after: float = 0
    line: float = 1.0
    keep: bool = False
    align: WD_ALIGN_PARAGRAPH | None = None


LOOKS = (
    Look("Normal", after=8, line=1.12),
    Look("Title", size=13, bold=True, before=4, after=10),
    Look("Heading 1", size=14, bold=True, colour=BLUE, before=18, after=6, keep=True),
    Look("Heading 2", size=11, bold=True, before=12, after=3, keep=True),
    Look("Caption", size=10, bold=True, before=10, after=1, keep=True),
    Look("List Bullet", after=5, line=1.12),
    Look("Header", size=8.5, colour=GREY),
    Look("Footer", size=8.5, colour=GREY, align=WD_ALIGN_PARAGRAPH.RIGHT),
    Look("Letterhead", size=18, bold=True, colour=BLUE),
    Look("Letterhead address", size=9, colour=GREY, after=3),
    Look("Address", before=16),
    Look("Letter date", before=14),
    Look("Reference", size=9.5, colour=GREY, before=2),
    Look("Salutation", before=16, after=8),
    Look("Notice", size=10, bold=True, colour=RED, after=8),
    Look("Header notice", size=9, bold=True, colour=RED, align=WD_ALIGN_PARAGRAPH.CENTER),
    Look("Note", size=10, italic=True, colour=GREY, after=8),
    Look("Figure subtitle", size=9.5, colour=GREY, after=4, keep=True),
    Look("Figure picture", keep=True),
    Look("Figure source", size=8.5, colour=GREY, before=2, after=12),
    Look("Term", size=9.5, after=4),
    Look("Table heading", size=8.5, bold=True, before=2, after=2, keep=True),
    Look("Table text", size=8.5, before=1, after=1),
    Look("Close", before=8, keep=True),
    Look("Signatory", bold=True, before=44, keep=True),
    Look("Signatory post"),
)

#: Styles the writer uses by name; a template must hold them all.
NEEDED = (
    "Normal", "Heading 1", "Heading 2", "Caption", "List Bullet", "Note", "Term", "Figure subtitle", "Figure picture",
    "Figure source", "Table heading", "Table text", TABLE_STYLE,
)  # fmt: skip


def set_styles(document: Document) -> None:
    """Give a document the styles and the language of the letter.

    Parameters
    ----------
    document : docx.document.Document
        Changed in place.
    """
    _set_language(document)
    for look in LOOKS:
        _apply(document, look)
    title = document.styles["Title"].element.get_or_add_pPr()
    for rule in title.findall(qn("w:pBdr")):
        title.remove(rule)
    _add_table_style(document)


def _set_language(document: Document) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for old in defaults.findall(qn("w:lang")):
        defaults.remove(old)
    language = OxmlElement("w:lang")
    for kind in ("val", "eastAsia"):
        language.set(qn(f"w:{kind}"), LANGUAGE)
    defaults.append(language)


def _apply(document: Document, look: Look) -> None:
    names = [s.name for s in document.styles]
    style = (
        document.styles[look.name] if look.name in names
        else document.styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH)
    )  # fmt: skip
    if look.name not in names:
        style.base_style = document.styles["Normal"]
        style.quick_style = True
    _set_font(style, look)
    space = style.paragraph_format
    space.space_before, space.space_after = Pt(look.before), Pt(look.after)
    space.line_spacing = look.line
    space.keep_with_next = look.keep
    space.widow_control = True
    if look.align is not None:
        space.alignment = look.align


def _set_font(style: ParagraphStyle, look: Look) -> None:
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.attrib.clear()  # theme fonts would win over a name
    for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{kind}"), FONT)
    font = style.font
    font.size, font.bold, font.italic = Pt(look.size), look.bold, look.italic
    font.color.rgb = RGBColor.from_string(look.colour)
    for spacing in style.element.rPr.findall(qn("w:spacing")):
        style.element.rPr.remove(spacing)


def _add_table_style(document: Document) -> None:
    """Thin rules between rows, a shaded heading row."""
    document.styles.element.append(
        parse_xml(
            f"""<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="LetterTable">
              <w:name w:val="{TABLE_STYLE}"/><w:basedOn w:val="TableNormal"/><w:qFormat/>
              <w:tblPr><w:tblBorders>
                <w:top w:val="single" w:sz="8" w:space="0" w:color="{BLUE}"/>
                <w:bottom w:val="single" w:sz="8" w:space="0" w:color="{BLUE}"/>
                <w:insideH w:val="single" w:sz="4" w:space="0" w:color="BFBFBF"/>
              </w:tblBorders><w:tblCellMar>
                <w:top w:w="30" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>
                <w:bottom w:w="30" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>
              </w:tblCellMar></w:tblPr>
              <w:tblStylePr w:type="firstRow"><w:tcPr>
                <w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="{BLUE}"/></w:tcBorders>
                <w:shd w:val="clear" w:color="auto" w:fill="E7ECF1"/>
              </w:tcPr></w:tblStylePr></w:style>"""
        )
    )
