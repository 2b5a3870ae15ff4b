"""Crimes and the reports they came of, as they truly were.

A case is one report (or one find by an officer) that gave one or more crimes.  Everything that findings ask about a
crime is decided here, per case; files are written from it and truth is counted on it, never the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hmic_analysis.contracts.core import OFFENCE_GROUPS, REPORT_ROUTES
from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.ground import Columns, Subject
from hmic_analysis.simulate.world import (
    NO_TIME,
    Arrays,
    Window,
    draw_instants,
    pick,
    pick_by_row,
    seconds,
    skewed,
)
from hmic_analysis.simulate.write import references

if TYPE_CHECKING:
    from hmic_analysis.simulate.calls import Incidents
    from hmic_analysis.simulate.facts import Facts

#: How an incident was answered.
MODES = (
    "scene",
    "appointment",
    "counter_then_scene",
    "telephone",
    "counter",
    "nobody",
    "stood_down",
    "staff_only",
    "too_late",
    "unknown",
    "second_report",
)
MODE = {name: i for i, name in enumerate(MODES)}
#: Crimes that one report gives: 1, 2, 3, 4.
CRIMES_EACH = (94.0, 4.4, 1.1, 0.5)
#: Share of the cases known that were reported twice.
TWICE_SHARE = 0.05
OUTCOMES = ("Charged", "Caution", "Penalty notice", "Community resolution", "Undetected")
#: No crime is recorded later than this after its incident.
LONGEST_LAG_DAYS = 30


@dataclass(frozen=True)
class Cases(Arrays):
    """Cases of one window; arrays of equal length, one item a case."""

    #: Instants at which the (first) crime and the (first) incident were recorded; ``created`` is NaT for cases without
    #: an incident.
    recorded: np.ndarray
    created: np.ndarray
    #: Positions in the contract's offence groups, report routes and grades.
    group: np.ndarray
    route: np.ndarray
    grade: np.ndarray
    n_crimes: np.ndarray
    #: Incident at or before the crime record; attendance can be told; attended (False where not known).
    prior: np.ndarray
    known: np.ndarray
    attended: np.ndarray
    #: How the incident was answered, position in :data:`MODES`.
    mode: np.ndarray
    #: Seconds until a second report of the same; 0 where there is none.
    twice_after: np.ndarray
    #: The second report's incident, not the first's, holds the deployments.
    second_answered: np.ndarray
    #: When the crimes were closed; NaT while they are open.
    closed: np.ndarray
    #: Position in the simulated districts.
    district: np.ndarray


def draw_cases(subject: Subject, window: Window) -> Cases:
    """Draw the cases that were reported in a window, in order of report."""

    def rng_of(part: str) -> np.random.Generator:
        return subject.rng(part, window.index)

    rng, facts = rng_of("cases"), subject.facts
    per_case = float(np.average([1, 2, 3, 4], weights=CRIMES_EACH))
    season = shapes.SEASON[int(window.start.astype("datetime64[M]").astype(int)) % 12]
    n = int(rng.poisson(subject.crimes_a_day * window.days * season / per_case))
    at = np.sort(draw_instants(rng, window, shapes.week("crime"), n))
    group = pick(rng, [shapes.OFFENCE_SHARES[g] for g in OFFENCE_GROUPS], n)
    route = pick(rng, [shapes.ROUTE_SHARES[r] for r in REPORT_ROUTES], n)
    grade = pick_by_row(rng, shapes.offence_table(shapes.OFFENCE_GRADES), group)
    n_crimes = pick(rng, CRIMES_EACH, n) + 1
    lag = seconds(np.clip(skewed(rng, 5 * 3600, 1.4, n), 900, LONGEST_LAG_DAYS * 86_400 - 3600))
    later = seconds(rng.uniform(2 * 3600, 30 * 3600, n))

    prior = _prior(rng_of("cases.prior"), route, facts)
    known = rng_of("cases.known").random(n) < facts.attendance_known_share
    shares = np.array([facts.attendance_share[g] for g in OFFENCE_GROUPS])
    attended = known & (rng_of("cases.attended").random(n) < shares[group])

    recorded = np.where(prior, at + lag, at)
    created = np.where(prior, at, at + later)
    # A crime reported online or at a counter with no incident may be read as known or as not known, so none is made.
    tells_itself = np.isin(route, [REPORT_ROUTES.index(r) for r in ("online", "front_counter")])
    created[~prior & ~known & ~tells_itself] = NO_TIME
    closed = recorded + seconds(6 * 86_400 + skewed(rng, 15 * 86_400, 1.0, n))
    # Crimes closed later are still open in the return.
    closed[closed >= subject.as_of] = NO_TIME
    mode = _modes(rng_of("cases.mode"), route, known, attended, closed)
    grade[~attended & known & (mode != MODE["stood_down"])] = 3

    more = rng_of("cases.twice")
    twice = (more.random(n) < TWICE_SHARE) & known & (mode != MODE["counter"])
    after = np.where(twice, more.integers(60, 2400, n), 0)
    second = (more.random(n) < 0.3) & twice
    return Cases(
        recorded, created, group, route, grade, n_crimes, prior, known, attended, mode, after, second, closed,
        rng.integers(0, len(shapes.DISTRICTS), n),
    )  # fmt: skip


def _prior(rng: np.random.Generator, route: np.ndarray, facts: Facts) -> np.ndarray:
    """Whether the incident came first: the given share of the routes that belong there, rarely on the others."""
    share = np.full(len(REPORT_ROUTES), facts.prior_incident_share)
    for name, other in (("found_on_arrest", 0.3), ("transfer_in", 0.1), ("action_fraud", 0.0)):
        share[REPORT_ROUTES.index(name)] = other
    return rng.random(len(route)) < share[route]


def _modes(
    rng: np.random.Generator, route: np.ndarray, known: np.ndarray, attended: np.ndarray, closed: np.ndarray
) -> np.ndarray:
    """How each case was answered, given whether it counts as attended."""
    n = len(route)
    yes = np.array([MODE["scene"], MODE["appointment"]])[pick(rng, (93, 7), n)]
    names = ("telephone", "nobody", "stood_down", "staff_only", "too_late")
    no = np.array([MODE[m] for m in names])[pick(rng, (52, 24, 12, 6, 6), n)]
    no[(no == MODE["too_late"]) & np.isnat(closed)] = MODE["nobody"]
    at_counter = route == REPORT_ROUTES.index("front_counter")
    yes[at_counter] = MODE["counter_then_scene"]
    no[at_counter] = MODE["counter"]
    return np.where(attended, yes, np.where(known, no, MODE["unknown"]))


@dataclass(frozen=True)
class Crimes(Arrays):
    """Crimes; arrays of equal length, one item a crime."""

    #: Position of the case it belongs to.
    case: np.ndarray
    #: Counted to the Home Office; cancelled.
    notifiable: np.ndarray
    no_crime: np.ndarray

    @property
    def counted(self) -> np.ndarray:
        """Crimes that are recorded crimes: notifiable and not cancelled."""
        return self.notifiable & ~self.no_crime


def draw_crimes(subject: Subject, window: Window, cases: Cases) -> Crimes:
    """The crimes of cases: one or more each."""
    rng = subject.rng("crimes", window.index)
    case = np.repeat(np.arange(len(cases)), cases.n_crimes)
    return Crimes(case, rng.random(len(case)) >= 0.015, rng.random(len(case)) < 0.03)


def crime_rows(subject: Subject, window: Window, crimes: Crimes, cases: Cases, first_number: int) -> Columns:
    """Crimes as rows of the return."""
    rng = subject.rng("crimes.rows", window.index)
    n, case = len(crimes), crimes.case
    recorded, group = cases.recorded[case], cases.group[case]
    month_only = rng.random(n) < 0.001
    outcome = shapes.labels(OUTCOMES)[pick(rng, (17, 6, 2, 6, 64, 5), n)]
    outcome[np.isnat(cases.closed[case])] = None
    names = np.array([g.replace("_", " ").capitalize() for g in OFFENCE_GROUPS], dtype=object)
    # A blank is read as notifiable, and as not cancelled: both spellings occur.
    left_blank = rng.random(n) < 0.2
    return {
        "crime_id": references("CR", first_number + np.arange(n)),
        "recorded_at": np.where(month_only, NO_TIME, recorded),
        "recorded_month": np.where(month_only, recorded, NO_TIME),
        "offence_code": _codes(rng, group),
        "offence_group": group,
        "crime_type": names[group],
        "report_route": cases.route[case],
        "is_notifiable": np.where(crimes.notifiable & left_blank, -1, crimes.notifiable.astype(int)),
        "is_no_crime": np.where(~crimes.no_crime & left_blank, -1, crimes.no_crime.astype(int)),
        "closed_at": cases.closed[case],
        "outcome_type": outcome,
        "district": np.array(shapes.DISTRICTS, dtype=object)[cases.district[case]],
    }


def _codes(rng: np.random.Generator, group: np.ndarray) -> np.ndarray:
    draw, codes = rng.random(len(group)), np.empty(len(group), dtype=object)
    for i, name in enumerate(OFFENCE_GROUPS):
        words, weights = zip(*shapes.OFFENCE_CODES[name], strict=True)
        edges = np.cumsum(weights) / sum(weights)
        of_it = group == i
        position = np.minimum(np.searchsorted(edges, draw[of_it], side="right"), len(words) - 1)
        codes[of_it] = np.array(words, dtype=object)[position]
    return codes


def link_rows(crimes: Crimes, incidents: Incidents, first_crime: int, first_incident: int) -> Columns:
    """Write the pairs of incidents and crimes that belong to the same case."""
    mine = np.flatnonzero(incidents.case >= 0)
    mine = mine[np.argsort(incidents.case[mine], kind="stable")]
    lo = np.searchsorted(incidents.case[mine], crimes.case, side="left")
    count = np.searchsorted(incidents.case[mine], crimes.case, side="right") - lo
    crime = np.repeat(np.arange(len(crimes)), count)
    ordinal = np.arange(len(crime)) - np.repeat(np.cumsum(count) - count, count)
    incident = mine[np.repeat(lo, count) + ordinal]
    return {
        "incident_id": references("INC", first_incident + incident),
        "crime_id": references("CR", first_crime + crime),
    }
