"""What the verdict on each claim should be, from the facts and the true figures alone."""

from __future__ import annotations

from typing import Any

from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.topics import topics


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The intended verdict on each claim, with no measuring code in use.

    Parameters
    ----------
    facts : Facts
    values : dict
        True figures, per cent and counts; with the figures that the force states under ``stated``.

    Returns
    -------
    dict of str to dict
        By claim: ``verdict`` and ``because``.
    """
    found = {}
    for topic in topics():
        if topic.verdicts is not None:
            found |= topic.verdicts(facts, values)
    return {claim: {"verdict": verdict, "because": because} for claim, (verdict, because) in found.items()}
