"""A7: whether the files of named suspects show enquiries and supervision, in a small sample."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.files_read import clear_evidence, number_of_cases
from hmic_analysis.evidence.grades import grade_indicator
from hmic_analysis.evidence.model import ClaimEvidence
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, undecided
from hmic_analysis.evidence.wording import small
from hmic_analysis.measures import samples, suspect_files

#: Claim -> its indicator, the share of the files, the readers' finding of the same, and what it is called.
QUESTIONS = {
    "A7a": ("suspect_file_activity_pct", suspect_files.active, "progress_met", "show recent enquiries"),
    "A7b": ("suspect_file_supervised_pct", suspect_files.supervised, "supervised_met", "show recent supervision"),
}


def files_read(report: Report) -> pd.DataFrame:
    """The named-suspect files of the sample, with what was found on each.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        As :func:`hmic_analysis.measures.suspect_files.suspect_files` gives them.
    """
    settings = report.settings
    return suspect_files.suspect_files(
        report.table("file_review"),
        report.table("file_entry"),
        settings.as_of,
        int(settings.threshold("activity_days")),
    )


def shown(report: Report) -> pd.DataFrame:
    """The shares for a chart; those that rest on fewer persons than may be shown are left out.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        As :meth:`~hmic_analysis.evidence.report.Report.groups` gives it.
    """
    names = [name for name, *_ in QUESTIONS.values()]
    groups = report.groups(*names)
    least = report.settings.disclosure.min_count
    keep = [id in names and not small(report.indicator(id), least) for id in groups["group"]]
    return groups[keep].reset_index(drop=True)


def reason(report: Report) -> dict[str, str]:
    """Why a chart of :func:`shown` would be empty, as chart functions take it."""
    if report.given("file_review"):
        return {"reason": f"no share rests on {report.settings.disclosure.min_count} files or more"}
    return {"reason": "no files were read"}


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A7.

    Parameters
    ----------
    report : Report
        With ``suspect_file_activity_pct``, ``suspect_file_supervised_pct`` and ``suspect_file_n`` taken.

    Returns
    -------
    list of ClaimEvidence
        They speak of the files read.  What holds for all suspects outstanding is decided in A6.
    """
    files = files_read(report)
    return [_claim(report, files, claim) for claim in QUESTIONS]


def _claim(report: Report, files: pd.DataFrame, claim: str) -> ClaimEvidence:
    name, share, finding, what = QUESTIONS[claim]
    grade = grade_indicator(report.indicator(name))
    decision = report.gap("file_review") or _in_a_number_of_cases(report, files, share(files), what)
    decision = clear_evidence(
        decision,
        grade,
        samples.readers_agree(files, finding),
        report.settings.threshold("readers_agree_pct"),
        report.settings.quantifier("clear_evidence"),
    )
    return report.claim(claim, decision, grade, name, "suspect_file_n")


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
    wanted = suspect_files.circulated_count(files)
    why = f"Files of persons circulated as wanted: {wanted}; test: at least 1."
    if decision.verdict == "supported" and not wanted:
        return all_of(decision, undecided("in_part", why=why, flags=("wording_mismatch",)))
    return decision
