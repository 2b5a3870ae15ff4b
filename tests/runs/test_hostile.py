"""A notebook that does its worst costs only itself, and its record says what it did."""

from __future__ import annotations

import subprocess
import time
from types import SimpleNamespace

import nbformat
import pytest

from hmic_analysis.runs.execute import for_want_of_memory
from hmic_analysis.runs.record import Failure, from_papermill
from hmic_analysis.runs.warm import wire

from .orders import execute_all, make_order, printed

pytestmark = pytest.mark.skipif(not wire.supported(), reason="warm copies exist on Linux only")

#: Name -> cells, limits, kind of failure, words of its message.  None: it is complete all the same.
HOSTILE = {
    "raises": (["print('so far')\n1 / 0"], {}, "error", "division by zero"),
    "exits": (["import os\nprint('last words', flush=True)\nos._exit(3)"], {}, "exit", "code 3"),
    "exits_well": (["import os; os._exit(0)"], {}, "exit", "code 0"),
    "killed": (["import os, signal; os.kill(os.getpid(), signal.SIGKILL)"], {}, "killed", "was killed"),
    "segfault": (["import ctypes; ctypes.string_at(0)"], {}, "killed", "SIGSEGV"),
    "abort": (["import os; os.abort()"], {}, "killed", "SIGABRT"),
    "allocates": (
        ["import os, sys\nprint('  what():  std::bad_alloc', file=sys.stderr, flush=True)\nos.abort()"],
        {}, "memory", "SIGABRT",
    ),
    "endless": (["while True: pass"], {"seconds": 1}, "time", "time limit of 1 seconds"),
    "deaf": (
        ["import signal, time\nfor s in (signal.SIGINT, signal.SIGTERM): signal.signal(s, signal.SIG_IGN)\ntime.sleep(600)"],
        {"seconds": 1}, "time", "time limit",
    ),
    "hungry": (["b = []\nwhile True: b.append(bytearray(50_000_000))"], {"memory_mb": 700}, "memory", "MemoryError"),
    "chatty": (["while True: print('x' * 1000)"], {"output_mb": 2}, "output", "2 MB of output"),
    "chatty_child": (["import subprocess; subprocess.run(['yes'])"], {"output_mb": 2}, "output", "2 MB of output"),
    "kills_group": (["import os, signal; os.killpg(0, signal.SIGKILL)"], {}, "killed", "was killed"),
    "leaves_thread": (["import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()"], {}, None, ""),
    "leaves_process": (["import subprocess; p = subprocess.Popen(['sleep', '600.25']); print(p.pid)"], {}, None, ""),
    "leaves_daemon": (
        ["import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: os.execvp('sleep', ['sleep', '600.25'])\n    os._exit(0)"],
        {}, None, "",
    ),
    "closes_output": (["import sys; sys.stdout.close(); print('still')"], {}, None, ""),
    "replaces_output": (["import io, sys; sys.stdout = io.StringIO(); print('gone')"], {}, None, ""),
    "no_evidence": (["pathlib_output = output; output = '/nowhere/' + force; import sys; sys.exit(0)"], {}, "no evidence", "left no evidence"),
}  # fmt: skip


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """All hostile notebooks, each followed by a good one, two at a time."""
    folder = tmp_path_factory.mktemp("hostile")
    orders = []
    for name, (cells, limits, _, _) in HOSTILE.items():
        orders.append(make_order(folder, name, cells, **limits))
        orders.append(make_order(folder, f"after_{name}", ["x = sum(range(10))\nprint(x)"]))
    return {order.finding: order for order in orders}, execute_all(orders)


@pytest.mark.parametrize("name", HOSTILE)
def test_its_record_says_what_it_did(ended, name):
    orders, records = ended
    _, _, kind, words = HOSTILE[name]
    record = records[name]
    if kind is None:
        assert record.status == "complete", record.failure
        return
    assert record.status == "failed"
    assert record.failure.kind == kind
    assert words in record.failure.what()
    assert not (orders[name].folder / "evidence.json").exists()
    if kind != "no evidence":
        assert record.failure.cell is not None and record.failure.heading == "A notebook"


def test_the_next_notebook_never_notices(ended):
    orders, records = ended
    good = [name for name in records if name.startswith("after_")]
    assert {name: records[name].status for name in good} == dict.fromkeys(good, "complete")
    assert {printed(orders[name]) for name in good} == {"45\n"}


def test_the_last_words_are_kept(ended):
    orders, records = ended
    assert records["exits"].failure.tail == ("last words",)
    assert "last words" in printed(orders["exits"])
    assert records["raises"].failure.line == "1 / 0"
    assert printed(orders["closes_output"]) == "still\n"
    assert len(printed(orders["chatty"])) < 4_000_000


def test_a_notebook_is_stopped_at_its_limit_and_death_is_seen_at_once(ended):
    _, records = ended
    assert 0.9 < records["endless"].seconds < 20
    assert records["hungry"].peak_mb < 900


def test_nothing_is_left_running(ended):
    found = ""
    for _ in range(50):
        found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        if "600.25" not in found:
            return
        time.sleep(0.1)
    pytest.fail(f"still running: {[line for line in found.splitlines() if '600.25' in line]}")


PLAIN = ("exits", "endless", "chatty", "hungry")


def test_plain_kernels_say_the_same(tmp_path):
    orders = [make_order(tmp_path, name, HOSTILE[name][0], "plain", **HOSTILE[name][1]) for name in PLAIN]
    orders.append(make_order(tmp_path, "good", ["print(45)"], "plain"))
    records = execute_all(orders)
    assert records["good"].status == "complete", records["good"].failure
    for name in PLAIN:
        _, _, kind, words = HOSTILE[name]
        assert (name, records[name].failure.kind) == (name, kind)
        assert words in records[name].failure.what()


@pytest.mark.parametrize(
    ("last", "kind", "error"),
    [("MemoryError", "memory", "MemoryError"), ("MemoryError was caught", "error", "CellExecutionError")],
)
def test_memory_that_ran_out_while_an_error_was_shown_is_told_as_that(tmp_path, last, kind, error):
    shown = nbformat.v4.new_output(
        "stream", name="stderr", text=f"    return compile(source, filename, mode)\n{last}\n"
    )
    cells = [nbformat.v4.new_markdown_cell(""), nbformat.v4.new_markdown_cell("")]
    notebook = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell("big()", outputs=[shown])])
    nbformat.write(notebook, tmp_path / "executed.ipynb")
    fault = SimpleNamespace(ename="CellExecutionError", evalue="", traceback=[], cell_index=0)
    found = from_papermill(fault, tmp_path / "executed.ipynb")
    assert (found.kind, found.error) == (kind, error)


@pytest.mark.parametrize(
    ("kind", "peak", "told"),
    [("error", 1500, "memory"), ("killed", 1999, "memory"), ("error", 1499, "error"), ("time", 1999, "time")],
)
def test_a_failure_near_the_limit_of_memory_is_told_as_that(kind, peak, told):
    found = for_want_of_memory(Failure(kind=kind, message="uncompilable."), peak, 2000)
    said = f"uncompilable. It held {peak:,} MB of the 2,000 that it may."
    assert (found.kind, found.message) == (told, said if told == "memory" else "uncompilable.")
