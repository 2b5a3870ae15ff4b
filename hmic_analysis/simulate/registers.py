"""What the fieldwork would have written down of a simulated force, files that inspectors read among it."""

from typing import Any

import numpy as np

from hmic_analysis.simulate.ground import TABLES, Record, Subject, items, stems
from hmic_analysis.simulate.world import ONE_DAY

# The document register of a simulated force, and the log of what was asked of it.


def document(
    number: int, title: str, kind: str, subject: str, approved: np.datetime64 | None, covers: list[str], **more: Any
) -> Record:
    """One entry of the register: approved, of the whole force, unless ``more`` says otherwise."""
    return {
        "document_id": f"DOC{number:04d}",
        "title": f"{title} (synthetic)",
        "document_type": kind,
        "subject": subject,
        "scope": "force",
        "owner_rank": "superintendent",
        "status": "approved",
        "approved_on": approved,
        "covers": covers,
        **more,
    }


def document_records(subject: Subject) -> list[Record]:
    """The documents that the force gave or named, by their number: of the findings, and some that speak of none."""
    start, aims = subject.start, ["prevention_objective"]
    found = [
        document(1, "Police and crime plan", "plan", "policing", start, aims, scope="pcc"),
        document(2, "Force control strategy", "strategy", "policing", start, ["named_lead", "review_date"]),
        document(4, "Procedure for keeping victims informed", "procedure", "victims", start - 200 * ONE_DAY, []),
    ]
    for stem in stems():
        found += stem.documents(subject) if stem.documents else []
    return sorted(found, key=lambda entry: entry["document_id"])


def request_records(subject: Subject, stated: dict[str, float]) -> list[Record]:
    """The log of what was asked of the force: every table, then the figures and statements besides."""
    facts, as_of, found = subject.facts, subject.as_of, []
    signed = {"document", *(table for stem in stems() for table in stem.signed)}
    # Figures that a force may be unable to give come before what every force can say.
    besides = sorted(items(), key=lambda item: not items()[item].given)
    asked = [table for table in TABLES if table != "data_request"]
    for i, item in enumerate((*asked, *besides)):
        status = facts.status(item)
        record: Record = {"request_id": f"RQ{i + 1:04d}", "item": item, "status": status}
        if status != "not_requested":
            record["requested_on"] = as_of - 75 * ONE_DAY
        if status not in ("not_requested", "not_yet_received"):
            record["received_on"] = as_of - (i % 9) * ONE_DAY
        if item in stated and status == "provided":
            record |= {"stated_value": stated[item], "stated_unit": items()[item].unit}
        if item in signed and status == "provided":
            record["register_complete"] = facts.register_complete
        found.append(record)
    return found


# Files as inspectors read them: the entries of one file, progress and supervision, and what only looks like either.

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
