"""The figures that the national report gives: which, and of each what all forces together may show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hmic_analysis.comparison.funnels import funnel
from hmic_analysis.comparison.gather import gather
from hmic_analysis.comparison.table import Gathered
from hmic_analysis.disclosure.sensitivity import level_of
from hmic_analysis.errors import DataError
from hmic_analysis.national.areas import AreaFigure, area_figure
from hmic_analysis.national.bins import Distribution, distribution
from hmic_analysis.national.counts import Row, release_row
from hmic_analysis.national.gather import tested
from hmic_analysis.national.log import Log
from hmic_analysis.national.pooled import Pooled, pooled
from hmic_analysis.params.models import Params
from hmic_analysis.params.settings import National
from hmic_analysis.project import Project

#: Where forces lie in the funnel, and those that aren't in it.
PLACES = ("below", "within", "above", "not_compared")
_PLACE = {"far_below": "below", "far_above": "above"}
#: Pictures of the spread of figures, for each finding at most.
PICTURES = 2
#: Units of figures that say of a force that it is so or not, or how it was counted; they have no distribution.
_NO_AMOUNT = ("yes/no", "method", "forces")


@dataclass(frozen=True)
class NationalFigure:
    """One figure over all forces.

    Attributes
    ----------
    indicator, finding, label, unit, definition, window : str
    forces : int or None
        Forces with a figure; None where those without are few.
    pooled : Pooled or None
        The figure of all forces together.
    spread : Distribution or None
        How forces are spread.
    places : Row or None
        How many forces lie where in the funnel; None where nobody is judged.
    area : AreaFigure or None
        The figure by part of the country.
    drawn : bool
        Whether its spread gets a picture of its own: the first two of each finding.
    """

    indicator: str
    finding: str
    label: str
    unit: str
    definition: str
    window: str
    forces: int | None
    pooled: Pooled | None
    spread: Distribution | None
    places: Row | None
    area: AreaFigure | None
    drawn: bool


def wanted_indicators(params: Params) -> dict[str, str]:
    """The indicators of the catalogue that the report gives, and the finding of each.

    Parameters
    ----------
    params : Params

    Returns
    -------
    dict of str to str
        In the order of the letter, those that decide a claim first; without those that are no amounts and those that
        only restricted claims rest on.
    """
    found: dict[str, str] = {}
    for id, spec in params.findings.items():
        telling = [name for claim in tested(spec).values() for name in claim.indicators]
        for name in dict.fromkeys([*telling, *(i.name for i in spec.indicators)]):
            if spec.indicator(name).unit not in _NO_AMOUNT and level_of([name], spec.claims) != "restricted":
                found.setdefault(name, id)
    return found


def national_figures(project: Project, params: Params, log: Log) -> Iterator[NationalFigure]:
    """Every wanted figure, as all forces together may show it.

    Parameters
    ----------
    project : Project
    params : Params
    log : Log
        Gets what is withheld.

    Yields
    ------
    NationalFigure
        Those that no force has are left out.
    """
    drawn: Counter[str] = Counter()
    mapped: set[str] = set()
    for name, finding in wanted_indicators(params).items():
        try:
            gathered = gather(project, params, name)
        except DataError:
            continue  # Nobody has evidence on it, or only by strata.
        if len(gathered.used):
            # Only pictures need be few; every figure is in the tables.
            found = _figure(gathered, params, log, finding not in mapped)
            mapped |= {finding} if found.area else set()
            drawn[finding] += found.spread is not None
            yield replace(found, drawn=found.spread is not None and drawn[finding] <= PICTURES)


def _figure(gathered: Gathered, params: Params, log: Log, map_it: bool) -> NationalFigure:
    rules, used, total = params.inspection.national, len(gathered.used), len(params.territorial)
    public = level_of([gathered.indicator], params.finding(gathered.finding).claims) == "public"
    few_missing = 0 < total - used < rules.min_forces
    if few_missing:
        rule = f"min_forces: fewer than {rules.min_forces} forces without a figure"
        log.add("rates", gathered.indicator, "forces", rule, "small", used)
    return NationalFigure(
        indicator=gathered.indicator,
        finding=gathered.finding,
        label=gathered.label,
        unit=gathered.unit,
        definition=gathered.definition,
        window=gathered.window,
        forces=None if few_missing else used,
        pooled=pooled(gathered, rules, params.inspection.confidence / 100, public, log),
        spread=distribution(gathered, rules, total, log),
        places=_places(gathered, params, rules, log),
        area=area_figure(gathered, params, public, log) if map_it else None,
        drawn=False,
    )


def _places(gathered: Gathered, params: Params, rules: National, log: Log) -> Row | None:
    """Forces below, within and above the outer lines of the funnel."""
    result = funnel(gathered, params.inspection.comparison)
    judged = result.frame["position"].dropna()
    # A force with a figure that isn't judged would make two tables differ by it.
    if not result.looks or len(judged) != len(gathered.used):
        return None
    where = judged.map(lambda p: _PLACE.get(p, "within")).value_counts()
    cells = {p: int(where.get(p, 0)) for p in PLACES[:3]}
    cells["not_compared"] = len(params.territorial) - len(judged)
    return release_row("funnels", gathered.indicator, cells, rules.min_forces, log, fixed=("not_compared",))
