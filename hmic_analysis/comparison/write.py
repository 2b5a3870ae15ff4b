"""Writing a comparison: tables and pictures of all forces, and what each force may be shown of it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hmic_analysis.cells import neutral_frame
from hmic_analysis.comparison.compare import (
    Beside,
    Comparison,
    beside_others,
    compare_chart,
    funnel_chart,
    map_chart,
    source_of,
)
from hmic_analysis.comparison.methods import FEWEST, SimilarForces, pool
from hmic_analysis.documents.embargo import embargo_line
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.bundle import mark_picture, package_versions
from hmic_analysis.evidence.model import Sensitivity
from hmic_analysis.evidence.withheld import declaration
from hmic_analysis.figures.chart import SYNTHETIC_NOTE, Chart
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project

MANIFEST = "manifest.json"
TABLE = "forces.csv"
#: Where comparisons of all forces lie, and where a force's own do.
ALL, OWN = "indicators", "forces"
CAUTION = "Names forces: for inspectors, not for publication."
#: Where a picture names forces, or gives the figure of each, it is for inspectors; a force's own folder is for it.
INSIDE: Sensitivity = "restricted"
FOR_ONE: Sensitivity = "force"


def folder_name(indicator: str) -> str:
    """An indicator's id as a folder: ``attendance_pct[violence]`` becomes ``attendance_pct-violence``."""
    kept = [c if c.isascii() and (c.isalnum() or c == "_") else "-" for c in indicator.lower()]
    return "-".join(part for part in "".join(kept).split("-") if part)


def about_itself(embargo: str, level: Sensitivity) -> dict[str, Any]:
    """What a comparison says of itself.

    ``embargo``, ``sensitivity`` and ``declaration``, for its manifest; its pictures carry them inside.
    """
    return {"embargo": embargo, "sensitivity": level, "declaration": declaration(level)}


def write_comparison(
    project: Project,
    comparison: Comparison,
    forces: Sequence[str] = (),
    name_others: bool = False,
    *,
    pictures: bool = True,
    groups: Mapping[str, SimilarForces] | None = None,
) -> Path:
    """Write the comparison of one indicator, whole or not at all.

    ``output/comparison/indicators/<indicator>`` and ``output/comparison/forces/<slug>/<indicator>``; without
    ``pictures`` there is no tile map, and none in the forces' folders.  ``groups``: similar forces, if known already.
    """
    slug = folder_name(comparison.gathered.indicator)
    root = project.output / "comparison"
    embargo = embargo_line(comparison.params)
    # A figure that can't be pooled, such as a median, has no funnel.
    funnels = comparison.gathered.kind != "plain"
    charts = [compare_chart(comparison), *([map_chart(comparison)] if pictures else [])]
    if funnels:
        charts.append(funnel_chart(comparison, "", name_others))
    table = _csv(comparison.funnel.frame, comparison.gathered.synthetic, embargo)
    write_folder(root / ALL / slug, charts, {TABLE: table}, _manifest(comparison) | about_itself(embargo, INSIDE))
    about = _about(comparison)
    mark = hashlib.sha256(json.dumps(_hashes(comparison.gathered.forces), sort_keys=True).encode()).hexdigest()
    for force in forces:
        beside = beside_others(comparison, force, (groups or {}).get(force))
        # Among few forces points without a name are no secret, and nobody is judged.
        shown = pictures and funnels and (comparison.funnel.widened or name_others)
        own = [funnel_chart(comparison, force, name_others)] if shown else []
        # The picture of similar forces gives the figure of each by name.
        if pictures and name_others and beside.group.members:
            own.append(compare_chart(comparison, force, similar_only=True))
        caution = {"caution": CAUTION} if name_others else {}
        told = about_itself(embargo, INSIDE if name_others else FOR_ONE)
        write_folder(
            root / OWN / force / slug,
            own,
            {},
            {**about, **_own(comparison, beside), "inputs_sha256": mark, **caution, **told},
        )
    return root / ALL / slug


def write_verdicts(project: Project, params: Params, claim: str, frame: pd.DataFrame, chart: Chart) -> Path:
    """Write the verdicts of all forces on one claim.

    ``output/comparison/claims/<claim>``.
    """
    folder = project.output / "comparison" / "claims" / claim.lower()
    embargo = embargo_line(params)
    manifest = {
        "claim": claim,
        "caution": CAUTION,
        "verdicts": frame["verdict"].dropna().value_counts().sort_index().to_dict(),
        "inputs": _hashes(frame),
        "versions": package_versions(),
        **about_itself(embargo, INSIDE),
    }
    write_folder(folder, [chart], {TABLE: _csv(frame, chart.synthetic, embargo)}, manifest)
    return folder


def _manifest(comparison: Comparison) -> dict[str, Any]:
    """On what the comparison rests."""
    gathered, result = comparison.gathered, comparison.funnel
    out = gathered.left_out
    return {
        **_about(comparison),
        "caution": CAUTION,
        "inputs": _hashes(gathered.forces),
        "left_out": {row.force: [row.status, row.reason] for row in out.itertuples()},
        "named": list(result.named["force"]),
        "rules": comparison.params.inspection.comparison.model_dump(),
        "versions": package_versions(),
    }


def _about(comparison: Comparison) -> dict[str, Any]:
    gathered, result = comparison.gathered, comparison.funnel
    return {
        "schema_version": 1,
        "indicator": gathered.indicator,
        "finding": gathered.finding,
        "label": gathered.label,
        "unit": gathered.unit,
        "kind": gathered.kind,
        "window": gathered.window,
        "source": source_of(gathered),
        "synthetic": gathered.synthetic,
        "who": gathered.who(),
        "n_forces": result.n_forces,
        "looks": result.looks,
        "all_forces": _number(pool(gathered).value),
        # Among few forces the middle is their total, which gives one force the others' figure.
        "typical": _number(result.centre) if result.widened else None,
        "usual": [_number(v) if result.widened else None for v in result.usual],
        "spread": _number(result.spread),
        "false_alarm": _number(result.false_alarm),
        "widened": result.widened,
        "method": result.method,
    }


def _own(comparison: Comparison, beside: Beside) -> dict[str, Any]:
    """What one force may be shown: its own figures and the others together, no other force's figure."""
    groups = [
        {
            "group": found.group,
            "forces": len(found.members),
            "without_a_figure": len(found.left_out),
            "value": _number(found.pooled.value),
            "difference": _number(found.difference),
            "lo": _number(found.lo),
            "hi": _number(found.hi),
            "method": found.method,
            "reason": found.reason,
        }
        for found in (beside.others, beside.similar)
    ]
    # Its own figure taken from the total of two would leave the other's.
    alone = {"all_forces": None} if comparison.funnel.n_forces <= FEWEST else {}
    return {
        **alone,
        "force": beside.force,
        "value": _number(beside.value),
        "status": beside.status,
        "reason": beside.reason,
        "position": beside.position,
        "named": beside.named,
        "sentence": beside.sentence,
        "against": groups,
        "similar_forces": {
            "forces": list(beside.group.members),
            "computed": beside.group.computed,
            "label": beside.group.label,
            "reason": beside.group.reason,
        },
    }


def _hashes(frame: pd.DataFrame) -> dict[str, str]:
    known = frame[frame["evidence_sha256"] != ""]
    return dict(zip(known["force"], known["evidence_sha256"], strict=True))


def _number(value: float) -> float | None:
    """A number that JSON knows."""
    return float(value) if value is not None and abs(value) < float("inf") else None


def _csv(frame: pd.DataFrame, synthetic: bool, embargo: str) -> bytes:
    shown = frame.assign(note=SYNTHETIC_NOTE) if synthetic else frame
    shown = shown.assign(embargo=embargo, sensitivity=INSIDE)
    return neutral_frame(shown).to_csv(index=False, lineterminator="\n").encode("utf-8")


def write_folder(folder: Path, charts: Iterable[Chart], files: Mapping[str, bytes], manifest: dict[str, Any]) -> None:
    """Put a folder in place that holds all of it, with the hash of every file."""
    work = folder.with_name(f".{folder.name}.part-{uuid.uuid4().hex[:8]}")
    work.mkdir(parents=True)
    try:
        figures = {}
        for chart in charts:
            for path in chart.save(work)[:2]:
                mark_picture(path, " ".join(w for w in (manifest.get("embargo"), manifest.get("declaration")) if w))
            figures[chart.name] = {
                "headline": chart.headline,
                "subtitle": chart.subtitle,
                "alt": chart.alt,
                "source": chart.source,
            }
        for name, content in files.items():
            (work / name).write_bytes(content)
        outputs = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(work.iterdir())}
        text = json.dumps({**manifest, "figures": figures, "outputs": outputs}, indent=1, sort_keys=True)
        (work / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
        _replace(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _replace(work: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}.old-{uuid.uuid4().hex[:8]}")
    try:
        if folder.exists():
            os.replace(folder, old)
        os.replace(work, folder)
    except OSError as fault:
        if old.exists() and not folder.exists():
            os.replace(old, folder)
        raise DataError(
            f"The folder {folder} can't be replaced ({fault.strerror or fault}). If one of its files is open in "
            "another program, close it and try again."
        ) from None
    shutil.rmtree(old, ignore_errors=True)
