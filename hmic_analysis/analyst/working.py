"""A finding worked through in the analyst's own session, and the rows behind its figures."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from hmic_analysis.analyst.tables import prepared
from hmic_analysis.contracts import contract_for
from hmic_analysis.errors import HmicError, ParameterError, did_you_mean
from hmic_analysis.evidence.model import Indicator
from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.wording import claim_table, indicator_table
from hmic_analysis.figures.chart import Chart
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project

# --------------------------------------------------------------------------------------------------------------------
# A finding worked through in the analyst's own session: the code of its notebook, with other parameters.


@dataclass(frozen=True)
class Worked:
    """One finding on one force, worked through.

    Attributes
    ----------
    report : Report
        As the last cell left it.
    names : dict
        Every variable of the notebook, such as the frames that its figures were counted from.
    """

    report: Report
    names: dict[str, Any] = field(repr=False)

    @property
    def claims(self) -> pd.DataFrame:
        """The claims with verdict, grade, why, and what would change the verdict."""
        return claim_table(self.report.bundle().claims)

    @property
    def indicators(self) -> pd.DataFrame:
        """The indicators with bounds and what they rest on, as words."""
        return indicator_table(self.report.bundle().indicators)

    @property
    def figures(self) -> dict[str, Chart]:
        """The charts by name."""
        return self.report.charts

    @property
    def values(self) -> pd.DataFrame:
        """The indicators as numbers: one row each, indexed by id."""
        return frame_of(self.report.bundle().indicators)


def frame_of(indicators: Any) -> pd.DataFrame:
    """Indicators as numbers.

    Returns
    -------
    pandas.DataFrame
        Indexed by id: ``label``, ``stratum``, ``value``, ``unit``, ``lo``, ``hi``, ``lo_missing``, ``hi_missing``,
        ``numerator``, ``denominator``, ``unknown``.
    """
    columns = ["label", "stratum", "value", "unit", "lo", "hi", "lo_missing", "hi_missing"]
    columns += ["numerator", "denominator", "unknown"]
    found: list[Indicator] = list(indicators)
    return pd.DataFrame(
        [{c: getattr(i, c) for c in columns} for i in found], index=[i.id for i in found], columns=columns
    )


def work_through(
    finding: str,
    force: str,
    *,
    period_start: str | date = "",
    period_end: str | date = "",
    as_of: str | date = "",
    project: str | Path | None = None,
) -> Worked:
    """Work through the notebook of a finding in this session; nothing is written.

    Parameters
    ----------
    finding : str
        ``A2``.
    force : str
        Slug of the force.
    period_start, period_end, as_of : str or datetime.date
        Days in place of those of the parameter files.
    project : str or pathlib.Path, optional
        Folder of the project; by default the one that the working folder lies in.

    Raises
    ------
    ParameterError
        If there is no such finding or force, or a day can't be used.
    DataError
        If the force's data can't be read.
    """
    home = find_project(project)
    spec = load_params(home).finding(finding.upper())
    slug = prepared(home, force)
    values = {
        "force": slug,
        "period_start": str(period_start),
        "period_end": str(period_end),
        "as_of": str(as_of),
        "project": str(home.root),
        "output": "",
    }
    names = run_cells(home, home.notebooks / spec.notebook, values)
    reports = [x for x in names.values() if isinstance(x, Report)]
    if not reports:
        raise ParameterError(f"{spec.notebook} opened no report.")
    return Worked(reports[-1], names)


def run_cells(home: Project, notebook: Path, values: dict[str, str]) -> dict[str, Any]:
    """Execute the code cells of a notebook in this process.

    Parameters
    ----------
    values : dict of str to str
        Set after the cell tagged ``parameters``.

    Returns
    -------
    dict
        The variables that it leaves.

    Raises
    ------
    HmicError
        What a cell says of data or parameters that can't be used.
    ParameterError
        If a cell fails in any other way; names the notebook and the cell.
    """
    names: dict[str, Any] = {"__name__": "notebook"}
    for number, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] != "code":
            continue
        try:
            exec(compile("".join(cell["source"]), f"{notebook.name}, cell {number}", "exec"), names)  # noqa: S102
        except HmicError:
            raise
        except Exception as fault:
            where = f"{home.relative(notebook)}, cell {number}"
            raise ParameterError(f"{where} failed: {type(fault).__name__}: {fault}") from fault
        if "parameters" in cell["metadata"].get("tags", []):
            names.update(values)
    return names


def indicator(
    name: str, force: str, *, period_start: str | date = "", period_end: str | date = "", as_of: str | date = "",
    project: str | Path | None = None,
) -> pd.DataFrame:  # fmt: skip
    """One indicator of a force, whole and by its groups.

    Parameters
    ----------
    name : str
        Such as ``attendance_pct``; the catalogue (``hmic findings``) lists them.
    period_start, period_end, as_of : str or datetime.date
        Days in place of those of the parameter files.

    Returns
    -------
    pandas.DataFrame
        As :func:`frame_of`.

    Raises
    ------
    ParameterError
        If no finding has it; the message names near ones.
    """
    from hmic_analysis.errors import did_you_mean

    params = load_params(find_project(project))
    holders = {name: f.id for f in reversed(params.findings.values()) for name in f.indicators}
    if name not in holders:
        raise ParameterError(f"No finding has an indicator '{name}'.{did_you_mean(name, holders)}")
    worked = work_through(
        holders[name], force, period_start=period_start, period_end=period_end, as_of=as_of, project=project
    )
    return frame_of(i for i in worked.report.bundle().indicators if i.name == name)


# --------------------------------------------------------------------------------------------------------------------
# From a figure back to the rows that it was counted from.

State = Literal["yes", "no", "unknown", "all"]


def rows_behind(worked: Worked, indicator: str, state: State = "all") -> pd.DataFrame:
    """The rows of the return that an indicator was counted from.

    Parameters
    ----------
    worked : Worked
        Result of :func:`hmic_analysis.work_through`.
    indicator : str
        Its id, such as ``attendance_pct`` or ``attendance_pct[burglary_dwelling]``.
    state : str
        ``yes``: the numerator; ``no``: the rest of the denominator; ``unknown``: of whom it is not known; ``all``.

    Returns
    -------
    pandas.DataFrame
        Rows of the table that the counted units stand in, with ``counted_as`` in front and the origin of each row
        (``source_file``, ``source_row``).  Restricted: rows about single events and persons.

    Raises
    ------
    ParameterError
        If the finding has no such indicator, or it is no count of single units.
    """
    found = worked.report.indicator(indicator)
    if found is None:
        known = [i.id for i in worked.report.bundle().indicators]
        raise ParameterError(f"There is no indicator '{indicator}' here.{did_you_mean(indicator, known)}")
    units = worked.report.build.units.get(indicator)
    if units is None:
        raise ParameterError(
            f"{found.label} is not a share of single units, so no rows can be listed for it. "
            f"The tables it comes from: {', '.join(worked.report.used)}; see load('<table>', ...)."
        )
    name = str(units.index.name)
    rows = worked.report.table(table_of(worked, units))
    # A person counts once however many rows speak of them; the most telling state is the one that was counted.
    states = units.groupby(level=0).max() if units.index.has_duplicates else units
    said = rows[name].map(states.astype("object").map({True: "yes", False: "no"}).fillna("unknown"))
    rows = rows.assign(counted_as=said)[said.notna().to_numpy()]
    if state != "all":
        rows = rows[(rows["counted_as"] == state).to_numpy()]
    return rows[["counted_as", *(c for c in rows.columns if c != "counted_as")]].reset_index(drop=True)


def can_list(worked: Worked, indicator: str) -> bool:
    """Whether :func:`rows_behind` can list the rows of an indicator."""
    return indicator in worked.report.build.units


def table_of(worked: Worked, units: pd.Series) -> str:
    """The table, of those that the report took, whose rows the counted units are.

    Parameters
    ----------
    units : pandas.Series
        Indexed by reference; the index bears the name of its column.

    Returns
    -------
    str
        Of the tables that have the column, the one that holds most of the units; one that has it as its key before
        another.
    """
    name = str(units.index.name)
    having = [t for t in worked.report.used if name in contract_for(t).column_names]
    wanted = set(units.index)

    def fit(table: str) -> tuple[int, bool]:
        return len(wanted & set(worked.report.table(table)[name].dropna())), contract_for(table).key[:1] == (name,)

    return max(having, key=fit)
