"""How numbers are printed in pictures, and where axes have their ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hmic_analysis.evidence.wording import say_value
from hmic_analysis.measures.words import plain

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
        As in :func:`hmic_analysis.evidence.wording.say_value`.

    Returns
    -------
    str
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

    Returns
    -------
    list of str
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
    return [f"{plain(t / size)} {word}" if t else "0" for t in ticks]


def say_minutes(minutes: float) -> str:
    """A length of time on a tick: ``15 min``, ``4 h``, ``2 days``."""
    if minutes < 120 and minutes != 60:
        return f"{plain(minutes)} min"
    if minutes < 2880 and minutes != 1440:
        return f"{plain(minutes / 60)} h"
    return f"{plain(minutes / 1440)} {'day' if minutes == 1440 else 'days'}"


def minute_ticks(high: float, count: int = 6) -> list[float]:
    """Ticks of an axis in minutes from 0, in steps people know."""
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


def needs_log(values: np.ndarray, ratio: float = 50.0) -> bool:
    """Whether positive values differ so much (more than ``ratio`` times) that a linear axis would hide the small."""
    values = values[~np.isnan(values)]
    return bool(len(values) and values.min() > 0 and values.max() / values.min() > ratio)
