"""Evidence of the 43 forces, made by hand, in a project of its own."""

from __future__ import annotations

from pathlib import Path

from hmic_analysis.comparison.gather import Gathered, force_table
from hmic_analysis.evidence.bundle import write_bundle
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, DataUsed, Indicator
from hmic_analysis.params.models import Params
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project

ROOT = Path(__file__).resolve().parents[2]
PARAMS: Params = load_params(Project(ROOT))
RULES = PARAMS.inspection.national
FORCES = [f.slug for f in PARAMS.territorial]
WINDOW = "12 months to 30 November 2013"


def gathered(figures: dict[str, tuple[float, float] | str], kind: str = "proportion") -> Gathered:
    """Figures by slug: numerator and denominator, or the status of a force without them."""
    multiplier, unit = (100.0, "%") if kind == "proportion" else (1000.0, "per 1,000 crimes")
    rows = []
    for force, figure in figures.items():
        row = {"force": force, "name": force, "synthetic": True, "window": WINDOW}
        if isinstance(figure, str):
            row |= {"status": figure, "reason": "why"}
        else:
            x, n = figure
            row |= {"status": "value", "numerator": x, "denominator": n, "value": multiplier * x / n, "unknown": 0}
        rows.append(row)
    return Gathered(
        "attendance_pct", "A2", "Crimes attended", unit, "crimes attended / crimes", "higher", kind, multiplier, False,
        WINDOW, force_table(rows),
    )  # fmt: skip


def share(name: str, label: str, x: float, n: float) -> Indicator:
    """A share of counted units."""
    return Indicator(
        id=name, name=name, label=label, value=100 * x / n, unit="%", numerator=x, denominator=n, lo=0, hi=100,
        interval="Wilson 95%", window=WINDOW,
    )  # fmt: skip


def claim(id: str, verdict: str, *reasons: str) -> ClaimEvidence:
    """One verdict."""
    return ClaimEvidence(
        claim=id, finding=id[:-1], type="practice", statement="s", verdict=verdict, grade="A", reasons=reasons
    )


def evidence(
    project: Project,
    force: str,
    finding: str,
    claims: tuple[ClaimEvidence, ...],
    indicators: tuple[Indicator, ...] = (),
    synthetic: bool = True,
    status: str = "complete",
    tables: dict[str, int] | None = None,
) -> Path:
    """Write one bundle."""
    data = tuple(DataUsed(table=t, rows=r) for t, r in (tables or {"crime": 10}).items())
    bundle = Bundle(
        finding=finding, title="t", section="s", force=force, force_name=force, kind="territorial", status=status,
        synthetic=synthetic, period_start="2012-12-01", period_end="2013-11-30", as_of="2014-03-31",
        letter_date="2014-09-03", claims=claims, indicators=indicators, data=data,
    )  # fmt: skip
    return write_bundle(bundle, project.runs(force) / finding)


def country(project: Project, synthetic: bool = True) -> None:
    """Findings A1 and A10 of all forces.

    A1a: 20 supported, 21 contradicted, 2 undecided for want of data.  A1b: 42 supported, 1 contradicted.
    A10a: 25 supported, 10 contradicted, 8 undecided, of which 5 unable and 3 between the tests.
    Crimes with a prior incident: 100 of 200 in the first 20 forces, 160 of 200 in the next 21, none in the last 2.
    """
    for number, force in enumerate(FORCES):
        a1a = claim("A1a", "supported") if number < 20 else claim("A1a", "contradicted")
        if number >= 41:
            a1a = claim("A1a", "not_determinable", "no_data")
        a1b = claim("A1b", "contradicted" if number == 7 else "supported")
        figure = share(
            "crime_with_incident_pct", "Recorded crimes with a prior incident", 100 if number < 20 else 160, 200
        )
        tables = {"crime": 10 if number < 41 else 0, "incident": 10}
        evidence(project, force, "A1", (a1a, a1b), (figure,) if number < 41 else (), synthetic, tables=tables)
        if number < 25:
            a10 = claim("A10a", "supported")
        elif number < 35:
            a10 = claim("A10a", "contradicted")
        else:
            a10 = claim("A10a", "not_determinable", "nil_return_unable" if number < 40 else "between_thresholds")
        evidence(project, force, "A10", (a10,), synthetic=synthetic, tables={"document": 3})
