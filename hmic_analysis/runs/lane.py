"""A lane executes one report after another; it has a line for each engine, and tries again where a worker was lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from hmic_analysis.runs.failure import Failure
from hmic_analysis.runs.lines import Line, LineLost, PlainLine
from hmic_analysis.runs.order import Order
from hmic_analysis.runs.record import Record, failed_record
from hmic_analysis.runs.warm.family import Family, NotFit

#: A report whose worker died under it is tried again: it need not have been to blame.
_ATTEMPTS = 3


@dataclass
class Warmth:
    """Whether warm copies can be made here, as all lanes know it.

    Attributes
    ----------
    family : Family
    tell : callable
        Told once if they can't.
    unfit : str
        Why they can't; empty as long as nothing is known against it.
    """

    family: Family
    tell: Callable[[str], None]
    unfit: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def give_up(self, why: str) -> None:
        """Use kernels from now on."""
        with self.lock:
            if not self.unfit:
                self.unfit = why
                self.tell(f"Warm copies can't be made here: {why}. Notebooks run in kernels of their own.")


class Lane:
    """Executes reports one after another.

    Parameters
    ----------
    warmth : Warmth
    """

    def __init__(self, warmth: Warmth) -> None:
        self.warmth = warmth
        self._lines: dict[str, Line] = {}
        self._closed = False

    def execute(self, order: Order) -> tuple[Order, Record]:
        """Have one report executed.

        Parameters
        ----------
        order : Order

        Returns
        -------
        tuple of Order and Record
            The order with the engine that was used in the end.
        """
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
