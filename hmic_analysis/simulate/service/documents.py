"""What the document register holds of A5, A8, A9 and A10, and what only looks like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hmic_analysis.simulate.entry import document
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.topic import Record

if TYPE_CHECKING:
    from hmic_analysis.simulate.facts import Facts
    from hmic_analysis.simulate.frame import Frame

RESPONSE = "response_deployment"


def documents(facts: Facts, frame: Frame) -> list[Record]:
    """Documents on offenders, dispatch, the quality of service and the review of the response policy.

    Parameters
    ----------
    facts : Facts
    frame : Frame

    Returns
    -------
    list of dict
        With drafts, a withdrawn user guide, a scheme of a partnership, reviews of other policies.
    """
    as_of, start = np.datetime64(frame.as_of), np.datetime64(frame.period_start)
    written, since = start - 220 * ONE_DAY, {"effective_from": start - 200 * ONE_DAY}
    found = _besides(as_of, start)
    found.append(
        document(300, "Offender selection and risk procedure", "procedure", "iom", written, ["named_lead"], **since)
    )
    if facts.dispatch_mapping:
        covers, seen = ["mapping_system"], {"corroborated_by": ["observation"], **since}
        found.append(document(310, "Dispatch map user guide", "procedure", "dispatch", written, covers, **seen))
    if facts.audit_scheme:
        covers, seen = ["service_quality_checks"], {"corroborated_by": ["interview", "data"]}
        title = "Call quality audit scheme"
        found.append(document(320, title, "procedure", "service_quality", written, covers, **since, **seen))
    return found


def review_dates(facts: Facts, as_of: np.datetime64) -> Record:
    """What the entry of the response policy says of its review.

    Parameters
    ----------
    facts : Facts
    as_of : numpy.datetime64

    Returns
    -------
    dict
        Days opened, last worked on and closed; empty if no review was opened.
    """
    if not facts.review_opened:
        return {}
    ago = facts.review_days_ago
    dates = {"review_opened_on": as_of - (ago + 33) * ONE_DAY, "last_activity_on": as_of - ago * ONE_DAY}
    return dates | ({"review_closed_on": as_of - min(ago, 5) * ONE_DAY} if facts.review_closed else {})


def _besides(as_of: np.datetime64, start: np.datetime64) -> list[Record]:
    """Documents that decide nothing."""
    open_review = {"review_opened_on": as_of - 50 * ONE_DAY, "last_activity_on": as_of - 4 * ONE_DAY}
    draft = {"status": "draft", "last_activity_on": as_of - 6 * ONE_DAY}
    old = {"status": "withdrawn", "effective_from": start - 1900 * ONE_DAY, "effective_to": start - 900 * ONE_DAY}
    partners, covers_map, checks = {"scope": "partnership"}, ["mapping_system"], ["service_quality_checks"]
    recent, long_ago = as_of - 60 * ONE_DAY, start - 1950 * ONE_DAY
    return [
        document(301, "Offender selection matrix, next version", "procedure", "iom", recent, ["named_lead"], **draft),
        document(311, "Options for a new dispatch map", "report", "dispatch", recent, covers_map, **draft),
        document(312, "First dispatch map", "procedure", "dispatch", long_ago, covers_map, **old),
        document(321, "Partners' service checks", "plan", "service_quality", start, checks, **partners),
        document(322, "Audit scheme, next version", "procedure", "service_quality", recent, checks, **draft),
        document(330, "Police pursuit policy", "policy", "pursuit", start, ["review_date"], **open_review),
        document(331, "District 2 deployment note", "policy", RESPONSE, start, [], scope="district", **open_review),
        document(332, "Response policy, version 3", "policy", RESPONSE, recent, ["grade_definitions"], **draft),
    ]
