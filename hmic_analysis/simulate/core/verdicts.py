"""What the verdicts on A1, A2, A6, F1 and F4 should be, from the facts and the true figures alone.

The rules are those of the finding guidance; they are written out here a second time on purpose, with no measuring
code in use, so that what the package measures can be held against them.
"""

from __future__ import annotations

import math
from typing import Any

from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.topic import CONTRADICTED, OPEN, SUPPORTED, Verdict

#: Tables without which attendance can't be recomputed.
ATTENDANCE_TABLES = ("crime", "incident", "incident_crime", "deployment")


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    """The intended verdict on each claim.

    Parameters
    ----------
    facts : Facts
    values : dict
        True figures, per cent and counts; with the figures that the force states under ``stated``.

    Returns
    -------
    dict of str to (str, str)
        By claim: the verdict, and why.
    """
    return {
        "A1a": _a1a(facts, values),
        "A1b": _a1b(facts, values),
        "A2a": _a2a(facts, values),
        "A2b": _a2b(facts),
        "A2c": _a2c(facts),
        "A6a": _stated(facts, values, "named_suspects_outstanding", "named_suspects_outstanding_n", "suspect"),
        "A6b": _stated(facts, values, "failed_to_answer_bail", "fta_bail_n", "bail"),
        "A6c": _a6c(facts, values),
        "F1a": _f1a(facts),
        "F1b": _f1b(facts),
        "F4a": _f4a(facts, values),
        "F4b": _f4b(facts),
    }


def _answer(facts: Facts, item: str) -> str:
    """What the request log shows of an item; nothing where the log itself was not provided."""
    return facts.status(item) if facts.provides("data_request") else "not_requested"


def _a1a(facts: Facts, values: dict[str, Any]) -> Verdict:
    share = values["crime_with_incident_pct_public_routes"]
    if not facts.provides("crime", "incident", "incident_crime") or share is None:
        return OPEN, "crimes, incidents or their links were not provided"
    said = f"{share:.1f}% of crimes of public-report routes have a prior incident"
    return (SUPPORTED if share >= 80 else CONTRADICTED if share < 50 else OPEN), said


def _a1b(facts: Facts, values: dict[str, Any]) -> Verdict:
    known, answer = values["attendance_known_pct"], _answer(facts, "attendance_pct")
    measured = facts.provides(*ATTENDANCE_TABLES) and known is not None
    if answer == "nil_return_unable":
        return CONTRADICTED, "the force answered that it can't state its attendance rate"
    if measured and known < 80:
        return CONTRADICTED, f"attendance is known for {known:.1f}% of crimes"
    if answer != "provided" or not measured:
        return OPEN, "no rate was stated, or records to recompute it from are missing"
    off = abs(values["stated"]["attendance_pct"] - values["attendance_pct"])
    said = f"attendance is known for {known:.1f}% of crimes and the stated rate is {off:.1f} points off"
    return (SUPPORTED if known >= 95 and off <= 2 else OPEN), said


def _complete(facts: Facts) -> bool:
    return facts.register_complete and facts.provides("document", "data_request")


def _a2a(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.policy_exists or not facts.provides("document"):
        return (CONTRADICTED if _complete(facts) else OPEN), "no response policy in force is in the register"
    n, correct = facts.n_knowledge_checks, values["knowledge_correct"]
    if not facts.provides("knowledge_check") or not n:
        return OPEN, "no knowledge checks"
    lo, hi = (100 * x for x in wilson(correct, n))
    said = f"{correct} of {n} answers correct, 95% interval {lo:.1f}% to {hi:.1f}%"
    return (SUPPORTED if lo >= 80 else CONTRADICTED if hi < 80 else OPEN), said


def _a2b(facts: Facts) -> Verdict:
    if not facts.provides("document"):
        return OPEN, "the document register was not provided"
    if not facts.policy_exists:
        return (CONTRADICTED if _complete(facts) else OPEN), "no response policy in force is in the register"
    if facts.policy_attend_all:
        return SUPPORTED, "the policy in force promises to attend all crimes and incidents"
    return CONTRADICTED, "the policy in force attends by threat, harm and risk"


def _a2c(facts: Facts) -> Verdict:
    n, unknown = facts.n_forces_attend_all, facts.n_forces_policy_unknown
    said = f"{n} of 43 forces attend everything, {unknown} not known"
    if not facts.listed_attend_all:
        return CONTRADICTED, f"{said}; this force is not one of them"
    return (SUPPORTED if n + unknown <= 10 else CONTRADICTED if n > 10 else OPEN), said


def _stated(facts: Facts, values: dict[str, Any], item: str, figure: str, table: str) -> Verdict:
    answer = _answer(facts, item)
    if answer == "nil_return_unable":
        return CONTRADICTED, "the force answered that it can't give the number"
    if answer != "provided" or not facts.provides(table):
        return OPEN, "no number was stated, or records to recompute it from are missing"
    true, stated = values[figure], values["stated"][item]
    off = abs(stated - true) / true * 100 if true else (0.0 if stated == 0 else math.inf)
    return (SUPPORTED if off <= 5 else OPEN), f"stated {stated:g}, true {true}"


def _a6c(facts: Facts, values: dict[str, Any]) -> Verdict:
    shares = [values[x] for x in ("owner_assigned_pct", "active_28d_pct", "supervised_28d_pct")]
    if not facts.provides("suspect") or None in shares:
        return OPEN, "no suspects were provided"
    said = "owner {:.1f}%, active {:.1f}%, supervised {:.1f}%".format(*shares)
    if any(x < 60 for x in shares):
        return CONTRADICTED, said
    enough = all(x >= least for x, least in zip(shares, (95, 80, 80), strict=True))
    return (SUPPORTED if enough else OPEN), said


def _f1a(facts: Facts) -> Verdict:
    if not facts.provides("document"):
        return OPEN, "the document register was not provided"
    said = f"{facts.n_demand_products} products in 12 months, {'a' if facts.demand_plan else 'no'} dated plan"
    if facts.n_demand_products and facts.demand_plan:
        return SUPPORTED, said
    nothing = not facts.n_demand_products and not facts.demand_plan
    return (CONTRADICTED if nothing and _complete(facts) else OPEN), said


def _f1b(facts: Facts) -> Verdict:
    if not facts.provides("document"):
        return OPEN, "the document register was not provided"
    if not facts.n_demand_products:
        return (CONTRADICTED if _complete(facts) else OPEN), "the register holds no product"
    covered = {"incident_types", "activity_time", "place", "hour"} & set(facts.demand_covers)
    return (SUPPORTED if len(covered) >= 2 else OPEN), f"products cover {len(covered)} aspects of demand"


def _f4a(facts: Facts, values: dict[str, Any]) -> Verdict:
    answer = _answer(facts, "staff_time_saved")
    if answer == "nil_return_unable":
        return SUPPORTED, "the force answered that it can't state the time saved"
    if not facts.provides("change", "benefit") or not facts.n_changes:
        return OPEN, "no register of changes and their benefits"
    share = 100 * facts.measured_changes / facts.n_changes
    if share == 0:
        return SUPPORTED, "no change has a measurement before and after"
    if answer == "provided" and share >= 80:
        true, stated = values["staff_hours_saved"], values["stated"]["staff_time_saved"]
        if abs(stated - true) <= 0.1 * true:
            return CONTRADICTED, f"{share:.0f}% of changes measured, stated {stated:g} hours, true {true:g}"
    return OPEN, f"{share:.0f}% of changes measured"


def _f4b(facts: Facts) -> Verdict:
    if not facts.provides("document"):
        return OPEN, "the document register was not provided"
    if not facts.savings_work_ongoing:
        return (CONTRADICTED if _complete(facts) else OPEN), "no work on it is in the register"
    said = f"work on it was last dated {facts.savings_work_days_ago} days ago"
    return (SUPPORTED if facts.savings_work_days_ago <= 90 else OPEN), said


def wilson(x: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's 95% interval of a share, without continuity correction."""
    p, zz = x / n, z * z
    middle, half = p + zz / (2 * n), z * math.sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return (middle - half) / (1 + zz / n), (middle + half) / (1 + zz / n)
