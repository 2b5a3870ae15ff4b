"""F3: whether supervisors have a clear structure to assess workload and performance."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents, grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.rules import existence
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, decision_bounds, undecided
from hmic_analysis.measures import registers

SUBJECT = "supervision"
ASPECTS = ("workload", "performance")


def structure(report: Report, aspect: str) -> pd.DataFrame:
    """Documents in force at the snapshot that prescribe reviews of one aspect.

    Parameters
    ----------
    report : Report
    aspect : str
        ``workload`` or ``performance``.

    Returns
    -------
    pandas.DataFrame
        Rows of the document register.
    """
    rows = registers.documents(
        report.table("document"), types=("policy", "procedure", "terms_of_reference"), subject=SUBJECT,
        statuses=("approved", "under_review"), in_force_on=report.settings.as_of,
    )  # fmt: skip
    return rows[registers.covers(rows, f"{aspect}_review").to_numpy(dtype=bool)]


def documents(report: Report) -> pd.DataFrame:
    """Documents that prescribe reviews of either aspect, as a table for show.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
    """
    found = pd.concat([structure(report, aspect) for aspect in ASPECTS]).drop_duplicates("document_id")
    return found[["document_id", "title", "status", "effective_from", "covers", "corroborated_by"]].reset_index(
        drop=True
    )


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of F3.

    Parameters
    ----------
    report : Report
        With ``review_in_period_pct``, ``reviewed_on_workload_pct``, ``reviewed_on_performance_pct``,
        ``review_covers_pct`` by aspect and ``review_covers_both_pct`` taken.

    Returns
    -------
    list of ClaimEvidence
    """
    return [
        _claim(
            report, "F3a", "workload", _assessed(report, "workload"),
            "supervisor_sees_workload_pct", "open_crimes_per_officer_p90_p50", "span_of_control_median",
        ),
        _claim(report, "F3b", "performance", _together(report, _assessed(report, "performance"))),
    ]  # fmt: skip


def _claim(report: Report, id: str, aspect: str, decision: Decision, *more: str) -> ClaimEvidence:
    found = structure(report, aspect)
    held, covered = report.indicator("review_in_period_pct"), report.indicator(f"review_covers_pct[{aspect}]")
    grade = weakest(grade_indicator(held), grade_indicator(covered))
    if decision.verdict != "contradicted" or not report.gap("document"):
        count = None if report.gap("document") else len(found)
        grade = weakest(grade, grade_documents(count, registers.corroborated(found)))
    return report.claim(
        id, decision, grade, "review_in_period_pct", f"reviewed_on_{aspect}_pct",
        f"review_covers_pct[{aspect}]", "review_covers_both_pct", *more,
    )  # fmt: skip


def _assessed(report: Report, aspect: str) -> Decision:
    """Documented, held, and looking at this aspect; contradicted by practice alone where few had such a review."""
    gap = report.gap("supervision", "staff")
    if gap is not None:
        return gap
    limit, min_n = report.settings.threshold, report.settings.min_n
    low = limit("review_contradicted_pct")
    looked_at = report.indicator(f"reviewed_on_{aspect}_pct")
    if looked_at is not None and looked_at.value is not None and looked_at.denominator + looked_at.unknown >= min_n:
        hi = decision_bounds(looked_at)[1]
        if hi < low:
            why = f"{looked_at.label}: at most {hi:.1f}% of the reviews due; contradicted below {low:g}%."
            return Decision("contradicted", why=why)
    complete = report.answer("document").register_complete
    found = structure(report, aspect)
    what = f"documents that prescribe {aspect} reviews"
    documented = report.gap("document") or existence(len(found), complete, what=what)
    held = at_least(report.indicator("review_in_period_pct"), limit("review_pct"), low, min_n)
    covered = at_least(report.indicator(f"review_covers_pct[{aspect}]"), limit("covers_pct"), min_n=min_n)
    if covered.verdict == "contradicted":
        # Some reviews do look at it: too few for a clear structure, too many to say there is none.
        covered = undecided("between_thresholds", why=covered.why, flags=("wording_mismatch",))
    return all_of(documented, held, covered)


def _together(report: Report, decision: Decision) -> Decision:
    """Reviews that look now at the one, now at the other, are not one structure for both."""
    both, workload = report.indicator("review_covers_both_pct"), report.indicator("review_covers_pct[workload]")
    wanted = report.settings.threshold("covers_pct")
    if decision.verdict != "supported" or workload is None or workload.value is None or both is None:
        return decision
    if decision_bounds(workload)[0] >= wanted and decision_bounds(both)[1] < wanted:
        why = f"{decision.why} {both.label}: {both.value:.1f}%; test: at least {wanted:g}%."
        return undecided("between_thresholds", why=why, flags=("wording_mismatch",))
    return decision
