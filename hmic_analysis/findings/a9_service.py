"""A9: whether the force checks the service that people get when they contact it, and whether the checks are good."""

from datetime import date

import pandas as pd

from hmic_analysis.contracts.a9_service import STAGES
from hmic_analysis.contracts.base import MonthRows
from hmic_analysis.evidence.grades import grade_documents
from hmic_analysis.evidence.model import ClaimEvidence, Grade
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.findings.p1_strategy import NOT_THE_FORCES
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, among, backwards, in_order, local_days, open_blanks, unread
from hmic_analysis.measures.months import coverage as months_covered

# A9: how thoroughly call-handlers are audited, and what follows a failed audit.


def audits_made(report: Report) -> pd.DataFrame:
    """Audits of calls of the period; those made after the as-of day were not there on it."""
    return made_by(report.flow("call_audit"), report.settings.as_of)


def made_by(audits: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Audits that were not made after a day; one whose day isn't known counts."""
    return audits[~(audits["audited_on"] > pd.Timestamp(as_of)).fillna(False).to_numpy(dtype=bool)]


def handler_months(staff: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Each call-handler and calendar month of a period in which the handler was in post throughout.

    ``person_key``, ``month`` (its first day) and ``worked``: missing where the first day in post isn't known.
    Months before or after the time in post are left out, and recruits in training altogether.

    ``staff``: table ``staff``; leavers count while they were there.
    ``start``, ``end``: first and last day of the period; only months that lie whole in it are looked at.
    """
    staff = in_order(staff, "in_post_since", "left_on")
    trained = ~(staff["in_training"] == True).fillna(False)  # noqa: E712
    handlers = staff[((staff["role"] == "call_handler") & trained).to_numpy(dtype=bool)]
    parts = []
    for first in pd.date_range(start, end, freq="MS"):
        last = first + pd.offsets.MonthEnd(0)
        if last > pd.Timestamp(end):
            continue
        gone = (handlers["left_on"] < last).fillna(False)
        there = (handlers["in_post_since"] <= first) & ~gone
        unclear = handlers["in_post_since"].isna() | unread(handlers, "in_training", "left_on")
        worked = there.astype("boolean").mask(unclear.to_numpy())
        parts.append(handlers[["person_key"]].assign(month=first, worked=worked.mask(gone.to_numpy(dtype=bool), False)))
    if not parts:
        return pd.DataFrame({"person_key": [], "month": pd.to_datetime([]), "worked": pd.array([], "boolean")})
    found = pd.concat(parts, ignore_index=True)
    return found[found["worked"].fillna(True).to_numpy(dtype=bool)].reset_index(drop=True)


def coverage(months: pd.DataFrame, audits: pd.DataFrame, prescribed: int, *, complete: bool = False) -> Share:
    """Handler-months with at least the prescribed number of audits.

    Not known: months of handlers who may not have been in post; unless complete, what nothing tells from audits not
    supplied (months with none, with few beside the others or in the midst of which they begin or end, and handlers of
    whom none was sent); and as many handlers short of audits as the audits of that month without a handler could
    have filled.

    ``months``: result of :func:`handler_months`.
    ``audits``: table ``call_audit`` within the period; an audit belongs to the month of the call.
    ``prescribed``: audits due for each handler and month.
    ``complete``: whether the force signed that its audits are complete: who has none was not audited.
    """
    taken = local_days(audits["taken_on"])
    audits = audits.assign(month=taken.dt.to_period("M").dt.to_timestamp())
    named = audits.dropna(subset=["handler_key"])
    done = named.groupby(["handler_key", "month"]).size()
    index = pd.MultiIndex.from_arrays([months["person_key"], months["month"]])
    counts = pd.Series(done.reindex(index).fillna(0).to_numpy(), index=months.index)
    seen = months["month"].isin(_whole_months(months["month"], taken)) & among(
        months["person_key"], named["handler_key"]
    )
    worked = (months["worked"].fillna(False) & (seen | complete)).to_numpy(dtype=bool)
    short = (prescribed - counts[worked & (counts < prescribed)]).sort_values()
    month = months["month"].reindex(short.index)
    nobodys = month.map(audits.loc[audits["handler_key"].isna().to_numpy(dtype=bool), "month"].value_counts()).fillna(0)
    fillable = short.index[(short.groupby(month).cumsum() <= nobodys).to_numpy(dtype=bool)]
    states = (counts >= prescribed).astype("boolean").mask(~worked)
    states[fillable] = pd.NA
    return Share.of(states, months.assign(audits=counts))


def _whole_months(due: pd.Series, taken: pd.Series) -> pd.DatetimeIndex:
    """The months, of those due, of which audits were supplied whole, as far as their days tell."""
    if due.empty:
        return pd.DatetimeIndex([])
    days = taken.groupby(taken.dt.strftime("%Y-%m")).agg(["size", "min", "max"]).itertuples()
    rows = {month: MonthRows(n, first.day, last.day) for month, n, first, last in days}
    found = months_covered(rows, due.min().date(), (due.max() + pd.offsets.MonthEnd(0)).date())
    return pd.to_datetime([m for m in found.counted if m in found.held])


def coverage_by_month(months: pd.DataFrame, audits: pd.DataFrame, prescribed: int) -> pd.DataFrame:
    """Share of handlers with the prescribed audits in each month, for a chart.

    ``month``, ``group``, ``value`` in per cent; no row without audits or handlers.

    ``months``, ``audits``, ``prescribed``: as in :func:`coverage`.
    """
    found = coverage(months, audits, prescribed)
    states = pd.DataFrame({"month": found.rows["month"], "covered": found.units}).dropna()
    # A month of which nothing is known is a gap: nothing tells it from one not supplied.
    rows = [
        {"month": month, "group": "Handlers covered", "value": 100 * those.mean()}
        for month, those in states.groupby("month")["covered"]
    ]
    return pd.DataFrame(rows, columns=["month", "group", "value"])


def passed(audits: pd.DataFrame) -> Share:
    """Audits that met the standard.

    ``audits``: table ``call_audit`` within the period.
    """
    return Share.of(audits["standard_met"], audits["audit_id"])


def feedback_given(audits: pd.DataFrame, as_of: date, days: int) -> Share:
    """Failed audits with feedback to the handler in time.

    A blank counts as no feedback, unless the force filled the column for nobody.  Not known without the day of the
    audit, or with feedback before it, or where the audit has no result: it may have failed.

    ``audits``: table ``call_audit`` within the period.
    ``as_of``: failed audits whose time for feedback was not over by then, and that had none by then, are not due yet
        and left out.
    ``days``: days from the audit within which feedback is in time.
    """
    audits = open_blanks(audits, "feedback_on")
    failed = audits[~audits["standard_met"].fillna(False).to_numpy(dtype=bool)]
    due = failed["audited_on"] + pd.Timedelta(days=days)
    day = pd.Timestamp(as_of)
    none_yet = failed["feedback_on"].isna() & ~unread(failed, "feedback_on") | (failed["feedback_on"] > day)
    waiting = (none_yet & (due > day)).fillna(False).to_numpy(dtype=bool)
    failed, due = failed[~waiting], due[~waiting]
    in_time = (failed["feedback_on"] <= due).fillna(False).astype("boolean")
    unclear = failed["audited_on"].isna() & failed["feedback_on"].notna() | unread(failed, "feedback_on")
    unclear |= backwards(failed, "audited_on", "feedback_on") | failed["standard_met"].isna()
    return Share.of(in_time.mask(unclear.to_numpy(dtype=bool)), failed["audit_id"])


# A9: calls back to the public, and what they say of the service. Satisfaction is context and decides nothing.

SATISFIED = ("completely_satisfied", "very_satisfied", "fairly_satisfied")


def callbacks_made(callback: pd.DataFrame) -> Share:
    """Calls back that were made by the time they were due.

    A first try in time counts, whether or not the person was reached.  Without a time: a call back entered as not
    made is a no, any other is not known; nor is one made in time by its time that is entered as not made.

    ``callback``: table ``callback`` within the period.
    """
    states = (callback["made_at"] <= callback["due_at"]).astype("boolean").mask(callback["made_at"].isna().to_numpy())
    not_made = (callback["result"] == "not_made").fillna(False).to_numpy(dtype=bool)
    untimed = (callback["made_at"].isna() & ~unread(callback, "made_at")).to_numpy(dtype=bool)
    in_time = states.fillna(False).to_numpy(dtype=bool)  # noqa: FBT003
    states = states.mask(not_made & in_time).mask(not_made & untimed, False)  # noqa: FBT003
    return Share.of(states, callback["callback_id"])


def responses(survey: pd.DataFrame) -> Share:
    """Eligible persons contacted who completed the interview.

    ``survey``: table ``survey`` within the period.
    """
    return Share.of(survey["completed"], survey["survey_id"])


def satisfied(survey: pd.DataFrame) -> dict[str, Share]:
    """Satisfied answers by stage of the service.

    Over valid answers of completed interviews: "don't know" and questions not asked are left out.  An answer that
    can't be read is not known, nor one of an interview that may not have been completed.  No stage without interviews.

    ``survey``: table ``survey`` within the period.
    """
    rows = survey[survey["completed"].fillna(True).to_numpy(dtype=bool)]
    found = {}
    for stage in STAGES if len(rows) else ():
        answers = rows[f"satisfied_{stage}"]
        lost = unread(rows, f"satisfied_{stage}")
        valid = (lost | (answers != "dont_know").fillna(False)).to_numpy(dtype=bool)
        states = answers.isin(list(SATISFIED)).astype("boolean").mask(lost | rows["completed"].isna())
        found[stage] = Share.of(states[valid], rows.loc[valid, "survey_id"])
    return found


#: Which documents may set out how the quality of service is checked.
SCHEME = {
    "types": ("policy", "procedure", "plan"),
    "subject": "service_quality",
    "statuses": ("approved", "under_review"),
}
CHECKS = "service_quality_checks"


def schemes(report: Report) -> pd.DataFrame:
    """Documents in force that set out how the quality of service is checked. Rows of the document register."""
    rows = registers.documents(report.table("document"), **SCHEME, in_force_on=report.settings.as_of)
    own = ~rows["scope"].isin(list(NOT_THE_FORCES))
    return rows[(own & registers.covers(rows, CHECKS)).to_numpy(dtype=bool)]


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A9.

    Satisfaction of the public is shown beside them and decides neither: the claim is about checking.
    """
    exists, grade = _exists(report)
    return [report.claim("A9a", exists, grade), report.claim("A9b")]


def _exists(report: Report) -> tuple[Decision, Grade]:
    """A scheme on paper and audits in the period; one without the other is half of it."""
    no_register, no_audits = report.gap("document"), report.gap("call_audit")
    found, audits = schemes(report), len(audits_made(report))
    why = f"Documents in force that set out a scheme: {len(found)}; calls of the period that were audited: {audits:,}."
    grade = grade_documents(None if no_register else len(found), registers.corroborated(found) or audits > 0)
    if len(found) and audits:
        return Decision("supported", why=why), grade
    if no_register is not None:
        return no_register, grade
    if len(found):
        return no_audits or undecided("in_part", why=why, flags=("wording_mismatch",)), grade
    complete = report.answer("document").register_complete
    more = registers.perhaps(report.table("document"), CHECKS, **SCHEME, in_force_on=report.settings.as_of)
    if more := int((~more["scope"].isin(list(NOT_THE_FORCES))).sum()):
        return undecided(
            "missing_spans_threshold", why=f"{why} Of {more} more it is not known whether they count."
        ), grade
    if audits:
        reason = "in_part" if complete else "register_undeclared"
        return undecided(reason, why=why, flags=("wording_mismatch",) if complete else ()), grade
    if not complete:
        return undecided("register_undeclared", why=f"{why} The register was not declared complete."), grade
    if report.answer("call_audit").status == "nil_return_unable":
        return Decision("contradicted", why=f"{why} The register was declared complete."), grade
    return no_audits or undecided("no_data", why=why), grade
