"""What a run says while it goes on, and at its end."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from hmic_analysis.errors import HmicError
from hmic_analysis.project import Project
from hmic_analysis.runs.order import Order
from hmic_analysis.runs.record import Record
from hmic_analysis.runs.session import Outcome, Watcher

_WORDS = {"complete": "done", "no_data": "no data", "failed": "FAILED"}
#: Reports without data are listed one by one up to this many.
_EMPTY_LISTED = 12
#: A log file is put aside at this size; so many old ones are kept.
_LOG_BYTES, _LOG_FILES = 2_000_000, 5


class Teller:
    """Says what happens in a run.

    Parameters
    ----------
    console : rich.console.Console
    quiet : bool
        Say only what needs a person: what failed, and data that can't be loaded.
    log : pathlib.Path or None
        File that gets every line with its time, said or not; it is rotated.
    """

    def __init__(self, console: Console, quiet: bool = False, log: Path | None = None) -> None:
        self.console = console
        self.quiet = quiet
        self._log = _log_file(log) if log else None
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._counts = dict.fromkeys(_WORDS, 0)

    def __enter__(self) -> Teller:
        return self

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        self.close_progress()
        if self._log is not None:
            if fault is not None:
                words = fault.message if isinstance(fault, HmicError) else f"{type(fault).__name__}: {fault}"
                self._write(f"Stopped. {words}")
            self._log.close()

    def watcher(self) -> Watcher:
        """What a run calls."""
        return Watcher(tell=self.line, planned=self._planned, ended=self._ended)

    def line(self, words: str, style: str = "", always: bool = False) -> None:
        """Say one line."""
        self._write(words)
        if always or not self.quiet:
            self.console.print(words, style=style or None, markup=False)

    def warn(self, words: str) -> None:
        """Say one line even where only little is said."""
        self.line(words, always=True)

    def _write(self, words: str) -> None:
        if self._log is not None:
            self._log.emit(logging.LogRecord("hmic", logging.INFO, "", 0, words, None, None))

    def close_progress(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _planned(self, to_run: int, fresh: int) -> None:
        if self.quiet or not to_run:
            return
        if fresh:
            self.line(f"{to_run} reports to run, {fresh} up to date.")
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self.console,
        )
        self._task = self._progress.add_task("Executing notebooks", total=to_run)
        self._progress.start()

    def _ended(self, order: Order, record: Record) -> None:
        self._counts[record.status] += 1
        said = f"  {order.name} {_WORDS[record.status]} in {record.seconds:.1f} s"
        self.line(said + (f": {record.failure.what().splitlines()[0]}" if record.failure else ""))
        if self._progress is not None:
            counts = ", ".join(f"{n} {_WORDS[status].lower()}" for status, n in self._counts.items() if n)
            self._progress.update(self._task, advance=1, description=counts)

    def sum_up(self, project: Project, outcome: Outcome) -> None:
        """Say at the end what came of it; what failed comes last.

        Parameters
        ----------
        project : Project
        outcome : Outcome
        """
        status = outcome.status
        if not outcome.results and status.planned:
            self._nothing_done(outcome)
        elif outcome.results:
            self.line(
                f"{status.done} done, {status.failed} failed, {status.no_data} no data, "
                f"{status.up_to_date} up to date in {status.seconds:.0f} s. "
                f"Evidence: {project.relative(project.output / 'runs')}/<force>/<finding>/"
            )
        self._ways(outcome.results)
        self._empty([pair for pair in outcome.results if pair[1].status == "no_data"])
        for order, record in outcome.results:
            if record.failure is not None:
                self._failed(project, order, record)
        if outcome.loaded.faults:
            self.line("Data that can't be loaded:", style="bold red", always=True)
        for words in outcome.loaded.words():
            self.line(words, always=True)

    def _nothing_done(self, outcome: Outcome) -> None:
        status = outcome.status
        if status.planned == status.up_to_date:
            self.line(f"Nothing to do: all {status.planned} reports are up to date.")
        else:
            self.line(f"Nothing to do: none of the {status.planned} reports failed before.")

    def _ways(self, results: Sequence[tuple[Order, Record]]) -> None:
        """Say which notebooks ran in kernels of their own, and why."""
        reasons: dict[str, list[str]] = {}
        for order, record in results:
            if record.engine_reason:
                reasons.setdefault(record.engine_reason, []).append(order.finding)
        for reason, findings in reasons.items():
            names = ", ".join(dict.fromkeys(findings))
            self.line(f"In a kernel of its own rather than a warm copy: {names} ({reason}).")

    def _empty(self, empty: Sequence[tuple[Order, Record]]) -> None:
        for order, record in empty[:_EMPTY_LISTED]:
            self.line(f"No data: {order.name} {order.title}. To request:")
            for line in record.request:
                self.line(f"  - {line}")
        if len(empty) > _EMPTY_LISTED:
            self.line(f"No data: {len(empty) - _EMPTY_LISTED} more; 'hmic plan' lists them.")

    def _failed(self, project: Project, order: Order, record: Record) -> None:
        failure = record.failure
        self.line(f"FAILED: {order.name} {order.title}", style="bold red", always=True)
        if failure.where():
            self.line(f"  {failure.where()}", always=True)
        self.line(f"  {failure.what()}", always=True)
        for line in failure.tail:
            self.line(f"  | {line}", always=True)
        self.line(f"  See {project.relative(order.folder)}/notebook.ipynb", always=True)


def _log_file(path: Path) -> RotatingFileHandler:
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    return handler
