"""Reports of the year before the period, and the persons behind all reports: what makes a repeat victim.

A force that is asked who its repeat victims are sends the earlier crimes and incidents of persons who are on record
again, and some of others; not the whole year once more.  So the return stays small, and the truth can still be told.
Whether a contact is of a repeat victim is decided by the person that is put behind it: one mark is remembered for each
report of the year before, and of the latest reports of the period no more than a fixed number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from hmic_analysis.contracts.core import OFFENCE_GROUPS
from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.ground import Columns, Subject
from hmic_analysis.simulate.world import HOUR, ONE_DAY, SECOND, Arrays, Window, draw_instants, midnight, pick
from hmic_analysis.simulate.write import key_texts, references

ASB_TYPES = shapes.INCIDENT_TYPES["asb"]
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
        at[of_it] = draw_instants(rng, window, shapes.week(name), int(of_it.sum()))
        # The records begin on the first day, however small the force is.
        at[np.flatnonzero(of_it)[0]] = window.start + int(rng.integers(3600, 80_000)) * SECOND
    group = pick(rng, [shapes.OFFENCE_SHARES[g] for g in OFFENCE_GROUPS], n)
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
            "district": np.array(shapes.DISTRICTS, dtype=object)[rng.integers(0, len(shapes.DISTRICTS), n)],
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
            "district": np.array(shapes.DISTRICTS, dtype=object)[rng.integers(0, len(shapes.DISTRICTS), n)],
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
