"""How much room a text takes, so that room is made for it before anything is drawn."""

from __future__ import annotations

from functools import lru_cache

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from hmic_analysis.figures.style import DPI, MM_PER_INCH, TEXT_SIZE

#: Height of one line of text for each point of its size.
LINE_MM_PER_POINT = 0.44


@lru_cache(maxsize=1)
def _renderer() -> RendererAgg:
    """A renderer that only measures."""
    return RendererAgg(8, 8, DPI)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = TEXT_SIZE, weight: str = "normal") -> float:
    """Width of one line.

    Parameters
    ----------
    text : str
    size : float
        In points.
    weight : str
        ``normal`` or ``bold``.

    Returns
    -------
    float
        In millimetres.
    """
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    width, _, _ = _renderer().get_text_width_height_descent(text, font, ismath=False)
    return width / DPI * MM_PER_INCH


def block_width(text: str, size: float = TEXT_SIZE, weight: str = "normal") -> float:
    """Width in millimetres of a text of several lines."""
    return max(text_width(line, size, weight) for line in text.split("\n"))


def block_height(text: str, size: float = TEXT_SIZE) -> float:
    """Height in millimetres of a text of several lines, with the space between them."""
    return (text.count("\n") + 1) * size * LINE_MM_PER_POINT


def wrap(text: str, width: float, lines: int = 4, size: float = TEXT_SIZE, weight: str = "normal") -> str:
    """Break a text into lines that fit.

    Parameters
    ----------
    text : str
    width : float
        Room in millimetres.
    lines : int
        Lines allowed; what is over ends in an ellipsis.
    size, weight
        As in :func:`text_width`.

    Returns
    -------
    str
        With line breaks; words too long for a line are cut.
    """
    done: list[str] = []
    line = ""
    for word in text.split():
        trial = f"{line} {word}" if line else word
        if text_width(trial, size, weight) <= width:
            line = trial
            continue
        if line:
            done.append(line)
        while text_width(word, size, weight) > width:
            cut = _fitting(word, width, size, weight)
            done.append(word[:cut])
            word = word[cut:]
        line = word
    done.append(line)
    if len(done) > lines:
        done = [*done[: lines - 1], _shorten(" ".join(done[lines - 1 :]), width, size, weight)]
    return "\n".join(done)


def _fitting(word: str, width: float, size: float, weight: str) -> int:
    """How many letters of a word fit, one at least."""
    cut = len(word)
    while cut > 1 and text_width(word[:cut], size, weight) > width:
        cut = min(cut - 1, max(1, int(cut * width / text_width(word[:cut], size, weight))))
    return cut


def _shorten(text: str, width: float, size: float, weight: str) -> str:
    """The text cut to one line that ends in an ellipsis."""
    cut = _fitting(text, max(width - text_width("…", size, weight), 1), size, weight)
    return text[:cut].rstrip() + "…"
