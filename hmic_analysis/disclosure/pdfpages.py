"""Pages of a PDF file as they are read for their text: without the lines and curves of charts, which say nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

#: A block of text in a page; and between such blocks a step of a path, a colour, or the drawing of a path.
TEXT = re.compile(rb"(?s)(\bBT\b.*?\bET\n)")
PATH = re.compile(rb"(?:(?<![\w.\])>-])-?[\d.]+[ \n])+(?:m|l|c|v|y|re|w|scn|SCN)\b|(?<=\n)(?:h|f\*?|S|n)(?=\n)")


def without_paths(content: bytes) -> bytes:
    """What a page draws, without the lines and curves between its texts.

    Parameters
    ----------
    content : bytes
        Operators of a page, unpacked.

    Returns
    -------
    bytes

    Notes
    -----
    Paths are most of a page with a chart, and parsing them takes nearly all of the time that reading it takes.
    """
    return b"".join(piece if i % 2 else PATH.sub(b"", piece) for i, piece in enumerate(TEXT.split(content)))


def text_of(page: PageObject, reader: PdfReader) -> str:
    """The text of a page; the page keeps no paths.

    Parameters
    ----------
    page : pypdf.PageObject
    reader : pypdf.PdfReader

    Returns
    -------
    str
    """
    from pypdf.generic import ContentStream, NameObject

    content = page.get_contents()
    if content is not None:
        stream = ContentStream(None, reader, "bytes")
        stream.set_data(without_paths(content.get_data()))
        page[NameObject("/Contents")] = stream
    return page.extract_text()
