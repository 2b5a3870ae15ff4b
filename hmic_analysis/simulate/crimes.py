"""Crimes of one window, and the reports of the year before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from hmic_analysis.contracts.core import OFFENCE_GROUPS, REPORT_ROUTES
from hmic_analysis.simulate import world
from hmic_analysis.simulate.ground import Columns, Subject
from hmic_analysis.simulate.world import (
    HOUR,
    NO_TIME,
    ONE_DAY,
    SECOND,
    Arrays,
    Window,
    draw_instants,
    midnight,
    pick,
    pick_by_row,
    seconds,
    skewed,
)
from hmic_analysis.simulate.write import key_texts, references

if TYPE_CHECKING:
    from hmic_analysis.simulate.calls import Incidents
    from hmic_analysis.simulate.facts import Facts


# Crimes and the reports they came of, as they truly were.
#
# A case is one report (or one find by an officer) that gave one or more crimes. Everything that findings ask about a
# crime is decided here, per case; files are written from it and truth is counted on it, never the other way round.

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
    season = world.SEASON[int(window.start.astype("datetime64[M]").astype(int)) % 12]
    n = int(rng.poisson(subject.crimes_a_day * window.days * season / per_case))
    at = np.sort(draw_instants(rng, window, world.week("crime"), n))
    group = pick(rng, [world.OFFENCE_SHARES[g] for g in OFFENCE_GROUPS], n)
    route = pick(rng, [world.ROUTE_SHARES[r] for r in REPORT_ROUTES], n)
    grade = pick_by_row(rng, world.offence_table(world.OFFENCE_GRADES), group)
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
        rng.integers(0, len(world.DISTRICTS), n),
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
    outcome = world.labels(OUTCOMES)[pick(rng, (17, 6, 2, 6, 64, 5), n)]
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
        "district": np.array(world.DISTRICTS, dtype=object)[cases.district[case]],
    }


def _codes(rng: np.random.Generator, group: np.ndarray) -> np.ndarray:
    draw, codes = rng.random(len(group)), np.empty(len(group), dtype=object)
    for i, name in enumerate(OFFENCE_GROUPS):
        words, weights = zip(*world.OFFENCE_CODES[name], strict=True)
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


# Reports of the year before the period, and the persons behind all reports: what makes a repeat victim.
#
# A force that is asked who its repeat victims are sends the earlier crimes and incidents of persons who are on record
# again, and some of others; not the whole year once more. So the return stays small, and the truth can still be told.
# Whether a contact is of a repeat victim is decided by the person that is put behind it: one mark is remembered for
# each report of the year before, and of the latest reports of the period no more than a fixed number.

ASB_TYPES = world.INCIDENT_TYPES["asb"]
#: Kinds of report: groups of offences, then types of anti-social behaviour.
KINDS = (*OFFENCE_GROUPS, *ASB_TYPES)
#: Fewest reports, and rows rendered at a time.
FEWEST, PIECE = 120, 40_000
CRIME_SHARE, CANCELLED = 0.55, 0.03
#: Contacts of persons for each crime and for each other incident, about; and repeat victims at least, if need be.
PER_CRIME, PER_OTHER, WANTED = 0.7, 0.22, 90
#: A report this many days back, or fewer, makes a repeat victim for certain; this many, or more, for certain not.
SURELY, SURELY_NOT = 363, 367
#: Latest reports of the period that are remembered.
KEPT = 60_000


@dataclass(frozen=True)
class Earlier(Arrays):
    """Earlier reports in order of time; arrays of equal length. The person of the first is number 1, and so on."""

    #: Instants.
    at: np.ndarray
    #: Position in :data:`KINDS`.
    kind: np.ndarray
    #: Crimes whose record was cancelled: they make nobody a repeat victim.
    cancelled: np.ndarray

    @property
    def is_crime(self) -> np.ndarray:
        """Which of them are crimes."""
        return self.kind < len(OFFENCE_GROUPS)


def contacts_a_year(subject: Subject) -> float:
    """Contacts of victims to be expected in a year."""
    crimes = subject.force.recorded_crime
    others = subject.force.incidents_a_year - crimes
    return (PER_CRIME * crimes + PER_OTHER * others) * subject.frame.scale


def repeat_share(subject: Subject) -> float:
    """Share of the contacts that are of repeat victims: as the facts say, more where a force has few contacts."""
    share = subject.facts.repeat_share
    return max(share, min(0.6, WANTED / contacts_a_year(subject))) if share else 0.0


def draw_earlier(subject: Subject) -> Earlier:
    """Draw the reports of the days before the period."""
    days = subject.frame.lookback_days
    if not days:
        return Earlier(np.array([], "datetime64[s]"), np.array([], np.int8), np.array([], bool))
    rng = subject.rng("victims.earlier")
    wanted = contacts_a_year(subject) * (0.75 * repeat_share(subject) + 0.1) * days / 365
    n = max(FEWEST, int(rng.poisson(wanted)))
    start = subject.frame.period_start
    window = Window(0, midnight(start - dt.timedelta(days=days)), midnight(start))
    is_crime = rng.random(n) < CRIME_SHARE
    at = np.empty(n, "datetime64[s]")
    for crime, name in ((True, "crime"), (False, "asb")):
        of_it = is_crime == crime
        at[of_it] = draw_instants(rng, window, world.week(name), int(of_it.sum()))
        # The records begin on the first day, however small the force is.
        at[np.flatnonzero(of_it)[0]] = window.start + int(rng.integers(3600, 80_000)) * SECOND
    group = pick(rng, [world.OFFENCE_SHARES[g] for g in OFFENCE_GROUPS], n)
    asb = len(OFFENCE_GROUPS) + rng.integers(0, len(ASB_TYPES), n)
    order = np.argsort(at, kind="stable")
    kind = np.where(is_crime, group, asb).astype(np.int8)
    return Earlier(at[order], kind[order], ((rng.random(n) < CANCELLED) & is_crime)[order])


def victim_keys(numbers: np.ndarray) -> np.ndarray:
    """References of victims, as texts; blank for numbers below 1."""
    return key_texts("VIC", numbers, 8)


def place_keys(numbers: np.ndarray) -> np.ndarray:
    """References of addresses, as texts; blank for numbers below 1."""
    return key_texts("LOC", numbers, 8)


def earlier_crimes(subject: Subject, earlier: Earlier) -> Iterator[Columns]:
    """Write the crimes among them as rows of ``crime``, piece by piece."""
    for number, which in enumerate(_pieces(np.flatnonzero(earlier.is_crime))):
        rng = subject.rng("victims.earlier.crimes", number)
        n, at = len(which), earlier.at[which]
        group = np.array(OFFENCE_GROUPS, dtype=object)[earlier.kind[which]]
        yield {
            "crime_id": references("CRB", which + 1),
            "recorded_at": at,
            "offence_group": group,
            "crime_type": np.array([g.replace("_", " ").capitalize() for g in group], dtype=object),
            "report_route": np.full(n, "public_call", dtype=object),
            "is_notifiable": np.where(rng.random(n) < 0.2, -1, 1),
            "is_no_crime": earlier.cancelled[which].astype(int),
            "closed_at": at + rng.integers(6, 60, n) * ONE_DAY,
            "district": np.array(world.DISTRICTS, dtype=object)[rng.integers(0, len(world.DISTRICTS), n)],
            "victim_key": victim_keys(which + 1),
            "location_key": place_keys(which + 1),
        }


def earlier_incidents(subject: Subject, earlier: Earlier) -> Iterator[Columns]:
    """Write the anti-social behaviour among them as rows of ``incident``, piece by piece."""
    for number, which in enumerate(_pieces(np.flatnonzero(~earlier.is_crime))):
        rng = subject.rng("victims.earlier.incidents", number)
        n, at = len(which), earlier.at[which]
        kind = np.array(KINDS, dtype=object)[earlier.kind[which]]
        asb = np.full(n, "asb", dtype=object)
        yield {
            "incident_id": references("INB", which + 1),
            "call_at": at - rng.integers(20, 180, n) * SECOND,
            "created_at": at,
            "closed_at": at + rng.integers(1, 30, n) * HOUR,
            "category_open": asb,
            "category_close": asb,
            "incident_type": kind,
            "grade": np.full(n, "scheduled", dtype=object),
            "origin": np.full(n, "public", dtype=object),
            "result": np.full(n, "attended", dtype=object),
            "district": np.array(world.DISTRICTS, dtype=object)[rng.integers(0, len(world.DISTRICTS), n)],
            "asb_type": np.array([k.lower() for k in kind], dtype=object),
            "victim_key": victim_keys(which + 1),
            "location_key": place_keys(which + 1),
        }


def _pieces(which: np.ndarray) -> Iterator[np.ndarray]:
    for first in range(0, len(which), PIECE):
        yield which[first : first + PIECE]


@dataclass
class Persons:
    """The persons of one force, contact by contact."""

    #: Reports of the year before; their persons are the first numbers.
    earlier: Earlier
    used: np.ndarray = field(init=False)
    number: np.ndarray = field(default_factory=lambda: np.array([], np.int64))
    at: np.ndarray = field(default_factory=lambda: np.array([], "datetime64[s]"))
    newest: int = field(init=False)

    def __post_init__(self) -> None:
        self.used = self.earlier.cancelled.copy()
        self.newest = len(self.earlier)

    def new(self, n: int) -> np.ndarray:
        """Numbers of ``n`` persons who were never heard of."""
        numbers = self.newest + 1 + np.arange(n)
        self.newest += n
        return numbers

    def again(
        self, rng: np.random.Generator, start: np.datetime64, end: np.datetime64, n: int, part: float
    ) -> np.ndarray:
        """Numbers of up to ``n`` persons who reported in the year before each moment of a span."""
        from_before = self._before(rng, end, round(n * part))
        live = np.flatnonzero((self.at < start) & (self.at > end - SURELY * ONE_DAY))
        people, first = np.unique(self.number[live], return_index=True)
        chosen = rng.permutation(len(people))[: n - len(from_before)]
        gone = live[first[chosen]]
        found = np.concatenate([from_before, people[chosen]])
        keep = np.ones(len(self.number), bool)
        keep[gone] = False
        self.number, self.at = self.number[keep], self.at[keep]
        if len(found) < n:
            found = np.concatenate([found, self._before(rng, end, n - len(found))])
        return rng.permutation(found)

    def of_kind(self, rng: np.random.Generator, end: np.datetime64, kinds: np.ndarray) -> np.ndarray:
        """Numbers of persons of the year before whose report was of each of these kinds; 0 where there is none."""
        found = np.zeros(len(kinds), np.int64)
        live = np.flatnonzero(~self.used & (self.earlier.at > end - SURELY * ONE_DAY))
        for kind in np.unique(kinds):
            wanted = np.flatnonzero(kinds == kind)
            those = rng.permutation(live[self.earlier.kind[live] == kind])[: len(wanted)]
            found[wanted[: len(those)]] = those + 1
            self.used[those] = True
        return found

    def long_ago(self, rng: np.random.Generator, start: np.datetime64, n: int) -> np.ndarray:
        """Numbers of up to ``n`` persons whose only report is more than a year old."""
        old = np.flatnonzero(~self.used & (self.earlier.at < start - SURELY_NOT * ONE_DAY))
        chosen = rng.permutation(old)[:n]
        self.used[chosen] = True
        return chosen + 1

    def remember(self, number: np.ndarray, at: np.ndarray) -> None:
        """Keep reports that make later contacts of the same persons repeats."""
        self.number = np.concatenate([self.number, number])[-KEPT:]
        self.at = np.concatenate([self.at, at])[-KEPT:]

    def _before(self, rng: np.random.Generator, end: np.datetime64, n: int) -> np.ndarray:
        live = np.flatnonzero(~self.used & (self.earlier.at > end - SURELY * ONE_DAY))
        chosen = rng.permutation(live)[:n]
        self.used[chosen] = True
        return chosen + 1
