"""Reading workbooks, Word documents, PDF files and what pictures say of themselves."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from hmic_analysis.disclosure.parts import Part
from hmic_analysis.disclosure.pdfpages import text_of

#: The parts of an Office file together, unpacked; a release holds nothing near it.
MAX_UNPACKED = 500_000_000
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: Attributes that people, or their screen readers, are told.
_SPOKEN = ("descr", "title", "alt")


class Unreadable(Exception):
    """A file that no library at hand reads, with the reason."""


def read_workbook(content: bytes) -> Iterator[Part]:
    """The sheets of a workbook, hidden ones as well, and every other text in the file.

    Parameters
    ----------
    content : bytes

    Yields
    ------
    Part
    """
    from openpyxl import load_workbook

    _check_size(content)
    for formulas in (False, True):
        # Once the values as stored, once the formulas that spreadsheets would compute.
        book = load_workbook(io.BytesIO(content), read_only=False, data_only=not formulas, keep_links=False)
        for sheet in book.worksheets:
            rows = [tuple(_cell(v) for v in row) for row in sheet.iter_rows(values_only=True)]
            rows = [row for row in rows if any(row)]
            if not formulas:
                yield from _sheet(sheet, rows)
            else:
                found = [c for row in rows for c in row if c.startswith("=")]
                yield from (Part("", f"formula in sheet '{sheet.title}'", c) for c in found)
        book.close()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("docProps/") or "drawing" in name or "pivot" in name or name.endswith("workbook.xml"):
                yield from _texts(archive.read(name), name)


def _sheet(sheet, rows: list[tuple[str, ...]]) -> Iterator[Part]:
    place = f"sheet '{sheet.title}'"
    yield Part("", f"name of {place}", sheet.title)
    if rows:
        yield Part("", place, "", tuple(rows))
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None:
                yield Part("", f"comment in {place}, {cell.coordinate}", cell.comment.text)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value).strip()


def read_document(content: bytes) -> Iterator[Part]:
    """Paragraphs, tables, headers, notes, comments, alternative texts and properties of a Word document.

    Parameters
    ----------
    content : bytes

    Yields
    ------
    Part
    """
    _check_size(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("word/") and name.endswith(".xml") and "theme" not in name and "styles" not in name:
                yield from _word_part(archive.read(name), name)
            elif name.startswith(("docProps/", "customXml/")) and name.endswith(".xml"):
                yield from _texts(archive.read(name), name)
            elif name.endswith(".xlsx"):
                yield from read_workbook(archive.read(name))
            elif name.endswith((".png", ".jpg", ".jpeg")):
                yield from read_picture(archive.read(name))


def _word_part(content: bytes, name: str) -> Iterator[Part]:
    root = _parsed(content)
    for paragraph in root.iter(f"{_WORD}p"):
        text = _word_text(paragraph)
        if text:
            yield Part("", f"paragraph in {name}", text)
    for table in root.iter(f"{_WORD}tbl"):
        rows = [tuple(_word_text(cell) for cell in row.findall(f"{_WORD}tc")) for row in table.findall(f"{_WORD}tr")]
        if rows:
            yield Part("", f"table in {name}", "", tuple(rows))
    yield from _spoken(root, name)


def _word_text(node: ElementTree.Element) -> str:
    """Text of a node, deleted and hidden text as well; a paragraph's end is a blank."""
    pieces = []
    for part in node.iter():
        if part.tag in (f"{_WORD}t", f"{_WORD}delText", f"{_WORD}instrText"):
            pieces.append(part.text or "")
        elif part.tag in (f"{_WORD}p", f"{_WORD}tab", f"{_WORD}br"):
            pieces.append(" ")
    return " ".join("".join(pieces).split())


def _texts(content: bytes, name: str) -> Iterator[Part]:
    root = _parsed(content)
    for node in root.iter():
        if node.text and node.text.strip():
            yield Part("", name, " ".join(node.text.split()))
    yield from _spoken(root, name)


def _spoken(root: ElementTree.Element, name: str) -> Iterator[Part]:
    for node in root.iter():
        for attribute in _SPOKEN:
            if node.get(attribute):
                yield Part("", f"alternative text in {name}", " ".join(node.get(attribute, "").split()))


def _parsed(content: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in content[:2000] or b"<!ENTITY" in content:
        raise Unreadable("it declares entities, which no Office program writes")
    return ElementTree.fromstring(content)


def _check_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(i.file_size for i in archive.infolist()) > MAX_UNPACKED:
            raise Unreadable("it unpacks to more than can be read")


def read_pdf(content: bytes) -> Iterator[Part]:
    """The lines of a PDF file, its alternative texts and its properties, where a library to read them is installed.

    Parameters
    ----------
    content : bytes

    Yields
    ------
    Part

    Raises
    ------
    Unreadable
        If there is no such library, or the file is locked or damaged.
    """
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        raise Unreadable("no library to read PDF files is installed: pip install pypdf") from None
    try:
        reader = PdfReader(io.BytesIO(content))
        for number, page in enumerate(reader.pages, start=1):
            lines = [" ".join(line.split()) for line in text_of(page, reader).splitlines() if line.strip()]
            yield from (Part("", f"page {number}", line) for line in lines)
            # A sentence goes over several lines.
            yield Part("", f"page {number}", " ".join(lines))
        for key, value in (reader.metadata or {}).items():
            yield Part("", f"property {key}", str(value))
        for text in _alternatives(reader):
            yield Part("", "alternative text", text)
        for name, files in reader.attachments.items():
            if files:
                raise Unreadable(f"it carries the file {name}, which is not looked into")
    except PyPdfError as fault:
        raise Unreadable(f"damaged or locked ({type(fault).__name__})") from None


def _alternatives(reader) -> Iterator[str]:
    """Alternative texts of the structure tree; each node once, however it is linked."""
    tree = reader.trailer["/Root"].get("/StructTreeRoot")
    waiting, seen = [tree] if tree is not None else [], set()
    while waiting:
        node = waiting.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            yield from (str(node[key]) for key in ("/Alt", "/ActualText", "/T") if key in node)
            if "/K" in node:
                waiting.append(node["/K"])
        elif isinstance(node, list):
            waiting.extend(node)


def read_picture(content: bytes) -> Iterator[Part]:
    """What a picture says of itself: its description, author and the like.

    Parameters
    ----------
    content : bytes

    Yields
    ------
    Part
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            for key, value in picture.info.items():
                if isinstance(value, str | bytes) and key != "icc_profile":
                    text = value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
                    printable = "".join(c for c in text if c.isprintable() or c.isspace())
                    yield Part("", f"description of the picture ({key})", " ".join(printable.split()))
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise Unreadable("damaged or too large a picture") from None
