"""The manifest of one report: what became of it, and on what it rests."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hmic_analysis.runs.failure import Failure
from hmic_analysis.runs.order import Order
from hmic_analysis.runs.outputs import Output, result_of

RECORD_NAME = "run.json"
BASIS_NAME = "basis.json"
Status = Literal["complete", "no_data", "failed"]


class Record(BaseModel):
    """What became of one report.

    Attributes
    ----------
    fingerprint : dict of str to str
        What it rested on, see :mod:`hmic_analysis.runs.fingerprint`.
    parameters : dict of str to str
        What the notebook was given.
    started, ended : str
        UTC, ISO 8601.
    failure : Failure or None
    request : tuple of str
        What to ask the force for, where there were no data.
    engine, engine_reason : str
        ``warm`` or ``plain``, and why not ``warm``.
    host : str
        Machine that executed it.
    peak_mb : float or None
        The most memory that its process held.
    inputs : dict of str to str
        SHA-256 of each file of the return that was used.
    versions : dict of str to str
        Of Python and packages.
    outputs : dict of str to Output
        Every file of the report but this one.
    result : str
        One hash over evidence, figures and tables.
    run : str
        Name of the run that made it.
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
    engine: str = ""
    engine_reason: str = ""
    host: str = ""
    peak_mb: float | None = None
    inputs: dict[str, str] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    outputs: dict[str, Output] = Field(default_factory=dict)
    result: str = ""
    run: str = ""

    def with_outputs(self, outputs: dict[str, Output]) -> Record:
        """The same with the files of the report."""
        return self.model_copy(update={"outputs": outputs, "result": result_of(outputs)})


def failed_record(order: Order, failure: Failure) -> Record:
    """The record of a report that could not even be begun.

    Parameters
    ----------
    order : Order
    failure : Failure

    Returns
    -------
    Record
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Record(
        finding=order.finding,
        force=order.force,
        status="failed",
        fingerprint=order.fingerprint,
        parameters=order.parameters,
        started=now,
        ended=now,
        seconds=0,
        failure=failure,
        engine=order.engine,
        engine_reason=order.engine_reason,
        run=order.run,
    )


def write_record(record: Record, folder: Path) -> None:
    """Write the record of a report into its folder, whole or not at all."""
    part = folder / f"{RECORD_NAME}.part"
    with part.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(record.model_dump_json(indent=1) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, folder / RECORD_NAME)


def write_basis(basis: Mapping[str, Mapping[str, str]], folder: Path) -> None:
    """Write what a report rests on, item by item, into its folder."""
    text = json.dumps(basis, indent=0, sort_keys=True, ensure_ascii=False)
    (folder / BASIS_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_basis(folder: Path) -> dict[str, dict[str, str]]:
    """What a report rests on, item by item; empty where it isn't known."""
    try:
        return json.loads((folder / BASIS_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


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
        return Record.model_validate_json((folder / RECORD_NAME).read_bytes())
    except (OSError, ValidationError, ValueError):
        return None
