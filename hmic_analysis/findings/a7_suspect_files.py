"""A7: whether the files of named suspects show enquiries and supervision, in a small sample."""

from datetime import date

import pandas as pd

from hmic_analysis.evidence.grades import grade_indicator
from hmic_analysis.evidence.model import ClaimEvidence
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, clear_evidence, number_of_cases, undecided
from hmic_analysis.findings.a4_crime_files import any_entry, but_lost, day_of, supervision
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, among

# A7: files of named suspects that were read, and whether enquiries and supervision on them are recent.

CIRCULATED = {True: "circulated", False: "not_circulated"}


def suspect_files(file_review: pd.DataFrame, file_entry: pd.DataFrame, as_of: date, days: int) -> pd.DataFrame:
    """Named-suspect files of the sample, with what was found on each.

    The rows of ``file_review`` with nullable booleans ``active`` (an enquiry after naming, the latest not older
    than so many days) and ``supervised`` (an entry of substance by a supervisor other than the investigator in
    those days), and ``circulation`` (``circulated``, ``not_circulated`` or missing).

    ``file_review``, ``file_entry``: the tables of those names.  Without any entry of these files the readers' own
        findings are taken.
    ``days``: days before it within which an entry is recent.
    """
    files = file_review[file_review["review_kind"].eq("named_suspect").fillna(False).to_numpy(dtype=bool)].copy()
    day = pd.Timestamp(as_of)
    # Circulated since is not yet circulated on the day; not circulated, with a day of it, contradicts itself.
    circulated = files["circulated"] & ~(files["circulated_on"] > day).fillna(False)
    circulated = circulated.mask((~circulated).fillna(False) & (files["circulated_on"] <= day))
    files["circulation"] = circulated.map(CIRCULATED).astype("object")
    if not among(file_entry["review_id"], files["review_id"]).any():
        files["active"] = files["progress_met"].astype("boolean")
        files["supervised"] = files["supervised_met"].astype("boolean")
        return files
    oldest = day - pd.Timedelta(days=days)
    progress = file_entry[file_entry["entry_kind"].eq("progress").fillna(False).to_numpy(dtype=bool)]
    named = day_of(files["review_id"], files["named_on"], progress["review_id"])
    dated = progress["entered_on"]
    recent = ((dated >= oldest) & (dated <= day)).astype("boolean").mask(dated.isna())
    after = (dated >= named).astype("boolean").mask(dated.isna() | named.isna())
    found = any_entry(files["review_id"], progress.assign(counts=recent & after))
    files["active"] = but_lost(found, files, "progress_met", progress, day)
    entries = supervision(file_entry, files["review_id"])
    when = entries["entered_on"]
    recent = ((when >= oldest) & (when <= day)).astype("boolean").mask(when.isna())
    found = any_entry(files["review_id"], entries.assign(counts=entries["counts"] & recent))
    files["supervised"] = but_lost(found, files, "supervised_met", entries, day)
    # Of a person who by the file was named later than the day it can't be told what was done by then.
    later = (files[["named_on", "opened_on"]] > day).any(axis=1)
    return files.assign(active=files["active"].mask(later), supervised=files["supervised"].mask(later))


def active(files: pd.DataFrame) -> Share:
    """Files with a recent enquiry; ``files`` as :func:`suspect_files` gives them."""
    return Share.of(files["active"], files["review_id"])


def supervised(files: pd.DataFrame) -> Share:
    """Files with recent supervision of substance; ``files`` as :func:`suspect_files` gives them."""
    return Share.of(files["supervised"], files["review_id"])


def circulated_count(files: pd.DataFrame) -> int:
    """Files of persons circulated as wanted; ``files`` as :func:`suspect_files` gives them."""
    return int(files["circulation"].eq("circulated").fillna(False).sum())


#: Claim -> its indicator, the share of the files, the readers' finding of the same, and what it is called.
QUESTIONS = {
    "A7a": ("suspect_file_activity_pct", active, "progress_met", "show recent enquiries"),
    "A7b": ("suspect_file_supervised_pct", supervised, "supervised_met", "show recent supervision"),
}


def files_read(report: Report) -> pd.DataFrame:
    """The named-suspect files of the sample, with what was found on each.

    As :func:`hmic_analysis.findings.a7_suspect_files.suspect_files` gives them.
    """
    settings = report.settings
    return suspect_files(
        report.table("file_review"),
        report.table("file_entry"),
        settings.as_of,
        int(settings.definition("activity_days")),
    )


def shown(report: Report) -> pd.DataFrame:
    """The shares of all files for a chart, as :meth:`~hmic_analysis.evidence.report.Report.groups` gives them."""
    names = [name for name, *_ in QUESTIONS.values()]
    groups = report.groups(*names)
    return groups[groups["group"].isin(names)].reset_index(drop=True)


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A7.

    They speak of the files read.  What holds for all suspects outstanding is decided in A6.
    """
    files = files_read(report)
    return [_claim(report, files, claim) for claim in QUESTIONS]


def _claim(report: Report, files: pd.DataFrame, claim: str) -> ClaimEvidence:
    name, share, finding, what = QUESTIONS[claim]
    grade = grade_indicator(report.indicator(name))
    decision = report.gap("file_review") or _in_a_number_of_cases(
        report, files, report.build.unsure(name, share(files)), what
    )
    decision = clear_evidence(
        decision,
        grade,
        registers.readers_agree(files, finding),
        report.settings.threshold("readers_agree_pct"),
        report.settings.quantifier("clear_evidence"),
    )
    return report.claim(claim, decision, grade)


def _in_a_number_of_cases(report: Report, files: pd.DataFrame, share, what: str) -> Decision:
    limit = report.settings.threshold
    decision = number_of_cases(
        share,
        int(limit("min_files")),
        limit("min_files_pct"),
        int(limit("refuting_files")),
        report.settings.min_n,
        what,
    )
    wanted = circulated_count(files)
    why = f"Files of persons circulated as wanted: {wanted}; test: at least 1."
    if decision.verdict == "supported" and not wanted:
        return all_of(decision, undecided("in_part", why=why, flags=("wording_mismatch",)))
    return decision
