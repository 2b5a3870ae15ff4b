"""Similar forces, pooled figures and funnels, by one set of rules."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hmic_analysis.comparison.gather import Gathered
from hmic_analysis.errors import ParameterError
from hmic_analysis.evidence.wording import say_value
from hmic_analysis.figures.chart import joined
from hmic_analysis.params.models import Comparison, CrimeMix, ForceSpec, Params
from hmic_analysis.statistics.differences import PooledRate, pooled_rate, proportion_difference, rate_ratio
from hmic_analysis.statistics.funnel import Funnel, funnel_of
from hmic_analysis.statistics.intervals import CONFIDENCE

# Forces like a force: its group as the parameters give it, else the nearest by public facts.

COMPUTED = "computed by this package, not the Home Office's most similar group"
GIVEN = "as given in the parameters"
MIX = tuple(CrimeMix.model_fields)


@dataclass(frozen=True)
class SimilarForces:
    """The group that a force is set beside."""

    force: str
    #: Slugs without the force itself, the nearest first where computed; empty where there is no group.
    members: tuple[str, ...]
    #: Whether this package chose them.
    computed: bool
    #: Where the group comes from: belongs wherever the group is shown.
    label: str
    #: Distance of each other force, by slug, nearest first; empty where the group was given or there is none.
    distances: pd.Series
    #: Why there is no group; empty where there is one.
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
    """One force against a group of others."""

    force: str
    #: Who the others are, in words.
    group: str
    #: Forces in the comparator: never the force itself.
    members: tuple[str, ...]
    #: Forces of the group without a usable figure.
    left_out: tuple[str, ...]
    #: Total over total of the members; ``value`` in the unit of the figure, NaN with fewer than two members.
    pooled: PooledRate
    #: Proportions: the force less the group, in points.  Rates: the force over the group, a ratio.  NaN where nothing
    #: can be said.
    difference: float
    lo: float
    hi: float
    #: Of the interval; empty where there is none.
    method: str
    #: Why there is no comparison; empty where there is one.
    reason: str = ""


def pool(gathered: Gathered, members: Sequence[str] | None = None) -> PooledRate:
    """The figure of compared forces together, of all or of these: total over total, never a mean of forces.

    ``value`` in the unit of the figure; NaN where the figures can't be pooled or no force remains.
    """
    if gathered.kind == "plain":
        return PooledRate(math.nan, math.nan, math.nan, 0)
    chosen = [gathered.parts[f] for f in (gathered.parts if members is None else members)]
    found = pooled_rate([top for top, _ in chosen], [bottom for _, bottom in chosen])
    return found._replace(value=found.value * gathered.multiplier)


def against(gathered: Gathered, force: str, members: Sequence[str] | None = None, group: str = "") -> Against:
    """Set one force against a group of others as two samples.

    Notes
    -----
    Proportions: Newcombe's interval of the difference; rates: exact conditional interval of the ratio
    (:mod:`hmic_analysis.statistics.differences`).  A comparator that held the force itself would pull its difference
    towards nothing.
    """
    rows = gathered.rows
    if force not in rows:
        raise ParameterError(f"'{force}' is not among the forces of this comparison.")
    wanted = [f for f in (rows if members is None else members) if f != force]
    inside = tuple(f for f in wanted if f in gathered.parts)
    outside = tuple(f for f in wanted if f not in gathered.parts)
    # The total of a single other force would be that force's own figure.
    pooled = pool(gathered, inside if len(inside) >= FEWEST else ())
    group = group or (ALL_OTHERS if members is None else joined([*wanted]) if wanted else "no other forces")
    own = rows[force]
    reason = _reason(gathered, own["status"], own["reason"], inside)
    nothing = (math.nan, math.nan, math.nan, "")
    estimate = nothing if reason else _difference(gathered, own, pooled)
    return Against(force, group, inside, outside, pooled, *estimate, reason)


def _reason(gathered: Gathered, status: str, why: str, inside: Sequence[str]) -> str:
    if status != "value":
        return why or "The force has no figure."
    if len(inside) < FEWEST:
        return f"{'One' if inside else 'No'} other force of the group has a figure; a comparator needs {FEWEST}."
    if gathered.kind == "plain":
        return f"{gathered.label} cannot be pooled: a total over a total does not exist for it."
    return ""


def _difference(gathered: Gathered, own, pooled: PooledRate) -> tuple[float, float, float, str]:
    level = f"{CONFIDENCE:.0%}"
    if gathered.kind == "proportion":
        found = proportion_difference(own["numerator"], own["denominator"], pooled.numerator, pooled.denominator)
        return 100 * found.estimate, 100 * found.lo, 100 * found.hi, f"Newcombe {level}"
    if gathered.kind == "rate":
        ratio = rate_ratio(own["numerator"], own["denominator"], pooled.numerator, pooled.denominator)
        return ratio.estimate, ratio.lo, ratio.hi, f"exact conditional {level}"
    return own["value"] - pooled.value, math.nan, math.nan, ""


# Funnel of one figure over all forces, by one set of rules.
#
# A force is named as different only outside the outer line, and only where there are enough forces to tell how much
# forces differ anyway: one verdict, one rule.


@dataclass(frozen=True)
class FunnelResult:
    """Forces in their funnel."""

    #: One row for each force, also those without a figure: the columns of the gathered table, and ``p`` (two-sided
    #: chance of so extreme a count where forces differ as they usually do), ``lo_inner``, ``hi_inner``, ``lo_outer``,
    #: ``hi_outer``, ``position`` (:data:`POSITIONS`), ``named`` (outside the outer line and so different).  Missing
    #: where a force isn't judged; below the number of forces that is needed nobody is.
    frame: pd.DataFrame
    #: The figure of the middle force, in the unit of the figure.
    centre: float
    #: Standard deviation of forces apart from chance, on the log-odds scale (shares) or the log scale (rates); 0 where
    #: they differ by no more than chance, NaN where not estimated.
    spread: float
    #: Figures between which about two thirds of the forces lie apart from chance.
    usual: tuple[float, float]
    #: Share of forces that lie outside the outer line where they differ by nothing but chance and this spread.
    false_alarm: float
    #: Forces with a figure.
    n_forces: int
    #: Comparisons made: forces judged.
    looks: int
    #: Whether enough forces have a figure to allow for differences between them, and so to judge anybody.
    widened: bool
    #: Why there are no limits at all; empty where there are.
    refusal: str
    #: How limits and names came about, to be printed under the chart.
    method: str
    #: Of the inner and outer lines, in per cent.
    levels: tuple[float, float]
    base: Funnel | None

    @cached_property
    def rows(self) -> dict[str, dict]:
        """The row of each force, by its slug."""
        return {row["force"]: row for row in self.frame.to_dict("records")}

    @property
    def named(self) -> pd.DataFrame:
        """The forces that stand out."""
        return self.frame[self.frame["named"].eq(True)]

    def lines(self, points: int = 48) -> pd.DataFrame:
        """The lines of the funnel, for drawing.

        ``denominator``, ``lo_inner``, ``hi_inner``, ``lo_outer``, ``hi_outer``; empty where there are no limits.
        """
        names = ("lo_inner", "hi_inner", "lo_outer", "hi_outer")
        if self.base is None:
            return pd.DataFrame(columns=["denominator", *names], dtype=float)
        top = float(self.frame["denominator"].where(self.frame["status"] == "value").max())
        # Closer together near nought, where the lines bend.
        at = 1.05 * top * np.linspace(0.2, 1, points) ** 3
        inner, outer = (self.base.limits(at, level / 100) for level in self.levels)
        columns = dict(zip(names, (inner["lo"], inner["hi"], outer["lo"], outer["hi"]), strict=True))
        return pd.DataFrame({"denominator": at, **columns})


def funnel(gathered: Gathered, rules: Comparison) -> FunnelResult:
    """Judge the forces of one figure.

    Figures that are no counts of units get no limits and say so.

    Notes
    -----
    :func:`hmic_analysis.statistics.funnel.funnel_of`; how often it names a force wrongly is measured by
    ``python -m benchmarks.false_alarms`` and stands in ``docs/comparison.md``.
    """
    used = gathered.used
    levels = (rules.inner_limit_pct, rules.outer_limit_pct)
    n = len(used)
    enough = n >= rules.min_forces
    refusal = _refusal(gathered, n)
    base = None
    if not refusal:
        kind = "proportion" if gathered.kind == "proportion" else "rate"
        base = funnel_of(used["numerator"], used["denominator"], kind, multiplier=gathered.multiplier, estimate=enough)
        refusal = base.refusal
    nan = float("nan")
    if refusal:
        blank = dict.fromkeys(("p", "lo_inner", "hi_inner", "lo_outer", "hi_outer"), np.nan)
        frame = gathered.forces.assign(**blank, position=None, named=None)
        return FunnelResult(frame, nan, nan, (nan, nan), nan, n, 0, False, refusal, refusal, levels, None)
    frame = gathered.forces.join(_limits(base, levels, enough))
    for column in ("position", "named"):
        frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
    alarm = base.share_outside(levels[1] / 100) if enough else nan
    return FunnelResult(
        frame=frame,
        centre=base.typical,
        spread=math.sqrt(base.variance) if enough else nan,
        usual=base.usual(),
        false_alarm=alarm,
        n_forces=n,
        looks=n if enough else 0,
        widened=enough,
        refusal="",
        method=_method(base, gathered, rules, n, alarm) if enough else _few(n, rules),
        levels=levels,
        base=base,
    )


def _refusal(gathered: Gathered, n: int) -> str:
    if gathered.kind == "amounts":
        return "No limits: this is a share of an amount such as hours, not of counted units: its chance is not known."
    if gathered.kind == "plain":
        return "No limits: this figure is no share and no rate of counted units, and cannot be pooled."
    if n < 2:
        return f"No limits: {n} {'force has' if n == 1 else 'forces have'} a figure, so there is nothing to compare."
    return ""


def _limits(base: Funnel, levels: tuple[float, float], judged: bool) -> pd.DataFrame:
    units = base.units
    frame = pd.DataFrame({"p": (2 * units[["low", "high"]].min(axis=1)).clip(upper=1)}, index=units.index)
    sides = []
    for name, level in zip(("inner", "outer"), levels, strict=True):
        at = base.limits(units["denominator"], level / 100).set_axis(units.index)
        frame[[f"lo_{name}", f"hi_{name}"]] = at[["lo", "hi"]]
        sides.append(base.outside(level / 100))
    if not judged:
        return frame.assign(p=np.nan, position=None, named=None)
    place = (sides[0] + sides[1]).map({2: "far_above", 1: "above", 0: "inside", -1: "below", -2: "far_below"})
    return frame.assign(position=place, named=(sides[1] != 0).where(sides[1].notna()))


def say_share(share: float) -> str:
    """A small share as a percentage: ``0.2%``, ``0.06%``; ``less than 0.01%``."""
    return f"{100 * share:.2g}%" if share >= 1e-4 else "less than 0.01%"


def told_share(alarm: float, level: float) -> tuple[float, bool]:
    """The share of forces outside the lines of a level as a caption gives it, and whether it says "at most".

    Few counts leave no whole number just on a line, and how far the share is below that of the level then depends on
    a spread that is itself estimated: so the share of the level is what can be promised.
    """
    bound = alarm < 0.95 * (1 - level)
    return (1 - level if bound else alarm), bound


def _method(base: Funnel, gathered: Gathered, rules: Comparison, n: int, alarm: float) -> str:
    outer = f"{rules.outer_limit_pct:g}%"
    if base.variance > 0:
        low, high = (say_value(v, gathered.unit) for v in base.usual())
        lead = (
            "The lines allow for chance and for how forces differ anyway: apart from chance about two thirds of them "
            f"lie between {low} and {high}. "
        )
    else:
        lead = "Forces differ by no more than chance, and the lines allow for chance alone. "
    aside = int(base.units["used"].eq(False).sum())
    if aside:
        who = "force lies" if aside == 1 else "forces lie"
        lead += f"{aside} {who} so far from all others that how forces usually differ was measured without. "
    share, bound = told_share(alarm, rules.outer_limit_pct / 100)
    most = "at most " if bound else ""
    differ = "by nothing but chance and as they usually do" if base.variance > 0 else "by nothing but chance"
    return (
        f"{lead}A force is named as different only outside the {outer} lines. Where forces differ {differ}, "
        f"{most}{say_share(share)} of them lie outside: of {n} forces one or more in {most}"
        f"{1 - (1 - share) ** n:.0%} of such figures."
    )


def _few(n: int, rules: Comparison) -> str:
    return (
        f"{n} forces have a figure; at least {rules.min_forces} are needed to tell how much forces differ anyway. The "
        "lines are those of chance alone: forces always differ by more, so a force outside them has not been shown to "
        "be different, and none is named."
    )
