"""How long ``hmic compare --all`` takes on a project whose findings have been run, and a second time.

    python -m benchmarks.comparing PROJECT --write

What was compared before goes first, and is made again.  Processor time is that of all processes of the command; on a
machine that does other things too it says more than the clock on the wall.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.machine import describe
from benchmarks.table import put_between
from hmic_analysis.evidence.model import BUNDLE_NAME

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- comparing: begin -->", "<!-- comparing: end -->"


def taken(project: Path) -> tuple[float, float]:
    """Seconds on the wall and of the processor that the command takes once."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "hmic_analysis", "compare", "--all"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def say(project: Path, found: dict[str, tuple[float, float]]) -> list[str]:
    """The table as Markdown."""
    runs = project / "output" / "runs"
    forces = sum(any(folder.glob(f"*/{BUNDLE_NAME}")) for folder in runs.iterdir())
    figures = sum(1 for _ in (project / "output" / "comparison" / "indicators").iterdir())
    machine = describe()
    return [
        "| `hmic compare --all` | on the wall, s | of the processor, s |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {wall:.1f} | {used:.1f} |" for name, (wall, used) in found.items()),
        "",
        f"{forces} forces with reports, {figures} figures compared, {machine['date']}; {machine['processor']}, "
        f"{machine['processors in use']} processors in use.",
    ]


def main() -> None:
    """Measure, print, and write the table into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path, help="a project whose findings have been run")
    parser.add_argument("--write", action="store_true", help="write the table into docs/performance.md")
    given = parser.parse_args()
    project = given.project.resolve()
    shutil.rmtree(project / "output" / "comparison", ignore_errors=True)
    found = {name: taken(project) for name in ("everything", "a second time, nothing changed")}
    lines = say(project, found)
    print("\n".join(lines))
    if given.write:
        put_between(ROOT / "docs" / "performance.md", BEGIN, END, lines)


if __name__ == "__main__":
    main()
