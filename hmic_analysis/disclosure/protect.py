"""The rules of disclosure: levels of sensitivity, and which counts must go with the small ones."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, get_args

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from hmic_analysis.evidence.model import Bundle, Indicator, Sensitivity
from hmic_analysis.params.models import Disclosure, Params

# --------------------------------------------------------------------------------------------------------------------
# Levels of sensitivity: what is made from several things has the highest of theirs.

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

    Gives an indicator may be seen by whoever sees a claim that rests on it, so it has the lowest of those claims'
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


# --------------------------------------------------------------------------------------------------------------------
# The rules of disclosure as the parameters give them.


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
    audiences: tuple[Audience, ...] = ("force", "public")
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
        min_count=given.min_count,
        marker=given.marker,
        audiences=given.audiences,
        persons=frozenset(given.persons),
    )


# --------------------------------------------------------------------------------------------------------------------
# Counts that add up to each other: which further ones must go with the small ones, and what a reader could work out.
#
# The counts are integers x >= 0 with linear relations A x = b between them. A reader is granted more than any has: he
# knows every number that is published, the rule, and of every count withheld whether it went for being small (1 to
# ``min_count - 1``) or only to protect another (``min_count`` or more). A small count is protected if even so none of
# the values 1 to ``min_count - 1`` can be excluded.


@dataclass(frozen=True)
class Counts:
    """Counts and what is known of how they hang together.

    Attributes
    ----------
    values : numpy.ndarray of int
        True values, n of them.
    relations : numpy.ndarray
        r x n; ``relations @ values`` is known to the reader.
    units : tuple of int
        Of each count the unit it belongs to; the counts of a unit are published or withheld together.
    costs : tuple of float
        Of each unit what is lost by withholding it; ``inf``: it can't be withheld.
    """

    values: np.ndarray
    relations: np.ndarray
    units: tuple[int, ...]
    costs: tuple[float, ...]

    def small(self, min_count: int) -> np.ndarray:
        """Which counts are small."""
        return (self.values > 0) & (self.values < min_count)

    def hidden(self, withheld: Sequence[bool]) -> np.ndarray:
        """Which counts are withheld, where units are."""
        return np.asarray(withheld, dtype=bool)[np.asarray(self.units, dtype=int)]


def protect(counts: Counts, min_count: int) -> tuple[bool, ...] | None:
    """The units to withhold: those that hold a small count, and the least costly that protect them.

    Of each unit whether it is withheld; None where no choice protects every small count.
    """
    small = counts.small(min_count)
    withheld = np.zeros(len(counts.costs), dtype=bool)
    withheld[np.asarray(counts.units, dtype=int)[small]] = True
    if np.isinf(np.asarray(counts.costs)[withheld]).any():
        return None
    # Withholding more never narrows what a reader can exclude, so what is protected stays protected.
    for target in np.flatnonzero(small):
        more = _complement(counts, withheld, int(target), min_count)
        if more is None:
            return None
        withheld |= more
    return tuple(bool(w) for w in withheld)


def _complement(counts: Counts, withheld: np.ndarray, target: int, min_count: int) -> np.ndarray | None:
    """The units that must go besides those withheld, so that ``target`` could be 1 as well as ``min_count - 1``.

    Two other tables are sought at once, y1 and y2 as departures from the true one, that agree with every relation and
    differ from it only in counts withheld; z says which units are withheld in addition.
    """
    n, units = len(counts.values), len(counts.costs)
    low, high = _room(counts, min_count)
    ends = (1 - counts.values[target], min_count - 1 - counts.values[target])
    lower, upper = np.tile(low, 2), np.tile(high, 2)
    for copy, end in enumerate(ends):
        lower[copy * n + target] = upper[copy * n + target] = end
    costs = np.asarray(counts.costs, dtype=float)
    free = withheld[np.asarray(counts.units, dtype=int)]
    relations = np.asarray(counts.relations, dtype=float)
    zeros = np.zeros_like(relations)
    constraints = [
        LinearConstraint(np.hstack([relations, zeros, np.zeros((len(relations), units))]), 0, 0),
        LinearConstraint(np.hstack([zeros, relations, np.zeros((len(relations), units))]), 0, 0),
    ]
    for v in np.flatnonzero(~free):
        for copy in range(2):
            row = np.zeros(2 * n + units)
            row[copy * n + v], row[2 * n + counts.units[v]] = 1, -upper[copy * n + v]
            constraints.append(LinearConstraint(row, -np.inf, 0))
            row = np.zeros(2 * n + units)
            row[copy * n + v], row[2 * n + counts.units[v]] = 1, -lower[copy * n + v]
            constraints.append(LinearConstraint(row, 0, np.inf))
    found = milp(
        c=np.concatenate([np.zeros(2 * n), np.where(withheld | np.isinf(costs), 0, costs)]),
        constraints=constraints,
        bounds=Bounds(
            np.concatenate([lower, np.zeros(units)]), np.concatenate([upper, np.where(np.isinf(costs), 0, 1)])
        ),
        integrality=np.ones(2 * n + units),
    )
    return None if found.x is None else found.x[2 * n :] > 0.5


def _room(counts: Counts, min_count: int) -> tuple[np.ndarray, np.ndarray]:
    """How far each count may depart from its true value: small ones stay small, others don't become small.

    What is zero stays zero, since zeros are never withheld for themselves.
    """
    values, small = counts.values.astype(float), counts.small(min_count)
    far = float(values.sum()) + min_count
    low = np.where(small, 1 - values, np.where(values == 0, 0, min_count - values))
    high = np.where(small, min_count - 1 - values, np.where(values == 0, 0, far))
    return low, high


@dataclass(frozen=True)
class Reading:
    """What a reader knows of counts, without knowing the counts.

    Attributes
    ----------
    low, high : numpy.ndarray
        Bounds of each count; equal where it is published, ``inf`` where it has none.
    relations : numpy.ndarray
        r x n.
    least, most : numpy.ndarray
        Bounds of ``relations @ counts``, r of each.
    """

    low: np.ndarray
    high: np.ndarray
    relations: np.ndarray
    least: np.ndarray
    most: np.ndarray

    def interval(self, target: int) -> tuple[float, float] | None:
        """The least and the greatest integer that a count can be; None where what is published contradicts itself.

        ``inf`` where nothing bounds it from above.
        """
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(self.low))
            goal[target] = sign
            rows = LinearConstraint(self.relations, self.least, self.most) if len(self.relations) else ()
            found = milp(goal, constraints=rows, bounds=Bounds(self.low, self.high), integrality=np.ones(len(goal)))
            if found.status == 2:
                return None
            ends.append(np.inf if found.x is None else float(round(found.x[target])))
        return ends[0], ends[1]


# --------------------------------------------------------------------------------------------------------------------
# Counts behind a rounded percentage.

#: A percentage as :func:`hmic_analysis.evidence.wording.say_value` and the figures print it.
PERCENT = re.compile(r"^(less than |more than |[<>] ?)?(\d+(?:\.\d+)?)\s*%$", re.IGNORECASE)
_SIDE = re.compile(r"^(less than |more than |[<>] ?)", re.IGNORECASE)


def counts_behind(printed: str, denominator: int) -> list[int]:
    """The counts that a percentage, as printed, can stand for.

    In rising order; empty if none gives that percentage.  Percentages short of 100 are not printed as 100, nor
    those above 0 as 0, as :func:`hmic_analysis.evidence.wording.say_value` does it.
    """
    match = _SIDE.match(printed.strip())
    side = match[0].strip().casefold() if match else ""
    value = Decimal(printed.strip()[len(match[0]) if match else 0 :].rstrip("% ").replace(",", ""))
    half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
    # Halves are rounded either way, by the machine's binary fractions, so both ends belong to it.
    low, high = value - half, value + half
    if side in ("less than", "<"):
        low, high = Decimal(0), half
    elif side in ("more than", ">"):
        low, high = 100 - half, Decimal(100)
    first, last = math.ceil(low * denominator / 100), math.floor(high * denominator / 100)
    found = range(max(first, 0), min(last, denominator) + 1)
    return [k for k in found if (k == 0) == (value == 0) and (k == denominator) == (value == 100)]
