"""F2: whether the force works with other agencies on tasks that are not the police's alone."""

from __future__ import annotations

from hmic_analysis.evidence.model import ClaimEvidence, Grade
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.measures import other_agencies


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claim of F2.

    Parameters
    ----------
    report : Report
        With every indicator of the finding taken.

    Returns
    -------
    list of ClaimEvidence
    """
    complete = report.answer("partner_task").register_complete
    gap = None if complete else report.gap("partner_task")
    return [
        report.claim(
            "F2a",
            gap or _work(report),
            _grade(report),
            "n_partner_task_agreements",
            "shared_task_hours_pct",
            "transfer_accepted_pct",
            "handover_wait_hours_median",
        )
    ]


def _work(report: Report) -> Decision:
    """Identified and measured, and something done about it; a task that is only listed is no work on it."""
    limit, as_of = report.settings.threshold, report.settings.as_of
    tasks = other_agencies.tasks_identified(report.table("partner_task"), as_of)
    signed = other_agencies.agreements_in_force(report.table("partner_agreement"), as_of)
    measured = int(tasks["baseline"].sum())
    # An agreement on a task whose action is on record already is the same piece of work.
    known = set(tasks.loc[tasks["acted"], "task_id"])
    actions = len(known) + int((~signed["task_id"].isin(known)).sum())
    wanted, enough = int(limit("min_tasks")), int(limit("min_actions"))
    why = (
        f"Tasks identified: {len(tasks)}, with a baseline: {measured}. Actions with a partner: {actions}. "
        f"Test: at least {wanted} with a baseline, and {enough} action."
    )
    if measured >= wanted and actions >= enough:
        return Decision("supported", why=why)
    if len(tasks) or actions:
        return undecided("in_part", why=why, flags=("wording_mismatch",))
    taken = report.indicator("transfer_accepted_pct")
    if taken is not None and taken.numerator:
        why += f" Other agencies took over {taken.numerator:,.0f} incidents all the same."
        return undecided("in_part", why=why, flags=("wording_mismatch",))
    if report.answer("partner_task").register_complete:
        return Decision("contradicted", why=f"{why} The register was declared complete.")
    return undecided("register_undeclared", why=why)


def _grade(report: Report) -> Grade:
    """The register of tasks is a document; agreements or transfers are another kind of evidence that bears it out."""
    if not report.given("partner_task"):
        return "C" if report.answer("partner_task").register_complete else "-"
    borne_out = report.given("partner_agreement") or report.given("partner_transfer")
    return "C" if borne_out else "D"
