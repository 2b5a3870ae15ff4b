"""The kernel without sockets: a real ``IPythonKernel`` whose messages go to a function.

It is built once, in the parent, and copied with every fork.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import types
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.session import Session
from traitlets.config import Config

from hmic_analysis.runs.warm.streams import Deliver

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
        """Execute one cell.

        Parameters
        ----------
        loop : asyncio.AbstractEventLoop
        source : str

        Returns
        -------
        dict
            The content of the reply, as a Jupyter kernel gives it.
        """
        return loop.run_until_complete(self.do_execute(source, False, True, {}, False))


def make_kernel() -> PipeKernel:
    """Build the kernel of this process, or return it if it is there.

    Returns
    -------
    PipeKernel
    """
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
