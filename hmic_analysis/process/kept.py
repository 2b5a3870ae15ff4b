"""Runs that are kept, and what lies beneath a finding in two of them."""

import datetime as dt
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.documents.embargo import embargo_notice, in_utc
from hmic_analysis.documents.publish import whole_folder
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import BUNDLE_NAME, Bundle, Indicator
from hmic_analysis.params.models import Params
from hmic_analysis.process.letter import current_evidence, mark_of
from hmic_analysis.project import Project
from hmic_analysis.runs.record import BASIS_NAME, read_basis
from hmic_analysis.statistics.differences import proportion_difference, rate_ratio
from hmic_analysis.statistics.intervals import CONFIDENCE
from hmic_analysis.words import COUNTS, say_value

# Keeping the evidence of a run under a name, so that a later run can be set beside it.

#: Name under which the evidence of the letter is kept.
LETTER = "letter"
#: Name that stands for the run as it is now; nothing is kept under it.
NOW = "now"
#: Folder of the comparisons, so that no run can be kept under that name.
COMPARISONS = "comparisons"
KEPT = "kept.json"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_name(name: str) -> str:
    """A name that a run can be kept under; :class:`ParameterError` if it can't."""
    if not _NAME.fullmatch(name) or name in (NOW, COMPARISONS):
        raise ParameterError(
            f"'{name}' can't name a kept run. Use lower case letters, digits and hyphens, such as autumn-2014; "
            f"'{NOW}' and '{COMPARISONS}' have a meaning of their own."
        )
    return name


def kept_folder(project: Project, force: str, name: str) -> Path:
    """Where a force's evidence is kept under a name."""
    return project.output / "updates" / name / force


def keep(project: Project, params: Params, force: str, name: str, now: dt.datetime, replace: bool = False) -> Path:
    """Copy the evidence of a force, as its reports left it.

    ``output/updates/<name>/<force>`` with one folder for each finding.
    """
    bundles = current_evidence(project, params, force)
    if not bundles:
        raise DataError(f"There is no evidence for {force} to keep. Run its findings first: hmic run --force {force}")
    folder = kept_folder(project, force, check_name(name))
    marks = {finding: mark_of(bundle) for finding, bundle in bundles.items()}
    if folder.is_dir():
        if _marks(folder) == marks:
            return folder
        if not replace:
            raise DataError(
                f"Other evidence of {force} is already kept as '{name}'; it stays. Choose another name: "
                f"hmic update keep --force {force} --as {name}-2"
            )
    with whole_folder(folder) as work:
        for finding in bundles:
            _copy(project.runs(force) / finding, work / finding)
        about = {
            "force": force,
            "kept_at": in_utc(now).isoformat(timespec="seconds"),
            "synthetic": any(bundle.synthetic for bundle in bundles.values()),
            "embargo": embargo_notice(params, now),
            "evidence": marks,
        }
        text = json.dumps(about, indent=1, sort_keys=True, ensure_ascii=False)
        (work / KEPT).write_text(text + "\n", encoding="utf-8", newline="\n")
        if folder.is_dir():
            os.replace(folder, _make_way(project, force, name))
    return folder


def read_run(
    project: Project, params: Params, force: str, name: str
) -> tuple[dict[str, Bundle], dict[str, dict[str, dict[str, str]]]]:
    """The evidence of a force that was kept under a name, or as it is now.

    Bundles by finding, and what each rests on, item by item.
    """
    if name == NOW:
        found = current_evidence(project, params, force)
        if not found:
            raise DataError(f"There is no evidence for {force}. Run its findings first: hmic run --force {force}")
        return found, {finding: read_basis(project.runs(force) / finding) for finding in found}
    folder = kept_folder(project, force, check_name(name))
    if not folder.is_dir():
        raise DataError(
            f"Nothing of {force} is kept as '{name}'. Kept: {', '.join(kept_names(project, force)) or 'nothing'}. "
            f"Keep the run as it is now: hmic update keep --force {force} --as {name}"
        )
    findings = [p.name for p in sorted(folder.iterdir()) if (p / BUNDLE_NAME).is_file()]
    bundles = {finding: read_bundle(folder / finding) for finding in params.findings if finding in findings}
    noted = _marks(folder)
    altered = [f for f in sorted({*noted, *bundles}) if f not in bundles or noted.get(f) != mark_of(bundles[f])]
    if altered:
        raise DataError(
            f"The evidence kept in {project.relative(folder)} is not what was kept: {', '.join(altered)} "
            "was altered or removed. Put back a copy; nothing is compared with it."
        )
    return bundles, {finding: read_basis(folder / finding) for finding in bundles}


def kept_names(project: Project, force: str) -> list[str]:
    """Names under which evidence of a force is kept."""
    return sorted(path.parent.parent.name for path in (project.output / "updates").glob(f"*/{force}/{KEPT}"))


def _marks(folder: Path) -> dict[str, str]:
    try:
        return dict(json.loads((folder / KEPT).read_text(encoding="utf-8"))["evidence"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _copy(report: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for name in (BUNDLE_NAME, BASIS_NAME):
        if (report / name).is_file():
            shutil.copyfile(report / name, target / name)


def _make_way(project: Project, force: str, name: str) -> Path:
    number = 1
    while kept_folder(project, force, f"{name}-{number}").exists():
        number += 1
    place = kept_folder(project, force, f"{name}-{number}")
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


# What lies beneath a finding in two runs: whether data, parameters, definitions or the program are other ones.

#: Parts of what a report rests on that are the program and not the inspection.
_PROGRAM = ("notebook", "library", "versions")


@dataclass(frozen=True)
class Grounds:
    """What changed beneath a finding; each empty where nothing did."""

    #: Tables and files.
    data: tuple[str, ...] = ()
    #: ``definitions.A6.activity_days: 28 before, 14 after``.
    parameters: tuple[str, ...] = ()
    #: Statements of claims, definitions of figures, and entries of the catalogue.
    definitions: tuple[str, ...] = ()
    #: Notebook, library, and versions of packages: the same definition may be computed otherwise.
    program: tuple[str, ...] = ()
    #: Whether both runs have the finding, so that there is something to compare.
    known: bool = True

    def words(self) -> str:
        """``data and parameters``; ``nothing``."""
        if not self.known:
            return "only one of the runs has this finding"
        names = [n for n in ("data", "parameters", "definitions", "program") if getattr(self, n)]
        if not names:
            return "nothing"
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def grounds_of(
    then: Bundle | None,
    now: Bundle | None,
    beneath_then: Mapping[str, Mapping[str, str]],
    beneath_now: Mapping[str, Mapping[str, str]],
) -> Grounds:
    """What changed beneath a finding."""
    if then is None or now is None:
        return Grounds(known=False)
    before, after = beneath_then.get("parameters", {}), beneath_now.get("parameters", {})
    catalogue = tuple(k for k in _other(before, after) if _from_catalogue(k, then.finding))
    return Grounds(
        data=_data(then, now, beneath_then.get("data", {}), beneath_now.get("data", {})),
        parameters=_parameters(then, now),
        definitions=(*_definitions(then, now), *(f"catalogue entry {name}" for name in catalogue)),
        program=_program(beneath_then, beneath_now),
    )


def _data(then: Bundle, now: Bundle, tables_then: Mapping[str, str], tables_now: Mapping[str, str]) -> tuple[str, ...]:
    found = []
    for name in _other(tables_then, tables_now):
        gone, new = (state.get(name, "absent") == "absent" for state in (tables_now, tables_then))
        how = "no longer there" if gone else "not there before" if new else "changed"
        found.append(f"table {name}: {how}" if "/" in name else f"{name}: {how}")
    for name in _other(then.inputs, now.inputs):
        gone, new = name not in now.inputs, name not in then.inputs
        how = "no longer used" if gone else "not used before" if new else "changed"
        found.append(f"file {name}: {how}")
    return tuple(found)


def _parameters(then: Bundle, now: Bundle) -> tuple[str, ...]:
    """Values that either run used, whichever file they came from."""
    first, second = ({k: v[0] for k, v in b.parameters.items()} for b in (then, now))
    first |= {"period.start": then.period_start, "period.end": then.period_end, "as_of": then.as_of}
    second |= {"period.start": now.period_start, "period.end": now.period_end, "as_of": now.as_of}
    first["letter_date"], second["letter_date"] = then.letter_date, now.letter_date
    return tuple(
        f"{name}: {first.get(name, 'not used')} before, {second.get(name, 'not used')} after"
        for name in _other(first, second)
    )


def _definitions(then: Bundle, now: Bundle) -> tuple[str, ...]:
    found = []
    claims, figures = ({c.claim: c for c in then.claims}, {i.id: i for i in then.indicators})
    for claim in now.claims:
        old = claims.get(claim.claim)
        if old is None:
            found.append(f"claim {claim.claim}: not tested before")
        elif (old.statement, old.type) != (claim.statement, claim.type):
            found.append(f"claim {claim.claim}: another statement")
    gone = [id for id in claims if id not in {c.claim for c in now.claims}]
    found += [f"claim {id}: no longer tested" for id in gone]
    for figure in now.indicators:
        old = figures.get(figure.id)
        if old is None:
            continue
        for field in ("definition", "unit", "basis"):
            if getattr(old, field) != getattr(figure, field):
                found.append(f"figure {figure.id}: another {field}")
    return tuple(found)


def _program(then: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    found = []
    for part in _PROGRAM:
        names = _other(then.get(part, {}), now.get(part, {}))
        if names and part == "versions":
            found += [f"{n} {then[part].get(n, '-')} before, {now[part].get(n, '-')} after" for n in names]
        elif names:
            found.append(f"{part}: {', '.join(names[:5])}{' and more' if len(names) > 5 else ''}")
    return tuple(found)


def _from_catalogue(name: str, finding: str) -> bool:
    """Whether an item is a part of the finding's entry in the catalogue, other than a value."""
    return name.startswith(f"{finding}.")


def _other(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]


# The difference of one figure between two runs, with an interval where there is a method for it.
#
# Proportions have Newcombe's interval and rates the exact conditional interval of their ratio; both need two separate
# sets of units. For the difference of medians, means, indices and plain counts no method is chosen, so none is given.

NEWCOMBE = "Newcombe's interval of the difference of two proportions"
CONDITIONAL = "exact conditional interval of the ratio of two rates"
SAME_UNITS = "both figures are of the same records and period, so chance between two samples has no part in it"
STOCK = "both figures count a stock on one day, and many of those counted may be the same"
SAMPLES = ("random_sample",)
#: A window that is one day: the figure counts what was there, not what happened.
_DAY = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")


@dataclass(frozen=True)
class Change:
    """One figure in two runs."""

    id: str
    label: str
    unit: str
    #: None where that run has no such figure.
    before: Indicator | None
    after: Indicator | None
    #: Whether either figure is, or rests on, a small count of persons: then no difference is given.
    withheld: bool = False
    #: Second minus first, in the unit of the figure; percentage points for percentages.
    difference: float | None = None
    #: What ``lo`` and ``hi`` are limits of: ``difference``, ``ratio``, or empty.
    kind: str = ""
    ratio: float | None = None
    lo: float | None = None
    hi: float | None = None
    #: How the interval was made, or why there is none.
    method: str = ""

    @property
    def changed(self) -> bool:
        """Whether the figure is another one."""
        then, now = (x.value if x is not None else None for x in (self.before, self.after))
        return then != now

    def words(self) -> str:
        """``-3.1 points (95% interval -4.0 to -2.2 points)``."""
        if self.withheld:
            return "withheld"
        if self.difference is None:
            return "not available"
        unit = "points" if self.unit == "%" else self.unit
        text = _signed(self.difference, unit)
        if self.kind == "difference" and self.lo is not None and self.hi is not None:
            text += f" (interval {_signed(self.lo, unit)} to {_signed(self.hi, unit)})"
        if self.kind == "ratio" and self.ratio is not None and self.lo is not None and self.hi is not None:
            text += f"; ratio {self.ratio:.2f} (interval {self.lo:.2f} to {self.hi:.2f})"
        return text


def change_of(before: Indicator | None, after: Indicator | None, withheld: bool = False) -> Change:
    """What became of a figure from one run to the next."""
    known = after if after is not None else before
    assert known is not None
    about = (known.id, known.label, known.unit, before, after)
    if withheld:
        return Change(*about, withheld=True, method="a figure rests on few persons, or would give such a count away")
    if before is None or after is None or before.value is None or after.value is None:
        missing, one = ("first", before) if before is None or before.value is None else ("second", after)
        why = f": {one.note.rstrip('.')}" if one is not None and one.note else ""
        return Change(*about, method=f"the {missing} run has no such figure{why}")
    if before.unit != after.unit:
        return Change(*about, method=f"the unit is another one: {before.unit} before, {after.unit} after")
    difference = after.value - before.value
    reason = _no_interval(before, after)
    if reason:
        return Change(*about, difference=difference, method=reason)
    if before.unit == "%":
        found = proportion_difference(after.numerator, after.denominator, before.numerator, before.denominator)
        limits = {"kind": "difference", "lo": 100 * found.lo, "hi": 100 * found.hi}
        method = f"{NEWCOMBE}, {CONFIDENCE:.0%}"
        if any(_DAY.fullmatch(one.window) for one in (before, after)):
            method += f"; {STOCK}, so it is likely wider than it need be"
        return Change(*about, difference=difference, **limits, method=method)
    ratio = rate_ratio(after.numerator, after.denominator, before.numerator, before.denominator)
    if not ratio.hi < float("inf"):
        return Change(*about, difference=difference, method="there was nothing to count in one of the two runs")
    limits = {"kind": "ratio", "ratio": ratio.estimate, "lo": ratio.lo, "hi": ratio.hi}
    return Change(*about, difference=difference, **limits, method=f"{CONDITIONAL}, {CONFIDENCE:.0%}")


def _no_interval(before: Indicator, after: Indicator) -> str:
    """Why the difference has no interval; empty where it can have one."""
    unit = before.unit
    if unit in COUNTS:
        return "no interval: a count of its own has no method chosen"
    if unit != "%" and not unit.startswith("per "):
        return f"no interval: none is given for the difference of two figures in {unit or 'this unit'}"
    if before.window == after.window and not (before.basis in SAMPLES and after.basis in SAMPLES):
        return f"no interval: {SAME_UNITS}"
    if unit != "%" and any(_DAY.fullmatch(one.window) for one in (before, after)):
        return f"no interval: {STOCK}"
    for one in (before, after):
        if not _counted(one):
            return "no interval: the figure is not a plain count over a count"
    return ""


def _counted(one: Indicator) -> bool:
    """Whether the figure is a whole number of units out of, or over, its denominator."""
    x, n = one.numerator, one.denominator
    if one.value is None or x is None or n is None or n <= 0 or x < 0 or x != int(x):
        return False
    if one.unit == "%":
        return x <= n and n == int(n) and abs(one.value - 100 * x / n) < 1e-6 * max(1.0, abs(one.value))
    return one.value * x >= 0


def _signed(value: float, unit: str) -> str:
    """A difference with its sign; zero has none."""
    text = say_value(abs(value), unit)
    zero = not any(c in "123456789" for c in text)
    return text if zero else f"{'+' if value > 0 else '-'}{text}"
