"""Police bail: who failed to answer it at the day of the snapshot, and who only looks it.

Failed to answer: released on police bail (street bail included), due by the day of the snapshot, did not attend,
and by that day neither re-arrested nor the bail cancelled.  A re-bail before the due date moves the return.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.suspects import BAIL_TYPES
from hmic_analysis.simulate.streams import Streams, quota
from hmic_analysis.simulate.suspects import NO_DAY, ONE_DAY, RESOLVED, Suspects
from hmic_analysis.simulate.writer import references, render

FAILED, FAILED_AGAIN, ANSWERED, MOVED, CAUGHT, CANCELLED, COURT, NOT_DUE, UNKNOWN = range(9)
#: Records of each other kind for each person who failed to answer.
EACH = {ANSWERED: 15.0, MOVED: 3.0, CAUGHT: 0.6, CANCELLED: 0.1, COURT: 0.5, NOT_DUE: 2.0}
UNKNOWN_SHARE = 0.003
#: Share of those who failed to answer who are outstanding suspects too.
BOTH_SHARE = 0.15


@dataclass(frozen=True)
class Bails:
    """Releases on bail; arrays of equal length, one item a release.

    Attributes
    ----------
    person : numpy.ndarray
        Number of the person.
    kind : numpy.ndarray
        :data:`FAILED` and the kinds after it.
    bail_type : numpy.ndarray
        Position in the contract's types.
    granted, due, rebailed, rearrested, cancelled : numpy.ndarray
        Days, NaT where it did not happen.
    attended : numpy.ndarray
        1 yes, 0 no, -1 blank.
    """

    person: np.ndarray
    kind: np.ndarray
    bail_type: np.ndarray
    granted: np.ndarray
    due: np.ndarray
    rebailed: np.ndarray
    rearrested: np.ndarray
    cancelled: np.ndarray
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
        over = [np.isnat(x) | (x > as_of) for x in (self.rearrested, self.cancelled)]
        unanswered = (self.attended == 0) & (self.due <= as_of) & ~self.was_moved
        return self.is_police_bail & unanswered & over[0] & over[1]


def draw_bails(
    streams: Streams, n_failed: int, suspects: Suspects, outstanding: np.ndarray, as_of: np.datetime64
) -> Bails:
    """Draw the releases on bail.

    Parameters
    ----------
    streams : Streams
    n_failed : int
        Persons who failed to answer.
    suspects : Suspects
    outstanding : numpy.ndarray
        Numbers of the persons outstanding.
    as_of : numpy.datetime64

    Returns
    -------
    Bails
        In order of granting.
    """
    rng = streams.of("bail")
    n_both = min(round(BOTH_SHARE * n_failed), len(outstanding))
    resolved = np.unique(suspects.person[suspects.kind == RESOLVED])
    resolved = rng.permutation(np.setdiff1d(resolved, outstanding))
    newcomers = 5_000_000 + np.arange(max(0, n_failed - n_both - len(resolved) // 2))
    alone = np.concatenate([resolved[: n_failed - n_both - len(newcomers)], newcomers])
    failed = np.concatenate([rng.permutation(outstanding)[:n_both], alone])
    # Nobody else's bail may be that of a person who failed: their numbers are set apart.
    others = 6_000_000 + np.arange(max(1, 8 * n_failed))

    sizes = {kind: int(np.ceil(n_failed * each)) for kind, each in EACH.items()}
    sizes[UNKNOWN] = max(1, round(UNKNOWN_SHARE * sum(sizes.values()))) if n_failed else 0
    again = failed[quota(rng, len(failed), 0.08)]
    kind = np.concatenate([np.full(len(failed), FAILED), np.full(len(again), FAILED_AGAIN)])
    kind = np.concatenate([kind, np.repeat(list(sizes), list(sizes.values()))])
    person = np.concatenate([failed, again, rng.choice(others, len(kind) - len(failed) - len(again))])
    found = _release(rng, person, kind, as_of)
    order = np.lexsort((found.person, found.granted))
    return Bails(**{name: values[order] for name, values in vars(found).items()})


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
    attended[(kind == NOT_DUE) | (kind == UNKNOWN)] = -1
    return Bails(person, kind, bail_type, granted, due, rebailed, caught, cancelled, attended)


def bail_rows(bails: Bails) -> pa.Table:
    """Write releases as rows of the return."""
    return render(
        "bail",
        {
            "bail_id": references("BL", np.arange(len(bails.person)) + 1),
            "person_key": references("NOM", bails.person),
            "bail_type": np.array(BAIL_TYPES, dtype=object)[bails.bail_type],
            "granted_on": bails.granted,
            "return_due_on": bails.due,
            "attended": bails.attended,
            "rebailed_on": bails.rebailed,
            "rearrested_on": bails.rearrested,
            "cancelled_on": bails.cancelled,
        },
    )
