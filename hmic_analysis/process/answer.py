"""Reading a filled response workbook: everything is checked, and every fault told, before anything is done."""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, get_args
from xml.etree import ElementTree

import openpyxl

from hmic_analysis.documents.text import clean
from hmic_analysis.errors import DataError, did_you_mean
from hmic_analysis.process.pack import (
    AGREED,
    COLUMNS,
    DECISIONS,
    FILLED,
    GIVEN,
    SHEETS,
    ClaimRow,
    Decision,
    Pack,
    given,
)
from hmic_analysis.store.manifest import file_sha256

# Whether a workbook from outside may be opened at all: looked at as an archive, before any reader of workbooks.

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
    """Refuse a workbook that is none, is too large, or could do more than hold text."""
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
    # An archive that is encrypted, or packed in a way not known here, is a RuntimeError.
    except (OSError, zipfile.BadZipFile, RuntimeError, EOFError) as fault:
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


# Corrected data files that a response names: found beside the workbook, and nowhere else.

#: What a corrected file may be.
ENDINGS = (".csv", ".tsv", ".xlsx", ".parquet")
#: Bytes that a corrected data workbook may hold when unpacked.
MOST_DATA = 2_000_000_000


@dataclass(frozen=True)
class CorrectedFile:
    """A file that is to replace one of the return."""

    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """Its name."""
        return self.path.name


def find_file(workbook: Path, name: str) -> CorrectedFile:
    """The file of that name in the workbook's folder, or in a folder below it."""
    shown = f"'{name[:80]}'"
    plain = name.replace("\\", "/")
    parts = PurePosixPath(plain)
    folder = workbook.resolve().parent
    if parts.is_absolute() or ".." in parts.parts or ":" in plain or "\0" in plain:
        raise DataError(f"the corrected file {shown} is not in the folder of the workbook. Put it there.")
    path = folder / parts
    # A link may lead elsewhere though its name doesn't.
    try:
        real = path.resolve()
        inside = real.is_relative_to(folder) and not path.is_symlink()
    except (OSError, RuntimeError):
        inside = False
    if not inside:
        raise DataError(f"the corrected file {shown} is not in the folder of the workbook. Put it there.")
    if not real.is_file():
        raise DataError(f"there is no corrected file {shown} in the folder of the workbook. Put it there.")
    if real == workbook.resolve():
        raise DataError(f"the corrected file {shown} is the response itself. Name files of data.")
    if real.suffix.lower() not in ENDINGS:
        raise DataError(f"the corrected file {shown} is not of a kind that can be loaded: {', '.join(ENDINGS)}.")
    if real.name.startswith((".", "~$")):
        raise DataError(f"the corrected file {shown} is a hidden file. Rename it.")
    if real.suffix.lower() == ".xlsx":
        check_workbook(real, f"the corrected file {shown}", MOST_DATA, formulas=True)
    return CorrectedFile(real, file_sha256(real))


#: Longer texts belong into a document that is offered as evidence.
MOST_TEXT = 5_000
MOST_FAULTS = 25
_MOST_ROWS, _MOST_COVER = 1_000, 40


@dataclass(frozen=True)
class Answer:
    """One claim that was challenged, and what was decided."""

    claim: str
    challenge: str
    evidence_offered: str
    files: tuple[CorrectedFile, ...]
    decision: Decision
    reason: str


@dataclass(frozen=True)
class Response:
    """A response that can be used."""

    #: Of the workbook.
    sha256: str
    #: Claims that were challenged; the others were not.
    answers: tuple[Answer, ...]
    #: Claims that the force agreed to.
    agreed: tuple[str, ...] = ()

    def files_to_load(self) -> tuple[CorrectedFile, ...]:
        """The corrected files that were accepted, each once."""
        wanted = [f for a in self.answers if a.decision != "rejected" for f in a.files]
        return tuple(dict.fromkeys(wanted))


def read_response(path: Path, pack: Pack, names: Callable[[str], list[str]]) -> Response:
    """Read and check a filled workbook."""
    if not path.is_file():
        raise DataError(f"There is no workbook {path}. Name the filled response: --workbook response-{pack.force}.xlsx")
    check_workbook(path, path.name)
    cover, rows = _read(path)
    _check_cover(cover, pack, path.name)
    faults: list[str] = []
    lines = _lines(rows, path.name, faults)
    _check_claims(lines, pack, faults)
    answers = []
    shown = {row.claim: row for row in pack.rows}
    for line, cells in lines:
        row = shown.get(cells["Claim"])
        if row is not None:
            answers.append(_answer(path, line, cells, row, faults))
    _check_files(answers, faults)
    _check_names(answers, names, faults)
    if faults:
        listed = "\n".join(f"- {fault}" for fault in faults[:MOST_FAULTS])
        more = f"\n- and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        raise DataError(f"{path.name} can't be used:\n{listed}{more}\nNothing was changed.")
    agreed = tuple(cells["Claim"] for _, cells in lines if cells[AGREED])
    return Response(file_sha256(path), tuple(answer for answer in answers if answer is not None), agreed)


def _read(path: Path) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    """The cover's labels, and the rows of the response."""
    try:
        # Row by row: a reader of whole sheets would make room for every cell that a merged range names.
        book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except Exception as fault:  # noqa: BLE001 - whatever a made-up file makes the reader raise
        raise DataError(f"{path.name} is damaged ({_said(fault)}). Ask for it again. Nothing was changed.") from None
    try:
        missing = [name for name in SHEETS if name not in book.sheetnames]
        extra = [name for name in book.sheetnames if name not in SHEETS]
        if missing or extra:
            what = f"lacks the sheet {missing[0]}" if missing else f"has a sheet '{extra[0]:.40}' that the pack has not"
            raise DataError(f"{path.name} {what}. Fill in the workbook of the pack itself. Nothing was changed.")
        cover = {
            _text(row[0]): _text(row[1])
            for row in _rows(book["Cover"], _MOST_COVER)
            if len(row) > 1 and row[0] is not None
        }
        return cover, _rows(book["Response"], _MOST_ROWS)
    except DataError:
        raise
    except Exception as fault:  # noqa: BLE001
        raise DataError(f"{path.name} is damaged ({_said(fault)}). Ask for it again. Nothing was changed.") from None
    finally:
        book.close()


def _rows(sheet: Any, most: int) -> list[tuple[Any, ...]]:
    # What the sheet says of its own size isn't trusted.
    sheet.reset_dimensions()
    width = len(COLUMNS) + 1
    return [tuple(row[:width]) for row in sheet.iter_rows(max_row=most, max_col=width, values_only=True)]


def _check_cover(cover: dict[str, str], pack: Pack, name: str) -> None:
    force, id = cover.get("Force", ""), cover.get("Pack", "")
    if force != pack.force:
        raise DataError(
            f"{name} is a response of the force '{force[:40] or 'not named'}', and not of {pack.force}. Receive it "
            f"with --force {force[:40] or 'its force'}, or ask for the right one. Nothing was changed."
        )
    if id != pack.id:
        raise DataError(
            f"{name} answers pack '{id[:60] or 'not named'}'; the last that {pack.force} was sent is {pack.id}. Have "
            "that one filled in. Nothing was changed."
        )


def _lines(rows: list[tuple[Any, ...]], name: str, faults: list[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows with a claim, by the number of their line."""
    header = tuple(_text(cell) for cell in rows[0]) if rows else ()
    if header[: len(COLUMNS)] != COLUMNS or any(header[len(COLUMNS) :]):
        raise DataError(
            f"{name}: the sheet Response must begin with the columns {', '.join(COLUMNS)}, in this order. Fill in the "
            "workbook of the pack. Nothing was changed."
        )
    found = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {title: _text(cell) for title, cell in zip(COLUMNS, (*row, *[None] * len(COLUMNS)), strict=False)}
        if any(cells.values()):
            found.append((number, cells))
            long = [title for title, text in cells.items() if len(text) > MOST_TEXT]
            faults += [f"row {number}, {title}: longer than {MOST_TEXT:,} characters." for title in long]
    return found


def _check_claims(lines: list[tuple[int, dict[str, str]]], pack: Pack, faults: list[str]) -> None:
    known = [row.claim for row in pack.rows]
    seen: dict[str, int] = {}
    for number, cells in lines:
        claim = cells["Claim"]
        if claim not in known:
            hint = did_you_mean(claim, known)
            faults.append(f"row {number}: there is no claim '{claim[:40]}' in the letter.{hint}")
        elif claim in seen:
            faults.append(f"row {number}: claim {claim} is there twice (also row {seen[claim]}). Keep one row.")
        seen.setdefault(claim, number)
    missing = [claim for claim in known if claim not in seen]
    if missing:
        faults.append(
            f"the row of {_listed(missing)} is missing. A claim without a challenge keeps its row, left empty on the "
            "right."
        )


def _answer(path: Path, line: int, cells: dict[str, str], row: ClaimRow, faults: list[str]) -> Answer | None:
    """What was answered on one claim; None where it wasn't challenged."""
    where = f"row {line}, claim {row.claim}"
    for title, was in zip(GIVEN, given(row), strict=True):
        if cells[title] != _text(was):
            faults.append(f"{where}: the column '{title}' is not what the force was sent. Put the challenge beside it.")
    filled = {title: cells[title] for title in FILLED if title != AGREED}
    if cells[AGREED] and (cells[AGREED].lower() != "yes" or any(filled.values())):
        wrong = f"'{cells[AGREED][:40]}'" if cells[AGREED].lower() != "yes" else "yes, and the claim is challenged"
        faults.append(f"{where}: 'Agreed' is {wrong}. Write yes where all is right, and nothing beside it.")
    if not any(filled.values()):
        return None
    if not filled["Challenge"]:
        said = next(title for title in filled if filled[title])
        faults.append(f"{where}: has '{said}' but no challenge. Say in 'Challenge' what is wrong.")
    decision = filled["Decision"].lower()
    if decision not in get_args(Decision):
        faults.append(
            f"{where}: the decision is '{filled['Decision'][:40]}'.{did_you_mean(decision, DECISIONS)} "
            f"Write one of: {', '.join(DECISIONS)}."
        )
    if not filled["Reason for the decision"]:
        faults.append(f"{where}: a decision needs its reason.")
    files = []
    for name in filled["Corrected data files"].replace("\n", ";").split(";"):
        if name.strip():
            try:
                files.append(find_file(path, name.strip()))
            except DataError as fault:
                faults.append(f"{where}: {fault.message}")
    return Answer(
        row.claim,
        filled["Challenge"],
        filled["Evidence offered"],
        tuple(dict.fromkeys(files)),
        decision,  # type: ignore[arg-type]  # a wrong word is among the faults, and nothing is returned
        filled["Reason for the decision"],
    )


def _check_files(answers: Sequence[Answer | None], faults: list[str]) -> None:
    """A file is loaded whole, so it can't be accepted for one claim and rejected for another."""
    by_file: dict[str, dict[bool, str]] = {}
    for answer in answers:
        for file in answer.files if answer else ():
            by_file.setdefault(file.name, {})[answer.decision != "rejected"] = answer.claim
    for name, claims in by_file.items():
        if len(claims) == 2:
            faults.append(
                f"{name} is accepted for claim {claims[True]} and rejected for claim {claims[False]}, but a file is "
                "loaded whole. Leave in it what is accepted, and name it there only."
            )


def _check_names(answers: Sequence[Answer | None], names: Callable[[str], list[str]], faults: list[str]) -> None:
    """What is answered stays in a log for years, so it speaks of roles and not of persons."""
    for answer in answers:
        if answer is not None:
            texts = (answer.challenge, answer.evidence_offered, answer.reason)
            found = dict.fromkeys(name for text in texts for name in names(text))
            faults += [f"claim {answer.claim}: {name}. Refer to people by their role." for name in found]


def _text(cell: Any) -> str:
    """A cell as text on one line, but for line breaks, which may part file names."""
    if cell is None:
        return ""
    lines = (clean(line) for line in str(cell).replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def _listed(claims: list[str], most: int = 10) -> str:
    more = f" and {len(claims) - most} more" if len(claims) > most else ""
    return f"{', '.join(claims[:most])}{more}"
