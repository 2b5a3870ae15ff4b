"""One force beside all others and beside similar ones, in figures, in a sentence and in pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from hmic_analysis.comparison.gather import STATUS_WORDS, Gathered, gather
from hmic_analysis.comparison.methods import (
    ALL_OTHERS,
    CHANCE_ALONE,
    Against,
    FunnelResult,
    SimilarForces,
    against,
    funnel,
    pool,
    similar_forces,
)
from hmic_analysis.figures.chart import Chart, lower
from hmic_analysis.figures.forces import FunnelLines, forces_compared, funnel_plot
from hmic_analysis.figures.maps import figure_map
from hmic_analysis.figures.style import plain
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.words import say_value

# --------------------------------------------------------------------------------------------------------------------
# One force beside all others and beside similar ones, in figures and in a sentence.

_PLACES = {
    "far_above": "above the {outer} line of the funnel: it differs from the other forces",
    "above": "between the upper {inner} and {outer} lines: not enough to call it different",
    "inside": "within the {inner} lines of the funnel: as forces usually are",
    "below": "between the lower {inner} and {outer} lines: not enough to call it different",
    "far_below": "below the {outer} line of the funnel: it differs from the other forces",
}


@dataclass(frozen=True)
class Comparison:
    """One figure of all forces, gathered and judged."""

    params: Params
    gathered: Gathered
    funnel: FunnelResult


@dataclass(frozen=True)
class Beside:
    """One force in a comparison.

    Attributes
    ----------
    force, name, label, unit : str
    value : float
        NaN where the force has no usable figure.
    status, reason : str
        As in the gathered table.
    others, similar : Against
        Against all other forces, and against its group.
    group : SimilarForces
    position : str
        Where it lies in the funnel; empty where it isn't judged.
    named : bool
        Whether it is different by the rule of the comparison.
    method : str
        Of the funnel.
    sentence : str
    """

    force: str
    name: str
    label: str
    unit: str
    value: float
    status: str
    reason: str
    others: Against
    similar: Against
    group: SimilarForces
    position: str
    named: bool
    method: str
    sentence: str

    def table(self) -> pd.DataFrame:
        """The force and both comparators, for show.

        ``Who``, ``Forces``, ``Figure``, ``Difference``, ``Interval``, ``Note``.
        """
        rows = [{"Who": self.name, "Forces": "1", "Figure": _say(self.value, self.unit), "Note": self.reason}]
        for found in (self.others, self.similar):
            gone = len(found.left_out)
            rows.append(
                {
                    "Who": found.group[0].upper() + found.group[1:],
                    "Forces": f"{len(found.members)}" + (f" ({gone} without a figure)" if gone else ""),
                    "Figure": _say(found.pooled.value, self.unit),
                    "Difference": difference_words(found, self.unit),
                    "Interval": interval_words(found, self.unit),
                    "Note": found.reason or (CHANCE_ALONE if found.method else ""),
                }
            )
        columns = ["Who", "Forces", "Figure", "Difference", "Interval", "Note"]
        return pd.DataFrame(rows, columns=columns).fillna("").set_index("Who")


def compare(project: Project, params: Params, indicator: str) -> Comparison:
    """Gather one indicator of the 43 forces from their evidence, and judge it."""
    return judge(params, gather(project, params, indicator))


def judge(params: Params, gathered: Gathered) -> Comparison:
    """Judge what was gathered."""
    return Comparison(params, gathered, funnel(gathered, params.inspection.comparison))


def beside_others(comparison: Comparison, force: str, group: SimilarForces | None = None) -> Beside:
    """One force of a comparison beside the others; ``group`` where its similar forces are known already."""
    gathered, result = comparison.gathered, comparison.funnel
    level = comparison.params.inspection.confidence / 100
    group = group or similar_forces(comparison.params, force)
    others = against(gathered, force, group=ALL_OTHERS, confidence=level)
    similar = against(gathered, force, group.members, group.words, level)
    row = result.frame[result.frame["force"] == force].iloc[0]
    position = row["position"] if isinstance(row["position"], str) else ""
    return Beside(
        force=force,
        name=row["name"],
        label=gathered.label,
        unit=gathered.unit,
        value=float(row["value"]) if row["status"] == "value" else math.nan,
        status=row["status"],
        reason=row["reason"],
        others=others,
        similar=similar,
        group=group,
        position=position,
        named=row["named"] is True,
        method=result.method,
        sentence=_sentence(gathered, result, row, position, (others, similar)),
    )


def difference_words(found: Against, unit: str) -> str:
    """The difference as people read it: points for percentages, times for rates; empty where there is none."""
    if math.isnan(found.difference):
        return ""
    if unit == "%":
        return f"{found.difference:+.1f} points"
    return f"{plain(found.difference)} times" if found.method else f"{found.difference:+,.1f} {unit}"


def interval_words(found: Against, unit: str) -> str:
    """Limits of the difference and their method; empty where there are none."""
    if math.isnan(found.lo):
        return ""
    if unit == "%":
        return f"{found.lo:+.1f} to {found.hi:+.1f} points ({found.method})"
    high = "no upper limit" if math.isinf(found.hi) else f"{plain(found.hi)} times"
    return f"{plain(found.lo)} to {high} ({found.method})"


def _sentence(gathered: Gathered, result: FunnelResult, row: pd.Series, position: str, both: tuple) -> str:
    if row["status"] != "value":
        return f"{gathered.label}: {row['name']} can't be compared. {row['reason']}"
    text = f"{gathered.label}: {row['name']} {_say(row['value'], gathered.unit)}"
    for found in both:
        if found.reason:
            continue
        text += f"; {found.group} {_say(found.pooled.value, gathered.unit)}"
        text += f" ({difference_words(found, gathered.unit)})"
    inner, outer = (f"{level:g}%" for level in result.levels)
    if position:
        return f"{text}. It lies {_PLACES[position].format(inner=inner, outer=outer)}."
    return f"{text}. {'No force is named as different' if result.looks == 0 else 'It is not judged'}."


def _say(value: float, unit: str) -> str:
    return "none" if math.isnan(value) else say_value(value, unit)


# --------------------------------------------------------------------------------------------------------------------
# The pictures of a comparison, from its tables.


def source_of(gathered: Gathered) -> str:
    """The source line of pictures and tables of a comparison."""
    if not gathered.finding:
        return gathered.definition
    kind = "simulated returns, synthetic data" if gathered.synthetic else "force data returns"
    return f"Evidence of finding {gathered.finding} in {len(gathered.used)} forces, {kind}"


def funnel_chart(comparison: Comparison, force: str = "", name_others: bool = False) -> Chart:
    """The funnel of all forces."""
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
    """The tile map of the figure; it shows every force's figure, so it is for those who may know them."""
    gathered = comparison.gathered
    frame = _usable(gathered.forces).rename(columns={"name": "label"})
    return figure_map(
        frame, what=gathered.label, unit=gathered.unit, highlight=force, name="tile-map", **_words(gathered)
    )


def compare_chart(comparison: Comparison, force: str = "", similar_only: bool = False) -> Chart:
    """Forces one below the other with intervals, and the totals of all and of similar forces."""
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
