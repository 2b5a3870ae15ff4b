"""What python-docx has no words for: fields, bookmarks, alt text, repeated table headers."""

from __future__ import annotations

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph


def add_field(paragraph: Paragraph, code: str, result: str) -> None:
    """Append a field with its result already inside, so that it reads right before Word updates it.

    Parameters
    ----------
    paragraph : docx.text.paragraph.Paragraph
    code : str
        ``SEQ Figure \\* ARABIC``, ``REF figure_01 \\h``, ``PAGE``.
    result : str
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
