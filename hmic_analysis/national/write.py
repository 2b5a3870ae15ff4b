"""Writing the national report: what is published in one folder, what only its makers may see in another."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from pathlib import Path

from hmic_analysis.comparison.write import write_folder
from hmic_analysis.disclosure.sensitivity import declaration
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.bundle import package_versions
from hmic_analysis.letters.archive import write_whole
from hmic_analysis.national.check import check_nameless
from hmic_analysis.national.content import Content, make_content
from hmic_analysis.national.gather import AllForces
from hmic_analysis.national.log import Log
from hmic_analysis.national.page import STYLE, page_bytes, style_bytes
from hmic_analysis.national.pdf import pdf_bytes
from hmic_analysis.national.report import NationalReport
from hmic_analysis.national.tables import notes, sheets
from hmic_analysis.national.word import word_bytes
from hmic_analysis.project import Project
from hmic_analysis.site.workbook import workbook

NAME = "national-report"
#: By this file a folder is known as a report made before.
MARKER = f"{NAME}.xlsx"


def published_folder(project: Project) -> Path:
    """Where the report goes unless told otherwise."""
    return project.output / "national" / "report"


def restricted_folder(project: Project) -> Path:
    """Where the log of what was withheld goes, always."""
    return project.output / "national" / "restricted"


def check_target(target: Path, project: Project) -> None:
    """Refuse a folder that holds something else than a national report.

    Parameters
    ----------
    target : pathlib.Path
    project : Project

    Raises
    ------
    ParameterError
    """
    there, inside = target.resolve(), restricted_folder(project).resolve()
    if there == inside or there in inside.parents or inside in there.parents:
        raise ParameterError(
            f"--out {target} holds, or lies in, {project.relative(inside)}, which must not be published. Name another."
        )
    if not target.exists() or (target / MARKER).is_file():
        return
    if not target.is_dir():
        raise ParameterError(f"--out {target} is a file. Name a folder.")
    if any(target.iterdir()):
        raise ParameterError(
            f"--out {target} holds something else than a national report (it has no {MARKER}). Name a new or empty "
            "folder."
        )


def write_report(project: Project, report: NationalReport, found: AllForces, log: Log, target: Path) -> Content:
    """Write the report in all its forms, whole or not at all, and then the log.

    Parameters
    ----------
    project : Project
    report : NationalReport
    found : AllForces
        For the restricted folder.
    log : Log
    target : pathlib.Path
        The folder to be published; a report made before is replaced.

    Returns
    -------
    Content

    Raises
    ------
    DataError
        If it would name a force, or the folder can't be replaced.
    """
    content = make_content(report)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = target.with_name(f".{target.name}.part-{uuid.uuid4().hex[:8]}")
    try:
        for chart in content.charts.values():
            chart.save(work / "figures")
        for name, made in _documents(report, content, work).items():
            write_whole(work / name, made)
        check_nameless(work, report.params)
        # The log lies there before anything that it speaks of can be published.
        _write_restricted(project, report, found, log, work)
        _replace(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return content


def _documents(report: NationalReport, content: Content, folder: Path) -> dict[str, bytes]:
    inspection = report.params.inspection
    title = f"{inspection.title}. National report"
    cover = (
        ("Organisation", inspection.letter.organisation),
        ("About", f"All {report.total} territorial police forces of England and Wales together"),
        ("Period", f"{inspection.period.start} to {inspection.period.end}; stocks at {inspection.as_of}"),
        ("Sensitivity", declaration("public")),
    )
    return {
        f"{NAME}.docx": word_bytes(report, content, folder),
        f"{NAME}.pdf": pdf_bytes(report, content, folder),
        f"{NAME}.xlsx": workbook(title, cover, notes(report), sheets(report), report.notices),
        "index.html": page_bytes(report, content),
        STYLE: style_bytes(),
    }


def _write_restricted(project: Project, report: NationalReport, found: AllForces, log: Log, work: Path) -> None:
    """What was withheld, on which evidence the report rests, and the hash of every file that is published."""
    files = sorted(p for p in work.rglob("*") if p.is_file())
    manifest = {
        "schema_version": 1,
        "sensitivity": "restricted",
        "synthetic": found.synthetic,
        "rules": report.params.inspection.national.model_dump(mode="json"),
        "inputs": _inputs(found),
        "published": {p.relative_to(work).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
        "versions": package_versions(),
    }
    notes = [declaration("restricted"), *report.notices]
    claims = found.claims.assign(note=" ".join(report.notices), sensitivity="restricted")
    contents = {
        "suppressions.csv": log.csv(),
        "claims.csv": claims.to_csv(index=False, lineterminator="\n").encode("utf-8"),
        "README.txt": "\n".join([*notes, ""]).encode("utf-8"),
    }
    write_folder(restricted_folder(project), (), contents, manifest)


def _inputs(found: AllForces) -> dict[str, str]:
    known = found.claims[found.claims["evidence_sha256"] != ""]
    keys = known["force"] + "/" + known["finding"]
    return dict(zip(keys, known["evidence_sha256"], strict=True))


def _replace(work: Path, target: Path) -> None:
    old = target.with_name(f".{target.name}.old-{uuid.uuid4().hex[:8]}")
    try:
        if target.exists():
            os.replace(target, old)
        os.replace(work, target)
    except OSError as fault:
        if old.exists() and not target.exists():
            os.replace(old, target)
        raise DataError(
            f"The folder {target} can't be replaced ({fault.strerror or fault}). If one of its files is open in "
            "another program, close it and try again."
        ) from None
    shutil.rmtree(old, ignore_errors=True)
