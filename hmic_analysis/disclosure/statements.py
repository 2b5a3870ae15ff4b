"""What a release says, taken apart into sentences and rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from hmic_analysis.disclosure.parts import Part
from hmic_analysis.disclosure.rewording import numbers_in

#: Numbers that count nobody: days, limits, numbers of figures, the rule itself.
_IDLE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?\b"
    r"|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b(?: \d{4})?"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b"
    r"|\b\d{2}:\d{2}\b|\b\d+ (?:months?|hours?|minutes?) to\b"
    r"|\b(?:[Ff]igures?|[Tt]ables?|[Aa]nnex|[Pp]ages?|[Ss]ections?|row|column) \d+(?:\.\d+)*"
    r"|\b(?:fewer|less|more) than \d+(?:\.\d+)?%?|\bwithin \d+(?:\.\d+)?%?|\b(?:last|past|first|over|after) \d+ \w+"
    r"|\b(?:at least|at most|below|above|under|reach(?:es|ed)?|the test of|[Tt]est:?) \d+(?:\.\d+)?%?"
    r"|\b95% (?:interval|confidence)|\b\d+(?:\.\d+)?(?:st|nd|rd|th)\b",
)
#: Where one sentence ends and the next begins.
SENTENCE = re.compile(r"(?<=[.;!?]) +(?=[A-Z\"'(\[])")


def without_idle(text: str) -> str:
    """The text without the numbers that count nobody."""
    return _IDLE.sub(" ", text)


@dataclass(frozen=True)
class Statement:
    """A sentence, or one row of a table with its header.

    Attributes
    ----------
    part : Part
        Where it stands.
    words : str
        What it says, without the numbers that count nobody.
    header : tuple of str
        Of a row of a table the names of its columns, else empty.
    cells : tuple of str
        Of a row its cells.
    """

    part: Part
    words: str
    header: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    @cached_property
    def folded(self) -> str:
        """Its words for looking names up."""
        return " ".join(self.words.split()).casefold()

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Its numbers as printed; those of a code or key of a row are none."""
        return frozenset(numbers_in(self.words))


def statements(part: Part) -> Iterator[Statement]:
    """A part of a release taken apart into sentences, or rows."""
    if not part.rows:
        for sentence in SENTENCE.split(part.text):
            yield Statement(part, without_idle(sentence))
        return
    header = part.rows[0]
    named = not any(numbers_in(c) and c == "".join(c.split()) and c[:1].isdigit() for c in header)
    for row in part.rows[1:] if named and len(part.rows) > 1 else part.rows:
        words = without_idle(" | ".join(row))
        yield Statement(part, words, header if named else (), row)
