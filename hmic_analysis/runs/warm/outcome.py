"""How a notebook in a copy ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Outcome:
    """How a notebook ended.

    Attributes
    ----------
    whole : bool
        Whether it came to its end, or to a cell that failed.
    stopped : str
        Why the worker stopped it: ``time``, ``cell time``, ``output``; empty if it didn't.
    wait_status : int
        As the operating system gives it.
    peak_kb : int
        The most memory that its process held.
    engine_fault : str
        Traceback of a fault in the engine itself.
    """

    whole: bool = False
    stopped: str = ""
    wait_status: int = 0
    peak_kb: int = 0
    engine_fault: str = ""
