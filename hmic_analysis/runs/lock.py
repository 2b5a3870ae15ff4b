"""One run at a time: a lock that says who holds it, and that a killed run doesn't keep."""

from __future__ import annotations

import getpass
import json
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from hmic_analysis.errors import LockedError
from hmic_analysis.project import Project


class Holder(BaseModel):
    """Who holds the lock.

    Attributes
    ----------
    host, user : str
    pid : int
    since : str
        UTC, ISO 8601.
    what : str
        The forces and findings of the run in words.
    """

    model_config = ConfigDict(frozen=True)

    host: str
    user: str
    pid: int
    since: str
    what: str

    def words(self) -> str:
        """``process 4711 of anna on office-3, since 2014-03-31 22:00 UTC (43 forces)``."""
        since = self.since[:16].replace("T", " ")
        return f"process {self.pid} of {self.user} on {self.host}, since {since} UTC ({self.what})"


@contextmanager
def run_lock(project: Project, what: str, tell: Callable[[str], None], wait: float = 0) -> Iterator[None]:
    """Hold the lock of a project's runs.

    The operating system lets go of it when the process that holds it ends, however that happens, so a lock file that
    is merely there keeps nobody out.

    Parameters
    ----------
    project : Project
    what : str
        The run in words, for whoever meets the lock.
    tell : callable
        Told that an earlier run was killed, where that is so.
    wait : float
        Seconds to wait for another run to end.

    Raises
    ------
    LockedError
        If another run holds it.
    """
    folder = project.output / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        holder = _read(folder)
        who = holder.words() if holder else "another process"
        raise LockedError(
            f"Another run of this project is going on: {who}.\n"
            "Wait for it to end ('hmic status' shows how far it is), or let this one wait with --wait MINUTES."
        ) from None
    try:
        left = _read(folder)
        if left is not None:
            tell(f"An earlier run was cut off ({left.words()}). What it completed stays; the rest is done now.")
        _write(folder, what)
        yield
        _path(folder).unlink(missing_ok=True)
    except BaseException:
        # An orderly end, even if by a fault: only a killed run leaves its name behind.
        _path(folder).unlink(missing_ok=True)
        raise
    finally:
        lock.release()


def is_running(project: Project) -> bool:
    """Whether some process holds the lock now; changes nothing on disk."""
    path = project.output / "runs" / ".lock"
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def _path(folder: Path) -> Path:
    return folder / ".holder.json"


def _read(folder: Path) -> Holder | None:
    try:
        return Holder.model_validate_json(_path(folder).read_bytes())
    except (OSError, ValidationError, ValueError):
        return None


def _write(folder: Path, what: str) -> None:
    holder = Holder(
        host=platform.node(),
        user=_user(),
        pid=os.getpid(),
        since=datetime.now(UTC).isoformat(timespec="seconds"),
        what=what,
    )
    _path(folder).write_text(json.dumps(holder.model_dump(), indent=1) + "\n", encoding="utf-8", newline="\n")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        # A scheduler may start a process whose user has no name.
        return "unknown user"
