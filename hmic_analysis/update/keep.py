"""Keeping the evidence of a run under a name, so that a later run can be set beside it."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import uuid
from pathlib import Path

from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.bundle import BUNDLE_NAME, read_bundle
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.release.bound import current_evidence, mark_of
from hmic_analysis.release.embargo import embargo_notice, in_utc
from hmic_analysis.runs.record import BASIS_NAME, read_basis

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

    Parameters
    ----------
    project : Project
    params : Params
    force : str
    name : str
        Lower case letters, digits and hyphens.
    now : datetime.datetime
        Aware of its zone.
    replace : bool
        Whether evidence kept under that name before, if it differs, makes way: it is kept on as ``<name>-1``,
        ``<name>-2`` and so on.

    Returns
    -------
    pathlib.Path
        ``output/updates/<name>/<force>`` with one folder for each finding.

    Raises
    ------
    ParameterError
        If the name can't be used.
    DataError
        If there is no evidence, or other evidence is kept under that name.
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
    work = folder.with_name(f".{force}.part-{uuid.uuid4().hex[:8]}")
    try:
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
        os.replace(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def read_run(
    project: Project, params: Params, force: str, name: str
) -> tuple[dict[str, Bundle], dict[str, dict[str, dict[str, str]]]]:
    """The evidence of a force that was kept under a name, or as it is now.

    Parameters
    ----------
    project : Project
    params : Params
    force : str
    name : str
        ``now`` for the run as it is.

    Returns
    -------
    tuple
        Bundles by finding, and what each rests on, item by item.

    Raises
    ------
    DataError
        If nothing is kept under that name, or it was altered since.
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
