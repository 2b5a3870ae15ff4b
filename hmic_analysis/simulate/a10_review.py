"""A10: the review of the response policy, and reviews that look like it."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from hmic_analysis.params.models import Count, YesNo
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    Between,
    CommonFacts,
    Record,
    Subject,
    Verdict,
    absent,
    judged,
    no_register,
)
from hmic_analysis.simulate.registers import document
from hmic_analysis.simulate.world import ONE_DAY

RESPONSE = "response_deployment"


class Facts(CommonFacts):
    """What is true of the review."""

    #: A review of the response policy was opened; it was closed before ``as_of`` (A10a).
    review_opened: YesNo = True
    review_closed: YesNo = False
    #: Days before ``as_of`` on which the review was last worked on (A10a).
    review_days_ago: Annotated[Count, Field(le=300)] = 12


WAYS = {
    "A10a": {
        "true": ({"review_days_ago": Between(3, 70)},),
        "false": ({"review_opened": False}, {"review_closed": True}),
        "middle": ({"review_days_ago": Between(120, 240)},),
    }
}


def documents(subject: Subject) -> list[Record]:
    """Reviews of other policies, and a draft; that of the policy itself stands with the policy (A2)."""
    as_of, start = subject.as_of, subject.start
    under_way = {"review_opened_on": as_of - 50 * ONE_DAY, "last_activity_on": as_of - 4 * ONE_DAY}
    draft = {"status": "draft", "last_activity_on": as_of - 6 * ONE_DAY}
    recent, grades = as_of - 60 * ONE_DAY, ["grade_definitions"]
    return [
        document(330, "Police pursuit policy", "policy", "pursuit", start, ["review_date"], **under_way),
        document(331, "District 2 deployment note", "policy", RESPONSE, start, [], scope="district", **under_way),
        document(332, "Response policy, version 3", "policy", RESPONSE, recent, grades, **draft),
    ]


def review_dates(facts: Facts, as_of: np.datetime64) -> Record:
    """What the entry of the response policy says of its review."""
    if not facts.review_opened:
        return {}
    ago = facts.review_days_ago
    dates = {"review_opened_on": as_of - (ago + 33) * ONE_DAY, "last_activity_on": as_of - ago * ONE_DAY}
    return dates | ({"review_closed_on": as_of - min(ago, 5) * ONE_DAY} if facts.review_closed else {})


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    return {"A10a": no_register(facts) or _a10a(facts)}


def _a10a(facts: Facts) -> Verdict:
    if not facts.policy_exists or not facts.review_opened:
        return absent(facts, "no review was opened")
    if facts.review_closed:
        return CONTRADICTED, "the review was closed"
    said = f"the review was last worked on {facts.review_days_ago} days ago"
    return judged(said, facts.review_days_ago <= 90)
