"""What the tests over all forces share: verdicts measured beside what is true."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project

VERDICT = {"true": "supported", "false": "contradicted", "middle": "not_determinable"}


class Judged(NamedTuple):
    """One claim on one force: what was drawn, what follows from facts and gaps, what was measured."""

    force: str
    claim: str
    state: str
    truth: str
    verdict: str
    flags: tuple[str, ...]


class Worked(NamedTuple):
    """One force worked through: verdict and flags of each claim, and the status of each finding."""

    claims: dict[str, tuple[str, tuple[str, ...]]]
    statuses: dict[str, str]


def truth_of(project: Project) -> dict:
    """What the simulator wrote beside the data."""
    path = project.raw / "england-and-wales" / "truth.json"
    return json.loads(path.read_text(encoding="utf-8"))["forces"]


def judged(project: Project, measured: dict[str, Worked]) -> list[Judged]:
    """Claims whose state was drawn, of the forces that sent something."""
    return [
        Judged(slug, claim, state, force["verdicts"][claim], *measured[slug].claims[claim])
        for slug, force in truth_of(project).items()
        if not force["sends_nothing"]
        for claim, state in force["states"].items()
    ]


def measure_all(root: Path, workers: int = 2) -> dict[str, Worked]:
    """Load the return of every force that sent one and work through every finding, without keeping any output."""
    project = find_project(root)
    slugs = [slug for slug, force in truth_of(project).items() if not force["sends_nothing"]]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        pool.submit(prepare, str(root), "england-and-wales").result()
        return dict(zip(slugs, pool.map(measure, [str(root)] * len(slugs), slugs), strict=True))


def prepare(root: str, slug: str) -> None:
    from hmic_analysis.runs.returns import prepare_force

    project = find_project(root)
    prepare_force(project, load_params(project), slug)


def measure(root: str, slug: str) -> Worked:
    """One force, by the notebooks' code alone."""
    from hmic_analysis.analyst.working import work_through

    project = find_project(root)
    found = Worked({}, {})
    for spec in load_params(project).findings.values():
        worked = work_through(spec.id, slug, charts=False, project=project.root)
        bundle = worked.report.bundle()
        found.claims.update({c.claim: (c.verdict, c.flags) for c in bundle.claims})
        found.statuses[spec.id] = bundle.status
    return found
