"""Corrected data files that a response names: found beside the workbook, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hmic_analysis.accuracy.container import check_workbook
from hmic_analysis.errors import DataError
from hmic_analysis.store.textfile import file_sha256

#: What a corrected file may be.
ENDINGS = (".csv", ".tsv", ".xlsx", ".parquet")
#: Bytes that a corrected data workbook may hold when unpacked.
MOST_DATA = 2_000_000_000


@dataclass(frozen=True)
class CorrectedFile:
    """A file that is to replace one of the return."""

    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """Its name."""
        return self.path.name


def find_file(workbook: Path, name: str) -> CorrectedFile:
    """The file of that name in the workbook's folder, or in a folder below it.

    Parameters
    ----------
    workbook : pathlib.Path
    name : str
        As written in the workbook.

    Returns
    -------
    CorrectedFile

    Raises
    ------
    DataError
        If the name leads out of the folder, there is no such file, or it can't be data.
    """
    shown = f"'{name[:80]}'"
    plain = name.replace("\\", "/")
    parts = PurePosixPath(plain)
    folder = workbook.resolve().parent
    if parts.is_absolute() or ".." in parts.parts or ":" in plain or "\0" in plain:
        raise DataError(f"the corrected file {shown} is not in the folder of the workbook. Put it there.")
    path = folder / parts
    # A link may lead elsewhere though its name doesn't.
    try:
        real = path.resolve()
        inside = real.is_relative_to(folder) and not path.is_symlink()
    except (OSError, RuntimeError):
        inside = False
    if not inside:
        raise DataError(f"the corrected file {shown} is not in the folder of the workbook. Put it there.")
    if not real.is_file():
        raise DataError(f"there is no corrected file {shown} in the folder of the workbook. Put it there.")
    if real == workbook.resolve():
        raise DataError(f"the corrected file {shown} is the response itself. Name files of data.")
    if real.suffix.lower() not in ENDINGS:
        raise DataError(f"the corrected file {shown} is not of a kind that can be loaded: {', '.join(ENDINGS)}.")
    if real.name.startswith((".", "~$")):
        raise DataError(f"the corrected file {shown} is a hidden file. Rename it.")
    if real.suffix.lower() == ".xlsx":
        check_workbook(real, f"the corrected file {shown}", MOST_DATA, formulas=True)
    return CorrectedFile(real, file_sha256(real))
