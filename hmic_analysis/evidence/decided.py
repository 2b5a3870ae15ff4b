"""A decision, its grade and its sentence put together into one claim's evidence."""

from __future__ import annotations

from collections.abc import Sequence

from hmic_analysis.evidence.grades import hold_to_grade
from hmic_analysis.evidence.model import ClaimEvidence, Grade, because
from hmic_analysis.evidence.paragraphs import Facts, alone
from hmic_analysis.evidence.verdicts import Decision
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
    "between_thresholds": "Another wording of the statement.",
    "uncorroborated": "A second kind of evidence.",
    "comparators_missing": "The same fact for the other forces.",
    "source_cannot_tell": "Data of another kind.",
    "references_dont_match": "Tables whose references are written alike.",
    "stale": "Dated work since then.",
    "not_dated": "A dated record of the work.",
    "in_part": "Another wording, or a record of the part that is missing.",
    "no_look_back": "Crimes and incidents of the year before the period, with references of victims.",
    "part_of_the_period": "The records of the months that are missing.",
    "rows_set_aside": "The records that were kept aside, put right by the force.",
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
    facts: Facts,
    records_of: str = "",
    months: str = "",
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
    facts : Facts
        Figures of the finding, values they are held against, and words.
    records_of : str
        The months whose records it rests on, where these are not the whole period.
    months : str
        The months that were supplied, where they are a part of the period.

    Returns
    -------
    ClaimEvidence

    Raises
    ------
    ParameterError
        If its sentence can't be filled.
    """
    claim = spec.claims[id]
    decision = hold_to_grade(decision, grade, claim.type)
    if claim.is_judgement:
        decision = Decision("not_determinable", ("judgement",), decision.flags, decision.why)
    is_open = decision.verdict == "not_determinable"
    clause = because(decision.reasons, {"part_of_the_period": months}) if is_open else ""
    remedy = DECIDED.get(decision.verdict) or REMEDIES[decision.reasons[0]]
    evidence = ClaimEvidence(
        claim=id,
        finding=spec.id,
        type=claim.type,
        statement=claim.statement,
        verdict=decision.verdict,
        grade=grade,
        reasons=decision.reasons,
        flags=decision.flags,
        because=clause,
        records_of="" if is_open else records_of,
        why=decision.why,
        would_change=remedy,
        indicators=tuple(own),
        sensitivity=claim.sensitivity,
    )
    if claim.is_judgement:
        return evidence.model_copy(update={"sentence": claim.view})
    said = alone(spec, evidence, facts)
    return evidence.model_copy(update={"sentence": said.text, "numbers": said.numbers})
