"""Made-up figures of forces, and evidence bundles of them in a project."""

from __future__ import annotations

from pathlib import Path

from hmic_analysis.comparison.gather import Gathered, force_table
from hmic_analysis.evidence.bundle import write_bundle
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, Indicator
from hmic_analysis.params.models import Comparison, Params
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project

ROOT = Path(__file__).resolve().parents[2]
PARAMS: Params = load_params(Project(ROOT))
RULES: Comparison = PARAMS.inspection.comparison
WINDOW = "the 12 months to 30 November 2013"


def gathered(figures: dict[str, tuple[float, float] | str], kind: str = "proportion") -> Gathered:
    """Figures by slug: numerator and denominator, or the status of a force without them."""
    multiplier, unit = (100.0, "%") if kind == "proportion" else (1000.0, "per 1,000 crimes")
    rows = []
    for force, figure in figures.items():
        row = {"force": force, "name": force.title(), "synthetic": False, "window": WINDOW}
        if isinstance(figure, str):
            row |= {"status": figure, "reason": f"why {figure}"}
        else:
            x, n = figure
            row |= {"status": "value", "numerator": x, "denominator": n, "value": multiplier * x / n}
        rows.append(row)
    return Gathered(
        "attendance_pct", "A2", "Crimes attended", unit, "crimes attended / crimes", "higher", kind, multiplier, False,
        WINDOW, force_table(rows),
    )  # fmt: skip


def indicator(x: float | None, n: float | None, **more) -> Indicator:
    """The attendance of one force, by counts."""
    given = {"id": "attendance_pct", "name": "attendance_pct", "label": "Recorded crimes attended", "unit": "%"}
    given |= {"definition": "crimes attended / recorded crimes of the period", "window": WINDOW}
    if x is not None:
        given |= {"value": 100 * x / n, "numerator": x, "denominator": n, "interval": "Wilson 95%", "lo": 0, "hi": 100}
    return Indicator(**{**given, **more})


def evidence(
    project: Project,
    force: str,
    *indicators: Indicator,
    finding: str = "A2",
    synthetic: bool = False,
    status: str = "complete",
    verdict: str = "supported",
) -> Path:
    """Write the bundle of one force."""
    claim = ClaimEvidence(
        claim=f"{finding}b", finding=finding, type="practice", statement="They attend.", verdict=verdict, grade="A"
    )
    bundle = Bundle(
        finding=finding, title="t", section="crime_recording_and_attendance", force=force, force_name=force,
        kind="territorial", status=status, synthetic=synthetic, period_start="2012-12-01", period_end="2013-11-30",
        as_of="2014-03-31", letter_date="2014-09-03", claims=(claim,), indicators=indicators,
    )  # fmt: skip
    return write_bundle(bundle, project.runs(force) / finding)
