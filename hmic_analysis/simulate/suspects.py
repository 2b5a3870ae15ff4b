"""Named suspects and police bail: who is outstanding, who failed to answer at the snapshot, and who only looks it.

Outstanding: named by then with reasonable grounds recorded, and by then neither arrested, nor interviewed under
caution, nor eliminated, nor the crime closed.  Failed to answer: released on police bail (street bail included), due
by then, did not attend, and by then neither re-arrested nor the bail cancelled; a re-bail before the due date moves
the return.  Persons are counted; the last action may well lie after the day.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from hmic_analysis.contracts.a6_suspects import BAIL_TYPES, RISKS
from hmic_analysis.simulate.ground import Subject
from hmic_analysis.simulate.world import NO_DAY, ONE_DAY, Arrays, pick, quota

#: Persons of each other kind for each person outstanding.
RESOLVED_EACH, NO_GROUNDS_EACH, NAMED_LATER_EACH = 5.0, 0.08, 0.02
#: Share of the persons whose status the force can't say.
UNKNOWN_SHARE = 0.003
OUTSTANDING, RESOLVED, NO_GROUNDS, UNKNOWN, NAMED_LATER = range(5)
ACTIONS = ("arrested", "interviewed", "eliminated", "crime_closed")
FAILED, FAILED_AGAIN, ANSWERED, MOVED, CAUGHT, CANCELLED, COURT, NOT_DUE, NO_ANSWER = range(9)
#: Records of each other kind for each person who failed to answer.
EACH = {ANSWERED: 15.0, MOVED: 3.0, CAUGHT: 0.6, CANCELLED: 0.1, COURT: 0.5, NOT_DUE: 2.0}
NO_ANSWER_SHARE = 0.003
#: Share of those who failed to answer who are outstanding suspects too.
BOTH_SHARE = 0.15


@dataclass(frozen=True)
class Suspects(Arrays):
    """Pairs of person and crime; arrays of equal length, one item a pair."""

    #: Number of the person.
    person: np.ndarray
    #: :data:`OUTSTANDING` and the kinds after it, of the person.
    kind: np.ndarray
    #: Number of the crime in the return; negative where the crime is not in it.
    crime: np.ndarray
    #: Day on which the person was named.
    named: np.ndarray
    #: Position in :data:`ACTIONS` and its day; -1 and NaT where nothing ended the interest.
    action: np.ndarray
    acted: np.ndarray
    #: Position in the contract's risks.
    risk: np.ndarray

    def is_outstanding(self, as_of: np.datetime64) -> np.ndarray:
        """Which pairs are outstanding on a day."""
        unfinished = np.isnat(self.acted) | (self.acted > as_of)
        return (self.named <= as_of) & unfinished & ~np.isin(self.kind, [NO_GROUNDS, UNKNOWN])


@dataclass(frozen=True)
class Bails(Arrays):
    """Releases on bail; arrays of equal length, one item a release."""

    #: Number of the person.
    person: np.ndarray
    #: :data:`FAILED` and the kinds after it.
    kind: np.ndarray
    #: Position in the contract's types.
    bail_type: np.ndarray
    #: Days, NaT where it did not happen.
    granted: np.ndarray
    due: np.ndarray
    rebailed: np.ndarray
    answered: np.ndarray
    rearrested: np.ndarray
    cancelled: np.ndarray
    #: 1 yes, 0 no, -1 blank.
    attended: np.ndarray

    @property
    def is_police_bail(self) -> np.ndarray:
        """Which releases were by the police."""
        return self.bail_type != BAIL_TYPES.index("court")

    @property
    def was_moved(self) -> np.ndarray:
        """Which returns were moved by a re-bail before they were due."""
        return ~np.isnat(self.rebailed) & (self.rebailed <= self.due)

    def failed_at(self, as_of: np.datetime64) -> np.ndarray:
        """Which releases stand unanswered on a day."""
        wanted = [np.isnat(x) | (x > as_of) for x in (self.answered, self.rearrested, self.cancelled)]
        unanswered = (self.attended == 0) & (self.due <= as_of) & ~self.was_moved
        return self.is_police_bail & unanswered & np.all(wanted, axis=0)


#: Days since naming, of so many pairs of which nothing has come, by a stream of random numbers.
Waits = Callable[[np.random.Generator, int], np.ndarray]


def draw_suspects(subject: Subject, number: np.ndarray, day: np.ndarray, waits: Waits) -> Suspects:
    """Draw the pairs of person and crime, given number and day of the recorded crimes, in order of day."""
    rng, as_of, n_outstanding = subject.rng("suspects"), subject.as_of, subject.size(subject.facts.n_outstanding, 60)
    sizes = [n_outstanding, *(int(np.ceil(n_outstanding * x)) for x in (RESOLVED_EACH, NO_GROUNDS_EACH))]
    sizes += [max(1, round(UNKNOWN_SHARE * sum(sizes))) if n_outstanding else 0]
    sizes += [int(np.ceil(n_outstanding * NAMED_LATER_EACH))]
    kind = np.repeat(np.arange(5), sizes)
    person = rng.permutation(len(kind)) + 1
    pairs = pick(rng, (80, 14, 6), len(kind)) + 1
    pairs[kind == UNKNOWN] = 1
    person, kind = np.repeat(person, pairs), np.repeat(kind, pairs)
    is_first = np.diff(person, prepend=0) != 0
    named = _named(rng, kind, as_of, waits)
    action, acted = _ends(rng, kind, is_first, named, as_of)
    risk = pick(rng, (12, 38, 50), len(kind))
    crime = _crime(rng, named, number, day)
    found = Suspects(person, kind, crime, named, action, acted, risk)
    _, kept = np.unique(np.stack([person, crime]), axis=1, return_index=True)
    found = found.take(kept)
    return _high_risk(subject, found.take(np.lexsort((found.person, found.named))))


def _named(rng: np.random.Generator, kind: np.ndarray, as_of: np.datetime64, waits: Waits) -> np.ndarray:
    n = len(kind)
    waiting = waits(rng, n)
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


def _crime(rng: np.random.Generator, named: np.ndarray, number: np.ndarray, day: np.ndarray) -> np.ndarray:
    """A crime recorded in the 30 days before the naming; one outside the return where there is none."""
    lo = np.searchsorted(day, named - 30 * ONE_DAY, side="left")
    hi = np.searchsorted(day, named, side="right")
    at = lo + (rng.random(len(named)) * (hi - lo)).astype(int)
    outside = -1 - np.arange(len(named))
    if not len(number):
        return outside
    return np.where(hi > lo, number[np.minimum(at, len(number) - 1)], outside)


def _high_risk(subject: Subject, found: Suspects) -> Suspects:
    """Let the given share of the high-risk suspects named in the period be dealt with within 7 days."""
    rng = subject.rng("suspects.high_risk")
    high = (found.risk == RISKS.index("high")) & (found.named >= subject.start) & (found.named <= subject.end)
    high &= found.kind != NO_GROUNDS
    dealt = high & (found.kind == RESOLVED) & np.isin(found.action, [0, 1])
    wanted = min(int(np.floor(subject.facts.high_risk_cleared_share * high.sum() + 0.5)), int(dealt.sum()))
    order = rng.permutation(np.flatnonzero(dealt))
    acted = found.acted.copy()
    acted[order[:wanted]] = found.named[order[:wanted]] + rng.integers(0, 8, wanted) * ONE_DAY
    slow = order[wanted:]
    acted[slow] = found.named[slow] + rng.integers(9, 40, len(slow)) * ONE_DAY
    acted[dealt] = np.minimum(acted[dealt], subject.as_of)
    return replace(found, acted=acted)


def draw_bails(subject: Subject, suspects: Suspects, outstanding: np.ndarray) -> Bails:
    """Draw the releases on bail, given the persons outstanding."""
    rng, n_failed = subject.rng("bail"), subject.size(subject.facts.n_fta, 20)
    n_both = min(round(BOTH_SHARE * n_failed), len(outstanding))
    resolved = np.unique(suspects.person[suspects.kind == RESOLVED])
    resolved = rng.permutation(np.setdiff1d(resolved, outstanding))
    newcomers = 5_000_000 + np.arange(max(0, n_failed - n_both - len(resolved) // 2))
    alone = np.concatenate([resolved[: n_failed - n_both - len(newcomers)], newcomers])
    failed = np.concatenate([rng.permutation(outstanding)[:n_both], alone])
    # Nobody else's bail may be that of a person who failed: their numbers are set apart.
    others = 6_000_000 + np.arange(max(1, 8 * n_failed))

    sizes = {kind: int(np.ceil(n_failed * each)) for kind, each in EACH.items()}
    sizes[NO_ANSWER] = max(1, round(NO_ANSWER_SHARE * sum(sizes.values()))) if n_failed else 0
    again = failed[quota(rng, len(failed), 0.08)]
    kind = np.concatenate([np.full(len(failed), FAILED), np.full(len(again), FAILED_AGAIN)])
    kind = np.concatenate([kind, np.repeat(list(sizes), list(sizes.values()))])
    person = np.concatenate([failed, again, rng.choice(others, len(kind) - len(failed) - len(again))])
    found = _release(rng, person, kind, subject.as_of)
    return _come_late(subject, found.take(np.lexsort((found.person, found.granted))))


def _come_late(subject: Subject, found: Bails) -> Bails:
    """Let the given share of those caught, by the snapshot or after it, have come by themselves on that day instead."""
    caught = np.flatnonzero(~np.isnat(found.rearrested))
    late = np.zeros(len(found.person), dtype=bool)
    late[caught[subject.quota("bail.late", len(caught), subject.facts.answered_late_share)]] = True
    came, taken = np.where(late, found.rearrested, NO_DAY), np.where(late, NO_DAY, found.rearrested)
    return replace(found, answered=came, rearrested=taken)


def _release(rng: np.random.Generator, person: np.ndarray, kind: np.ndarray, as_of: np.datetime64) -> Bails:
    n = len(kind)
    ago = np.where(kind <= FAILED_AGAIN, rng.integers(1, 400, n), rng.integers(1, 480, n))
    ago = np.where(kind == NOT_DUE, -rng.integers(1, 50, n), ago)
    due = as_of - ago * ONE_DAY
    granted = np.minimum(due - rng.integers(14, 75, n) * ONE_DAY, as_of - 2 * ONE_DAY)
    bail_type = np.where(rng.random(n) < 0.18, BAIL_TYPES.index("s30a_street"), BAIL_TYPES.index("s47_3"))
    bail_type = np.where(kind == COURT, BAIL_TYPES.index("court"), bail_type)
    after = due + rng.integers(1, 60, n) * ONE_DAY
    caught = np.where(kind == CAUGHT, np.minimum(after, as_of), NO_DAY)
    # Arrested between the snapshot and the drawing up of the return: unanswered on the day.
    since = (kind == FAILED) & (rng.random(n) < 0.03)
    caught = np.where(since, as_of + rng.integers(1, 20, n) * ONE_DAY, caught)
    cancelled = np.where(kind == CANCELLED, np.minimum(after, as_of), NO_DAY)
    rebailed = np.where(kind == MOVED, due - rng.integers(1, 10, n) * ONE_DAY, NO_DAY)
    attended = np.where(np.isin(kind, [FAILED, FAILED_AGAIN, CAUGHT, CANCELLED, COURT]), 0, 1)
    # Of a moved return a force writes "no" as often as nothing.
    attended = np.where(kind == MOVED, np.where(rng.random(n) < 0.5, 0, -1), attended)
    attended[(kind == NOT_DUE) | (kind == NO_ANSWER)] = -1
    never = np.full(n, NO_DAY)
    return Bails(person, kind, bail_type, granted, due, rebailed, never, caught, cancelled, attended)
