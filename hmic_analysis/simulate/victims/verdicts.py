"""What the verdicts on A3, A4 and A7 should be, from the facts and the true figures alone.

The rules are those of the finding guidance, written out a second time with no measuring code in use.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hmic_analysis.simulate.topic import CONTRADICTED, OPEN, SUPPORTED, Verdict

if TYPE_CHECKING:
    from hmic_analysis.simulate.facts import Facts

#: Cases below which a share decides nothing; days that the records must reach back, a fortnight's grace granted.
FEWEST, REACH = 10, 365 - 14
RECORDS = ("contact_flag", "incident", "crime", "incident_crime")


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    """The intended verdict on each claim.

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
        "A3a": _a3a(facts),
        "A3b": _a3b(facts, values),
        "A3c": (OPEN, "a view, not tested"),
        "A4a": _in_general(facts, values, "progress"),
        "A4b": _in_general(facts, values, "supervised"),
        "A7a": _cases(facts, values, "suspect_files_active", "progress"),
        "A7b": _cases(facts, values, "suspect_files_supervised", "supervised"),
    }


def _a3a(facts: Facts) -> Verdict:
    if not facts.provides("document"):
        return OPEN, "the document register was not provided"
    said = f"policy: {facts.victims_policy}, procedure: {facts.victims_procedure}"
    if facts.victims_policy and facts.victims_procedure:
        return SUPPORTED, said
    complete = facts.register_complete and facts.provides("data_request")
    neither = not facts.victims_policy and not facts.victims_procedure
    return (CONTRADICTED if neither and complete else OPEN), said


def _a3b(facts: Facts, values: dict[str, Any]) -> Verdict:
    halves = (_repeat(facts, values), _vulnerable(facts, values))
    found = {verdict for verdict, _ in halves}
    said = "; ".join(why for _, why in halves)
    if CONTRADICTED in found:
        return CONTRADICTED, said
    return (OPEN if OPEN in found else SUPPORTED), said


def _repeat(facts: Facts, values: dict[str, Any]) -> Verdict:
    yes, no, unknown = values["repeat_flag_recall"]
    if facts.provides(*RECORDS) and values["lookback_days"] >= REACH and yes + no and yes + no + unknown >= FEWEST:
        n = yes + no + unknown
        said = f"{yes} of {n} repeat victims flagged, {unknown} unknown"
        shifts = [c for c in values["repeat_flag_recall_by_shift"].values() if sum(c) >= FEWEST and c[0] + c[1]]
        return _high(yes / n, (yes + unknown) / n, shifts), said
    if not facts.provides("call_audit"):
        return OPEN, "neither records of a year before nor audits of calls"
    yes, no, unknown = (sum(part) for part in zip(*values["asked_previous_by_team"].values(), strict=True))
    n = yes + no + unknown
    teams = [c for c in values["asked_previous_by_team"].values() if sum(c) >= FEWEST]
    lo, hi = wilson(yes, n)[0], wilson(yes + unknown, n)[1]
    return _high(lo, hi, teams), f"asked about earlier incidents in {yes} of {n} calls of victims"


def _high(lo: float, hi: float, units: list[list[int]]) -> str:
    """At least 80% for certain, and 70% in the worst unit; below 60% for certain."""
    if lo < 0.8:
        return CONTRADICTED if hi < 0.6 else OPEN
    if not units:
        return OPEN
    worst = min(units, key=lambda c: c[0] / (c[0] + c[1]) if c[0] + c[1] else 0.0)
    return SUPPORTED if worst[0] / sum(worst) >= 0.7 else OPEN


def _vulnerable(facts: Facts, values: dict[str, Any]) -> Verdict:
    if facts.provides("call_audit"):
        yes, no, unknown = values["asked_vulnerability"]
        said = f"asked about vulnerability in {yes} of {yes + no + unknown} calls of victims"
        sampled = True
    elif facts.provides("contact_flag", "incident"):
        yes, no, unknown = values["vulnerability_recorded"]
        said, sampled = f"vulnerability assessed in {yes} of {yes + no + unknown} contacts", False
    else:
        return OPEN, "neither audits of calls nor flags"
    n = yes + no + unknown
    if n < FEWEST or not yes + no:
        return OPEN, said
    lo, hi = (wilson(yes, n)[0], wilson(yes + unknown, n)[1]) if sampled else (yes / n, (yes + unknown) / n)
    return (SUPPORTED if lo >= 0.8 else CONTRADICTED if hi < 0.6 else OPEN), said


def _in_general(facts: Facts, values: dict[str, Any], what: str) -> Verdict:
    strata = values["crime_file_strata"]
    if not facts.provides("file_review") or not strata:
        return OPEN, "no crime file was read"
    left = [sum(s[what][i] for s in strata if not s["attended"]) for i in range(3)]
    if sum(left) < 10:
        return OPEN, f"{sum(left)} files of crimes nobody attended"
    weight = [(s["size"] / s["files"], s[what]) for s in strata]
    total = sum(w * sum(c) for w, c in weight)
    effective = total**2 / sum(w * w * sum(c) for w, c in weight)
    yes, no, unknown = (sum(w * c[i] for w, c in weight) / total * effective for i in range(3))
    point, n = yes / (yes + no), sum(sum(c) for _, c in weight)
    lo, hi = wilson(yes, effective)[0], wilson(yes + unknown, effective)[1]
    said = f"{100 * point:.1f}% of {n} files, weighted; {left[0]} of {sum(left)} of crimes nobody attended"
    if hi < 0.6 or wilson(left[0] + left[2], sum(left))[1] < 0.6:
        return CONTRADICTED, said
    groups: dict[str, list[int]] = {}
    for s in strata:
        groups[s["group"]] = [a + b for a, b in zip(groups.get(s["group"], [0, 0, 0]), s[what], strict=True)]
    parts = [left, *(c for c in groups.values() if sum(c) >= FEWEST)]
    high = lo >= 0.6 and point >= 0.75 and all(c[0] / sum(c) >= 0.6 for c in parts)
    ends = wilson(yes, yes + no)
    alone = n >= 60 and ends[1] - ends[0] <= 0.2
    return (SUPPORTED if high and (alone or _agree(values["readers_agree"][what])) else OPEN), said


def _cases(facts: Facts, values: dict[str, Any], figure: str, what: str) -> Verdict:
    n, yes = values["suspect_files"], values[figure]
    if not facts.provides("file_review") or not n:
        return OPEN, "no file of a named suspect was read"
    said = f"{yes} of {n} files, {values['suspect_files_circulated']} of persons circulated"
    if n < 5:
        return OPEN, said
    if yes < 3:
        return (CONTRADICTED if n >= 10 else OPEN), said
    true = yes / n >= 0.5 and values["suspect_files_circulated"] and _agree(values["suspect_files_agreed"][what])
    return (SUPPORTED if true else OPEN), said


def _agree(counts: list[int]) -> bool:
    agreed, twice = counts
    return bool(twice) and agreed / twice >= 0.75


def wilson(x: float, n: float, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's 95% interval of a share, without continuity correction."""
    if not n:
        return 0.0, 1.0
    p, zz = x / n, z * z
    middle, half = p + zz / (2 * n), z * math.sqrt(max(p * (1 - p), 0.0) / n + zz / (4 * n * n))
    return (middle - half) / (1 + zz / n), (middle + half) / (1 + zz / n)
