"""The house style of every picture: colours, sizes, an empty figure, and its bytes.

Figures are drawn on the Agg canvas without pyplot: nothing global is left behind, and worker processes can draw side
by side.  Equal figures give equal bytes, so a picture can be checked by its checksum.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from hmic_analysis.errors import ParameterError

#: Width of the text block of a letter on A4 paper.
LETTER_WIDTH_MM = 160.0
#: No picture is taller than this, so that it fits on one page with its caption.
MAX_HEIGHT_MM = 215.0
DPI = 200
MM_PER_INCH = 25.4

#: Colours of up to four categories, in this order (from the palette for accessible government charts).
COLOURS = ("#12436D", "#28A197", "#801650", "#F46A25")
#: Line patterns of the same categories, so that a grey copy can be read too.
PATTERNS = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
#: Two categories that are compared.
PAIR = ("#12436D", "#F46A25")
INK = "#0B0C0C"
MUTED_INK = "#505A5F"
GRID = "#D9DCDE"
AXIS = "#6F777B"
BAND = "#C3D0DC"
PAPER = "#FFFFFF"

#: Text sizes in points, at letter width.
TEXT_SIZE = 9.0
SMALL_SIZE = 8.0

_RC = {
    "font.family": ["DejaVu Sans"],
    "svg.fonttype": "path",
    "svg.hashsalt": "hmic-analysis",
    "path.simplify": True,
    "text.color": INK,
    "axes.edgecolor": AXIS,
    "axes.unicode_minus": True,
}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@contextmanager
def house_style() -> Iterator[None]:
    """Hold matplotlib's settings to the house style, whatever the notebook or user has set, and put them back after."""
    with matplotlib.style.context(["default", _RC]):
        yield


def new_figure(height_mm: float) -> Figure:
    """An empty white figure at letter width.

    Parameters
    ----------
    height_mm : float
        Height in millimetres, above 0.

    Returns
    -------
    matplotlib.figure.Figure
        160 mm wide, 200 dots per inch, on an Agg canvas of its own.
    """
    with house_style():
        figure = Figure(figsize=(LETTER_WIDTH_MM / MM_PER_INCH, height_mm / MM_PER_INCH), dpi=DPI, facecolor=PAPER)
        FigureCanvasAgg(figure)
    return figure


def png_bytes(figure: Figure) -> bytes:
    """The figure as PNG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    bytes
        200 dots per inch, without date or software version: equal figures give equal bytes.
    """
    stream = io.BytesIO()
    canvas = FigureCanvasAgg(figure)
    with house_style():
        canvas.draw()
    size = canvas.get_width_height()
    # Without the alpha channel, which a white page doesn't need, the file is smaller and written faster.
    picture = Image.frombuffer("RGBA", size, canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")
    picture.save(stream, "png", compress_level=3, dpi=(DPI, DPI))
    return stream.getvalue()


def svg_bytes(figure: Figure) -> bytes:
    """The figure as SVG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    bytes
        Letters are drawn as outlines, because office programs without the font would set the text anew and let it
        run over its neighbours.  Without date; equal figures give equal bytes.
    """
    stream = io.BytesIO()
    with house_style():
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def check_name(name: str) -> str:
    """A name that is a file name on every system.

    Parameters
    ----------
    name : str
        Name of a figure.

    Returns
    -------
    str
        The same.

    Raises
    ------
    ParameterError
        If it isn't made of small letters, digits, ``-`` and ``_`` (64 at most).
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ParameterError(
            f"A figure can't be named {name!r}: its files carry the name.\n"
            "Use small letters, digits, '-' and '_' only, 64 characters at most, such as 'attendance-by-offence'."
        )
    return name


def save(figure: Figure, folder: str | Path, name: str) -> tuple[Path, Path]:
    """Write a figure as PNG and SVG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    folder : str or pathlib.Path
        Made if it isn't there.
    name : str
        File name without its ending.

    Returns
    -------
    tuple of pathlib.Path
        The PNG and the SVG.

    Raises
    ------
    ParameterError
        If the name can't be a file name.
    """
    png, svg = (Path(folder) / f"{check_name(name)}.{ending}" for ending in ("png", "svg"))
    png.parent.mkdir(parents=True, exist_ok=True)
    png.write_bytes(png_bytes(figure))
    svg.write_bytes(svg_bytes(figure))
    return png, svg
