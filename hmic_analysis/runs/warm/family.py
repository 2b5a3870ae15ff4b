"""The run's handle on the parent of all copies: starts it, asks it for workers, starts it again if it was killed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence

from hmic_analysis.runs.lines import LineLost, SocketLine, environment

#: Seconds that the parent may take to import everything, on a slow disk.
_IMPORTS = 180
_MESSAGE = 1 << 20
_TAIL = 500


class NotFit(Exception):
    """No copies can be made here; the message says why."""


class Family:
    """The parent process of one run.

    Parameters
    ----------
    modules : sequence of str
        What the notebooks import.
    project : str
        Folder of the project, whose parameter files are read ahead; empty: none.
    """

    def __init__(self, modules: Sequence[str], project: str = "") -> None:
        self._order = json.dumps({"modules": list(modules), "project": project}).encode()
        self._lock = threading.Lock()
        self._closed = False
        self._process: subprocess.Popen | None = None
        self._line: socket.socket | None = None

    def open_line(self) -> SocketLine:
        """A line to a new worker.

        Returns
        -------
        SocketLine

        Raises
        ------
        NotFit
            If the parent can't be made fit.
        LineLost
            If it died twice in a row.
        """
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
