"""Reading the evidence of all forces once: what became of each claim, and which data each force gave."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.bundle import BUNDLE_NAME, read_bundle
from hmic_analysis.evidence.model import Bundle, ClaimEvidence
from hmic_analysis.national.reasons import group_of
from hmic_analysis.params.catalogue import ClaimSpec, FindingSpec
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project

#: What a claim, or a finding as a whole, can be in a force.
STATES = ("supported", "contradicted", "undecided", "not_assessed")
#: What a table of the return can be: all that was asked, some of it, none, or the force was not looked at.
GIVEN = ("given", "in_part", "not_given", "not_assessed")
#: The table on all forces, which no force supplies.
_OURS = "force_reference"


@dataclass(frozen=True)
class AllForces:
    """The evidence of all territorial forces.

    Attributes
    ----------
    claims : pandas.DataFrame
        One row for each claim and force: ``finding``, ``claim``, ``force``, ``state`` (:data:`STATES`), ``reasons``
        (group of reasons, "" unless undecided), ``grade``, ``evidence_sha256``.
    findings : pandas.DataFrame
        The same for each finding: ``finding``, ``force``, ``state``.
    tables : pandas.DataFrame
        One row for each table of the return and force: ``table``, ``force``, ``state`` (:data:`GIVEN`).
    synthetic : bool
        Whether the data are made up.
    """

    claims: pd.DataFrame
    findings: pd.DataFrame
    tables: pd.DataFrame
    synthetic: bool


def tested(spec: FindingSpec) -> dict[str, ClaimSpec]:
    """The claims of a finding that the report counts: those that get a verdict and aren't restricted.

    Parameters
    ----------
    spec : FindingSpec

    Returns
    -------
    dict of str to ClaimSpec
        By id, in the order of the letter.
    """
    return {id: c for id, c in spec.claims.items() if not c.is_judgement and c.sensitivity != "restricted"}


def gather_all(project: Project, params: Params) -> AllForces:
    """Read every evidence bundle of the territorial forces.

    Parameters
    ----------
    project : Project
    params : Params

    Returns
    -------
    AllForces
        Where any force's data are real, those made up count as not assessed.

    Raises
    ------
    DataError
        If no force has evidence, or a bundle can't be read.
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
