"""Names written at the right ends of lines, none over another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hmic_analysis.figures import style
from hmic_analysis.figures.measure import block_height, block_width, wrap
from hmic_analysis.figures.sheet import Sheet

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
    sheet : Sheet
    x : float
        Right edge of the plot in millimetres.
    top, height : float
        Of the plot in millimetres.
    ends : sequence of LineEnd
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
