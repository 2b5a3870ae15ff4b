"""Why claims were left undecided, in few groups: a reason that one or two forces have would be withheld anyway."""

from __future__ import annotations

from collections.abc import Sequence

#: Group -> what it means, to complete "... could not be decided because ...".
GROUPS: dict[str, str] = {
    "no_data": "no data that bear on it had been supplied or asked for",
    "unable": "the force answered that it could not, or would not, supply the data",
    "silent": "what was supplied cannot show it, shows only a part of it, or is contradicted by other records",
    "few_or_unknown": "too few cases, or too many whose state is unknown, leave the result open",
    "between": "the figure lies between the tests that would support and contradict the statement",
}
TITLES: dict[str, str] = {
    "no_data": "No data",
    "unable": "Unable or declined",
    "silent": "Data cannot show it",
    "few_or_unknown": "Too few or unknown cases",
    "between": "Between the tests",
}
_CODES = {
    "no_data": "no_data",
    "not_requested": "no_data",
    "not_yet_received": "no_data",
    "no_statement": "no_data",
    "nil_return_unable": "unable",
    "nil_return_refused": "unable",
    "no_stated_value": "unable",
    "small_n": "few_or_unknown",
    "interval_spans_threshold": "few_or_unknown",
    "missing_spans_threshold": "few_or_unknown",
    "between_thresholds": "between",
}


def group_of(codes: Sequence[str]) -> str:
    """The group of the most telling reason.

    Parameters
    ----------
    codes : sequence of str
        Codes of :data:`hmic_analysis.evidence.reasons.REASONS`, most telling first.

    Returns
    -------
    str
        A key of :data:`GROUPS`; ``silent`` for every reason that speaks of what the data hold, and for none.
    """
    return _CODES.get(codes[0], "silent") if codes else "silent"
