"""From blocks to a Word document whose bytes depend on its content alone."""

import os
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.paragraph import Paragraph as WordParagraph

from hmic_analysis.documents.blocks import FigureBlock, Heading, Section, TableBlock
from hmic_analysis.documents.blocks import Paragraph as model_Paragraph
from hmic_analysis.documents.pdf import drawn
from hmic_analysis.errors import HmicError

# Word files whose bytes depend on their content alone.

#: The earliest time a zip archive can hold; the same for every entry of every file.
EPOCH = (1980, 1, 1, 0, 0, 0)
#: Readers look for this entry first.
FIRST = "[Content_Types].xml"


def stable(archive: bytes) -> bytes:
    """The same zip archive with entries in order and without times or traces of the system it was made on."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=lambda n: (n != FIRST, n)):
            entry = zipfile.ZipInfo(name, date_time=EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            entry.external_attr = 0
            new.writestr(entry, old.read(name))
    return out.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is either the old one or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    try:
        os.replace(part, path)
    except PermissionError:
        part.unlink(missing_ok=True)
        raise _held(path) from None


def remove(path: Path) -> None:
    """Remove a file; :class:`HmicError` if another program holds it open."""
    try:
        path.unlink()
    except PermissionError:
        raise _held(path) from None


def _held(path: Path) -> HmicError:
    return HmicError(f"{path} can't be replaced: it is open in another program. Close it and try again.")


# What python-docx has no words for: fields, bookmarks, alt text, repeated table headers.


def drop_thumbnail(document: Document) -> None:
    """The library's blank document carries a picture of itself; ours shouldn't."""
    rels = document.part.package.rels
    for key in [k for k, rel in rels.items() if rel.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del rels[key]


def add_field(paragraph: Paragraph, code: str, result: str) -> None:
    r"""Append a field (``SEQ Figure \* ARABIC``, ``REF figure_01 \h``, ``PAGE``) with its result already inside.

    So it reads right before Word updates it.
    """
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("result", result), ("end", "")):
        run = paragraph.add_run()
        if kind == "result":
            run.text = text
            continue
        element = OxmlElement("w:instrText" if not kind else "w:fldChar")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.set(qn("xml:space"), "preserve")
            element.text = f" {text} "
        run._r.append(element)


def start_bookmark(paragraph: Paragraph, name: str, number: int) -> None:
    """Open a bookmark at the paragraph's end; ``number`` must be unique in the document."""
    element = OxmlElement("w:bookmarkStart")
    element.set(qn("w:id"), str(number))
    element.set(qn("w:name"), name)
    paragraph._p.append(element)


def end_bookmark(paragraph: Paragraph, number: int) -> None:
    """Close the bookmark of that number at the paragraph's end."""
    element = OxmlElement("w:bookmarkEnd")
    element.set(qn("w:id"), str(number))
    paragraph._p.append(element)


def describe_picture(inline, name: str, alt: str) -> None:
    """Give a picture its name and the text that is read to those who can't see it.

    Its distances are set to nothing as well: where they are not given, LibreOffice moves it into the margin.
    """
    for side in ("distT", "distB", "distL", "distR"):
        inline.set(side, "0")
    inline.docPr.set("name", name)
    inline.docPr.set("descr", alt)


def describe_table(table: Table, title: str, alt: str) -> None:
    """Give a table its title and alternative text."""
    for tag, text in (("w:tblCaption", title), ("w:tblDescription", alt)):
        element = OxmlElement(tag)
        element.set(qn("w:val"), text)
        table._tbl.tblPr.append(element)


def mark_row(row: _Row, *, header: bool) -> None:
    """Keep a row on one page; a header row is marked as such and repeated on every page."""
    properties = row._tr.get_or_add_trPr()
    for tag in ("w:cantSplit", "w:tblHeader") if header else ("w:cantSplit",):
        properties.append(OxmlElement(tag))


def use_row_headings_only(table: Table) -> None:
    """Tell readers that the first row, and nothing else, holds headings."""
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    if look is None:
        look = OxmlElement("w:tblLook")
        table._tbl.tblPr.append(look)
    look.attrib.clear()
    look.set(qn("w:val"), "0620")
    for name, on in (
        ("firstRow", 1),
        ("lastRow", 0),
        ("firstColumn", 0),
        ("lastColumn", 0),
        ("noHBand", 1),
        ("noVBand", 1),
    ):
        look.set(qn(f"w:{name}"), str(on))


# The styles of the letter template: one typeface, sizes in points, spaces between paragraphs.

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
    """Give a document the styles and the language of the letter."""
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
    # By default Word leaves no room between items of a list.
    for close in style.element.pPr.findall(qn("w:contextualSpacing")):
        style.element.pPr.remove(close)


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


# Writing the blocks of a letter into a Word document, before an anchor paragraph.

FIGURE_WIDTH = Mm(160)
#: A taller picture is made smaller, so that it and its words fit on one page.
FIGURE_HEIGHT = Mm(190)

STYLES = {"body": "Normal", "bullet": "List Bullet", "note": "Note", "term": "Term"}
ALIGNMENT = {"left": None, "right": WD_ALIGN_PARAGRAPH.RIGHT, "centre": WD_ALIGN_PARAGRAPH.CENTER}


def write_section(anchor: WordParagraph, section: Section, folder: Path) -> None:
    """Write one section before the anchor."""
    anchor.insert_paragraph_before(section.title, style="Heading 1")
    for block in section.blocks:
        if isinstance(block, Heading):
            anchor.insert_paragraph_before(block.text, style="Heading 2")
        elif isinstance(block, model_Paragraph):
            _write_paragraph(anchor, block)
        elif isinstance(block, FigureBlock):
            _write_figure(anchor, block, folder)
        else:
            _write_table(anchor, block)


def _write_paragraph(anchor: WordParagraph, block: model_Paragraph) -> None:
    paragraph = anchor.insert_paragraph_before(style=STYLES[block.style])
    for part in block.parts:
        if part.target:
            add_field(paragraph, f"REF {part.target} \\h", part.text)
        else:
            paragraph.add_run(part.text).bold = part.strong or None


def _write_caption(anchor: WordParagraph, label: str, block: FigureBlock | TableBlock) -> None:
    """``Figure 1: headline`` and the subtitle; the bookmark holds label and number, which is what REF prints."""
    caption = anchor.insert_paragraph_before(style="Caption")
    number = block.number + (0 if label == "Figure" else 1000)
    start_bookmark(caption, block.bookmark, number)
    caption.add_run(f"{label} ")
    add_field(caption, f"SEQ {label} \\* ARABIC", str(block.number))
    end_bookmark(caption, number)
    caption.add_run(f": {block.headline}")
    if block.subtitle:
        anchor.insert_paragraph_before(block.subtitle, style="Figure subtitle")


def word_picture(svg: Path, where: str) -> bytes:
    """A picture as Word holds it: PNG, the same bytes from the same SVG, by which the check of a letter knows it."""
    png = BytesIO()
    drawn(svg, where).save(png, "png")
    return png.getvalue()


def _write_figure(anchor: WordParagraph, block: FigureBlock, folder: Path) -> None:
    _write_caption(anchor, "Figure", block)
    picture = BytesIO(
        word_picture(folder / block.svg, f"Figure {block.number} (finding {block.finding}, '{block.name}')")
    )
    shape = anchor.insert_paragraph_before(style="Figure picture").add_run().add_picture(picture, FIGURE_WIDTH)
    if shape.height > FIGURE_HEIGHT:
        shape.width, shape.height = round(shape.width * FIGURE_HEIGHT / shape.height), FIGURE_HEIGHT
    describe_picture(shape._inline, f"Figure {block.number}", block.alt)
    if block.note:
        note = anchor.insert_paragraph_before(block.note, style="Figure source")
        note.paragraph_format.space_after = 0
        note.paragraph_format.keep_with_next = True
    anchor.insert_paragraph_before(block.source, style="Figure source")


def _write_table(anchor: WordParagraph, block: TableBlock) -> None:
    _write_caption(anchor, "Table", block)
    table = anchor.part.document.add_table(rows=1, cols=len(block.columns))
    anchor._p.addprevious(table._tbl)
    table.style = anchor.part.document.styles[TABLE_STYLE]
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    use_row_headings_only(table)
    describe_table(table, block.headline, block.alt)
    # The id of a style, looked up once: the library looks through all styles for each paragraph it is given to.
    heading, text = (anchor.part.document.styles[name].style_id for name in ("Table heading", "Table text"))
    _fill(table, 0, tuple(c.title for c in block.columns), block, heading)
    mark_row(table.rows[0], header=True)
    for i, row in enumerate(block.rows, 1):
        mark_row(table.add_row(), header=False)
        _fill(table, i, row, block, text)
    for column, spec in zip(table.columns, block.columns, strict=True):
        column.width = Mm(spec.width)
    anchor.insert_paragraph_before(style="Figure source")


def _fill(table: Table, number: int, texts: tuple[str, ...], block: TableBlock, style: str) -> None:
    cells = table.rows[number].cells
    for cell, text, column in zip(cells, texts, block.columns, strict=True):
        cell.width = Mm(column.width)
        _fill_cell(cell, text, style, ALIGNMENT[column.align])


def _fill_cell(cell: _Cell, text: str, style: str, alignment: WD_ALIGN_PARAGRAPH | None) -> None:
    for i, line in enumerate(text.split("\n")):
        paragraph = cell.paragraphs[0] if i == 0 else cell.add_paragraph()
        paragraph._p.style = style
        paragraph.alignment = alignment
        paragraph.add_run(line)
