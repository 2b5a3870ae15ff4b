"""The problem-solving database of a simulated force, used as much as the facts say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.simulate.prevention.staff import Staff
from hmic_analysis.simulate.prevention.teams import Teams
from hmic_analysis.simulate.prevention.use import Use
from hmic_analysis.simulate.streams import quota, skewed
from hmic_analysis.simulate.suspects import NO_DAY, ONE_DAY
from hmic_analysis.simulate.topic import Subject
from hmic_analysis.simulate.writer import references, render

KINDS = ("youth nuisance", "vehicle crime", "parking", "shop theft", "neighbour dispute")
METHODS, RESULTS = ("crime count", "survey", "site visit"), ("reduced", "no change", "solved", "moved on")
CHANNELS = ("other_teams", "whole_force", "partners")
#: Records besides the one or more that each active month needs, for a team and month at scale 1.
RECORDS_A_MONTH = 4.0
#: Active months that see only updates of an old record.
ONLY_UPDATES = 0.2
#: The team that makes its entries all at once, where one does.
BULK_TEAM = 1


@dataclass(frozen=True)
class Records:
    """Problem records; arrays of equal length.

    Attributes
    ----------
    team : numpy.ndarray
        Position in the teams.
    opened, closed : numpy.ndarray
        Days; NaT where the record is open.
    """

    team: np.ndarray
    opened: np.ndarray
    closed: np.ndarray


def draw_problems(subject: Subject, teams: Teams, use: Use, staff: Staff) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """The records and their updates.

    Parameters
    ----------
    subject : Subject
    teams : Teams
    use : Use
        Months in which each team used the database.
    staff : Staff
        Authors of the updates.

    Returns
    -------
    tuple
        Rows of ``problem_record`` and ``problem_update``, and the true figures behind them.
    """
    if not subject.facts.ps_database:
        nothing = {"ps_open": 0, "ps_stale": 0, "ps_closed": 0, "ps_evaluated": 0, "ps_shared": 0}
        return {}, nothing
    records, only = _open(subject, use)
    of, when = _update(subject, use, records, only)
    learned, figures = _learned(subject, records)
    n = len(records.team)
    names = references("PSR", np.arange(n) + 1, 5)
    stage = np.array(["scanning", "analysis", "response"], dtype=object)[np.arange(n) % 3]
    record = render(
        "problem_record",
        {
            "record_id": names,
            "team": teams.name[records.team],
            "opened_on": records.opened,
            "closed_on": records.closed,
            "problem_type": np.array(KINDS, dtype=object)[np.arange(n) % len(KINDS)],
            "stage": np.where(np.isnat(records.closed), stage, "assessment"),
            **learned,
        },
    )
    authors = staff.keys(staff.at_work("neighbourhood", "pcso"))
    update = render(
        "problem_update",
        {
            "record_id": names.take(pa.array(of)),
            "updated_at": when,
            "author_key": authors[np.arange(len(of)) % len(authors)],
        },
    )
    return {"problem_record": record, "problem_update": update}, figures | _stale(subject, records, of, when)


def _open(subject: Subject, use: Use) -> tuple[Records, np.ndarray]:
    """Records opened in active months, and the active months that see only updates of the team's oldest record."""
    rng = subject.streams.of("prevention.records")
    team, month = np.nonzero(use.active)
    only = rng.random(len(team)) < ONLY_UPDATES
    if subject.facts.ps_bulk_team:
        # Its updates all move to one day: what it opens then has to show that it used the database in the month.
        only &= team != BULK_TEAM
    extra = rng.poisson(RECORDS_A_MONTH * min(subject.frame.scale, 2.0), len(team))
    each = np.where(only, 0, 1 + extra)
    of = np.repeat(team, each)
    first, length = use.first[np.repeat(month, each)], use.length[np.repeat(month, each)]
    opened = first + np.floor(rng.random(len(of)) * length).astype(int) * ONE_DAY
    closed = opened + np.ceil(np.minimum(skewed(rng, 55, 0.7, len(of)), 400)).astype(int) * ONE_DAY
    closed[closed > subject.as_of] = NO_DAY
    # Each team that ever used it has one record from before the period that stays open.
    users = np.flatnonzero(use.active.any(axis=1))
    old = subject.start - rng.integers(20, 300, len(users)) * ONE_DAY
    return (
        Records(
            np.concatenate([users, of]),
            np.concatenate([old, opened]),
            np.concatenate([np.full(len(users), NO_DAY), closed]),
        ),
        only,
    )


def _update(subject: Subject, use: Use, records: Records, only: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Updates: position of the record and instant; in active months alone."""
    rng = subject.streams.of("prevention.updates")
    end = np.where(np.isnat(records.closed), subject.as_of, records.closed)
    record, month = np.nonzero(
        use.active[records.team]
        & (records.opened[:, None] <= use.first + (use.length - 1) * ONE_DAY)
        & (end[:, None] >= use.first)
    )
    # In a month without a new record the old one is updated; otherwise most open records are.
    team, when_only = np.nonzero(use.active)
    only_here = np.zeros(use.active.shape, bool)
    only_here[team[only], when_only[only]] = True
    is_old = record < int(use.active.any(axis=1).sum())
    each = rng.integers(0, 4, len(record))
    each = np.where(is_old & only_here[records.team[record], month], np.maximum(each, 1), each)
    record, month = np.repeat(record, each), np.repeat(month, each)
    lo = np.maximum(use.first[month], records.opened[record])
    hi = np.minimum(use.first[month] + (use.length[month] - 1) * ONE_DAY, end[record])
    day = lo + np.floor(rng.random(len(record)) * ((hi - lo) / ONE_DAY + 1)).astype(int) * ONE_DAY
    if subject.facts.ps_bulk_team:
        day = _all_at_once(subject, records, record, day)
    seconds = rng.integers(9 * 3600, 21 * 3600, len(record)).astype("timedelta64[s]")
    when = day.astype("datetime64[s]") + seconds
    _, kept = np.unique(np.stack([record, when.astype(int)]), axis=1, return_index=True)
    return record[kept], when[kept]


def _all_at_once(subject: Subject, records: Records, record: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The updates of one team's records that are open on a day just before the end of the period move to that day."""
    moved = day.copy()
    visit = subject.end - 10 * ONE_DAY
    closed = np.where(np.isnat(records.closed), subject.as_of, records.closed)[record]
    own = (records.team[record] == BULK_TEAM) & (day >= subject.start) & (day <= subject.end)
    can = np.flatnonzero(own & (records.opened[record] <= visit) & (closed >= visit))
    moved[can] = visit
    return moved


def _learned(subject: Subject, records: Records) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """Evaluation and sharing of the closed records; of those closed in the period in exact shares."""
    facts, rng = subject.facts, subject.streams.of("prevention.evaluations")
    n = len(records.team)
    closed = np.flatnonzero(~np.isnat(records.closed))
    inside = closed[(records.closed[closed] >= subject.start) & (records.closed[closed] <= subject.end)]
    evaluated, shared = np.zeros(n, bool), np.zeros(n, bool)
    evaluated[inside] = quota(rng, len(inside), facts.ps_evaluated_share)
    done = np.flatnonzero(evaluated)
    shared[done] = quota(rng, len(done), facts.ps_shared_share)
    later = np.setdiff1d(closed, inside)
    evaluated[later] = rng.random(len(later)) < facts.ps_evaluated_share
    result = np.full(n, None, dtype=object)
    result[evaluated] = np.array(RESULTS, dtype=object)[np.arange(evaluated.sum()) % len(RESULTS)]
    # Entries that look like an evaluation and are none.
    blank = closed[~evaluated[closed]]
    result[blank[::6]] = "n/a"
    if not facts.ps_results_recorded:
        result[evaluated] = None
    method = np.full(n, None, dtype=object)
    method[evaluated] = np.array(METHODS, dtype=object)[np.arange(evaluated.sum()) % len(METHODS)]
    channel = np.full(n, None, dtype=object)
    channel[shared] = np.array(CHANNELS, dtype=object)[np.arange(shared.sum()) % len(CHANNELS)]
    unshared = np.flatnonzero(evaluated & ~shared)
    channel[unshared[::4]] = "own_team"
    passed_on = np.isin(np.arange(n), np.concatenate([np.flatnonzero(shared), unshared[::4]]))
    columns = {
        "evaluated_on": np.where(evaluated, records.closed, NO_DAY),
        "evaluation_method": method,
        "evaluation_result": result,
        "shared_on": np.where(passed_on, records.closed + 3 * ONE_DAY, NO_DAY),
        "shared_channel": channel,
    }
    figures = {"ps_closed": len(inside), "ps_evaluated": len(done), "ps_shared": int(shared[done].sum())}
    return columns, figures


def _stale(subject: Subject, records: Records, of: np.ndarray, when: np.ndarray) -> dict[str, int]:
    """Records open at the snapshot, and those of them not updated in the 28 days before."""
    last = records.opened.copy()
    day = when.astype("datetime64[D]")
    np.maximum.at(last, of[day <= subject.as_of], day[day <= subject.as_of])
    is_open = np.isnat(records.closed) & (records.opened <= subject.as_of)
    stale = is_open & (subject.as_of - last > 28 * ONE_DAY)
    return {"ps_open": int(is_open.sum()), "ps_stale": int(stale.sum())}
