"""Files as inspectors read them: the entries of one file, progress and supervision, and what only looks like either."""

from __future__ import annotations

import numpy as np

from hmic_analysis.simulate.ground import Record
from hmic_analysis.simulate.world import ONE_DAY

GROUPS = ("burglary_dwelling", "theft_from_vehicle", "violence", "criminal_damage", "other_theft")
#: Longest span without a progress entry on a file that is kept up; shortest on one that is not.
KEPT_UP, LEFT = 27, 33


class Entries:
    """The entries of one file."""

    def __init__(self, review_id: str, rng: np.random.Generator) -> None:
        self.review_id = review_id
        self.rng = rng
        self.rows: list[Record] = []

    def add(self, day: np.datetime64 | None, kind: str, by_investigator: bool, content: str | None = None) -> None:
        """One entry."""
        entry: Record = {"review_id": self.review_id, "entry_number": len(self.rows) + 1, "entered_on": day}
        self.rows.append({**entry, "entry_kind": kind, "by_investigator": by_investigator, "content": content})

    def days(self, least: int, most: int) -> np.timedelta64:
        """A number of days, both ends included."""
        return int(self.rng.integers(least, most + 1)) * ONE_DAY

    def add_progress(self, opened: np.datetime64, end: np.datetime64, kept_up: bool, is_closed: bool) -> None:
        """Progress entries between two days, kept up or left lying; and entries that are no progress."""
        length = int((end - opened) / ONE_DAY)
        if kept_up:
            day = opened + self.days(0, min(length, 12))
            self.add(day, "progress", True)
            while int((end - day) / ONE_DAY) > KEPT_UP:
                day += self.days(9, KEPT_UP)
                self.add(day, "progress", True)
        elif length > 2 * LEFT and self.rng.random() < 0.6:
            # Begun, then left lying to the end.
            day = opened + self.days(0, 10)
            while int((end - day) / ONE_DAY) > LEFT:
                self.add(day, "progress", True)
                day += self.days(12, KEPT_UP)
        for _ in range(int(self.rng.integers(0, 3))):
            self.add(opened + self.days(0, max(length, 1)), "automated", False)
        if self.rng.random() < 0.5:
            self.add(opened + self.days(1, max(length, 1)), "victim_update", True)
        if is_closed and self.rng.random() < 0.2:
            # Written up afterwards: it shows nothing of the time the file was open.
            self.add(end + self.days(2, 20), "progress", True)

    def add_supervision(self, opened: np.datetime64, end: np.datetime64, supervised: bool, is_closed: bool) -> bool:
        """Supervision of substance, or what looks like it; whether there was any by the last day."""
        length = int((end - opened) / ONE_DAY)
        if supervised:
            late = is_closed and self.rng.random() < 0.08
            day = end + self.days(1, 15) if late else opened + self.days(0, length)
            self.add(day, "supervisor", False, "sign_off" if self.rng.random() < 0.4 else "direction")
            return not late
        draw = self.rng.random()
        if draw < 0.3:
            self.add(opened + self.days(0, length), "supervisor", False, "none")
        elif draw < 0.5:
            # A sergeant who investigates the crime: nobody else looked at it.
            self.add(opened + self.days(0, length), "supervisor", True, "direction")
        return False


def readers_agree(counts: list[int]) -> bool:
    """Whether two readers found the same on three in four of the files that both read."""
    agreed, twice = counts
    return bool(twice) and agreed / twice >= 0.75
