"""From jobs of a plan to orders for workers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from hmic_analysis.project import Project
from hmic_analysis.runs.engines import choose_engine
from hmic_analysis.runs.imports import names_to_preload
from hmic_analysis.runs.notebook import Notebook, read_notebook
from hmic_analysis.runs.order import Order
from hmic_analysis.runs.plan import Job
from hmic_analysis.runs.rules import RunRules


def make_orders(project: Project, jobs: Sequence[Job], rules: RunRules) -> tuple[list[Order], list[str]]:
    """The orders for some jobs, and what their notebooks import.

    Parameters
    ----------
    project : Project
    jobs : sequence of Job
    rules : RunRules

    Returns
    -------
    tuple
        Orders, those that took longest last time first, so that no long one is left for the end; and the names that
        warm copies should find imported.
    """
    run = uuid.uuid4().hex[:12]
    notebooks: dict[str, Notebook] = {}
    for job in jobs:
        if str(job.notebook) not in notebooks:
            notebooks[str(job.notebook)] = read_notebook(job.notebook, project.relative(job.notebook))
    orders = [_order(job, notebooks[str(job.notebook)], rules, run) for job in sorted(jobs, key=_longest_first)]
    warm = {str(order.notebook) for order in orders if order.engine == "warm"}
    return orders, names_to_preload(notebooks[path] for path in sorted(warm))


def _order(job: Job, notebook: Notebook, rules: RunRules, run: str) -> Order:
    own = rules.of(job.finding)
    engine, reason = choose_engine(notebook, own)
    return Order(
        finding=job.finding,
        title=job.title,
        force=job.force,
        notebook=job.notebook,
        folder=job.folder,
        parameters=job.parameters,
        fingerprint=job.fingerprint,
        basis=job.basis,
        engine=engine,
        engine_reason=reason,
        seconds=own.time_limit_s,
        memory_mb=own.memory_limit_mb,
        output_mb=own.output_limit_mb,
        run=run,
    )


def _longest_first(job: Job) -> float:
    return -job.last.seconds if job.last is not None else float("-inf")
