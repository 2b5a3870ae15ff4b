"""A6: suspects outstanding and bail unanswered, how those outstanding are managed, and circulation as wanted."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.a6_suspects import CIRCULATION_REASONS, RISKS, SUSPECT_STATUSES
from hmic_analysis.params.models import Count, Number, YesNo
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    OPEN,
    Between,
    Columns,
    CommonFacts,
    Item,
    Made,
    Piece,
    Record,
    Rows,
    Share,
    Subject,
    Verdict,
    judged,
    percent,
)
from hmic_analysis.simulate.suspects import (
    ACTIONS,
    ANSWERED,
    NO_GROUNDS,
    RESOLVED,
    UNKNOWN,
    Bails,
    Suspects,
    draw_bails,
    draw_suspects,
)
from hmic_analysis.simulate.world import NO_DAY, ONE_DAY, Arrays, skewed, to_wall
from hmic_analysis.simulate.write import key_texts, references, render, with_bad_rows

ITEMS = {
    "named_suspects_outstanding": Item("persons", given="states_outstanding"),
    "failed_to_answer_bail": Item("persons", given="states_fta"),
}
#: Days: work no longer ago than this counts as kept up, by the finding's rule.
KEPT_UP = 28
NEVER = -1


class Facts(CommonFacts):
    """What is true of suspects and bail."""

    #: The force states the two numbers, and how far off each is, per cent (A6a, A6b).
    states_outstanding: YesNo = True
    stated_outstanding_error_pct: Number = 0.0
    states_fta: YesNo = True
    stated_fta_error_pct: Number = 0.0
    #: Persons at ``as_of`` for a force with 38,973 recorded crimes a year at scale 1.
    n_outstanding: Count = 420
    n_fta: Count = 75
    #: Of the persons outstanding: with an owner, an enquiry and a review in the last 28 days (A6c).
    owner_share: Share = 0.985
    active_28d_share: Share = 0.91
    supervised_28d_share: Share = 0.90
    #: Of those outstanding for more than 7 days, circulated; of high-risk suspects named in the period, arrested or
    #: interviewed within 7 days.
    circulated_share: Share = 0.85
    high_risk_cleared_share: Share = 0.80
    #: Of those who failed to answer bail and are wanted for it no more: came by themselves, later than they had to.
    answered_late_share: Share = 0.3
    #: For each person outstanding, persons named only for a crime that was cancelled or isn't notifiable.
    suspects_of_no_crime: Share = 0.0


_CARED_FOR = {
    "owner_share": Between(0.975, 0.995),
    "active_28d_share": Between(0.88, 0.97),
    "supervised_28d_share": Between(0.88, 0.97),
}
WAYS = {
    "A6a": {
        "true": ({"stated_outstanding_error_pct": Between(-1.0, 1.0)},),
        "false": ({"states_outstanding": False},),
        "middle": ({"stated_outstanding_error_pct": Between(15.0, 60.0)},),
    },
    "A6b": {
        "true": ({"stated_fta_error_pct": Between(-1.0, 1.0)},),
        "false": ({"states_fta": False},),
        "middle": ({"stated_fta_error_pct": Between(20.0, 60.0)},),
    },
    "A6c": {
        "true": (_CARED_FOR,),
        "false": ({"supervised_28d_share": Between(0.15, 0.4)}, {"active_28d_share": Between(0.15, 0.4)}),
        "middle": ({**_CARED_FOR, "active_28d_share": Between(0.68, 0.73)},),
    },
}


class People:
    """Remembers the crimes that a person may be suspected of; at the end draws suspects, bail and circulations."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.day = [np.array([], "datetime64[D]")]
        self.number = [np.array([], int)]
        self.not_counted = [np.array([], int)]

    def rows(self, piece: Piece) -> dict[str, Rows]:
        """Remember number and day of the recorded crimes of a window."""
        counted = piece.crimes.counted
        recorded = piece.cases.recorded[piece.crimes.case[counted]]
        self.day.append(to_wall(recorded).astype("datetime64[D]"))
        self.number.append(piece.first_crime + np.flatnonzero(counted))
        self.not_counted.append(piece.first_crime + np.flatnonzero(~counted))
        return {}

    def made(self) -> Made:
        """Suspects, bail and circulations with a few rows to be kept aside, the true figures, and those stated."""
        subject, day, number = self.subject, np.concatenate(self.day), np.concatenate(self.number)
        order = np.argsort(day, kind="stable")
        named = draw_suspects(subject, number[order], day[order], waits)
        managed = draw_care(subject, named)
        bails = draw_bails(subject, named, managed.person)
        circulated = draw_circulations(subject, named, bails)
        pieces = {
            "suspect": suspect_columns(subject, named, managed),
            "bail": bail_columns(bails),
            "pnc_circulation": circulation_columns(circulated),
        }
        # Only rows of persons who are neither outstanding nor in question are repeated in a differing form.
        at = {"suspect": np.flatnonzero(named.kind == RESOLVED), "bail": np.flatnonzero(bails.kind == ANSWERED)}
        rng = subject.rng("faults.people")
        tables = {t: with_bad_rows(rng, t, render(t, c), subject.planted, at.get(t)) for t, c in pieces.items()}
        tables["suspect"] = pa.concat_tables([tables["suspect"], self._of_no_crime(len(managed.person))])
        values = suspect_values(subject, named, managed, bails, circulated)
        return Made(tables, values, _stated(subject.facts, values))

    def _of_no_crime(self, n_outstanding: int) -> pa.Table:
        """Persons named for a crime that was cancelled, or is not notifiable: nobody looks for them."""
        crimes = np.concatenate(self.not_counted)
        n = min(math.ceil(self.subject.facts.suspects_of_no_crime * n_outstanding), len(crimes))
        columns = {
            "person_key": references("NOM", 9_800_001 + np.arange(n)),
            "crime_id": references("CR", crimes[:n]),
            "named_on": np.full(n, self.subject.as_of - 60 * ONE_DAY),
            "grounds_recorded": np.ones(n, int),
            "status": np.zeros(n, int),
        }
        return render("suspect", columns)


follow = People


def waits(rng: np.random.Generator, n: int) -> np.ndarray:
    """Days since naming: two months for the middle one, years for a few."""
    return np.minimum(skewed(rng, 60, 1.2, n), 1500)


def _stated(facts: Facts, values: dict[str, Any]) -> dict[str, float]:
    """The two numbers as the force states them: the truth, off by what the facts say."""

    def off(figure: str, error: float) -> int:
        return max(0, math.floor(values[figure] * (1 + error / 100) + 0.5))

    return {
        "named_suspects_outstanding": off("named_suspects_outstanding_n", facts.stated_outstanding_error_pct),
        "failed_to_answer_bail": off("fta_bail_n", facts.stated_fta_error_pct),
    }


@dataclass(frozen=True)
class Care:
    """How each person outstanding is managed; arrays of equal length, one item a person."""

    #: Numbers of the persons outstanding, in rising order.
    person: np.ndarray
    #: Whether the enquiry has an owner.
    owned: np.ndarray
    #: Days from the last enquiry, the last review to the snapshot; -1 where there was none.
    activity_ago: np.ndarray
    review_ago: np.ndarray

    @property
    def active(self) -> np.ndarray:
        """Who had an enquiry in the last 28 days."""
        return (self.activity_ago != NEVER) & (self.activity_ago < KEPT_UP)

    @property
    def supervised(self) -> np.ndarray:
        """Whose enquiry was reviewed in the last 28 days."""
        return (self.review_ago != NEVER) & (self.review_ago < KEPT_UP)


def draw_care(subject: Subject, suspects: Suspects) -> Care:
    """Choose who of the persons outstanding has an owner, recent work and a recent review; the shares are exact."""
    facts, as_of = subject.facts, subject.as_of
    out = suspects.is_outstanding(as_of)
    persons, row_of = np.unique(suspects.person[out], return_inverse=True)
    waited = np.full(len(persons), np.iinfo(int).max)
    np.minimum.at(waited, row_of, (as_of - suspects.named[out]).astype(int))
    return Care(
        persons,
        subject.quota("care.owned", len(persons), facts.owner_share),
        _days_ago(subject.rng("care.activity"), waited, facts.active_28d_share),
        _days_ago(subject.rng("care.review"), waited, facts.supervised_28d_share),
    )


def _days_ago(rng: np.random.Generator, waited: np.ndarray, share: float) -> np.ndarray:
    """Days since the last work: within 28 days for the share, long before or never for the others.

    Nobody is worked on before being named, so those left alone are chosen from the long waiting first; who was named
    lately and left alone has no work on record at all.
    """
    n = len(waited)
    shuffled = rng.permutation(n)
    newest_first = shuffled[np.argsort(waited[shuffled] >= KEPT_UP + 7, kind="stable")]
    kept_up = np.zeros(n, bool)
    kept_up[newest_first[: int(np.floor(share * n + 0.5))]] = True
    recent = np.minimum(rng.integers(0, KEPT_UP, n), waited)
    longest = np.minimum(waited, 400)
    old = KEPT_UP + 1 + np.floor(rng.random(n) * (longest - KEPT_UP)).astype(int)
    never = (waited < KEPT_UP + 7) | (rng.random(n) < 0.05)
    return np.where(kept_up, recent, np.where(never, NEVER, np.minimum(old, waited)))


def suspect_columns(subject: Subject, suspects: Suspects, care: Care) -> Columns:
    """Write suspects as rows of the return."""
    rng, n = subject.rng("suspects.rows"), len(suspects)
    risk = np.where((rng.random(n) < 0.01) & (suspects.risk > 0), len(RISKS), suspects.risk)
    status = np.where(suspects.action >= 0, suspects.action + 1, 0)
    status[suspects.kind == UNKNOWN] = len(SUSPECT_STATUSES)
    numbers = np.abs(suspects.crime)
    return {
        "person_key": references("NOM", suspects.person),
        "crime_id": np.where(suspects.crime < 0, key_texts("CRX", numbers), key_texts("CR", numbers)),
        "named_on": suspects.named,
        "grounds_recorded": (suspects.kind != NO_GROUNDS).astype(int),
        "status": status,
        **{f"{a}_on": np.where(suspects.action == i, suspects.acted, NO_DAY) for i, a in enumerate(ACTIONS)},
        "risk_grade": risk,
        **_care_columns(subject, suspects, care),
    }


def _care_columns(subject: Subject, suspects: Suspects, care: Care) -> dict[str, np.ndarray]:
    """Owner, last enquiry and last review of each row; of those not outstanding, as of when the interest ended."""
    rng, n, as_of = subject.rng("suspects.care"), len(suspects), subject.as_of
    owner = key_texts("OFF", suspects.person % 400 + 1, 4)
    columns = {
        "last_activity_on": _before_the_end(rng, suspects, as_of),
        "last_review_on": _before_the_end(rng, suspects, as_of),
    }
    columns["owner_key"] = np.where(rng.random(n) < 0.1, None, owner)
    cared = np.isin(suspects.person, care.person)
    at = np.searchsorted(care.person, suspects.person)[cared]
    columns["owner_key"][cared] = np.where(care.owned[at], owner[cared], None)
    for name, ago in (("last_activity_on", care.activity_ago[at]), ("last_review_on", care.review_ago[at])):
        columns[name][cared] = np.where(ago == NEVER, NO_DAY, as_of - ago * ONE_DAY)
    return columns


def _before_the_end(rng: np.random.Generator, suspects: Suspects, as_of: np.datetime64) -> np.ndarray:
    """A day between naming and the end of the interest, the snapshot at the latest."""
    end = np.where(np.isnat(suspects.acted), as_of, np.minimum(suspects.acted, as_of))
    return np.maximum(end - rng.integers(0, 14, len(suspects)) * ONE_DAY, suspects.named)


def bail_columns(bails: Bails) -> Columns:
    """Write releases as rows of the return."""
    return {
        "bail_id": references("BL", np.arange(len(bails.person)) + 1),
        "person_key": references("NOM", bails.person),
        "bail_type": bails.bail_type,
        "granted_on": bails.granted,
        "return_due_on": bails.due,
        "attended": bails.attended,
        "answered_on": bails.answered,
        "rebailed_on": bails.rebailed,
        "rearrested_on": bails.rearrested,
        "cancelled_on": bails.cancelled,
    }


@dataclass(frozen=True)
class Circulations(Arrays):
    """Circulations; arrays of equal length, one item a circulation."""

    #: Number of the person; position in the contract's reasons.
    person: np.ndarray
    reason: np.ndarray
    #: Days; NaT while it stands.
    circulated: np.ndarray
    cancelled: np.ndarray


def draw_circulations(subject: Subject, suspects: Suspects, bails: Bails) -> Circulations:
    """Circulate the given share of those outstanding for more than 7 days, and others beside them."""
    rng, as_of = subject.rng("pnc"), subject.as_of
    out = suspects.take(suspects.is_outstanding(as_of))
    person, at = np.unique(out.person, return_index=True)
    named = out.named[at]
    old = as_of - named > 7 * ONE_DAY
    wanted = np.zeros(len(person), bool)
    wanted[old] = subject.quota("pnc.circulated", int(old.sum()), subject.facts.circulated_share)
    wanted[~old] = rng.random(int((~old).sum())) < 0.3
    parts = [_part(rng, person[wanted], "named_suspect", named[wanted], as_of, lifted=False)]

    failed = bails.failed_at(as_of) & ~np.isin(bails.person, person)
    failed &= rng.random(len(failed)) < 0.8
    who, first = np.unique(bails.person[failed], return_index=True)
    parts.append(_part(rng, who, "failed_to_answer_bail", bails.due[failed][first], as_of, lifted=False))

    done = (suspects.kind == RESOLVED) & (suspects.acted - suspects.named > 9 * ONE_DAY)
    done &= (suspects.acted <= as_of) & (rng.random(len(done)) < 0.4)
    who, first = np.unique(suspects.person[done], return_index=True)
    part = _part(rng, who, "named_suspect", suspects.named[done][first], as_of, lifted=False)
    parts.append(Circulations(part.person, part.reason, part.circulated, suspects.acted[done][first]))

    for reason, each, base in (("court_warrant", 0.5, 7_000_000), ("recall_to_prison", 0.1, 8_000_000)):
        n = int(np.ceil(each * len(person)))
        since = as_of - rng.integers(15, 700, n) * ONE_DAY
        parts.append(_part(rng, base + np.arange(n), reason, since, as_of, lifted=True))
    found = Circulations.joined(parts)
    return found.take(np.lexsort((found.person, found.circulated)))


def _part(
    rng: np.random.Generator, person: np.ndarray, reason: str, since: np.ndarray, as_of: np.datetime64, lifted: bool
) -> Circulations:
    """Circulations for one reason, made within 9 days of ``since``; some lifted again if asked."""
    n = len(person)
    on = np.minimum(since + rng.integers(0, 10, n) * ONE_DAY, as_of)
    off = np.minimum(on + rng.integers(5, 300, n) * ONE_DAY, as_of)
    off = np.where(lifted & (rng.random(n) < 0.4), off, NO_DAY)
    return Circulations(person, np.full(n, CIRCULATION_REASONS.index(reason)), on, off)


def circulation_columns(found: Circulations) -> Columns:
    """Write circulations as rows of the return."""
    return {
        "person_key": references("NOM", found.person),
        "reason": found.reason,
        "circulated_on": found.circulated,
        "cancelled_on": found.cancelled,
    }


def suspect_values(subject: Subject, suspects: Suspects, care: Care, bails: Bails, found: Circulations) -> Record:
    """The true figures."""
    as_of, start, end = subject.as_of, subject.start, subject.end
    out = suspects.take(suspects.is_outstanding(as_of))
    persons, first = np.unique(out.person, return_index=True)
    waiting = as_of - out.named[first]
    failed = np.unique(bails.person[bails.failed_at(as_of)])
    unknown = np.setdiff1d(suspects.person[suspects.kind == UNKNOWN], persons)
    standing = (found.circulated <= as_of) & (np.isnat(found.cancelled) | (found.cancelled > as_of))
    named = standing & (found.reason == 0)
    old = persons[waiting > 7 * ONE_DAY]
    due = (bails.due >= start) & (bails.due <= end) & bails.is_police_bail & ~bails.was_moved
    high = (suspects.risk == 0) & (suspects.named >= start) & (suspects.named <= end)
    high &= ~np.isin(suspects.kind, [NO_GROUNDS, UNKNOWN])
    cleared = high & np.isin(suspects.action, [0, 1]) & (suspects.acted - suspects.named <= 7 * ONE_DAY)
    return {
        "named_suspects_outstanding_n": len(persons),
        "named_suspects_outstanding_pairs": len(out),
        "named_suspects_status_unknown": len(unknown),
        "fta_bail_n": len(failed),
        "outstanding_and_fta": len(np.intersect1d(persons, failed)),
        "outstanding_or_fta": len(np.union1d(persons, failed)),
        "owner_assigned_pct": percent(care.owned.sum(), len(persons)),
        "recent_activity_pct": percent(care.active.sum(), len(persons)),
        "recent_review_pct": percent(care.supervised.sum(), len(persons)),
        "outstanding_over_7_days": len(old),
        "pnc_circulated_pct": percent(len(np.intersect1d(old, found.person[named])), len(old)),
        "on_pnc_for_other_reasons": int((standing & (found.reason > 1)).sum()),
        "bail_returns_due_in_period": int(due.sum()),
        "fta_bail_pct": percent((due & (bails.attended == 0)).sum(), due.sum()),
        "bail_answered_late": int((bails.is_police_bail & (bails.answered <= as_of)).sum()),
        "high_risk_named_in_period": int(high.sum()),
        "high_risk_cleared_pct": percent(cleared.sum(), high.sum()),
    }


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    return {
        "A6a": _a6_stated(facts, values, "named_suspects_outstanding", "named_suspects_outstanding_n", "suspect"),
        "A6b": _a6_stated(facts, values, "failed_to_answer_bail", "fta_bail_n", "bail"),
        "A6c": _a6c(facts, values),
    }


def _a6_stated(facts: Facts, values: dict[str, Any], item: str, figure: str, table: str) -> Verdict:
    answer = facts.answer(item)
    if answer == "nil_return_unable":
        return CONTRADICTED, "the force answered that it can't give the number"
    if answer != "provided" or not facts.provides(table):
        return OPEN, "no number was stated, or records to recompute it from are missing"
    true, stated = values[figure], values["stated"][item]
    off = abs(stated - true) / true * 100 if true else (0.0 if stated == 0 else math.inf)
    return judged(f"stated {stated:g}, true {true}", off <= 5)


def _a6c(facts: Facts, values: dict[str, Any]) -> Verdict:
    shares = [values[x] for x in ("owner_assigned_pct", "recent_activity_pct", "recent_review_pct")]
    if not facts.provides("suspect") or None in shares:
        return OPEN, "no suspects were provided"
    said = "owner {:.1f}%, active {:.1f}%, supervised {:.1f}%".format(*shares)
    enough = all(x >= least for x, least in zip(shares, (95, 80, 80), strict=True))
    return judged(said, enough, any(x < 60 for x in shares))
