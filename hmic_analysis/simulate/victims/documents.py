"""The documents on repeat and vulnerable victims, and some that look like them."""

from __future__ import annotations

import numpy as np

from hmic_analysis.simulate.entry import document
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.topic import Record

SUBJECT, COVERS = "victims", ["repeat_victims", "vulnerable_victims"]


def documents(facts, frame) -> list[Record]:
    """The entries of this topic in the document register.

    Parameters
    ----------
    facts : Facts
    frame : Frame

    Returns
    -------
    list of dict
        The policy and the procedure where there are any; always a draft, an old procedure and one of a partnership.
    """
    start, as_of = np.datetime64(frame.period_start), np.datetime64(frame.as_of)
    ended = {"status": "withdrawn", "effective_from": start - 1200 * ONE_DAY, "effective_to": start - 300 * ONE_DAY}
    found = [
        document(
            202, "Vulnerability policy, next version", "policy", SUBJECT, as_of - 40 * ONE_DAY, COVERS, status="draft"
        ),
        document(203, "Repeat victims procedure, old", "procedure", SUBJECT, start - 1200 * ONE_DAY, COVERS, **ended),
        document(
            204,
            "Safeguarding procedure of the partnership",
            "procedure",
            SUBJECT,
            start - 500 * ONE_DAY,
            COVERS,
            scope="partnership",
        ),
    ]
    since = {"effective_from": start - 280 * ONE_DAY, "review_due_on": as_of + 90 * ONE_DAY}
    if facts.victims_policy:
        title = "Policy on repeat and vulnerable victims"
        found.append(document(200, title, "policy", SUBJECT, start - 290 * ONE_DAY, COVERS, **since))
    if facts.victims_procedure:
        title, seen = "Call-handling procedure: who is at risk", {"corroborated_by": ["observation", "interview"]}
        written = start - 285 * ONE_DAY
        found.append(document(201, title, "procedure", SUBJECT, written, COVERS, **since, **seen))
    return found
