"""P2: whether preventive work is sustained for years, and whether daily management meetings steer staff to it."""

from __future__ import annotations

from hmic_analysis.evidence.grades import grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.rules import reaches
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, undecided
from hmic_analysis.findings.signed import gap_but_signed, signed

MEETING_TESTS = ("dmm_held_pct", "dmm_meetings_with_prevention_pct", "dmm_prevention_closed_pct")


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of P2.

    Parameters
    ----------
    report : Report
        With ``n_long_term_initiatives``, ``dmm_held_pct``, ``dmm_meetings_with_prevention_pct`` and
        ``dmm_prevention_closed_pct`` taken.

    Returns
    -------
    list of ClaimEvidence
    """
    initiatives = report.indicator("n_long_term_initiatives")
    parts = [report.indicator(name) for name in MEETING_TESTS]
    return [
        report.claim(
            "P2a",
            gap_but_signed(report, "initiative") or _sustained(report, initiatives),
            grade_indicator(initiatives),
            "n_long_term_initiatives",
            "initiatives_with_outcome_pct",
        ),
        report.claim(
            "P2b",
            report.gap("meeting", "meeting_action") or _steered(report, parts),
            weakest(*(grade_indicator(part) for part in parts)),
            "dmm_meetings_with_prevention_pct",
            "dmm_held_pct",
            "dmm_prevention_closed_pct",
            "dmm_prevention_action_pct",
            "dmm_coder_kappa",
        ),
    ]


def _sustained(report: Report, found: Indicator | None) -> Decision:
    if found is None or found.value is None:
        return undecided("no_data", why="There is no figure to test.")
    wanted = report.settings.threshold("min_initiatives")
    why = f"Long-term initiatives: {found.value:,.0f}, unknown: {found.unknown:,.0f}; test: at least {wanted:g}."
    if found.value >= wanted:
        return Decision("supported", why=why)
    if found.value + found.unknown >= wanted:
        return undecided("missing_spans_threshold", why=why)
    if not signed(report, "initiative"):
        return undecided("records_undeclared", why=why)
    return Decision("contradicted", why=f"{why} The register was declared complete.")


def _steered(report: Report, parts: list[Indicator | None]) -> Decision:
    """Meetings not held, or without preventive work, refute the sentence; late work alone does not."""
    limit, least = report.settings.threshold, report.settings.min_n
    held, prevention, closed = parts
    return all_of(
        at_least(held, limit("meetings_held_supported_pct"), limit("meetings_held_contradicted_pct"), least),
        at_least(
            prevention,
            limit("prevention_meetings_supported_pct"),
            limit("prevention_meetings_contradicted_pct"),
            least,
        ),
        reaches(closed, limit("closed_in_time_pct"), least),
    )
