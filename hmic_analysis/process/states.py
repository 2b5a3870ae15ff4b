"""The states of a letter, the log of them, and the way from one to the next."""

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hmic_analysis.documents.embargo import embargo_gate, in_utc, under_embargo
from hmic_analysis.documents.text import clean
from hmic_analysis.errors import DataError, LockedError, ParameterError, did_you_mean
from hmic_analysis.letters.own_words import person_names
from hmic_analysis.params.models import Params
from hmic_analysis.process.kept import LETTER, keep
from hmic_analysis.process.letter import (
    check_letter,
    check_marked,
    check_publishable,
    current_evidence,
    evidence_marks,
    keep_letter,
    letter_marks,
    lost,
    mark_of,
)
from hmic_analysis.process.update import compared
from hmic_analysis.project import Project
from hmic_analysis.store.prepare import write_atomically

# A log that is only ever added to, each line holding the hash of the line before.
#
# Beside ``<name>.jsonl`` lies ``<name>.head`` with the number of lines and the hash of the last one, so that an edit
# of the last line, or its removal, is seen as well. This shows what was altered by hand or by accident; against
# someone who rewrites both files whole only a copy elsewhere helps.

#: What the first line holds in place of a hash.
BEGINNING = "0" * 64


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a log while it is read, judged and added to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path.with_suffix(".lock"), timeout=0):
            yield
    except Timeout:
        raise LockedError(f"Another command is at work on {path.name}. Wait for it to end.") from None


def read_chain(path: Path) -> list[dict[str, Any]]:
    """The entries of a log, once the chain is known to be whole.

    Empty where there is no log.  A last line without its end was never acknowledged and is left out.
    """
    lines, head = _lines(path), _head(path)
    entries, before = [], BEGINNING
    for number, line in enumerate(lines, start=1):
        entries.append(_entry(path, number, line, before))
        before = _hash(line)
        if head and number == head["lines"] and head["sha256"] != before:
            raise _broken(path, number, "is not the line that was written")
    known = head["lines"] if head else 0
    if len(lines) < known:
        raise _broken(path, len(lines) + 1, f"is missing: {known} lines were written")
    if len(lines) > known + 1:
        raise _broken(path, known + 2, f"was not written by this program, which wrote {known}")
    return entries


def append_entry(path: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """Add one entry; call it while the log is :func:`held`: the entry as written."""
    done = read_chain(path)
    lines = _lines(path)
    entry = {**content, "line": len(done) + 1, "previous": _hash(lines[-1]) if lines else BEGINNING}
    line = json.dumps(entry, sort_keys=True, ensure_ascii=False).encode("utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:
        # What a killed command left of a line was never part of the log.
        stream.truncate(sum(len(old) + 1 for old in lines))
        stream.write(line + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    write_atomically(_head_path(path), json.dumps({"lines": len(lines) + 1, "sha256": _hash(line)}) + "\n")
    return entry


def _entry(path: Path, number: int, line: bytes, before: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        raise _broken(path, number, "can't be read") from None
    if not isinstance(entry, dict) or entry.get("line") != number:
        raise _broken(path, number, "is not the line that belongs there")
    if entry.get("previous") != before:
        # The hash of the line before is what this line was written after.
        raise _broken(path, max(number - 1, 1), "was altered, or a line after it was put in or taken out")
    return entry


def _lines(path: Path) -> list[bytes]:
    if not path.is_file():
        return []
    return path.read_bytes().split(b"\n")[:-1]


def _head_path(path: Path) -> Path:
    return path.with_suffix(".head")


def _head(path: Path) -> dict[str, Any] | None:
    place = _head_path(path)
    if not place.is_file():
        return None
    try:
        head = json.loads(place.read_text(encoding="utf-8"))
        return {"lines": int(head["lines"]), "sha256": str(head["sha256"])}
    except (ValueError, KeyError, TypeError):
        raise DataError(f"{place} can't be read, so {path.name} can't be checked. Put back a copy of both.") from None


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _broken(path: Path, number: int, what: str) -> DataError:
    return DataError(
        f"The log {path} is broken: line {number} {what}. Nothing is added to a broken log; put back {path.name} and "
        f"{_head_path(path).name} from a copy."
    )


# The states of a letter, and the log entry of each.

State = Literal["draft", "factual_accuracy_check", "amended", "embargoed", "published", "updated"]
STATES: tuple[State, ...] = ("draft", "factual_accuracy_check", "amended", "embargoed", "published", "updated")
#: States that may be entered again, with a new letter or a new pack; what was published stays as it was.
REPEATABLE = ("draft", "factual_accuracy_check", "amended", "embargoed", "updated")


class Entry(BaseModel):
    """One step of a letter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    force: str
    state: State
    #: UTC, ISO 8601.
    at: str
    reason: str
    #: Whether the evidence is of simulated data.
    synthetic: bool = False
    #: Hashes of the letter's files and of the bundles, as they were.
    letter: dict[str, str] = Field(default_factory=dict)
    evidence: dict[str, str] = Field(default_factory=dict)
    schema_version: int = 1
    #: Place in the log, and the hash of the line before.
    line: int = 0
    previous: str = ""


def log_path(project: Project, force: str) -> Path:
    """The log of a force's letter."""
    return project.output / "releases" / f"{force}.jsonl"


def read_log(project: Project, force: str) -> list[Entry]:
    """The steps of a force's letter so far. Empty where it has none."""
    path = log_path(project, force)
    try:
        entries = [Entry.model_validate(entry) for entry in read_chain(path)]
    except ValidationError as fault:
        raise DataError(f"The log {path} holds an entry that is none ({str(fault).splitlines()[0]}).") from None
    wrong = [entry.line for entry in entries if entry.force != force]
    if wrong:
        raise DataError(f"The log {path} is broken: line {wrong[0]} is of another force. Put back a copy.")
    return entries


def find_state(word: str) -> State:
    """The state of that name; :class:`ParameterError` if there is none."""
    for state in STATES:
        if state == word.strip().lower().replace("-", "_").replace(" ", "_"):
            return state
    raise ParameterError(f"There is no state '{word}'.{did_you_mean(word, STATES)} States: {', '.join(STATES)}.")


def check_order(entries: list[Entry], to: State, force: str) -> None:
    """Check that a state is the one that follows, or the present one entered anew."""
    last = entries[-1].state if entries else None
    after = 0 if last is None else STATES.index(last) + 1
    following = STATES[after] if after < len(STATES) else None
    if to == following or (to == last and to in REPEATABLE):
        return
    now = f"is in state '{last}'" if last else "has no state yet"
    allowed = [s for s in (following, last if last in REPEATABLE else None) if s]
    reminder = " If nothing is to amend, the letter still passes 'amended', with that as its reason."
    raise ParameterError(
        f"The letter to {force} {now} and can't become '{to}': no state is skipped and none is gone back to. "
        f"Allowed now: {', '.join(allowed) or 'nothing'} (hmic release advance). The order is {' -> '.join(STATES)}."
        + (reminder if last == "factual_accuracy_check" else "")
    )


# From one state of a letter to the next.

#: A reason must say something and fit on a line.
REASON_LENGTHS = (3, 500)


def advance(project: Project, params: Params, force: str, to: State, reason: str, now: dt.datetime) -> Entry:
    """Bring a force's letter into its next state.

    As it stands in the log.  Entering ``embargoed`` also keeps the letter, and its evidence under the name
    ``letter``, for the comparison with a later run.
    """
    spec = params.force(force)
    if spec.kind != "territorial":
        raise ParameterError(f"{force} is none of the territorial forces; letters go to those only.")
    words = _reason(params, reason)
    path = log_path(project, force)
    with held(path):
        entries = read_log(project, force)
        check_order(entries, to, force)
        _check_time(entries, now, force)
        check = _CHECKS.get(to, _as_written)
        check(project, params, force, entries, now)
        bundles = current_evidence(project, params, force)
        letter = letter_marks(project, force)
        if to == "embargoed":
            keep(project, params, force, LETTER, now, replace=True)
            keep_letter(project, force, len(entries) + 1, letter)
        entry = Entry(
            force=force,
            state=to,
            at=in_utc(now).isoformat(timespec="seconds"),
            reason=words,
            synthetic=any(bundle.synthetic for bundle in bundles.values()),
            letter=letter,
            evidence={finding: mark_of(bundle) for finding, bundle in bundles.items()},
        )
        content = entry.model_dump(mode="json", exclude={"line", "previous"})
        return Entry.model_validate(append_entry(path, content))


def changed_since(project: Project, params: Params, entry: Entry) -> list[str]:
    """What of a letter and its evidence is no longer as an entry says.

    Files of the letter and findings; empty where all is as it was.
    """
    found = []
    for then, now in (
        (entry.letter, letter_marks(project, entry.force)),
        (entry.evidence, evidence_marks(project, params, entry.force)),
    ):
        found += [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
    return found


def _reason(params: Params, reason: str) -> str:
    words = clean(reason)
    least, most = REASON_LENGTHS
    if not least <= len(words) <= most:
        raise ParameterError(f'Give a reason of {least} to {most} characters: --reason "checked by two inspectors".')
    names = person_names(params)(words)
    if names:
        raise ParameterError(f"The reason names a person: {'; '.join(names)}. Refer to people by their role.")
    return words


def _check_time(entries: list[Entry], now: dt.datetime, force: str) -> None:
    """A log that runs backwards can't be believed, least of all about an embargo."""
    if entries and in_utc(now) < dt.datetime.fromisoformat(entries[-1].at):
        raise DataError(
            f"The last entry of the letter to {force} was made at {entries[-1].at}, which by the clock of this machine "
            f"is still to come ({in_utc(now).isoformat(timespec='seconds')}). Set the clock right."
        )


def _as_written(project: Project, params: Params, force: str, entries: list[Entry], now: dt.datetime) -> None:
    check_letter(project, params, force)


def _as_embargoed(project: Project, params: Params, force: str, entries: list[Entry], now: dt.datetime) -> None:
    check_letter(project, params, force)
    if under_embargo(params, now):
        check_marked(project, force)


def _as_published(project: Project, params: Params, force: str, entries: list[Entry], now: dt.datetime) -> None:
    embargo_gate(params, now, f"Publication of the letter to {params.force(force).full_name}")
    changed = changed_since(project, params, entries[-1])
    if changed:
        raise DataError(
            f"What was embargoed is not what lies there now; changed since: {', '.join(changed)}. Put it back, or write"
            f' the letter again and embargo it anew: hmic release advance --force {force} --to embargoed --reason "..."'
        )
    check_publishable(project, params, force)


def _as_updated(project: Project, params: Params, force: str, entries: list[Entry], now: dt.datetime) -> None:
    if not compared(project, force, LETTER):
        raise DataError(
            f"There is no comparison of an update with the letter to {force}. Run the update, then: "
            f"hmic update keep --force {force} --as update; hmic update compare --force {force} --after update"
        )


_CHECKS: dict[str, Callable[[Project, Params, str, list[Entry], dt.datetime], None]] = {
    "embargoed": _as_embargoed,
    "published": _as_published,
    "updated": _as_updated,
}


# Where every letter stands.


@dataclass(frozen=True)
class Standing:
    """One force's letter."""

    force: str
    name: str
    #: Empty where it has none, or its log is broken.
    state: str = ""
    #: UTC, ISO 8601.
    since: str = ""
    reason: str = ""
    steps: int = 0
    synthetic: bool = False
    #: What is no longer as it was embargoed; of a published letter, what of the copy that was kept of it.
    changed: tuple[str, ...] = ()
    #: Where the log is broken.
    fault: str = ""


def standings(project: Project, params: Params, forces: list[str]) -> list[Standing]:
    """Where the letters of some forces stand, every log verified.

    In the order given; a broken log costs only its own force.
    """
    return [_standing(project, params, force) for force in forces]


def _standing(project: Project, params: Params, force: str) -> Standing:
    name = params.force(force).name
    try:
        entries = read_log(project, force)
        if not entries:
            return Standing(force, name)
        last = entries[-1]
        changed = tuple(changed_since(project, params, last)) if last.state == "embargoed" else _lost(project, entries)
    except DataError as fault:
        return Standing(force, name, fault=fault.message)
    return Standing(force, name, last.state, last.at, last.reason, len(entries), last.synthetic, changed)


def _lost(project: Project, entries: list[Entry]) -> tuple[str, ...]:
    """What is gone or altered of the letter that was published; later runs may write others in its place."""
    embargoed = [entry for entry in entries if entry.state == "embargoed"]
    if entries[-1].state not in ("published", "updated") or not embargoed:
        return ()
    last = embargoed[-1]
    return tuple(lost(project, last.force, last.line, last.letter))
