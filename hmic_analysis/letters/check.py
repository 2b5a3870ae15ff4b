"""Checking the files of a letter against its evidence, and listing what each number is bound to."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

from hmic_analysis.cells import csv_text
from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.documents.blocks import (
    CatalogueEntry,
    FigureBlock,
    Heading,
    Letter,
    LetterSettings,
    Paragraph,
    Section,
    TableBlock,
)
from hmic_analysis.documents.text import clean, count_text, day, long_date
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, DataUsed, Indicator
from hmic_analysis.letters.annexes import CLAIM_COLUMNS
from hmic_analysis.letters.compose import compose
from hmic_analysis.letters.export import drawable
from hmic_analysis.letters.own_words import OwnWords
from hmic_analysis.letters.reading import (
    ReadLetter,
    atoms,
    code_spans,
    flat,
    is_number,
    is_number_word,
    numbers_of,
    read_letter_file,
    within,
)
from hmic_analysis.letters.word import Fixed, FixedItem, FixedPicture, FixedText, fixed_words, rendered
from hmic_analysis.words import say_period, say_value

# --------------------------------------------------------------------------------------------------------------------
# From a number in a letter to its claim, its indicator, the rows behind it, and the files they came from.

#: Fields of an indicator that letters print, and whether they are counts whatever the indicator's unit is.
FIELDS = {
    "value": False, "numerator": True, "denominator": True, "n": True, "unknown": True,
    "lo": False, "hi": False, "lo_missing": False, "hi_missing": False,
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """What a number is bound to.

    Attributes
    ----------
    claim : str
        ``A1b``; the finding alone, or "", where the number belongs to no claim.
    field : str
        ``attendance_known_pct.value``, or what else of the evidence or the parameters it is.
    rows : str
        The units counted, and the tables with their rows.
    files : tuple of (str, str)
        Each file with its SHA-256, "" where it is no data file.
    """

    claim: str
    field: str
    rows: str = ""
    files: tuple[tuple[str, str], ...] = ()


class Evidence:
    """The evidence of one letter, to look numbers up in.

    Parameters
    ----------
    bundles : sequence of Bundle
        As they may be released to the force.
    tables : mapping of str to sequence of str
        The tables that each claim rests on.
    """

    def __init__(self, bundles: Sequence[Bundle], tables: Mapping[str, Sequence[str]]) -> None:
        self.bundles = {bundle.finding: bundle for bundle in bundles}
        self._tables = tables
        self._claims = {c.claim: (b, c) for b in bundles for c in b.claims}
        self._known: dict[str, dict[str, Source]] = {}

    def of_claim(self, claim: str) -> dict[str, Source]:
        """Each number that a claim may print, and what it is; the most telling where several are alike."""
        if claim not in self._known:
            found = self._claims.get(claim)
            self._known[claim] = _first(self._claim_sources(*found)) if found else {}
        return self._known[claim]

    def of_finding(self, finding: str) -> dict[str, Source]:
        """Each number that any claim of a finding may print."""
        bundle = self.bundles.get(finding)
        merged: dict[str, Source] = {}
        for claim in bundle.claims if bundle else ():
            merged = self.of_claim(claim.claim) | merged
        return merged

    def of_printed(self, claim: str, printed: Sequence[tuple[str, str]]) -> dict[str, Source]:
        """What a sentence says of its own numbers: ``("83.4%", "attendance_pct.value")``."""
        if claim not in self._claims:
            return {}
        bundle, _ = self._claims[claim]
        return _first((text, self._indicator_source(bundle, claim, field)) for text, field in printed)

    def claim_text(self, claim: str, field: str) -> Source:
        """A field of a claim that is a text, such as its reason."""
        bundle = self._claims[claim][0] if claim in self._claims else None
        return Source(claim, field, *self._rows(bundle, claim)) if bundle else Source(claim, field)

    def files_of(self, finding: str) -> tuple[tuple[str, str], ...]:
        """Every data file that a finding used."""
        bundle = self.bundles.get(finding)
        return _files(bundle.data) if bundle else ()

    def _claim_sources(self, bundle: Bundle, claim: ClaimEvidence) -> Iterator[tuple[str, Source]]:
        """Numbers in order of what they most likely are: printed, indicators, dates, thresholds, words."""
        id = claim.claim
        for text, name in claim.numbers:
            yield text, self._indicator_source(bundle, id, name)
        own = {i.id: i for i in bundle.indicators}
        decided = [own[i] for i in claim.indicators if i in own]
        for indicator in decided:
            for text, name in _printed(indicator):
                yield text, self._indicator_source(bundle, id, f"{indicator.id}.{name}")
        yield from dates(bundle)
        for indicator in decided:
            for name in ("window", "label", "interval", "note", "caveats"):
                text = getattr(indicator, name)
                words = text if isinstance(text, str) else " ".join(text)
                yield words, self._indicator_source(bundle, id, f"{indicator.id}.{name}")
        for name, (value, origin) in bundle.parameters.items():
            yield value, Source(id, name, "", ((origin, ""),))
        for name in ("statement", "why", "would_change"):
            yield getattr(claim, name), self.claim_text(id, f"claims[{id}].{name}")

    def _indicator_source(self, bundle: Bundle, claim: str, field: str) -> Source:
        indicator = next((i for i in bundle.indicators if i.id == field.rpartition(".")[0]), None)
        rows, files = self._rows(bundle, claim)
        return Source(claim, field, "; ".join(w for w in (_units(indicator), rows) if w), files)

    def _rows(self, bundle: Bundle, claim: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        used = [d for d in bundle.data if d.table in self._tables.get(claim, ())] or list(bundle.data)
        return ", ".join(f"{d.table} {count_text(_in_use(d))} rows" for d in used), _files(used)


def dates(bundle: Bundle) -> Iterator[tuple[str, Source]]:
    """The days and the period of a bundle, as letters print them."""
    named = {"period_start": bundle.period_start, "period_end": bundle.period_end, "as_of": bundle.as_of}
    period = say_period(day(bundle.period_start), day(bundle.period_end))
    origin = bundle.parameters.get("period.end", ("", "params/inspection.yml"))[1].split(":")[0]
    yield period, Source(bundle.finding, "period", "", ((origin, ""),))
    for name, iso in (*named.items(), ("letter_date", bundle.letter_date)):
        yield long_date(iso), Source(bundle.finding, name, "", ((origin, ""),))


def _first(pairs: Iterable[tuple[str, Source]]) -> dict[str, Source]:
    """Each number of each text with the first source that prints it."""
    known: dict[str, Source] = {}
    for text, source in pairs:
        for number in numbers_of(clean(text)):
            known.setdefault(number, source)
    return known


def _printed(indicator: Indicator) -> Iterator[tuple[str, str]]:
    for name, count in FIELDS.items():
        value = getattr(indicator, name)
        if value is not None and indicator.value is not None:
            yield (count_text(value) if count else say_value(value, indicator.unit)), name


def _units(indicator: Indicator | None) -> str:
    if indicator is None or indicator.n is None:
        return ""
    unknown = f", {count_text(indicator.unknown)} unknown" if indicator.unknown else ""
    if indicator.denominator is None or indicator.numerator is None:
        return f"{count_text(indicator.n)} units{unknown}"
    return f"{count_text(indicator.numerator)} of {count_text(indicator.denominator)} units{unknown}"


def _in_use(data: DataUsed) -> int:
    return data.rows if data.rows_in_window is None else data.rows_in_window


def _files(used: Iterable[DataUsed]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((account.file, account.sha256) for data in used for account in data.accounts))


# --------------------------------------------------------------------------------------------------------------------
# The texts of a letter in the order in which they are read, each with what its numbers are bound to.

#: Variables of the template that hold numbers, and where they are kept.
INSPECTION = "params/inspection.yml"
CATALOGUE = Source("", "request", "", (("params/findings", ""),))


@dataclass(frozen=True)
class Unit:
    """One text of a letter.

    Attributes
    ----------
    place : str
        ``A1``, ``Figure 3``, ``Annex A, A1b``, ``fixed words``.
    text : str
    known : mapping of str to Source
        What a number in it is bound to, if it is printed here.
    rest : Source or None
        What any other number in it is bound to; None: to nothing.
    finding : str
    alt : bool
        Whether it is read out in place of a picture rather than printed.
    """

    place: str
    text: str
    known: Mapping[str, Source] = field(default_factory=dict)
    rest: Source | None = None
    finding: str = ""
    alt: bool = False

    def source(self, number: str) -> Source | None:
        """What a number of this text is bound to."""
        return self.known.get(number, self.rest)


def letter_units(letter: Letter, fixed: Fixed, evidence: Evidence) -> list[Unit]:
    """Every text of a letter, body first, then what is read out for pictures."""
    words = _variables(letter, evidence)
    units = [
        *_fixed(fixed.opening, words),
        *(Unit("mark", mark) for mark in letter.marks),
        *(unit for section in letter.sections for unit in _section(section, evidence)),
        *_fixed(fixed.closing, words),
        *(unit for section in letter.annexes for unit in _section(section, evidence)),
        *_fixed(fixed.ending, words),
    ]
    return [u for u in units if not u.alt] + [u for u in units if u.alt]


def header_units(letter: Letter, fixed: Fixed, evidence: Evidence) -> list[Unit]:
    """The texts at the head of pages."""
    words = _variables(letter, evidence)
    return [*_fixed(fixed.first_header, words), *_fixed(fixed.header, words)]


def _variables(letter: Letter, evidence: Evidence) -> dict[str, Source]:
    """Numbers that stand in the parameters of the letter, by number."""
    force = f"params/forces/{letter.force}.yml"
    given: list[tuple[str, Source]] = [
        (letter.letter_date, Source("", "letter_date", "", ((INSPECTION, ""),))),
        (letter.embargo, Source("", "embargo_until", "", ((INSPECTION, ""),))),
        (letter.reference, Source("", "letter.reference", "", ((INSPECTION, ""),))),
        (" ".join(letter.address), Source("", "letter.address", "", ((INSPECTION, ""),))),
        (letter.subject, Source("", "letter.subject", "", ((INSPECTION, ""),))),
        (letter.report_title, Source("", "letter.report_title", "", ((INSPECTION, ""),))),
        (" ".join(letter.addressee), Source("", "addressee", "", ((force, ""),))),
    ]
    for bundle in evidence.bundles.values():
        given += list(dates(bundle))
    known: dict[str, Source] = {}
    for text, source in given:
        for number in numbers_of(text):
            known.setdefault(number, source)
    return known


def _fixed(items: Iterable[FixedItem], words: Mapping[str, Source]) -> Iterator[Unit]:
    for item in items:
        if isinstance(item, FixedText):
            yield Unit("fixed words", item.text, words)
        elif isinstance(item, FixedPicture) and item.alt:
            yield Unit("fixed words", item.alt, words, alt=True)


def _section(section: Section, evidence: Evidence) -> Iterator[Unit]:
    yield Unit(section.title, section.title)
    place, finding = section.title, ""
    for block in section.blocks:
        if isinstance(block, Heading):
            place = finding = block.text.split(".")[0]
            yield Unit(place, block.text, finding=finding)
        elif isinstance(block, Paragraph):
            yield from _paragraph(block, block.finding or place, evidence)
        elif isinstance(block, FigureBlock):
            yield from _figure(block, evidence)
        else:
            yield from _table(block, section.title, evidence)


def _paragraph(block: Paragraph, place: str, evidence: Evidence) -> Iterator[Unit]:
    for part in block.parts:
        if part.target:
            yield Unit(place, part.text, rest=Source("", "number of a figure"), finding=block.finding)
        elif part.claim:
            printed = evidence.of_printed(part.claim, part.numbers)
            yield Unit(place, part.text, evidence.of_claim(part.claim) | printed, finding=block.finding)
        else:
            # What to ask a force for, and why nothing could be said, are words of the catalogue.
            rest = CATALOGUE if block.style in ("term", "bullet") else None
            yield Unit(place, part.text, evidence.of_finding(block.finding), rest, finding=block.finding)


def _figure(block: FigureBlock, evidence: Evidence) -> Iterator[Unit]:
    place = f"Figure {block.number}"
    numbered = Source("", "number of a figure")
    yield Unit(place, f"{place}:", rest=numbered, finding=block.finding)
    files = ((block.origin[2], ""), *evidence.files_of(block.finding))
    for name in ("headline", "subtitle", "note", "source"):
        source = Source(block.finding, f"figures[{block.name}].{name}", "rows of the figure's data", files)
        if getattr(block, name):
            yield Unit(place, getattr(block, name), rest=source, finding=block.finding)
    source = Source(block.finding, f"figures[{block.name}].alt", "rows of the figure's data", files)
    yield Unit(place, block.alt, rest=source, finding=block.finding, alt=True)


def _table(block: TableBlock, title: str, evidence: Evidence) -> Iterator[Unit]:
    annex = title.split(":")[0]
    yield Unit(annex, f"Table {block.number}:", rest=Source("", "number of a table"))
    yield from (Unit(annex, text) for text in (block.headline, block.subtitle) if text)
    yield from (Unit(annex, column.title) for column in block.columns)
    claims = block.columns == CLAIM_COLUMNS
    for row in block.rows:
        yield from _claim_row(row, annex, evidence) if claims else _data_row(row, block, annex, evidence)


def _claim_row(row: tuple[str, ...], annex: str, evidence: Evidence) -> Iterator[Unit]:
    claim = row[0]
    known, finding = evidence.of_claim(claim), claim.rstrip("abcdefghijklmnopqrstuvwxyz")
    for column, cell in zip(CLAIM_COLUMNS, row, strict=True):
        rest = evidence.claim_text(claim, f"claims[{claim}]: {column.title.lower()}")
        yield Unit(f"{annex}, {claim}", cell, known, rest, finding=finding)


def _data_row(row: tuple[str, ...], block: TableBlock, annex: str, evidence: Evidence) -> Iterator[Unit]:
    title, file = row[0].split("\n")[0], row[1].split("\n")[0]
    hashes = {
        account.sha256
        for bundle in evidence.bundles.values()
        for data in bundle.data
        for account in data.accounts
        if account.file == file and (data.table not in CONTRACTS or CONTRACTS[data.table].title == title)
    }
    for column, cell in zip(block.columns, row, strict=True):
        files = tuple((file, sha) for sha in sorted(hashes))
        yield Unit(f"{annex}, {title}", cell, rest=Source("", f"data, {column.title.lower()}", "", files))


# --------------------------------------------------------------------------------------------------------------------
# Laying a letter as it is now beside the letter that the evidence gives, number by number.

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


# --------------------------------------------------------------------------------------------------------------------
# Checking the files of a letter against its evidence, and listing what each number is bound to.

COLUMNS = ("number", "place", "claim", "evidence", "rows", "files", "sha256", "problem")
#: Signs of a file's hash that are enough to tell it from others on a screen.
SHORT = 12


class LetterCheck:
    """The letter that the evidence gives, to lay files beside.

    Parameters
    ----------
    bundles : sequence of Bundle
        As they may be released to the force.
    reports : mapping of str to pathlib.Path
        Folder of each finding's report.
    settings : LetterSettings
    catalogue : sequence of CatalogueEntry
    template : pathlib.Path
    wording : mapping of str to OwnWords
    tables : mapping of str to sequence of str
        The tables that each claim rests on.
    """

    def __init__(
        self,
        bundles: Sequence[Bundle],
        reports: Mapping[str, Path],
        settings: LetterSettings,
        catalogue: Sequence[CatalogueEntry],
        template: Path,
        wording: Mapping[str, OwnWords],
        tables: Mapping[str, Sequence[str]],
    ) -> None:
        self.letter = compose(bundles, settings, catalogue, wording)
        self._settings, self._catalogue, self._wording = settings, catalogue, wording
        self._bundles, self._reports, self._template = bundles, reports, template
        self._evidence = Evidence(bundles, tables)

    def file(self, path: Path) -> Checked:
        """Check one file."""
        found = read_letter_file(path)
        letter = self._as_marked(found)
        fixed = fixed_words(rendered(letter, self._template), self._template)
        checked = check_letter(
            found,
            letter_units(letter, fixed, self._evidence),
            header_units(letter, fixed, self._evidence),
            self._evidence,
            drawable if path.suffix.lower() == ".pdf" else str,
        )
        foreign = () if path.suffix.lower() == ".pdf" else self._foreign(found, letter)
        return replace(checked, objects=checked.objects + foreign)

    def _as_marked(self, found: ReadLetter) -> Letter:
        """The letter with its embargo, or without where the file bears none: both may lie about at the same time."""
        if not self.letter.embargo or self.letter.embargo in " ".join(found.body.split()):
            return self.letter
        unmarked = replace(self._settings, embargo="")
        return compose(self._bundles, unmarked, self._catalogue, self._wording)

    def _foreign(self, found: ReadLetter, letter: Letter) -> tuple[str, ...]:
        """Pictures that are neither a figure of the letter nor part of the template."""
        known = {_sha(self._reports[f.finding] / f.origin[0]) for f in letter.figures()}
        with zipfile.ZipFile(self._template) as archive:
            names = [n for n in archive.namelist() if n.startswith("word/media/")]
            known |= {hashlib.sha256(archive.read(name)).hexdigest() for name in names}
        count = sum(mark not in known for mark in found.pictures)
        return (f"{count} picture{'s' * (count > 1)} added or changed by hand",) if count else ()


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def listing(numbers: Sequence[CheckedNumber]) -> Iterator[str]:
    """One line a number: ``83.4%  A1  A1b  attendance_pct.value  650 of 780 units; crime 780 rows  crime.csv 9f2c``."""
    for n in numbers:
        if n.source is None:
            yield f"{n.number}  {n.place}  BOUND TO NOTHING: {n.problem}"
            continue
        files = ", ".join(f"{name} {sha[:SHORT]}".rstrip() for name, sha in n.source.files)
        yield "  ".join(w for w in (n.number, n.place, n.source.claim, n.source.field, n.source.rows, files) if w)


def listing_csv(numbers: Sequence[CheckedNumber]) -> bytes:
    """The same as CSV (UTF-8), with whole hashes."""
    rows: list[Sequence[str]] = [COLUMNS]
    for n in numbers:
        source = n.source
        told = ("", "", "", "", "")
        if source is not None:
            names, hashes = ("; ".join(file[i] for file in source.files) for i in (0, 1))
            told = (source.claim, source.field, source.rows, names, hashes)
        rows.append((n.number, n.place, *told, n.problem))
    return csv_text(rows).encode("utf-8")
