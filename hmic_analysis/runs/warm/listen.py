"""The worker's side of one notebook: takes what the copy tells, and writes it into the notebook as papermill would."""

from __future__ import annotations

import datetime as dt
import os
import select
import time
from dataclasses import dataclass
from typing import Any

from nbclient.exceptions import CellExecutionComplete, CellExecutionError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NotebookExecutionManager

from hmic_analysis.runs.warm import process, wire
from hmic_analysis.runs.warm.copy import Cell, Limits
from hmic_analysis.runs.warm.outcome import Outcome

#: Seconds that a notebook's exit functions and threads get after its last cell.
_GRACE = 5.0
_AT_ONCE = 1 << 20


@dataclass
class _Place:
    """Where in the notebook the copy is."""

    current: int | None = None
    last: int = 0
    next: int = 0
    failed: bool = False
    ended: bool = False


class Listener:
    """Follows one copy to its end.

    Parameters
    ----------
    manager : NotebookExecutionManager
        papermill's keeper of the notebook.
    client : PapermillNotebookClient
        Its knowledge of what messages do to a notebook; it talks to no kernel.
    cells : list of Cell
        Those that are executed.
    limits : Limits
    """

    def __init__(
        self, manager: NotebookExecutionManager, client: PapermillNotebookClient, cells: list[Cell], limits: Limits
    ) -> None:
        self.manager = manager
        self.client = client
        self.cells = {cell.index: cell for cell in cells}
        self.limits = limits
        self.outcome = Outcome()
        self._at = _Place(last=cells[0].index if cells else 0)
        self._inbox = wire.Inbox()
        self._early: list[dict[str, Any]] = []
        self._told = 0
        self._deadlines: dict[str, float] = {}

    def follow(self, copy: process.Copy) -> Outcome:
        """Take everything a copy tells until its process has ended.

        Parameters
        ----------
        copy : Copy

        Returns
        -------
        Outcome
        """
        self._copy = copy
        self._streams = {copy.pipes.out: "stdout", copy.pipes.err: "stderr"}
        # In the order in which they are read: a copy tells a message only when what it wrote before was taken.
        self._open = dict.fromkeys((copy.pipes.messages, *self._streams))
        if self.limits.seconds:
            self._deadlines["time"] = time.monotonic() + self.limits.seconds
        dead = False
        try:
            dead = self._until_dead(copy)
        finally:
            if not dead:
                process.kill(copy.pid)
            self.outcome.wait_status, self.outcome.peak_kb = process.reap(copy.pid)
            self._rest(copy)
            copy.close()
        self.outcome.whole = self._at.ended or self._at.failed
        return self.outcome

    def _until_dead(self, copy: process.Copy) -> bool:
        """Poll until the process ends or must be ended; True if it has ended by itself."""
        poll = select.poll()
        for fd in (copy.alive, *self._open):
            poll.register(fd, select.POLLIN)
        while True:
            events = poll.poll(self._patience())
            reason = self._overdue()
            if reason:
                self.outcome.stopped = "" if reason == "grace" else reason
                return False
            ready = {fd for fd, _ in events}
            for fd in [fd for fd in self._open if fd in ready]:
                if not self._read(fd):
                    poll.unregister(fd)
                    del self._open[fd]
            if self._too_much():
                self.outcome.stopped = "output"
                return False
            if copy.alive in ready:
                return True

    def _patience(self) -> float | None:
        """Milliseconds to the next deadline."""
        if not self._deadlines:
            return None
        return max(0.0, (min(self._deadlines.values()) - time.monotonic()) * 1000)

    def _overdue(self) -> str:
        now = time.monotonic()
        return next((name for name, at in self._deadlines.items() if now >= at), "")

    def _too_much(self) -> bool:
        limit = self.limits.output_mb
        return limit is not None and self._told > limit * 1_000_000

    def _rest(self, copy: process.Copy) -> None:
        """What a dead copy left in its pipes, as far as it may be shown."""
        for fd in self._open:
            if not self._too_much():
                self._read(fd)
        while self._early:
            self._show("stream", self._early.pop(0), time.time())

    def _read(self, fd: int) -> bool:
        """Take what a pipe holds now; False at its end."""
        while True:
            try:
                data = os.read(fd, _AT_ONCE)
            except BlockingIOError:
                return True
            if not data:
                return False
            self._told += len(data)
            if fd in self._streams:
                self._take_raw(self._streams[fd], data)
            else:
                for message in self._inbox.take(data):
                    self._take(*message)
            if len(data) < 65536 or self._too_much():
                return True

    def _take_raw(self, name: str, data: bytes) -> None:
        """What was written past Python; between two cells it belongs to the one that is about to be told of."""
        content = {"name": name, "text": data.decode("utf-8", "replace")}
        if self._at.current is None and not self._at.ended:
            self._early.append(content)
        else:
            self._show("stream", content, time.time())

    def _take(self, kind: str, content: dict[str, Any], at: float) -> None:
        if kind == wire.BEGUN:
            self._begin(content["index"], content["count"], at)
        elif kind == wire.DONE:
            # First what the cell wrote straight to its file descriptors.
            for fd in self._streams:
                if fd in self._open:
                    self._read(fd)
            self._finish(content, at)
            self._copy.go_on()
        elif kind == wire.ENDED:
            self._at.ended = True
            self._deadlines = {"grace": time.monotonic() + _GRACE}
        elif kind == wire.BROKEN:
            self.outcome.engine_fault = content["traceback"]
        else:
            self._show(kind, content, at)

    def _begin(self, index: int, count: int, at: float) -> None:
        self.pass_over(index)
        self._at.current = self._at.last = index
        cell = self.manager.nb.cells[index]
        self.manager.cell_start(cell, index)
        now = _stamp(at)
        cell.metadata["execution"] = {"iopub.status.busy": now, "iopub.execute_input": now}
        cell.execution_count = count
        cell.outputs = []
        self.client.clear_before_next_output = False
        self.client.code_cells_executed += 1
        if self.limits.cell_seconds:
            self._deadlines["cell time"] = time.monotonic() + self.limits.cell_seconds
        while self._early:
            self._show("stream", self._early.pop(0), at)

    def _finish(self, content: dict[str, Any], at: float) -> None:
        index = self._at.current
        cell = self.manager.nb.cells[index]
        now = _stamp(at)
        cell.metadata["execution"].update({"iopub.status.idle": now, "shell.execute_reply": now})
        self._deadlines.pop("cell time", None)
        if content["status"] == "error" and not self.cells[index].may_fail:
            self._at.failed = True
            fault = CellExecutionError.from_cell_and_msg(cell, content)
            self.manager.cell_exception(cell, cell_index=index, exception=fault)
        self.manager.cell_complete(cell, cell_index=index)
        self._at.next = index + 1
        self._at.current = None

    def _show(self, kind: str, content: dict[str, Any], at: float) -> None:
        """Have nbclient apply a message to the cell that is running, or to the last one."""
        message = {
            "msg_type": kind,
            "header": {"msg_type": kind, "date": _stamp(at)},
            "content": content,
            "parent_header": {"msg_id": "cell"},
            "buffers": [],
            "metadata": {},
        }
        index = self._at.last if self._at.current is None else self._at.current
        cell = self.manager.nb.cells[index]
        if cell.cell_type != "code":
            return
        try:
            self.client.process_message(message, cell, index)
        except CellExecutionComplete:
            # A notebook that publishes "idle" itself ends nothing here.
            return

    def pass_over(self, index: int) -> None:
        """Mark the cells before ``index`` that are not executed as done, as papermill does."""
        while self._at.next < index:
            if self._at.next not in self.cells:
                cell = self.manager.nb.cells[self._at.next]
                self.manager.cell_start(cell, self._at.next)
                self.manager.cell_complete(cell, cell_index=self._at.next)
            self._at.next += 1

    @property
    def failed(self) -> bool:
        """Whether a cell failed that may not."""
        return self._at.failed

    def break_off(self) -> int:
        """Mark the cell in which the notebook was cut short; its index."""
        index = self._at.last if self._at.current is None else self._at.current
        cell = self.manager.nb.cells[index]
        self.manager.cell_exception(cell, cell_index=index)
        self.manager.cell_complete(cell, cell_index=index)
        return index


def _stamp(at: float) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat().replace("+00:00", "Z")
