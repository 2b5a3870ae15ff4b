"""Staff hours on duty, and demand that is no incident."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.demand import TASK_TYPES
from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.clock import SECOND, Window, draw_instants, to_wall
from hmic_analysis.simulate.incidents import NOT_A_TIME
from hmic_analysis.simulate.streams import Streams, skewed
from hmic_analysis.simulate.writer import references, render

RESPONSE_TEAMS = ("Response A", "Response B", "Response C", "Response D")
#: Early, late and night duty: hours of the wall clock.
SHIFTS = ((7, 15), (15, 23), (23, 7))
#: Officers on duty in one response team, as a share of all officers; abstractions left out below.
TEAM_SHARE = 0.085
#: Tasks a day in a force of Cleveland's size, and median hours each.
TASKS = {
    "custody": (48, 2.6),
    "court": (9, 4.0),
    "safeguarding": (14, 3.2),
    "iom": (6, 2.0),
    "events": (2, 18.0),
    "investigation": (62, 2.4),
    "training": (7, 6.0),
    "administration": (30, 1.2),
    "other": (8, 1.5),
}


def duty_rows(streams: Streams, window: Window, officers: float) -> pa.Table:
    """Write the staff hours of each team and clock hour in a window.

    Four response teams change over early, late and night duty, so staffing is level through the day and demand is
    not; a neighbourhood team works from 8 to 22.  In the night on which the clocks go back the hour that occurs
    twice is one row with the hours of both, as a duty system that counts in clock hours gives it.

    Parameters
    ----------
    streams : Streams
    window : Window
    officers : float
        Full-time equivalent officers, scaled.

    Returns
    -------
    pyarrow.Table
    """
    rng = streams.of("duty", window.index)
    hours = window.hours()
    wall = to_wall(hours)
    hour = (wall - wall.astype("datetime64[D]")).astype(int) // 3600
    # A night belongs to the day on which it began.
    day = wall.astype("datetime64[D]").astype(int) - (hour < SHIFTS[0][0])
    shift = np.select([(hour >= a) & (hour < b) for a, b in SHIFTS[:2]], [0, 1], 2)
    team, at = [], []
    for i, name in enumerate(RESPONSE_TEAMS):
        # Two earlies, two lates, two nights, two days off; each team two days behind the one before.
        place = ((day - 2 * i) % 8) // 2
        on = np.flatnonzero(place == shift)
        team += [name] * len(on)
        at.append(on)
    day_time = np.flatnonzero((hour >= 8) & (hour < 22))
    team += ["Neighbourhood"] * len(day_time)
    at.append(day_time)
    at = np.concatenate(at)
    planned = officers * TEAM_SHARE * np.where(np.array(team) == "Neighbourhood", 0.5, 1.0)
    planned = np.maximum(planned, 1.0)
    abstracted = planned * rng.uniform(0.04, 0.2, len(at))
    return _by_clock_hour(np.array(team, dtype=object), hours[at], planned - abstracted, abstracted)


def _by_clock_hour(team: np.ndarray, start: np.ndarray, worked: np.ndarray, abstracted: np.ndarray) -> pa.Table:
    """One row for each team and clock hour; both instants of the repeated hour go into one."""
    wall = to_wall(start)
    order = np.lexsort((team.astype(str), start, wall))
    team, start, wall = team[order], start[order], wall[order]
    same = np.zeros(len(team), bool)
    # Within one wall hour the teams of both instants follow each other; add the second to the first.
    position = {(w, t): i for i, (w, t) in reversed(list(enumerate(zip(wall.tolist(), team, strict=True))))}
    target = np.array([position[w, t] for w, t in zip(wall.tolist(), team, strict=True)], int)
    sums = [np.bincount(target, values[order], len(team)) for values in (worked, abstracted)]
    same[target] = True
    return render(
        "duty_hours",
        {
            "team": team[same],
            "hour_start": start[same],
            "staff_hours": np.round(sums[0][same], 2),
            "abstracted_hours": np.round(sums[1][same], 2),
        },
    )


def task_rows(streams: Streams, window: Window, size: float, first_number: int) -> pa.Table:
    """Write the tasks logged in a window.

    Parameters
    ----------
    streams : Streams
    window : Window
    size : float
        Size of the force, scaled; 1 is Cleveland.
    first_number : int
        Number in the reference of the first task.

    Returns
    -------
    pyarrow.Table
    """
    rng = streams.of("tasks", window.index)
    kind = np.concatenate(
        [np.full(rng.poisson(a_day * size * window.days), TASK_TYPES.index(t)) for t, (a_day, _) in TASKS.items()]
    )
    started = draw_instants(rng, window, shapes.week("administration") + 15, len(kind))
    order = np.argsort(started, kind="stable")
    kind, started = kind[order], started[order]
    n = len(kind)
    hours = skewed(rng, np.array([TASKS[t][1] for t in TASK_TYPES])[kind], 0.6, n)
    ended = started + (hours * 3600).astype(np.int64) * SECOND
    staff = 1 + rng.poisson(0.3, n)
    ended[rng.random(n) < 0.05] = NOT_A_TIME
    spent = np.where((rng.random(n) < 0.2) & ~np.isnat(ended), np.nan, np.round(hours * staff, 2))
    return render(
        "demand_task",
        {
            "task_id": references("TSK", first_number + np.arange(n)),
            "task_type": np.array(TASK_TYPES, dtype=object)[kind],
            "started_at": started,
            "ended_at": ended,
            "resource_hours": spent,
        },
    )
