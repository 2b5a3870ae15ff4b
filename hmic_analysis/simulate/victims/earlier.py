"""Reports of the year before the period: what makes a victim of the period a repeat victim.

A force that is asked who its repeat victims are sends the earlier crimes and incidents of persons who are on record
again, and some of others; not the whole year once more.  So the return stays small, and the truth can still be told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.crimes import OFFENCE_GROUPS
from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.clock import SECOND, Window, draw_instants, midnight
from hmic_analysis.simulate.streams import pick
from hmic_analysis.simulate.topic import Subject
from hmic_analysis.simulate.writer import references, render

ASB_TYPES = shapes.INCIDENT_TYPES["asb"]
#: Kinds of report: groups of offences, then types of anti-social behaviour.
KINDS = (*OFFENCE_GROUPS, *ASB_TYPES)
#: Fewest reports, and rows rendered at a time.
LEAST, PIECE = 120, 40_000
CRIME_SHARE, CANCELLED = 0.55, 0.03
#: Contacts of persons for each crime and for each other incident, about; and repeat victims at least, if need be.
PER_CRIME, PER_OTHER, WANTED = 0.7, 0.22, 90


@dataclass(frozen=True)
class Earlier:
    """Earlier reports in order of time; arrays of equal length.  The person of the first is number 1, and so on.

    Attributes
    ----------
    at : numpy.ndarray
        Instants.
    kind : numpy.ndarray
        Position in :data:`KINDS`.
    cancelled : numpy.ndarray
        Crimes whose record was cancelled: they make nobody a repeat victim.
    """

    at: np.ndarray
    kind: np.ndarray
    cancelled: np.ndarray

    def __len__(self) -> int:
        return len(self.at)

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
    """Draw the reports of the days before the period.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    Earlier
        None without days to look back on; enough for those who report again, and some of persons who don't.
    """
    days = subject.frame.lookback_days
    if not days:
        return Earlier(np.array([], "datetime64[s]"), np.array([], np.int8), np.array([], bool))
    rng = subject.streams.of("victims.earlier")
    wanted = contacts_a_year(subject) * (0.75 * repeat_share(subject) + 0.1) * days / 365
    n = max(LEAST, int(rng.poisson(wanted)))
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
    return _keys("VIC", numbers)


def place_keys(numbers: np.ndarray) -> np.ndarray:
    """References of addresses, as texts; blank for numbers below 1."""
    return _keys("LOC", numbers)


def _keys(prefix: str, numbers: np.ndarray) -> np.ndarray:
    found = np.array(references(prefix, numbers, 8).to_pylist(), dtype=object)
    return np.where(numbers > 0, found, None)


def earlier_crimes(subject: Subject, earlier: Earlier) -> Iterator[pa.Table]:
    """Write the crimes among them as rows of ``crime``, piece by piece."""
    for number, which in enumerate(_pieces(np.flatnonzero(earlier.is_crime))):
        rng = subject.streams.of("victims.earlier.crimes", number)
        n, at = len(which), earlier.at[which]
        group = np.array(OFFENCE_GROUPS, dtype=object)[earlier.kind[which]]
        yield render(
            "crime",
            {
                "crime_id": references("CRB", which + 1),
                "recorded_at": at,
                "offence_group": group,
                "crime_type": np.array([g.replace("_", " ").capitalize() for g in group], dtype=object),
                "report_route": np.full(n, "public_call", dtype=object),
                "is_notifiable": np.where(rng.random(n) < 0.2, -1, 1),
                "is_no_crime": earlier.cancelled[which].astype(int),
                "closed_at": at + rng.integers(6, 60, n) * 86_400 * SECOND,
                "district": np.array(shapes.DISTRICTS, dtype=object)[rng.integers(0, len(shapes.DISTRICTS), n)],
                "victim_key": victim_keys(which + 1),
                "location_key": place_keys(which + 1),
            },
        )


def earlier_incidents(subject: Subject, earlier: Earlier) -> Iterator[pa.Table]:
    """Write the anti-social behaviour among them as rows of ``incident``, piece by piece."""
    for number, which in enumerate(_pieces(np.flatnonzero(~earlier.is_crime))):
        rng = subject.streams.of("victims.earlier.incidents", number)
        n, at = len(which), earlier.at[which]
        kind = np.array(KINDS, dtype=object)[earlier.kind[which]]
        asb = np.full(n, "asb", dtype=object)
        yield render(
            "incident",
            {
                "incident_id": references("INB", which + 1),
                "call_at": at - rng.integers(20, 180, n) * SECOND,
                "created_at": at,
                "closed_at": at + rng.integers(1, 30, n) * 3600 * SECOND,
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
            },
        )


def _pieces(which: np.ndarray) -> Iterator[np.ndarray]:
    for first in range(0, len(which), PIECE):
        yield which[first : first + PIECE]
