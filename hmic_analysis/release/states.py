"""The states of a letter, and the log entry of each."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hmic_analysis.errors import DataError, ParameterError, did_you_mean
from hmic_analysis.project import Project
from hmic_analysis.release.chain import read_chain

State = Literal["draft", "factual_accuracy_check", "amended", "embargoed", "published", "updated"]
STATES: tuple[State, ...] = ("draft", "factual_accuracy_check", "amended", "embargoed", "published", "updated")
#: States that may be entered again, with a new letter or a new pack; what was published stays as it was.
REPEATABLE = ("draft", "factual_accuracy_check", "amended", "embargoed", "updated")


class Entry(BaseModel):
    """One step of a letter.

    Attributes
    ----------
    state : str
    at : str
        UTC, ISO 8601.
    reason : str
    synthetic : bool
        Whether the evidence is of simulated data.
    letter, evidence : dict of str to str
        Hashes of the letter's files and of the bundles, as they were.
    line, previous
        Place in the log, and the hash of the line before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    force: str
    state: State
    at: str
    reason: str
    synthetic: bool = False
    letter: dict[str, str] = Field(default_factory=dict)
    evidence: dict[str, str] = Field(default_factory=dict)
    schema_version: int = 1
    line: int = 0
    previous: str = ""


def log_path(project: Project, force: str) -> Path:
    """The log of a force's letter."""
    return project.output / "releases" / f"{force}.jsonl"


def read_log(project: Project, force: str) -> list[Entry]:
    """The steps of a force's letter so far.

    Parameters
    ----------
    project : Project
    force : str

    Returns
    -------
    list of Entry
        Empty where it has none.

    Raises
    ------
    DataError
        If the log is broken, or is another force's.
    """
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
    """Check that a state is the one that follows, or the present one entered anew.

    Parameters
    ----------
    entries : list of Entry
    to : str
    force : str

    Raises
    ------
    ParameterError
        If a state would be skipped, or left backwards.
    """
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
        f"Allowed now: {', '.join(allowed) or 'nothing'}. The order is {' -> '.join(STATES)}."
        + (reminder if last == "factual_accuracy_check" else "")
    )
