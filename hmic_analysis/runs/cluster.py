"""Executing reports on a Dask cluster, with data and results on a share that workers reach by an address."""

import hashlib
import json
import os
import platform
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from hmic_analysis.errors import ParameterError
from hmic_analysis.evidence.model import package_versions
from hmic_analysis.project import Project
from hmic_analysis.runs.execute import part_of, put_in_place
from hmic_analysis.runs.fingerprint import NATIONAL, Library
from hmic_analysis.runs.lanes import Lane, Warmth
from hmic_analysis.runs.record import RECORD_NAME, Failure, Order, Record, failed_record, read_record, what_is_missing
from hmic_analysis.runs.warm.family import Family

# Data and results on a share that workers reach by an address: any that fsspec knows, such as ``s3://bucket/hmic``.
#
# Everything that goes out is stored under the hash of its content, so nothing is sent twice; a result counts as there
# when its record is, which is written last.


class Share:
    """One share."""

    def __init__(self, address: str) -> None:
        self.address = address
        try:
            import fsspec

            self._files, self._root = fsspec.core.url_to_fs(address)
        except (ImportError, ValueError) as fault:
            raise ParameterError(f"The share {address} can't be used: {fault}") from None

    def send_project(self, project: Project, forces: Iterable[str]) -> str:
        """Store what reports on some forces need: name of the list of files, for :meth:`fetch_project`."""
        folders = [project.params, project.notebooks]
        folders += [project.processed / force for force in sorted({*forces, NATIONAL})]
        listed = {}
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and ".ipynb_checkpoints" not in path.parts:
                    listed[path.relative_to(project.root).as_posix()] = self._send(path.read_bytes())
        return self._send(json.dumps(listed, sort_keys=True).encode())

    def fetch_project(self, name: str, force: str, root: Path) -> None:
        """Bring what reports on one force need into a folder; what is there already is not fetched again."""
        listed = json.loads(self._read(f"content/{name}"))
        for path, mark in listed.items():
            parts = PurePosixPath(path).parts
            target = root / path
            if parts[:2] == ("data", "processed") and parts[2] not in (force, NATIONAL):
                continue
            if target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == mark:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
            part.write_bytes(self._read(f"content/{mark}"))
            os.replace(part, target)

    def send_result(self, order: Order) -> None:
        """Store a finished report."""
        place = _place(order)
        files = [path for path in sorted(order.folder.rglob("*")) if path.is_file() and path.name != RECORD_NAME]
        for path in files:
            self._write(f"{place}/{path.relative_to(order.folder).as_posix()}", path.read_bytes())
        self._write(f"{place}/{RECORD_NAME}", (order.folder / RECORD_NAME).read_bytes())

    def result(self, order: Order) -> Record | None:
        """The record of a report that this run has finished; None if it hasn't."""
        name = f"{_place(order)}/{RECORD_NAME}"
        if not self._files.exists(f"{self._root}/{name}"):
            return None
        return Record.model_validate_json(self._read(name))

    def fetch_result(self, order: Order) -> Record | None:
        """Bring a finished report into its folder here. None if it never got as far as leaving files."""
        record = self.result(order)
        if record is None:
            return None
        work = part_of(order.folder)
        for name in (*record.outputs, RECORD_NAME):
            target = work / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self._read(f"{_place(order)}/{name}"))
        return put_in_place(read_record(work) or record, work, order.folder)

    def clear_results(self, run: str) -> None:
        """Remove the results of a run, which have been fetched."""
        place = f"{self._root}/results/{run}"
        if self._files.exists(place):
            self._files.rm(place, recursive=True)

    def _send(self, content: bytes) -> str:
        mark = hashlib.sha256(content).hexdigest()
        if not self._files.exists(f"{self._root}/content/{mark}"):
            self._write(f"content/{mark}", content)
        return mark

    def _write(self, name: str, content: bytes) -> None:
        """Write a file so that nobody sees half of it."""
        path = f"{self._root}/{name}"
        part = f"{path}.{uuid.uuid4().hex[:8]}.part"
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        with self._files.open(part, "wb") as stream:
            stream.write(content)
        self._files.mv(part, path)

    def _read(self, name: str) -> bytes:
        with self._files.open(f"{self._root}/{name}", "rb") as stream:
            content: Any = stream.read()
        return content


def scratch(name: str) -> Path:
    """The folder of this machine for the project of that name, the same for all its workers."""
    return Path(tempfile.gettempdir()) / f"hmic-{name[:16]}"


def _place(order: Order) -> str:
    return f"results/{order.run}/{order.force}/{order.finding}"


# What runs on a worker of a cluster: all reports of one force, one after another.

#: On a worker where the shared folder has another path than where the run was begun.
ROOT_VARIABLE = "HMIC_PROJECT"


@dataclass(frozen=True)
class Task:
    """The reports of one force."""

    #: Folder of the project where the run was begun.
    root: str
    #: Address of the share; empty: the folder is shared.
    share: str
    #: Name of the project's files on the share.
    project: str
    force: str
    #: As JSON.
    orders: tuple[str, ...]
    #: What the notebooks import.
    modules: tuple[str, ...]


_lock = threading.Lock()
_warmth: dict[tuple[str, tuple[str, ...]], Warmth] = {}


def execute_force(task: Task) -> list[str]:
    """Execute the reports of one force that this run has not finished yet."""
    share = Share(task.share) if task.share else None
    root = scratch(task.project) if share else Path(os.environ.get(ROOT_VARIABLE) or task.root)
    if share:
        share.fetch_project(task.project, task.force, root)
    lane = Lane(_warm(str(root), task.modules))
    try:
        return [_execute(task, text, root, share, lane).model_dump_json() for text in task.orders]
    finally:
        lane.close()


def _execute(task: Task, text: str, root: Path, share: Share | None, lane: Lane) -> Record:
    order = Order.model_validate_json(text).below(Path(task.root), root)
    finished = share.result(order) if share else _finished(order)
    if finished is not None:
        return finished
    other = difference(order)
    if other:
        return failed_record(order, Failure(kind="engine", message=other))
    _, record = lane.execute(order)
    if share and (order.folder / "run.json").is_file():
        share.send_result(order)
    return record


def _finished(order: Order) -> Record | None:
    """The record of a report that this run has finished before, on a worker that died meanwhile."""
    record = read_record(order.folder)
    if record is None or record.run != order.run or what_is_missing(order.folder, record.outputs):
        return None
    return record


def difference(order: Order) -> str:
    """What is other here than where the run was planned; empty if nothing that matters.

    In words, for the report that is refused because of it.
    """
    versions = package_versions()
    for name, version in order.basis.get("versions", {}).items():
        if versions.get(name) != version:
            return f"The worker {platform.node()} has {name} {versions.get(name)}; the run was planned with {version}."
    library = Library()
    for name, mark in order.basis.get("library", {}).items():
        module = library.module(name)
        if module is None or module.sha256 != mark:
            return f"The worker {platform.node()} has another {name} than the machine on which the run was planned."
    return ""


def _warm(root: str, modules: tuple[str, ...]) -> Warmth:
    """The parent of warm copies of this process; one for all the forces it is given."""
    with _lock:
        if (root, modules) not in _warmth:
            _warmth[root, modules] = Warmth(Family(modules, root), lambda words: None)
        return _warmth[root, modules]


# Executing reports on a Dask cluster: force by force, so that a worker reads a force's data once.
#
# Results go to the folder that all share, or through a share with an address. A worker may die at any time: its force
# is done by another, which leaves alone what is complete.

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
    """Execute reports on a cluster, yielding each when its force is done."""
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
    settings = {"distributed.comm.timeouts.connect": f"{_CONNECT}s", "distributed.scheduler.allowed-failures": _DEATHS}
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
