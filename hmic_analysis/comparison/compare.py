"""One force beside all others and beside similar ones, in figures, in a sentence, in pictures and in files."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hmic_analysis.cells import neutral_frame
from hmic_analysis.comparison.gather import OVERLAP, STATUS_WORDS, Gathered, gather
from hmic_analysis.comparison.methods import (
    ALL_OTHERS,
    CHANCE_ALONE,
    FEWEST,
    Against,
    FunnelResult,
    SimilarForces,
    against,
    funnel,
    pool,
    similar_forces,
)
from hmic_analysis.documents.embargo import embargo_line
from hmic_analysis.documents.publish import whole_folder
from hmic_analysis.evidence.bundle import mark_picture
from hmic_analysis.evidence.model import Sensitivity, package_versions
from hmic_analysis.evidence.withheld import declaration
from hmic_analysis.figures.chart import SYNTHETIC_NOTE, Chart, Words, lower
from hmic_analysis.figures.forces import FunnelLines, forces_compared, funnel_plot
from hmic_analysis.figures.maps import figure_map
from hmic_analysis.figures.style import plain
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.words import say_value

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
    """One force in a comparison."""

    force: str
    name: str
    label: str
    unit: str
    #: NaN where the force has no usable figure.
    value: float
    #: As in the gathered table.
    status: str
    reason: str
    #: Against all other forces, and against its group.
    others: Against
    similar: Against
    group: SimilarForces
    #: Where it lies in the funnel; empty where it isn't judged.
    position: str
    #: Whether it is different by the rule of the comparison.
    named: bool
    #: Of the funnel.
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
    group = group or similar_forces(comparison.params, force)
    others = against(gathered, force, group=ALL_OTHERS)
    similar = against(gathered, force, group.members, group.words)
    row = result.rows[force]
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


def _sentence(gathered: Gathered, result: FunnelResult, row: Mapping[str, Any], position: str, both: tuple) -> str:
    if row["status"] != "value":
        return f"{gathered.label}: {row['name']} cannot be compared. {row['reason']}"
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
        words=_words(gathered, "funnel"),
        highlight=_name(gathered, force),
        name_others=name_others,
        what=gathered.label,
        unit=gathered.unit,
        units_name=_units(gathered),
    )


#: The line beyond which more was logged than there was to log.
PASSES = "As many logged as on duty"


def map_chart(comparison: Comparison) -> Chart:
    """The tile map of the figure; it shows every force's figure, so it is for those who may know them."""
    gathered = comparison.gathered
    frame = _usable(gathered.forces).rename(columns={"name": "label"})
    return figure_map(frame, words=_words(gathered, "tile-map"), what=gathered.label, unit=gathered.unit)


def compare_chart(comparison: Comparison, force: str = "", similar_only: bool = False) -> Chart:
    """Forces one below the other with intervals, and the totals of all and of similar forces."""
    gathered = comparison.gathered
    frame = _usable(gathered.forces).rename(columns={"name": "label"})
    frame = frame.assign(n=frame["denominator"], why=frame["status"].map(STATUS_WORDS), similar=False)
    words = _words(gathered, "similar-forces" if similar_only else "forces-compared")
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
    if gathered.passes is not None:
        references[PASSES] = gathered.passes
    return forces_compared(
        frame,
        references=references,
        words=words,
        highlight=_name(gathered, force),
        what=gathered.label,
        unit=gathered.unit,
        units_name=_units(gathered),
        similar_name=f"Similar force ({group.label})" if group else "Similar force",
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


def _words(gathered: Gathered, name: str) -> Words:
    window = f", {gathered.window}" if gathered.window else ""
    beyond = f". {OVERLAP} {', '.join(gathered.beyond)}" if gathered.beyond else ""
    return Words(
        name=name,
        subtitle=f"{gathered.label}{window}. {gathered.who()[0].upper()}{gathered.who()[1:]}{beyond}",
        source=source_of(gathered),
        synthetic=gathered.synthetic,
    )


# Writing a comparison: tables and pictures of all forces, and what each force may be shown of it.

MANIFEST = "manifest.json"
TABLE = "forces.csv"
#: Where comparisons of all forces lie, and where a force's own do.
ALL, OWN = "indicators", "forces"
CAUTION = "Names forces: for inspectors, not for publication."
#: Where a picture names forces, or gives the figure of each, it is for inspectors; a force's own folder is for it.
INSIDE: Sensitivity = "restricted"
FOR_ONE: Sensitivity = "force"


def folder_name(indicator: str) -> str:
    """An indicator's id as a folder: ``attendance_pct[violence]`` becomes ``attendance_pct-violence``."""
    kept = [c if c.isascii() and (c.isalnum() or c == "_") else "-" for c in indicator.lower()]
    return "-".join(part for part in "".join(kept).split("-") if part)


def about_itself(embargo: str, level: Sensitivity) -> dict[str, Any]:
    """What a comparison says of itself.

    ``embargo``, ``sensitivity`` and ``declaration``, for its manifest; its pictures carry them inside.
    """
    return {"embargo": embargo, "sensitivity": level, "declaration": declaration(level)}


def write_comparison(
    project: Project,
    comparison: Comparison,
    forces: Sequence[str] = (),
    name_others: bool = False,
    *,
    pictures: bool = True,
    groups: Mapping[str, SimilarForces] | None = None,
) -> Path:
    """Write the comparison of one indicator, whole or not at all.

    ``output/comparison/indicators/<indicator>`` and ``output/comparison/forces/<slug>/<indicator>``; without
    ``pictures`` there is no tile map, and nothing in the forces' folders.  ``groups``: similar forces, if
    known already.
    """
    slug = folder_name(comparison.gathered.indicator)
    root = project.output / "comparison"
    embargo = embargo_line(comparison.params)
    # A figure that can't be pooled, such as a median, has no funnel.
    funnels = comparison.gathered.kind != "plain"
    charts = [compare_chart(comparison), *([map_chart(comparison)] if pictures else [])]
    if funnels:
        charts.append(funnel_chart(comparison, "", name_others))
    table = _csv(comparison.funnel.frame, comparison.gathered.synthetic, embargo)
    told = _manifest(comparison) | about_itself(embargo, INSIDE)
    write_folder(root / ALL / slug, charts, {TABLE: table}, told)
    about = _about(comparison)
    mark = hashlib.sha256(json.dumps(_hashes(comparison.gathered.forces), sort_keys=True).encode()).hexdigest()
    for force in forces:
        beside = beside_others(comparison, force, (groups or {}).get(force))
        # Among few forces points without a name are no secret, and nobody is judged.
        shown = pictures and funnels and (comparison.funnel.widened or name_others)
        own = [funnel_chart(comparison, force, name_others)] if shown else []
        # The picture of similar forces gives the figure of each by name.
        if pictures and name_others and beside.group.members:
            own.append(compare_chart(comparison, force, similar_only=True))
        caution = {"caution": CAUTION} if name_others else {}
        told = about_itself(embargo, INSIDE if name_others else FOR_ONE)
        write_folder(
            root / OWN / force / slug,
            own,
            {},
            {**about, **_own(comparison, beside), "inputs_sha256": mark, **caution, **told},
        )
    return root / ALL / slug


def write_verdicts(project: Project, params: Params, claim: str, frame: pd.DataFrame, chart: Chart) -> Path:
    """Write the verdicts of all forces on one claim: ``output/comparison/claims/<claim>``."""
    folder = project.output / "comparison" / "claims" / claim.lower()
    embargo = embargo_line(params)
    manifest = {
        "claim": claim,
        "caution": CAUTION,
        "verdicts": frame["verdict"].dropna().value_counts().sort_index().to_dict(),
        "inputs": _hashes(frame),
        "versions": package_versions(),
        **about_itself(embargo, INSIDE),
    }
    write_folder(folder, [chart], {TABLE: _csv(frame, chart.synthetic, embargo)}, manifest)
    return folder


def _manifest(comparison: Comparison) -> dict[str, Any]:
    """On what the comparison rests."""
    gathered, result = comparison.gathered, comparison.funnel
    out = gathered.left_out
    return {
        **_about(comparison),
        "caution": CAUTION,
        "inputs": _hashes(gathered.forces),
        "left_out": {row.force: [row.status, row.reason] for row in out.itertuples()},
        "named": list(result.named["force"]),
        "rules": comparison.params.inspection.comparison.model_dump(),
        "versions": package_versions(),
    }


def _about(comparison: Comparison) -> dict[str, Any]:
    gathered, result = comparison.gathered, comparison.funnel
    return {
        "schema_version": 1,
        "indicator": gathered.indicator,
        "finding": gathered.finding,
        "label": gathered.label,
        "unit": gathered.unit,
        "kind": gathered.kind,
        "window": gathered.window,
        "source": source_of(gathered),
        "synthetic": gathered.synthetic,
        "who": gathered.who(),
        "n_forces": result.n_forces,
        "looks": result.looks,
        "all_forces": _number(pool(gathered).value),
        # Among few forces the middle is their total, which gives one force the others' figure.
        "typical": _number(result.centre) if result.widened else None,
        "usual": [_number(v) if result.widened else None for v in result.usual],
        "spread": _number(result.spread),
        "false_alarm": _number(result.false_alarm),
        "widened": result.widened,
        "method": result.method,
    }


def _own(comparison: Comparison, beside: Beside) -> dict[str, Any]:
    """What one force may be shown: its own figures and the others together, no other force's figure."""
    groups = [
        {
            "group": found.group,
            "forces": len(found.members),
            "without_a_figure": len(found.left_out),
            "value": _number(found.pooled.value),
            "difference": _number(found.difference),
            "lo": _number(found.lo),
            "hi": _number(found.hi),
            "method": found.method,
            "reason": found.reason,
        }
        for found in (beside.others, beside.similar)
    ]
    # Its own figure taken from the total of two would leave the other's.
    alone = {"all_forces": None} if comparison.funnel.n_forces <= FEWEST else {}
    return {
        **alone,
        "force": beside.force,
        "value": _number(beside.value),
        "status": beside.status,
        "reason": beside.reason,
        "position": beside.position,
        "named": beside.named,
        "sentence": beside.sentence,
        "against": groups,
        "similar_forces": {
            "forces": list(beside.group.members),
            "computed": beside.group.computed,
            "label": beside.group.label,
            "reason": beside.group.reason,
        },
    }


def _hashes(frame: pd.DataFrame) -> dict[str, str]:
    known = frame[frame["evidence_sha256"] != ""]
    return dict(zip(known["force"], known["evidence_sha256"], strict=True))


def _number(value: float) -> float | None:
    """A number that JSON knows."""
    return float(value) if value is not None and abs(value) < float("inf") else None


def _csv(frame: pd.DataFrame, synthetic: bool, embargo: str) -> bytes:
    shown = frame.assign(note=SYNTHETIC_NOTE) if synthetic else frame
    shown = shown.assign(embargo=embargo, sensitivity=INSIDE)
    return neutral_frame(shown).to_csv(index=False, lineterminator="\n").encode("utf-8")


def write_folder(folder: Path, charts: Iterable[Chart], files: Mapping[str, bytes], manifest: dict[str, Any]) -> None:
    """Put a folder in place that holds all of it, with the hash of every file."""
    with whole_folder(folder) as work:
        figures = {}
        words = " ".join(w for w in (manifest.get("embargo"), manifest.get("declaration")) if w)
        for chart in charts:
            picture, _ = chart.save(work, ("svg", "csv"))
            mark_picture(picture, words)
            figures[chart.name] = {
                "headline": chart.headline,
                "subtitle": chart.subtitle,
                "alt": chart.alt,
                "source": chart.source,
            }
        for name, content in files.items():
            (work / name).write_bytes(content)
        outputs = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(work.iterdir())}
        text = json.dumps({**manifest, "figures": figures, "outputs": outputs}, indent=1, sort_keys=True)
        (work / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
