"""Reading web pages and pictures drawn as SVG: what is shown, what screen readers say, and the source itself."""

from __future__ import annotations

import base64
import binascii
import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import unquote_to_bytes

from hmic_analysis.disclosure.parts import Part

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
    """The parts of a page.

    Parameters
    ----------
    text : str

    Yields
    ------
    Part
        Without a file's name.
    """
    page = _Page()
    page.feed(text)
    page.close()
    page.flush()
    yield from page.parts
    for drawing in re.findall(r"<svg\b.*?</svg>", text, re.DOTALL | re.IGNORECASE):
        yield from _rows_of(drawing)


def read_svg(text: str) -> Iterator[Part]:
    """The parts of an SVG picture; labels drawn as outlines are read from the comments that name them.

    Parameters
    ----------
    text : str

    Yields
    ------
    Part
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
