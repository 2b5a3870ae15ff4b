"""What there is to choose from: forces, tables and their columns, findings, claims, indicators, settings."""

from pathlib import Path

import pandas as pd

from hmic_analysis.analyst.tables import prepared
from hmic_analysis.contracts import CONTRACTS, contract_for
from hmic_analysis.evidence.wording import Whole
from hmic_analysis.params.catalogue import FindingSpec
from hmic_analysis.params.models import Params
from hmic_analysis.params.read import load_params
from hmic_analysis.params.resolve import Resolved, resolve
from hmic_analysis.project import find_project
from hmic_analysis.store.manifest import read_manifest


def forces(*, project: str | Path | None = None) -> pd.DataFrame:
    """The forces of a project, and what is loaded of each.

    Returns
    -------
    pandas.DataFrame
        Indexed by slug: ``name``, ``kind``, ``population``, ``officers``, ``recorded_crime``, ``tables`` (number
        loaded), ``rows``, ``synthetic`` (missing where nothing was loaded).

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> hmic.forces().query("tables > 0 and kind == 'territorial'").index.tolist()
    ['bedfordshire', 'cleveland']
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
                "rows": sum(t.rows for t in manifest.tables.values()) if manifest else 0,
                "synthetic": manifest.synthetic if manifest else None,
            }
        )
    return pd.DataFrame(rows).set_index("slug")


def tables(force: str | None = None, *, project: str | Path | None = None) -> pd.DataFrame:
    """The tables that a return may hold; of one force, also what is loaded.

    Returns
    -------
    pandas.DataFrame
        Indexed by name: ``title``, ``one_row_is``, ``dated_by`` (the column by which :func:`load` cuts to days),
        ``findings`` (a tuple of their ids), ``columns`` (a tuple).  Of a force also ``rows``, ``first``, ``last``.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> hmic.tables().loc["suspect", "dated_by"]
    'named_on'
    >>> bool(hmic.tables("cleveland").loc["incident", "rows"] > 0)
    True
    """
    home = find_project(project)
    params = load_params(home)
    takers = {f.id: {*f.tables.core, *f.tables.useful} for f in params.findings.values()}
    rows = []
    for c in CONTRACTS.values():
        at = c.time or c.dated
        rows.append(
            {
                "table": c.name,
                "title": c.title,
                "one_row_is": c.row_is,
                "dated_by": (c.column(at).month_of or at) if at else "",
                "findings": tuple(id for id, taken in takers.items() if c.name in taken),
                "columns": c.column_names,
            }
        )
    frame = pd.DataFrame(rows).set_index("table")
    if force is not None:
        loaded = prepared(home, params, params.force(force).slug).tables
        for name in ("rows", "first", "last"):
            frame[name] = [
                getattr(loaded[t], name) if t in loaded else ("" if name != "rows" else 0) for t in frame.index
            ]
    return frame


def columns(table: str) -> pd.DataFrame:
    """The columns of a table: its data dictionary.

    Returns
    -------
    pandas.DataFrame
        Indexed by column: ``kind``, ``meaning``, ``unit``, ``required``, ``allowed`` (a tuple), ``order`` of codes that
        rank, ``minimum``, ``maximum``, ``refers_to`` (``crime.crime_id``).

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> hmic.columns("incident").query("kind == 'code'").loc["grade", "allowed"]
    ('emergency', 'priority', 'scheduled', 'no_deployment')
    """
    contract = contract_for(table)
    leads = {r.column: f"{r.table}.{r.to}" for r in contract.references}
    fields = ("name", "kind", "meaning", "unit", "required", "allowed", "order", "minimum", "maximum")
    rows = [{f: getattr(c, f) for f in fields} | {"refers_to": leads.get(c.name, "")} for c in contract.columns]
    return Whole(pd.DataFrame(rows).rename(columns={"name": "column"}).set_index("column"))


def findings(*, project: str | Path | None = None) -> pd.DataFrame:
    """The findings of the letter.

    Returns
    -------
    pandas.DataFrame
        Indexed by id, in the letter's order: ``title``, ``question``, ``section``, and as tuples ``claims``,
        ``indicators``, ``tables``.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> "suspect" in hmic.findings().loc["A6", "tables"]
    True
    """
    specs = load_params(find_project(project)).findings.values()
    rows = [
        {
            "id": s.id,
            "title": s.title,
            "question": s.question,
            "section": s.section,
            "claims": tuple(s.claims),
            "indicators": tuple(s.indicators),
            "tables": (*s.tables.core, *s.tables.useful),
        }
        for s in specs
    ]
    return pd.DataFrame(rows).set_index("id")


def claims(finding: str | None = None, *, project: str | Path | None = None) -> pd.DataFrame:
    """The claims of the letter: the units that can be true or false.

    Parameters
    ----------
    finding : str, optional
        Those of one finding, such as ``A6``.

    Returns
    -------
    pandas.DataFrame
        Indexed by id: ``finding``, ``statement``, ``type``, ``rule``, and as tuples ``indicators``, ``tables``.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> hmic.claims("A6").index.tolist()
    ['A6a', 'A6b', 'A6c']
    """
    rows = [
        {
            "id": c.id,
            "finding": f.id,
            "statement": c.statement,
            "type": c.type,
            "rule": c.rule,
            "indicators": c.indicators,
            "tables": c.tables,
        }
        for f in _chosen(load_params(find_project(project)), finding)
        for c in f.claims.values()
    ]
    return Whole(pd.DataFrame(rows).set_index("id"))


def _chosen(params: Params, finding: str | None) -> list[FindingSpec]:
    return list(params.findings.values()) if finding is None else [params.finding(str(finding).upper())]


def indicators(finding: str | None = None, *, project: str | Path | None = None) -> pd.DataFrame:
    """The indicators of the findings, each defined with the values of the inspection.

    Parameters
    ----------
    finding : str, optional
        Those of one finding, such as ``A6``.

    Returns
    -------
    pandas.DataFrame
        Indexed by name: ``finding``, ``label``, ``kind``, ``unit``, ``window`` (flows of the ``period``, stocks
        ``as_of`` a day), ``better``, ``definition``, ``given_by``, ``about_persons``.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> hmic.indicators("A6").query("kind == 'count'").index.tolist()
    ['named_suspects_outstanding_n', 'fta_bail_n']
    """
    params = load_params(find_project(project))
    rows = []
    for f in _chosen(params, finding):
        said = resolve(params, params.territorial[0].slug, f.id)
        rows += [
            {
                "name": i.name,
                "finding": f.id,
                "label": i.label,
                "kind": i.kind,
                "unit": i.unit,
                "window": i.window,
                "better": i.better,
                "definition": said.defined(i.name).words,
                "given_by": i.by,
                "about_persons": i.about_persons,
            }
            for i in f.indicators.values()
        ]
    return Whole(pd.DataFrame(rows).set_index("name"))


def settings(force: str, finding: str | None = None, *, project: str | Path | None = None) -> Resolved:
    """The parameters that hold for a force, as the measures take them.

    Parameters
    ----------
    finding : str, optional
        For the thresholds of a finding.

    Returns
    -------
    Resolved
        ``.attendance``, ``.grades``, ``.period_start``, ``.as_of``, ``.threshold(name)`` and so on.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> hmic.settings("cleveland", "A6").period_start.isoformat()
    '2012-12-01'
    """
    params = load_params(find_project(project))
    return resolve(params, params.force(force).slug, str(finding).upper() if finding else None)
