"""P4: whether staff were trained in preventing crime, and formally so those who often deal with victims."""

from __future__ import annotations

from hmic_analysis.evidence.grades import grade_indicator
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, decision_bounds, undecided
from hmic_analysis.evidence.wording import sentence_case
from hmic_analysis.findings.signed import gap_but_signed, signed
from hmic_analysis.measures.training import VICTIM_FACING


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of P4.

    Parameters
    ----------
    report : Report
        With ``cp_any_training_n``, ``cp_training_pct_victim_facing`` and ``cp_training_pct[...]`` by role taken.

    Returns
    -------
    list of ClaimEvidence
    """
    anybody = report.indicator("cp_any_training_n")
    together = report.indicator("cp_training_pct_victim_facing")
    gap = gap_but_signed(report, "training")
    roles = [f"cp_training_pct[{role}]" for role in VICTIM_FACING]
    return [
        report.claim("P4a", gap or _some(report, anybody), grade_indicator(anybody), "cp_any_training_n"),
        report.claim(
            "P4b",
            gap or report.gap("staff") or _no_formal_training(report, together),
            grade_indicator(together),
            "cp_training_pct_victim_facing",
            *roles,
        ),
        report.claim("P4c", undecided("judgement", why="A view, not tested against data."), "-"),
    ]


def _some(report: Report, found: Indicator | None) -> Decision:
    if found is None or found.value is None:
        return undecided("no_data", why="There is no figure to test.")
    wanted = report.settings.threshold("min_trained")
    why = f"Members of staff with input on preventing crime: {found.value:,.0f}, unknown: {found.unknown:,.0f}; "
    why += f"test: at least {wanted:g}."
    if found.value >= wanted:
        return Decision("supported", why=why)
    if found.value + found.unknown >= wanted:
        return undecided("missing_spans_threshold", why=why)
    if not signed(report, "training"):
        return undecided("records_undeclared", why=why)
    if found.value + found.unknown == 0:
        return Decision("contradicted", why=f"{why} The records were declared complete.")
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _no_formal_training(report: Report, together: Indicator | None) -> Decision:
    """Every role must lie below the test; roles too small to decide anything count in the total alone."""
    least = report.settings.min_n
    if together is None or together.value is None:
        return undecided("no_data", why="There is no figure to test.")
    if (together.denominator or 0) + together.unknown < least:
        return undecided("small_n", why=f"Fewer than {least} staff in victim-facing roles.")
    low, high = (report.settings.threshold(f"training_{x}_pct") for x in ("supported", "contradicted"))
    roles = [i for role in VICTIM_FACING if (i := report.indicator(f"cp_training_pct[{role}]")) is not None]
    tested = [together, *(i for i in roles if i.value is not None and (i.denominator or 0) + i.unknown >= least)]
    bounds = [decision_bounds(i) for i in tested]
    most = max(zip(bounds, tested, strict=True), key=lambda pair: pair[0][1])[1]
    why = f"{together.value:.1f}% of victim-facing staff formally trained"
    why += f", most in one role {most.value:.1f}% ({sentence_case(most.stratum)})" if most.stratum else ""
    why += f"; test: every role below {low:g}%, contradicted from {high:g}% in all."
    if bounds[0][0] >= high:
        return Decision("contradicted", why=why)
    if all(hi < low for _, hi in bounds):
        return (
            Decision("supported", why=why) if signed(report, "training") else undecided("records_undeclared", why=why)
        )
    if bounds[0][1] < high and any(lo >= low for lo, _ in bounds):
        return undecided("between_thresholds", why=why, flags=("wording_mismatch",))
    return undecided("missing_spans_threshold", why=why)
