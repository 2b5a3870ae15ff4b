"""A project whose forces have evidence on five findings, with pictures, data and executed notebooks."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

from hmic_analysis.evidence.bundle import write_bundle
from hmic_analysis.evidence.model import Bundle, Table
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project
from hmic_analysis.site.model import Source

from ..conftest import copy_project
from ..letters.evidence import a1, a2, a6, draw, f1, f4
from ..support import withhold_from_forces

FORCES = ("cleveland", "durham", "kent")
#: Words that stand only in what is above the public's level, or above the force's.
FORCE_WORD, INSIDE_WORD = "Zebrafish", "Quicksand"
#: What somebody might put into a return.
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>"\'&'


def public(bundle: Bundle) -> Bundle:
    """The bundle with everything in it public."""
    return bundle.model_copy(
        update={
            "sensitivity": "public",
            "claims": tuple(c.model_copy(update={"sensitivity": "public"}) for c in bundle.claims),
            "figures": tuple(f.model_copy(update={"sensitivity": "public"}) for f in bundle.figures),
        }
    )


def bundles_of(slug: str, name: str) -> list[Bundle]:
    """A1 and F1 are public, one claim of A2 is for the force and one stays inside, A6 is for the force."""
    one, two, six = public(a1()), public(a2()), a6()
    claims = list(two.claims)
    claims[1] = claims[1].model_copy(
        update={"sensitivity": "force", "statement": f"{FORCE_WORD} statement.", "sentence": f"{FORCE_WORD} sentence."}
    )
    claims[2] = claims[2].model_copy(
        update={"sensitivity": "restricted", "statement": f"{INSIDE_WORD} statement.", "why": f"{INSIDE_WORD} why."}
    )
    figures = list(two.figures)
    figures[0] = figures[0].model_copy(update={"sensitivity": "force", "headline": f"{FORCE_WORD} headline"})
    two = two.model_copy(update={"claims": tuple(claims), "figures": tuple(figures), "sensitivity": "restricted"})
    table = Table(
        name="plans",
        headline="Plans in force",
        subtitle="One row a plan.",
        source="Data return",
        data="tables/plans.csv",
        sensitivity="public",
        synthetic=True,
    )
    one = one.model_copy(update={"tables": (table,)})
    six = six.model_copy(update={"figures": tuple(f.model_copy(update={"headline": FORCE_WORD}) for f in six.figures)})
    found = [one, two, six, public(f1()), f4().model_copy(update={"sensitivity": "public"})]
    found[-1] = public(found[-1])
    return [b.model_copy(update={"force": slug, "force_name": name}) for b in found]


def notebook(project: Path, picture: bytes) -> dict:
    """An executed notebook as the run engine leaves it, with what must not get onto a page."""
    table = (
        '<style>x</style><table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th>'
        "<th>Value</th></tr><tr><th>Indicator</th><th></th></tr></thead><tbody><tr><th>Attended</th><td>83.4%</td>"
        "</tr></tbody></table>"
    )
    figure = (
        '<figure><img onerror="alert(1)" alt="Bar chart of groups where violence leads." '
        f'src="data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"><figcaption>Groups</figcaption></figure>'
        '<script>alert(2)</script><img src="https://example.org/x.png"><a href="javascript:alert(3)">words</a>'
    )
    html = {"output_type": "execute_result", "data": {"text/html": table + figure}, "metadata": {}}
    return {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "\n", "Some *words*."]},
            {
                "cell_type": "code",
                "metadata": {"tags": ["injected-parameters"]},
                "source": [f'project = "{project.as_posix()}"'],
                "outputs": [],
            },
            {
                "cell_type": "code",
                "metadata": {},
                "source": [f'open("{project.as_posix()}/data")\n', "x < 3"],
                "outputs": [html, {"output_type": "stream", "name": "stderr", "text": ["a warning on the side"]}],
            },
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def write_evidence(project: Project, bundle: Bundle) -> Path:
    """Put a bundle and what belongs to it where the run engine would."""
    folder = project.runs(bundle.force) / bundle.finding
    folder.mkdir(parents=True, exist_ok=True)
    drawn = next(project.output.glob("runs/*/*/figures"), None)
    if drawn is None:
        draw(folder)
    elif drawn.parent != folder:
        shutil.copytree(drawn, folder / "figures", dirs_exist_ok=True)
    (folder / "tables").mkdir(exist_ok=True)
    rows = "plan,note,synthetic\n1,=1+2,yes\n2,plain,yes\n"
    (folder / "tables" / "plans.csv").write_text(rows, encoding="utf-8")
    picture = (folder / "figures" / "route.svg").read_bytes()
    text = json.dumps(notebook(project.root, picture))
    (folder / "notebook.ipynb").write_text(text, encoding="utf-8")
    write_bundle(bundle, folder)
    return folder


def sources_of(project: Project, slugs=FORCES) -> dict[str, tuple[Source, ...]]:
    """The reports of the project as a plan would find them."""
    found = {}
    for slug in slugs:
        found[slug] = tuple(
            Source(
                id,
                project.runs(slug) / id,
                "complete" if (project.runs(slug) / id / "evidence.json").is_file() else "not_run",
            )
            for id in load_params(project).findings
        )
    return found


def copy_of(project: Project, folder: Path) -> Project:
    """A project of its own with the same evidence."""
    shutil.copytree(project.root, folder)
    return find_project(folder)


def make_project(folder: Path) -> Project:
    """A project with evidence of three forces, which withholds small counts from the forces too."""
    project = find_project(copy_project(folder))
    withhold_from_forces(project.root)
    params = load_params(project)
    for slug in FORCES:
        for bundle in bundles_of(slug, params.force(slug).full_name):
            write_evidence(project, bundle)
    return project
