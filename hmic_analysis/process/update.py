"""Two runs of a force side by side: claim by claim, with what changed beneath them."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hmic_analysis.cells import csv_text, neutral
from hmic_analysis.disclosure.release import is_withheld, released
from hmic_analysis.documents.blocks import SYNTHETIC_NOTICE
from hmic_analysis.documents.embargo import embargo_notice
from hmic_analysis.documents.text import clean, page_templates
from hmic_analysis.documents.word import write_whole
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, Indicator, Sensitivity
from hmic_analysis.evidence.withheld import DisclosureRules, declaration, highest, rules_of
from hmic_analysis.evidence.wording import say_bounds, say_indicator
from hmic_analysis.params.models import Params
from hmic_analysis.process.kept import COMPARISONS, Change, Grounds, change_of, grounds_of, read_run
from hmic_analysis.project import Project

PAGE, TABLE, BENEATH = "comparison.html", "comparison.csv", "beneath.csv"


@dataclass(frozen=True)
class Pair:
    """One claim in two runs."""

    claim: str
    finding: str
    statement: str
    #: None where that run didn't judge it.
    before: ClaimEvidence | None
    after: ClaimEvidence | None
    #: The figures that decided it in either run, most telling first.
    changes: tuple[Change, ...] = ()
    #: Whether its evidence is restricted: then nothing but its name is shown.
    restricted: bool = False

    @property
    def verdict_changed(self) -> bool:
        """Whether the verdict is another one, or is only in one of the runs."""
        then, now = (c.verdict if c is not None else None for c in (self.before, self.after))
        return then != now

    @property
    def changed(self) -> bool:
        """Whether verdict, sentence or a figure is another one."""
        then, now = (c.sentence if c is not None else None for c in (self.before, self.after))
        return self.verdict_changed or then != now or any(c.changed for c in self.changes)


@dataclass(frozen=True)
class Side:
    """One finding in two runs: its claims, and what lies beneath them."""

    finding: str
    title: str
    pairs: tuple[Pair, ...]
    grounds: Grounds
    overlap: str


@dataclass(frozen=True)
class Compared:
    """Two runs of a force."""

    force: str
    force_name: str
    #: Names of the runs.
    before: str
    after: str
    #: In the order of the letter.
    sides: tuple[Side, ...]
    synthetic: bool

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Every claim."""
        return tuple(pair for side in self.sides for pair in side.pairs)

    @property
    def sensitivity(self) -> Sensitivity:
        """The highest level of what is shown of either run; of restricted claims nothing is."""
        shown = (c for pair in self.pairs if not pair.restricted for c in (pair.before, pair.after) if c is not None)
        return highest((c.sensitivity for c in shown), otherwise="force")


def compare_runs(project: Project, params: Params, force: str, before: str, after: str) -> Compared:
    """Hold two runs of a force side by side."""
    then, beneath_then = read_run(project, params, force, before)
    now, beneath_now = read_run(project, params, force, after)
    rules = rules_of(params)
    sides = []
    for finding, spec in params.findings.items():
        if finding not in then and finding not in now:
            continue
        one, other = then.get(finding), now.get(finding)
        pairs = _pairs(one, other, rules)
        beneath = grounds_of(one, other, beneath_then.get(finding, {}), beneath_now.get(finding, {}))
        sides.append(Side(finding, spec.title, pairs, beneath, _overlap(one, other)))
    bundles = [*then.values(), *now.values()]
    synthetic = any(bundle.synthetic for bundle in bundles)
    return Compared(force, bundles[0].force_name, before, after, tuple(sides), synthetic)


def comparison_folder(project: Project, force: str, before: str, after: str) -> Path:
    """Where the comparison of two runs of a force lies."""
    return project.output / "updates" / COMPARISONS / force / f"{before}-to-{after}"


def compared(project: Project, force: str, before: str) -> list[Path]:
    """Comparisons that were written of a force's run of that name with a kept later one."""
    root = project.output / "updates" / COMPARISONS / force
    return [path.parent for path in sorted(root.glob(f"{before}-to-*/{PAGE}"))]


def _pairs(then: Bundle | None, now: Bundle | None, rules: DisclosureRules) -> tuple[Pair, ...]:
    """The claims of a finding as the force itself may see them."""
    there = {c.claim: c for bundle in (then, now) if bundle for c in bundle.claims}
    shown = [released(bundle, rules, "force") if bundle else None for bundle in (then, now)]
    claims = [{c.claim: c for c in bundle.claims} if bundle else {} for bundle in shown]
    pairs = []
    for id, known in there.items():
        one, other = (found.get(id) for found in claims)
        judged = [any(c.claim == id for c in bundle.claims) if bundle else False for bundle in (then, now)]
        if (judged[0] and one is None) or (judged[1] and other is None):
            pairs.append(Pair(id, known.finding, known.statement, None, None, restricted=True))
            continue
        changes = _changes(shown, (one, other), rules)
        pairs.append(Pair(id, known.finding, known.statement, one, other, changes))
    return tuple(pairs)


def _changes(
    shown: Sequence[Bundle | None], claims: tuple[ClaimEvidence | None, ClaimEvidence | None], rules: DisclosureRules
) -> tuple[Change, ...]:
    """The figures of a claim in both runs; those that neither run could compute are left out."""
    figures: list[dict[str, Indicator]] = [{i.id: i for i in bundle.indicators} if bundle else {} for bundle in shown]
    named = dict.fromkeys(id for claim in reversed(claims) if claim is not None for id in claim.indicators)
    found = []
    for id in named:
        before, after = (known.get(id) for known in figures)
        hidden = any(x is not None and is_withheld(x, rules) for x in (before, after))
        if hidden or any(x is not None and x.value is not None for x in (before, after)):
            found.append(change_of(before, after, hidden))
    return tuple(found)


def _overlap(then: Bundle | None, now: Bundle | None) -> str:
    """What a reader must know where both runs speak in part of the same records; empty where they don't."""
    if then is None or now is None:
        return ""
    first, second = ((date.fromisoformat(b.period_start), date.fromisoformat(b.period_end)) for b in (then, now))
    if first == second or second[0] > first[1] or first[0] > second[1]:
        return ""
    return (
        "The two periods overlap, so some records count in both figures; an interval that takes them for separate is "
        "wider than it need be."
    )


# The page and the table of two runs side by side.

VERDICTS = {"supported": "Supported", "contradicted": "Contradicted", "not_determinable": "Not determinable"}
COLUMNS = (
    "force", "claim", "finding", "statement", "verdict_before", "verdict_after", "verdict_changed", "evidence_before",
    "evidence_after", "sentence_before", "sentence_after", "figure", "figure_label", "figure_before", "figure_after",
    "difference", "interval_of", "interval_low", "interval_high", "method",
    "changed_beneath", "before", "after", "note", "sensitivity",
)  # fmt: skip


def write_compared(project: Project, params: Params, found: Compared, now: dt.datetime) -> Path:
    """Write the comparison of two runs as a page, with the table beside it.

    The folder with ``comparison.html``, ``comparison.csv`` and ``beneath.csv``.
    """
    told = (SYNTHETIC_NOTICE if found.synthetic else "", embargo_notice(params, now), declaration(found.sensitivity))
    notices = [n for n in told if n]
    least = rules_of(params).least_for("force")
    folder = comparison_folder(project, found.force, found.before, found.after)
    write_whole(folder / TABLE, _table(found, notices, least).encode("utf-8"))
    write_whole(folder / BENEATH, _beneath(found, notices).encode("utf-8"))
    write_whole(folder / PAGE, _page(found, notices, least).encode("utf-8"))
    return folder


def _page(found: Compared, notices: list[str], least: int) -> str:
    rows = [_row(pair, least) for pair in found.pairs]
    verdicts, figures = sum(p.verdict_changed for p in found.pairs), sum(p.changed for p in found.pairs)
    return (
        page_templates("process")
        .get_template(PAGE)
        .render(
            title=f"{found.force_name}: {found.before} and {found.after} side by side",
            lead=(
                f"The evidence kept as '{found.before}' beside that of '{found.after}', claim by claim, with the "
                "difference of each figure and what changed beneath it."
            ),
            counts=(
                f"Of {len(rows)} claims {verdicts or 'none'} {'has' if verdicts < 2 else 'have'} another verdict; "
                f"of {figures or 'none'} the verdict, the sentence or a figure has changed."
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
