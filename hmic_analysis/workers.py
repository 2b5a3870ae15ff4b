"""Processes for work side by side, the same on every system, that never outlive the one they work for."""

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait


@contextmanager
def worker_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes begun afresh (not copied, so that it is the same on Windows).

    Where the block ends in an error, what has not begun is dropped.

    Notes
    -----
    The library's workers wait for their next task for ever where this process is killed; these end with it.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        # What is written is written in one step, so this may be anywhere; nobody is left to be told.
        os._exit(1)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()
