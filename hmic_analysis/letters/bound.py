"""Checking the files of a letter against its evidence, and listing what each number is bound to."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hmic_analysis.disclosure.cells import csv_text
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.checking import Checked, CheckedNumber, check_letter
from hmic_analysis.letters.compose import compose
from hmic_analysis.letters.fixed import fixed_words
from hmic_analysis.letters.model import CatalogueEntry, Letter, LetterSettings
from hmic_analysis.letters.pdf import drawable
from hmic_analysis.letters.reading import ReadLetter, read_letter_file
from hmic_analysis.letters.sources import Evidence
from hmic_analysis.letters.units import header_units, letter_units
from hmic_analysis.letters.word import rendered
from hmic_analysis.letters.wording import OwnWords

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

    Raises
    ------
    DataError, ParameterError
        As :func:`hmic_analysis.letters.compose.compose` and :func:`hmic_analysis.letters.word.rendered` say.
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
        """Check one file.

        Parameters
        ----------
        path : pathlib.Path
            ``.docx`` or ``.pdf``, as it is now.

        Returns
        -------
        Checked

        Raises
        ------
        DataError
            If it can't be read as a letter.
        """
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
    """One line a number: ``83.4%  A1  A1b  attendance_pct.value  650 of 780 units; crime 780 rows  crime.csv 9f2c...``.

    Parameters
    ----------
    numbers : sequence of CheckedNumber

    Yields
    ------
    str
    """
    for n in numbers:
        if n.source is None:
            yield f"{n.number}  {n.place}  BOUND TO NOTHING: {n.problem}"
            continue
        files = ", ".join(f"{name} {sha[:SHORT]}".rstrip() for name, sha in n.source.files)
        yield "  ".join(w for w in (n.number, n.place, n.source.claim, n.source.field, n.source.rows, files) if w)


def listing_csv(numbers: Sequence[CheckedNumber]) -> bytes:
    """The same as CSV (UTF-8), with whole hashes.

    Parameters
    ----------
    numbers : sequence of CheckedNumber

    Returns
    -------
    bytes
    """
    rows: list[Sequence[str]] = [COLUMNS]
    for n in numbers:
        source = n.source
        told = ("", "", "", "", "")
        if source is not None:
            names, hashes = ("; ".join(file[i] for file in source.files) for i in (0, 1))
            told = (source.claim, source.field, source.rows, names, hashes)
        rows.append((n.number, n.place, *told, n.problem))
    return csv_text(rows).encode("utf-8")
