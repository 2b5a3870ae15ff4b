"""Building a site whole or not at all: forces in several processes, then the pages about all of them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from hmic_analysis.disclosure.sensitivity import Audience
from hmic_analysis.errors import DataError, ParameterError
from hmic_analysis.evidence.bundle import read_bundle
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.runs.machine import processors
from hmic_analysis.site.assets import copy_assets
from hmic_analysis.site.compared import left_out, store
from hmic_analysis.site.comparisons import find_comparisons
from hmic_analysis.site.finding_pages import write_finding
from hmic_analysis.site.force_files import make_force
from hmic_analysis.site.force_pages import write_force
from hmic_analysis.site.frame import Frame
from hmic_analysis.site.method import write_method
from hmic_analysis.site.model import ForceEvidence, Nature, Order, Site, Source, nature_of
from hmic_analysis.site.overview import write_overview
from hmic_analysis.site.quality import write_quality
from hmic_analysis.workers import worker_pool

#: Lists every file of a site with its hash; a folder without it is no site and is not replaced.
MANIFEST = "site.json"
#: Forces from which on a second process is worth its start.
FEW = 3

Tell = Callable[[str], None]


def build_site(
    project: Project,
    params: Params,
    sources: Mapping[str, tuple[Source, ...]],
    audience: Audience,
    target: Path,
    embargo: str,
    tell: Tell = lambda text: None,
) -> Path:
    """Build a site and put it in place.

    Parameters
    ----------
    project : Project
    params : Params
    sources : mapping of str to tuple of Source
        Reports by force; one force for ``force``.
    audience : str
    target : pathlib.Path
        Folder: new, empty or a site made before, which is replaced.
    embargo : str
        The notice that every output bears; empty once the embargo has ended.
    tell : callable
        Is told what was done and what was left out.

    Returns
    -------
    pathlib.Path
        The first page.

    Raises
    ------
    ParameterError
        If the folder holds something else than a site.
    DataError
        If there is no evidence to show, some of it can't be read, or the folder can't be replaced.
    """
    check_target(target, project)
    if not any(s.state == "complete" for found in sources.values() for s in found):
        raise DataError("There is no evidence to show yet. Run the findings first: hmic run.")
    work = target.with_name(f".{target.name}.part-{uuid.uuid4().hex[:8]}")
    work.mkdir(parents=True)
    try:
        nature = _nature(sources)
        orders = [
            Order(project, params, slug, found, audience, embargo, work, nature) for slug, found in sources.items()
        ]
        made = {}
        for evidence in _made(orders):
            made[evidence.force.slug] = evidence
            tell(f"{evidence.force.name} done")
        forces = dict(sorted(made.items(), key=lambda item: item[1].force.name))
        _joint_pages(project, Site(params, audience, forces, embargo, work), tell)
        _write_manifest(work, audience, tuple(forces))
        _replace(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target / "index.html"


def check_target(target: Path, project: Project) -> None:
    """Refuse a folder that holds something else than a site.

    Parameters
    ----------
    target : pathlib.Path
    project : Project

    Raises
    ------
    ParameterError
    """
    if target.resolve() == project.root.resolve() or target.resolve() in project.root.resolve().parents:
        raise ParameterError(f"--out {target} is the project itself or holds it. Name a folder of its own.")
    if not target.exists() or (target / MANIFEST).is_file():
        return
    if not target.is_dir():
        raise ParameterError(f"--out {target} is a file. Name a folder.")
    if any(target.iterdir()):
        raise ParameterError(
            f"--out {target} holds something else than a site (it has no {MANIFEST}). Name a new or empty folder."
        )


def _nature(sources: Mapping[str, tuple[Source, ...]]) -> Nature:
    """Whether the forces' data are made up."""
    folders = (s.folder for found in sources.values() for s in found if s.state == "complete")
    return nature_of(read_bundle(folder) for folder in folders) or "real"


def _made(orders: Sequence[Order]) -> Iterator[ForceEvidence]:
    """Each force's part, in processes of their own where there are many."""
    workers = min(processors(), len(orders))
    if workers < 2 or len(orders) < FEW:
        yield from map(make_force, orders)
        return
    with worker_pool(workers) as pool:
        yield from pool.map(make_force, orders)


def _joint_pages(project: Project, site: Site, tell: Tell) -> None:
    """The pages that need several forces."""
    frame = Frame(site.params, site.audience, site.embargo, site.target, site.one.force.slug if site.one else "")
    copy_assets(site.target)
    compared = find_comparisons(project, site)
    views = store(site, compared)
    for words in left_out(compared):
        tell(f"{words} To renew them: hmic compare.")
    for evidence in site.forces.values():
        write_force(frame, site, evidence, compared)
    for id in site.findings:
        write_finding(frame, site, id, views.get(id, []), left_out(compared, id))
    write_overview(frame, site)
    write_method(frame, site)
    write_quality(frame, site)


def _write_manifest(folder: Path, audience: Audience, forces: Sequence[str]) -> None:
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    text = json.dumps({"audience": audience, "forces": list(forces), "files": files}, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


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
