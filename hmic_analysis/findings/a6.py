"""A6: whether the force knows whom it is looking for, and whether it looks."""

from __future__ import annotations

from hmic_analysis.evidence.grades import grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.rules import capability
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least

STATED = {"A6a": "named_suspects_outstanding", "A6b": "failed_to_answer_bail"}


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A6.

    Parameters
    ----------
    report : Report
        With ``named_suspects_outstanding_n``, ``fta_bail_n``, ``owner_assigned_pct``, ``active_28d_pct`` and
        ``supervised_28d_pct`` taken.

    Returns
    -------
    list of ClaimEvidence
    """
    outstanding = report.indicator("named_suspects_outstanding_n")
    absconded = report.indicator("fta_bail_n")
    managed = [report.indicator(i) for i in ("owner_assigned_pct", "active_28d_pct", "supervised_28d_pct")]
    return [
        report.claim(
            "A6a",
            _can_state(report, "A6a", outstanding, "persons outstanding"),
            _grade_stated(report, "A6a", outstanding),
            "named_suspects_outstanding_n",
            "named_suspects_outstanding_per_1000_crimes",
        ),
        report.claim(
            "A6b",
            _can_state(report, "A6b", absconded, "persons who failed to answer police bail"),
            _grade_stated(report, "A6b", absconded),
            "fta_bail_n",
            "fta_bail_pct",
        ),
        report.claim(
            "A6c",
            _arrangements(report, managed),
            weakest(*(grade_indicator(i) for i in managed)) if all(managed) else "-",
            "owner_assigned_pct",
            "active_28d_pct",
            "supervised_28d_pct",
            "pnc_circulated_pct",
        ),
    ]


def _can_state(report: Report, claim: str, indicator: Indicator | None, what: str) -> Decision:
    answer = report.answer(STATED[claim])
    unable = report.cannot_tell("suspect" if claim == "A6a" else "bail")
    if unable and answer.status is None:
        return report.gap("suspect" if claim == "A6a" else "bail")
    recomputed = None
    if indicator is not None and indicator.value is not None:
        recomputed = (indicator.value, indicator.value + indicator.unknown)
    within = report.settings.threshold("reproduced_within_pct")
    return capability(answer.status, answer.stated_value, recomputed, within, what)


def _arrangements(report: Report, managed: list[Indicator | None]) -> Decision:
    gap = report.gap("suspect")
    if gap is not None:
        return gap
    limit = report.settings.threshold
    tests = ("owner_assigned_pct", "active_28d_pct", "supervised_28d_pct")
    return all_of(
        *(
            at_least(indicator, limit(test), limit("contradicted_pct"), report.settings.min_n)
            for indicator, test in zip(managed, tests, strict=True)
        )
    )


def _grade_stated(report: Report, claim: str, indicator: Indicator | None) -> Grade:
    """A number is graded by the records that bear it out; a nil return is the force's own word."""
    if report.answer(STATED[claim]).status == "nil_return_unable":
        return "C"
    if indicator is None or indicator.value is None:
        return "-"
    total = indicator.value + indicator.unknown
    return "B" if total == 0 or indicator.value / total >= 0.8 else "C"
