"""A9: calls listened to and scored, calls back to the public, and the survey of users.

The audits serve A3 too: what handlers asked callers is a fact of that finding.
"""

from typing import Any

import numpy as np

from hmic_analysis.contracts.a9_service import ANSWERS, CALLBACK_RESULTS, STAGES
from hmic_analysis.params.models import YesNo
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    OPEN,
    SUPPORTED,
    Between,
    CommonFacts,
    Made,
    Record,
    Share,
    Subject,
    Verdict,
    all_at_least,
    by_one,
    lacking,
    percent,
)
from hmic_analysis.simulate.registers import Staff, document, draw_staff
from hmic_analysis.simulate.world import NO_DAY, NO_TIME, ONE_DAY, SECOND, labels, pick, quota, skewed
from hmic_analysis.simulate.write import references

#: Audits that the force's scheme prescribes for each call-handler and month.
PRESCRIBED = 3
TEAMS = ("Team A", "Team B", "Team C")
#: Share of the audits that are of a victim's call; of those, ones in which a cell was left blank.
VICTIMS, BLANK = 0.55, 0.02
#: Share of the chosen (not random) audits in which the handler asked: a complaint brings up the worse calls.
ASKED_IF_CHOSEN = 0.3
#: At scale 1 of a force of Cleveland's size, and at least.
CALLBACKS, SURVEYED = (2400, 80), (3000, 160)
#: Share of calls back of which it is not on record whether they were made.
UNRECORDED = 0.02
#: How far each stage differs from the share satisfied with the whole.
APART = {"contact": 0.08, "action": -0.02, "follow_up": -0.06, "treatment": 0.07, "whole": 0.0}
DONT_KNOW, NOT_ASKED = 0.03, 0.01


class Facts(CommonFacts):
    """What is true of the quality of service."""

    #: A scheme for checking the quality of service is in the register (A9a).
    audit_scheme: YesNo = True
    #: Handler-months with the prescribed audits; audits that met the standard; failed audits with feedback within 28
    #: days (A9b).
    audit_coverage_share: Share = 0.96
    audit_pass_share: Share = 0.82
    audit_feedback_share: Share = 0.91
    #: Calls back made in time; answers that were satisfied; persons contacted who answered.
    callback_made_share: Share = 0.86
    survey_satisfied_share: Share = 0.84
    survey_response_share: Share = 0.50


WAYS = {
    # It is false only where no call is audited at all, which would take away the evidence of other findings too.
    "A9a": by_one("audit_scheme", true=True, middle=False),
    # Every audit and month is on record, so there is no middle.
    "A9b": {
        "true": ({"audit_coverage_share": Between(0.94, 0.99), "audit_feedback_share": Between(0.88, 0.97)},),
        "false": ({"audit_coverage_share": Between(0.4, 0.75)}, {"audit_feedback_share": Between(0.2, 0.6)}),
    },
}


def documents(subject: Subject) -> list[Record]:
    """The scheme where there is one; checks of a partnership, and a draft."""
    as_of, start, checks = subject.as_of, subject.start, ["service_quality_checks"]
    draft = {"status": "draft", "last_activity_on": as_of - 6 * ONE_DAY}
    recent, about, partners = as_of - 60 * ONE_DAY, "service_quality", {"scope": "partnership"}
    found = [
        document(321, "Partners' service checks", "plan", about, start, checks, **partners),
        document(322, "Audit scheme, next version", "procedure", about, recent, checks, **draft),
    ]
    if subject.facts.audit_scheme:
        seen = {"effective_from": start - 200 * ONE_DAY, "corroborated_by": ["interview", "data"]}
        written, title = start - 220 * ONE_DAY, "Call quality audit scheme"
        found.append(document(320, title, "procedure", about, written, checks, **seen))
    return found


def make(subject: Subject) -> Made:
    """Calls audited, calls back and the survey."""
    return Made.of(_audits(subject), _callbacks(subject), _survey(subject))


def _handler_months(staff: Staff, start: np.datetime64, end: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
    """Each call-handler and whole calendar month of a period in which the handler was in post throughout.

    Leavers count while they were there; recruits in training don't.
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


def _audits(subject: Subject) -> Made:
    """The audits of the period; the shares are met to the nearest audit.

    A tenth as many again as the prescribed audits were chosen and not drawn at random; they tell nothing of what
    handlers usually ask.
    """
    rng, facts, staff = subject.rng("victims.audits"), subject.facts, draw_staff(subject)
    who, month = _handler_months(staff, subject.start, subject.end)
    covered = subject.quota("victims.audits.covered", len(who), facts.audit_coverage_share)
    n_each = np.where(covered, PRESCRIBED, rng.integers(0, PRESCRIBED, len(who)))
    # Chosen audits come on top of covered months alone, so that they make no month look covered that isn't.
    chosen_in = np.flatnonzero(covered)[rng.random(int(covered.sum())) < 0.1 * PRESCRIBED]
    at = np.concatenate([np.repeat(np.arange(len(who)), n_each), chosen_in])
    n, random = len(at), np.arange(len(at)) < int(n_each.sum())
    taken = month[at].astype("datetime64[D]") + rng.integers(0, 28, n) * ONE_DAY
    audited = taken + rng.integers(1, 21, n) * ONE_DAY
    victim = np.where(rng.random(n) < BLANK, -1, (rng.random(n) < VICTIMS).astype(int))
    passed = subject.quota("victims.audits.met", n, facts.audit_pass_share)
    met = np.where(rng.random(n) < BLANK / 2, -1, passed)
    feedback, in_time = _feedback(subject, audited, met)
    asked = {
        "asked_previous": _asked(subject, "previous", victim, random, facts.repeat_asked_share),
        "asked_vulnerability": _asked(subject, "vulnerability", victim, random, facts.vulnerability_asked_share),
        "flag_correct": _asked(subject, "flag", victim, random, facts.flag_correct_share),
    }
    team = labels(TEAMS)[who[at] % len(TEAMS)]
    order = np.argsort(taken, kind="stable")
    columns = {
        "audit_id": references("AUD", np.arange(n) + 1, 6),
        "handler_key": staff.keys(who[at])[order],
        "auditor_key": staff.keys(rng.choice(np.flatnonzero(staff.role == "supervisor")[:12], n)),
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
        "audits_without_result": int((met < 0).sum()),
        "audit_feedback_closed_pct": percent(in_time, int((met == 0).sum())),
        "audited_calls_of_victims": int(counted.sum()),
    }
    for name, figure in (("asked_previous", "repeat"), ("asked_vulnerability", "vulnerability")):
        state = [int((counted & (asked[name] == x)).sum()) for x in (1, 0, -1)]
        values |= {name: state, f"{figure}_question_asked_pct": percent(state[0], state[0] + state[1])}
    values["asked_previous_by_team"] = {
        t: [int((counted & (team == t) & (asked["asked_previous"] == x)).sum()) for x in (1, 0, -1)] for t in TEAMS
    }
    return Made({"call_audit": columns}, values)


def _feedback(subject: Subject, audited: np.ndarray, met: np.ndarray) -> tuple[np.ndarray, int]:
    """Day of the feedback on each audit, and on how many failed ones it was given within 28 days.

    The others had it late or not at all; some calls that met the standard got feedback too.
    """
    rng = subject.rng("victims.audits.feedback")
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
    rng = subject.rng(f"victims.audits.{what}")
    # Of calls that were not a victim's the auditor mostly left it blank; a few were asked all the same.
    asked = np.where(rng.random(len(victim)) < 0.8, -1, (rng.random(len(victim)) < 0.2).astype(int))
    counted = np.flatnonzero((victim == 1) & random)
    asked[counted] = np.where(rng.random(len(counted)) < BLANK, -1, quota(rng, len(counted), share).astype(int))
    chosen = np.flatnonzero((victim == 1) & ~random)
    asked[chosen] = (rng.random(len(chosen)) < ASKED_IF_CHOSEN).astype(int)
    return asked


def _callbacks(subject: Subject) -> Made:
    """The calls back of the period; the share made in time is exact."""
    rng, n = subject.rng("service.callbacks"), subject.size(*CALLBACKS)
    due = (subject.start + rng.integers(0, subject.days, n) * ONE_DAY).astype("datetime64[s]")
    due = due + rng.integers(9 * 3600, 20 * 3600, n) * SECOND
    recorded = rng.random(n) >= UNRECORDED
    told = np.flatnonzero(recorded)
    made = np.zeros(n, bool)
    made[told] = subject.quota("service.callbacks.made", len(told), subject.facts.callback_made_share)
    late = ~made & (rng.random(n) < 0.5)
    early = due - rng.integers(60, 6 * 3600, n) * SECOND
    after = due + np.maximum(60, skewed(rng, 7200, 0.8, n)).astype(np.int64) * SECOND
    made_at = np.where(made, early, np.where(late, after, NO_TIME))
    made_at[~recorded] = NO_TIME
    result = np.where(made | late, pick(rng, (70, 30), n), CALLBACK_RESULTS.index("not_made"))
    result[~recorded] = len(CALLBACK_RESULTS)
    columns = {
        "callback_id": references("CB", np.arange(n) + 1, 6),
        "kind": pick(rng, (70, 30), n),
        "due_at": due,
        "made_at": made_at,
        "result": result,
    }
    return Made({"callback": columns}, {"callback_made_pct": percent(int(made.sum()), len(told))})


def _survey(subject: Subject) -> Made:
    """The persons contacted in the period, six to twelve weeks after their report, and their answers."""
    rng, n = subject.rng("service.survey"), subject.size(*SURVEYED)
    contacted = subject.start + rng.integers(0, subject.days, n) * ONE_DAY
    completed = subject.quota("service.survey.completed", n, subject.facts.survey_response_share)
    said = np.flatnonzero(completed)
    columns: dict[str, Any] = {
        "survey_id": references("SV", np.arange(n) + 1, 6),
        "survey_group": pick(rng, (30, 30, 25, 5, 10), n),
        "reported_on": contacted - rng.integers(42, 85, n) * ONE_DAY,
        "contacted_on": contacted,
        "completed": completed.astype(int),
    }
    values: dict[str, Any] = {"survey_response_pct": percent(len(said), n), "satisfied_pct": {}}
    for stage in STAGES:
        column = columns[f"satisfied_{stage}"] = np.full(n, len(ANSWERS))
        column[said], values["satisfied_pct"][stage] = _answers(subject, stage, len(said))
    return Made({"survey": columns}, values)


def _answers(subject: Subject, stage: str, n: int) -> tuple[np.ndarray, float | None]:
    """Answers on one stage (positions), and the true per cent satisfied of those who had a view."""
    rng = subject.rng(f"service.survey.{stage}")
    draw = rng.random(n)
    valid = np.flatnonzero(draw > DONT_KNOW + NOT_ASKED)
    share = float(np.clip(subject.facts.survey_satisfied_share + APART[stage], 0, 1))
    content = quota(rng, len(valid), share)
    answers = np.where(draw > NOT_ASKED, ANSWERS.index("dont_know"), len(ANSWERS))
    good, bad = pick(rng, (30, 45, 25), len(valid)), 3 + pick(rng, (30, 35, 20, 15), len(valid))
    answers[valid] = np.where(content, good, bad)
    return answers, percent(int(content.sum()), len(valid))


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    missing = lacking(facts, "audits or the staff list were not provided", "call_audit", "staff")
    shares = (
        ("handler_audit_coverage_pct", values["call_handler_months"], 0, 90),
        # One without a result may have failed.
        ("audit_feedback_closed_pct", values["audits_failed"], values["audits_without_result"], 80),
    )
    tests = [(round((values[x] or 0) * n / 100), open_, n + open_, least) for x, n, open_, least in shares]
    return {"A9a": _a9a(facts, values), "A9b": missing or all_at_least(*tests)}


def _a9a(facts: Facts, values: dict[str, Any]) -> Verdict:
    audits = values["call_audits"] if facts.provides("call_audit") else 0
    scheme = facts.audit_scheme and facts.provides("document")
    if scheme and audits:
        return SUPPORTED, f"a documented scheme, and {audits} audits"
    none_at_all = facts.provides("data_request") and facts.status("call_audit") == "nil_return_unable"
    if not facts.audit_scheme and facts.signed("document") and none_at_all:
        return CONTRADICTED, "neither a scheme nor audits"
    return OPEN, f"{'a' if scheme else 'no'} scheme in the register, {audits} audits"
