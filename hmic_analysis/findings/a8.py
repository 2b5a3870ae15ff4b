"""A8: whether dispatchers have a mapping system, and use it to send the most appropriate resource."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.grades import grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.rules import request_gap
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, undecided
from hmic_analysis.evidence.wording import say_date
from hmic_analysis.measures import dispatching, registers
from hmic_analysis.measures.base import Share
from hmic_analysis.measures.plans import NOT_THE_FORCES

#: Item of the data-request log: how many mapping systems dispatchers use.
ITEM = "dispatch_mapping_system"
TESTS = {"located_resource_pct": "positions_known_pct", "suitable_or_reasoned_pct": "suitable_pct"}


def descriptions(report: Report) -> pd.DataFrame:
    """Documents in force that describe the dispatchers' mapping system.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        Rows of the document register.
    """
    rows = registers.documents(
        report.table("document"),
        types=("procedure", "policy", "report"),
        subject="dispatch",
        in_force_on=report.settings.as_of,
    )
    own = ~rows["scope"].isin(list(NOT_THE_FORCES))
    return rows[(own & registers.covers(rows, "mapping_system")).to_numpy(dtype=bool)]


def days_supplied(report: Report) -> tuple[str, ...]:
    """Which days the dispatches are of, as the caveat of figures; none without dispatches.

    Parameters
    ----------
    report : Report

    Returns
    -------
    tuple of str
    """
    days = dispatching.days_covered(report.flow("dispatch"))
    if days.empty:
        return ()
    first, last = say_date(days.iloc[0].date()), say_date(days.iloc[-1].date())
    return (f"Dispatches of {len(days):,} days between {first} and {last}",)


def located(report: Report, share: Share, carrier: str = "") -> Indicator:
    """Time on duty with a known position, as an indicator.

    Parameters
    ----------
    report : Report
    share : Share
        Minutes.
    carrier : str
        ``vehicle``, ``foot``, or empty for both.

    Returns
    -------
    Indicator
        Without an interval: the minutes of one resource depend on each other, so one from their number would be far
        too narrow.
    """
    indicator = report.build.share("located_resource_pct", share, stratum=carrier)
    return indicator.model_copy(update={"lo": None, "hi": None, "interval": ""})


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of A8.

    Parameters
    ----------
    report : Report
        With ``located_resource_pct`` and ``suitable_or_reasoned_pct`` taken.

    Returns
    -------
    list of ClaimEvidence
    """
    exists, grade = _exists(report)
    used = [report.indicator(i) for i in TESTS]
    figures = ("suitable_or_reasoned_pct", "located_resource_pct", "nearest_suitable_pct", "override_reason_pct")
    return [
        report.claim("A8a", exists, grade),
        report.claim(
            "A8b",
            _used(report, exists),
            weakest(*(grade_indicator(i) for i in used)) if all(used) else "-",
            *figures,
            "located_incident_pct",
            "excess_travel_min_median",
        ),
    ]


def _exists(report: Report) -> tuple[Decision, Grade]:
    """Documents and the log of dispatches speak for a system; only the force's own word speaks against one."""
    found, on_screen = descriptions(report), dispatching.map_used(report.flow("dispatch")).yes
    answer = report.answer(ITEM)
    said = f"documents in force that describe it: {len(found)}; dispatches with it on screen: {on_screen:,}"
    denied = answer.status == "provided" and answer.stated_value == 0
    if denied and (len(found) or on_screen):
        return undecided("sources_conflict", why=f"The force states that there is none, yet: {said}."), "C"
    if denied:
        return Decision("contradicted", why="The force states that dispatchers have no mapping system."), "C"
    if len(found) or on_screen:
        known = bool(on_screen) or registers.corroborated(found)
        return Decision("supported", why=f"{said[0].upper()}{said[1:]}."), "C" if known else "D"
    nothing = "No document in force describes one, and no dispatch log shows one in use"
    if answer.status == "provided" and answer.stated_value:
        return undecided("uncorroborated", why=f"The force states {answer.stated_value:g}. {nothing}."), "D"
    gap = report.gap("document") or request_gap(answer.status)
    return gap or undecided("no_data", why=f"{nothing}."), "-"


def _used(report: Report, exists: Decision) -> Decision:
    if exists.verdict == "contradicted":
        return Decision("contradicted", why=f"{exists.why} So it can't be used.")
    gap = report.gap("dispatch", "position")
    if gap is not None:
        return gap
    limit, min_n = report.settings.threshold, report.settings.min_n
    return all_of(*(at_least(report.indicator(i), limit(test), min_n=min_n) for i, test in TESTS.items()))
