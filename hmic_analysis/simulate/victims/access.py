"""Which systems call-handlers can look things up in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.contact import SYSTEMS
from hmic_analysis.simulate.prevention.staff import draw_staff
from hmic_analysis.simulate.streams import quota
from hmic_analysis.simulate.tally import percent
from hmic_analysis.simulate.topic import Subject
from hmic_analysis.simulate.writer import render

#: Live access to the systems that are no fact of their own; cells left blank.
USUAL = {"custody": 0.4, "pnc": 0.92, "incident_history": 1.0}
BLANK = 0.02


def draw_access(subject: Subject) -> tuple[pa.Table, dict[str, float | None]]:
    """Draw who has live access to which system.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    pyarrow.Table
        Rows of ``system_access``; some who have left still have access, and count nowhere.
    dict
        True share of the call-handlers in post, per cent, by system.
    """
    staff, facts = draw_staff(subject), subject.facts
    shares = {**USUAL, "crime": facts.crime_access_share, "intelligence": facts.intelligence_access_share}
    on_post = staff.at_work("call_handler")
    gone = np.flatnonzero((staff.role == "call_handler") & ~staff.in_post)
    who = np.concatenate([on_post, gone])
    keys, systems, live, truth = [], [], [], {}
    for system in SYSTEMS:
        rng = subject.streams.of(f"victims.access.{system}")
        yes = np.concatenate([quota(rng, len(on_post), shares[system]), np.ones(len(gone), bool)]).astype(int)
        yes[(rng.random(len(who)) < BLANK)] = -1
        mine = yes[: len(on_post)]
        truth[system] = percent(int((mine == 1).sum()), int((mine >= 0).sum()))
        keys.append(staff.keys(who))
        systems.append(np.full(len(who), system, dtype=object))
        live.append(yes)
    columns = {"person_key": np.concatenate(keys), "system": np.concatenate(systems), "live": np.concatenate(live)}
    return render("system_access", columns), truth
