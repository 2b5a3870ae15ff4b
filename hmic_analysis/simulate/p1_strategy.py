"""P1: whether preventing crime is an objective of the force's own plans, and has a strategy of its own."""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from hmic_analysis.params.models import Count
from hmic_analysis.simulate.ground import CommonFacts, Made, Record, Subject, Verdict, by_one, judged, no_register
from hmic_analysis.simulate.registers import document
from hmic_analysis.simulate.world import ONE_DAY

SUBJECT = "crime_prevention"
_PLANS = (
    ("Neighbourhood plan", "plan", SUBJECT, "district"),
    ("Force delivery plan", "plan", "policing", "force"),
    ("Anti-social behaviour plan", "plan", "anti_social_behaviour", "force"),
    ("Acquisitive crime plan", "plan", "acquisitive_crime", "theme"),
)
_WHOLE = ["prevention_objective", "prevention_measures", "named_lead", "review_date"]


class Facts(CommonFacts):
    """What is true of plans and strategies."""

    #: The force's own plans in force that name preventing crime as an objective (P1a).
    n_prevention_plans: Annotated[Count, Field(le=40)] = 4
    #: The force's own strategy, for the whole force; ``undated``: approved, but no date shows it is in force (P1b).
    prevention_strategy: Literal["none", "draft", "undated", "approved"] = "none"


WAYS = {
    "P1a": by_one("n_prevention_plans", true=(2, 7), false=0, middle=1),
    "P1b": {
        "true": ({"prevention_strategy": "none"}, {"prevention_strategy": "draft"}),
        "false": ({"prevention_strategy": "approved"},),
        "middle": ({"prevention_strategy": "undated"},),
    },
}


def documents(subject: Subject) -> list[Record]:
    """Documents on preventing crime, with what looks like a strategy of the force and is none."""
    facts, start, found = subject.facts, subject.start, []
    for i in range(facts.n_prevention_plans):
        title, kind, about, scope = _PLANS[i % len(_PLANS)]
        more = {"scope": scope, "effective_from": start - 20 * ONE_DAY, "corroborated_by": ["interview"]}
        number = i // len(_PLANS) + 1
        covers = ["prevention_objective", "named_lead"]
        found.append(document(100 + i, f"{title} {number}", kind, about, start - 30 * ONE_DAY, covers, **more))
    return found + _own_strategy(facts, subject.as_of) + _besides(subject.as_of, start)


def _own_strategy(facts: Facts, as_of: np.datetime64) -> list[Record]:
    """The force's own strategy, as far as it has come."""
    title, kind = "Crime prevention strategy", "strategy"
    if facts.prevention_strategy == "draft":
        covers, written = ["prevention_objective", "named_lead"], as_of - 25 * ONE_DAY
        return [document(150, title, kind, SUBJECT, written, covers, status="draft")]
    if facts.prevention_strategy == "undated":
        return [document(150, title, kind, SUBJECT, None, _WHOLE)]
    if facts.prevention_strategy == "approved":
        more = {"effective_from": as_of - 200 * ONE_DAY, "review_due_on": as_of + 165 * ONE_DAY}
        return [document(150, title, kind, SUBJECT, as_of - 210 * ONE_DAY, _WHOLE, **more)]
    return []


def _besides(as_of: np.datetime64, start: np.datetime64) -> list[Record]:
    """Documents that decide nothing."""
    old = {"status": "withdrawn", "effective_from": start - 1900 * ONE_DAY, "effective_to": start - 700 * ONE_DAY}
    return [
        document(151, "Community safety partnership strategy", "strategy", SUBJECT, start, _WHOLE, scope="partnership"),
        document(152, "Burglary strategy", "strategy", SUBJECT, start, ["prevention_objective"], scope="theme"),
        document(153, "Crime reduction strategy", "strategy", SUBJECT, start - 1920 * ONE_DAY, _WHOLE, **old),
        document(154, "Commissioner's prevention plan", "plan", SUBJECT, start, ["prevention_objective"], scope="pcc"),
        document(
            155, "Prevention plan for next year", "plan", SUBJECT, as_of, ["prevention_objective"], status="draft"
        ),
        document(156, "Estates plan", "plan", "estates", start - 40 * ONE_DAY, ["named_lead"]),
        document(157, "Anti-social behaviour policy", "policy", SUBJECT, start, ["prevention_objective"]),
    ]


def make(subject: Subject) -> Made:
    """The true figure."""
    return Made(values={"n_prevention_plans": subject.facts.n_prevention_plans})


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    """The intended verdicts; P1c is a view."""
    n, own, signed = facts.n_prevention_plans, facts.prevention_strategy, facts.signed("document")
    plans = judged(f"{n} plans name preventing crime", n >= 2, n == 0 and signed)
    strategy = judged(f"the force's own strategy: {own}", signed and own != "undated", own == "approved")
    return {"P1a": no_register(facts) or plans, "P1b": no_register(facts) or strategy}
