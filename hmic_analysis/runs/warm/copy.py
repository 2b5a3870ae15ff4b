"""The forked copy: runs the cells of one notebook, reports them, and ends its process."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import random
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from hmic_analysis.runs.warm import linux, wire
from hmic_analysis.runs.warm.kernel import Reporter, Stream


@dataclass(frozen=True)
class Cell:
    """One code cell.

    Attributes
    ----------
    index : int
        Its place in the notebook, from 0.
    source : str
    may_fail : bool
        Whether the notebook goes on after an error in it.
    """

    index: int
    source: str
    may_fail: bool


@dataclass(frozen=True)
class Limits:
    """What one notebook may take.

    Attributes
    ----------
    seconds : float or None
        For the whole notebook.
    cell_seconds : float or None
        For one cell.
    memory_mb : int or None
        Memory of its own for each of its processes.
    output_mb : float or None
        What it may print and display in all.
    """

    seconds: float | None = None
    cell_seconds: float | None = None
    memory_mb: int | None = None
    output_mb: float | None = None


@dataclass(frozen=True)
class Pipes:
    """File descriptors between worker and copy, of one of the two.

    Attributes
    ----------
    messages, out, err : int
        From the copy: messages, and the raw standard output and error.
    leave : int
        To the copy: leave to go on to the next cell.
    """

    messages: int
    out: int
    err: int
    leave: int

    def every(self) -> tuple[int, ...]:
        """All four."""
        return self.messages, self.out, self.err, self.leave


def live(cells: Sequence[Cell], pipes: Pipes, limits: Limits, parent: int, seed: int | None) -> None:
    """Run the notebook and end the process; never returns."""
    code = 1
    try:
        _leave_worker(pipes, limits, parent)
        reporter = Reporter(pipes.messages)
        try:
            _run(cells, reporter, pipes.leave, seed)
            code = 0
        except BaseException:
            reporter.send(wire.BROKEN, {"traceback": traceback.format_exc()})
    finally:
        os._exit(code)


def _leave_worker(pipes: Pipes, limits: Limits, parent: int) -> None:
    """Become a process of its own: session, signals, standard streams, limits."""
    linux.die_with_parent(parent)
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(pipes.out, 1)
    os.dup2(pipes.err, 2)
    for fd in (nothing, pipes.out, pipes.err):
        os.close(fd)
    linux.first_to_go()
    limit_memory(limits.memory_mb)


def limit_memory(megabytes: int | None) -> None:
    """Limit the memory that this process, and each that it starts, may have of its own; no core file if it dies.

    Mapped files and shared pages don't count, so the imported stack of the parent is free.
    """
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if megabytes is not None:
        size = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def _run(cells: Sequence[Cell], reporter: Reporter, leave: int, seed: int | None) -> None:
    from hmic_analysis.runs.warm.kernel import make_kernel

    kernel = make_kernel()
    # Exit functions of the worker are not this notebook's; those that it registers itself are run below.
    atexit._clear()
    logging.disable(logging.NOTSET)
    _python_as_in_a_kernel(kernel)
    seed_random(seed)
    sys.stdout, sys.stderr = Stream("stdout", reporter, 1), Stream("stderr", reporter, 2)
    kernel.session.deliver = reporter.send
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    kernel.shell.set_parent({"header": {"msg_id": "cell", "session": "copy"}, "msg_id": "cell"})
    for cell in cells:
        reporter.send(wire.BEGUN, {"index": cell.index, "count": kernel.shell.execution_count})
        reply = kernel.run(loop, cell.source)
        content = {k: reply[k] for k in ("status", "ename", "evalue", "traceback") if k in reply}
        reporter.send(wire.DONE, {"index": cell.index, **content})
        if reply["status"] == "error" and not cell.may_fail:
            break
        # What a cell wrote straight to its file descriptors is taken before the next one can write there.
        os.read(leave, 1)
    reporter.send(wire.ENDED, {})
    atexit._run_exitfuncs()
    for stream in reporter.streams:
        stream.flush()


def _python_as_in_a_kernel(kernel) -> None:
    """Module paths, arguments and ``__main__`` as a notebook kernel has them."""
    if "" not in sys.path:
        before = next((i for i, path in enumerate(sys.path) if path.endswith("site-packages")), 0)
        sys.path.insert(before, "")
    sys.argv = ["ipykernel_launcher.py"]
    sys.modules["__main__"] = kernel.shell.user_module


def seed_random(seed: int | None) -> None:
    """Set the random state of Python and NumPy; with None, a new one, which a copy would otherwise share."""
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed)
