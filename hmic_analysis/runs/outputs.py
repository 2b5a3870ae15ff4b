"""The files of a report, and their hashes."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from hmic_analysis.evidence.bundle import BUNDLE_NAME

EXECUTED_NAME = "notebook.ipynb"
#: What a bundle says of the run rather than of the force.
_NOT_EVIDENCE = ("seconds",)
_PUBLISHED = ("figures/", "tables/")


class Output(BaseModel):
    """One file of a report.

    Attributes
    ----------
    sha256 : str
        Of the file; of an evidence bundle without the time that it took to make.
    bytes : int
        Size of the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    bytes: int


def outputs_of(folder: Path, leave_out: str) -> dict[str, Output]:
    """Hash every file of a report.

    Parameters
    ----------
    folder : pathlib.Path
    leave_out : str
        Name of the file that the hashes are going to be written to.

    Returns
    -------
    dict of str to Output
        By path below the folder, with forward slashes.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != leave_out:
            content = path.read_bytes()
            found[name] = Output(sha256=_digest(name, content), bytes=len(content))
    return found


def result_of(outputs: dict[str, Output]) -> str:
    """One hash over evidence, figures and tables: equal for the same inputs, whichever way they were made.

    The executed notebook is left out, since it holds the times of its cells, and so are notes of the engine.

    Parameters
    ----------
    outputs : dict of str to Output

    Returns
    -------
    str
    """
    told = [name for name in sorted(outputs) if name == BUNDLE_NAME or name.startswith(_PUBLISHED)]
    parts = [(name, outputs[name].sha256) for name in told]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def what_is_missing(folder: Path, outputs: dict[str, Output]) -> str:
    """The first file of a report that is not there in the size in which it was written; empty if none.

    Parameters
    ----------
    folder : pathlib.Path
    outputs : dict of str to Output

    Returns
    -------
    str
    """
    # Thousands of files are looked at for one plan, so their paths are put together plainly.
    place = str(folder)
    for name, out in outputs.items():
        try:
            size = os.stat(os.path.join(place, name)).st_size
        except OSError:
            return name
        if size != out.bytes:
            return name
    return ""


def _digest(name: str, content: bytes) -> str:
    if name == BUNDLE_NAME:
        bundle = {k: v for k, v in json.loads(content).items() if k not in _NOT_EVIDENCE}
        content = json.dumps(bundle, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()
