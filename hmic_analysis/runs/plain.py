"""The papermill engine ``hmic-plain``: a Jupyter kernel for each notebook, as papermill has it, with limits."""

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager
from papermill.log import logger

from hmic_analysis.runs.record import NotebookStopped

NAME = "hmic-plain"
#: A kernel that doesn't start, most often for a port that another has taken meanwhile, is tried again.
_STARTS = 2


class PlainEngine(Engine):
    """Executes a notebook in a kernel of its own."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        log_output: bool = False,
        start_timeout: int = 60,
        seconds: float | None = None,
        memory_mb: int | None = None,
        output_mb: float | None = None,
        seed: int | None = None,
        **words: Any,
    ) -> None:
        """Execute the cells; called by papermill."""
        words.pop("input_path", None)
        deadline = time.monotonic() + seconds if seconds else None
        with memory_limited(memory_mb):
            for start in range(_STARTS):
                client = LimitedClient(
                    nb_man,
                    kernel_name=kernel_name,
                    startup_timeout=start_timeout,
                    timeout_func=lambda cell: None if deadline is None else _seconds_left(deadline),
                    log=logger,
                    log_output=log_output,
                    **words,
                )
                client.limit(seconds, output_mb, seed)
                try:
                    client.execute()
                    return
                except RuntimeError as fault:
                    # nbclient's faults of running cells are RuntimeErrors too; those come after the start.
                    if client.begun or start + 1 == _STARTS:
                        raise
                    logger.warning("The kernel did not start (%s); it is tried again.", fault)


class LimitedClient(PapermillNotebookClient):
    """papermill's client of a kernel, with limits on time and output."""

    begun = False
    _seconds: float | None = None
    _output_mb: float | None = None
    _seed: int | None = None
    _told = 0

    def limit(self, seconds: float | None, output_mb: float | None, seed: int | None) -> None:
        """Set the limits; see :meth:`PlainEngine.execute_managed_notebook`."""
        self._seconds, self._output_mb, self._seed = seconds, output_mb, seed

    def papermill_execute_cells(self) -> None:
        """Execute all cells; say how it ended where that was not by a cell's error."""
        from nbclient.exceptions import CellTimeoutError, DeadKernelError

        self.begun = True
        self._sow()
        try:
            super().papermill_execute_cells()
        except CellTimeoutError:
            message = f"It was stopped at its time limit of {self._seconds:g} seconds."
            raise NotebookStopped("time", last_begun(self.nb), message) from None
        except DeadKernelError:
            raise self._death() from None

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Apply a message to the notebook, unless there were too many."""
        if self._too_much():
            return None
        self._told += sum(len(str(part)) for part in msg["content"].values())
        if self._too_much() and self.task_poll_for_reply is not None:
            # nbclient then takes the kernel for dead, which it soon is.
            self.task_poll_for_reply.cancel()
            return None
        return super().process_message(msg, cell, cell_index)

    def _too_much(self) -> bool:
        return self._output_mb is not None and self._told > self._output_mb * 1_000_000

    def _sow(self) -> None:
        """Set the random state before the first cell, silently and without a name left behind."""
        if self._seed is None or self.nb.metadata.get("kernelspec", {}).get("language") != "python":
            return
        source = f"__import__('random').seed({self._seed}); __import__('numpy').random.seed({self._seed})"
        self.wait_for_reply(self.kc.execute(source, silent=True, store_history=False))

    def _death(self) -> NotebookStopped:
        from hmic_analysis.runs.warm.engine import ended_with

        cell = last_begun(self.nb)
        if self._too_much():
            return NotebookStopped("output", cell, f"It was stopped after {self._output_mb:g} MB of output.")
        process = getattr(getattr(self.km, "provisioner", None), "process", None)
        code = process.poll() if process is not None else None
        if code is None:
            return NotebookStopped("killed", cell, "Its kernel died.")
        return ended_with(cell, code)


def last_begun(notebook: Any) -> int | None:
    """Index of the last cell that papermill began."""
    begun = [i for i, cell in enumerate(notebook.cells) if cell.metadata.get("papermill", {}).get("start_time")]
    return begun[-1] if begun else None


@contextmanager
def memory_limited(megabytes: int | None) -> Iterator[None]:
    """Have the processes started meanwhile hold no more memory of their own than this."""
    if megabytes is None or not sys.platform.startswith("linux"):
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _seconds_left(deadline: float) -> int:
    """Whole seconds, as nbclient wants them; at least one, since it takes 0 for no limit."""
    return max(1, math.ceil(deadline - time.monotonic()))
