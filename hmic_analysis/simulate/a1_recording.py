"""A1: whether crimes come of incidents on record, and whether the force knows how often it attends."""

from collections import Counter
from typing import Any

import numpy as np

from hmic_analysis.contracts.core import OFFENCE_GROUPS, REPORT_ROUTES
from hmic_analysis.params.models import Number, YesNo
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    OPEN,
    Between,
    CommonFacts,
    Item,
    Made,
    Piece,
    Rows,
    Share,
    Subject,
    Verdict,
    by_one,
    judged,
    percent,
)
from hmic_analysis.simulate.world import PUBLIC_ROUTES, ROUTES_APART

ITEMS = {"attendance_pct": Item("%", given="states_attendance")}
#: Tables without which attendance can't be recomputed.
ATTENDANCE_TABLES = ("crime", "incident", "incident_crime", "deployment")


class Facts(CommonFacts):
    """What is true of the recording of crimes and attendance."""

    #: Crimes of public-report routes whose incident was created at or before the crime record (A1a).
    prior_incident_share: Share = 0.93
    #: Crimes whose attendance can be told from the records (A1b).
    attendance_known_share: Share = 0.985
    #: The force states its attendance rate; otherwise it answers that it can't (A1b).
    states_attendance: YesNo = True
    #: Stated minus true attendance rate, percentage points (A1b).
    stated_rate_error_points: Number = 0.0


WAYS = {
    "A1a": by_one("prior_incident_share", true=(0.87, 0.97), false=(0.2, 0.42), middle=(0.58, 0.72)),
    "A1b": {
        "true": ({"attendance_known_share": Between(0.975, 0.995), "stated_rate_error_points": Between(-0.8, 0.8)},),
        "false": ({"states_attendance": False}, {"attendance_known_share": Between(0.45, 0.7)}),
        "middle": ({"stated_rate_error_points": Between(4.0, 10.0)}, {"attendance_known_share": Between(0.85, 0.91)}),
    },
}


class CrimeTally:
    """Counts recorded crimes (notifiable, not cancelled) over the windows."""

    def __init__(self, subject: Subject) -> None:
        self.facts = subject.facts
        self.counts: Counter[str] = Counter()

    def rows(self, piece: Piece) -> dict[str, Rows]:
        """Count the crimes of one window; they are written already."""
        cases, case = piece.cases, piece.crimes.case[piece.crimes.counted]
        route, group = cases.route[case], cases.group[case]
        public = np.isin(route, [REPORT_ROUTES.index(r) for r in PUBLIC_ROUTES])
        kept_in = ~np.isin(route, [REPORT_ROUTES.index(r) for r in ROUTES_APART])
        known, attended, prior = cases.known[case], cases.attended[case], cases.prior[case]
        self.counts.update(
            recorded=len(case),
            known=int(known.sum()),
            attended=int(attended.sum()),
            public=int(public.sum()),
            public_prior=int((public & prior).sum()),
            kept_in=int(kept_in.sum()),
            kept_in_prior=int((kept_in & prior).sum()),
        )
        for i, name in enumerate(OFFENCE_GROUPS):
            self.counts[f"recorded[{name}]"] += int((group == i).sum())
            self.counts[f"attended[{name}]"] += int((attended & (group == i)).sum())
        return {}

    def made(self) -> Made:
        """The true figures, and the attendance rate that the force states."""
        c = self.counts
        by_group = {g: percent(c[f"attended[{g}]"], c[f"recorded[{g}]"]) for g in OFFENCE_GROUPS}
        values = {
            "recorded_crimes": c["recorded"],
            "crimes_attendance_known": c["known"],
            "crimes_attended": c["attended"],
            "attendance_known_pct": percent(c["known"], c["recorded"]),
            "attendance_pct": percent(c["attended"], c["recorded"]),
            "attendance_pct_if_unknown_attended": percent(c["attended"] + c["recorded"] - c["known"], c["recorded"]),
            "attendance_pct_by_offence_group": by_group,
            "public_route_crimes": c["public"],
            "crime_with_incident_pct_public_routes": percent(c["public_prior"], c["public"]),
            "crimes_but_for_routes_apart": c["kept_in"],
            "crime_with_incident_pct": percent(c["kept_in_prior"], c["kept_in"]),
        }
        return Made(values=values, stated={"attendance_pct": self._stated(values["attendance_pct"] or 0.0)})

    def _stated(self, rate: float) -> float:
        """The rate off by what the facts say; one that would leave 0 to 100 is off to the other side."""
        stated = rate + self.facts.stated_rate_error_points
        if not 0 <= stated <= 100:
            stated = rate - self.facts.stated_rate_error_points
        return round(min(max(stated, 0.0), 100.0), 1)


follow = CrimeTally


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    return {"A1a": _a1a(facts, values), "A1b": _a1b(facts, values)}


def _a1a(facts: Facts, values: dict[str, Any]) -> Verdict:
    share = values["crime_with_incident_pct_public_routes"]
    if not facts.provides("crime", "incident", "incident_crime") or share is None:
        return OPEN, "crimes, incidents or their links were not provided"
    return judged(f"{share:.1f}% of crimes of public-report routes have a prior incident", share >= 80, share < 50)


def _a1b(facts: Facts, values: dict[str, Any]) -> Verdict:
    known, answer = values["attendance_known_pct"], facts.answer("attendance_pct")
    measured = facts.provides(*ATTENDANCE_TABLES) and known is not None
    if answer == "nil_return_unable":
        return CONTRADICTED, "the force answered that it can't state its attendance rate"
    if measured and known < 80:
        return CONTRADICTED, f"attendance is known for {known:.1f}% of crimes"
    if answer != "provided" or not measured:
        return OPEN, "no rate was stated, or records to recompute it from are missing"
    off = abs(values["stated"]["attendance_pct"] - values["attendance_pct"])
    said = f"attendance is known for {known:.1f}% of crimes and the stated rate is {off:.1f} points off"
    return judged(said, known >= 95 and off <= 2)
