"""How verdicts, figures and counts are worded and abbreviated on pages and in workbooks."""

from __future__ import annotations

from collections.abc import Iterable

from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.show import VERDICT_WORDS
from hmic_analysis.evidence.wording import say_value
from hmic_analysis.site.model import STATE_WORDS, Shown

JUDGEMENT = "judgement"
VIEW = "Inspectors' view"
#: Letters by which verdicts are shown where there is no room for words; a legend stands beside them.
MARKS = {"supported": "S", "contradicted": "C", "not_determinable": "N", JUDGEMENT: "V"}
KIND_WORDS = {**VERDICT_WORDS, JUDGEMENT: VIEW}
#: How sources and subtitles of figures say that data are made up.
SYNTHETIC = "Synthetic data, not about any real police force."
#: Shorthand of the Government Analysis Function for cells without a number.
CONFIDENTIAL, MISSING, NOT_APPLICABLE = "[c]", "[x]", "[z]"
SHORTHAND = {
    CONFIDENTIAL: "confidential: a small count of persons, or a figure that would give one away",
    MISSING: "not available: the figure could not be computed from what was supplied",
    NOT_APPLICABLE: "not applicable",
}


def kind_of(claim: ClaimEvidence) -> str:
    """A claim's verdict, or ``judgement`` where it is a view and has none."""
    return JUDGEMENT if claim.type == JUDGEMENT else claim.verdict


def in_words(claim: ClaimEvidence) -> str:
    """``Supported``, ``Contradicted``, ``Not determinable`` or ``Inspectors' view``."""
    return KIND_WORDS[kind_of(claim)]


def counts_of(claims: Iterable[ClaimEvidence]) -> dict[str, int]:
    """How many claims have each verdict; views are counted apart, under ``judgement``."""
    counts = dict.fromkeys(MARKS, 0)
    for claim in claims:
        counts[kind_of(claim)] += 1
    return counts


def say_counts(claims: Iterable[ClaimEvidence]) -> str:
    """``2 supported, 1 contradicted``; of verdicts that no claim has nothing is said."""
    return ", ".join(f"{n} {KIND_WORDS[k].lower()}" for k, n in counts_of(claims).items() if n and k != JUDGEMENT)


def say_state(shown: Shown) -> str:
    """What there is on a finding, in few words."""
    if shown.bundle is None or shown.state != "complete":
        return STATE_WORDS[shown.state]
    return say_counts(shown.bundle.claims) or VIEW


def cell(indicator: Indicator, marked: Iterable[str]) -> str:
    """A figure for a cell of a table: with its unit, or the shorthand for why there is none."""
    if indicator.id in marked:
        return CONFIDENTIAL
    return MISSING if indicator.value is None else say_value(indicator.value, indicator.unit)


def interval(indicator: Indicator) -> str:
    """``81.9% to 84.8%``; the shorthand where the figure has no interval."""
    if indicator.lo is None or indicator.hi is None:
        return NOT_APPLICABLE
    return f"{say_value(indicator.lo, indicator.unit)} to {say_value(indicator.hi, indicator.unit)}"


def bounds(indicator: Indicator) -> str:
    """The figure with every unknown counted either way; the shorthand where nothing is unknown."""
    if not indicator.unknown or indicator.lo_missing is None or indicator.hi_missing is None:
        return NOT_APPLICABLE
    lo, hi = (say_value(v, indicator.unit) for v in (indicator.lo_missing, indicator.hi_missing))
    return f"{lo} to {hi}"


def halves(subtitle: str) -> tuple[str, str]:
    """The first sentence of a subtitle, which says what is measured; and the rest, which says how to read it."""
    # That data are synthetic stands at the top of the page and in the picture.
    first, stop, rest = subtitle.replace(SYNTHETIC, "").strip().partition(". ")
    return (f"{first}.", rest) if stop else (first, "")


def number(value: float | None) -> str:
    """A count with thousands separators; the shorthand where there is none."""
    if value is None:
        return NOT_APPLICABLE
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
