"""A response received: corrected data loaded, verdicts computed again, and every challenge logged before and after."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.accuracy.answers import Answer, Response, read_response
from hmic_analysis.accuracy.claims import ClaimRow, claim_rows
from hmic_analysis.accuracy.corrections import FORMER, NewVersion, load_corrections
from hmic_analysis.accuracy.model import LogEntry, Pack, last_pack, log_path, read_accuracy_log
from hmic_analysis.accuracy.pack import CHECK
from hmic_analysis.errors import DataError, HmicError, ParameterError
from hmic_analysis.letters.names import person_names
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.release.bound import current_evidence
from hmic_analysis.release.chain import append_entry, held
from hmic_analysis.release.embargo import in_utc
from hmic_analysis.release.states import read_log
from hmic_analysis.runs.lock import run_lock

#: Makes the reports of some findings of a force again and gives the exit code.
Rerun = Callable[[str, Sequence[str]], int]


@dataclass(frozen=True)
class Received:
    """What became of a response.

    Attributes
    ----------
    entries : tuple of LogEntry
        What was logged.
    version : NewVersion or None
        None where no data were loaded.
    failed : tuple of str
        Claims that could not be computed again.
    """

    entries: tuple[LogEntry, ...]
    version: NewVersion | None
    failed: tuple[str, ...] = ()


def receive(project: Project, params: Params, force: str, workbook: Path, now: dt.datetime, rerun: Rerun) -> Received:
    """Take in a filled response workbook.

    Parameters
    ----------
    project : Project
    params : Params
    force : str
    workbook : pathlib.Path
    now : datetime.datetime
        Aware of its zone.
    rerun : callable
        What makes reports again from the data as they then are.

    Returns
    -------
    Received

    Raises
    ------
    ParameterError
        If the letter is not in the factual-accuracy check.
    DataError
        If the workbook or a corrected file can't be used; nothing has changed then.
    LockedError
        If another command is at work on the same check, or a run is going on.
    """
    log = log_path(project, params.force(force).slug)
    with held(log):
        pack = _pack_of(project, force)
        response = read_response(workbook, pack, person_names(params))
        if any(entry.response == response.sha256 for entry in read_accuracy_log(project, force)):
            raise DataError(f"{workbook.name} was received before; see hmic accuracy log --force {force}.")
        before = _claims(project, params, force)
        findings = list(current_evidence(project, params, force))
        files, version, fault = response.files_to_load(), None, None
        if files:
            # With a run going on nothing is loaded: its reports would rest on two versions of the return.
            with run_lock(project, f"{force}, factual-accuracy check", lambda words: None):
                version = load_corrections(project, params, force, files, response.sha256, now)
        _keep_workbook(project, force, workbook, response)
        if files:
            fault = _fault_of(rerun, force, findings)
        after = _claims(project, params, force)
        entries = _entries(pack, response, version, before, after, now)
        for entry in entries:
            told = entry if fault is None else entry.model_copy(update={"note": f"not computed again: {fault.message}"})
            append_entry(log, told.model_dump(mode="json", exclude={"line", "previous"}))
    if fault is not None:
        raise fault
    failed = tuple(entry.claim for entry in entries if entry.note and entry.claim not in after)
    return Received(tuple(entries), version, failed)


def _fault_of(rerun: Rerun, force: str, findings: Sequence[str]) -> HmicError | None:
    """Make the reports again; why they could not be, where the run as a whole could not.

    The data are loaded by then, so what became of the challenges is logged first and the fault told afterwards.
    """
    try:
        rerun(force, findings)
    except HmicError as fault:
        return fault
    return None


def _pack_of(project: Project, force: str) -> Pack:
    states = read_log(project, force)
    state = states[-1].state if states else None
    if state != CHECK:
        where = f"is in state '{state}'" if state else "has no state yet"
        raise ParameterError(
            f"The letter to {force} {where}; responses are received in '{CHECK}' only."
            + (f" Send a pack first: hmic accuracy send --force {force}" if state in (None, "draft") else "")
        )
    pack = last_pack(project, force)
    if pack is None:
        raise DataError(f"{force} was sent no pack to answer. Send one: hmic accuracy send --force {force}")
    return pack


def _claims(project: Project, params: Params, force: str) -> dict[str, ClaimRow]:
    """Every claim as it stands now."""
    return {row.claim: row for row in claim_rows(current_evidence(project, params, force).values(), params)}


def _keep_workbook(project: Project, force: str, workbook: Path, response: Response) -> None:
    """The response itself, kept with the returns: what a force writes may hold what leaves for nobody."""
    place = project.raw / FORMER / force / "responses" / f"{response.sha256[:12]}.xlsx"
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(workbook, place)


def _entries(
    pack: Pack,
    response: Response,
    version: NewVersion | None,
    before: Mapping[str, ClaimRow],
    after: Mapping[str, ClaimRow],
    now: dt.datetime,
) -> list[LogEntry]:
    shared = {
        "force": pack.force,
        "at": in_utc(now).isoformat(timespec="seconds"),
        "pack": pack.number,
        "synthetic": pack.synthetic,
        "response": response.sha256,
        "version": version.number if version else 0,
    }
    if not response.answers:
        return [LogEntry(kind="unchallenged", **shared)]
    entries = [
        LogEntry(
            kind="challenge",
            **shared,
            **_answered(answer),
            **_held(answer.claim, before, after),
            note=_note(answer, after),
        )
        for answer in response.answers
    ]
    challenged = {answer.claim for answer in response.answers}
    for claim in dict.fromkeys([*before, *after]):
        if claim not in challenged and before.get(claim) != after.get(claim):
            note = "" if claim in after else "could not be computed again"
            entries.append(LogEntry(kind="followed", claim=claim, **shared, **_held(claim, before, after), note=note))
    return entries


def _answered(answer: Answer) -> dict[str, object]:
    return {
        "claim": answer.claim,
        "challenge": answer.challenge,
        "evidence_offered": answer.evidence_offered,
        "decision": answer.decision,
        "decision_reason": answer.reason,
        "files": {file.name: file.sha256 for file in answer.files},
    }


def _held(claim: str, before: Mapping[str, ClaimRow], after: Mapping[str, ClaimRow]) -> dict[str, str]:
    """Verdict, figure and sentence of a claim, before and after."""
    found = {}
    for name, rows in (("before", before), ("after", after)):
        row = rows.get(claim)
        for part in ("verdict", "figure", "sentence"):
            found[f"{part}_{name}"] = getattr(row, part) if row else ""
    return found


def _note(answer: Answer, after: Mapping[str, ClaimRow]) -> str:
    if answer.claim not in after:
        return "could not be computed again"
    if answer.decision != "rejected" and not answer.files:
        return "accepted without data: verdict, figure and sentence follow from the data and stay as they are"
    return ""
