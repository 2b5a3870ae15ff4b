"""The page of a force: its claims, figures, comparison, data notes and downloads."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hmic_analysis.evidence.wording import say_date, say_period
from hmic_analysis.params.resolve import resolve
from hmic_analysis.site.budget import Budget, say_size, size_of
from hmic_analysis.site.compared import beside, left_out
from hmic_analysis.site.comparisons import Found
from hmic_analysis.site.downloads import data_used
from hmic_analysis.site.frame import Frame
from hmic_analysis.site.model import STATE_WORDS, ForceEvidence, Shown, Site
from hmic_analysis.site.pages import capitalise
from hmic_analysis.site.views import claim_views
from hmic_analysis.site.words import KIND_WORDS, counts_of, halves


def write_force(frame: Frame, site: Site, evidence: ForceEvidence, compared: Found) -> None:
    """Write the page of one force.

    Parameters
    ----------
    frame : Frame
    site : Site
    evidence : ForceEvidence
    compared : Found
    """
    force, slug = evidence.force, evidence.force.slug
    settings = resolve(site.params, slug)
    start, end, as_of = settings.period_start, settings.period_end, settings.as_of
    if evidence.assessed:
        first = evidence.assessed[0].bundle
        start, end, as_of = (dt.date.fromisoformat(d) for d in (first.period_start, first.period_end, first.as_of))
    heads, comparisons = beside(site, compared, evidence)
    budget = Budget()
    frame.write(
        f"forces/{slug}/index.html",
        "force.html",
        force.full_name,
        evidence.nature,
        crumbs=[("Overview", "index.html")],
        force=force,
        summary=_summary(evidence),
        period=capitalise(say_period(start, end)),
        as_of=say_date(as_of),
        sections=[
            (title, [_item(site, evidence, id, budget) for id, spec in site.findings.items() if spec.section == key])
            for key, title in site.params.inspection.letter.sections.items()
        ],
        comparisons=comparisons,
        comparison_heads=heads,
        comparison_lead="Figures as in the findings. The funnel's lines allow for chance and for the differences that "
        "there usually are between forces; only a force outside the outer line is out of the ordinary.",
        comparison_left_out=left_out(compared),
        data=data_used(evidence),
        files=site.audience == "force",
        requests=[
            (s.bundle.finding, s.bundle.title, s.bundle.request) for s in evidence.assessed if s.state == "no_data"
        ],
        downloads=_downloads(site, evidence),
    )


def _summary(evidence: ForceEvidence) -> str:
    counts = counts_of(c for s in evidence.assessed for c in s.bundle.claims)
    tested = sum(n for kind, n in counts.items() if kind != "judgement")
    if not tested:
        return "No finding of this force has been assessed yet."
    words = ", ".join(
        f"{n} {'is' if n == 1 else 'are'} {KIND_WORDS[k].lower()}" for k, n in counts.items() if n and k != "judgement"
    )
    head, comma, last = words.rpartition(", ")
    said = f"{head} and {last}" if comma else last
    return f"Of {tested} statements tested on the force's data, {said}."


def _item(site: Site, evidence: ForceEvidence, id: str, budget: Budget) -> dict[str, Any]:
    """One finding on the page."""
    shown, spec = evidence.findings[id], site.findings[id]
    if shown.bundle is None:
        none: dict[str, Any] = {"claims": [], "picture": None, "place": "", "notebook": False, "more": ""}
        return {**none, "id": id, "title": spec.title, "state": STATE_WORDS[shown.state]}
    figures = [f for f in shown.bundle.figures if not f.empty]
    return {
        "id": id,
        "title": shown.bundle.title,
        "claims": claim_views(shown),
        "state": STATE_WORDS[shown.state],
        "picture": _picture(site, evidence.force.slug, shown, budget),
        "place": f"{id}.html",
        "notebook": shown.notebook,
        "more": f"All figures ({len(figures)}), tables and numbers" if figures else "Reasons, numbers and data",
    }


def _picture(site: Site, slug: str, shown: Shown, budget: Budget) -> dict[str, Any] | None:
    """The finding's first figure, where the page can bear it."""
    for figure in shown.bundle.figures:
        place = f"figures/{shown.bundle.finding}-{figure.name}.png"
        path = site.target.joinpath("forces", slug, *place.split("/"))
        if figure.empty or not budget.fits(path):
            continue
        width, height = size_of(path)
        lead, _ = halves(figure.subtitle)
        words = {"alt": figure.alt, "headline": figure.headline, "lead": lead, "source": figure.source}
        return {"place": place, "width": width, "height": height, **words}
    return None


def _downloads(site: Site, evidence: ForceEvidence) -> list[tuple[str, str, str]]:
    """Place, words and size of each file to take away."""
    slug = evidence.force.slug
    offered = (
        (f"{slug}-evidence.xlsx", "Everything in one workbook (Excel)"),
        ("data/claims.csv", "Claims and verdicts (CSV)"),
        ("data/indicators.csv", "Indicators (CSV)"),
        ("data/data-used.csv", "Data and what became of every row (CSV)"),
    )
    folder = site.target / "forces" / slug
    return [
        (place, words, say_size(path.stat().st_size))
        for place, words in offered
        if (path := folder.joinpath(*place.split("/"))).is_file()
    ]
