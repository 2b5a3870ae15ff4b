"""What the verdicts on P1 to P4 should be, from the facts and the true figures alone.

The rules are those of the finding guidance; they are written out here a second time on purpose, with no measuring
code in use, so that what the package measures can be held against them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hmic_analysis.simulate.topic import CONTRADICTED, OPEN, SUPPORTED, Verdict

if TYPE_CHECKING:
    from hmic_analysis.simulate.facts import Facts

#: Fewer units decide nothing.
LEAST = 10


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    """The intended verdict on each claim; judgements have none.

    Parameters
    ----------
    facts : Facts
    values : dict
        True figures.

    Returns
    -------
    dict of str to (str, str)
        By claim: the verdict, and why.
    """
    return {
        "P1a": _p1a(facts),
        "P1b": _p1b(facts),
        "P2a": _p2a(facts, values),
        "P2b": _p2b(facts, values),
        "P3a": _p3a(facts),
        "P3b": _p3b(facts, values),
        "P3c": _p3c(facts, values),
        "P4a": _p4a(facts, values),
        "P4b": _p4b(facts, values),
    }


def _signed(facts: Facts, table: str) -> bool:
    """Whether the force sent a table and signed in the request log that it is complete."""
    return facts.register_complete and facts.provides(table, "data_request")


def _p1a(facts: Facts) -> Verdict:
    if not facts.provides("document"):
        return OPEN, "the document register was not provided"
    n = facts.n_prevention_plans
    said = f"{n} plans and policies name preventing crime"
    if n >= 2:
        return SUPPORTED, said
    return (CONTRADICTED if n == 0 and _signed(facts, "document") else OPEN), said


def _p1b(facts: Facts) -> Verdict:
    if not facts.provides("document"):
        return OPEN, "the document register was not provided"
    said = f"the force's own strategy: {facts.prevention_strategy}"
    if facts.prevention_strategy == "approved":
        return CONTRADICTED, said
    unclear = facts.prevention_strategy == "undated"
    return (SUPPORTED if _signed(facts, "document") and not unclear else OPEN), said


def _p2a(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("initiative"):
        return OPEN, "the register of initiatives was not provided"
    sure, unclear = values["n_long_term_initiatives"], values["n_unclear_initiatives"]
    said = f"{sure} long-term initiatives, {unclear} more may be"
    if sure >= 2:
        return SUPPORTED, said
    return (CONTRADICTED if sure + unclear < 2 and _signed(facts, "initiative") else OPEN), said


def _p2b(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("meeting", "meeting_action") or not values["dmm_actions"]:
        return OPEN, "the meetings or their actions were not provided"
    n, yes, unknown = (values[x] for x in ("dmm_prescribed", "dmm_held", "dmm_held_unknown"))
    held = 100 * yes / n, 100 * (yes + unknown) / n
    prevention = 100 * values["dmm_with_prevention"] / yes if yes else None
    due = values["dmm_prevention_due"]
    closed = 100 * values["dmm_prevention_closed_in_time"] / due if due else None
    said = f"held {held[0]:.1f}% to {held[1]:.1f}%, preventive {prevention}, closed in time {closed}, per cent"
    if held[1] < 75 or (prevention is not None and yes >= LEAST and prevention < 20):
        return CONTRADICTED, said
    if prevention is None or closed is None or min(yes, due) < LEAST:
        return OPEN, said
    return (SUPPORTED if held[0] >= 90 and prevention >= 50 and closed >= 60 else OPEN), said


def _p3a(facts: Facts) -> Verdict:
    if facts.ps_database and (facts.provides("problem_record") or facts.provides("document")):
        return SUPPORTED, "there is a database"
    if not facts.ps_database and _signed(facts, "problem_record"):
        return CONTRADICTED, "the force signed that it has no problem-solving record"
    return OPEN, "nothing shows a database, and nobody signed that there is none"


def _p3b(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("problem_record", "neighbourhood_team"):
        return OPEN, "the records or the list of teams were not provided"
    if not facts.ps_database:
        signed = _signed(facts, "problem_record")
        return (CONTRADICTED if signed else OPEN), "there is no problem-solving record"
    if not facts.provides("problem_update"):
        return OPEN, "the updates were not provided"
    share = 100 * values["ps_team_months_active"] / values["ps_team_months"]
    used, months = values["ps_worst_team"]
    said = f"active in {share:.1f}% of team-months, the least active team in {used} of {months}"
    if share < 60 or (used == 0 and months >= LEAST):
        return CONTRADICTED, said
    return (SUPPORTED if share >= 90 and months >= LEAST and used / months >= 0.7 else OPEN), said


def _p3c(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("problem_record"):
        return OPEN, "the records were not provided"
    if not facts.ps_database:
        signed = _signed(facts, "problem_record")
        return (CONTRADICTED if signed else OPEN), "there is no problem-solving record"
    evaluated, shared = values["ps_evaluated"], values["ps_shared"]
    said = f"{evaluated} of {values['ps_closed']} closed records evaluated, {shared} of these shared"
    if not values["ps_closed"]:
        return OPEN, said
    if not facts.ps_results_recorded and evaluated:
        return OPEN, f"{said}; what came out is not on record"
    if evaluated >= 2 and shared >= 1:
        return SUPPORTED, said
    # Entries of "n/a" and of sharing within the team show that the columns are in use, so a blank is a no.
    return (CONTRADICTED if evaluated == 0 or shared == 0 else OPEN), said


def _p4a(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("training"):
        return OPEN, "the records of training were not provided"
    n = values["cp_any_training_n"]
    said = f"{n} members of staff had input on preventing crime"
    if n >= 2:
        return SUPPORTED, said
    return (CONTRADICTED if n == 0 and _signed(facts, "training") else OPEN), said


def _p4b(facts: Facts, values: dict[str, Any]) -> Verdict:
    roles = values["cp_formal"]
    if not facts.provides("training", "staff") or not roles:
        return OPEN, "the records of training or the staff list were not provided"
    formal, unknown, staff = (sum(part) for part in zip(*roles.values(), strict=True))
    said = f"{formal} of {staff} victim-facing staff formally trained, {unknown} unknown"
    if formal / staff >= 0.5:
        return CONTRADICTED, said
    low = all((yes + maybe) / n < 0.1 for yes, maybe, n in [*roles.values(), (formal, unknown, staff)] if n >= LEAST)
    return (SUPPORTED if low and _signed(facts, "training") else OPEN), said
