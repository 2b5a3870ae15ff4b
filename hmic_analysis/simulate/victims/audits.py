"""Calls listened to and scored: whether handlers asked, and how thoroughly the force checks them.

One table serves two findings.  What handlers asked callers is a fact of this topic; how many months are covered, how
many calls pass and what follows a failed one are facts of the topic ``service``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hmic_analysis.simulate.prevention.staff import Staff, draw_staff
from hmic_analysis.simulate.streams import quota
from hmic_analysis.simulate.suspects import NO_DAY, ONE_DAY
from hmic_analysis.simulate.tally import percent
from hmic_analysis.simulate.topic import Subject
from hmic_analysis.simulate.writer import references, render

#: Audits that the force's scheme prescribes for each call-handler and month.
PRESCRIBED = 3
TEAMS = ("Team A", "Team B", "Team C")
#: Share of the audits that are of a victim's call; of those, ones in which a cell was left blank.
VICTIMS, BLANK = 0.55, 0.02
#: Share of the chosen (not random) audits in which the handler asked: a complaint brings up the worse calls.
ASKED_IF_CHOSEN = 0.3


@dataclass(frozen=True)
class Audits:
    """The audits of a period, as rows of ``call_audit``, and what is true of them."""

    rows: pa.Table
    values: dict[str, Any]


def handler_months(staff: Staff, start: np.datetime64, end: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
    """Each call-handler and calendar month of a period in which the handler was in post throughout.

    Parameters
    ----------
    staff : Staff
        Leavers count while they were there; recruits in training don't.
    start, end : numpy.datetime64
        First and last day of the period; a month that isn't whole in it is left out.

    Returns
    -------
    tuple of numpy.ndarray
        Positions in the staff list, and months (``datetime64[M]``).
    """
    months = np.arange(start.astype("datetime64[M]"), end.astype("datetime64[M]") + 1)
    first = months.astype("datetime64[D]")
    last = (months + 1).astype("datetime64[D]") - ONE_DAY
    whole = (first >= start) & (last <= end)
    months, first, last = months[whole], first[whole], last[whole]
    handlers = np.flatnonzero((staff.role == "call_handler") & (staff.in_training != 1))
    left = np.where(np.isnat(staff.left_on[handlers]), end + ONE_DAY, staff.left_on[handlers])
    there = (staff.in_post_since[handlers][:, None] <= first) & (left[:, None] >= last)
    who, when = np.nonzero(there)
    return handlers[who], months[when]


def draw_audits(subject: Subject) -> Audits:
    """Draw the audits of the period.

    Parameters
    ----------
    subject : Subject
        Its facts say of the audits: ``audit_coverage_share`` (handler-months with the prescribed number),
        ``audit_pass_share`` (that met the standard), ``audit_feedback_share`` (failed ones with feedback within 28
        days), ``repeat_asked_share``, ``vulnerability_asked_share`` and ``flag_correct_share``.

    Returns
    -------
    Audits
        The shares are met exactly, to the nearest audit.  A tenth as many again as the prescribed audits were chosen
        and not drawn at random; they tell nothing of what handlers usually ask.
    """
    rng, facts = subject.streams.of("victims.audits"), subject.facts
    staff = draw_staff(subject)
    who, month = handler_months(staff, subject.start, subject.end)
    covered = quota(subject.streams.of("victims.audits.covered"), len(who), facts.audit_coverage_share)
    n_each = np.where(covered, PRESCRIBED, rng.integers(0, PRESCRIBED, len(who)))
    # Chosen audits come on top of covered months alone, so that they make no month look covered that isn't.
    chosen_in = np.flatnonzero(covered)[rng.random(int(covered.sum())) < 0.1 * PRESCRIBED]
    at = np.concatenate([np.repeat(np.arange(len(who)), n_each), chosen_in])
    n, random = len(at), np.arange(len(at)) < int(n_each.sum())
    taken = month[at].astype("datetime64[D]") + rng.integers(0, 28, n) * ONE_DAY
    audited = taken + rng.integers(1, 21, n) * ONE_DAY
    victim = np.where(rng.random(n) < BLANK, -1, (rng.random(n) < VICTIMS).astype(int))
    met = _blanked(rng, quota(subject.streams.of("victims.audits.met"), n, facts.audit_pass_share))
    feedback, in_time = _feedback(subject, audited, met)
    asked = {
        "asked_previous": _asked(subject, "previous", victim, random, facts.repeat_asked_share),
        "asked_vulnerability": _asked(subject, "vulnerability", victim, random, facts.vulnerability_asked_share),
        "flag_correct": _asked(subject, "flag", victim, random, facts.flag_correct_share),
    }
    team = np.array(TEAMS, dtype=object)[who[at] % len(TEAMS)]
    order = np.argsort(taken, kind="stable")
    columns = {
        "audit_id": references("AUD", np.arange(n) + 1, 6),
        "handler_key": staff.keys(who[at])[order],
        "auditor_key": staff.keys(_auditors(staff, rng, n)),
        "team": team[order],
        "taken_on": taken[order],
        "audited_on": audited[order],
        "random_sample": random.astype(int)[order],
        "about_victim": victim[order],
        **{name: values[order] for name, values in asked.items()},
        "standard_met": met[order],
        "feedback_on": feedback[order],
    }
    counted = (victim == 1) & random
    values: dict[str, Any] = {
        "call_audits": n,
        "call_handler_months": len(who),
        "handler_audit_coverage_pct": percent(int(covered.sum()), len(who)),
        "audit_pass_pct": percent(int((met == 1).sum()), int((met >= 0).sum())),
        "audits_failed": int((met == 0).sum()),
        "audit_feedback_closed_pct": percent(in_time, int((met == 0).sum())),
        "audited_calls_of_victims": int(counted.sum()),
    }
    for name, figure in (("asked_previous", "repeat"), ("asked_vulnerability", "vulnerability")):
        state = [int((counted & (asked[name] == x)).sum()) for x in (1, 0, -1)]
        values |= {name: state, f"{figure}_question_asked_pct": percent(state[0], state[0] + state[1])}
    values["asked_previous_by_team"] = {
        str(t): [int((counted & (team == t) & (asked["asked_previous"] == x)).sum()) for x in (1, 0, -1)] for t in TEAMS
    }
    return Audits(render("call_audit", columns), values)


def _blanked(rng: np.random.Generator, yes: np.ndarray) -> np.ndarray:
    """Yes and no as 1 and 0, with a few cells left blank (-1)."""
    return np.where(rng.random(len(yes)) < BLANK / 2, -1, yes.astype(int))


def _feedback(subject: Subject, audited: np.ndarray, met: np.ndarray) -> tuple[np.ndarray, int]:
    """Day of the feedback on each audit, and on how many failed ones it was given within 28 days.

    The others had it late or not at all; some calls that met the standard got feedback too.
    """
    rng = subject.streams.of("victims.audits.feedback")
    failed = np.flatnonzero(met == 0)
    in_time = quota(rng, len(failed), subject.facts.audit_feedback_share)
    days = np.where(in_time, rng.integers(0, 29, len(failed)), rng.integers(35, 90, len(failed)))
    given = np.full(len(met), NO_DAY)
    given[failed] = np.where(in_time | (rng.random(len(failed)) < 0.5), audited[failed] + days * ONE_DAY, NO_DAY)
    passed = np.flatnonzero((met == 1) & (rng.random(len(met)) < 0.2))
    given[passed] = audited[passed] + rng.integers(0, 40, len(passed)) * ONE_DAY
    return given, int(in_time.sum())


def _asked(subject: Subject, what: str, victim: np.ndarray, random: np.ndarray, share: float) -> np.ndarray:
    """Whether the handler did what a victim's call needs: the share among the random audits of victims is exact."""
    rng = subject.streams.of(f"victims.audits.{what}")
    # Of calls that were not a victim's the auditor mostly left it blank; a few were asked all the same.
    asked = np.where(rng.random(len(victim)) < 0.8, -1, (rng.random(len(victim)) < 0.2).astype(int))
    counted = np.flatnonzero((victim == 1) & random)
    asked[counted] = np.where(rng.random(len(counted)) < BLANK, -1, quota(rng, len(counted), share).astype(int))
    chosen = np.flatnonzero((victim == 1) & ~random)
    asked[chosen] = (rng.random(len(chosen)) < ASKED_IF_CHOSEN).astype(int)
    return asked


def _auditors(staff: Staff, rng: np.random.Generator, n: int) -> np.ndarray:
    """A supervisor for each audit."""
    return rng.choice(np.flatnonzero(staff.role == "supervisor")[:12], n)
