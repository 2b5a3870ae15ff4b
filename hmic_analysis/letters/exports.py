"""The folder of a letter: the document, its blocks, and the figures it prints with their data."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.archive import remove, write_whole
from hmic_analysis.letters.compose import compose
from hmic_analysis.letters.fixed import fixed_words
from hmic_analysis.letters.model import CatalogueEntry, Letter, LetterSettings
from hmic_analysis.letters.pdf import pdf_bytes
from hmic_analysis.letters.word import rendered, word_bytes
from hmic_analysis.letters.wording import OwnWords


@dataclass(frozen=True)
class LetterFiles:
    """What was written."""

    document: Path
    pdf: Path
    blocks: Path
    figures: tuple[Path, ...]


def export_figures(letter: Letter, reports: Mapping[str, Path], folder: Path) -> tuple[Path, ...]:
    """Copy the figures of a letter, as PNG, SVG and CSV, to where the letter expects them.

    Parameters
    ----------
    letter : Letter
    reports : mapping of str to pathlib.Path
        Folder of each finding's report, in which its pictures and data lie.
    folder : pathlib.Path
        The letter's folder.  Figures that an earlier letter left in its ``figures`` are removed.

    Returns
    -------
    tuple of pathlib.Path
        The files written.

    Raises
    ------
    DataError
        If a file that the evidence names isn't there.
    """
    written = []
    for figure in letter.figures():
        for source, target in zip(figure.origin, (figure.png, figure.svg, figure.data), strict=True):
            path = reports[figure.finding] / source
            if not path.is_file():
                raise DataError(
                    f"The evidence of finding {figure.finding} names the file {source}, which isn't there: {path}. Run "
                    "the finding again, then write the letter."
                )
            content = path.read_bytes()
            write_whole(folder / target, _declared(content, letter) if target == figure.data else content)
            written.append(folder / target)
    for old in sorted((folder / "figures").glob("figure-*")):
        if old not in written:
            remove(old)
    return tuple(written)


def _declared(data: bytes, letter: Letter) -> bytes:
    """The data of a figure, saying in each row that the letter is under embargo and how sensitive it is."""
    told = {"embargo": f"EMBARGOED until {letter.embargo}" if letter.embargo else "", "sensitivity": letter.sensitivity}
    rows = [row for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) if row]
    columns = [name for name, text in told.items() if text and name not in rows[0]]
    added = [rows[0] + columns, *(row + [told[name] for name in columns] for row in rows[1:])]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(added)
    return out.getvalue().encode("utf-8")


def make_letter(
    bundles: Sequence[Bundle],
    reports: Mapping[str, Path],
    settings: LetterSettings,
    catalogue: Sequence[CatalogueEntry],
    template: Path,
    letters: Path,
    wording: Mapping[str, OwnWords] | None = None,
) -> LetterFiles:
    """Write everything that belongs to one force's letter.

    Parameters
    ----------
    bundles : sequence of Bundle
    reports : mapping of str to pathlib.Path
        Folder of each finding's report.
    settings : LetterSettings
    catalogue : sequence of CatalogueEntry
    template : pathlib.Path
        The Word template.
    letters : pathlib.Path
        The folder of all letters; the force's lies below it.
    wording : mapping of str to OwnWords, optional
        Inspectors' own wording, by claim.

    Returns
    -------
    LetterFiles
        ``<force>/letter-<force>.docx``, ``.pdf`` and ``.json``, and ``<force>/figures/``, which all three share.

    Raises
    ------
    DataError, ParameterError
        As :func:`compose`, :func:`export_figures`, :func:`word_bytes` and :func:`pdf_bytes` say.
    """
    letter = compose(bundles, settings, catalogue, wording)
    folder = letters / settings.force
    figures = export_figures(letter, reports, folder)
    stem = folder / f"letter-{settings.force}"
    filled = rendered(letter, template)
    fixed = fixed_words(filled, template)
    document, pdf, blocks = (stem.with_suffix(ending) for ending in (".docx", ".pdf", ".json"))
    contents = {
        document: word_bytes(letter, filled, template, folder),
        pdf: pdf_bytes(letter, fixed, folder),
    }
    for path, content in contents.items():
        write_whole(path, content)
    text = json.dumps(letter.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False)
    write_whole(blocks, (text + "\n").encode("utf-8"))
    return LetterFiles(document, pdf, blocks, figures)


def read_letter(path: Path) -> Letter:
    """A letter's blocks, as :func:`make_letter` wrote them.

    Parameters
    ----------
    path : pathlib.Path
        ``letter-<force>.json``.

    Returns
    -------
    Letter

    Raises
    ------
    DataError
        If the file isn't a letter's.
    """
    try:
        return Letter.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise DataError(f"{path} can't be read as the blocks of a letter ({fault}). Write the letter again.") from None
