"""Putting a decision, its grade and its sentence together into one claim's evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.evidence.grades import hold_to_grade
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.reasons import because
from hmic_analysis.evidence.sentences import render
from hmic_analysis.evidence.verdicts import Decision
from hmic_analysis.evidence.wording import small
from hmic_analysis.params.catalogue import FindingSpec

#: What would change a verdict, by its first reason.
REMEDIES: dict[str, str] = {
    "no_data": "Data from the force.",
    "small_n": "More cases.",
    "not_requested": "A request to the force, and its answer.",
    "not_yet_received": "The answer to the request.",
    "nil_return_refused": "The data, if the force gives them.",
    "nil_return_unable": "A figure that its records bear out.",
    "provided_partial": "The rest of the data.",
    "no_stated_value": "A figure stated by the force.",
    "not_reproduced": "Records that give the stated figure, or a corrected figure.",
    "register_undeclared": "A signed statement that the register is complete.",
    "records_undeclared": "A signed statement that the records are complete.",
    "interval_spans_threshold": "A larger sample.",
    "missing_spans_threshold": "The state of the records in which it is not known.",
    "between_thresholds": "Another wording: the fact lies between the two tests.",
    "uncorroborated": "A second kind of evidence.",
    "comparators_missing": "The same fact for the other forces.",
    "source_cannot_tell": "Data of another kind.",
    "stale": "Dated work since then.",
    "not_dated": "A dated record of the work.",
    "in_part": "Another wording, or a record of the part that is missing.",
    "no_look_back": "Crimes and incidents of the year before the period, with references of victims.",
    "no_statement": "A statement by the force.",
    "sources_conflict": "A clarification by the force.",
    "judgement": "Nothing: it is a view.",
}
DECIDED = {
    "supported": "Corrected data that move the figure or the document across the test named in the rule.",
    "contradicted": "Corrected data, or a document, that meet the test named in the rule.",
}


def make_claim(
    spec: FindingSpec,
    id: str,
    decision: Decision,
    grade: Grade,
    own: Sequence[str],
    indicators: Mapping[str, Indicator],
    words: Mapping[str, str],
    min_count: int,
) -> ClaimEvidence:
    """The evidence for one claim.

    Parameters
    ----------
    spec : FindingSpec
    id : str
        ``A1a``.
    decision : Decision
        Held to the grade first: an uncorroborated document supports an existence only.
    grade : str
    own : sequence of str
        Ids of the indicators that decided it.
    indicators : mapping of str to Indicator
        All of the finding; the sentence may name any of them.
    words : mapping of str to str
        ``force``, ``period`` and ``as_of``.
    min_count : int
        Counts of persons above 0 and below it are not printed.

    Returns
    -------
    ClaimEvidence

    Raises
    ------
    ParameterError
        If the finding has no such claim, or its sentence can't be filled.
    """
    if id not in spec.claims:
        allowed = ", ".join(spec.claims)
        raise ParameterError(f"{spec.id} has no claim '{id}'.{did_you_mean(id, spec.claims)} Claims: {allowed}.")
    claim = spec.claims[id]
    decision = hold_to_grade(decision, grade, claim.type)
    if claim.is_judgement:
        decision = Decision("not_determinable", ("judgement",), decision.flags, decision.why)
    # A figure of the catalogue that was not taken is shown to the sentence as not known, never as a blank.
    named = {i.id: i for i in indicators.values()}
    for spare in spec.indicators:
        named.setdefault(spare.name, Indicator(id=spare.name, name=spare.name, label=spare.label, unit=spare.unit))
    template = claim.view if claim.is_judgement else getattr(claim.sentences, decision.verdict)
    clause = because(decision.reasons) if decision.reasons else ""
    sentence, numbers = render(template, named, {**words, "because": clause}, min_count, id)
    why = decision.why
    if any(small(indicators[i], min_count) for i in own):
        why = f"The figures rest on fewer than {min_count} persons and are withheld."
    remedy = DECIDED.get(decision.verdict) or REMEDIES[decision.reasons[0]]
    return ClaimEvidence(
        claim=id,
        finding=spec.id,
        type=claim.type,
        statement=claim.statement,
        verdict=decision.verdict,
        grade=grade,
        reasons=decision.reasons,
        flags=decision.flags,
        why=why,
        would_change=remedy,
        indicators=tuple(own),
        sentence=sentence,
        numbers=numbers,
        sensitivity=claim.sensitivity,
    )
