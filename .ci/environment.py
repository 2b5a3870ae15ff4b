"""Write environment.yml from pyproject.toml, the only hand-written list of dependencies.

python .ci/environment.py          writes the file
python .ci/environment.py --check  exits 1 if the file is not what would be written
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Packages that conda-forge calls otherwise.
CONDA_NAMES = {"duckdb": "python-duckdb", "tzdata": "python-tzdata", "typst": "typst-py"}
#: Packages that conda-forge doesn't have.
PIP_ONLY = ("axe-playwright-python",)
HEADER = "# Generated from pyproject.toml by .ci/environment.py; edit that instead.\n"


def environment() -> str:
    """The text of environment.yml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [f"name: {project['name']}", "channels:", "  - conda-forge", "dependencies:"]
    lines.append(f"  - python{project['requires-python']}")
    pip = []
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["test"]]:
        name, bounds = re.match(r"([A-Za-z0-9_.-]+)(.*)", requirement).groups()
        bounds = bounds.replace(" ", "")
        if name in PIP_ONLY:
            pip.append(f"      - {name}{bounds}")
        else:
            lines.append(f"  - {CONDA_NAMES.get(name, name)}{bounds}")
    lines += ["  - pip", "  - pip:", *pip, "      - --no-deps -e ."]
    return HEADER + "\n".join(lines) + "\n"


def main() -> int:
    path = ROOT / "environment.yml"
    if "--check" in sys.argv[1:]:
        return 0 if path.is_file() and path.read_text(encoding="utf-8") == environment() else 1
    path.write_text(environment(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
