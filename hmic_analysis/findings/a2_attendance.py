"""A2: what the response policy promises, whether staff know it, and how few forces promise as much."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd

from hmic_analysis.contracts.a2_attendance import NATIONAL
from hmic_analysis.contracts.core import GRADES
from hmic_analysis.evidence.grades import grade_documents, grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, existence, few_forces, undecided
from hmic_analysis.measures import months, registers
from hmic_analysis.measures.attendance import CANCELLED, OFFICER_INITIATED, Rules, contacts
from hmic_analysis.measures.base import Share, hours_between, unread
from hmic_analysis.words import say_date

# A2: how soon the first resource arrived, and whether within the target.

#: Responses longer than this are counted beside the times: a scheduled visit may well take so long.
LONG_RESPONSE_MINUTES = 24 * 60
Clock = Literal["call", "created", "dispatched"]
CLOCKS: dict[str, str] = {"call": "call_at", "created": "created_at", "dispatched": "dispatched_at"}


def response_times(
    incident: pd.DataFrame, deployment: pd.DataFrame, rules: Rules, clock: Clock = "created"
) -> pd.DataFrame:
    """Minutes from the start of the clock to the first arrival.

    One row per incident attended, or of an arrival that can't be read: ``incident_id``, ``grade``, ``local_grade``,
    ``area_type``, ``origin``, ``counts`` (missing where the result or the origin, which tell whether the incident
    does, can't be read), ``minutes`` (however late; missing where it can't be told), ``note`` (why it can't:
    ``before the clock`` or ``no start``; blank where all is well).  Times with a note are counted, and left out of
    every median.

    ``clock``: when the clock starts: ``call``, ``created`` or ``dispatched``.  An incident without that time has no
        response time.
    """
    seen = contacts(deployment, rules)
    came = seen["any_arrived"]
    # Of an arrival that can't be read nobody knows when it was, nor whether it was one.
    first = seen.assign(first_at_scene=seen["at_scene_at"].where(came))[came | seen["unknown_type"]]
    first = first.groupby("incident_id")["first_at_scene"].min()
    not_calls = [result for result in rules.excluded_results if result != CANCELLED]
    columns = ["incident_id", "grade", "local_grade", "area_type", "origin", "counts", CLOCKS[clock]]
    counts = pd.Series(True, incident.index, dtype="boolean").mask(unread(incident, "result", "origin"))
    table = incident.assign(counts=counts).loc[~incident["result"].isin(not_calls).to_numpy(dtype=bool), columns]
    table = table.drop_duplicates("incident_id").merge(first, left_on="incident_id", right_index=True)
    hours = hours_between(table[CLOCKS[clock]], table["first_at_scene"])
    note = pd.Series("", index=table.index, dtype="object")
    note[hours.isna()] = "no start"
    note[hours < 0] = "before the clock"
    table["minutes"] = (hours * 60).where(note == "")
    table["note"] = note
    return table.drop(columns=[CLOCKS[clock], "first_at_scene"]).reset_index(drop=True)


def within_target(times: pd.DataFrame, target: Callable[[str, str | None], float | None]) -> pd.DataFrame:
    """Whether each attended incident met the target of its grade and area.

    ``times`` with ``target`` (minutes; missing where the grade has none, or its targets differ by area and the area
    is not known), ``due`` (whether the grade has a target) and ``in_target`` (nullable boolean).  An arrival later
    than the target is a miss however late.  Where the area isn't known the incident is decided if both targets
    agree on it.  Missing: they don't, or the response time is not known.

    ``times``: result of :func:`response_times`.
    ``target``: from grade and area type to minutes; None where there is no target.
    """
    grade = times["grade"].astype("object")
    in_town, outside = (times["area_type"].eq(a).fillna(False).to_numpy(dtype=bool) for a in ("urban", "rural"))

    def wanted(place: str) -> pd.Series:
        minutes = {g: target(g, place) for g in grade.dropna().unique()}
        return grade.map(minutes).astype("float64")

    urban, rural = wanted("urban"), wanted("rural")
    urban, rural = urban.mask(outside, rural), rural.mask(in_town, urban)
    met = [(times["minutes"] <= limit).where(limit.notna()) for limit in (urban, rural)]
    in_target = met[0].astype("boolean").mask((met[0] != met[1]) | times["minutes"].isna())
    return times.assign(target=urban.where(urban == rural), due=urban.notna(), in_target=in_target)


def target_shares(times: pd.DataFrame) -> dict[str, Share]:
    """Arrivals within target by grade, and by grade and area where the area is known.

    ``times`` is what :func:`within_target` gives. ``emergency``, ``emergency, urban`` ...; incidents begun by
    officers, and grades without a target, are left out; those of which it can't be read whether they count are unknown.
    """
    rows = times[(times["due"] & (times["origin"] != OFFICER_INITIATED).fillna(True)).to_numpy(dtype=bool)]
    rows = rows.assign(in_target=rows["in_target"].mask(rows["counts"].isna()))
    shares = {}
    for grade, part in rows.groupby("grade", observed=True):
        shares[str(grade)] = Share.of(part["in_target"], part["incident_id"])
        for area, piece in part.groupby("area_type", observed=True):
            shares[f"{grade}, {area}"] = Share.of(piece["in_target"], piece["incident_id"])
    return shares


def response_summary(times: pd.DataFrame) -> pd.DataFrame:
    """Median and 90th centile of the response time by grade, incidents begun by officers apart.

    ``times`` is what :func:`within_target` gives. ``group``, ``label`` (with the force's own name of the grade
    where it gives one), ``n`` (response times), ``median``, ``p90``, ``target`` (minutes; missing where it is none or
    not the same for all), ``targets`` (text, where there are several), ``over_24_hours`` (of the times),
    ``before_clock`` and ``no_start`` (arrivals left out).
    """
    own = times["origin"].eq(OFFICER_INITIATED).fillna(False).astype(bool)
    grade = times["grade"].astype("object").where(times["grade"].notna(), "no grade")
    local = times["local_grade"].astype("object").where(times["local_grade"].notna(), grade)
    order = {name: number for number, name in enumerate((*GRADES, "no grade"))}
    # Several of a force's own grades may be one of the standard ones; they are shown as the force knows them.
    key = grade.map(order).fillna(len(order)).astype(int).astype(str) + " " + local.astype(str)
    words = grade.str.replace("_", " ").str.replace("no grade", "not recorded").str.capitalize()
    label = words.where(local == grade, words + " (" + local.astype(str) + ")")
    groups = times.assign(group=key.where(~own, "9 officer initiated"), label=label.where(~own, "Officer initiated"))
    rows = [_summary_row(name, part) for name, part in groups.groupby("group", sort=True)]
    columns = ["group", "label", "n", "median", "p90", "target", "targets",
               "before_clock", "over_24_hours", "no_start"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _summary_row(name: str, part: pd.DataFrame) -> dict[str, object]:
    minutes = part["minutes"].dropna().to_numpy(dtype=float)
    targets = [] if name.startswith("9") else sorted(part["target"].dropna().unique())
    return {
        "group": name,
        "label": str(part["label"].iloc[0]),
        "n": len(minutes),
        "median": float(np.median(minutes)) if len(minutes) else np.nan,
        "p90": float(np.quantile(minutes, 0.9)) if len(minutes) else np.nan,
        "target": float(targets[0]) if len(targets) == 1 else np.nan,
        "targets": " or ".join(f"{t:g}" for t in targets) + " min" if len(targets) > 1 else "",
        "before_clock": int((part["note"] == "before the clock").sum()),
        "over_24_hours": int((minutes > LONG_RESPONSE_MINUTES).sum()),
        "no_start": int((part["note"] == "no start").sum()),
    }


#: Which documents are response policies; one under review is still in force.
POLICY = {"types": ("policy",), "subject": "response_deployment", "statuses": ("approved", "under_review")}
ATTEND_ALL = ("attend_all_crimes", "attend_all_incidents")


def policies(report: Report) -> pd.DataFrame:
    """Response and deployment policies of the whole force in force at the snapshot. Rows of the document register."""
    rows = registers.documents(report.table("document"), **POLICY, in_force_on=report.settings.as_of)
    return registers.of_the_force(rows)


def _perhaps(report: Report, *codes: str) -> int:
    """Further ones that may be in force, or may say all this: the register doesn't tell."""
    rows = registers.perhaps(report.table("document"), *codes, **POLICY, in_force_on=report.settings.as_of)
    return len(registers.of_the_force(rows))


def attends_all(report: Report) -> tuple[bool, bool]:
    """Whether a policy in force says that all crimes, and all incidents, are attended."""
    rows = policies(report)
    crimes, incidents = (bool(registers.covers(rows, code).any()) for code in ATTEND_ALL)
    return crimes, incidents


def attendance_by_month(report: Report, attended: pd.DataFrame) -> pd.DataFrame:
    """Crimes attended among those whose attendance is known, by the month in which they were recorded.

    ``attended`` is what :func:`~hmic_analysis.measures.attendance.crime_attendance` gives. ``month``,
    ``numerator``, ``denominator`` for each whole month of the period; no row where a table is missing or the source
    can't tell attendance.
    """
    if report.unmeasurable("attendance_pct") or not report.given("crime", "incident", "incident_crime", "deployment"):
        attended = attended.iloc[:0]
    crime = report.flow("crime").drop_duplicates("crime_id").set_index("crime_id")
    recorded = crime["recorded_month"].reindex(attended["crime_id"]).set_axis(attended.index)
    return months.share_by_month(
        attended["attended"], recorded, report.settings.period_start, report.settings.period_end
    )


def policy_changes(report: Report, by_month: pd.DataFrame) -> dict[str, str]:
    """Months from which another response policy was in force, where the document register gives one.

    ``by_month`` is what :func:`attendance_by_month` gives. First whole month with it, after the first month of the
    frame, and what changed.
    """
    rows = registers.documents(
        report.table("document"),
        types=("policy",),
        subject="response_deployment",
        statuses=("approved", "under_review", "withdrawn"),
    )
    begun = {months.first_whole_month(day) for day in rows["effective_from"].dropna()}
    inside = [month for month in sorted(begun) if month in set(by_month["month"].iloc[1:])]
    return {f"{month.year}-{month.month:02d}": "Another response policy" for month in inside}


def compare_forces(report: Report) -> registers.PolicyCount | None:
    """Policies of the 43 forces; None where no reference was supplied or the force is not one of them."""
    if report.settings.force.kind != "territorial":
        return None
    reference = report.table("force_reference", force=NATIONAL)
    if reference.empty:
        return None
    return registers.policy_count(reference, report.territorial, report.force)


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A2."""
    found = policies(report)
    complete = report.answer("document").register_complete
    register = report.gap("document")
    count = None if register is not None else len(found)
    documents = grade_documents(count, registers.corroborated(found))
    knowledge = report.indicator("knowledge_correct_pct")
    staff = report.gap("knowledge_check") or at_least(
        knowledge, report.settings.threshold("knowledge_correct_pct"), min_n=report.settings.min_n
    )
    exists = register or existence(count, complete, what="response policies in force", perhaps=_perhaps(report))
    promise = _promise(report, register, complete)
    few, grade_few = _few(report, promise)
    return [
        report.claim(
            "A2a", all_of(exists, staff), weakest(documents, grade_indicator(knowledge)) if knowledge else "-"
        ),
        report.claim("A2b", promise, documents),
        report.claim("A2c", few, grade_few),
    ]


def _promise(report: Report, register: Decision | None, complete: bool | None) -> Decision:
    """What the text says; practice below it doesn't refute a sentence about policy, but is flagged."""
    if register is not None:
        return register
    rows = policies(report)
    crimes, incidents = attends_all(report)
    if rows.empty:
        decision = existence(0, complete, what="response policies in force", perhaps=_perhaps(report, *ATTEND_ALL))
    elif crimes and incidents:
        why = f"The policy in force says that officers attend all crimes and all incidents: {_version(rows)}."
        grade = grade_documents(len(rows), registers.corroborated(rows))
        decision = Decision("supported", why=why) if grade == "C" else undecided("uncorroborated", why=why)
    elif more := _perhaps(report, *ATTEND_ALL):
        why = f"Of {more} response policies it is not known whether they are in force, or what they promise."
        decision = undecided("missing_spans_threshold", why=why)
    else:
        said = [w for w, yes in (("all crimes", crimes), ("all incidents", incidents)) if yes]
        text = f"attendance to {said[0]} only" if said else "neither attendance to all crimes nor to all incidents"
        decision = Decision("contradicted", why=f"The policy in force promises {text}.")
    gap = report.settings.threshold("policy_breach_gap_pct")
    breaches = [report.indicator(f"policy_breach_pct[{s}]") for s in ("crimes", "incidents")]
    if any(b is not None and b.lo_missing is not None and b.lo_missing > gap for b in breaches):
        decision = decision.flagged("policy_practice_gap")
    # A promise that is being reviewed holds for the version named, and may not outlast the letter.
    under_review = registers.review_at(rows, report.settings.as_of).open
    return decision.flagged("time_limited") if under_review else decision


def _version(rows: pd.DataFrame) -> str:
    """Title, reference and first day of the policies that promise it."""
    promising = rows[pd.concat([registers.covers(rows, c) for c in ATTEND_ALL], axis=1).any(axis=1).to_numpy()]
    since = promising["effective_from"].fillna(promising["approved_on"])
    dated = ["no day given" if pd.isna(day) else f"in force since {say_date(day.date())}" for day in since]
    named = zip(promising["title"], promising["document_id"], dated, strict=True)
    return "; ".join(f"{title} ({reference}, {when})" for title, reference, when in named)


def _few(report: Report, promise: Decision) -> tuple[Decision, Grade]:
    """One of the few by the list of all forces; open where the list and the force's own policy disagree about it."""
    count = compare_forces(report)
    if report.settings.force.kind != "territorial":
        return undecided("comparators_missing", why="Only the 43 territorial forces are compared."), "-"
    if count is None:
        return undecided("comparators_missing", why="No reference of the forces' policies was supplied."), "-"
    limit = report.settings.quantifier("few").max_forces
    if limit is None:
        return undecided("comparators_missing", why="The parameters give no number for 'few forces'."), "-"
    decision = few_forces(count.attend_all, count.unknown, count.forces, limit, count.this_force)
    listed = {"supported": True, "contradicted": False}.get(promise.verdict)
    # Where too many have one it isn't one of the few, whichever of the two is right about it.
    if count.attend_all <= limit and None not in (listed, count.this_force) and listed != count.this_force:
        said = "has such a policy" if count.this_force else "has no such policy"
        why = f"{decision.why} By the list the force {said}; its own register says otherwise: {promise.why}"
        decision = undecided("sources_conflict", why=why)
    reference: Indicator | None = report.indicator("n_forces_attend_all")
    return decision, grade_indicator(reference)
