"""A5: whether the most harmful offenders are selected, assessed and managed together with partners."""

from __future__ import annotations

from hmic_analysis.evidence.grades import grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, undecided

SELECTED = "iom_selection_agreement_pct"
MEETINGS = {"iom_meeting_held_pct": "meetings_held_pct", "iom_core_partner_quorum_pct": "quorum_pct"}
ASSESSED = {"iom_assessed_pct": "assessed_pct", "iom_assessment_current_pct": "assessment_current_pct"}


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A5.

    Parameters
    ----------
    report : Report
        With ``iom_selection_agreement_pct``, ``iom_meeting_held_pct``, ``iom_core_partner_quorum_pct``,
        ``iom_assessed_pct`` and ``iom_assessment_current_pct`` taken.

    Returns
    -------
    list of ClaimEvidence
        A5b is the inspectors' view and gets no verdict; what it rests on stands in its explanation.
    """
    selected = _selected(report)
    meetings = report.gap("iom_meeting") or _all_reached(report, MEETINGS)
    assessed = report.gap("iom_cohort") or _all_reached(report, ASSESSED)
    grades = {
        "A5a": grade_indicator(report.indicator(SELECTED)),
        "A5c": weakest(*(grade_indicator(report.indicator(i)) for i in MEETINGS)),
        "A5d": weakest(*(grade_indicator(report.indicator(i)) for i in ASSESSED)),
    }
    return [
        report.claim("A5a", selected, grades["A5a"], SELECTED),
        report.claim("A5b", all_of(selected, meetings, assessed), weakest(*grades.values())),
        report.claim("A5c", meetings, grades["A5c"], *MEETINGS),
        report.claim("A5d", assessed, grades["A5d"], *ASSESSED, "iom_rag_assigned_pct"),
    ]


def _selected(report: Report) -> Decision:
    gap = report.gap("iom_cohort", "iom_selection")
    if gap is not None:
        return gap
    agreement = report.indicator(SELECTED)
    if agreement is None or agreement.value is None and not agreement.unknown:
        why = "The list of offenders considered reaches no further than the scheme, so it cannot show whom it misses."
        return undecided("no_data", why=why)
    return at_least(agreement, report.settings.threshold("selection_agreement_pct"), min_n=report.settings.min_n)


def _all_reached(report: Report, tests: dict[str, str]) -> Decision:
    limit, min_n = report.settings.threshold, report.settings.min_n
    return all_of(*(at_least(report.indicator(i), limit(test), min_n=min_n) for i, test in tests.items()))
