"""A2: what the response policy promises, whether staff know it, and how few forces promise as much."""

from __future__ import annotations

from hmic_analysis.evidence.grades import grade_documents, grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.rules import existence, few_forces
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, undecided
from hmic_analysis.measures import registers

NATIONAL = "england-and-wales"


def policies(report: Report):
    """Response and deployment policies in force at the snapshot; a policy under review is still in force.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        Rows of the document register.
    """
    return registers.documents(
        report.table("document"),
        types=("policy",),
        subject="response_deployment",
        statuses=("approved", "under_review"),
        in_force_on=report.settings.as_of,
    )


def attends_all(report: Report) -> tuple[bool, bool]:
    """Whether a policy in force says that all crimes, and all incidents, are attended."""
    rows = policies(report)
    return (
        bool(registers.covers(rows, "attend_all_crimes").any()),
        bool(registers.covers(rows, "attend_all_incidents").any()),
    )


def compare_forces(report: Report) -> registers.PolicyCount | None:
    """Policies of the 43 forces; None where no reference was supplied or the force is not one of them.

    Parameters
    ----------
    report : Report

    Returns
    -------
    PolicyCount or None
    """
    if report.settings.force.kind != "territorial":
        return None
    reference = report.table("force_reference", force=NATIONAL)
    if reference.empty:
        return None
    return registers.policy_count(reference, report.territorial, report.force)


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A2.

    Parameters
    ----------
    report : Report
        With ``knowledge_correct_pct``, ``policy_breach_pct[...]`` and ``n_forces_attend_all`` taken where there are
        data for them.

    Returns
    -------
    list of ClaimEvidence
    """
    found = policies(report)
    complete = report.answer("document").register_complete
    register = report.gap("document")
    count = None if register is not None else len(found)
    documents = grade_documents(count, registers.corroborated(found))
    knowledge = report.indicator("knowledge_correct_pct")
    staff = report.gap("knowledge_check") or at_least(
        knowledge, report.settings.threshold("knowledge_correct_pct"), min_n=report.settings.min_n
    )
    exists = register or existence(count, complete, what="response policies in force")
    few, grade_few = _few(report)
    return [
        report.claim(
            "A2a",
            all_of(exists, staff),
            weakest(documents, grade_indicator(knowledge)) if knowledge else "-",
            "knowledge_correct_pct",
        ),
        report.claim("A2b", _promise(report, register, complete), documents, *_practice(report)),
        report.claim("A2c", few, grade_few, "n_forces_attend_all"),
    ]


def _promise(report: Report, register: Decision | None, complete: bool | None) -> Decision:
    """What the text says; practice below it doesn't refute a sentence about policy, but is flagged."""
    if register is not None:
        return register
    rows = policies(report)
    crimes, incidents = attends_all(report)
    if rows.empty:
        decision = existence(0, complete, what="response policies in force")
    elif crimes and incidents:
        why = "A policy in force says that officers attend all crimes and all incidents."
        grade = grade_documents(len(rows), registers.corroborated(rows))
        decision = Decision("supported", why=why) if grade == "C" else undecided("uncorroborated", why=why)
    else:
        said = [w for w, yes in (("all crimes", crimes), ("all incidents", incidents)) if yes]
        text = f"attendance to {said[0]} only" if said else "neither attendance to all crimes nor to all incidents"
        decision = Decision("contradicted", why=f"The policy in force promises {text}.")
    gap = report.settings.threshold("policy_breach_gap_pct")
    breaches = [report.indicator(f"policy_breach_pct[{s}]") for s in ("crimes", "incidents")]
    if any(b is not None and b.lo_missing is not None and b.lo_missing > gap for b in breaches):
        return decision.flagged("policy_practice_gap")
    return decision


def _practice(report: Report) -> list[str]:
    ids = ("policy_breach_pct[crimes]", "policy_breach_pct[incidents]", "attendance_pct")
    return [i for i in ids if report.indicator(i) is not None]


def _few(report: Report):
    count = compare_forces(report)
    if report.settings.force.kind != "territorial":
        return undecided("comparators_missing", why="Only the 43 territorial forces are compared."), "-"
    if count is None:
        return undecided("comparators_missing", why="No reference of the forces' policies was supplied."), "-"
    limit = report.settings.quantifier("few").max_forces
    if limit is None:
        return undecided("comparators_missing", why="The parameters give no number for 'few forces'."), "-"
    decision = few_forces(count.attend_all, count.unknown, count.forces, limit, count.this_force)
    reference: Indicator | None = report.indicator("n_forces_attend_all")
    return decision, grade_indicator(reference)
