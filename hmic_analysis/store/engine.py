"""The database in which a return is prepared, and the connections to it."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

import duckdb

from hmic_analysis.store.inputs import InputFile
from hmic_analysis.store.persons import set_key, use_key
from hmic_analysis.store.rawtable import LITTLE, literal, make_macros
from hmic_analysis.store.times import make_time_macros

T = TypeVar("T")
R = TypeVar("R")

#: Bytes of a return up to which it is staged in memory, which is faster; larger ones are staged in a file.
_IN_MEMORY = 1 << 29
#: Bytes of a return up to which one thread does it with less work than several would.
_BY_ONE = 1 << 23
#: What is left out of planning where it would cost more than it saves.
_NOT_FOR_LITTLE = "expression_rewriter,common_subexpressions,statistics_propagation,filter_pushdown,filter_pullup"
_IN_UTC = "SET TimeZone = 'UTC'"
#: Tables that are worked on at a time.
_AT_A_TIME = 2


def connect(work: Path, key: bytes, files: list[InputFile]) -> duckdb.DuckDBPyConnection:
    """A database for the files of a return, in memory or in the folder ``work``, with the macros of the store."""
    size = sum(f.seen[0] for f in files if f.seen)
    con = duckdb.connect(":memory:" if size <= _IN_MEMORY else str(work / "stage.duckdb"))
    con.execute(f"SET temp_directory = {literal((work / 'spill').as_posix())}")
    con.execute(_IN_UTC)
    con.execute("SET enable_progress_bar = false")
    if size <= _BY_ONE:
        con.execute("SET threads = 1")
    make_macros(con)
    make_time_macros(con)
    use_key(con, key)
    return con


def plan_for(con: duckdb.DuckDBPyConnection, rows: int) -> None:
    """Plan the next statements, of all connections, as is best for so many rows."""
    con.execute(f"SET disabled_optimizers = {literal(_NOT_FOR_LITTLE if rows < LITTLE else '')}")


class Sessions:
    """Connections to one database, by which several tables are worked on at a time.

    To plan a statement takes one thread, and of fifty tables most have few rows: while one is planned for, another is
    read or written.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, key: bytes) -> None:
        self.con = con
        self.own = [con.cursor() for _ in range(_AT_A_TIME)]
        for own in self.own:
            own.execute(_IN_UTC)
            set_key(own, key)

    def each(
        self, work: Callable[[duckdb.DuckDBPyConnection, T], R], items: Iterable[T], rows: Callable[[T], int]
    ) -> list[R]:
        """What ``work`` gives for each item, in their order; ``rows`` tells how many an item has, to plan for them."""
        listed = list(items)
        free: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
        for own in self.own:
            free.put(own)

        def one(item: T) -> R:
            own = free.get()
            try:
                return work(own, item)
            finally:
                free.put(own)

        done: dict[int, R] = {}
        few = [rows(item) < LITTLE for item in listed]
        with ThreadPoolExecutor(_AT_A_TIME) as threads:
            # How statements are planned holds for the whole database: what has few rows comes before what has many.
            for little in (True, False):
                plan_for(self.con, 0 if little else LITTLE)
                places = [place for place, own in enumerate(few) if own == little]
                done |= dict(zip(places, threads.map(one, [listed[place] for place in places]), strict=True))
        return [done[place] for place in range(len(listed))]

    def close(self) -> None:
        """Leave the database, which is not closed before all have left it."""
        for own in self.own:
            own.close()
