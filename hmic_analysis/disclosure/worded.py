"""Withheld numbers in the words that the evidence had for them, before anything was withheld."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from hmic_analysis.disclosure.rewording import Secrets, numbers_in
from hmic_analysis.disclosure.statements import SENTENCE, Statement, without_idle
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, Indicator

#: Letters of a sentence below which it may stand anywhere.
_SHORT = 20
#: Words around a number by which it is told from the same number elsewhere, and the fewest that do.
_AROUND, _FEWEST = 4, 3
_WORD = re.compile(r"[^\s,;:()\"'\u2018\u2019\u201c\u201d]+")


def as_worded(
    parts: Sequence[Statement], bundle: Bundle, secret: Mapping[str, Secrets]
) -> Iterator[tuple[str, str, str, str]]:
    """Sentences of the evidence as they were before, whole, or the words around a number of theirs.

    Parameters
    ----------
    parts : sequence of Statement
        Those about the force.
    bundle : Bundle
        With the true figures.
    secret : mapping of str to Secrets
        By id of the indicator, the numbers that may not be shown.

    Yields
    ------
    tuple of str
        File, place, what could be worked out, how.

    Notes
    -----
    In a letter sentences are joined to their neighbours ("It could also say ..."), so a number typed back in need not
    stand in the very sentence of the evidence; the words right before it are still the same.
    """
    named = {i.id: i for i in bundle.indicators}
    whole: dict[str, str] = {}
    phrases: dict[str, str] = {}
    openings: dict[str, str] = {}
    for claim in bundle.claims:
        openings |= _openings(claim, secret)
        for sentence in (s for text in (claim.sentence, claim.why) for s in SENTENCE.split(text)):
            plain = " ".join(without_idle(sentence.split("; test:", 1)[0]).split()).casefold()
            for id, shown in secret.items():
                if not shown.told_by(plain) or not _bears(claim, id, sentence, named):
                    continue
                if len(plain) > _SHORT:
                    whole.setdefault(plain.rstrip(".;"), id)
                phrases |= {phrase: id for phrase in _phrases(plain, shown)}
    for statement in parts:
        for plain, id in whole.items():
            if plain in statement.folded:
                how = "prints the sentence as it was before it was withheld"
                yield statement.part.file, statement.part.place, f"{named[id].label} ({id})", how
        words = f" {' '.join(_words(statement.folded))} " if statement.numbers and not statement.cells else ""
        for phrase, id in phrases.items():
            if f" {phrase} " in words:
                how = f'prints "{phrase}", as its sentence had it'
                yield statement.part.file, statement.part.place, f"{named[id].label} ({id})", how
        for opening, id in openings.items():
            _, found, rest = words.partition(f" {opening} ")
            if found and secret[id].told_by(rest.partition(" ")[0]):
                how = f'prints "{opening} {rest.partition(" ")[0]}" where its sentence withholds the number'
                yield statement.part.file, statement.part.place, f"{named[id].label} ({id})", how


def _words(text: str) -> list[str]:
    """The words of a text without the marks around them; the full stop of a sentence goes, that of a number stays."""
    return [word.rstrip(".!?") for word in _WORD.findall(text)]


def _phrases(plain: str, shown: Secrets) -> Iterator[str]:
    """Each withheld number of a sentence with the words right before it, or right after it where it comes first."""
    words = _words(plain)
    for i, word in enumerate(words):
        if not shown.among(numbers_in(word)):
            continue
        window = words[max(0, i - _AROUND) : i + 1] if i >= _FEWEST else words[: i + 1 + _AROUND]
        if len(window) > _FEWEST:
            yield " ".join(window)


def _openings(claim: ClaimEvidence, secret: Mapping[str, Secrets]) -> dict[str, str]:
    """The words right before each place where a sentence withholds a number already: "fewer than 5"."""
    found = {}
    for text, source in claim.numbers:
        id = source.rpartition(".")[0]
        before, there, _ = claim.sentence.partition(text)
        words = _words(before.casefold())[-_AROUND:]
        if id in secret and there and not secret[id].told_by(text) and len(words) >= _FEWEST:
            found[" ".join(words)] = id
    return found


def _bears(claim: ClaimEvidence, id: str, sentence: str, named: Mapping[str, Indicator]) -> bool:
    """Whether a number of a claim's sentence is that of the indicator: it was taken from it, or stands by its name."""
    sources = {source.rpartition(".")[0] for text, source in claim.numbers if text in sentence}
    return id in sources or named[id].label.casefold() in sentence.casefold()
