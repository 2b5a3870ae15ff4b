"""The pictures of a comparison, from its tables."""

from __future__ import annotations

import pandas as pd

from hmic_analysis.comparison.beside import Comparison, beside_others
from hmic_analysis.comparison.pooled import pool
from hmic_analysis.comparison.similar import similar_forces
from hmic_analysis.comparison.table import STATUS_WORDS, Gathered
from hmic_analysis.figures.chart import Chart
from hmic_analysis.figures.compare import forces_compared
from hmic_analysis.figures.funnel import FunnelLines, funnel_plot
from hmic_analysis.figures.say import lower
from hmic_analysis.figures.tilemap import figure_map


def source_of(gathered: Gathered) -> str:
    """The source line of pictures and tables of a comparison.

    Parameters
    ----------
    gathered : Gathered

    Returns
    -------
    str
    """
    if not gathered.finding:
        return gathered.definition
    kind = "simulated returns, synthetic data" if gathered.synthetic else "force data returns"
    return f"Evidence of finding {gathered.finding} in {len(gathered.used)} forces, {kind}"


def funnel_chart(comparison: Comparison, force: str = "", name_others: bool = False) -> Chart:
    """The funnel of all forces.

    Parameters
    ----------
    comparison : Comparison
    force : str
        Slug of the force to highlight and name; empty for none.
    name_others : bool
        Whether forces outside the outer line are named.

    Returns
    -------
    Chart
    """
    gathered, result = comparison.gathered, comparison.funnel
    inner, outer = (f"{level:g}%" for level in result.levels)
    frame = _usable(result.frame).rename(columns={"name": "label"})
    return funnel_plot(
        frame,
        FunnelLines(result.lines(), result.centre, inner, outer, result.method, result.widened),
        highlight=_name(gathered, force),
        name_others=name_others,
        what=gathered.label,
        unit=gathered.unit,
        units_name=_units(gathered),
        name="funnel",
        **_words(gathered),
    )


def map_chart(comparison: Comparison, force: str = "") -> Chart:
    """The tile map of the figure; it shows every force's figure, so it is for those who may know them.

    Parameters
    ----------
    comparison : Comparison
    force : str
        Slug of the force whose tile is framed.

    Returns
    -------
    Chart
    """
    gathered = comparison.gathered
    frame = _usable(gathered.forces).rename(columns={"name": "label"})
    return figure_map(
        frame, what=gathered.label, unit=gathered.unit, highlight=force, name="tile-map", **_words(gathered)
    )


def compare_chart(comparison: Comparison, force: str = "", similar_only: bool = False) -> Chart:
    """Forces one below the other with intervals, and the totals of all and of similar forces.

    Parameters
    ----------
    comparison : Comparison
    force : str
        Slug of the force in question; empty: all forces, with the total of all.
    similar_only : bool
        Draw only the force and its group.

    Returns
    -------
    Chart
    """
    gathered = comparison.gathered
    frame = _usable(gathered.forces).rename(columns={"name": "label"})
    frame = frame.assign(n=frame["denominator"], why=frame["status"].map(STATUS_WORDS), similar=False)
    words = _words(gathered)
    if not force:
        references, group = {"All forces": pool(gathered).value}, ""
    else:
        beside = beside_others(comparison, force)
        group = similar_forces(comparison.params, force)
        frame["similar"] = frame["force"].isin(group.members)
        references = {"All other forces": beside.others.pooled.value}
        if group.members:
            references["Similar forces"] = beside.similar.pooled.value
        if similar_only:
            frame = frame[frame["similar"] | (frame["force"] == force)]
    return forces_compared(
        frame,
        references,
        highlight=_name(gathered, force),
        what=gathered.label,
        unit=gathered.unit,
        units_name=_units(gathered),
        similar_name=f"Similar force ({group.label})" if group else "Similar force",
        name="similar-forces" if similar_only else "forces-compared",
        **words,
    )


def _usable(frame: pd.DataFrame) -> pd.DataFrame:
    """Only figures that are compared are drawn."""
    numbers = ["value", "lo", "hi", "numerator", "denominator"]
    shown = frame.copy()
    shown[numbers] = frame[numbers].where(frame["status"] == "value")
    return shown


def _name(gathered: Gathered, force: str) -> str:
    found = gathered.forces.loc[gathered.forces["force"] == force, "name"]
    return found.iloc[0] if len(found) else ""


def _units(gathered: Gathered) -> str:
    """What the denominator counts, in words: the definition after its stroke."""
    if gathered.finding and " / " in gathered.definition:
        return lower(gathered.definition.split(" / ", 1)[1].split(",")[0].split(";")[0])
    return {"%": "units"}.get(gathered.unit, gathered.unit.split()[-1] if gathered.unit.startswith("per ") else "units")


def _words(gathered: Gathered) -> dict[str, object]:
    window = f", {gathered.window}" if gathered.window else ""
    return {
        "subtitle": f"{gathered.label}{window}. {gathered.who()[0].upper()}{gathered.who()[1:]}",
        "source": source_of(gathered),
        "synthetic": gathered.synthetic,
    }
