"""The rules that turn figures into a verdict on the truth of a sentence.

A verdict never says whether a force is good.  Each rule is a pure function from figures to a :class:`Decision`;
thresholds come from the parameter files.  Percentages are in per cent.
"""

from __future__ import annotations

from dataclasses import dataclass

from hmic_analysis.evidence.model import Indicator, Verdict
from hmic_analysis.statistics.intervals import proportion_interval

#: Sampled evidence is widened by its interval before it is held against a threshold; a full count is not.
SAMPLED = ("random_sample", "purposive_sample")


@dataclass(frozen=True)
class Decision:
    """A verdict with its reasons.

    Parameters
    ----------
    verdict : str
        ``supported``, ``contradicted`` or ``not_determinable``.
    reasons : tuple of str
        Codes of :mod:`hmic_analysis.evidence.reasons`.
    flags : tuple of str
        ``wording_mismatch``, ``policy_practice_gap``, ``bulk_updates``, ``time_limited`` or ``closed_since``.
    why : str
        The rule with the figures put in.
    """

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    why: str = ""

    def flagged(self, *flags: str) -> Decision:
        """The same decision with more flags."""
        return Decision(self.verdict, self.reasons, tuple(dict.fromkeys((*self.flags, *flags))), self.why)


def undecided(*reasons: str, why: str = "", flags: tuple[str, ...] = ()) -> Decision:
    """``not_determinable`` for the given reasons."""
    return Decision("not_determinable", reasons, flags, why)


def decision_bounds(indicator: Indicator, confidence: float = 0.95) -> tuple[float, float]:
    """The lowest and highest value that a percentage can honestly have.

    Parameters
    ----------
    indicator : Indicator
        A percentage with numerator, denominator and unknowns.
    confidence : float
        Two-sided level of the interval.

    Returns
    -------
    tuple of float
        Per cent.  Unknowns counted as failures, as successes; for a sample each of the two widened by Wilson.

    Notes
    -----
    Every unknown is counted first as a failure and then as a success, so no assumption about them is made.
    """
    x, known, unknown = indicator.numerator or 0, indicator.denominator or 0, indicator.unknown
    n = known + unknown
    if n == 0:
        return (0.0, 100.0)
    if indicator.basis in SAMPLED:
        lo = proportion_interval(x, n, confidence).lo
        hi = proportion_interval(x + unknown, n, confidence).hi
    else:
        lo, hi = x / n, (x + unknown) / n
    return (100 * lo, 100 * hi)


def at_least(
    indicator: Indicator | None,
    supported: float,
    contradicted: float | None = None,
    min_n: int = 1,
    confidence: float = 0.95,
) -> Decision:
    """A sentence that says "at least so many per cent".

    Parameters
    ----------
    indicator : Indicator or None
        A percentage; None if it could not be computed.
    supported : float
        Per cent: the sentence is true when the lower bound reaches it.
    contradicted : float, optional
        Per cent: the sentence is false when the upper bound stays below it; by default the same threshold.
    min_n : int
        Fewer units decide nothing.
    confidence : float
        Level of the interval of a sample.

    Returns
    -------
    Decision
        ``wording_mismatch`` is flagged when the figure surely lies between the two thresholds.
    """
    contradicted = supported if contradicted is None else contradicted
    untestable = _untestable(indicator, min_n)
    if untestable is not None:
        return untestable
    lo, hi = decision_bounds(indicator, confidence)
    why = f"{indicator.label}: {_range(indicator, lo, hi)}; test: at least {supported:g}%"
    why += f", contradicted below {contradicted:g}%." if contradicted != supported else "."
    if lo >= supported:
        return Decision("supported", why=why)
    if hi < contradicted:
        return Decision("contradicted", why=why)
    return _between(indicator, lo, hi, contradicted, supported, why)


def at_most(
    indicator: Indicator | None,
    supported: float,
    contradicted: float | None = None,
    min_n: int = 1,
    confidence: float = 0.95,
) -> Decision:
    """A sentence that says "at most so many per cent": the mirror of :func:`at_least`.

    Parameters
    ----------
    indicator : Indicator or None
        A percentage; None if it could not be computed.
    supported : float
        Per cent: true when the upper bound does not exceed it.
    contradicted : float, optional
        Per cent: false when the lower bound exceeds it; by default the same threshold.
    min_n : int
        Fewer units decide nothing.
    confidence : float
        Level of the interval of a sample.

    Returns
    -------
    Decision
    """
    contradicted = supported if contradicted is None else contradicted
    untestable = _untestable(indicator, min_n)
    if untestable is not None:
        return untestable
    lo, hi = decision_bounds(indicator, confidence)
    why = f"{indicator.label}: {_range(indicator, lo, hi)}; test: at most {supported:g}%"
    why += f", contradicted above {contradicted:g}%." if contradicted != supported else "."
    if hi <= supported:
        return Decision("supported", why=why)
    if lo > contradicted:
        return Decision("contradicted", why=why)
    return _between(indicator, lo, hi, supported, contradicted, why)


def _untestable(indicator: Indicator | None, min_n: int) -> Decision | None:
    """Why a percentage can't be held against any threshold; None if it can."""
    if indicator is None or indicator.value is None:
        return undecided("no_data", why="There is no figure to test.")
    n = (indicator.denominator or 0) + indicator.unknown
    if n < min_n:
        return undecided("small_n", why=f"{indicator.label}: {n:,.0f} cases, fewer than {min_n}.")
    return None


def _between(indicator: Indicator, lo: float, hi: float, low: float, high: float, why: str) -> Decision:
    """Neither: say whether the fact lies between two thresholds, or the data are too weak to tell."""
    if low < high and lo >= low and hi < high:
        return undecided("between_thresholds", why=why, flags=("wording_mismatch",))
    if indicator.basis in SAMPLED:
        return undecided("interval_spans_threshold", why=why)
    return undecided("missing_spans_threshold" if indicator.unknown else "between_thresholds", why=why)


def all_of(*decisions: Decision) -> Decision:
    """A sentence that is true when each of its parts is.

    Parameters
    ----------
    *decisions : Decision
        The parts, at least one.

    Returns
    -------
    Decision
        ``contradicted`` when any part is, ``supported`` when all are, else ``not_determinable``; reasons of the
        parts that decided it.

    Raises
    ------
    ValueError
        If there are no parts.
    """
    if not decisions:
        raise ValueError("A sentence needs at least one part.")
    why = " ".join(d.why for d in decisions if d.why)
    verdicts = {d.verdict for d in decisions}
    verdict: Verdict = (
        "contradicted"
        if "contradicted" in verdicts
        else "not_determinable"
        if "not_determinable" in verdicts
        else "supported"
    )
    deciding = [d for d in decisions if d.verdict == verdict]
    reasons = tuple(dict.fromkeys(r for d in deciding for r in d.reasons))
    # Where one part refutes the sentence, another part's half-truth is no matter of wording.
    half = () if verdict == "not_determinable" else ("wording_mismatch",)
    flags = tuple(dict.fromkeys(f for d in decisions for f in d.flags if f not in half))
    return Decision(verdict, reasons, flags, why)


def _range(indicator: Indicator, lo: float, hi: float) -> str:
    value = f"{indicator.value:.1f}%"
    return value if abs(hi - lo) < 0.05 else f"{value} (between {lo:.1f}% and {hi:.1f}%)"
