"""How long the questions of the cookbook take on returns of the real size.

Returns of a large force and of a small second one are simulated at scale 1 and loaded, unless a project that holds them
is named; then every cell of the cookbook is executed in turn, as the notebook does.  The clock stops once a cell's
answer is there in the form in which a notebook shows it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.machine import describe
from benchmarks.table import put_between

BEGIN, END = "<!-- cookbook: begin -->", "<!-- cookbook: end -->"
ROOT = Path(__file__).resolve().parents[1]
FORCES = ("west-yorkshire", "warwickshire")
NOTEBOOK = Path("notebooks") / "explore" / "cookbook.ipynb"


def main(argv: list[str] | None = None) -> int:
    """Measure, and print or write the table."""
    words = _parser().parse_args(argv)
    if words.one:
        print(json.dumps(ask(Path.cwd(), words.forces)))
        return 0
    with tempfile.TemporaryDirectory(prefix="hmic-benchmark-") as scratch:
        project = words.project
        if project is None:
            from benchmarks.project import make_project

            project = make_project(ROOT, Path(scratch) / "project", words.forces, words.scale)
        rounds = [_in_a_process(project.resolve(), words.forces) for _ in range(words.rounds)]
    lines = table(rounds, words.forces)
    print("\n".join(lines))
    if words.write:
        put_between(ROOT / "docs" / "performance.md", BEGIN, END, lines)
    return 0


def ask(project: Path, forces: list[str]) -> dict:
    """Seconds of each question, rows of the first force, and the most memory, in this process."""
    from IPython.core.interactiveshell import InteractiveShell

    import hmic_analysis as hmic

    cells = json.loads((project / NOTEBOOK).read_text(encoding="utf-8"))["cells"]
    shell = InteractiveShell.instance()
    show = shell.display_formatter.format
    taken: dict[str, float] = {}
    title = "importing"
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            title = text.splitlines()[0].lstrip("# ") if text.startswith("## ") else title
            continue
        begun = time.perf_counter()
        done = shell.run_cell(text, silent=True)
        done.raise_error()
        if title == "importing":
            # The first cell names the forces of the notebook.
            shell.user_ns |= {"force": forces[0], "two": forces}
        elif done.result is not None:
            show(done.result)
        taken[title] = taken.get(title, 0.0) + time.perf_counter() - begun
    rows = int(hmic.tables(forces[0])["rows"].sum())
    return {"seconds": taken, "rows": rows, "memory": _memory()}


def table(rounds: list[dict], forces: list[str]) -> list[str]:
    """The table as Markdown."""
    lines = ["| question | seconds |", "| --- | ---: |"]
    lines += [
        f"| {title} | {median(r['seconds'][title] for r in rounds):.1f} |"
        for title in rounds[0]["seconds"]
        if title[0].isdigit()
    ]
    whole = median(sum(r["seconds"].values()) for r in rounds)
    machine = describe()
    lines += [
        "",
        f"Medians of {len(rounds)} rounds, each in a fresh process; {forces[0]} of {rounds[0]['rows']:,} rows in all "
        f"tables, beside {' and '.join(forces[1:])} where a question asks for two forces. The whole notebook takes "
        f"{whole:.0f} seconds and {median(r['memory'] for r in rounds):,.0f} MB. {machine['date']}; "
        f"{machine['processor']}.",
    ]
    return lines


def _in_a_process(project: Path, forces: list[str]) -> dict:
    words = [sys.executable, str(Path(__file__).resolve()), "--one", "--forces", *forces]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=project, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.decode("utf-8").splitlines()[-1])


def _memory() -> float:
    try:
        import resource
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cookbook", description=__doc__)
    parser.add_argument("--forces", nargs="+", default=list(FORCES))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--project", type=Path, help="a project that holds the returns, in place of simulating them")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help="write the table into docs/performance.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
