"""Named suspects: who is outstanding at the day of the snapshot, and who only looks it.

Outstanding: named by then with reasonable grounds recorded, and by then neither arrested, nor interviewed under
caution, nor eliminated, nor the crime closed.  Persons are counted; the last action may well lie after the day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hmic_analysis.contracts.suspects import RISKS
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.streams import Streams, pick, skewed

NO_DAY = np.datetime64("NaT", "D")
ONE_DAY = np.timedelta64(1, "D")
#: Persons of each other kind for each person outstanding.
RESOLVED_EACH, NO_GROUNDS_EACH, NAMED_LATER_EACH = 5.0, 0.08, 0.02
#: Share of the persons whose status the force can't say.
UNKNOWN_SHARE = 0.003
OUTSTANDING, RESOLVED, NO_GROUNDS, UNKNOWN, NAMED_LATER = range(5)
ACTIONS = ("arrested", "interviewed", "eliminated", "crime_closed")


@dataclass(frozen=True)
class Suspects:
    """Pairs of person and crime; arrays of equal length, one item a pair.

    Attributes
    ----------
    person : numpy.ndarray
        Number of the person.
    kind : numpy.ndarray
        :data:`OUTSTANDING` and the kinds after it, of the person.
    crime : numpy.ndarray
        Number of the crime in the return; negative where the crime is not in it.
    named : numpy.ndarray
        Day on which the person was named.
    action, acted : numpy.ndarray
        Position in :data:`ACTIONS` and its day; -1 and NaT where nothing ended the interest.
    risk : numpy.ndarray
        Position in the contract's risks.
    """

    person: np.ndarray
    kind: np.ndarray
    crime: np.ndarray
    named: np.ndarray
    action: np.ndarray
    acted: np.ndarray
    risk: np.ndarray

    def __len__(self) -> int:
        return len(self.person)

    def take(self, which: np.ndarray) -> Suspects:
        """The pairs chosen by a boolean array or by positions."""
        return Suspects(**{name: values[which] for name, values in vars(self).items()})

    def is_outstanding(self, as_of: np.datetime64) -> np.ndarray:
        """Which pairs are outstanding on a day."""
        unfinished = np.isnat(self.acted) | (self.acted > as_of)
        return (self.named <= as_of) & unfinished & ~np.isin(self.kind, [NO_GROUNDS, UNKNOWN])


@dataclass(frozen=True)
class CrimeDays:
    """Crimes a person may be suspected of.

    Attributes
    ----------
    number : numpy.ndarray
        Number in the reference.
    day : numpy.ndarray
        Day of recording, in rising order.
    """

    number: np.ndarray
    day: np.ndarray


def draw_suspects(
    streams: Streams, facts: Facts, n_outstanding: int, crimes: CrimeDays, as_of: np.datetime64,
    period: tuple[np.datetime64, np.datetime64],
) -> Suspects:  # fmt: skip
    """Draw the pairs of person and crime.

    Parameters
    ----------
    streams : Streams
    facts : Facts
    n_outstanding : int
        Persons outstanding.
    crimes : CrimeDays
        Notifiable crimes of the return.
    as_of : numpy.datetime64
        Day of the snapshot.
    period : tuple of numpy.datetime64
        First and last day, for the share of high-risk suspects dealt with in a week.

    Returns
    -------
    Suspects
        In order of naming.
    """
    rng = streams.of("suspects")
    sizes = [n_outstanding, *(int(np.ceil(n_outstanding * x)) for x in (RESOLVED_EACH, NO_GROUNDS_EACH))]
    sizes += [max(1, round(UNKNOWN_SHARE * sum(sizes))) if n_outstanding else 0]
    sizes += [int(np.ceil(n_outstanding * NAMED_LATER_EACH))]
    kind = np.repeat(np.arange(5), sizes)
    person = rng.permutation(len(kind)) + 1
    pairs = pick(rng, (80, 14, 6), len(kind)) + 1
    pairs[kind == UNKNOWN] = 1
    person, kind = np.repeat(person, pairs), np.repeat(kind, pairs)
    is_first = np.diff(person, prepend=0) != 0
    named = _named(rng, kind, as_of)
    action, acted = _ends(rng, kind, is_first, named, as_of)
    risk = pick(rng, (12, 38, 50), len(kind))
    crime = _crime(rng, named, crimes)
    found = Suspects(person, kind, crime, named, action, acted, risk)
    _, kept = np.unique(np.stack([person, crime]), axis=1, return_index=True)
    found = found.take(kept)
    found = found.take(np.lexsort((found.person, found.named)))
    return _high_risk(streams.of("suspects.high_risk"), found, facts, period, as_of)


def _named(rng: np.random.Generator, kind: np.ndarray, as_of: np.datetime64) -> np.ndarray:
    n = len(kind)
    waiting = np.minimum(skewed(rng, 60, 1.2, n), 1500)
    ago = np.where(np.isin(kind, [OUTSTANDING, NO_GROUNDS, UNKNOWN]), waiting, rng.uniform(0, 560, n))
    ago = np.where(kind == NAMED_LATER, -rng.uniform(1, 25, n), ago)
    return as_of - np.floor(ago).astype(int) * ONE_DAY


def _ends(
    rng: np.random.Generator, kind: np.ndarray, is_first: np.ndarray, named: np.ndarray, as_of: np.datetime64
) -> tuple[np.ndarray, np.ndarray]:
    """What ended the interest in each pair, and when."""
    n = len(kind)
    action = pick(rng, (50, 30, 12, 8), n)
    after = np.floor(rng.exponential(12, n)).astype(int)
    acted = np.minimum(named + after * ONE_DAY, as_of)
    # Of a person outstanding for one crime, some further crimes are dealt with.
    done = (kind == RESOLVED) | ((kind == OUTSTANDING) & ~is_first & (rng.random(n) < 0.2))
    # The return was drawn up after the snapshot: a few were arrested in between, and were outstanding on the day.
    later = (kind == OUTSTANDING) & is_first & (rng.random(n) < 0.03)
    acted = np.where(later, as_of + rng.integers(1, 20, n) * ONE_DAY, acted)
    action = np.where(later, ACTIONS.index("arrested"), action)
    ended = done | later
    return np.where(ended, action, -1), np.where(ended, acted, NO_DAY)


def _crime(rng: np.random.Generator, named: np.ndarray, crimes: CrimeDays) -> np.ndarray:
    """A crime recorded in the 30 days before the naming; one outside the return where there is none."""
    lo = np.searchsorted(crimes.day, named - 30 * ONE_DAY, side="left")
    hi = np.searchsorted(crimes.day, named, side="right")
    at = lo + (rng.random(len(named)) * (hi - lo)).astype(int)
    outside = -1 - np.arange(len(named))
    if not len(crimes.number):
        return outside
    return np.where(hi > lo, crimes.number[np.minimum(at, len(crimes.number) - 1)], outside)


def _high_risk(
    rng: np.random.Generator, found: Suspects, facts: Facts, period: tuple[np.datetime64, np.datetime64],
    as_of: np.datetime64,
) -> Suspects:  # fmt: skip
    """Let the given share of the high-risk suspects named in the period be dealt with within 7 days."""
    high = (found.risk == RISKS.index("high")) & (found.named >= period[0]) & (found.named <= period[1])
    high &= found.kind != NO_GROUNDS
    dealt = high & (found.kind == RESOLVED) & np.isin(found.action, [0, 1])
    wanted = min(int(np.floor(facts.high_risk_cleared_share * high.sum() + 0.5)), int(dealt.sum()))
    order = rng.permutation(np.flatnonzero(dealt))
    acted = found.acted.copy()
    acted[order[:wanted]] = found.named[order[:wanted]] + rng.integers(0, 8, wanted) * ONE_DAY
    slow = order[wanted:]
    acted[slow] = found.named[slow] + rng.integers(9, 40, len(slow)) * ONE_DAY
    acted[dealt] = np.minimum(acted[dealt], as_of)
    return Suspects(**{**vars(found), "acted": acted})
