"""The rules that turn figures, documents, requests and samples into a verdict, and the grade of the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hmic_analysis.evidence.model import REASONS, SAMPLES, Grade, Indicator, Verdict
from hmic_analysis.measures.base import Share
from hmic_analysis.measures.registers import UNDATED, UNREADABLE
from hmic_analysis.params.models import Quantifier
from hmic_analysis.statistics.differences import chance_behind
from hmic_analysis.statistics.intervals import CONFIDENCE, sample_interval

# The rules that turn figures into a verdict on the truth of a sentence.
#
# A verdict never says whether a force is good. Each rule is a pure function from figures to a :class:`Decision`;
# thresholds come from the parameter files. Percentages are in per cent.
#
# Sampled evidence is widened by its interval before it is held against a threshold; a full count is not.


@dataclass(frozen=True)
class Decision:
    """A verdict with its reasons.

    Parameters
    ----------
    verdict : str
        ``supported``, ``contradicted`` or ``not_determinable``.
    reasons : tuple of str
        Codes of :mod:`hmic_analysis.evidence.model`.
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


def decision_bounds(indicator: Indicator) -> tuple[float, float]:
    """The lowest and highest value that a percentage can honestly have.

    Parameters
    ----------
    indicator : Indicator
        A percentage with numerator, denominator and unknowns.

    Returns
    -------
    tuple of float
        Per cent.  Unknowns counted as failures, as successes; for a sample each of the two widened by the exact
        interval, which is the one that is printed.

    Notes
    -----
    Every unknown is counted first as a failure and then as a success, so no assumption about them is made.
    """
    x, known, unknown = indicator.numerator or 0, indicator.denominator or 0, indicator.unknown
    n = known + unknown
    if n == 0:
        return (0.0, 100.0)
    if indicator.basis in SAMPLES:
        lo, hi = sample_interval(x, known - x, unknown)
    elif indicator.lo_missing is not None and indicator.hi_missing is not None:
        return (indicator.lo_missing, indicator.hi_missing)
    else:
        lo, hi = x / n, (x + unknown) / n
    return (100 * lo, 100 * hi)


def at_least(
    indicator: Indicator | None, supported: float, contradicted: float | None = None, min_n: int = 1
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

    Returns
    -------
    Decision
        ``wording_mismatch`` is flagged when the figure surely lies between the two thresholds.
    """
    contradicted = supported if contradicted is None else contradicted
    untestable = _untestable(indicator, min_n)
    if untestable is not None:
        return untestable
    lo, hi = decision_bounds(indicator)
    why = f"{indicator.label}: {_range(indicator, lo, hi)}; test: at least {supported:g}%"
    why += f", contradicted below {contradicted:g}%." if contradicted != supported else "."
    if lo >= supported:
        return Decision("supported", why=why)
    if hi < contradicted:
        return Decision("contradicted", why=why)
    return _between(indicator, lo, hi, contradicted, supported, why)


def at_most(
    indicator: Indicator | None, supported: float, contradicted: float | None = None, min_n: int = 1
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
    """
    contradicted = supported if contradicted is None else contradicted
    untestable = _untestable(indicator, min_n)
    if untestable is not None:
        return untestable
    lo, hi = decision_bounds(indicator)
    why = f"{indicator.label}: {_range(indicator, lo, hi)}; test: at most {supported:g}%"
    why += f", contradicted above {contradicted:g}%." if contradicted != supported else "."
    if hi <= supported:
        return Decision("supported", why=why)
    if lo > contradicted:
        return Decision("contradicted", why=why)
    return _between(indicator, lo, hi, supported, contradicted, why)


def _untestable(indicator: Indicator | None, min_n: int) -> Decision | None:
    """Why a percentage can't be held against any threshold; None if it can."""
    if indicator is not None and indicator.value is None and indicator.unknown > 0:
        # Records were supplied, and what they don't say could be either.
        why = f"{indicator.label}: not known for any of {indicator.unknown:,.0f}."
        return undecided("missing_spans_threshold", why=why)
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
    if indicator.basis in SAMPLES:
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


# Rules for claims that documents, requests or other forces decide: silence never counts as evidence.


def existence(count: int | None, complete: bool | None, what: str = "documents", perhaps: int = 0) -> Decision:
    """A sentence that says something exists: one makes it true.

    Parameters
    ----------
    count : int or None
        How many were found; None if nothing was supplied to look in.
    complete : bool or None
        Whether the register looked in was declared complete.
    what : str
        What was counted, for the explanation.
    perhaps : int
        Further ones of which it is not known whether they count.

    Returns
    -------
    Decision
        Silence is no proof: none contradicts the sentence only if the register is complete.
    """
    if count is None:
        return undecided("no_data", why=f"No register of {what} was supplied.")
    why = f"{what[0].upper()}{what[1:]}: {count}; test: at least 1."
    if count:
        return Decision("supported", why=why)
    if perhaps:
        return undecided("missing_spans_threshold", why=f"{why} Of {perhaps} more it is not known whether they count.")
    if complete:
        return Decision("contradicted", why=f"{why} The register was declared complete.")
    return undecided("register_undeclared", why=f"{why} The register was not declared complete.")


def request_gap(status: str | None) -> Decision | None:
    """What a data request without an answer means for a claim about a capability.

    Parameters
    ----------
    status : str or None
        Status in the data-request log; None if the log has no such item.

    Returns
    -------
    Decision or None
        ``not_determinable`` when nothing was asked, received or granted; None when there is an answer to weigh.
        A claim is never decided from silence.
    """
    if status is None:
        return undecided("not_requested", why="The data-request log holds no such request.")
    if status == UNDATED:
        why = "Which answer to the request is the latest cannot be told: a day in the log cannot be read."
        return undecided("missing_spans_threshold", why=why)
    if status == UNREADABLE:
        return undecided("missing_spans_threshold", why="The figure that the force stated cannot be read.")
    if status in ("not_requested", "not_yet_received", "nil_return_refused"):
        return undecided(status, why=f"The data-request log says that {REASONS[status]}.")
    return None


def capability(
    status: str | None,
    stated: float | None,
    recomputed: tuple[float, float] | None,
    within_pct: float,
    what: str,
    records: Decision | None = None,
) -> Decision:
    """A sentence that says the force can give a number.

    Parameters
    ----------
    status : str or None
        Status of the request for it.
    stated : float or None
        The number the force gave.
    recomputed : tuple of float, or None
        Lowest and highest number that its records give, unknown rows counted out and in; None without records.
    within_pct : float
        Per cent of the stated number by which the recomputed one may differ.
    what : str
        What is counted, for the explanation.
    records : Decision, optional
        Why there are no records to count in; None where there are.

    Returns
    -------
    Decision
        Knowing is the claim, not smallness: the size of the number never enters.
    """
    gap = request_gap(status)
    if gap is not None:
        return gap
    if status == "nil_return_unable":
        return Decision("contradicted", ("nil_return_unable",), why=f"The force answered that it cannot give {what}.")
    if stated is None:
        return undecided("no_stated_value", why=f"The force stated no number of {what}.")
    if recomputed is None:
        return unsupported(records, f"The force stated {stated:,.0f} {what}")
    lo, hi = recomputed
    distance = max(lo - stated, stated - hi, 0.0)
    allowed = within_pct / 100 * abs(stated)
    found = f"{lo:,.0f}" if lo == hi else f"{lo:,.0f} to {hi:,.0f}"
    why = f"Stated: {stated:,.0f} {what}; recomputed from records: {found}; test: within {within_pct:g}%."
    if distance <= allowed:
        return Decision("supported", why=why)
    return undecided("not_reproduced", why=why)


def unsupported(records: Decision | None, stated: str) -> Decision:
    """What is undecided of a figure that the force stated, where there are no records to hold it against.

    Parameters
    ----------
    records : Decision or None
        Why there are none; None where there are, and nothing in them can be counted.
    stated : str
        That it stated the figure, as the beginning of a sentence.
    """
    if records is None:
        return undecided("not_reproduced", why=f"{stated}; nothing in its records can be counted.")
    reasons = ("no_records",) if records.reasons == ("no_data",) else records.reasons
    return undecided(*reasons, why=f"{stated}. {records.why}")


def few_forces(yes: int, unknown: int, of: int, limit: int, this_force: bool | None) -> Decision:
    """A sentence that calls the force "one of the few".

    Parameters
    ----------
    yes, unknown : int
        Forces known to be of the kind; forces of which it is not known.
    of : int
        Forces compared (43).
    limit : int
        The most that are still "few".
    this_force : bool or None
        Whether the force itself is of the kind.

    Returns
    -------
    Decision
        Never decided from one force: forces of which nothing is known are counted out and in.
    """
    without = ", this force not one of them" if this_force is False else ""
    why = f"{yes} of {of} forces{without}, {unknown} unknown; test: at most {limit}, the force among them."
    if of - unknown <= 1 or this_force is None:
        return undecided("comparators_missing", why=why)
    if this_force is False or yes > limit:
        return Decision("contradicted", why=why)
    if yes + unknown <= limit:
        return Decision("supported", why=why)
    return undecided("comparators_missing", why=why)


def reaches(indicator: Indicator | None, wanted: float, min_n: int = 1) -> Decision:
    """A part of a sentence that must reach a level, and whose falling short of it does not refute the sentence.

    Parameters
    ----------
    indicator : Indicator or None
        A percentage; None if it could not be computed.
    wanted : float
        Per cent.
    min_n : int
        Fewer units decide nothing.

    Returns
    -------
    Decision
        As :func:`~hmic_analysis.evidence.verdicts.at_least`; where that would contradict, ``not_determinable`` with
        the flag ``wording_mismatch``.
    """
    decision = at_least(indicator, wanted, min_n=min_n)
    if decision.verdict == "contradicted":
        return undecided("between_thresholds", why=decision.why, flags=("wording_mismatch",))
    return decision


def keeps_up(units: Sequence[Indicator], wanted: float, min_n: int = 1) -> Decision:
    """A part of a sentence that says of each unit (shift, team, kind of offence) that it is not far behind.

    Parameters
    ----------
    units : sequence of Indicator
        One percentage with different units' figures that together are all; a count, whole or of a sample.
    wanted : float
        Per cent that each is to reach.
    min_n : int
        Units with fewer cases are not tested, and count among the others.

    Returns
    -------
    Decision
        ``supported`` where every unit reaches it, or none that doesn't is further behind the others than chance would
        put one of so many equal units in more than 2.5% of cases; ``not_determinable`` with the flag
        ``wording_mismatch`` where one is, however what is not known of it is counted.  It refutes no sentence.

    Notes
    -----
    Chance: :func:`~hmic_analysis.statistics.differences.chance_behind`.  Smallest of several small units, a share says
    little: with eight teams of twelve cases, all at 85%, one team or more lies below 70% in more than half of returns.
    """
    units = [u.model_copy(update={"unknown": _open(u)}) for u in units if u.value is not None]
    tested = [u for u in units if (u.denominator or 0) + u.unknown >= min_n]
    if not tested:
        return undecided("small_n", why=f"No part of it has {min_n} cases.")
    worst = min(tested, key=lambda u: (u.value, u.id))
    why = f"{worst.label}: {worst.value:.1f}% of {(worst.denominator or 0) + worst.unknown:,.0f}, the lowest of "
    why += f"{len(tested)}; test: at least {wanted:g}%"
    behind = [u for u in tested if _if_unknown(u, 0) < wanted]
    if not behind:
        return Decision("supported", why=f"{why}.")
    tail = (1 - CONFIDENCE) / 2
    why += f", or what equal ones show by chance in more than {100 * tail:g}% of cases."
    others = (sum(u.numerator or 0 for u in units), sum(u.denominator or 0 for u in units))

    def chance(unit: Indicator, counted: float) -> float:
        x, known = unit.numerator or 0, unit.denominator or 0
        rest = (others[0] - x, others[1] - known)
        return chance_behind(x + counted * unit.unknown, known + unit.unknown, *rest, looks=len(tested))

    if all(chance(u, 0) >= tail for u in behind):
        return Decision("supported", why=f"{why} None is further behind than that.")
    if any(_if_unknown(u, 1) < wanted and chance(u, 1) < tail for u in behind):
        why += " One is further behind than that."
        return undecided("between_thresholds", why=why, flags=("wording_mismatch",))
    return undecided("missing_spans_threshold", why=why)


def _open(unit: Indicator) -> float:
    """Units of which it is not known whether they count, also those that may belong to it; from its bounds."""
    if unit.basis in SAMPLES or unit.lo_missing is None or unit.hi_missing is None:
        return unit.unknown
    span = (unit.hi_missing - unit.lo_missing) / 100
    return max(unit.unknown, round((unit.denominator or 0) * span / (1 - span))) if span < 1 else unit.unknown


def _if_unknown(unit: Indicator, counted: float) -> float:
    """Per cent, each unit of unknown state counted as none or as one."""
    n = (unit.denominator or 0) + unit.unknown
    return 100 * ((unit.numerator or 0) + counted * unit.unknown) / n


# Rules for claims about samples of files that were read: small samples, and two readers who agree.


def number_of_cases(share: Share, minimum: int, minimum_pct: float, refuting: int, min_n: int, what: str) -> Decision:
    """A sentence that says something was found "in a number of cases" of a small sample.

    Parameters
    ----------
    share : Share
        The cases looked at.
    minimum : int
        Cases that qualify at least.
    minimum_pct : float
        Per cent of the cases looked at that qualify at least.
    refuting : int
        Cases looked at from which fewer than ``minimum`` that qualify contradict the sentence.
    min_n : int
        Fewer cases looked at decide nothing.
    what : str
        What a case that qualifies is called, for the explanation.

    Returns
    -------
    Decision
        Cases whose state is unknown are counted out and in.  It speaks of the cases read and of no others, so there
        is no interval.
    """
    if not share.total:
        return undecided("no_data", why=f"No files were read that could be {what}.")
    least, most = share.yes, share.yes + share.unknown
    found = f"{least}" if least == most else f"{least} to {most}"
    why = f"{found} of {share.total} files {what}; test: at least {minimum} and {minimum_pct:g}%"
    why += f", contradicted below {minimum} of {refuting} or more."
    if share.total < min_n:
        return undecided("small_n", why=why)
    if least >= minimum and 100 * least / share.total >= minimum_pct:
        return Decision("supported", why=why)
    if most < minimum and share.total >= refuting:
        return Decision("contradicted", why=why)
    if most >= minimum and 100 * most / share.total >= minimum_pct:
        return undecided("missing_spans_threshold", why=why)
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def clear_evidence(
    decision: Decision, grade: Grade, agreement: Share, wanted_pct: float, quantifier: Quantifier
) -> Decision:
    """Hold a sentence on a sample of files to "clear evidence": a small sample needs two readers who agree.

    Parameters
    ----------
    decision : Decision
        What the files themselves say.
    grade : str
        Grade of the evidence.
    agreement : Share
        Files read twice on which the two readers found the same.
    wanted_pct : float
        Per cent of the files read twice on which they must agree.
    quantifier : Quantifier
        The words "clear evidence": grades that are enough, and the one that is with readers who agree.

    Returns
    -------
    Decision
        The same, or ``not_determinable`` with the reason ``uncorroborated`` where a support lacks a second reader or
        their agreement.
    """
    if decision.verdict != "supported" or grade in quantifier.grades:
        return decision
    said = f"Two readers agreed on {agreement.yes} of {agreement.known} files read twice; test: {wanted_pct:g}%."
    why = f"{decision.why} {said if agreement.known else 'No file was read by a second reader.'}"
    agree = agreement.known > 0 and 100 * agreement.yes / agreement.known >= wanted_pct
    if grade == quantifier.sample_grade and agree:
        return Decision(decision.verdict, decision.reasons, decision.flags, why)
    return undecided("uncorroborated", why=why, flags=decision.flags)
