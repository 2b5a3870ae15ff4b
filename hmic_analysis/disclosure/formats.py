"""Reading what is to leave: text of every kind of file, container by container."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

from hmic_analysis.errors import DataError

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader


# A piece of what a release says.


@dataclass(frozen=True)
class Part:
    """A text, or a table."""

    #: Path below the release's folder.
    file: str
    #: Where in the file.
    place: str
    #: A paragraph, a heading, an alternative text, an attribute.
    text: str = ""
    #: Of a table its cells as text, the header first where there is one.
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def said(self) -> str:
        """Everything it says as one text."""
        return self.text or "\n".join(" | ".join(row) for row in self.rows)


# Pages of a PDF file as they are read for their text: without the lines and curves of charts, which say nothing.

#: A block of text in a page; and between such blocks a step of a path, a colour, or the drawing of a path.
TEXT = re.compile(rb"(?s)(\bBT\b.*?\bET\n)")
PATH = re.compile(rb"(?:(?<![\w.\])>-])-?[\d.]+[ \n])+(?:m|l|c|v|y|re|w|scn|SCN)\b|(?<=\n)(?:h|f\*?|S|n)(?=\n)")


def without_paths(content: bytes) -> bytes:
    """What a page draws, without the lines and curves between its texts.

    Notes
    -----
    Paths are most of a page with a chart, and parsing them takes nearly all of the time that reading it takes.
    """
    return b"".join(piece if i % 2 else PATH.sub(b"", piece) for i, piece in enumerate(TEXT.split(content)))


def text_of(page: PageObject, reader: PdfReader) -> str:
    """The text of a page; the page keeps no paths."""
    from pypdf.generic import ContentStream, NameObject

    content = page.get_contents()
    if content is not None:
        stream = ContentStream(None, reader, "bytes")
        stream.set_data(without_paths(content.get_data()))
        page[NameObject("/Contents")] = stream
    return page.extract_text()


# Reading web pages and pictures drawn as SVG: what is shown, what screen readers say, and the source itself.

BLOCKS = frozenset(
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr html label legend li main nav ol option p pre script section style summary table tbody td "
    "text tfoot th thead title tr ul desc template noscript textarea button".split()
)
#: Attributes that say something; the others place and colour what is said.
SAYING = frozenset("alt title content value placeholder label summary srcdoc name download src href xlink:href".split())
_DATA = re.compile(r"data:(image/svg\+xml|text/[a-z]+|application/json)[^,\"']*,[^\"')\s]*", re.IGNORECASE)
_ANY_DATA = re.compile(r"data:[a-z]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)


class _Page(HTMLParser):
    """Gathers blocks of text, attributes, comments and tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[Part] = []
        self._text: list[str] = []
        self._open: list[str] = []
        self._tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self.flush()
            self._open.append(tag)
        for name, value in attrs:
            if value and (name in SAYING or name.startswith(("aria-", "data-"))):
                self._attribute(tag, name, value)
        if tag in ("table", "tr", "td", "th"):
            self._end_cell()
        if tag == "table":
            self._tables.append([])
        elif tag == "tr" and self._tables:
            self._tables[-1].append([])
        elif tag in ("td", "th") and self._tables:
            if not self._tables[-1]:
                self._tables[-1].append([])
            self._cell = []

    def _attribute(self, tag: str, name: str, value: str) -> None:
        for found in _DATA.finditer(value):
            self.parts.extend(_embedded(found.group(0)))
        plain = _ANY_DATA.sub("", _DATA.sub("", value)).strip()
        if plain and not plain.startswith("#"):
            self.parts.append(Part("", f"{name} of <{tag}>", " ".join(plain.split())))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("table", "tr", "td", "th"):
            self._end_cell()
        if tag in BLOCKS:
            self.flush()
            if tag in self._open:
                while self._open.pop() != tag:
                    pass
        if tag == "table" and self._tables:
            rows = tuple(tuple(r) for r in self._tables.pop() if r)
            if rows:
                self.parts.append(Part("", "table", "", rows))

    def _end_cell(self) -> None:
        """End a cell, be it that its end tag was left out."""
        if self._cell is not None and self._tables and self._tables[-1]:
            self._tables[-1][-1].append(" ".join(" ".join(self._cell).split()))
        self._cell = None

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._cell is not None:
            self._cell.append(data)

    def handle_comment(self, data: str) -> None:
        if data.strip():
            self.parts.append(Part("", "comment in the page's source", " ".join(data.split())))

    def flush(self) -> None:
        """End a block of text."""
        text = " ".join("".join(self._text).split())
        self._text = []
        if text:
            self.parts.append(Part("", f"<{self._open[-1]}>" if self._open else "text", _ANY_DATA.sub("", text)))


def read_html(text: str) -> Iterator[Part]:
    """The parts of a page. Without a file's name."""
    page = _Page()
    page.feed(text)
    page.close()
    page.flush()
    yield from page.parts
    for drawing in re.findall(r"<svg\b.*?</svg>", text, re.DOTALL | re.IGNORECASE):
        yield from _rows_of(drawing)


def read_svg(text: str) -> Iterator[Part]:
    """The parts of an SVG picture; labels drawn as outlines are read from the comments that name them.

    Without a file's name.
    """
    page = _Page()
    page.feed(text)
    page.close()
    page.flush()
    # Labels are read with their place below; by themselves they say nothing.
    yield from (p for p in page.parts if p.place not in ("comment in the page's source", "<text>"))
    yield from _rows_of(text)


_LABEL = re.compile(
    r"<!--(?P<comment>.*?)-->\s*<g[^>]*?translate\((?P<at>[^)]*)\)"
    r"|<text\b(?P<attributes>[^>]*)>(?P<text>.*?)</text>",
    re.DOTALL,
)


def _rows_of(text: str) -> Iterator[Part]:
    """Labels of a drawing that stand on a level, as rows of a table: each number with the words nearest to it."""
    found: list[tuple[float, str]] = []
    for match in _LABEL.finditer(text):
        if match["comment"] is not None:
            words, at = match["comment"], re.split(r"[ ,]+", match["at"].strip())
            level = float(at[1]) if len(at) > 1 else 0.0
        else:
            words = re.sub(r"<[^>]*>", " ", match["text"])
            own = re.search(r"\by=\"([-\d.]+)", match["attributes"]) or re.search(
                r"translate\([-\d.]+[ ,]+([-\d.]+)", match["attributes"]
            )
            level = float(own[1]) if own else 0.0
        if words.strip():
            found.append((level, " ".join(words.split())))
    numbered = sorted({round(y) for y, t in found if re.search(r"\d", t) or t.startswith("[")})
    if not numbered:
        return
    rows: dict[int, list[str]] = defaultdict(list)
    for level, words in found:
        rows[min(numbered, key=lambda n: abs(n - level))].append(words)
    yield Part("", "labels of the picture", "", tuple(tuple(rows[n]) for n in numbered if n in rows))


def _embedded(address: str) -> Iterator[Part]:
    """A text or drawing that a page carries within an address."""
    head, _, body = address.partition(",")
    try:
        content = base64.b64decode(body) if ";base64" in head.lower() else unquote_to_bytes(body)
    except binascii.Error:
        return
    text = content.decode("utf-8", errors="replace")
    yield from read_svg(text) if "svg" in head.lower() else read_html(text)


# Reading workbooks, Word documents, PDF files and what pictures say of themselves.

#: The parts of an Office file together, unpacked; a release holds nothing near it.
MAX_UNPACKED = 500_000_000
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: Attributes that people, or their screen readers, are told.
_SPOKEN = ("descr", "title", "alt")


class Unreadable(Exception):
    """A file that no library at hand reads, with the reason."""


def read_workbook(content: bytes) -> Iterator[Part]:
    """The sheets of a workbook, hidden ones as well, and every other text in the file."""
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
    """Paragraphs, tables, headers, notes, comments, alternative texts and properties of a Word document."""
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
    """The lines of a PDF file, its alternative texts and its properties, where a library to read them is installed."""
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
    """What a picture says of itself: its description, author and the like."""
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


# Everything that a release says: the text and the tables of every file in it, also of files in archives.

#: Files that hold no text of their own.
SILENT = (".woff", ".woff2", ".ttf", ".otf", ".ico")
#: An archive is opened as far as this, and no more bytes than this are read out of it.
MAX_DEPTH, MAX_BYTES = 4, 2_000_000_000


@dataclass
class Release:
    """What a folder holds."""

    #: Texts and tables in the order of the files.
    parts: list[Part] = field(default_factory=list)
    #: Files nothing could be read of, and why: nothing can be said of them.
    unread: list[tuple[str, str]] = field(default_factory=list)
    #: Files looked at.
    files: int = 0


def read_release(folder: Path) -> Release:
    """Read every file of a folder."""
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}. Name the folder that is to be released.")
    release = Release()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        _read(path.relative_to(folder).as_posix(), path.read_bytes, release, 0)
    if not release.files:
        raise DataError(f"The folder {folder} holds no file, so there is nothing to check.")
    return release


def _read(name: str, content: Callable[[], bytes], release: Release, depth: int) -> None:
    """One file by its ending; its name is read as a text too."""
    release.files += 1
    ending = PurePosixPath(name).suffix.lower()
    release.parts.append(Part(name, "file name", name))
    if ending in SILENT:
        return
    try:
        if ending == ".zip":
            _archive(name, content(), release, depth)
            return
        reader = READERS.get(ending, _plain if ending in PLAIN else None)
        if reader is None:
            release.unread.append((name, f"files of the kind '{ending or 'without ending'}' can't be read"))
            return
        release.parts.extend(replace(part, file=name) for part in reader(content()))
    except Unreadable as fault:
        release.unread.append((name, str(fault)))
    except (ValueError, KeyError, OSError, zipfile.BadZipFile, csv.Error, RecursionError, SyntaxError) as fault:
        # SyntaxError: what the XML parser raises.
        release.unread.append((name, f"damaged ({type(fault).__name__})"))


def _archive(name: str, content: bytes, release: Release, depth: int) -> None:
    if depth >= MAX_DEPTH:
        release.unread.append((name, f"archives within archives are opened {MAX_DEPTH} deep"))
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(i.file_size for i in archive.infolist()) > MAX_BYTES:
            release.unread.append((name, "the archive unpacks to more than can be read"))
            return
        for item in archive.infolist():
            if not item.is_dir():
                _read(f"{name}/{item.filename}", lambda i=item: archive.read(i), release, depth + 1)


def _csv(content: bytes) -> Iterator[Part]:
    text = _decoded(content)
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    yield Part("", "table", "", tuple(tuple(c.strip() for c in row) for row in rows))


def _json(content: bytes) -> Iterator[Part]:
    yield from _walk(json.loads(_decoded(content)), "")


def _lines(content: bytes) -> Iterator[Part]:
    for number, line in enumerate(_decoded(content).splitlines(), start=1):
        if line.strip():
            yield from _walk(json.loads(line), f"line {number}")


def _walk(node: Any, place: str) -> Iterator[Part]:
    """Objects as rows of a table with their keys as header, texts as texts; pages within texts are read as pages."""
    if isinstance(node, dict):
        plain = {k: v for k, v in node.items() if not isinstance(v, dict | list)}
        if plain:
            yield Part("", place or "top", "", (tuple(plain), tuple(_said(v) for v in plain.values())))
        for key, value in node.items():
            yield from _walk(value, f"{place}.{key}" if place else key)
    elif isinstance(node, list):
        if node and all(isinstance(x, str) for x in node):
            node = ["".join(node)] if any("\n" in x for x in node) else node
        for number, value in enumerate(node):
            yield from _walk(value, f"{place}[{number}]")
    elif isinstance(node, str) and "<" in node and ">" in node:
        yield from (replace(p, place=f"{place}: {p.place}") for p in read_html(node))
    elif node is not None:
        yield Part("", place, _said(node))


def _said(value: Any) -> str:
    return "" if value is None else "".join(value) if isinstance(value, list) else str(value)


def _plain(content: bytes) -> Iterator[Part]:
    for number, line in enumerate(_decoded(content).splitlines(), start=1):
        if line.strip():
            yield Part("", f"line {number}", " ".join(line.split()))


def _decoded(content: bytes) -> str:
    """Text of a file; a file that isn't UTF-8 is read byte by byte, so that nothing in it is missed."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _html(content: bytes) -> Iterator[Part]:
    yield from read_html(_decoded(content))


def _svg(content: bytes) -> Iterator[Part]:
    yield from read_svg(_decoded(content))


PLAIN = (".txt", ".md", ".js", ".css", ".xml", ".yml", ".yaml", ".toml", ".log", ".rst", ".tex", ".typ", "")
READERS: dict[str, Callable[[bytes], Iterator[Part]]] = {
    ".csv": _csv,
    ".json": _json,
    ".jsonl": _lines,
    ".ipynb": _json,
    ".html": _html,
    ".htm": _html,
    ".svg": _svg,
    ".xlsx": read_workbook,
    ".docx": read_document,
    ".pdf": read_pdf,
    ".png": read_picture,
    ".jpg": read_picture,
    ".jpeg": read_picture,
    ".webp": read_picture,
}
