"""A figure by part of the country: parts so large that none of them is a force."""

from __future__ import annotations

from dataclasses import dataclass

from hmic_analysis.comparison.pooled import pool
from hmic_analysis.comparison.table import Gathered
from hmic_analysis.errors import ParameterError
from hmic_analysis.national.log import Log
from hmic_analysis.national.pooled import UNANIMOUS, all_alike, dominated
from hmic_analysis.params.models import Params
from hmic_analysis.params.settings import National


@dataclass(frozen=True)
class AreaFigure:
    """Total over total in each area, rounded to whole numbers.

    Attributes
    ----------
    values : dict of str to int
        By area, in the order of the parameters.
    words : dict of str to str
        The same as printed: ``63%``; what is more than none is never ``0%``, nor less than all ``100%``.
    """

    values: dict[str, int]
    words: dict[str, str]


def areas_of(params: Params) -> dict[str, tuple[str, ...]]:
    """The forces of each area.

    Parameters
    ----------
    params : Params

    Returns
    -------
    dict of str to tuple of str
        Slugs by area.

    Raises
    ------
    ParameterError
        If a region lies in no area or in two, an area names one that isn't there, or it holds too few forces.
    """
    rules = params.inspection.national
    regions = [region for inside in rules.areas.values() for region in inside]
    known = {f.region for f in params.territorial if f.region}
    twice = sorted({r for r in regions if regions.count(r) > 1})
    wrong = sorted(set(regions) ^ known) or twice
    if wrong:
        raise ParameterError(
            f"national.areas in params/inspection.yml: each region of params/forces.yml must stand in one area; "
            f"look at {', '.join(wrong)}. Regions: {', '.join(sorted(known))}."
        )
    found = {a: tuple(f.slug for f in params.territorial if f.region in inside) for a, inside in rules.areas.items()}
    for area, forces in found.items():
        if len(forces) < rules.min_forces_per_area:
            raise ParameterError(
                f"national.areas in params/inspection.yml: {area} has {len(forces)} forces, fewer than "
                f"min_forces_per_area ({rules.min_forces_per_area}). Join it to another area."
            )
    return found


def area_figure(gathered: Gathered, params: Params, public: bool, log: Log) -> AreaFigure | None:
    """The figure of each area.

    Parameters
    ----------
    gathered : Gathered
    params : Params
    public : bool
        Whether the figure of a single force is public.
    log : Log
        Gets what is withheld.

    Returns
    -------
    AreaFigure or None
        None where it is no percentage of a total, or an area breaks the rules: with the figure of the whole country
        the others would give that of one area back, so all or none are shown.
    """
    if gathered.kind == "plain" or gathered.unit != "%":
        return None
    rules, values, words = params.inspection.national, {}, {}
    for area, forces in areas_of(params).items():
        inside = gathered.only(forces)
        value = pool(inside).value
        rule = _broken(area, inside, rules, public)
        if rule:
            log.add("areas", gathered.indicator, "", rule, "whole", f"{area}: {value:.1f}")
            return None
        values[area], words[area] = round(value), _say(value)
    return AreaFigure(values, words)


def _broken(area: str, inside: Gathered, rules: National, public: bool) -> str:
    """The rule by which the figure of an area can't be shown; empty where it can."""
    if len(inside.used) < rules.min_forces_per_area:
        return f"min_forces_per_area: fewer than {rules.min_forces_per_area} forces in {area} have a figure"
    if dominated(inside, rules):
        return f"max_force_share_pct: one force holds more than {rules.max_force_share_pct:g}% of {area}"
    return "" if public or not all_alike(inside) else f"{UNANIMOUS} ({area})"


def _say(value: float) -> str:
    if 0 < value < 0.5:
        return "under 1%"
    return "over 99%" if 99.5 <= value < 100 else f"{round(value)}%"
