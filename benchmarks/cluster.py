"""``python -m benchmarks.cluster``: the same reports by two worker processes of a Dask cluster, and by four.

Where a machine has fewer processors than workers, more of them take no less time; so the run is made a second time with
reports that wait, as one waits for a slow disk or a database: there the number of workers shows.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.machine import describe
from benchmarks.project import make_project
from benchmarks.table import put_between
from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- cluster: begin -->", "<!-- cluster: end -->"
WORKERS = (2, 4)


def main() -> None:
    """Measure, print, and with ``--write`` put the table into docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forces", type=int, default=4, help="how many; each is worked on by one worker")
    parser.add_argument("--scale", type=float, default=0.02)
    parser.add_argument("--wait", type=float, default=1.0, help="seconds that each report waits in the second run")
    parser.add_argument("--write", action="store_true")
    words = parser.parse_args()
    forces = [force.slug for force in load_params(find_project(ROOT)).territorial][: words.forces]
    with tempfile.TemporaryDirectory(prefix="hmic-benchmark-") as scratch:
        project = make_project(ROOT, Path(scratch) / "project", forces, words.scale)
        found = {(count, 0.0): run(project, forces, count) for count in WORKERS}
        wait_in_each(project, words.wait)
        found |= {(count, words.wait): run(project, forces, count) for count in WORKERS}
    lines = [
        "| workers | seconds that each report waits | reports | on the wall, s | of the machine's processors, s |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for (count, wait), (reports, wall, processor) in found.items():
        lines.append(f"| {count} | {wait:g} | {reports} | {wall:.0f} | {processor:.0f} |")
    machine = describe()
    told = f"Each run once, simulated returns of {len(forces)} forces at scale {words.scale:g}, {machine['date']}; "
    lines += ["", f"{told}{machine['processor']}, {machine['processors in use']} processors in use."]
    print("\n".join(lines))
    if words.write:
        put_between(ROOT / "docs" / "performance.md", BEGIN, END, lines)


def run(project: Path, forces: list[str], workers: int) -> tuple[int, float, float]:
    """Reports made, and seconds of the clock and of the processor, of one run on a cluster of this machine."""
    chosen = [word for force in forces for word in ("--force", force)]
    before, begun = psutil.cpu_times(), time.perf_counter()
    command = [sys.executable, "-m", "hmic_analysis", "run", *chosen, "--again", "--quiet"]
    subprocess.run([*command, "--dask", f"local:{workers}"], cwd=project, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - begun, psutil.cpu_times()
    status = json.loads((project / "output" / "runs" / "status.json").read_text(encoding="utf-8"))
    # Of the whole machine: workers have processes of their own, which nobody waits for.
    return status["to_run"], wall, after.user + after.system - before.user - before.system


def wait_in_each(project: Path, seconds: float) -> None:
    """Have each notebook of a finding wait."""
    for path in (project / "notebooks" / "findings").rglob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        place = next(i for i, c in enumerate(notebook["cells"]) if "parameters" in c["metadata"].get("tags", []))
        waiting = {"id": "waits", "cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        waiting["source"] = f"import time\n\ntime.sleep({seconds})"
        notebook["cells"].insert(place + 1, waiting)
        path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
