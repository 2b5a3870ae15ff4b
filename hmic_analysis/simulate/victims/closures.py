"""Crimes that nobody attended and that were closed at once, and the entries on crime records."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.simulate.cases import MODE
from hmic_analysis.simulate.clock import SECOND, to_wall
from hmic_analysis.simulate.tally import percent
from hmic_analysis.simulate.topic import Piece, Subject

#: Of the crimes closed at once: those without an entry; of all crimes: those whose number of entries is blank.
WITHOUT_ENTRY, BLANK = 0.7, 0.02


class Closures:
    """Closes some crimes on the day they were recorded, and counts them.

    Parameters
    ----------
    subject : Subject
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.counts: Counter = Counter()

    def rows(self, piece: Piece, crime: pa.Table) -> pa.Table:
        """The crimes of a window with the entries on each; some that nobody attended are closed within a day."""
        rng = self.subject.streams.of("victims.closures", piece.window.index)
        case, cases = piece.crimes.case, piece.cases
        n, mode = len(case), cases.mode[case]
        left = cases.known[case] & ~cases.attended[case]
        at_once = left & np.isin(mode, (MODE["telephone"], MODE["nobody"]))
        at_once &= rng.random(n) < self.subject.facts.same_day_closure_share
        entries = rng.poisson(4, n) + 1
        entries = np.where(at_once, np.where(rng.random(n) < WITHOUT_ENTRY, 0, rng.integers(1, 3, n)), entries)
        blank = rng.random(n) < BLANK
        closed = cases.recorded[case] + rng.integers(2 * 3600, 20 * 3600, n) * SECOND
        text = pa.array(to_wall(closed)).cast(pa.string()).to_pylist() if n else []
        stands = crime.column("closed_at").to_pylist()
        cells = [soon if now else old for soon, old, now in zip(text, stands, at_once, strict=True)]
        numbers = [None if b else str(e) for b, e in zip(blank, entries, strict=True)]
        dated = np.array([x is not None for x in crime.column("recorded_at").to_pylist()], bool)
        self._count(left & piece.crimes.counted, at_once & dated & ~blank & (entries == 0), at_once & (blank | ~dated))
        crime = crime.set_column(crime.column_names.index("closed_at"), "closed_at", pa.array(cells, pa.string()))
        at = crime.column_names.index("progress_entries")
        return crime.set_column(at, "progress_entries", pa.array(numbers, pa.string()))

    def values(self) -> dict[str, Any]:
        """Crimes not attended, and how many of them were closed within a day with no entry."""
        c = self.counts
        known = c["left"] - c["unknown"]
        return {"crimes_not_attended": c["left"], "same_day_closure_pct": percent(c["at_once"], known)}

    def _count(self, left: np.ndarray, at_once: np.ndarray, unknown: np.ndarray) -> None:
        self.counts["left"] += int(left.sum())
        self.counts["at_once"] += int((left & at_once).sum())
        self.counts["unknown"] += int((left & unknown).sum())
