"""Whether a workbook from outside may be opened at all: looked at as an archive, before any reader of workbooks."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from hmic_analysis.errors import DataError

#: A response workbook is small.
MOST_BYTES = 20_000_000
MOST_UNPACKED = 60_000_000
MOST_ENTRIES = 500
#: No sheet of honest text is packed so tightly.
MOST_RATIO = 400
RATIO_FROM = 1_000_000

_ACTIVE = re.compile(
    r"vbaproject|macrosheet|dialogsheet|activex|externallink|embeddings/|connections\.xml|querytables|\.exe$|\.ps1$",
    re.IGNORECASE,
)
_CHUNK = 1 << 16


def check_workbook(path: Path, shown: str, most_unpacked: int = MOST_UNPACKED, formulas: bool = False) -> None:
    """Refuse a workbook that is none, is too large, or could do more than hold text.

    Parameters
    ----------
    path : pathlib.Path
    shown : str
        How messages name it.
    most_unpacked : int
        Bytes that it may hold when unpacked.
    formulas : bool
        Whether formulas are allowed.

    Raises
    ------
    DataError
        Saying what it holds and what to do.  Nothing is written, and no more is unpacked than is allowed.
    """
    if path.suffix.lower() == ".xlsm":
        raise _refused(shown, "is a workbook with macros (.xlsm). Save it as .xlsx")
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
        if head == b"\xd0\xcf\x11\xe0":
            raise _refused(shown, "is protected by a password, or of the old .xls format. Save it as plain .xlsx")
        if head != b"PK\x03\x04":
            raise _refused(shown, "is not an Excel workbook (.xlsx). Fill in the workbook of the pack")
        if path.stat().st_size > max(MOST_BYTES, most_unpacked):
            raise _refused(shown, "is far larger than a response. Fill in the workbook of the pack")
        with zipfile.ZipFile(path) as archive:
            _check_archive(archive, shown, most_unpacked, formulas)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as fault:
        raise _refused(shown, f"is damaged ({_said(fault)}). Ask for it again") from None


def _check_archive(archive: zipfile.ZipFile, shown: str, most: int, formulas: bool) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_ENTRIES:
        raise _refused(shown, f"holds {len(entries):,} parts, more than a workbook has")
    if len({name.casefold() for name in names}) != len(names):
        raise _refused(shown, "holds two parts of one name")
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise _refused(shown, "is an archive, but not an Excel workbook (.xlsx). Fill in the workbook of the pack")
    for name in names:
        if _climbs(name):
            raise _refused(shown, "holds a part whose name leads out of its folder")
        if _ACTIVE.search(name):
            raise _refused(shown, f"holds macros, links or embedded files ({name:.60}). Save it without")
    left = most
    for entry in entries:
        content = _unpacked(archive, entry, shown, left)
        left -= len(content)
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            _check_part(entry.filename, content, shown, formulas)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, shown: str, left: int) -> bytes:
    """The content of a part, counted while it is unpacked: what the archive says of its size isn't trusted."""
    if entry.flag_bits & 1:
        raise _refused(shown, "is protected by a password. Save it without")
    out = BytesIO()
    most = left
    if entry.compress_size and left > RATIO_FROM:
        most = min(left, max(RATIO_FROM, entry.compress_size * MOST_RATIO))
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            out.write(chunk)
            if out.tell() > most:
                raise _refused(shown, "unpacks to far more than a workbook holds, and was not opened")
    return out.getvalue()


def _check_part(name: str, content: bytes, shown: str, formulas: bool) -> None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise _refused(shown, f"holds a part that is not UTF-8 text ({name:.60}). Save it again as .xlsx") from None
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise _refused(shown, f"holds a part that declares entities ({name:.60}), which no workbook needs")
    declared = re.match(rb"\s*(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=[\"']([^\"']+)", content[:200])
    if declared and declared.group(1).lower() not in (b"utf-8", b"us-ascii"):
        raise _refused(shown, f"holds a part of another encoding ({name:.60}). Save it again as .xlsx")
    try:
        for tag, element in _elements(content):
            _check_element(name, tag, element, shown, formulas)
    except ElementTree.ParseError as fault:
        raise _refused(shown, f"is damaged ({name:.60}: {_said(fault)}). Save it again as .xlsx") from None


def _check_element(name: str, tag: str, element: ElementTree.Element, shown: str, formulas: bool) -> None:
    sheet = "/worksheets/" in name or "/chartsheets/" in name
    if tag == "c" and sheet and not formulas and any(_local(child.tag) == "f" for child in element):
        where = element.get("r", "")
        raise _refused(shown, f"has a formula in cell {where[:10]}. Write plain text there")
    if tag == "Relationship" and element.get("TargetMode", "").lower() == "external":
        # A web address that a program turned into a link is opened by nobody here.
        if not element.get("Type", "").endswith("/hyperlink"):
            raise _refused(shown, "is linked to another file. Break the links and save it again")
    if tag in ("Override", "Default") and re.search(r"macroenabled|vba", element.get("ContentType", ""), re.I):
        raise _refused(shown, "is a workbook with macros. Save it as .xlsx")
    if tag in ("oleObject", "ddeLink", "webPublishItem"):
        raise _refused(shown, "holds embedded objects or links. Save it without")
    if tag == "definedName" and re.search(r"\[\d*[^\]]*\]|https?:|\\\\", element.text or ""):
        raise _refused(shown, "has a name that refers to another file. Remove it")


def _elements(content: bytes) -> Iterator[tuple[str, ElementTree.Element]]:
    parser = ElementTree.iterparse(BytesIO(content), events=("end",))
    for _, element in parser:
        tag = _local(element.tag)
        yield tag, element
        if tag in ("row", "si"):
            element.clear()


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _climbs(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name or "\\" in name


def _said(fault: Exception) -> str:
    return " ".join(str(fault).split())[:120] or type(fault).__name__


def _refused(shown: str, what: str) -> DataError:
    return DataError(f"{shown} {what}. Nothing was changed.")
