"""Who the victim of each contact is: somebody new, somebody who reported in the year before, or longer ago.

Whether a contact is of a repeat victim is decided here, by the person that is put behind it.  What has to be
remembered is one mark for each report of the year before, and the latest reports of the period, of which no more than
a fixed number are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hmic_analysis.simulate.victims.earlier import Earlier

DAY = np.timedelta64(86_400, "s")
#: A report this many days back, or fewer, makes a repeat victim for certain; this many, or more, for certain not.
SURELY, SURELY_NOT = 363, 367
#: Latest reports of the period that are remembered.
KEPT = 60_000


@dataclass
class Persons:
    """The persons of one force, contact by contact.

    Attributes
    ----------
    earlier : Earlier
        Reports of the year before; their persons are the first numbers.
    """

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
        """Numbers of up to ``n`` persons who reported in the year before each moment of a span.

        Parameters
        ----------
        rng : numpy.random.Generator
        start, end : numpy.datetime64
            The span.
        n : int
        part : float
            Of them, so many from the year before the period, as far as there are any.

        Returns
        -------
        numpy.ndarray
            Everybody at most once.
        """
        from_before = self._before(rng, end, round(n * part))
        live = np.flatnonzero((self.at < start) & (self.at > end - SURELY * DAY))
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
        live = np.flatnonzero(~self.used & (self.earlier.at > end - SURELY * DAY))
        for kind in np.unique(kinds):
            wanted = np.flatnonzero(kinds == kind)
            those = rng.permutation(live[self.earlier.kind[live] == kind])[: len(wanted)]
            found[wanted[: len(those)]] = those + 1
            self.used[those] = True
        return found

    def long_ago(self, rng: np.random.Generator, start: np.datetime64, n: int) -> np.ndarray:
        """Numbers of up to ``n`` persons whose only report is more than a year old."""
        old = np.flatnonzero(~self.used & (self.earlier.at < start - SURELY_NOT * DAY))
        chosen = rng.permutation(old)[:n]
        self.used[chosen] = True
        return chosen + 1

    def remember(self, number: np.ndarray, at: np.ndarray) -> None:
        """Keep reports that make later contacts of the same persons repeats."""
        self.number = np.concatenate([self.number, number])[-KEPT:]
        self.at = np.concatenate([self.at, at])[-KEPT:]

    def _before(self, rng: np.random.Generator, end: np.datetime64, n: int) -> np.ndarray:
        live = np.flatnonzero(~self.used & (self.earlier.at > end - SURELY * DAY))
        chosen = rng.permutation(live)[:n]
        self.used[chosen] = True
        return chosen + 1
