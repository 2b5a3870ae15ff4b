"""Executing reports on a Dask cluster: force by force, so that a worker reads a force's data once.

Results go to the folder that all share, or through a share with an address.  A worker may die at any time: its force
is done by another, which leaves alone what is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from hmic_analysis.errors import ParameterError
from hmic_analysis.project import Project
from hmic_analysis.runs.cluster_worker import Task, execute_force
from hmic_analysis.runs.failure import Failure
from hmic_analysis.runs.order import Order
from hmic_analysis.runs.record import Record, failed_record
from hmic_analysis.runs.share import Share

_LOCAL = "local:"
#: Seconds to wait for a scheduler to answer.
_CONNECT = 30
#: Workers that may die under the same force before it is given up.
_DEATHS = 5


def run_on_cluster(
    orders: Sequence[Order],
    modules: Sequence[str],
    project: Project,
    address: str,
    share: str = "",
    tell: Callable[[str], None] = lambda words: None,
) -> Iterator[tuple[Order, Record]]:
    """Execute reports on a cluster, yielding each when its force is done.

    Parameters
    ----------
    orders : sequence of Order
    modules : sequence of str
        What the notebooks import.
    project : Project
    address : str
        ``tcp://host:8786``, or ``local:2`` for a cluster of two processes on this machine.
    share : str
        Address of the share; empty: the project's folder is shared.
    tell : callable

    Yields
    ------
    tuple of Order and Record

    Raises
    ------
    ParameterError
        If Dask is not installed, or the scheduler can't be reached.
    """
    if not orders:
        return
    with _client(address) as client:
        from distributed import as_completed

        place = Share(share) if share else None
        project_name = place.send_project(project, {order.force for order in orders}) if place else ""
        tell(f"Sent to the Dask cluster {client.scheduler.address}.")
        waiting = {}
        for force in dict.fromkeys(order.force for order in orders):
            own = [order for order in orders if order.force == force]
            task = Task(
                str(project.root), share, project_name, force, tuple(o.model_dump_json() for o in own), tuple(modules)
            )
            # The key is new for each run: a cluster remembers results by their keys.
            future = client.submit(execute_force, task, key=f"hmic-{own[0].run}-{force}", pure=False)
            waiting[future] = own
        try:
            for future in as_completed(list(waiting)):
                yield from _results(future, waiting[future], place)
        finally:
            client.cancel(list(waiting), force=True)
        if place:
            place.clear_results(orders[0].run)


def _results(future: Any, orders: list[Order], place: Share | None) -> Iterator[tuple[Order, Record]]:
    """The reports of one force; a report of which nothing came back has failed."""
    said = "The cluster lost it."
    records: dict[str, Record] = {}
    if future.status == "finished":
        for text in future.result():
            record = Record.model_validate_json(text)
            records[record.finding] = record
    else:
        fault = future.exception()
        said = f"The cluster could not execute it: {type(fault).__name__}: {fault}"
    for order in orders:
        record = records.get(order.finding) or failed_record(order, Failure(kind="worker", message=said))
        if place is not None:
            record = place.fetch_result(order) or record
        yield order.model_copy(update={"engine": record.engine, "engine_reason": record.engine_reason}), record


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """A connection to the cluster, or to one that is started here."""
    try:
        import dask
        import distributed
    except ImportError:
        raise ParameterError(
            "--dask needs Dask, which is not installed. Install it with: pip install 'hmic-analysis[cluster]'"
        ) from None
    settings = {
        "distributed.comm.timeouts.connect": f"{_CONNECT}s",
        "distributed.scheduler.allowed-failures": _DEATHS,
    }
    with dask.config.set(settings):
        if address.startswith(_LOCAL):
            with _local(distributed, address) as cluster, distributed.Client(cluster) as client:
                yield client
            return
        try:
            client = distributed.Client(address, timeout=f"{_CONNECT}s")
        except (OSError, ValueError) as fault:
            raise ParameterError(
                f"No Dask scheduler answers at {address} ({fault}). Start one with: dask scheduler"
            ) from None
        with client:
            yield client


def _local(distributed: Any, address: str) -> Any:
    number = address.removeprefix(_LOCAL)
    if not number.isdigit() or int(number) == 0:
        raise ParameterError(f"--dask {address}: write the number of processes after the colon, such as local:2.")
    return distributed.LocalCluster(
        n_workers=int(number), threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    )
