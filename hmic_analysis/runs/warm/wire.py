"""What a copy tells its worker, and the few calls of the Linux kernel that Python has no name for."""

import ctypes
import json
import os
import signal
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The few calls of the Linux kernel that Python has no name for.

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


# What a copy tells its worker: messages through a pipe, each with its length before it.

_LENGTH = struct.Struct("<Q")

#: Kinds of message beside those of the Jupyter protocol, which are passed on as they are.
BEGUN = "cell begun"
DONE = "cell done"
ENDED = "notebook ended"
BROKEN = "engine broke"


def pack(kind: str, content: dict[str, Any], at: float) -> bytes:
    """A message as bytes."""
    from jupyter_client.session import json_packer

    body = json_packer([kind, content, at])
    return _LENGTH.pack(len(body)) + body


def send(fd: int, data: bytes) -> None:
    """Write all of it."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


class Inbox:
    """Puts together the messages that arrive in pieces."""

    def __init__(self) -> None:
        self._held = bytearray()

    def take(self, data: bytes) -> Iterator[tuple[str, dict[str, Any], float]]:
        """Add what was read; yield each message that is whole now."""
        self._held += data
        start = 0
        while len(self._held) - start >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._held, start)
            end = start + _LENGTH.size + size
            if len(self._held) < end:
                break
            kind, content, at = json.loads(bytes(self._held[start + _LENGTH.size : end]))
            start = end
            yield kind, content, at
        del self._held[:start]


# How a notebook in a copy ended.


@dataclass
class Outcome:
    """How a notebook ended."""

    #: Whether it came to its end, or to a cell that failed.
    whole: bool = False
    #: Why the worker stopped it: ``time``, ``cell time``, ``output``; empty if it didn't.
    stopped: str = ""
    #: As the operating system gives it.
    wait_status: int = 0
    #: The most memory that its process held.
    peak_kb: int = 0
    #: Traceback of a fault in the engine itself.
    engine_fault: str = ""
