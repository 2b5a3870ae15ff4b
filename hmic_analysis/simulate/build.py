"""Building the tables of one return, window by window, and gathering its truth."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.simulate import (
    bail,
    care,
    changes,
    circulation,
    crimes,
    demand,
    deployments,
    documents,
    faults,
    incidents,
    registers,
    suspects,
)
from hmic_analysis.simulate.cases import LONGEST_LAG_DAYS, Cases, draw_cases
from hmic_analysis.simulate.clock import Window, is_repeated_hour, midnight, skipped_hour, to_wall, windows
from hmic_analysis.simulate.facts import TABLES, Facts
from hmic_analysis.simulate.frame import CLEVELAND_CRIME, ForceFacts, Frame
from hmic_analysis.simulate.streams import Streams
from hmic_analysis.simulate.tally import CrimeTally, suspect_values
from hmic_analysis.simulate.topic import Made, Piece, Rows, Subject
from hmic_analysis.simulate.topics import topics
from hmic_analysis.simulate.truth import verdicts
from hmic_analysis.simulate.writer import TableFile

#: Tables of calls and crimes that mistakes are planted in.
PLANTED = ("incident", "deployment", "crime", "incident_crime")
#: Incidents worked on at a time, about; bounds the memory.
PIECE = 40_000


@dataclass
class Work:
    """One return in the making: open files, counters, the truth so far.

    Attributes
    ----------
    folder : pathlib.Path
        An empty folder to write to.
    force, facts, frame
        What to simulate.
    truth : dict
        What is true of the force; complete after :meth:`run`.
    """

    folder: Path
    force: ForceFacts
    facts: Facts
    frame: Frame
    truth: dict[str, Any] = field(default_factory=dict)
    planted: faults.Planted = field(default_factory=faults.Planted)
    tally: CrimeTally = field(default_factory=CrimeTally)
    bad_rows_due: bool = True
    n_incidents: int = 0
    n_crimes: int = 0
    n_tasks: int = 0
    crime_days: list[np.ndarray] = field(default_factory=list)
    crime_numbers: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        start, end = self.frame.period_start, self.frame.period_end
        self.streams = Streams(self.frame.seed, self.force.slug)
        self.start, self.end = midnight(start), midnight(end + dt.timedelta(days=1))
        self.files: dict[str, TableFile] = {}
        self.subject = Subject(self.streams, self.facts, self.frame, self.force)
        self.followers = [topic.follow(self.subject) for topic in topics() if topic.follow is not None]

    def run(self) -> None:
        """Write every table that the force provides, and gather the truth."""
        self.files = {t: TableFile(self.folder / f"{t}.csv", self.facts.provides(t)) for t in TABLES}
        try:
            for window in self._windows():
                self._calls_and_crimes(window)
                if window.start >= self.start:
                    self._staff_hours(window)
            figures = self._people()
            self._registers(figures)
        finally:
            for file in self.files.values():
                file.close()

    def _windows(self) -> Iterator[Window]:
        """The days before the period that its crimes may have been reported on, then the period."""
        incidents_a_day = self.force.incidents_a_year * self.frame.scale / 365.25
        each = max(1, min(31, int(PIECE / max(incidents_a_day, 1))))
        before = dt.timedelta(days=LONGEST_LAG_DAYS)
        one = dt.timedelta(days=1)
        yield from windows(self.frame.period_start - before, self.frame.period_start - one, each)
        yield from windows(self.frame.period_start, self.frame.period_end, each)

    def _calls_and_crimes(self, window: Window) -> None:
        crimes_a_day = self.force.recorded_crime * self.frame.scale / 365.25
        others_a_day = self.force.incidents_a_year * self.frame.scale / 365.25 - crimes_a_day
        as_of = np.datetime64(self.frame.as_of, "s")
        cases = draw_cases(self.streams, window, crimes_a_day, self.facts, as_of)
        is_recorded = (cases.recorded >= self.start) & (cases.recorded < self.end)
        found = incidents.of_cases(cases)
        in_span = (found.created >= self.start) & (found.created < self.end)
        found = found.take(in_span | is_recorded[found.case])
        if window.end > self.start:
            others = incidents.of_no_crime(self.streams, window, others_a_day, self.facts)
            others = others.take(others.created >= self.start)
            found = incidents.Incidents(
                **{k: np.concatenate([v, vars(others)[k]]) for k, v in vars(found).items()}
            )  # fmt: skip
        found = incidents.sort(found)
        drawn = crimes.draw_crimes(self.streams, window, cases)
        drawn = crimes.Crimes(**{k: v[is_recorded[drawn.case]] for k, v in vars(drawn).items()})
        self.tally.add(drawn, cases)
        self._write_calls(window, cases, found, drawn)

    def _write_calls(
        self, window: Window, cases: Cases, found: incidents.Incidents, drawn: crimes.Crimes
    ) -> None:  # fmt: skip
        first_incident, first_crime = self.n_incidents + 1, self.n_crimes + 1
        plant = self.bad_rows_due and window.start >= self.start and len(drawn) >= 10
        rng = self.streams.of("faults", window.index)
        sent = deployments.draw_deployments(self.streams, window, found)
        if plant:
            sent = faults.odd_arrivals(rng, found, sent, self.planted)
        dispatched, clear = deployments.first_and_last(sent, len(found))
        pieces = {
            "incident": incidents.incident_rows(
                self.streams, window, found, cases, first_incident, dispatched, clear
            ),
            "deployment": deployments.deployment_rows(
                self.streams, window, sent, first_incident, int(self.force.officers * self.frame.scale)
            ),
            "crime": crimes.crime_rows(self.streams, window, drawn, cases, first_crime),
            "incident_crime": crimes.link_rows(drawn, found, first_crime, first_incident),
        }  # fmt: skip
        drawn_piece = Piece(
            window, window.start >= self.start, cases, found, sent, drawn, first_incident, first_crime, pieces
        )
        for follower in self.followers:
            pieces |= follower.rows(drawn_piece)
        no_crime = found.case < 0
        if (hour := skipped_hour(window)) is not None:
            pieces["incident"] = faults.in_skipped_hour(pieces["incident"], no_crime, hour, self.planted)
        if plant:
            self.bad_rows_due = False
            pieces = self._with_faults(rng, pieces, no_crime)
        for table, piece in pieces.items():
            self.files[table].append(piece)
        twice = int(is_repeated_hour(found.created).sum())
        self.planted.note("incident", "created_in_repeated_hour", twice, kept=True)
        self.crime_days.append(to_wall(cases.recorded[drawn.case[drawn.counted]]).astype("datetime64[D]"))
        self.crime_numbers.append(first_crime + np.flatnonzero(drawn.counted))
        self.n_incidents += len(found)
        self.n_crimes += len(drawn)

    def _with_faults(
        self, rng: np.random.Generator, pieces: dict[str, pa.Table], no_crime: np.ndarray
    ) -> dict[str, pa.Table]:
        at = {"incident": np.flatnonzero(no_crime)}
        pieces["incident"] = faults.closed_too_early(rng, pieces["incident"], no_crime, self.planted)
        made = pieces | {t: faults.with_bad_rows(rng, t, pieces[t], self.planted, at.get(t)) for t in PLANTED}
        return made | {"incident_crime": faults.with_dangling_links(made["incident_crime"], self.planted)}

    def _staff_hours(self, window: Window) -> None:
        size = self.force.recorded_crime * self.frame.scale / CLEVELAND_CRIME
        hours = demand.duty_rows(self.streams, window, self.force.officers * self.frame.scale)
        tasks = demand.task_rows(self.streams, window, size, self.n_tasks + 1)
        self.n_tasks += tasks.num_rows
        if window.start == self.start:
            rng = self.streams.of("faults.hours")
            hours = faults.with_bad_rows(rng, "duty_hours", hours, self.planted)
            tasks = faults.with_bad_rows(rng, "demand_task", tasks, self.planted)
        self.files["duty_hours"].append(hours)
        self.files["demand_task"].append(tasks)

    def _people(self) -> dict[str, Any]:
        """Write suspects, bail and circulations; give their true figures."""
        frame, facts = self.frame, self.facts
        as_of = np.datetime64(frame.as_of)
        period = (np.datetime64(frame.period_start), np.datetime64(frame.period_end))
        day = np.concatenate(self.crime_days) if self.crime_days else np.array([], "datetime64[D]")
        number = np.concatenate(self.crime_numbers) if self.crime_numbers else np.array([], int)
        order = np.argsort(day, kind="stable")
        n_out = frame.size_of(self.force, facts.n_outstanding, 60)
        n_fta = frame.size_of(self.force, facts.n_fta, 20)
        pool = suspects.CrimeDays(number[order], day[order])
        named = suspects.draw_suspects(self.streams, facts, n_out, pool, as_of, period)
        managed = care.draw_care(self.streams, facts, named, as_of)
        bails = bail.draw_bails(self.streams, n_fta, named, managed.person, as_of)
        circulated = circulation.draw_circulations(self.streams, facts, named, bails, as_of)
        pieces = {
            "suspect": care.suspect_rows(self.streams, named, managed, as_of),
            "bail": bail.bail_rows(bails),
            "pnc_circulation": circulation.circulation_rows(circulated),
        }
        # Only rows of persons who are neither outstanding nor in question are repeated in a differing form.
        at = {
            "suspect": np.flatnonzero(named.kind == suspects.RESOLVED),
            "bail": np.flatnonzero(bails.kind == bail.ANSWERED),
        }
        rng = self.streams.of("faults.people")
        for table, piece in pieces.items():
            self.files[table].append(faults.with_bad_rows(rng, table, piece, self.planted, at.get(table)))
        return suspect_values(named, managed, bails, circulated, as_of, period)

    def _registers(self, people: dict[str, Any]) -> None:
        """Write the registers and the request log, and close the truth."""
        facts, frame = self.facts, self.frame
        benefits = changes.benefit_records(self.streams, facts, frame)
        months, month_values = changes.benefit_months(self.streams, facts, frame, benefits)
        values = self.tally.values() | people | month_values
        values["knowledge_correct"] = math.floor(facts.knowledge_correct_share * facts.n_knowledge_checks + 0.5)
        values["staff_hours_saved"] = round(changes.hours_saved(facts, benefits), 4)
        values["n_demand_products_12m"] = facts.n_demand_products
        values["n_forces_attend_all"] = facts.n_forces_attend_all
        values["stated"] = registers.stated_figures(facts, values)
        for follower in self.followers:
            values |= follower.values()
        for topic in topics():
            if topic.make is not None:
                self._take(topic.make(self.subject), values)
        self._append("document", documents.document_records(facts, frame))
        self._append("change", changes.change_records(facts, frame))
        self._append("benefit", benefits)
        self._append("benefit_month", months)
        self._append("data_request", registers.request_records(facts, frame, values["stated"]))
        self.files["knowledge_check"].append(registers.knowledge_rows(self.streams, facts, frame))
        self.truth |= {
            "synthetic": True,
            "note": "Simulated data. The figures describe no real force.",
            "force": self.force.model_dump(mode="json"),
            "frame": frame.model_dump(mode="json"),
            "facts": facts.model_dump(mode="json"),
            "values": values,
            "verdicts": verdicts(facts, values),
            "rows": {table: file.rows for table, file in self.files.items() if file.wanted},
            "planted_faults": self._planted(),
        }

    def _take(self, made: Made, values: dict[str, Any]) -> None:
        """Write the tables of a topic; add its figures to the truth."""
        for table, rows in made.tables.items():
            self._append(table, rows)
        values |= made.values
        values["stated"] |= {item: x for item, x in made.stated.items() if self.facts.status(item) == "provided"}

    def _append(self, table: str, rows: Rows) -> None:
        if isinstance(rows, list):
            if not rows:
                return
            rows = registers.rows(table, rows)
        for piece in [rows] if isinstance(rows, pa.Table) else rows:
            self.files[table].append(piece)

    def _planted(self) -> dict[str, Any]:
        """The planted faults of the tables that were written."""
        found = self.planted.as_dict()
        return {k: {t: n for t, n in v.items() if self.files[t].wanted} for k, v in found.items()}
