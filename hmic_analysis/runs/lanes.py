"""Executing many reports: several at a time, and on past any that fails."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from hmic_analysis.runs.lines import Line, LineLost, PlainLine
from hmic_analysis.runs.record import Failure, Order, Record, failed_record
from hmic_analysis.runs.warm.family import Family, NotFit

# A lane executes one report after another; it has a line for each engine, and tries again where a worker was lost.

#: A report whose worker died under it is tried again: it need not have been to blame.
_ATTEMPTS = 3


@dataclass
class Warmth:
    """Whether warm copies can be made here, as all lanes know it."""

    family: Family
    #: Told once if they can't.
    tell: Callable[[str], None]
    #: Why they can't; empty as long as nothing is known against it.
    unfit: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def give_up(self, why: str) -> None:
        """Use kernels from now on."""
        with self.lock:
            if not self.unfit:
                self.unfit = why
                self.tell(f"Warm copies can't be made here: {why}. Notebooks run in kernels of their own.")


class Lane:
    """Executes reports one after another."""

    def __init__(self, warmth: Warmth) -> None:
        self.warmth = warmth
        self._lines: dict[str, Line] = {}
        self._closed = False

    def execute(self, order: Order) -> tuple[Order, Record]:
        """Have one report executed. The order with the engine that was used in the end."""
        for _ in range(_ATTEMPTS):
            try:
                order = self._fitting(order)
                return order, self._lines[order.engine].execute(order)
            except LineLost:
                lost = self._lines.pop(order.engine, None)
                if lost is not None:
                    lost.close()
                if self._closed:
                    return order, failed_record(order, Failure(kind="worker", message="It was stopped."))
        said = f"The process that executed it died, {_ATTEMPTS} times in a row."
        return order, failed_record(order, Failure(kind="worker", message=said))

    def close(self) -> None:
        """Let go of its workers; a report that is being executed ends.  May be called from another thread."""
        self._closed = True
        for line in list(self._lines.values()):
            line.close()

    def _fitting(self, order: Order) -> Order:
        """The order with an engine that there is a line to."""
        if self._closed:
            raise LineLost("The lane is closed.")
        warmth = self.warmth
        if order.engine == "warm" and not warmth.unfit and "warm" not in self._lines:
            try:
                self._lines["warm"] = warmth.family.open_line()
            except NotFit as fault:
                warmth.give_up(str(fault))
        if order.engine == "warm" and warmth.unfit:
            order = order.model_copy(update={"engine": "plain", "engine_reason": warmth.unfit})
        if order.engine == "plain" and "plain" not in self._lines:
            self._lines["plain"] = PlainLine()
        return order


def run_orders(
    orders: Sequence[Order],
    workers: int,
    modules: Sequence[str] = (),
    project: str = "",
    tell: Callable[[str], None] = lambda words: None,
    begin: Callable[[Order], None] = lambda order: None,
) -> Iterator[tuple[Order, Record]]:
    """Execute reports, yielding each as it ends. In the order in which they end. Leaving early stops everything."""
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
