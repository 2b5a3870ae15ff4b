"""A3: whether the person who takes the call finds out who is at risk."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from hmic_analysis.contracts.contact import SYSTEMS
from hmic_analysis.evidence.grades import grade_documents, grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.rules import reaches
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, undecided
from hmic_analysis.measures import first_contact, questions, registers, repeats
from hmic_analysis.measures.base import Share

SUBJECT = "victims"
TOPICS = ("repeat_victims", "vulnerable_victims")
#: Tables without which nobody can tell which contacts were of repeat victims, and whether they were flagged.
TABLES = ("contact_flag", "incident", "crime", "incident_crime")
SHIFTS = ("early_from", "late_from", "night_from")


class Half(NamedTuple):
    """One half of what A3b says: a decision, its grade and the indicators it rests on."""

    decision: Decision
    grade: Grade
    indicators: tuple[str, ...]


def documents(report: Report) -> pd.DataFrame:
    """Dated policies and procedures in force that are about repeat or vulnerable victims.

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
        types=("policy", "procedure"),
        subject=SUBJECT,
        statuses=("approved", "under_review"),
        in_force_on=report.settings.as_of,
    )
    rows = rows[rows["scope"].isin(["force"]).to_numpy(dtype=bool) | rows["scope"].isna().to_numpy(dtype=bool)]
    about = registers.covers(rows, TOPICS[0]) | registers.covers(rows, TOPICS[1])
    return rows[about.to_numpy(dtype=bool)]


def shift_hours(report: Report) -> tuple[int, int, int]:
    """Hours of the wall clock at which the early, the late and the night shift begin."""
    early, late, night = (int(report.settings.threshold(name)) for name in SHIFTS)
    return early, late, night


def contacts_with_truth(report: Report) -> pd.DataFrame:
    """Contacts of victims in the period, each with whether it was flagged and whether it truly was of a repeat victim.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        As :func:`hmic_analysis.measures.repeats.with_truth` gives it.
    """
    flags, links = report.table("contact_flag"), report.table("incident_crime")
    contacts = first_contact.victim_contacts(report.flow("incident"), flags, shift_hours(report))
    reports = repeats.earlier_reports(report.table("incident"), report.table("crime"))
    return repeats.with_truth(contacts, reports, links, int(report.settings.threshold("repeat_days")))


def reaches_back(report: Report) -> bool:
    """Whether the records reach back over the days in which an earlier report makes a repeat victim."""
    reports = repeats.earlier_reports(report.table("incident"), report.table("crime"))
    return repeats.looks_back(reports, report.settings.period_start, int(report.settings.threshold("repeat_days")))


def recognised(report: Report, contacts: pd.DataFrame) -> list[Indicator]:
    """Repeat victims flagged at first contact, in all and by shift or team, and how many flags were right.

    Parameters
    ----------
    report : Report
        With ``victim_reference_known_pct`` taken.
    contacts : pandas.DataFrame
        Result of :func:`hmic_analysis.measures.repeats.with_truth`.

    Returns
    -------
    list of Indicator
        Without values, and with the reason, where nobody can tell who is a repeat victim.
    """
    names = ("repeat_flag_recall_pct", "worst_shift_recall_pct", "repeat_flag_precision_pct")
    unable = _cannot_tell_repeats(report, contacts)
    if unable is not None:
        return [report.build.figure(name, None, note=unable.why) for name in names]
    units = repeats.recall_by_unit(contacts)
    worst = repeats.worst(units, report.settings.min_n)
    said = _matching(report)
    return [
        report.build.share(names[0], repeats.recall(contacts), caveats=said),
        *report.build.shares(names[0], units),
        report.build.share(
            names[1], worst.share if worst else Share.none(), caveats=(f"Worst: {worst.unit}.",) if worst else ()
        ),
        report.build.share(names[2], repeats.precision(contacts), caveats=said),
    ]


def reason(report: Report) -> dict[str, str]:
    """Why a chart of the shares recognised would be empty, as chart functions take it."""
    overall = report.indicator("repeat_flag_recall_pct")
    return {"reason": overall.note.rstrip(".") if overall and overall.note else "no contacts of repeat victims"}


def _cannot_tell_repeats(report: Report, contacts: pd.DataFrame) -> Decision | None:
    """Why the share of repeat victims recognised can't be given; None if it can."""
    gap = report.gap(*TABLES)
    if gap is not None:
        return gap
    days, least = report.settings.threshold("repeat_days"), report.settings.min_n
    if not reaches_back(report):
        why = f"The records don't reach back {days:g} days before the period, so repeat victims look like new ones."
        return undecided("no_look_back", why=why)
    found = repeats.recall(contacts)
    if found.total < least:
        return undecided("small_n", why=f"{found.total} contacts of repeat victims, fewer than {least}.")
    if not found.known:
        return undecided("no_data", why="Of no contact of a repeat victim is it known whether it was flagged.")
    return None


def _matching(report: Report) -> tuple[str, ...]:
    """What must be said of how earlier reports were matched."""
    known = report.indicator("victim_reference_known_pct")
    if known is None or known.value is None:
        return ()
    return (
        f"{known.value:.1f}% of contacts hold a reference of the victim; the others are matched by address and kind, "
        "or not at all. Errors of matching bias the share.",
    )


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A3.

    Parameters
    ----------
    report : Report
        With ``repeat_flag_recall_pct``, ``worst_shift_recall_pct``, ``repeat_question_asked_pct`` (also by team),
        ``vulnerability_question_asked_pct``, ``vulnerability_recorded_pct`` and ``handler_system_access_pct[...]``
        taken.

    Returns
    -------
    list of ClaimEvidence
        Repeat victims: by those recognised, where that can be measured, else by the question asked in audited calls.
        Vulnerable ones: by the question, else by the assessments made.
    """
    exists, grade = _written_down(report)
    halves = (_repeat(report), _vulnerable(report))
    systems = [f"handler_system_access_pct[{system}]" for system in SYSTEMS]
    return [
        report.claim("A3a", exists, grade),
        report.claim(
            "A3b",
            all_of(*(half.decision for half in halves)),
            weakest(*(half.grade for half in halves)),
            *(i for half in halves for i in half.indicators),
            "repeat_flag_precision_pct",
        ),
        report.claim("A3c", undecided("judgement", why="A view, not tested against data."), "-", *systems),
    ]


def _written_down(report: Report) -> tuple[Decision, Grade]:
    gap = report.gap("document")
    if gap is not None:
        return gap, "-"
    found = documents(report)
    kinds = []
    for kind in ("policy", "procedure"):
        rows = found[found["document_type"].eq(kind).to_numpy(dtype=bool)]
        dated = rows[rows[["effective_from", "approved_on"]].notna().any(axis=1).to_numpy(dtype=bool)]
        if all(registers.covers(dated, topic).any() for topic in TOPICS):
            kinds.append(kind)
    grade = grade_documents(len(found), registers.corroborated(found))
    said = " and a ".join(kinds) if kinds else "neither policy nor procedure"
    why = f"In force, dated, and on repeat and vulnerable victims alike: {'a ' if kinds else ''}{said}; test: both."
    if len(kinds) == 2:
        return Decision("supported", why=why), grade
    if kinds or len(found):
        return undecided("in_part", why=why, flags=("wording_mismatch",)), grade
    if report.answer("document").register_complete:
        return Decision("contradicted", why=f"{why} The register was declared complete."), grade
    return undecided("register_undeclared", why=why), grade


def _repeat(report: Report) -> Half:
    """Repeat victims: what was recognised comes before what was asked."""
    names = ("repeat_flag_recall_pct", "worst_shift_recall_pct")
    overall, worst = (report.indicator(name) for name in names)
    if overall is not None and overall.value is not None:
        return Half(_consistent(report, overall, worst), grade_indicator(overall), names)
    if report.gap("call_audit") is not None:
        unable = _cannot_tell_repeats(report, contacts_with_truth(report))
        return Half(unable or undecided("no_data", why="There is no figure to test."), "-", ())
    overall = report.indicator("repeat_question_asked_pct")
    audits = questions.audited_calls_of_victims(report.flow("call_audit"))
    team = repeats.worst(questions.asked_by_team(audits, "asked_previous"), report.settings.min_n)
    worst = report.indicator(f"repeat_question_asked_pct[{team.unit}]") if team else None
    ids = tuple(i.id for i in (overall, worst) if i is not None)
    return Half(_consistent(report, overall, worst), grade_indicator(overall), ids)


def _consistent(report: Report, overall: Indicator | None, worst: Indicator | None) -> Decision:
    """High overall, and no shift or team far behind; a shift that is never refutes the sentence by itself."""
    limit, min_n = report.settings.threshold, report.settings.min_n
    decision = at_least(overall, limit("identification_supported_pct"), limit("identification_contradicted_pct"), min_n)
    if decision.verdict == "contradicted" or overall is None or overall.value is None:
        return decision
    if worst is None or worst.value is None:
        return all_of(decision, undecided("small_n", why=f"No shift or team has {min_n} cases."))
    # A team of a sample is held to the test by its share: none is large enough for its interval to decide.
    count = worst.model_copy(update={"basis": "all_records"})
    return all_of(decision, reaches(count, limit("worst_shift_pct"), min_n))


def _vulnerable(report: Report) -> Half:
    name = "vulnerability_question_asked_pct"
    gap = report.gap("call_audit")
    if gap is not None:
        name = "vulnerability_recorded_pct"
        gap = gap if report.gap("contact_flag", "incident") is not None else None
    if gap is not None:
        return Half(gap, "-", ())
    found = report.indicator(name)
    limit = report.settings.threshold
    decision = at_least(
        found,
        limit("identification_supported_pct"),
        limit("identification_contradicted_pct"),
        report.settings.min_n,
    )
    return Half(decision, grade_indicator(found), (name,))
