"""How much units differ beyond chance, and the funnel limits that allow for it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from hmic_analysis.statistics.intervals import _check_level, floats

# Shares are held to vary between units on the log-odds scale, rates on the log scale, both normally; what a unit then
# counts is binomial or Poisson. Tails are those of the two together, exact where counts are small, so that nothing
# rests on a transformation that fails near none, near all, or below some number of cases.
#
# Conventions: a unit whose numerator or denominator is missing, or whose denominator is 0, is left out and has no
# limits; counts that can't be are an error. Counts need not be whole: a weighted sample comes with its effective n.

Kind = Literal["proportion", "rate"]

#: A count below this (for shares of either outcome) is summed over, one above expanded: tails agree within 1%.
SMALL_COUNT = 40
_GRID = np.linspace(-7, 7, 141)
_GRID_WEIGHT = np.exp(-(_GRID**2) / 2) / np.exp(-(_GRID**2) / 2).sum()
_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_LOG_WEIGHTS = np.log(_NODE_WEIGHTS / _NODE_WEIGHTS.sum()) + _NODES**2 / 2
#: Variances on the log scale between which the fit looks; what ends at the lower one is no spread at all.
_LEAST, _MOST = 1e-7, 25.0
_ROUNDS = 60
#: A unit whose count has a smaller chance among the others takes no part in what is usual.
SET_ASIDE = 1e-5


class Spread(NamedTuple):
    """What units have in common and how they differ.

    Attributes
    ----------
    centre : array of float
        Log-odds or log rate of the middle unit.
    variance : array of float
        Of units around it on the same scale; 0 where chance explains all of it.
    """

    centre: np.ndarray
    variance: np.ndarray


def fit_spread(top: np.ndarray, bottom: np.ndarray, kind: Kind, used: np.ndarray | None = None) -> Spread:
    """Centre and variance of units, for many sets of units at once.

    Parameters
    ----------
    top, bottom : arrays of float, shape (sets, units)
        Counts and what they are counted over, above 0.
    kind : {"proportion", "rate"}
    used : array of bool, shape (sets, units), optional
        Units that count; by default all.

    Notes
    -----
    Logistic or Poisson regression with a random intercept and nothing else: the likelihood by adaptive quadrature of
    nine nodes, climbed by Fisher scoring, with the term for the estimated centre that restricted maximum likelihood
    has.  Where counts are large it is the restricted maximum likelihood estimate of a random-effects meta-analysis.
    Where the property is found in no case, or in all, there is no spread, and half a case sets the centre.
    """
    used = np.ones(top.shape, dtype=bool) if used is None else used
    x, n = (top * used).sum(1), (bottom * used).sum(1)
    centre = _log_value(x, n, kind)
    some = (x > 0) & ((x < n) if kind == "proportion" else True)
    apart = np.full(centre.shape, _LEAST)
    if some.any():
        centre[some], apart[some] = _climb(top[some], bottom[some], kind, used[some], centre[some])
    return Spread(centre, np.where(apart <= 20 * _LEAST, 0.0, apart))


def _climb(top, bottom, kind: Kind, used, centre) -> tuple[np.ndarray, np.ndarray]:
    apart = np.clip((_log_value(top, bottom, kind) - centre[:, None]).var(1, where=used), 1e-3, 2.0)
    offset = np.zeros_like(top)
    for step in range(_ROUNDS):
        offset = _mode(top, bottom, centre, apart, offset, kind, 8 if step == 0 else 3)
        first, second = _moments(top, bottom, centre, apart, offset, kind)
        weight = used / (apart[:, None] + _chance(bottom, centre[:, None], kind))
        square = (weight**2).sum(1)
        up = ((second - apart[:, None]) * used).sum(1) / (2 * apart**2) + square / (2 * weight.sum(1))
        centre = centre + np.clip((first * used).sum(1) / apart / weight.sum(1), -0.5, 0.5)
        moved = np.clip(apart + np.clip(2 * up / square, -0.6 * apart, 2 * apart + 0.05), _LEAST, _MOST)
        done = np.abs(moved - apart) <= 1e-6 * apart + 1e-9
        apart = moved
        if done.all():
            break
    return centre, apart


def usual_spread(top: np.ndarray, bottom: np.ndarray, kind: Kind) -> tuple[Spread, np.ndarray]:
    """The spread of units without those that are plainly no part of it, and which units it rests on.

    Parameters
    ----------
    top, bottom : arrays of float, shape (sets, units)
    kind : {"proportion", "rate"}

    Notes
    -----
    One unit far from all others would make units look so different that it itself no longer does.  So the unit that
    lies farthest out is held against the fit of the others, and set aside where so extreme a count has a chance below
    one in 100,000; then the next, up to a tenth of the units.
    """
    used = np.ones(top.shape, dtype=bool)
    spread = fit_spread(top, bottom, kind)
    active = np.arange(top.shape[0])
    for _ in range(top.shape[1] // 10):
        x, n, rows = top[active], bottom[active], np.arange(active.size)
        mean = n * _mean(spread.centre[active, None], kind)
        chance = 1 / _chance(n, spread.centre[active, None], kind)
        apart = (x - mean) ** 2 / (chance + spread.variance[active, None] * chance**2)
        farthest = np.where(used[active], apart, 0.0).argmax(1)
        others = used[active]
        others[rows, farthest] = False
        without = fit_spread(x, n, kind, others)
        aside = np.minimum(*tails(x[rows, farthest], n[rows, farthest], *without, kind)) < SET_ASIDE
        if not aside.any():
            break
        active = active[aside]
        used[active] = others[aside]
        spread.centre[active], spread.variance[active] = without.centre[aside], without.variance[aside]
    return spread, used


def _log_value(top, bottom, kind: Kind) -> np.ndarray:
    """Log-odds or log rate; half a case where there is none, or where all have the property."""
    least = np.maximum(top, 0.5)
    if kind == "proportion":
        return np.log(least / np.maximum(bottom - top, 0.5))
    return np.log(least / bottom)


def _mean(log_value: np.ndarray, kind: Kind) -> np.ndarray:
    from scipy.special import expit

    return expit(log_value) if kind == "proportion" else np.exp(log_value)


def _chance(bottom: np.ndarray, centre: np.ndarray, kind: Kind) -> np.ndarray:
    """Variance by chance on the log scale."""
    mean = _mean(centre, kind)
    return 1 / (bottom * (mean * (1 - mean) if kind == "proportion" else mean))


def _mode(top, bottom, centre, apart, offset, kind: Kind, steps: int) -> np.ndarray:
    """Where each unit most likely lies from the centre, given its count and the spread."""
    for _ in range(steps):
        mean = _mean(centre[:, None] + offset, kind)
        slope = bottom * (mean * (1 - mean) if kind == "proportion" else mean)
        pull = top - bottom * mean - offset / apart[:, None]
        offset = offset + np.clip(pull / (slope + 1 / apart[:, None]), -1, 1)
    return offset


def _moments(top, bottom, centre, apart, offset, kind: Kind) -> tuple[np.ndarray, np.ndarray]:
    """Expected distance of each unit from the centre and its square, given its count."""
    near = 1 / np.sqrt(1 / _chance(bottom, centre[:, None] + offset, kind) + 1 / apart[:, None])
    at = offset[..., None] + near[..., None] * _NODES
    here, there = centre[:, None] + offset, centre[:, None, None] + at
    if kind == "proportion":
        grown = np.logaddexp(0, there) - np.logaddexp(0, here)[..., None]
    else:
        grown = np.exp(there) - np.exp(here)[..., None]
    log = _LOG_WEIGHTS + top[..., None] * (at - offset[..., None]) - bottom[..., None] * grown
    weight = np.exp(log - (at**2 - offset[..., None] ** 2) / (2 * apart[:, None, None]))
    weight /= weight.sum(-1, keepdims=True)
    return (weight * at).sum(-1), (weight * at**2).sum(-1)


def tails(
    top: np.ndarray, bottom: np.ndarray, centre: np.ndarray, variance: np.ndarray, kind: Kind
) -> tuple[np.ndarray, np.ndarray]:
    """Chance of so low a count or a lower one, and of so high a count or a higher one.

    Arrays of one shape, or that can be brought to one.

    Notes
    -----
    The chance that a binomial count is at most x is that of a beta variable above the share, a Poisson count's that of
    a gamma variable: so what is asked is the tail of the sum of a log beta (or gamma) and a normal variable.  Its
    cumulants are known, and beyond :data:`SMALL_COUNT` their Cornish-Fisher expansion is as good as exact; below, the
    exact tail is summed over the spread.
    """
    whole = [np.asarray(v, dtype=float) for v in np.broadcast_arrays(top, bottom, centre, variance)]
    return _tail(*whole, kind, 0), _tail(*whole, kind, 1)


def _tail(top, bottom, centre, variance, kind: Kind, side: int) -> np.ndarray:
    """One of the tails (0 low, 1 high), of arrays of one shape."""
    x, n, middle, apart = (v.ravel() for v in (top, bottom, centre, variance))
    tail = np.empty(x.shape)
    small = (np.minimum(x, n - x) if kind == "proportion" else x) < SMALL_COUNT
    big = ~small
    at = middle[big] if kind == "proportion" else middle[big] + np.log(n[big])
    tail[big] = _expanded(x[big] + (1 - side), n[big] - x[big] + side, apart[big], at, kind, 2 * side - 1)
    tail[small] = _summed(x[small], n[small], middle[small], apart[small], kind, side)
    return tail.reshape(top.shape)


def _expanded(a, b, apart, at, kind: Kind, side: int) -> np.ndarray:
    from scipy.special import ndtr, polygamma, psi

    mean, spread, skew, peak = psi(a), polygamma(1, a) + apart, polygamma(2, a), polygamma(3, a)
    if kind == "proportion":
        mean, spread = mean - psi(b), spread + polygamma(1, b)
        skew, peak = skew - polygamma(2, b), peak + polygamma(3, b)
    # Farther out than eight standard deviations the terms of the expansion would turn round.
    z, skew, peak = np.clip((at - mean) / np.sqrt(spread), -8, 8), skew / spread**1.5, peak / spread**2
    z = z - skew / 6 * (z**2 - 1) - peak / 24 * (z**3 - 3 * z) + skew**2 / 36 * (4 * z**3 - 7 * z)
    return ndtr(side * z)


def _summed(x, n, middle, apart, kind: Kind, side: int) -> np.ndarray:
    from scipy.special import betainc, expit, gammainc, gammaincc

    at = middle[:, None] + np.sqrt(apart)[:, None] * _GRID
    x, n = x[:, None], n[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        if kind == "rate":
            chance = gammainc(np.maximum(x, 1e-9), n * np.exp(at)) if side else gammaincc(x + 1, n * np.exp(at))
        elif side:
            chance = betainc(np.maximum(x, 1e-9), n - x + 1, expit(at))
        else:
            chance = betainc(np.maximum(n - x, 1e-9), x + 1, expit(-at))
    # At nothing so high a count, and at all so low a one, is certain.
    certain = x <= 0 if side else (x >= n if kind == "proportion" else np.zeros_like(x, dtype=bool))
    return (np.where(certain, 1.0, chance) * _GRID_WEIGHT).sum(1)


def level_tails(
    at: np.ndarray, bottom: np.ndarray, used: np.ndarray, spread: Spread, kind: Kind, level: float
) -> np.ndarray:
    """Tail of the fit below which a count lies outside the limits of a level, for many sets of units at once.

    Parameters
    ----------
    at : array of float, shape (sets, k)
        Denominators asked for.
    bottom, used : arrays, shape (sets, units)
        Denominators of the units, and whether the spread rests on them.
    spread : Spread
    level : float
        Two-sided, between 0 and 1.
    """
    centre, variance = spread.centre[:, None], spread.variance[:, None]
    weight = [1 / (variance + _chance(n, centre, kind)) for n in (at, bottom)]
    # Without spread nothing was estimated that a unit could have a part in.
    with np.errstate(divide="ignore"):
        own = weight[0] ** 2 / ((weight[1] * used) ** 2).sum(1, keepdims=True)
    return np.where(variance > 0, tail_left(level, own), (1 - level) / 2)


def tail_left(level: float, own: np.ndarray) -> np.ndarray:
    """Tail on each side of the fitted distribution that leaves a unit outside as often as the level says.

    Parameters
    ----------
    level : float
        Two-sided, between 0 and 1.
    own : array of float
        Share of the unit in the estimate of the spread, from 0 (the spread is known) up: one in as many units.

    Notes
    -----
    A unit that lies far out widens the spread that it is held against.  A residual over the standard deviation of a
    sample that holds it has the distribution that Thompson (1935) gave, narrower than the normal one.
    """
    from scipy.special import ndtr, ndtri, stdtrit

    tail = (1 - level) / 2
    units = np.maximum(1 / np.maximum(own, 1e-9), 4.0)
    t = -stdtrit(units - 2, tail)
    within = t * np.sqrt((units - 1) / (units - 2 + t**2)) * np.sqrt((units - 1) / units)
    return ndtr(-np.minimum(within, -ndtri(tail)))


@dataclass(frozen=True)
class Funnel:
    """Units in their funnel.

    Attributes
    ----------
    units : pandas.DataFrame
        One row for each unit in the order and with the index given: ``numerator``, ``denominator``, ``value``, ``low``
        and ``high`` (chance of a count so low or lower, so high or higher), ``used`` (whether the spread rests on it);
        missing for units left out.
    kind : {"proportion", "rate"}
    multiplier : float
    centre, variance : float
        As in :class:`Spread`; the variance is 0 where only chance was to be allowed for.
    refusal : str
        Why there is no funnel; empty where there is one.
    """

    units: pd.DataFrame
    kind: Kind
    multiplier: float
    centre: float
    variance: float
    refusal: str = ""

    @property
    def typical(self) -> float:
        """The figure of the middle unit, in the unit of the value."""
        return self.usual(0.0)[0]

    def usual(self, width: float = 1.0) -> tuple[float, float]:
        """Figures so many standard deviations of units below and above the middle one; without chance."""
        reach = width * math.sqrt(self.variance) if self.variance > 0 else 0.0
        ends = _mean(np.array([self.centre - reach, self.centre + reach]), self.kind) * self.multiplier
        return float(ends[0]), float(ends[1])

    def limits(self, denominators: Sequence[float], level: float) -> pd.DataFrame:
        """Limits at any denominators: ``denominator``, ``lo`` and ``hi`` in the unit of the value.

        A unit lies outside where its count has a smaller tail than that of :func:`tail_left`; the lines are drawn
        through the counts, whole or not, that lie just on them.
        """
        _check_level(level)
        at = floats(denominators)
        at = np.where(at > 0, at, np.nan)
        low, high = self._counts(at, level)
        return pd.DataFrame({"denominator": at, "lo": low / at * self.multiplier, "hi": high / at * self.multiplier})

    def outside(self, level: float) -> pd.Series:
        """1 above the limits of that level, -1 below, 0 inside; missing for units left out."""
        units = self.units
        tail = self._tail(units["denominator"].where(units["low"].notna()).to_numpy(), level)
        side = (units["high"] < tail).astype(float) - (units["low"] < tail).astype(float)
        return side.where(units["low"].notna())

    def share_outside(self, level: float) -> float:
        """Share of units outside these limits where units differ by nothing but chance and this spread.

        Below ``1 - level`` where counts are so few that no whole number of them lies just on a line.
        """
        known = self.units["low"].notna()
        at, units = np.unique(self.units.loc[known, "denominator"], return_counts=True)
        low, high = self._counts(at, level)
        below, above = np.ceil(low - 1e-9) - 1, np.floor(high + 1e-9) + 1
        most = at if self.kind == "proportion" else above
        ends = (np.maximum(below, 0), np.minimum(above, most))
        chance = [tails(x, at, self.centre, self.variance, self.kind)[side] for side, x in enumerate(ends)]
        chance = np.where(below >= 0, chance[0], 0) + np.where(above <= most, chance[1], 0)
        # From a tail of the fit to how often a unit that has a part in the fit lies in it.
        return float(np.average((1 - level) * chance / (2 * self._tail(at, level)), weights=units))

    def _counts(self, at: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
        tail = self._tail(at, level)
        low, high = (_count_at(at, tail, self.centre, self.variance, self.kind, side) for side in (0, 1))
        return low, high

    def _tail(self, at: np.ndarray, level: float) -> np.ndarray:
        used = self.units["used"].eq(True).to_numpy()
        bottom = self.units["denominator"].to_numpy()[used]
        spread = Spread(np.array([self.centre]), np.array([self.variance]))
        return level_tails(at[None], bottom[None], np.ones((1, bottom.size), dtype=bool), spread, self.kind, level)[0]


def funnel_of(
    numerators: Sequence[float],
    denominators: Sequence[float],
    kind: Kind,
    *,
    multiplier: float = 1.0,
    estimate: bool = True,
) -> Funnel:
    """Hold each unit against what units usually are.

    Parameters
    ----------
    numerators, denominators : sequences of float, shape (n,)
        One of each for every unit; the index of a column of numerators is kept.
    kind : {"proportion", "rate"}
    multiplier : float
        Scale of values and limits: 100 for per cent.
    estimate : bool
        Whether units are allowed to differ by more than chance.

    Raises
    ------
    ValueError
        If the sequences differ in length or a count can't be.
    """
    top, bottom = floats(numerators), floats(denominators)
    if top.shape != bottom.shape:
        raise ValueError(f"Every unit needs one numerator and one denominator; got {top.size} and {bottom.size}.")
    if (top < 0).any() or (bottom < 0).any():
        raise ValueError("Numerators and denominators are 0 or more.")
    known = (top >= 0) & (bottom > 0)
    if kind == "proportion" and (top[known] > bottom[known]).any():
        raise ValueError("A proportion needs 0 <= x <= n; a numerator is greater than its denominator.")
    index = numerators.index if isinstance(numerators, pd.Series) else None
    units = pd.DataFrame({"numerator": top, "denominator": bottom}, index=index)
    units["value"] = np.divide(top, bottom, where=known, out=np.full(top.shape, np.nan)) * multiplier
    units[["low", "high"]], units["used"] = np.nan, None
    x, n = top[known], bottom[known]
    refusal = ""
    if x.sum() == 0:
        refusal = "No limits: there are no events in any unit."
    elif kind == "proportion" and x.sum() == n.sum():
        refusal = "No limits: every case of every unit has the property."
    if refusal:
        return Funnel(units, kind, multiplier, math.nan, math.nan, refusal)
    spread, used = Spread(_log_value(x.sum(keepdims=True), n.sum(keepdims=True), kind), np.zeros(1)), known[known]
    if estimate:
        spread, used = usual_spread(x[None], n[None], kind)
    units.loc[known, "used"] = used.ravel()
    units.loc[known, "low"], units.loc[known, "high"] = tails(x, n, *spread, kind)
    return Funnel(units, kind, multiplier, float(spread.centre[0]), float(spread.variance[0]))


def _count_at(at, tail, centre, variance, kind: Kind, side: int) -> np.ndarray:
    """The count whose tail on one side (0 low, 1 high) is just the given one, whole or not; 0 or all where none is."""
    from scipy.optimize.elementwise import find_root
    from scipy.special import ndtri

    def beyond(x, n, level, middle, apart):
        # On the scale of the normal distribution the tail is nearly straight in the count.
        chance = _tail(x, n, middle, apart, kind, side)
        return ndtri(np.clip(chance, 1e-300, 1 - 1e-16)) - ndtri(level)

    whole = np.broadcast_arrays(at, tail, centre, variance)
    reach = np.minimum(9 * np.sqrt(_chance(whole[0], whole[2], kind) + whole[3]), 40)
    top = whole[0] if kind == "proportion" else whole[0] * np.exp(whole[2] + reach) + 30
    ends = [beyond(end, *whole) for end in (np.zeros_like(top), top)]
    crossed = ends[0] * ends[1] < 0
    # At none the lower tail, and at all the upper one, may be above what is asked: then no count lies outside.
    found = np.zeros_like(top) if side == 0 else top.astype(float)
    if crossed.any():
        inside = tuple(v[crossed] for v in whole)
        found[crossed] = find_root(beyond, (np.zeros_like(top[crossed]), top[crossed]), args=inside).x
    return found
