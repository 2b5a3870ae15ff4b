"""What the verdict on each claim of P5, F2, F3 and F5 should be, from the facts and the true figures alone.

The rules are written out here a second time on purpose, with no measuring code in use.
"""

from __future__ import annotations

from typing import Any

from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.topic import CONTRADICTED, OPEN, SUPPORTED, Verdict

NO_REGISTER = (OPEN, "the document register was not provided")


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    """The verdict on each claim.

    Parameters
    ----------
    facts : Facts
    values : dict
        True figures.

    Returns
    -------
    dict of str to (str, str)
    """
    return {
        "P5a": _p5a(facts, values),
        "P5b": _p5b(facts, values),
        "P5c": _p5c(facts),
        "P5d": _p5d(facts),
        "F2a": _f2a(facts, values),
        "F3a": _f3(facts, values, "workload"),
        "F3b": _f3(facts, values, "performance"),
        "F5a": _f5a(facts, values),
        "F5b": _f5b(facts, values),
    }


def _complete(facts: Facts) -> bool:
    return facts.register_complete and facts.provides("document", "data_request")


def _p5a(facts: Facts, values: dict[str, Any]) -> Verdict:
    active, months, n = (values[f"anpr_{x}"] for x in ("months_with_planned_operation", "months", "planned_operations"))
    if not facts.provides("anpr_operation") or not months:
        return OPEN, "operations were not provided"
    verdict = SUPPORTED if active == months else CONTRADICTED if n == 0 else OPEN
    return verdict, f"{active} of {months} months have an operation that the force planned itself"


def _p5b(facts: Facts, values: dict[str, Any]) -> Verdict:
    active, quarters = values["anpr_quarters_with_preventive_operation"], values["anpr_quarters"]
    if not facts.provides("anpr_operation") or not quarters:
        return OPEN, "operations were not provided"
    if values["anpr_preventive_operations"] == 0:
        return CONTRADICTED, "no operation set out to prevent or disrupt"
    if not facts.provides("document"):
        return NO_REGISTER
    said = f"{active} of {quarters} quarters have a preventive operation, products: {facts.anpr_products_every_quarter}"
    return (SUPPORTED if active == quarters and facts.anpr_products_every_quarter else OPEN), said


def _p5c(facts: Facts) -> Verdict:
    if not facts.provides("document"):
        return NO_REGISTER
    verdict = {"acknowledges": SUPPORTED, "denies": CONTRADICTED}.get(facts.anpr_statement, OPEN)
    return verdict, f"statement of the force: {facts.anpr_statement}"


def _p5d(facts: Facts) -> Verdict:
    if not facts.provides("document", "skill"):
        return OPEN, "the document register or the skills were not provided"
    moving = facts.anpr_upskilling != "none"
    said = f"{'a' if facts.anpr_skills_plan else 'no'} dated plan; skills: {facts.anpr_upskilling.replace('_', ' ')}"
    if facts.anpr_skills_plan and moving:
        return SUPPORTED, said
    neither = not facts.anpr_skills_plan and not moving
    return (CONTRADICTED if neither and _complete(facts) else OPEN), said


def _f2a(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("partner_task"):
        return OPEN, "tasks were not provided"
    tasks, done = values["partner_tasks_with_baseline"], values["partner_tasks_acted_on"]
    said = f"{tasks} tasks with a baseline, {done} acted on"
    if tasks and done:
        return SUPPORTED, said
    taken_over = facts.provides("partner_transfer") and values["transfers_accepted"] > 0
    nothing = not tasks and not taken_over
    signed = facts.register_complete and facts.provides("data_request")
    return (CONTRADICTED if nothing and signed else OPEN), said


def _f3(facts: Facts, values: dict[str, Any], aspect: str) -> Verdict:
    if not facts.provides("supervision", "staff") or not values["review_intervals"]:
        return OPEN, "reviews or staff were not provided"
    held, known = values["review_in_period_pct"], values["reviews_known"]
    reviewed, due = values["review_intervals_held"], values["review_intervals"]
    on = values[f"reviews_on_{aspect}"]
    # Reviews on which the record says nothing may have looked at it, or not.
    silent = reviewed - known
    most_due, least = 100 * (on + silent) / due, 100 * on / reviewed if reviewed else 0.0
    both = 100 * (values["reviews_on_both"] + silent) / reviewed if reviewed else 0.0
    said = f"{held:.1f}% of reviews held, at least {least:.1f}% of them on {aspect}"
    if most_due < 60:
        return CONTRADICTED, said
    if not facts.provides("document"):
        return NO_REGISTER
    if not facts.supervision_documented:
        return (CONTRADICTED if _complete(facts) else OPEN), "no document prescribes reviews"
    if aspect == "performance" and 100 * values["reviews_on_workload"] / reviewed >= 75 and both < 75:
        return OPEN, f"{said}; few on both"
    return (SUPPORTED if held >= 80 and least >= 75 else OPEN), said


def _f5a(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("device", "staff"):
        return OPEN, "devices or staff were not provided"
    share = values["device_coverage_pct"]
    said = f"{share:.1f}% of patrol officers have a device, {values['mobile_spend_pounds']:,.0f} pounds approved"
    if share < 25:
        return CONTRADICTED, said
    bought = facts.provides("device_spending") and facts.device_spending_approved
    return (SUPPORTED if bought else OPEN), said


def _f5b(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("device"):
        return OPEN, "devices were not provided"
    systems, share = values["systems_on_mobile_n"], values["device_active_pct"]
    said = f"{systems} systems usable, {share:.1f}% of devices in use"
    if systems < 3:
        return CONTRADICTED, said
    if not facts.provides("device_session"):
        return OPEN, "sessions were not provided"
    return (CONTRADICTED if share < 25 else SUPPORTED if share >= 50 else OPEN), said
