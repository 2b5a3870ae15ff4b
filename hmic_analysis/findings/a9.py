"""A9: whether the force checks the service that people get when they contact it, and whether the checks are good."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents, grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, undecided
from hmic_analysis.measures import registers
from hmic_analysis.measures.plans import NOT_THE_FORCES

TESTS = {"handler_audit_coverage_pct": "audit_coverage_pct", "audit_feedback_closed_pct": "feedback_closed_pct"}


def schemes(report: Report) -> pd.DataFrame:
    """Documents in force that set out how the quality of service is checked.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        Rows of the document register.
    """
    rows = registers.documents(
        report.table("document"),
        types=("policy", "procedure", "plan"),
        subject="service_quality",
        statuses=("approved", "under_review"),
        in_force_on=report.settings.as_of,
    )
    own = ~rows["scope"].isin(list(NOT_THE_FORCES))
    return rows[(own & registers.covers(rows, "service_quality_checks")).to_numpy(dtype=bool)]


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A9.

    Parameters
    ----------
    report : Report
        With ``handler_audit_coverage_pct`` and ``audit_feedback_closed_pct`` taken.

    Returns
    -------
    list of ClaimEvidence
        Satisfaction of the public is shown beside them and decides neither: the claim is about checking.
    """
    exists, grade = _exists(report)
    gap = report.gap("call_audit", "staff")
    limit, min_n = report.settings.threshold, report.settings.min_n
    checked = [report.indicator(i) for i in TESTS]
    good = gap or all_of(*(at_least(i, limit(t), min_n=min_n) for i, t in zip(checked, TESTS.values(), strict=True)))
    return [
        report.claim("A9a", exists, grade, "handler_audit_coverage_pct"),
        report.claim(
            "A9b",
            good,
            weakest(*(grade_indicator(i) for i in checked)),
            *TESTS,
            "audit_pass_pct",
            "callback_made_pct",
        ),
    ]


def _exists(report: Report) -> tuple[Decision, Grade]:
    """A scheme on paper and audits in the period; one without the other is half of it."""
    no_register, no_audits = report.gap("document"), report.gap("call_audit")
    found, audits = schemes(report), len(report.flow("call_audit"))
    why = f"Documents in force that set out a scheme: {len(found)}; calls of the period that were audited: {audits:,}."
    grade = grade_documents(None if no_register else len(found), registers.corroborated(found) or audits > 0)
    if len(found) and audits:
        return Decision("supported", why=why), grade
    if no_register is not None:
        return no_register, grade
    if len(found):
        return no_audits or undecided("in_part", why=why, flags=("wording_mismatch",)), grade
    complete = report.answer("document").register_complete
    if audits:
        reason = "in_part" if complete else "register_undeclared"
        return undecided(reason, why=why, flags=("wording_mismatch",) if complete else ()), grade
    if not complete:
        return undecided("register_undeclared", why=f"{why} The register was not declared complete."), grade
    if report.answer("call_audit").status == "nil_return_unable":
        return Decision("contradicted", why=f"{why} The register was declared complete."), grade
    return no_audits or undecided("no_data", why=why), grade
