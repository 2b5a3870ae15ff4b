"""``hmic run``."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from hmic_analysis.cli.console import (
    AllOption,
    FindingOption,
    ForceOption,
    ProjectOption,
    SetOption,
    choose_forces,
    err,
    out,
    read_overrides,
)
from hmic_analysis.cli.progress import Teller
from hmic_analysis.errors import EXIT_OK, HmicError, ParameterError
from hmic_analysis.params.load import load_params
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project, find_project
from hmic_analysis.runs.changed import inputs_seen, nothing_changed, remember
from hmic_analysis.runs.cluster import run_on_cluster
from hmic_analysis.runs.hooks import call_hook
from hmic_analysis.runs.order import Order
from hmic_analysis.runs.plan import make_plan
from hmic_analysis.runs.rules import RunRules, load_rules
from hmic_analysis.runs.session import Executor, Outcome, Wanted, Watcher, run_reports
from hmic_analysis.runs.status import Board, status_path


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
    home = find_project(project)
    selection = json.dumps([force, finding, everyone, set])
    if if_changed and not again and nothing_changed(home, selection):
        if not quiet:
            err().print("Nothing to do: no file has changed since the last run.")
        raise typer.Exit(EXIT_OK)
    seen = inputs_seen(home)
    params = load_params(home)
    rules = load_rules(home, params).with_engine(engine)
    wanted = Wanted(
        forces=choose_forces(params, force, everyone),
        findings=finding or (),
        overrides=read_overrides(set),
        again=again,
        only_failed=failed,
        workers=workers,
        wait=wait * 60,
    )
    # The whole table of parameters is checked before any data are read or any kernel starts.
    make_plan(home, params, wanted.forces, wanted.findings, wanted.overrides)
    outcome = run_wanted(home, params, rules, wanted, quiet, log, _cluster(home, dask, share))
    remember(home, selection, seen)
    if as_json:
        out().print(json.dumps(outcome.status.model_dump(mode="json"), indent=1, ensure_ascii=False), markup=False)
    raise typer.Exit(outcome.exit_code)


def run_forces(
    project: Project,
    params: Params,
    forces: Sequence[str],
    findings: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
    again: bool = False,
    workers: int = 0,
) -> int:
    """Load, plan and execute, showing progress.

    Parameters
    ----------
    project : Project
    params : Params
    forces, findings : sequence of str
    overrides : mapping of str to str, optional
    again : bool
    workers : int
        0: as ``params/runs.yml`` says.

    Returns
    -------
    int
        Exit code.
    """
    wanted = Wanted(forces, findings, overrides or {}, again, workers=workers)
    return run_wanted(project, params, load_rules(project, params), wanted).exit_code


def _cluster(project: Project, address: str, share: str) -> Executor | None:
    """What sends the reports to a cluster; None: they are executed here."""
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
    """The work of ``hmic run`` when its words are read.

    Parameters
    ----------
    project : Project
    params : Params
    rules : RunRules
    wanted : Wanted
    quiet : bool
    log : pathlib.Path or None
    executor : callable or None
        None: on this machine.

    Returns
    -------
    Outcome
    """
    with Teller(err(), quiet, log) as teller, _stopped_in_order():
        outcome = run_reports(project, params, rules, wanted, teller.watcher(), executor)
        teller.close_progress()
        teller.sum_up(project, outcome)
        status = status_path(project)
        if outcome.exit_code:
            call_hook("on_failure", rules.on_failure, status, teller.warn)
        call_hook("on_finish", rules.on_finish, status, teller.warn)
    return outcome


@contextmanager
def _stopped_in_order() -> Iterator[None]:
    """Have Ctrl-C, and a request to end as schedulers send it, end the run with one line.

    Raises
    ------
    HmicError
        In place of the interrupt.
    """

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
