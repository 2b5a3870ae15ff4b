"""The grade of the evidence, kept apart from the verdict."""

from hmic_analysis.evidence.model import ClaimType, Grade, Indicator, is_small_number
from hmic_analysis.evidence.verdicts import Decision, undecided

#: Whole-population records: share of known states for grade A and for grade B, in per cent.
KNOWN_A, KNOWN_B = 95.0, 80.0
#: Random samples: size and half-width (points) for grade B.
SAMPLE_B, HALF_WIDTH_B = 60, 10.0
#: One document or statement is enough for these.
ENOUGH_ALONE: tuple[ClaimType, ...] = ("acknowledgement", "existence")


def grade_indicator(indicator: Indicator | None, reconciled: bool | None = None) -> Grade:
    """Grade of one figure.

    Parameters
    ----------
    indicator : Indicator or None
        None, or one without a value, is graded ``-``.
    reconciled : bool or None
        Whether the records' total is within 2 % of the force's published count; None if there is none to compare.

    Returns
    -------
    str
        ``A`` whole population of 30 or more, states known for 95 % or more, total reconciled; ``B`` whole population
        of 30 or more with at least 80 % known, or a random sample of 60 or more with a half-width of 10 points or
        less; ``C`` anything
        weaker; ``D`` a statement or an uncorroborated document.
    """
    if indicator is None or indicator.value is None:
        return "-"
    if indicator.basis == "statement":
        return "D"
    if indicator.basis in ("document", "reference"):
        return "C"
    known = indicator.denominator or 0
    total = known + indicator.unknown
    if indicator.basis == "random_sample":
        wide = indicator.lo is None or indicator.hi is None or indicator.hi - indicator.lo > 2 * HALF_WIDTH_B
        return "C" if total < SAMPLE_B or wide else "B"
    if indicator.basis == "purposive_sample":
        return "C"
    if is_small_number(indicator):
        return "C"
    share = 100.0 * known / total if total else 100.0
    if share >= KNOWN_A and reconciled:
        return "A"
    return "B" if share >= KNOWN_B else "C"


def grade_documents(found: int | None, corroborated: bool) -> Grade:
    """Grade of what documents say.

    Parameters
    ----------
    found : int or None
        Documents that bear on the claim; None if no register was supplied.
    corroborated : bool
        Whether another kind of evidence bears one of them out.

    Returns
    -------
    str
        ``C`` corroborated, ``D`` not, ``-`` nothing supplied.
    """
    if found is None:
        return "-"
    if found == 0:
        return "C"
    return "C" if corroborated else "D"


def weakest(*grades: Grade) -> Grade:
    """The weakest of several grades; ``-`` if any part has nothing."""
    return max(grades, key="ABCD-".index)


def hold_to_grade(decision: Decision, grade: Grade, kind: ClaimType) -> Decision:
    """Grade D supports nothing but an existence or an acknowledgement.

    Parameters
    ----------
    decision : Decision
    grade : str
    kind : str
        Type of the claim.

    Returns
    -------
    Decision
        The same, or ``not_determinable`` with the reason ``uncorroborated``.
    """
    if decision.verdict == "supported" and grade == "D" and kind not in ENOUGH_ALONE:
        return undecided("uncorroborated", why=decision.why, flags=decision.flags)
    return decision
