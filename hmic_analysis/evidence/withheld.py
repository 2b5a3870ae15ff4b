"""Which figures of a bundle are withheld from whom: levels of sensitivity, the rules, and small counts with what
gives them away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from hmic_analysis.evidence.model import Bundle, Indicator, Sensitivity
from hmic_analysis.params.models import Disclosure, Params
from hmic_analysis.statistics.suppression import Counts, protect
from hmic_analysis.words import COUNTS

Audience = Literal["force", "public"]


#: From what anybody may see to what stays inside.
LEVELS: tuple[Sensitivity, ...] = ("public", "force", "restricted")


DECLARATIONS: dict[Sensitivity, str] = {
    "public": "Sensitivity: public. It may be published once the embargo has ended.",
    "force": "Sensitivity: force. For the force it is about and the inspectorate; not for publication.",
    "restricted": "Sensitivity: restricted. Not to leave the inspectorate.",
}


def highest(levels: Iterable[Sensitivity], otherwise: Sensitivity = "restricted") -> Sensitivity:
    """The level of what is made from parts of these levels."""
    return max(levels, key=LEVELS.index, default=otherwise)


def may_see(audience: Audience, level: Sensitivity) -> bool:
    """Whether an audience may see what has this level."""
    return LEVELS.index(level) <= LEVELS.index(audience)


def declaration(level: Sensitivity) -> str:
    """The sentence by which an output declares its level."""
    return DECLARATIONS[level]


def audience_of(word: str) -> Audience:
    """``force`` or ``public`` as an audience; ``ValueError`` for any other word."""
    if word not in get_args(Audience):
        raise ValueError(word)
    return word  # type: ignore[return-value]


def level_of(indicators: Sequence[str], claims: Mapping[str, Any]) -> Sensitivity:
    """The level of what shows these indicators.

    An indicator may be seen by whoever sees a claim that rests on it, so it has the lowest of those claims'
    levels, and what shows several has the highest of them.  One that no claim rests on, or of which it isn't known,
    has the highest of the whole finding.
    """
    whole = highest((c.sensitivity for c in claims.values()), otherwise="force")
    levels = []
    for id in indicators:
        name = id.split("[", 1)[0]
        own = [c.sensitivity for c in claims.values() if name in {i.split("[", 1)[0] for i in c.indicators}]
        levels.append(min(own, key=LEVELS.index, default=whole))
    return highest(levels, otherwise=whole)


@dataclass(frozen=True)
class DisclosureRules:
    """Which counts are withheld, from whom, and what stands in their place.

    Attributes
    ----------
    min_count : int
        Counts of persons above 0 and below it are withheld; 0 or 1: none is.
    marker : str
        What stands in their place in tables.
    audiences : tuple of str
        From whom they are withheld.
    persons : frozenset of str
        Indicators that count persons besides those whose catalogue entry says so.
    """

    min_count: int = 5
    marker: str = "[c]"
    audiences: tuple[Audience, ...] = ("public",)
    persons: frozenset[str] = frozenset()

    @property
    def few(self) -> str:
        """``fewer than 5``."""
        return f"fewer than {self.min_count}"

    @property
    def note(self) -> str:
        """What stands beside a withheld figure; begins with the marker."""
        return f"{self.marker} Withheld: it rests on {self.few} persons, or would give such a count away."

    def is_small(self, count: float | None) -> bool:
        """Whether a count of persons is to be withheld."""
        return count is not None and 0 < count < self.min_count

    def counts_persons(self, indicator: Indicator) -> bool:
        """Whether an indicator counts persons or rests on a count of them."""
        return indicator.about_persons or indicator.name in self.persons

    def apply_to(self, audience: Audience) -> bool:
        """Whether anything is withheld from an audience for being small."""
        return self.min_count > 1 and audience in self.audiences

    def least_for(self, audience: Audience) -> int:
        """``min_count`` where it holds for an audience, else 0: nothing is withheld from it for being small."""
        return self.min_count if self.apply_to(audience) else 0

    def of(self, bundle: Bundle) -> DisclosureRules:
        """These rules for one bundle: a force or a finding may ask for a higher limit, never a lower one."""
        own, _ = bundle.parameters.get("disclosure.min_count", ("0", ""))
        return replace(self, min_count=max(self.min_count, int(float(own))))


def rules_of(params: Params) -> DisclosureRules:
    """The rules of an inspection."""
    return rules_from(params.inspection.disclosure)


def rules_from(given: Disclosure) -> DisclosureRules:
    """The rules as one finding of one force has them."""
    return DisclosureRules(
        min_count=given.min_count, marker=given.marker, audiences=given.audiences, persons=frozenset(given.persons)
    )


#: A total is worth more than any of its parts.
FIGURE_TOTAL_COST = 1000.0


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

    Of a percentage those counted and those not (its denominator is both together); of a count itself; of a rate its
    numerator, for what it is set against aren't persons; of a median those it was taken over.  Empty where nothing
    was counted.
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
    """What of these indicators may not be shown."""
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
    costs[-1] *= FIGURE_TOTAL_COST
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


#: Columns of a chart of shares that an indicator fills: its number and all that surrounds it.
SHARE = ("value", "lo", "hi", "lo_missing", "hi_missing", "n")


BOUNDS = ("lo_missing", "hi_missing", "n")


def drawable(frame: pd.DataFrame, indicators: Sequence[Indicator], rules: DisclosureRules) -> pd.DataFrame:
    """Shares of groups as a chart may draw them.

    The same without the numbers that are withheld.  Where any is, a column ``withheld`` holds the marker in
    its row, and nothing in the others; likewise ``withheld_n`` where only the number of units and the bounds are, since
    few of them are not known.
    """
    hidden = withheld(indicators, rules) if rules.min_count > 1 else Withheld()
    gone, bounds = frame["group"].isin(hidden.figures), frame["group"].isin(hidden.unknowns)
    out = frame.copy()
    for column in SHARE:
        out[column] = out[column].mask(gone | bounds if column in BOUNDS else gone)
    if gone.any():
        out["withheld"] = np.where(gone, rules.marker, "")
    if (bounds & ~gone).any():
        out["withheld_n"] = np.where(bounds & ~gone, rules.marker, "")
    return out


def whole(frame: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """A frame of :func:`drawable` with the numbers that it withholds, from the ``shares`` as they are."""
    if "group" not in frame.columns:
        return frame
    known = shares.set_index("group")
    out = frame.drop(columns=["withheld", "withheld_n"], errors="ignore")
    return out.assign(**{c: out["group"].map(known[c]) for c in SHARE if c in out.columns})
