"""Parameters that were read and found right are kept beside the project's key, for the next command.

Reading and checking all files takes longer than most commands' own work. What is kept stands for one content of the
files and one version of this package; whatever differs is read anew, and so is all that can't be kept or read back.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from hmic_analysis.params.models import Params
from hmic_analysis.project import Project


def kept(project: Project, content: str) -> Params | None:
    """What was kept of files with this content; None if nothing was."""
    try:
        # Only its owner may write there: what is unpickled is run.
        whole = _place(project).read_bytes()
        stamp, _, made = whole.partition(b"\n")
        if stamp != _stamp(content):
            return None
        found = pickle.loads(made)
    except Exception:
        return None
    return found if isinstance(found, Params) else None


def keep(project: Project, content: str, params: Params) -> None:
    """Keep what was read, in place of what was kept before; where that can't be done nothing is lost."""
    path = _place(project)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            part.write_bytes(_stamp(content) + b"\n" + pickle.dumps(params, protocol=pickle.HIGHEST_PROTOCOL))
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)


def _place(project: Project) -> Path:
    return project.keys / "params.pickle"


def _stamp(content: str) -> bytes:
    return hashlib.sha256(f"{content} {_version()}".encode()).hexdigest().encode()


@cache
def _version() -> str:
    """What reads and checks, as it stands on the disk: a change of it makes nothing of what was kept."""
    package = Path(__file__).parents[1]
    files = sorted([*package.glob("*.py"), *package.glob("params/*.py"), *package.glob("contracts/*.py")])
    found = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr([sys.version, *found]).encode()).hexdigest()
