"""The verdict on one claim in every force that has been run."""

from __future__ import annotations

import hashlib

import pandas as pd

from hmic_analysis.errors import DataError, ParameterError, did_you_mean
from hmic_analysis.evidence.bundle import BUNDLE_NAME, read_bundle
from hmic_analysis.params.catalogue import ClaimSpec
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.runs.record import read_record

COLUMNS = ("force", "name", "verdict", "grade", "reason", "synthetic", "evidence_sha256")


def find_claim(params: Params, claim: str) -> tuple[str, ClaimSpec]:
    """The finding of a claim, and the claim.

    Parameters
    ----------
    params : Params
    claim : str
        Id: ``A2b``.

    Returns
    -------
    tuple of str and ClaimSpec

    Raises
    ------
    ParameterError
        If there is none of that id, or it is a judgement, which gets no verdict.
    """
    known = {c: spec for spec in params.findings.values() for c in spec.claims}
    if claim not in known:
        raise ParameterError(
            f"There is no claim '{claim}'.{did_you_mean(claim, known)} Claims are listed in docs/findings.md."
        )
    found = known[claim].claims[claim]
    if found.is_judgement:
        raise ParameterError(f"Claim {claim} is the inspectors' view; no verdict is given on it, so none is compared.")
    return known[claim].id, found


def gather_verdicts(project: Project, params: Params, claim: str) -> pd.DataFrame:
    """The verdicts of the 43 forces on one claim.

    Parameters
    ----------
    project : Project
    params : Params
    claim : str
        Id: ``A2b``.

    Returns
    -------
    pandas.DataFrame
        One row for each force, by name: :data:`COLUMNS`.  Where the claim was not weighed ``verdict`` is None and
        ``reason`` says why: not run, failed, or made up while others are real.

    Raises
    ------
    ParameterError
        If the claim can't be compared.
    DataError
        If no force has evidence on it.
    """
    finding, _ = find_claim(params, claim)
    rows = []
    for force in params.territorial:
        folder = project.runs(force.slug) / finding
        row = {"force": force.slug, "name": force.name, "verdict": None, "grade": "", "synthetic": False}
        record = read_record(folder)
        if record is not None and record.status == "failed":
            row["reason"] = "Its report failed."
        elif not (folder / BUNDLE_NAME).is_file():
            row["reason"] = f"Not run: hmic run --force {force.slug} --finding {finding}."
        else:
            bundle = read_bundle(folder)
            found = next((c for c in bundle.claims if c.claim == claim), None)
            if found is not None:
                row |= {"verdict": found.verdict, "grade": found.grade, "reason": found.why}
            row["synthetic"] = bundle.synthetic
            row["evidence_sha256"] = hashlib.sha256((folder / BUNDLE_NAME).read_bytes()).hexdigest()
        rows.append(row)
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("name", ignore_index=True)
    frame["verdict"] = frame["verdict"].astype(object).where(frame["verdict"].notna(), None)
    weighed = frame["verdict"].notna()
    if not weighed.any():
        raise DataError(f"No force has evidence on claim {claim}. Run it first: hmic run --all --finding {finding}")
    if (weighed & ~frame["synthetic"]).any():
        made_up = weighed & frame["synthetic"]
        frame.loc[made_up, "verdict"] = None
        frame.loc[made_up, "reason"] = "Its return is made up; those of others are real."
    return frame.astype({"reason": object}).fillna({"reason": "", "evidence_sha256": ""})
