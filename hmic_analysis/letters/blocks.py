"""Writing the blocks of a letter into a Word document, before an anchor paragraph."""

from __future__ import annotations

from pathlib import Path

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
from docx.shared import Mm
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from hmic_analysis.errors import DataError
from hmic_analysis.letters.model import FigureBlock, Heading, Paragraph, Section, TableBlock
from hmic_analysis.letters.ooxml import (
    add_field,
    describe_picture,
    describe_table,
    end_bookmark,
    mark_row,
    start_bookmark,
    use_row_headings_only,
)
from hmic_analysis.letters.styles import TABLE_STYLE

FIGURE_WIDTH = Mm(160)
#: A taller picture is made smaller, so that it and its words fit on one page.
FIGURE_HEIGHT = Mm(190)

STYLES = {"body": "Normal", "bullet": "List Bullet", "note": "Note", "term": "Term"}
ALIGNMENT = {"left": None, "right": WD_ALIGN_PARAGRAPH.RIGHT, "centre": WD_ALIGN_PARAGRAPH.CENTER}


def write_section(anchor: WordParagraph, section: Section, folder: Path) -> None:
    """Write one section before the anchor.

    Parameters
    ----------
    anchor : docx.text.paragraph.Paragraph
    section : Section
    folder : pathlib.Path
        The letter's folder; pictures lie below it.

    Raises
    ------
    DataError
        If a picture is missing or isn't one.
    """
    anchor.insert_paragraph_before(section.title, style="Heading 1")
    for block in section.blocks:
        if isinstance(block, Heading):
            anchor.insert_paragraph_before(block.text, style="Heading 2")
        elif isinstance(block, Paragraph):
            _write_paragraph(anchor, block)
        elif isinstance(block, FigureBlock):
            _write_figure(anchor, block, folder)
        else:
            _write_table(anchor, block)


def _write_paragraph(anchor: WordParagraph, block: Paragraph) -> None:
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


def _write_figure(anchor: WordParagraph, block: FigureBlock, folder: Path) -> None:
    _write_caption(anchor, "Figure", block)
    picture = folder / block.png
    try:
        shape = anchor.insert_paragraph_before(style="Figure picture").add_run().add_picture(str(picture), FIGURE_WIDTH)
    except FileNotFoundError:
        raise DataError(
            f"The picture of Figure {block.number} (finding {block.finding}, '{block.name}') is missing: {picture}. "
            "Run the finding again, then write the letter."
        ) from None
    except (UnrecognizedImageError, InvalidImageStreamError, UnexpectedEndOfFileError):
        raise DataError(
            f"The picture of Figure {block.number} (finding {block.finding}, '{block.name}') is no picture: {picture}. "
            "Run the finding again, then write the letter."
        ) from None
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
