"""A whole run: lock, load, plan, execute; what ``hmic run`` does, without a word printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from hmic_analysis.errors import EXIT_DATA, EXIT_OK, EXIT_SOME_FAILED, DataError
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.runs.batch import run_orders
from hmic_analysis.runs.dispatch import make_orders
from hmic_analysis.runs.execute import clear_leftovers
from hmic_analysis.runs.failure import Failure
from hmic_analysis.runs.fingerprint import NATIONAL
from hmic_analysis.runs.loading import Loaded, load_returns
from hmic_analysis.runs.lock import run_lock
from hmic_analysis.runs.machine import processors
from hmic_analysis.runs.order import Order
from hmic_analysis.runs.plan import FAILED_BEFORE, Job, make_plan
from hmic_analysis.runs.record import Record
from hmic_analysis.runs.rules import RunRules
from hmic_analysis.runs.status import Board, Status


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes
    ----------
    forces : sequence of str
    findings : sequence of str
        Empty: all that have a notebook.
    overrides : mapping of str to str
    again : bool
        Run also what is up to date.
    only_failed : bool
        Run only what failed before.
    workers : int
        0: as the rules say.
    wait : float
        Seconds to wait for another run.
    """

    forces: Sequence[str]
    findings: Sequence[str] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    again: bool = False
    only_failed: bool = False
    workers: int = 0
    wait: float = 0

    def words(self) -> str:
        """``43 forces, A6``."""
        forces = ", ".join(self.forces) if len(self.forces) <= 3 else f"{len(self.forces)} forces"
        return forces + (f", {', '.join(self.findings)}" if self.findings else "")


@dataclass
class Watcher:
    """Whom a run tells what happens; each part may be left out.

    Attributes
    ----------
    tell : callable
        A line for people.
    planned : callable
        Reports to run, and reports up to date.
    ended : callable
        A report has ended.
    """

    tell: Callable[[str], None] = lambda words: None
    planned: Callable[[int, int], None] = lambda to_run, fresh: None
    ended: Callable[[Order, Record], None] = lambda order, record: None


@dataclass
class Outcome:
    """What a run came to.

    Attributes
    ----------
    status : Status
    results : list of tuple of Order and Record
        In the order of the plan.
    loaded : Loaded
    exit_code : int
    """

    status: Status
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
    """Load, plan and execute.

    Parameters
    ----------
    project : Project
    params : Params
    rules : RunRules
    wanted : Wanted
    watcher : Watcher
    executor : callable, optional
        By default warm copies and kernels of this machine.

    Returns
    -------
    Outcome

    Raises
    ------
    LockedError
        If another run of the project is going on.
    ParameterError
        If a parameter can't be used.
    """
    with run_lock(project, wanted.words(), watcher.tell, wanted.wait):
        clear_leftovers(project.output / "runs")
        board = Board(project, wanted.words())
        try:
            outcome = _run(project, params, rules, wanted, watcher, board, executor or _here(rules, wanted, project))
        except BaseException:
            board.finish("stopped", EXIT_SOME_FAILED)
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
    board.plan(len(jobs), fresh, len(due), loaded.words())
    watcher.planned(len(due), fresh)
    orders, modules = make_orders(project, due, rules)
    results = []
    with closing(executor(orders, modules, board, watcher)) as ended:
        for order, record in ended:
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

    Parameters
    ----------
    forces : sequence of str
        Forces that were asked for.
    jobs : sequence of Job
        The plan.
    results : sequence
        What was executed.
    loaded : Loaded

    Returns
    -------
    int
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
