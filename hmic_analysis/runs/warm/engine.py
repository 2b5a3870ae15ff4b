"""The papermill engine ``hmic-warm``: what papermill does with a kernel, done with a forked copy of this process."""

import datetime as dt
import os
import select
import signal
import time
from dataclasses import dataclass
from typing import Any

from nbclient.exceptions import CellExecutionComplete, CellExecutionError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NBClientEngine, NotebookExecutionManager

from hmic_analysis.runs.record import NotebookStopped
from hmic_analysis.runs.warm import family, wire
from hmic_analysis.runs.warm.copy import Cell, Limits
from hmic_analysis.runs.warm.wire import Outcome

# Why a notebook did not come to its end, in words.

#: SIGKILL, which Windows has no name for.
_KILL = 9


def explain(outcome: Outcome, cell: int, limits: Limits) -> NotebookStopped:
    """The exception for a notebook that was stopped or whose process ended."""
    if outcome.stopped == "time":
        return NotebookStopped("time", cell, f"It was stopped at its time limit of {limits.seconds:g} seconds.")
    if outcome.stopped == "cell time":
        return NotebookStopped("time", cell, f"A cell took longer than {limits.cell_seconds:g} seconds.")
    if outcome.stopped == "output":
        return NotebookStopped("output", cell, f"It was stopped after {limits.output_mb:g} MB of output.")
    if outcome.engine_fault:
        return NotebookStopped("engine", cell, f"The warm engine failed:\n{outcome.engine_fault}")
    return ended_with(cell, os.waitstatus_to_exitcode(outcome.wait_status), outcome.peak_kb / 1024)


def ended_with(cell: int | None, code: int, peak_mb: float = 0) -> NotebookStopped:
    """The exception for a process that ended by itself or was killed."""
    held = f" It held {peak_mb:,.0f} MB." if peak_mb else ""
    if code >= 0:
        return NotebookStopped("exit", cell, f"The notebook ended its own process, with code {code}.")
    if -code == _KILL:
        message = "Its process was killed, most often because the machine ran out of memory."
        return NotebookStopped("killed", cell, message + held)
    return NotebookStopped("killed", cell, f"Its process died of signal {_name(-code)}.{held}")


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


# The worker's side of one notebook: takes what the copy tells, and writes it into the notebook as papermill would.

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
    """Follows one copy to its end, over the ``cells`` that are executed.

    ``manager`` is papermill's keeper of the notebook, ``client`` knows what messages do to one; it talks to no kernel.
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

    def follow(self, copy: family.Copy) -> Outcome:
        """Take everything a copy tells until its process has ended."""
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
                family.kill(copy.pid)
            self.outcome.wait_status, self.outcome.peak_kb = family.reap(copy.pid)
            self._rest(copy)
            copy.close()
        self.outcome.whole = self._at.ended or self._at.failed
        return self.outcome

    def _until_dead(self, copy: family.Copy) -> bool:
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

    def _rest(self, copy: family.Copy) -> None:
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


# papermill loads the module whenever it is itself imported, so nothing heavy is imported here before it is needed.

NAME = "hmic-warm"
#: Seconds between two saves of a notebook that is running; papermill saves twice a cell.
_SAVE_EVERY = 2.0


class SparingManager(NotebookExecutionManager):
    """papermill's keeper of a notebook, saving while it runs only every other second."""

    final = False

    def save(self, **words: Any) -> None:
        """Save, unless it was saved a moment ago."""
        if self.final or (self.now() - self.last_save_time).total_seconds() >= _SAVE_EVERY:
            super().save(**words)


class WarmEngine(Engine):
    """Executes a notebook in a forked copy of this process; elsewhere than on Linux in a kernel, as papermill does."""

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **words: Any,
    ) -> Any:
        """Execute a notebook; called by papermill."""
        manager = SparingManager(
            nb,
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        manager.notebook_start()
        try:
            cls.execute_managed_notebook(manager, kernel_name, log_output=log_output, **words)
        except BaseException:
            # papermill writes the file after the engine has returned; after a fault it doesn't.
            manager.final = True
            raise
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        return manager.nb

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        execution_timeout: float | None = None,
        limits: Limits | None = None,
        seed: int | None = None,
        report: dict[str, Any] | None = None,
        **words: Any,
    ) -> None:
        """Execute the cells."""
        if not wire.supported():
            NBClientEngine.execute_managed_notebook(
                nb_man, kernel_name, log_output=log_output, stdout_file=stdout_file, stderr_file=stderr_file,
                execution_timeout=execution_timeout, **words,
            )  # fmt: skip
            return
        from papermill.clientwrap import PapermillNotebookClient

        from hmic_analysis.runs.warm.copy import PipeKernel, make_kernel
        from hmic_analysis.runs.warm.family import start_copy

        make_kernel()
        client = PapermillNotebookClient(
            nb_man, log_output=log_output, stdout_file=stdout_file, stderr_file=stderr_file
        )
        client.reset_execution_trackers()
        cells = cells_to_run(nb_man.nb, client.skip_cells_with_tag)
        limits = limits or Limits(cell_seconds=execution_timeout)
        listener = Listener(nb_man, client, cells, limits)
        outcome = listener.follow(start_copy(cells, limits, seed))
        if report is not None:
            report["peak_mb"] = round(outcome.peak_kb / 1024, 1)
        if not outcome.whole:
            raise explain(outcome, listener.break_off(), limits)
        if not listener.failed:
            listener.pass_over(len(nb_man.nb.cells))
            client.set_widgets_metadata()
        nb_man.nb.metadata["language_info"] = dict(PipeKernel.language_info)


def cells_to_run(notebook: Any, skip_tag: str = "skip-execution") -> list[Cell]:
    """The cells that nbclient would execute."""
    found = []
    for index, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and cell.source.strip() and skip_tag not in tags:
            found.append(Cell(index, cell.source, "raises-exception" in tags))
    return found
