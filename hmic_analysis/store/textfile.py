"""Make any text file a plain UTF-8 one: compression, byte-order marks, other encodings, old line ends."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.errors import DataError

_BLOCK = 4 * 1024 * 1024
#: Control bytes that no text file has.
_STRANGE = bytes(byte for byte in range(32) if byte not in (7, 8, 9, 10, 12, 13, 26, 27))
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What office programs of the time wrote; used, and said so, where a file is not UTF-8 and nothing was declared.
FALLBACK = "windows-1252"


@dataclass(frozen=True)
class PlainText:
    """A plain text file.

    Parameters
    ----------
    path : pathlib.Path
        The file itself, or a copy in the working folder.
    start : int
        Its first byte after any byte-order mark.
    encoding : str
        The encoding it was written in.
    """

    path: Path
    start: int
    encoding: str


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def plain_text(path: Path, shown: str, encoding: str | None, work: Path) -> PlainText:
    """Unpack and transcode a text file where it needs that; otherwise hand it on as it is.

    Parameters
    ----------
    path : pathlib.Path
    shown : str
        The file as messages name it.
    encoding : str, optional
        The declared encoding.
    work : pathlib.Path
        Folder for a copy, if one is needed.

    Returns
    -------
    PlainText

    Raises
    ------
    DataError
        If the file is empty, its compression is broken or it isn't text.
    """
    if path.stat().st_size == 0:
        raise DataError(f"{shown}: is empty (0 bytes). Ask for it again, or take it out of the folder.")
    with path.open("rb") as stream:
        head = stream.read(_BLOCK)
    if head.startswith(b"\x1f\x8b"):
        path = _unpack(path, shown, work)
        with path.open("rb") as stream:
            head = stream.read(_BLOCK)
        if not head:
            raise DataError(f"{shown}: is empty once unpacked. Ask for it again, or take it out of the folder.")
    mark, found = next(((m, e) for m, e in _MARKS if head.startswith(m)), (b"", None))
    used = found or (encoding or "utf-8")
    plain = codecs.lookup(used).name in ("utf-8", "ascii", "utf-8-sig")
    if plain and not (b"\r" in head and b"\n" not in head):
        _refuse_binary(head, shown)
        return PlainText(path, len(mark) if found == "utf-8" else 0, "utf-8")
    return transcode(path, shown, used, work)


def transcode(path: Path, shown: str, encoding: str, work: Path) -> PlainText:
    """Copy a file into the working folder as UTF-8 with lines ended by a newline.

    Bytes that have no meaning in ``encoding`` become the replacement character; the scan keeps their lines aside.

    Raises
    ------
    DataError
        If the result isn't text.
    """
    target = work / f"{len(list(work.iterdir()))}-utf8.txt"
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    old_ends: bool | None = None
    with path.open("rb") as source, target.open("wb") as out:
        while block := source.read(_BLOCK):
            text = decoder.decode(block)
            if old_ends is None:
                text = text.removeprefix("\ufeff")
                old_ends = "\r" in text and "\n" not in text
                _refuse_binary(text.encode("utf-8"), shown)
            out.write((text.replace("\r", "\n") if old_ends else text).encode("utf-8"))
        out.write(decoder.decode(b"", final=True).encode("utf-8"))
    return PlainText(target, 0, encoding)


def _unpack(path: Path, shown: str, work: Path) -> Path:
    target = work / f"{len(list(work.iterdir()))}-unpacked.txt"
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as out:
            while block := source.read(_BLOCK):
                out.write(block)
    except (EOFError, OSError, zlib.error) as error:
        what = "ends before its end" if isinstance(error, EOFError) else "is damaged"
        raise DataError(
            f"{shown}: the gzip file {what} ({error}). It can't be read in part; ask for it again."
        ) from error
    return target


def _refuse_binary(head: bytes, shown: str) -> None:
    sample = head[:65536]
    strange = len(sample) - len(sample.translate(None, _STRANGE))
    # A line with a control byte is kept aside later on; a file full of them is another kind of file.
    if b"\0" in sample.partition(b"\n")[0] or (len(sample) >= 1024 and strange > len(sample) // 10):
        raise DataError(
            f"{shown}: is not text: {strange} of its first {len(sample)} bytes are control bytes. If it is UTF-16, "
            "declare 'encoding: utf-16' in the mapping; if it is a workbook or Parquet file, declare its 'format'; "
            "otherwise ask for it again."
        )
