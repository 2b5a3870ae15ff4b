"""What would run, and why.  Planning changes nothing on disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import Resolved, resolve
from hmic_analysis.project import Project
from hmic_analysis.runs.fingerprint import REASONS, fingerprint
from hmic_analysis.runs.record import Record, read_record

#: Parameters that every finding notebook takes, all of them texts.
NOTEBOOK_PARAMETERS = ("force", "period_start", "period_end", "as_of", "letter_date", "project", "output")
UP_TO_DATE = "up to date"


@dataclass(frozen=True)
class Job:
    """One finding on one force.

    Attributes
    ----------
    reason : str
        Why it would run; ``up to date`` if it would not.
    last : Record or None
        What became of it last time.
    """

    finding: str
    title: str
    force: str
    notebook: Path
    folder: Path
    parameters: dict[str, str]
    fingerprint: dict[str, str]
    reason: str
    last: Record | None

    @property
    def due(self) -> bool:
        """Whether it would run."""
        return self.reason != UP_TO_DATE


def make_plan(
    project: Project,
    params: Params,
    forces: Iterable[str],
    findings: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
    again: bool = False,
) -> list[Job]:
    """Plan the reports of some forces, and check all their parameters before anything runs.

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
        If a force, finding or parameter is unknown or can't be used, or a notebook lacks a parameter.
    """
    chosen = [params.finding(f.upper()) for f in findings] if findings else list(params.findings.values())
    for spec in chosen:
        if findings and spec.notebook is None:
            have = ", ".join(f.id for f in params.findings.values() if f.notebook)
            raise ParameterError(f"Finding {spec.id} has no notebook yet. Those that can run: {have}.")
    chosen = [spec for spec in chosen if spec.notebook is not None]
    for spec in chosen:
        check_notebook(project.notebooks / spec.notebook, project)
    return [
        plan_one(project, resolve(params, force, spec.id, overrides), again)
        for force in dict.fromkeys(forces)
        for spec in chosen
    ]


def plan_one(project: Project, settings: Resolved, again: bool = False) -> Job:
    """Plan one report.

    Parameters
    ----------
    project : Project
    settings : Resolved
        Of its finding and its force.
    again : bool
        Run it even if it is up to date.

    Returns
    -------
    Job
    """
    spec, force = settings.finding, settings.force.slug
    notebook = project.notebooks / spec.notebook
    folder = project.runs(force) / spec.id
    marks = fingerprint(project, settings, notebook)
    last = read_record(folder)
    values = {
        "force": force,
        "period_start": settings.period_start.isoformat(),
        "period_end": settings.period_end.isoformat(),
        "as_of": settings.as_of.isoformat(),
        "letter_date": settings.letter_date.isoformat(),
        "project": str(project.root),
    }
    return Job(
        finding=spec.id,
        title=spec.title,
        force=force,
        notebook=notebook,
        folder=folder,
        parameters=values,
        fingerprint=marks,
        reason=_reason(marks, last, again),
        last=last,
    )


def _reason(marks: dict[str, str], last: Record | None, again: bool) -> str:
    if last is None:
        return "never run"
    if last.status == "failed":
        return "failed before"
    for part, words in REASONS.items():
        if last.fingerprint.get(part) != marks[part]:
            return words
    return "asked for" if again else UP_TO_DATE


def check_notebook(path: Path, project: Project) -> None:
    """Check that a notebook is there, can be read and takes the parameters it will be given.

    Parameters
    ----------
    path : pathlib.Path
    project : Project

    Raises
    ------
    ParameterError
        If it isn't, can't, or doesn't.
    """
    import papermill

    name = project.relative(path)
    try:
        json.loads(path.read_text(encoding="utf-8"))
        found = set(papermill.inspect_notebook(str(path)))
    except FileNotFoundError:
        raise ParameterError(f"{name} is not there; params/findings.yml names it.") from None
    except (ValueError, KeyError, AttributeError) as fault:
        raise ParameterError(f"{name} is not a notebook that can be read: {fault}.") from None
    missing = [p for p in NOTEBOOK_PARAMETERS if p not in found]
    if missing:
        raise ParameterError(
            f"{name} lacks the parameters {', '.join(missing)} in its cell tagged 'parameters'. "
            f"Every finding notebook takes {', '.join(NOTEBOOK_PARAMETERS)}."
        )
    unknown = sorted(found - set(NOTEBOOK_PARAMETERS))
    if unknown:
        hint = did_you_mean(unknown[0], NOTEBOOK_PARAMETERS)
        raise ParameterError(
            f"{name} has the parameter '{unknown[0]}', which nothing sets.{hint} "
            f"Allowed: {', '.join(NOTEBOOK_PARAMETERS)}. Thresholds and the like belong in params/."
        )
