"""The few calls of the Linux kernel that Python has no name for."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

_SET_PARENT_DEATH_SIGNAL = 1
_SET_CHILD_SUBREAPER = 36


def supported() -> bool:
    """Whether warm copies can be made here: Linux, where a process can be copied and watched safely."""
    return sys.platform.startswith("linux") and hasattr(os, "fork") and hasattr(os, "pidfd_open")


def die_with_parent(parent: int) -> None:
    """Have this process killed when its parent dies, however it dies."""
    _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of whatever a notebook leaves behind, daemons too, so that it can be ended."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def children() -> list[int]:
    """Processes whose parent is this one."""
    try:
        words = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [int(word) for word in words]


def thread_count() -> int:
    """Threads of this process, those of libraries included."""
    return len(list(Path("/proc/self/task").iterdir()))


def first_to_go() -> None:
    """If memory runs out, let the kernel end this process and none of those that it depends on."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    except OSError:
        # Some containers forbid it; the limit on memory still holds.
        return


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
