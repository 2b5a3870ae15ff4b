"""The claims of a finding and what became of each, at a glance."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hmic_analysis.evidence.model import ClaimEvidence
from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, finish
from hmic_analysis.figures.frames import clean_text
from hmic_analysis.figures.measure import block_height, block_width, wrap
from hmic_analysis.figures.nodata import no_data
from hmic_analysis.figures.say import joined
from hmic_analysis.figures.sheet import Sheet

VERDICT_WORDS = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "not_determinable": "Not determinable",
    "judgement": "Inspectors' view, not tested",
}
#: Sign, shape, fill and ink of each verdict: shape and sign tell them apart without colour.
_SIGNS = {
    "supported": ("\N{CHECK MARK}", "o", style.COLOURS[0], style.PAPER),
    "contradicted": ("\N{MULTIPLICATION SIGN}", "s", style.COLOURS[2], style.PAPER),
    "not_determinable": ("?", "o", style.PAPER, style.INK),
    "judgement": ("\N{EN DASH}", "s", style.PAPER, style.INK),
}
_VERDICT_MM = 36.0
_GRADE_MM = 13.0
_HEAD_MM = 6.0
_MAX_BODY_MM = style.MAX_HEIGHT_MM - 20


@style.house_style()
def claims_strip(
    claims: Sequence[ClaimEvidence],
    *,
    name: str = "claims",
    subtitle: str = "",
    source: str = "",
    headline: str | None = None,
    synthetic: bool = False,
    reason: str = "no claims were decided",
) -> Chart:
    """A row for each claim: its id, what it says, the sign and the word of its verdict, and its grade.

    Parameters
    ----------
    claims : sequence of ClaimEvidence
        In the order of the letter.
    name, subtitle, source, headline, synthetic
        As in :class:`~hmic_analysis.figures.chart.Chart`; the headline is written from the data unless given.
    reason : str
        Why there is nothing, where no claim is given.

    Returns
    -------
    Chart
        Judgements are the inspectors' view and show no verdict.
    """
    data = _table(claims)
    if data.empty:
        return no_data(
            reason,
            name=name,
            subtitle=subtitle,
            source=source,
            headline=headline,
            synthetic=synthetic,
            data=data,
        )
    notes: tuple[str, ...] = ()
    texts, heights = _fit(data)
    fitting = int((heights.cumsum() <= _MAX_BODY_MM).sum())
    if fitting < len(data):
        notes = (f"The first {fitting} of {len(data)} claims are drawn; the data file holds all",)
    sheet = Sheet(_HEAD_MM + float(heights[:fitting].sum()) + 0.5, synthetic)
    _draw(sheet, data.head(fitting), texts, heights)
    message = _count(data)
    return finish(
        sheet,
        Words(name, subtitle, source, headline, synthetic),
        headline=message,
        alt=f"Table of {_claims(data)}, where {_each(data)}",
        data=data,
        notes=notes,
    )


def _table(claims: Sequence[ClaimEvidence]) -> pd.DataFrame:
    """One row for each claim."""
    rows = [
        {
            "claim": clean_text(c.claim),
            "statement": clean_text(c.statement),
            "verdict": "judgement" if c.type == "judgement" else c.verdict,
            "grade": c.grade,
        }
        for c in claims
    ]
    return pd.DataFrame(rows, columns=["claim", "statement", "verdict", "grade"])


def _fit(data: pd.DataFrame) -> tuple[list[str], pd.Series]:
    """Statements wrapped to their column, and the height of each row in millimetres."""
    left = _statement_left(data)
    room = style.LETTER_WIDTH_MM - left - _VERDICT_MM - _GRADE_MM - 4
    texts = [wrap(s, room, 5) for s in data["statement"]]
    return texts, pd.Series([max(8.0, block_height(t) + 3.2) for t in texts])


def _statement_left(data: pd.DataFrame) -> float:
    """Where statements begin: right of the widest id."""
    return max(block_width(wrap(c, 24, 1), weight="bold") for c in data["claim"]) + 4.0


def _draw(sheet: Sheet, data: pd.DataFrame, texts: Sequence[str], heights: pd.Series) -> None:
    """Header, rules, and the rows."""
    left, edge = _statement_left(data), sheet.width - _GRADE_MM - _VERDICT_MM
    heads = (
        (0.5, "Claim"),
        (max(left, block_width("Claim", style.SMALL_SIZE, "bold") + 3), "What the letter says"),
    )
    for x, text in (*heads, (edge, "Verdict"), (sheet.width - _GRADE_MM + 1.5, "Grade")):
        sheet.text(x, _HEAD_MM / 2, text, size=style.SMALL_SIZE, weight="bold")
    at = _HEAD_MM
    for number, row in enumerate(data.itertuples()):
        sheet.line([0, sheet.width], [at, at], color=style.GRID if number else style.AXIS, linewidth=0.8)
        middle = at + heights[number] / 2
        sheet.text(0.5, middle, wrap(row.claim, 24, 1), weight="bold")
        sheet.text(heads[1][0], middle, texts[number])
        _sign(sheet, edge + 2.6, middle, row.verdict)
        words = wrap(VERDICT_WORDS[row.verdict], _VERDICT_MM - 8, 2)
        sheet.text(edge + 6.5, middle, words)
        grade = "none" if row.grade == "-" else row.grade
        sheet.text(sheet.width - _GRADE_MM + 1.5, middle, grade if row.verdict != "judgement" else "")
        at += heights[number]


def _sign(sheet: Sheet, x: float, y: float, verdict: str) -> None:
    """The mark of a verdict: a shape with a sign in it."""
    sign, shape, fill, ink = _SIGNS[verdict]
    sheet.line(
        [x], [y], linestyle="none", marker=shape, markersize=12 if shape == "o" else 11, markerfacecolor=fill,
        markeredgecolor=style.INK if fill == style.PAPER else fill, markeredgewidth=1.2,
    )  # fmt: skip
    sheet.text(x, y, sign, weight="bold", ha="center", colour=ink)


def _count(data: pd.DataFrame) -> str:
    """How many claims have each verdict; judgements apart."""
    counts = data["verdict"].value_counts()
    tested = int(len(data) - counts.get("judgement", 0))
    if not tested:
        return "No claim can be tested: each is the inspectors' view"
    parts = [f"{counts[v]} {VERDICT_WORDS[v].lower()}" for v in VERDICT_WORDS if v in counts and v != "judgement"]
    views = counts.get("judgement", 0)
    after = f"; {views} more {'is' if views == 1 else 'are'} the inspectors' view" if views else ""
    return f"Of {tested} {'claim' if tested == 1 else 'claims'} tested: {joined(parts)}{after}"


def _claims(data: pd.DataFrame) -> str:
    """How many rows there are, in words."""
    return "1 claim with its verdict" if len(data) == 1 else f"{len(data)} claims with their verdicts"


def _each(data: pd.DataFrame) -> str:
    """Every claim with its verdict and grade, in words."""
    parts = []
    for row in data.itertuples():
        grade = "" if row.verdict == "judgement" or row.grade == "-" else f" (grade {row.grade})"
        word = "the inspectors' view, not tested" if row.verdict == "judgement" else VERDICT_WORDS[row.verdict].lower()
        parts.append(f"{row.claim} is {word}{grade}")
    return joined(parts)
