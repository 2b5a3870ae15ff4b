"""A picture laid out in millimetres from its top left corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from hmic_analysis.figures import style
from hmic_analysis.figures.measure import LINE_MM_PER_POINT, block_width, text_width

SYNTHETIC_MARK = "SYNTHETIC DATA"
MARK_MM = 7.0
KEY_LINE_MM = 5.0
FLAG_LINE_MM = 4.6
_SAMPLE_MM = 7.0
#: From the baseline up to the middle of a capital letter.
_CAP_MIDDLE_MM_PER_POINT = 0.127


@dataclass(frozen=True)
class KeyEntry:
    """One sign and what it means.

    Attributes
    ----------
    text : str
    line : dict
        Properties of the line or marker drawn as the sample; None for a filled band.
    band : dict
        Properties of the filled rectangle drawn as the sample.
    """

    text: str
    line: dict | None = None
    band: dict | None = None


class Sheet:
    """An empty picture at letter width.

    Parameters
    ----------
    height : float
        Room for the content in millimetres; the mark of synthetic data gets a strip of its own above it.
    synthetic : bool
        Whether to draw that mark.
    """

    def __init__(self, height: float, synthetic: bool = False) -> None:
        self.above = MARK_MM if synthetic else 0.0
        self.width = style.LETTER_WIDTH_MM
        self.height = height + self.above
        self.figure = style.new_figure(self.height)
        self.transform = (
            Affine2D().scale(1 / self.width, -1 / self.height).translate(0, 1 - self.above / self.height)
            + self.figure.transFigure
        )
        if synthetic:
            self._mark()

    def _mark(self) -> None:
        """The mark of synthetic data, top right, where no content lies."""
        width = text_width(SYNTHETIC_MARK, style.SMALL_SIZE, "bold") + 4
        left, top = self.width - width - 0.5, 0.6 - self.above
        self.band(left, top, width, 5.2, facecolor=style.PAPER, edgecolor=style.INK, linewidth=1.0)
        self.text(left + width / 2, top + 2.6, SYNTHETIC_MARK, size=style.SMALL_SIZE, weight="bold", ha="center")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = style.TEXT_SIZE,
        weight: str = "normal",
        ha: str = "left",
        colour: str = style.INK,
    ) -> list[Text]:
        """Write a text horizontally, its lines centred on ``y``; ``$`` and the like are printed as they are.

        Lines are set one by one on their own baselines: centring by the letters' outlines would let a word with a
        ``p`` dance above its neighbours.
        """
        lines = text.split("\n")
        pitch = size * LINE_MM_PER_POINT
        first = y - pitch * (len(lines) - 1) / 2 + size * _CAP_MIDDLE_MM_PER_POINT
        return [
            self.figure.add_artist(
                Text(
                    x, first + pitch * i, line, color=colour, ha=ha, va="baseline", fontfamily="DejaVu Sans",
                    fontsize=size, fontweight=weight, transform=self.transform, parse_math=False,
                )
            )
            for i, line in enumerate(lines)
        ]  # fmt: skip

    def line(self, xs: Sequence[float], ys: Sequence[float], **properties) -> Line2D:
        """Draw a line or markers through points in millimetres."""
        return self.figure.add_artist(Line2D(list(xs), list(ys), transform=self.transform, **properties))

    def band(self, left: float, top: float, width: float, height: float, **properties) -> Rectangle:
        """Draw a rectangle in millimetres."""
        properties = {"linewidth": 0, **properties}
        return self.figure.add_artist(Rectangle((left, top), width, height, transform=self.transform, **properties))

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes in a rectangle of millimetres, with no frame, ticks or labels yet."""
        bottom = 1 - (top + self.above + height) / self.height
        axes = self.figure.add_axes(
            (left / self.width, bottom, width / self.width, height / self.height), facecolor="none"
        )
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, pad=2.5, labelsize=style.SMALL_SIZE, labelcolor=style.INK)
        axes.set_xticks([])
        axes.set_yticks([])
        return axes

    def key(self, left: float, top: float, entries: Sequence[KeyEntry]) -> None:
        """Explain signs in one or more lines; :func:`key_height` tells how much room that takes."""
        for entry, x, row in _place_key(left, self.width, entries):
            y = top + KEY_LINE_MM * (row + 0.5)
            if entry.band is not None:
                self.band(x, y - 1.3, _SAMPLE_MM, 2.6, **entry.band)
            if entry.line is not None:
                xs = [x + _SAMPLE_MM / 2] if entry.line.get("linestyle") == "none" else [x, x + _SAMPLE_MM]
                self.line(xs, [y] * len(xs), **entry.line)
            self.text(x + _SAMPLE_MM + 1.5, y, entry.text, size=style.SMALL_SIZE)


def _place_key(left: float, right: float, entries: Sequence[KeyEntry]) -> list[tuple[KeyEntry, float, int]]:
    """Each entry with the place of its left edge and its line."""
    placed, x, row = [], left, 0
    for entry in entries:
        width = _SAMPLE_MM + 1.5 + text_width(entry.text, style.SMALL_SIZE)
        if x + width > right and x > left:
            x, row = left, row + 1
        placed.append((entry, x, row))
        x += width + 5
    return placed


def key_height(left: float, entries: Sequence[KeyEntry]) -> float:
    """Room in millimetres that a key needs; 0 without entries."""
    return KEY_LINE_MM * (1 + max((row for _, _, row in _place_key(left, style.LETTER_WIDTH_MM, entries)), default=-1))


def place_flags(flags: Sequence[tuple[float, str]], left: float, right: float) -> list[tuple[float, int, str]]:
    """Where the texts above vertical lines go, none over another.

    Parameters
    ----------
    flags : sequence of (float, str)
        Place of each line in millimetres, and its text.
    left, right : float
        Room for the texts in millimetres.

    Returns
    -------
    list of (float, int, str)
        Centre of the text in millimetres, its line counted from the axes upwards, and the text.
    """
    placed: list[tuple[float, int, str]] = []
    ends: list[float] = []
    for x, text in sorted(flags):
        half = block_width(text, style.SMALL_SIZE) / 2
        centre = min(max(x, left + half), right - half)
        row = next((i for i, end in enumerate(ends) if end + 2 < centre - half), len(ends))
        ends[row : row + 1] = [centre + half]
        placed.append((centre, row, text))
    return placed
