"""Pictures small enough for a page: figures hold few colours, so a palette of them loses nothing that the eye sees."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from hmic_analysis.errors import DataError

#: Colours kept; figures use six and their mixtures with white along the edges of letters and lines.
COLOURS = 48


def read_png(path: Path) -> bytes:
    """A picture as the notebook left it.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    bytes

    Raises
    ------
    DataError
        If it isn't there.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"The evidence names the picture {path}, which isn't there. Run the finding again.") from None


def small(content: bytes, name: str) -> tuple[bytes, int, int]:
    """A picture as a page carries it.

    Parameters
    ----------
    content : bytes
        PNG.
    name : str
        What to call it in a message.

    Returns
    -------
    tuple of bytes, int and int
        PNG with a palette, its width and its height in pixels.

    Raises
    ------
    DataError
        If it isn't a picture.
    """
    try:
        picture = Image.open(BytesIO(content)).convert("RGB")
    except (UnidentifiedImageError, OSError):
        raise DataError(f"{name} is not a picture. Run the finding again.") from None
    drawn = picture.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = BytesIO()
    drawn.save(out, "png", compress_level=6)
    return out.getvalue(), picture.width, picture.height
