"""Reading a Word document's XML in tests."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


def parts(path: Path) -> dict[str, bytes]:
    """The entries of the archive."""
    with zipfile.ZipFile(BytesIO(path.read_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def body(path: Path) -> etree._Element:
    """The body of the document."""
    return etree.fromstring(parts(path)["word/document.xml"]).find(f"{W}body")


def texts(element: etree._Element) -> list[str]:
    """The text of each paragraph, in order."""
    return ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in element.iter(f"{W}p")]


def styled(element: etree._Element, style: str) -> list[str]:
    """The text of each paragraph of a style (by its id)."""
    found = []
    for paragraph in element.iter(f"{W}p"):
        mark = paragraph.find(f"{W}pPr/{W}pStyle")
        if mark is not None and mark.get(f"{W}val") == style:
            found.append("".join(t.text or "" for t in paragraph.iter(f"{W}t")))
    return found


def headers(path: Path) -> list[str]:
    """The text of each page header."""
    return [
        "\n".join(texts(etree.fromstring(xml))) for name, xml in parts(path).items() if name.startswith("word/header")
    ]
