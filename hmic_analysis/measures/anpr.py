"""P5: what number plate recognition is used for.  Only operations and hits are counted, never plates or vehicles."""

from __future__ import annotations

from datetime import date

import pandas as pd

from hmic_analysis.contracts.anpr import OPERATION_OBJECTIVES
from hmic_analysis.measures.base import Share
from hmic_analysis.measures.windows import span_of, whole_spans

#: Objectives that stop crime from happening.
PREVENTIVE = ("prevent", "disrupt")


def held(operation: pd.DataFrame) -> pd.DataFrame:
    """Operations that were not called off.

    Parameters
    ----------
    operation : pandas.DataFrame
        Table ``anpr_operation``.

    Returns
    -------
    pandas.DataFrame
        The rows, with ``proactive`` (planned ahead by the force itself) and ``preventive`` (an objective to prevent
        or disrupt): nullable booleans.
    """
    rows = operation[~operation["cancelled"].astype("boolean").fillna(False).to_numpy(dtype=bool)]
    own = (rows["origin"] == "own").astype("boolean").mask(rows["origin"].isna())
    preventive = rows["objective"].isin(list(PREVENTIVE)).astype("boolean").mask(rows["objective"].isna())
    return rows.assign(proactive=rows["planned"].astype("boolean") & own, preventive=preventive)


def proactive(operations: pd.DataFrame) -> Share:
    """Operations planned ahead by the force itself.

    Parameters
    ----------
    operations : pandas.DataFrame
        Result of :func:`held`.

    Returns
    -------
    Share
    """
    return Share.of(operations["proactive"], operations["operation_id"])


def preventive(operations: pd.DataFrame) -> Share:
    """Operations with an objective to prevent or disrupt.

    Parameters
    ----------
    operations : pandas.DataFrame
        Result of :func:`held`.

    Returns
    -------
    Share
        Unknown: no objective is recorded.
    """
    return Share.of(operations["preventive"], operations["operation_id"])


def by_month(operations: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Operations planned by the force in each whole month of a period.

    Parameters
    ----------
    operations : pandas.DataFrame
        Result of :func:`held`.
    start, end : datetime.date

    Returns
    -------
    pandas.DataFrame
        ``month`` (its first day), ``planned``, ``possible`` (with those of which it is not known).
    """
    spans = whole_spans(start, end, 1)
    number = span_of(operations["started_on"], spans)
    sure = operations["proactive"].fillna(False)
    may_be = operations["proactive"].fillna(True)
    return pd.DataFrame(
        {
            "month": pd.Series([first for first, _ in spans], dtype="datetime64[ns]"),
            "planned": [int(((number == i) & sure).sum()) for i in range(len(spans))],
            "possible": [int(((number == i) & may_be).sum()) for i in range(len(spans))],
        }
    )


def by_quarter(operations: pd.DataFrame, products: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Preventive operations and intelligence products in each whole quarter of a period, counted from its first day.

    Parameters
    ----------
    operations : pandas.DataFrame
        Result of :func:`held`.
    products : pandas.DataFrame
        Rows of the document register, dated by ``approved_on``.
    start, end : datetime.date

    Returns
    -------
    pandas.DataFrame
        ``first_day``, ``last_day``, ``preventive``, ``possible`` (with those of which the objective is not known),
        ``products``.
    """
    spans = whole_spans(start, end, 3)
    number, written = span_of(operations["started_on"], spans), span_of(products["approved_on"], spans)
    sure, may_be = operations["preventive"].fillna(False), operations["preventive"].fillna(True)
    return pd.DataFrame(
        {
            "first_day": pd.Series([first for first, _ in spans], dtype="datetime64[ns]"),
            "last_day": pd.Series([last for _, last in spans], dtype="datetime64[ns]"),
            "preventive": [int(((number == i) & sure).sum()) for i in range(len(spans))],
            "possible": [int(((number == i) & may_be).sum()) for i in range(len(spans))],
            "products": [int((written == i).sum()) for i in range(len(spans))],
        }
    )


def monthly_lines(operations: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Operations a month: planned by the force itself, and all that were held.

    Parameters
    ----------
    operations : pandas.DataFrame
        Result of :func:`held`.
    start, end : datetime.date

    Returns
    -------
    pandas.DataFrame
        ``month``, ``group``, ``value``; no row where there is no operation at all.
    """
    if operations.empty:
        return pd.DataFrame({"month": pd.Series(dtype="datetime64[ns]"), "group": [], "value": []})
    months = by_month(operations, start, end)
    number = span_of(operations["started_on"], whole_spans(start, end, 1))
    everything = [int((number == i).sum()) for i in range(len(months))]
    own = months.assign(group="Recorded as planned by the force", value=months["planned"])
    return pd.concat([own, months.assign(group="All held", value=everything)])[["month", "group", "value"]]


def by_objective(operations: pd.DataFrame) -> pd.DataFrame:
    """Operations by what they set out to do.

    Parameters
    ----------
    operations : pandas.DataFrame
        Result of :func:`held`.

    Returns
    -------
    pandas.DataFrame
        ``label``, ``value``: every objective, also one without an operation; empty where there is no operation.
    """
    if operations.empty:
        return pd.DataFrame({"label": pd.Series(dtype="object"), "value": pd.Series(dtype=float)})
    counts = operations["objective"].value_counts()
    labels = [o.replace("_", " ").capitalize() for o in OPERATION_OBJECTIVES]
    values = [int(counts.get(o, 0)) for o in OPERATION_OBJECTIVES]
    blank = int(operations["objective"].isna().sum())
    return pd.DataFrame({"label": [*labels, "Not recorded"], "value": [*values, blank]})


def decided_in_time(hit: pd.DataFrame, minutes: float) -> Share:
    """Priority hits on which a decision was recorded within so many minutes.

    Parameters
    ----------
    hit : pandas.DataFrame
        Table ``anpr_hit``, cut to a period.
    minutes : float

    Returns
    -------
    Share
        Misreads confirmed from the image are left out, and hits whose priority is blank.  Unknown: a decision
        without a time, or timed before the hit; all, where the force timed no decision on any priority hit.
    """
    misread = hit["misread"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    rows = hit[(hit["priority"] == "priority").fillna(False).to_numpy(dtype=bool) & ~misread]
    if rows["decided_at"].isna().all():
        return Share(0, 0, len(rows))
    taken = (rows["decided_at"] - rows["hit_at"]).dt.total_seconds() / 60
    state = (taken <= minutes).astype("boolean")
    untimed = rows["decided_at"].isna() & rows["decision"].notna()
    return Share.of(state.mask(untimed | (taken < 0)), rows["hit_id"])


def priority_unknown(hit: pd.DataFrame) -> int:
    """Hits that are no confirmed misread and whose priority is blank."""
    misread = hit["misread"].astype("boolean").fillna(False)
    return int((hit["priority"].isna() & ~misread).sum())
