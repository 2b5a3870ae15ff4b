"""P5: number plate cameras and the hours they worked, what the force uses them for, and who can maintain them."""

import datetime as dt
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from hmic_analysis.params.models import YesNo
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    OPEN,
    Between,
    Columns,
    CommonFacts,
    Made,
    Record,
    Share,
    Subject,
    Verdict,
    by_one,
    judged,
    lacking,
    no_register,
)
from hmic_analysis.simulate.registers import document
from hmic_analysis.simulate.world import (
    HOUR,
    NO_TIME,
    ONE_DAY,
    SECOND,
    labels,
    middle,
    midnight,
    pick,
    quota,
    skewed,
    spans,
)
from hmic_analysis.simulate.write import references

#: Cameras of a force of Cleveland's size, and the least.
CAMERAS, LEAST_CAMERAS = 24, 8
KINDS = ("fixed", "mobile", "portable")
#: Faults of a camera in a year, and the longest that is mended, days.
FAULTS, LONGEST_DAYS = 3.0, 90
#: Hours after midnight with fewer reads than tell anything.
QUIET_HOURS = 6
#: Share of the days on which the status log of a camera is blank; of camera-days without a row.
LOG_BLANK, NO_ROW = 0.01, 0.004
#: Hits in a force of Cleveland's size, and the least; share of them that are priority, and misread.
HITS, LEAST_HITS, PRIORITY, MISREAD = 2600, 240, 0.3, 0.12
FUNCTIONS = ("Camera repair", "Communications links", "Back office", "Lists of interest")
ACCEPTS, DENIES = "anpr_resilience_acknowledged", "anpr_resilience_denied"
SAID = {"acknowledges": [ACCEPTS], "denies": [DENIES], "both": [ACCEPTS, DENIES], "none": []}


class Facts(CommonFacts):
    """What is true of number plate recognition."""

    #: Months of the period with an operation that the force itself planned on number plate intelligence (P5a).
    anpr_operation_months_share: Share = 1.0
    #: Quarters of the period with an operation to prevent or disrupt (P5b).
    anpr_prevention_quarters_share: Share = 1.0
    #: An intelligence product in each quarter; otherwise in none (P5b).
    anpr_products_every_quarter: YesNo = True
    #: What the force says on the resilience of the system; ``both``: a part of each (P5c).
    anpr_statement: Literal["acknowledges", "denies", "both", "none"] = "acknowledges"
    #: A dated plan to train existing staff, and what became of their skills (P5d).
    anpr_skills_plan: YesNo = True
    anpr_upskilling: Literal["depth_rising", "courses_booked", "none"] = "depth_rising"
    #: Staff competent in the thinnest critical function.
    anpr_skill_depth: Annotated[int, Field(strict=True, ge=1, le=12)] = 2
    #: Camera hours worked; priority hits decided on within 30 minutes.
    anpr_availability_share: Annotated[float, Field(strict=True, ge=0.5, le=1, allow_inf_nan=False)] = 0.9
    anpr_hit_decision_share: Share = 0.84


WAYS = {
    "P5a": by_one("anpr_operation_months_share", true=1.0, false=0.0, middle=(0.25, 0.8)),
    "P5b": {
        "true": ({"anpr_prevention_quarters_share": 1.0},),
        "false": ({"anpr_prevention_quarters_share": 0.0},),
        "middle": ({"anpr_prevention_quarters_share": Between(0.25, 0.75)}, {"anpr_products_every_quarter": False}),
    },
    "P5c": {
        "true": ({"anpr_statement": "acknowledges"},),
        "false": ({"anpr_statement": "denies"},),
        "middle": ({"anpr_statement": "both"}, {"anpr_statement": "none"}),
    },
    "P5d": {
        "true": ({"anpr_upskilling": "depth_rising"}, {"anpr_upskilling": "courses_booked"}),
        "false": ({"anpr_skills_plan": False, "anpr_upskilling": "none"},),
        "middle": ({"anpr_skills_plan": False}, {"anpr_upskilling": "none"}),
    },
}


def documents(subject: Subject) -> list[Record]:
    """Statement, skills plan and products; with a partner's statement, a draft and a product of the years before."""
    facts, frame, as_of, start = subject.facts, subject.frame, subject.as_of, subject.start
    found = [
        document(400, "Number plate strategy of the region", "strategy", "anpr", start - 300 * ONE_DAY, ["named_lead"],
                 scope="partnership"),
        document(401, "Statement of the regional board", "statement", "anpr", as_of - 20 * ONE_DAY, [DENIES],
                 scope="partnership"),
        document(402, "Skills plan, next year", "plan", "anpr", as_of - 5 * ONE_DAY, ["staff_upskilling"],
                 status="draft"),
        document(403, "Number plate intelligence, two years ago", "intelligence_product", "anpr",
                 start - 380 * ONE_DAY, []),
    ]  # fmt: skip
    covers = SAID[facts.anpr_statement]
    if covers:
        found.append(document(410, "Resilience of number plate recognition", "statement", "anpr", as_of - 50 * ONE_DAY,
                              covers, corroborated_by=["interview"]))  # fmt: skip
    if facts.anpr_skills_plan:
        found.append(document(411, "Skills plan, number plate system", "plan", "anpr", as_of - 180 * ONE_DAY,
                              ["staff_upskilling", "named_lead"], corroborated_by=["interview"]))  # fmt: skip
    if facts.anpr_products_every_quarter:
        for i, span in enumerate(spans(frame.period_start, frame.period_end, 3)[:40]):
            title = f"Number plate intelligence, quarter {i + 1}"
            found.append(document(420 + i, title, "intelligence_product", "anpr", middle(span), []))
    return found


def make(subject: Subject) -> Made:
    """Cameras, their days and faults; operations, hits and skills."""
    return Made.of(_cameras(subject), _operations(subject), _hits(subject), _skills(subject))


def _cameras(subject: Subject) -> Made:
    """Cameras, their days and their faults; true hours are counted on the grid of hours itself."""
    rng = subject.rng("resources.cameras")
    n = subject.size(CAMERAS, LEAST_CAMERAS)
    kind = pick(rng, (70, 20, 10), n)
    kind[:3] = (0, 0, 1)
    since = subject.start - (200 + rng.integers(0, 1500, n)) * ONE_DAY
    # One fixed camera came into service within the period.
    since[1] = subject.start + 40 * ONE_DAY
    begin, length, mended = _faults(subject, n)
    down = np.zeros((n, subject.days * 24), bool)
    for camera, at, hours in zip(*begin, length, strict=True):
        down[camera, at : at + hours] = True
    days, values = _days(subject, kind, since, down.reshape(n, subject.days, 24))
    outages = _outage_rows(subject, begin, length, mended)
    tables = {"anpr_camera": _camera_rows(subject, kind, since), "anpr_camera_day": days, "anpr_outage": outages}
    return Made(tables, values | _repair_values(length, mended))


def _faults(subject: Subject, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Camera and hour in which each fault began, its hours, and whether it was mended by the snapshot."""
    rng, day_count = subject.rng("resources.faults"), subject.days
    total = rng.poisson(FAULTS * n) + 4
    camera = rng.integers(0, n, total)
    hours = np.clip(skewed(rng, 5 * 24.0, 0.9, total), 2, LONGEST_DAYS * 24)
    wanted = (1 - subject.facts.anpr_availability_share) * n * day_count * 24
    hours = np.clip(np.floor(hours * wanted / hours.sum() + 0.5), 1, LONGEST_DAYS * 24).astype(int)
    at = rng.integers(0, max(1, (day_count - 1) * 24), total)
    mended = np.ones(total, bool)
    # Two faults of the last days were still open at the snapshot.
    at[:2], mended[:2] = (day_count - 2) * 24, False
    return np.stack([camera, at]), hours, mended


def _days(subject: Subject, kind: np.ndarray, since: np.ndarray, down: np.ndarray) -> tuple[Columns, Record]:
    """Rows of the cameras' days, and the true hours, given the hours in which each was broken: by camera, day, hour."""
    rng = subject.rng("resources.camera_days")
    day = subject.start + np.arange(subject.days) * ONE_DAY
    # Mobile and portable cameras are out on some days, for a shift.
    fixed = (kind == 0)[:, None]
    out = fixed | (rng.random((len(kind), len(day))) < 0.45)
    out &= day[None, :] >= since[:, None]
    first, last = np.where(fixed, 0, 8), np.where(fixed, 24, 18)
    hour = np.arange(24)
    scheduled = out[..., None] & (hour >= first[..., None]) & (hour < last[..., None])
    busy = scheduled & (hour >= QUIET_HOURS)
    quiet = scheduled & ~busy
    # The night on which the clocks change has an hour less or more, a quiet one.
    extra = np.where(out & fixed, np.array([_extra_hours(d) for d in day])[None, :], 0)
    counts = {
        "scheduled_hours": scheduled.sum(2) + extra,
        "busy_hours": busy.sum(2),
        "busy_hours_with_reads": (busy & ~down).sum(2),
        "quiet_hours_working": (quiet & ~down).sum(2) + extra,
        "quiet_hours_faulty": (quiet & down).sum(2),
    }
    # A change of the clock within a fault would take an hour from none.
    counts["quiet_hours_working"] = np.maximum(counts["quiet_hours_working"], 0)
    short = counts["scheduled_hours"] - counts["busy_hours"] - counts["quiet_hours_working"]
    counts["quiet_hours_faulty"] = np.minimum(counts["quiet_hours_faulty"], short)
    blank = out & (rng.random(out.shape) < LOG_BLANK)
    lost = out & fixed & (rng.random(out.shape) < NO_ROW)
    written = out & ~lost
    camera, at = np.nonzero(written)
    columns: dict[str, Any] = {k: v[written].astype(float) for k, v in counts.items()}
    for name in ("quiet_hours_working", "quiet_hours_faulty"):
        columns[name][blank[written]] = np.nan
    columns |= {"camera_id": references("CAM", camera + 1, 3), "day": day[at]}
    return columns, _hour_values(counts, written, blank, lost)


def _hour_values(counts: dict[str, np.ndarray], written: np.ndarray, blank: np.ndarray, lost: np.ndarray) -> Record:
    quiet_known = written & ~blank
    good = counts["busy_hours_with_reads"][written].sum() + counts["quiet_hours_working"][quiet_known].sum()
    busy_down = (counts["busy_hours"] - counts["busy_hours_with_reads"])[written].sum()
    bad = busy_down + counts["quiet_hours_faulty"][quiet_known].sum()
    unknown = counts["scheduled_hours"][written].sum() - good - bad + 24 * lost.sum()
    return {
        "anpr_hours_working": int(good),
        "anpr_hours_not_working": int(bad),
        "anpr_hours_unknown": int(unknown),
        "anpr_availability_pct": float(100 * good / (good + bad)),
    }


def _extra_hours(day: np.datetime64) -> int:
    """Hours above 24 of a day on the wall clock."""
    first = day.astype(dt.date)
    length = midnight(first + dt.timedelta(days=1)) - midnight(first)
    return int(length / np.timedelta64(1, "h")) - 24


def _camera_rows(subject: Subject, kind: np.ndarray, since: np.ndarray) -> list[Record]:
    found = [
        {"camera_id": f"CAM{i + 1:03d}", "camera_type": KINDS[k], "commissioned_on": day}
        for i, (k, day) in enumerate(zip(kind, since, strict=True))
    ]
    gone = {"commissioned_on": subject.start - 2000 * ONE_DAY, "decommissioned_on": subject.start - 30 * ONE_DAY}
    found.append({"camera_id": "CAM900", "camera_type": "fixed", **gone})
    return found


def _outage_rows(subject: Subject, begin: np.ndarray, length: np.ndarray, mended: np.ndarray) -> Columns:
    """Faults of the period, and one of the time before it."""
    fault = midnight(subject.frame.period_start) + begin[1] * HOUR
    fixed = np.where(mended, fault + length * HOUR, NO_TIME)
    before = midnight(subject.frame.period_start) - 20 * 24 * HOUR
    n = len(fault) + 1
    return {
        "outage_id": references("OUT", np.arange(n) + 1, 4),
        "camera_id": references("CAM", np.append(begin[0] + 1, 1), 3),
        "fault_at": np.append(fault, before),
        "fixed_at": np.append(fixed, before + 200 * HOUR),
    }


def _repair_values(length: np.ndarray, mended: np.ndarray) -> Record:
    """Days by which half of the faults were mended; those still open lasted longer than any other."""
    lengths = np.sort(np.where(mended, length / 24, np.inf))
    return {
        "anpr_faults": len(lengths),
        "anpr_faults_unmended": int((~mended).sum()),
        "anpr_repair_days_median": float(lengths[(len(lengths) + 1) // 2 - 1]),
    }


def _operations(subject: Subject) -> Made:
    """Operations of the period: planned by the force, preventive ones, and what only looks like either."""
    facts, frame = subject.facts, subject.frame
    rng = subject.rng("resources.operations")
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
    return Made({"anpr_operation": table}, _used(subject, found, months, quarters))


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


def _hits(subject: Subject) -> Made:
    """Hits of the period; misreads, hits of low priority and late decisions among them."""
    rng = subject.rng("resources.hits")
    n = subject.size(HITS, LEAST_HITS)
    seconds = subject.days * 86_400
    at = midnight(subject.frame.period_start) + np.sort(rng.integers(0, seconds - 7200, n)) * SECOND
    priority = np.array(["priority", "other", None], dtype=object)[pick(rng, (PRIORITY, 0.69, 0.01), n)]
    misread = pick(rng, (1 - MISREAD, MISREAD), n)
    counted = np.flatnonzero((priority == "priority") & (misread == 0))
    in_time = np.zeros(n, bool)
    in_time[counted] = subject.quota("resources.decided", len(counted), subject.facts.anpr_hit_decision_share)
    minutes = np.where(in_time, rng.uniform(1, 29, n), rng.uniform(31, 300, n))
    decided = at + (minutes * 60).astype(int) * SECOND
    none = (~in_time & (rng.random(n) < 0.4)) | ((priority != "priority") & (rng.random(n) < 0.5))
    # Someone always decides late, so that no column is blank throughout.
    none[counted[:1]] = False
    decided[none] = NO_TIME
    decision = labels(("resource_sent", "no_resource_available", "intelligence_only"))[pick(rng, (60, 25, 15), n)]
    decision[none] = None
    table = {
        "hit_id": references("HIT", np.arange(n) + 1, 5),
        "hit_at": at,
        "priority": priority,
        "misread": misread,
        "decided_at": decided,
        "decision": decision,
    }
    values = {"anpr_priority_hits": len(counted), "anpr_priority_hits_decided": int(in_time[counted].sum())}
    return Made({"anpr_hit": table}, values)


def _skills(subject: Subject) -> Made:
    """Who is competent: the first function is the thinnest. Contractors, lapsed and old courses count for nothing."""
    facts, as_of, rising = subject.facts, subject.as_of, subject.facts.anpr_upskilling == "depth_rising"
    long_ago, found, person = as_of - 900 * ONE_DAY, [], 0
    for number, function in enumerate(FUNCTIONS):
        for i in range(facts.anpr_skill_depth + (number > 0)):
            person += 1
            is_new = rising and number == 0 and i == 0
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
    table = [{"skill_id": f"SK{i + 1:03d}", **record} for i, record in enumerate(table)]
    values = {"anpr_min_skill_depth": facts.anpr_skill_depth, "anpr_skill_depth_change": int(rising)}
    return Made({"skill": table}, values)


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    statement = f"statement of the force: {facts.anpr_statement}"
    acknowledged = judged(statement, facts.anpr_statement == "acknowledges", facts.anpr_statement == "denies")
    plan, moving = facts.anpr_skills_plan, facts.anpr_upskilling != "none"
    said = f"{'a' if plan else 'no'} dated plan; skills: {facts.anpr_upskilling.replace('_', ' ')}"
    skilled = judged(said, plan and moving, not plan and not moving and facts.signed("document"))
    missing = lacking(facts, "the document register or the skills were not provided", "document", "skill")
    return {
        "P5a": _p5a(facts, values),
        "P5b": _p5b(facts, values),
        "P5c": no_register(facts) or acknowledged,
        "P5d": missing or skilled,
    }


def _p5a(facts: Facts, values: dict[str, Any]) -> Verdict:
    active, months, n = (values[f"anpr_{x}"] for x in ("months_with_planned_operation", "months", "planned_operations"))
    if not facts.provides("anpr_operation") or not months:
        return OPEN, "operations were not provided"
    said = f"{active} of {months} months have an operation that the force planned itself"
    return judged(said, active == months, n == 0)


def _p5b(facts: Facts, values: dict[str, Any]) -> Verdict:
    active, quarters = values["anpr_quarters_with_preventive_operation"], values["anpr_quarters"]
    if not facts.provides("anpr_operation") or not quarters:
        return OPEN, "operations were not provided"
    if values["anpr_preventive_operations"] == 0:
        return CONTRADICTED, "no operation set out to prevent or disrupt"
    said = f"{active} of {quarters} quarters have a preventive operation, products: {facts.anpr_products_every_quarter}"
    return no_register(facts) or judged(said, active == quarters and facts.anpr_products_every_quarter)
