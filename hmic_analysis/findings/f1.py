"""F1: whether the force works towards understanding its demand, and analyses it."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents
from hmic_analysis.evidence.model import ClaimEvidence
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.measures import registers

#: What an analysis of demand can be about.
ASPECTS = ("incident_types", "activity_time", "place", "hour")


def products(report: Report) -> pd.DataFrame:
    """Analyses of demand of the last months on which a decision is recorded.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        Rows of the document register.
    """
    rows = registers.documents(report.table("document"), types=("demand_analysis",), subject="demand")
    last = pd.Timestamp(report.settings.as_of)
    first = last - pd.DateOffset(months=int(report.settings.threshold("product_months")))
    dated = (rows["approved_on"] > first) & (rows["approved_on"] <= last)
    decided = rows["decision_recorded"].astype("boolean").fillna(False)
    return rows[(dated.fillna(False) & decided).to_numpy(dtype=bool)]


def plans(report: Report) -> pd.DataFrame:
    """Dated plans on demand in force at the snapshot.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        Rows of the document register.
    """
    rows = registers.documents(
        report.table("document"), types=("plan", "terms_of_reference"), subject="demand",
        in_force_on=report.settings.as_of,
    )  # fmt: skip
    return rows[(rows["approved_on"] <= pd.Timestamp(report.settings.as_of)).fillna(False).to_numpy(dtype=bool)]


def aspects_covered(rows: pd.DataFrame) -> list[str]:
    """Aspects of demand that at least one of the analyses covers."""
    return [aspect for aspect in ASPECTS if registers.covers(rows, aspect).any()]


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of F1.

    Parameters
    ----------
    report : Report
        With ``n_demand_products_12m`` taken.

    Returns
    -------
    list of ClaimEvidence
    """
    gap = report.gap("document")
    found, planned = products(report), plans(report)
    complete = report.answer("document").register_complete
    both = pd.concat([found, planned])
    steps = None if gap else len(both)
    return [
        report.claim(
            "F1a",
            gap or _steps(report, len(found), len(planned), complete),
            grade_documents(steps, registers.corroborated(both)),
            "n_demand_products_12m",
            "demand_staff_fit",
        ),
        report.claim(
            "F1b",
            gap or _analysis(report, found, complete),
            grade_documents(None if gap else len(found), registers.corroborated(found)),
            "n_demand_products_12m",
        ),
    ]


def _steps(report: Report, found: int, planned: int, complete: bool | None) -> Decision:
    wanted = int(report.settings.threshold("min_products"))
    why = f"{found} analyses with a decision and {planned} dated plans; test: at least {wanted} and 1."
    if found >= wanted and planned >= 1:
        return Decision("supported", why=why)
    if not complete:
        return undecided("register_undeclared", why=why)
    if found == 0 and planned == 0:
        return Decision("contradicted", why=f"{why} The register was declared complete.")
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _analysis(report: Report, found: pd.DataFrame, complete: bool | None) -> Decision:
    wanted = int(report.settings.threshold("min_coverage"))
    aspects = aspects_covered(found)
    named = ", ".join(a.replace("_", " ") for a in aspects) or "none"
    why = f"{len(found)} analyses with a decision cover {named}; test: at least {wanted} of {len(ASPECTS)} aspects."
    if len(aspects) >= wanted:
        return Decision("supported", why=why)
    if len(found) == 0:
        if complete:
            return Decision("contradicted", why=f"{why} The register was declared complete.")
        return undecided("register_undeclared", why=why)
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))
