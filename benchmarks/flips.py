"""Flip what each claim rests on, one claim at a time, and see which verdicts follow.

    python benchmarks/flips.py --scale 0.05

Cleveland is simulated after ``params/scenarios/cleveland-2014.yml``, in which every claim of the letter of 2014 is
true; then once more for each claim with the facts changed that make it false.  All findings are worked through each
time.  A line of the table names the claims whose verdict changed: the claim itself, and those that it implies.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.truth import measure
from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.runs.returns import prepare_force
from hmic_analysis.simulate.facts import facts_from_file
from hmic_analysis.simulate.ground import Between, all_ways

ROOT = Path(__file__).resolve().parents[1]
#: What follows from the claim besides: the national table lists the force as its policy says.
IMPLIED = {"A2b": {"A2c"}}
SCENARIO = ROOT / "params" / "scenarios" / "cleveland-2014.yml"


def flips() -> dict[str, tuple[dict[str, Any], set[str]]]:
    """For each claim that can be false: the facts to change, and the claims that follow with it."""
    rng = np.random.default_rng(1)
    found = {}
    for claim, ways in all_ways().items():
        if "false" in ways:
            way: Mapping[str, Any] = ways["false"][0]
            facts = {k: v.draw(rng) if isinstance(v, Between) else v for k, v in way.items() if k != "implies"}
            found[claim] = facts, {*way.get("implies", {}), *IMPLIED.get(claim, ())}
    return found


def verdicts_with(changes: dict[str, Any], scale: float) -> dict[str, str]:
    """Verdict of every claim on the scenario's Cleveland with some facts changed."""
    with tempfile.TemporaryDirectory() as folder:
        for part in ("params", "notebooks"):
            shutil.copytree(ROOT / part, Path(folder) / part)
        project = find_project(folder)
        params = load_params(project)
        facts = facts_from_file(SCENARIO).with_(**changes)
        simulate_forces(project, params, ["cleveland"], facts, scale, 1)
        for slug in ("cleveland", "england-and-wales"):
            prepare_force(project, params, slug)
        return measure(folder, "cleveland")


def main() -> None:
    """Print what each flip changed; exit code 1 where another claim than those implied changed, or none did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        told = pool.submit(verdicts_with, {}, options.scale)
        made = {claim: pool.submit(verdicts_with, facts, options.scale) for claim, (facts, _) in flips().items()}
        before, wrong = told.result(), 0
        for claim, (facts, implied) in flips().items():
            after = made[claim].result()
            changed = {c for c, verdict in after.items() if verdict != before[c]}
            good = claim in changed and changed <= {claim, *implied}
            wrong += not good
            words = ", ".join(f"{c} {before[c]} -> {after[c]}" for c in sorted(changed))
            print(f"{'' if good else 'NOT AS MEANT  '}{claim}: {facts}: {words}", flush=True)
    print(f"{len(made)} claims flipped, {wrong} not as meant")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
