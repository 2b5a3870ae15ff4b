"""F5: whether the force has invested in mobile devices, and whether they reach its systems."""

from __future__ import annotations

from hmic_analysis.evidence.grades import grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, undecided
from hmic_analysis.measures import device_coverage, devices


def systems(report: Report, usable: devices.Usable | None, listed: int) -> Indicator:
    """Force systems usable on devices, as an indicator.

    Parameters
    ----------
    report : Report
    usable : Usable or None
        None where no device was in hand.
    listed : int
        Systems asked about.

    Returns
    -------
    Indicator
        Its value counts the devices whose systems are recorded; its bounds count the others either way.
    """
    said = usable.said if usable else None
    found = report.build.figure(
        "systems_on_mobile_n",
        said,
        numerator=said,
        denominator=listed if usable else None,
        unknown=usable.at_most - usable.sure if usable else 0,
        window="as_of",
    )
    bounds = {"lo_missing": usable.sure, "hi_missing": usable.at_most} if usable else {}
    return found.model_copy(update=bounds)


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of F5.

    Parameters
    ----------
    report : Report
        With ``device_coverage_pct``, ``device_active_pct`` and ``systems_on_mobile_n`` taken.

    Returns
    -------
    list of ClaimEvidence
    """
    coverage, active = report.indicator("device_coverage_pct"), report.indicator("device_active_pct")
    return [
        report.claim(
            "F5a",
            report.gap("device", "staff") or _invested(report),
            grade_indicator(coverage),
            "device_coverage_pct",
            "mobile_spend_per_officer",
        ),
        report.claim(
            "F5b",
            report.gap("device") or _reaches(report),
            weakest(_grade_systems(report), grade_indicator(active)),
            "systems_on_mobile_n",
            "device_active_pct",
            "offstation_session_pct",
        ),
    ]


def _invested(report: Report) -> Decision:
    """Devices in hand and money spent on them: leftovers of an old trial are no investment."""
    limit = report.settings.threshold
    held = at_least(report.indicator("device_coverage_pct"), limit("coverage_pct"), min_n=report.settings.min_n)
    if held.verdict != "supported":
        return held
    gap = report.gap("device_spending")
    if gap is not None:
        return gap
    months = int(limit("spend_months"))
    spent = device_coverage.spending(report.table("device_spending"), report.settings.as_of, months)
    why = f"{held.why} Spending approved or ordered in {months} months, decisions: {spent.decisions}; test: at least 1."
    if spent.decisions:
        return Decision("supported", why=why)
    return undecided("in_part", why=why, flags=("wording_mismatch",))


def _reaches(report: Report) -> Decision:
    """Enough systems, and devices in use: a count of devices shows neither."""
    limit = report.settings.threshold
    wanted = int(limit("min_systems"))
    usable = report.indicator("systems_on_mobile_n")
    if usable is None or usable.value is None:
        return undecided("no_data", why="No device in hand at the snapshot says which systems it reaches.")
    least, most = usable.lo_missing, usable.hi_missing
    found = f"{most:.0f}" if least == most else f"{least:.0f} to {most:.0f}"
    why = f"{usable.label}: {found}; test: at least {wanted}."
    if most < wanted:
        return Decision("contradicted", why=why)
    gap = report.gap("device_session")
    if gap is not None:
        return gap
    reach = Decision("supported", why=why) if least >= wanted else undecided("missing_spans_threshold", why=why)
    used = at_least(
        report.indicator("device_active_pct"),
        limit("active_supported_pct"),
        limit("active_contradicted_pct"),
        report.settings.min_n,
    )
    return all_of(reach, used)


def _grade_systems(report: Report) -> Grade:
    """The list of systems is a record of each device: graded by how many give one."""
    usable = report.indicator("systems_on_mobile_n")
    if usable is None or usable.value is None:
        return "-"
    return "C" if usable.unknown else "B"
