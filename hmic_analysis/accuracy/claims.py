"""The claims of a letter as a force checks them: one row each, in the words and figures it was shown."""

from __future__ import annotations

from collections.abc import Iterable

from hmic_analysis.disclosure.released import released
from hmic_analysis.disclosure.rules import rules_of
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, Indicator, Model
from hmic_analysis.evidence.wording import say_bounds, say_indicator
from hmic_analysis.letters.text import clean
from hmic_analysis.params.models import Params

VERDICTS = {"supported": "Supported", "contradicted": "Contradicted", "not_determinable": "Not determinable"}
VIEW = "Inspectors' view"


class ClaimRow(Model):
    """One claim as it was shown."""

    claim: str
    finding: str
    statement: str
    sentence: str
    verdict: str
    figure: str


def claim_rows(bundles: Iterable[Bundle], params: Params) -> tuple[ClaimRow, ...]:
    """The claims of a force's letter.

    Parameters
    ----------
    bundles : iterable of Bundle
        In the order of the letter.
    params : Params
        With the rules of disclosure.

    Returns
    -------
    tuple of ClaimRow
        Without claims whose evidence is restricted, and without what would give small counts of persons away: the
        force is not shown them.
    """
    rules = rules_of(params)
    shown = [released(bundle, rules, "force") for bundle in bundles]
    return tuple(_row(bundle, claim, rules.min_count) for bundle in shown for claim in bundle.claims)


def figure_text(bundle: Bundle, claim: ClaimEvidence, min_count: int) -> str:
    """The most telling figure of a claim with what surrounds it; empty where the claim has none.

    Parameters
    ----------
    bundle : Bundle
    claim : ClaimEvidence
    min_count : int

    Returns
    -------
    str
        ``Crimes attended: 83.4% (95% interval 82.9% to 83.9%)``.
    """
    figure = _headline(bundle, claim)
    if figure is None:
        return ""
    label = clean(figure.label)
    if figure.value is None:
        return f"{label}: not available"
    bounds = say_bounds(figure, min_count)
    return f"{label}: {say_indicator(figure, min_count)}{f' ({bounds})' if bounds else ''}"


def _row(bundle: Bundle, claim: ClaimEvidence, min_count: int) -> ClaimRow:
    return ClaimRow(
        claim=claim.claim,
        finding=claim.finding,
        statement=clean(claim.statement),
        sentence=clean(claim.sentence),
        verdict=VIEW if claim.type == "judgement" else VERDICTS[claim.verdict],
        figure=figure_text(bundle, claim, min_count),
    )


def _headline(bundle: Bundle, claim: ClaimEvidence) -> Indicator | None:
    figures = {figure.id: figure for figure in bundle.indicators}
    named = [figures[id] for id in claim.indicators if id in figures]
    return next((figure for figure in named if figure.value is not None), named[0] if named else None)
