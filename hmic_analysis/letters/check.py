"""Checking the files of a letter against its evidence, and listing what each number is bound to."""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

from hmic_analysis.cells import csv_text
from hmic_analysis.documents.blocks import (
    CatalogueEntry,
    FigureBlock,
    Heading,
    Letter,
    LetterSettings,
    Paragraph,
    Report,
    Section,
    TableBlock,
)
from hmic_analysis.documents.pdf import drawable
from hmic_analysis.documents.word import word_picture
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.compose import compose
from hmic_analysis.letters.evidence import CLAIM_COLUMNS, evidence_report, table_title
from hmic_analysis.letters.export import heights
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
from hmic_analysis.letters.sources import Evidence, Source, dates
from hmic_analysis.letters.word import Fixed, FixedItem, FixedPicture, FixedText, fixed_words, rendered

# The texts of a letter in the order in which they are read, each with what its numbers are bound to.

#: Variables of the template that hold numbers, and where they are kept.
INSPECTION = "params/inspection.yml"
CATALOGUE = Source("", "request", "", (("params/findings", ""),))


@dataclass(frozen=True)
class Unit:
    """One text of a letter."""

    #: ``A1``, ``Figure 3``, ``A1, A1b``, ``fixed words``.
    place: str
    text: str
    #: What a number in it is bound to, if it is printed here.
    known: Mapping[str, Source] = field(default_factory=dict)
    #: What any other number in it is bound to; None: to nothing.
    rest: Source | None = None
    finding: str = ""
    #: Whether it is read out in place of a picture rather than printed.
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
    ]
    return _alt_last(units)


def report_units(report: Report, evidence: Evidence) -> list[Unit]:
    """Every text of the document of the evidence, body first, then what is read out for pictures."""
    words = {n: source for b in evidence.bundles.values() for text, source in dates(b) for n in numbers_of(text)}
    words |= {n: Source("", "embargo_until", "", ((INSPECTION, ""),)) for n in numbers_of(" ".join(report.notices))}
    fixed = (report.organisation, report.title, *report.notices, report.lead)
    units = [
        *(Unit("fixed words", text, words) for text in fixed if text),
        *(unit for section in report.sections for unit in _section(section, evidence)),
    ]
    return _alt_last(units)


def _alt_last(units: Sequence[Unit]) -> list[Unit]:
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
        (letter.former_title, Source("", "former_title", "", ((INSPECTION, ""),))),
        (letter.fieldwork, Source("", "fieldwork", "", ((INSPECTION, ""),))),
        (letter.update, Source("", "letter.update", "", ((INSPECTION, ""),))),
        (letter.data_site, Source("", "letter.data_site", "", ((INSPECTION, ""),))),
        (f"{letter.forces_total}", Source("", "territorial forces", "", (("params/forces.yml", ""),))),
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
    term = block.parts[0].text.rstrip(". ") if block.style == "term" else ""
    for part in block.parts:
        if part.target:
            yield Unit(place, part.text, rest=Source("", "number of a figure"), finding=block.finding)
        elif part.claim:
            printed = evidence.of_printed(part.claim, part.numbers)
            yield Unit(place, part.text, evidence.of_claim(part.claim) | printed, finding=block.finding)
        elif evidence.of_claim(term):
            # Why a claim was decided so: its own figures, and the numbers of its reason.
            rest = evidence.claim_text(term, f"claims[{term}].why")
            yield Unit(f"{place}, {term}", part.text, evidence.of_claim(term), rest, finding=block.finding)
        else:
            # What to ask a force for, and why nothing could be said, are words of the catalogue; what the data can't
            # tell are those of the row accounts.
            rest = CATALOGUE if block.style in ("term", "bullet") else None
            yield Unit(place, part.text, evidence.of_finding(block.finding), rest, finding=block.finding)


def _figure(block: FigureBlock, evidence: Evidence) -> Iterator[Unit]:
    place = f"Figure {block.number}"
    numbered = Source("", "number of a figure")
    yield Unit(place, f"{place}:", rest=numbered, finding=block.finding)
    files = ((block.origin[1], ""), *evidence.files_of(block.finding))
    for name in ("headline", "subtitle", "note", "source"):
        source = Source(block.finding, f"figures[{block.name}].{name}", "rows of the figure's data", files)
        if getattr(block, name):
            yield Unit(place, getattr(block, name), rest=source, finding=block.finding)
    source = Source(block.finding, f"figures[{block.name}].alt", "rows of the figure's data", files)
    yield Unit(place, block.alt, rest=source, finding=block.finding, alt=True)


def _table(block: TableBlock, title: str, evidence: Evidence) -> Iterator[Unit]:
    yield Unit(title, f"Table {block.number}:", rest=Source("", "number of a table"))
    claims = block.columns == CLAIM_COLUMNS
    known = evidence.of_claim(block.rows[0][0]) if claims else {}
    yield from (Unit(title, text, known) for text in (block.headline, block.subtitle) if text)
    yield from (Unit(title, column.title) for column in block.columns)
    for row in block.rows:
        yield from _claim_row(row, evidence) if claims else _data_row(row, block, title, evidence)


def _claim_row(row: tuple[str, ...], evidence: Evidence) -> Iterator[Unit]:
    claim = row[0].split(" ")[0]
    known, finding = evidence.of_claim(claim), claim.rstrip("abcdefghijklmnopqrstuvwxyz")
    for column, cell in zip(CLAIM_COLUMNS, row, strict=True):
        rest = evidence.claim_text(claim, f"claims[{claim}]: {column.title.lower()}")
        yield Unit(f"{finding}, {claim}", cell, known, rest, finding=finding)


def _data_row(row: tuple[str, ...], block: TableBlock, place: str, evidence: Evidence) -> Iterator[Unit]:
    title, file = row[0].split("\n")[0], row[1].split("\n")[0]
    hashes = {
        account.sha256
        for bundle in evidence.bundles.values()
        for data in bundle.data
        for account in data.accounts
        if account.file == file and table_title(data.table) == title
    }
    for column, cell in zip(block.columns, row, strict=True):
        files = tuple((file, sha) for sha in sorted(hashes))
        yield Unit(f"{place}, {title}", cell, rest=Source("", f"data, {column.title.lower()}", "", files))


# Laying a letter as it is now beside the letter that the evidence gives, number by number.

#: Words shown around a place in the document.
AROUND = 6


@dataclass(frozen=True)
class CheckedNumber:
    """One number of a letter."""

    #: As it is printed.
    number: str
    place: str
    #: What it is bound to; None: to nothing.
    source: Source | None
    #: Why it is bound to nothing; "" where it is bound.
    problem: str = ""


@dataclass(frozen=True)
class Checked:
    """What a check found."""

    #: In the order of the document.
    numbers: tuple[CheckedNumber, ...]
    #: Places where words differ from those that were written, without a number being wrong.
    changes: tuple[str, ...] = ()
    #: What in the file can't be read.
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
    wanted, there, numbers = _without_figures(wanted, there)
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


def _without_figures(wanted: list[_Atom], there: list[_Atom]) -> tuple[list[_Atom], list[_Atom], list[CheckedNumber]]:
    """Both without the words around each figure that stand in the document as they should, wherever; their numbers.

    A figure stands where there was room for it, which may be amid other words.
    """
    numbers: list[CheckedNumber] = []
    for place in dict.fromkeys(a.unit.place for a in wanted if a.unit.place.startswith("Figure ") and not a.unit.alt):
        inside = [i for i, a in enumerate(wanted) if a.unit.place == place and not a.unit.alt]
        own = [wanted[i].text for i in inside]
        texts = [a.text for a in there]
        starts = (k for k, text in enumerate(texts) if text == own[0] and texts[k : k + len(own)] == own)
        at = next(starts, None)
        if at is not None:
            numbers += [_as_wanted(wanted[i]) for i in inside if is_number(wanted[i].text) and not wanted[i].code]
            there = there[:at] + there[at + len(own) :]
            gone = set(inside)
            wanted = [a for i, a in enumerate(wanted) if i not in gone]
    return wanted, there, numbers


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


COLUMNS = ("number", "place", "claim", "evidence", "rows", "files", "sha256", "problem")
#: Signs of a file's hash that are enough to tell it from others on a screen.
SHORT = 12


class LetterCheck:
    """The letter that the evidence gives, to lay files beside.

    ``bundles``: as they may be released to the force; ``reports``: folder of each finding's report; ``tables``: those
    that each claim rests on.
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
        self._settings, self._catalogue, self._wording = settings, catalogue, wording
        self._bundles, self._reports, self._template = bundles, reports, template
        self._evidence = Evidence(bundles, tables)
        self.letter = compose(bundles, settings, catalogue, wording)
        self.report = self._report(settings)

    def file(self, path: Path) -> Checked:
        """Check one file, the letter or the document of its evidence."""
        found = read_letter_file(path)
        body = " ".join(found.body.split())
        # Both, with the embargo and without, may lie about at the same time.
        marked = not self.letter.embargo or self.letter.embargo in body
        settings = self._settings if marked else replace(self._settings, embargo="")
        if self.report.title in body:
            report = self.report if marked else self._report(settings)
            units, figures = report_units(report, self._evidence), report.figures()
            known = {n: s for unit in units[:1] + units for n, s in unit.known.items()}
            heads = [Unit("page head", text, known) for text in (report.running, *report.notices)]
        else:
            letter = self.letter if marked else compose(self._bundles, settings, self._catalogue, self._wording)
            fixed = fixed_words(rendered(letter, self._template), self._template)
            units, figures = letter_units(letter, fixed, self._evidence), letter.figures()
            heads = header_units(letter, fixed, self._evidence)
        pdf = path.suffix.lower() == ".pdf"
        checked = check_letter(found, units, heads, self._evidence, drawable if pdf else str)
        foreign = () if pdf else self._foreign(found, figures)
        return replace(checked, objects=checked.objects + foreign)

    def _report(self, settings: LetterSettings) -> Report:
        return evidence_report(self._bundles, settings, self._catalogue, self._wording, heights(self._reports))

    def _foreign(self, found: ReadLetter, figures: Sequence[FigureBlock]) -> tuple[str, ...]:
        """Pictures that are neither a figure of the document nor part of the template."""
        known = set()
        for path in {self._reports[f.finding] / f.origin[0] for f in figures} if found.pictures else ():
            if path.is_file():
                known.add(hashlib.sha256(word_picture(path, path.name)).hexdigest())
        with zipfile.ZipFile(self._template) as archive:
            names = [n for n in archive.namelist() if n.startswith("word/media/")]
            known |= {hashlib.sha256(archive.read(name)).hexdigest() for name in names}
        count = sum(mark not in known for mark in found.pictures)
        return (f"{count} picture{'s' * (count > 1)} added or changed by hand",) if count else ()


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
