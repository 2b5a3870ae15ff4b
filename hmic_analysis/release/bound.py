"""What a state stands for: the hashes of a letter and of the evidence it was made from."""

from __future__ import annotations

import hashlib
import html
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from hmic_analysis.errors import DataError
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.archive import write_whole
from hmic_analysis.letters.exports import read_letter
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.runs.record import read_record
from hmic_analysis.store.textfile import file_sha256

#: In a letter's folder: the evidence it was written from.
MADE_FROM = "made-from.json"
_TEXT = re.compile(r"<w:t(?:\s[^>]*)?>([^<]*)</w:t>")


def letter_folder(project: Project, force: str) -> Path:
    """The folder of a force's letter."""
    return project.output / "letters" / force


def current_evidence(project: Project, params: Params, force: str) -> dict[str, Bundle]:
    """The evidence of a force as its reports left it, by finding in the order of the letter.

    Parameters
    ----------
    project : Project
    params : Params
    force : str

    Returns
    -------
    dict of str to Bundle
        Reports that failed, or were never made, are left out.
    """
    found = {}
    for finding in params.findings:
        folder = project.runs(force) / finding
        record = read_record(folder)
        if record is not None and record.status != "failed":
            found[finding] = read_bundle(folder)
    return found


def mark_of(bundle: Bundle) -> str:
    """SHA-256 of a bundle but for the seconds it took, which differ each time equal evidence is made."""
    plain = bundle.model_dump(mode="json", exclude={"seconds"})
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


def evidence_marks(project: Project, params: Params, force: str) -> dict[str, str]:
    """The hash of each bundle of a force by finding."""
    return {finding: mark_of(bundle) for finding, bundle in current_evidence(project, params, force).items()}


def letter_marks(project: Project, force: str) -> dict[str, str]:
    """SHA-256 of every file of a force's letter, by its path below the letter's folder."""
    folder = letter_folder(project, force)
    if not folder.is_dir():
        return {}
    paths = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.startswith((".", "~$"))]
    return {p.relative_to(folder).as_posix(): file_sha256(p) for p in paths if p.suffix != ".part"}


def note_letter(project: Project, force: str, bundles: Iterable[Bundle]) -> None:
    """Note beside a letter that was just written from which evidence it was."""
    text = json.dumps({bundle.finding: mark_of(bundle) for bundle in bundles}, indent=1, sort_keys=True)
    write_whole(letter_folder(project, force) / MADE_FROM, (text + "\n").encode("utf-8"))


def check_letter(project: Project, params: Params, force: str) -> None:
    """Check that a force's letter is there and was written from the evidence as it is now.

    Parameters
    ----------
    project : Project
    params : Params
    force : str

    Raises
    ------
    DataError
        If it isn't; the message names the findings.
    """
    place = letter_folder(project, force)
    again = f"Write it: hmic letter --force {force}"
    if not (place / f"letter-{force}.docx").is_file() or not (place / MADE_FROM).is_file():
        raise DataError(f"There is no letter to {force} in {project.relative(place)}. {again}")
    try:
        noted = json.loads((place / MADE_FROM).read_text(encoding="utf-8"))
    except ValueError:
        noted = {}
    now = evidence_marks(project, params, force)
    other = [finding for finding in params.findings if noted.get(finding) != now.get(finding)]
    if other:
        raise DataError(
            f"The letter to {force} was not written from the evidence as it is now: {', '.join(other)} "
            f"{'has' if len(other) == 1 else 'have'} changed since. {again}"
        )


def check_marked(project: Project, force: str) -> None:
    """Check that a force's letter bears the embargo in its text, as it is now.

    Parameters
    ----------
    project : Project
    force : str

    Raises
    ------
    DataError
        If it doesn't, whatever the cause: its parameters, its template, or somebody's hand.
    """
    place = letter_folder(project, force)
    embargo = read_letter(place / f"letter-{force}.json").embargo
    if not embargo or embargo not in document_text(place / f"letter-{force}.docx"):
        raise DataError(
            f"The letter to {force} does not bear the embargo in its text, so it can't be sent before the embargo ends."
            " Check embargo_until and letter_date, and that the template has {{ embargo }}; then write the letter "
            f"again: hmic letter --force {force}"
        )


def document_text(path: Path) -> str:
    """The text of a Word document with its headers and footers, without its marks.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    str

    Raises
    ------
    DataError
        If it can't be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", n)]
            parts = [archive.read(name).decode("utf-8") for name in names]
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError) as fault:
        raise DataError(f"{path} can't be read as a Word document ({fault}). Write the letter again.") from None
    return "\n".join(html.unescape("".join(_TEXT.findall(part))) for part in parts)
