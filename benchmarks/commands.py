"""What a person waits for: processor time and memory of looks at a project, of loading a return, and of its reports.

Other checkouts can be measured beside this one, command by command in turn, each on a project of its own making and
with its own environment, where ``.venv`` is one.  Processor time is what the command itself takes, in user mode and in
the system; on a machine that does other things too it says more than the clock on the wall.  What works with processes
of its own, loading and a run, is told by the clock.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from math import nan
from pathlib import Path
from statistics import median

BEGIN, END = "<!-- commands: begin -->", "<!-- commands: end -->"
ROOT = Path(__file__).resolve().parents[1]
FORCE = "cleveland"
NOTHING = "python -c pass"
COMMANDS = {
    NOTHING: ["-c", "pass"],
    **{
        f"hmic {words}": ["-m", "hmic_analysis", *words.split()]
        for words in (
            "--help",
            "compare beside --help",
            "findings",
            f"params show --force {FORCE}",
            "status",
            f"why A6 {FORCE}",
            "plan --all",
        )
    },
}
#: What takes longer, by the folder that is taken away before so that it is done again.
WORK = {
    f"by the clock: hmic data prepare --force {FORCE}": "data/processed",
    f"by the clock: hmic run --force {FORCE} --quiet": "output/runs",
}
REPORTS = "code of all reports of a force, as plain functions"
#: Rounds of what takes longer.
FEW = 3


def main(argv: list[str] | None = None) -> int:
    """Measure, and print or write the table."""
    words = _parser().parse_args(argv)
    if words.make or words.reports:
        print(make(words.make, float(words.scale)) if words.make else reports(words.reports))
        return 0
    from benchmarks.machine import describe
    from benchmarks.table import put_between

    checkouts = [*(path.resolve() for path in words.beside), ROOT]
    with tempfile.TemporaryDirectory(prefix="hmic-benchmark-") as scratch:
        found = measure(checkouts, Path(scratch), words.rounds, words.scale)
    machine = describe()
    told = (
        f"Medians of {words.rounds} alternating rounds ({FEW} of the last three lines), a return of one force at scale "
    )
    told += f"{words.scale}, {machine['date']}"
    lines = [*table(found, [path.name for path in words.beside]), "", f"{told}; {machine['processor']}."]
    print("\n".join(lines))
    if words.write:
        put_between(ROOT / "docs" / "performance.md", BEGIN, END, lines)
    return 0


Found = dict[str, list[list[tuple[float, float]]]]


def measure(checkouts: list[Path], scratch: Path, rounds: int, scale: str) -> Found:
    """Seconds of the processor and MB, by command, checkout and round; of what takes long a few rounds will do."""
    found: Found = {name: [[] for _ in checkouts] for name in (*COMMANDS, *WORK, REPORTS)}
    projects = [scratch / str(at) for at in range(len(checkouts))]
    own = str(Path(__file__).resolve())
    for checkout, project in zip(checkouts, projects, strict=True):
        _start([own, "--make", str(project), "--scale", scale], checkout, scratch, subprocess.PIPE).communicate()
    for number in range(rounds):
        for at, (checkout, project) in enumerate(zip(checkouts, projects, strict=True)):
            for name, words in COMMANDS.items():
                found[name][at].append(_taken(words, checkout, project))
            if number >= FEW:
                continue
            for name, folder in WORK.items():
                shutil.rmtree(project / folder, ignore_errors=True)
                begun = time.perf_counter()
                memory = _taken(["-m", "hmic_analysis", *name.split()[4:]], checkout, project)[1]
                found[name][at].append((time.perf_counter() - begun, memory))
            done = _start([own, "--reports", str(project)], checkout, project, subprocess.PIPE).communicate()[0]
            found[REPORTS][at].append((float(done or nan), 0.0))
    return found


def table(found: Found, others: list[str]) -> list[str]:
    """The table as Markdown: seconds by checkout; of the last also times ``python -c pass`` and memory."""
    before = "".join(f" {name}, s |" for name in others)
    lines = [f"| processor time of |{before} now, s | times `{NOTHING}` | memory, MB |"]
    lines.append("| --- |" + " ---: |" * (len(others) + 3))
    nothing = median(seconds for seconds, _ in found[NOTHING][-1])
    for name, by_checkout in found.items():
        seconds = [median(s for s, _ in rounds) for rounds in by_checkout]
        memory = max(mb for _, mb in by_checkout[-1])
        shown = " | ".join(f"{s:.2f}" if s == s else "" for s in seconds)
        lines.append(f"| {name} | {shown} | {seconds[-1] / nothing:.0f} | {f'{memory:.0f}' if memory else ''} |")
    return lines


def make(folder: Path, scale: float) -> Path:
    """The project that is measured, made by the package that is imported."""
    import benchmarks
    from benchmarks.project import make_project

    return make_project(Path(benchmarks.__file__).parents[1], folder, [FORCE], scale)


def reports(project: Path) -> float:
    """Seconds of the processor for the code of all reports of a force, after one that makes the process ready."""
    from benchmarks.ways import plain_functions
    from hmic_analysis.params.read import load_params
    from hmic_analysis.project import find_project
    from hmic_analysis.runs.plan import make_orders, make_plan
    from hmic_analysis.runs.rules import RunRules

    home = find_project(project)
    orders, _ = make_orders(home, make_plan(home, load_params(home), [FORCE], again=True), RunRules())
    with tempfile.TemporaryDirectory() as scratch:
        orders = [o.model_copy(update={"folder": Path(scratch) / o.finding}) for o in orders]
        plain_functions(orders[0])
        begun = time.process_time()
        for order in orders:
            plain_functions(order)
        return time.process_time() - begun


def _taken(words: list[str], checkout: Path, project: Path) -> tuple[float, float]:
    process = _start(words, checkout, project, subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status and checkout != ROOT:
        return nan, 0.0  # a command that the other checkout doesn't have
    if status:
        raise SystemExit(f"{' '.join(words)} failed in {checkout}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _start(words: list[str], checkout: Path, project: Path, out: int) -> subprocess.Popen:
    from hmic_analysis.runs.warm.parent import ENVIRONMENT

    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(checkout)}
    said = subprocess.DEVNULL if checkout != ROOT else None  # another one may lack a command or a module
    own = checkout / ".venv" / "bin" / "python"
    python = str(own) if own.exists() else sys.executable
    return subprocess.Popen([python, *words], cwd=project, env=environment, stdout=out, stderr=said)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.commands", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--beside", type=Path, action="append", default=[], help="another checkout to measure")
    parser.add_argument("--scale", default="0.05", help="of the return; 1 is the real size of the force")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--reports", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help="write the table into docs/performance.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
