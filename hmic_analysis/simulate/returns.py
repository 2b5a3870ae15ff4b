"""The whole return of one simulated force, and returns of many at once."""

import datetime as dt
import json
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
import pyarrow as pa

from hmic_analysis.contracts import contract_for
from hmic_analysis.errors import ParameterError
from hmic_analysis.simulate import calls, crimes, write
from hmic_analysis.simulate.a2_attendance import policy_in_reference, write_force_reference
from hmic_analysis.simulate.facts import ANOTHER, OWNER, Facts
from hmic_analysis.simulate.ground import TABLES, Between, Piece, Rows, State, Subject, Ways, all_ways, stems
from hmic_analysis.simulate.registers import document_records, draw_staff, request_records, staff_rows
from hmic_analysis.simulate.world import (
    ForceFacts,
    Frame,
    Streams,
    Window,
    is_repeated_hour,
    midnight,
    pick,
    skipped_hour,
    windows,
)
from hmic_analysis.simulate.write import FreshFolder, TableFile, cells, is_synthetic, render, with_cells, write_readme
from hmic_analysis.store.inputs import TRUTH
from hmic_analysis.workers import worker_pool

# Writing the return of one simulated force, window by window, and gathering its truth.

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
        self.files = {
            t: TableFile(self.folder / f"{t}.csv", self.facts.provides(t), columns_of(self.subject, t)) for t in TABLES
        }
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
            sent = write.odd_arrivals(rng, found, sent, self.planted)
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
            pieces["incident"] = write.in_skipped_hour(pieces["incident"], no_crime, hour, self.planted)
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
        early = write.closed_too_early(rng, pieces["incident"], no_crime, self.planted)
        pieces, at = {**pieces, "incident": early}, {"incident": np.flatnonzero(no_crime)}
        made = {t: write.with_bad_rows(rng, t, pieces[t], self.planted, at.get(t)) for t in PLANTED}
        return made | {"incident_crime": write.with_dangling_links(made["incident_crime"], self.planted)}

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
            self.files[table].append(damaged(self.subject, table, rows))
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


# What is wrong with a whole return: references written otherwise, months left out, rows of another force, cells that
# say nothing. Nothing of it changes what is true of the force: no sentence may be false for it.


def columns_of(subject: Subject, table: str) -> tuple[str, ...]:
    """The columns of a table's file."""
    names = contract_for(table).column_names
    return (*names, OWNER) if table in subject.facts.foreign_rows else tuple(names)


def damaged(subject: Subject, table: str, rows: pa.Table) -> pa.Table:
    """Rows as the return has them, damaged as its facts say."""
    facts = subject.facts
    rows = _without_months(subject, table, rows) if facts.months_missing.get(table) else rows
    for reference, share in facts.references_broken.items():
        of, _, column = reference.partition(".")
        if of == table:
            rows = with_cells(rows, {column: [_written(text, share) for text in cells(rows, column)]})
    for place, texts in facts.cells_as.items():
        of, _, column = place.partition(".")
        if of == table:
            rows = with_cells(rows, {column: _said_instead(subject, place, cells(rows, column), texts)})
    return _with_foreign(subject, table, rows) if table in facts.foreign_rows else rows


def _written(text: str | None, share: float) -> str | None:
    """A reference in small letters, for a share of all references: the same ones wherever they stand."""
    return text.lower() if text and crc32(text.encode()) % 10_000 < share * 10_000 else text


def _said_instead(subject: Subject, place: str, values: np.ndarray, texts: Mapping[str, float]) -> np.ndarray:
    """A column with other texts in some of its cells that are filled in."""
    filled, drawn = values != None, subject.rng(f"cells.{place}", len(values)).random(len(values))  # noqa: E711
    low = 0.0
    for text, share in texts.items():
        values[filled & (drawn >= low) & (drawn < low + share)] = text or None
        low += share
    return values


def _without_months(subject: Subject, table: str, rows: pa.Table) -> pa.Table:
    """Without the last months of the period; what lies before and after it stays."""
    contract = contract_for(table)
    month_of = contract.column(contract.time).month_of
    month = pd.Series(cells(rows, contract.time)).str[:7]
    if month_of:
        month = month.fillna(pd.Series(cells(rows, month_of)).str[:7])
    last = pd.Period(subject.frame.period_end, "M")
    gone = {str(last - n) for n in range(subject.facts.months_missing[table])}
    return rows.filter(pa.array(~month.isin(gone)))


def _with_foreign(subject: Subject, table: str, rows: pa.Table) -> pa.Table:
    """With rows of another force, alike but for what they are called."""
    whose = pa.array([subject.force.slug] * rows.num_rows, pa.string())
    rows = rows.add_column(rows.num_columns - 1, OWNER, whose)
    rng = subject.rng(f"foreign.{table}", rows.num_rows)
    chosen = np.flatnonzero(rng.random(rows.num_rows) < subject.facts.foreign_rows[table])
    foreign = rows.take(pa.array(chosen))
    named = {key: [text and f"Z{text}" for text in cells(foreign, key)] for key in contract_for(table).key}
    return pa.concat_tables([rows, with_cells(foreign, {**named, OWNER: [ANOTHER] * len(chosen)})])


# Returns of many forces at once, with what is true of each drawn before any row is.

#: Forces with an attend-all policy where not all are simulated and none of their facts says otherwise.
USUAL_ATTEND_ALL = 6
#: How often the statement of a claim is true of a force, false, or neither plainly.
SHARES: Mapping[State, float] = {"true": 0.5, "false": 0.3, "middle": 0.2}
#: Few forces attend everything: about 6 of 43 in 2014.
RARE = {"A2b": {"true": 0.14, "false": 0.86}}
#: How often a force sends nothing at all; how often one of its tables is missing; and what it answers then.
SILENT, TABLE_MISSING = 0.05, 0.02
ANSWERS = ("nil_return_unable", "nil_return_refused", "not_yet_received")


@dataclass(frozen=True)
class Drawn:
    """What was drawn for one force."""

    #: All of it.
    facts: Facts
    #: By claim: whether its statement is ``true`` of the force, ``false``, or in the ``middle``.
    states: dict[str, State]
    #: The force sends nothing, not even an answer.
    silent: bool


@dataclass(frozen=True)
class Order:
    """One return to be written."""

    force: ForceFacts
    period_start: dt.date
    period_end: dt.date
    as_of: dt.date
    #: Days before the period from which earlier reports of victims are returned too.
    lookback_days: int = 0


@dataclass(frozen=True)
class _Task:
    raw: Path
    order: Order
    facts: Facts
    scale: float
    seed: int


def simulate_country(
    raw: Path,
    orders: Sequence[Order],
    everyone: Sequence[str],
    scale: float,
    seed: int,
    facts: Facts | None = None,
    workers: int = 1,
) -> Iterator[tuple[str, Simulated | None]]:
    """Write the returns of some forces, and the reference table of the policies of everyone.

    Without ``facts`` what is true is drawn for each force, see :func:`draw_force`; some then send nothing, and None
    comes in the place of their return.  The files don't depend on the number of processes.
    """
    drawn = _settle([o.force.slug for o in orders], everyone, seed, facts)
    n_attend_all = next(iter(drawn.values())).facts.n_forces_attend_all
    n_unknown = next(iter(drawn.values())).facts.n_forces_policy_unknown
    given = {slug: policy_in_reference(d.facts) for slug, d in drawn.items()}
    tasks = []
    for order in orders:
        slug = order.force.slug
        if drawn[slug].silent:
            _clear(raw / slug)
            yield slug, None
        else:
            tasks.append(_Task(raw, order, drawn[slug].facts, scale, seed))
    told: dict[str, Any] = {}
    for task, made in zip(tasks, _write(tasks, workers), strict=True):
        told[task.order.force.slug] = {c: v["verdict"] for c, v in made.truth["verdicts"].items()}
        yield task.order.force.slug, made
    reference = write_force_reference(raw, everyone, given, n_attend_all, n_unknown, seed)
    _write_truth(reference.parent / TRUTH, drawn, told, scale, seed)


def _settle(slugs: Sequence[str], everyone: Sequence[str], seed: int, facts: Facts | None) -> dict[str, Drawn]:
    """What is true of each force; the number that attend everything is the same for all of them."""
    if facts is not None:
        return {slug: Drawn(facts, {}, False) for slug in slugs}
    drawn = {slug: draw_force(slug, seed) for slug in slugs}
    listed = sum(d.facts.listed_attend_all for d in drawn.values())
    n = listed if set(slugs) >= set(everyone) else max(listed, USUAL_ATTEND_ALL)
    n = max(1, min(n, len(everyone) - (len(drawn) - listed)))
    return {slug: replace(d, facts=d.facts.with_(n_forces_attend_all=n)) for slug, d in drawn.items()}


def _write(tasks: list[_Task], workers: int) -> Iterator[Simulated]:
    if workers <= 1 or len(tasks) <= 1:
        yield from map(_write_one, tasks)
        return
    with worker_pool(min(workers, len(tasks))) as pool:
        yield from pool.map(_write_one, tasks)


def _write_one(task: _Task) -> Simulated:
    order, force = task.order, task.order.force
    days = (order.period_start, order.period_end, order.as_of, order.lookback_days)
    return simulate(task.raw, force, task.facts, task.scale, task.seed, *days)


def _clear(folder: Path) -> None:
    """A force that sends nothing has no folder; a real return is never removed."""
    if not folder.exists():
        return
    if not is_synthetic(folder):
        raise ParameterError(
            f"{folder} holds files that are not marked as simulated; the simulated force sends nothing.\n"
            "Nothing was written. Move them away, or simulate in another project."
        )
    shutil.rmtree(folder)


def _write_truth(path: Path, drawn: dict[str, Drawn], told: dict[str, Any], scale: float, seed: int) -> None:
    forces = {
        slug: {"sends_nothing": d.silent, "states": d.states, "verdicts": told.get(slug, {})}
        for slug, d in drawn.items()
    }
    truth = {
        "synthetic": True,
        "note": "Simulated data. What is said of a force is not true of the real one.",
        "seed": seed,
        "scale": scale,
        "forces": forces,
    }
    path.write_text(json.dumps(truth, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def draw_force(slug: str, seed: int, gaps: bool = True) -> Drawn:
    """Draw what is true of one force: the same for the same arguments, whatever other forces are drawn.

    Some forces send nothing, some can't or don't send a table; without ``gaps`` everybody sends everything.
    """
    streams = Streams(seed, slug)
    changes: dict[str, Any] = {}
    states: dict[str, State] = {}
    for claim, ways in all_ways().items():
        state, way = _one_way(streams.of(f"truth.{claim}"), claim, ways)
        states.setdefault(claim, state)
        states |= way.pop("implies", {})
        # A claim whose state another one implies does not take the other's facts back.
        changes = way | changes
    rng = streams.of("truth.gaps")
    silent = bool(gaps and rng.random() < SILENT)
    if gaps:
        changes["tables_status"] = _missing(streams)
        changes |= _traps(streams)
    return Drawn(Facts().with_(**changes), states, silent)


def _one_way(rng: np.random.Generator, claim: str, ways: Ways) -> tuple[State, dict[str, Any]]:
    shares = {s: p for s, p in RARE.get(claim, SHARES).items() if s in ways}
    state = list(shares)[int(pick(rng, list(shares.values()), 1)[0])]
    way = ways[state][int(rng.integers(len(ways[state])))]
    return state, {k: v.draw(rng) if isinstance(v, Between) else v for k, v in way.items()}


#: What a return may hold that is easily counted amiss; a force has about half of it.
TRAPS: Mapping[str, dict[str, Any]] = {
    "suspects": {"suspects_of_no_crime": 0.05},
    "surveys": {"benefits_surveyed": True},
    "back office": {"back_office_reviewed": True},
    "areas": {"cells_as": {"incident.area_type": {"": 0.12}}},
    "districts": {"cells_as": {f"{t}.district": {"Outside the force area": 0.03} for t in ("incident", "crime")}},
    "grounds": {"cells_as": {"suspect.grounds_recorded": {"": 0.01}}},
    # No such day, or one long after the call: as if somebody had stayed for months, come late, or left before coming.
    "times": {
        "cells_as": {
            "deployment.assigned_at": {"2013-02-30 10:00:00": 0.01},
            "deployment.clear_at": {"2013-02-30 10:00:00": 0.01, "2014-03-30 11:00:00": 0.005},
        }
    },
    "late": {"cells_as": {"deployment.at_scene_at": {"2014-03-30 10:00:00": 0.005}}},
    "not yet": {"cells_as": {"skill.competent_from": {"": 0.1}}},
    "answers": {
        "cells_as": {
            f"{place}": {"perhaps": 0.02}
            for place in ("meeting.held", "call_audit.asked_vulnerability", "supervision.workload_covered")
        }
    },
    "days": {"cells_as": {place: {"31/11/2013": 0.01} for place in ("suspect.last_activity_on", "staff.left_on")}},
}


def _traps(streams: Streams) -> dict[str, Any]:
    found: dict[str, Any] = {"cells_as": {}}
    for name, facts in TRAPS.items():
        if streams.of(f"truth.traps.{name}").random() < 0.5:
            found |= facts | {"cells_as": found["cells_as"] | facts.get("cells_as", {})}
    return found


def _missing(streams: Streams) -> dict[str, str]:
    """Tables that the force does not send, with its answer."""
    found = {}
    for table in TABLES:
        # A stream for each, so that a further table leaves the others as they were.
        rng = streams.of(f"truth.gaps.{table}")
        missing, which = rng.random() < TABLE_MISSING, int(rng.integers(len(ANSWERS)))
        if missing and table != "data_request":
            found[table] = ANSWERS[which]
    return found
