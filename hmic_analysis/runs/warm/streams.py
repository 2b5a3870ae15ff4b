"""``sys.stdout`` and ``sys.stderr`` of a copy: text becomes stream messages in the order in which it was written."""

from __future__ import annotations

import io
import os
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

from hmic_analysis.runs.warm import wire

#: Characters held back before they are sent, unless something else is sent or the stream is flushed.
_HELD = 1 << 16
#: How often, and for how many seconds each time, a message waits for what was written before it.
_WAITS, _WAIT = 500, 0.0005


class Reporter:
    """Sends the messages of one copy; safe for threads, and for processes that the notebook forks."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.pid = os.getpid()
        self.lock = threading.RLock()
        self.streams: list[Stream] = []

    @property
    def own(self) -> bool:
        """Whether this is still the process that the notebook runs in."""
        return os.getpid() == self.pid

    def send(self, kind: str, content: dict[str, Any]) -> None:
        """Send one message after everything that was written before it."""
        if not self.own:
            # As in a Jupyter kernel: what a forked process displays has nowhere to go.
            return
        with self.lock:
            for stream in self.streams:
                stream.send_held()
            self._after_raw()
            self.raw(kind, content)

    def _after_raw(self) -> None:
        """Wait a moment until the worker has taken what was written past Python, so that the order stays."""
        for _ in range(_WAITS):
            if not any(_unread(stream.fileno()) for stream in self.streams):
                return
            time.sleep(_WAIT)

    def raw(self, kind: str, content: dict[str, Any]) -> None:
        """Send one message at once."""
        wire.send(self.fd, wire.pack(kind, content, time.time()))

    def writing(self, stream: Stream) -> None:
        """Send what the other stream holds, so that the order stays."""
        for other in self.streams:
            if other is not stream:
                other.send_held()


class Stream(io.TextIOBase):
    """One of the two streams.

    Parameters
    ----------
    name : str
        ``stdout`` or ``stderr``.
    reporter : Reporter
    fd : int
        The file descriptor of the same stream: what forked processes write goes there.
    """

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, name: str, reporter: Reporter, fd: int) -> None:
        super().__init__()
        # TextIOBase leaves the name to its subclasses.
        self.name = name
        self._reporter = reporter
        self._fd = fd
        self._parts: list[str] = []
        self._size = 0
        reporter.streams.append(self)

    def write(self, text: str) -> int:
        """Write text; anything else is refused as by any text stream."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if not self._reporter.own:
            wire.send(self._fd, text.encode("utf-8", "replace"))
            return len(text)
        with self._reporter.lock:
            self._reporter.writing(self)
            self._parts.append(text)
            self._size += len(text)
            if self._size > _HELD:
                self.send_held()
        return len(text)

    def send_held(self) -> None:
        """Send what is held as one message."""
        if self._parts:
            text = "".join(self._parts)
            self._parts.clear()
            self._size = 0
            self._reporter.raw("stream", {"name": self.name, "text": text})

    def flush(self) -> None:
        """Send what is held."""
        if self._reporter.own:
            with self._reporter.lock:
                self.send_held()

    def close(self) -> None:
        """Nothing: a notebook that closes its output goes on with it, as in a Jupyter kernel."""

    def isatty(self) -> bool:
        """Never a terminal."""
        return False

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The file descriptor that processes started by the notebook write to."""
        return self._fd

    def set_parent(self, parent: object) -> None:
        """Called by the shell for every cell; the worker knows the cell from the order of the messages."""

    @property
    def buffer(self) -> io.RawIOBase:
        """A binary stream to the same place."""
        return os.fdopen(os.dup(self._fd), "wb", buffering=0)


def _unread(fd: int) -> int:
    """Bytes in a pipe that its reader hasn't taken yet; 0 where the notebook has put something else there."""
    import fcntl
    import termios

    try:
        return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0" * 4))[0]
    except OSError:
        return 0


Deliver = Callable[[str, dict[str, Any]], None]
