"""Rules for claims that documents, requests or other forces decide: silence never counts as evidence."""

from __future__ import annotations

from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.reasons import REASONS
from hmic_analysis.evidence.verdicts import Decision, at_least, undecided


def existence(count: int | None, complete: bool | None, minimum: int = 1, what: str = "documents") -> Decision:
    """A sentence that says something exists.

    Parameters
    ----------
    count : int or None
        How many were found; None if nothing was supplied to look in.
    complete : bool or None
        Whether the register looked in was declared complete.
    minimum : int
        How many make the sentence true.
    what : str
        What was counted, for the explanation.

    Returns
    -------
    Decision
        Silence is no proof: too few contradict the sentence only if the register is complete.
    """
    if count is None:
        return undecided("no_data", why=f"No register of {what} was supplied.")
    why = f"{count} {what} found; test: at least {minimum}."
    if count >= minimum:
        return Decision("supported", why=why)
    if complete:
        return Decision("contradicted", why=f"{why} The register was declared complete.")
    return undecided("register_undeclared", why=f"{why} The register was not declared complete.")


def absence(count: int | None, complete: bool | None, what: str = "documents") -> Decision:
    """A sentence that says something does not exist: one artefact refutes it, a complete register proves it.

    Parameters
    ----------
    count : int or None
        How many were found; None if nothing was supplied to look in.
    complete : bool or None
        Whether the register looked in was declared complete.
    what : str
        What was counted, for the explanation.

    Returns
    -------
    Decision
    """
    if count is None:
        return undecided("no_data", why=f"No register of {what} was supplied.")
    why = f"{count} {what} found; test: none in a register declared complete."
    if count >= 1:
        return Decision("contradicted", why=why)
    if complete:
        return Decision("supported", why=why)
    return undecided("register_undeclared", why=why)


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
    if status in ("not_requested", "not_yet_received", "nil_return_refused"):
        return undecided(status, why=f"The data-request log says that {REASONS[status]}.")
    return None


def capability(
    status: str | None,
    stated: float | None,
    recomputed: tuple[float, float] | None,
    within_pct: float,
    what: str,
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

    Returns
    -------
    Decision
        Knowing is the claim, not smallness: the size of the number never enters.
    """
    gap = request_gap(status)
    if gap is not None:
        return gap
    if status == "nil_return_unable":
        return Decision("contradicted", ("nil_return_unable",), why=f"The force answered that it can't give {what}.")
    if stated is None:
        return undecided("no_stated_value", why=f"The force stated no number of {what}.")
    if recomputed is None:
        return undecided("not_reproduced", why=f"The force stated {stated:,.0f} {what} and supplied no records.")
    lo, hi = recomputed
    distance = max(lo - stated, stated - hi, 0.0)
    allowed = within_pct / 100 * abs(stated)
    found = f"{lo:,.0f}" if lo == hi else f"{lo:,.0f} to {hi:,.0f}"
    why = f"Stated: {stated:,.0f} {what}; recomputed from records: {found}; test: within {within_pct:g}%."
    if distance <= allowed:
        return Decision("supported", why=why)
    return undecided("not_reproduced", why=why)


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
    why = f"{yes} of {of} forces, {unknown} unknown; test: at most {limit}, the force among them."
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
