"""What several tests do: simulate a force, load it, and work through a finding notebook without a kernel."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Literal
from unittest import mock

from hmic_analysis.cli.data import simulate_forces
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.evidence.report import DRAWS
from hmic_analysis.figures import chart
from hmic_analysis.figures.style import new_figure, svg_bytes
from hmic_analysis.params.catalogue import ALWAYS
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project
from hmic_analysis.runs.returns import prepare_force
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.words import GLOSSARY

CONTRACTION = re.compile(
    r"\b\w+n['’]t\b|\b(?:it|that|there|he|she|who|what)['’]s\b|\b\w+['’](?:re|ve|ll)\b", re.IGNORECASE
)
OTHER_TERM = re.compile(
    rf"\b(?:{'|'.join(re.escape(other) for term in GLOSSARY for other in term.not_this)})\b", re.IGNORECASE
)


def not_as_we_write(text: str, contractions: bool = True) -> list[str]:
    """Words that the glossary has another term for and, as in a document, contractions."""
    return [*OTHER_TERM.findall(text), *(CONTRACTION.findall(text) if contractions else ())]


FINDINGS = ("A1", "A2", "A6", "F1", "F4")


def simulated(
    folder: Path, facts: Facts | None = None, scale: float = 0.05, seed: int = 1, findings: Iterable[str] = ()
) -> Project:
    """A project in ``folder`` with a simulated and loaded return of Cleveland; only what ``findings`` take, if given."""
    project = find_project(folder)
    params = load_params(project)
    simulate_forces(project, params, ["cleveland"], facts or Facts(), scale, seed)
    taken = {table for id in findings for table in (*params.finding(id).tables.core, *params.finding(id).tables.useful)}
    for path in (project.raw / "cleveland").glob("*.csv") if taken else ():
        if path.stem not in taken | set(ALWAYS):
            path.unlink()
    for slug in ("cleveland", "england-and-wales"):
        prepare_force(project, params, slug)
    return project


def work_through(project: Project, finding: str, force: str, output: Path) -> Bundle:
    """Execute the code cells of a finding notebook in this process; the evidence bundle it leaves.

    The run engine's own tests execute notebooks with papermill; where only the evidence matters this is quicker.
    """
    notebook = project.notebooks / load_params(project).finding(finding).notebook
    names: dict[str, object] = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        exec(compile("".join(cell["source"]), str(notebook), "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names.update(force=force, project=str(project.root), output=str(output))
    return read_bundle(output)


@contextmanager
def undrawn() -> Iterator[None]:
    """Charts are laid out with their words and data, and not turned into pictures, which takes most of their time."""
    blank = new_figure(1)
    svg = svg_bytes(blank)
    with mock.patch.object(chart, "svg_bytes", lambda _: svg):
        yield


@contextmanager
def without_charts() -> Iterator[None]:
    """No chart is laid out or taken into the evidence."""
    drawing = DRAWS.set(False)
    try:
        yield
    finally:
        DRAWS.reset(drawing)


#: What becomes of the charts of findings: ``pictures``, ``words`` and data alone, or nothing.
CHARTS = {"pictures": nullcontext, "words": undrawn, "": without_charts}


def evidence_of(
    project: Project, force: str, output: Path, findings=FINDINGS, charts: Literal["pictures", "words", ""] = ""
) -> dict[str, Bundle]:
    """The bundles of several findings; the tests that look at verdicts and sentences need no charts."""
    with CHARTS[charts]():
        return {finding: work_through(project, finding, force, output / finding) for finding in findings}


def verdicts(bundles: dict[str, Bundle]) -> dict[str, str]:
    """Verdict by claim."""
    return {c.claim: c.verdict for b in bundles.values() for c in b.claims}


def sentences(bundles: dict[str, Bundle]) -> dict[str, str]:
    """Sentence by claim."""
    return {c.claim: c.sentence for b in bundles.values() for c in b.claims}


def withhold_from_forces(root: Path) -> None:
    """Have a project withhold small counts from the forces too, which by default are shown their own."""
    path = root / "params" / "inspection.yml"
    text = path.read_text(encoding="utf-8")
    assert "audiences: [public]" in text
    path.write_text(text.replace("audiences: [public]", "audiences: [force, public]", 1), encoding="utf-8")
