"""The pages of comparisons: every indicator, and the index of all."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from statistics import median
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from hmic_analysis.comparison.compare import (
    ALL,
    FOR_ONE,
    INSIDE,
    MANIFEST,
    OWN,
    TABLE,
    folder_name,
    judge,
    write_comparison,
)
from hmic_analysis.comparison.gather import comparable, gather, read_evidence
from hmic_analysis.comparison.methods import SimilarForces, similar_forces
from hmic_analysis.documents.embargo import embargo_line
from hmic_analysis.documents.text import page_templates
from hmic_analysis.errors import DataError, HmicError, ParameterError
from hmic_analysis.evidence.model import (
    BUNDLE_NAME,
    Bundle,
    Indicator,
    Sensitivity,
    different_figures,
    different_verdicts,
)
from hmic_analysis.evidence.withheld import declaration, rules_from, withheld
from hmic_analysis.evidence.wording import say_beside_unknown
from hmic_analysis.figures import style
from hmic_analysis.figures.chart import SYNTHETIC_NOTE
from hmic_analysis.params.models import Params
from hmic_analysis.params.read import load_params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.project import Project, find_project
from hmic_analysis.runs.record import RECORD_NAME
from hmic_analysis.words import say_value
from hmic_analysis.workers import worker_pool

# All indicators of all forces: by finding, in several processes, and only what has changed.

#: What was made of which evidence, so that the next time only what has changed is made again.
STATE = "state.json"
#: Packages whose code decides what a comparison says and shows.
_CODE = ("comparison", "figures", "statistics", "disclosure")


@dataclass(frozen=True)
class Outcome:
    """What became of one indicator.

    ``left_out``: why it isn't compared, empty where it is; ``looks`` and ``expected``: forces judged, and how many of
    them would be named by chance.
    """

    finding: str
    indicator: str
    left_out: str = ""
    named: int = 0
    looks: int = 0
    expected: float = 0.0


@dataclass(frozen=True)
class _Task:
    root: str
    finding: str
    indicators: tuple[str, ...]
    forces: tuple[str, ...]
    pictures: bool
    name_others: bool
    key: str
    groups: Mapping[str, SimilarForces]


def compare_everything(
    project: Project, params: Params, forces: Sequence[str], *, pictures: bool, name_others: bool, workers: int
) -> Iterator[tuple[str, list[Outcome], bool]]:
    """Compare every indicator; finding, what became of its indicators, and whether anything was made anew.

    ``pictures``: whether the folders of ``forces`` hold a funnel of each indicator.
    """
    state = _read_state(project)
    by_finding: dict[str, list[str]] = {}
    for indicator, finding in comparable(params).items():
        by_finding.setdefault(finding, []).append(indicator)
    common = _common_key(project, forces, pictures, name_others)
    due = {}
    for finding in by_finding:
        key = _key(project, params, finding, common)
        kept = state.get(finding)
        if kept and kept["key"] == key and _all_there(project, kept["outcomes"]):
            yield finding, [Outcome(**o) for o in kept["outcomes"]], False
        else:
            due[finding] = key
    groups = {force: similar_forces(params, force) for force in forces} if due else {}
    asked = (tuple(forces), pictures, name_others)
    tasks = [_Task(str(project.root), f, tuple(by_finding[f]), *asked, key, groups) for f, key in due.items()]
    # The longest first, so that no process is left alone with one.
    tasks.sort(key=lambda t: -len(t.indicators))
    for task, outcomes in _work(tasks, workers):
        state[task.finding] = {"key": task.key, "outcomes": [vars(o) for o in outcomes]}
        _write_state(project, state)
        yield task.finding, outcomes, True


def _work(tasks: list[_Task], workers: int) -> Iterator[tuple[_Task, list[Outcome]]]:
    if workers == 1 or len(tasks) < 2:
        for task in tasks:
            yield task, _compare(task)
        return
    with worker_pool(min(workers, len(tasks))) as pool:
        running = {pool.submit(_compare, task): task for task in tasks}
        for done in as_completed(running):
            yield running[done], done.result()


def _compare(task: _Task) -> list[Outcome]:
    """One finding: its evidence is read once, and an indicator that can't be compared costs only itself."""
    project = find_project(task.root)
    params = load_params(project)
    evidence = read_evidence(project, params, task.finding)
    outcomes = []
    held = {i.id for one in evidence if one.bundle for i in one.bundle.indicators}
    parts = {name.split("[", 1)[0] for name in held}
    for indicator in task.indicators:
        if indicator in parts and indicator not in held:
            why = "Figures by part only, such as by kind of call: compare one by -i 'name[part]'."
            outcomes.append(Outcome(task.finding, indicator, why))
            continue
        try:
            comparison = judge(params, gather(project, params, indicator, evidence=evidence))
            compared = len(comparison.gathered.used)
            if compared < 2:
                why = f"{compared} {'force has' if compared == 1 else 'forces have'} a figure to compare."
                outcomes.append(Outcome(task.finding, indicator, why))
                continue
            asked = {"pictures": task.pictures, "groups": task.groups}
            write_comparison(project, comparison, task.forces, task.name_others, **asked)
        except HmicError as fault:
            outcomes.append(Outcome(task.finding, indicator, fault.message))
            continue
        result = comparison.funnel
        expected = result.looks * result.false_alarm if result.looks else 0.0
        outcomes.append(Outcome(task.finding, indicator, "", len(result.named), result.looks, expected))
    return outcomes


def _common_key(project: Project, forces: Sequence[str], pictures: bool, name_others: bool) -> str:
    """What all comparisons rest on besides the evidence: parameters, code, and what was asked for."""
    root = Path(__file__).resolve().parents[1]
    mark = hashlib.sha256(json.dumps([sorted(forces), pictures, name_others]).encode())
    code = [p for folder in _CODE for p in (root / folder).rglob("*.py")]
    for path in sorted([*code, *project.params.rglob("*.yml")]):
        mark.update(path.read_bytes())
    return mark.hexdigest()


def _key(project: Project, params: Params, finding: str, common: str) -> str:
    mark = hashlib.sha256(common.encode())
    for force in params.territorial:
        folder = project.runs(force.slug) / finding
        mark.update(force.slug.encode())
        # The record tells of a report that failed after the evidence of an earlier one.
        for name in (BUNDLE_NAME, RECORD_NAME):
            path = folder / name
            mark.update(path.read_bytes() if path.is_file() else b"-")
    return mark.hexdigest()


def _all_there(project: Project, outcomes: list[dict]) -> bool:
    root = project.output / "comparison" / ALL
    return all((root / folder_name(o["indicator"]) / MANIFEST).is_file() for o in outcomes if not o["left_out"])


def _read_state(project: Project) -> dict[str, dict]:
    try:
        return json.loads((project.output / "comparison" / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _write_state(project: Project, state: dict[str, dict]) -> None:
    path = project.output / "comparison" / STATE
    part = path.with_name(f"{STATE}.part")
    part.write_text(json.dumps(state), encoding="utf-8", newline="\n")
    part.replace(path)


# Comparisons for people: all figures on one page, where one force stands, and forces side by side.

INDEX = "index.html"
BESIDE = "beside"
_WIDTH, _HEIGHT = 230.0, 26.0
#: Places in the funnel, as headings of a force's page.
_PLACES = {
    ("far_above",): "Higher than other forces, beyond chance and the usual differences",
    ("far_below",): "Lower than other forces, beyond chance and the usual differences",
    ("above", "below"): "Between the lines: not enough to call it different",
    ("inside",): "As forces usually are",
}


@dataclass(frozen=True)
class _Compared:
    """One indicator as it was written: its manifest and its table of forces."""

    folder: Path
    about: dict[str, Any]
    rows: list[dict[str, Any]]

    @cached_property
    def used(self) -> list[dict[str, Any]]:
        """The forces that are compared."""
        return [row for row in self.rows if row["status"] == "value"]


def write_pages(project: Project, params: Params) -> Path:
    """Write the page of all figures, and a page for each force that has a folder of its own."""
    root = project.output / "comparison"
    found = _read(root, params)
    if not found:
        raise DataError("Nothing has been compared. Compare first: hmic compare")
    _write(root / INDEX, _index(params, found), params, INSIDE, found)
    names = {f.slug: f.name for f in params.territorial}
    for folder in sorted((root / OWN).iterdir()) if (root / OWN).is_dir() else ():
        if folder.is_dir() and folder.name in names:
            page = _where_it_stands(found, folder.name, names[folder.name])
            _write(folder / INDEX, page, params, FOR_ONE, found)
    return root / INDEX


def side_by_side(project: Project, params: Params, finding: str, forces: Sequence[str]) -> pd.DataFrame:
    """The claims and figures of one finding in forces beside each other.

    ``what`` (``claim`` or ``figure``), ``id``, ``label``, and a column for each force by name: the verdict with its
    grade, the figure with what it rests on, or why there is none.  Small counts of persons are withheld; figures and
    verdicts that are defined differently are not given, and the first force's cell says why.
    """
    spec = params.finding(finding)
    if len(set(forces)) < 2:
        raise ParameterError("Name two forces or more to set side by side: --force cleveland --force durham")
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    for claim, its in spec.claims.items():
        rows["claim", claim, its.statement] = {}
    taken: dict[str, dict[str, Indicator]] = {}
    bundles: dict[str, Bundle] = {}
    for one in read_evidence(project, params, spec.id, forces):
        name = one.force.name
        if one.bundle is None or one.bundle.status == "no_data":
            why = one.reason or "no data supplied"
            for cells in rows.values():
                cells[name] = why
            continue
        bundles[name] = one.bundle
        for claim in one.bundle.claims:
            words = claim.verdict.replace("_", " ")
            words += ", not graded" if claim.grade == "-" else f", grade {claim.grade}"
            rows.setdefault(("claim", claim.claim, claim.statement), {})[name] = words
        hidden = withheld(
            one.bundle.indicators, rules_from(resolve(params, one.force.slug, spec.id).disclosure).of(one.bundle)
        )
        told: set[str] = set()
        for figure in one.bundle.indicators:
            if figure.id in hidden.figures:
                words = "withheld: a small count of persons"
            elif figure.value is None:
                words = "no figure, for a reason given above" if figure.note in told else figure.note or "no figure"
                told |= {figure.note} - {""}
            else:
                shown = figure if figure.id not in hidden.unknowns else figure.model_copy(update={"unknown": 0})
                words = say_beside_unknown(shown)
                words += f" of {figure.denominator:,.0f}" if figure.denominator is not None else ""
            rows.setdefault(("figure", figure.id, figure.label), {})[name] = words
            taken.setdefault(figure.id, {})[name] = figure
    for (what, id, _), cells in rows.items():
        refusal = different_verdicts(id, bundles) if what == "claim" else different_figures(taken.get(id, {}))
        if refusal and cells:
            cells.update(dict.fromkeys(cells, "not put together") | {next(iter(cells)): refusal})
    frame = pd.DataFrame([dict(zip(("what", "id", "label"), key, strict=True)) | cells for key, cells in rows.items()])
    names = [params.force(slug).name for slug in dict.fromkeys(forces)]
    return frame.reindex(columns=["what", "id", "label", *names]).fillna("")


def write_side_by_side(project: Project, params: Params, finding: str, forces: Sequence[str]) -> Path:
    """Write forces side by side as a page below ``output/comparison/beside``."""
    spec, frame = params.finding(finding), side_by_side(project, params, finding, forces)
    names = list(frame.columns[3:])
    tables = []
    for what, heading in (("claim", "What the evidence says of each claim"), ("figure", "Figures")):
        part = frame[frame["what"] == what]
        rows = [
            {
                "finding": spec.id,
                "named": 0,
                "cells": [_cell(row["label"], small=row["id"]), *(_cell(row[name]) for name in names)],
            }
            for _, row in part.iterrows()
        ]
        columns = [_column(what.capitalize()), *(_column(n) for n in names)]
        tables.append({"heading": heading, "note": "", "columns": columns, "rows": rows})
    lead = [
        "Differences between two forces are not tested here: whether a force stands out among all is decided by the "
        "funnel of each figure."
    ]
    made_up = any(e.bundle is not None and e.bundle.synthetic for e in read_evidence(project, params, spec.id, forces))
    path = project.output / "comparison" / BESIDE / f"{spec.id.lower()}-{'-'.join(dict.fromkeys(forces))}.html"
    title = f"{spec.id} {spec.title}: {', '.join(names)}"
    page = {"title": title, "lead": lead, "tables": tables, "findings": []}
    _write(path, page, params, INSIDE, [], made_up)
    return path


def _read(root: Path, params: Params) -> list[_Compared]:
    found = []
    for path in sorted((root / ALL).glob(f"*/{MANIFEST}")):
        about = json.loads(path.read_text(encoding="utf-8"))
        rows = pd.read_csv(path.parent / TABLE, keep_default_na=True, dtype_backend="numpy_nullable")
        found.append(_Compared(path.parent, about, rows.astype(object).where(rows.notna(), None).to_dict("records")))
    places = {finding: place for place, finding in enumerate(params.findings)}
    return sorted(found, key=lambda c: (places.get(c.about["finding"], -1), c.about["indicator"]))


def _index(params: Params, found: Sequence[_Compared]) -> dict[str, Any]:
    rows = []
    for one in found:
        about, used = one.about, one.used
        named = [row["name"] for row in used if row["named"]]
        middle = float(median(row["value"] for row in used))
        picture = "funnel.svg" if (one.folder / "funnel.svg").is_file() else "forces-compared.svg"
        link = f"{ALL}/{one.folder.name}/{picture}"
        together = about["all_forces"]
        rows.append(
            {
                "finding": about["finding"],
                "named": len(named),
                "cells": [
                    _cell(about["finding"]),
                    _cell(about["label"], small=about["indicator"], link=link),
                    _cell(len(used), number=True),
                    _cell(_say(together, about["unit"]), number=True, sort=together),
                    _cell(_say(middle, about["unit"]), number=True, sort=middle),
                    _cell(_strip(used, about, ""), sort=_width(used)),
                    _cell(", ".join(named) or _none(about), sort=f"{-len(named):04d}"),
                ],
            }
        )
    titles = [
        ("Finding", False), ("Figure", False), ("Forces", True), ("Together", True), ("Middle value", True),
        ("Each force, from the lowest to the highest", False), ("Different", False),
    ]  # fmt: skip
    looks = sum(c.about["looks"] for c in found)
    expected = sum(c.about["looks"] * (c.about["false_alarm"] or 0) for c in found)
    lead = [
        "Every figure that two forces or more have. A dot is a force, the band is where about two thirds of forces "
        "usually lie apart from chance, an orange dot is a force outside the outer lines of the funnel. High or low is "
        "not good or bad, and a place in the list is no ranking.",
        f"{looks:,} looks were made; {_by_chance(expected)} would be named by chance alone.",
    ]
    return {
        "title": "Forces compared",
        "lead": lead,
        "findings": sorted({c.about["finding"] for c in found}, key=list(params.findings).index),
        "tables": [{"heading": "", "note": "", "columns": [_column(*t) for t in titles], "rows": rows}],
    }


def _where_it_stands(found: Sequence[_Compared], slug: str, name: str) -> dict[str, Any]:
    """What differs beyond chance, in both directions, with the number of looks."""
    by_place: dict[str, list[dict[str, Any]]] = {heading: [] for heading in _PLACES.values()}
    unjudged, absent = [], []
    looks, expected = 0, 0.0
    for one in found:
        row = next((row for row in one.rows if row["force"] == slug), None)
        if row is None:
            continue
        about = one.about
        if row["status"] != "value":
            absent.append(_row(about, [_cell(about["label"]), _cell(row["reason"] or "")]))
            continue
        # Among few forces a dot without a name is no secret.
        strip = _strip(one.used, about, slug) if about["widened"] else ""
        said = row["reason"] or ""
        cells = [
            _cell(about["label"], small=" ".join(filter(None, (f"{about['finding']}, {about['window']}.", said)))),
            _cell(_say(row["value"], about["unit"]), number=True),
            _cell(_say(about["typical"] if about["widened"] else None, about["unit"]), number=True),
            _cell(strip),
        ]
        heading = next((h for places, h in _PLACES.items() if row["position"] in places), None)
        if heading is None:
            unjudged.append(_row(about, cells))
            continue
        looks, expected = looks + 1, expected + (about["false_alarm"] or 0)
        by_place[heading].append(_row(about, cells))
    columns = [_column("Figure"), _column(name, True), _column("Middle force", True), _column("Among all forces")]
    tables = [
        {"heading": f"{h} ({len(rows)})", "note": "" if rows else "None.", "columns": columns, "rows": rows}
        for h, rows in by_place.items()
    ]
    note = "Too few forces have the figure, or it is no share and no rate of counted units."
    tables.append({"heading": f"Not judged ({len(unjudged)})", "note": note, "columns": columns, "rows": unjudged})
    columns = [_column("Figure"), _column("Why")]
    tables.append({"heading": f"Not compared ({len(absent)})", "note": "", "columns": columns, "rows": absent})
    lead = [
        f"Where {name} stands among the forces of England and Wales: the large dot is {name}, the others have no "
        "name. High or low is not good or bad.",
        f"{f'{looks} looks were' if looks != 1 else 'One look was'} made at {name}. Where it differed by nothing but "
        f"chance and as forces usually do, {_looks_by_chance(expected)} would lie outside the outer lines all "
        "the same.",
    ]
    return {"title": f"Where {name} stands", "lead": lead, "tables": tables, "findings": []}


def _by_chance(expected: float) -> str:
    """``about 3 forces``."""
    return f"about {expected:.0f} forces" if expected >= 1.5 else "about one force" if expected >= 0.5 else "hardly any"


def _looks_by_chance(expected: float) -> str:
    """``about 3 of them``."""
    if expected < 0.95:
        return "fewer than one of them"
    return "about one of them" if expected < 1.5 else f"about {expected:.0f} of them"


def _none(about: dict[str, Any]) -> str:
    return "none" if about["looks"] else "not judged"


def _row(about: dict[str, Any], cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {"finding": about["finding"], "named": 0, "cells": cells}


def _column(title: str, number: bool = False) -> dict[str, Any]:
    return {"title": title, "number": number}


def _cell(text: Any, *, small: str = "", link: str = "", number: bool = False, sort: Any = None) -> dict[str, Any]:
    missing = sort is None or (isinstance(sort, float) and math.isnan(sort))
    # A drawing is nothing to sort by, and would break the attribute that holds what is.
    by = ("" if isinstance(text, Markup) else text) if missing else sort
    return {"text": text, "small": small, "link": link, "number": number, "sort": by}


def _say(value: float | None, unit: str) -> str:
    return "" if value is None or math.isnan(value) else say_value(value, unit)


def _width(used: Sequence[dict[str, Any]]) -> float:
    values = [row["value"] for row in used]
    return max(values) - min(values)


def _strip(used: Sequence[dict[str, Any]], about: dict[str, Any], own: str) -> Markup:
    """Dots of forces on one line; the force in question filled, or those named in orange."""
    values = [row["value"] for row in used]
    low, high = min(values), max(values)
    span = high - low or 1.0

    def at(value: float) -> float:
        return 6 + (_WIDTH - 12) * (min(max(value, low), high) - low) / span

    def dot(value: float, radius: float, fill: str, title: str = "") -> str:
        edge = 'fill-opacity="0.75" stroke="#0b0c0c" stroke-width="0.4"'
        named = f"<title>{Markup.escape(title)}</title>" if title else ""
        return f'<circle cx="{at(value):.1f}" cy="{_HEIGHT / 2}" r="{radius}" fill="{fill}" {edge}>{named}</circle>'

    parts = []
    if about["widened"] and about["usual"][0] is not None:
        left, right = (at(v) for v in about["usual"])
        parts.append(f'<rect x="{left:.1f}" y="4" width="{max(right - left, 1):.1f}" height="18" fill="#dfe6ec"/>')
    for row in used:
        if row["force"] == own:
            continue
        orange = not own and row["named"]
        # On the page of one force the others have no name.
        title = "" if own else f"{row['name']}: {_say(row['value'], about['unit'])}"
        parts.append(dot(row["value"], 4 if orange else 3, style.PAIR[1] if orange else "#9AA3A8", title))
    parts += [dot(row["value"], 6, style.PAIR[0]) for row in used if row["force"] == own]
    ends = f"from {_say(low, about['unit'])} to {_say(high, about['unit'])}"
    return Markup(
        f'<svg width="{_WIDTH:.0f}" height="{_HEIGHT:.0f}" role="img" aria-label="{Markup.escape(ends)}">'
        f"{''.join(parts)}</svg><small>{Markup.escape(ends)}</small>"
    )


@cache
def _template() -> jinja2.Template:
    return page_templates("comparison").get_template("page.html")


def _write(
    path: Path,
    page: dict[str, Any],
    params: Params,
    level: Sensitivity,
    found: Sequence[_Compared],
    made_up: bool = False,
) -> None:
    made_up = made_up or any(c.about["synthetic"] for c in found)
    text = _template().render(
        **page,
        embargo=embargo_line(params),
        declaration=declaration(level),
        synthetic=SYNTHETIC_NOTE if made_up else "",
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)
