"""The parent of all copies: a process of its own, started once a run, that imports the stack and forks workers.

``python -m hmic_analysis.runs.warm.parent SOCKET`` with the number of an open socket.  The first message says what to
import; each further one carries one end of a worker's line.  When the socket closes, the parent ends, and with it all
its workers and copies.
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
from pathlib import Path

from hmic_analysis.runs.warm import linux

_MESSAGE = 1 << 20


def main(argv: list[str] | None = None) -> int:
    """Serve one run.

    Parameters
    ----------
    argv : list of str, optional
        The number of the socket.

    Returns
    -------
    int
        0 when the run has let go of it.
    """
    (number,) = sys.argv[1:] if argv is None else argv
    with socket.socket(fileno=int(number)) as line:
        line.set_inheritable(False)
        wanted = json.loads(line.recv(_MESSAGE))
        fault = _get_ready(wanted["modules"], wanted["project"])
        line.send(json.dumps({"fault": fault}).encode())
        if fault:
            return 1
        while True:
            message, fds, _, _ = socket.recv_fds(line, _MESSAGE, 1)
            if not message:
                return 0
            line.send(json.dumps({"pid": _fork_worker(line, fds[0])}).encode())


def _get_ready(modules: list[str], project: str) -> str:
    """Import everything; why that is not enough, or an empty text."""
    from hmic_analysis.runs.warm.preload import prepare, settle

    try:
        fault = prepare(modules)
        if fault:
            return fault
        _for_workers()
        if project:
            _for_reports(project)
    except Exception as found:  # noqa: BLE001 - whatever it is, the plain engine still works
        return f"{type(found).__name__}: {found}"
    return settle()


def _for_workers() -> None:
    """What every worker needs beside the notebooks."""
    for name in ("papermill", "hmic_analysis.runs.worker", "hmic_analysis.runs.warm.listen"):
        importlib.import_module(name)


def _for_reports(project: str) -> None:
    """What every report asks for: parameters and versions; the copies find the answers."""
    from hmic_analysis.evidence.bundle import package_versions
    from hmic_analysis.params.load import load_params
    from hmic_analysis.project import Project

    load_params(Project(Path(project)))
    package_versions()


def _fork_worker(line: socket.socket, fd: int) -> int:
    _bury()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(fd)
        return pid
    code = 71
    try:
        linux.die_with_parent(parent)
        line.close()
        linux.adopt_orphans()
        from hmic_analysis.runs.warm.process import keep_from_notebooks
        from hmic_analysis.runs.worker import serve_socket

        keep_from_notebooks(fd)
        serve_socket(socket.socket(fileno=fd))
        code = 0
    finally:
        os._exit(code)


def _bury() -> None:
    """Take note of workers that have ended."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


if __name__ == "__main__":
    sys.exit(main())
