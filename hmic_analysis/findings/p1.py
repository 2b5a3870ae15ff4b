"""P1: whether the force's plans name preventing crime, and whether one strategy for it covers the whole force."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.measures import plans, registers


def documents(report: Report) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The force's own plans in force, and every strategy for preventing crime with its standing.

    Parameters
    ----------
    report : Report

    Returns
    -------
    tuple of pandas.DataFrame
    """
    document, as_of = report.table("document"), report.settings.as_of
    return plans.plans_in_force(document, as_of), plans.prevention_strategies(document, as_of)


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of P1.

    Parameters
    ----------
    report : Report
        With ``plans_referencing_prevention_pct``, ``n_prevention_strategies_force`` and
        ``strategy_elements_present[...]`` taken.

    Returns
    -------
    list of ClaimEvidence
    """
    gap = report.gap("document")
    complete = report.answer("document").register_complete
    plan, strategies = documents(report)
    naming = plan[plan["names_prevention"].fillna(False).to_numpy(dtype=bool)]
    document = report.table("document")
    whole = document[document["document_id"].isin(strategies.loc[strategies["standing"] == "force", "document_id"])]
    elements = [f"strategy_elements_present[{id}]" for id in strategies["document_id"]]
    return [
        report.claim(
            "P1a",
            gap or _named(report, report.indicator("plans_referencing_prevention_pct"), complete),
            grade_documents(None if gap else len(naming), registers.corroborated(naming)),
            "plans_referencing_prevention_pct",
        ),
        report.claim(
            "P1b",
            gap or _no_strategy(report, strategies, complete),
            grade_documents(None if gap else len(whole), registers.corroborated(whole)),
            "n_prevention_strategies_force",
            *elements,
        ),
        report.claim("P1c", undecided("judgement", why="A view, not tested against data."), "-"),
    ]


def _named(report: Report, named: Indicator | None, complete: bool | None) -> Decision:
    if named is None:
        return undecided("no_data", why="There is no figure to test.")
    wanted = int(report.settings.threshold("min_documents"))
    found, unknown = int(named.numerator or 0), int(named.unknown)
    why = f"Plans and policies in force that name preventing crime as an objective: {found}, unknown: {unknown}; "
    why += f"test: at least {wanted}."
    if found >= wanted:
        return Decision("supported", why=why)
    if found + unknown >= wanted:
        return undecided("missing_spans_threshold", why=why)
    if not complete:
        return undecided("register_undeclared", why=why)
    if found + unknown == 0:
        return Decision("contradicted", why=f"{why} The register was declared complete.")
    return undecided("between_thresholds", why=why, flags=("wording_mismatch",))


def _no_strategy(report: Report, strategies: pd.DataFrame, complete: bool | None) -> Decision:
    """One artefact refutes it, a complete register proves it; drafts and documents of others are told, not counted."""
    count, unclear = (plans.of_standing(strategies, s) for s in ("force", "unclear"))
    limit = int(report.settings.threshold("min_strategies"))
    why = f"Approved force-wide strategies for preventing crime: {count}, with blank scope or dates: {unclear}; "
    why += f"test: {'none' if limit == 1 else f'fewer than {limit}'} in a register declared complete."
    others = [
        f"{words} ({n})"
        for standing, words in (("draft", "drafts"), ("partnership", "those of partnerships or the commissioner"))
        if (n := plans.of_standing(strategies, standing))
    ]
    why += f" Not counted: {' and '.join(others)}." if others else ""
    if count >= limit:
        return Decision("contradicted", why=why)
    if count + unclear >= limit:
        return undecided("missing_spans_threshold", why=why)
    return Decision("supported", why=why) if complete else undecided("register_undeclared", why=why)
