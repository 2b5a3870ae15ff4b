"""A force against the others: total over total without the force itself, and the interval of the difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hmic_analysis.comparison.table import Gathered
from hmic_analysis.errors import ParameterError
from hmic_analysis.figures.say import joined
from hmic_analysis.statistics.differences import PooledRate, pooled_rate, proportion_difference, rate_ratio

#: Other forces that a comparator holds at least.
FEWEST = 2
ALL_OTHERS = "all other forces"
CHANCE_ALONE = (
    "The interval allows for chance alone. Forces differ by more than chance, so with many crimes nearly every "
    "difference lies outside it; whether a force stands out is decided by the funnel."
)


@dataclass(frozen=True)
class Against:
    """One force against a group of others.

    Attributes
    ----------
    force : str
    group : str
        Who the others are, in words.
    members : tuple of str
        Forces in the comparator: never the force itself.
    left_out : tuple of str
        Forces of the group without a usable figure.
    pooled : PooledRate
        Total over total of the members; ``value`` in the unit of the figure, NaN with fewer than two members.
    difference, lo, hi : float
        Proportions: the force less the group, in points.  Rates: the force over the group, a ratio.  NaN where
        nothing can be said.
    method : str
        Of the interval; empty where there is none.
    reason : str
        Why there is no comparison; empty where there is one.
    """

    force: str
    group: str
    members: tuple[str, ...]
    left_out: tuple[str, ...]
    pooled: PooledRate
    difference: float
    lo: float
    hi: float
    method: str
    reason: str = ""


def pool(gathered: Gathered, leave_out: str = "") -> PooledRate:
    """The figure of all compared forces together: total over total, never a mean of forces.

    Parameters
    ----------
    gathered : Gathered
    leave_out : str
        Slug of the force that is to be set against it.

    Returns
    -------
    PooledRate
        ``value`` in the unit of the figure; NaN where the figures can't be pooled or no force remains.
    """
    used = gathered.used
    if gathered.kind == "plain":
        return PooledRate(math.nan, math.nan, math.nan, 0)
    used = used[used["force"] != leave_out]
    found = pooled_rate(used["numerator"], used["denominator"])
    return found._replace(value=found.value * gathered.multiplier)


def against(
    gathered: Gathered, force: str, members: Sequence[str] | None = None, group: str = "", confidence: float = 0.95
) -> Against:
    """Set one force against a group of others as two samples.

    Parameters
    ----------
    gathered : Gathered
    force : str
        Slug.
    members : sequence of str, optional
        Slugs of the group; by default all other forces.  The force itself is taken out of it.
    group : str
        Who they are, in words.
    confidence : float
        Level of the interval, between 0 and 1.

    Returns
    -------
    Against

    Raises
    ------
    ParameterError
        If the force is not in the table.

    Notes
    -----
    Proportions: Newcombe's interval of the difference; rates: exact conditional interval of the ratio
    (:mod:`hmic_analysis.statistics.differences`).  A comparator that held the force itself would pull its difference
    towards nothing.
    """
    table = gathered.forces
    if force not in set(table["force"]):
        raise ParameterError(f"'{force}' is not among the forces of this comparison.")
    wanted = [f for f in (table["force"] if members is None else members) if f != force]
    usable = set(gathered.used["force"])
    inside = tuple(f for f in wanted if f in usable)
    outside = tuple(f for f in wanted if f not in usable)
    # The total of a single other force would be that force's own figure.
    pooled = pool(gathered.only(inside if len(inside) >= FEWEST else ()))
    group = group or (ALL_OTHERS if members is None else joined([*wanted]) if wanted else "no other forces")
    own = table[table["force"] == force].iloc[0]
    reason = _reason(gathered, own["status"], own["reason"], inside)
    nothing = (math.nan, math.nan, math.nan, "")
    estimate = nothing if reason else _difference(gathered, own, pooled, confidence)
    return Against(force, group, inside, outside, pooled, *estimate, reason)


def _reason(gathered: Gathered, status: str, why: str, inside: Sequence[str]) -> str:
    if status != "value":
        return why or "The force has no figure."
    if len(inside) < FEWEST:
        return f"{'One' if inside else 'No'} other force of the group has a figure; a comparator needs {FEWEST}."
    if gathered.kind == "plain":
        return f"{gathered.label} can't be pooled: a total over a total doesn't exist for it."
    return ""


def _difference(gathered: Gathered, own, pooled: PooledRate, confidence: float) -> tuple[float, float, float, str]:
    level = f"{100 * confidence:g}%"
    if gathered.kind == "proportion":
        found = proportion_difference(
            own["numerator"], own["denominator"], pooled.numerator, pooled.denominator, confidence
        )
        return 100 * found.estimate, 100 * found.lo, 100 * found.hi, f"Newcombe {level}"
    if gathered.kind == "rate":
        ratio = rate_ratio(own["numerator"], own["denominator"], pooled.numerator, pooled.denominator, confidence)
        return ratio.estimate, ratio.lo, ratio.hi, f"exact conditional {level}"
    return own["value"] - pooled.value, math.nan, math.nan, ""
