"""The house style of every picture: colours, sizes, how texts are measured and numbers printed, and its bytes."""

import io
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache

import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from PIL import Image

from hmic_analysis.errors import ParameterError
from hmic_analysis.measures.base import plain
from hmic_analysis.words import one_of, say_value

# The house style of every picture: colours, sizes, an empty figure, and its bytes.
#
# Figures are drawn on the Agg canvas without pyplot: nothing global is left behind, and worker processes can draw side
# by side. Equal figures give equal bytes, so a picture can be checked by its checksum.

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
    # Letters as in the SVG; fitting each to the grid of dots takes a quarter of the drawing and isn't seen.
    "text.hinting": "none",
    "text.color": INK,
    "axes.edgecolor": AXIS,
    "axes.unicode_minus": True,
}
#: Settings of the program, not of what a picture looks like: whoever set them keeps them.
_NOT_LOOKS = ("backend", "interactive", "timezone", "date.epoch", "toolbar", "webagg", "tk.", "savefig.directory")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@contextmanager
def house_style() -> Iterator[None]:
    """Hold matplotlib's settings to the house style, whatever the notebook or user has set, and put them back after."""
    if matplotlib.rcParams["svg.hashsalt"] == _RC["svg.hashsalt"]:
        # Held already: each chart is drawn within it, and setting everything again takes a tenth of the drawing.
        yield
        return
    held = _held()
    before = {name: dict.__getitem__(matplotlib.rcParams, name) for name in held}
    # Values that have been checked once are put in place as they are: checking all of them takes longer than a chart's
    # key. Every name is set, so none of the notebook's own is left.
    dict.update(matplotlib.rcParams, held)
    try:
        yield
    finally:
        dict.update(matplotlib.rcParams, before)


@cache
def _held() -> dict[str, object]:
    """Every setting of the house style, as matplotlib keeps it once it has been checked."""
    with matplotlib.style.context(["default", _RC]):
        return {name: value for name, value in dict.items(matplotlib.rcParams) if not name.startswith(_NOT_LOOKS)}


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


# How much room a text takes, so that room is made for it before anything is drawn.

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
    with house_style():
        width, _, _ = _renderer().get_text_width_height_descent(text, font, ismath=False)
    return width / DPI * MM_PER_INCH


@cache
def _advance(letter: str, size: float, weight: str) -> float:
    """Room in millimetres that a letter takes in a line, hinted either way and however it meets its neighbour."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", size=size, weight=weight)))
    font.set_size(size, DPI)
    if not font.get_char_index(ord(letter)):
        return math.inf  # Another font will take it.
    advance = font.load_char(ord(letter)).horiAdvance
    # A mark without room of its own stands over its neighbour, or beside it where it has none: only measuring tells.
    return (advance / 64 + 1) / DPI * MM_PER_INCH if advance else math.inf


def fits(text: str, width: float, size: float = TEXT_SIZE, weight: str = "normal") -> bool:
    """Whether a line has room in so many millimetres; it is measured only where its letters one by one have none."""
    if sum(_advance(letter, size, weight) for letter in text) <= width:
        return True
    return text_width(text, size, weight) <= width


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
        if fits(trial, width, size, weight):
            line = trial
            continue
        if line:
            done.append(line)
        while not fits(word, width, size, weight):
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


# How numbers are printed in pictures, and where axes have their ticks.

#: The note next to a logarithmic axis.
LOG_NOTE = "Logarithmic axis: each step is several times the one before"
_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
#: A range too small to be drawn.
_NOTHING = 1e-12
#: Units that are not printed after a number.
_BARE = ("count", "number", "persons", "index", "0-1", "ratio", "kappa")
#: Steps of an axis in minutes that people know: minutes, hours, days, weeks.
_MINUTE_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 2880, 5760, 10080, 20160, 40320)
_LOG_MINUTES = (0.1, 1, 5, 15, 60, 240, 1440, 4320, 10080, 40320, 525600)
_LOG_HOURS = (0.01, 0.1, 1, 6, 24, 72, 168, 672, 8760, 87600)


def say(value: float, unit: str) -> str:
    """A value as letters print it, but short; tiny ones keep two figures instead of becoming nothing.

    Parameters
    ----------
    value : float
        NaN is ``not known``.
    unit : str
        As in :func:`hmic_analysis.words.say_value`.
    """
    if value is None or np.isnan(value):
        return "not known"
    if 0 < abs(value) < 0.05:
        if unit == "%":
            return "<0.1%" if value > 0 else plain(value) + "%"
        return plain(value) if unit in _BARE else f"{plain(value)} {unit}".strip()
    if unit == "%" and 99.95 <= value < 100:
        return ">99.9%"
    if unit == "count" and value != round(value):
        return plain(value)
    return say_value(value, unit)


def nice_ticks(low: float, high: float, count: int = 5, whole: bool = False) -> list[float]:
    """Round tick positions from at or below ``low`` to at or above ``high``.

    Parameters
    ----------
    low, high : float
        Range of the data; zero is always inside the axis.
    count : int
        About so many intervals.
    whole : bool
        Whether only whole numbers will do, as for counts.

    Returns
    -------
    list of float
        Two at least; steps of 1, 2, 2.5 or 5 times a power of ten.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    if high - low < _NOTHING:
        return [0.0, 1.0]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    steps = (m * power for m in (1, 2, 2.5, 5, 10) if not whole or (m * power) % 1 == 0)
    step = next((s for s in steps if s >= rough * (1 - 1e-9)), 1.0)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    return [i * step for i in range(first, last + 1)]


def tick_labels(ticks: Sequence[float], unit: str = "") -> list[str]:
    """Texts of ticks: thousands separators, one number of decimals for all, millions in words.

    Parameters
    ----------
    ticks : sequence of float
        Evenly spaced, two at least.
    unit : str
        ``%`` is printed after each number.
    """
    top = max(abs(t) for t in ticks)
    scale, word = next(((s, f" {w}") for s, w in _SCALES if top >= s), (1.0, ""))
    step = (ticks[1] - ticks[0]) / scale
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6:
        decimals += 1
    if decimals > 6:
        return [f"{t:.2g}" if t else "0" for t in ticks]
    suffix = "%" if unit == "%" else ""
    return ["0" if word and not t else f"{t / scale:,.{decimals}f}{word}{suffix}" for t in ticks]


def minute_labels(ticks: Sequence[float]) -> list[str]:
    """Texts of ticks in minutes from 0, all in one unit: minutes, hours or days."""
    top = ticks[-1]
    size, word = (1, "min") if top <= 120 else (60, "h") if top <= 2880 else (1440, "days")
    return [one_of(f"{plain(t / size)} {word}") if t else "0" for t in ticks]


def say_minutes(minutes: float) -> str:
    """A length of time on a tick: ``15 min``, ``4 h``, ``2 days``."""
    if minutes < 120 and minutes != 60:
        return f"{plain(minutes)} min"
    if minutes < 2880 and minutes != 1440:
        return f"{plain(minutes / 60)} h"
    return f"{plain(minutes / 1440)} {'day' if minutes == 1440 else 'days'}"


def minute_ticks(high: float) -> list[float]:
    """Ticks of an axis in minutes from 0, about six, in steps people know."""
    count = 6
    step = next((s for s in _MINUTE_STEPS if s * count >= high), None)
    if step is None:
        return nice_ticks(0, high, count)
    return [step * i for i in range(max(1, math.ceil(high / step - 1e-9)) + 1)]


def log_ticks(low: float, high: float, unit: str = "minutes") -> list[float]:
    """Ticks of a logarithmic time axis around ``low`` to ``high`` (above 0), in ``minutes`` or ``hours``.

    Returns
    -------
    list of float
        The first is at or below ``low`` and the last at or above ``high``.

    Raises
    ------
    ValueError
        If the range isn't positive and finite.
    """
    if not 0 < low <= high < math.inf:
        raise ValueError(f"no logarithmic axis runs from {low} to {high}")
    known = list(_LOG_MINUTES if unit == "minutes" else _LOG_HOURS)
    while known[0] > low:
        known.insert(0, known[0] / 10)
    while known[-1] < high:
        known.append(known[-1] * 10)
    first = max(i for i, t in enumerate(known) if t <= low)
    last = min(i for i, t in enumerate(known) if t >= high)
    ticks = known[first : max(last, first + 1) + 1]
    while len(ticks) > 8:
        ticks = ticks[::2] + ([ticks[-1]] if len(ticks) % 2 == 0 else [])
    return ticks


def needs_log(values: np.ndarray) -> bool:
    """Whether positive values differ so much (more than 50 times) that a linear axis would hide the small."""
    values = values[~np.isnan(values)]
    return bool(len(values) and values.min() > 0 and values.max() / values.min() > 50)
