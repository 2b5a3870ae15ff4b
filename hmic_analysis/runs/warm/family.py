"""The run's handle on the parent of all copies, and starting and ending a copy with everything it has started."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from hmic_analysis.runs.lines import LineLost, SocketLine, environment
from hmic_analysis.runs.warm import wire
from hmic_analysis.runs.warm.copy import Cell, Limits, Pipes, live

# Starting a copy, and ending it with everything it has started.

#: File descriptors of this process that no notebook may inherit.
_private: set[int] = set()


def keep_from_notebooks(*fds: int) -> None:
    """Have file descriptors closed in every copy made from now on."""
    _private.update(fds)


@dataclass(frozen=True)
class Copy:
    """A running copy, as its worker sees it."""

    pid: int
    #: File descriptor that becomes readable when the process ends.
    alive: int
    #: The worker's ends.
    pipes: Pipes

    def close(self) -> None:
        """Close the worker's file descriptors."""
        for fd in (self.alive, *self.pipes.every()):
            os.close(fd)

    def go_on(self) -> None:
        """Give leave to go on to the next cell."""
        try:
            os.write(self.pipes.leave, b".")
        except BrokenPipeError:
            # It has ended meanwhile, which is seen elsewhere.
            return


def start_copy(cells: Sequence[Cell], limits: Limits, seed: int | None) -> Copy:
    """Fork a copy of this process that runs a notebook."""
    parent = os.getpid()
    (said, say), (out, to_out), (err, to_err), (await_leave, leave) = (os.pipe() for _ in range(4))
    mine, its = Pipes(said, out, err, leave), Pipes(say, to_out, to_err, await_leave)
    pid = os.fork()
    if pid == 0:
        try:
            for fd in (*mine.every(), *_private):
                os.close(fd)
            live(cells, its, limits, parent, seed)
        finally:
            os._exit(70)
    for fd in its.every():
        os.close(fd)
    for fd in (mine.messages, mine.out, mine.err):
        os.set_blocking(fd, False)
    return Copy(pid, os.pidfd_open(pid), mine)


def kill(pid: int) -> None:
    """Kill a copy and all processes of its session."""
    for call in (os.killpg, os.kill):
        try:
            call(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def reap(pid: int) -> tuple[int, int]:
    """Wait for a copy that has ended, and end what it left behind.

    Wait status, and the most memory that it held, in kilobytes.
    """
    _, status, usage = os.wait4(pid, 0)
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # Nothing of its session is left, which is the rule.
        pass
    _end_orphans()
    return status, usage.ru_maxrss


def _end_orphans() -> None:
    """End daemons that a notebook left: they have become children of this worker."""
    for _ in range(20):
        left = wire.children()
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                continue


# The run's handle on the parent of all copies: starts it, asks it for workers, starts it again if it was killed.

#: Seconds that the parent may take to import everything, on a slow disk.
_IMPORTS = 180
_MESSAGE = 1 << 20
_TAIL = 500


class NotFit(Exception):
    """No copies can be made here; the message says why."""


class Family:
    """The parent process of one run, with ``modules`` that the notebooks import.

    The parameter files of ``project`` are read ahead; of an empty name none.
    """

    def __init__(self, modules: Sequence[str], project: str = "") -> None:
        self._order = json.dumps({"modules": list(modules), "project": project}).encode()
        self._lock = threading.Lock()
        self._closed = False
        self._process: subprocess.Popen | None = None
        self._line: socket.socket | None = None

    def open_line(self) -> SocketLine:
        """A line to a new worker."""
        with self._lock:
            for _ in range(2):
                if self._closed:
                    break
                if self._line is None:
                    self._start()
                mine, theirs = socket.socketpair()
                try:
                    socket.send_fds(self._line, [b"worker"], [theirs.fileno()])
                    if self._line.recv(_MESSAGE):
                        return SocketLine(mine)
                except OSError:
                    # It is gone: killed, most likely.  Another is started.
                    pass
                finally:
                    theirs.close()
                mine.close()
                self._end()
        raise LineLost("The parent of the warm copies is gone.")

    def close(self) -> None:
        """End the parent, and with it all its workers."""
        with self._lock:
            self._closed = True
            self._end()

    def _start(self) -> None:
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, tempfile.TemporaryFile() as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hmic_analysis.runs.warm.parent", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                pass_fds=[theirs.fileno()],
                env=environment(),
                start_new_session=True,
            )
            theirs.close()
            self._line = mine
            mine.settimeout(_IMPORTS)
            try:
                mine.send(self._order)
                answer = mine.recv(_MESSAGE)
            except OSError as fault:
                answer = b""
                said.write(str(fault).encode())
            if not answer:
                said.seek(0)
                tail = said.read().decode("utf-8", "replace")[-_TAIL:].strip()
                self._end()
                raise NotFit(f"the parent of the warm copies did not start ({tail or 'it was killed'})")
            fault = json.loads(answer)["fault"]
            if fault:
                self._end()
                raise NotFit(fault)

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
