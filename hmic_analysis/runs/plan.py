"""What would run, and why.  Planning changes nothing on disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import Resolved, resolve
from hmic_analysis.project import Project
from hmic_analysis.runs.fingerprint import REASONS, Basis, Footing
from hmic_analysis.runs.notebook import Notebook, read_notebook
from hmic_analysis.runs.outputs import what_is_missing
from hmic_analysis.runs.record import Record, read_record

#: Parameters that every finding notebook takes, all of them texts; those of the second line are days.
NOTEBOOK_PARAMETERS = (
    "force", "period_start", "period_end", "as_of", "letter_date", "project", "output",
)  # fmt: skip
DAYS = ("period_start", "period_end", "as_of", "letter_date")
UP_TO_DATE = "up to date"
FAILED_BEFORE = "failed before"


@dataclass(frozen=True)
class Job:
    """One finding on one force.

    Attributes
    ----------
    reason : str
        Why it would run; ``up to date`` if it would not.
    basis : dict
        What it rests on, item by item; ``fingerprint`` has one hash for each part of it.
    last : Record or None
        What became of it last time.
    """

    finding: str
    title: str
    force: str
    notebook: Path
    folder: Path
    parameters: dict[str, str]
    basis: Basis
    fingerprint: dict[str, str]
    reason: str
    last: Record | None

    @property
    def due(self) -> bool:
        """Whether it would run."""
        return self.reason != UP_TO_DATE

    @property
    def name(self) -> str:
        """``cleveland A6``."""
        return f"{self.force} {self.finding}"


def make_plan(
    project: Project,
    params: Params,
    forces: Iterable[str],
    findings: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
    again: bool = False,
) -> list[Job]:
    """Plan the reports of some forces, and check the whole table of their parameters before anything runs.

    Parameters
    ----------
    project : Project
    params : Params
    forces : iterable of str
        Slugs.
    findings : sequence of str
        Ids; empty: every finding that has a notebook.
    overrides : mapping of str to str, optional
        From the command line.
    again : bool
        Run also what is up to date.

    Returns
    -------
    list of Job
        Force by force, findings in the order of the letter.

    Raises
    ------
    ParameterError
        If a force, finding or parameter is unknown or can't be used, a notebook lacks a parameter, or two reports
        would write to the same folder.
    """
    chosen = (
        [params.finding(f.upper()) for f in dict.fromkeys(findings)] if findings else list(params.findings.values())
    )
    for spec in chosen:
        if findings and spec.notebook is None:
            have = ", ".join(f.id for f in params.findings.values() if f.notebook)
            raise ParameterError(f"Finding {spec.id} has no notebook yet. Those that can run: {have}.")
    chosen = [spec for spec in chosen if spec.notebook is not None]
    notebooks = {spec.id: checked_notebook(project.notebooks / spec.notebook, project) for spec in chosen}
    footing = Footing(project)
    jobs = [
        plan_one(footing, resolve(params, force, spec.id, overrides), notebooks[spec.id], again)
        for force in dict.fromkeys(forces)
        for spec in chosen
    ]
    check_table(jobs)
    return jobs


def plan_one(footing: Footing, settings: Resolved, notebook: Notebook, again: bool = False) -> Job:
    """Plan one report.

    Parameters
    ----------
    footing : Footing
    settings : Resolved
        Of its finding and its force.
    notebook : Notebook
    again : bool
        Run it even if it is up to date.

    Returns
    -------
    Job
    """
    spec, force = settings.finding, settings.force.slug
    folder = footing.project.runs(force) / spec.id
    basis, marks = footing.basis(settings, notebook)
    last = read_record(folder)
    values = {
        "force": force,
        "period_start": settings.period_start.isoformat(),
        "period_end": settings.period_end.isoformat(),
        "as_of": settings.as_of.isoformat(),
        "letter_date": settings.letter_date.isoformat(),
        "project": str(footing.project.root),
    }
    return Job(
        finding=spec.id,
        title=spec.title,
        force=force,
        notebook=notebook.path,
        folder=folder,
        parameters=values,
        basis=basis,
        fingerprint=marks,
        reason=_reason(marks, last, folder, again),
        last=last,
    )


def _reason(marks: dict[str, str], last: Record | None, folder: Path, again: bool) -> str:
    if last is None:
        return "never run"
    if last.status == "failed":
        return FAILED_BEFORE
    for part, words in REASONS.items():
        if last.fingerprint.get(part) != marks[part]:
            return words
    missing = what_is_missing(folder, last.outputs)
    if missing:
        return f"its file {missing} is missing or cut short"
    return "asked for" if again else UP_TO_DATE


def checked_notebook(path: Path, project: Project) -> Notebook:
    """Read a notebook, and check that it takes the parameters it will be given.

    Parameters
    ----------
    path : pathlib.Path
    project : Project

    Returns
    -------
    Notebook

    Raises
    ------
    ParameterError
        If it isn't there, can't be read, or doesn't.
    """
    name = project.relative(path)
    notebook = read_notebook(path, name)
    missing = [p for p in NOTEBOOK_PARAMETERS if p not in notebook.parameters]
    if missing:
        raise ParameterError(
            f"{name} lacks the parameters {', '.join(missing)} in its cell tagged 'parameters'. "
            f"Every finding notebook takes {', '.join(NOTEBOOK_PARAMETERS)}."
        )
    unknown = sorted(set(notebook.parameters) - set(NOTEBOOK_PARAMETERS))
    if unknown:
        hint = did_you_mean(unknown[0], NOTEBOOK_PARAMETERS)
        raise ParameterError(
            f"{name} has the parameter '{unknown[0]}', which nothing sets.{hint} "
            f"Allowed: {', '.join(NOTEBOOK_PARAMETERS)}. Thresholds and the like belong in params/."
        )
    wrong = [p for p in NOTEBOOK_PARAMETERS if not isinstance(notebook.parameters[p], str)]
    if wrong:
        raise ParameterError(f"{name}: the parameter '{wrong[0]}' must be a text in quotes; it is given one.")
    return notebook


def check_table(jobs: Sequence[Job]) -> None:
    """Check the parameters of all reports together, as they will be handed to the notebooks.

    Parameters
    ----------
    jobs : sequence of Job

    Raises
    ------
    ParameterError
        If a day is none, a text is missing, or two reports would write to the same folder.
    """
    owners: dict[str, str] = {}
    for job in jobs:
        for name, value in job.parameters.items():
            if not isinstance(value, str) or not value:
                raise ParameterError(f"{job.name}: the parameter '{name}' must be a text and not {value!r}.")
        for name in DAYS:
            try:
                dt.date.fromisoformat(job.parameters[name])
            except ValueError:
                raise ParameterError(
                    f"{job.name}: the parameter '{name}' is {job.parameters[name]!r}; write a day as year-month-day, "
                    "such as 2013-11-30."
                ) from None
        # Some file systems don't tell capitals from small letters.
        place = str(job.folder).casefold()
        if place in owners:
            raise ParameterError(f"{owners[place]} and {job.name} would both write to {job.folder}.")
        owners[place] = job.name
