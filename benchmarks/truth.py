"""How often a verdict is wrong: simulated forces whose truth is known, all findings, as many seeds as one likes.

    python benchmarks/truth.py --seeds 2 3 4 --scale 0.02

For every seed 43 forces are drawn and simulated in a temporary project, loaded and worked through; the table shows,
claim by claim, verdicts that contradict what is true, claims left open although the data sufficed, and claims
decided although the fact lies near its threshold.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project

ROOT = Path(__file__).resolve().parents[1]
WRONG = {("false", "supported"), ("true", "contradicted")}


def load(root: str, slug: str) -> None:
    """Load the return of one force."""
    from hmic_analysis.runs.returns import prepare_force

    project = find_project(root)
    prepare_force(project, load_params(project), slug)


def measure(root: str, slug: str) -> dict[str, str]:
    """Verdict of every claim on one force."""
    from hmic_analysis.analyst.working import work_through

    project = find_project(root)
    found = {}
    for spec in load_params(project).findings.values():
        report = work_through(spec.id, slug, charts=False, project=project.root).report
        found |= {c.claim: c.verdict for c in report.bundle().claims}
    return found


def one_seed(root: Path, seed: int, scale: float, workers: int) -> Counter:
    """Count what became of every claim whose truth was drawn."""
    project = find_project(root)
    params = load_params(project)
    simulate_forces(project, params, [f.slug for f in params.territorial], None, scale, seed, workers)
    truth = json.loads((project.raw / "england-and-wales" / "truth.json").read_text(encoding="utf-8"))["forces"]
    slugs = [slug for slug, force in truth.items() if not force["sends_nothing"]]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        pool.submit(load, str(root), "england-and-wales").result()
        measured = dict(zip(slugs, pool.map(measure, [str(root)] * len(slugs), slugs), strict=True))
    found: Counter = Counter()
    for slug in slugs:
        for claim, state in truth[slug]["states"].items():
            verdict = measured[slug][claim]
            open_by_truth = truth[slug]["verdicts"][claim] == "not_determinable"
            found[claim, "judged"] += 1
            found[claim, "wrong"] += (state, verdict) in WRONG
            found[claim, "enough"] += state != "middle" and not open_by_truth
            found[claim, "left open"] += state != "middle" and not open_by_truth and verdict == "not_determinable"
            found[claim, "near"] += state == "middle"
            found[claim, "near, decided"] += state == "middle" and verdict != "not_determinable"
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2, 3])
    parser.add_argument("--scale", type=float, default=0.02)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    total: Counter = Counter()
    for seed in given.seeds:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name in ("params", "notebooks"):
                shutil.copytree(ROOT / name, root / name)
            total += one_seed(root, seed, given.scale, given.workers)
        print(f"seed {seed}: {time.monotonic() - started:.0f} s", flush=True)
    columns = ("judged", "wrong", "enough", "left open", "near", "near, decided")
    claims = list(dict.fromkeys(claim for claim, _ in total))
    print(f"{'claim':8}" + "".join(f"{c:>15}" for c in columns))
    for claim in claims:
        print(f"{claim:8}" + "".join(f"{total[claim, c]:15d}" for c in columns))
    print(f"{'all':8}" + "".join(f"{sum(total[claim, c] for claim in claims):15d}" for c in columns))


if __name__ == "__main__":
    main()
