"""What the repository promises of itself."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support import OTHER_TERM


def test_environment_is_generated_from_pyproject(root):
    assert (
        subprocess.run([sys.executable, str(root / ".ci" / "environment.py"), "--check"], check=False).returncode == 0
    )


def test_the_lock_meets_every_requirement_and_names_no_index(root):
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text and "index" not in text
    locked: dict[str, list[Requirement]] = {}
    for line in text.splitlines():
        requirement = Requirement(line)
        assert [s.operator for s in requirement.specifier] == ["=="], line
        locked.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in [*project["dependencies"], *project["optional-dependencies"]["test"]]:
        wanted = Requirement(text)
        for found in locked[canonicalize_name(wanted.name)]:
            version = next(iter(found.specifier)).version
            assert wanted.specifier.contains(version), f"{found} does not meet {wanted}"


def test_what_is_installed_is_what_is_locked(root):
    """Nothing was silently downgraded by another package's demands."""
    wrong = []
    for line in (root / "requirements.lock").read_text(encoding="utf-8").splitlines():
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate():
            continue
        if Version(metadata.version(requirement.name)) not in requirement.specifier:
            wrong.append(f"{line}: installed {metadata.version(requirement.name)}")
    assert not wrong


NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks" / "findings").rglob("[a-z]*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_finding_notebook_stays_thin(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [c for c in cells if c["cell_type"] == "code"]
    text = "\n".join("".join(c["source"]) for c in code)
    assert not any(c["outputs"] or c["execution_count"] for c in code), "stored outputs"
    assert not re.search(r"^\s*(def|class) ", text, re.M), "logic belongs in the package"
    assert "read_csv" not in text and "matplotlib" not in text
    assert len(code) <= 18
    assert sum("parameters" in c["metadata"].get("tags", []) for c in code) == 1
    assert cells[0]["cell_type"] == "markdown" and "".join(cells[0]["source"]).startswith("# ")
    assert "report.conclude()" in "".join(code[-1]["source"])


def test_nothing_happens_at_import_time(root):
    """Importing the package and its command line reads no file of a project and draws nothing."""
    code = (
        "import builtins, sys\n"
        "real = builtins.open\n"
        "def guard(file, *a, **k):\n"
        "    assert 'params' not in str(file) and 'data' not in str(file).split('site-packages')[0], file\n"
        "    return real(file, *a, **k)\n"
        "builtins.open = guard\n"
        "import hmic_analysis, hmic_analysis.cli.main\n"
        "assert 'matplotlib.pyplot' not in sys.modules and 'seaborn' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_messages_keep_to_the_glossary(root):
    """Whatever the package can print, sentences of errors and of commands among it; docstrings are not printed."""
    found = []
    for path in sorted((root / "hmic_analysis").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in silent]
        for text in (t for t in texts if isinstance(t, str) and " " in t.strip()):
            terms = set(OTHER_TERM.findall(text.lower()))
            if "numerator" in text:  # of a fraction, where the other part is meant and not a base
                terms -= {"denominator"}
            if path.parent.name == "process":  # what became of a force's challenge, not of a record
                terms -= {"rejected", "denominator"}
            found += [f"{path.name}: {text}" for _ in terms if path.name != "words.py"]
    assert not found
