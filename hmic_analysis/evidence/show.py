"""Evidence as tables and frames for the reader of a notebook."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.wording import say_bounds, say_indicator, sentence_case

VERDICT_WORDS = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "not_determinable": "Not determinable",
}


def indicator_table(indicators: Iterable[Indicator]) -> pd.DataFrame:
    """Indicators as a table for show.

    Parameters
    ----------
    indicators : iterable of Indicator

    Returns
    -------
    pandas.DataFrame
        Value, bounds, and what they rest on, indexed by label.
    """
    rows = [
        {
            "Indicator": i.label,
            "Value": say_indicator(i),
            "Bounds": say_bounds(i),
            "Numerator": "" if i.numerator is None else f"{i.numerator:,.0f}",
            "Denominator": "" if i.denominator is None else f"{i.denominator:,.0f}",
            "Unknown": f"{i.unknown:,.0f}",
            "Note": " ".join((i.note, *i.caveats)).strip(),
        }
        for i in indicators
    ]
    columns = ["Indicator", "Value", "Bounds", "Numerator", "Denominator", "Unknown", "Note"]
    return pd.DataFrame(rows, columns=columns).set_index("Indicator")


def group_frame(indicators: Iterable[Indicator]) -> pd.DataFrame:
    """Indicators as a frame for a chart of groups.

    Parameters
    ----------
    indicators : iterable of Indicator

    Returns
    -------
    pandas.DataFrame
        ``group``, ``label``, ``value``, ``lo``, ``hi``, ``lo_missing``, ``hi_missing``, ``n``.
    """
    rows = [
        {
            "group": i.id,
            "label": sentence_case(i.stratum or i.label),
            "value": i.value,
            "lo": i.lo,
            "hi": i.hi,
            "lo_missing": i.lo_missing,
            "hi_missing": i.hi_missing,
            "n": (i.denominator or 0) + i.unknown,
        }
        for i in indicators
    ]
    columns = ["group", "label", "value", "lo", "hi", "lo_missing", "hi_missing", "n"]
    return pd.DataFrame(rows, columns=columns)


def claim_table(claims: Iterable[ClaimEvidence]) -> pd.DataFrame:
    """Claims as a table for show.

    Parameters
    ----------
    claims : iterable of ClaimEvidence

    Returns
    -------
    pandas.DataFrame
        Statement, verdict, grade, why, and what would change the verdict, indexed by claim.
    """
    rows = [
        {
            "Claim": c.claim,
            "Statement": c.statement,
            "Verdict": VERDICT_WORDS[c.verdict] if c.type != "judgement" else "Inspectors' view",
            "Grade": c.grade,
            "Why": c.why,
            "What would change it": c.would_change,
        }
        for c in claims
    ]
    return pd.DataFrame(rows).set_index("Claim")
