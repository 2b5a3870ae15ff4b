"""The last look before the report is put in place: no file of it may name a force."""

from __future__ import annotations

import re
from pathlib import Path

from hmic_analysis.disclosure.reading import read_release
from hmic_analysis.errors import DataError
from hmic_analysis.params.models import Params


def check_nameless(folder: Path, params: Params) -> None:
    """Refuse a report that names a force anywhere.

    Parameters
    ----------
    folder : pathlib.Path
        The report, not yet in its place.
    params : Params

    Raises
    ------
    DataError
        If a name, slug or code of a force stands in a file, or a file can't be read, so that nothing is proven of it.

    Notes
    -----
    Documents, pages, workbooks, data and the text and metadata of pictures are read.  Names count as words with their
    capitals; slugs only where they are no plain word (``west-mercia``), for those are names in small letters.
    """
    release = read_release(folder)
    if release.unread:
        file, why = release.unread[0]
        raise DataError(
            f"The national report isn't written: {file} can't be read to see that it names no force ({why})."
        )
    names = {name for f in params.territorial for name in (f.name, f.full_name, f.pfa_code) if name}
    names |= {f.slug for f in params.territorial if "-" in f.slug}
    wanted = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?!\w)")
    for part in release.parts:
        text = " | ".join([part.text, *(cell for row in part.rows for cell in row)])
        found = wanted.search(text)
        if found:
            raise DataError(
                f"The national report isn't written: {part.file}, {part.place or 'text'}, would name a force "
                f"('{found.group()}'). Its words come from params/findings.yml and params/inspection.yml: reword them."
            )
