"""A whole run: lock, load, plan, execute; what ``hmic run`` does, without a word printed."""

import getpass
import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from hmic_analysis.errors import (
    EXIT_DATA,
    EXIT_OK,
    EXIT_SOME_FAILED,
    DataError,
    LockedError,
    StorageError,
    storage_fault,
)
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.runs.execute import STOPS, clear_leftovers
from hmic_analysis.runs.fingerprint import NATIONAL
from hmic_analysis.runs.lanes import run_orders
from hmic_analysis.runs.plan import FAILED_BEFORE, Job, make_orders, make_plan
from hmic_analysis.runs.record import Failure, Order, Record
from hmic_analysis.runs.returns import Loaded, load_returns
from hmic_analysis.runs.rules import RunRules, processors
from hmic_analysis.runs.status import Board, Status
from hmic_analysis.words import say_clock

# One run at a time: a lock that says who holds it, and that a killed run doesn't keep.


class Holder(BaseModel):
    """Who holds the lock."""

    model_config = ConfigDict(frozen=True)

    host: str
    user: str
    pid: int
    #: UTC, ISO 8601.
    since: str
    #: The forces and findings of the run in words.
    what: str

    def words(self) -> str:
        """``process 4711 of anna on office-3, since 2014-03-31 23:00 BST (43 forces)``."""
        return f"process {self.pid} of {self.user} on {self.host}, since {say_clock(self.since)} ({self.what})"


@contextmanager
def run_lock(project: Project, what: str, tell: Callable[[str], None], wait: float = 0) -> Iterator[None]:
    """Hold the lock of a project's runs.

    The operating system lets go of it when the process that holds it ends, however that happens, so a lock file that
    is merely there keeps nobody out.
    """
    folder = project.output / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        holder = _read(folder)
        who = holder.words() if holder else "another process"
        raise LockedError(
            f"Another run of this project is going on: {who}.\n"
            "Wait for it to end ('hmic status' shows how far it is), or let this one wait with --wait MINUTES."
        ) from None
    try:
        left = _read(folder)
        if left is not None:
            tell(f"An earlier run was cut off ({left.words()}). What it completed stays; the rest is done now.")
        _write(folder, what)
        yield
        _path(folder).unlink(missing_ok=True)
    except BaseException:
        # An orderly end, even if by a fault: only a killed run leaves its name behind.
        _path(folder).unlink(missing_ok=True)
        raise
    finally:
        lock.release()


def _path(folder: Path) -> Path:
    return folder / ".holder.json"


def _read(folder: Path) -> Holder | None:
    try:
        return Holder.model_validate_json(_path(folder).read_bytes())
    except (OSError, ValidationError, ValueError):
        return None


def _write(folder: Path, what: str) -> None:
    holder = Holder(
        host=platform.node(),
        user=_user(),
        pid=os.getpid(),
        since=datetime.now(UTC).isoformat(timespec="seconds"),
        what=what,
    )
    _path(folder).write_text(json.dumps(holder.model_dump(), indent=1) + "\n", encoding="utf-8", newline="\n")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        # A scheduler may start a process whose user has no name.
        return "unknown user"


@dataclass(frozen=True)
class Wanted:
    """What is asked for."""

    forces: Sequence[str]
    #: Empty: all that have a notebook.
    findings: Sequence[str] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    #: Run also what is up to date.
    again: bool = False
    #: Run only what failed before.
    only_failed: bool = False
    #: 0: as the rules say.
    workers: int = 0
    #: Seconds to wait for another run.
    wait: float = 0

    def words(self) -> str:
        """``43 forces, A6``."""
        forces = ", ".join(self.forces) if len(self.forces) <= 3 else f"{len(self.forces)} forces"
        return forces + (f", {', '.join(self.findings)}" if self.findings else "")


@dataclass
class Watcher:
    """Whom a run tells what happens; each part may be left out."""

    #: A line for people.
    tell: Callable[[str], None] = lambda words: None
    #: Reports to run, and reports up to date.
    planned: Callable[[int, int], None] = lambda to_run, fresh: None
    #: A report has ended.
    ended: Callable[[Order, Record], None] = lambda order, record: None


@dataclass
class Outcome:
    """What a run came to."""

    status: Status
    #: In the order of the plan.
    results: list[tuple[Order, Record]]
    loaded: Loaded
    exit_code: int


#: How orders become records: on this machine, or on a cluster.
Executor = Callable[[Sequence[Order], Sequence[str], Board, Watcher], Iterator[tuple[Order, Record]]]


def run_reports(
    project: Project,
    params: Params,
    rules: RunRules,
    wanted: Wanted,
    watcher: Watcher,
    executor: Executor | None = None,
) -> Outcome:
    """Load, plan and execute."""
    with run_lock(project, wanted.words(), watcher.tell, wanted.wait):
        clear_leftovers(project.output / "runs")
        board = Board(project, wanted.words())
        try:
            outcome = _run(project, params, rules, wanted, watcher, board, executor or _here(rules, wanted, project))
        except BaseException as error:
            full = error if isinstance(error, StorageError) else storage_fault(error, writing=project.written_to)
            state, said = (full.state, full.message) if full else ("stopped", "")
            with suppress(OSError):
                board.finish(state, getattr(error, "exit_code", EXIT_SOME_FAILED), storage=said)
            raise
        outcome.status = board.finish("finished", outcome.exit_code)
        return outcome


def _run(
    project: Project,
    params: Params,
    rules: RunRules,
    wanted: Wanted,
    watcher: Watcher,
    board: Board,
    executor: Executor,
) -> Outcome:
    loaded = load_returns(project, params, wanted.forces, watcher.tell, wanted.workers or rules.workers or processors())
    # Without its return loaded a force's tables are those of an earlier return: nothing is made from them.
    usable = [slug for slug in wanted.forces if slug not in loaded.unloaded]
    jobs = make_plan(project, params, usable, wanted.findings, wanted.overrides, wanted.again)
    due = [job for job in jobs if job.due and (not wanted.only_failed or job.reason == FAILED_BEFORE)]
    fresh = sum(not job.due for job in jobs)
    unsent = tuple(slug for slug in wanted.forces if not project.any_return(slug))
    board.plan(len(jobs), fresh, len(due), data_faults=loaded.words(), unsent=unsent)
    watcher.planned(len(due), fresh)
    orders, modules = make_orders(project, due, rules)
    results = []
    with closing(executor(orders, modules, board, watcher)) as ended:
        for order, record in ended:
            if record.failure is not None and record.failure.error in STOPS:
                # What stops this report stops all that would follow.
                raise STOPS[record.failure.error](record.failure.message)
            board.end(order, record)
            watcher.ended(order, record)
            results.append((order, record))
    place = {job.name: i for i, job in enumerate(due)}
    results.sort(key=lambda pair: place[pair[0].name])
    return Outcome(board.status, results, loaded, exit_code(wanted.forces, jobs, results, loaded))


def _here(rules: RunRules, wanted: Wanted, project: Project) -> Executor:
    """Execute on this machine."""

    def executor(
        orders: Sequence[Order], modules: Sequence[str], board: Board, watcher: Watcher
    ) -> Iterator[tuple[Order, Record]]:
        workers = wanted.workers or rules.workers or processors()
        return run_orders(orders, workers, modules, str(project.root), watcher.tell, board.begin)

    return executor


def exit_code(
    forces: Sequence[str], jobs: Sequence[Job], results: Sequence[tuple[Order, Record]], loaded: Loaded
) -> int:
    """The exit code of a run.

    0 all well, 1 some failed, 3 where nothing but data that can't be loaded is to blame, in every force.
    """
    failed = [record for _, record in results if record.status == "failed"]
    everywhere = NATIONAL in loaded.faults or all(slug in loaded.faults for slug in forces)
    if not failed and not loaded.faults:
        return EXIT_OK
    only_data = all(_is_data_fault(record.failure) for record in failed)
    if loaded.faults and only_data and everywhere:
        return EXIT_DATA
    return EXIT_SOME_FAILED


def _is_data_fault(failure: Failure | None) -> bool:
    return failure is not None and (failure.kind == "data" or failure.error == DataError.__name__)
