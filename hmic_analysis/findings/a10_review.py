"""A10: whether the response and deployment policy is under review."""

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.measures import registers
from hmic_analysis.statistics.intervals import Interval
from hmic_analysis.words import say_date

SUBJECT = "response_deployment"


def documents(report: Report) -> pd.DataFrame:
    """The policy in force, and terms of reference of its review. Rows of the document register."""
    return registers.of_subject(report.table("document"), SUBJECT, report.settings.as_of)


def opened(report: Report, found: registers.Review) -> Indicator:
    """Whether a review is open, as an indicator; not known where only a document that may be in force has one.

    A register without such a document says that none is open where it was declared complete.
    """
    rows, state = documents(report), found.open
    if rows.empty and report.answer("document").register_complete:
        state = False
    if not state and _perhaps_open(report):
        state = None
    return report.build.figure(
        "review_open",
        None if state is None else float(state),
        basis="document",
        note="The register shows no open review." if state is False else "",
        units=registers.under_way(rows, report.settings.as_of),
    )


def _perhaps_open(report: Report) -> bool:
    """Whether a review may be open of a document of which it is not known whether it is in force."""
    day = report.settings.as_of
    rows = registers.perhaps_of_subject(report.table("document"), SUBJECT, day)
    return len(rows) > 0 and registers.review_at(rows, day).open is not False


def activity(report: Report, found: registers.Review) -> Indicator:
    """Days since the last work on the review, as an indicator; bounds where later or undated work may hide it."""
    days = found.days_since_activity
    bounds = Interval(0, days) if found.at_most and days else None
    return report.build.figure(
        "review_days_since_activity",
        days,
        unknown=int(bounds is not None),
        bounds=bounds,
        basis="document",
        units=registers.under_way(documents(report), report.settings.as_of),
    )


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claim of A10."""
    rows = documents(report)
    gap = report.gap("document")
    grade = grade_documents(None if gap else len(rows), registers.corroborated(rows))
    return [report.claim("A10a", gap or _under_review(report, rows), grade)]


def _under_review(report: Report, rows: pd.DataFrame) -> Decision:
    found = registers.review_at(rows, report.settings.as_of)
    if not found.open:
        return _not_open(report, found)
    if found.days_since_activity is None:
        return undecided("not_dated", why="A review is open, and no work on it is dated by the snapshot.")
    days = int(report.settings.threshold("activity_days"))
    since = found.days_since_activity
    why = f"A review is open, last worked on {since:,} days before the snapshot; test: at most {days}."
    if since > days and found.at_most:
        return undecided("not_dated", why=f"{why} Work after the snapshot or without a day may hide some.")
    if since > days:
        return undecided("stale", why=why)
    letter = pd.Timestamp(report.settings.letter_date)
    if found.closed_on is not None and found.closed_on <= letter:
        why += f" It was closed on {say_date(found.closed_on.date())}, before the letter: the sentence needs a new day."
        return Decision("supported", why=why, flags=("closed_since",))
    return Decision("supported", why=why)


def _not_open(report: Report, found: registers.Review) -> Decision:
    if found.open is None and len(documents(report)):
        return undecided("not_dated", why="A day on which a review was opened or closed cannot be read.")
    if _perhaps_open(report):
        why = "Of a policy or of terms of reference under review it is not known whether they are in force."
        return undecided("missing_spans_threshold", why=why)
    if found.opened:
        return Decision("contradicted", why="The review was closed by the snapshot.")
    why = "The register shows no review opened by the snapshot."
    if report.answer("document").register_complete:
        return Decision("contradicted", why=f"{why} It was declared complete.")
    return undecided("register_undeclared", why=f"{why} It was not declared complete.")
