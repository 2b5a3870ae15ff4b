"""Comparisons between forces that were made before, as an audience may see them.

A comparison is shown only where it rests on the very evidence that the site is made from, and where no figure in it is
withheld from the audience; otherwise the page says why it isn't there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hmic_analysis.comparison.write import ALL, MANIFEST, OWN, TABLE
from hmic_analysis.errors import DataError
from hmic_analysis.project import Project
from hmic_analysis.site.model import Shown, Site

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
    """One indicator of many forces, or of one force beside the others.

    Attributes
    ----------
    indicator, finding, label, unit, window, who, method, source : str
    synthetic : bool
    all_forces : float or None
        The figure of all forces together, in ``unit``.
    forces : pandas.DataFrame or None
        One row for each force; None where only one force is spoken of.
    own : dict or None
        The force beside the others, as the manifest of its own folder gives it.
    pictures : tuple of Picture
    folder : str
        Name of its folder.
    """

    indicator: str
    finding: str
    label: str
    unit: str
    window: str
    who: str
    method: str
    source: str
    synthetic: bool
    all_forces: float | None
    forces: pd.DataFrame | None
    own: Mapping[str, Any] | None
    pictures: tuple[Picture, ...]
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
    """What was compared, as the site's audience may see it.

    Parameters
    ----------
    project : Project
    site : Site

    Returns
    -------
    Found
        In the order of the catalogue.

    Raises
    ------
    DataError
        If a comparison on disk can't be read.
    """
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
    order = {i.name: n for n, i in enumerate(i for s in site.findings.values() for i in s.indicators)}
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
        pictures=tuple(Picture(n, path=path.with_name(f"{n}.png"), **figures[n]) for n in names),
        folder=path.parent.name,
    )


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
