"""A scan of a release for every reference to a person that the raw return holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.disclosure.parts import Part
from hmic_analysis.disclosure.rawkeys import Reference, references_of
from hmic_analysis.disclosure.reading import Release, read_release
from hmic_analysis.project import Project

#: References with fewer characters, or numbers with fewer digits, can't be told from ordinary words and figures.
SHORTEST, SHORTEST_NUMBER = 4, 6
#: Longest reference in words; addresses have about this many.
LONGEST = 10
#: Numbers are looked for only where fewer of all numbers of that length than this are references.
DENSEST = 0.01
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, order=True)
class Found:
    """A reference to a person in a release.

    Attributes
    ----------
    file, place : str
        Where.
    kind : str
        What it is: ``crime.victim_key``.
    value : str
        As the release writes it.
    """

    file: str
    place: str
    kind: str
    value: str


@dataclass(frozen=True)
class Wanted:
    """References by their words, ready to be looked up.

    Attributes
    ----------
    by_words : dict of tuple to str
        Words of a reference in lower case, and its kind.
    exact : dict of str to str
        References of one word without a digit, as they are written: in other cases they are ordinary words.
    skipped : int
        References too short, or numbers too many, to be told from ordinary words and figures.
    """

    by_words: dict[tuple[str, ...], str]
    exact: dict[str, str]
    skipped: int


def find_identifiers(folder: Path, project: Project, force: str) -> list[Found]:
    """Every reference to a person of a force's raw return that stands anywhere in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        The release.
    project : Project
        It holds the return and its mapping, and the loaded tables with the hashes of the references.
    force : str
        Slug.

    Returns
    -------
    list of Found
        Empty where there is none.

    Raises
    ------
    DataError
        If the folder, or the force's return, isn't there.
    """
    return identifiers_in(read_release(folder), wanted(references_of(project, force)))


def wanted(references: Iterable[Reference]) -> Wanted:
    """References ready to be looked up.

    Parameters
    ----------
    references : iterable of Reference

    Returns
    -------
    Wanted
    """
    by_words: dict[tuple[str, ...], str] = {}
    exact: dict[str, str] = {}
    numbers: dict[int, list[tuple[str, str]]] = {}
    skipped = 0
    for reference in references:
        words = tuple(_words(reference.value))
        if not words or len(words) > LONGEST or sum(map(len, words)) < SHORTEST:
            skipped += 1
        elif len(words) == 1 and words[0].isdigit():
            numbers.setdefault(len(words[0]), []).append((words[0], reference.kind))
        elif len(words) == 1 and words[0].isalpha():
            exact.setdefault(reference.value.strip(), reference.kind)
        else:
            by_words.setdefault(words, reference.kind)
    for digits, found in numbers.items():
        if digits < SHORTEST_NUMBER or len({n for n, _ in found}) > DENSEST * 10**digits:
            skipped += len(found)
            continue
        by_words.update({(number,): kind for number, kind in found})
    return Wanted(by_words, exact, skipped)


def identifiers_in(release: Release, sought: Wanted) -> list[Found]:
    """The references that a release holds.

    Parameters
    ----------
    release : Release
    sought : Wanted

    Returns
    -------
    list of Found
    """
    lengths = sorted({len(w) for w in sought.by_words})
    found: set[Found] = set()
    for part in release.parts:
        for text in _texts(part):
            found.update(Found(part.file, part.place, kind, value) for kind, value in _in_text(text, sought, lengths))
    return sorted(found)


def _texts(part: Part) -> Iterator[str]:
    """A text, or the cells of a table each by itself and each row as a whole, for a reference may go over cells."""
    if part.rows:
        yield from (" ".join(row) for row in part.rows)
    else:
        yield part.text


def _in_text(text: str, sought: Wanted, lengths: Sequence[int]) -> Iterator[tuple[str, str]]:
    words = _words(text)
    for n in lengths:
        for i in range(len(words) - n + 1):
            kind = sought.by_words.get(tuple(words[i : i + n]))
            if kind is not None:
                yield kind, " ".join(words[i : i + n])
    if sought.exact:
        for word in _WORD.findall(unicodedata.normalize("NFC", text)):
            if word in sought.exact:
                yield sought.exact[word], word


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", str(text)).casefold())
