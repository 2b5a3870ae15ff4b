"""A5: offenders under integrated offender management, all who were considered for it, and meetings with partners."""

from typing import Any

import numpy as np

from hmic_analysis.contracts.a5_offenders import AGENCIES, RAG, REASONS_NOT_MANAGED
from hmic_analysis.params.models import Count
from hmic_analysis.simulate.ground import (
    OPEN,
    Between,
    CommonFacts,
    Made,
    Record,
    Share,
    Subject,
    Verdict,
    all_at_least,
    lacking,
    percent,
)
from hmic_analysis.simulate.registers import document
from hmic_analysis.simulate.world import DISTRICTS, NO_DAY, ONE_DAY, pick, quota
from hmic_analysis.simulate.write import references

COMMUNITY, CUSTODY, NOT_KNOWN = range(3)
NEVER = -1
#: Share of the scheme in custody, as far as it is known; of those who left it, and entered it after the snapshot.
IN_CUSTODY, LEFT, LATER = 0.33, 0.10, 0.03
#: Days before the snapshot for which an assessment is recent, by the finding's rule.
RECENT = 90
#: Offenders considered for each one in the scheme; of the places of the highest score, those not taken for a reason.
CONSIDERED_EACH, EXCUSED = 3.5, 0.06
DIGITS = 5
EVERY_DAYS = 14
#: Whether a meeting was held is not on record.
UNRECORDED = -1
#: Partners besides police and probation, of whom two make the quorum.
OTHERS = ("local_authority", "youth_offending", "prison", "drug_and_alcohol", "health")
#: Partners who are no core ones.
GUESTS = ("housing", "job_centre", "voluntary_sector")


class Facts(CommonFacts):
    """What is true of integrated offender management."""

    #: Offenders managed at ``as_of`` for a force with 38,973 recorded crimes a year at scale 1.
    n_iom: Count = 160
    #: Of as many offenders of the highest score as the cohort has, those in it or with a reason not to be; of the
    #: offenders considered, those who have a score at all (A5a).
    iom_agreement_share: Share = 0.91
    iom_scored_share: Share = 0.985
    #: Scheduled meetings that were held; of those held, with the core partners present; of those held, with a record of
    #: who was present (A5c).
    iom_meetings_held_share: Share = 0.96
    iom_quorum_share: Share = 0.90
    iom_attendance_recorded_share: Share = 0.97
    #: Of the cohort, with a risk score; of those in the community, assessed in the last 90 days; of the cohort, in the
    #: community or in custody for certain (A5d).
    iom_assessed_share: Share = 0.985
    iom_assessment_current_share: Share = 0.91
    iom_status_known_share: Share = 0.98
    #: Of the cohort, with a red, amber or green status; of the entrants, with a proven offence within 12 months.
    iom_rag_share: Share = 0.95
    iom_reoffend_share: Share = 0.38


#: A5b is the inspectors' view and not among them.
WAYS = {
    "A5a": {
        "true": ({"iom_agreement_share": Between(0.89, 0.96)},),
        "false": ({"iom_agreement_share": Between(0.35, 0.62)},),
        "middle": ({"iom_scored_share": Between(0.86, 0.91)},),
    },
    "A5c": {
        "true": ({"iom_meetings_held_share": Between(0.94, 0.99), "iom_quorum_share": Between(0.85, 0.96)},),
        "false": ({"iom_meetings_held_share": Between(0.5, 0.75)}, {"iom_quorum_share": Between(0.2, 0.55)}),
        "middle": ({"iom_attendance_recorded_share": Between(0.45, 0.65)},),
    },
    "A5d": {
        "true": ({"iom_assessed_share": Between(0.975, 1.0), "iom_assessment_current_share": Between(0.88, 0.96)},),
        "false": ({"iom_assessed_share": Between(0.5, 0.8)}, {"iom_assessment_current_share": Between(0.3, 0.6)}),
        "middle": ({"iom_status_known_share": Between(0.55, 0.7)},),
    },
}


def documents(subject: Subject) -> list[Record]:
    """The procedure in force, and a draft of the next."""
    as_of, start = subject.as_of, subject.start
    draft = {"status": "draft", "last_activity_on": as_of - 6 * ONE_DAY}
    recent, written, lead = as_of - 60 * ONE_DAY, start - 220 * ONE_DAY, ["named_lead"]
    title, since = "Offender selection and risk procedure", {"effective_from": start - 200 * ONE_DAY}
    return [
        document(300, title, "procedure", "iom", written, lead, **since),
        document(301, "Offender selection matrix, next version", "procedure", "iom", recent, lead, **draft),
    ]


def make(subject: Subject) -> Made:
    """The offenders managed and considered, and the meetings; shares are exact, to the nearest person or meeting."""
    n = subject.size(subject.facts.n_iom, 60)
    return Made.of(_cohort(subject, n), _selection(subject, n), _meetings(subject))


def _cohort(subject: Subject, n: int) -> Made:
    """The offenders managed at the snapshot, some who left before, and a few who entered after it."""
    facts = subject.facts
    rng = subject.rng("service.cohort")
    known = subject.quota("service.cohort.known", n, facts.iom_status_known_share)
    inside = subject.quota("service.cohort.custody", n, IN_CUSTODY)
    status = np.where(known, np.where(inside, CUSTODY, COMMUNITY), NOT_KNOWN)
    scored = subject.quota("service.cohort.scored", n, facts.iom_assessed_share)
    days_ago, current = _assessed(subject, status, scored)
    coloured = subject.quota("service.cohort.rag", n, facts.iom_rag_share)
    gone, coming = int(np.ceil(LEFT * n)), int(np.ceil(LATER * n))
    size = n + gone + coming
    days_ago = np.concatenate([days_ago, np.full(gone + coming, NEVER)])
    assessed = np.where(days_ago == NEVER, NO_DAY, subject.as_of - days_ago * ONE_DAY)
    entered, left = _stays(rng, subject.as_of, n, gone, coming, assessed)
    offended, reoffended = _offended(subject, entered)
    besides = np.ones(gone + coming, bool)
    columns = {
        "person_key": references("IOM", np.arange(size) + 1, DIGITS),
        "is_ppo": (rng.random(size) < 0.45).astype(int),
        "status": np.append(status, rng.integers(0, 2, size - n)),
        "is_statutory": np.where(rng.random(size) < 0.03, -1, (rng.random(size) < 0.7).astype(int)),
        "rag": np.where(np.append(coloured, besides), pick(rng, (25, 45, 30), size), len(RAG)),
        "entered_on": entered,
        "left_on": left,
        "risk_score": np.where(np.append(scored, besides), rng.integers(20, 100, size).astype(float), np.nan),
        "last_assessed_on": assessed,
        "lead_agency": pick(rng, (45, 45, 3, 7), size),
        "reoffended_on": offended,
    }
    community = int((status == COMMUNITY).sum())
    values = {
        "iom_cohort_n": n,
        "iom_assessed_pct": percent(int(scored.sum()), n),
        "iom_rag_assigned_pct": percent(int(coloured.sum()), n),
        "iom_current_n": current,
        "iom_community_n": community,
        "iom_status_unknown_n": int((status == NOT_KNOWN).sum()),
        "iom_assessment_current_pct": percent(current, community),
        "iom_binary_reoffend_pct": reoffended,
    }
    return Made({"iom_cohort": columns}, values)


def _selection(subject: Subject, n: int) -> Made:
    """The list of all offenders considered for the scheme, with the scores by which they were chosen.

    Of the highest scores, as many as the scheme holds, the given share are in it, or not for a reason.
    """
    rng, total = subject.rng("service.selection"), int(CONSIDERED_EACH * n)
    agreed = int(np.floor(subject.facts.iom_agreement_share * n + 0.5))
    excused = min(int(EXCUSED * n), agreed)
    # 0 missed, 1 in the scheme, 2 not in it for a reason: in order of the score, the places of the scheme first.
    top = rng.permutation(np.repeat([0, 1, 2], [n - agreed, agreed - excused, excused]))
    rest = np.zeros(total - n, int)
    rest[: n - (agreed - excused)] = 1
    state = np.concatenate([top, rng.permutation(rest)]) if n else np.zeros(0, int)
    blank = subject.quota("service.selection.blank", total, 1 - subject.facts.iom_scored_share)
    score = 1000 * (1 - np.arange(total) / max(total, 1)) ** 2
    person = np.zeros(total, int)
    person[state == 1] = 1 + rng.permutation(n)
    person[state != 1] = 50_001 + np.arange(int((state != 1).sum()))
    reason = np.where(state == 2, pick(rng, (20, 25, 15, 15, 15, 4, 6), total), len(REASONS_NOT_MANAGED))
    decided = np.where(state == 2, subject.as_of - rng.integers(10, 300, total) * ONE_DAY, NO_DAY)
    shuffled = rng.permutation(total)
    columns = {
        "person_key": references("IOM", person[shuffled], DIGITS),
        "score": np.where(blank, np.nan, np.round(score, 3))[shuffled],
        "scored_on": (subject.as_of - rng.integers(5, 45, total) * ONE_DAY)[shuffled],
        "reason_not_managed": reason[shuffled],
        "decided_on": decided[shuffled],
    }
    scored = state[~blank]
    unsure = min(int(blank.sum()), n)
    values = {
        "iom_true_agreement_pct": percent(agreed, n),
        "iom_agreed_sure_n": int((scored[: n - unsure] > 0).sum()),
        "iom_places_unsure_n": unsure,
    }
    return Made({"iom_selection": columns}, values)


def _assessed(subject: Subject, status: np.ndarray, scored: np.ndarray) -> tuple[np.ndarray, int]:
    """Days since the latest assessment (never: none), and how many of those in the community are current."""
    rng = subject.rng("service.cohort.assessed")
    n = len(status)
    recent = rng.random(n) < subject.facts.iom_assessment_current_share
    outside = rng.permutation(np.flatnonzero(status == COMMUNITY))
    # Who has no score was rarely assessed of late either.
    outside = outside[np.argsort(~scored[outside], kind="stable")]
    current = int(np.floor(subject.facts.iom_assessment_current_share * len(outside) + 0.5))
    recent[outside] = np.arange(len(outside)) < current
    recent[status == CUSTODY] = rng.random(int((status == CUSTODY).sum())) < 0.3
    days = np.where(recent, rng.integers(0, RECENT + 1, n), rng.integers(RECENT + 1, 500, n))
    return np.where(~recent & ~scored, NEVER, days), current


def _stays(
    rng: np.random.Generator, as_of: np.datetime64, n: int, gone: int, coming: int, assessed: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """First and last day in the scheme: of those in it, of those who left before, of those who entered after."""
    entered = as_of - rng.integers(20, 1400, n + gone + coming) * ONE_DAY
    left = np.full(n + gone + coming, NO_DAY)
    left[n : n + gone] = as_of - rng.integers(1, 300, gone) * ONE_DAY
    entered[n : n + gone] = left[n : n + gone] - rng.integers(100, 900, gone) * ONE_DAY
    entered[n + gone :] = as_of + rng.integers(1, 20, coming) * ONE_DAY
    # Nobody is assessed before entering.
    return np.where(~np.isnat(assessed) & (assessed < entered), assessed, entered), left


def _offended(subject: Subject, entered: np.ndarray) -> tuple[np.ndarray, float | None]:
    """Day of the first proven offence of each, and the per cent of entrants who offended within twelve months."""
    rng = subject.rng("service.cohort.offended")
    month = subject.as_of.astype("datetime64[M]")
    a_year_before = (month - 12).astype("datetime64[D]") + (subject.as_of - month.astype("datetime64[D]"))
    at_risk = np.flatnonzero(entered <= a_year_before)
    within = quota(rng, len(at_risk), subject.facts.iom_reoffend_share)
    day = np.full(len(entered), NO_DAY)
    later = entered[at_risk] + rng.integers(380, 700, len(at_risk)) * ONE_DAY
    day[at_risk] = np.where(
        within,
        entered[at_risk] + rng.integers(3, 360, len(at_risk)) * ONE_DAY,
        np.where((rng.random(len(at_risk)) < 0.2) & (later <= subject.as_of), later, NO_DAY),
    )
    return day, percent(int(within.sum()), len(at_risk))


def _meetings(subject: Subject) -> Made:
    """The meetings of the period, and some of the weeks before it."""
    facts, rng = subject.facts, subject.rng("service.meetings")
    first = np.arange(subject.start - 60 * ONE_DAY, subject.end + ONE_DAY, EVERY_DAYS)
    day = np.concatenate([first + i * ONE_DAY for i in range(len(DISTRICTS))])
    panel = np.repeat(np.array(DISTRICTS, dtype=object), len(first))
    order = np.argsort(day, kind="stable")
    day, panel = day[order], panel[order]
    counted = np.flatnonzero(subject.within(day))
    held = np.ones(len(day), int)
    held[counted] = subject.quota("service.meetings.held", len(counted), facts.iom_meetings_held_share)
    held[rng.choice(counted, 1)] = UNRECORDED
    took_place = counted[held[counted] == 1]
    n, quorum, recorded = len(took_place), np.ones(len(day), bool), np.ones(len(day), bool)
    quorum[took_place] = subject.quota("service.meetings.quorum", n, facts.iom_quorum_share)
    recorded[took_place] = subject.quota("service.meetings.recorded", n, facts.iom_attendance_recorded_share)
    present = [_present(rng, q) if h == 1 and r else None for q, h, r in zip(quorum, held, recorded, strict=True)]
    columns = {
        "meeting_id": references("IM", np.arange(len(day)) + 1, 4),
        "panel": panel,
        "scheduled_on": day,
        "held": held,
        "agencies_present": np.array(present, dtype=object),
    }
    with_quorum = int((quorum & recorded)[took_place].sum())
    values = {
        "iom_meetings_scheduled_n": len(counted),
        "iom_meetings_held_n": n,
        "iom_meetings_unknown_n": int((held[counted] == UNRECORDED).sum()),
        "iom_meeting_held_pct": percent(n, int((held[counted] != UNRECORDED).sum())),
        "iom_quorum_n": with_quorum,
        "iom_attendance_unknown_n": int((~recorded)[took_place].sum()),
        "iom_core_partner_quorum_pct": percent(with_quorum, int(recorded[took_place].sum())),
    }
    return Made({"iom_meeting": columns}, values)


def _present(rng: np.random.Generator, quorum: bool) -> str:
    """Agencies at one meeting; without a quorum probation is missing, or all but one of the others."""
    there = {"police", "probation"}
    others = list(rng.permutation(np.array(OTHERS, dtype=object)))
    if quorum:
        there |= set(others[: int(rng.integers(2, 5))])
    elif rng.random() < 0.5:
        there = {"police", *others[:3]}
    else:
        there |= set(others[:1])
    there |= {guest for guest in GUESTS if rng.random() < 0.3}
    return ";".join(agency for agency in AGENCIES if agency in there)


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    held, n, unknown = values["iom_meetings_held_n"], values["iom_cohort_n"], values["iom_status_unknown_n"]
    chosen = (values["iom_agreed_sure_n"], values["iom_places_unsure_n"], n, 80)
    unsure = values["iom_meetings_unknown_n"]
    meetings = (held, unsure, values["iom_meetings_scheduled_n"], 90)
    quorum = (values["iom_quorum_n"], values["iom_attendance_unknown_n"] + unsure, held + unsure, 75)
    scored = (round((values["iom_assessed_pct"] or 0) * n / 100), 0, n, 95)
    current = (values["iom_current_n"], unknown, values["iom_community_n"] + unknown, 80)
    no_choice = lacking(facts, "offenders managed or considered were not provided", "iom_cohort", "iom_selection")
    nobody = None if facts.provides("iom_cohort") and n else (OPEN, "offenders managed were not provided")
    return {
        "A5a": no_choice or all_at_least(chosen),
        "A5b": (OPEN, "the inspectors' view, not tested"),
        "A5c": lacking(facts, "meetings were not provided", "iom_meeting") or all_at_least(meetings, quorum),
        "A5d": nobody or all_at_least(scored, current),
    }
