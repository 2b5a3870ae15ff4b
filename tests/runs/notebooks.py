"""Small notebooks for the tests of the engines, and a process of its own that executes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
PARAMETERS = "force = 'x'\nk = 1\nm = None\nn = [1]\nq: float = 1.5"
GIVEN = {"force": "Avon & Somerset", "k": 2, "n": {"a": [1, 2]}}


def build(cells: Iterable, parameters: str = PARAMETERS) -> nbformat.NotebookNode:
    """A notebook of code cells: source, or source and tags."""
    made = [new_markdown_cell("# A notebook"), new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    for cell in cells:
        source, tags = (cell, []) if isinstance(cell, str) else cell
        made.append(new_code_cell(source, metadata={"tags": tags} if tags else {}))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=made, metadata={"kernelspec": kernel})


def start(folder: Path, engine: str, names: Iterable[str]) -> subprocess.Popen:
    """Execute ``<name>.ipynb`` of a folder one after another, as ``<name>.<engine>.ipynb``; how each ended is in
    ``<name>.<engine>.json``."""
    from hmic_analysis.runs.lines import environment

    words = [sys.executable, "-m", "tests.runs.notebooks", str(folder), engine, *names]
    # Under pytest a kernel doesn't watch what processes write, as it does everywhere else.
    inherited = {k: v for k, v in environment().items() if k != "PYTEST_CURRENT_TEST"}
    return subprocess.Popen(words, cwd=ROOT, env={**inherited, "HMIC_TEST_SECRET": "kept"})


def main(folder: str, engine: str, *names: str) -> int:
    """The process that executes them."""
    from hmic_analysis.runs.warm.parent import prepare

    if engine == "warm":
        fault = prepare(["numpy", "pandas", "pyarrow", "matplotlib.pyplot", "seaborn", "scipy.stats"])
        assert fault == "", fault
    import logging

    import papermill

    logging.disable(logging.CRITICAL)
    # papermill's own engine is the yardstick, not the package's variant of it.
    words = {"engine_name": "hmic-warm" if engine == "warm" else None}
    os.chdir(folder)
    for name in names:
        ended = {"error": "", "message": ""}
        try:
            papermill.execute_notebook(
                f"{name}.ipynb", f"{name}.{engine}.ipynb", GIVEN, progress_bar=False, execution_timeout=60, **words
            )
        except Exception as fault:  # noqa: BLE001 - how it ended is what is compared
            ended = {"error": type(fault).__name__, "message": str(fault)}
        Path(f"{name}.{engine}.json").write_text(json.dumps(ended), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
