"""Recorded crimes per 1,000 residents, of the forces whose data hold what was published."""

from __future__ import annotations

from hmic_analysis.comparison.beside import Comparison
from hmic_analysis.comparison.funnels import funnel
from hmic_analysis.comparison.reconcile import Reconciliation
from hmic_analysis.comparison.table import Gathered, force_table
from hmic_analysis.params.models import ForceSpec, Params
from hmic_analysis.statistics.intervals import rate_interval

INDICATOR = "recorded_crime_per_1000_residents"
SOURCE = "Forces' data as loaded; residents mid-2013, Office for National Statistics"
PER = 1000.0


def crime_rates(params: Params, found: Reconciliation) -> Comparison:
    """Crimes counted in forces' data over residents, gathered and judged.

    Parameters
    ----------
    params : Params
    found : Reconciliation

    Returns
    -------
    Comparison
        Forces that don't reconcile are ``flagged`` with the reason and in no total; so is a force with so few
        residents that a rate per head says nothing.
    """
    level = params.inspection.confidence / 100
    rows = [_row(params.force(row.force), row, level) for row in found.frame.itertuples()]
    gathered = Gathered(
        indicator=INDICATOR,
        finding="",
        label="Recorded crimes per 1,000 residents",
        unit="per 1,000 residents",
        definition=SOURCE,
        better="-",
        kind="rate",
        multiplier=PER,
        about_persons=False,
        window=f"{found.first} to {found.last}",
        forces=force_table(rows),
    )
    return Comparison(params, gathered, funnel(gathered, params.inspection.comparison))


def _row(force: ForceSpec, row, level: float) -> dict[str, object]:
    common = {"force": row.force, "name": row.name, "synthetic": row.synthetic, "evidence_sha256": ""}
    if row.status == "no_data":
        return {**common, "status": "no_data", "reason": row.reason}
    if row.status != "agrees":
        return {**common, "status": "flagged", "reason": row.reason}
    if force.per_head_meaningless:
        why = "So few people live there that a rate per resident says nothing."
        return {**common, "status": "flagged", "reason": why}
    if not force.population:
        return {**common, "status": "no_value", "reason": "Its population is not in params/forces.yml."}
    lo, hi = rate_interval(row.counted, force.population, PER, level)
    return {
        **common,
        "status": "value",
        "reason": "",
        "numerator": row.counted,
        "denominator": force.population,
        "value": PER * row.counted / force.population,
        "lo": lo,
        "hi": hi,
    }
