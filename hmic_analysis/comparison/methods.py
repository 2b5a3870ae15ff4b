"""Similar forces, pooled figures and funnels, by one set of rules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hmic_analysis.comparison.gather import Gathered
from hmic_analysis.errors import ParameterError
from hmic_analysis.figures.chart import joined
from hmic_analysis.params.models import Comparison, CrimeMix, ForceSpec, Params
from hmic_analysis.statistics.differences import (
    PooledRate,
    benjamini_hochberg,
    chance_of_any,
    pooled_rate,
    proportion_difference,
    rate_ratio,
)
from hmic_analysis.statistics.funnel import OverdispersedFunnel, overdispersed_funnel

# --------------------------------------------------------------------------------------------------------------------
# Forces like a force: its group as the parameters give it, else the nearest by public facts.

COMPUTED = "computed by this package, not the Home Office's most similar group"
GIVEN = "as given in the parameters"
MIX = tuple(CrimeMix.model_fields)


@dataclass(frozen=True)
class SimilarForces:
    """The group that a force is set beside.

    Attributes
    ----------
    force : str
    members : tuple of str
        Slugs without the force itself, the nearest first where computed; empty where there is no group.
    computed : bool
        Whether this package chose them.
    label : str
        Where the group comes from: belongs wherever the group is shown.
    distances : pandas.Series
        Distance of each other force, by slug, nearest first; empty where the group was given or there is none.
    reason : str
        Why there is no group; empty where there is one.
    """

    force: str
    members: tuple[str, ...]
    computed: bool
    label: str
    distances: pd.Series
    reason: str = ""

    @property
    def words(self) -> str:
        """``7 similar forces (computed by this package, not the Home Office's most similar group)``."""
        count = f"{len(self.members)} similar force{'s' if len(self.members) != 1 else ''}"
        return f"{count} ({self.label})" if self.members else f"no similar forces: {self.reason}"


def similar_forces(params: Params, force: str) -> SimilarForces:
    """The forces that a force is set beside.

    The group of the parameters (``most_similar_forces``) where one is filled in; else the nearest
    ``comparison.similar_forces`` by :func:`distances`.  A force without residents to speak of, and a body that is
    none of the 43, has no group.
    """
    spec = params.force(force)
    nothing = pd.Series(dtype=float)
    if spec.most_similar_forces:
        members = tuple(f for f in dict.fromkeys(spec.most_similar_forces) if f != force)
        return SimilarForces(force, members, False, GIVEN, nothing)
    if spec.kind != "territorial":
        return SimilarForces(force, (), False, "", nothing, f"{spec.name} is none of the territorial forces.")
    if spec.per_head_meaningless:
        why = f"so few people live in {spec.name} that no force is like it."
        return SimilarForces(force, (), False, "", nothing, why)
    facts = public_facts(params.territorial)
    if force not in facts.index:
        why = f"population, area, officers or recorded crime of {spec.name} are not in params/forces.yml."
        return SimilarForces(force, (), False, "", nothing, why)
    found = distances(facts, force)
    return SimilarForces(
        force, tuple(found.index[: params.inspection.comparison.similar_forces]), True, COMPUTED, found
    )


def public_facts(forces: Sequence[ForceSpec]) -> pd.DataFrame:
    """What forces are compared by, before standardising.

    By slug: ``population`` and ``density`` (people per square kilometre) as logarithms, ``crime_rate`` (recorded
    crimes per 1,000 residents), ``officers`` (FTE per 1,000 residents), and the share of each group of offences in
    per cent.  Forces without residents to speak of, and those that lack a fact, are left out.
    """
    rows = {}
    for f in forces:
        needed = (f.population, f.area_km2, f.officers_fte, f.recorded_crime_2013_14, f.recorded_crime_mix)
        if f.per_head_meaningless or not all(needed):
            continue
        mix = f.recorded_crime_mix.model_dump()
        total = sum(mix.values())
        rows[f.slug] = {
            "population": math.log(f.population),
            "density": math.log(f.population / f.area_km2),
            "crime_rate": 1000 * f.recorded_crime_2013_14 / f.population,
            "officers": 1000 * f.officers_fte / f.population,
            **{group: 100 * count / total for group, count in mix.items()},
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def distances(facts: pd.DataFrame, force: str) -> pd.Series:
    """How far each other force lies from one.

    Euclidean distance by slug, nearest first, equal ones in alphabetical order.

    Notes
    -----
    Each fact is standardised over the forces (mean 0, standard deviation 1).  Population, density, crime rate and
    officers weigh one each; the groups of offences together weigh one, so that the mix of crime, which has most
    columns, doesn't decide alone.
    """
    scaled = (facts - facts.mean()) / facts.std(ddof=0).replace(0, 1)
    weight = pd.Series(1.0, index=facts.columns)
    mix = [c for c in facts.columns if c in MIX]
    weight[mix] = 1 / max(1, len(mix))
    square = ((scaled - scaled.loc[force]) ** 2 * weight).sum(axis=1).drop(force)
    found = square.pow(0.5).sort_index().sort_values(kind="stable")
    return found.rename("distance")


# --------------------------------------------------------------------------------------------------------------------
# A force against the others: total over total without the force itself, and the interval of the difference.

#: Other forces that a comparator holds at least.
FEWEST = 2
ALL_OTHERS = "all other forces"
CHANCE_ALONE = (
    "The interval allows for chance alone. Forces differ by more than chance, so with many crimes nearly every "
    "difference lies outside it; whether a force stands out is decided by the funnel."
)


@dataclass(frozen=True)
class Against:
    """One force against a group of others.

    Attributes
    ----------
    force : str
    group : str
        Who the others are, in words.
    members : tuple of str
        Forces in the comparator: never the force itself.
    left_out : tuple of str
        Forces of the group without a usable figure.
    pooled : PooledRate
        Total over total of the members; ``value`` in the unit of the figure, NaN with fewer than two members.
    difference, lo, hi : float
        Proportions: the force less the group, in points.  Rates: the force over the group, a ratio.  NaN where
        nothing can be said.
    method : str
        Of the interval; empty where there is none.
    reason : str
        Why there is no comparison; empty where there is one.
    """

    force: str
    group: str
    members: tuple[str, ...]
    left_out: tuple[str, ...]
    pooled: PooledRate
    difference: float
    lo: float
    hi: float
    method: str
    reason: str = ""


def pool(gathered: Gathered, leave_out: str = "") -> PooledRate:
    """The figure of all compared forces together: total over total, never a mean of forces.

    ``value`` in the unit of the figure; NaN where the figures can't be pooled or no force remains.
    """
    used = gathered.used
    if gathered.kind == "plain":
        return PooledRate(math.nan, math.nan, math.nan, 0)
    used = used[used["force"] != leave_out]
    found = pooled_rate(used["numerator"], used["denominator"])
    return found._replace(value=found.value * gathered.multiplier)


def against(
    gathered: Gathered, force: str, members: Sequence[str] | None = None, group: str = "", confidence: float = 0.95
) -> Against:
    """Set one force against a group of others as two samples.

    Notes
    -----
    Proportions: Newcombe's interval of the difference; rates: exact conditional interval of the ratio
    (:mod:`hmic_analysis.statistics.differences`).  A comparator that held the force itself would pull its difference
    towards nothing.
    """
    table = gathered.forces
    if force not in set(table["force"]):
        raise ParameterError(f"'{force}' is not among the forces of this comparison.")
    wanted = [f for f in (table["force"] if members is None else members) if f != force]
    usable = set(gathered.used["force"])
    inside = tuple(f for f in wanted if f in usable)
    outside = tuple(f for f in wanted if f not in usable)
    # The total of a single other force would be that force's own figure.
    pooled = pool(gathered.only(inside if len(inside) >= FEWEST else ()))
    group = group or (ALL_OTHERS if members is None else joined([*wanted]) if wanted else "no other forces")
    own = table[table["force"] == force].iloc[0]
    reason = _reason(gathered, own["status"], own["reason"], inside)
    nothing = (math.nan, math.nan, math.nan, "")
    estimate = nothing if reason else _difference(gathered, own, pooled, confidence)
    return Against(force, group, inside, outside, pooled, *estimate, reason)


def _reason(gathered: Gathered, status: str, why: str, inside: Sequence[str]) -> str:
    if status != "value":
        return why or "The force has no figure."
    if len(inside) < FEWEST:
        return f"{'One' if inside else 'No'} other force of the group has a figure; a comparator needs {FEWEST}."
    if gathered.kind == "plain":
        return f"{gathered.label} can't be pooled: a total over a total doesn't exist for it."
    return ""


def _difference(gathered: Gathered, own, pooled: PooledRate, confidence: float) -> tuple[float, float, float, str]:
    level = f"{100 * confidence:g}%"
    if gathered.kind == "proportion":
        found = proportion_difference(
            own["numerator"], own["denominator"], pooled.numerator, pooled.denominator, confidence
        )
        return 100 * found.estimate, 100 * found.lo, 100 * found.hi, f"Newcombe {level}"
    if gathered.kind == "rate":
        ratio = rate_ratio(own["numerator"], own["denominator"], pooled.numerator, pooled.denominator, confidence)
        return ratio.estimate, ratio.lo, ratio.hi, f"exact conditional {level}"
    return own["value"] - pooled.value, math.nan, math.nan, ""


# --------------------------------------------------------------------------------------------------------------------
# Funnel of one figure over all forces, by one set of rules.
#
# A force is named as different only outside the outer line, and only where there are enough forces to tell how much
# forces differ anyway. The q-values beside it hold false discoveries down and decide nothing: one verdict, one rule.

#: Where a force lies; above and below say nothing on better or worse.
POSITIONS = ("far_above", "above", "inside", "below", "far_below")
_KINDS = {"proportion": "proportion", "rate": "rate"}


@dataclass(frozen=True)
class FunnelResult:
    """Forces in their funnel.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row for each force, also those without a figure: the columns of the gathered table, and ``z`` (by chance
        alone), ``z_adjusted``, ``p``, ``q`` (Benjamini and Hochberg over the forces), ``found`` (q at most the
        level), ``lo_inner``, ``hi_inner``, ``lo_outer``, ``hi_outer``, ``position`` (:data:`POSITIONS`), ``named``
        (outside the outer line and so different).  Missing where a force isn't judged; below the number of forces
        that is needed nobody is.
    centre : float
        Total over total, every compared force in it, in the unit of the figure.
    phi, tau2 : float
        Mean squared z after the extremes were drawn in; variance between forces on the transformed scale.  NaN where
        not estimated.
    n_forces : int
        Forces with a figure.
    looks : int
        Comparisons made: forces judged.
    widened : bool
        Whether the limits allow for forces differing by more than chance.
    refusal : str
        Why there are no limits at all; empty where there are.
    method : str
        How limits and names came about, to be printed under the chart.
    levels : tuple of float
        Of the inner and outer lines, in per cent.
    """

    frame: pd.DataFrame
    centre: float
    phi: float
    tau2: float
    n_forces: int
    looks: int
    widened: bool
    refusal: str
    method: str
    levels: tuple[float, float]
    base: OverdispersedFunnel | None

    @property
    def named(self) -> pd.DataFrame:
        """The forces that stand out."""
        return self.frame[self.frame["named"].eq(True)]

    def lines(self, points: int = 120) -> pd.DataFrame:
        """The lines of the funnel, for drawing.

        ``denominator``, ``lo_inner``, ``hi_inner``, ``lo_outer``, ``hi_outer``; empty where there are no limits.
        """
        names = ("lo_inner", "hi_inner", "lo_outer", "hi_outer")
        if self.base is None or self.refusal:
            return pd.DataFrame(columns=["denominator", *names], dtype=float)
        top = float(self.frame["denominator"].where(self.frame["status"] == "value").max())
        # Closer together near nought, where the lines bend.
        at = 1.05 * top * np.linspace(0.04, 1, points) ** 2
        inner, outer = (self.base.limits_at(at, level / 100) for level in self.levels)
        columns = dict(zip(names, (inner["lo"], inner["hi"], outer["lo"], outer["hi"]), strict=True))
        return pd.DataFrame({"denominator": at, **columns})


def funnel(gathered: Gathered, rules: Comparison) -> FunnelResult:
    """Judge the forces of one figure.

    Proportions on the arcsine scale, rates on the square root of observed over expected.  Figures that are no
    counts of units get no limits and say so.

    Notes
    -----
    Spiegelhalter (2005, 2012), additive allowance; see
    :func:`hmic_analysis.statistics.funnel.overdispersed_funnel`.
    """
    used = gathered.used
    levels = (rules.inner_limit_pct, rules.outer_limit_pct)
    n = len(used)
    refusal = _refusal(gathered, n)
    if refusal:
        return _without(gathered, n, refusal, levels)
    enough = n >= rules.min_forces
    base = overdispersed_funnel(
        used["numerator"],
        used["denominator"],
        _KINDS[gathered.kind],
        multiplier=gathered.multiplier,
        trim=rules.winsor_share,
        tau2=None if enough else 0.0,
        minimum_units=rules.min_forces,
    )
    if base.refusal:
        return _without(gathered, n, base.refusal, levels)
    frame = gathered.forces.join(_limits(base, levels))
    frame = _judged(frame, base, rules) if enough else _unjudged(frame)
    return FunnelResult(
        frame=frame,
        centre=base.target,
        phi=base.phi if enough else float("nan"),
        tau2=base.tau2 if enough else float("nan"),
        n_forces=n,
        looks=n if enough else 0,
        widened=enough,
        refusal="",
        method=_method(base, rules, n) if enough else _few(n, rules),
        levels=levels,
        base=base,
    )


def _refusal(gathered: Gathered, n: int) -> str:
    if gathered.kind == "amounts":
        return "No limits: this is a share of an amount such as hours, not of counted units: its chance is not known."
    if gathered.kind == "plain":
        return "No limits: this figure is no share and no rate of counted units, and can't be pooled."
    if n < 2:
        return f"No limits: {n} {'force has' if n == 1 else 'forces have'} a figure, so there is nothing to compare."
    return ""


def _limits(base: OverdispersedFunnel, levels: tuple[float, float]) -> pd.DataFrame:
    units = base.units
    columns = {"z": units["z"]}
    for name, level in zip(("inner", "outer"), levels, strict=True):
        at = base.limits_at(units["denominator"], level / 100).set_axis(units.index)
        columns |= {f"lo_{name}": at["lo"], f"hi_{name}": at["hi"]}
    return pd.DataFrame(columns).join(units[["z_adjusted", "p_adjusted"]].rename(columns={"p_adjusted": "p"}))


def _judged(frame: pd.DataFrame, base: OverdispersedFunnel, rules: Comparison) -> pd.DataFrame:
    adjusted = benjamini_hochberg(frame["p"], rules.fdr_level)
    judged = frame["z_adjusted"].notna()
    position = pd.Series("inside", index=frame.index, dtype=object).where(judged, None)
    for name, above, below in (("inner", "above", "below"), ("outer", "far_above", "far_below")):
        position[judged & (frame["value"] > frame[f"hi_{name}"])] = above
        position[judged & (frame["value"] < frame[f"lo_{name}"])] = below
    named = position.isin(("far_above", "far_below")).astype(object).where(judged, None)
    return frame.assign(q=adjusted.p, found=adjusted.found, position=position, named=named)


def _unjudged(frame: pd.DataFrame) -> pd.DataFrame:
    nothing = pd.Series(None, index=frame.index, dtype=object)
    return frame.assign(z_adjusted=np.nan, p=np.nan, q=np.nan, found=nothing, position=nothing, named=nothing)


def _without(gathered: Gathered, n: int, refusal: str, levels: tuple[float, float]) -> FunnelResult:
    numbers = ("z", "lo_inner", "hi_inner", "lo_outer", "hi_outer", "z_adjusted", "p", "q")
    frame = _unjudged(gathered.forces.assign(**dict.fromkeys(numbers, np.nan)))
    nan = float("nan")
    return FunnelResult(frame, nan, nan, nan, n, 0, False, refusal, refusal, levels, None)


def _method(base: OverdispersedFunnel, rules: Comparison, n: int) -> str:
    outer = f"{rules.outer_limit_pct:g}%"
    chance = chance_of_any(n, rules.outer_limit_pct / 100)
    # Widened limits have a chance of their own, which the caption gives.
    any_outside = f", of which one or more lies outside by chance in {chance:.0%} of cases" if base.tau2 == 0 else ""
    return (
        f"{base.caption} Centre line: total over total of {n} forces. A force is named as different only outside the "
        f"{outer} lines, which alone decide; q-values (Benjamini and Hochberg, {rules.fdr_level:g}) are given beside "
        f"them and decide nothing. {n} looks were made at this figure{any_outside}."
    )


def _few(n: int, rules: Comparison) -> str:
    return (
        f"{n} forces have a figure; at least {rules.min_forces} are needed to tell how much forces differ anyway. The "
        "lines are those of chance alone: forces always differ by more, so a force outside them has not been shown to "
        "be different, and none is named."
    )
