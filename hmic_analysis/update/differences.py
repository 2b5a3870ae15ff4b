"""The difference of one figure between two runs, with an interval where there is a method for it.

Proportions have Newcombe's interval and rates the exact conditional interval of their ratio; both need two separate
sets of units.  For the difference of medians, means, indices and plain counts no method is chosen, so none is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.wording import COUNTS, say_value
from hmic_analysis.statistics.differences import proportion_difference, rate_ratio

NEWCOMBE = "Newcombe's interval of the difference of two proportions"
CONDITIONAL = "exact conditional interval of the ratio of two rates"
SAME_UNITS = "both figures are of the same records and period, so chance between two samples has no part in it"
STOCK = "both figures count a stock on one day, and many of those counted may be the same"
SAMPLES = ("random_sample",)
#: A window that is one day: the figure counts what was there, not what happened.
_DAY = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")


@dataclass(frozen=True)
class Change:
    """One figure in two runs.

    Attributes
    ----------
    id, label, unit : str
    before, after : Indicator or None
        None where that run has no such figure.
    withheld : bool
        Whether either figure is, or rests on, a small count of persons: then no difference is given.
    difference : float or None
        Second minus first, in the unit of the figure; percentage points for percentages.
    kind : str
        What ``lo`` and ``hi`` are limits of: ``difference``, ``ratio``, or empty.
    lo, hi : float or None
    method : str
        How the interval was made, or why there is none.
    """

    id: str
    label: str
    unit: str
    before: Indicator | None
    after: Indicator | None
    withheld: bool = False
    difference: float | None = None
    kind: str = ""
    ratio: float | None = None
    lo: float | None = None
    hi: float | None = None
    method: str = ""

    @property
    def changed(self) -> bool:
        """Whether the figure is another one."""
        then, now = (x.value if x is not None else None for x in (self.before, self.after))
        return then != now

    def words(self) -> str:
        """``-3.1 points (95% interval -4.0 to -2.2 points)``."""
        if self.withheld:
            return "withheld"
        if self.difference is None:
            return "not available"
        unit = "points" if self.unit == "%" else self.unit
        text = _signed(self.difference, unit)
        if self.kind == "difference" and self.lo is not None and self.hi is not None:
            text += f" (interval {_signed(self.lo, unit)} to {_signed(self.hi, unit)})"
        if self.kind == "ratio" and self.ratio is not None and self.lo is not None and self.hi is not None:
            text += f"; ratio {self.ratio:.2f} (interval {self.lo:.2f} to {self.hi:.2f})"
        return text


def change_of(before: Indicator | None, after: Indicator | None, confidence: float, withheld: bool = False) -> Change:
    """What became of a figure from one run to the next.

    Parameters
    ----------
    before, after : Indicator or None
        The figure of either run; not both None.
    confidence : float
        Level of the interval in per cent.
    withheld : bool
        Whether either figure is withheld for resting on few persons: then every difference to it is too.

    Returns
    -------
    Change
    """
    known = after if after is not None else before
    assert known is not None
    about = (known.id, known.label, known.unit, before, after)
    if withheld:
        return Change(*about, withheld=True, method="a figure rests on few persons, or would give such a count away")
    if before is None or after is None or before.value is None or after.value is None:
        missing, one = ("first", before) if before is None or before.value is None else ("second", after)
        why = f": {one.note.rstrip('.')}" if one is not None and one.note else ""
        return Change(*about, method=f"the {missing} run has no such figure{why}")
    if before.unit != after.unit:
        return Change(*about, method=f"the unit is another one: {before.unit} before, {after.unit} after")
    difference = after.value - before.value
    reason = _no_interval(before, after)
    if reason:
        return Change(*about, difference=difference, method=reason)
    if before.unit == "%":
        found = proportion_difference(
            after.numerator, after.denominator, before.numerator, before.denominator, confidence / 100
        )
        limits = {"kind": "difference", "lo": 100 * found.lo, "hi": 100 * found.hi}
        method = f"{NEWCOMBE}, {confidence:g}%"
        if any(_DAY.fullmatch(one.window) for one in (before, after)):
            method += f"; {STOCK}, so it is likely wider than it need be"
        return Change(*about, difference=difference, **limits, method=method)
    ratio = rate_ratio(after.numerator, after.denominator, before.numerator, before.denominator, confidence / 100)
    if not ratio.hi < float("inf"):
        return Change(*about, difference=difference, method="there was nothing to count in one of the two runs")
    limits = {"kind": "ratio", "ratio": ratio.estimate, "lo": ratio.lo, "hi": ratio.hi}
    return Change(*about, difference=difference, **limits, method=f"{CONDITIONAL}, {confidence:g}%")


def _no_interval(before: Indicator, after: Indicator) -> str:
    """Why the difference has no interval; empty where it can have one."""
    unit = before.unit
    if unit in COUNTS:
        return "no interval: a count of its own has no method chosen"
    if unit != "%" and not unit.startswith("per "):
        return f"no interval: none is given for the difference of two figures in {unit or 'this unit'}"
    if before.window == after.window and not (before.basis in SAMPLES and after.basis in SAMPLES):
        return f"no interval: {SAME_UNITS}"
    if unit != "%" and any(_DAY.fullmatch(one.window) for one in (before, after)):
        return f"no interval: {STOCK}"
    for one in (before, after):
        if not _counted(one):
            return "no interval: the figure is not a plain count over a count"
    return ""


def _counted(one: Indicator) -> bool:
    """Whether the figure is a whole number of units out of, or over, its denominator."""
    x, n = one.numerator, one.denominator
    if one.value is None or x is None or n is None or n <= 0 or x < 0 or x != int(x):
        return False
    if one.unit == "%":
        return x <= n and n == int(n) and abs(one.value - 100 * x / n) < 1e-6 * max(1.0, abs(one.value))
    return one.value * x >= 0


def _signed(value: float, unit: str) -> str:
    """A difference with its sign; zero has none."""
    text = say_value(abs(value), unit)
    zero = not any(c in "123456789" for c in text)
    return text if zero else f"{'+' if value > 0 else '-'}{text}"
