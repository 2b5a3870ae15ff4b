"""F1: whether the force works towards understanding its demand, and analyses it."""

from datetime import date

import numpy as np
import pandas as pd

from hmic_analysis.evidence.grades import grade_documents
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.findings.p1_strategy import NOT_THE_FORCES
from hmic_analysis.measures import registers
from hmic_analysis.measures.attendance import NOT_RECORDED, demand_incidents
from hmic_analysis.measures.base import Share, among, hours_between, local_days, open_blanks, unread, within
from hmic_analysis.measures.months import count_by_month
from hmic_analysis.statistics.intervals import Interval

# F1: what work comes in, when, and where the staff are.
#
# Shares by count and shares by time differ much, so both are always given.

WEEK_HOURS = 168
#: Types of its own that are shown for a source without national categories; the rest are put together.
MOST_TYPES = 10
#: Types that are drawn month by month, at most.
TYPES_DRAWN = 12
OTHER_TYPES = "all other types"


#: Where a deployment stands in the return: under names of their own, since hours are joined to incidents.
ORIGIN = {"source_file": "deployment_file", "source_row": "deployment_row"}


def by_closing(rows: pd.DataFrame) -> pd.DataFrame:
    """Demand incidents under their closing category alone; the opening one where a source has no closing ones.

    Missing where the category, or the result by which a duplicate is known, can't be read.
    """
    close = rows["category_close"].astype("object")
    category = rows["category"] if close.isna().all() else close.where(close.notna(), NOT_RECORDED)
    return rows.assign(category=category.astype("object").mask(unread(rows, "category_close", "result")))


def own_types(rows: pd.DataFrame) -> pd.DataFrame:
    """Incidents of a source without any national category, under the source's own types, the rarer ones as one.

    Those without a type stay apart.

    The rows as they are where any has a category or none has a type.

    ``rows``: result of :func:`demand_incidents`.
    """
    kind = rows["incident_type"].astype("object")
    if (rows["category"].dropna() != NOT_RECORDED).any() or kind.isna().all():
        return rows
    largest = kind.value_counts().head(MOST_TYPES).index
    own = kind.where(kind.isin(largest), OTHER_TYPES).mask(kind.isna(), NOT_RECORDED)
    return rows.assign(category=own.mask(rows["category"].isna() | unread(rows, "incident_type")))


def task_hours(deployment: pd.DataFrame, shift_hours: float) -> pd.DataFrame:
    """Resource-hours of each deployment: from arrival to clear, from assignment where nobody arrived.

    ``incident_id``, ``start``, ``hours`` (missing where a time is, or where the order is reversed), ``capped``
    (boolean), what came and where the row stands.  One listed twice is one.

    ``shift_hours``: length of a shift: nobody works on one task for longer, so a record left open counts as one shift.
    """
    times = ["assigned_at", "at_scene_at", "clear_at"]
    again = deployment.duplicated(["incident_id", "resource_id", *times]) & deployment["resource_id"].notna()
    deployment = deployment[~again.to_numpy(dtype=bool)]
    # An arrival that can't be read is one all the same: the work did not begin at assignment.
    arrived = unread(deployment, "at_scene_at")
    start = deployment["at_scene_at"].fillna(deployment["assigned_at"].mask(arrived))
    hours = hours_between(start, deployment["clear_at"])
    hours = hours.where(hours >= 0)
    table = {"incident_id": deployment["incident_id"], "start": start, "hours": hours.clip(upper=shift_hours)}
    kept = ("resource_type", "contact_mode", *ORIGIN)
    told = {ORIGIN.get(name, name): deployment[name] for name in kept if name in deployment}
    return pd.DataFrame(table | {"capped": hours > shift_hours} | told).reset_index(drop=True)


def hours_caveats(tasks: pd.DataFrame, shift_hours: float) -> tuple[str, ...]:
    """What must be said of the hours: how many were capped, and how many deployments have none.

    ``tasks`` is what :func:`task_hours` gives.
    """
    capped, without, n = int(tasks["capped"].sum()), int(tasks["hours"].isna().sum()), len(tasks)
    said = []
    if capped:
        said.append(f"Capped at a shift of {shift_hours:g} hours: {capped:,} of {n:,} deployments.")
    if without:
        said.append(f"Left out for want of times that can be believed: {without:,} of {n:,} deployments.")
    return tuple(said)


def demand_by_category(incident: pd.DataFrame, tasks: pd.DataFrame | None = None) -> pd.DataFrame:
    """Demand by category, by count and by time.

    ``tasks`` is what :func:`task_hours` or :func:`tasks_by_category` gives; without it, or without any usable time in
    it, there are no hours.
    ``category`` (the closing one; its own types, for a source without national ones), ``incidents``,
    ``share_count`` (%), ``hours``, ``share_hours`` (%; missing without hours); most incidents first, all other
    types last.
    """
    rows = own_types(by_closing(demand_incidents(incident)))[["incident_id", "category"]]
    table = rows.groupby("category").size().rename("incidents").reset_index()
    table["share_count"] = 100 * table["incidents"] / max(int(table["incidents"].sum()), 1)
    hours = pd.Series(dtype=float)
    if tasks is not None and len(tasks):
        spent = tasks if "category" in tasks else tasks_by_category(incident, tasks)
        hours = spent.groupby("category")["hours"].sum()
    table["hours"] = table["category"].map(hours).astype(float)
    total = float(table["hours"].sum())
    table["share_hours"] = 100 * table["hours"].fillna(0) / total if total > 0 else np.nan
    table["rest"] = table["category"] == OTHER_TYPES
    order = table.sort_values(["rest", "incidents", "category"], ascending=[True, False, True])
    return order.drop(columns="rest").reset_index(drop=True)


def tasks_by_category(incident: pd.DataFrame, tasks: pd.DataFrame) -> pd.DataFrame:
    """Deployments of usable times to demand incidents, with the ``category`` of :func:`demand_by_category`."""
    rows = own_types(by_closing(demand_incidents(incident)))[["incident_id", "category"]]
    return placed(tasks).dropna(subset="hours").merge(rows.drop_duplicates("incident_id"), on="incident_id")


def placed(tasks: pd.DataFrame) -> pd.DataFrame:
    """The result of :func:`task_hours` as rows of a return: with their places under the usual names."""
    return tasks.rename(columns={held: name for name, held in ORIGIN.items()})


def uncategorised(incident: pd.DataFrame) -> Share:
    """Incidents without a closing category.

    ``yes``: the closing category is blank, whatever the opening one was.  Unknown: it can't be read, or the result
    by which a duplicate is known; all are where a source holds opening categories alone.
    """
    rows = demand_incidents(incident)
    if rows["category_close"].isna().all() and rows["category_open"].notna().any():
        return Share.untold(rows["incident_id"])
    state = rows["category_close"].isna().astype("boolean").mask(unread(rows, "category_close", "result"))
    return Share.of(state, rows["incident_id"])


def week_hour(times: pd.Series) -> pd.Series:
    """Hour of the week of each time: 0 is Monday 00:00 to 01:00, 167 the last hour of Sunday.

    Integers, missing where the time is.

    ``times``: aware or naive wall-clock timestamps.
    """
    local = times.dt.tz_localize(None) if getattr(times.dtype, "tz", None) is not None else times
    return (local.dt.day_of_week * 24 + local.dt.hour).astype("Int64")


def week_profile(tasks: pd.DataFrame, duty_hours: pd.DataFrame) -> pd.DataFrame:
    """Share of resource-hours on incidents and share of staff-hours in each hour of the week.

    168 rows: ``week_hour``, ``demand_hours``, ``staff_hours``, ``demand_share``, ``staff_share`` (%; missing where
    a side has no hours at all).

    ``tasks``: result of :func:`task_hours`.  The hours of a deployment are spread over the clock hours it lasted.
    """
    demand = np.zeros(WEEK_HOURS)
    tasks = tasks.dropna(subset=["start", "hours"])
    if len(tasks):
        local = tasks["start"].dt.tz_localize(None) if tasks["start"].dt.tz is not None else tasks["start"]
        first = week_hour(tasks["start"]).to_numpy(dtype=int)
        offset = ((local - local.dt.floor("h")).dt.total_seconds() / 3600).to_numpy()
        left, position = tasks["hours"].to_numpy(dtype=float).copy(), first.copy()
        room = 1 - offset
        while (left > 0).any():
            step = np.minimum(left, room)
            np.add.at(demand, position % WEEK_HOURS, step)
            left, room, position = left - step, np.ones_like(room), position + 1
            left[left < 1e-9] = 0
    staff = np.zeros(WEEK_HOURS)
    duty = duty_hours.dropna(subset=["hour_start", "staff_hours"])
    if len(duty):
        np.add.at(staff, week_hour(duty["hour_start"]).to_numpy(dtype=int), duty["staff_hours"].to_numpy(dtype=float))
    table = pd.DataFrame({"week_hour": range(WEEK_HOURS), "demand_hours": demand, "staff_hours": staff})
    for side in ("demand", "staff"):
        total = table[f"{side}_hours"].sum()
        table[f"{side}_share"] = 100 * table[f"{side}_hours"] / total if total > 0 else np.nan
    return table


def staff_fit(profile: pd.DataFrame) -> float | None:
    """How well staff hours follow demand over the week.

    ``profile`` is what :func:`week_profile` gives. 1 minus half the sum of absolute differences of the two shares:
    1 where they agree in each hour of the week, 0 where they never meet; None where a side is missing.
    """
    difference = (profile["demand_share"] - profile["staff_share"]).abs()
    return None if difference.isna().any() else float(1 - difference.sum() / 200)


def other_hours(demand_task: pd.DataFrame) -> pd.Series:
    """Hours of each logged task that is no deployment.

    Those given, else its length; missing where that is impossible, or where hours were given that can't be read.
    """
    between = hours_between(demand_task["started_at"], demand_task["ended_at"])
    between = between.where((between >= 0) & ~unread(demand_task, "resource_hours"))
    return demand_task["resource_hours"].astype(float).fillna(between)


def other_hours_caveat(demand_task: pd.DataFrame) -> tuple[str, ...]:
    """What must be said of logged tasks whose hours are not known: they count for none."""
    without = int(other_hours(demand_task).isna().sum())
    if not without:
        return ()
    return (f"Left out for want of times that can be believed: {without:,} of {len(demand_task):,} other tasks.",)


def logged_beside_duty(tasks: pd.DataFrame, demand_task: pd.DataFrame, duty_hours: pd.DataFrame) -> pd.DataFrame:
    """Hours of logged work, and hours on duty.

    ``tasks`` is what :func:`task_hours` gives. ``label`` and ``value``, hours: deployments, other logged tasks, on
    duty; missing where none were supplied. What is not logged is unknown, not idle.
    """
    other = np.nan
    if len(demand_task):
        other = float(other_hours(demand_task).sum())
    hours = {
        "Logged: deployments": float(tasks["hours"].sum(min_count=1)),
        "Logged: other tasks": other,
        "On duty": float(duty_hours["staff_hours"].astype(float).sum(min_count=1)),
    }
    return pd.DataFrame(hours.items(), columns=["label", "value"])


#: What is said where more hours were logged than staff were on duty.
OVERLAP = (
    "More hours were logged than staff were on duty: logs overlap, or staff were on duty whose hours were not supplied."
)


def all_logged(tasks: pd.DataFrame, demand_task: pd.DataFrame) -> Share:
    """What was logged, of :func:`task_hours` and of other tasks: what the hours of :func:`logged_beside_duty` sum."""
    own = demand_task.assign(start=demand_task["started_at"], hours=other_hours(demand_task))
    names = ["task_id", "task_type", "start", "hours", "source_file", "source_row"]
    parts = [
        part.reindex(columns=["incident_id", "resource_type", *names]).dropna(subset="hours").assign(logged=what)
        for what, part in (("deployment", placed(tasks)), ("other task", own))
    ]
    rows = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return Share.of_amounts(pd.Series(True, rows.index), rows, rows["hours"].astype(float))


def hours_of_any(spent: pd.DataFrame) -> float:
    """Resource-hours on incidents whose category can't be read, of :func:`tasks_by_category`."""
    return float(spent.loc[spent["category"].isna(), "hours"].sum())


def hours_of_none(report: Report) -> float:
    """Resource-hours of the period's deployments that lead to no incident: of any demand, or of none that counts."""
    most = report.build.lone("demand_logged_hours_rate").more
    if not most:
        return 0.0
    settings, deployment = report.settings, report.table("deployment")
    lone = deployment[~among(deployment["incident_id"], report.table("incident")["incident_id"]).to_numpy(dtype=bool)]
    tasks = task_hours(lone, settings.definition("shift_hours"))
    tasks = within(tasks, settings.period_start, settings.period_end, "start")
    used = report.fit_of("demand_logged_hours_rate").used
    tasks = tasks[tasks["start"].dt.strftime("%Y-%m").isin(used).to_numpy(dtype=bool)]
    # Incidents that were set aside have deployments too, which lead somewhere: no more than lead nowhere are counted.
    return float(tasks["hours"].nlargest(most).sum())


def fit_bounds(profile: pd.DataFrame, lost: float) -> Interval | None:
    """The least and the most that :func:`staff_fit` can be where hours of work are not placed.

    ``profile`` is what :func:`week_profile` gives. ``lost`` is what :func:`hours_of_none` gives. Hours added move a
    share of the week by no more than their own part of all hours.
    """
    fit, hours = staff_fit(profile), float(profile["demand_hours"].sum())
    if fit is None or not lost:
        return None
    room = lost / (hours + lost)
    return Interval(max(fit - room, 0.0), min(fit + room, 1.0))


def logged_hours(
    report: Report, hours: pd.DataFrame, caveats: tuple[str, ...], lost: float = 0, units: Share | None = None
) -> Indicator:
    """Hours logged for every 100 on duty; more than 100 is said to be what it is.

    ``hours``: result of :func:`logged_beside_duty`.
    ``caveats``: result of :func:`hours_caveats`.
    ``lost``: result of :func:`hours_of_none`: hours that may have been logged beside these.
    ``units``: result of :func:`all_logged`.
    """
    logged, on_duty = hours["value"].iloc[:-1].sum(min_count=1), hours["value"].iloc[-1]
    if not on_duty > 0 or pd.isna(logged):
        note = "No logged work was supplied." if on_duty > 0 else "No hours on duty were supplied."
        return report.build.figure("demand_logged_hours_rate", None, note=note)
    overlap = (OVERLAP,) if logged > on_duty else ()
    return report.build.figure(
        "demand_logged_hours_rate",
        100 * logged / on_duty,
        numerator=logged,
        denominator=on_duty,
        unknown=lost,
        bounds=Interval(100 * logged / on_duty, 100 * (logged + lost) / on_duty) if lost else None,
        caveats=(*overlap, *caveats),
        units=units,
    )


def say_logged_hours(report: Report) -> str:
    """The headline of the chart of hours logged beside hours on duty; empty where there are none."""
    figure = report.indicator("demand_logged_hours_rate")
    if figure is None or figure.value is None:
        return ""
    said = f"For every 100 hours on duty {figure.value:,.0f} were logged"
    return f"{said}: logs overlap" if figure.value > 100 else f"{said}; what the others went into is not known"


def count_shares(categories: pd.DataFrame, incident: pd.DataFrame) -> dict[str, Share]:
    """Share of incidents in each category.

    ``categories``: result of :func:`demand_by_category`.
    ``incident``: what it was made from.
    """
    rows = own_types(by_closing(demand_incidents(incident)))
    unknown = rows["category"].isna()
    return {
        category: Share.of((rows["category"] == category).astype("boolean").mask(unknown), rows["incident_id"])
        for category in categories["category"]
    }


def labelled(categories: pd.DataFrame) -> pd.DataFrame:
    """Demand by category, with the names of the categories as people write them.

    ``categories`` is what :func:`demand_by_category` gives. With ``label``.
    """
    words = {"asb": "Anti-social behaviour", "public_safety_welfare": "Public safety and welfare"}
    label = [words.get(c, c.replace("_", " ").capitalize()) for c in categories["category"]]
    return categories.assign(label=label)


def of_incidents(deployment: pd.DataFrame, incident: pd.DataFrame) -> pd.DataFrame:
    """The deployments that belong to some incidents.

    ``deployment``, ``incident``: the tables of those names, the second cut to a period.
    """
    return deployment[among(deployment["incident_id"], incident["incident_id"]).to_numpy(dtype=bool)]


# F1: what work comes in, month by month.


def monthly_counts(frame: pd.DataFrame, month: str, group: str) -> pd.DataFrame:
    """Rows by month and group.

    ``month``, ``group``, ``value``; every group in every month that has a row, 0 where it has none itself.  A month
    without any row is a gap: nothing tells it from one not supplied.

    ``month``: column of months (first days) or dates.
    ``group``: column of groups; blank ones are called ``not recorded``.
    """
    months = local_days(frame[month]).dt.to_period("M").dt.to_timestamp()
    groups = frame[group].astype("object").where(frame[group].notna(), "not recorded")
    counts = pd.crosstab(months, groups)
    if counts.empty:
        return pd.DataFrame({"month": pd.Series(dtype="datetime64[ns]"), "group": [], "value": []})
    every = pd.date_range(counts.index.min(), counts.index.max(), freq="MS")
    tidy = counts.reindex(every).rename_axis("month").reset_index()
    return tidy.melt(id_vars="month", var_name="group", value_name="value")


def incidents_by_month(incident: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Incidents that are demand in each whole month of a period.

    ``month``, ``value``; duplicates and tests are left out.
    """
    return count_by_month(demand_incidents(incident)["created_month"], start, end)


def types_over_time(incident: pd.DataFrame, crime: pd.DataFrame) -> pd.DataFrame:
    """Incidents by category and recorded crimes by type, month by month; the largest, in the order of size.

    ``month``, ``group``, ``value``.  Crimes take the publisher's type, else the offence group; a category ``crime``
    of incidents is named ``Crime incidents``, since an incident is not a recorded crime.

    ``incident``, ``crime``: the tables of those names, cut to a period.
    """
    types = own_types(by_closing(demand_incidents(incident))).fillna({"category": NOT_RECORDED})
    calls = labelled(types).assign(month=lambda f: f["created_month"])
    calls["label"] = calls["label"].replace({"Crime": "Crime incidents", "Not recorded": "Incidents, not categorised"})
    kind = crime["crime_type"].astype("object")
    group = crime["offence_group"].astype("object").str.replace("_", " ").str.capitalize()
    label = kind.where(kind.notna(), group).fillna("Crimes, type not recorded")
    crimes = pd.DataFrame({"month": crime["recorded_month"], "label": label})
    parts = [monthly_counts(part, "month", "label") for part in (calls, crimes) if len(part)]
    if not parts:
        return monthly_counts(crimes, "month", "label")
    tidy = pd.concat(parts, ignore_index=True)
    size = tidy.groupby("group")["value"].sum().sort_values(ascending=False, kind="stable").head(TYPES_DRAWN)
    tidy = tidy[tidy["group"].isin(size.index)]
    order = {name: number for number, name in enumerate(size.index)}
    return tidy.sort_values(["group", "month"], key=lambda c: c.map(order) if c.name == "group" else c).reset_index(
        drop=True
    )


#: What an analysis of demand can be about.
ASPECTS = ("incident_types", "activity_time", "place", "hour")


def products(report: Report) -> pd.DataFrame:
    """Analyses of demand of the last months on which a decision is recorded. Rows of the document register."""
    settings = report.settings
    found = analyses(report.table("document"), settings.as_of, int(settings.definition("product_months")))
    return found[found["counts"].fillna(False).to_numpy(dtype=bool)].drop(columns="counts")


def analyses(document: pd.DataFrame, as_of: date, months: int) -> pd.DataFrame:
    """Each analysis of demand: whether it was approved in so many months up to a day, with a decision on record.

    The rows, with ``counts``: a nullable boolean, missing where the day of approval is blank, or it, the decision or
    the scope can't be read.  No: those of partnerships and of the commissioner.
    """
    document = open_blanks(document, "covers", "decision_recorded")
    rows = registers.documents(document, types=("demand_analysis",), subject="demand")
    last, when = pd.Timestamp(as_of), rows["approved_on"]
    lately = ((when > last - pd.DateOffset(months=months)) & (when <= last)).astype("boolean").mask(when.isna())
    decided = rows["decision_recorded"].astype("boolean").fillna(False).mask(unread(rows, "decision_recorded"))
    own = (~rows["scope"].isin(list(NOT_THE_FORCES))).astype("boolean").mask(unread(rows, "scope"))
    return rows.assign(counts=lately & decided & own)


#: Which documents may be plans on demand.
PLANNED = {"types": ("plan", "terms_of_reference"), "subject": "demand"}


def plans(report: Report) -> pd.DataFrame:
    """Dated plans on demand in force at the snapshot. Rows of the document register."""
    return registers.documents(report.table("document"), **PLANNED, in_force_on=report.settings.as_of)


def perhaps(report: Report) -> tuple[int, int]:
    """Further analyses, and further plans, of which it is not known whether they count."""
    document, settings = report.table("document"), report.settings
    found = analyses(document, settings.as_of, int(settings.definition("product_months")))
    return int(found["counts"].isna().sum()), len(registers.perhaps(document, **PLANNED, in_force_on=settings.as_of))


def aspects_covered(rows: pd.DataFrame) -> list[str]:
    """Aspects of demand that at least one of the analyses covers."""
    return [aspect for aspect in ASPECTS if registers.covers(rows, aspect).any()]


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of F1."""
    gap = report.gap("document")
    found, planned = products(report), plans(report)
    complete = report.answer("document").register_complete
    both = pd.concat([found, planned])
    steps = None if gap else len(both)
    return [
        report.claim(
            "F1a",
            gap or _steps(report, len(found), len(planned), complete),
            grade_documents(steps, registers.corroborated(both)),
        ),
        report.claim(
            "F1b",
            gap or _analysis(report, found, complete),
            grade_documents(None if gap else len(found), registers.corroborated(found)),
        ),
    ]


def _steps(report: Report, found: int, planned: int, complete: bool | None) -> Decision:
    wanted = int(report.settings.threshold("min_products"))
    why = f"{found} analyses with a decision and {planned} dated plans; test: at least {wanted} and 1."
    if found >= wanted and planned >= 1:
        return Decision("supported", why=why)
    more = perhaps(report)
    if any(more):
        why = f"{why} Of {more[0]} more analyses and {more[1]} plans it is not known whether they count."
        return undecided("missing_spans_threshold", why=why)
    if not complete:
        return undecided("register_undeclared", why=why)
    if found == 0 and planned == 0:
        return Decision("contradicted", why=f"{why} The register was declared complete.")
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _analysis(report: Report, found: pd.DataFrame, complete: bool | None) -> Decision:
    wanted = int(report.settings.threshold("min_coverage"))
    aspects = aspects_covered(found)
    named = ", ".join(a.replace("_", " ") for a in aspects) or "none"
    why = f"{len(found)} analyses with a decision cover {named}; test: at least {wanted} of {len(ASPECTS)} aspects."
    if len(aspects) >= wanted:
        return Decision("supported", why=why)
    if more := perhaps(report)[0] + int(unread(found, "covers").sum()):
        why = f"{why} Of {more} analyses it is not known whether they count, or what they cover."
        return undecided("missing_spans_threshold", why=why)
    if len(found) == 0:
        if complete:
            return Decision("contradicted", why=f"{why} The register was declared complete.")
        return undecided("register_undeclared", why=why)
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))
