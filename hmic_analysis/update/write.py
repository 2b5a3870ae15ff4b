"""The page and the table of two runs side by side."""

from __future__ import annotations

import csv
import datetime as dt
import io
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from hmic_analysis.disclosure.cells import csv_text, neutral
from hmic_analysis.disclosure.sensitivity import declaration
from hmic_analysis.evidence.model import ClaimEvidence, Indicator
from hmic_analysis.evidence.wording import say_bounds, say_indicator
from hmic_analysis.letters.archive import write_whole
from hmic_analysis.letters.model import SYNTHETIC_NOTICE
from hmic_analysis.letters.text import clean
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.release.embargo import embargo_notice
from hmic_analysis.update.compare import BENEATH, PAGE, TABLE, Compared, Pair, Side, comparison_folder
from hmic_analysis.update.differences import Change

VERDICTS = {"supported": "Supported", "contradicted": "Contradicted", "not_determinable": "Not determinable"}
COLUMNS = (
    "force", "claim", "finding", "statement", "verdict_before", "verdict_after", "verdict_changed", "evidence_before",
    "evidence_after", "sentence_before", "sentence_after", "figure", "figure_label", "figure_before", "figure_after",
    "difference", "interval_of", "interval_low", "interval_high", "method",
    "changed_beneath", "before", "after", "note", "sensitivity",
)  # fmt: skip


def write_compared(project: Project, params: Params, found: Compared, now: dt.datetime) -> Path:
    """Write the comparison of two runs as a page, with the table beside it.

    Parameters
    ----------
    project : Project
    params : Params
    found : Compared
    now : datetime.datetime
        Aware of its zone; before the embargo ends both bear it.

    Returns
    -------
    pathlib.Path
        The folder with ``comparison.html``, ``comparison.csv`` and ``beneath.csv``.
    """
    told = (SYNTHETIC_NOTICE if found.synthetic else "", embargo_notice(params, now), declaration(found.sensitivity))
    notices = [n for n in told if n]
    least = params.inspection.disclosure.min_count
    folder = comparison_folder(project, found.force, found.before, found.after)
    write_whole(folder / TABLE, _table(found, notices, least).encode("utf-8"))
    write_whole(folder / BENEATH, _beneath(found, notices).encode("utf-8"))
    write_whole(folder / PAGE, _page(found, notices, least).encode("utf-8"))
    return folder


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("hmic_analysis.update", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(found: Compared, notices: list[str], least: int) -> str:
    rows = [_row(pair, least) for pair in found.pairs]
    verdicts, figures = sum(p.verdict_changed for p in found.pairs), sum(p.changed for p in found.pairs)
    return (
        _environment()
        .get_template(PAGE)
        .render(
            title=f"{found.force_name}: {found.before} and {found.after} side by side",
            lead=(
                f"The evidence kept as '{found.before}' beside that of '{found.after}', claim by claim, with the "
                "difference of each figure and what changed beneath it."
            ),
            counts=(
                f"Of {len(rows)} claims, {verdicts} {'has' if verdicts == 1 else 'have'} another verdict and {figures} "
                f"{'has' if figures == 1 else 'have'} another verdict, sentence or figure."
            ),
            notices=notices,
            before=found.before,
            after=found.after,
            table=TABLE,
            beneath=BENEATH,
            overview=rows,
            sides=[_side(side, least) for side in found.sides],
        )
    )


def _side(side: Side, least: int) -> dict[str, Any]:
    return {
        "finding": side.finding,
        "title": side.title,
        "grounds": side.grounds,
        "beneath": [(name, items) for name, items in _kinds(side) if items],
        "overlap": side.overlap,
        "rows": [_row(pair, least) for pair in side.pairs],
    }


def _kinds(side: Side) -> tuple[tuple[str, tuple[str, ...]], ...]:
    grounds = side.grounds
    return (
        ("Data", grounds.data),
        ("Parameters", grounds.parameters),
        ("Definitions", grounds.definitions),
        ("Program", grounds.program),
    )


def _beneath(found: Compared, notices: list[str]) -> str:
    rows = [
        (found.force, side.finding, name, item, found.before, found.after, " ".join(notices), found.sensitivity)
        for side in found.sides
        for name, items in _kinds(side)
        for item in items
    ]
    return csv_text([("force", "finding", "kind", "what_changed", "before", "after", "note", "sensitivity"), *rows])


def _row(pair: Pair, least: int) -> dict[str, Any]:
    return {
        "claim": pair.claim,
        "statement": clean(pair.statement),
        "restricted": pair.restricted,
        "before": _verdict(pair, pair.before),
        "after": _verdict(pair, pair.after),
        "verdict_changed": pair.verdict_changed,
        "what": _what(pair),
        "sentence_before": clean(pair.before.sentence) if pair.before else "",
        "sentence_after": clean(pair.after.sentence) if pair.after else "",
        "figures": [_figure(change, least) for change in pair.changes],
    }


def _verdict(pair: Pair, claim: ClaimEvidence | None) -> str:
    if pair.restricted:
        return "Withheld"
    if claim is None:
        return "Not tested"
    return "Inspectors' view" if claim.type == "judgement" else VERDICTS[claim.verdict]


def _what(pair: Pair) -> str:
    if pair.restricted:
        return "Not shown"
    if pair.verdict_changed:
        return "Verdict"
    if any(change.changed for change in pair.changes):
        return "Figures"
    if pair.changed:
        return "Wording"
    # Whether a figure that is withheld has changed is not said either.
    return "Figures withheld" if any(change.withheld for change in pair.changes) else "Nothing"


def _figure(change: Change, least: int) -> dict[str, Any]:
    return {
        "label": change.label,
        "before": _said(change.before, change, least),
        "after": _said(change.after, change, least),
        "difference": change.words(),
        "method": change.method,
        "changed": change.changed,
    }


def _said(figure: Indicator | None, change: Change, least: int) -> str:
    if figure is None or figure.value is None:
        return "withheld" if change.withheld else "not available"
    bounds = say_bounds(figure, least)
    window = f"; {figure.window}" if figure.window else ""
    return f"{say_indicator(figure, least)}{f' ({bounds})' if bounds else ''}{window}"


def _table(found: Compared, notices: list[str], least: int) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for side in found.sides:
        for pair in side.pairs:
            shared = _shared(found, side, pair, notices, least)
            for change in pair.changes or (None,):
                row = {**shared, **(_numbers(change, least) if change else {})}
                writer.writerow({k: neutral(str(v)) for k, v in row.items()})
    return out.getvalue()


def _shared(found: Compared, side: Side, pair: Pair, notices: list[str], least: int) -> dict[str, Any]:
    row = _row(pair, least)
    grades = [c.grade if c and c.grade != "-" else "" for c in (pair.before, pair.after)]
    return {
        "force": found.force,
        "claim": pair.claim,
        "finding": pair.finding,
        "statement": row["statement"],
        "verdict_before": row["before"],
        "verdict_after": row["after"],
        "verdict_changed": "yes" if pair.verdict_changed else "no",
        "evidence_before": grades[0],
        "evidence_after": grades[1],
        "sentence_before": row["sentence_before"],
        "sentence_after": row["sentence_after"],
        "changed_beneath": side.grounds.words(),
        "before": found.before,
        "after": found.after,
        "note": " ".join(notices),
        "sensitivity": found.sensitivity,
    }


def _numbers(change: Change, least: int) -> dict[str, Any]:
    shown = _figure(change, least)
    return {
        "figure": change.id,
        "figure_label": change.label,
        "figure_before": shown["before"],
        "figure_after": shown["after"],
        "difference": "withheld" if change.withheld else "" if change.difference is None else change.difference,
        "interval_of": change.kind,
        "interval_low": "" if change.lo is None else change.lo,
        "interval_high": "" if change.hi is None else change.hi,
        "method": change.method,
    }
