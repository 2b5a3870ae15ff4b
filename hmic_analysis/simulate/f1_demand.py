"""F1: what the force knows of its demand: analyses and a plan, staff hours on duty, demand that is no incident."""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from hmic_analysis.contracts.core import DOCUMENT_COVERS
from hmic_analysis.contracts.f1_demand import TASK_TYPES
from hmic_analysis.params.models import Count, YesNo
from hmic_analysis.simulate.ground import (
    Columns,
    CommonFacts,
    Made,
    Piece,
    Record,
    Rows,
    Subject,
    Verdict,
    absent,
    judged,
    no_register,
)
from hmic_analysis.simulate.registers import document
from hmic_analysis.simulate.world import (
    CLEVELAND_CRIME,
    NO_TIME,
    ONE_DAY,
    SECOND,
    Window,
    draw_instants,
    hour_of,
    midnight,
    skewed,
    to_wall,
    week,
)
from hmic_analysis.simulate.write import references, render, with_bad_rows

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
DEMAND = "demand"


def _covers(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Facts(CommonFacts):
    """What is true of the understanding of demand."""

    #: Demand analyses in the 12 months before ``as_of``, a dated plan, and what the analyses cover (F1a, F1b).
    n_demand_products: Annotated[Count, Field(le=50)] = 2
    demand_plan: YesNo = True
    demand_covers: Annotated[tuple[Literal[DOCUMENT_COVERS], ...], BeforeValidator(_covers), Field(min_length=1)] = (
        "incident_types",
        "activity_time",
        "hour",
    )


WAYS = {
    "F1a": {
        "true": ({"demand_plan": True},),
        # No product and no plan: nothing then covers any aspect of demand either.
        "false": ({"demand_plan": False, "n_demand_products": 0, "implies": {"F1b": "false"}},),
        "middle": ({"demand_plan": False},),
    },
    "F1b": {
        "true": ({"demand_covers": ("incident_types", "hour")}, {"demand_covers": ("activity_time", "place")}),
        "middle": ({"demand_covers": ("hour",)}, {"demand_covers": ("incident_types",)}),
    },
}


def documents(subject: Subject) -> list[Record]:
    """The demand analyses of the 12 months before the snapshot, and the plan; an analysis of two years ago."""
    facts, as_of, n = subject.facts, subject.as_of, subject.facts.n_demand_products
    decided, kind = {"decision_recorded": True}, "demand_analysis"
    found = [document(6, "Old demand profile", kind, DEMAND, as_of - 800 * ONE_DAY, ["hour", "place"], **decided)]
    for i in range(n):
        written, more = as_of - (40 + i * 270 // n) * ONE_DAY, {**decided, "corroborated_by": ["data"]}
        title, covers = f"Demand analysis {i + 1}", list(facts.demand_covers)
        found.append(document(20 + i, title, kind, DEMAND, written, covers, **more))
    if facts.demand_plan:
        covers, written = ["named_lead", "review_date"], as_of - 150 * ONE_DAY
        more = {"last_activity_on": as_of - 20 * ONE_DAY, "corroborated_by": ["interview"]}
        found.append(document(80, "Plan for understanding demand", "plan", DEMAND, written, covers, **more))
    return found


class Hours:
    """Writes the staff hours and the tasks of each window of the period."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.n_tasks = 0

    def rows(self, piece: Piece) -> dict[str, Rows]:
        """Hours and tasks of a window, with a few rows to be kept aside in the first."""
        if not piece.in_period:
            return {}
        subject, window = self.subject, piece.window
        made = {"duty_hours": _duty(subject, window), "demand_task": _tasks(subject, window, self.n_tasks + 1)}
        self.n_tasks += len(made["demand_task"]["task_type"])
        if window.start == midnight(subject.frame.period_start):
            rng = subject.rng("faults.hours")
            return {t: with_bad_rows(rng, t, render(t, rows), subject.planted) for t, rows in made.items()}
        return made

    def made(self) -> Made:
        """The true figure."""
        return Made(values={"n_demand_products": self.subject.facts.n_demand_products})


follow = Hours


def _duty(subject: Subject, window: Window) -> Columns:
    """The staff hours of each team and clock hour in a window.

    Four response teams change over early, late and night duty, so staffing is level through the day and demand is
    not; a neighbourhood team works from 8 to 22. In the night on which the clocks go back the hour that occurs
    twice is one row with the hours of both, as a duty system that counts in clock hours gives it.
    """
    rng, hours = subject.rng("duty", window.index), window.hours()
    wall = to_wall(hours)
    hour = hour_of(wall)
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
    planned = (
        subject.force.officers
        * subject.frame.scale
        * TEAM_SHARE
        * np.where(np.array(team) == "Neighbourhood", 0.5, 1.0)
    )
    planned = np.maximum(planned, 1.0)
    abstracted = planned * rng.uniform(0.04, 0.2, len(at))
    return _by_clock_hour(np.array(team, dtype=object), hours[at], planned - abstracted, abstracted)


def _by_clock_hour(team: np.ndarray, start: np.ndarray, worked: np.ndarray, abstracted: np.ndarray) -> Columns:
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
    return {
        "team": team[same],
        "hour_start": start[same],
        "staff_hours": np.round(sums[0][same], 2),
        "abstracted_hours": np.round(sums[1][same], 2),
    }


def _tasks(subject: Subject, window: Window, first_number: int) -> Columns:
    """The tasks logged in a window."""
    rng = subject.rng("tasks", window.index)
    size = subject.force.recorded_crime * subject.frame.scale / CLEVELAND_CRIME
    kind = np.concatenate(
        [np.full(rng.poisson(a_day * size * window.days), TASK_TYPES.index(t)) for t, (a_day, _) in TASKS.items()]
    )
    started = draw_instants(rng, window, week("administration") + 15, len(kind))
    order = np.argsort(started, kind="stable")
    kind, started = kind[order], started[order]
    n = len(kind)
    hours = skewed(rng, np.array([TASKS[t][1] for t in TASK_TYPES])[kind], 0.6, n)
    ended = started + (hours * 3600).astype(np.int64) * SECOND
    staff = 1 + rng.poisson(0.3, n)
    ended[rng.random(n) < 0.05] = NO_TIME
    spent = np.where((rng.random(n) < 0.2) & ~np.isnat(ended), np.nan, np.round(hours * staff, 2))
    return {
        "task_id": references("TSK", first_number + np.arange(n)),
        "task_type": kind,
        "started_at": started,
        "ended_at": ended,
        "resource_hours": spent,
    }


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    n, plan = facts.n_demand_products, facts.demand_plan
    said = f"{n} products in 12 months, {'a' if plan else 'no'} dated plan"
    working = judged(said, bool(n and plan), not n and not plan and facts.signed("document"))
    covered = {"incident_types", "activity_time", "place", "hour"} & set(facts.demand_covers)
    known = judged(f"products cover {len(covered)} aspects of demand", len(covered) >= 2)
    known = known if n else absent(facts, "the register holds no product")
    return {"F1a": no_register(facts) or working, "F1b": no_register(facts) or known}
