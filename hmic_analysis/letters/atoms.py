"""Cutting texts into words, numbers and signs, so that two documents can be laid side by side whatever their lines."""

from __future__ import annotations

import re
import unicodedata

from hmic_analysis.letters.wording import NUMBER_WORDS

#: A number with its decimals and its per cent sign; a run of letters; any other sign by itself.
ATOM = re.compile(r"\d+(?:[.,]\d+)*(?:\s?%)?|[^\W\d_]+|[^\w\s]|_")
#: Marks of lists, which a PDF prints and a Word document only numbers, and hyphens that end a line.
DROPPED = frozenset("\N{BULLET}\N{SOFT HYPHEN}")
#: Codes that hold digits and count nothing: findings, claims, and marks of files.
CODE = re.compile(r"\b[A-Z]\d{1,2}[a-z]?\b|\bSHA-256 [0-9a-f]+\b")
PER_CENT = re.compile(r"(\d)\s*(?:per\s?cent|pct|pc)\b", re.IGNORECASE)


def flat(text: str) -> str:
    """Text with full-width, raised and other forms of a character as the plain one, and "per cent" as a sign.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    return PER_CENT.sub(r"\1%", unicodedata.normalize("NFKC", text))


def atoms(text: str) -> list[tuple[str, int]]:
    """The atoms of a flat text, each with where it begins.

    Parameters
    ----------
    text : str
        As :func:`flat` gives it.

    Returns
    -------
    list of (str, int)
    """
    return [("".join(m[0].split()), m.start()) for m in ATOM.finditer(text) if m[0] not in DROPPED]


def is_number(atom: str) -> bool:
    """Whether an atom holds a digit or another numeral."""
    return any(c.isnumeric() for c in atom)


def is_number_word(atom: str) -> bool:
    """Whether an atom is a number in letters, such as "eight"."""
    return NUMBER_WORDS.fullmatch(atom) is not None


def numbers_of(text: str) -> list[str]:
    """The numbers in a text, codes left out.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
        ``["83.4%", "1,204"]``.
    """
    plain = flat(text)
    coded = code_spans(plain)
    return [atom for atom, at in atoms(plain) if is_number(atom) and not within(at, coded)]


def code_spans(text: str) -> list[tuple[int, int]]:
    """Where codes stand in a flat text."""
    return [match.span() for match in CODE.finditer(text)]


def within(at: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a place lies in one of the spans."""
    return any(start <= at < end for start, end in spans)
