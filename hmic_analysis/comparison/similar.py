"""Forces like a force: its group as the parameters give it, else the nearest by public facts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from hmic_analysis.params.models import CrimeMix, ForceSpec, Params

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

    Parameters
    ----------
    params : Params
    force : str
        Slug.

    Returns
    -------
    SimilarForces
        The group of the parameters (``most_similar_forces``) where one is filled in; else the nearest
        ``comparison.similar_forces`` by :func:`distances`.  A force without residents to speak of, and a body that
        is none of the 43, has no group.

    Raises
    ------
    ParameterError
        If there is no such force.
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

    Parameters
    ----------
    forces : sequence of ForceSpec

    Returns
    -------
    pandas.DataFrame
        By slug: ``population`` and ``density`` (people per square kilometre) as logarithms, ``crime_rate`` (recorded
        crimes per 1,000 residents), ``officers`` (FTE per 1,000 residents), and the share of each group of offences
        in per cent.  Forces without residents to speak of, and those that lack a fact, are left out.
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

    Parameters
    ----------
    facts : pandas.DataFrame
        As :func:`public_facts` gives them.
    force : str
        One of its rows.

    Returns
    -------
    pandas.Series
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
