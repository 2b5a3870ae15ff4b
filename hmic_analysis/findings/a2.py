"""A2: what the response policy promises, whether staff know it, and how few forces promise as much."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents, grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.rules import existence, few_forces
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, undecided
from hmic_analysis.evidence.wording import say_date
from hmic_analysis.measures import months, registers, reviews

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


def attendance_by_month(report: Report, attended: pd.DataFrame) -> pd.DataFrame:
    """Crimes attended among those whose attendance is known, by the month in which they were recorded.

    Parameters
    ----------
    report : Report
    attended : pandas.DataFrame
        Result of :func:`~hmic_analysis.measures.attendance.crime_attendance`.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``numerator``, ``denominator`` for each whole month of the period; no row where a table is missing
        or the source can't tell attendance.
    """
    if report.unmeasurable("attendance_pct") or not report.given("crime", "incident", "incident_crime", "deployment"):
        attended = attended.iloc[:0]
    crime = report.flow("crime").drop_duplicates("crime_id").set_index("crime_id")
    recorded = crime["recorded_month"].reindex(attended["crime_id"]).set_axis(attended.index)
    return months.share_by_month(
        attended["attended"], recorded, report.settings.period_start, report.settings.period_end
    )


def policy_changes(report: Report, by_month: pd.DataFrame) -> dict[str, str]:
    """Months from which another response policy was in force, where the document register gives one.

    Parameters
    ----------
    report : Report
    by_month : pandas.DataFrame
        Result of :func:`attendance_by_month`.

    Returns
    -------
    dict of str to str
        First whole month with it, after the first month of the frame, and what changed.
    """
    rows = registers.documents(
        report.table("document"),
        types=("policy",),
        subject="response_deployment",
        statuses=("approved", "under_review", "withdrawn"),
    )
    begun = {months.first_whole_month(day) for day in rows["effective_from"].dropna()}
    inside = [month for month in sorted(begun) if month in set(by_month["month"].iloc[1:])]
    return {f"{month.year}-{month.month:02d}": "Another response policy" for month in inside}


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
        why = f"The policy in force says that officers attend all crimes and all incidents: {_version(rows)}."
        grade = grade_documents(len(rows), registers.corroborated(rows))
        decision = Decision("supported", why=why) if grade == "C" else undecided("uncorroborated", why=why)
    else:
        said = [w for w, yes in (("all crimes", crimes), ("all incidents", incidents)) if yes]
        text = f"attendance to {said[0]} only" if said else "neither attendance to all crimes nor to all incidents"
        decision = Decision("contradicted", why=f"The policy in force promises {text}.")
    gap = report.settings.threshold("policy_breach_gap_pct")
    breaches = [report.indicator(f"policy_breach_pct[{s}]") for s in ("crimes", "incidents")]
    if any(b is not None and b.lo_missing is not None and b.lo_missing > gap for b in breaches):
        decision = decision.flagged("policy_practice_gap")
    # A promise that is being reviewed holds for the version named, and may not outlast the letter.
    under_review = reviews.review_at(rows, report.settings.as_of).open
    return decision.flagged("time_limited") if under_review else decision


def _version(rows: pd.DataFrame) -> str:
    """Title, reference and first day of the policies that promise it."""
    codes = ("attend_all_crimes", "attend_all_incidents")
    promising = rows[pd.concat([registers.covers(rows, c) for c in codes], axis=1).any(axis=1).to_numpy()]
    since = promising["effective_from"].fillna(promising["approved_on"])
    dated = ["no day given" if pd.isna(day) else f"in force since {say_date(day.date())}" for day in since]
    named = zip(promising["title"], promising["document_id"], dated, strict=True)
    return "; ".join(f"{title} ({reference}, {when})" for title, reference, when in named)


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
