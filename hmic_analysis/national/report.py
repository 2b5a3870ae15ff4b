"""What is published, in one place: words, tables and pictures are made from it, and it holds no force."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.national.areas import areas_of
from hmic_analysis.national.counts import Row, gives_away, release_row, withhold_row
from hmic_analysis.national.gather import GIVEN, STATES, AllForces, tested
from hmic_analysis.national.indicators import NationalFigure, national_figures
from hmic_analysis.national.log import Log
from hmic_analysis.national.pooled import UNANIMOUS
from hmic_analysis.national.reasons import GROUPS
from hmic_analysis.params.catalogue import FindingSpec
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project

#: The cell that all tables print alike.
KEPT = ("not_assessed",)


@dataclass(frozen=True)
class NationalReport:
    """Everything that may be published on all forces together.

    Attributes
    ----------
    params : Params
    synthetic : bool
    embargo : str
        The notice that every output bears; empty once the embargo has ended.
    claims : dict of str to Row
        By claim: the states, then the groups of reasons of those undecided.
    findings : dict of str to Row
    tables : dict of str to Row
        By table of the return.
    figures : tuple of NationalFigure
    areas : dict of str to tuple of str
        Forces of each part of the country, for drawing its shape.
    """

    params: Params
    synthetic: bool
    embargo: str
    claims: dict[str, Row]
    findings: dict[str, Row]
    tables: dict[str, Row]
    figures: tuple[NationalFigure, ...]
    areas: dict[str, tuple[str, ...]]

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
    """Apply the rules to the evidence of all forces.

    Parameters
    ----------
    project : Project
    params : Params
    found : AllForces
    embargo : str
        Notice; empty for none.
    log : Log
        Gets what is withheld.

    Returns
    -------
    NationalReport

    Raises
    ------
    ParameterError
        If the areas of the parameters don't fit the forces.
    """
    areas = areas_of(params)
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
    return NationalReport(
        params=params,
        synthetic=found.synthetic,
        embargo=embargo,
        claims=claims,
        findings=findings,
        tables={t: tables[t] for t in CONTRACTS if t in tables},
        figures=tuple(national_figures(project, params, log)),
        areas=areas,
    )


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
