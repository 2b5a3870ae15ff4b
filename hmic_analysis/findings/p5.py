"""P5: whether number plate recognition is used to prevent, and whether the force makes it last."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.findings.p5_documents import ACKNOWLEDGED, DENIED, plans, products, statements
from hmic_analysis.measures import anpr, registers, skills
from hmic_analysis.measures.base import Share


def operations(report: Report) -> pd.DataFrame:
    """Operations of the period that were held, see :func:`hmic_analysis.measures.anpr.held`."""
    return anpr.held(report.flow("anpr_operation"))


def quarters(report: Report) -> pd.DataFrame:
    """Preventive operations and products by quarter, see :func:`hmic_analysis.measures.anpr.by_quarter`."""
    s = report.settings
    return anpr.by_quarter(operations(report), products(report), s.period_start, s.period_end)


def availability(report: Report, hours: Share, kind: str = "") -> Indicator:
    """Availability as an indicator.

    Parameters
    ----------
    report : Report
    hours : Share
        Camera-hours.
    kind : str
        Type of camera; empty: all.

    Returns
    -------
    Indicator
        Without an interval: the hours of one camera are not independent of each other.  The range that unknown hours
        leave stands in its bounds.
    """
    found = report.build.share("anpr_availability_pct", hours, stratum=kind)
    return found.model_copy(update={"lo": None, "hi": None, "interval": ""})


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of P5.

    Parameters
    ----------
    report : Report
        With every indicator of the finding taken.

    Returns
    -------
    list of ClaimEvidence
    """
    held, said, planned = operations(report), statements(report), plans(report)
    gap = report.gap("document")
    borne_out = _weak(report)
    moving = _moving(report)
    return [
        report.claim(
            "P5a",
            report.gap("anpr_operation") or _proactive(report, held),
            _grade(anpr.proactive(held)),
            "anpr_planned_ops_per_month",
            "anpr_priority_hit_decision_pct",
        ),
        report.claim(
            "P5b",
            report.gap("anpr_operation") or _preventive(report, anpr.preventive(held)),
            # Operations are another kind of evidence than the products: each bears out the other.
            weakest(_grade(anpr.preventive(held)), "-" if gap else "C"),
            "anpr_prevention_ops_pct",
        ),
        report.claim(
            "P5c",
            gap or _acknowledged(said, borne_out),
            grade_documents(None if gap else len(said), registers.corroborated(said.head(1)) or borne_out != ""),
            "anpr_availability_pct",
            "anpr_min_skill_depth",
        ),
        report.claim(
            "P5d",
            gap or report.gap("skill") or _strengthened(report, len(planned), moving),
            grade_documents(None if gap else len(planned), registers.corroborated(planned) or moving is True),
            "anpr_skill_depth_change",
        ),
    ]


def _proactive(report: Report, held: pd.DataFrame) -> Decision:
    """Each month must have one: a single burst of activity is no regular use."""
    wanted = int(report.settings.threshold("planned_operations_per_month"))
    months = anpr.by_month(held, report.settings.period_start, report.settings.period_end)
    if held.empty or months.empty:
        return undecided("no_data", why="No operation, or no whole month, lies in the period.")
    share = anpr.proactive(held)
    reached = int((months["planned"] >= wanted).sum())
    why = (
        f"{share.yes} operations planned by the force; {reached} of {len(months)} months have at least {wanted}; "
        "test: each month."
    )
    if reached == len(months):
        return Decision("supported", why=why)
    if share.yes == 0 and share.unknown == 0:
        return Decision("contradicted", why=why)
    if share.yes == 0 or (months["possible"] >= wanted).all():
        return undecided("missing_spans_threshold", why=f"{why} Of {share.unknown} it is not known who planned them.")
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _preventive(report: Report, share: Share) -> Decision:
    limit = report.settings.threshold
    wanted = int(limit("prevention_operations_per_quarter"))
    written = int(limit("products_per_quarter"))
    table = quarters(report)
    if share.total == 0 or table.empty:
        return undecided("no_data", why="No operation, or no whole quarter, lies in the period.")
    active, informed = table["preventive"] >= wanted, table["products"] >= written
    why = (
        f"{share.yes} of {share.total} operations set out to prevent or disrupt; {int(active.sum())} of {len(table)} "
        f"quarters have at least {wanted} of them, {int(informed.sum())} at least {written} intelligence products."
    )
    if share.yes == 0 and share.unknown == 0:
        return Decision("contradicted", why=why)
    gap = report.gap("document")
    if gap is not None:
        return gap
    if active.all() and informed.all():
        return Decision("supported", why=why)
    if informed.all() and (table["possible"] >= wanted).all() or share.yes == 0:
        return undecided("missing_spans_threshold", why=f"{why} Of {share.unknown} the objective is not known.")
    if active.all() and not report.answer("document").register_complete:
        return undecided("register_undeclared", why=why)
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _weak(report: Report) -> str:
    """What in the data surely bears out weak resilience; it never decides what the force acknowledges."""
    limit, found = report.settings.threshold, []
    available = report.indicator("anpr_availability_pct")
    thinnest = report.indicator("anpr_min_skill_depth")
    if available is not None and available.value is not None and available.hi_missing < limit("availability_pct"):
        found.append(f"cameras worked {available.value:.1f}% of their hours")
    if thinnest is not None and thinnest.value is not None:
        most = thinnest.value + thinnest.unknown
        if most <= limit("skill_depth"):
            found.append(f"the thinnest critical function has no more than {most:.0f} competent staff")
    return " and ".join(found)


def _acknowledged(said: pd.DataFrame, borne_out: str) -> Decision:
    if said.empty:
        return undecided("no_statement", why="The register holds no statement of the force on it.")
    latest = said.head(1)
    accepts = bool(registers.covers(latest, ACKNOWLEDGED).any())
    denies = bool(registers.covers(latest, DENIED).any())
    why = f"Latest statement of the force: {latest['document_id'].iloc[0]}."
    if borne_out:
        why += f" The data bear a weakness out: {borne_out}."
    if accepts and denies:
        return undecided("in_part", why=f"{why} It accepts a part and denies another.", flags=("wording_mismatch",))
    return Decision("supported" if accepts else "contradicted", why=why)


def _moving(report: Report) -> bool | None:
    """Whether the depth of skills rises or courses are booked; None where the records can't tell."""
    skill, as_of = report.table("skill"), report.settings.as_of
    now, before = skills.depth(skill, as_of), skills.depth(skill, skills.a_year_before(as_of))
    if skills.courses_booked(skill, as_of):
        return True
    if now.sure is None or before.at_most is None:
        return None
    if now.sure > before.at_most:
        return True
    return False if now.at_most <= before.sure else None


def _strengthened(report: Report, planned: int, moving: bool | None) -> Decision:
    change = report.indicator("anpr_skill_depth_change")
    booked = skills.courses_booked(report.table("skill"), report.settings.as_of)
    by = "not known" if change is None or change.value is None else f"{change.value:+.0f}"
    why = (
        f"Dated plans: {planned}. Change of depth: {by}. Courses booked: {booked}. "
        "Test: a plan, and a rise of depth or a course."
    )
    if planned and moving:
        return Decision("supported", why=why)
    if moving is None:
        return undecided("missing_spans_threshold", why=why)
    if not planned and not report.answer("document").register_complete:
        return undecided("register_undeclared", why=why)
    if planned or moving:
        return undecided("in_part", why=why, flags=("wording_mismatch",))
    return Decision("contradicted", why=why)


def _grade(share: Share) -> Grade:
    """Operations are a whole population of records: graded by the share of them whose state is known."""
    if share.total == 0:
        return "-"
    return "B" if share.known >= 0.8 * share.total else "C"
