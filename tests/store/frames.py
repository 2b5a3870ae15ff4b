"""Contracts as schemas of data frames: what every frame that comes from the store must meet."""

from __future__ import annotations

import pandera.pandas as pa

from hmic_analysis.contracts.base import Column, Contract


def frame_schema(contract: Contract, timezone: str = "Europe/London") -> pa.DataFrameSchema:
    """The schema that every frame of a table meets when it comes from the store.

    Parameters
    ----------
    contract : Contract
    timezone : str
        Zone of its timestamps.

    Returns
    -------
    pandera.DataFrameSchema
        Types, required columns, allowed codes, limits of numbers, and a unique key where the table has one;
        bookkeeping columns are let through.
    """
    columns = {column.name: _column(column, timezone) for column in contract.columns}
    return pa.DataFrameSchema(columns, strict=False, unique=list(contract.key) or None, name=contract.name)


def _column(column: Column, timezone: str) -> pa.Column:
    types = {
        "timestamp": f"datetime64[us, {timezone}]",
        "date": "datetime64[us]",
        "month": "datetime64[us]",
        "boolean": "boolean",
        "integer": "Int64",
        "number": "float64",
    }
    checks = []
    if column.kind == "code":
        checks.append(pa.Check.isin(column.allowed))
    if column.kind == "codes":
        allowed = set(column.allowed)
        checks.append(pa.Check(lambda text: set(str(text).split(";")) <= allowed, element_wise=True))
    if column.kind == "person":
        checks.append(pa.Check.str_matches(r"^[0-9a-f]{64}$"))
    if column.kind == "month":
        checks.append(pa.Check(lambda days: days.dt.day == 1))
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum))
    return pa.Column(types.get(column.kind, "string"), checks, nullable=not column.required)
