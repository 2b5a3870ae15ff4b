"""The method page: what the words mean and how a verdict comes about."""

from __future__ import annotations

from hmic_analysis.site.frame import Frame
from hmic_analysis.site.model import Site
from hmic_analysis.site.notes import note_lines
from hmic_analysis.site.overview import by_section

STEPS = (
    "Each force's return is checked against a written contract for every table. Rows that can't be used are set "
    "aside with the reason and counted; none is dropped silently.",
    "Figures are computed for the period or the day that is printed beside them, each with the number of units whose "
    "state is unknown and with the lowest and highest value that they allow.",
    "Every finding is split into claims. A claim's rule, written before the data were read, says which figure supports "
    "it, which contradicts it, and what lies between.",
    "A claim is decided only where the figure's interval lies on one side of the test whichever way the unknown units "
    "fall. Otherwise it is not determinable, and the reason is given.",
    "The evidence is graded apart from the verdict, from A, the strongest, to D.",
    "Every sentence takes its numbers from these figures. Nothing on these pages was computed anew.",
)


def write_method(frame: Frame, site: Site) -> None:
    """Write the method page.

    Parameters
    ----------
    frame : Frame
    site : Site
    """
    rules = site.params.inspection.comparison
    found = [s.bundle.versions for f in site.forces.values() for s in f.assessed if s.bundle.versions]
    versions = "; ".join(f"{name} {version}" for name, version in sorted(found[0].items())) if found else ""
    frame.write(
        "method.html",
        "method.html",
        "Method",
        site.nature,
        crumbs=[("Overview", "index.html")],
        lead="How the evidence was made, what the words mean, and what they do not.",
        notes=note_lines(site.params),
        steps=STEPS,
        quantifiers=list(site.params.inspection.quantifiers.values()),
        comparison=[
            "A figure of several forces together is the sum of what was counted over the sum of what it was counted "
            "among, never the mean of the forces' figures. Forces without a figure are listed with the reason; they "
            "are not missing at random.",
            f"A funnel sets each force's figure beside what is expected at its size. Its lines hold "
            f"{rules.inner_limit_pct:g}% and {rules.outer_limit_pct:g}% of forces that differ by chance, and, from "
            f"{rules.min_forces} forces on, by as much as forces usually do. Only a force outside the outer line is "
            "called different.",
            "Positions in a list of forces say little: where intervals overlap, the order may be chance.",
        ],
        by_section=by_section(site),
        versions=versions,
    )
