"""The record of one report: what became of it, and on what it rests."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

RECORD_NAME = "run.json"
Status = Literal["complete", "no_data", "failed"]


class Failure(BaseModel):
    """Where a notebook failed, in words a person can act on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cell: int | None = None
    heading: str = ""
    line: str = ""
    error: str = ""
    message: str = ""


class Record(BaseModel):
    """What became of one report.

    Attributes
    ----------
    fingerprint : dict of str to str
        What it rested on, see :mod:`hmic_analysis.runs.fingerprint`.
    started, ended : str
        UTC, ISO 8601.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding: str
    force: str
    status: Status
    fingerprint: dict[str, str]
    parameters: dict[str, str]
    started: str
    ended: str
    seconds: float
    failure: Failure | None = None
    request: tuple[str, ...] = ()


def write_record(record: Record, folder: Path) -> None:
    """Write the record of a report into its folder, whole or not at all."""
    part = folder / f"{RECORD_NAME}.part"
    part.write_text(json.dumps(record.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8", newline="\n")
    os.replace(part, folder / RECORD_NAME)


def read_record(folder: Path) -> Record | None:
    """The record in a report's folder.

    Parameters
    ----------
    folder : pathlib.Path

    Returns
    -------
    Record or None
        None where there is none, or none that this version can read: the report is then run again.
    """
    try:
        return Record.model_validate_json((folder / RECORD_NAME).read_text(encoding="utf-8"))
    except (OSError, ValidationError, ValueError):
        return None
