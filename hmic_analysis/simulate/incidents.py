"""Incidents of one window: those of the cases, and the many that are no crime."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.calls import GRADES, INCIDENT_RESULTS, NSIR_CATEGORIES, ORIGINS
from hmic_analysis.contracts.crimes import OFFENCE_GROUPS, REPORT_ROUTES
from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.cases import MODE, MODES, Cases
from hmic_analysis.simulate.clock import SECOND, Window, draw_instants
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.streams import Streams, pick, skewed
from hmic_analysis.simulate.writer import references, render

NOT_A_TIME = np.datetime64("NaT", "s")


@dataclass(frozen=True)
class Incidents:
    """Incidents; arrays of equal length, one item an incident.

    Attributes
    ----------
    created : numpy.ndarray
        Instants.
    case : numpy.ndarray
        Position of the case they belong to; -1 for incidents that are no crime.
    category : numpy.ndarray
        Position in the contract's NSIR categories.
    grade, mode : numpy.ndarray
        Position in the contract's grades; in :data:`~hmic_analysis.simulate.cases.MODES`.
    too_late_from : numpy.ndarray
        When the crimes of the case were closed, for those reached too late.
    """

    created: np.ndarray
    case: np.ndarray
    category: np.ndarray
    grade: np.ndarray
    mode: np.ndarray
    too_late_from: np.ndarray

    def __len__(self) -> int:
        return len(self.created)

    def take(self, which: np.ndarray) -> Incidents:
        """The incidents chosen by a boolean array or by positions."""
        return Incidents(**{name: values[which] for name, values in vars(self).items()})


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


def of_no_crime(streams: Streams, window: Window, a_day: float, facts: Facts) -> Incidents:
    """Draw the incidents of a window that gave no crime.

    Parameters
    ----------
    streams : Streams
    window : Window
    a_day : float
        Such incidents on an average day.
    facts : Facts

    Returns
    -------
    Incidents
    """
    rng = streams.of("incidents", window.index)
    season = shapes.SEASON[int(window.start.astype("datetime64[M]").astype(int)) % 12]
    total = sum(shapes.OTHER_CATEGORY_SHARES.values())
    parts = []
    for category, share in shapes.OTHER_CATEGORY_SHARES.items():
        n = int(rng.poisson(a_day * window.days * season * share / total))
        created = draw_instants(rng, window, shapes.week(category), n)
        grade = pick(rng, shapes.OTHER_GRADES[category], n)
        kind = np.full(n, NSIR_CATEGORIES.index(category))
        parts.append(Incidents(created, np.full(n, -1), kind, grade, grade, np.full(n, NOT_A_TIME)))
    found = Incidents(**{name: np.concatenate([vars(p)[name] for p in parts]) for name in vars(parts[0])})
    return replace(found, mode=_modes(streams.of("incidents.mode", window.index), found.grade, facts))


def _modes(rng: np.random.Generator, grade: np.ndarray, facts: Facts) -> np.ndarray:
    n = len(grade)
    share = np.array([facts.incident_attendance_share[g] for g in GRADES])
    attended = rng.random(n) < share[grade]
    yes = np.array([MODE["scene"], MODE["appointment"]])[pick(rng, (97, 3), n)]
    names = ("telephone", "nobody", "stood_down", "staff_only", "counter", "unknown", "second_report")
    no = np.array([MODE[m] for m in names])[pick(rng, (30, 34, 10, 3, 5, 2, 16), n)]
    return np.where(attended, yes, no)


def sort(incidents: Incidents) -> Incidents:
    """The incidents in order of creation."""
    return incidents.take(np.argsort(incidents.created, kind="stable"))


def incident_rows(
    streams: Streams,
    window: Window,
    incidents: Incidents,
    cases: Cases,
    first_number: int,
    dispatched: np.ndarray,
    clear: np.ndarray,
) -> pa.Table:
    """Write incidents as rows of the return.

    Parameters
    ----------
    streams : Streams
    window : Window
    incidents : Incidents
    cases : Cases
        Those that ``incidents.case`` points into.
    first_number : int
        Number in the reference of the first incident.
    dispatched, clear : numpy.ndarray
        First assignment and last clearance of each; NaT where nobody was sent.

    Returns
    -------
    pyarrow.Table
    """
    rng = streams.of("incidents.rows", window.index)
    n, is_case = len(incidents), incidents.case >= 0
    opened_as, closed_as = _categories(rng, incidents.category, is_case)
    district = rng.integers(0, len(shapes.DISTRICTS), n)
    district[is_case] = cases.district[incidents.case[is_case]]
    grade = np.where((rng.random(n) < 0.004) & ~is_case, len(GRADES), incidents.grade)
    return render(
        "incident",
        {
            "incident_id": references("INC", first_number + np.arange(n)),
            **_times(streams.of("incidents.times", window.index), incidents, clear),
            "dispatched_at": dispatched,
            "category_open": shapes.labels(NSIR_CATEGORIES)[opened_as],
            "category_close": shapes.labels(NSIR_CATEGORIES)[closed_as],
            "incident_type": _types(rng, incidents, cases),
            "grade": shapes.labels(GRADES)[grade],
            "local_grade": shapes.labels(("1", "2", "3", "4"))[grade],
            "origin": shapes.labels(ORIGINS)[_origins(rng, incidents, cases)],
            "result": _results(rng, incidents.mode, is_case),
            "qualifier": _qualifiers(rng, n),
            "area_type": np.where(rng.random(n) < 0.22, "rural", "urban").astype(object),
            "district": np.array(shapes.DISTRICTS, dtype=object)[district],
        },
    )


def _times(rng: np.random.Generator, incidents: Incidents, clear: np.ndarray) -> dict[str, np.ndarray]:
    """When each was called in, created and closed; some late entries, some blanks, a few with the month alone."""
    n, is_case, created = len(incidents), incidents.case >= 0, incidents.created
    late, hours_late = rng.random(n) < 0.005, rng.uniform(2, 30, n)
    call = created - np.where(late, hours_late * 3600, rng.uniform(20, 180, n)).astype(np.int64) * SECOND
    call[rng.random(n) < 0.02] = NOT_A_TIME
    month_only = (rng.random(n) < 0.0005) & ~is_case
    call[month_only] = NOT_A_TIME
    handled = created + skewed(rng, 7200, 0.8, n).astype(np.int64) * SECOND
    closed = np.where(np.isnat(clear), handled, clear + rng.integers(120, 3600, n) * SECOND)
    closed[(rng.random(n) < 0.003) & ~is_case] = NOT_A_TIME
    return {
        "call_at": call,
        "created_at": np.where(month_only, NOT_A_TIME, created),
        "created_month": np.where(month_only, created, NOT_A_TIME),
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
        names = np.array(shapes.INCIDENT_TYPES[name], dtype=object)
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
    """How each incident was resolved; blank exactly where a case's attendance is not known."""
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
    return shapes.labels(INCIDENT_RESULTS)[result]


def _qualifiers(rng: np.random.Generator, n: int) -> np.ndarray:
    chosen = pick(rng, (9, 7, 5, 1, 6, 3, 69), n)
    return np.array([*shapes.QUALIFIERS, "alcohol;domestic", None], dtype=object)[chosen]
