"""Names beside points, none over another and none outside the plot."""

from __future__ import annotations

from collections.abc import Sequence

from hmic_analysis.figures import style
from hmic_analysis.figures.measure import block_width

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
