"""What a copy tells its worker: messages through a pipe, and how it ended."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# --------------------------------------------------------------------------------------------------------------------
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


# --------------------------------------------------------------------------------------------------------------------
# How a notebook in a copy ended.


@dataclass
class Outcome:
    """How a notebook ended.

    Attributes
    ----------
    whole : bool
        Whether it came to its end, or to a cell that failed.
    stopped : str
        Why the worker stopped it: ``time``, ``cell time``, ``output``; empty if it didn't.
    wait_status : int
        As the operating system gives it.
    peak_kb : int
        The most memory that its process held.
    engine_fault : str
        Traceback of a fault in the engine itself.
    """

    whole: bool = False
    stopped: str = ""
    wait_status: int = 0
    peak_kb: int = 0
    engine_fault: str = ""
