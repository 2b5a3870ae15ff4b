"""Why a claim could not be decided, or was decided as it was: codes, and their words for people."""

from __future__ import annotations

#: Code -> clause that completes "... could not be decided because ...".
REASONS: dict[str, str] = {
    "no_data": "no data that bear on it were supplied",
    "small_n": "too few cases were supplied to decide it",
    "not_requested": "the data were not requested from the force",
    "not_yet_received": "the data requested from the force have not been received",
    "nil_return_refused": "the force declined to supply the data",
    "nil_return_unable": "the force answered that it is unable to supply the data",
    "provided_partial": "the force supplied the data only in part",
    "no_stated_value": "the force supplied records but stated no figure of its own",
    "not_reproduced": "the figure the force stated could not be reproduced from its records",
    "register_undeclared": "the force has not declared its register of documents complete",
    "records_undeclared": "the force has not declared these records complete",
    "interval_spans_threshold": "the sample is too small to place the figure on either side of the test",
    "missing_spans_threshold": "the records whose state is unknown could turn the result either way",
    "between_thresholds": "the figure lies between the level that would support the statement and the level that "
    "would contradict it",
    "uncorroborated": "it rests on one document or statement that nothing else bears out",
    "comparators_missing": "it compares the force with the other forces, and too few of those are known",
    "source_cannot_tell": "the data supplied cannot show it",
    "stale": "the latest dated work on it is too old",
    "not_dated": "no dated work on it was supplied",
    "in_part": "only a part of what the statement says is on record",
    "no_look_back": "the records do not reach back over the year before the period, so nobody can tell who is a repeat "
    "victim",
    "no_statement": "the force has made no statement about it",
    "sources_conflict": "what the force states and its own records contradict each other",
    "judgement": "it is the inspectors' view and is not tested against data",
}


def because(reasons: tuple[str, ...]) -> str:
    """The clause for the first reasons, joined.

    Parameters
    ----------
    reasons : tuple of str
        Codes of :data:`REASONS`.

    Returns
    -------
    str
        Lower case, without a full stop; at most the two most telling reasons.

    Raises
    ------
    KeyError
        If a code is not known.
    """
    clauses = [REASONS[r] for r in dict.fromkeys(reasons)]
    return ", and ".join(clauses[:2])
