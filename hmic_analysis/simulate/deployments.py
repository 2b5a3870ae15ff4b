"""Who was sent to the incidents of one window, and when they got there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.calls import CONTACT_MODES, RESOURCE_TYPES
from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.cases import MODE, MODES
from hmic_analysis.simulate.clock import SECOND, Window
from hmic_analysis.simulate.incidents import NOT_A_TIME, Incidents
from hmic_analysis.simulate.streams import Streams, pick, skewed
from hmic_analysis.simulate.writer import references, render

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
class Deployments:
    """Deployments, sorted by incident; arrays of equal length, one item a resource.

    Attributes
    ----------
    incident : numpy.ndarray
        Position of the incident.
    kind, contact : numpy.ndarray
        Positions in the contract's resource types and contact modes; ``contact`` one past the last for a blank.
    assigned, en_route, at_scene, clear : numpy.ndarray
        Instants.
    stood_down : numpy.ndarray
        1 yes, 0 no, -1 blank.
    """

    incident: np.ndarray
    kind: np.ndarray
    contact: np.ndarray
    assigned: np.ndarray
    en_route: np.ndarray
    at_scene: np.ndarray
    clear: np.ndarray
    stood_down: np.ndarray

    def __len__(self) -> int:
        return len(self.incident)


def draw_deployments(streams: Streams, window: Window, incidents: Incidents) -> Deployments:
    """Draw the deployments that each incident's mode of answer asks for.

    Parameters
    ----------
    streams : Streams
    window : Window
    incidents : Incidents

    Returns
    -------
    Deployments
    """
    rng = streams.of("deployments", window.index)
    further = rng.poisson(np.array(FURTHER)[incidents.grade])
    counts = np.ones(len(incidents), int)
    counts[(incidents.mode == MODE["nobody"]) | (incidents.mode == MODE["second_report"])] = 0
    counts[incidents.mode == MODE["counter_then_scene"]] = 2
    counts += np.where(incidents.mode == MODE["scene"], further, 0)
    incident = np.repeat(np.arange(len(incidents)), counts)
    ordinal = np.arange(len(incident)) - np.repeat(np.cumsum(counts) - counts, counts)
    mode = incidents.mode[incident]
    response = _response(rng, incidents)[incident]
    return _times(rng, incidents, incident, ordinal, mode, response)


def _response(rng: np.random.Generator, incidents: Incidents) -> np.ndarray:
    """Seconds from creation to the first arrival, one an incident."""
    table = np.array(RESPONSE, float)[incidents.grade]
    usual = np.minimum(skewed(rng, table[:, 0], table[:, 1], len(incidents)), LONGEST_RESPONSE)
    kept_later = rng.uniform(3 * 3600, LONGEST_RESPONSE, len(incidents))
    return np.where(np.isin(incidents.mode, [MODE["appointment"], MODE["counter_then_scene"]]), kept_later, usual)


def _times(
    rng: np.random.Generator,
    incidents: Incidents,
    incident: np.ndarray,
    ordinal: np.ndarray,
    mode: np.ndarray,
    response: np.ndarray,
) -> Deployments:
    n = len(incident)
    created = incidents.created[incident]
    is_first = ordinal == 0
    behind = np.where(is_first, 0, rng.exponential(240, n) + 30)
    scene = created + _seconds(response + behind)
    assigned = created + _seconds(response * 0.35 + behind * 0.5)

    contact, kind = _who(rng, mode, is_first, n)
    at_counter = contact == CONTACT_MODES.index("counter")
    scene = np.where(at_counter, created, scene)
    assigned = np.where(at_counter, created, assigned)
    after_the_end = incidents.too_late_from[incident] + _seconds(rng.uniform(1, 5, n) * 86_400)
    late = mode == MODE["too_late"]
    scene = np.where(late, after_the_end, scene)
    assigned = np.where(late, after_the_end - 3600 * SECOND, assigned)

    stood_down = np.where(mode == MODE["stood_down"], 1, np.where(mode == MODE["unknown"], -1, 0))
    stood_down = np.where(~is_first & (mode == MODE["scene"]) & (rng.random(n) < 0.08), 1, stood_down)
    never = (stood_down == 1) | (mode == MODE["unknown"]) | (mode == MODE["telephone"])
    unrecorded = (rng.random(n) < 0.015) & ((incidents.case[incident] < 0) | ~is_first) & (mode == MODE["scene"])
    on_task = skewed(rng, np.array(ON_TASK, float)[incidents.category[incident]] * 60, 0.7, n)
    clear = np.where(never, assigned + _seconds(rng.uniform(120, 1500, n)), scene + _seconds(on_task))
    en_route = assigned + _seconds(response * 0.1)
    en_route[never | at_counter | late | (rng.random(n) < 0.03)] = NOT_A_TIME
    at_scene = np.where(never | unrecorded, NOT_A_TIME, scene)
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
    first = np.full(n_incidents, NOT_A_TIME)
    last = np.full(n_incidents, NOT_A_TIME)
    if len(deployments):
        starts = np.flatnonzero(np.diff(deployments.incident, prepend=-1))
        which = deployments.incident[starts]
        first[which] = np.minimum.reduceat(deployments.assigned.astype(np.int64), starts).astype("datetime64[s]")
        last[which] = np.maximum.reduceat(deployments.clear.astype(np.int64), starts).astype("datetime64[s]")
    return first, last


def deployment_rows(
    streams: Streams, window: Window, deployments: Deployments, first_number: int, n_resources: int
) -> pa.Table:
    """Write deployments as rows of the return.

    Parameters
    ----------
    streams : Streams
    window : Window
    deployments : Deployments
    first_number : int
        Number in the reference of the first incident.
    n_resources : int
        Different call signs in use.

    Returns
    -------
    pyarrow.Table
    """
    rng = streams.of("deployments.rows", window.index)
    call_sign = rng.integers(1, max(n_resources, 2), len(deployments))
    return render(
        "deployment",
        {
            "incident_id": references("INC", first_number + deployments.incident),
            "resource_id": references("CS", call_sign, 4),
            "resource_type": np.array(RESOURCE_TYPES, dtype=object)[deployments.kind],
            "contact_mode": shapes.labels(CONTACT_MODES)[deployments.contact],
            "assigned_at": deployments.assigned,
            "en_route_at": deployments.en_route,
            "at_scene_at": deployments.at_scene,
            "clear_at": deployments.clear,
            "stood_down": deployments.stood_down,
        },
    )


def _seconds(values: np.ndarray) -> np.ndarray:
    return values.astype(np.int64) * SECOND
