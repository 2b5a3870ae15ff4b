"""Crimes and the reports they came of, as they truly were.

A case is one report (or one find by an officer) that gave one or more crimes.  Everything that findings A1 and A2
ask about a crime is decided here, per case; files are written from it and truth is counted on it, never the other
way round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hmic_analysis.contracts.crimes import OFFENCE_GROUPS, REPORT_ROUTES
from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.clock import SECOND, Window, draw_instants
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.streams import Streams, pick, pick_by_row, skewed

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
#: No crime is recorded later than this after its incident.
LONGEST_LAG_DAYS = 30


@dataclass(frozen=True)
class Cases:
    """Cases of one window; arrays of equal length, one item a case.

    Attributes
    ----------
    recorded, created : numpy.ndarray
        Instants at which the (first) crime and the (first) incident were recorded; ``created`` is NaT for cases
        without an incident.
    group, route, grade : numpy.ndarray
        Positions in the contract's offence groups, report routes and grades.
    n_crimes : numpy.ndarray
    prior, known, attended : numpy.ndarray
        Incident at or before the crime record; attendance can be told; attended (False where not known).
    mode : numpy.ndarray
        How the incident was answered, position in :data:`MODES`.
    twice_after : numpy.ndarray
        Seconds until a second report of the same; 0 where there is none.
    second_answered : numpy.ndarray
        The second report's incident, not the first's, holds the deployments.
    closed : numpy.ndarray
        When the crimes were closed; NaT while they are open.
    district : numpy.ndarray
        Position in the simulated districts.
    """

    recorded: np.ndarray
    created: np.ndarray
    group: np.ndarray
    route: np.ndarray
    grade: np.ndarray
    n_crimes: np.ndarray
    prior: np.ndarray
    known: np.ndarray
    attended: np.ndarray
    mode: np.ndarray
    twice_after: np.ndarray
    second_answered: np.ndarray
    closed: np.ndarray
    district: np.ndarray

    def __len__(self) -> int:
        return len(self.recorded)

    def take(self, which: np.ndarray) -> Cases:
        """The cases chosen by a boolean array."""
        return Cases(**{name: values[which] for name, values in vars(self).items()})


def draw_cases(streams: Streams, window: Window, crimes_a_day: float, facts: Facts, as_of: np.datetime64) -> Cases:
    """Draw the cases that were reported in a window.

    Parameters
    ----------
    streams : Streams
    window : Window
    crimes_a_day : float
        Crimes recorded on an average day.
    facts : Facts
    as_of : numpy.datetime64
        Crimes closed later are still open in the return.

    Returns
    -------
    Cases
        In order of report.
    """
    rng = streams.of("cases", window.index)
    per_case = float(np.average([1, 2, 3, 4], weights=CRIMES_EACH))
    season = shapes.SEASON[int(window.start.astype("datetime64[M]").astype(int)) % 12]
    n = int(rng.poisson(crimes_a_day * window.days * season / per_case))
    at = np.sort(draw_instants(rng, window, shapes.week("crime"), n))
    group = pick(rng, [shapes.OFFENCE_SHARES[g] for g in OFFENCE_GROUPS], n)
    route = pick(rng, [shapes.ROUTE_SHARES[r] for r in REPORT_ROUTES], n)
    grade = pick_by_row(rng, shapes.offence_table(shapes.OFFENCE_GRADES), group)
    n_crimes = pick(rng, CRIMES_EACH, n) + 1
    lag = _seconds(np.clip(skewed(rng, 5 * 3600, 1.4, n), 900, LONGEST_LAG_DAYS * 86_400 - 3600))
    later = _seconds(rng.uniform(2 * 3600, 30 * 3600, n))

    prior = _prior(streams.of("cases.prior", window.index), route, facts)
    known = streams.of("cases.known", window.index).random(n) < facts.attendance_known_share
    shares = np.array([facts.attendance_share[g] for g in OFFENCE_GROUPS])
    attended = known & (streams.of("cases.attended", window.index).random(n) < shares[group])

    recorded = np.where(prior, at + lag, at)
    created = np.where(prior, at, at + later)
    created[~prior & ~known & ~_always_linked(route)] = np.datetime64("NaT")
    closed = recorded + _seconds(6 * 86_400 + skewed(rng, 15 * 86_400, 1.0, n))
    closed[closed >= as_of] = np.datetime64("NaT")
    mode = _modes(streams.of("cases.mode", window.index), route, known, attended, closed)
    grade[~attended & known & (mode != MODE["stood_down"])] = 3

    more = streams.of("cases.twice", window.index)
    twice = (more.random(n) < TWICE_SHARE) & known & (mode != MODE["counter"])
    after = np.where(twice, more.integers(60, 2400, n), 0)
    second = (more.random(n) < 0.3) & twice
    return Cases(
        recorded, created, group, route, grade, n_crimes, prior, known, attended, mode, after, second, closed,
        rng.integers(0, len(shapes.DISTRICTS), n),
    )  # fmt: skip


def _always_linked(route: np.ndarray) -> np.ndarray:
    """Routes that tell by themselves that nobody came; their crimes are never without an incident.

    A crime reported online or at a counter with no incident may be read as known or as not known, so none is made.
    """
    return np.isin(route, [REPORT_ROUTES.index(r) for r in ("online", "front_counter")])


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
    no = np.array([MODE[m] for m in ("telephone", "nobody", "stood_down", "staff_only", "too_late")])[
        pick(rng, (52, 24, 12, 6, 6), n)
    ]
    no[(no == MODE["too_late"]) & np.isnat(closed)] = MODE["nobody"]
    at_counter = route == REPORT_ROUTES.index("front_counter")
    yes[at_counter] = MODE["counter_then_scene"]
    no[at_counter] = MODE["counter"]
    return np.where(attended, yes, np.where(known, no, MODE["unknown"]))


def _seconds(values: np.ndarray) -> np.ndarray:
    return values.astype(np.int64) * SECOND
