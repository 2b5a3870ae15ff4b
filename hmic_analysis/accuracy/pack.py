"""The pack that goes to a force: its letter, the figures of the letter with their data, and the response workbook."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from pathlib import Path

from hmic_analysis.accuracy.claims import claim_rows
from hmic_analysis.accuracy.model import (
    MANIFEST,
    LogEntry,
    Pack,
    accuracy_folder,
    log_path,
    pack_folder,
    read_accuracy_log,
)
from hmic_analysis.accuracy.workbook import response_workbook
from hmic_analysis.disclosure.sensitivity import declaration
from hmic_analysis.errors import ParameterError
from hmic_analysis.letters.model import SYNTHETIC_NOTICE
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.release.advance import advance
from hmic_analysis.release.bound import (
    MADE_FROM,
    check_letter,
    check_marked,
    current_evidence,
    letter_folder,
    letter_marks,
    mark_of,
)
from hmic_analysis.release.chain import append_entry, held
from hmic_analysis.release.embargo import embargo_notice, in_utc, under_embargo
from hmic_analysis.release.states import check_order, read_log
from hmic_analysis.store.textfile import file_sha256

CHECK = "factual_accuracy_check"
#: Files of a letter's folder that are ours and not for the force.
_OURS = (MADE_FROM,)


def send(project: Project, params: Params, force: str, now: dt.datetime) -> Path:
    """Make the pack of a force, and bring its letter into the state of the factual-accuracy check.

    Parameters
    ----------
    project : Project
    params : Params
    force : str
    now : datetime.datetime
        Aware of its zone.

    Returns
    -------
    pathlib.Path
        ``output/accuracy/<force>/pack-<n>`` with ``letter/``, ``response-<force>.xlsx`` and ``README.txt``.

    Raises
    ------
    ParameterError
        If the letter is not in the state ``draft`` (or in the check already, for a new pack).
    DataError
        If there is no letter, it was not made from the evidence as it is now, or it doesn't bear the embargo.
    LockedError
        If another command is at work on the same check.
    """
    log = log_path(project, force)
    with held(log):
        check_order(read_log(project, force), CHECK, force)
        check_letter(project, params, force)
        if under_embargo(params, now):
            check_marked(project, force)
        number = 1 + max((e.pack for e in read_accuracy_log(project, force)), default=0)
        folder = pack_folder(project, force, number)
        if folder.exists():
            raise ParameterError(
                f"{project.relative(folder)} is there, though the log knows of no such pack. Move it away."
            )
        work = accuracy_folder(project, force) / f".pack-{uuid.uuid4().hex[:8]}"
        try:
            pack = _fill(project, params, force, number, now, work)
            os.replace(work, folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        advance(project, params, force, CHECK, f"Pack {number} made for the factual-accuracy check.", now)
        entry = LogEntry(kind="sent", force=force, at=pack.made_at, pack=number, synthetic=pack.synthetic)
        append_entry(log, entry.model_dump(mode="json", exclude={"line", "previous"}))
    return folder


def notices_of(params: Params, synthetic: bool, now: dt.datetime) -> tuple[str, ...]:
    """What every file of a pack bears: that data are synthetic, that the embargo holds, and for whom it is."""
    told = (SYNTHETIC_NOTICE if synthetic else "", embargo_notice(params, now), declaration("force"))
    return tuple(text for text in told if text)


def _fill(project: Project, params: Params, force: str, number: int, now: dt.datetime, folder: Path) -> Pack:
    evidence = current_evidence(project, params, force)
    synthetic = any(bundle.synthetic for bundle in evidence.values())
    notices = notices_of(params, synthetic, now)
    rows = claim_rows(evidence.values(), params)
    name = params.force(force).full_name
    cover = (
        ("Force", force),
        ("Force name", name),
        ("Pack", f"{force}-{number}"),
        ("What this is", "The draft letter's claims, for the force to check the facts before publication."),
        ("How to answer", "Fill in the sheet Response as the sheet Notes says, and send the workbook back."),
    )
    folder.mkdir(parents=True)
    _copy_letter(letter_folder(project, force), folder / "letter")
    (folder / f"response-{force}.xlsx").write_bytes(response_workbook(cover, rows, notices))
    (folder / "README.txt").write_text(_readme(name, force, notices), encoding="utf-8", newline="\n")
    files = {p.relative_to(folder).as_posix(): file_sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    pack = Pack(
        force=force,
        number=number,
        made_at=in_utc(now).isoformat(timespec="seconds"),
        synthetic=synthetic,
        rows=rows,
        letter=letter_marks(project, force),
        evidence={finding: mark_of(bundle) for finding, bundle in evidence.items()},
        files=files,
    )
    (folder / MANIFEST).write_text(pack.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    return pack


def _copy_letter(letter: Path, target: Path) -> None:
    """The letter with its figures and their data."""
    for path in sorted(letter.rglob("*")):
        hidden = path.name.startswith((".", "~$")) or path.suffix in (".part", ".json")
        if path.is_file() and not hidden and path.name not in _OURS:
            place = target / path.relative_to(letter)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _readme(name: str, force: str, notices: tuple[str, ...]) -> str:
    lines = [
        *notices,
        f"Factual-accuracy check: {name}",
        "",
        "letter/                 the draft letter, its figures, and the data of each figure (CSV)",
        f"response-{force}.xlsx   one row for each claim of the letter: what is wrong, and what bears that out",
        "",
        "Fill in the sheet Response of the workbook; its sheet Notes says how. Put corrected data files beside the",
        "workbook, named as in the return. Write no person's name.",
    ]
    return "\n".join(lines) + "\n"
