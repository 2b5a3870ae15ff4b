"""From a figure back to the rows that it was counted from."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from hmic_analysis.analyst.working import Worked
from hmic_analysis.contracts import contract_for
from hmic_analysis.errors import ParameterError, did_you_mean

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
    worked : Worked
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
