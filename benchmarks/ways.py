"""The ways to make reports that are compared; each is taken in a process of its own."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.plan import make_orders, make_plan
from hmic_analysis.runs.record import Order
from hmic_analysis.runs.rules import RunRules
from hmic_analysis.runs.warm.parent import ENVIRONMENT

PROCESSES = 2
#: Seconds that a process may take to become ready.
_PATIENCE = 300


def main() -> int:
    """Take one way, described as JSON on the command line; print what it took as JSON."""
    job = json.loads(sys.argv[1])
    os.environ.update(ENVIRONMENT)
    project = find_project(job["project"])
    params = load_params(project)
    jobs = make_plan(project, params, job["forces"], job["findings"], again=True)
    orders, modules = make_orders(project, jobs, RunRules())
    with tempfile.TemporaryDirectory() as scratch:
        orders = [o.model_copy(update={"folder": Path(scratch) / o.force / o.finding}) for o in orders]
        if job["way"] == "engine":
            found = with_engine(orders, modules, str(project.root), job["watch"])
        else:
            found = in_processes(WORK[job["way"]], orders, 1 if job["way"] == "papermill" else PROCESSES)
    print(json.dumps({"way": job["way"], "reports": len(orders), **found}))
    return 0


def with_engine(orders: list[Order], modules: list[str], project: str, watch: bool) -> dict[str, float]:
    """The run engine, two workers; ``start`` is the time until the first notebook can begin."""
    from benchmarks.memory import Watch
    from hmic_analysis.runs.lanes import run_orders

    clock, start, failed = time.perf_counter(), 0.0, []
    with Watch(watch) as memory:
        for order, record in run_orders(orders, PROCESSES, modules, project):
            # The first report began when the parent was ready.
            start = start or time.perf_counter() - clock - record.seconds
            failed += [order.name] if record.status == "failed" else []
    if failed:
        raise SystemExit(f"failed: {failed}")
    return {"seconds": time.perf_counter() - clock - start, "start": start, "peak_mb": memory.peak_mb}


def in_processes(work, orders: list[Order], count: int) -> dict[str, float]:
    """A way that needs nothing but processes, each made ready by its first report before the clock starts."""
    context = multiprocessing.get_context("spawn")
    tasks, ready, go = context.Queue(), *(context.Barrier(count + 1, timeout=_PATIENCE) for _ in range(2))
    for order in orders:
        tasks.put(order.model_dump_json())
    for _ in range(count):
        tasks.put(None)
    first = orders[0].model_copy(update={"folder": orders[0].folder.with_name("first")}).model_dump_json()
    begun = time.perf_counter()
    running = [context.Process(target=_serve, args=(work, first, i, tasks, ready, go)) for i in range(count)]
    for process in running:
        process.start()
    ready.wait()
    clock = time.perf_counter()
    go.wait()
    for process in running:
        process.join()
    if any(process.exitcode for process in running):
        raise SystemExit("a process failed")
    return {"seconds": time.perf_counter() - clock, "start": clock - begun}


def _serve(work, first: str, number: int, tasks, ready, go) -> None:
    order = Order.model_validate_json(first)
    work(order.model_copy(update={"folder": order.folder.with_name(f"first-{number}")}))
    ready.wait()
    go.wait()
    while (text := tasks.get()) is not None:
        work(Order.model_validate_json(text))


def plain_functions(order: Order) -> None:
    """The cells of the notebook as plain Python in this process, their last values shown as a notebook shows them."""
    import ast

    from IPython.core.formatters import DisplayFormatter

    order.folder.mkdir(parents=True, exist_ok=True)
    show = DisplayFormatter().format
    names: dict[str, object] = {}
    for cell in json.loads(order.notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, str(order.notebook), "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), str(order.notebook), "eval"), names)
            if value is not None:
                show(value)
        if "parameters" in cell["metadata"].get("tags", []):
            names.update(order.parameters, output=str(order.folder))


def plain_papermill(order: Order) -> None:
    """papermill as it comes: its own engine, a kernel for each notebook."""
    import logging

    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    order.folder.mkdir(parents=True, exist_ok=True)
    papermill.execute_notebook(
        str(order.notebook),
        str(order.folder / "notebook.ipynb"),
        {**order.parameters, "output": str(order.folder)},
        progress_bar=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )


WORK = {"functions": plain_functions, "papermill": plain_papermill, "papermill2": plain_papermill}

if __name__ == "__main__":
    sys.exit(main())
