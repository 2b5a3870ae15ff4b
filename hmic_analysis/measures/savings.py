"""Staff time saved by a change: what the series says beyond trend and memory, beside the bare before and after (F4)."""

from collections.abc import Hashable
from dataclasses import dataclass

import pandas as pd

from hmic_analysis.errors import DataError
from hmic_analysis.statistics.interrupted import (
    MINIMUM_AFTER,
    MINIMUM_BEFORE,
    InterruptedSeries,
    interrupted_series,
    placebo_series,
)
from hmic_analysis.statistics.intervals import CONFIDENCE

CHANCE = "The bare comparison of before and after can come of a trend or a bad month alone."
NOT_MONEY = "Hours saved are time freed, not money, and only as good as the record of hours."


@dataclass(frozen=True)
class TimeSaved:
    """What a change saved, or why that can't be said.

    ``placebo``: the same model at a change that never was; None where the series is too short for it.
    ``change``: first point after the change.
    ``unit``: of the values: ``hours``.
    ``method``: to be printed under the chart.
    """

    series: InterruptedSeries
    placebo: InterruptedSeries | None
    change: Hashable
    unit: str
    method: str

    @property
    def refused(self) -> bool:
        """Whether no effect is given."""
        return bool(self.series.refusal)


def time_saved(values: pd.Series, change: Hashable, *, unit: str = "hours") -> TimeSaved:
    """The effect of a change on a monthly series: a step, without a season.

    ``values``: one value a month in order, missing months present as NaN, indexed by month.
    ``change``: first month with the change.
    ``unit``: of the values.
    Returns: with fewer than 24 points before the change or 12 after no effect and no p-value is given, but the bare
        comparison is.
    Raises DataError if the change is not a month of the series, months repeat, or an argument is out of range.

    :func:`hmic_analysis.statistics.interrupted.interrupted_series`: first-order autoregressive errors.
    """
    options = {"effect": "step", "harmonics": 0}
    try:
        found = interrupted_series(values, change, **options)
        placebo = _placebo(values, change, options, found)
    except ValueError as fault:
        raise DataError(f"time_saved: {fault}") from None
    return TimeSaved(series=found, placebo=placebo, change=change, unit=unit, method=_method(found, placebo))


def _placebo(values: pd.Series, change: Hashable, options: dict, found: InterruptedSeries) -> InterruptedSeries | None:
    """A change that never was, in the months before the real one; too few of them give none."""
    if found.refusal or found.n_before < MINIMUM_BEFORE + MINIMUM_AFTER:
        return None
    placebo = placebo_series(values, change, **options)
    return None if placebo.refusal else placebo


def _method(found: InterruptedSeries, placebo: InterruptedSeries | None) -> str:
    if found.refusal:
        return f"{found.refusal} {NOT_MONEY}"
    text = (
        f"Interrupted series, {found.effect}, first-order autoregressive errors (correlation {found.rho:.2f}), "
        f"{found.n_before} months before and {found.n_after} after, {CONFIDENCE:.0%} t interval."
    )
    if placebo is not None:
        none = placebo.saved.lo <= 0 <= placebo.saved.hi
        text += (
            f" The same model at a change {MINIMUM_AFTER} months earlier, which never was, finds "
            f"{'nothing' if none else 'an effect too: do not rely on this one'}."
        )
    return f"{text} {NOT_MONEY}"
