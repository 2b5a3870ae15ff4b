"""Reading a filled response workbook: everything is checked, and every fault told, before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import openpyxl

from hmic_analysis.accuracy.claims import ClaimRow
from hmic_analysis.accuracy.container import check_workbook
from hmic_analysis.accuracy.files import CorrectedFile, find_file
from hmic_analysis.accuracy.model import Decision, Pack
from hmic_analysis.accuracy.workbook import COLUMNS, DECISIONS, FILLED, GIVEN, SHEETS, given
from hmic_analysis.errors import DataError, did_you_mean
from hmic_analysis.letters.text import clean
from hmic_analysis.store.textfile import file_sha256

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
    """A response that can be used.

    Attributes
    ----------
    sha256 : str
        Of the workbook.
    answers : tuple of Answer
        Claims that were challenged; the others were not.
    """

    sha256: str
    answers: tuple[Answer, ...]

    def files_to_load(self) -> tuple[CorrectedFile, ...]:
        """The corrected files that were accepted, each once."""
        wanted = [f for a in self.answers if a.decision != "rejected" for f in a.files]
        return tuple(dict.fromkeys(wanted))


def read_response(path: Path, pack: Pack, names: Callable[[str], list[str]]) -> Response:
    """Read and check a filled workbook.

    Parameters
    ----------
    path : pathlib.Path
    pack : Pack
        The pack it answers.
    names : callable
        Finds what in a text names a person, as words of a message.

    Returns
    -------
    Response

    Raises
    ------
    DataError
        With every fault found, by cell.
    """
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
    return Response(file_sha256(path), tuple(answer for answer in answers if answer is not None))


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
    filled = {title: cells[title] for title in FILLED}
    if not any(filled.values()):
        return None
    if not filled["Challenge"]:
        said = next(title for title in FILLED if filled[title])
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


def _said(fault: Exception) -> str:
    return " ".join(str(fault).split())[:120] or type(fault).__name__
