"""Killing any process at any moment leaves nothing that the next run takes for complete; it does only the rest."""

from __future__ import annotations

import glob
import json
import os
import signal

import pytest

from hmic_analysis.runs.record import read_record, what_is_missing
from hmic_analysis.runs.warm import wire

from .conftest import complete, descendants, start_run, wait_for

pytestmark = pytest.mark.skipif(not wire.supported(), reason="warm copies exist on Linux only")

FORCES = ("kent", "gwent", "essex", "surrey", "sussex", "dorset")
WORDS = [word for force in FORCES for word in ("--force", force)]
ALL = 2 * len(FORCES)


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def check_whole(project) -> None:
    """Whatever looks complete is complete."""
    for folder in complete(project):
        record = read_record(folder)
        assert record is not None and record.status == "no_data"
        assert what_is_missing(folder, record.outputs) == ""
        assert (folder / "evidence.json").is_file() and (folder / "notebook.ipynb").is_file()


def finish(project) -> str:
    run = start_run(project, *WORDS)
    said, _ = run.communicate(timeout=120)
    assert run.returncode == 0, said
    return said


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=lambda n: n.name)
def test_ending_the_run_itself(small, number):
    run = start_run(small, *WORDS)
    wait_for(lambda: len(complete(small)) >= 2)
    family = descendants(run.pid)
    assert family
    os.kill(run.pid, number)
    said, _ = run.communicate(timeout=60)
    wait_for(lambda: not any(alive(pid) for pid in family), 20)
    check_whole(small)
    done = len(complete(small))
    assert done < ALL
    if number == signal.SIGKILL:
        # Its name is still on the lock, which keeps nobody out.
        assert (small.output / "runs" / ".holder.json").exists()
    else:
        assert run.returncode == 1 and "Stopped. What is complete stays" in said
        status = json.loads((small.output / "runs" / "status.json").read_text(encoding="utf-8"))
        assert status["state"] == "stopped"
    again = finish(small)
    assert ("An earlier run was cut off" in again) == (number == signal.SIGKILL)
    assert f"{ALL - done} reports to run, {done} up to date." in again
    assert len(complete(small)) == ALL
    check_whole(small)
    leftovers = [p for p in (small.output / "runs").glob("*/.*")]
    assert leftovers == []


def test_killing_processes_below_costs_no_more_than_the_notebook_that_was_hit(small):
    """A copy, a worker and the parent of them all, one after another in the same run."""
    run = start_run(small, *WORDS)
    for depth, least in ((3, 1), (2, 3), (1, 5)):
        wait_for(lambda least=least: len(complete(small)) >= least)
        found: list[int] = []

        def look(depth=depth, found=found):
            found[:] = at_depth(run.pid, depth)
            return bool(found)

        wait_for(look)
        os.kill(found[0], signal.SIGKILL)
    said, _ = run.communicate(timeout=120)
    assert len(complete(small)) == ALL
    failed = [read_record(folder) for folder in complete(small) if read_record(folder).status == "failed"]
    # Only the notebook whose own process was killed can have failed, and it says so.
    assert [record.failure.kind for record in failed] == ["killed"] * len(failed) and len(failed) <= 1
    assert run.returncode == len(failed), said
    if failed:
        assert f"{ALL - 1} no data" in said and "Its process was killed" in said


def at_depth(pid: int, depth: int) -> list[int]:
    """Processes so many generations below a process."""
    level = [pid]
    for _ in range(depth):
        level = [child for above in level for child in children(above)]
    return level


def children(pid: int) -> list[int]:
    found = []
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            with open(path, encoding="ascii") as listed:
                found += [int(word) for word in listed.read().split()]
        except OSError:
            continue
    return found
