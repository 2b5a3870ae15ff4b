"""Joining the sentences of a finding, so that they read as one paragraph and not as a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hmic_analysis.evidence.model import ClaimEvidence
from hmic_analysis.letters.text import as_view, led, points

#: How a sentence on an open question begins and goes on; see "not_determinable" in params/findings.yml.
UNDECIDED = "The inspection could not determine "
BECAUSE = ", because "

#: A decided sentence right after one that leaves a question open.  Taken in turn, so that a letter doesn't drone; and
#: the last where the paragraph has turned before.
FOUND = ("It did find, however, that", "It found, though, that")
FOUND_AGAIN = "It did find that"
#: Turns against what was said before: the first of a paragraph, then a second one for the force and against it.
TURN, BACK_TO_GOOD, BACK_TO_BAD = "However,", "Even so,", "On the other hand,"

#: What stands before "also": "was also", but "also has no".
AUXILIARIES = ("is", "was", "are", "were", "can", "could", "will", "would")

#: One of a thing, where the sentence has a place for any number of them.
ONE = tuple(
    (re.compile(rf"(?<![\d.,])1 {many}\b"), f"1 {one}")
    for many, one in (
        ("officers and staff", "officer or member of staff"),
        ("long-term initiatives", "long-term initiative"),
        ("force systems", "force system"),
        ("of the 43 have", "of the 43 has"),
        ("files read were", "file read was"),
        ("records", "record"),
        ("files", "file"),
    )
)
#: "a" or "an" before a number that is spoken with a vowel: eight, eleven, eighteen, eighty, 8,000, 11,000.
ARTICLE = re.compile(r"\b([Aa])n? (?=(\d[\d,]*))")


@dataclass
class _Said:
    """What the paragraph has said so far."""

    way: int = 0
    turned: bool = False
    undecided_before: bool = False
    reason: str = ""
    last: str = ""


def join_sentences(
    claims: Sequence[ClaimEvidence], sentences: Sequence[str], names: str, period: str, turn: int = 0
) -> list[str]:
    """The sentences of one finding, each joined to the one before.

    Parameters
    ----------
    claims : sequence of ClaimEvidence
    sentences : sequence of str
        One a claim, complete.
    names : str
        Names that keep their capital within a sentence.
    period : str
        The period in words; said once, then referred to.
    turn : int
        Number of the finding, so that neighbours don't use the same words.

    Returns
    -------
    list of str
        "However," where a sentence turns against the one before, "also" where two begin alike, "Nor" where a second
        question stays open; a reason is given once; the inspectors' views are marked as such.
    """
    said = _Said()
    joined: list[str] = []
    for claim, sentence in zip(claims, sentences, strict=True):
        joined.append(_next(said, claim, sentence, names, turn))
        said.last = sentence
        said.undecided_before = claim.verdict == "not_determinable" and claim.type != "judgement"
        # After a view nothing turns against what was said before it: the reader would take it to turn against the view.
        said.way = 0 if claim.type == "judgement" else points(claim) or said.way
    return [agree(sentence) for sentence in _period_once(joined, period)]


def _next(said: _Said, claim: ClaimEvidence, sentence: str, names: str, turn: int) -> str:
    if claim.type == "judgement":
        return as_view(sentence, names)
    if claim.verdict == "not_determinable":
        return _open(said, sentence)
    way = points(claim)
    if said.undecided_before:
        lead = FOUND_AGAIN if said.turned else FOUND[turn % len(FOUND)]
        said.turned = True
        return led(lead, sentence, names) or sentence
    if said.way * way < 0:
        lead = TURN if not said.turned else BACK_TO_GOOD if way > 0 else BACK_TO_BAD
        said.turned = True
        return led(lead, sentence, names) or sentence
    if said.way == way and sentence.startswith("The force ") and said.last.startswith("The force "):
        return also(sentence)
    return sentence


def _open(said: _Said, sentence: str) -> str:
    """A question that stays open; its reason only where it is another one than before."""
    head, mark, reason = sentence.partition(BECAUSE)
    if not head.startswith(UNDECIDED) or not mark:
        return sentence
    question, before, said.reason = head.removeprefix(UNDECIDED), said.reason, reason
    if said.undecided_before and reason == before:
        return f"Nor, for the same reason, could it determine {question}."
    if said.undecided_before:
        return f"Nor could it determine {question}{BECAUSE}{reason}"
    if reason == before:
        # Other sentences stand in between, so "the same reason" would be looked for in those.
        return f"The inspection also could not determine {question}, again because {reason}"
    if before:
        return f"The inspection also could not determine {question}{BECAUSE}{reason}"
    if said.way <= 0 or said.turned:
        return sentence
    said.turned = True
    return f"{TURN} t{sentence[1:]}"


def also(sentence: str) -> str:
    """``The force also ...``, for a second sentence in a row that begins with "The force".

    Parameters
    ----------
    sentence : str
        ``The force knows ...`` or ``The force was unable ...``.

    Returns
    -------
    str
        ``The force also knows ...`` or ``The force was also unable ...``.
    """
    verb, _, rest = sentence.removeprefix("The force ").partition(" ")
    if verb in AUXILIARIES:
        return f"The force {verb} also {rest}"
    return f"The force also {verb} {rest}"


def _period_once(sentences: Sequence[str], period: str) -> list[str]:
    """The period in full the first time, "the same period" after that."""
    out: list[str] = []
    for sentence in sentences:
        if any(period in before for before in out):
            for word in ("in", "during"):
                sentence = sentence.replace(f"{word} {period}", f"{word} the same period")
        out.append(sentence)
    return out


def agree(sentence: str) -> str:
    """Number and article as grammar asks for: ``1 record``, ``an 83.4%``.

    Parameters
    ----------
    sentence : str

    Returns
    -------
    str
        No number is changed.
    """
    for pattern, one in ONE:
        sentence = pattern.sub(one, sentence)
    return ARTICLE.sub(lambda found: f"{found[1]}{'n' if _vowel(found[2]) else ''} ", sentence)


def _vowel(number: str) -> bool:
    head = number.split(",")[0]
    return head.startswith("8") or (head in ("11", "18") and len(number.split(",")) <= 2)
