"""P5: what the register of documents holds on number plate recognition."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.evidence.report import Report
from hmic_analysis.measures import registers
from hmic_analysis.measures.base import within

SUBJECT = "anpr"
ACKNOWLEDGED, DENIED = "anpr_resilience_acknowledged", "anpr_resilience_denied"


def products(report: Report) -> pd.DataFrame:
    """Intelligence products from number plate recognition, written in the period.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        Rows of the document register.
    """
    rows = registers.documents(report.table("document"), types=("intelligence_product",), subject=SUBJECT)
    return within(rows, report.settings.period_start, report.settings.period_end, "approved_on")


def statements(report: Report) -> pd.DataFrame:
    """What the force itself said by the snapshot on how resilient the system is, latest first.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        Rows of the document register; statements of partners and drafts are none of the force's.
    """
    rows = registers.documents(report.table("document"), types=("statement",), subject=SUBJECT)
    said = registers.covers(rows, ACKNOWLEDGED) | registers.covers(rows, DENIED)
    own = ~rows["scope"].isin(["partnership", "pcc"])
    by_then = (rows["approved_on"] <= pd.Timestamp(report.settings.as_of)).fillna(False)
    return rows[(said & own & by_then).to_numpy(dtype=bool)].sort_values("approved_on", ascending=False)


def plans(report: Report) -> pd.DataFrame:
    """Dated plans to train existing staff, in force at the snapshot.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
        Rows of the document register.
    """
    s = report.settings
    rows = registers.documents(
        report.table("document"), types=("plan", "procedure", "terms_of_reference"), subject=SUBJECT,
        statuses=("approved", "under_review"), in_force_on=s.as_of,
    )  # fmt: skip
    dated = (rows["approved_on"] <= pd.Timestamp(s.as_of)).fillna(False)
    return rows[(dated & registers.covers(rows, "staff_upskilling")).to_numpy(dtype=bool)]


def registered(report: Report) -> pd.DataFrame:
    """Statements and plans as a table for show.

    Parameters
    ----------
    report : Report

    Returns
    -------
    pandas.DataFrame
    """
    columns = ["document_id", "title", "document_type", "approved_on", "covers", "corroborated_by"]
    return pd.concat([statements(report), plans(report)])[columns].reset_index(drop=True)
