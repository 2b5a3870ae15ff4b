"""What was flagged at first contact, what only later, and the true figures of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.simulate.clock import SECOND, to_wall
from hmic_analysis.simulate.tally import percent
from hmic_analysis.simulate.topic import Piece, Subject
from hmic_analysis.simulate.victims.contacts import TYPES, Contacts
from hmic_analysis.simulate.writer import references, render

SHIFTS = ("early", "late", "night")
SHIFT_FROM = (7, 15, 23)
#: Contacts without a row; flags left blank; flags without a time; missed repeat victims that a review desk flags later.
NO_ROW, BLANK, UNDATED, LATER = 0.01, 0.012, 0.004, 0.4
VULNERABLE = 0.13
GOLDEN = 0.6180339887498949
NO_TIME = np.datetime64("NaT", "s")


class Flags:
    """Writes ``contact_flag`` and counts what is true of it.

    Parameters
    ----------
    subject : Subject
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.counts: Counter = Counter()
        self._seen: Counter = Counter()

    def rows(self, piece: Piece, found: Contacts, first_sent: np.ndarray) -> pa.Table:
        """The rows of one window.

        Parameters
        ----------
        piece : Piece
        found : Contacts
        first_sent : numpy.ndarray
            First assignment to each incident of the window; NaT where nobody was sent.

        Returns
        -------
        pyarrow.Table
        """
        rng = self.subject.streams.of("victims.flags", piece.window.index)
        n, created, sent = len(found.row), found.created, first_sent[found.row]
        ended = created + rng.integers(60, 480, n) * SECOND
        over = np.where(np.isnat(sent) | (sent < ended), ended, sent)
        # A firm without a row would be taken for a person; the force knows its firms.
        given = (rng.random(n) >= NO_ROW) | ~found.of_person
        shift = _shifts(created)
        flag, flag_at, flagged = self._repeat(rng, found, given, shift, created, over)
        mark, mark_at, assessed = self._vulnerable(rng, given, created, over)
        self._count(found, shift, flagged, assessed)
        columns = {
            "incident_id": references("INC", piece.first_incident + found.row[given]),
            "call_ended_at": ended[given],
            "victim_type": np.array(TYPES, dtype=object)[found.victim[given]],
            "repeat_victim": flag[given],
            "repeat_set_at": flag_at[given],
            "vulnerable": mark[given],
            "vulnerable_set_at": mark_at[given],
        }
        return render("contact_flag", columns)

    def values(self) -> dict[str, Any]:
        """True figures: contacts, repeat victims, those flagged, by shift; and assessments made."""
        c = self.counts
        recall = {s: [c[f"repeat[{s}]{x}"] for x in (1, 0, -1)] for s in SHIFTS}
        yes, no, unknown = (sum(part) for part in zip(*recall.values(), strict=True))
        flagged, right = c["flagged"], c["flagged_right"]
        return {
            "victim_contacts": c["contacts"],
            "victim_contacts_with_reference": c["with_reference"],
            "repeat_contacts": yes + no + unknown,
            "repeat_flag_recall": [yes, no, unknown],
            "repeat_flag_recall_by_shift": recall,
            "repeat_flag_recall_pct": percent(yes, yes + no),
            "repeat_flag_precision_pct": percent(right, flagged),
            "vulnerability_recorded": [c["assessed1"], c["assessed0"], c["assessed-1"]],
            "vulnerability_recorded_pct": percent(c["assessed1"], c["assessed1"] + c["assessed0"]),
        }

    def _repeat(
        self,
        rng: np.random.Generator,
        found: Contacts,
        given: np.ndarray,
        shift: np.ndarray,
        created: np.ndarray,
        over: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The repeat flag, its time, and whether it stood at first contact: 1, 0, or -1 for nobody knows."""
        facts, n = self.subject.facts, len(created)
        blank = rng.random(n) < BLANK
        flag = (rng.random(n) < facts.repeat_false_flag_share).astype(int)
        counted = found.of_person & (found.repeat == 1) & given & ~blank
        for i, name in enumerate(SHIFTS):
            share = facts.night_recall_share if name == "night" else facts.repeat_recall_share
            those = counted & (shift == i)
            flag[those] = self._evenly(name, int(those.sum()), share)
        late = counted & (flag == 0) & (rng.random(n) < LATER)
        at = created + rng.integers(15, 50, n) * SECOND
        at = np.where(late, over + rng.integers(3600, 260_000, n) * SECOND, at)
        undated = (flag == 1) & (rng.random(n) < UNDATED) & ~late
        at[blank | undated] = NO_TIME
        stood = np.where(blank | undated | ~given, -1, flag)
        return np.where(blank, -1, np.where(late, 1, flag)), at, stood

    def _evenly(self, name: str, n: int, share: float) -> np.ndarray:
        """``n`` further cases of a shift, flagged in the given share as nearly as can be, however many there are."""
        at = np.arange(self._seen[name], self._seen[name] + n)
        self._seen[name] += n
        return (((at + 0.5) * GOLDEN) % 1 < share).astype(int)

    def _vulnerable(
        self, rng: np.random.Generator, given: np.ndarray, created: np.ndarray, over: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The assessment, its time, and whether it was made at first contact: 1, 0, or -1."""
        n = len(created)
        made = rng.random(n) < self.subject.facts.vulnerability_recorded_share
        later = ~made & (rng.random(n) < 0.3)
        mark = np.where(made | later, (rng.random(n) < VULNERABLE).astype(int), -1)
        at = np.where(later, over + rng.integers(3600, 400_000, n) * SECOND, created + rng.integers(20, 58, n) * SECOND)
        undated = (mark >= 0) & (rng.random(n) < UNDATED)
        at[(mark < 0) | undated] = NO_TIME
        return mark, at, np.where(~given | undated, -1, made.astype(int))

    def _count(self, found: Contacts, shift: np.ndarray, flagged: np.ndarray, assessed: np.ndarray) -> None:
        person = found.of_person
        self.counts["contacts"] += int(person.sum())
        self.counts["with_reference"] += int((person & found.shows_victim).sum())
        repeat = person & (found.repeat == 1)
        for i, name in enumerate(SHIFTS):
            for state in (1, 0, -1):
                self.counts[f"repeat[{name}]{state}"] += int((repeat & (shift == i) & (flagged == state)).sum())
        stood = person & (flagged == 1)
        self.counts["flagged"] += int((stood & (found.repeat >= 0)).sum())
        self.counts["flagged_right"] += int((stood & (found.repeat == 1)).sum())
        for state in (1, 0, -1):
            those = person & (found.is_crime | found.is_personal) & (assessed == state)
            self.counts[f"assessed{state}"] += int(those.sum())


def _shifts(created: np.ndarray) -> np.ndarray:
    """Position of the shift in :data:`SHIFTS`, by the wall clock."""
    wall = to_wall(created)
    hour = (wall - wall.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)
    early, late, night = SHIFT_FROM
    return np.where((hour >= early) & (hour < late), 0, np.where((hour >= late) & (hour < night), 1, 2))
