"""F4: whether the force can tell the staff time its changes have saved, and works to find out."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents, grade_indicator
from hmic_analysis.evidence.model import ClaimEvidence, Grade
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.rules import request_gap
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.measures import registers

ITEM = "staff_time_saved"


def work_on_savings(report: Report) -> pd.DataFrame:
    """Documents on the staff time saved, with the date of the last work on each.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        Rows of the document register dated by the snapshot, with ``days_since_activity``.
    """
    rows = registers.documents(
        report.table("document"),
        types=("plan", "report", "terms_of_reference", "procedure"),
        subject="staff_time",
        statuses=("approved", "draft", "under_review"),
    )
    rows = rows[registers.covers(rows, "staff_time_saved").to_numpy(dtype=bool)]
    as_of = pd.Timestamp(report.settings.as_of)
    dated = (rows["last_activity_on"] <= as_of).fillna(False).to_numpy(dtype=bool)
    rows = rows[dated | rows["last_activity_on"].isna().to_numpy(dtype=bool)]
    return rows.assign(days_since_activity=(as_of - rows["last_activity_on"]).dt.days)


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of F4.

    Parameters
    ----------
    report : Report
        With ``changes_with_measured_saving_pct`` and ``staff_hours_saved`` taken.

    Returns
    -------
    list of ClaimEvidence
    """
    work = work_on_savings(report)
    gap = report.gap("document")
    return [
        report.claim(
            "F4a",
            _unable(report),
            _grade_unable(report),
            "changes_with_measured_saving_pct",
            "staff_hours_saved",
        ),
        report.claim(
            "F4b",
            gap or _ongoing(report, work),
            grade_documents(None if gap else len(work), registers.corroborated(work)),
        ),
    ]


def _unable(report: Report) -> Decision:
    """The force's own word decides; without it, what its records measure."""
    answer = report.answer(ITEM)
    measured = report.indicator("changes_with_measured_saving_pct")
    live = measured.denominator if measured is not None and measured.value is not None else 0
    if answer.status == "nil_return_unable":
        return Decision(
            "supported", ("nil_return_unable",), why="The force answered that it can't give the time saved."
        )
    asked = request_gap(answer.status)
    if not live:
        if asked is not None:
            return asked
        return undecided("no_data", why="No change has been live for long enough to measure what it saved.")
    wanted = report.settings.threshold("measured_pct")
    why = f"{measured.numerator:,.0f} of {live:,.0f} changes have a measured saving ({measured.value:.0f}%)"
    if measured.value == 0:
        return Decision("supported", why=f"{why}; test: none.")
    if measured.value < wanted:
        return undecided("between_thresholds", why=f"{why}; test: {wanted:g}%.", flags=("wording_mismatch",))
    return _reproduced(report, asked, answer.stated_value, why)


def _reproduced(report: Report, asked: Decision | None, stated: float | None, why: str) -> Decision:
    if asked is not None:
        return asked
    if stated is None:
        return undecided("no_stated_value", why=f"{why}; the force stated no total.")
    hours = report.indicator("staff_hours_saved")
    within = report.settings.threshold("reproduced_within_pct")
    if hours is None or hours.value is None:
        return undecided("not_reproduced", why=f"{why}; no total can be recomputed.")
    why = f"{why}. Stated {stated:,.0f} hours a year, recomputed {hours.value:,.0f}; test: within {within:g}%."
    if abs(hours.value - stated) <= within / 100 * abs(stated):
        return Decision("contradicted", why=why)
    return undecided("not_reproduced", why=why)


def _ongoing(report: Report, work: pd.DataFrame) -> Decision:
    days = int(report.settings.threshold("activity_days"))
    complete = report.answer("document").register_complete
    if work.empty:
        why = "No document on the staff time saved."
        return Decision("contradicted", why=why) if complete else undecided("register_undeclared", why=why)
    latest = work["days_since_activity"].min()
    if pd.isna(latest):
        return undecided("not_dated", why="The documents on the staff time saved give no date of the last work.")
    why = f"Last dated work {latest:,.0f} days before the snapshot; test: at most {days}."
    return Decision("supported", why=why) if latest <= days else undecided("stale", why=why)


def _grade_unable(report: Report) -> Grade:
    if report.answer(ITEM).status == "nil_return_unable":
        return "C"
    return grade_indicator(report.indicator("changes_with_measured_saving_pct"))
