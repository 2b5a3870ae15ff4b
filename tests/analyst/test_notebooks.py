"""The notebooks for people run from top to bottom, as they are, and hold no stored output."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType

import nbformat
import papermill
import pytest
from IPython.core.interactiveshell import InteractiveShell
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from traitlets.config import Config

from hmic_analysis.errors import ParameterError

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
    # Hours of deployments are joined to incidents by what these two have in common.
    assert "<th>early</th>" in shown


def test_a_question_of_the_cookbook_takes_one_to_three_ordinary_lines(root):
    cells = json.loads((root / "notebooks" / "explore" / "cookbook.ipynb").read_text(encoding="utf-8"))["cells"]
    texts = ["".join(c["source"]) for c in cells]
    asked = [number for number, text in enumerate(texts) if re.match(r"## \d+\. ", text)]
    assert len(asked) == 15
    for number in asked:
        lines = texts[number + 1].splitlines()
        assert 1 <= len(lines) <= 3 and max(map(len, lines)) <= 110, texts[number]
        assert cells[number + 1]["cell_type"] == "code"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_for_people_holds_no_output(root, name):
    path = root / "notebooks" / "explore" / f"{name}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(nbformat.from_dict(notebook))
    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    assert all(not c["outputs"] and c["execution_count"] is None for c in code)


def test_a_misspelt_parameter_is_refused_by_every_notebook(root):
    """papermill itself warns only, and would make the report of the usual period."""
    shell = InteractiveShell(user_module=ModuleType("cells"), config=Config(HistoryManager={"enabled": False}))
    shell.set_custom_exc((Exception,), lambda *about, **how: None)
    whole = {"force": "cleveland", "project": str(root), "perod_start": "2013-01-01"}
    notebooks = sorted((root / "notebooks" / "findings").rglob("*.ipynb"))
    for path in notebooks:
        cells = parameterize_notebook(load_notebook_node(str(path)), whole).cells
        *before, opening = [c.source for c in cells if c.cell_type == "code"][:3]
        assert all(shell.run_cell(cell, store_history=True).success for cell in before)
        with pytest.raises(ParameterError, match="no parameter 'perod_start'. Did you mean 'period_start'"):
            shell.run_cell(opening, store_history=True).raise_error()
    assert notebooks
