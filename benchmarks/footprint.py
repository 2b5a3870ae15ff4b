"""``python -m benchmarks.footprint``: how large the package is, and how much of it a piece of work passes through.

    python -m benchmarks.footprint
    python -m benchmarks.footprint --checkout ../before    # the package of another checkout
    python -m benchmarks.footprint --list                  # also the modules that were entered

A module is entered if one of its functions runs while the work is done.  Every module is imported beforehand, so
nothing counts that happens on import.  The work is done by the public face alone: a small simulated return of Cleveland
is loaded by ``hmic data prepare``, then ``hmic.work_through("A6", "cleveland")`` works finding A6.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import inspect
import io
import json
import os
import pkgutil
import runpy
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "hmic_analysis"
FORCE, FINDING = "cleveland", "A6"


def sizes(package: Path) -> dict[str, Any]:
    """Files and lines of the package.

    A module of fewer than 30 lines counts as short unless it is a package's face (``__init__``, ``__main__``).
    """
    lines = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in sorted(package.rglob("*.py"))}
    modules = {p: n for p, n in lines.items() if not p.name.startswith("__")}
    return {
        "files": len(lines),
        "lines": sum(lines.values()),
        "folders": len({p.parent for p in lines}),
        "modules": len(modules),
        "median lines of a module": round(statistics.median(modules.values())),
        "modules above 600 lines": sum(n > 600 for n in lines.values()),
        "modules below 30 lines": sum(n < 30 for n in modules.values()),
    }


def import_all(package: str) -> None:
    """Import every module, so that what happens on import is over before anything is counted."""
    # papermill imports the engines that a package offers it; begun from an engine that would be a circle.
    importlib.import_module("papermill")
    home = importlib.import_module(package)
    for module in pkgutil.walk_packages(home.__path__, f"{package}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


@contextlib.contextmanager
def entered(package: Path) -> Iterator[set[CodeType]]:
    """The functions of the package that run meanwhile, in this thread and in those that are started."""
    prefix, seen = f"{package}{os.sep}", set()

    def watch(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        # Bodies of modules and of classes are no functions: their names are not optimised.
        if event == "call" and code.co_flags & inspect.CO_OPTIMIZED and code.co_filename.startswith(prefix):
            seen.add(code)

    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        yield seen
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def trace(package: Path, work: Callable[[], None]) -> dict[str, Any]:
    """What one piece of work passes through: names of modules, lines they have, functions that ran."""
    with entered(package) as seen:
        work()
    files = sorted({Path(code.co_filename) for code in seen})
    names = [".".join(p.relative_to(package).with_suffix("").parts) or package.name for p in files]
    lines = sum(len(p.read_text(encoding="utf-8").splitlines()) for p in files)
    return {
        "modules entered": [n.removesuffix(".__init__") for n in names],
        "lines they have": lines,
        "functions that ran": len(seen),
    }


def hmic(*words: str) -> None:
    """The command line, in this process."""
    before, said = sys.argv, io.StringIO()
    sys.argv = ["hmic", *words]
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            runpy.run_module(PACKAGE, run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise SystemExit(f"hmic {' '.join(words)} ended with {end.code}:\n{said.getvalue()}") from None
    finally:
        sys.argv = before


def measure(checkout: Path, scratch: Path) -> dict[str, Any]:
    """All figures of one checkout; its package is imported here."""
    for name in ("params", "notebooks"):
        shutil.copytree(checkout / name, scratch / name)
    for name in ("raw", "processed"):
        (scratch / "data" / name).mkdir(parents=True)
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    # Another process simulates, so that nothing of this one is warm from it.
    words = ("data", "simulate", "--force", FORCE, "--scale", "0.02", "--workers", "1")
    subprocess.run(
        [sys.executable, "-m", PACKAGE, *words], cwd=scratch, env=environment, check=True, capture_output=True
    )
    sys.path.insert(0, str(checkout))
    face = importlib.import_module(PACKAGE)
    package = Path(face.__file__).resolve().parent
    if package != checkout / PACKAGE:
        raise SystemExit(f"{PACKAGE} was imported from {package}, not from {checkout}.")
    import_all(PACKAGE)
    os.chdir(scratch)
    load = trace(package, lambda: hmic("data", "prepare", "--force", FORCE, "--workers", "1"))
    hmic("data", "prepare", "--force", "england-and-wales", "--workers", "1")
    work = trace(package, lambda: face.work_through(FINDING, FORCE, project=scratch))
    return {"package": sizes(package), f"one return loaded ({FORCE})": load, f"{FINDING} worked through": work}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkout", type=Path, default=ROOT, help="whose package is measured; by default this one's")
    parser.add_argument("--list", action="store_true", help="also name the modules that were entered")
    parser.add_argument("--json", type=Path, help="file for all figures")
    words = parser.parse_args(argv)
    checkout, target = words.checkout.resolve(), words.json.resolve() if words.json else None
    home = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="hmic-footprint-") as scratch:
        found = measure(checkout, Path(scratch).resolve())
        os.chdir(home)
    for what, figures in found.items():
        print(f"{what}:")
        for name, value in figures.items():
            print(f"  {name:26} {len(value) if isinstance(value, list) else value:>8,}")
            if words.list and isinstance(value, list):
                print("\n".join(f"      {module}" for module in value))
    if target:
        target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
