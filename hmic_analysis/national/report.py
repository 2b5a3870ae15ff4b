"""What is published of all forces, in one place: gathered from their evidence, and naming none."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from hmic_analysis.comparison.gather import Gathered, gather
from hmic_analysis.comparison.methods import funnel
from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import DataError, DifferentFigures
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.evidence.model import BUNDLE_NAME, Bundle, ClaimEvidence, different_verdicts
from hmic_analysis.evidence.withheld import level_of
from hmic_analysis.national.counts import Log, Row, gives_away, release_row, withhold_row
from hmic_analysis.national.figures import (
    UNANIMOUS,
    AreaFigure,
    Distribution,
    Pooled,
    area_figure,
    areas_of,
    distribution,
    pooled,
)
from hmic_analysis.params.catalogue import ClaimSpec, FindingSpec
from hmic_analysis.params.models import National, Params
from hmic_analysis.project import Project

# Why claims were left undecided, in few groups: a reason that one or two forces have would be withheld anyway.

#: Group -> what it means, to complete "Where the evidence allowed no conclusion, it was in some forces ...".
GROUPS: dict[str, str] = {
    "no_data": "for want of data",
    "unable": "because the force could not, or would not, supply the data",
    "silent": "because the data supplied could not show it, or were contradicted by others",
    "few_or_unknown": "because too few cases, or too many of an unknown state, left the result open",
    "between": "because the figure lay between the thresholds",
}
TITLES: dict[str, str] = {
    "no_data": "No data",
    "unable": "Unable or declined",
    "silent": "Data cannot show it",
    "few_or_unknown": "Too few or unknown cases",
    "between": "Between the thresholds",
}
_CODES = {
    "no_data": "no_data",
    "no_records": "no_data",
    "not_requested": "no_data",
    "not_yet_received": "no_data",
    "no_statement": "no_data",
    "nil_return_unable": "unable",
    "nil_return_refused": "unable",
    "no_stated_value": "unable",
    "no_cases": "few_or_unknown",
    "small_n": "few_or_unknown",
    "interval_spans_threshold": "few_or_unknown",
    "missing_spans_threshold": "few_or_unknown",
    "between_thresholds": "between",
}


def group_of(codes: Sequence[str]) -> str:
    """The group of the most telling reason.

    A key of :data:`GROUPS`; ``silent`` for every reason that speaks of what the data hold, and for none.
    """
    return _CODES.get(codes[0], "silent") if codes else "silent"


# Reading the evidence of all forces once: what became of each claim, and which data each force gave.

#: What a claim, or a finding as a whole, can be in a force.
STATES = ("supported", "contradicted", "undecided", "not_assessed")
#: What a table of the return can be: all that was asked, some of it, none, or the force was not looked at.
GIVEN = ("given", "in_part", "not_given", "not_assessed")
#: The table on all forces, which no force supplies.
_OURS = "force_reference"


@dataclass(frozen=True)
class AllForces:
    """The evidence of all territorial forces."""

    #: One row for each claim and force: ``finding``, ``claim``, ``force``, ``state`` (:data:`STATES`), ``reasons``
    #: (group of reasons, "" unless undecided), ``grade``, ``evidence_sha256``.
    claims: pd.DataFrame
    #: The same for each finding: ``finding``, ``force``, ``state``.
    findings: pd.DataFrame
    #: One row for each table of the return and force: ``table``, ``force``, ``state`` (:data:`GIVEN`).
    tables: pd.DataFrame
    #: Whether the data are made up.
    synthetic: bool


def tested(spec: FindingSpec) -> dict[str, ClaimSpec]:
    """The claims of a finding that the report counts: those that get a verdict and aren't restricted.

    By id, in the order of the letter.
    """
    return {id: c for id, c in spec.claims.items() if not c.is_judgement and c.sensitivity != "restricted"}


def gather_all(project: Project, params: Params) -> AllForces:
    """Read every evidence bundle of the territorial forces.

    Where any force's data are real, those made up count as not assessed.
    """
    bundles = {f.slug: dict(_bundles(project, f.slug, params)) for f in params.territorial}
    made_up = {slug for slug, found in bundles.items() if any(b.synthetic for b, _ in found.values())}
    real = {slug for slug, found in bundles.items() if slug not in made_up and any(map(_supplied, found.values()))}
    if real:
        bundles |= {slug: {} for slug in made_up}
    if not any(bundles.values()):
        raise DataError(
            "No force has evidence, so there is nothing to report on. Run the findings first: hmic run --all"
        )
    for finding, spec in params.findings.items():
        own = {params.force(slug).name: found[finding][0] for slug, found in bundles.items() if finding in found}
        for claim in tested(spec):
            if reason := different_verdicts(claim, own):
                raise DifferentFigures(reason)
    return AllForces(
        claims=pd.DataFrame(_claim_rows(bundles, params)),
        findings=pd.DataFrame(_finding_rows(bundles, params)),
        tables=pd.DataFrame(_table_rows(bundles, params)),
        synthetic=bool(made_up) and not real,
    )


def _bundles(project: Project, slug: str, params: Params) -> Iterable[tuple[str, tuple[Bundle, str]]]:
    """Each finding's bundle of one force and its hash."""
    for finding in params.findings:
        path = project.runs(slug) / finding / BUNDLE_NAME
        if path.is_file():
            yield finding, (read_bundle(path), hashlib.sha256(path.read_bytes()).hexdigest())


def _supplied(found: tuple[Bundle, str]) -> bool:
    """Whether the force itself supplied anything for the finding."""
    return any(d.rows and d.table != _OURS for d in found[0].data)


Bundles = Mapping[str, Mapping[str, tuple[Bundle, str]]]


def _claim_rows(bundles: Bundles, params: Params) -> Iterable[dict[str, str]]:
    for finding, spec in params.findings.items():
        for claim in tested(spec):
            for slug, found in bundles.items():
                bundle, sha256 = found.get(finding, (None, ""))
                known = next((c for c in bundle.claims if c.claim == claim), None) if bundle else None
                yield {
                    "finding": finding,
                    "claim": claim,
                    "force": slug,
                    "state": _state(known),
                    "reasons": _group(known),
                    "grade": known.grade if known else "",
                    "evidence_sha256": sha256,
                }


def _state(claim: ClaimEvidence | None) -> str:
    if claim is None:
        return "not_assessed"
    return "undecided" if claim.verdict == "not_determinable" else claim.verdict


def _group(claim: ClaimEvidence | None) -> str:
    return group_of(claim.reasons) if claim is not None and claim.verdict == "not_determinable" else ""


def _finding_rows(bundles: Bundles, params: Params) -> Iterable[dict[str, str]]:
    """A finding is supported where every claim of it is, contradicted where any is, else undecided."""
    for finding, spec in params.findings.items():
        wanted = tested(spec)
        for slug, found in bundles.items():
            bundle = found[finding][0] if finding in found else None
            states = [_state(c) for c in bundle.claims if c.claim in wanted] if bundle else []
            if not states:
                state = "not_assessed"
            elif "contradicted" in states:
                state = "contradicted"
            else:
                # A claim that the evidence lacks is open.
                complete = len(states) == len(wanted) and set(states) == {"supported"}
                state = "supported" if complete else "undecided"
            yield {"finding": finding, "force": slug, "state": state}


def _table_rows(bundles: Bundles, params: Params) -> Iterable[dict[str, str]]:
    """What forces supply, in the order of the template they get."""
    asked = {t for spec in params.findings.values() for t in (*spec.tables.core, *spec.tables.useful)} - {_OURS}
    for table in (t for t in CONTRACTS if t in asked):
        for slug, found in bundles.items():
            uses = [d for b, _ in found.values() for d in b.data if d.table == table]
            if not uses:
                state = "not_assessed"
            elif not any(d.rows for d in uses):
                state = "not_given"
            else:
                state = "in_part" if any(d.cannot_tell for d in uses) else "given"
            yield {"table": table, "force": slug, "state": state}


# The figures that the national report gives: which, and of each what all forces together may show.

#: Where forces lie in the funnel, and those that aren't in it.
PLACES = ("below", "within", "above", "not_compared")
_PLACE = {"far_below": "below", "far_above": "above"}
#: Pictures of the spread of figures, for each finding at most.
PICTURES = 2
#: Units of figures that say of a force that it is so or not, or how it was counted; they have no distribution.
_NO_AMOUNT = ("yes/no", "method", "forces")


@dataclass(frozen=True)
class NationalFigure:
    """One figure over all forces."""

    indicator: str
    finding: str
    label: str
    unit: str
    definition: str
    window: str
    #: Forces with a figure; None where those without are few.
    forces: int | None
    #: The figure of all forces together.
    pooled: Pooled | None
    #: How forces are spread.
    spread: Distribution | None
    #: How many forces lie where in the funnel; None where nobody is judged.
    places: Row | None
    #: The figure by part of the country.
    area: AreaFigure | None
    #: Whether its spread may get a picture of its own, and its figures a sentence: the first two of each finding.
    drawn: bool


def wanted_indicators(params: Params) -> dict[str, str]:
    """The indicators of the catalogue that the report gives, and the finding of each.

    In the order of the letter, those that decide a claim first; without those that are no amounts and those that
    only restricted claims rest on.
    """
    found: dict[str, str] = {}
    for id, spec in params.findings.items():
        telling = [name for claim in tested(spec).values() for name in claim.names]
        for name in dict.fromkeys([*telling, *spec.indicators]):
            if spec.indicator(name).unit not in _NO_AMOUNT and level_of([name], spec.claims) != "restricted":
                found.setdefault(name, id)
    return found


def national_figures(project: Project, params: Params, log: Log) -> Iterator[NationalFigure]:
    """Every wanted figure, as all forces together may show it. Those that no force has are left out."""
    drawn: Counter[str] = Counter()
    mapped: set[str] = set()
    for name, finding in wanted_indicators(params).items():
        try:
            gathered = gather(project, params, name)
        except DataError:
            continue  # Nobody has evidence on it, or only by strata.
        if len(gathered.used):
            # Only pictures need be few; every figure is in the tables.
            found = _figure(gathered, params, log, finding not in mapped)
            mapped |= {finding} if found.area else set()
            drawn[finding] += found.spread is not None
            yield replace(found, drawn=found.spread is not None and drawn[finding] <= PICTURES)


def _figure(gathered: Gathered, params: Params, log: Log, map_it: bool) -> NationalFigure:
    rules, used, total = params.inspection.national, len(gathered.used), len(params.territorial)
    public = level_of([gathered.indicator], params.finding(gathered.finding).claims) == "public"
    few_missing = 0 < total - used < rules.min_forces
    if few_missing:
        rule = f"min_forces: fewer than {rules.min_forces} forces without a figure"
        log.add("rates", gathered.indicator, "forces", rule, "small", used)
    return NationalFigure(
        indicator=gathered.indicator,
        finding=gathered.finding,
        label=gathered.label,
        unit=gathered.unit,
        definition=gathered.definition,
        window=gathered.window,
        forces=None if few_missing else used,
        pooled=pooled(gathered, rules, public, log),
        spread=distribution(gathered, rules, total, log),
        places=_places(gathered, params, rules, log),
        area=area_figure(gathered, params, public, log) if map_it else None,
        drawn=False,
    )


def _places(gathered: Gathered, params: Params, rules: National, log: Log) -> Row | None:
    """Forces below, within and above the outer lines of the funnel."""
    result = funnel(gathered, params.inspection.comparison)
    judged = result.frame["position"].dropna()
    # A force with a figure that isn't judged would make two tables differ by it.
    if not result.looks or len(judged) != len(gathered.used):
        return None
    where = judged.map(lambda p: _PLACE.get(p, "within")).value_counts()
    cells = {p: int(where.get(p, 0)) for p in PLACES[:3]}
    cells["not_compared"] = len(params.territorial) - len(judged)
    return release_row("funnels", gathered.indicator, cells, rules.min_forces, log, fixed=("not_compared",))


# What is published, in one place: words, tables and pictures are made from it, and it holds no force.

#: The cell that all tables print alike.
KEPT = ("not_assessed",)


@dataclass(frozen=True)
class NationalReport:
    """Everything that may be published on all forces together."""

    params: Params
    synthetic: bool
    #: The notice that every output bears; empty once the embargo has ended.
    embargo: str
    #: By claim: the states, then the groups of reasons of those undecided.
    claims: dict[str, Row]
    findings: dict[str, Row]
    #: By table of the return.
    tables: dict[str, Row]
    figures: tuple[NationalFigure, ...]
    #: Forces that supplied any data; None where few did not, or the number would tell such a count of a table.
    gave: int | None

    @property
    def total(self) -> int:
        """All forces."""
        return len(self.params.territorial)

    @property
    def notices(self) -> tuple[str, ...]:
        """What every page, sheet and picture says of itself."""
        made_up = "SYNTHETIC DATA - not about any real police force" if self.synthetic else ""
        return tuple(n for n in (made_up, self.embargo) if n)


def make_report(project: Project, params: Params, found: AllForces, embargo: str, log: Log) -> NationalReport:
    """Apply the rules to the evidence of all forces."""
    areas_of(params)  # told before any work if a region is wanting
    least = params.inspection.national.min_forces
    specs = {c: spec for finding in params.findings.values() for c, spec in tested(finding).items()}
    claims = {
        id: _claim(id, rows, specs[id].sensitivity == "public", least, log)
        for id, rows in found.claims.groupby("claim", sort=False)
    }
    findings = {
        id: _finding(params.finding(id), rows, claims, least, log)
        for id, rows in found.findings.groupby("finding", sort=False)
    }
    tables = {
        id: release_row("data", id, _count(rows["state"], GIVEN), least, log)
        for id, rows in found.tables.groupby("table", sort=False)
    }
    tables = {t: tables[t] for t in CONTRACTS if t in tables}
    return NationalReport(
        params=params,
        synthetic=found.synthetic,
        embargo=embargo,
        claims=claims,
        findings=findings,
        tables=tables,
        figures=tuple(national_figures(project, params, log)),
        gave=_gave(found.tables, tables, least, log),
    )


def _gave(frame: pd.DataFrame, tables: Mapping[str, Row], least: int, log: Log) -> int | None:
    """How many forces supplied any data."""
    given = frame.assign(given=frame["state"].isin(("given", "in_part"))).groupby("force")["given"].any()
    gave, none = int(given.sum()), int((~given).sum())
    # No more forces gave nothing at all than are counted in any table as not giving it.
    told = any({"not_given", "not_assessed"} & row.small for row in tables.values())
    if none and (none < least or gave < least or told):
        log.add("brief", "forces that gave evidence", "", f"min_forces: fewer than {least} forces", "small", gave)
        return None
    return gave


def _count(column: pd.Series, names) -> dict[str, int]:
    found = column.value_counts()
    return {name: int(found.get(name, 0)) for name in names}


def _claim(id: str, rows: pd.DataFrame, public: bool, least: int, log: Log) -> Row:
    cells, parts = _count(rows["state"], STATES), {"undecided": _count(rows["reasons"], GROUPS)}
    row = release_row("claims", id, cells, least, log, parts=parts)
    if public or not _unanimous(cells):
        return row
    true = {**cells, **parts["undecided"]}
    return withhold_row("claims", id, true, row.small, row.total, least, log, UNANIMOUS, KEPT)


def _finding(spec: FindingSpec, rows: pd.DataFrame, claims: dict[str, Row], least: int, log: Log) -> Row:
    cells, inside = _count(rows["state"], STATES), tested(spec)
    row = release_row("findings", spec.id, cells, least, log)
    if gives_away(row, [claims[c] for c in inside]):
        rule = f"min_forces: the claims of the finding would tell how many of fewer than {least} forces are in a cell"
    elif _unanimous(cells) and any(c.sensitivity != "public" for c in inside.values()):
        rule = UNANIMOUS
    else:
        return row
    return withhold_row("findings", spec.id, cells, row.small, row.total, least, log, rule, KEPT)


def _unanimous(cells: dict[str, int]) -> bool:
    """Whether all forces that were assessed have one verdict, so that it is known of each."""
    return sum(cells[s] > 0 for s in STATES if s not in KEPT) == 1
