"""The memory of a process and all below it, with shared pages counted once."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

#: Seconds between two looks; each costs some milliseconds a process.
_EVERY = 0.25


class Watch:
    """Looks at the memory of this process and those below it while its block runs.

    Parameters
    ----------
    active : bool
        Without it nothing is looked at, so that nothing is slowed down.

    Attributes
    ----------
    peak_mb : float
        The most that was seen; 0 where nothing was looked at.
    """

    def __init__(self, active: bool) -> None:
        self.peak_mb = 0.0
        self._active = active and Path("/proc/self/smaps_rollup").exists()
        self._over = threading.Event()

    def __enter__(self) -> Watch:
        if self._active:
            self._thread = threading.Thread(target=self._look, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self._over.set()
        if self._active:
            self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_EVERY):
            self.peak_mb = max(self.peak_mb, sum(_held(pid) for pid in _family(os.getpid())) / 1024)


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    above: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        above.setdefault(parent, []).append(int(path.parent.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += above.get(one, [])
    return found


def _held(pid: int) -> int:
    """Kilobytes, a page that several share counted in parts."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+)", text, re.M)
    return int(found.group(1)) if found else 0
