"""Writing the letter of one force into its project; what a person has changed in it since is not written over."""

from __future__ import annotations

import json
from pathlib import Path

from hmic_analysis.errors import DataError
from hmic_analysis.letters.archive import write_whole
from hmic_analysis.letters.exports import LetterFiles, make_letter, read_letter
from hmic_analysis.letters.gathered import Tell, letter_sources, unheard
from hmic_analysis.letters.numbers import stray_numbers
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.release import clock
from hmic_analysis.release.bound import letter_folder, note_letter
from hmic_analysis.release.embargo import embargo_gate
from hmic_analysis.store.textfile import file_sha256

TEMPLATE = Path("letters") / "template.docx"
#: In a letter's folder: the hash of the Word document as it was written.
WRITTEN = "written.json"


def write_letter_of(
    project: Project, params: Params, slug: str, unmarked: bool = False, tell: Tell = unheard, force: bool = False
) -> LetterFiles:
    """Write the letter of one force from the evidence of its reports.

    Parameters
    ----------
    project : Project
    params : Params
    slug : str
    unmarked : bool
        Without the marks of the embargo.
    tell : callable
        Told which evidence is no longer up to date.
    force : bool
        Write over a document that was changed by hand.

    Returns
    -------
    LetterFiles

    Raises
    ------
    DataError
        If the force has no evidence yet, or the document was changed by hand since it was written.
    ParameterError
        If the embargo holds and the letter would not bear it, or if the template or a wording is wrong.
    """
    if not force:
        refuse_edited(project, slug)
    sources = letter_sources(project, params, slug, unmarked, tell)
    settings = sources.settings
    if params.force(slug).kind == "territorial":
        embargo_gate(params, clock.now(), f"The letter to {settings.force_name}", marked=bool(settings.embargo))
    files = make_letter(
        sources.bundles,
        sources.folders,
        settings,
        sources.catalogue,
        project.params / TEMPLATE,
        project.output / "letters",
        sources.wording,
    )
    note_letter(project, slug, sources.made)
    noted = json.dumps({files.document.name: file_sha256(files.document)}, indent=1)
    write_whole(letter_folder(project, slug) / WRITTEN, (noted + "\n").encode("utf-8"))
    for finding, number in stray_numbers(read_letter(files.blocks), sources.bundles):
        tell(f"{slug} {finding}: the letter prints {number}, which no figure of the finding is: hmic letter check")
    return files


def refuse_edited(project: Project, slug: str) -> None:
    """Check that the Word document is as it was written, if there is one.

    Parameters
    ----------
    project : Project
    slug : str

    Raises
    ------
    DataError
        If somebody has changed it since.
    """
    folder = letter_folder(project, slug)
    document = folder / f"letter-{slug}.docx"
    try:
        written = json.loads((folder / WRITTEN).read_text(encoding="utf-8"))[document.name]
    except (OSError, ValueError, KeyError, TypeError):
        return  # nothing is known of how it was written, as with letters of before this was noted
    if document.is_file() and file_sha256(document) != written:
        raise DataError(
            f"{project.relative(document)} was changed by hand since it was written, and would be written over. Save it"
            f" under another name, or put the words into params/letters/{slug}.yml; to write over it: "
            f"hmic letter --force {slug} --overwrite"
        )
