"""Executing many reports: in parallel, and on past any that fails."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime

from hmic_analysis.runs.execute import execute
from hmic_analysis.runs.plan import Job
from hmic_analysis.runs.record import Failure, Record

#: Numerical libraries start a thread per core each; with one notebook per core that only costs time.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def run_jobs(jobs: Sequence[Job], workers: int) -> Iterator[tuple[Job, Record]]:
    """Execute jobs, yielding each as it ends.

    Parameters
    ----------
    jobs : sequence of Job
    workers : int
        Processes at a time; each has one notebook kernel.

    Yields
    ------
    tuple of Job and Record
        In the order in which they end.
    """
    if not jobs:
        return
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    # Spawn, since it is the way that Windows has and the only one that is safe with threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=max(1, min(workers, len(jobs))), mp_context=context) as pool:
        waiting = {}
        try:
            for job in jobs:
                waiting[pool.submit(execute, job)] = job
            for future in as_completed(waiting):
                yield waiting[future], _result(waiting[future], future)
        except KeyboardInterrupt:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _result(job: Job, future) -> Record:
    try:
        return future.result()
    except (BrokenProcessPool, OSError) as fault:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        message = "The process that ran it died." if isinstance(fault, BrokenProcessPool) else str(fault)
        return Record(
            finding=job.finding,
            force=job.force,
            status="failed",
            fingerprint=job.fingerprint,
            parameters=job.parameters,
            started=now,
            ended=now,
            seconds=0,
            failure=Failure(error=type(fault).__name__, message=message),
        )
