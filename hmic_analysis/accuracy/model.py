"""What the factual-accuracy check keeps: the pack that was sent, and the log of what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from hmic_analysis.accuracy.claims import ClaimRow
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Model
from hmic_analysis.project import Project
from hmic_analysis.release.chain import read_chain

Decision = Literal["accepted", "part", "rejected"]
MANIFEST = "pack.json"


class Pack(Model):
    """What a force was sent.

    Attributes
    ----------
    force : str
    number : int
        From 1.
    made_at : str
        UTC, ISO 8601.
    synthetic : bool
    rows : tuple of ClaimRow
        The claims as they were shown.
    letter, evidence, files : dict of str to str
        Hashes of the letter, the bundles, and every file of the pack.
    """

    schema_version: int = 1
    force: str
    number: int
    made_at: str
    synthetic: bool
    rows: tuple[ClaimRow, ...]
    letter: dict[str, str]
    evidence: dict[str, str]
    files: dict[str, str]

    @property
    def id(self) -> str:
        """``cleveland-1``, as its workbook is marked."""
        return f"{self.force}-{self.number}"


class LogEntry(Model):
    """One line of the log of a force's factual-accuracy check.

    Attributes
    ----------
    kind : str
        ``sent``: a pack went out.  ``challenge``: one claim that was challenged.  ``followed``: a claim that nobody
        challenged and that changed with the data.  ``unchallenged``: a response without any challenge.
    at : str
        UTC, ISO 8601.
    pack : int
    response : str
        SHA-256 of the workbook.
    challenge, evidence_offered, decision, decision_reason : str
    files : dict of str to str
        SHA-256 of the corrected data files by name.
    version : int
        Number under which the return as it was before is kept; 0 where no data were loaded.
    verdict_before, verdict_after, figure_before, figure_after, sentence_before, sentence_after : str
    note : str
        Why there is nothing after, where there is nothing.
    """

    schema_version: int = 1
    kind: Literal["sent", "challenge", "followed", "unchallenged"]
    force: str
    at: str
    pack: int
    synthetic: bool
    response: str = ""
    claim: str = ""
    challenge: str = ""
    evidence_offered: str = ""
    decision: Decision | Literal[""] = ""
    decision_reason: str = ""
    files: dict[str, str] = Field(default_factory=dict)
    version: int = 0
    verdict_before: str = ""
    verdict_after: str = ""
    figure_before: str = ""
    figure_after: str = ""
    sentence_before: str = ""
    sentence_after: str = ""
    note: str = ""
    line: int = 0
    previous: str = ""


def accuracy_folder(project: Project, force: str) -> Path:
    """Where everything on a force's factual-accuracy check lies."""
    return project.output / "accuracy" / force


def log_path(project: Project, force: str) -> Path:
    """The log of a force's factual-accuracy check."""
    return accuracy_folder(project, force) / "log.jsonl"


def read_accuracy_log(project: Project, force: str) -> list[LogEntry]:
    """What became of a force's challenges so far; :class:`DataError` if the log is broken."""
    path = log_path(project, force)
    try:
        return [LogEntry.model_validate(entry) for entry in read_chain(path)]
    except ValidationError as fault:
        raise DataError(f"The log {path} holds an entry that is none ({str(fault).splitlines()[0]}).") from None


def pack_folder(project: Project, force: str, number: int) -> Path:
    """Where a pack lies."""
    return accuracy_folder(project, force) / f"pack-{number}"


def last_pack(project: Project, force: str) -> Pack | None:
    """The pack that a force was sent last; None where it was sent none.

    Raises
    ------
    DataError
        If it can't be read.
    """
    numbers = [entry.pack for entry in read_accuracy_log(project, force) if entry.kind == "sent"]
    if not numbers:
        return None
    path = pack_folder(project, force, max(numbers)) / MANIFEST
    try:
        return Pack.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise DataError(f"{path} can't be read ({str(fault).splitlines()[0]}). Put back a copy.") from None
