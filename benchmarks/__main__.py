"""``python -m benchmarks``: measure, and write the table into docs/performance.md.

Each round takes every way once, in turn, so that whatever else the machine does falls on all of them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import describe
from benchmarks.project import make_project
from benchmarks.table import say, write_table

ROOT = Path(__file__).resolve().parents[1]
WAYS = ("functions", "engine", "papermill2", "papermill")


def main(argv: list[str] | None = None) -> int:
    """Measure.

    Parameters
    ----------
    argv : list of str, optional

    Returns
    -------
    int
    """
    words = _parser().parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="hmic-benchmark-") as scratch:
        project = words.project or make_project(ROOT, Path(scratch) / "project", words.forces, words.scale)
        rounds = []
        for number in range(1, words.rounds + 1):
            found = {way: measure(way, project, words.forces, words.findings) for way in WAYS}
            rounds.append(found)
            told = ", ".join(f"{way} {one['seconds'] / one['reports']:.2f} s" for way, one in found.items())
            print(f"round {number}: {told} a report", flush=True)
        memory = measure("engine", project, words.forces, words.findings, watch=True)["peak_mb"]
    result = {"machine": describe(), "rounds": rounds, "peak_mb": memory, "forces": len(words.forces)}
    print("\n".join(say(result)))
    if words.write:
        write_table(ROOT / "docs" / "performance.md", result)
    if words.json:
        words.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


def measure(way: str, project: Path, forces: list[str], findings: list[str], watch: bool = False) -> dict:
    """Take one way once, in a fresh process.

    Parameters
    ----------
    way : str
        One of ``WAYS``.
    project : pathlib.Path
        With the processed data of the forces.
    forces, findings : list of str
        Findings empty: all.
    watch : bool
        Measure memory instead of time.

    Returns
    -------
    dict
        ``reports``, ``seconds``, ``start`` and, if watched, ``peak_mb``.
    """
    job = {"way": way, "project": str(project), "forces": forces, "findings": findings, "watch": watch}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ways", json.dumps(job)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--forces", type=lambda s: s.split(","), default=["cleveland", "kent"])
    parser.add_argument("--findings", type=lambda s: s.split(","), default=[], help="such as A2,F4; default: all")
    parser.add_argument("--scale", type=float, default=0.05, help="size of the simulated returns; 1 is real")
    parser.add_argument("--project", type=Path, help="a project whose data are loaded, in place of a simulated one")
    parser.add_argument("--write", action="store_true", help="write the table into docs/performance.md")
    parser.add_argument("--json", type=Path, help="file for the figures of every round")
    return parser


if __name__ == "__main__":
    sys.exit(main())
