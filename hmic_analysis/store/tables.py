"""Load processed tables as data frames."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ValidationError

from hmic_analysis.contracts import BOOKKEEPING, Column, Contract, contract_for
from hmic_analysis.errors import DataError, did_you_mean
from hmic_analysis.project import Project
from hmic_analysis.store.manifest import Manifest

_DAYS = "datetime64[us]"
_DEFAULT_ZONE = "Europe/London"


def manifest_path(project: Project, force: str) -> Path:
    """Where the manifest of a force's processed tables lies."""
    return project.processed / force / "manifest.json"


def read_manifest(project: Project, force: str) -> Manifest | None:
    """The manifest of a force's processed tables.

    None where nothing has been prepared, or what there is was written by another version of the package.
    """
    try:
        return Manifest.model_validate_json(manifest_path(project, force).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def load_table(
    project: Project,
    force: str,
    table: str,
    columns: Iterable[str] | None = None,
    start: str | date | None = None,
    end: str | date | None = None,
) -> pd.DataFrame:
    """Load one processed table.

    Timestamps with the zone of the manifest; dates and months ``datetime64`` without zone; text ``string``; yes/no
    ``boolean``; whole numbers ``Int64``; numbers ``float64``.  Empty, with the same columns and types, where the
    return has no such table.
    """
    contract = contract_for(table)
    wanted = _wanted(contract, columns)
    manifest = read_manifest(project, force)
    zone = manifest.timezone if manifest else _DEFAULT_ZONE
    path = None
    if manifest is not None and table in manifest.broken:
        raise DataError(f"The table {table} of {force} can't be loaded: {manifest.broken[table]}")
    if manifest is not None and table in manifest.tables:
        path = project.processed / force / manifest.version / f"{table}.parquet"
    bounds = _bounds(contract, start, end, zone)
    if path is None:
        return _empty(contract, wanted, zone)
    try:
        # Text of the kind that pandas keeps: to convert it afterwards costs as much memory, and time, again.
        found = pq.read_table(path, columns=wanted, filters=bounds, binary_type=pa.large_binary())
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(
            f"{project.relative(path)}: can't be read ({error}). Run 'hmic data prepare' for {force} again."
        ) from error
    if found.num_rows == 0:
        # A file without a row gives columns without a single chunk, which pandas can't join.
        return _empty(contract, wanted, zone)
    return _frame(found, contract, wanted, zone)


def _wanted(contract: Contract, columns: Iterable[str] | None) -> list[str]:
    known = [*contract.column_names, *BOOKKEEPING]
    if columns is None:
        return known
    wanted = list(dict.fromkeys(columns))
    for name in wanted:
        if name not in known:
            raise DataError(
                f"Table '{contract.name}' has no column '{name}'.{did_you_mean(name, known)} "
                f"Columns: {', '.join(known)}."
            )
    return wanted


def _bounds(contract: Contract, start: str | date | None, end: str | date | None, zone: str) -> pc.Expression | None:
    if start is None and end is None:
        return None
    if not contract.time:
        raise DataError(f"Table '{contract.name}' can't be cut by start and end: it holds a state, not a flow.")
    kind = contract.column(contract.time).kind
    field = pc.field(contract.time)
    tests = []
    if start is not None:
        first = _day(start)
        tests.append(field >= _bound(first.replace(day=1) if kind == "month" else first, kind, zone))
    if end is not None:
        after = _day(end) + pd.Timedelta(days=1)
        tests.append(field < _bound(after, kind, zone))
    return tests[0] if len(tests) == 1 else tests[0] & tests[1]


def _day(value: str | date) -> pd.Timestamp:
    day = pd.Timestamp(value)
    return (day.tz_localize(None) if day.tz else day).normalize()


def _bound(day: pd.Timestamp, kind: str, zone: str) -> pa.Scalar:
    if kind == "timestamp":
        return pa.scalar(day.tz_localize(zone).tz_convert("UTC").to_pydatetime(), pa.timestamp("us", "UTC"))
    return pa.scalar(day.date(), pa.date32())


def _empty(contract: Contract, wanted: list[str], zone: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([], dtype=dtype_of(contract, name, zone)) for name in wanted})


def _frame(found: pa.Table, contract: Contract, wanted: list[str], zone: str) -> pd.DataFrame:
    text = pd.StringDtype("pyarrow")
    types = {pa.large_string(): text, pa.bool_(): pd.BooleanDtype(), pa.int64(): pd.Int64Dtype()}
    frame = found.to_pandas(types_mapper=types.get, date_as_object=False)
    for name in wanted:
        frame[name] = _typed(frame[name], dtype_of(contract, name, zone), zone)
    return frame[wanted]


def _typed(series: pd.Series, dtype: object, zone: str) -> pd.Series:
    if isinstance(dtype, pd.DatetimeTZDtype):
        return series.dt.tz_convert(zone).astype(dtype)
    return series if series.dtype == dtype else series.astype(dtype)


def dtype_of(contract: Contract, name: str, zone: str) -> object:
    """The pandas type in which a column is loaded.

    What ``Series.astype`` takes.
    """
    if name == "source_row":
        return pd.Int64Dtype()
    if name in BOOKKEEPING:
        return pd.StringDtype("pyarrow")
    column: Column = contract.column(name)
    kinds = {
        "timestamp": pd.DatetimeTZDtype("us", zone),
        "date": _DAYS,
        "month": _DAYS,
        "boolean": pd.BooleanDtype(),
        "integer": pd.Int64Dtype(),
        "number": "float64",
    }
    return kinds.get(column.kind, pd.StringDtype("pyarrow"))
