"""Forces whose returns are damaged: what they send is not what is true of them, and nothing false may come of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.contracts import contract_for
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project
from hmic_analysis.simulate.facts import OWNER, REFERENCES, TIMED, Facts
from hmic_analysis.simulate.ground import TABLES
from hmic_analysis.simulate.returns import draw_force
from hmic_analysis.workers import worker_pool

from .country import Judged, measure, prepare

#: What is wrong with a return; the forces take them in turn.
DAMAGES: tuple[dict[str, dict[str, float]], ...] = (
    {"references_broken": dict.fromkeys(REFERENCES, 0.03)},
    {"months_missing": dict.fromkeys(TIMED, 6)},
    {"foreign_rows": {"crime": 0.3, "incident": 0.3, "problem_record": 0.3}},
    {"references_broken": dict.fromkeys(REFERENCES, 0.08)},
    {"references_broken": dict.fromkeys(REFERENCES, 1.0)},
    {"months_missing": {t: n % 4 for n, t in enumerate(TIMED)}},
)


def simulate_damaged(project: Project, slugs: Sequence[str], seed: int, scale: float) -> dict[str, dict[str, str]]:
    """Write returns of which every force's has its damage; what was drawn to be true, by force and claim."""
    params, states = load_params(project), {}
    for number, slug in enumerate(slugs):
        drawn = draw_force(slug, seed, gaps=False)
        damage = DAMAGES[number % len(DAMAGES)]
        simulate_forces(project, params, [slug], drawn.facts.with_(**damage), scale, seed)
        states[slug] = drawn.states
        if "foreign_rows" in damage:
            _say_whose(project, slug, list(damage["foreign_rows"]), drawn.facts)
    return states


def _say_whose(project: Project, slug: str, tables: list[str], facts: Facts) -> None:
    """A mapping of the whole return that says which column of these tables names the force whose rows are read."""
    every = [table for table in TABLES if facts.provides(table)]
    lines = ["title: Own return", "files:"]
    for table in every:
        lines += [f"  {table}:", f"    pattern: {table}.csv"]
        lines += [f"    expect: {{{OWNER}: {slug}}}"] * (table in tables)
    lines += ["tables:"]
    for table in every:
        columns = ", ".join(f"{c}: {c}" for c in contract_for(table).column_names)
        lines += [f"  {table}:", f"    file: {table}", f"    columns: {{{columns}}}"]
    source = project.root / "params" / "sources" / f"own-{slug}.yml"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    own = project.root / "params" / "forces" / f"{slug}.yml"
    text = own.read_text(encoding="utf-8") if own.is_file() else ""
    own.write_text(f"{text}\nsources: [own-{slug}]\n", encoding="utf-8")


def judge(root: Path, states: dict[str, dict[str, str]], workers: int = 1) -> list[Judged]:
    """Load the returns, work through every finding, and set the verdicts beside what is true."""
    project = find_project(root)
    with worker_pool(workers) as pool:
        pool.submit(prepare, str(project.root), "england-and-wales").result()
        measured = dict(zip(states, pool.map(measure, [str(project.root)] * len(states), states), strict=True))
    return [
        Judged(slug, claim, state, "", *measured[slug].claims[claim])
        for slug, drawn in states.items()
        for claim, state in drawn.items()
    ]
