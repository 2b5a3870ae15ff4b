"""Crimes of one window, and their links to incidents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.crimes import OFFENCE_GROUPS, REPORT_ROUTES
from hmic_analysis.simulate import shapes
from hmic_analysis.simulate.cases import Cases
from hmic_analysis.simulate.clock import Window
from hmic_analysis.simulate.incidents import NOT_A_TIME, Incidents
from hmic_analysis.simulate.streams import Streams, pick
from hmic_analysis.simulate.writer import references, render


@dataclass(frozen=True)
class Crimes:
    """Crimes; arrays of equal length, one item a crime.

    Attributes
    ----------
    case : numpy.ndarray
        Position of the case it belongs to.
    notifiable, no_crime : numpy.ndarray
        Counted to the Home Office; cancelled.
    """

    case: np.ndarray
    notifiable: np.ndarray
    no_crime: np.ndarray

    def __len__(self) -> int:
        return len(self.case)

    @property
    def counted(self) -> np.ndarray:
        """Crimes that are recorded crimes: notifiable and not cancelled."""
        return self.notifiable & ~self.no_crime


def draw_crimes(streams: Streams, window: Window, cases: Cases) -> Crimes:
    """The crimes of cases: one or more each."""
    rng = streams.of("crimes", window.index)
    case = np.repeat(np.arange(len(cases)), cases.n_crimes)
    return Crimes(case, rng.random(len(case)) >= 0.015, rng.random(len(case)) < 0.03)


def crime_rows(streams: Streams, window: Window, crimes: Crimes, cases: Cases, first_number: int) -> pa.Table:
    """Write crimes as rows of the return.

    Parameters
    ----------
    streams : Streams
    window : Window
    crimes : Crimes
    cases : Cases
    first_number : int
        Number in the reference of the first crime.

    Returns
    -------
    pyarrow.Table
    """
    rng = streams.of("crimes.rows", window.index)
    n, case = len(crimes), crimes.case
    recorded, group = cases.recorded[case], cases.group[case]
    month_only = rng.random(n) < 0.001
    outcome = np.array(
        ["Charged", "Caution", "Penalty notice", "Community resolution", "Undetected", None], dtype=object
    )[pick(rng, (17, 6, 2, 6, 64, 5), n)]
    outcome[np.isnat(cases.closed[case])] = None
    names = np.array([g.replace("_", " ").capitalize() for g in OFFENCE_GROUPS], dtype=object)
    # A blank is read as notifiable, and as not cancelled: both spellings occur.
    left_blank = rng.random(n) < 0.2
    return render(
        "crime",
        {
            "crime_id": references("CR", first_number + np.arange(n)),
            "recorded_at": np.where(month_only, NOT_A_TIME, recorded),
            "recorded_month": np.where(month_only, recorded, NOT_A_TIME),
            "offence_code": _codes(rng, group),
            "offence_group": np.array(OFFENCE_GROUPS, dtype=object)[group],
            "crime_type": names[group],
            "report_route": np.array(REPORT_ROUTES, dtype=object)[cases.route[case]],
            "is_notifiable": np.where(crimes.notifiable & left_blank, -1, crimes.notifiable.astype(int)),
            "is_no_crime": np.where(~crimes.no_crime & left_blank, -1, crimes.no_crime.astype(int)),
            "closed_at": cases.closed[case],
            "outcome_type": outcome,
            "district": np.array(shapes.DISTRICTS, dtype=object)[cases.district[case]],
        },
    )


def _codes(rng: np.random.Generator, group: np.ndarray) -> np.ndarray:
    draw, codes = rng.random(len(group)), np.empty(len(group), dtype=object)
    for i, name in enumerate(OFFENCE_GROUPS):
        words, weights = zip(*shapes.OFFENCE_CODES[name], strict=True)
        edges = np.cumsum(weights) / sum(weights)
        of_it = group == i
        position = np.minimum(np.searchsorted(edges, draw[of_it], side="right"), len(words) - 1)
        codes[of_it] = np.array(words, dtype=object)[position]
    return codes


def link_rows(crimes: Crimes, incidents: Incidents, first_crime: int, first_incident: int) -> pa.Table:
    """Write the pairs of incidents and crimes that belong to the same case.

    Parameters
    ----------
    crimes : Crimes
    incidents : Incidents
        Their ``case`` points to the same cases as that of the crimes.
    first_crime, first_incident : int
        Numbers in the references of the first crime and the first incident.

    Returns
    -------
    pyarrow.Table
    """
    mine = np.flatnonzero(incidents.case >= 0)
    mine = mine[np.argsort(incidents.case[mine], kind="stable")]
    lo = np.searchsorted(incidents.case[mine], crimes.case, side="left")
    count = np.searchsorted(incidents.case[mine], crimes.case, side="right") - lo
    crime = np.repeat(np.arange(len(crimes)), count)
    ordinal = np.arange(len(crime)) - np.repeat(np.cumsum(count) - count, count)
    incident = mine[np.repeat(lo, count) + ordinal]
    return render(
        "incident_crime",
        {
            "incident_id": references("INC", first_incident + incident),
            "crime_id": references("CR", first_crime + crime),
        },
    )
