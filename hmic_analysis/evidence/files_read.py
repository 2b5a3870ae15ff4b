"""Rules for claims about samples of files that were read: small samples, and two readers who agree."""

from __future__ import annotations

from hmic_analysis.evidence.model import Grade
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.measures.base import Share
from hmic_analysis.params.settings import Quantifier


def number_of_cases(share: Share, minimum: int, minimum_pct: float, refuting: int, min_n: int, what: str) -> Decision:
    """A sentence that says something was found "in a number of cases" of a small sample.

    Parameters
    ----------
    share : Share
        The cases looked at.
    minimum : int
        Cases that qualify at least.
    minimum_pct : float
        Per cent of the cases looked at that qualify at least.
    refuting : int
        Cases looked at from which fewer than ``minimum`` that qualify contradict the sentence.
    min_n : int
        Fewer cases looked at decide nothing.
    what : str
        What a case that qualifies is called, for the explanation.

    Returns
    -------
    Decision
        Cases whose state is unknown are counted out and in.  It speaks of the cases read and of no others, so there
        is no interval.
    """
    if not share.total:
        return undecided("no_data", why=f"No files were read that could be {what}.")
    least, most = share.yes, share.yes + share.unknown
    found = f"{least}" if least == most else f"{least} to {most}"
    why = f"{found} of {share.total} files {what}; test: at least {minimum} and {minimum_pct:g}%"
    why += f", contradicted below {minimum} of {refuting} or more."
    if share.total < min_n:
        return undecided("small_n", why=why)
    if least >= minimum and 100 * least / share.total >= minimum_pct:
        return Decision("supported", why=why)
    if most < minimum and share.total >= refuting:
        return Decision("contradicted", why=why)
    if most >= minimum and 100 * most / share.total >= minimum_pct:
        return undecided("missing_spans_threshold", why=why)
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def clear_evidence(
    decision: Decision, grade: Grade, agreement: Share, wanted_pct: float, quantifier: Quantifier
) -> Decision:
    """Hold a sentence on a sample of files to "clear evidence": a small sample needs two readers who agree.

    Parameters
    ----------
    decision : Decision
        What the files themselves say.
    grade : str
        Grade of the evidence.
    agreement : Share
        Files read twice on which the two readers found the same.
    wanted_pct : float
        Per cent of the files read twice on which they must agree.
    quantifier : Quantifier
        The words "clear evidence": grades that are enough, and the one that is with readers who agree.

    Returns
    -------
    Decision
        The same, or ``not_determinable`` with the reason ``uncorroborated`` where a support lacks a second reader or
        their agreement.
    """
    if decision.verdict != "supported" or grade in quantifier.grades:
        return decision
    said = f"Two readers agreed on {agreement.yes} of {agreement.known} files read twice; test: {wanted_pct:g}%."
    why = f"{decision.why} {said if agreement.known else 'No file was read by a second reader.'}"
    agree = agreement.known > 0 and 100 * agreement.yes / agreement.known >= wanted_pct
    if grade == quantifier.sample_grade and agree:
        return Decision(decision.verdict, decision.reasons, decision.flags, why)
    return undecided("uncorroborated", why=why, flags=decision.flags)
