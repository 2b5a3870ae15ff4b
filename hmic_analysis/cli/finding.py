"""``hmic finding new``: the files of a new finding, written from a pattern that runs as it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Annotated

import typer

import hmic_analysis
from hmic_analysis.cli.console import ProjectOption, out
from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.params.models import SECTIONS
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project

app = typer.Typer(help="The findings of the letter.", no_args_is_help=True)

#: The place of each file of a finding in the checkout, by its template.
PLACES = {
    "params.yml": "params/findings/$stem.yml",
    "contract.py": "hmic_analysis/contracts/$stem.py",
    "finding.py": "hmic_analysis/findings/$stem.py",
    "simulate.py": "hmic_analysis/simulate/$stem.py",
    "notebook.py": "notebooks/findings/$section/$stem.ipynb",
    "test.py": "tests/findings/test_$stem.py",
}


@app.callback()
def _finding() -> None:
    pass


@app.command("new")
def new(
    id: Annotated[str, typer.Argument(help="Its id, such as A11.")],
    title: Annotated[str, typer.Option("--title", help="What it is about, such as Complaints.")],
    section: Annotated[str, typer.Option("--section", help=f"Part of the letter: {', '.join(SECTIONS)}.")],
    table: Annotated[str, typer.Option("--table", help="The table it takes, in the singular, such as complaint.")],
    word: Annotated[str, typer.Option("--word", help="The word after its id in the names of its files.")] = "",
    project: ProjectOption = None,
) -> None:
    """Write the files of a new finding: they run as they are, with simulated data, until you make them your own."""
    home = find_project(project)
    words = _words(home, id.upper(), title.strip(), section, table, word)
    written = _written(words)
    for place in written:
        if (home.root / place).exists():
            raise ParameterError(f"{place} exists already. Give another --word, or remove it.")
    for place, text in written.items():
        path = home.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        out().print(f"Written: {place}", markup=False)
    _make_pages(home)
    out().print(
        f"Next: hmic data simulate --force cleveland, then hmic run --force cleveland --finding {words['id']}. "
        "What each file is for stands in docs/developing.md.",
        markup=False,
    )


def _words(home: Project, id: str, title: str, section: str, table: str, word: str) -> dict[str, str]:
    """What the templates are filled with, once nothing is in the way of the new finding."""
    package = Path(hmic_analysis.__file__).resolve().parent
    if package.parent != home.root:
        raise ParameterError(
            f"The package in use lies in {package}, not in {home.root}: a finding is written into a checkout whose own "
            "package is in use (pip install -e .)."
        )
    if not re.fullmatch(r"[A-Z][1-9]\d?", id):
        raise ParameterError(f"'{id}' can't be the id of a finding. Give a letter and a number, such as A11.")
    if section not in SECTIONS:
        hint = did_you_mean(section, SECTIONS)
        raise ParameterError(f"There is no section '{section}'.{hint} Sections: {', '.join(SECTIONS)}.")
    known = load_params(home).known
    if id in known:
        raise ParameterError(f"There is a finding {id} already. Give an id other than {', '.join(known)}.")
    if not re.fullmatch(r"[^\W\d_][^{}\"\\\n]{0,59}", title):
        raise ParameterError("A title begins with a letter, has at most 60 characters, no braces or quotation marks.")
    if not re.fullmatch(r"[a-z]+(_[a-z]+)*", table) or len(table) > 24:
        raise ParameterError(f"'{table}' can't name a table. Give a word in lower case, such as complaint.")
    if table in CONTRACTS:
        raise ParameterError(f"There is a table '{table}' already. A new finding brings a table of its own.")
    word = word or "_".join(re.findall(r"[a-z0-9]+", title.lower()))[:30].rstrip("_")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", word):
        raise ParameterError(f"'{word}' can't name files. Give a --word in lower case, such as complaints.")
    return {
        "id": id,
        "stem": f"{id.lower()}_{word}",
        "title": title,
        "section": section,
        "table": table,
        "constant": table.upper(),
        "noun": table.replace("_", " "),
        "slug": table.replace("_", "-"),
        "prefix": table[:3].upper(),
    }


def _written(words: dict[str, str]) -> dict[str, str]:
    """The text of each file by its place in the checkout."""
    templates, found = files("hmic_analysis.cli").joinpath("templates"), {}
    for name, place in PLACES.items():
        text = Template(templates.joinpath(f"{name}.txt").read_text(encoding="utf-8")).substitute(words)
        place = Template(place).substitute(words)
        found[place] = _notebook(text, words["stem"]) if place.endswith(".ipynb") else text
    return found


def _notebook(text: str, stem: str) -> str:
    """A notebook of the cells of a text, each begun by a line such as ``# %% code``."""
    cells = []
    for kind, source in re.findall(r"^# %% (\w+)\n(.*?)(?=^# %% |\Z)", text, re.M | re.S):
        cell = {
            "cell_type": "markdown" if kind == "markdown" else "code",
            "id": f"{stem.split('_')[0]}-{len(cells):02d}",
            "metadata": {"tags": ["parameters"]} if kind == "parameters" else {},
            "source": source.rstrip("\n").splitlines(keepends=True),
        }
        cells.append(cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []})
    about = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    whole = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _make_pages(home: Project) -> None:
    """Make the pages on findings and tables anew, in a process of its own: this one has read the tables before."""
    command = [sys.executable, "-m", "hmic_analysis", "docs", "--project", str(home.root)]
    done = subprocess.run(command, cwd=home.root, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise ParameterError(f"The files were written, but the pages of docs could not be made:\n{done.stderr.strip()}")
    out().print(done.stdout.rstrip(), markup=False)
