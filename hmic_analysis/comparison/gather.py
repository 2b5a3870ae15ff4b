"""One figure or claim of all forces, out of their evidence, as a table."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from hmic_analysis.disclosure.release import released
from hmic_analysis.errors import DataError, DifferentFigures, ParameterError, did_you_mean
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import BUNDLE_NAME, Bundle, Indicator, different_figures, different_verdicts
from hmic_analysis.evidence.withheld import DisclosureRules, rules_from, rules_of, withheld
from hmic_analysis.params.catalogue import ClaimSpec, FindingSpec
from hmic_analysis.params.models import ForceSpec, Params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.project import Project
from hmic_analysis.runs.record import read_record
from hmic_analysis.statistics.intervals import sample_interval

# One figure of many forces as a table, and what kind of figure it is.

#: What kind of figure is compared, and so what may be done with it.
#: ``proportion``: units of all units; ``rate``: events over an exposure; ``amounts``: hours of hours and the like, a
#: total over a total without limits of chance; ``plain``: a median, a count, an index, which can't be pooled.
Kind = Literal["proportion", "rate", "amounts", "plain"]
#: What became of a force; only those with ``value`` are pooled and judged.
Status = Literal[
    "value", "small_n", "withheld", "no_value", "no_data", "other_window", "synthetic", "failed", "not_run", "flagged"
]
STATUS_WORDS = {
    "value": "compared",
    "small_n": "too few units",
    "withheld": "withheld: a small count of persons",
    "no_value": "no figure",
    "no_data": "no data",
    "other_window": "another period",
    "synthetic": "synthetic, while others are real",
    "failed": "its report failed",
    "not_run": "not run",
    "flagged": "its data do not reconcile",
}
FIGURE_COLUMNS = (
    "force",
    "name",
    "status",
    "reason",
    "numerator",
    "denominator",
    "value",
    "unknown",
    "lo",
    "hi",
    "window",
    "synthetic",
    "evidence_sha256",
)
_NUMBERS = ("numerator", "denominator", "value", "unknown", "lo", "hi")
_PER = re.compile(r"per ([\d,]+)?")
#: Amounts for a number of others, such as ``hours per 100 duty hours``: they are no share, and can pass it.
_AMOUNTS = re.compile(r"\w+ per ([\d,]+) ")
OVERLAP = "More hours were logged than staff were on duty: logs overlap."


@dataclass(frozen=True)
class Gathered:
    """One figure of many forces."""

    #: Its id, with the stratum in brackets where there is one.
    indicator: str
    #: Finding it belongs to; empty for figures of reference tables.
    finding: str
    #: What it is, for people.
    label: str
    unit: str
    definition: str
    #: ``higher``, ``lower`` or ``-``.
    better: str
    #: See :data:`Kind`.
    kind: Kind
    #: What a numerator over a denominator is multiplied by: 100 for per cent.
    multiplier: float
    about_persons: bool
    #: The period or day that the compared figures speak of.
    window: str
    #: One row for each force, in the order of their names: :data:`COLUMNS`.  Forces without a figure are there with a
    #: status and a reason, their numbers missing.
    forces: pd.DataFrame

    @cached_property
    def used(self) -> pd.DataFrame:
        """The forces that are pooled and judged."""
        return self.forces[self.forces["status"] == "value"]

    @cached_property
    def parts(self) -> dict[str, tuple[float, float]]:
        """Numerator and denominator of each force that is pooled and judged."""
        used = self.used
        return dict(zip(used["force"], zip(used["numerator"], used["denominator"], strict=True), strict=True))

    @cached_property
    def rows(self) -> dict[str, dict]:
        """What is known of each force, by its slug."""
        return {row["force"]: row for row in self.forces.to_dict("records")}

    @property
    def left_out(self) -> pd.DataFrame:
        """The forces that are not, each with its reason."""
        return self.forces[self.forces["status"] != "value"]

    @property
    def synthetic(self) -> bool:
        """Whether the compared figures are made up."""
        return bool(self.used["synthetic"].any())

    def only(self, forces: Sequence[str]) -> Gathered:
        """The same with these forces alone."""
        return replace(self, forces=self.forces[self.forces["force"].isin(forces)].reset_index(drop=True))

    @property
    def passes(self) -> float | None:
        """The value beyond which an amount passes the whole that it is set against; None of any other figure."""
        return whole_of(self.unit)

    @property
    def beyond(self) -> list[str]:
        """Names of the forces compared whose amount does."""
        return list(self.used.loc[self.used["value"] > self.passes, "name"]) if self.passes is not None else []

    def who(self) -> str:
        """How many forces are compared and how many are not, in words."""
        out = self.left_out["status"].value_counts()
        parts = [f"{count} {STATUS_WORDS[status]}" for status, count in out.items()]
        after = f"; left out: {', '.join(parts)}" if parts else ""
        return f"{len(self.used)} of {len(self.forces)} forces are compared{after}"


def multiplier_of(unit: str, kind: Kind) -> float:
    """What a numerator over a denominator is multiplied by. 100 for per cent, the number in ``per 1,000``, else 1."""
    if unit == "%":
        return 100.0
    found = {"rate": _PER, "amounts": _AMOUNTS}[kind].match(unit) if kind in ("rate", "amounts") else None
    return float(found.group(1).replace(",", "")) if found and found.group(1) else 1.0


def kind_of(unit: str, interval: str, has_parts: bool) -> Kind:
    """What kind of figure an indicator is.

    A share is a proportion of units only where its interval is that of counted units (Wilson, exact of a sample): a
    share of hours has none.  Quantiles and plain counts can't be pooled.
    """
    if has_parts and unit == "%":
        return "proportion" if interval.startswith(("Wilson", "exact")) else "amounts"
    if has_parts and _AMOUNTS.match(unit):
        return "amounts"
    if has_parts and unit.startswith("per ") and interval.startswith(("exact Poisson", "Byar")):
        return "rate"
    return "plain"


def force_table(rows: Sequence[dict]) -> pd.DataFrame:
    """Rows on forces as the table of :class:`Gathered`.

    Numbers as float, missing where unknown or where the force has no usable figure.
    """
    frame = pd.DataFrame(list(rows), columns=list(FIGURE_COLUMNS))
    for column in _NUMBERS:
        frame[column] = pd.to_numeric(frame[column], errors="coerce").astype(float)
    texts = ["reason", "window", "evidence_sha256"]
    frame[texts] = frame[texts].astype(object).where(frame[texts].notna(), "")
    frame["synthetic"] = frame["synthetic"].map(lambda v: v is True or v is np.True_).astype(bool)
    hidden = ~frame["status"].isin(("value", "small_n", "flagged", "other_window", "synthetic"))
    frame.loc[hidden, list(_NUMBERS)] = np.nan
    return frame.sort_values("name", kind="stable", ignore_index=True)


# Reading one indicator out of the evidence of all forces that have been run.
#
# Nothing is computed anew: a force's figure in a comparison is the figure of its own report. A force that could give
# none is listed with the reason, never dropped and never nought.


def comparable(params: Params) -> dict[str, str]:
    """The indicators that a comparison can be asked for.

    Name of each indicator of the catalogue, and the id of its finding, in the order of the letter.
    """
    return {name: spec.id for spec in params.findings.values() for name in spec.indicators}


def find_indicator(params: Params, indicator: str) -> FindingSpec:
    """The finding that an indicator belongs to."""
    name = indicator.split("[", 1)[0]
    known = comparable(params)
    if name in known:
        return params.finding(known[name])
    raise ParameterError(
        f"There is no indicator '{name}'.{did_you_mean(name, known)} "
        "Indicators are listed in docs/findings.md, such as attendance_pct."
    )


@dataclass(frozen=True)
class Evidence:
    """The evidence of one force on one finding, or why there is none."""

    force: ForceSpec
    bundle: Bundle | None
    status: Status
    reason: str
    sha256: str


def read_evidence(project: Project, params: Params, finding: str, forces: Sequence[str] = ()) -> list[Evidence]:
    """The evidence of forces (all 43 by default) on a finding."""
    chosen = [params.force(slug) for slug in dict.fromkeys(forces)] or list(params.territorial)
    return [_evidence(project.runs(force.slug) / finding, force) for force in chosen]


def gather(project: Project, params: Params, indicator: str, evidence: Sequence[Evidence] | None = None) -> Gathered:
    """One indicator of all forces, from their evidence bundles; ``evidence`` where it was read already.

    Compared are figures of one window, the one that most forces have, and either real or synthetic ones: where
    there is any real return the synthetic ones are left out and listed.
    """
    spec = find_indicator(params, indicator)
    rows, found, strata, figures = [], [], set(), {}
    for one in read_evidence(project, params, spec.id) if evidence is None else evidence:
        force, bundle = one.force, one.bundle
        row = {"force": force.slug, "name": force.name, "status": one.status, "reason": one.reason}
        if bundle is not None:
            strata.update(i.id for i in bundle.indicators if i.name == indicator.split("[", 1)[0])
            minimum = resolve(params, force.slug, spec.id)
            row |= _figure(bundle, indicator, minimum.min_n, rules_from(minimum.disclosure))
            row["evidence_sha256"] = one.sha256
            own = [i for i in bundle.indicators if i.id == indicator]
            found += own
            figures.update((force.name, i) for i in own)
        rows.append(row)
    _check_found(spec, indicator, rows, found, strata)
    rows, window = _one_kind(rows)
    listed = {row["name"] for row in rows if row["status"] in ("value", "small_n")}
    if reason := different_figures({name: figure for name, figure in figures.items() if name in listed}):
        raise DifferentFigures(reason)
    return _gathered(spec, indicator, found, rows, window)


def _evidence(folder: Path, force: ForceSpec) -> Evidence:
    record = read_record(folder)
    if record is not None and record.status == "failed":
        why = f"The report of {force.name} failed; see {folder.name}/notebook.ipynb of the force."
        return Evidence(force, None, "failed", why, "")
    if not (folder / BUNDLE_NAME).is_file():
        why = f"Not run: hmic run --force {force.slug} --finding {folder.name}."
        return Evidence(force, None, "not_run", why, "")
    mark = hashlib.sha256((folder / BUNDLE_NAME).read_bytes()).hexdigest()
    try:
        return Evidence(force, read_bundle(folder), "value", "", mark)
    except DataError as fault:
        return Evidence(force, None, "not_run", fault.message, "")


def _figure(bundle: Bundle, indicator: str, min_n: int, rules: DisclosureRules) -> dict:
    """What the evidence says on the indicator, and whether it can be compared."""
    common = {"synthetic": bundle.synthetic}
    if bundle.status == "no_data":
        return {**common, "status": "no_data", "reason": f"No data were supplied for finding {bundle.finding}."}
    found = next((i for i in bundle.indicators if i.id == indicator), None)
    if found is None:
        return {**common, "status": "no_value", "reason": "The evidence does not hold this figure."}
    common |= {"window": found.window, "unknown": found.counted_unknown}
    if found.value is None:
        return {**common, "status": "no_value", "reason": found.note or "It could not be computed."}
    hidden = withheld(bundle.indicators, rules.of(bundle))
    if indicator in hidden.unknowns:
        common |= {"unknown": None}
    if indicator in hidden.figures:
        common |= {"unknown": None}
        return {**common, "status": "withheld", "reason": f"Rests on {rules.few} persons, or would give them away."}
    kind = _kind(found)
    numbers = {k: getattr(found, k) for k in ("numerator", "denominator", "value", "lo", "hi")}
    if found.unit == "%" and not 0 <= found.value <= 100:
        reason = (
            f"{found.value:,.1f}% is more than all: what is logged overlaps, or the total it is set against lacks some."
        )
        return {**common, "status": "flagged", "reason": reason}
    if found.interval.endswith("effective sample"):
        size = effective_size(found)
        numbers |= {"numerator": size * found.value / 100, "denominator": size}
        found = found.model_copy(update={"denominator": size})
    if kind != "plain" and found.denominator is not None and found.denominator < min_n:
        reason = f"Rests on {found.denominator:g} units, fewer than {min_n}."
        return {**common, **numbers, "status": "small_n", "reason": reason}
    whole = whole_of(found.unit)
    return {**common, **numbers, "status": "value", "reason": OVERLAP if whole and found.value > whole else ""}


def whole_of(unit: str) -> float | None:
    """100 of ``hours per 100 duty hours``, a unit of amounts that can pass it; None of any other unit."""
    found = _AMOUNTS.match(unit)
    return float(found.group(1).replace(",", "")) if found else None


def effective_size(found: Indicator) -> float:
    """Number of files of a simple sample that would have the interval of this weighted one.

    A weighted share is judged by it, for the number read says more than the sample does.
    """
    from scipy.optimize import brentq

    yes = (found.value if found.lo_missing is None else found.lo_missing) / 100
    known = yes / (found.value / 100) if found.value else 1 - (found.hi_missing or 0) / 100

    def wider(n: float) -> float:
        limits = sample_interval(yes * n, (known - yes) * n, (1 - known) * n)
        return 100 * (limits.hi - limits.lo) - (found.hi - found.lo)

    return known * float(brentq(wider, 1e-3, 1e6))


def _kind(found: Indicator) -> str:
    return kind_of(found.unit, found.interval, found.numerator is not None and found.denominator is not None)


def _check_found(
    spec: FindingSpec, indicator: str, rows: Sequence[dict], found: Sequence[Indicator], strata: set[str]
) -> None:
    """Refuse a comparison of nothing."""
    if all(row["status"] in ("not_run", "failed") for row in rows):
        raise DataError(
            f"No force has evidence on finding {spec.id}, which '{indicator}' belongs to. "
            f"Run it first: hmic run --all --finding {spec.id}"
        )
    if not found and strata:
        listed = ", ".join(sorted(strata))
        raise DataError(f"No force has '{indicator}'.{did_you_mean(indicator, strata)} The evidence holds: {listed}.")


def _one_kind(rows: list[dict]) -> tuple[list[dict], str]:
    """Leave out figures of another window than most have, and synthetic ones where there are real ones."""
    valued = [row for row in rows if row["status"] == "value"]
    real = [row for row in valued if not row["synthetic"]]
    windows = Counter(row["window"] for row in real or valued)
    window = windows.most_common(1)[0][0] if windows else ""
    for row in valued:
        if real and row["synthetic"]:
            row |= {"status": "synthetic", "reason": "Its figures are made up; those of others are real."}
        elif row["window"] != window:
            row |= {"status": "other_window", "reason": f"Speaks of {row['window']}; the others of {window}."}
    return rows, window


def _gathered(spec: FindingSpec, indicator: str, found: Sequence[Indicator], rows: list[dict], window: str) -> Gathered:
    named = spec.indicator(indicator)
    first = next((i for i in found if i.value is not None), found[0] if found else None)
    kind = _kind(first) if first is not None else "plain"
    return Gathered(
        indicator=indicator,
        finding=spec.id,
        label=first.label if first is not None else named.label,
        unit=named.unit,
        definition=first.definition if first is not None else "",
        better=named.better,
        kind=kind,
        multiplier=multiplier_of(named.unit, kind),
        about_persons=named.about_persons,
        window=window,
        forces=force_table(rows),
    )


# The verdict on one claim in every force that has been run.

VERDICT_COLUMNS = ("force", "name", "verdict", "grade", "reason", "synthetic", "evidence_sha256")


def find_claim(params: Params, claim: str) -> tuple[str, ClaimSpec]:
    """The finding of a claim, and the claim."""
    known = {c: spec for spec in params.findings.values() for c in spec.claims}
    if claim not in known:
        raise ParameterError(
            f"There is no claim '{claim}'.{did_you_mean(claim, known)} Claims are listed in docs/findings.md."
        )
    found = known[claim].claims[claim]
    if found.is_judgement:
        raise ParameterError(f"Claim {claim} is the inspectors' view; no verdict is given on it, so none is compared.")
    return known[claim].id, found


def _told(bundle: Bundle, claim: str, rules: DisclosureRules) -> str:
    """Why a claim was decided as it was, without small counts; nothing where it stays inside."""
    return next((c.why for c in released(bundle, rules, "force").claims if c.claim == claim), "")


def gather_verdicts(project: Project, params: Params, claim: str) -> pd.DataFrame:
    """The verdicts of the 43 forces on one claim.

    One row for each force, by name: :data:`COLUMNS`.  Where the claim was not weighed ``verdict`` is None and
    ``reason`` says why: not run, failed, or made up while others are real.
    """
    finding, _ = find_claim(params, claim)
    # Whoever reads of many forces is shown no small count of any.
    rules = replace(rules_of(params), audiences=("force", "public"))
    rows, bundles = [], {}
    for force in params.territorial:
        folder = project.runs(force.slug) / finding
        row = {"force": force.slug, "name": force.name, "verdict": None, "grade": "", "synthetic": False}
        record = read_record(folder)
        if record is not None and record.status == "failed":
            row["reason"] = "Its report failed."
        elif not (folder / BUNDLE_NAME).is_file():
            row["reason"] = f"Not run: hmic run --force {force.slug} --finding {finding}."
        else:
            bundle = bundles[force.name] = read_bundle(folder)
            found = next((c for c in bundle.claims if c.claim == claim), None)
            if found is not None:
                row |= {"verdict": found.verdict, "grade": found.grade, "reason": _told(bundle, claim, rules)}
            row["synthetic"] = bundle.synthetic
            row["evidence_sha256"] = hashlib.sha256((folder / BUNDLE_NAME).read_bytes()).hexdigest()
        rows.append(row)
    frame = pd.DataFrame(rows, columns=list(VERDICT_COLUMNS)).sort_values("name", ignore_index=True)
    frame["verdict"] = frame["verdict"].astype(object).where(frame["verdict"].notna(), None)
    weighed = frame["verdict"].notna()
    if not weighed.any():
        raise DataError(f"No force has evidence on claim {claim}. Run it first: hmic run --all --finding {finding}")
    if (weighed & ~frame["synthetic"]).any():
        made_up = weighed & frame["synthetic"]
        frame.loc[made_up, "verdict"] = None
        frame.loc[made_up, "reason"] = "Its return is made up; those of others are real."
    mapped = set(frame.loc[frame["verdict"].notna(), "name"])
    if reason := different_verdicts(claim, {name: bundle for name, bundle in bundles.items() if name in mapped}):
        raise DifferentFigures(reason)
    return frame.astype({"reason": object}).fillna({"reason": "", "evidence_sha256": ""})
