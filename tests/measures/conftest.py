"""Frames in the shape that the store gives, from a few written-out rows."""

import pandas as pd
import pytest

from hmic_analysis.contracts import BOOKKEEPING, contract_for

DTYPES = {
    "text": "string",
    "code": "string",
    "codes": "string",
    "person": "string",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "date": "datetime64[ns]",
    "month": "datetime64[ns]",
}


@pytest.fixture
def table():
    """``table("crime", {...}, {...})``: a frame with every column of the contract, blank where not given."""

    def make(name: str, *rows: dict) -> pd.DataFrame:
        contract = contract_for(name)
        columns = {}
        for column in contract.columns:
            values = [row.get(column.name) for row in rows]
            if column.kind == "timestamp":
                times = pd.to_datetime(pd.Series(values, dtype="object")).astype("datetime64[ns]")
                columns[column.name] = times.dt.tz_localize("Europe/London", ambiguous=False)
            elif column.kind in ("date", "month"):
                columns[column.name] = pd.to_datetime(pd.Series(values, dtype="object")).astype("datetime64[ns]")
            else:
                columns[column.name] = pd.Series(values, dtype="object").astype(DTYPES[column.kind])
        unknown = {key for row in rows for key in row} - set(contract.column_names)
        assert not unknown, f"no such columns: {unknown}"
        frame = pd.DataFrame(columns)
        return frame.assign(**{name: pd.Series([""] * len(rows), dtype="string") for name in BOOKKEEPING})

    return make
