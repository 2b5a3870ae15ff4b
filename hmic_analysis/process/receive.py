"""A response received: corrected data loaded, verdicts computed again, and every challenge logged."""

import datetime as dt
import json
import os
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.documents.embargo import in_utc
from hmic_analysis.errors import DataError, HmicError, ParameterError, did_you_mean
from hmic_analysis.letters.own_words import person_names
from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import Resolved, resolve
from hmic_analysis.process.answer import Answer, CorrectedFile, Response, read_response
from hmic_analysis.process.letter import accuracy_log, current_evidence, stale_reports
from hmic_analysis.process.pack import CHECK, ClaimRow, LogEntry, Pack, claim_rows, last_pack, read_accuracy_log
from hmic_analysis.process.states import append_entry, held, read_log
from hmic_analysis.project import Project
from hmic_analysis.runs.session import run_lock
from hmic_analysis.store.inputs import discover
from hmic_analysis.store.manifest import Manifest, file_sha256, read_manifest
from hmic_analysis.store.prepare import prepare

# Corrected data as a new version of a return; the former version is kept whole beside it.

#: Below the folder of the returns: what they were before. No force has an underscore in its slug.
FORMER = "_former"


@dataclass(frozen=True)
class NewVersion:
    """A return in which files were replaced."""

    #: Number under which the former version is kept.
    number: int
    #: Where.
    former: Path
    #: Names of files.
    replaced: tuple[str, ...]
    added: tuple[str, ...]


def load_corrections(
    project: Project, params: Params, force: str, files: Sequence[CorrectedFile], response: str, now: dt.datetime
) -> NewVersion | None:
    """Load corrected files as a new version of a force's return.

    None where the files are those that are there already.
    """
    settings = resolve(params, force)
    raw = project.return_of(force, settings.force.raw)
    there = {f.shown: f.sha256 for f in discover(raw, project.relative(raw))} if raw.is_dir() else {}
    before = read_manifest(project, force)
    places = {file: _places(file, there, before, settings) for file in files}
    if all(there.get(file.name) == file.sha256 and not places[file] for file in files):
        return None
    staged = raw.with_name(f".{raw.name}.corrected-{uuid.uuid4().hex[:8]}")
    try:
        _stage(raw, staged, places)
        _try(project, settings, force, raw, staged, before)
        version = _put_in_place(project, force, raw, staged, there)
        _note_version(version[1], _about(files, places, there, response, now))
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    names = [file.name for file in files]
    gone = {name for out in places.values() for name in out}
    return NewVersion(
        *version,
        tuple(sorted({*gone, *(n for n in names if n in there)})),
        tuple(n for n in names if n not in there and n not in gone),
    )


def _places(
    file: CorrectedFile, there: dict[str, str], manifest: Manifest | None, settings: Resolved
) -> tuple[str, ...]:
    """Files of the return of another name that the corrected one takes the place of."""
    if file.name in there:
        return ()
    table = file.path.stem.lower().replace("-", "_").replace(" ", "_")
    if table not in CONTRACTS or list(settings.sources) != ["standard"]:
        raise DataError(
            f"The corrected file {file.name} is none of the return, nor named after one of its tables."
            f"{did_you_mean(file.name, [*there, *(f'{name}.csv' for name in CONTRACTS)])} Files of the return: "
            f"{', '.join(list(there)[:12]) or 'none'}. Nothing was changed."
        )
    fed = _fed_by(manifest)
    out = []
    for name in there:
        tables = fed.get(name, set())
        if table in tables and tables != {table}:
            raise DataError(
                f"The corrected file {file.name} would replace the table {table}, which came in {name} together with "
                f"{', '.join(sorted(tables - {table}))}. Ask for a corrected {name}. Nothing was changed."
            )
        if table in tables:
            out.append(name)
    return tuple(out)


def _fed_by(manifest: Manifest | None) -> dict[str, set[str]]:
    """Which tables each file of a return fed."""
    found: dict[str, set[str]] = {}
    for table, entry in manifest.tables.items() if manifest else ():
        for account in entry.accounts:
            found.setdefault(account.file.split("[")[0], set()).add(table)
    return found


def _stage(raw: Path, staged: Path, places: dict[CorrectedFile, tuple[str, ...]]) -> None:
    """The return as it would be."""
    if raw.is_dir():
        shutil.copytree(raw, staged)
    else:
        staged.mkdir(parents=True)
    for file, out in places.items():
        for name in out:
            (staged / name).unlink()
        shutil.copyfile(file.path, staged / file.name)


def _try(project: Project, settings: Resolved, force: str, raw: Path, staged: Path, before: Manifest | None) -> None:
    """Load the staged return; where it can't be used, load what was there again and say why."""
    fault = ""
    try:
        after = prepare(
            project,
            list(settings.sources),
            force,
            staged,
            settings.timezone,
            settings.force.match,
            settings.force.own_police,
            settings.force.districts,
        ).manifest
        newly = {t: f for t, f in after.broken.items() if not (before and before.broken.get(t))}
        if newly:
            fault = "\n".join(dict.fromkeys(newly.values()))
        elif before is not None and after.synthetic != before.synthetic:
            kinds = ("synthetic", "real") if after.synthetic else ("real", "synthetic")
            fault = f"The corrected data are {kinds[0]} and the return is {kinds[1]}; they are never mixed."
        elif before is not None and after.synthetic and _real_tables(after):
            fault = f"The table {_real_tables(after)[0]} is not marked as synthetic, though the return is."
    except DataError as refused:
        fault = refused.message
    if fault:
        if raw.is_dir() and before is not None:
            prepare(
                project,
                list(settings.sources),
                force,
                raw,
                settings.timezone,
                settings.force.match,
                settings.force.own_police,
                settings.force.districts,
            )
        shown = fault.replace(project.relative(staged), project.relative(raw))
        raise DataError(f"The corrected data of {force} can't be loaded. {shown}\nNothing was changed.")


def _real_tables(manifest: Manifest) -> list[str]:
    """Tables with rows and without the mark that the rest of a synthetic return has."""
    return [name for name, entry in manifest.tables.items() if entry.rows and not entry.synthetic]


def _about(
    files: Sequence[CorrectedFile],
    places: dict[CorrectedFile, tuple[str, ...]],
    there: dict[str, str],
    response: str,
    now: dt.datetime,
) -> dict[str, object]:
    return {
        "replaced_at": in_utc(now).isoformat(timespec="seconds"),
        "response_sha256": response,
        "files": there,
        "corrected": {file.name: {"sha256": file.sha256, "in_place_of": list(places[file])} for file in files},
    }


def _put_in_place(project: Project, force: str, raw: Path, staged: Path, there: dict[str, str]) -> tuple[int, Path]:
    """Move the former version aside and the new one into its place."""
    keep = project.raw / FORMER / force
    keep.mkdir(parents=True, exist_ok=True)
    number = 1
    while (keep / f"return-{number:03}").exists():
        number += 1
    former = keep / f"return-{number:03}"
    try:
        if raw.is_dir():
            os.replace(raw, former)
        else:
            former.mkdir()
        try:
            os.replace(staged, raw)
        except OSError:
            if not raw.exists():
                os.replace(former, raw)
            raise
    except OSError as fault:
        raise DataError(
            f"{project.relative(raw)} can't be replaced ({fault.strerror or fault}). Close the programs that have a "
            "file of it open and receive the response again."
        ) from None
    kept = {path.relative_to(former).as_posix(): file_sha256(path) for path in former.rglob("*") if path.is_file()}
    damaged = [name for name, mark in there.items() if kept.get(name) != mark]
    if damaged:
        raise DataError(f"{project.relative(former)} is not what the return was ({damaged[0]}). Put back a copy.")
    return number, former


def _note_version(former: Path, about: dict[str, object]) -> None:
    """Say beside a former version what took its place, and why."""
    text = json.dumps(about, indent=1, sort_keys=True, ensure_ascii=False)
    former.with_name(f"{former.name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")


# A response received: corrected data loaded, verdicts computed again, and every challenge logged before and after.

#: Makes the reports of some findings of a force again and gives the exit code.
Rerun = Callable[[str, Sequence[str]], int]


@dataclass(frozen=True)
class Received:
    """What became of a response."""

    #: What was logged.
    entries: tuple[LogEntry, ...]
    #: None where no data were loaded.
    version: NewVersion | None
    #: Claims that could not be computed again.
    failed: tuple[str, ...] = ()


def receive(project: Project, params: Params, force: str, workbook: Path, now: dt.datetime, rerun: Rerun) -> Received:
    """Take in a filled response workbook."""
    log = accuracy_log(project, params.force(force).slug)
    with held(log):
        pack = _pack_of(project, force)
        response = read_response(workbook, pack, person_names(params))
        if any(entry.response == response.sha256 for entry in read_accuracy_log(project, force)):
            raise DataError(f"{workbook.name} was received before; see hmic accuracy log --force {force}.")
        findings = list(current_evidence(project, params, force))
        shown, stale = _claims(project, params, force), stale_reports(project, params, force)
        if response.files_to_load() and stale:
            # What changed since for other reasons is told apart, before the correction is there to be blamed for it.
            rerun(force, stale)
        before = _claims(project, params, force)
        files, version, fault = response.files_to_load(), None, None
        if files:
            # With a run going on nothing is loaded: its reports would rest on two versions of the return.
            with run_lock(project, f"{force}, factual-accuracy check", lambda words: None):
                version = load_corrections(project, params, force, files, response.sha256, now)
        _keep_workbook(project, force, workbook, response)
        if files:
            fault = _fault_of(rerun, force, findings)
        after = _claims(project, params, force)
        entries = _entries(pack, response, version, (shown, before, after), now)
        for entry in entries:
            told = entry if fault is None else entry.model_copy(update={"note": f"not computed again: {fault.message}"})
            append_entry(log, told.model_dump(mode="json", exclude={"line", "previous"}))
    if fault is not None:
        raise fault
    return Received(tuple(entries), version, _failed(entries, after))


def _failed(entries: Sequence[LogEntry], after: Mapping[str, ClaimRow]) -> tuple[str, ...]:
    """Claims that could not be computed again; an entry on what was agreed is about no single one."""
    return tuple(dict.fromkeys(e.claim for e in entries if e.claim and e.claim not in after))


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
    stands: tuple[Mapping[str, ClaimRow], Mapping[str, ClaimRow], Mapping[str, ClaimRow]],
    now: dt.datetime,
) -> list[LogEntry]:
    """``stands``: the claims as they stood, after stale reports were made again, and with the corrected data."""
    shown, before, after = stands
    shared = {
        "force": pack.force,
        "at": in_utc(now).isoformat(timespec="seconds"),
        "pack": pack.number,
        "synthetic": pack.synthetic,
        "response": response.sha256,
        "version": version.number if version else 0,
    }
    entries = [
        LogEntry(kind="remade", claim=claim, **shared, **_held(claim, shown, before))
        for claim in dict.fromkeys([*shown, *before])
        if shown.get(claim) != before.get(claim)
    ]
    if response.agreed:
        entries.append(LogEntry(kind="agreed", **shared, note=", ".join(response.agreed)))
    if not response.answers:
        return [*entries, LogEntry(kind="unchallenged", **shared)]
    entries += [
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
