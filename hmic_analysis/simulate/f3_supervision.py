"""F3: reviews of front-line staff, and what supervisors see of workload."""

from typing import Any

import numpy as np

from hmic_analysis.params.models import YesNo
from hmic_analysis.simulate.ground import (
    CONTRADICTED,
    OPEN,
    Columns,
    CommonFacts,
    Made,
    Record,
    Share,
    Subject,
    Verdict,
    absent,
    by_one,
    judged,
    no_register,
)
from hmic_analysis.simulate.registers import Staff, document, draw_staff
from hmic_analysis.simulate.world import ONE_DAY, middle, quota, spans
from hmic_analysis.simulate.write import key_texts, references

FRONT_LINE = ("response", "neighbourhood", "pcso", "volume_investigator")
#: Months between two reviews as the policy prescribes.
INTERVAL = 3
#: Share of staff with a long absence; of reviews on which the record does not say what was covered.
LONG_ABSENT, NOT_SAID = 0.05, 0.015
#: Share of weeks in which a supervisor who doesn't look at workload opens the view all the same.
LOOKS_NOT = 0.35


class Facts(CommonFacts):
    """What is true of supervision."""

    #: A procedure prescribes reviews of workload and performance (F3a, F3b).
    supervision_documented: YesNo = True
    #: Staff-intervals with a review (F3a, F3b).
    review_held_share: Share = 0.89
    #: Reviews that look at workload (F3a), at performance (F3b).
    review_workload_share: Share = 0.94
    review_performance_share: Share = 0.92
    #: Supervisors who look at workload weekly.
    supervisor_view_share: Share = 0.8
    #: Everybody who is not front line, recruits in training too, is reviewed on both in every interval, and all their
    #: supervisors look at workload weekly: none of it counts.
    back_office_reviewed: YesNo = False


WAYS = {
    "F3a": by_one("review_workload_share", true=(0.92, 0.98), false=(0.15, 0.5), middle=(0.7, 0.72)),
    "F3b": by_one("review_performance_share", true=(0.92, 0.98), false=(0.15, 0.5), middle=(0.7, 0.72)),
}


def documents(subject: Subject) -> list[Record]:
    """The procedure where there is one, and a discussion paper."""
    written, about = subject.as_of - 15 * ONE_DAY, "supervision"
    reviews = ["workload_review", "performance_review"]
    found = [document(404, "Supervision: discussion paper", "procedure", about, written, reviews, status="draft")]
    if subject.facts.supervision_documented:
        title, written, seen = "Supervision of front-line staff", subject.start - 300 * ONE_DAY, ["interview"]
        found.append(document(460, title, "procedure", about, written, reviews, corroborated_by=seen))
    return found


def make(subject: Subject) -> Made:
    """Reviews, absences, the log of the workload view, and open crimes."""
    staff = draw_staff(subject)
    absences, away = _absences(subject, staff)
    absent_or_led = Made({"absence": absences}, _spans(staff))
    return Made.of(absent_or_led, _reviews(subject, staff, away), _view(subject, staff), _workload(subject, staff))


def _front_line(staff: Staff) -> np.ndarray:
    """Positions of front-line staff, leavers too, recruits in training not."""
    return np.flatnonzero(np.isin(staff.role, FRONT_LINE) & (staff.in_training != 1))


def _absences(subject: Subject, staff: Staff) -> tuple[Columns, list[tuple[int, np.datetime64, np.datetime64]]]:
    """Long absences of some, a week or two of others; as rows, and as position, first and last day."""
    rng = subject.rng("resources.absences")
    people = rng.permutation(_front_line(staff))
    long, short = people[: max(2, int(LONG_ABSENT * len(people)))], people[len(people) // 2 :][: len(people) // 4]
    found = []
    for group, low, high in ((long, 70, 200), (short, 7, 15)):
        begin = rng.integers(0, subject.days - 1, len(group))
        length = rng.integers(low, high, len(group))
        for who, at, n in zip(group, begin, length, strict=True):
            found.append((int(who), subject.start + int(at) * ONE_DAY, subject.start + int(at + n) * ONE_DAY))
    keys = staff.keys(np.array([who for who, _, _ in found], int))
    records = [
        {"person_key": key, "from_on": first, "to_on": last if last <= subject.as_of else None}
        for key, (_, first, last) in zip(keys, found, strict=True)
    ]
    return records, found


def _due(subject: Subject, staff: Staff, away: list) -> list[tuple[int, np.datetime64, np.datetime64]]:
    """Staff-intervals with a review due: there for at least half of the days."""
    found = []
    for first, last in spans(subject.frame.period_start, subject.frame.period_end, INTERVAL):
        days = first + np.arange(int((last - first) / ONE_DAY) + 1) * ONE_DAY
        gone: dict[int, np.ndarray] = {}
        for who, begin, end in away:
            gone[who] = gone.get(who, np.zeros(len(days), bool)) | ((days >= begin) & (days <= end))
        for who in _front_line(staff):
            missing = days < staff.in_post_since[who]
            if not np.isnat(staff.left_on[who]):
                missing = missing | (days > staff.left_on[who])
            if int(who) in gone:
                missing = missing | gone[int(who)]
            if 2 * missing.sum() <= len(days):
                found.append((int(who), days[~missing][0], days[~missing][-1]))
    return found


def _reviews(subject: Subject, staff: Staff, away: list) -> Made:
    """Reviews held; each interval has one or none, and each aspect is looked at in just the share asked for."""
    facts, due = subject.facts, _due(subject, staff, away)
    rng = subject.rng("resources.reviews")
    held = np.flatnonzero(quota(rng, len(due), facts.review_held_share))
    n = len(held)
    workload = subject.quota("resources.reviews.workload", n, facts.review_workload_share)
    # Exact within the reviews that look at workload and within the others, so that both together are met too.
    performance = np.zeros(n, bool)
    draw = subject.rng("resources.reviews.performance")
    for part in (workload, ~workload):
        performance[part] = quota(draw, int(part.sum()), facts.review_performance_share)
    said = rng.random(n) >= NOT_SAID
    who = np.array([due[i][0] for i in held], int)
    first = np.array([due[i][1] for i in held], "datetime64[D]")
    days = np.array([int((due[i][2] - due[i][1]) / ONE_DAY) for i in held], int)
    day = first + (rng.random(n) * (days + 1)).astype(int) * ONE_DAY
    # Reviews of staff who are not front line, and reviews after the period.
    others = np.concatenate([np.flatnonzero(staff.role == "call_handler")[:12], _front_line(staff)[:6]])
    after = np.where(np.arange(len(others)) < 12, subject.start + 100 * ONE_DAY, subject.end + 9 * ONE_DAY)
    if facts.back_office_reviewed:
        rest = np.setdiff1d(np.arange(len(staff)), _front_line(staff))
        days_of = [middle(span) for span in spans(subject.frame.period_start, subject.frame.period_end, INTERVAL)]
        others = np.concatenate([others, np.tile(rest, len(days_of))])
        after = np.concatenate([after, np.repeat(days_of, len(rest))])
    yes = np.ones(len(others), int)
    total = n + len(others)
    table = {
        "review_id": references("RV", np.arange(total) + 1, 6),
        "person_key": staff.keys(np.concatenate([who, others])),
        "supervisor_key": key_texts("STF", np.concatenate([staff.supervisor[who], 0 * yes]), 4),
        "held_on": np.concatenate([day, after]),
        "workload_covered": np.concatenate([np.where(said, workload, -1), yes]),
        "performance_covered": np.concatenate([np.where(said, performance, -1), yes]),
    }
    values = {
        "review_intervals": len(due),
        "review_intervals_held": n,
        "review_in_period_pct": 100 * n / len(due) if due else None,
        "reviews_known": int(said.sum()),
        "reviews_on_workload": int((workload & said).sum()),
        "reviews_on_performance": int((performance & said).sum()),
        "reviews_on_both": int((workload & performance & said).sum()),
    }
    return Made({"supervision": table}, values)


def _view(subject: Subject, staff: Staff) -> Made:
    """The log of the workload view: a row for each supervisor of front-line staff and week in post."""
    rng = subject.rng("resources.view")
    bosses = np.unique(staff.supervisor[_front_line(staff)])
    position = np.flatnonzero(np.isin(staff.number, bosses[bosses > 0]))
    rest = np.flatnonzero((staff.role == "supervisor") & ~np.isin(staff.number, bosses))
    looks = quota(rng, len(position), subject.facts.supervisor_view_share)
    weekday = (subject.start.astype(int) + 3) % 7
    monday = subject.start + (-weekday % 7) * ONE_DAY
    weeks = monday + np.arange(int((subject.end - monday) / ONE_DAY) // 7 + 1) * 7 * ONE_DAY
    who, at = (x.ravel() for x in np.meshgrid(np.arange(len(position)), np.arange(len(weeks)), indexing="ij"))
    there = weeks[at] >= staff.in_post_since[position][who]
    who, at = who[there], at[there]
    on_duty = rng.random(len(who)) >= 0.1
    opened = rng.random(len(who)) < np.where(looks[who], 1.0, LOOKS_NOT)
    times = np.where(opened & on_duty, 1 + rng.poisson(2.5, len(who)), 0)
    table = {
        "supervisor_key": staff.keys(position[who]),
        "week_start": weeks[at],
        "on_duty": on_duty.astype(int),
        "times_opened": times,
    }
    if subject.facts.back_office_reviewed:
        one = np.ones(len(rest) * len(weeks), int)
        more = (np.repeat(staff.keys(rest), len(weeks)), np.tile(weeks, len(rest)), one, 3 * one)
        table = {name: np.concatenate([table[name], further]) for name, further in zip(table, more, strict=True)}
    # Who opened it in every week on duty, of those with any such week.
    on = np.bincount(who[on_duty], minlength=len(position))
    seen = np.bincount(who[on_duty & (times > 0)], minlength=len(position))
    look = int(((on > 0) & (seen == on)).sum())
    return Made({"workload_view": table}, {"supervisors_in_log": int((on > 0).sum()), "supervisors_who_look": look})


def _workload(subject: Subject, staff: Staff) -> Made:
    """Open crimes of officers at two counts; only the one before the snapshot tells."""
    rng = subject.rng("resources.workload")
    people = staff.at_work("response", "neighbourhood", "volume_investigator")
    open_now = np.floor(np.exp(1.9 + 0.55 * rng.standard_normal(len(people)))).astype(float)
    blank = rng.random(len(people)) < 0.02
    open_now[blank] = np.nan
    table = {
        "person_key": np.tile(staff.keys(people), 2),
        "counted_on": np.repeat(subject.as_of + np.array([-3, 25]) * ONE_DAY, len(people)),
        "open_crimes": np.concatenate([open_now, np.full(len(people), 40.0)]),
    }
    known = open_now[~blank]
    top, half = np.quantile(known, 0.9), np.quantile(known, 0.5)
    values = {"open_crimes_per_officer_spread": float(top / half), "officers_with_open_crimes": len(known)}
    return Made({"workload": table}, values)


def _spans(staff: Staff) -> Record:
    """Constables and community support officers of each supervisor at the snapshot."""
    there = np.isin(staff.rank, ["constable", "pcso"]) & (staff.in_post_since <= staff.as_of) & ~staff.gone
    sizes = np.unique(staff.supervisor[there & (staff.supervisor > 0)], return_counts=True)[1]
    return {"span_of_control_median": float(np.median(sizes)), "span_of_control_supervisors": len(sizes)}


def verdicts(facts: Facts, values: dict[str, Any]) -> dict[str, Verdict]:
    return {"F3a": _f3(facts, values, "workload"), "F3b": _f3(facts, values, "performance")}


def _f3(facts: Facts, values: dict[str, Any], aspect: str) -> Verdict:
    if not facts.provides("supervision", "staff") or not values["review_intervals"]:
        return OPEN, "reviews or staff were not provided"
    held, known = values["review_in_period_pct"], values["reviews_known"]
    reviewed, due = values["review_intervals_held"], values["review_intervals"]
    on = values[f"reviews_on_{aspect}"]
    # Reviews on which the record says nothing may have looked at it, or not.
    silent = reviewed - known
    most_due, least = 100 * (on + silent) / due, 100 * on / reviewed if reviewed else 0.0
    both = 100 * (values["reviews_on_both"] + silent) / reviewed if reviewed else 0.0
    said = f"{held:.1f}% of reviews held, at least {least:.1f}% of them on {aspect}"
    if most_due < 60:
        return CONTRADICTED, said
    if facts.provides("document") and not facts.supervision_documented:
        return absent(facts, "no document prescribes reviews")
    apart = aspect == "performance" and 100 * values["reviews_on_workload"] / reviewed >= 75 and both < 75
    seldom = (OPEN, f"{said}; few on both") if apart else None
    return no_register(facts) or seldom or judged(said, held >= 80 and least >= 75)
