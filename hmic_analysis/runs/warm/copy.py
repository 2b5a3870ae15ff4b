"""The forked copy of a process: the kernel without sockets, its streams, and running the cells of one notebook."""

from __future__ import annotations

import asyncio
import atexit
import io
import logging
import os
import random
import signal
import struct
import sys
import threading
import time
import traceback
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.session import Session
from traitlets.config import Config

from hmic_analysis.runs.warm import wire

# ``sys.stdout`` and ``sys.stderr`` of a copy: text becomes stream messages in the order in which it was written.

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
    """One of the two streams, ``stdout`` or ``stderr``; what forked processes write goes to its file descriptor."""

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


# The kernel without sockets: a real ``IPythonKernel`` whose messages go to a function.
#
# It is built once, in the parent, and copied with every fork.

_DEBUGGER = "ipykernel.debugger"


class PipeSession(Session):
    """A session that hands every message to ``deliver`` where Jupyter's would write it to a socket."""

    deliver: Deliver | None = None

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        track: bool = False,
        header: Any = None,
        metadata: Any = None,
    ) -> dict:
        """Take a message from the shell, the display hook or the display publisher."""
        if isinstance(msg_or_type, dict):
            message = msg_or_type
        else:
            message = self.msg(msg_or_type, content=content, parent=parent, header=header, metadata=metadata)
        if self.deliver is not None:
            self.deliver(message["msg_type"], message["content"])
        return message


class _NoThread:
    """Stands for the thread that would read a socket."""

    parent_thread = None


class PipeKernel(IPythonKernel):
    """The kernel; cells are given to :meth:`run` one by one."""

    shell_channel_thread = _NoThread()

    def run(self, loop: asyncio.AbstractEventLoop, source: str) -> dict[str, Any]:
        """Execute one cell. The content of the reply, as a Jupyter kernel gives it."""
        return loop.run_until_complete(self.do_execute(source, False, True, {}, False))


def make_kernel() -> PipeKernel:
    """Build the kernel of this process, or return it if it is there."""
    if PipeKernel.initialized():
        return PipeKernel.instance()
    settings = Config()
    # History would open a database and start a thread to save it.
    settings.HistoryManager.enabled = False
    settings.HistoryManager.hist_file = ":memory:"
    own_main = sys.modules["__main__"]
    had = sys.modules.get(_DEBUGGER)
    sys.modules[_DEBUGGER] = _no_debugger()
    try:
        kernel = PipeKernel.instance(
            config=settings, session=PipeSession(key=b""), log=logging.getLogger("hmic_analysis.kernel")
        )
    finally:
        # IPython makes its own __main__: the copy takes it, this process keeps its own.
        sys.modules["__main__"] = own_main
        if had is None:
            del sys.modules[_DEBUGGER]
        else:
            sys.modules[_DEBUGGER] = had
    _without_event_loop(kernel)
    return kernel


def _no_debugger() -> types.ModuleType:
    """In place of the debugger, which would patch ``os.fork``."""
    module = types.ModuleType(_DEBUGGER)
    module._is_debugpy_available = False
    module.Debugger = type("Debugger", (), {})
    return module


def _without_event_loop(kernel: PipeKernel) -> None:
    """Let ``%matplotlib inline`` work: only other toolkits need the event loop that isn't there."""
    real = kernel.shell.enable_gui

    def enable_gui(gui: str | None = None) -> None:
        if gui in (None, "inline"):
            kernel.shell.active_eventloop = gui
        else:
            real(gui)

    kernel.shell.enable_gui = enable_gui


# The forked copy: runs the cells of one notebook, reports them, and ends its process.


@dataclass(frozen=True)
class Cell:
    """One code cell."""

    #: Its place in the notebook, from 0.
    index: int
    source: str
    #: Whether the notebook goes on after an error in it.
    may_fail: bool


@dataclass(frozen=True)
class Limits:
    """What one notebook may take."""

    #: For the whole notebook.
    seconds: float | None = None
    #: For one cell.
    cell_seconds: float | None = None
    #: Memory of its own for each of its processes.
    memory_mb: int | None = None
    #: What it may print and display in all.
    output_mb: float | None = None


@dataclass(frozen=True)
class Pipes:
    """File descriptors between worker and copy, of one of the two."""

    #: From the copy: messages, and the raw standard output and error.
    messages: int
    out: int
    err: int
    #: To the copy: leave to go on to the next cell.
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
    wire.die_with_parent(parent)
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(pipes.out, 1)
    os.dup2(pipes.err, 2)
    for fd in (nothing, pipes.out, pipes.err):
        os.close(fd)
    wire.first_to_go()
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
