"""All checks of a folder that is to leave the building."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hmic_analysis.disclosure.cells import is_neutral
from hmic_analysis.disclosure.identifiers import Found, identifiers_in, wanted
from hmic_analysis.disclosure.leaks import Leak, leaks_in
from hmic_analysis.disclosure.parts import Part
from hmic_analysis.disclosure.rawkeys import references_of
from hmic_analysis.disclosure.reading import read_release
from hmic_analysis.disclosure.rules import rules_of
from hmic_analysis.disclosure.sensitivity import DECLARATIONS, LEVELS, Audience, may_see
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.bundle import BUNDLE_NAME, read_bundle
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project


@dataclass
class Checked:
    """What was found, and what was looked at.

    Attributes
    ----------
    leaks : list of Leak
    persons : list of Found
    others : list of (str, str, str)
        File, place and fault: cells that a spreadsheet would run, outputs above the audience's level.
    facts, returns, without : list of str
        Forces whose evidence, whose returns were looked for, and those that have no return.
    files, references, skipped : int
    """

    leaks: list[Leak] = field(default_factory=list)
    persons: list[Found] = field(default_factory=list)
    others: list[tuple[str, str, str]] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    files: int = 0
    references: int = 0
    skipped: int = 0

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not (self.leaks or self.persons or self.others)


def check_release(folder: Path, project: Project, params: Params, forces: Sequence[str], audience: Audience) -> Checked:
    """Look through everything in a folder.

    Parameters
    ----------
    folder : pathlib.Path
    project : Project
    params : Params
    forces : sequence of str
        Whose evidence and returns to look for; empty: every force that has evidence.
    audience : str
        Who is to get it.

    Returns
    -------
    Checked

    Raises
    ------
    DataError
        If there is nothing in the folder, or no evidence to look for.
    """
    release = read_release(folder)
    chosen = list(forces) or [slug for slug in params.forces if any(_bundles(project, slug))]
    facts = [bundle for slug in chosen for bundle in _bundles(project, slug)]
    if not facts:
        named = ", ".join(forces) or "any force"
        raise DataError(f"There is no evidence of {named}, so there is nothing to look for. Run it first: hmic run.")
    checked = Checked(files=release.files, facts=list(dict.fromkeys(b.force for b in facts)))
    checked.leaks = leaks_in(release, facts, rules_of(params))
    for slug in chosen:
        try:
            sought = wanted(references_of(project, slug))
        except DataError:
            checked.without.append(slug)
            continue
        checked.returns.append(slug)
        checked.references += len(sought.by_words) + len(sought.exact)
        checked.skipped += sought.skipped
        checked.persons += identifiers_in(release, sought)
    checked.persons = sorted(set(checked.persons))
    checked.others = sorted({*_commands(release.parts), *_above(release.parts, audience)})
    return checked


def _bundles(project: Project, slug: str) -> Iterator[Bundle]:
    """The evidence of one force."""
    folder = project.runs(slug)
    for path in sorted(folder.glob(f"*/{BUNDLE_NAME}")) if folder.is_dir() else ():
        yield read_bundle(path)


def _commands(parts: Sequence[Part]) -> Iterator[tuple[str, str, str]]:
    """Cells of spreadsheets and CSV files that would be run as a formula."""
    for part in parts:
        if part.place.startswith("formula in "):
            yield part.file, part.place, f"a formula: {part.text:.60}"
        elif part.file.lower().endswith((".csv", ".xlsx")):
            for number, row in enumerate(part.rows, start=1):
                for cell in row:
                    if not is_neutral(cell):
                        yield part.file, f"{part.place}, row {number}", f"a spreadsheet would run it: {cell:.60}"


def _above(parts: Sequence[Part], audience: Audience) -> Iterator[tuple[str, str, str]]:
    """Outputs that declare a level above the audience's."""
    for part in parts:
        for level in LEVELS:
            if may_see(audience, level):
                continue
            if DECLARATIONS[level].split(".", 1)[0] in part.text:
                yield part.file, part.place, f"it declares itself {level}"
        if part.rows and "sensitivity" in part.rows[0]:
            column = part.rows[0].index("sensitivity")
            for row in part.rows[1:]:
                level = row[column] if column < len(row) else ""
                if level in LEVELS and not may_see(audience, level):
                    yield part.file, part.place, f"something in it is {level}"
