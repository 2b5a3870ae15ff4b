"""Laying a letter as it is now beside the letter that the evidence gives, number by number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from hmic_analysis.letters.atoms import atoms, code_spans, flat, is_number, is_number_word, within
from hmic_analysis.letters.reading import ReadLetter
from hmic_analysis.letters.sources import Evidence, Source
from hmic_analysis.letters.units import Unit

#: Words shown around a place in the document.
AROUND = 6


@dataclass(frozen=True)
class CheckedNumber:
    """One number of a letter.

    Attributes
    ----------
    number : str
        As it is printed.
    place : str
    source : Source or None
        What it is bound to; None: to nothing.
    problem : str
        Why it is bound to nothing; "" where it is bound.
    """

    number: str
    place: str
    source: Source | None
    problem: str = ""


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes
    ----------
    numbers : tuple of CheckedNumber
        In the order of the document.
    changes : tuple of str
        Places where words differ from those that were written, without a number being wrong.
    objects : tuple of str
        What in the file can't be read.
    """

    numbers: tuple[CheckedNumber, ...]
    changes: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()

    @property
    def unbound(self) -> tuple[CheckedNumber, ...]:
        """Numbers that are bound to nothing."""
        return tuple(n for n in self.numbers if n.source is None)

    @property
    def sound(self) -> bool:
        """Whether every number is bound, and there is nothing that can't be read."""
        return not self.unbound and not self.objects


@dataclass(frozen=True)
class _Atom:
    text: str
    unit: Unit | None
    code: bool


def check_letter(
    found: ReadLetter,
    units: Sequence[Unit],
    heads: Sequence[Unit],
    evidence: Evidence,
    as_set: Callable[[str], str] = str,
) -> Checked:
    """Check every number of a letter.

    Parameters
    ----------
    found : ReadLetter
        The letter as it is now.
    units, heads : sequence of Unit
        The texts that the evidence gives, and those at the head of pages.
    evidence : Evidence
        To look up numbers in sentences that were written by hand.
    as_set : callable, optional
        What became of a text when the document was set: characters that its fonts don't hold.

    Returns
    -------
    Checked

    Notes
    -----
    A number is bound if it stands in its own place in the text that the evidence gives.  In words that were added by
    hand it is bound if a claim of the same finding prints it.  Where another number should stand it is bound to
    nothing, even if it is a figure of something else.
    """
    codes = {c for f, b in evidence.bundles.items() for c in (f, *(claim.claim for claim in b.claims))}
    codes |= {u.place for u in units if u.finding == u.place}
    wanted = [a for unit in units for a in _cut(as_set(unit.text), unit, None)]
    there = _cut(found.body, None, codes)
    numbers: list[CheckedNumber] = []
    changes: list[str] = []
    for kind, i, j, k, m in _pieces([a.text for a in wanted], [a.text for a in there]):
        if kind == "equal":
            numbers += [_as_wanted(a) for a in wanted[i:j] if is_number(a.text) and not a.code]
            continue
        near = [a.unit for a in (wanted[i:j] or wanted[max(0, i - 1) : i + 1])]
        bad = list(_changed(wanted[i:j], there[k:m], near, evidence, _around(there, k, m)))
        numbers += bad
        if not bad:
            changes.append(_say_change(wanted[i:j], there[k:m], near[0].place if near else "end"))
    numbers += _check_heads(found.heads, heads, as_set)
    return Checked(tuple(numbers), tuple(changes), found.objects)


def _cut(text: str, unit: Unit | None, codes: set[str] | None) -> list[_Atom]:
    plain = flat(text)
    spans = code_spans(plain)
    if codes is not None:
        spans = [(s, e) for s, e in spans if plain[s:e] in codes or plain[s:e].startswith("SHA-256")]
    return [_Atom(atom, unit, within(at, spans)) for atom, at in atoms(plain)]


def _pieces(wanted: list[str], there: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """How one list of atoms becomes the other; what is alike at both ends is set aside first, since that is most."""
    head = 0
    while head < min(len(wanted), len(there)) and wanted[head] == there[head]:
        head += 1
    tail = 0
    while tail < min(len(wanted), len(there)) - head and wanted[-1 - tail] == there[-1 - tail]:
        tail += 1
    yield "equal", 0, head, 0, head
    middle = SequenceMatcher(None, wanted[head : len(wanted) - tail], there[head : len(there) - tail], autojunk=False)
    for kind, i, j, k, m in middle.get_opcodes():
        yield kind, head + i, head + j, head + k, head + m
    yield "equal", len(wanted) - tail, len(wanted), len(there) - tail, len(there)


def _as_wanted(atom: _Atom) -> CheckedNumber:
    source = atom.unit.source(atom.text)
    problem = "" if source else "it stands in the fixed words of the template, and nothing in the evidence is it"
    return CheckedNumber(atom.text, atom.unit.place, source, problem)


def _changed(
    wanted: Sequence[_Atom], there: Sequence[_Atom], near: Sequence[Unit], evidence: Evidence, around: str
) -> Iterator[CheckedNumber]:
    """Numbers where the document doesn't say what was written."""
    place = near[0].place if near else "end"
    known = {n: s for f in {u.finding for u in near} for n, s in evidence.of_finding(f).items()}
    missed = [a.text for a in wanted if is_number(a.text) and not a.code]
    for atom in there:
        if atom.code or not (is_number(atom.text) or is_number_word(atom.text)):
            continue
        if missed:
            listed = " or ".join(dict.fromkeys(missed))
            yield CheckedNumber(atom.text, place, None, f'the evidence gives {listed} here: "{around}"')
        elif atom.text in known:
            yield CheckedNumber(atom.text, place, known[atom.text])
        else:
            yield CheckedNumber(atom.text, place, None, f'no figure of this finding is it: "{around}"')


def _around(there: Sequence[_Atom], start: int, end: int) -> str:
    """The words of the document around a place."""
    words = [a.text for a in there[max(0, start - AROUND) : min(len(there), end + AROUND)]]
    return _joined(words)


def _joined(words: Sequence[str]) -> str:
    text = ""
    for word in words:
        text += word if not text or word in ".,;:!?)%" or text.endswith("(") else f" {word}"
    return text if len(text) <= 160 else f"{text[:157]}..."


def _say_change(wanted: Sequence[_Atom], there: Sequence[_Atom], place: str) -> str:
    was, now = _joined([a.text for a in wanted]), _joined([a.text for a in there])
    if not was:
        return f'{place}: added "{now}"'
    return f'{place}: "{was}" was taken out' if not now else f'{place}: "{now}" stands for "{was}"'


def _check_heads(found: Sequence[str], heads: Sequence[Unit], as_set: Callable[[str], str]) -> Iterator[CheckedNumber]:
    """Numbers at the head and foot of pages: those of the heads that were written, and those of the pages."""
    known = {a.text: unit for unit in heads for a in _cut(as_set(unit.text), unit, None) if is_number(a.text)}
    told = set()
    for text in found:
        words = _cut(text, None, set())
        for i, atom in enumerate(words):
            if not is_number(atom.text) or atom.text in told or _page_number(words, i):
                continue
            told.add(atom.text)
            unit = known.get(atom.text)
            source = unit.source(atom.text) if unit else None
            yield CheckedNumber(
                atom.text, "page head", source, "" if source else "it was added to the head of the page"
            )


def _page_number(words: Sequence[_Atom], i: int) -> bool:
    """Whether a number belongs to "Page 3 of 9"."""
    before = [a.text.lower() for a in words[max(0, i - 3) : i]]
    return before[-1:] == ["page"] or (len(before) == 3 and before[0] == "page" and before[2] == "of")
