"""Executing many reports: several at a time, and on past any that fails."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from hmic_analysis.runs.lane import Lane, Warmth
from hmic_analysis.runs.order import Order
from hmic_analysis.runs.record import Record
from hmic_analysis.runs.warm.family import Family


def run_orders(
    orders: Sequence[Order],
    workers: int,
    modules: Sequence[str] = (),
    project: str = "",
    tell: Callable[[str], None] = lambda words: None,
    begin: Callable[[Order], None] = lambda order: None,
) -> Iterator[tuple[Order, Record]]:
    """Execute reports, yielding each as it ends.

    Parameters
    ----------
    orders : sequence of Order
        Begun in this order.
    workers : int
        Notebooks at a time.
    modules : sequence of str
        What the notebooks import; warm copies find it imported.
    project : str
        Folder of the project, whose parameters warm copies find read; empty: none.
    tell : callable
        Told in words what a person should know, such as that warm copies can't be made here.
    begin : callable
        Told of each report that is begun; called from several threads.

    Yields
    ------
    tuple of Order and Record
        In the order in which they end.  Leaving early stops everything.
    """
    if not orders:
        return
    warmth = Warmth(Family(modules, project), tell)
    lanes = [Lane(warmth) for _ in range(max(1, min(workers, len(orders))))]
    waiting, ended = deque(orders), queue.SimpleQueue()
    threads = [threading.Thread(target=_work, args=(lane, waiting, ended, begin), daemon=True) for lane in lanes]
    try:
        for thread in threads:
            thread.start()
        for _ in orders:
            yield _wait(ended)
    finally:
        # Begin nothing more, and end what is running: with the family all copies go.
        waiting.clear()
        warmth.family.close()
        for lane in lanes:
            lane.close()
        for thread in threads:
            thread.join(timeout=15)


def _work(lane: Lane, waiting: deque[Order], ended: queue.SimpleQueue, begin: Callable[[Order], None]) -> None:
    """Take the next order until there is none."""
    try:
        while True:
            try:
                order = waiting.popleft()
            except IndexError:
                return
            begin(order)
            ended.put(lane.execute(order))
    except Exception as fault:  # noqa: BLE001 - a fault of the engine itself must reach whoever waits
        ended.put(fault)
    finally:
        lane.close()


def _wait(ended: queue.SimpleQueue) -> tuple[Order, Record]:
    """The next result; in short waits, since on Windows a long one can't be interrupted from the keyboard."""
    while True:
        try:
            found = ended.get(timeout=0.5)
        except queue.Empty:
            continue
        if isinstance(found, BaseException):
            raise found
        return found
