"""Comparisons put into the words and the order in which pages show them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from hmic_analysis.disclosure.cells import csv_text
from hmic_analysis.evidence.wording import say_value
from hmic_analysis.site.budget import Budget
from hmic_analysis.site.comparisons import Comparison, Found, Picture
from hmic_analysis.site.model import ForceEvidence, Site
from hmic_analysis.site.pictures import read_png, small
from hmic_analysis.site.words import CONFIDENTIAL, MISSING, NOT_APPLICABLE, SYNTHETIC, halves

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
    """Put the pictures and data of comparisons into the site.

    Parameters
    ----------
    site : Site
    found : Found

    Returns
    -------
    dict of str to list of dict
        By finding, what its page shows.
    """
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
    content, width, height = small(read_png(picture.path), str(picture.path))
    place = f"comparison/{comparison.folder}-{picture.name}.png"
    path = site.target.joinpath(*place.split("/"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    lead, rest = halves(picture.subtitle)
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
    """A force beside others: the headings of the columns of others, and a row for each figure.

    Parameters
    ----------
    site : Site
    found : Found
    evidence : ForceEvidence

    Returns
    -------
    tuple of tuple of str and list of dict
    """
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
    """What is said of comparisons that are not shown, of one finding or of all."""
    counts = Counter(why for own, why in found.left_out if finding in ("", own))
    return [
        f"{count} comparison{'s are' if count > 1 else ' is'} left out: {'each' if count > 1 else 'it'} {why}."
        for why, count in sorted(counts.items())
    ]


def _or_missing(value: float | None, unit: str) -> str:
    return NOT_APPLICABLE if value is None else say_value(value, unit)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
