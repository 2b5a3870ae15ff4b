"""How forces are spread over the values of a figure, in bins wide enough that none of them singles anybody out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hmic_analysis.comparison.table import Gathered
from hmic_analysis.evidence.wording import COUNTS
from hmic_analysis.figures.numbers import nice_ticks
from hmic_analysis.national.log import Log
from hmic_analysis.params.settings import National

#: Bins tried before they are merged.
_TRIED = 10


@dataclass(frozen=True)
class Distribution:
    """Forces by the value of a figure.

    Attributes
    ----------
    edges : tuple of float
        Between the bins: one fewer than bins.  The first and the last bin are open, so no greatest and no smallest
        value is told.
    shares : tuple of int
        Of the forces with a figure, in per cent, rounded.
    labels : tuple of str
        ``under 60%``, ``60% to under 80%``, ``80% or more``.
    """

    edges: tuple[float, ...]
    shares: tuple[int, ...]
    labels: tuple[str, ...]


def distribution(gathered: Gathered, rules: National, total: int, log: Log) -> Distribution | None:
    """The spread of a figure over forces.

    Parameters
    ----------
    gathered : Gathered
    rules : National
    total : int
        All forces, with a figure or without.
    log : Log
        Gets what is withheld.

    Returns
    -------
    Distribution or None
        None where two bins of the rule can't be filled, or where the rounded shares would still tell how many forces
        have no figure though these are few.

    Notes
    -----
    Of round steps neighbouring ones are merged, from the lowest value upwards, until each bin holds
    ``min_forces_per_bin`` forces.  Shares are rounded since exact ones give away how many forces they are of.
    """
    values = np.sort(gathered.used["value"].to_numpy(float))
    edges, counts = merged(values, _steps(values, gathered.unit), rules.min_forces_per_bin)
    rule = f"min_forces_per_bin: at least {rules.min_forces_per_bin} forces in each bin"
    if len(counts) < 2:
        log.add("distributions", gathered.indicator, "", rule, "whole", f"{len(values)} forces in {len(counts)} bin")
        return None
    step = rules.round_share_pct
    shares = tuple(_rounded(count, len(values), step) for count in counts)
    missing = total - len(values)
    if 0 < missing < rules.min_forces and not hides(shares, total, rules):
        rule = f"min_forces: rounded shares tell how many of fewer than {rules.min_forces} forces have no figure"
        log.add("distributions", gathered.indicator, "", rule, "whole", f"{missing} forces without a figure")
        return None
    return Distribution(edges, shares, _labels(edges, gathered.unit, _whole(values, gathered.unit)))


def merged(values: np.ndarray, steps: Sequence[float], least: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Neighbouring steps joined until each bin holds enough.

    Parameters
    ----------
    values : numpy.ndarray
    steps : sequence of float
        Edges tried, ascending.
    least : int
        Values in each bin at least.

    Returns
    -------
    tuple of float and tuple of int
        The edges between bins, and the values in each bin.
    """
    edges: list[float] = []
    counts: list[int] = []
    low = -math.inf
    for edge in steps:
        inside = int(((values >= low) & (values < edge)).sum())
        if inside >= least:
            edges.append(float(edge))
            counts.append(inside)
            low = edge
    rest = int((values >= low).sum())
    if rest >= least or not counts:
        counts.append(rest)
    else:
        # What is left at the top joins the bin before it.
        counts[-1] += rest
        edges.pop()
    return tuple(edges), tuple(counts)


def hides(shares: Sequence[int], total: int, rules: National) -> bool:
    """Whether the shares agree with each small number of forces without a figure.

    Parameters
    ----------
    shares : sequence of int
        Rounded, in per cent.
    total : int
        All forces.
    rules : National

    Returns
    -------
    bool
    """
    for missing in range(1, rules.min_forces):
        n = total - missing
        ends = []
        for share in shares:
            fits = [c for c in range(rules.min_forces_per_bin, n + 1) if _rounded(c, n, rules.round_share_pct) == share]
            if not fits:
                return False
            ends.append((fits[0], fits[-1]))
        if not sum(lo for lo, _ in ends) <= n <= sum(hi for _, hi in ends):
            return False
    return True


def _rounded(count: int, of: int, step: int) -> int:
    return step * math.floor(100 * count / of / step + 0.5)


def _steps(values: np.ndarray, unit: str) -> list[float]:
    """Round edges: tenths of a hundred for percentages, else round steps over the range of the middle forces."""
    if unit == "%":
        return [float(v) for v in range(10, 100, 10)]
    # The steps must not follow one extreme force, or they would tell of it.
    low, high = np.quantile(values, (0.1, 0.9))
    whole = _whole(values, unit)
    if low <= 0 <= high or low < 0.4 * high:
        return nice_ticks(float(low), float(high), _TRIED, whole)
    step = float(np.diff(nice_ticks(0, float(high - low) or 1.0, _TRIED, whole))[0])
    return [float(i * step) for i in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _labels(edges: Sequence[float], unit: str, counts: bool) -> tuple[str, ...]:
    """Words for each bin; the unit is in the heading of the table but for percentages."""
    if counts:
        whole = [int(edge) for edge in edges]
        inner = [f"{a}" if b == a + 1 else f"{a:,} to {b - 1:,}" for a, b in zip(whole, whole[1:], strict=False)]
        return (f"fewer than {whole[0]:,}", *inner, f"{whole[-1]:,} or more")
    mark = "%" if unit == "%" else ""
    texts = [f"{edge:,.10g}{mark}" for edge in edges]
    inner = [f"{a} to under {b}" for a, b in zip(texts, texts[1:], strict=False)]
    return (f"under {texts[0]}", *inner, f"{texts[-1]} or more")


def _whole(values: np.ndarray, unit: str) -> bool:
    """Whether a figure is a whole number in every force."""
    return (unit in COUNTS or unit in ("0-4", "months", "areas")) and bool((values % 1 == 0).all())
