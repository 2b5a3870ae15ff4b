"""P3: the problem-solving database, in which months each neighbourhood team used it, and what was learned."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.params.models import YesNo
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    OPEN,
    SUPPORTED,
    Between,
    Columns,
    CommonFacts,
    Made,
    Record,
    Share,
    Subject,
    Verdict,
    absent,
    all_keep_up,
    exact,
    judged,
)
from hmic_analysis.simulate.registers import document, draw_staff, team_names
from hmic_analysis.simulate.world import DISTRICTS, NO_DAY, ONE_DAY, Arrays, labels, quota, skewed
from hmic_analysis.simulate.write import references

SIGNED = ("problem_record",)
KINDS = ("youth nuisance", "vehicle crime", "parking", "shop theft", "neighbour dispute")
METHODS, RESULTS = ("crime count", "survey", "site visit"), ("reduced", "no change", "solved", "moved on")
CHANNELS = ("other_teams", "whole_force", "partners")
#: Records besides the one or more that each active month needs, for a team and month at scale 1.
RECORDS_A_MONTH = 4.0
#: Active months that see only updates of an old record.
ONLY_UPDATES = 0.2
#: The team that makes its entries all at once, where one does.
BULK_TEAM = 1


class Facts(CommonFacts):
    """What is true of problem solving."""

    #: There is a problem-solving database; otherwise the force signs that it has no record (P3a, P3b, P3c).
    ps_database: YesNo = True
    #: Team-months in which the database was used; of the least active team (P3b).
    ps_active_share: Share = 0.96
    ps_worst_team_share: Share = 0.84
    #: One team never used it (P3b).
    ps_idle_team: YesNo = False
    #: One team made most of its entries on one day; flags P3b, decides nothing.
    ps_bulk_team: YesNo = False
    #: Of the records closed in the period evaluated; of these shared beyond the team (P3c).
    ps_evaluated_share: Share = 0.4
    ps_shared_share: Share = 0.45
    #: What the evaluations found is on record; otherwise only their dates are (P3c).
    ps_results_recorded: YesNo = True


WAYS = {
    # A database either is there or isn't; where there is none nobody uses it, and nothing on it is evaluated.
    "P3a": {
        "true": ({"ps_database": True},),
        "false": ({"ps_database": False, "implies": {"P3b": "false", "P3c": "false"}},),
    },
    "P3b": {
        "true": ({"ps_active_share": Between(0.94, 0.99), "ps_worst_team_share": Between(0.8, 0.92)},),
        "false": ({"ps_active_share": Between(0.25, 0.5)}, {"ps_idle_team": True}),
        "middle": ({"ps_active_share": Between(0.68, 0.82)}, {"ps_worst_team_share": Between(0.25, 0.55)}),
    },
    "P3c": {
        "true": ({"ps_evaluated_share": Between(0.35, 0.7), "ps_shared_share": Between(0.4, 0.7)},),
        "false": ({"ps_evaluated_share": 0.0}, {"ps_shared_share": 0.0}),
        "middle": ({"ps_results_recorded": False},),
    },
}


def documents(subject: Subject) -> list[Record]:
    """The procedure, where there is a database."""
    if not subject.facts.ps_database:
        return []
    more = {"effective_from": subject.start - 300 * ONE_DAY, "corroborated_by": ["observation"]}
    covers, written = ["problem_solving_database"], subject.start - 310 * ONE_DAY
    return [document(160, "Problem-solving procedure", "procedure", "crime_prevention", written, covers, **more)]


@dataclass(frozen=True)
class Use:
    """Months from the beginning of the period to the snapshot."""

    #: First day of each month.
    first: np.ndarray
    #: Its days.
    length: np.ndarray
    #: Whether the team used the database in it; never in a month in which it did not exist throughout.
    active: np.ndarray


@dataclass(frozen=True)
class Records(Arrays):
    """Problem records; arrays of equal length."""

    #: Position in the teams.
    team: np.ndarray
    #: Days; NaT where the record is open.
    opened: np.ndarray
    closed: np.ndarray


def make(subject: Subject) -> Made:
    """The list of teams, the records and their updates."""
    teams = _teams(subject)
    use, used = _use(subject, teams)
    return Made.of(Made({"neighbourhood_team": teams}, used), _problems(subject, teams["team"], use))


def _teams(subject: Subject) -> Columns:
    """The teams: those there throughout, one set up in the middle of a month of the period, one wound up in it."""
    names = [*team_names(subject.force), "New neighbourhood team", "Old neighbourhood team"]
    first, last = np.full(len(names), NO_DAY), np.full(len(names), NO_DAY)
    first[-2] = subject.start + int(subject.days * 0.4) * ONE_DAY
    last[-1] = subject.start + int(subject.days * 0.3) * ONE_DAY
    district = labels(DISTRICTS)[np.arange(len(names)) % len(DISTRICTS)]
    return {"team": np.array(names, dtype=object), "district": district, "existed_from": first, "existed_to": last}


def _use(subject: Subject, teams: Columns) -> tuple[Use, Record]:
    """Deal the months without use to the teams."""
    facts, rng = subject.facts, subject.rng("prevention.use")
    first, length = _months(subject.start, subject.as_of)
    last = first + (length - 1) * ONE_DAY
    since, until = teams["existed_from"], teams["existed_to"]
    begins = np.where(np.isnat(since), first[0], since)
    ends = np.where(np.isnat(until), subject.as_of, until)
    exists = (begins[:, None] <= first) & (ends[:, None] >= last)
    counted = exists & (last <= subject.end) & (first >= subject.start)
    whole = np.flatnonzero(np.isnat(since) & np.isnat(until))
    active = exists & facts.ps_database
    if facts.ps_database:
        for team, missed in zip(whole, _missed(subject, counted, whole), strict=True):
            at = np.flatnonzero(counted[team])
            active[team, rng.permutation(at)[:missed]] = False
        if facts.ps_idle_team:
            active[whole[-1]] = False
    months = counted.sum(axis=1)
    used = (active & counted).sum(axis=1)
    there = np.flatnonzero(months)
    ranked = sorted((used[t] / months[t], -int(months[t]), int(used[t]), int(months[t])) for t in there)
    figures = {
        "ps_team_months": int(months.sum()),
        "ps_team_months_active": int(used.sum()),
        "ps_worst_team": list(ranked[0][2:]) if ranked else None,
        "ps_teams": [[int(used[t]), int(months[t] - used[t]), 0] for t in there],
    }
    return Use(first, length, active), figures


def _missed(subject: Subject, counted: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Months without use of each of the teams that are there throughout: the first as many as the facts say of the
    least active one, the others an even share of the rest.
    """
    facts = subject.facts
    each = counted[whole].sum(axis=1)
    worst = math.floor((1 - facts.ps_worst_team_share) * each[0] + 0.5)
    in_all = max(math.floor((1 - facts.ps_active_share) * counted.sum() + 0.5), worst)
    missed = np.zeros(len(whole), int)
    missed[0] = worst
    rest = in_all - worst
    if len(whole) > 1:
        share, more = divmod(rest, len(whole) - 1)
        missed[1:] = share + (np.arange(len(whole) - 1) < more)
    return np.minimum(missed, each)


def _months(start: np.datetime64, as_of: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
    """First day and length of the months from that of ``start`` to that of ``as_of``; the last may be cut short."""
    months = np.arange(start.astype("datetime64[M]"), as_of.astype("datetime64[M]") + 1)
    first = months.astype("datetime64[D]")
    end = np.minimum((months + 1).astype("datetime64[D]"), as_of + ONE_DAY)
    return first, ((end - first) / ONE_DAY).astype(int)


def _problems(subject: Subject, team: np.ndarray, use: Use) -> Made:
    """The records and their updates, which staff of the teams write."""
    if not subject.facts.ps_database:
        return Made(values={"ps_open": 0, "ps_stale": 0, "ps_closed": 0, "ps_evaluated": 0, "ps_shared": 0})
    records, only = _open(subject, use)
    of, when = _update(subject, use, records, only)
    learned, figures = _learned(subject, records)
    n = len(records.team)
    names = references("PSR", np.arange(n) + 1, 5)
    stage = np.array(["scanning", "analysis", "response"], dtype=object)[np.arange(n) % 3]
    record = {
        "record_id": names,
        "team": team[records.team],
        "opened_on": records.opened,
        "closed_on": records.closed,
        "problem_type": np.array(KINDS, dtype=object)[np.arange(n) % len(KINDS)],
        "stage": np.where(np.isnat(records.closed), stage, "assessment"),
        **learned,
    }
    staff = draw_staff(subject)
    authors = staff.keys(staff.at_work("neighbourhood", "pcso"))
    update = {
        "record_id": names.take(pa.array(of)),
        "updated_at": when,
        "author_key": authors[np.arange(len(of)) % len(authors)],
    }
    figures |= _stale(subject, records, of, when)
    return Made({"problem_record": record, "problem_update": update}, figures)


def _open(subject: Subject, use: Use) -> tuple[Records, np.ndarray]:
    """Records opened in active months, and the active months that see only updates of the team's oldest record."""
    rng = subject.rng("prevention.records")
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
    unclosed = Records(users, old, np.full(len(users), NO_DAY))
    return Records.joined([unclosed, Records(of, opened, closed)]), only


def _update(subject: Subject, use: Use, records: Records, only: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Updates: position of the record and instant; in active months alone."""
    rng = subject.rng("prevention.updates")
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
    own = (records.team[record] == BULK_TEAM) & subject.within(day)
    can = np.flatnonzero(own & (records.opened[record] <= visit) & (closed >= visit))
    moved[can] = visit
    return moved


def _learned(subject: Subject, records: Records) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """Evaluation and sharing of the closed records; of those closed in the period in exact shares."""
    facts, rng = subject.facts, subject.rng("prevention.evaluations")
    n = len(records.team)
    closed = np.flatnonzero(~np.isnat(records.closed))
    inside = closed[subject.within(records.closed[closed])]
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


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    return {"P3a": _p3a(facts), "P3b": _p3b(facts, values), "P3c": _p3c(facts, values)}


def _p3a(facts: Facts) -> Verdict:
    if facts.ps_database and (facts.provides("problem_record") or facts.provides("document")):
        return SUPPORTED, "there is a database"
    if not facts.ps_database and facts.signed("problem_record"):
        return CONTRADICTED, "the force signed that it has no problem-solving record"
    return OPEN, "nothing shows a database, and nobody signed that there is none"


def _p3b(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("problem_record", "neighbourhood_team"):
        return OPEN, "the records or the list of teams were not provided"
    if not facts.ps_database:
        return absent(facts, "there is no problem-solving record", "problem_record")
    if not facts.provides("problem_update"):
        return OPEN, "the updates were not provided"
    share = 100 * values["ps_team_months_active"] / values["ps_team_months"]
    used, months = values["ps_worst_team"]
    said = f"active in {share:.1f}% of team-months, the least active team in {used} of {months}"
    idle = used == 0 and exact(0, months)[1] < 0.7
    return judged(said, share >= 90 and all_keep_up(values["ps_teams"], 0.7, 1), share < 60 or idle)


def _p3c(facts: Facts, values: dict[str, Any]) -> Verdict:
    if not facts.provides("problem_record"):
        return OPEN, "the records were not provided"
    if not facts.ps_database:
        return absent(facts, "there is no problem-solving record", "problem_record")
    evaluated, shared = values["ps_evaluated"], values["ps_shared"]
    said = f"{evaluated} of {values['ps_closed']} closed records evaluated, {shared} of these shared"
    if not values["ps_closed"]:
        return OPEN, said
    if not facts.ps_results_recorded and evaluated:
        return OPEN, f"{said}; what came out is not on record"
    # Entries of "n/a" and of sharing within the team show that the columns are in use, so a blank is a no.
    return judged(said, evaluated >= 2 and shared >= 1, evaluated == 0 or shared == 0)
