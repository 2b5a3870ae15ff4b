"""Comparisons for people: all figures on one page, where one force stands, and forces side by side."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from hmic_analysis.comparison.gather import read_evidence
from hmic_analysis.comparison.write import ALL, FOR_ONE, INSIDE, MANIFEST, OWN, TABLE
from hmic_analysis.documents.embargo import embargo_line
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.model import Sensitivity
from hmic_analysis.evidence.withheld import declaration, rules_from, withheld
from hmic_analysis.evidence.wording import say_value
from hmic_analysis.figures import style
from hmic_analysis.figures.chart import SYNTHETIC_NOTE
from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.project import Project

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
    table: pd.DataFrame


def write_pages(project: Project, params: Params) -> Path:
    """Write the page of all figures, and a page for each force that has a folder of its own."""
    root = project.output / "comparison"
    found = _read(root)
    if not found:
        raise DataError("Nothing has been compared. Compare first: hmic compare")
    _write(root / INDEX, _index(params, found), params, INSIDE, found)
    names = {f.slug: f.name for f in params.territorial}
    for folder in sorted((root / OWN).iterdir()) if (root / OWN).is_dir() else ():
        if folder.is_dir() and folder.name in names:
            page = _where_it_stands(params, found, folder.name, names[folder.name])
            _write(folder / INDEX, page, params, FOR_ONE, found)
    return root / INDEX


def side_by_side(project: Project, params: Params, finding: str, forces: Sequence[str]) -> pd.DataFrame:
    """The claims and figures of one finding in forces beside each other.

    ``what`` (``claim`` or ``figure``), ``id``, ``label``, and a column for each force by name: the verdict with its
    grade, the figure with what it rests on, or why there is none.  Small counts of persons are withheld.
    """
    spec = params.finding(finding)
    if len(set(forces)) < 2:
        raise ParameterError("Name two forces or more to set side by side: --force cleveland --force durham")
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    for claim, its in spec.claims.items():
        rows["claim", claim, its.statement] = {}
    for one in read_evidence(project, params, spec.id, forces):
        name = one.force.name
        if one.bundle is None or one.bundle.status == "no_data":
            why = one.reason or "no data supplied"
            for cells in rows.values():
                cells[name] = why
            continue
        for claim in one.bundle.claims:
            words = claim.verdict.replace("_", " ")
            rows.setdefault(("claim", claim.claim, claim.statement), {})[name] = f"{words}, grade {claim.grade}"
        hidden = withheld(
            one.bundle.indicators, rules_from(resolve(params, one.force.slug, spec.id).disclosure).of(one.bundle)
        )
        for figure in one.bundle.indicators:
            if figure.id in hidden.figures:
                words = "withheld: a small count of persons"
            elif figure.value is None:
                words = figure.note or "no figure"
            else:
                words = say_value(figure.value, figure.unit)
                words += f" of {figure.denominator:,.0f}" if figure.denominator is not None else ""
            stratum = f" ({figure.stratum.replace('_', ' ')})" if figure.stratum else ""
            rows.setdefault(("figure", figure.id, f"{figure.label}{stratum}"), {})[name] = words
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
        columns = [_column(heading.split(" ")[0] if what == "figure" else "Claim"), *(_column(n) for n in names)]
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


def _read(root: Path) -> list[_Compared]:
    found = []
    for path in sorted((root / ALL).glob(f"*/{MANIFEST}")):
        about = json.loads(path.read_text(encoding="utf-8"))
        found.append(_Compared(path.parent, about, pd.read_csv(path.parent / TABLE, keep_default_na=True)))
    return sorted(found, key=lambda c: (c.about["finding"], c.about["indicator"]))


def _index(params: Params, found: Sequence[_Compared]) -> dict[str, Any]:
    rows = []
    for one in found:
        about, table = one.about, one.table
        used = table[table["status"] == "value"]
        named = list(table.loc[table["named"].eq(True), "name"])
        middle = used["value"].median()
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
        f"{looks:,} looks were made; about {expected:.0f} forces would be named by chance alone.",
    ]
    return {
        "title": "Forces compared",
        "lead": lead,
        "findings": sorted({c.about["finding"] for c in found}, key=list(params.findings).index),
        "tables": [{"heading": "", "note": "", "columns": [_column(*t) for t in titles], "rows": rows}],
    }


def _where_it_stands(params: Params, found: Sequence[_Compared], slug: str, name: str) -> dict[str, Any]:
    """What differs beyond chance, in both directions, with the number of looks."""
    by_place: dict[str, list[dict[str, Any]]] = {heading: [] for heading in _PLACES.values()}
    unjudged, absent = [], []
    looks, expected = 0, 0.0
    for one in found:
        row = one.table[one.table["force"] == slug]
        if row.empty:
            continue
        row, about = row.iloc[0], one.about
        if row["status"] != "value":
            absent.append(_row(about, [_cell(about["label"]), _cell(str(row["reason"]))]))
            continue
        used = one.table[one.table["status"] == "value"]
        # Among few forces a dot without a name is no secret.
        strip = _strip(used, about, slug) if about["widened"] else ""
        cells = [
            _cell(about["label"], small=f"{about['finding']}, {about['window']}"),
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
        f"{looks} looks were made at {name}. Where it differed by nothing but chance and as forces usually do, about "
        f"{expected:.1f} of them would lie outside the outer lines all the same.",
    ]
    return {"title": f"Where {name} stands", "lead": lead, "tables": tables, "findings": []}


def _none(about: dict[str, Any]) -> str:
    return "none" if about["looks"] else "not judged"


def _row(about: dict[str, Any], cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {"finding": about["finding"], "named": 0, "cells": cells}


def _column(title: str, number: bool = False) -> dict[str, Any]:
    return {"title": title, "number": number}


def _cell(text: Any, *, small: str = "", link: str = "", number: bool = False, sort: Any = None) -> dict[str, Any]:
    missing = sort is None or (isinstance(sort, float) and math.isnan(sort))
    return {"text": text, "small": small, "link": link, "number": number, "sort": text if missing else sort}


def _say(value: float | None, unit: str) -> str:
    return "" if value is None or math.isnan(value) else say_value(value, unit)


def _width(used: pd.DataFrame) -> float:
    return float(used["value"].max() - used["value"].min()) if len(used) else 0.0


def _strip(used: pd.DataFrame, about: dict[str, Any], own: str) -> Markup:
    """Dots of forces on one line; the force in question filled, or those named in orange."""
    low, high = float(used["value"].min()), float(used["value"].max())
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
    for row in used[used["force"] != own].itertuples():
        orange = not own and row.named is True
        # On the page of one force the others have no name.
        title = "" if own else f"{row.name}: {_say(row.value, about['unit'])}"
        parts.append(dot(row.value, 4 if orange else 3, style.PAIR[1] if orange else "#9AA3A8", title))
    parts += [dot(value, 6, style.PAIR[0]) for value in used.loc[used["force"] == own, "value"]]
    ends = f"from {_say(low, about['unit'])} to {_say(high, about['unit'])}"
    return Markup(
        f'<svg width="{_WIDTH:.0f}" height="{_HEIGHT:.0f}" role="img" aria-label="{Markup.escape(ends)}">'
        f"{''.join(parts)}</svg><small>{Markup.escape(ends)}</small>"
    )


@cache
def _template() -> jinja2.Template:
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("hmic_analysis.comparison", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    return found.get_template("page.html")


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
