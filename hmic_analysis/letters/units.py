"""The texts of a letter in the order in which they are read, each with what its numbers are bound to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.letters.annexes import CLAIM_COLUMNS
from hmic_analysis.letters.atoms import numbers_of
from hmic_analysis.letters.fixed import Fixed, FixedItem, FixedPicture, FixedText
from hmic_analysis.letters.model import FigureBlock, Heading, Letter, Paragraph, Section, TableBlock
from hmic_analysis.letters.sources import Evidence, Source, dates

#: Variables of the template that hold numbers, and where they are kept.
INSPECTION = "params/inspection.yml"
CATALOGUE = Source("", "request", "", (("params/findings.yml", ""),))


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
    """Every text of a letter, body first, then what is read out for pictures.

    Parameters
    ----------
    letter : Letter
        Composed from the evidence as it is now.
    fixed : Fixed
        The words of the template.
    evidence : Evidence

    Returns
    -------
    list of Unit
    """
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
