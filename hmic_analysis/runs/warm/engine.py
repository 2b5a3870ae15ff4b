"""The papermill engine ``hmic-warm``: what papermill does with a kernel, done with a forked copy of this process.

papermill loads the module whenever it is itself imported, so nothing heavy is imported here before it is needed.
"""

from __future__ import annotations

from typing import Any

from papermill.engines import Engine, NBClientEngine, NotebookExecutionManager

from hmic_analysis.runs.warm import linux
from hmic_analysis.runs.warm.copy import Cell, Limits

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
        """Execute a notebook; called by papermill.

        Parameters
        ----------
        nb : NotebookNode
        kernel_name : str
        output_path : str or None
        progress_bar, log_output, autosave_cell_every
            As for papermill's own engine.
        **words
            Those of :meth:`execute_managed_notebook`.

        Returns
        -------
        NotebookNode
        """
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
        """Execute the cells.

        Parameters
        ----------
        nb_man : NotebookExecutionManager
        kernel_name : str
        log_output, stdout_file, stderr_file
            As for papermill's own engine.
        execution_timeout : float or None
            Seconds for one cell.
        limits : Limits or None
            In place of ``execution_timeout``.
        seed : int or None
            Start of the random numbers.
        report : dict or None
            Filled with ``peak_mb``.
        **words
            What only kernels need.

        Raises
        ------
        NotebookStopped
            If the notebook was stopped, or its process ended.
        """
        if not linux.supported():
            NBClientEngine.execute_managed_notebook(
                nb_man, kernel_name, log_output=log_output, stdout_file=stdout_file, stderr_file=stderr_file,
                execution_timeout=execution_timeout, **words,
            )  # fmt: skip
            return
        from papermill.clientwrap import PapermillNotebookClient

        from hmic_analysis.runs.warm.kernel import PipeKernel, make_kernel
        from hmic_analysis.runs.warm.listen import Listener
        from hmic_analysis.runs.warm.process import start_copy

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
            from hmic_analysis.runs.warm.endings import explain

            raise explain(outcome, listener.break_off(), limits)
        if not listener.failed:
            listener.pass_over(len(nb_man.nb.cells))
            client.set_widgets_metadata()
        nb_man.nb.metadata["language_info"] = dict(PipeKernel.language_info)


def cells_to_run(notebook: Any, skip_tag: str = "skip-execution") -> list[Cell]:
    """The cells that nbclient would execute.

    Parameters
    ----------
    notebook : NotebookNode
    skip_tag : str
        Tag of cells that are left out.

    Returns
    -------
    list of Cell
    """
    found = []
    for index, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and cell.source.strip() and skip_tag not in tags:
            found.append(Cell(index, cell.source, "raises-exception" in tags))
    return found
