"""P1: whether the force's plans name preventing crime, and whether one strategy for it covers the whole force."""

from datetime import date

import pandas as pd

from hmic_analysis.evidence.grades import grade_documents
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import Share, among, open_blanks, unread
from hmic_analysis.measures.registers import covers

# P1: plans that name preventing crime as an objective, and strategies for preventing crime.
#
# A document is the force's own unless its scope says partnership or police and crime commissioner. In force: approved
# by the day (or approved and under review), begun by then and not ended; plans and strategies alike.

PLAN_TYPES = ("plan",)
#: Scopes of documents that are not the force's own.
NOT_THE_FORCES = ("partnership", "pcc")
IN_USE = ("approved", "under_review")
SUBJECT = "crime_prevention"
#: What a strategy should hold.
ELEMENTS = ("objective", "owner", "measures", "review date")
#: Standings of a document about preventing crime, with the words for each.
STANDINGS = {
    "force": "Approved, of the whole force, in force",
    "unclear": "Approved, no date or not readable",
    "draft": "Draft",
    "partnership": "Of a partnership or the commissioner",
    "part": "Of one district or theme",
    "ended": "Withdrawn, ended or not yet begun",
}


def plans_in_force(document: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The force's own plans in force at a day.

    The rows, with ``names_prevention``: a nullable boolean.  A document without a code names nothing, unless no
    document of the whole register was coded: then all are missing.  Missing too where no date tells whether it is
    in force, and where a date, the scope or the codes can't be read.
    """
    document = open_blanks(document, "covers")
    keep = document["document_type"].isin(list(PLAN_TYPES)) & document["status"].isin(list(IN_USE))
    keep &= ~document["scope"].isin(list(NOT_THE_FORCES))
    now = registers.in_force(document, as_of)
    rows = document[(keep & now.fillna(True)).to_numpy(dtype=bool)]
    state = covers(rows, "prevention_objective").astype("boolean")
    return rows.assign(names_prevention=state.mask(now[rows.index].isna() | unread(rows, "covers", "scope")))


def naming_prevention(plans: pd.DataFrame) -> Share:
    """Plans in force that name preventing crime as an objective, of :func:`plans_in_force`."""
    return Share.of(plans["names_prevention"], plans["document_id"])


def prevention_strategies(document: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Every strategy for preventing crime, and where it stands at a day.

    ``document_id``, ``title``, ``scope``, ``status``, ``standing`` (key of :data:`STANDINGS`), a column for each of
    :data:`ELEMENTS` (nullable booleans; missing where what would show it can't be read, or no document of the
    register was coded) and ``elements``: how many of the four are present, missing where one of them is.
    """
    document = open_blanks(document, "covers")
    keep = (document["document_type"] == "strategy") & registers.names(document["subject"], SUBJECT)
    rows = document[keep.fillna(False).to_numpy(dtype=bool)]
    table = rows[["document_id", "title", "scope", "status"]].copy()
    table["standing"] = _standing(rows, registers.in_force(rows, as_of))
    shows = {"objective": "prevention_objective", "owner": "named_lead", "measures": "prevention_measures",
             "review date": "review_date"}  # fmt: skip
    beside = {"owner": "owner_rank", "review date": "review_due_on"}
    for element, code in shows.items():
        given = covers(rows, code)
        if element in beside:
            given |= rows[beside[element]].notna().astype(bool)
        lost = unread(rows, "covers", *(c for e, c in beside.items() if e == element))
        table[element] = given.astype("boolean").mask(~given & lost)
    table["elements"] = table[list(ELEMENTS)].astype("Int64").sum(axis=1, skipna=False)
    return table.reset_index(drop=True)


def _standing(rows: pd.DataFrame, now: pd.Series) -> pd.Series:
    """Where each stands; a blank scope is the whole force, as the template says."""
    scope = rows["scope"].fillna("force")
    standing = pd.Series("part", rows.index, "object").mask(scope.eq("force"), "force")
    open_ = (now.isna() & scope.eq("force")) | unread(rows, "scope")
    standing = standing.mask(open_, "unclear")
    standing = standing.mask(~rows["status"].isin(IN_USE) | now.eq(False).fillna(False), "ended")  # noqa: FBT003
    standing = standing.mask(rows["status"].eq("draft"), "draft")
    return standing.mask(scope.isin(list(NOT_THE_FORCES)), "partnership")


def elements_present(strategies: pd.DataFrame) -> dict[str, float | None]:
    """How many of the four elements each strategy holds, by its reference; None where it is not known of all four.

    ``strategies`` is what :func:`prevention_strategies` gives.
    """
    pairs = zip(strategies["document_id"], strategies["elements"], strict=True)
    return {str(id): None if pd.isna(n) else float(n) for id, n in pairs}


def elements_of(strategies: pd.DataFrame, document_id: str) -> Share:
    """Each element of a strategy, and whether it is present; ``strategies`` as in :func:`elements_present`."""
    row = strategies[strategies["document_id"].eq(document_id).to_numpy(dtype=bool)].iloc[0]
    states = pd.Series([row[element] for element in ELEMENTS], dtype="boolean")
    return Share.of(states, pd.DataFrame({"document_id": document_id, "title": row["title"], "element": ELEMENTS}))


def for_the_force(strategies: pd.DataFrame) -> Share:
    """Strategies for the whole force (yes), and those of which it is unclear.

    ``strategies``: with ``standing``.
    """
    rows = strategies[strategies["standing"].isin(["force", "unclear"]).to_numpy(dtype=bool)]
    sure = rows["standing"].eq("force").astype("boolean")
    return Share.of(sure.mask(~sure), rows)


def of_standing(strategies: pd.DataFrame, standing: str) -> int:
    """How many strategies have a standing.

    ``strategies``: result of :func:`prevention_strategies`.
    ``standing``: key of :data:`STANDINGS`.
    """
    return int((strategies["standing"] == standing).sum())


def by_standing(strategies: pd.DataFrame) -> pd.DataFrame:
    """Strategies for preventing crime by where they stand.

    ``strategies`` is what :func:`prevention_strategies` gives. ``label``, ``value``: every standing, also one that
    none has.
    """
    counts = [of_standing(strategies, standing) for standing in STANDINGS]
    return pd.DataFrame({"label": list(STANDINGS.values()), "value": counts})


def documents(report: Report) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The force's own plans in force, and every strategy for preventing crime with its standing."""
    document, as_of = report.table("document"), report.settings.as_of
    return plans_in_force(document, as_of), prevention_strategies(document, as_of)


def decide(report: Report) -> list[ClaimEvidence]:
    """Decide the claims of P1."""
    gap = report.gap("document")
    complete = report.answer("document").register_complete
    plan, strategies = documents(report)
    naming = plan[plan["names_prevention"].fillna(False).to_numpy(dtype=bool)]
    document = report.table("document")
    whole = document[among(document["document_id"], strategies.loc[strategies["standing"] == "force", "document_id"])]
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
    why = f"Approved force-wide strategies for preventing crime: {count}, of which it is not known: {unclear}; "
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
