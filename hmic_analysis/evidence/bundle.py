"""Writing a bundle with its charts and tables, and reading it back."""

from __future__ import annotations

import json
import os
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from hmic_analysis.cells import neutral_frame
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Bundle, Figure, Table

if TYPE_CHECKING:
    import pandas as pd

    from hmic_analysis.figures.chart import Chart
import re
import struct
import zlib
from html import escape

# --------------------------------------------------------------------------------------------------------------------
# Writing a bundle and what belongs to it, and reading it back.

BUNDLE_NAME = "evidence.json"
PACKAGES = ("hmic-analysis", "pandas", "numpy", "scipy", "statsmodels", "matplotlib", "duckdb", "pyarrow")


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that figures depend on."""
    return dict(_installed())


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    """The same, looked up once in a process: reading what is installed takes as long as drawing a small picture."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return tuple(versions.items())


def write_bundle(bundle: Bundle, folder: Path) -> Path:
    """Write a bundle as JSON with sorted keys, whole or not at all.

    Parameters
    ----------
    bundle : Bundle
    folder : pathlib.Path
        Made if it isn't there.

    Returns
    -------
    pathlib.Path
        The file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / BUNDLE_NAME
    text = json.dumps(bundle.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False)
    part = path.with_suffix(".part")
    part.write_text(text + "\n", encoding="utf-8", newline="\n")
    os.replace(part, path)
    return path


def read_bundle(path: Path) -> Bundle:
    """Read a bundle.

    Parameters
    ----------
    path : pathlib.Path
        The file, or its folder.

    Returns
    -------
    Bundle

    Raises
    ------
    DataError
        If it isn't there or isn't a bundle of this version.
    """
    path = path / BUNDLE_NAME if path.is_dir() else path
    try:
        return Bundle.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"There is no evidence at {path}. Run the finding first: hmic run.") from None
    except (ValidationError, ValueError) as fault:
        first = str(fault).splitlines()[0]
        raise DataError(f"{path} is not an evidence bundle of this version ({first}). Run the finding again.") from None


def save_chart(chart: Chart, folder: Path | None) -> Figure:
    """Write a chart's picture as PNG and SVG and its data as CSV.

    Parameters
    ----------
    chart : Chart
    folder : pathlib.Path or None
        Folder of the report; the pictures go to ``figures`` below it.  None: nothing is written.

    Returns
    -------
    Figure
        Its words, and paths below the folder.
    """
    if folder is not None:
        chart.save(folder / "figures")
    return Figure(
        name=chart.name,
        headline=chart.headline,
        subtitle=chart.subtitle,
        alt=chart.alt,
        source=chart.source,
        png=f"figures/{chart.name}.png",
        svg=f"figures/{chart.name}.svg",
        data=f"figures/{chart.name}.csv",
        synthetic=chart.synthetic,
        empty=chart.empty,
    )


def save_table(
    frame: pd.DataFrame,
    name: str,
    headline: str,
    subtitle: str,
    source: str,
    synthetic: bool,
    folder: Path | None,
) -> Table:
    """Write a table's data as CSV.

    Parameters
    ----------
    frame : pandas.DataFrame
    name, headline, subtitle, source : str
    synthetic : bool
    folder : pathlib.Path or None
        Folder of the report; None: nothing is written.

    Returns
    -------
    Table
        Its words, and the path below the folder.
    """
    if folder is not None:
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        _write_csv(frame, folder / "tables" / f"{name}.csv", synthetic)
    return Table(
        name=name,
        headline=headline,
        subtitle=subtitle,
        source=source,
        data=f"tables/{name}.csv",
        synthetic=synthetic,
    )


def _write_csv(frame: pd.DataFrame, path: Path, synthetic: bool) -> None:
    """CSV with a column that says so where the data are synthetic."""
    out = frame.reset_index(drop=frame.index.name is None)
    if synthetic:
        out = out.assign(synthetic="yes")
    neutral_frame(out).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


# --------------------------------------------------------------------------------------------------------------------
# Words that a picture's file carries inside it, wherever the file is taken: the embargo and how sensitive it is.

_PNG = b"\x89PNG\r\n\x1a\n"
#: Signature and header of a PNG picture; words may stand right after them.
_HEAD = 33
_SVG = re.compile(rb"<svg\b[^>]*>")


def mark_picture(path: Path, words: str) -> None:
    """Put words into a picture's file; what it shows doesn't change.

    Parameters
    ----------
    path : pathlib.Path
        ``.png`` or ``.svg``; nothing is done where there is no such file.
    words : str

    Raises
    ------
    ValueError
        If the file is neither.
    """
    if not path.is_file() or not words:
        return
    content = path.read_bytes()
    marked = with_words(content, words)
    if marked != content:
        path.write_bytes(marked)


def with_words(content: bytes, words: str) -> bytes:
    """A picture with words inside.

    Parameters
    ----------
    content : bytes
        A PNG or SVG picture.
    words : str

    Returns
    -------
    bytes
        A PNG with the words as its comment (iTXt), an SVG with a ``<metadata>`` of its own; unchanged where they are
        there already.

    Raises
    ------
    ValueError
        If it is neither.
    """
    if content.startswith(_PNG):
        told = b"Comment\0\0\0en-GB\0\0" + words.encode("utf-8")
        return content if told in content else content[:_HEAD] + _chunk(b"iTXt", told) + content[_HEAD:]
    start = _SVG.search(content)
    if start is None:
        raise ValueError("Words can be put into PNG and SVG pictures only.")
    told = f"<metadata>{escape(words)}</metadata>".encode()
    return content if told in content else content[: start.end()] + b"\n " + told + content[start.end() :]


def _chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG: length, kind, data, and the checksum of kind and data."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
