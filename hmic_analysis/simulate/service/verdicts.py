"""What the verdicts on A5, A8, A9 and A10 should be, from the facts and the true figures alone.

The rules are written out here a second time on purpose, with no measuring code in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hmic_analysis.simulate.topic import CONTRADICTED, OPEN, SUPPORTED, Verdict

if TYPE_CHECKING:
    from hmic_analysis.simulate.facts import Facts

#: Units below which a share decides nothing.
LEAST = 10


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    """The intended verdict on each claim.

    Parameters
    ----------
    facts : Facts
    values : dict
        True figures, per cent and counts.

    Returns
    -------
    dict of str to (str, str)
        By claim: the verdict, and why.
    """
    mapping = _a8a(facts)
    return {
        "A5a": _a5a(facts, values),
        "A5b": (OPEN, "the inspectors' view, not tested"),
        "A5c": _a5c(facts, values),
        "A5d": _a5d(facts, values),
        "A8a": mapping,
        "A8b": _a8b(facts, values, mapping),
        "A9a": _a9a(facts, values),
        "A9b": _a9b(facts, values),
        "A10a": _a10a(facts),
    }


def _complete(facts: Facts) -> bool:
    return facts.register_complete and facts.provides("document", "data_request")


def _shares(*tests: tuple[int, int, int, float]) -> Verdict:
    """All of some shares, each as (yes, unknown, all, least per cent)."""
    said = [f"{yes} of {n}, {unknown} unknown, at least {least:g}%" for yes, unknown, n, least in tests]
    usable = [(yes, unknown, n, least) for yes, unknown, n, least in tests if n >= LEAST and n > unknown]
    if any(100 * (yes + unknown) / n < least for yes, unknown, n, least in usable):
        return CONTRADICTED, "; ".join(said)
    enough = len(usable) == len(tests) and all(100 * yes / n >= least for yes, _, n, least in usable)
    return (SUPPORTED if enough else OPEN), "; ".join(said)


def _a5a(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("iom_cohort", "iom_selection"):
        return OPEN, "offenders managed or considered were not provided"
    return _shares((values["iom_agreed_sure_n"], values["iom_places_unsure_n"], values["iom_cohort_n"], 80))


def _a5c(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("iom_meeting"):
        return OPEN, "meetings were not provided"
    held = values["iom_meetings_held_n"]
    return _shares(
        (held, values["iom_meetings_unknown_n"], values["iom_meetings_scheduled_n"], 90),
        (values["iom_quorum_n"], values["iom_attendance_unknown_n"], held, 75),
    )


def _a5d(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("iom_cohort") or not values["iom_cohort_n"]:
        return OPEN, "offenders managed were not provided"
    n, unknown = values["iom_cohort_n"], values["iom_status_unknown_n"]
    scored = round(values["iom_assessed_pct"] * n / 100)
    return _shares((scored, 0, n, 95), (values["iom_current_n"], unknown, values["iom_community_n"] + unknown, 80))


def _a8a(facts: Facts) -> Verdict:
    if facts.dispatch_mapping:
        shown = facts.provides("document") or facts.provides("dispatch")
        return (SUPPORTED if shown else OPEN), "there is a mapping system, shown by documents or by its log"
    denied = facts.provides("data_request") and facts.status("dispatch_mapping_system") == "provided"
    return (CONTRADICTED if denied else OPEN), "there is no mapping system, if the force says so"


def _a8b(facts: Facts, values: dict[str, Any], mapping: Verdict) -> Verdict:
    if mapping[0] == CONTRADICTED:
        return CONTRADICTED, "what there is not can't be used"
    if not facts.provides("dispatch", "position"):
        return OPEN, "dispatches or positions were not provided"
    return _shares(
        (values["minutes_located_n"], values["minutes_unknown_n"], values["minutes_on_duty_n"], 80),
        (values["suitable_or_reasoned_n"], values["dispatches_unclear_n"], values["dispatches_n"], 80),
    )


def _a9a(facts: Facts, values: dict[str, Any]) -> Verdict:
    audits = values["call_audits"] if facts.provides("call_audit") else 0
    scheme = facts.audit_scheme and facts.provides("document")
    if scheme and audits:
        return SUPPORTED, f"a documented scheme, and {audits} audits"
    none_at_all = facts.provides("data_request") and facts.status("call_audit") == "nil_return_unable"
    if not facts.audit_scheme and _complete(facts) and none_at_all:
        return CONTRADICTED, "neither a scheme nor audits"
    return OPEN, f"{'a' if scheme else 'no'} scheme in the register, {audits} audits"


def _a9b(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("call_audit", "staff"):
        return OPEN, "audits or the staff list were not provided"
    tests = []
    for share, size, least in (
        ("handler_audit_coverage_pct", "call_handler_months", 90),
        ("audit_feedback_closed_pct", "audits_failed", 80),
    ):
        n = values[size]
        tests.append((round((values[share] or 0) * n / 100), 0, n, least))
    return _shares(*tests)


def _a10a(facts: Facts) -> Verdict:
    if not facts.provides("document"):
        return OPEN, "the document register was not provided"
    if not facts.policy_exists or not facts.review_opened:
        return (CONTRADICTED if _complete(facts) else OPEN), "no review was opened"
    if facts.review_closed:
        return CONTRADICTED, "the review was closed"
    said = f"the review was last worked on {facts.review_days_ago} days ago"
    return (SUPPORTED if facts.review_days_ago <= 90 else OPEN), said
