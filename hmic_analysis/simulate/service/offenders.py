"""Offenders under integrated offender management, and all who were considered for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.contracts.offenders import AGENCIES, OFFENDER_STATUSES, RAG, REASONS_NOT_MANAGED
from hmic_analysis.simulate.streams import pick, quota
from hmic_analysis.simulate.suspects import NO_DAY, ONE_DAY
from hmic_analysis.simulate.tally import percent
from hmic_analysis.simulate.topic import Subject
from hmic_analysis.simulate.writer import references, render

COMMUNITY, CUSTODY, NOT_KNOWN = range(3)
NEVER = -1
#: Share of the scheme in custody, as far as it is known; of those who left it, and entered it after the snapshot.
IN_CUSTODY, LEFT, LATER = 0.33, 0.10, 0.03
#: Days before the snapshot for which an assessment is recent, by the finding's rule.
RECENT = 90
#: Offenders considered for each one in the scheme; of the places of the highest score, those not taken for a reason.
CONSIDERED_EACH, EXCUSED = 3.5, 0.06
DIGITS = 5


def draw_cohort(subject: Subject) -> tuple[pa.Table, dict[str, Any]]:
    """Draw the offenders managed at the snapshot, some who left before, and a few who entered after it.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    tuple
        Rows of ``iom_cohort``, and the true figures; shares are exact, to the nearest person.
    """
    facts, n = subject.facts, _size(subject)
    rng = subject.streams.of("service.cohort")
    status = _status(subject, n)
    scored = quota(subject.streams.of("service.cohort.scored"), n, facts.iom_assessed_share)
    days_ago, current = _assessed(subject, status, scored)
    coloured = quota(subject.streams.of("service.cohort.rag"), n, facts.iom_rag_share)
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
        "status": np.array([*OFFENDER_STATUSES, None], dtype=object)[np.append(status, rng.integers(0, 2, size - n))],
        "is_statutory": np.where(rng.random(size) < 0.03, -1, (rng.random(size) < 0.7).astype(int)),
        "rag": np.where(np.append(coloured, besides), np.array(RAG, dtype=object)[pick(rng, (25, 45, 30), size)], None),
        "entered_on": entered,
        "left_on": left,
        "risk_score": np.where(np.append(scored, besides), rng.integers(20, 100, size).astype(float), np.nan),
        "last_assessed_on": assessed,
        "lead_agency": np.array(AGENCIES, dtype=object)[pick(rng, (45, 45, 3, 7), size)],
        "reoffended_on": offended,
    }
    community = int((status == COMMUNITY).sum())
    return render("iom_cohort", columns), {
        "iom_cohort_n": n,
        "iom_assessed_pct": percent(int(scored.sum()), n),
        "iom_rag_assigned_pct": percent(int(coloured.sum()), n),
        "iom_current_n": current,
        "iom_community_n": community,
        "iom_status_unknown_n": int((status == NOT_KNOWN).sum()),
        "iom_assessment_current_pct": percent(current, community),
        "iom_binary_reoffend_pct": reoffended,
    }


def draw_selection(subject: Subject) -> tuple[pa.Table, dict[str, Any]]:
    """Draw the list of all offenders considered for the scheme, with the scores by which they were chosen.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    tuple
        Rows of ``iom_selection``, and the true figures.  Of the highest scores, as many as the scheme holds, the given
        share are of offenders in it or of some not in it for a reason.
    """
    rng, n = subject.streams.of("service.selection"), _size(subject)
    total = int(CONSIDERED_EACH * n)
    agreed = int(np.floor(subject.facts.iom_agreement_share * n + 0.5))
    excused = min(int(EXCUSED * n), agreed)
    # 0 missed, 1 in the scheme, 2 not in it for a reason: in order of the score, the places of the scheme first.
    top = rng.permutation(np.repeat([0, 1, 2], [n - agreed, agreed - excused, excused]))
    rest = np.zeros(total - n, int)
    rest[: n - (agreed - excused)] = 1
    state = np.concatenate([top, rng.permutation(rest)]) if n else np.zeros(0, int)
    blank = quota(subject.streams.of("service.selection.blank"), total, 1 - subject.facts.iom_scored_share)
    score = 1000 * (1 - np.arange(total) / max(total, 1)) ** 2
    person = np.zeros(total, int)
    person[state == 1] = 1 + rng.permutation(n)
    person[state != 1] = 50_001 + np.arange(int((state != 1).sum()))
    reasons = np.array([*REASONS_NOT_MANAGED, None], dtype=object)
    reason = pick(rng, (20, 25, 15, 15, 15, 4, 6), total)
    reason[(state == 0) | (state == 1)] = len(REASONS_NOT_MANAGED)
    decided = np.where(state == 2, subject.as_of - rng.integers(10, 300, total) * ONE_DAY, NO_DAY)
    shuffled = rng.permutation(total)
    columns = {
        "person_key": np.array(references("IOM", person, DIGITS).to_pylist(), dtype=object)[shuffled],
        "score": np.where(blank, np.nan, np.round(score, 3))[shuffled],
        "scored_on": (subject.as_of - rng.integers(5, 45, total) * ONE_DAY)[shuffled],
        "reason_not_managed": reasons[reason][shuffled],
        "decided_on": decided[shuffled],
    }
    scored = state[~blank]
    unsure = min(int(blank.sum()), n)
    values = {
        "iom_true_agreement_pct": percent(agreed, n),
        "iom_agreed_sure_n": int((scored[: n - unsure] > 0).sum()),
        "iom_places_unsure_n": unsure,
    }
    return render("iom_selection", columns), values


def _size(subject: Subject) -> int:
    return subject.frame.size_of(subject.force, subject.facts.n_iom, 60)


def _status(subject: Subject, n: int) -> np.ndarray:
    """Where each offender is; of some the force can't say."""
    known = quota(subject.streams.of("service.cohort.known"), n, subject.facts.iom_status_known_share)
    inside = quota(subject.streams.of("service.cohort.custody"), n, IN_CUSTODY)
    return np.where(known, np.where(inside, CUSTODY, COMMUNITY), NOT_KNOWN)


def _assessed(subject: Subject, status: np.ndarray, scored: np.ndarray) -> tuple[np.ndarray, int]:
    """Days since the latest assessment (never: none), and how many of those in the community are current."""
    rng = subject.streams.of("service.cohort.assessed")
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
    rng = subject.streams.of("service.cohort.offended")
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
