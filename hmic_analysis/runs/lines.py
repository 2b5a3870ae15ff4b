"""Lines to the processes that execute reports, each with one worker at its end."""

import os
import socket
import subprocess
import sys
import threading
from typing import IO, Protocol

from hmic_analysis.runs.record import Order, Record
from hmic_analysis.runs.warm.parent import ENVIRONMENT

#: Seconds beyond a notebook's own limit after which its worker is given up.
_PATIENCE = 120


class LineLost(Exception):
    """The process at the other end is gone."""


class Line(Protocol):
    """One worker: takes an order, gives a record."""

    def execute(self, order: Order) -> Record:
        """Have one report executed; :class:`LineLost` if the worker dies of it."""

    def close(self) -> None:
        """Let the worker go; a notebook that it is executing ends with it."""


def environment() -> dict[str, str]:
    """The environment of workers: one thread for each numerical library, sets in the same order everywhere."""
    fixed = {"PYTHONHASHSEED": ENVIRONMENT["PYTHONHASHSEED"], "PYTHONIOENCODING": "utf-8"}
    return {**ENVIRONMENT, **os.environ, **fixed}


class PlainLine:
    """A worker of its own, reached through its standard input and output; runs on every system."""

    def __init__(self) -> None:
        words = [sys.executable, "-m", "hmic_analysis.runs.execute"]
        own_group = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=environment(),
            **own_group,
        )

    def execute(self, order: Order) -> Record:
        """As in :class:`Line`."""
        return _ask(order, self._process.stdin, self._process.stdout, self._process.kill)

    def close(self) -> None:
        """As in :class:`Line`."""
        # At the end of its input the worker ends; a lane that waits for its answer is then let go too.
        _shut(self._process.stdin)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _shut(self._process.stdout)


class SocketLine:
    """A warm worker, reached through a socket."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._in = line.makefile("w", encoding="utf-8")
        self._out = line.makefile("r", encoding="utf-8")

    def execute(self, order: Order) -> Record:
        """As in :class:`Line`."""
        return _ask(order, self._in, self._out, self._cut)

    def _cut(self) -> None:
        self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """As in :class:`Line`."""
        try:
            self._cut()
        except OSError:
            # The worker was gone first.
            pass
        for stream in (self._in, self._out):
            _shut(stream)
        self._line.close()


def _ask(order: Order, orders: IO[str], records: IO[str], give_up) -> Record:
    guard = threading.Timer(order.seconds + _PATIENCE, give_up)
    guard.daemon = True
    guard.start()
    try:
        orders.write(order.model_dump_json() + "\n")
        orders.flush()
        answer = records.readline()
    except (OSError, ValueError) as fault:
        raise LineLost(str(fault)) from None
    finally:
        guard.cancel()
    if not answer.endswith("\n"):
        raise LineLost("The process that executed it died.")
    return Record.model_validate_json(answer)


def _shut(stream: IO[str]) -> None:
    try:
        stream.close()
    except (OSError, ValueError):
        # What was still to be written has no reader any more.
        return
