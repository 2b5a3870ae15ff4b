"""What a simulated force uses number plate recognition for, and who can maintain it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from hmic_analysis.simulate.clock import SECOND, midnight
from hmic_analysis.simulate.registers import rows
from hmic_analysis.simulate.resources.spans import middle, spans
from hmic_analysis.simulate.streams import pick, quota
from hmic_analysis.simulate.suspects import ONE_DAY
from hmic_analysis.simulate.topic import Made, Record, Subject
from hmic_analysis.simulate.writer import references, render

#: Hits in a force of Cleveland's size, and the least; share of them that are priority, and misread.
HITS, LEAST_HITS, PRIORITY, MISREAD = 2600, 240, 0.3, 0.12
FUNCTIONS = ("Camera repair", "Communications links", "Back office", "Lists of interest")


def make_plates(subject: Subject) -> Made:
    """Operations, hits and skills.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    Made
    """
    operations, used = _operations(subject)
    hits, decided = _hits(subject)
    return Made(
        tables={"anpr_operation": operations, "anpr_hit": hits, "skill": _skills(subject)},
        values=used | decided | _depths(subject),
    )


def _operations(subject: Subject) -> tuple[pa.Table, Record]:
    """Operations of the period: planned by the force, preventive ones, and what only looks like either."""
    facts, frame = subject.facts, subject.frame
    rng = subject.streams.of("resources.operations")
    months = spans(frame.period_start, frame.period_end, 1)
    quarters = spans(frame.period_start, frame.period_end, 3)
    with_planned = quota(rng, len(months), facts.anpr_operation_months_share)
    with_preventive = quota(rng, len(quarters), facts.anpr_prevention_quarters_share)
    found: list[Record] = []

    def add(day: np.datetime64, planned: bool, objective: str, **more: object) -> None:
        found.append({"started_on": day, "planned": planned, "origin": "own", "objective": objective, **more})

    for number, (first, _) in enumerate(months):
        day = first + int(rng.integers(1, 25)) * ONE_DAY
        other = ("detect", "intelligence", "road_safety")[int(rng.integers(3))]
        if with_planned[number]:
            add(day, True, other)
        # Called off, of a national campaign, or a reaction to a hit: none is the force's own planned use.
        add(day, True, "prevent", cancelled=True)
        add(day + ONE_DAY, True, ("other", "detect")[number % 2], origin="national")
        add(day + 2 * ONE_DAY, False, other)
    for number, span in enumerate(quarters):
        if with_preventive[number]:
            # Planned only where the force plans at all in that month.
            inside = [i for i, (first, _) in enumerate(months) if span[0] <= first <= span[1] and with_planned[i]]
            day = months[inside[0]][0] if inside else middle(span)
            add(day + 3 * ONE_DAY, bool(inside), ("prevent", "disrupt")[number % 2])
    for before in (400, 60):
        add(subject.start - before * ONE_DAY, True, "prevent")
    table = [{"operation_id": f"OP{i + 1:04d}", **record} for i, record in enumerate(found)]
    return rows("anpr_operation", table), _used(subject, found, months, quarters)


def _used(subject: Subject, found: list[Record], months: list, quarters: list) -> Record:
    held = [r for r in found if not r.get("cancelled") and subject.start <= r["started_on"] <= subject.end]
    planned = [r["started_on"] for r in held if r["planned"] and r["origin"] == "own"]
    preventive = [r["started_on"] for r in held if r["objective"] in ("prevent", "disrupt")]
    return {
        "anpr_months": len(months),
        "anpr_months_with_planned_operation": sum(any(a <= d <= b for d in planned) for a, b in months),
        "anpr_planned_operations": len(planned),
        "anpr_quarters": len(quarters),
        "anpr_quarters_with_preventive_operation": sum(any(a <= d <= b for d in preventive) for a, b in quarters),
        "anpr_preventive_operations": len(preventive),
        "anpr_operations": len(held),
    }


def _hits(subject: Subject) -> tuple[pa.Table, Record]:
    """Hits of the period; misreads, hits of low priority and late decisions among them."""
    rng = subject.streams.of("resources.hits")
    n = subject.frame.size_of(subject.force, HITS, LEAST_HITS)
    seconds = int((subject.end - subject.start) / ONE_DAY + 1) * 86_400
    at = midnight(subject.frame.period_start) + np.sort(rng.integers(0, seconds - 7200, n)) * SECOND
    priority = np.array(["priority", "other", None], dtype=object)[pick(rng, (PRIORITY, 0.69, 0.01), n)]
    misread = pick(rng, (1 - MISREAD, MISREAD), n)
    counted = np.flatnonzero((priority == "priority") & (misread == 0))
    in_time = np.zeros(n, bool)
    in_time[counted] = quota(
        subject.streams.of("resources.decided"), len(counted), subject.facts.anpr_hit_decision_share
    )
    minutes = np.where(in_time, rng.uniform(1, 29, n), rng.uniform(31, 300, n))
    decided = at + (minutes * 60).astype(int) * SECOND
    none = (~in_time & (rng.random(n) < 0.4)) | ((priority != "priority") & (rng.random(n) < 0.5))
    # Someone always decides late, so that no column is blank throughout.
    none[counted[:1]] = False
    decided[none] = np.datetime64("NaT", "s")
    decision = np.array(["resource_sent", "no_resource_available", "intelligence_only"], dtype=object)[
        pick(rng, (60, 25, 15), n)
    ]
    decision[none] = None
    table = render(
        "anpr_hit",
        {
            "hit_id": references("HIT", np.arange(n) + 1, 5),
            "hit_at": at,
            "priority": priority,
            "misread": misread,
            "decided_at": decided,
            "decision": decision,
        },
    )
    return table, {"anpr_priority_hits": len(counted), "anpr_priority_hits_decided": int(in_time[counted].sum())}


def _depths(subject: Subject) -> Record:
    now = subject.facts.anpr_skill_depth
    return {
        "anpr_min_skill_depth": now,
        "anpr_skill_depth_change": 1 if subject.facts.anpr_upskilling == "depth_rising" else 0,
    }


def _skills(subject: Subject) -> pa.Table:
    """Who is competent: the first function is the thinnest.  Contractors, lapsed and old courses count for nothing."""
    facts, as_of = subject.facts, subject.as_of
    long_ago, found, person = as_of - 900 * ONE_DAY, [], 0
    for number, function in enumerate(FUNCTIONS):
        for i in range(facts.anpr_skill_depth + (number > 0)):
            person += 1
            is_new = facts.anpr_upskilling == "depth_rising" and number == 0 and i == 0
            since = as_of - 120 * ONE_DAY if is_new else long_ago
            found.append({"skill_function": function, "person_key": f"TEC{person:03d}", "competent_from": since})
    first = FUNCTIONS[0]
    lapsed = {"competent_from": long_ago, "competent_to": as_of - 500 * ONE_DAY}
    found += [
        {"skill_function": first, "person_key": "TEC801", "competent_from": long_ago, "employer": "contractor"},
        {"skill_function": first, "person_key": "TEC802", **lapsed},
        {"skill_function": first, "person_key": "TEC803", "course_booked_on": as_of - 800 * ONE_DAY},
    ]
    if facts.anpr_upskilling == "courses_booked":
        for i, function in enumerate(FUNCTIONS[:2]):
            booked = as_of - (20 + 10 * i) * ONE_DAY
            found.append({"skill_function": function, "person_key": f"TEC{700 + i}", "course_booked_on": booked})
    table = [{"employer": "force", "critical": True, **record} for record in found]
    # Nobody can do this one, and nothing depends on it.
    table.append({"skill_function": "Vehicle livery", "critical": False})
    return rows("skill", [{"skill_id": f"SK{i + 1:03d}", **record} for i, record in enumerate(table)])
