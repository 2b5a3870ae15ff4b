"""Words that a picture's file carries inside it, wherever the file is taken: the embargo and how sensitive it is."""

from __future__ import annotations

import re
import struct
import zlib
from html import escape
from pathlib import Path

_PNG = b"\x89PNG\r\n\x1a\n"
#: Signature and header of a PNG picture; words may stand right after them.
_HEAD = 33
_SVG = re.compile(rb"<svg\b[^>]*>")


def mark_picture(path: Path, words: str) -> None:
    """Put words into a picture's file; what it shows doesn't change.

    Parameters
    ----------
    path : pathlib.Path
        ``.png`` or ``.svg``; nothing is done where there is no such file.
    words : str

    Raises
    ------
    ValueError
        If the file is neither.
    """
    if not path.is_file() or not words:
        return
    content = path.read_bytes()
    marked = with_words(content, words)
    if marked != content:
        path.write_bytes(marked)


def with_words(content: bytes, words: str) -> bytes:
    """A picture with words inside.

    Parameters
    ----------
    content : bytes
        A PNG or SVG picture.
    words : str

    Returns
    -------
    bytes
        A PNG with the words as its comment (iTXt), an SVG with a ``<metadata>`` of its own; unchanged where they are
        there already.

    Raises
    ------
    ValueError
        If it is neither.
    """
    if content.startswith(_PNG):
        told = b"Comment\0\0\0en-GB\0\0" + words.encode("utf-8")
        return content if told in content else content[:_HEAD] + _chunk(b"iTXt", told) + content[_HEAD:]
    start = _SVG.search(content)
    if start is None:
        raise ValueError("Words can be put into PNG and SVG pictures only.")
    told = f"<metadata>{escape(words)}</metadata>".encode()
    return content if told in content else content[: start.end()] + b"\n " + told + content[start.end() :]


def _chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG: length, kind, data, and the checksum of kind and data."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
