"""P1: whether the force's plans name preventing crime, and whether one strategy for it covers the whole force."""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, unread
from hmic_analysis.measures.registers import covers

# --------------------------------------------------------------------------------------------------------------------
# P1: plans that name preventing crime as an objective, and strategies for preventing crime.
#
# A document is the force's own unless its scope says partnership or police and crime commissioner. In force: approved
# (or approved and under review), begun by the day and not ended.

PLAN_TYPES = ("plan",)
NOT_THE_FORCES = ("partnership", "pcc")
IN_USE = ("approved", "under_review")
SUBJECT = "crime_prevention"
#: What a strategy should hold.
ELEMENTS = ("objective", "owner", "measures", "review date")
#: Standings of a document about preventing crime, with the words for each.
STANDINGS = {
    "force": "Approved, of the whole force, in force",
    "unclear": "Approved, scope or dates blank",
    "draft": "Draft",
    "partnership": "Of a partnership or the commissioner",
    "part": "Of one district or theme",
    "ended": "Withdrawn, ended or not yet begun",
}


def plans_in_force(document: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The force's own plans in force at a day.

    Parameters
    ----------
    document : pandas.DataFrame
        Table ``document``.

    Returns
    -------
    pandas.DataFrame
        The rows, with ``names_prevention``: a nullable boolean.  A document without a code names nothing, unless no
        document of the whole register was coded: then all are missing.  Missing too where no date tells whether it
        is in force, and where a date or the codes can't be read.
    """
    keep = document["document_type"].isin(list(PLAN_TYPES)) & document["status"].isin(list(IN_USE))
    keep &= ~document["scope"].isin(list(NOT_THE_FORCES))
    begun = document["effective_from"].fillna(document["approved_on"])
    day = pd.Timestamp(as_of)
    keep &= ~(begun > day).fillna(False) & ~(document["effective_to"] < day).fillna(False)
    rows = document[keep.to_numpy(dtype=bool)]
    state = covers(rows, "prevention_objective").astype("boolean")
    uncoded = bool(document["covers"].isna().all())
    open_ = begun[rows.index].isna() | unread(rows, "approved_on", "effective_from", "effective_to", "covers")
    state[(open_ | uncoded).to_numpy(dtype=bool)] = pd.NA
    return rows.assign(names_prevention=state)


def naming_prevention(plans: pd.DataFrame) -> Share:
    """Plans in force that name preventing crime as an objective.

    Parameters
    ----------
    plans : pandas.DataFrame
        Result of :func:`plans_in_force`.
    """
    return Share.of(plans["names_prevention"], plans["document_id"])


def prevention_strategies(document: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Every strategy for preventing crime, and where it stands at a day.

    Parameters
    ----------
    document : pandas.DataFrame
        Table ``document``.

    Returns
    -------
    pandas.DataFrame
        ``document_id``, ``title``, ``scope``, ``status``, ``standing`` (key of :data:`STANDINGS`), a column for
        each of :data:`ELEMENTS` (booleans) and ``elements``: how many of the four are present.
    """
    keep = (document["document_type"] == "strategy") & (document["subject"] == SUBJECT)
    rows = document[keep.fillna(False).to_numpy(dtype=bool)]
    table = rows[["document_id", "title", "scope", "status"]].copy()
    table["standing"] = pd.Series([_standing(r, pd.Timestamp(as_of)) for _, r in rows.iterrows()], rows.index, "object")
    # A day that can't be read may be one on which it was not in force.
    doubtful = unread(rows, "approved_on", "effective_from", "effective_to") & table["standing"].eq("force")
    table["standing"] = table["standing"].mask(doubtful, "unclear")
    table["objective"] = covers(rows, "prevention_objective")
    table["owner"] = covers(rows, "named_lead") | rows["owner_rank"].notna().astype(bool)
    table["measures"] = covers(rows, "prevention_measures")
    table["review date"] = covers(rows, "review_date") | rows["review_due_on"].notna().astype(bool)
    table["elements"] = table[list(ELEMENTS)].sum(axis=1).astype(int)
    return table.reset_index(drop=True)


def _standing(row: pd.Series, day: pd.Timestamp) -> str:
    if row["scope"] in NOT_THE_FORCES if pd.notna(row["scope"]) else False:
        return "partnership"
    if row["status"] == "draft":
        return "draft"
    begun = row["effective_from"] if pd.notna(row["effective_from"]) else row["approved_on"]
    over = pd.notna(row["effective_to"]) and row["effective_to"] < day
    not_yet = any(pd.notna(d) and d > day for d in (begun, row["approved_on"]))
    if row["status"] not in IN_USE or over or not_yet:
        return "ended"
    if pd.isna(row["scope"]) or (pd.isna(begun) and row["scope"] == "force"):
        return "unclear"
    return "force" if row["scope"] == "force" else "part"


def for_the_force(strategies: pd.DataFrame) -> Share:
    """Strategies for the whole force (yes), and those of which it is unclear.

    Parameters
    ----------
    strategies : pandas.DataFrame
        With ``standing``.
    """
    rows = strategies[strategies["standing"].isin(["force", "unclear"]).to_numpy(dtype=bool)]
    sure = rows["standing"].eq("force").astype("boolean")
    return Share.of(sure.mask(~sure), rows)


def of_standing(strategies: pd.DataFrame, standing: str) -> int:
    """How many strategies have a standing.

    Parameters
    ----------
    strategies : pandas.DataFrame
        Result of :func:`prevention_strategies`.
    standing : str
        Key of :data:`STANDINGS`.
    """
    return int((strategies["standing"] == standing).sum())


def by_standing(strategies: pd.DataFrame) -> pd.DataFrame:
    """Strategies for preventing crime by where they stand.

    Parameters
    ----------
    strategies : pandas.DataFrame
        Result of :func:`prevention_strategies`.

    Returns
    -------
    pandas.DataFrame
        ``label``, ``value``: every standing, also one that none has.
    """
    counts = [of_standing(strategies, standing) for standing in STANDINGS]
    return pd.DataFrame({"label": list(STANDINGS.values()), "value": counts})


# --------------------------------------------------------------------------------------------------------------------
# P1: whether the force's plans name preventing crime, and whether one strategy for it covers the whole force.


def documents(report: Report) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The force's own plans in force, and every strategy for preventing crime with its standing."""
    document, as_of = report.table("document"), report.settings.as_of
    return plans_in_force(document, as_of), prevention_strategies(document, as_of)


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of P1.

    Parameters
    ----------
    report : Report
        With ``plans_referencing_prevention_pct``, ``n_prevention_strategies_force`` and
        ``strategy_elements_present[...]`` taken.
    """
    gap = report.gap("document")
    complete = report.answer("document").register_complete
    plan, strategies = documents(report)
    naming = plan[plan["names_prevention"].fillna(False).to_numpy(dtype=bool)]
    document = report.table("document")
    whole = document[document["document_id"].isin(strategies.loc[strategies["standing"] == "force", "document_id"])]
    return [
        report.claim(
            "P1a",
            gap or _named(report, report.indicator("plans_referencing_prevention_pct"), complete),
            grade_documents(None if gap else len(naming), registers.corroborated(naming)),
        ),
        report.claim(
            "P1b",
            gap or _no_strategy(report, strategies, complete),
            grade_documents(None if gap else len(whole), registers.corroborated(whole)),
        ),
        report.claim("P1c"),
    ]


def _named(report: Report, named: Indicator | None, complete: bool | None) -> Decision:
    if named is None:
        return undecided("no_data", why="There is no figure to test.")
    wanted = int(report.settings.threshold("min_documents"))
    found, unknown = int(named.numerator or 0), int(named.unknown)
    why = f"Plans in force that name preventing crime as an objective: {found}, unknown: {unknown}; "
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
    count, unclear = (of_standing(strategies, s) for s in ("force", "unclear"))
    limit = int(report.settings.threshold("min_strategies"))
    why = f"Approved force-wide strategies for preventing crime: {count}, with blank scope or dates: {unclear}; "
    why += f"test: {'none' if limit == 1 else f'fewer than {limit}'} in a register declared complete."
    others = [
        f"{words} ({n})"
        for standing, words in (("draft", "drafts"), ("partnership", "those of partnerships or the commissioner"))
        if (n := of_standing(strategies, standing))
    ]
    why += f" Not counted: {' and '.join(others)}." if others else ""
    if count >= limit:
        return Decision("contradicted", why=why)
    if count + unclear >= limit:
        return undecided("missing_spans_threshold", why=why)
    return Decision("supported", why=why) if complete else undecided("register_undeclared", why=why)
