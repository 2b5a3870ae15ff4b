"""The paragraph of one finding: its sentences joined, and the notes that belong under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hmic_analysis.documents.blocks import FigureBlock, LetterSettings, Paragraph, Part
from hmic_analysis.documents.text import as_view, clean, day, join_sentences
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Bundle, ClaimEvidence
from hmic_analysis.letters.own_words import OwnWords, fill
from hmic_analysis.words import say_period

AT_ODDS = (
    "Some wording in this letter is an inspector's own and does not agree with the verdict on the evidence. Each place "
    "is marked."
)


def finding_paragraphs(
    bundle: Bundle,
    settings: LetterSettings,
    figures: Sequence[FigureBlock],
    wording: Mapping[str, OwnWords],
    turn: int = 0,
) -> list[Paragraph]:
    """The claim sentences of a finding, joined, and a note on each wording that goes against its verdict."""
    claims = bundle.claims
    sentences = _sentences(bundle, claims, settings, wording, turn)
    # The figures bear on what was found, not on the view taken of it: refer to them before the view begins.
    last = max((i for i, c in enumerate(claims) if c.type != "judgement"), default=len(claims) - 1)
    parts: list[Part] = []
    for i, sentence in enumerate(sentences):
        if parts:
            parts.append(Part(text=" "))
        parts.extend(_with_references(sentence, figures) if i == last and figures else [sentence])
    paragraph = Paragraph(
        parts=tuple(parts),
        finding=bundle.finding,
        claims=tuple(c.claim for c in claims),
        numbers=tuple(dict.fromkeys(number for part in parts for number in part.numbers)),
    )
    return [paragraph, *_notes(bundle, claims, wording)]


def _sentences(
    bundle: Bundle,
    claims: Sequence[ClaimEvidence],
    settings: LetterSettings,
    wording: Mapping[str, OwnWords],
    turn: int,
) -> list[Part]:
    """One part a claim: the inspector's own words where there are any, else its sentence, joined to its neighbours."""
    period = say_period(day(bundle.period_start), day(bundle.period_end))
    names = f"{settings.force_name} {settings.organisation}"
    # Sentences between an inspector's own words are joined among themselves: nobody's words are changed.
    parts: list[Part] = []
    run: list[ClaimEvidence] = []

    def flush() -> None:
        texts = join_sentences(run, [_sentence(c, settings.force) for c in run], names, period, turn)
        for claim, text in zip(run, texts, strict=True):
            numbers = tuple((clean(number), field) for number, field in claim.numbers)
            parts.append(Part(text=text, claim=claim.claim, numbers=numbers))
        run.clear()

    for claim in claims:
        own = wording.get(claim.claim)
        if own is None:
            run.append(claim)
            continue
        flush()
        text, numbers = fill(own, claim.claim, bundle, settings.min_count)
        text = as_view(text, names) if claim.type == "judgement" else text
        parts.append(Part(text=text, claim=claim.claim, numbers=numbers, own=True))
    flush()
    return parts


def _sentence(claim: ClaimEvidence, force: str) -> str:
    sentence = clean(claim.sentence)
    if not sentence:
        raise DataError(
            f"Claim {claim.claim} of '{force}' has no sentence in its evidence. Run finding {claim.finding} again; if "
            f"it stays empty, give the claim a sentence for '{claim.verdict}'."
        )
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _with_references(sentence: Part, figures: Sequence[FigureBlock]) -> list[Part]:
    """``... (Figure 1 and Figure 2).``"""
    parts = [sentence.model_copy(update={"text": sentence.text.rstrip(".") + " ("})]
    for j, figure in enumerate(figures):
        joint = "" if j == 0 else " and " if j == len(figures) - 1 else ", "
        parts.extend([Part(text=joint)] if joint else [])
        parts.append(Part(text=f"Figure {figure.number}", target=figure.bookmark))
    return [*parts, Part(text=").")]


def _notes(bundle: Bundle, claims: Sequence[ClaimEvidence], wording: Mapping[str, OwnWords]) -> list[Paragraph]:
    marks = (at_odds(claim, wording.get(claim.claim)) for claim in claims)
    return [_note(bundle, mark) for mark in marks if mark]


def _note(bundle: Bundle, text: str) -> Paragraph:
    return Paragraph(style="note", finding=bundle.finding, parts=(Part(text=text),))


def at_odds(claim: ClaimEvidence, own: OwnWords | None) -> str:
    """The mark of wording that does not say what the evidence says.

    A sentence for the letter; "" where the wording agrees with the verdict, or is not an inspector's own.
    """
    if own is None or own.says is None or own.says == claim.verdict:
        return ""
    head = f"An inspector's own wording stands here for the statement \u201c{clean(claim.statement).rstrip('.')}\u201d."
    if claim.verdict == "not_determinable":
        return f"{head} It decides what the evidence leaves open."
    if own.says == "not_determinable":
        return f"{head} It leaves open what the evidence decides: the statement is {claim.verdict}."
    return f"{head} It goes against the evidence, by which the statement is {claim.verdict}."


def odd_wording(bundles: Sequence[Bundle], wording: Mapping[str, OwnWords]) -> list[str]:
    """Each wording that does not agree with its verdict: where it stands, and how."""
    found = []
    for claim in (claim for bundle in bundles for claim in bundle.claims):
        own = wording.get(claim.claim)
        if own is not None and at_odds(claim, own):
            found.append(f"{own.where}, claim {claim.claim}: it says {own.says}, the evidence {claim.verdict}.")
    return found
