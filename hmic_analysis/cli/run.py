"""``hmic run``, and what a run says while it goes on and at its end."""

from __future__ import annotations

import json
import logging
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
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

from hmic_analysis.cli.console import (
    AllOption,
    FindingOption,
    ForceOption,
    ProjectOption,
    SetOption,
    choose_forces,
    err,
    read_overrides,
    say,
)
from hmic_analysis.errors import EXIT_OK, HmicError, LockedError, ParameterError, said
from hmic_analysis.project import Project, find_project

if TYPE_CHECKING:
    from hmic_analysis.params.models import Params
    from hmic_analysis.runs.record import Order, Record
    from hmic_analysis.runs.rules import RunRules
    from hmic_analysis.runs.session import Executor, Outcome, Wanted, Watcher


# What a run says while it goes on, and at its end.

_WORDS = {"complete": "done", "no_data": "no data", "failed": "FAILED"}
#: Reports without data are listed one by one up to this many.
_EMPTY_LISTED = 12
#: A log file is put aside at this size; so many old ones are kept.
_LOG_BYTES, _LOG_FILES = 2_000_000, 5


class Teller:
    """Says what happens in a run.

    ``quiet``: only what needs a person, what failed and data that can't be loaded.  ``log``: a file that gets every
    line with its time, said or not; it is rotated.
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
                words = fault.message if isinstance(fault, HmicError) else f"{type(fault).__name__}: {said(fault)}"
                self._write(f"Stopped. {words}")
            self._log.close()

    def watcher(self) -> Watcher:
        """What a run calls."""
        from hmic_analysis.runs.session import Watcher

        return Watcher(tell=self.line, planned=self._planned, ended=self._ended)

    def line(self, words: str, style: str = "", always: bool = False) -> None:
        """Say one line."""
        self.log_line(words)
        if always or not self.quiet:
            self.console.print(words, style=style or None, markup=False)

    def warn(self, words: str) -> None:
        """Say one line even where only little is said."""
        self.line(words, always=True)

    def log_line(self, words: str) -> None:
        """One line of the log alone."""
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
        """Say at the end what came of it; what failed comes last."""
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
        # A force that sent nothing lacks everything: of several such one line tells.
        folded = status.unsent if len(status.unsent) > 1 else ()
        sent = [pair for pair in outcome.results if pair[0].force not in folded]
        self._empty([pair for pair in sent if pair[1].status == "no_data"])
        if status.unsent:
            from hmic_analysis.runs.status import unsent_words

            self.line(unsent_words(status.unsent))
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
            self.line(f"No data: {len(empty) - _EMPTY_LISTED} more; 'hmic findings' says what to ask for.")

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


# ``hmic run``.


def run(
    force: ForceOption = None,
    finding: FindingOption = None,
    everyone: AllOption = False,
    again: Annotated[bool, typer.Option("--again", help="Run also what is up to date.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Run only what failed before.")] = False,
    workers: Annotated[
        int, typer.Option("--workers", "-w", min=0, help="Notebooks at a time; 0: as params/runs.yml says.")
    ] = 0,
    engine: Annotated[
        str, typer.Option(help="auto: warm copies where they can be used; plain: a kernel for each notebook.")
    ] = "",
    wait: Annotated[float, typer.Option(min=0, help="Minutes to wait for another run to end.")] = 0,
    dask: Annotated[
        str, typer.Option("--dask", help="Execute on a Dask cluster: tcp://host:8786, or local:2 for two processes.")
    ] = "",
    share: Annotated[
        str,
        typer.Option("--share", help="With --dask: where workers find data and leave results, such as s3://bucket/x."),
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what needs a person.")] = False,
    log: Annotated[Path | None, typer.Option("--log", help="File that gets every line; it is rotated.")] = None,
    if_changed: Annotated[
        bool, typer.Option("--if-changed", help="Do nothing if no file has changed since the same run ended.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the status file at the end.")] = False,
    set: SetOption = None,  # noqa: A002
    project: ProjectOption = None,
) -> int:
    """Load the data of forces and execute their finding notebooks, as far as anything has changed."""
    from hmic_analysis.params.read import load_for
    from hmic_analysis.runs.plan import make_plan
    from hmic_analysis.runs.rules import load_rules
    from hmic_analysis.runs.session import Wanted
    from hmic_analysis.runs.status import inputs_seen, nothing_changed, remember

    home = find_project(project)
    selection = json.dumps([force, finding, everyone, set])
    if if_changed and not again and nothing_changed(home, selection):
        if not quiet:
            err().print("Nothing to do: no file has changed since the last run.")
        raise typer.Exit(EXIT_OK)
    seen, overrides = inputs_seen(home), read_overrides(set)
    try:
        params = load_for(home, finding or (), overrides)
        rules = load_rules(home, params).with_engine(engine)
        wanted = Wanted(
            forces=choose_forces(params, force, everyone),
            findings=finding or (),
            overrides=overrides,
            again=again,
            only_failed=failed,
            workers=workers,
            wait=wait * 60,
        )
        # The whole table of parameters is checked before any data are read or any kernel starts.
        make_plan(home, params, wanted.forces, wanted.findings, wanted.overrides)
    except HmicError as fault:
        # Nobody sees what a scheduled run prints: it has a log.
        if log is not None:
            words = ["--all"] if everyone else [w for slug in force or () for w in ("--force", slug)]
            _not_begun(home, [*words, *(w for id in finding or () for w in ("--finding", id))], fault, log)
        raise
    outcome = run_wanted(home, params, rules, wanted, quiet, log, _cluster(home, dask, share))
    remember(home, selection, seen)
    if as_json:
        say(json.dumps(outcome.status.model_dump(mode="json"), indent=1, ensure_ascii=False))
    raise typer.Exit(outcome.exit_code)


def _not_begun(project: Project, words: list[str], fault: HmicError, log: Path) -> None:
    """Tell of a run that its parameters kept from beginning, as of one that failed: log, status, command, mail."""
    from hmic_analysis.runs.rules import RunRules, load_rules
    from hmic_analysis.runs.status import Board, is_running

    with Teller(err(), True, log) as teller:
        teller.log_line(f"Not begun: {fault.message}")
        if is_running(project):
            return
        what = ", ".join(w for w in words if not w.startswith("--")) or "all forces"
        command = " ".join(["hmic run", *words])
        Board(project, what).finish("not begun", fault.exit_code, fault=fault.message, command=command)
        try:
            rules = load_rules(project, None)
        except HmicError:
            rules = RunRules()
        _tell_failed(project, rules, teller)


def _tell_failed(project: Project, rules: RunRules, teller: Teller) -> None:
    from hmic_analysis.runs.status import call_hook, read_status, send_mail, status_path

    call_hook("on_failure", rules.on_failure, status_path(project), teller.warn)
    if rules.mail_on_failure is not None:
        send_mail(rules.mail_on_failure, read_status(project), teller.warn)


def run_forces(project: Project, params: Params, forces: Sequence[str], findings: Sequence[str] = ()) -> int:
    """Load, plan and execute, showing progress: the exit code."""
    from hmic_analysis.runs.rules import load_rules
    from hmic_analysis.runs.session import Wanted

    return run_wanted(project, params, load_rules(project, params), Wanted(forces, findings)).exit_code


def _cluster(project: Project, address: str, share: str) -> Executor | None:
    """What sends the reports to a cluster; None: they are executed here."""
    from hmic_analysis.runs.cluster import run_on_cluster
    from hmic_analysis.runs.status import Board

    if not address:
        if share:
            raise ParameterError(
                "--share says where the workers of a cluster find the data; name the cluster with --dask."
            )
        return None

    def executor(orders: Sequence[Order], modules: Sequence[str], board: Board, watcher: Watcher) -> Iterator:
        return run_on_cluster(orders, modules, project, address, share, watcher.tell)

    return executor


def run_wanted(
    project: Project,
    params: Params,
    rules: RunRules,
    wanted: Wanted,
    quiet: bool = False,
    log: Path | None = None,
    executor: Executor | None = None,
) -> Outcome:
    """The work of ``hmic run`` when its words are read."""
    from hmic_analysis.runs.session import run_reports
    from hmic_analysis.runs.status import call_hook, status_path

    with Teller(err(), quiet, log) as teller, _stopped_in_order():
        try:
            outcome = run_reports(project, params, rules, wanted, teller.watcher(), executor)
        except LockedError:
            # The status is that of the run which holds the lock.
            raise
        except Exception:
            _tell_failed(project, rules, teller)
            call_hook("on_finish", rules.on_finish, status_path(project), teller.warn)
            raise
        teller.close_progress()
        teller.sum_up(project, outcome)
        status = status_path(project)
        if outcome.exit_code:
            _tell_failed(project, rules, teller)
        call_hook("on_finish", rules.on_finish, status, teller.warn)
    return outcome


@contextmanager
def _stopped_in_order() -> Iterator[None]:
    """Have Ctrl-C, and a request to end as schedulers send it, end the run with one line."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    # Only the main thread may say what a signal does; a run begun in another is not the one that is asked to end.
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, stop) if main else None
    try:
        yield
    except KeyboardInterrupt:
        raise HmicError("Stopped. What is complete stays; the next run does the rest.") from None
    finally:
        if main:
            signal.signal(signal.SIGTERM, before)
