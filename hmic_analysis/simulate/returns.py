"""Writing the return of one simulated force, window by window, and gathering its truth."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.errors import ParameterError
from hmic_analysis.simulate import calls, crimes, faults
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.ground import TABLES, Piece, Rows, Subject, stems
from hmic_analysis.simulate.registers import document_records, request_records
from hmic_analysis.simulate.staff import draw_staff, staff_rows
from hmic_analysis.simulate.world import (
    ForceFacts,
    Frame,
    Streams,
    Window,
    is_repeated_hour,
    midnight,
    skipped_hour,
    windows,
)
from hmic_analysis.simulate.write import FreshFolder, TableFile, render, write_readme

TRUTH = "truth.json"
#: Tables of calls and crimes that mistakes are planted in.
PLANTED = ("incident", "deployment", "crime", "incident_crime")
#: calls.Incidents worked on at a time, about; bounds the memory.
PIECE = 40_000


@dataclass(frozen=True)
class Simulated:
    """A return that was written."""

    folder: Path
    #: Every file written, the README and the truth included.
    files: tuple[Path, ...]
    #: What ``truth.json`` says.
    truth: dict[str, Any]


def simulate(
    project_raw: Path,
    force: ForceFacts,
    facts: Facts,
    scale: float,
    seed: int,
    period_start: dt.date,
    period_end: dt.date,
    as_of: dt.date,
    lookback_days: int = 0,
) -> Simulated:
    """Write the return of a simulated force to ``project_raw / force.slug``: the same bytes for the same arguments.

    ``scale`` is 1 for the whole force, 0.05 for a twentieth of its records.  Memory does not grow with the size of the
    force but for one day number for each recorded crime.  Impossible arguments, or a folder with a return that is not
    marked as synthetic, are a ``ParameterError``; that return is left alone.
    """
    frame = _frame(period_start, period_end, as_of, scale, seed, lookback_days)
    where = project_raw / force.slug
    with FreshFolder(where) as folder:
        truth = Work(folder.path, force, facts, frame).run()
        write_readme(folder.path, f"{force.slug}, seed {seed}, scale {scale:g}")
        text = json.dumps(truth, indent=2, ensure_ascii=False) + "\n"
        (folder.path / TRUTH).write_text(text, encoding="utf-8", newline="\n")
    return Simulated(where, tuple(sorted(where.iterdir())), truth)


def _frame(start: dt.date, end: dt.date, as_of: dt.date, scale: float, seed: int, lookback: int) -> Frame:
    problems = []
    if not start < end:
        problems.append(f"The period begins on {start} and ends on {end}: the end must come after the beginning.")
    if as_of < end:
        problems.append(f"The snapshot day {as_of} lies before the end of the period, {end}.")
    if not (isinstance(scale, int | float) and math.isfinite(scale) and 0 < scale <= 20):
        problems.append(f"Scale {scale} is impossible. Give a number above 0 and at most 20; 1 is the whole force.")
    if seed < 0:
        problems.append(f"Seed {seed} is impossible. Give a whole number from 0 up.")
    if not 0 <= lookback <= 800:
        problems.append(f"A look-back of {lookback} days is impossible. Give 0 to 800.")
    if problems:
        raise ParameterError("\n".join(problems))
    return Frame(
        period_start=start, period_end=end, as_of=as_of, scale=scale, seed=seed, lookback_days=lookback
    )  # fmt: skip


@dataclass
class Work:
    """One return in the making: open files, counters, the truth so far."""

    #: An empty folder to write to.
    folder: Path
    force: ForceFacts
    facts: Facts
    frame: Frame
    bad_rows_due: bool = True
    n_incidents: int = 0
    n_crimes: int = 0

    def __post_init__(self) -> None:
        start, end = self.frame.period_start, self.frame.period_end
        self.streams = Streams(self.frame.seed, self.force.slug)
        self.start, self.end = midnight(start), midnight(end + dt.timedelta(days=1))
        self.subject = Subject(self.streams, self.facts, self.frame, self.force)
        self.planted = self.subject.planted
        self.followers = [stem.follow(self.subject) for stem in stems() if stem.follow]
        self.files: dict[str, TableFile] = {}

    def run(self) -> dict[str, Any]:
        """Write every table that the force provides; what is true of it."""
        self.files = {t: TableFile(self.folder / f"{t}.csv", self.facts.provides(t)) for t in TABLES}
        try:
            for window in self._windows():
                self._calls_and_crimes(window)
            values = self._besides()
        finally:
            for file in self.files.values():
                file.close()
        return {
            "synthetic": True,
            "note": "Simulated data. The figures describe no real force.",
            "force": self.force.model_dump(mode="json"),
            "frame": self.frame.model_dump(mode="json"),
            "facts": self.facts.model_dump(mode="json"),
            "values": values,
            "verdicts": verdicts(self.facts, values),
            "rows": {table: file.rows for table, file in self.files.items() if file.wanted},
            "planted_faults": self._planted(),
        }

    def _windows(self) -> Iterator[Window]:
        """The days before the period that its crimes may have been reported on, then the period."""
        each = max(1, min(31, int(PIECE / max(self.subject.incidents_a_day, 1))))
        before, one = dt.timedelta(days=crimes.LONGEST_LAG_DAYS), dt.timedelta(days=1)
        yield from windows(self.frame.period_start - before, self.frame.period_start - one, each)
        yield from windows(self.frame.period_start, self.frame.period_end, each)

    def _calls_and_crimes(self, window: Window) -> None:
        cases = crimes.draw_cases(self.subject, window)
        is_recorded = (cases.recorded >= self.start) & (cases.recorded < self.end)
        found = calls.of_cases(cases)
        in_span = (found.created >= self.start) & (found.created < self.end)
        found = found.take(in_span | is_recorded[found.case])
        if window.end > self.start:
            others = calls.of_no_crime(self.subject, window)
            found = calls.Incidents.joined([found, others.take(others.created >= self.start)])
        found = found.take(np.argsort(found.created, kind="stable"))
        drawn = crimes.draw_crimes(self.subject, window, cases)
        self._write(window, cases, found, drawn.take(is_recorded[drawn.case]))

    def _write(self, window: Window, cases: crimes.Cases, found: calls.Incidents, drawn: crimes.Crimes) -> None:
        """Write calls and crimes of a window and all that follows them, with a few mistakes in the first of them."""
        subject, incident, crime = self.subject, self.n_incidents + 1, self.n_crimes + 1
        in_period = window.start >= self.start
        plant = self.bad_rows_due and in_period and len(drawn) >= 10
        rng = subject.rng("faults", window.index)
        sent = calls.draw_deployments(subject, window, found)
        if plant:
            sent = faults.odd_arrivals(rng, found, sent, self.planted)
        pieces = {
            "incident": calls.incident_rows(subject, window, found, cases, sent, incident),
            "deployment": calls.deployment_rows(subject, window, sent, incident),
            "crime": crimes.crime_rows(subject, window, drawn, cases, crime),
            "incident_crime": crimes.link_rows(drawn, found, crime, incident),
        }
        pieces = {table: render(table, columns) for table, columns in pieces.items()}
        piece = Piece(window, in_period, cases, found, sent, drawn, incident, crime, pieces)
        for follower in self.followers:
            pieces |= follower.rows(piece)
        no_crime = found.case < 0
        if (hour := skipped_hour(window)) is not None:
            pieces["incident"] = faults.in_skipped_hour(pieces["incident"], no_crime, hour, self.planted)
        if plant:
            self.bad_rows_due = False
            pieces |= self._with_faults(rng, pieces, no_crime)
        for table, rows in pieces.items():
            self._append(table, rows)
        self.planted.note("incident", "created_in_repeated_hour", int(is_repeated_hour(found.created).sum()), kept=True)
        self.n_incidents += len(found)
        self.n_crimes += len(drawn)

    def _with_faults(
        self, rng: np.random.Generator, pieces: dict[str, pa.Table], no_crime: np.ndarray
    ) -> dict[str, pa.Table]:
        early = faults.closed_too_early(rng, pieces["incident"], no_crime, self.planted)
        pieces, at = {**pieces, "incident": early}, {"incident": np.flatnonzero(no_crime)}
        made = {t: faults.with_bad_rows(rng, t, pieces[t], self.planted, at.get(t)) for t in PLANTED}
        return made | {"incident_crime": faults.with_dangling_links(made["incident_crime"], self.planted)}

    def _besides(self) -> dict[str, Any]:
        """Write what does not follow the calls; the true figures, with those that the force states."""
        values: dict[str, Any] = {"stated": {}}
        parts = [follower.made for follower in self.followers]
        parts += [partial(stem.make, self.subject) for stem in stems() if stem.make]
        for part in parts:
            made = part()
            for table, rows in made.tables.items():
                self._append(table, rows)
            values |= made.values
            values["stated"] |= {i: x for i, x in made.stated.items() if self.facts.status(i) == "provided"}
        self._append("staff", staff_rows(draw_staff(self.subject)))
        self._append("document", document_records(self.subject))
        self._append("data_request", request_records(self.subject, values["stated"]))
        return values

    def _append(self, table: str, rows: Rows) -> None:
        if isinstance(rows, pa.Table):
            self.files[table].append(rows)
        elif isinstance(rows, list | dict):
            # No record at all is no piece.
            if rows:
                self._append(table, render(table, rows))
        else:
            for piece in rows:
                self._append(table, piece)

    def _planted(self) -> dict[str, Any]:
        """The planted faults of the tables that were written."""
        found = self.planted.as_dict()
        return {k: {t: n for t, n in v.items() if self.files[t].wanted} for k, v in found.items()}


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The intended verdict on each claim, and why."""
    found = {c: v for stem in stems() if stem.verdicts for c, v in stem.verdicts(facts, values).items()}
    return {claim: {"verdict": verdict, "because": because} for claim, (verdict, because) in found.items()}
