"""Returns of many forces at once, with what is true of each drawn before any row is."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hmic_analysis.errors import ParameterError
from hmic_analysis.simulate.a2_attendance import policy_in_reference, write_force_reference
from hmic_analysis.simulate.facts import Facts
from hmic_analysis.simulate.ground import TABLES, Between, State, Ways, all_ways
from hmic_analysis.simulate.returns import TRUTH, Simulated, simulate
from hmic_analysis.simulate.world import ForceFacts, Streams, pick
from hmic_analysis.simulate.write import is_synthetic
from hmic_analysis.workers import worker_pool

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
    return Drawn(Facts().with_(**changes), states, silent)


def _one_way(rng: np.random.Generator, claim: str, ways: Ways) -> tuple[State, dict[str, Any]]:
    shares = {s: p for s, p in RARE.get(claim, SHARES).items() if s in ways}
    state = list(shares)[int(pick(rng, list(shares.values()), 1)[0])]
    way = ways[state][int(rng.integers(len(ways[state])))]
    return state, {k: v.draw(rng) if isinstance(v, Between) else v for k, v in way.items()}


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
