"""Two runs of a force side by side: claim by claim, with what changed beneath them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hmic_analysis.disclosure.released import is_withheld, released
from hmic_analysis.disclosure.rules import DisclosureRules, rules_of
from hmic_analysis.disclosure.sensitivity import highest
from hmic_analysis.evidence.model import Bundle, ClaimEvidence, Indicator, Sensitivity
from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.project import Project
from hmic_analysis.update.differences import Change, change_of
from hmic_analysis.update.grounds import Grounds, grounds_of
from hmic_analysis.update.keep import COMPARISONS, read_run

PAGE, TABLE, BENEATH = "comparison.html", "comparison.csv", "beneath.csv"


@dataclass(frozen=True)
class Pair:
    """One claim in two runs.

    Attributes
    ----------
    claim, finding, statement : str
    before, after : ClaimEvidence or None
        None where that run didn't judge it.
    changes : tuple of Change
        The figures that decided it in either run, most telling first.
    restricted : bool
        Whether its evidence is restricted: then nothing but its name is shown.
    """

    claim: str
    finding: str
    statement: str
    before: ClaimEvidence | None
    after: ClaimEvidence | None
    changes: tuple[Change, ...] = ()
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
    """Two runs of a force.

    Attributes
    ----------
    force, force_name : str
    before, after : str
        Names of the runs.
    sides : tuple of Side
        In the order of the letter.
    synthetic : bool
    """

    force: str
    force_name: str
    before: str
    after: str
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
    """Hold two runs of a force side by side.

    Parameters
    ----------
    project : Project
    params : Params
    force : str
    before, after : str
        Names under which the runs are kept; ``now`` for the run as it is.

    Returns
    -------
    Compared

    Raises
    ------
    DataError
        If a run isn't there, or was altered since it was kept.
    """
    then, beneath_then = read_run(project, params, force, before)
    now, beneath_now = read_run(project, params, force, after)
    rules = rules_of(params)
    sides = []
    for finding, spec in params.findings.items():
        if finding not in then and finding not in now:
            continue
        one, other = then.get(finding), now.get(finding)
        pairs = _pairs(one, other, rules, resolve(params, force, finding).confidence)
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


def _pairs(then: Bundle | None, now: Bundle | None, rules: DisclosureRules, confidence: float) -> tuple[Pair, ...]:
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
        changes = _changes(shown, (one, other), rules, confidence)
        pairs.append(Pair(id, known.finding, known.statement, one, other, changes))
    return tuple(pairs)


def _changes(
    shown: Sequence[Bundle | None],
    claims: tuple[ClaimEvidence | None, ClaimEvidence | None],
    rules: DisclosureRules,
    confidence: float,
) -> tuple[Change, ...]:
    """The figures of a claim in both runs; those that neither run could compute are left out."""
    figures: list[dict[str, Indicator]] = [{i.id: i for i in bundle.indicators} if bundle else {} for bundle in shown]
    named = dict.fromkeys(id for claim in reversed(claims) if claim is not None for id in claim.indicators)
    found = []
    for id in named:
        before, after = (known.get(id) for known in figures)
        hidden = any(x is not None and is_withheld(x, rules) for x in (before, after))
        if hidden or any(x is not None and x.value is not None for x in (before, after)):
            found.append(change_of(before, after, confidence, hidden))
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
