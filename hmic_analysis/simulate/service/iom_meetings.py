"""Meetings with partners on offenders: four panels, every second week."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.offenders import AGENCIES
from hmic_analysis.simulate.shapes import DISTRICTS
from hmic_analysis.simulate.streams import quota
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.tally import percent
from hmic_analysis.simulate.topic import Subject
from hmic_analysis.simulate.writer import references, render

EVERY_DAYS = 14
#: Whether a meeting was held is not on record.
NOT_KNOWN = -1
#: Partners besides police and probation, of whom two make the quorum.
OTHERS = ("local_authority", "youth_offending", "prison", "drug_and_alcohol", "health")
#: Partners who are no core ones.
GUESTS = ("housing", "job_centre", "voluntary_sector")


def draw_meetings(subject: Subject) -> tuple[pa.Table, dict[str, Any]]:
    """Draw the meetings of the period, and some of the weeks before it.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    tuple
        Rows of ``iom_meeting``, and the true figures of the period; shares are exact, to the nearest meeting.
    """
    facts, rng = subject.facts, subject.streams.of("service.meetings")
    first = np.arange(subject.start - 60 * ONE_DAY, subject.end + ONE_DAY, EVERY_DAYS)
    day = np.concatenate([first + i * ONE_DAY for i in range(len(DISTRICTS))])
    panel = np.repeat(np.array(DISTRICTS, dtype=object), len(first))
    order = np.argsort(day, kind="stable")
    day, panel = day[order], panel[order]
    counted = np.flatnonzero((day >= subject.start) & (day <= subject.end))
    held = np.ones(len(day), int)
    held[counted] = quota(subject.streams.of("service.meetings.held"), len(counted), facts.iom_meetings_held_share)
    held[rng.choice(counted, 1)] = NOT_KNOWN
    took_place = counted[held[counted] == 1]
    quorum = np.ones(len(day), bool)
    quorum[took_place] = quota(
        subject.streams.of("service.meetings.quorum"), len(took_place), facts.iom_quorum_share
    )  # fmt: skip
    recorded = np.ones(len(day), bool)
    recorded[took_place] = quota(
        subject.streams.of("service.meetings.recorded"), len(took_place), facts.iom_attendance_recorded_share
    )
    present = [_present(rng, q) if h == 1 and r else None for q, h, r in zip(quorum, held, recorded, strict=True)]
    columns = {
        "meeting_id": references("IM", np.arange(len(day)) + 1, 4),
        "panel": panel,
        "scheduled_on": day,
        "held": held,
        "agencies_present": np.array(present, dtype=object),
    }
    with_quorum = int((quorum & recorded)[took_place].sum())
    values = {
        "iom_meetings_scheduled_n": len(counted),
        "iom_meetings_held_n": len(took_place),
        "iom_meetings_unknown_n": int((held[counted] == NOT_KNOWN).sum()),
        "iom_meeting_held_pct": percent(len(took_place), int((held[counted] != NOT_KNOWN).sum())),
        "iom_quorum_n": with_quorum,
        "iom_attendance_unknown_n": int((~recorded)[took_place].sum()),
        "iom_core_partner_quorum_pct": percent(with_quorum, int(recorded[took_place].sum())),
    }
    return render("iom_meeting", columns), values


def _present(rng: np.random.Generator, quorum: bool) -> str:
    """Agencies at one meeting; without a quorum probation is missing, or all but one of the others."""
    there = {"police", "probation"}
    others = list(rng.permutation(np.array(OTHERS, dtype=object)))
    if quorum:
        there |= set(others[: int(rng.integers(2, 5))])
    elif rng.random() < 0.5:
        there = {"police", *others[:3]}
    else:
        there |= set(others[:1])
    there |= {guest for guest in GUESTS if rng.random() < 0.3}
    return ";".join(agency for agency in AGENCIES if agency in there)
