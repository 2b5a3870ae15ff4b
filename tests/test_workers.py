"""Processes that work side by side end with the one they work for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hmic_analysis.workers import worker_pool

PARENT = """
import time

from hmic_analysis.workers import worker_pool

if __name__ == "__main__":
    with worker_pool(2) as pool:
        # Two naps at once, so that there are two of them; then one works, and the other waits for a task.
        naps = [pool.submit(time.sleep, 1) for _ in range(2)]
        print(*pool._processes, flush=True)
        pool.submit(time.sleep, 600).result()
"""


def test_work_is_done_in_other_processes():
    with worker_pool(2) as pool:
        assert list(pool.map(abs, [-1, 2, -3])) == [1, 2, 3]
        assert pool.submit(os.getpid).result() != os.getpid()


def test_a_fault_in_the_work_is_the_callers():
    with pytest.raises(ZeroDivisionError), worker_pool(1) as pool:
        pool.submit(divmod, 1, 0).result()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_workers_end_where_the_parent_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, encoding="utf-8")
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(workers) == 2
    parent.send_signal(signal.SIGKILL)
    parent.wait(30)
    until = time.monotonic() + 30
    while any(_alive(pid) for pid in workers):
        assert time.monotonic() < until, "a worker outlived the process it worked for"
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
