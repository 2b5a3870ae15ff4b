"""The folder of a simulated return: replaced as a whole, and never in place of a real one."""

from __future__ import annotations

import shutil
from pathlib import Path

from hmic_analysis.errors import ParameterError

README = "README.txt"
FIRST_LINE = "SYNTHETIC DATA"


def write_readme(folder: Path, what: str) -> None:
    """Say in words that the folder holds made-up data.

    Parameters
    ----------
    folder : pathlib.Path
    what : str
        What was simulated, in a few words.
    """
    text = (
        f"{FIRST_LINE}\n\n"
        f"These files were written by a simulator ({what}).\n"
        "They describe no real force, person, crime or incident, though the force's name may be that of a real one.\n"
        'Every row of every file says so in its column "synthetic".  Do not quote any figure from them.\n'
        "truth.json, where there is one, says what is true of the simulated force.\n"
    )
    (folder / README).write_text(text, encoding="utf-8", newline="\n")


def is_synthetic(folder: Path) -> bool:
    """Whether a folder is marked as simulated."""
    readme = folder / README
    return readme.is_file() and readme.read_text(encoding="utf-8", errors="replace").startswith(FIRST_LINE)


class FreshFolder:
    """A folder that is written beside its place and put there when it is complete.

    Parameters
    ----------
    place : pathlib.Path
        Where it belongs.

    Raises
    ------
    ParameterError
        If there already are files there that are not marked as simulated, or they can't be replaced.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.path = place.with_name(f".{place.name}.being-written")

    def __enter__(self) -> FreshFolder:
        place = self.place
        if place.exists() and not place.is_dir():
            raise ParameterError(f"{place} is a file; the simulated return needs a folder of that name. Move the file.")
        if place.is_dir() and any(place.iterdir()) and not is_synthetic(place):
            raise ParameterError(
                f"{place} holds files that are not marked as simulated (no {README} that begins '{FIRST_LINE}').\n"
                "Nothing was written. Move them away, or simulate in another project."
            )
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is not None:
            shutil.rmtree(self.path, ignore_errors=True)
            return
        try:
            if self.place.is_dir():
                shutil.rmtree(self.place)
            self.path.rename(self.place)
        except OSError as fault:
            shutil.rmtree(self.path, ignore_errors=True)
            raise ParameterError(
                f"{self.place} can't be replaced ({fault.strerror or fault}).\n"
                "Close the programs that have a file of it open, then simulate again."
            ) from None
