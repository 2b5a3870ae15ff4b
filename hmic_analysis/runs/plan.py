"""What would run, and why; and the orders for those who execute it. Planning changes nothing on disk."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.params.models import Params
from hmic_analysis.params.resolve import Resolved, resolve
from hmic_analysis.project import Project
from hmic_analysis.runs.fingerprint import (
    ABSENT,
    BROKEN,
    NATIONAL,
    NATIONAL_DATA,
    REASONS,
    Basis,
    Footing,
    Notebook,
    names_to_preload,
    read_notebook,
)
from hmic_analysis.runs.record import Order, Record, read_basis, read_record, what_is_missing
from hmic_analysis.runs.rules import RunRules
from hmic_analysis.store.manifest import changed_files, read_manifest
from hmic_analysis.words import say_clock

# What would run, and why. Planning changes nothing on disk.

#: Parameters that every finding notebook takes, all of them texts; those of the second line are days.
NOTEBOOK_PARAMETERS = (
    "force", "period_start", "period_end", "as_of", "letter_date", "project", "output",
)  # fmt: skip
DAYS = ("period_start", "period_end", "as_of", "letter_date")
UP_TO_DATE = "up to date"
FAILED_BEFORE = "failed before"


@dataclass(frozen=True)
class Job:
    """One finding on one force."""

    finding: str
    title: str
    force: str
    notebook: Path
    folder: Path
    parameters: dict[str, str]
    #: What it rests on, item by item; ``fingerprint`` has one hash for each part of it.
    basis: Basis
    fingerprint: dict[str, str]
    #: Why it would run; ``up to date`` if it would not.
    reason: str
    #: What became of it last time.
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

    Force by force, findings in the order of the letter.
    """
    chosen = (
        [params.finding(f.upper()) for f in dict.fromkeys(findings)] if findings else list(params.findings.values())
    )
    notebooks = {spec.id: checked_notebook(project.notebooks / spec.notebook, project) for spec in chosen}
    footing = Footing(project)
    jobs = [
        plan_one(footing, resolve(params, force, spec.id, overrides), notebooks[spec.id], again)
        for force in dict.fromkeys(forces)
        for spec in chosen
    ]
    check_table(jobs)
    return jobs


def not_loaded(project: Project, params: Params, forces: Iterable[str]) -> dict[str, list[str]]:
    """By force and national folder: files that have changed since the tables were made that a plan goes by."""
    found = {}
    for slug in params.with_national(forces):
        manifest, raw = read_manifest(project, slug), project.return_of(slug, params.force(slug).raw)
        if manifest is not None and raw.is_dir() and (files := changed_files(project, manifest, raw)):
            found[slug] = files
    return found


def plan_one(footing: Footing, settings: Resolved, notebook: Notebook, again: bool = False) -> Job:
    """Plan one report."""
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
        reason=_reason(basis, marks, last, folder, again),
        last=last,
    )


def _reason(basis: Basis, marks: dict[str, str], last: Record | None, folder: Path, again: bool) -> str:
    if last is None:
        return "never run"
    if last.status == "failed":
        return FAILED_BEFORE
    for part, words in REASONS.items():
        if last.fingerprint.get(part) != marks[part]:
            return NATIONAL_DATA if part == "data" and _national_alone(basis[part], folder) else words
    missing = what_is_missing(folder, last.outputs)
    if missing:
        return f"its file {missing} is missing or cut short"
    return "asked for" if again else UP_TO_DATE


def _national_alone(tables: dict[str, str], folder: Path) -> bool:
    """Whether of the tables that a report takes only some of the national folder have changed."""
    before = read_basis(folder).get("data", {})
    changed = [name for name in {*tables, *before} if tables.get(name) != before.get(name)]
    return bool(before) and all(name.startswith((f"{NATIONAL}/", f"{NATIONAL}:")) for name in changed)


def checked_notebook(path: Path, project: Project) -> Notebook:
    """Read a notebook, and check that it takes the parameters it will be given."""
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
    """Check the parameters of all reports together, as they will be handed to the notebooks."""
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


# Why a report would run: which table, value, cell or module has changed since it was made.

_NAMES = {
    "data": "tables",
    "parameters": "parameters",
    "notebook": "notebook",
    "library": "modules of the library",
    "versions": "versions",
}
_HASH = 64


def explain(job: Job) -> list[str]:
    """Say what a report rests on and what of it has changed."""
    verb = "would run" if job.due else "would not run"
    lines = [f"{job.name} {job.title}: {verb}, {job.reason}."]
    if job.last is not None:
        lines.append(
            f"Last made {say_clock(job.last.ended)} in {job.last.seconds:.1f} s, {job.last.status}"
            + (f", engine {job.last.engine}." if job.last.engine else ".")
        )
        if job.last.failure is not None:
            lines += [f"  {part}" for part in (job.last.failure.where(), job.last.failure.what()) if part]
    before = read_basis(job.folder)
    changes = [line for part in _NAMES for line in _changes(job.basis[part], before.get(part, {}))] if before else []
    if changes:
        lines += ["Since then:", *(f"- {change}" for change in changes)]
    if job.last is not None and not before:
        lines.append("What it rested on was not kept, so single changes can't be named.")
    for part, name in _NAMES.items():
        items = job.basis[part]
        if part == "notebook":
            lines.append(f"Rests on the {len(items)} cells of its notebook.")
            continue
        items, missing = _there(items) if part == "data" else (items, [])
        number = sum("/" in item for item in items) if part == "data" else len(items)
        lines.append(f"Rests on {number} {name}" + (":" if part != "library" and items else "."))
        lines += [f"- {item}" for item in _short(part, items)] if part != "library" else []
        lines += [f"Not supplied: {', '.join(missing)}."] if missing else []
    return lines


def _there(tables: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """The tables that there are, and the names of those that nobody supplied.

    Each is looked for in the return and in the national folder, and is missing where neither holds it.
    """
    there = {name: value for name, value in tables.items() if value != ABSENT}
    held = {name.partition("/")[2] for name in there}
    asked = dict.fromkeys(name.partition("/")[2] for name in tables)
    return there, [name for name in asked if name and name not in held]


def _short(part: str, items: dict[str, str]) -> list[str]:
    """What there is, without the hashes, as far as a person wants to see it."""
    if part == "versions":
        return [f"{name} {version}" for name, version in items.items()]
    if part == "parameters":
        return [
            f"{k}={v}" for k, v in items.items() if len(v) != _HASH and not k.startswith(("force.", "quantifiers."))
        ]
    return [f"{name}, {value}" if value.startswith(BROKEN) else name for name, value in items.items()]


def _changes(now: dict[str, str], then: dict[str, str]) -> list[str]:
    found = []
    for name in sorted({*now, *then}):
        if name not in then:
            found.append(f"new: {name}")
        elif name not in now:
            found.append(f"gone: {name}")
        elif now[name] != then[name]:
            shown = "" if _HASH in (len(now[name]), len(then[name])) else f", {then[name]} before, {now[name]} now"
            found.append(f"changed: {name}{shown}")
    return found


# From jobs of a plan to orders for workers.


def make_orders(project: Project, jobs: Sequence[Job], rules: RunRules) -> tuple[list[Order], list[str]]:
    """The orders for some jobs, and what their notebooks import.

    Orders, those that took longest last time first, so that no long one is left for the end; and the names that
    warm copies should find imported.
    """
    run = uuid.uuid4().hex[:12]
    notebooks: dict[str, Notebook] = {}
    for job in jobs:
        if str(job.notebook) not in notebooks:
            notebooks[str(job.notebook)] = read_notebook(job.notebook, project.relative(job.notebook))
    orders = [_order(job, notebooks[str(job.notebook)], rules, run) for job in sorted(jobs, key=_longest_first)]
    warm = {str(order.notebook) for order in orders if order.engine == "warm"}
    return orders, names_to_preload(notebooks[path] for path in sorted(warm))


def _order(job: Job, notebook: Notebook, rules: RunRules, run: str) -> Order:
    from hmic_analysis.runs.execute import choose_engine

    own = rules.of(job.finding)
    engine, reason = choose_engine(notebook, own)
    return Order(
        finding=job.finding,
        title=job.title,
        force=job.force,
        notebook=job.notebook,
        folder=job.folder,
        parameters=job.parameters,
        fingerprint=job.fingerprint,
        basis=job.basis,
        engine=engine,
        engine_reason=reason,
        seconds=own.time_limit_s,
        memory_mb=own.memory_limit_mb,
        output_mb=own.output_limit_mb,
        run=run,
    )


def _longest_first(job: Job) -> float:
    return -job.last.seconds if job.last is not None else float("-inf")
