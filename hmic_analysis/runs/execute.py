"""Executing one report with papermill: in a folder of its own, put in place whole."""

import json
import logging
import os
import platform
import queue
import shutil
import socket
import sys
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from hmic_analysis.documents.blocks import SYNTHETIC_NOTICE
from hmic_analysis.errors import DataError, ReadOnlyError, StorageError, storage_fault
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import BUNDLE_NAME, Bundle, package_versions
from hmic_analysis.evidence.withheld import declaration
from hmic_analysis.runs.fingerprint import Notebook
from hmic_analysis.runs.record import (
    EXECUTED_NAME,
    RECORD_NAME,
    Engine,
    Failure,
    NotebookStopped,
    Order,
    Record,
    failed_record,
    from_papermill,
    from_stop,
    outputs_of,
    write_basis,
    write_record,
)
from hmic_analysis.runs.rules import Rules
from hmic_analysis.runs.warm import wire

# What an executed notebook says of itself at its head: the embargo, that data are synthetic, how sensitive it is.

#: Share of the memory allowed from which on a failure is taken for want of it.
_NEAR = 0.75


def mark_notebook(path: Path, embargo: str, bundle: Bundle | None) -> None:
    """Put what must be said at the end of a notebook's first text cell, which holds its title."""
    if not path.is_file():
        return
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        # Cut short, as where no space was left for it: why it failed is told, and not that.
        return
    words = [f"**{embargo}.**"] if embargo else []
    words += [f"**{SYNTHETIC_NOTICE}.**"] if bundle is not None and bundle.synthetic else []
    words.append(declaration(bundle.sensitivity if bundle is not None else "restricted"))
    title = next((c for c in notebook["cells"] if c["cell_type"] == "markdown"), None)
    if title is None:
        # A notebook without any text still has a place for what is true of the whole of it.
        notebook["metadata"]["notice"] = " ".join(words)
    else:
        title["source"] = "".join(title["source"]).rstrip() + "\n\n" + " ".join(words)
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


# Which engine executes a notebook, and how papermill is told.

#: Packages whose widgets need an answer from whoever executes them, which a pipe can't give.
_TWO_WAY = ("ipywidgets", "ipyleaflet", "bqplot", "ipympl", "panel", "voila")
_KERNEL = "python3"


def choose_engine(notebook: Notebook, rules: Rules) -> tuple[Engine, str]:
    """The engine of a notebook: ``warm`` or ``plain``, and why not ``warm``."""
    if rules.engine == "plain":
        return "plain", "params/runs.yml says so"
    if not wire.supported():
        return "plain", "warm copies exist on Linux only"
    if notebook.kernel not in ("", _KERNEL):
        return "plain", f"it wants the kernel {notebook.kernel}"
    if notebook.language not in ("", "python"):
        return "plain", f"it is written in {notebook.language}"
    widgets = [name for name in _TWO_WAY if name in notebook.packages]
    if widgets:
        return "plain", f"it uses {widgets[0]}, whose widgets need answers"
    return "warm", ""


def engine_words(order: Order, details: dict[str, Any]) -> dict[str, Any]:
    """What papermill is told about the engine: arguments of ``papermill.execute_notebook``."""
    if order.engine == "plain":
        from hmic_analysis.runs.plain import NAME

        return {
            "engine_name": NAME,
            "start_timeout": 120,
            "seconds": order.seconds,
            "memory_mb": order.memory_mb,
            "output_mb": order.output_mb,
            "seed": order.seed,
            # The warning that a kernel of this machine talks over TCP would drown what the run has to say.
            "extra_arguments": ["--IPKernelApp.log_level=ERROR"],
        }
    from hmic_analysis.runs.warm.copy import Limits
    from hmic_analysis.runs.warm.engine import NAME

    limits = Limits(seconds=order.seconds, memory_mb=order.memory_mb, output_mb=order.output_mb)
    return {"engine_name": NAME, "limits": limits, "seed": order.seed, "report": details}


_PART, _OLD = ".part-", ".old-"
#: Faults that stop a whole run, by their names.
STOPS = {kind.__name__: kind for kind in (StorageError, ReadOnlyError)}


def execute(order: Order) -> Record:
    """Execute one report in this process or one that it starts.

    ``complete``, ``no_data`` or ``failed``; a failing notebook raises nothing.  The report's folder then holds the
    executed notebook, the record and, unless it failed, the evidence bundle; it never holds parts of two
    executions.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    work = part_of(order.folder)
    work.mkdir(parents=True)
    details: dict[str, Any] = {}
    failure = _run(order, work, details)
    if failure is not None and failure.error in STOPS:
        # What was there before stays: there is no room for anything else, and the next run makes it anew.
        shutil.rmtree(work, ignore_errors=True)
        return failed_record(order, failure)
    if failure is not None:
        failure = for_want_of_memory(failure, details.get("peak_mb") or 0, order.memory_mb)
    status, request, inputs, bundle = "failed", (), {}, None
    if failure is None:
        try:
            bundle = read_bundle(work)
            status, request, inputs = bundle.status, bundle.request, bundle.inputs
        except DataError as fault:
            kind = "engine" if (work / BUNDLE_NAME).exists() else "no evidence"
            said = "The notebook ended without concluding its report, so it left no evidence."
            failure = Failure(kind=kind, message=fault.message if kind == "engine" else said)
    if failure is not None:
        (work / BUNDLE_NAME).unlink(missing_ok=True)
    mark_notebook(work / EXECUTED_NAME, order.basis.get("parameters", {}).get("embargo", ""), bundle)
    record = Record(
        finding=order.finding,
        force=order.force,
        status=status,
        fingerprint=order.fingerprint,
        parameters=order.parameters,
        started=started.isoformat(timespec="seconds"),
        ended=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - clock, 2),
        failure=failure,
        request=request,
        engine=order.engine,
        engine_reason=order.engine_reason,
        host=platform.node(),
        peak_mb=details.get("peak_mb"),
        inputs=inputs,
        versions=package_versions(),
        run=order.run,
    )
    write_basis(order.basis, work)
    record = record.with_outputs(outputs_of(work, RECORD_NAME))
    write_record(record, work)
    return put_in_place(record, work, order.folder)


def for_want_of_memory(failure: Failure, peak: float, limit: int) -> Failure:
    """The failure, told as one of memory where the process held nearly what it may: libraries fail oddly there."""
    if failure.kind not in ("error", "killed") or peak < _NEAR * limit:
        return failure
    said = f"{failure.message.rstrip('.')}. " if failure.message else ""
    return failure.model_copy(
        update={"kind": "memory", "message": f"{said}It held {peak:,.0f} MB of the {limit:,} that it may."}
    )


def _run(order: Order, work: Path, details: dict[str, Any]) -> Failure | None:
    """Run papermill; say where and why if it fails."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    executed = work / EXECUTED_NAME
    try:
        papermill.execute_notebook(
            str(order.notebook),
            str(executed),
            parameters={**order.parameters, "output": str(work)},
            progress_bar=False,
            log_output=False,
            kernel_name=None if order.engine == "plain" else "python3",
            cwd=str(order.notebook.parent),
            **engine_words(order, details),
        )
    except PapermillExecutionError as fault:
        return from_papermill(fault, executed)
    except NotebookStopped as fault:
        return from_stop(fault, executed)
    except Exception as fault:  # noqa: BLE001 - one report's fault must never end the run of the others
        return engine_failure(fault, order.folder)
    return None


def engine_failure(error: Exception, folder: Path) -> Failure:
    """What happened outside the notebook's own code; a folder that can't be written to is named."""
    fault = storage_fault(error, writing=[folder]) or error
    return Failure(kind="engine", error=type(fault).__name__, message=str(fault).strip() or "no message")


def part_of(folder: Path) -> Path:
    """A folder of nobody else's in which a report is made before it is put in place."""
    return folder.with_name(f".{folder.name}{_PART}{uuid.uuid4().hex[:8]}")


def put_in_place(record: Record, work: Path, folder: Path) -> Record:
    """Replace a report's folder by the new one; a kill in between leaves none rather than a mixture.

    The same; failed if the folder can't be replaced.
    """
    old = folder.with_name(f".{folder.name}{_OLD}{uuid.uuid4().hex[:8]}")
    try:
        if folder.exists():
            folder.rename(old)
        work.rename(folder)
    except OSError as fault:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(work, ignore_errors=True)
        said = (
            f"The folder {folder} can't be replaced ({fault.strerror or fault}). If one of its files is open in "
            "another program, close it and run again."
        )
        return record.model_copy(update={"status": "failed", "failure": Failure(kind="engine", message=said)})
    shutil.rmtree(old, ignore_errors=True)
    return record


def clear_leftovers(runs: Path) -> int:
    """Remove what killed executions left beside the reports; nothing else may be writing: folders removed."""
    removed = 0
    for force in runs.iterdir() if runs.is_dir() else ():
        if not force.is_dir():
            continue
        with os.scandir(force) as entries:
            stale = [e.path for e in entries if e.name.startswith(".") and (_PART in e.name or _OLD in e.name)]
        for path in stale:
            shutil.rmtree(path, ignore_errors=True)
            removed += 1
    return removed


# The loop of a process that executes reports one after another: an order comes in as a line, a record goes out.
#
# ``python -m hmic_analysis.runs.execute`` is the worker for plain kernels; warm workers are forked by their parent.
# When whoever gives the orders goes away, the worker ends at once, in the middle of a notebook too.


def serve_socket(line: socket.socket) -> None:
    """Serve one lane through a socket until it closes."""
    _quiet()
    with line, line.makefile("r", encoding="utf-8") as orders, line.makefile("w", encoding="utf-8") as records:
        for text in orders:
            _answer(text, records)


def main() -> int:
    """Serve one lane through standard input and output."""
    _quiet()
    records = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What libraries print must not get between the records.
    os.dup2(2, 1)
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(waiting,), daemon=True).start()
    while True:
        _answer(waiting.get(), records)


def _read(waiting: queue.SimpleQueue[str]) -> None:
    """Pass orders on; at the end of the input end the process, whose kernels notice and end too."""
    for text in sys.stdin:
        waiting.put(text)
    os._exit(0)


def _answer(text: str, records: TextIO) -> None:
    order = Order.model_validate_json(text)
    records.write(_done(order).model_dump_json() + "\n")
    records.flush()


def _done(order: Order) -> Record:
    try:
        return execute(order)
    except Exception as fault:  # noqa: BLE001 - a full disk or a lost share costs this report, not the lane
        return failed_record(order, engine_failure(fault, order.folder))


def _quiet() -> None:
    """papermill's log would tell each notebook's every cell."""
    logging.getLogger("papermill").setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
