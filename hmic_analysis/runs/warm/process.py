"""Starting a copy, and ending it with everything it has started."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from hmic_analysis.runs.warm import linux
from hmic_analysis.runs.warm.copy import Cell, Limits, Pipes, live

#: File descriptors of this process that no notebook may inherit.
_private: set[int] = set()


def keep_from_notebooks(*fds: int) -> None:
    """Have file descriptors closed in every copy made from now on."""
    _private.update(fds)


@dataclass(frozen=True)
class Copy:
    """A running copy, as its worker sees it.

    Attributes
    ----------
    pid : int
    alive : int
        File descriptor that becomes readable when the process ends.
    pipes : Pipes
        The worker's ends.
    """

    pid: int
    alive: int
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
    """Fork a copy of this process that runs a notebook.

    Parameters
    ----------
    cells : sequence of Cell
    limits : Limits
    seed : int or None

    Returns
    -------
    Copy
    """
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

    Parameters
    ----------
    pid : int

    Returns
    -------
    tuple of int
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
        left = linux.children()
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                continue
