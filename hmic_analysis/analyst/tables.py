"""Tables of a force as pandas frames, and what there is to choose from."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from hmic_analysis.contracts import CONTRACTS, contract_for
from hmic_analysis.params.read import load_params
from hmic_analysis.params.resolve import Resolved, resolve
from hmic_analysis.project import Project, find_project
from hmic_analysis.store.tables import load_table, read_manifest

#: ``load_<name>`` -> table.
LOADERS = {
    "load_incidents": "incident",
    "load_deployments": "deployment",
    "load_crimes": "crime",
    "load_crime_links": "incident_crime",
    "load_suspects": "suspect",
    "load_bail": "bail",
    "load_circulations": "pnc_circulation",
    "load_duty_hours": "duty_hours",
    "load_demand_tasks": "demand_task",
    "load_documents": "document",
    "load_requests": "data_request",
    "load_staff": "staff",
    "load_changes": "change",
    "load_benefits": "benefit",
}


def load(
    table: str,
    force: str,
    start: str | date | None = None,
    end: str | date | None = None,
    columns: list[str] | None = None,
    project: str | Path | None = None,
) -> pd.DataFrame:
    """One table of a force's return as a tidy frame.

    A return that lies in ``data/raw`` and was not loaded yet, or was changed since, is loaded first.

    Parameters
    ----------
    table : str
        Name of the table; :func:`list_tables` lists them.
    force : str
        Slug of the force; :func:`list_forces` lists them.
    start, end : str or datetime.date, optional
        First and last day, such as ``"2013-01-01"``, both included.  Without either the whole table.
    columns : list of str, optional
        By default all.
    project : str or pathlib.Path, optional
        Folder of the project; by default the one that the working folder lies in.

    Returns
    -------
    pandas.DataFrame
        One row as the contract says, see ``hmic_analysis.contracts``.  Timestamps are in the zone of the source,
        unknown yes/no values stay missing; ``source_file`` and ``source_row`` say where each row came from, ``flags``
        what is odd about it.

    Raises
    ------
    ParameterError
        If there is no such force or project.
    DataError
        If there is no such table or column, or its file can't be read.
    """
    contract_for(table)
    home = find_project(project)
    slug = prepared(home, force)
    return load_table(home, slug, table, columns, start, end)


def prepared(home: Project, force: str) -> str:
    """Load a force's return if that is still to be done.

    Parameters
    ----------
    force : str
        Slug of the force.

    Returns
    -------
    str
        The slug.
    """
    from hmic_analysis.runs.session import prepare_force

    params = load_params(home)
    slug = params.force(force).slug
    prepare_force(home, params, slug)
    return slug


def loader(name: str) -> Any:
    """The function ``load_incidents`` and its like.

    Parameters
    ----------
    name : str
        A key of :data:`LOADERS`.

    Returns
    -------
    callable
        As :func:`load`, without the table.
    """
    table = LOADERS[name]
    contract = contract_for(table)

    def load_one(
        force: str,
        start: str | date | None = None,
        end: str | date | None = None,
        columns: list[str] | None = None,
        project: str | Path | None = None,
    ) -> pd.DataFrame:
        return load(table, force, start, end, columns, project)

    load_one.__name__ = load_one.__qualname__ = name
    rows = "\n".join(f"    {c.name}: {c.meaning}" for c in contract.columns)
    load_one.__doc__ = (
        f"{contract.title} of a force: {contract.row_is}\n\n"
        f"Parameters as those of ``hmic_analysis.load``, without the table '{table}'.\n\nColumns\n-------\n{rows}\n"
    )
    return load_one


def list_forces(project: str | Path | None = None) -> pd.DataFrame:
    """The forces of a project and whether there is a return of each.

    Returns
    -------
    pandas.DataFrame
        Indexed by slug: ``name``, ``kind``, ``population``, ``officers``, ``recorded_crime``, ``tables`` (number
        loaded), ``synthetic`` (missing where nothing was loaded).
    """
    home = find_project(project)
    rows = []
    for spec in load_params(home).forces.values():
        manifest = read_manifest(home, spec.slug)
        rows.append(
            {
                "slug": spec.slug,
                "name": spec.name,
                "kind": spec.kind,
                "population": spec.population,
                "officers": spec.officers_fte,
                "recorded_crime": spec.recorded_crime_2013_14,
                "tables": len(manifest.tables) if manifest else 0,
                "synthetic": manifest.synthetic if manifest else None,
            }
        )
    return pd.DataFrame(rows).set_index("slug")


def list_findings(project: str | Path | None = None) -> pd.DataFrame:
    """The findings of the letter.

    Returns
    -------
    pandas.DataFrame
        Indexed by id, in the letter's order: ``title``, ``question``, ``claims``, ``tables``.
    """
    specs = load_params(find_project(project)).findings.values()
    rows = [
        {
            "id": s.id,
            "title": s.title,
            "question": s.question,
            "claims": ", ".join(s.claims),
            "tables": ", ".join((*s.tables.core, *s.tables.useful)),
        }
        for s in specs
    ]
    return pd.DataFrame(rows).set_index("id")


def list_tables() -> pd.DataFrame:
    """The tables that a return may hold.

    Returns
    -------
    pandas.DataFrame
        Indexed by name: ``title``, ``one_row_is``, ``columns``.
    """
    rows = [
        {"table": c.name, "title": c.title, "one_row_is": c.row_is, "columns": ", ".join(c.column_names)}
        for c in CONTRACTS.values()
    ]
    return pd.DataFrame(rows).set_index("table")


def settings(force: str, finding: str | None = None, project: str | Path | None = None) -> Resolved:
    """The parameters that hold for a force, as the measures take them.

    Parameters
    ----------
    finding : str, optional
        For the thresholds of a finding.

    Returns
    -------
    Resolved
        ``.attendance``, ``.grades``, ``.period_start``, ``.as_of``, ``.threshold(name)`` and so on.
    """
    home = find_project(project)
    params = load_params(home)
    return resolve(params, params.force(force).slug, finding)
