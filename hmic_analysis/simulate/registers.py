"""The document register of a simulated force, and the log of what was asked of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from hmic_analysis.simulate.ground import TABLES, Record, Subject, items, stems
from hmic_analysis.simulate.world import ONE_DAY


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
