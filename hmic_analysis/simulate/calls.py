"""Incidents of one window, those of the cases and the many that are no crime; who was sent to them, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hmic_analysis.contracts.core import (
    CONTACT_MODES,
    GRADES,
    INCIDENT_RESULTS,
    NSIR_CATEGORIES,
    OFFENCE_GROUPS,
    ORIGINS,
    REPORT_ROUTES,
    RESOURCE_TYPES,
)
from hmic_analysis.simulate import world
from hmic_analysis.simulate.crimes import MODE, MODES, Cases
from hmic_analysis.simulate.ground import Columns, Subject
from hmic_analysis.simulate.world import HOUR, NO_TIME, SECOND, Arrays, Window, draw_instants, pick, seconds, skewed
from hmic_analysis.simulate.write import references

if TYPE_CHECKING:
    from hmic_analysis.simulate.facts import Facts

#: Median and spread (of the logarithm) of the time from creation to arrival, seconds, by grade.
RESPONSE = ((540, 0.55), (1900, 0.7), (8 * 3600, 0.9), (20 * 3600, 0.6))
LONGEST_RESPONSE = 4 * 86_400
#: Further resources sent beside the first, on average, by grade.
FURTHER = (0.9, 0.5, 0.15, 0.05)
FIRST_TYPES = (87, 3, 5, 2, 3, 0)
FURTHER_TYPES = (80, 3, 9, 4, 2, 2)
#: Minutes on task, median, by NSIR category.
ON_TASK = (48, 26, 42, 46, 22)


@dataclass(frozen=True)
class Incidents(Arrays):
    """Incidents; arrays of equal length, one item an incident."""

    #: Instants.
    created: np.ndarray
    #: Position of the case they belong to; -1 for incidents that are no crime.
    case: np.ndarray
    #: Position in the contract's NSIR categories.
    category: np.ndarray
    #: Position in the contract's grades; in :data:`~hmic_analysis.simulate.crimes.MODES`.
    grade: np.ndarray
    mode: np.ndarray
    #: When the crimes of the case were closed, for those reached too late.
    too_late_from: np.ndarray


def of_cases(cases: Cases) -> Incidents:
    """The incidents of cases: none, one or two each."""
    first = np.flatnonzero(~np.isnat(cases.created))
    second = np.flatnonzero(cases.twice_after > 0)
    case = np.concatenate([first, second])
    is_second = np.arange(len(case)) >= len(first)
    created = cases.created[case] + np.where(is_second, cases.twice_after[case], 0) * SECOND
    mode = np.where(cases.second_answered[case] != is_second, MODE["second_report"], cases.mode[case])
    single = cases.twice_after[case] == 0
    mode = np.where(single, cases.mode[case], mode)
    category = np.full(len(case), NSIR_CATEGORIES.index("crime"))
    return Incidents(created, case, category, cases.grade[case], mode, cases.closed[case])


def of_no_crime(subject: Subject, window: Window) -> Incidents:
    """Draw the incidents of a window that gave no crime."""
    rng, a_day = subject.rng("incidents", window.index), subject.incidents_a_day - subject.crimes_a_day
    season = world.SEASON[int(window.start.astype("datetime64[M]").astype(int)) % 12]
    total = sum(world.OTHER_CATEGORY_SHARES.values())
    parts = []
    for category, share in world.OTHER_CATEGORY_SHARES.items():
        n = int(rng.poisson(a_day * window.days * season * share / total))
        created = draw_instants(rng, window, world.week(category), n)
        grade = pick(rng, world.OTHER_GRADES[category], n)
        kind = np.full(n, NSIR_CATEGORIES.index(category))
        parts.append(Incidents(created, np.full(n, -1), kind, grade, grade, np.full(n, NO_TIME)))
    found = Incidents.joined(parts)
    return replace(found, mode=_modes(subject.rng("incidents.mode", window.index), found.grade, subject.facts))


def _modes(rng: np.random.Generator, grade: np.ndarray, facts: Facts) -> np.ndarray:
    n = len(grade)
    share = np.array([facts.incident_attendance_share[g] for g in GRADES])
    attended = rng.random(n) < share[grade]
    yes = np.array([MODE["scene"], MODE["appointment"]])[pick(rng, (97, 3), n)]
    names = ("telephone", "nobody", "stood_down", "staff_only", "counter", "unknown", "second_report")
    no = np.array([MODE[m] for m in names])[pick(rng, (30, 34, 10, 3, 5, 2, 16), n)]
    return np.where(attended, yes, no)


def incident_rows(
    subject: Subject, window: Window, incidents: Incidents, cases: Cases, sent: Deployments, first_number: int
) -> Columns:
    """Incidents as rows of the return."""
    rng = subject.rng("incidents.rows", window.index)
    dispatched, clear = first_and_last(sent, len(incidents))
    n, is_case = len(incidents), incidents.case >= 0
    opened_as, closed_as = _categories(rng, incidents.category, is_case)
    district = rng.integers(0, len(world.DISTRICTS), n)
    district[is_case] = cases.district[incidents.case[is_case]]
    grade = np.where((rng.random(n) < 0.004) & ~is_case, len(GRADES), incidents.grade)
    return {
        "incident_id": references("INC", first_number + np.arange(n)),
        **_incident_times(subject.rng("incidents.times", window.index), incidents, clear),
        "dispatched_at": dispatched,
        "category_open": opened_as,
        "category_close": closed_as,
        "incident_type": _types(rng, incidents, cases),
        "grade": grade,
        "local_grade": world.labels(("1", "2", "3", "4"))[grade],
        "origin": _origins(rng, incidents, cases),
        "result": _results(rng, incidents.mode, is_case),
        "qualifier": world.labels(world.QUALIFIERS)[pick(rng, (9, 7, 5, 1, 6, 3, 69), n)],
        "area_type": np.where(rng.random(n) < 0.22, "rural", "urban").astype(object),
        "district": np.array(world.DISTRICTS, dtype=object)[district],
    }


def _incident_times(rng: np.random.Generator, incidents: Incidents, clear: np.ndarray) -> dict[str, np.ndarray]:
    """When each was called in, created and closed; some late entries, some blanks, a few with the month alone."""
    n, is_case, created = len(incidents), incidents.case >= 0, incidents.created
    late, hours_late = rng.random(n) < 0.005, rng.uniform(2, 30, n)
    call = created - np.where(late, hours_late * 3600, rng.uniform(20, 180, n)).astype(np.int64) * SECOND
    call[rng.random(n) < 0.02] = NO_TIME
    month_only = (rng.random(n) < 0.0005) & ~is_case
    call[month_only] = NO_TIME
    handled = created + skewed(rng, 7200, 0.8, n).astype(np.int64) * SECOND
    closed = np.where(np.isnat(clear), handled, clear + rng.integers(120, 3600, n) * SECOND)
    closed[(rng.random(n) < 0.003) & ~is_case] = NO_TIME
    return {
        "call_at": call,
        "created_at": np.where(month_only, NO_TIME, created),
        "created_month": np.where(month_only, created, NO_TIME),
        "closed_at": closed,
    }


def _categories(rng: np.random.Generator, category: np.ndarray, is_case: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Opening and closing category, position; blank as one past the last."""
    n, blank = len(category), len(NSIR_CATEGORIES)
    differs = rng.random(n) < 0.08
    opened = np.where(differs, rng.integers(0, blank, n), category)
    unset = rng.random(n) < 0.012
    closed = np.where(unset & ~is_case, blank, category)
    opened = np.where(unset & (rng.random(n) < 0.3), blank, opened)
    return opened, closed


def _types(rng: np.random.Generator, incidents: Incidents, cases: Cases) -> np.ndarray:
    """The force's own type: the offence for cases, else a type of the category."""
    draw = rng.random(len(incidents))
    types = np.empty(len(incidents), dtype=object)
    for i, name in enumerate(NSIR_CATEGORIES):
        names = np.array(world.INCIDENT_TYPES[name], dtype=object)
        of_it = incidents.category == i
        types[of_it] = names[(draw[of_it] * len(names)).astype(int)]
    of_case = incidents.case >= 0
    offences = np.array([f"Crime: {g.replace('_', ' ')}" for g in OFFENCE_GROUPS], dtype=object)
    types[of_case] = offences[cases.group[incidents.case[of_case]]]
    types[(rng.random(len(incidents)) < 0.01) & ~of_case] = None
    return types


def _origins(rng: np.random.Generator, incidents: Incidents, cases: Cases) -> np.ndarray:
    origin = pick(rng, (78, 11, 5, 6), len(incidents))
    by_route = {"officer_report": "officer_initiated", "found_on_arrest": "officer_initiated"}
    routes = [ORIGINS.index(by_route.get(r, "other_agency" if r == "transfer_in" else "public")) for r in REPORT_ROUTES]
    of_case = incidents.case >= 0
    origin[of_case] = np.array(routes)[cases.route[incidents.case[of_case]]]
    return origin


def _results(rng: np.random.Generator, mode: np.ndarray, is_case: np.ndarray) -> np.ndarray:
    """How each incident was resolved, position; blank exactly where a case's attendance is not known."""
    names = dict.fromkeys(MODES, "resolved_without_deployment")
    names |= dict.fromkeys(("scene", "appointment", "counter_then_scene"), "attended")
    names |= {"stood_down": "cancelled_by_caller", "second_report": "duplicate"}
    blank = len(INCIDENT_RESULTS)
    codes = np.array([blank if m == "unknown" else INCIDENT_RESULTS.index(names[m]) for m in MODES])
    result = codes[mode]
    draw = rng.random(len(mode))
    other = ~is_case & (mode == MODE["nobody"])
    result[other & (draw < 0.45)] = INCIDENT_RESULTS.index("information_only")
    result[other & (draw > 0.99)] = INCIDENT_RESULTS.index("test")
    result[~is_case & (rng.random(len(mode)) < 0.01)] = blank
    return result


@dataclass(frozen=True)
class Deployments(Arrays):
    """Deployments, sorted by incident; arrays of equal length, one item a resource."""

    #: Position of the incident.
    incident: np.ndarray
    #: Positions in the contract's resource types and contact modes; ``contact`` one past the last for a blank.
    kind: np.ndarray
    contact: np.ndarray
    #: Instants.
    assigned: np.ndarray
    en_route: np.ndarray
    at_scene: np.ndarray
    clear: np.ndarray
    #: 1 yes, 0 no, -1 blank.
    stood_down: np.ndarray


def draw_deployments(subject: Subject, window: Window, incidents: Incidents) -> Deployments:
    """Draw the deployments that each incident's mode of answer asks for."""
    rng = subject.rng("deployments", window.index)
    further = rng.poisson(np.array(FURTHER)[incidents.grade])
    counts = np.ones(len(incidents), int)
    counts[(incidents.mode == MODE["nobody"]) | (incidents.mode == MODE["second_report"])] = 0
    counts[incidents.mode == MODE["counter_then_scene"]] = 2
    counts += np.where(incidents.mode == MODE["scene"], further, 0)
    incident = np.repeat(np.arange(len(incidents)), counts)
    ordinal = np.arange(len(incident)) - np.repeat(np.cumsum(counts) - counts, counts)
    return _times(rng, incidents, incident, ordinal == 0, _response(rng, incidents)[incident])


def _response(rng: np.random.Generator, incidents: Incidents) -> np.ndarray:
    """Seconds from creation to the first arrival, one an incident."""
    table = np.array(RESPONSE, float)[incidents.grade]
    usual = np.minimum(skewed(rng, table[:, 0], table[:, 1], len(incidents)), LONGEST_RESPONSE)
    kept_later = rng.uniform(3 * 3600, LONGEST_RESPONSE, len(incidents))
    return np.where(np.isin(incidents.mode, [MODE["appointment"], MODE["counter_then_scene"]]), kept_later, usual)


def _times(
    rng: np.random.Generator, incidents: Incidents, incident: np.ndarray, is_first: np.ndarray, response: np.ndarray
) -> Deployments:
    """Who each resource was, and its times, from the seconds until the first arrived."""
    n, created, mode = len(incident), incidents.created[incident], incidents.mode[incident]
    behind = np.where(is_first, 0, rng.exponential(240, n) + 30)
    scene = created + seconds(response + behind)
    assigned = created + seconds(response * 0.35 + behind * 0.5)

    contact, kind = _who(rng, mode, is_first, n)
    at_counter = contact == CONTACT_MODES.index("counter")
    scene = np.where(at_counter, created, scene)
    assigned = np.where(at_counter, created, assigned)
    after_the_end = incidents.too_late_from[incident] + seconds(rng.uniform(1, 5, n) * 86_400)
    late = mode == MODE["too_late"]
    scene = np.where(late, after_the_end, scene)
    assigned = np.where(late, after_the_end - HOUR, assigned)

    stood_down = np.where(mode == MODE["stood_down"], 1, np.where(mode == MODE["unknown"], -1, 0))
    stood_down = np.where(~is_first & (mode == MODE["scene"]) & (rng.random(n) < 0.08), 1, stood_down)
    never = (stood_down == 1) | (mode == MODE["unknown"]) | (mode == MODE["telephone"])
    unrecorded = (rng.random(n) < 0.015) & ((incidents.case[incident] < 0) | ~is_first) & (mode == MODE["scene"])
    on_task = skewed(rng, np.array(ON_TASK, float)[incidents.category[incident]] * 60, 0.7, n)
    clear = np.where(never, assigned + seconds(rng.uniform(120, 1500, n)), scene + seconds(on_task))
    en_route = assigned + seconds(response * 0.1)
    en_route[never | at_counter | late | (rng.random(n) < 0.03)] = NO_TIME
    at_scene = np.where(never | unrecorded, NO_TIME, scene)
    return Deployments(incident, kind, contact, assigned, en_route, at_scene, clear, stood_down)


def _who(rng: np.random.Generator, mode: np.ndarray, is_first: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Contact mode and resource type of each deployment."""
    by_mode = dict.fromkeys(MODES, "scene") | {m: m for m in ("appointment", "telephone", "counter")}
    contact = np.array([CONTACT_MODES.index(by_mode[m]) for m in MODES])[mode]
    at_first = (mode == MODE["counter_then_scene"]) & is_first
    contact[at_first] = CONTACT_MODES.index("counter")
    kind = np.where(is_first, pick(rng, FIRST_TYPES, n), pick(rng, FURTHER_TYPES, n))
    desk = rng.random(n) < 0.6
    at_desk = (contact == CONTACT_MODES.index("telephone")) | (contact == CONTACT_MODES.index("counter"))
    kind = np.where(at_desk & desk, RESOURCE_TYPES.index("staff"), kind)
    # Whoever goes after a report at the counter must be one of those who count as attending.
    kind = np.where((mode == MODE["counter_then_scene"]) & ~is_first, RESOURCE_TYPES.index("officer"), kind)
    kind = np.where(mode == MODE["staff_only"], RESOURCE_TYPES.index("staff"), kind)
    kind = np.where(mode == MODE["too_late"], RESOURCE_TYPES.index("csi"), kind)
    blank = (contact == CONTACT_MODES.index("scene")) & (rng.random(n) < 0.1)
    return np.where(blank, len(CONTACT_MODES), contact), kind


def first_and_last(deployments: Deployments, n_incidents: int) -> tuple[np.ndarray, np.ndarray]:
    """First assignment and last clearance of each incident; NaT where nobody was sent."""
    first = np.full(n_incidents, NO_TIME)
    last = np.full(n_incidents, NO_TIME)
    if len(deployments):
        starts = np.flatnonzero(np.diff(deployments.incident, prepend=-1))
        which = deployments.incident[starts]
        first[which] = np.minimum.reduceat(deployments.assigned.astype(np.int64), starts).astype("datetime64[s]")
        last[which] = np.maximum.reduceat(deployments.clear.astype(np.int64), starts).astype("datetime64[s]")
    return first, last


def deployment_rows(subject: Subject, window: Window, deployments: Deployments, first_number: int) -> Columns:
    """Deployments as rows of the return."""
    rng = subject.rng("deployments.rows", window.index)
    call_sign = rng.integers(1, max(int(subject.officers), 2), len(deployments))
    return {
        "incident_id": references("INC", first_number + deployments.incident),
        "resource_id": references("CS", call_sign, 4),
        "resource_type": deployments.kind,
        "contact_mode": deployments.contact,
        "assigned_at": deployments.assigned,
        "en_route_at": deployments.en_route,
        "at_scene_at": deployments.at_scene,
        "clear_at": deployments.clear,
        "stood_down": deployments.stood_down,
    }
