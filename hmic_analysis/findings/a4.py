"""A4: whether a crime that nobody attends is still investigated and supervised."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.files_read import clear_evidence
from hmic_analysis.evidence.grades import grade_indicator
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.rules import reaches
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, undecided
from hmic_analysis.measures import crime_files, samples
from hmic_analysis.statistics.agreement import kappa

#: Claim -> what was found on a file, its indicator, and the readers' finding of the same.
QUESTIONS = {
    "A4a": ("progress", "progress_updated_pct", "progress_met"),
    "A4b": ("supervised", "supervised_pct", "supervised_met"),
}
STRATA = ["attendance", "offence_group"]


def files_read(report: Report) -> pd.DataFrame:
    """The crime files of the sample, with what was found on each.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        As :func:`hmic_analysis.measures.crime_files.crime_files` gives them, with ``weight``, the crimes that a file
        stands for; missing where the sizes of the strata are not all known.
    """
    settings = report.settings
    files = crime_files.crime_files(
        report.table("file_review"),
        report.table("file_entry"),
        settings.as_of,
        int(settings.threshold("progress_days")),
    )
    weights = samples.file_weights(files, STRATA)
    return files.assign(weight=weights if weights is not None else float("nan"))


def estimate(report: Report, files: pd.DataFrame, state: str) -> samples.Weighted:
    """The share of the files that have a property, weighted by what each stands for.

    Parameters
    ----------
    report : Report
    files : pandas.DataFrame
        Result of :func:`files_read`.
    state : str
        ``progress`` or ``supervised``; files not yet due for progress are left out of the first.

    Returns
    -------
    Weighted
    """
    rows = crime_files.due_files(files) if state == "progress" else files
    weights = None if rows["weight"].isna().any() else rows["weight"]
    return samples.weighted(rows[state], rows["review_id"], weights)


def indicators(report: Report, files: pd.DataFrame, claim: str) -> list[Indicator]:
    """The share that a claim turns on: of all files, of attended crimes and others, and by offence group.

    Parameters
    ----------
    report : Report
    files : pandas.DataFrame
        Result of :func:`files_read`.
    claim : str
        ``A4a`` or ``A4b``.

    Returns
    -------
    list of Indicator
    """
    state, name, _ = QUESTIONS[claim]
    rows = crime_files.due_files(files) if state == "progress" else files
    basis, found = samples.basis(files), estimate(report, files, state)
    weighted = not rows["weight"].isna().any()
    note = "Each file weighted by the crimes it stands for." if weighted else "Not weighted: sizes of strata not given."
    limits = found.limits(report.settings.confidence / 100)
    overall = report.build.figure(
        name,
        found.value,
        numerator=found.files.yes,
        denominator=found.files.known,
        unknown=found.files.unknown,
        limits=limits,
        interval=f"Wilson {report.settings.confidence:g}%, effective sample" if limits else "",
        basis=basis,
        note=note if len(rows) else "No files were read.",
    )
    parts = [samples.shares_of(rows, state, *by) for by in (("attendance",), ("offence_group",), tuple(STRATA))]
    strata = {group: share for part in parts for group, share in part.items()}
    return [overall, *(report.build.share(name, share, stratum=g, basis=basis) for g, share in strata.items())]


def strata(report: Report, name: str) -> pd.DataFrame:
    """The shares by attendance and offence group together, for a chart.

    Parameters
    ----------
    report : Report
    name : str
        Indicator.

    Returns
    -------
    pandas.DataFrame
        As :meth:`~hmic_analysis.evidence.report.Report.groups` gives it.
    """
    rows = report.groups(name)
    return rows[rows["label"].str.contains(", ", regex=False).to_numpy(dtype=bool)].reset_index(drop=True)


def agreement(report: Report, files: pd.DataFrame) -> list[Indicator]:
    """How far two readers of the same file agree beyond chance, for each finding on it.

    Parameters
    ----------
    report : Report
    files : pandas.DataFrame
        Result of :func:`files_read`.

    Returns
    -------
    list of Indicator
    """
    made = []
    for state, _, finding in QUESTIONS.values():
        found = kappa(files[finding], files[f"second_{finding}"], report.settings.confidence / 100)
        same = samples.readers_agree(files, finding)
        made.append(
            report.build.figure(
                "review_agreement_kappa",
                found.value,
                denominator=found.n,
                limits=found.limits,
                interval="normal approximation" if found.limits else "",
                stratum=state,
                basis=samples.basis(files),
                note=f"The two readers found the same on {same.yes} of {same.known} files.",
            )
        )
    return made


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A4.

    Parameters
    ----------
    report : Report
        With the indicators of :func:`indicators`, ``review_agreement_kappa[...]`` and ``same_day_closure_pct`` taken.

    Returns
    -------
    list of ClaimEvidence
    """
    files = files_read(report)
    return [_claim(report, files, claim) for claim in QUESTIONS]


def _claim(report: Report, files: pd.DataFrame, claim: str) -> ClaimEvidence:
    state, name, finding = QUESTIONS[claim]
    overall = report.indicator(name)
    grade = grade_indicator(overall)
    decision = report.gap("file_review") or _in_general(report, files, claim)
    agreement = samples.readers_agree(files, finding)
    wanted = report.settings.threshold("readers_agree_pct")
    decision = clear_evidence(decision, grade, agreement, wanted, report.settings.quantifier("clear_evidence"))
    others = ("supervised_before_closure_pct",) if claim == "A4b" else ("same_day_closure_pct",)
    return report.claim(
        claim, decision, grade, name, f"{name}[not_attended]", *others, f"review_agreement_kappa[{state}]"
    )


def _in_general(report: Report, files: pd.DataFrame, claim: str) -> Decision:
    """Three quarters or more in all, and no part that falls behind, least of all crimes that nobody attended."""
    state, name, _ = QUESTIONS[claim]
    word, limit = report.settings.quantifier("in_general"), report.settings.threshold
    overall, apart = report.indicator(name), report.indicator(f"{name}[not_attended]")
    if overall is None or overall.value is None:
        return undecided("no_data", why="No crime file was read.")
    least = int(limit("min_not_attended_n"))
    n = int((apart.denominator or 0) + apart.unknown) if apart is not None else 0
    if apart is None or n < least:
        return undecided("small_n", why=f"Files of crimes not attended: {n}; test: at least {least}.")
    low = limit("progress_contradicted_pct")
    refuted = at_least(apart, limit("not_attended_pct"), low)
    refuted = refuted if refuted.verdict == "contradicted" else None
    effective = _effective(overall, estimate(report, files, state))
    parts = [
        at_least(effective, word.min_lower_pct, low, report.settings.min_n),
        refuted or reaches(_count(apart), limit("not_attended_pct")),
        _point(overall, word.min_point_pct),
        *_groups(report, files, claim, word.min_stratum_pct),
    ]
    return all_of(*parts)


def _effective(overall: Indicator, found: samples.Weighted) -> Indicator:
    """The figure as a simple sample of the effective size would give it, to be held against a threshold."""
    return overall.model_copy(
        update={"numerator": found.yes, "denominator": found.yes + found.no, "unknown": found.unknown}
    )


def _count(part: Indicator) -> Indicator:
    """A part of the sample taken as it is: the test of a part is on its share, not on the end of its interval."""
    return part.model_copy(update={"basis": "all_records"})


def _point(overall: Indicator, wanted: float) -> Decision:
    why = f"{overall.value:.1f}% in all; test: at least {wanted:g}%."
    if overall.value >= wanted:
        return Decision("supported", why=why)
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _groups(report: Report, files: pd.DataFrame, claim: str, wanted: float) -> list[Decision]:
    """Offence groups with enough files: a good figure for one must not hide another that is left lying."""
    _, name, _ = QUESTIONS[claim]
    groups = sorted(files["offence_group"].dropna().unique())
    found = [report.indicator(f"{name}[{group}]") for group in groups]
    large = [i for i in found if i is not None and (i.denominator or 0) + i.unknown >= report.settings.min_n]
    if not large:
        return []
    worst = min(large, key=lambda i: (-1.0 if i.value is None else i.value, i.id))
    return [reaches(_count(worst), wanted)]
