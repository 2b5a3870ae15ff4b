"""A1: the route by which crime is recorded, and whether the force knows how many crimes it attends."""

import pandas as pd

from hmic_analysis.evidence.grades import grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import (
    Decision,
    all_of,
    at_least,
    decision_bounds,
    request_gap,
    undecided,
    unsupported,
)
from hmic_analysis.measures.attendance import (
    REPORT_DAYS,
    contacts,
    dispatches_on_record,
    links_left_out,
    recorded_crimes,
)
from hmic_analysis.measures.base import Share
from hmic_analysis.measures.registers import UNDATED, UNREADABLE
from hmic_analysis.words import sentence_case

#: Tables without which attendance to crimes can't be worked out.
ATTENDANCE_TABLES = ("crime", "incident", "incident_crime", "deployment")


def stated_difference(report: Report, rate: Share) -> Indicator:
    """How far the rate that the force stated lies from the one recomputed from its records.

    ``attendance_reconciliation_pp``: the least difference, crimes of unknown attendance counted either way; without
    a value where the force stated no rate or none can be recomputed.

    ``rate``: recorded crimes attended.
    """
    answer = report.answer("attendance_pct")
    stated = answer.stated_value
    name = "attendance_reconciliation_pp"
    if stated is None:
        gap = request_gap(answer.status) if answer.status in (UNDATED, UNREADABLE) else None
        return report.build.figure(name, None, note=gap.why if gap else "The force stated no rate.")
    if rate.known == 0:
        return report.build.figure(name, None, note="No rate can be recomputed from the records.")
    rate = report.build.unsure(name, rate)
    lo, hi = 100 * rate.yes / rate.total, 100 * (rate.yes + rate.unknown) / rate.total
    distance = max(lo - stated, stated - hi, 0.0)
    return report.build.figure(
        name,
        distance,
        note=f"Stated {stated:.1f}%; recomputed {lo:.1f}% to {hi:.1f}% of {rate.total:,} crimes.",
        units=rate,
    )


def by_route(report: Report) -> pd.DataFrame:
    """Crimes with a prior incident by route, for a chart; its threshold is for those that the public reported."""
    frame = report.groups("crime_with_incident_pct")
    apart = [sentence_case(route) for route in report.settings.attendance.excluded_routes]
    return frame.assign(apart=frame["label"].isin(apart))


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A1."""
    prior = report.indicator("crime_with_incident_pct")
    known = report.indicator("attendance_known_pct")
    difference = report.indicator("attendance_reconciliation_pp")
    reconciled = reconciles(report)
    grade = grade_indicator(prior, reconciled) if prior else "-"
    return [
        report.claim("A1a", _goes_through_incidents(report, prior), grade),
        report.claim("A1b", _knows(report, known, difference), _grade_knowing(report, known, reconciled)),
    ]


def reconciles(report: Report) -> bool | None:
    """Whether the recorded crimes supplied are within 2 % of the count that the force published.

    None where the data-request log holds no published count (item ``crimes_recorded``).
    """
    published = report.answer("crimes_recorded").stated_value
    if not published or not report.given("crime"):
        return None
    return abs(len(recorded_crimes(report.flow("crime"))) - published) <= 0.02 * published


def _goes_through_incidents(report: Report, prior: Indicator | None) -> Decision:
    decision = report.tested("A1a")
    if decision.verdict != "contradicted":
        return decision
    return (
        _links_lost(report, decision, prior, report.settings.threshold("prior_incident_contradicted_pct")) or decision
    )


def _links_lost(report: Report, share: Decision, figure: Indicator, limit: float) -> Decision | None:
    """Why links that are missing say nothing against the force: they may have been left out of what was supplied."""
    # A report of the days before the period may be that of a crime of its first.
    tables = [report.flow("crime"), report.table("incident"), report.table("incident_crime")]
    lost = links_left_out(*tables, report.settings.attendance.excluded_routes)
    if not figure.denominator or decision_bounds(figure)[1] + 100 * lost / figure.denominator < limit:
        return None
    why = (
        f"{share.why} For {lost:,} crimes without a link an incident without one names the same victim, in the "
        f"{REPORT_DAYS} days before: the list of links may not be whole."
    )
    return undecided("sources_conflict", why=why)


def _knows(report: Report, known: Indicator | None, difference: Indicator | None) -> Decision:
    limit = report.settings.threshold
    answer = report.answer("attendance_pct")
    if answer.status == "nil_return_unable":
        return Decision("contradicted", ("nil_return_unable",), why="The force answered that it cannot give the rate.")
    records = report.gap(*ATTENDANCE_TABLES)
    share = None
    if records is None:
        share = at_least(
            known,
            limit("attendance_known_supported_pct"),
            limit("attendance_known_contradicted_pct"),
            report.settings.min_n,
        )
        if share.verdict == "contradicted":
            left_out = _left_out(report, share)
            return left_out or _links_lost(report, share, known, limit("attendance_known_contradicted_pct")) or share
    asked = request_gap(answer.status)
    if asked is not None:
        # What the source can't show outweighs that nobody was asked: asking would not help this source.
        return records if records is not None and "source_cannot_tell" in records.reasons else asked
    if answer.stated_value is None:
        return undecided("no_stated_value", why="The force stated no attendance rate.")
    if records is not None:
        return unsupported(records, f"The force stated {answer.stated_value:g}%")
    return all_of(share, _reproduces(difference, limit("reconciliation_points")))


def _left_out(report: Report, share: Decision) -> Decision | None:
    """Why nothing is said against the force: what its systems may well hold is not in what was supplied."""
    deployment = report.table("deployment")
    seen = contacts(deployment, report.settings.attendance)
    came = seen["any_arrived"].astype(bool)
    if not came.any() or seen.loc[came, "unknown_type"].all():
        lacks = "what kind of resource arrived" if came.any() else "of any resource that it arrived"
        return undecided("source_cannot_tell", why=f"{share.why} The list of deployments says nowhere {lacks}.")
    sent = dispatches_on_record(report.flow("incident"), deployment)
    if 100 * sent.no > report.settings.max_unmatched_pct * sent.total:
        why = f"{share.why} Of {sent.total:,} incidents with a time of dispatch {sent.no:,} have no deployment."
        return undecided("sources_conflict", why=why)
    return None


def _reproduces(difference: Indicator | None, points: float) -> Decision:
    if difference is None or difference.value is None:
        return undecided("not_reproduced", why=difference.note if difference else "")
    why = f"{difference.note} Difference {difference.value:.1f} points; test: at most {points:g}."
    return Decision("supported", why=why) if difference.value <= points else undecided("not_reproduced", why=why)


def _grade_knowing(report: Report, known: Indicator | None, reconciled: bool | None):
    status = report.answer("attendance_pct").status
    if status == "nil_return_unable":
        # The force's own word that it can't is the best evidence there is of it, yet nothing else bears it out.
        return "C"
    return weakest(grade_indicator(known, reconciled)) if known else "-"
