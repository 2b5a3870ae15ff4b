"""An executed notebook as a page: text, code, tables and pictures, and nothing that a browser would run or fetch."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import lxml.html
from lxml.html import HtmlElement

from hmic_analysis.documents.text import ILLEGAL
from hmic_analysis.errors import DataError

#: What may stand in a notebook's text and results, with the attributes each may bear; anything else is unwrapped.
ALLOWED = {
    **dict.fromkeys(
        ("p", "div", "span", "br", "hr", "em", "strong", "b", "i", "code", "pre", "blockquote", "sub", "sup"), ()
    ),
    **dict.fromkeys(("ul", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption"), ()),
    **dict.fromkeys(("table", "caption", "thead", "tbody", "tfoot", "tr"), ()),
    "ol": ("start",),
    "th": ("colspan", "rowspan", "scope"),
    "td": ("colspan", "rowspan"),
    "img": ("src", "alt", "width", "height"),
    "a": ("href",),
}
#: These go with all that is in them.
DROPPED = (
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "template",
    "noscript",
    "svg",
    "math",
    "form",
    "link",
    "meta",
)
_INJECTED = "injected-parameters"
_PICTURE = re.compile(r"data:image/(?:png|svg\+xml);base64,([A-Za-z0-9+/=\s]+)\Z")

#: Takes a PNG or an SVG and gives the address it has from the page, its width and its height.
Keep = Callable[[bytes], tuple[str, int, int]]


@dataclass(frozen=True)
class Cell:
    """One cell as the page shows it."""

    #: What was run; empty for text.
    code: str
    #: Text or results, safe to be put on a page as it is.
    html: str


def notebook_cells(path: Path, root: Path, keep: Keep) -> list[Cell]:
    """The cells of an executed notebook.

    Without the cell in which the run engine put the parameters: it names folders of the machine.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except FileNotFoundError:
        raise DataError(f"The executed notebook {path} isn't there. Run the finding again: hmic run.") from None
    except (ValueError, KeyError, TypeError):
        raise DataError(f"{path} is not a notebook. Run the finding again: hmic run.") from None
    out = []
    for cell in cells:
        if _INJECTED in cell.get("metadata", {}).get("tags", ()):
            continue
        source = _joined(cell.get("source", ""))
        if cell.get("cell_type") == "markdown":
            out.append(Cell("", safe_html(_markdown(source), keep)))
        elif cell.get("cell_type") == "code" and source.strip():
            results = [_result(output) for output in cell.get("outputs", ())]
            out.append(Cell(source, safe_html("\n".join(r for r in results if r), keep)))
    return [Cell(_without(c.code, root), _without(c.html, root)) for c in out]


def safe_html(text: str, keep: Keep) -> str:
    """HTML with only what may stand on a page.

    No scripts, styles, handlers or addresses elsewhere; pictures as files with their alternative text; headings one
    level lower, since the page has its own; headers of tables with a scope, tables in a box that scrolls.
    """
    if not text.strip():
        return ""
    # The parser takes what XML forbids; the tree then refuses it.
    root = lxml.html.fragment_fromstring(ILLEGAL.sub("", text), create_parent="div")
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            _drop(element)
    for tag in DROPPED:
        for element in list(root.iter(tag)):
            element.drop_tree()
    for element in list(root.iterdescendants()):
        _clean(element, keep)
    for table in list(root.iter("table")):
        _table(table)
    inner = (escape(root.text) if root.text else "") + "".join(
        lxml.html.tostring(child, encoding="unicode") for child in root
    )
    return inner.strip()


def _clean(element: HtmlElement, keep: Keep) -> None:
    tag = element.tag
    if tag == "a" and "anchor-link" in element.get("class", ""):
        _drop(element)
        return
    if tag not in ALLOWED:
        element.drop_tag()
        return
    if tag == "img" and not _picture(element, keep):
        _drop(element)
        return
    if tag == "a" and not element.get("href", "").startswith("#"):
        element.drop_tag()
        return
    for name in list(element.attrib):
        if name not in ALLOWED[tag]:
            del element.attrib[name]
    if re.fullmatch("h[1-6]", tag):
        element.tag = f"h{min(int(tag[1]) + 1, 6)}"


def _picture(element: HtmlElement, keep: Keep) -> bool:
    """Put the picture into a file of its own; whether there was one with words for those who don't see it."""
    found = _PICTURE.match(element.get("src", ""))
    if found is None:
        return False
    try:
        content = base64.b64decode(found.group(1))
    except binascii.Error:
        return False
    address, width, height = keep(content)
    element.attrib.update({"src": address, "width": str(width), "height": str(height)})
    element.set("alt", element.get("alt", ""))
    return True


def _table(table: HtmlElement) -> None:
    for row in table.iter("tr"):
        head = row.getparent().tag == "thead"
        for cell in row.iterchildren("th"):
            if not cell.text_content().strip():
                cell.tag = "td"
            else:
                cell.set("scope", "col" if head else "row")
    _one_head(table)
    parent = table.getparent()
    box = lxml.html.Element("div", {"class": "wide", "tabindex": "0", "role": "group"})
    box.set("aria-label", "Table of results")
    box.tail, table.tail = table.tail, None
    parent.replace(table, box)
    box.append(table)


def _one_head(table: HtmlElement) -> None:
    """Put the name of the index, which stands in a row of its own, above the index."""
    rows = table.findall("thead/tr")
    if len(rows) != 2 or not len(rows[0]) or not len(rows[1]):
        return
    name, rest = rows[1][0], rows[1][1:]
    if any(c.text_content().strip() for c in rest) or rows[0][0].text_content().strip():
        return
    rows[0].replace(rows[0][0], name)
    rows[1].getparent().remove(rows[1])


def _drop(element: Any) -> None:
    """Take an element out and leave the text after it."""
    element.drop_tree()


def _result(output: dict[str, Any]) -> str:
    """One result as HTML; what was printed on the side, for whoever ran it, is left out."""
    if output.get("output_type") == "stream":
        text = _joined(output.get("text", "")) if output.get("name") == "stdout" else ""
        return f"<pre>{escape(text)}</pre>" if text.strip() else ""
    if output.get("output_type") == "error":
        return f"<p>Error: {escape(str(output.get('ename', '')))}</p>"
    data = output.get("data", {})
    if "text/html" in data:
        return _joined(data["text/html"])
    if "text/markdown" in data:
        return _markdown(_joined(data["text/markdown"]))
    if "image/png" in data:
        alt = escape(_joined(data.get("text/plain", "")))
        return f'<img alt="{alt}" src="data:image/png;base64,{_joined(data["image/png"])}">'
    text = _joined(data.get("text/plain", ""))
    return f"<pre>{escape(text)}</pre>" if text.strip() else ""


@lru_cache(maxsize=1024)
def _markdown(source: str) -> str:
    # The notebooks of one finding hold the same text for every force.
    from nbconvert.filters import markdown2html

    return markdown2html(source)


def _without(text: str, root: Path) -> str:
    """The text without the folder of the machine it was made on."""
    for folder in {str(root), root.as_posix(), json.dumps(str(root))[1:-1]}:
        text = text.replace(folder, "(project)")
    return text


def _joined(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)
