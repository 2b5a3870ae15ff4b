"""Comparisons between forces that were made before, as an audience may see them."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hmic_analysis.cells import csv_text
from hmic_analysis.comparison.compare import ALL, MANIFEST, OWN, TABLE
from hmic_analysis.documents.pdf import size_of
from hmic_analysis.documents.workbook import CONFIDENTIAL, MISSING, NOT_APPLICABLE
from hmic_analysis.errors import DataError
from hmic_analysis.project import Project
from hmic_analysis.site.html import Budget, opened, small
from hmic_analysis.site.model import ForceEvidence, Shown, Site
from hmic_analysis.site.views import SYNTHETIC, lead_and_rest
from hmic_analysis.words import say_value

# A comparison is shown only where it rests on the very evidence that the site is made from, and where no figure in it
# is withheld from the audience; otherwise the page says why it isn't there.

OUTDATED = "rests on evidence that has changed since"
WITHHELD = "holds a figure that is withheld"
#: The figure is above the audience's level: nothing is said of it.
CLOSED = "closed"
#: Pictures of a comparison in the order in which a page shows them.
PICTURES = ("funnel", "forces-compared")


@dataclass(frozen=True)
class Picture:
    """One picture of a comparison: its words and its file."""

    name: str
    headline: str
    subtitle: str
    alt: str
    source: str
    path: Path


@dataclass(frozen=True)
class Comparison:
    """One indicator of many forces, or of one force beside the others."""

    indicator: str
    finding: str
    label: str
    unit: str
    window: str
    who: str
    method: str
    source: str
    synthetic: bool
    #: The figure of all forces together, in ``unit``.
    all_forces: float | None
    #: One row for each force; None where only one force is spoken of.
    forces: pd.DataFrame | None
    #: The force beside the others, as the manifest of its own folder gives it.
    own: Mapping[str, Any] | None
    pictures: tuple[Picture, ...]
    #: Pictures that should be there and can't be read.
    gone: int
    #: Name of its folder.
    folder: str


@dataclass(frozen=True)
class Found:
    """The comparisons that may be shown, and of those that may not the finding and the reason."""

    shown: tuple[Comparison, ...]
    left_out: tuple[tuple[str, str], ...]

    def of(self, finding: str) -> tuple[Comparison, ...]:
        """Those of one finding."""
        return tuple(c for c in self.shown if c.finding == finding)


def find_comparisons(project: Project, site: Site) -> Found:
    """What was compared, as the site's audience may see it. In the order of the catalogue."""
    root = project.output / "comparison"
    folder = root / OWN / site.one.force.slug if site.one else root / ALL
    shown, left_out = [], []
    for path in sorted(folder.glob(f"*/{MANIFEST}")) if folder.is_dir() else ():
        manifest = _read(path)
        if manifest.get("finding") not in site.findings:
            continue
        fault = _own_fault(root, path, manifest, site) if site.one else _fault(path, manifest, site)
        if fault == CLOSED:
            continue
        if fault:
            left_out.append((manifest["finding"], fault))
        else:
            shown.append(_comparison(path, manifest, bool(site.one)))
    order = {name: n for n, name in enumerate(name for s in site.findings.values() for name in s.indicators)}
    shown.sort(key=lambda c: (order.get(c.indicator.split("[", 1)[0], len(order)), c.indicator))
    return Found(tuple(shown), tuple(left_out))


def _fault(path: Path, manifest: dict[str, Any], site: Site) -> str:
    """Why the comparison of all forces may not be shown; empty where it may."""
    if not any(_visible(f.findings[manifest["finding"]], manifest["indicator"]) for f in site.forces.values()):
        return CLOSED
    if _hashes(manifest["inputs"]) != _hashes(_current(site, manifest["finding"])):
        return OUTDATED
    table = _table(path)
    compared = table.loc[table["status"] == "value", "force"]
    shown = [site.forces[slug].findings[manifest["finding"]] for slug in compared if slug in site.forces]
    if len(shown) != len(compared) or any(s.indicator(manifest["indicator"]) is None for s in shown):
        return WITHHELD
    return ""


def _own_fault(root: Path, path: Path, manifest: dict[str, Any], site: Site) -> str:
    """Why the comparison in a force's own folder may not be shown; empty where it may."""
    shown = site.one.findings[manifest["finding"]]
    if not _visible(shown, manifest["indicator"]):
        return CLOSED
    everyone = root / ALL / path.parent.name / MANIFEST
    inputs = _read(everyone)["inputs"] if everyone.is_file() else {}
    mark = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    if mark != manifest["inputs_sha256"] or inputs.get(site.one.force.slug) != shown.sha256:
        return OUTDATED
    return "" if shown.indicator(manifest["indicator"]) is not None else WITHHELD


def _visible(shown: Shown, indicator: str) -> bool:
    """Whether the audience may know of the indicator, with or without its figure."""
    return shown.bundle is not None and any(i.id == indicator for i in shown.bundle.indicators)


def _current(site: Site, finding: str) -> dict[str, str]:
    return {slug: f.findings[finding].sha256 for slug, f in site.forces.items() if f.findings[finding].sha256}


def _hashes(inputs: Mapping[str, str]) -> dict[str, str]:
    return {slug: mark for slug, mark in inputs.items() if mark}


def _comparison(path: Path, manifest: dict[str, Any], own: bool) -> Comparison:
    figures = manifest.get("figures", {})
    # Pictures in a force's folder may name others, where they were asked to.
    names = [n for n in PICTURES if n in figures and not (own and "caution" in manifest)]
    there = [n for n in names if _readable(path.with_name(f"{n}.svg"))]
    return Comparison(
        indicator=manifest["indicator"],
        finding=manifest["finding"],
        label=manifest["label"],
        unit=manifest["unit"],
        window=manifest["window"],
        who=manifest["who"],
        method=manifest["method"],
        source=manifest["source"],
        synthetic=manifest["synthetic"],
        all_forces=manifest["all_forces"],
        forces=None if own else _table(path),
        own=manifest if own else None,
        pictures=tuple(Picture(n, path=path.with_name(f"{n}.svg"), **figures[n]) for n in there),
        gone=len(names) - len(there),
        folder=path.parent.name,
    )


def _readable(path: Path) -> bool:
    """Whether a picture is there and is one; a site goes without one that isn't, and says so."""
    try:
        size_of(path, path.name)
    except DataError:
        return False
    return True


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        raise DataError(f"{path} can't be read. Compare the forces again: hmic compare.") from None


def _table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path.with_name(TABLE), encoding="utf-8")
    except (OSError, ValueError):
        raise DataError(f"{path.with_name(TABLE)} can't be read. Compare the forces again: hmic compare.") from None


# Comparisons put into the words and the order in which pages show them.

PLACES = {
    "inside": "Within the inner lines, as forces usually are",
    "above": "Above the inner line, within the outer",
    "below": "Below the inner line, within the outer",
    "far_above": "Above the outer line",
    "far_below": "Below the outer line",
}
COLUMNS = ("force", "name", "status", "value", "numerator", "denominator", "unknown", "lo", "hi", "window")
_NUMBERS = ("value", "numerator", "denominator", "unknown", "lo", "hi")


def store(site: Site, found: Found) -> dict[str, list[dict[str, Any]]]:
    """Put the pictures and data of comparisons into the site: by finding, what its page shows."""
    views: dict[str, list[dict[str, Any]]] = {}
    budgets: dict[str, Budget] = {}
    for comparison in found.shown:
        budget = budgets.setdefault(comparison.finding, Budget())
        views.setdefault(comparison.finding, []).append(
            {
                "heading": comparison.label,
                "sentence": comparison.own["sentence"] if comparison.own else "",
                "who": _capital(comparison.who),
                "pictures": [_picture(site, comparison, p, budget) for p in comparison.pictures],
                "data": _data(site, comparison),
            }
        )
    return views


def _picture(site: Site, comparison: Comparison, picture: Picture, budget: Budget) -> dict[str, Any]:
    content, width, height = small(opened(picture.path, comparison.label))
    place = f"comparison/{comparison.folder}-{picture.name}.png"
    path = site.target.joinpath(*place.split("/"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    lead, rest = lead_and_rest(picture.subtitle)
    return {
        "place": place,
        "shown": budget.fits(path),
        "width": width,
        "height": height,
        "alt": picture.alt,
        "headline": picture.headline,
        "lead": lead,
        "rest": rest,
        "source": picture.source,
    }


def _data(site: Site, comparison: Comparison) -> str:
    """Each force's figure as CSV: numbers only of forces that are compared, whose figures all may be shown."""
    if comparison.forces is None:
        return ""
    synthetic = SYNTHETIC if comparison.synthetic else ""
    notices = {"sensitivity": site.audience, "synthetic": synthetic, "embargo": site.embargo}
    notices = {name: text for name, text in notices.items() if text}
    rows = [(*COLUMNS, *notices)]
    for row in comparison.forces.to_dict("records"):
        if row["status"] == "value":
            cells = [MISSING if row[c] != row[c] else row[c] for c in COLUMNS]
        else:
            gone = CONFIDENTIAL if row["status"] == "withheld" else MISSING
            cells = [gone if c in _NUMBERS else (NOT_APPLICABLE if row[c] != row[c] else row[c]) for c in COLUMNS]
        rows.append((*cells, *notices.values()))
    place = f"comparison/{comparison.folder}.csv"
    path: Path = site.target.joinpath(*place.split("/"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(csv_text(rows), encoding="utf-8", newline="\n")
    return place


def beside(site: Site, found: Found, evidence: ForceEvidence) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """A force beside others: the headings of the columns of others, and a row for each figure."""
    heads = ("All other forces", "Similar forces") if site.one else ("All forces together",)
    rows = []
    for comparison in found.shown:
        row = _own(comparison) if site.one else _of_all(comparison, evidence.force.slug)
        if row is not None:
            rows.append({"label": comparison.label, "finding": comparison.finding, **row})
    return heads, rows


def _own(comparison: Comparison) -> dict[str, Any] | None:
    own = comparison.own
    if own is None or own["value"] is None:
        return None
    unit = comparison.unit
    others = [_or_missing(group["value"], unit) for group in own["against"]]
    return {
        "value": say_value(own["value"], unit),
        "others": others,
        "position": PLACES.get(own["position"], NOT_APPLICABLE),
    }


def _of_all(comparison: Comparison, slug: str) -> dict[str, Any] | None:
    forces = comparison.forces
    rows = forces[(forces["force"] == slug) & (forces["status"] == "value")].to_dict("records")
    if not rows:
        return None
    return {
        "value": say_value(rows[0]["value"], comparison.unit),
        "others": [_or_missing(comparison.all_forces, comparison.unit)],
        "position": PLACES.get(rows[0]["position"], NOT_APPLICABLE),
    }


def left_out(found: Found, finding: str = "") -> list[str]:
    """What is said of comparisons and pictures that are not shown, of one finding or of all."""
    counts = Counter(why for own, why in found.left_out if finding in ("", own))
    said = [
        f"{count} comparison{'s are' if count > 1 else ' is'} left out: {'each' if count > 1 else 'it'} {why}."
        for why, count in sorted(counts.items())
    ]
    gone = [c for c in found.shown if c.gone and finding in ("", c.finding)]
    return said + [f"{c.label}: {'a picture' if c.gone == 1 else 'the pictures'} could not be shown." for c in gone]


def _or_missing(value: float | None, unit: str) -> str:
    return NOT_APPLICABLE if value is None else say_value(value, unit)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
