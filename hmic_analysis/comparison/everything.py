"""All indicators of all forces: by finding, in several processes, and only what has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.comparison.compare import judge
from hmic_analysis.comparison.gather import comparable, gather, read_evidence
from hmic_analysis.comparison.methods import similar_forces
from hmic_analysis.comparison.write import ALL, MANIFEST, folder_name, write_comparison
from hmic_analysis.errors import HmicError
from hmic_analysis.evidence.bundle import BUNDLE_NAME
from hmic_analysis.params.models import Params
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project
from hmic_analysis.runs.record import RECORD_NAME
from hmic_analysis.workers import worker_pool

#: What was made of which evidence, so that the next time only what has changed is made again.
STATE = "state.json"
#: Packages whose code decides what a comparison says and shows.
_CODE = ("comparison", "figures", "statistics", "disclosure")


@dataclass(frozen=True)
class Outcome:
    """What became of one indicator.

    ``left_out``: why it isn't compared, empty where it is; ``looks`` and ``expected``: forces judged, and how many of
    them would be named by chance.
    """

    finding: str
    indicator: str
    left_out: str = ""
    named: int = 0
    looks: int = 0
    expected: float = 0.0


@dataclass(frozen=True)
class _Task:
    root: str
    finding: str
    indicators: tuple[str, ...]
    forces: tuple[str, ...]
    pictures: bool
    name_others: bool
    key: str


def compare_everything(
    project: Project,
    params: Params,
    forces: Sequence[str],
    *,
    pictures: bool,
    name_others: bool,
    workers: int,
) -> Iterator[tuple[str, list[Outcome], bool]]:
    """Compare every indicator; finding, what became of its indicators, and whether anything was made anew.

    ``pictures``: whether the folders of ``forces`` hold a funnel of each indicator.
    """
    state = _read_state(project)
    by_finding: dict[str, list[str]] = {}
    for indicator, finding in comparable(params).items():
        by_finding.setdefault(finding, []).append(indicator)
    common = _common_key(project, forces, pictures, name_others)
    due = []
    for finding, indicators in by_finding.items():
        key = _key(project, params, finding, common)
        kept = state.get(finding)
        if kept and kept["key"] == key and _all_there(project, kept["outcomes"]):
            yield finding, [Outcome(**o) for o in kept["outcomes"]], False
        else:
            due.append(_Task(str(project.root), finding, tuple(indicators), tuple(forces), pictures, name_others, key))
    # The longest first, so that no process is left alone with one.
    due.sort(key=lambda t: -len(t.indicators))
    for task, outcomes in _work(due, workers):
        state[task.finding] = {"key": task.key, "outcomes": [vars(o) for o in outcomes]}
        _write_state(project, state)
        yield task.finding, outcomes, True


def _work(tasks: list[_Task], workers: int) -> Iterator[tuple[_Task, list[Outcome]]]:
    if workers == 1 or len(tasks) < 2:
        for task in tasks:
            yield task, _compare(task)
        return
    with worker_pool(min(workers, len(tasks))) as pool:
        running = {pool.submit(_compare, task): task for task in tasks}
        for done in as_completed(running):
            yield running[done], done.result()


def _compare(task: _Task) -> list[Outcome]:
    """One finding: its evidence is read once, and an indicator that can't be compared costs only itself."""
    project = find_project(task.root)
    params = load_params(project)
    evidence = read_evidence(project, params, task.finding)
    groups = {force: similar_forces(params, force) for force in task.forces}
    outcomes = []
    held = {i.id for one in evidence if one.bundle for i in one.bundle.indicators}
    parts = {name.split("[", 1)[0] for name in held}
    for indicator in task.indicators:
        if indicator in parts and indicator not in held:
            why = "Figures by part only, such as by kind of call: compare one by -i 'name[part]'."
            outcomes.append(Outcome(task.finding, indicator, why))
            continue
        try:
            comparison = judge(params, gather(project, params, indicator, evidence=evidence))
            compared = len(comparison.gathered.used)
            if compared < 2:
                why = f"{compared} {'force has' if compared == 1 else 'forces have'} a figure to compare."
                outcomes.append(Outcome(task.finding, indicator, why))
                continue
            write_comparison(project, comparison, task.forces, task.name_others, pictures=task.pictures, groups=groups)
        except HmicError as fault:
            outcomes.append(Outcome(task.finding, indicator, fault.message))
            continue
        result = comparison.funnel
        expected = result.looks * result.false_alarm if result.looks else 0.0
        outcomes.append(Outcome(task.finding, indicator, "", len(result.named), result.looks, expected))
    return outcomes


def _common_key(project: Project, forces: Sequence[str], pictures: bool, name_others: bool) -> str:
    """What all comparisons rest on besides the evidence: parameters, code, and what was asked for."""
    root = Path(__file__).resolve().parents[1]
    mark = hashlib.sha256(json.dumps([sorted(forces), pictures, name_others]).encode())
    code = [p for folder in _CODE for p in (root / folder).rglob("*.py")]
    for path in sorted([*code, *project.params.rglob("*.yml")]):
        mark.update(path.read_bytes())
    return mark.hexdigest()


def _key(project: Project, params: Params, finding: str, common: str) -> str:
    mark = hashlib.sha256(common.encode())
    for force in params.territorial:
        folder = project.runs(force.slug) / finding
        mark.update(force.slug.encode())
        # The record tells of a report that failed after the evidence of an earlier one.
        for name in (BUNDLE_NAME, RECORD_NAME):
            path = folder / name
            mark.update(path.read_bytes() if path.is_file() else b"-")
    return mark.hexdigest()


def _all_there(project: Project, outcomes: list[dict]) -> bool:
    root = project.output / "comparison" / ALL
    return all((root / folder_name(o["indicator"]) / MANIFEST).is_file() for o in outcomes if not o["left_out"])


def _read_state(project: Project) -> dict[str, dict]:
    try:
        return json.loads((project.output / "comparison" / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _write_state(project: Project, state: dict[str, dict]) -> None:
    path = project.output / "comparison" / STATE
    part = path.with_name(f"{STATE}.part")
    part.write_text(json.dumps(state), encoding="utf-8", newline="\n")
    part.replace(path)
