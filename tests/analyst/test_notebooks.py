"""The notebooks for people run from top to bottom, as they are, and hold no stored output."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import papermill
import pytest

NOTEBOOKS = ("cookbook", "force_explorer")


@pytest.fixture(scope="module")
def executed(two_forces, tmp_path_factory) -> dict[str, Path]:
    """Each notebook for people as it was executed."""
    done = {}
    for name in NOTEBOOKS:
        source = two_forces.root / "notebooks" / "explore" / f"{name}.ipynb"
        done[name] = tmp_path_factory.mktemp(name) / "done.ipynb"
        papermill.execute_notebook(
            str(source), str(done[name]), cwd=str(source.parent), progress_bar=False, kernel_name="python3"
        )
    return done


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_for_people_runs(executed, name):
    code = [c for c in nbformat.read(executed[name], as_version=4).cells if c.cell_type == "code"]
    assert all(c.execution_count for c in code)
    assert not [o for c in code for o in c.outputs if o.output_type == "error"]


def test_cookbook_shows_figures_and_writes_one(executed, two_forces):
    assert (two_forces.output / "figures" / "attendance-pct.png").is_file()
    shown = executed["cookbook"].read_text(encoding="utf-8")
    assert "Synthetic data" in shown and "A6a" in shown


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_for_people_holds_no_output(root, name):
    path = root / "notebooks" / "explore" / f"{name}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(nbformat.from_dict(notebook))
    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    assert all(not c["outputs"] and c["execution_count"] is None for c in code)
