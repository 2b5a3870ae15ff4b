"""Everything that a release says: the text and the tables of every file in it, also of files in archives."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from hmic_analysis.disclosure import formats
from hmic_analysis.disclosure.formats import Part
from hmic_analysis.errors import DataError

#: Files that hold no text of their own.
SILENT = (".woff", ".woff2", ".ttf", ".otf", ".ico")
#: An archive is opened as far as this, and no more bytes than this are read out of it.
MAX_DEPTH, MAX_BYTES = 4, 2_000_000_000


@dataclass
class Release:
    """What a folder holds.

    Attributes
    ----------
    parts : list of Part
        Texts and tables in the order of the files.
    unread : list of (str, str)
        Files nothing could be read of, and why: nothing can be said of them.
    files : int
        Files looked at.
    """

    parts: list[Part] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
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
    except formats.Unreadable as fault:
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
        yield from (replace(p, place=f"{place}: {p.place}") for p in formats.read_html(node))
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
    yield from formats.read_html(_decoded(content))


def _svg(content: bytes) -> Iterator[Part]:
    yield from formats.read_svg(_decoded(content))


PLAIN = (".txt", ".md", ".js", ".css", ".xml", ".yml", ".yaml", ".toml", ".log", ".rst", ".tex", ".typ", "")
READERS: dict[str, Callable[[bytes], Iterator[Part]]] = {
    ".csv": _csv,
    ".json": _json,
    ".jsonl": _lines,
    ".ipynb": _json,
    ".html": _html,
    ".htm": _html,
    ".svg": _svg,
    ".xlsx": formats.read_workbook,
    ".docx": formats.read_document,
    ".pdf": formats.read_pdf,
    ".png": formats.read_picture,
    ".jpg": formats.read_picture,
    ".jpeg": formats.read_picture,
    ".webp": formats.read_picture,
}
