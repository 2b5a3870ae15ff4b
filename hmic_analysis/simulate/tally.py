"""Counting the truth while it is drawn, never by reading files back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hmic_analysis.contracts.crimes import OFFENCE_GROUPS, REPORT_ROUTES
from hmic_analysis.simulate.bail import Bails
from hmic_analysis.simulate.care import Care
from hmic_analysis.simulate.cases import Cases
from hmic_analysis.simulate.circulation import Circulations
from hmic_analysis.simulate.crimes import Crimes
from hmic_analysis.simulate.shapes import PUBLIC_ROUTES, ROUTES_APART
from hmic_analysis.simulate.suspects import NO_GROUNDS, ONE_DAY, UNKNOWN, Suspects


def percent(part: float, whole: float) -> float | None:
    """Per cent, None of nothing."""
    return round(100 * part / whole, 6) if whole else None


@dataclass
class CrimeTally:
    """Counts of recorded crimes (notifiable, not cancelled) over the windows."""

    counts: Counter = field(default_factory=Counter)

    def add(self, crimes: Crimes, cases: Cases) -> None:
        """Count the crimes of one window."""
        case = crimes.case[crimes.counted]
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

    def values(self) -> dict[str, Any]:
        """The true figures for findings A1 and A2."""
        c = self.counts
        by_group = {g: percent(c[f"attended[{g}]"], c[f"recorded[{g}]"]) for g in OFFENCE_GROUPS}
        return {
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


def suspect_values(
    suspects: Suspects, care: Care, bails: Bails, found: Circulations, as_of: np.datetime64,
    period: tuple[np.datetime64, np.datetime64],
) -> dict[str, Any]:  # fmt: skip
    """The true figures for finding A6.

    Parameters
    ----------
    suspects : Suspects
    care : Care
    bails : Bails
    found : Circulations
    as_of : numpy.datetime64
    period : tuple of numpy.datetime64
        First and last day.

    Returns
    -------
    dict
        Persons, pairs, per cent; by name.
    """
    out = suspects.is_outstanding(as_of)
    persons, first = np.unique(suspects.person[out], return_index=True)
    waiting = as_of - suspects.named[out][first]
    failed = np.unique(bails.person[bails.failed_at(as_of)])
    unknown = np.setdiff1d(suspects.person[suspects.kind == UNKNOWN], persons)
    standing = (found.circulated <= as_of) & (np.isnat(found.cancelled) | (found.cancelled > as_of))
    named = standing & (found.reason == 0)
    old = persons[waiting > 7 * ONE_DAY]
    due = (bails.due >= period[0]) & (bails.due <= period[1]) & bails.is_police_bail & ~bails.was_moved
    high = (suspects.risk == 0) & (suspects.named >= period[0]) & (suspects.named <= period[1])
    high &= ~np.isin(suspects.kind, [NO_GROUNDS, UNKNOWN])
    cleared = high & np.isin(suspects.action, [0, 1]) & (suspects.acted - suspects.named <= 7 * ONE_DAY)
    return {
        "named_suspects_outstanding_n": len(persons),
        "named_suspects_outstanding_pairs": int(out.sum()),
        "named_suspects_status_unknown": len(unknown),
        "fta_bail_n": len(failed),
        "outstanding_and_fta": len(np.intersect1d(persons, failed)),
        "outstanding_or_fta": len(np.union1d(persons, failed)),
        "owner_assigned_pct": percent(care.owned.sum(), len(persons)),
        "active_28d_pct": percent(care.active.sum(), len(persons)),
        "supervised_28d_pct": percent(care.supervised.sum(), len(persons)),
        "outstanding_over_7_days": len(old),
        "pnc_circulated_pct": percent(len(np.intersect1d(old, found.person[named])), len(old)),
        "on_pnc_for_other_reasons": int((standing & (found.reason > 1)).sum()),
        "bail_returns_due_in_period": int(due.sum()),
        "fta_bail_pct": percent((due & (bails.attended == 0)).sum(), due.sum()),
        "high_risk_named_in_period": int(high.sum()),
        "high_risk_cleared_7d_pct": percent(cleared.sum(), high.sum()),
    }
