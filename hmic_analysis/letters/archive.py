"""Word files whose bytes depend on their content alone."""

from __future__ import annotations

import os
import zipfile
from io import BytesIO
from pathlib import Path

from hmic_analysis.errors import HmicError

#: The earliest time a zip archive can hold; the same for every entry of every file.
EPOCH = (1980, 1, 1, 0, 0, 0)
#: Readers look for this entry first.
FIRST = "[Content_Types].xml"


def stable(archive: bytes) -> bytes:
    """The same zip archive with entries in order and without times or traces of the system it was made on.

    Parameters
    ----------
    archive : bytes

    Returns
    -------
    bytes
    """
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=lambda n: (n != FIRST, n)):
            entry = zipfile.ZipInfo(name, date_time=EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            entry.external_attr = 0
            new.writestr(entry, old.read(name))
    return out.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is either the old one or the whole new one.

    Parameters
    ----------
    path : pathlib.Path
        Its folder is made if need be.
    content : bytes

    Raises
    ------
    HmicError
        If another program holds the file open.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    try:
        os.replace(part, path)
    except PermissionError:
        part.unlink(missing_ok=True)
        raise _held(path) from None


def remove(path: Path) -> None:
    """Remove a file; :class:`HmicError` if another program holds it open."""
    try:
        path.unlink()
    except PermissionError:
        raise _held(path) from None


def _held(path: Path) -> HmicError:
    return HmicError(f"{path} can't be replaced: it is open in another program. Close it and try again.")
