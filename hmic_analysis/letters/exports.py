"""The folder of a letter: the document, its blocks, and the figures it prints with their data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.archive import remove, write_whole
from hmic_analysis.letters.compose import compose
from hmic_analysis.letters.model import CatalogueEntry, Letter, LetterSettings
from hmic_analysis.letters.word import write_letter


@dataclass(frozen=True)
class LetterFiles:
    """What was written."""

    document: Path
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
            write_whole(folder / target, path.read_bytes())
            written.append(folder / target)
    for old in sorted((folder / "figures").glob("figure-*")):
        if old not in written:
            remove(old)
    return tuple(written)


def make_letter(
    bundles: Sequence[Bundle],
    reports: Mapping[str, Path],
    settings: LetterSettings,
    catalogue: Sequence[CatalogueEntry],
    template: Path,
    letters: Path,
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

    Returns
    -------
    LetterFiles
        ``<force>/letter-<force>.docx``, ``<force>/letter-<force>.json`` and ``<force>/figures/``.

    Raises
    ------
    DataError, ParameterError
        As :func:`compose`, :func:`export_figures` and :func:`write_letter` say.
    """
    letter = compose(bundles, settings, catalogue)
    folder = letters / settings.force
    figures = export_figures(letter, reports, folder)
    document = write_letter(letter, folder / f"letter-{settings.force}.docx", template)
    blocks = folder / f"letter-{settings.force}.json"
    text = json.dumps(letter.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False)
    write_whole(blocks, (text + "\n").encode("utf-8"))
    return LetterFiles(document, blocks, figures)


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
