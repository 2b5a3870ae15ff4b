"""A project whose evidence was laid out by hand, and a clock that tells the time it is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from hmic_analysis.analyst import working
from hmic_analysis.documents import embargo
from hmic_analysis.evidence.bundle import write_bundle
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.params.read import load_params
from hmic_analysis.process.letter import write_letter_of
from hmic_analysis.project import Project, find_project
from hmic_analysis.runs.plan import make_plan
from hmic_analysis.runs.record import Record, write_record

from ...conftest import copy_project
from ...letters.evidence import a1, a6, draw
from ...support import withhold_from_forces

#: Two days before publication, and the second before it and the moment itself.
EARLY = dt.datetime(2014, 9, 1, 12, tzinfo=dt.UTC)
BEFORE = dt.datetime(2014, 9, 3, 23, 0, 59, tzinfo=dt.UTC)
AT = dt.datetime(2014, 9, 3, 23, 1, tzinfo=dt.UTC)


class Clock:
    """In place of the machine's clock."""

    def __init__(self, monkeypatch) -> None:
        self.moment = EARLY
        monkeypatch.setattr(embargo, "now", lambda: self.moment)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.moment += dt.timedelta(**span)


def without_records(monkeypatch) -> None:
    """Packs without lists of records: evidence laid out by hand has no return, and of all forces they take a while."""
    monkeypatch.setattr(working, "records_behind", lambda project, force, finding, figures: {})


def lay_out(project: Project, bundles: Iterable[Bundle]) -> None:
    """Reports as a run leaves them, resting on what the project holds."""
    params, bundles = load_params(project), list(bundles)
    jobs = {(j.force, j.finding): j for j in make_plan(project, params, sorted({b.force for b in bundles}))}
    for bundle in bundles:
        folder = project.runs(bundle.force) / bundle.finding
        write_bundle(bundle, folder)
        draw(folder)
        record = Record(
            finding=bundle.finding,
            force=bundle.force,
            status=bundle.status,
            fingerprint=dict(jobs[bundle.force, bundle.finding].fingerprint),
            parameters={},
            started="2014-08-20T09:00:00+00:00",
            ended="2014-08-20T09:00:01+00:00",
            seconds=1,
        )
        write_record(record, folder)


def desk(folder: Path, *, from_forces: bool = False) -> Project:
    """A project with the evidence of two findings of Cleveland, and its letter.

    ``from_forces``: small counts are withheld from the forces too.
    """
    project = find_project(copy_project(folder))
    if from_forces:
        withhold_from_forces(project.root)
    lay_out(project, [a1(), a6()])
    write_letter_of(project, load_params(project), "cleveland")
    return project
