"""What a report depends on, as content hashes: its data, its parameters, its notebook, the library.

A report is up to date when none of the four has changed since it was made.  Times of files never matter.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from hmic_analysis.evidence.holdings import ALWAYS
from hmic_analysis.params.catalogue import FindingSpec
from hmic_analysis.params.resolve import Resolved
from hmic_analysis.project import Project
from hmic_analysis.store.processed import read_manifest

PACKAGE = Path(__file__).resolve().parents[1]
#: Parts of the package that no figure, table or verdict depends on.
NOT_EVIDENCE = ("cli", "letters", "runs", "simulate")
NATIONAL = "england-and-wales"

#: Part of the fingerprint -> why a report is run again.
REASONS = {
    "data": "data of this force changed",
    "parameters": "parameter changed",
    "notebook": "notebook code changed",
    "library": "library code changed",
}


def digest(thing: object) -> str:
    """SHA-256 of anything that JSON can hold, in hexadecimal."""
    text = json.dumps(thing, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def fingerprint(project: Project, settings: Resolved, notebook: Path) -> dict[str, str]:
    """The fingerprint of one report.

    Parameters
    ----------
    project : Project
    settings : Resolved
        Of one finding and one force.
    notebook : pathlib.Path

    Returns
    -------
    dict of str to str
        SHA-256 by part: ``data``, ``parameters``, ``notebook``, ``library``.
    """
    return {
        "data": digest(data_versions(project, settings.force.slug, settings.finding)),
        "parameters": digest(values_used(settings)),
        "notebook": digest(code_of(notebook)),
        "library": library_hash(),
    }


def data_versions(project: Project, force: str, finding: FindingSpec) -> dict[str, str]:
    """The content hash of each table that a finding may take.

    Parameters
    ----------
    project : Project
    force : str
    finding : FindingSpec

    Returns
    -------
    dict of str to str
        By table; ``absent`` where it was not supplied.
    """
    versions: dict[str, str] = {}
    for holder in (force, NATIONAL):
        manifest = read_manifest(project, holder)
        for table in (*finding.tables.core, *finding.tables.useful, *ALWAYS):
            entry = manifest.tables.get(table) if manifest else None
            broken = manifest.broken.get(table) if manifest else None
            versions[f"{holder}/{table}"] = f"broken: {broken}" if broken else entry.sha256 if entry else "absent"
    return versions


def values_used(settings: Resolved) -> Mapping[str, str]:
    """The parameters that a report prints or computes with, without the files they came from."""
    finding = settings.finding.model_dump(mode="json")
    # A facts-only key of the catalogue, such as the file name of the notebook, changes no figure.
    finding.pop("notebook", None)
    return {
        "values": {key: value for key, (value, _) in settings.values.items()},
        "force": settings.force.model_dump(mode="json", exclude={"addressee", "signatory", "raw"}),
        "finding": finding,
    }


def code_of(notebook: Path) -> list[str]:
    """The code cells of a notebook; text cells and outputs don't count."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@cache
def library_hash() -> str:
    """SHA-256 over the modules that evidence depends on."""
    parts = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name.split("/")[0] not in NOT_EVIDENCE:
            parts[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return digest(parts)
