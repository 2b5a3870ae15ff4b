"""One force beside all others and beside similar ones, in figures and in a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from hmic_analysis.comparison.funnels import FunnelResult, funnel
from hmic_analysis.comparison.gather import gather
from hmic_analysis.comparison.pooled import ALL_OTHERS, CHANCE_ALONE, Against, against
from hmic_analysis.comparison.similar import SimilarForces, similar_forces
from hmic_analysis.comparison.table import Gathered
from hmic_analysis.evidence.wording import say_value
from hmic_analysis.figures.numbers import plain
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project

_PLACES = {
    "far_above": "above the {outer} line of the funnel: it differs from the other forces",
    "above": "between the upper {inner} and {outer} lines: not enough to call it different",
    "inside": "within the {inner} lines of the funnel: as forces usually are",
    "below": "between the lower {inner} and {outer} lines: not enough to call it different",
    "far_below": "below the {outer} line of the funnel: it differs from the other forces",
}


@dataclass(frozen=True)
class Comparison:
    """One figure of all forces, gathered and judged.

    Attributes
    ----------
    params : Params
    gathered : Gathered
    funnel : FunnelResult
    """

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
    q : float
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
    q: float
    method: str
    sentence: str

    def table(self) -> pd.DataFrame:
        """The force and both comparators, for show.

        Returns
        -------
        pandas.DataFrame
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
    """Gather one indicator of the 43 forces from their evidence, and judge it.

    Parameters
    ----------
    project : Project
    params : Params
    indicator : str
        Id, such as ``attendance_pct`` or ``attendance_pct[violence]``.

    Returns
    -------
    Comparison

    Raises
    ------
    ParameterError
        If there is no such indicator.
    DataError
        If no force has evidence on it.
    """
    gathered = gather(project, params, indicator)
    return Comparison(params, gathered, funnel(gathered, params.inspection.comparison))


def beside_others(comparison: Comparison, force: str) -> Beside:
    """One force of a comparison beside the others.

    Parameters
    ----------
    comparison : Comparison
    force : str
        Slug.

    Returns
    -------
    Beside

    Raises
    ------
    ParameterError
        If the force is not in the comparison.
    """
    gathered, result = comparison.gathered, comparison.funnel
    level = comparison.params.inspection.confidence / 100
    group = similar_forces(comparison.params, force)
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
        q=float(row["q"]),
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
