"""Which indicators of a bundle are withheld: those on small counts of persons, and those that would give them away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hmic_analysis.disclosure.rules import DisclosureRules
from hmic_analysis.disclosure.solver import Counts, protect
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.wording import COUNTS

#: A total is worth more than any of its parts.
TOTAL_COST = 1000.0


@dataclass(frozen=True)
class Withheld:
    """What is withheld of a bundle's indicators.

    Attributes
    ----------
    figures : frozenset of str
        Ids of indicators of which no number is shown.
    unknowns : frozenset of str
        Ids of those of which the number of unknown cases is not shown, nor the bounds that rest on it.
    small : frozenset of str
        Those of ``figures`` that rest on a small count themselves; the others only protect one.
    """

    figures: frozenset[str] = frozenset()
    unknowns: frozenset[str] = frozenset()
    small: frozenset[str] = frozenset()

    @property
    def any(self) -> bool:
        """Whether anything is withheld."""
        return bool(self.figures or self.unknowns)


def parts(indicator: Indicator) -> tuple[int, ...]:
    """The counts of persons that an indicator is made of, whole numbers of 0 or more.

    Parameters
    ----------
    indicator : Indicator

    Returns
    -------
    tuple of int
        Of a percentage those counted and those not (its denominator is both together); of a count itself; of a rate
        its numerator, for what it is set against aren't persons; of a median those it was taken over.  Empty where
        nothing was counted.
    """
    yes, of = indicator.numerator, indicator.denominator
    if indicator.unit in COUNTS:
        found = (indicator.value,)
    elif indicator.unit == "%" and yes is not None and of is not None:
        found = (yes, of - yes)
    elif yes is not None:
        found = (yes,)
    else:
        found = (of,)
    # Amounts that aren't whole, such as hours, are no counts.
    return tuple(int(v) for v in found if v is not None and v >= 0 and float(v).is_integer())


def withheld(indicators: Sequence[Indicator], rules: DisclosureRules) -> Withheld:
    """What of these indicators may not be shown.

    Parameters
    ----------
    indicators : sequence of Indicator
        All that are published together: those of one finding of one force.
    rules : DisclosureRules

    Returns
    -------
    Withheld
    """
    persons = [i for i in indicators if rules.counts_persons(i)]
    small = {i.id for i in persons if any(map(rules.is_small, parts(i)))}
    hidden = set(small)
    unknowns = {i.id for i in persons if rules.is_small(i.unknown)}
    for family in _families(persons).values():
        hidden |= _complements(family, [parts(i) for i in family], hidden, rules)
        unknowns |= _complements(family, [_unknown(i) for i in family], unknowns, rules)
    hidden |= _derivable(persons, hidden, unknowns)
    return Withheld(frozenset(hidden), frozenset(unknowns), frozenset(small))


def _unknown(indicator: Indicator) -> tuple[int, ...]:
    return (int(indicator.unknown),) if float(indicator.unknown).is_integer() else ()


def _families(persons: Sequence[Indicator]) -> dict[str, list[Indicator]]:
    """Indicators of one name: the total and its strata."""
    families = defaultdict(list)
    for indicator in persons:
        families[indicator.name].append(indicator)
    return families


def _complements(
    family: Sequence[Indicator], counts: Sequence[tuple[int, ...]], hidden: set[str], rules: DisclosureRules
) -> set[str]:
    """Members of a family that must go with those hidden, for its strata add up to its total."""
    totals = [(i, c) for i, c in zip(family, counts, strict=True) if not i.stratum and c]
    strata = [(i, c) for i, c in zip(family, counts, strict=True) if i.stratum and c]
    ids = {i.id for i, _ in (*totals, *strata)}
    if len(totals) != 1 or not strata or not ids & hidden:
        return set()
    (total, whole), width = totals[0], len(totals[0][1])
    if any(len(c) != width for _, c in strata) or [sum(c) for c in zip(*(c for _, c in strata), strict=True)] != [
        *whole
    ]:
        return set()
    members = [*strata, (total, whole)]
    values = np.array([v for _, c in members for v in c])
    relations = np.zeros((width, len(values)))
    for k in range(width):
        relations[k, k::width] = 1
        relations[k, len(values) - width + k] = -1
    costs = [1.0 + sum(c) for _, c in members]
    costs[-1] *= TOTAL_COST
    units = tuple(m for m, (_, c) in enumerate(members) for _ in c)
    chosen = protect(Counts(values, relations, units, tuple(costs)), rules.min_count)
    if chosen is None:
        return {i.id for i, _ in members}
    return {i.id for (i, _), gone in zip(members, chosen, strict=True) if gone}


def _derivable(persons: Sequence[Indicator], hidden: set[str], unknowns: set[str]) -> set[str]:
    """Indicators that show the very counts of a hidden one under another name, or its bounds."""
    found: set[str] = set()
    shown = [parts(i) for i in persons if i.id in hidden]
    totals = {s[0] for s in shown if len(s) == 1 and s[0] > 0}
    for indicator in persons:
        base = indicator.id.removesuffix("_lo").removesuffix("_hi")
        counts = parts(indicator)
        bound = base != indicator.id and (base in hidden or base in unknowns)
        if bound or (any(counts) and (counts in shown or sum(counts) in totals)):
            found.add(indicator.id)
    return found - hidden
