"""A picture laid out in millimetres: sheet, plot, and names that stand beside points and lines, none over another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from hmic_analysis.figures import style
from hmic_analysis.figures.style import (
    LINE_MM_PER_POINT,
    block_height,
    block_width,
    nice_ticks,
    text_width,
    tick_labels,
    wrap,
)

# A picture laid out in millimetres from its top left corner.

SYNTHETIC_MARK = "SYNTHETIC DATA"
MARK_MM = 7.0
KEY_LINE_MM = 5.0
FLAG_LINE_MM = 4.6
_SAMPLE_MM = 7.0
#: From the baseline up to the middle of a capital letter.
_CAP_MIDDLE_MM_PER_POINT = 0.127


class Line(Text):
    """A line of text that is set as wide as it was measured: the canvas doesn't measure it anew for each picture."""

    #: Part of its width that lies left of its place.
    _BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}

    def draw(self, renderer: RendererBase) -> None:
        """Draw it."""
        if self.get_bbox_patch() is not None:
            super().draw(renderer)
            return
        text, before = self.get_text(), self._BEFORE[self.get_horizontalalignment()]
        if not text or not self.get_visible():
            return
        x, y = self.get_transform().transform(self.get_unitless_position())
        if before:
            width = text_width(text, self.get_fontsize(), self.get_fontweight())
            x -= before * renderer.points_to_pixels(width / style.MM_PER_INCH * 72)
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        pen = renderer.new_gc()
        pen.set_foreground(self.get_color())
        renderer.draw_text(pen, x, y, text, self.get_fontproperties(), 0.0, ismath=False, mtext=self)
        pen.restore()
        self.stale = False


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
                Line(
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


# Names written at the right ends of lines, none over another.

_LEADER_MM = 6.0
_SPACE_MM = 1.2


@dataclass(frozen=True)
class LineEnd:
    """The end of a line, and its name.

    Attributes
    ----------
    y : float
        Where the line ends, in millimetres from the top of the plot.
    text : str
        Its name, already wrapped.
    line : dict
        Properties of the line, for the leader from its end to its name.
    """

    y: float
    text: str
    line: dict


def wrap_name(text: str, width: float = 36.0) -> str:
    """A name wrapped for the end of a line."""
    return wrap(text, width, 3, style.SMALL_SIZE)


def room_for(names: Sequence[str]) -> float:
    """Width in millimetres that wrapped names and their leaders take."""
    return _LEADER_MM + 1.0 + max(block_width(n, style.SMALL_SIZE) for n in names) + 0.5


def print_ends(sheet: Sheet, x: float, top: float, height: float, ends: Sequence[LineEnd]) -> None:
    """Write the names to the right of ``x`` and join each with its line.

    Parameters
    ----------
    x : float
        Right edge of the plot in millimetres.
    top, height : float
        Of the plot in millimetres.
    """
    sizes = [block_height(end.text, style.SMALL_SIZE) for end in ends]
    for end, y in zip(ends, apart([e.y for e in ends], sizes, height), strict=True):
        sheet.line([x + 0.6, x + _LEADER_MM], [top + end.y, top + y], **{**end.line, "marker": ""})
        sheet.text(x + _LEADER_MM + 1.0, top + y, end.text, size=style.SMALL_SIZE)


def apart(places: Sequence[float], sizes: Sequence[float], room: float) -> list[float]:
    """Move texts up or down until none touches another, in their order.

    Parameters
    ----------
    places : sequence of float
        Where the middle of each should be, downwards.
    sizes : sequence of float
        Heights.
    room : float
        Texts stay between 0 and this where they fit.

    Returns
    -------
    list of float
        Where the middle of each goes.
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    edge = 0.0
    for i in order:
        moved[i] = max(places[i], edge + sizes[i] / 2)
        edge = moved[i] + sizes[i] / 2 + _SPACE_MM
    edge = max(room, sum(sizes) + _SPACE_MM * (len(sizes) - 1))
    for i in reversed(order):
        moved[i] = min(moved[i], edge - sizes[i] / 2)
        edge = moved[i] - sizes[i] / 2 - _SPACE_MM
    return moved


# Names beside points, none over another and none outside the plot.

_HALF_LINE_MM = style.SMALL_SIZE * 0.44 / 2 + 0.2
_GAP_MM = 2.2

Box = tuple[float, float, float, float]


def place_names(
    points: Sequence[tuple[float, float, str]], room: Box, taken: Sequence[Box] = (), weight: str = "normal"
) -> list[tuple[float, float, str] | None]:
    """Where the name of each point goes: right of it, left, above or below, the first place that is free.

    Parameters
    ----------
    points : sequence of (float, float, str)
        Millimetres from the left and from the top, and the name; the most important first.
    room : tuple of float
        Left, top, right and bottom within which names stay.
    taken : sequence of tuple of float
        Boxes that names keep off.
    weight : str
        ``normal`` or ``bold``.

    Returns
    -------
    list
        Middle of the name in millimetres and the name; None where there is no free place.
    """
    boxes = list(taken)
    placed: list[tuple[float, float, str] | None] = []
    for x, y, name in points:
        half = block_width(name, style.SMALL_SIZE, weight) / 2
        spot = next((s for s in _spots(x, y, half) if _free(s, half, room, boxes)), None)
        if spot is not None:
            boxes.append(_box(spot, half))
        placed.append(None if spot is None else (*spot, name))
    return placed


def _spots(x: float, y: float, half: float) -> list[tuple[float, float]]:
    beside = [(x + side * (half + _GAP_MM), y + dy) for side in (1, -1) for dy in (0, -3.4, 3.4)]
    return [*beside, (x, y - 4.4), (x, y + 4.4)]


def _box(spot: tuple[float, float], half: float) -> Box:
    x, y = spot
    return x - half - 0.4, y - _HALF_LINE_MM, x + half + 0.4, y + _HALF_LINE_MM


def _free(spot: tuple[float, float], half: float, room: Box, taken: Sequence[Box]) -> bool:
    left, top, right, bottom = _box(spot, half)
    if left < room[0] or top < room[1] or right > room[2] or bottom > room[3]:
        return False
    return all(right <= b[0] or left >= b[2] or bottom <= b[1] or top >= b[3] for b in taken)


# A plot with a scale on the left that need not begin at nought, for dots and lines (never for bars).

#: The scale begins at nought where the lowest value is less than this part of the highest.
_FROM_NOUGHT = 0.4
_BELOW_MM = 7.0
_FLAG_MM = 50.0


@dataclass
class Plot:
    """A sheet with one plot: draw on ``axes``; ``left``, ``top``, ``width``, ``height`` are millimetres."""

    sheet: Sheet
    axes: Axes
    left: float
    top: float
    width: float
    height: float
    low: float
    high: float

    def across(self, part: float) -> float:
        """Millimetres from the left of the sheet, of a part (0 to 1) of the plot's width."""
        return self.left + self.width * part

    def down(self, value: float) -> float:
        """Millimetres from the top of the plot."""
        return self.height * (self.high - value) / (self.high - self.low)


def ticks_around(low: float, high: float) -> list[float]:
    """Round ticks around a range; from nought only where the range comes near it.

    Parameters
    ----------
    low, high : float
        Of the data.

    Returns
    -------
    list of float
        Two at least, the first at or below ``low`` and the last at or above ``high``.
    """
    if low < _FROM_NOUGHT * high or high <= 0 or low == high:
        return nice_ticks(low, high)
    step = np.diff(nice_ticks(0, high - low))[0]
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    return [float(i * step) for i in range(int(first), int(max(last, first + 1)) + 1)]


def lay_out(
    low: float,
    high: float,
    unit: str,
    *,
    height: float,
    ends: Sequence[str] = (),
    flags: Sequence[tuple[float, str]] = (),
    key: Sequence[KeyEntry] = (),
    axis: str = "",
    synthetic: bool = False,
) -> Plot:
    """Make a sheet with a plot, its scale, the room for names at line ends, flags above and the key below.

    Parameters
    ----------
    low, high : float
        Of the data.
    unit : str
        ``%`` is printed after each tick.
    height : float
        Of the plot in millimetres.
    ends : sequence of str
        Names to be written at the right with :func:`name_ends`.
    flags : sequence of (float, str)
        Texts above vertical lines, and their place from 0 (left) to 1 (right).
    axis : str
        Words below the horizontal axis; its ticks are the caller's.
    """
    ticks = ticks_around(low, high)
    texts = tick_labels(ticks, unit)
    left = max(text_width(t, style.SMALL_SIZE) for t in texts) + 3
    right = room_for([wrap_name(e) for e in ends]) if ends else 4.0
    width = style.LETTER_WIDTH_MM - left - right
    short = [(left + width * at, wrap(text, _FLAG_MM, 1, style.SMALL_SIZE)) for at, text in flags]
    placed = place_flags(short, 0, style.LETTER_WIDTH_MM - 0.5)
    top = 2.5 + FLAG_LINE_MM * (1 + max((row for _, row, _ in placed), default=-1))
    below = _BELOW_MM + (4.5 if axis else 0)
    sheet = Sheet(top + height + below + (key_height(0, key) + 1 if key else 0), synthetic)
    axes = sheet.axes(left, top, width, height)
    axes.set_ylim(ticks[0], ticks[-1])
    plot = Plot(sheet, axes, left, top, width, height, ticks[0], ticks[-1])
    for tick, text in zip(ticks, texts, strict=True):
        axes.axhline(tick, color=style.AXIS if tick == ticks[0] else style.GRID, linewidth=0.8, zorder=0, clip_on=False)
        sheet.text(left - 2, top + plot.down(tick), text, size=style.SMALL_SIZE, ha="right")
    for centre, row, text in placed:
        sheet.text(centre, top - 1.0 - FLAG_LINE_MM * (row + 0.5), text, size=style.SMALL_SIZE, ha="center")
    if axis:
        shown = wrap(axis, width, 1, style.SMALL_SIZE)
        sheet.text(left + width / 2, top + height + 8.0, shown, size=style.SMALL_SIZE, ha="center")
    sheet.key(0, top + height + below + 1, key)
    return plot


def name_ends(plot: Plot, ends: Sequence[tuple[float, str, dict]]) -> None:
    """Write names at the right ends of lines.

    Parameters
    ----------
    ends : sequence of (float, str, dict)
        Value at which the line ends, its name, and its line's properties.
    """
    lines = [
        LineEnd(min(max(plot.down(value), 0), plot.height), wrap_name(text), {"linewidth": 1, **line})
        for value, text, line in ends
    ]
    print_ends(plot.sheet, plot.left + plot.width, plot.top, plot.height, lines)


def name_ticks(plot: Plot, ticks: Sequence[float], texts: Sequence[str], end: float) -> None:
    """Set the horizontal axis from its first tick to ``end``, and write the texts below it.

    Parameters
    ----------
    ticks : sequence of float
        Rising, none above ``end``.
    texts : sequence of str
        Those that would touch the one before are left out.
    end : float
        Where the axis ends.
    """
    plot.axes.set_xlim(ticks[0], end)
    last = -np.inf
    for tick, text in zip(ticks, texts, strict=True):
        half = block_width(text, style.SMALL_SIZE) / 2
        centre = plot.across((tick - ticks[0]) / (end - ticks[0]))
        centre = min(max(centre, half + 0.3), style.LETTER_WIDTH_MM - half - 0.3)
        if centre - half > last + 1.5:
            plot.sheet.text(centre, plot.top + plot.height + 3.6, text, size=style.SMALL_SIZE, ha="center")
            last = centre + half
