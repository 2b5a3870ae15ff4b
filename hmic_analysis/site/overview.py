"""The first page: every finding of every force at a glance, with a filter."""

from __future__ import annotations

from typing import Any

from hmic_analysis.params.catalogue import FindingSpec
from hmic_analysis.site.frame import Frame
from hmic_analysis.site.model import STATE_WORDS, Site
from hmic_analysis.site.views import finding_cell
from hmic_analysis.site.words import KIND_WORDS


def by_section(site: Site) -> list[tuple[str, list[FindingSpec]]]:
    """The findings below the titles of the letter's sections."""
    return [
        (title, [spec for spec in site.findings.values() if spec.section == key])
        for key, title in site.params.inspection.letter.sections.items()
    ]


def write_overview(frame: Frame, site: Site) -> None:
    """Write the first page.

    Parameters
    ----------
    frame : Frame
    site : Site
    """
    sections = by_section(site)
    cells = {slug: {id: finding_cell(id, f) for id in site.findings} for slug, f in site.forces.items()}
    found = {state for row in cells.values() for cell in row.values() for state in cell["states"].split()}
    common: dict[str, Any] = {
        "lead": "In 2014 inspectors wrote to each force what they had found. These pages set the evidence beside each "
        "statement: what was tested, on which data, and with what result.",
        "states": [(k, w) for k, w in {**KIND_WORDS, **STATE_WORDS}.items() if k in found and k != "complete"],
        "closed": "closed" in found,
        "summary": _summary(site),
    }
    title = site.params.inspection.title
    if site.one is not None:
        force = site.one.force
        frame.write(
            "index.html",
            "overview_force.html",
            f"The evidence on {force.full_name}",
            site.nature,
            force=force,
            by_section=[
                (title, [(f, cells[force.slug][f.id], site.one.findings[f.id].notebook) for f in items])
                for title, items in sections
            ],
            **common,
        )
        return
    ordered = [f for _, items in sections for f in items]
    frame.write(
        "index.html",
        "overview.html",
        title,
        site.nature,
        sections=[(title, len(items)) for title, items in sections if items],
        findings=ordered,
        by_section=sections,
        columns=[(title, [(f.id, f"{f.id}. {f.title}") for f in items]) for title, items in sections if items],
        rows=[
            {"slug": slug, "name": site.name_of(slug), "cells": [cells[slug][f.id] for f in ordered]}
            for slug in site.forces
        ],
        **common,
    )


def _summary(site: Site) -> str:
    reports = [s for f in site.forces.values() for s in f.findings.values()]
    done = sum(s.state == "complete" for s in reports)
    none = sum(s.state == "no_data" for s in reports)
    closed = sum(s.state == "closed" for s in reports)
    open_ = len(reports) - done - none - closed
    parts = [f"{done:,} of {len(reports):,} findings are assessed"]
    parts += [f"for {none:,} no data were supplied"] if none else []
    parts += [f"{closed:,} are not for publication"] if closed else []
    parts += [f"{open_:,} are still to come"] if open_ else []
    return "; ".join(parts) + "."
