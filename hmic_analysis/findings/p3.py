"""P3: whether there is a problem-solving database, whether all teams keep using it, and what is learned from it."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents, grade_indicator, weakest
from hmic_analysis.evidence.model import ClaimEvidence, Grade, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.rules import reaches
from hmic_analysis.evidence.verdicts import Decision, all_of, at_least, decision_bounds, undecided
from hmic_analysis.evidence.wording import say_date
from hmic_analysis.findings.signed import gap_but_signed, signed
from hmic_analysis.measures import registers
from hmic_analysis.measures.problem_use import Busiest


def complete(report: Report) -> bool:
    """Whether a month without an entry is one without use: the force signed for its records, and sent their updates.

    Parameters
    ----------
    report : Report

    Returns
    -------
    bool
    """
    return signed(report, "problem_record") and (report.given("problem_update") or not report.given("problem_record"))


def documents(report: Report) -> pd.DataFrame:
    """Documents in force that show the database.

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
        types=("policy", "procedure", "plan", "report", "terms_of_reference"),
        subject="crime_prevention",
        statuses=("approved", "under_review"),
        in_force_on=report.settings.as_of,
    )
    return rows[registers.covers(rows, "problem_solving_database").to_numpy(dtype=bool)]


def told(busiest: Busiest) -> str:
    """Which team entered most of its updates on one day, and when.

    Parameters
    ----------
    busiest : Busiest

    Returns
    -------
    str
    """
    if busiest.day is None:
        return "No team has enough updates to compare its days."
    return f"Largest share: {busiest.team}, {say_date(busiest.day)}."


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of P3.

    Parameters
    ----------
    report : Report
        With ``ps_team_months_active_pct``, ``ps_worst_team_active_pct``, ``ps_one_day_updates_pct``,
        ``ps_evaluated_pct`` and ``ps_shared_pct`` taken.

    Returns
    -------
    list of ClaimEvidence
    """
    active, worst = (report.indicator(i) for i in ("ps_team_months_active_pct", "ps_worst_team_active_pct"))
    done = [report.indicator(i) for i in ("ps_evaluated_pct", "ps_shared_pct")]
    return [
        report.claim("P3a", _exists(report), _grade_existence(report), "ps_team_months_active_pct"),
        report.claim(
            "P3b",
            _in_steady_use(report, active, worst),
            weakest(grade_indicator(active), grade_indicator(worst)),
            "ps_team_months_active_pct",
            "ps_worst_team_active_pct",
            "ps_stale_open_pct",
            "ps_update_gap_median_days",
            "ps_one_day_updates_pct",
        ),
        report.claim(
            "P3c",
            gap_but_signed(report, "problem_record") or _learned(report, *done),
            grade_indicator(done[0]) if done[0] and done[0].value is not None else _grade_existence(report),
            "ps_evaluated_pct",
            "ps_shared_pct",
        ),
    ]


def _seen(report: Report) -> tuple[int, int]:
    """Records opened by the snapshot, and documents that show the database."""
    opened = report.table("problem_record")["opened_on"]
    return int((opened <= pd.Timestamp(report.settings.as_of)).sum()), len(documents(report))


def _exists(report: Report) -> Decision:
    records, shown = _seen(report)
    why = f"{records:,} problem-solving records; documents that show a database: {shown}; test: at least one."
    if records or shown:
        return Decision("supported", why=why)
    gap = gap_but_signed(report, "problem_record")
    return gap or Decision("contradicted", why=f"{why} The force signed that its records are complete.")


def _grade_existence(report: Report) -> Grade:
    """Records show a database by themselves; a document needs something to bear it out."""
    records, shown = _seen(report)
    if records:
        return "B"
    if gap_but_signed(report, "problem_record") is None:
        return "C"
    return grade_documents(shown, registers.corroborated(documents(report))) if shown else "-"


def _in_steady_use(report: Report, active: Indicator | None, worst: Indicator | None) -> Decision:
    gap = gap_but_signed(report, "problem_record") or report.gap("neighbourhood_team")
    if gap is not None:
        return gap
    limit, least = report.settings.threshold, report.settings.min_n
    overall = at_least(active, limit("team_months_supported_pct"), limit("team_months_contradicted_pct"), least)
    decision = all_of(overall, _least_active(worst, limit("worst_team_pct"), least))
    if decision.verdict == "not_determinable" and not report.given("problem_update"):
        decision = report.gap("problem_update") or decision
    most = report.indicator("ps_one_day_updates_pct")
    if most is not None and most.value is not None and most.value > limit("one_day_updates_pct"):
        return decision.flagged("bulk_updates")
    return decision


def _least_active(worst: Indicator | None, wanted: float, least: int) -> Decision:
    """At least so many of its months; contradicted only by a team that never used it."""
    tested = reaches(worst, wanted, least)
    if worst is None or worst.value is None or tested.reasons[:1] == ("small_n",):
        return tested
    if decision_bounds(worst)[1] == 0:
        return Decision("contradicted", why=tested.why)
    return tested


def _learned(report: Report, evaluated: Indicator | None, shared: Indicator | None) -> Decision:
    if not report.given("problem_record"):
        return Decision("contradicted", why="The force signed that it has no problem-solving record to evaluate.")
    if evaluated is None or shared is None or not (evaluated.denominator or evaluated.unknown):
        return undecided("no_data", why="No record was closed in the period.")
    least = {"evaluated": report.settings.threshold("min_evaluated"), "shared": report.settings.threshold("min_shared")}
    parts = {"evaluated": _range(evaluated), "shared": _range(shared)}
    # What was perhaps evaluated was perhaps shared too.
    parts["shared"] = (parts["shared"][0], parts["shared"][1] + int(evaluated.unknown))
    why = (
        f"Of {(evaluated.denominator or 0) + evaluated.unknown:,.0f} records closed in the period "
        f"{_say(parts['evaluated'])} evaluated, of these {_say(parts['shared'])} shared beyond the team; "
        f"test: at least {least['evaluated']:g} and {least['shared']:g}."
    )
    if any(hi == 0 for _, hi in parts.values()):
        return Decision("contradicted", why=why)
    if all(parts[p][0] >= least[p] for p in parts):
        return Decision("supported", why=why)
    if any(lo < least[p] <= hi for p, (lo, hi) in parts.items()):
        return undecided("missing_spans_threshold", why=why)
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _range(indicator: Indicator) -> tuple[int, int]:
    yes = int(indicator.numerator or 0)
    return yes, yes + int(indicator.unknown)


def _say(bounds: tuple[int, int]) -> str:
    lo, hi = bounds
    return f"{lo:,} were" if lo == hi else f"{lo:,} to {hi:,} were"
