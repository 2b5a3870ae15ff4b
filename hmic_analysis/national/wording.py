"""The sentences of the national report."""

from __future__ import annotations

from hmic_analysis.evidence.wording import say_value
from hmic_analysis.figures.say import joined
from hmic_analysis.national.counts import Row
from hmic_analysis.national.indicators import NationalFigure
from hmic_analysis.national.pooled import METHOD
from hmic_analysis.national.reasons import GROUPS, TITLES

MARKER = "[c]"
NOT_APPLICABLE = "[z]"
STATE_TITLES = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "undecided": "Undecided",
    "not_assessed": "Not assessed",
}
PLACE_TITLES = {
    "below": "Below the lines",
    "within": "Within the lines",
    "above": "Above the lines",
    "not_compared": "Not compared",
}
GIVEN_TITLES = {
    "given": "Supplied",
    "in_part": "Supplied, but silent on a part",
    "not_given": "Not supplied",
    "not_assessed": "Not assessed",
}


def forces(row: Row, cell: str) -> str:
    """A count of forces in words: ``18 forces``, ``a few forces``, ``no force``, ``all 43 forces``."""
    word = row.words(cell)
    if word == "none":
        return "no force"
    if word == "all":
        return f"all {row.total} forces"
    if word == "a number that is withheld":
        return "a number of forces that is withheld"
    return f"{word} force" if word == "1" else f"{word} forces"


def claim_sentence(row: Row) -> str:
    """What became of a claim in all forces.

    Parameters
    ----------
    row : Row
        As :mod:`hmic_analysis.national.report` makes it.

    Returns
    -------
    str
        ``Supported in 18 forces, contradicted in 10 forces and undecided in 15 forces.``
    """
    if row.whole:
        return "In how many forces it holds is withheld, since that would tell the verdict on single forces."
    parts = [f"{STATE_TITLES[s].lower()} in {forces(row, s)}" for s in ("supported", "contradicted", "undecided")]
    if row.shown["not_assessed"] != 0:
        parts.append(f"not assessed in {forces(row, 'not_assessed')}")
    text = joined(parts)
    return f"{text[:1].upper()}{text[1:]}."


def reasons_sentence(row: Row) -> str:
    """Why a claim was left undecided.

    Parameters
    ----------
    row : Row

    Returns
    -------
    str
        Groups of reasons, those of most forces first; that they are withheld where they are as a whole; empty where
        no claim was undecided, or only in a few forces.
    """
    if row.whole or row.shown["undecided"] == 0 or "undecided" in row.small:
        return ""
    known = sorted(((row.shown[g], g) for g in GROUPS if row.shown.get(g)), key=lambda x: -x[0])
    few = [g for g in GROUPS if g in row.small]
    hidden = [g for g in GROUPS if row.shown.get(g) is None and g not in few]
    if not known and len(hidden) == len(GROUPS):
        return "Why it was undecided is withheld: few forces have any one reason."
    undecided = row.shown["undecided"] or 0
    # What is left of those undecided though each "few" were as many as they can be.
    if not known and len(hidden) == 1 and undecided > 2 * (row.min_forces - 1) * len(few):
        parts = [f"mostly, {GROUPS[hidden[0]]}"]
    else:
        parts = [f"in {count}, {GROUPS[group]}" for count, group in known]
        parts += [f"in a number that is withheld, {GROUPS[group]}" for group in hidden]
    if few:
        parts.append(f"in a few{' each' if len(few) > 1 else ''}: {joined([TITLES[g].lower() for g in few])}")
    return f"Why it was undecided: {'; '.join(parts)}."


def rate_words(figure: NationalFigure) -> tuple[str, str]:
    """The figure of all forces together and its interval, as a table prints them."""
    found = figure.pooled
    if found is None:
        return NOT_APPLICABLE, NOT_APPLICABLE
    if found.value is None:
        return MARKER, MARKER
    value = say_value(found.value, figure.unit)
    if found.lo is None or found.hi is None:
        return value, NOT_APPLICABLE
    return value, f"{say_value(found.lo, figure.unit)} to {say_value(found.hi, figure.unit)}"


def unknown_words(figure: NationalFigure) -> str:
    """Cases whose state is not known for each 100 counted, whole; the marker where the figure is withheld."""
    found = figure.pooled
    if found is None or found.value is None:
        return MARKER
    if not found.unknown_pct:
        return "0"
    return "under 1" if found.unknown_pct < 1 else f"{found.unknown_pct:.0f}"


def spread_words(figure: NationalFigure) -> str:
    """``under 50%: 40%; 50% or more: 60%``; the marker where it is withheld."""
    if figure.spread is None:
        return MARKER
    return "; ".join(f"{a}: {b}%" for a, b in zip(figure.spread.labels, figure.spread.shares, strict=True))


def with_figure(figure: NationalFigure, total: int) -> str:
    """How many forces a figure rests on: ``38 of 43 forces``, ``nearly all of 43 forces``."""
    return f"{'nearly all' if figure.forces is None else figure.forces} of {total} forces"


def how_to_read(total: int, rules, confidence: float) -> tuple[str, ...]:
    """How to read the report, in paragraphs.

    Parameters
    ----------
    total : int
        All forces.
    rules : National
    confidence : float
        Of intervals, in per cent.

    Returns
    -------
    tuple of str
    """
    return (
        "A verdict says whether a statement is true of a force, not how good the force is. Supported: the evidence "
        "bears the statement out. Contradicted: it shows the opposite. Undecided: it allows neither, which is no "
        "criticism of a force nor a sign that all is well. A finding is supported where all of its claims are, and "
        "contradicted where any of them is. The inspectors' own views get no verdict and aren't counted.",
        f"The report names no force, and is made so that none can be worked out. Counts of fewer than "
        f"{rules.min_forces} forces are withheld: sentences say “a few”, tables {MARKER}. Further counts are withheld "
        "with them where they would give one back by subtraction. What holds for all forces, or for none, is said, "
        "since it singles nobody out, unless the verdict on a single force is not public. The word “about” stands "
        "before shares that are rounded.",
        "A figure for England and Wales is the total of all forces that gave it over the total it is of, not a mean of "
        f"forces. Its {confidence:g}% interval ({METHOD}) allows for how much forces differ. The totals themselves "
        "are not published: sizes of forces are known, so exact totals would tell whose figure is missing.",
        f"Distributions show the share of the forces with a figure in each range of values. Each range holds at least "
        f"{rules.min_forces_per_bin} forces, the first and the last are open, and shares are rounded to "
        f"{rules.round_share_pct}%, so they need not add up to 100%. Nobody's value, and no greatest or smallest "
        "value, can be read off.",
        "A funnel would show each force as a point at its own size, and sizes are known. In its place the report "
        "counts how many forces lie below, within and above the outer lines of the funnel, which allow for chance and "
        "for forces differing in any case. Above or below says nothing on better or worse.",
        "Maps shade large parts of the country, each with one figure for all forces in it. A map of single forces "
        f"would name them. A count of the {total} forces doesn't tell how many people live there: they differ in size.",
    )
