"""The size of a picture, read off its SVG."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from hmic_analysis.errors import DataError

#: Millimetres in one unit of length of SVG.
UNITS = {"pt": 25.4 / 72, "mm": 1.0, "cm": 10.0, "in": 25.4, "px": 25.4 / 96, "": 25.4 / 96}
LENGTH = re.compile(r"([0-9.]+)\s*(pt|mm|cm|in|px|)")
#: No entities, nothing from the network: a picture is a file by itself.
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def read_svg(path: Path, where: str) -> etree._Element:
    """The root of an SVG picture.

    Parameters
    ----------
    path : pathlib.Path
    where : str
        The figure, for the message.

    Returns
    -------
    lxml.etree._Element

    Raises
    ------
    DataError
        If there is none or it isn't SVG.
    """
    try:
        root = etree.fromstring(path.read_bytes(), PARSER)
    except (OSError, etree.XMLSyntaxError) as fault:
        raise DataError(
            f"The picture of {where} can't be read: {path} ({fault}). Run the finding again, then write the letter."
        ) from None
    if etree.QName(root).localname != "svg":
        raise DataError(f"The picture of {where} is no SVG: {path}. Run the finding again, then write the letter.")
    return root


def size_of(path: Path, where: str) -> tuple[float, float]:
    """Width and height of an SVG picture in millimetres; :class:`DataError` as :func:`read_svg`."""
    root = read_svg(path, where)
    sizes = [LENGTH.fullmatch(root.get(side, "").strip()) for side in ("width", "height")]
    if not all(sizes) or any(float(size[1]) <= 0 for size in sizes):
        raise DataError(f"The picture of {where} has no width and height: {path}. Run the finding again.")
    return tuple(float(size[1]) * UNITS[size[2]] for size in sizes)
