"""The letter as it was embargoed, kept whole: a later run writes another one in its place."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

from hmic_analysis.project import Project
from hmic_analysis.release.bound import letter_folder
from hmic_analysis.store.textfile import file_sha256


def kept_letter(project: Project, force: str, line: int) -> Path:
    """Where the letter lies that a line of the log embargoed."""
    return project.output / "releases" / force / f"letter-{line}"


def keep_letter(project: Project, force: str, line: int, marks: dict[str, str]) -> None:
    """Copy a force's letter to where it stays.

    Parameters
    ----------
    project : Project
    force : str
    line : int
        Line of the log that embargoes it.
    marks : dict of str to str
        Its files, by path below the letter's folder.
    """
    place = kept_letter(project, force, line)
    work = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}")
    try:
        for name in marks:
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(letter_folder(project, force) / name, work / name)
        # A command that was killed between this and the log left a copy that no line speaks of.
        shutil.rmtree(place, ignore_errors=True)
        work.rename(place)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def lost(project: Project, force: str, line: int, marks: dict[str, str]) -> list[str]:
    """Files of a kept letter that are gone or altered."""
    place = kept_letter(project, force, line)
    return [n for n, mark in marks.items() if not (place / n).is_file() or file_sha256(place / n) != mark]
