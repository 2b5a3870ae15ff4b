"""Reading the tables of the store as data frames."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import reduce
from operator import and_
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hmic_analysis.contracts import BOOKKEEPING, CONTRACTS, Column, Contract, contract_for
from hmic_analysis.contracts.base import plain_name, unread_flag
from hmic_analysis.errors import DataError, near_or_all
from hmic_analysis.measures.base import silent_months
from hmic_analysis.project import Project
from hmic_analysis.store.manifest import Manifest, read_manifest

_DAYS = "datetime64[us]"
#: The zone of wall times where no return says another.
DEFAULT_ZONE = "Europe/London"


def load_table(
    project: Project,
    force: str,
    table: str,
    columns: Iterable[str] | None = None,
    start: str | date | None = None,
    end: str | date | None = None,
    rows: pc.Expression | None = None,
) -> pd.DataFrame:
    """Load one processed table, or the rows of it that belong to a span of days, or that ``rows`` lets through.

    Timestamps with the zone of the manifest; dates and months ``datetime64`` without zone; text ``string``; yes/no
    ``boolean``; whole numbers ``Int64``; numbers ``float64``.  Empty, with the same columns and types, where the
    return has no such table.
    """
    contract = contract_for(table)
    wanted = wanted_columns(contract, columns)
    manifest = read_manifest(project, force)
    zone = manifest.timezone if manifest else DEFAULT_ZONE
    first, last = (None if day is None else pd.Timestamp(day).date() for day in (start, end))
    tests = [test for test in (in_days(contract, first, last, zone), rows) if test is not None]
    path = table_path(project, manifest, table)
    if path is None:
        return no_rows(contract, wanted, zone)
    try:
        # Text of the kind that pandas keeps: to convert it afterwards costs as much memory, and time, again.
        bounds = reduce(and_, tests) if tests else None
        found = pq.read_table(path, columns=wanted, filters=bounds, binary_type=pa.large_binary())
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(
            f"{project.relative(path)}: can't be read ({error}). Run 'hmic data prepare' for {force} again."
        ) from error
    if found.num_rows == 0:
        # A file without a row gives columns without a single chunk, which pandas can't join.
        return no_rows(contract, wanted, zone)
    return _open_left_out(_frame(found, contract, wanted, zone), contract, manifest)


def _open_left_out(frame: pd.DataFrame, contract: Contract, manifest: Manifest | None) -> pd.DataFrame:
    """The rows, flagged as not known in columns that a file came without and whose blank would say something."""
    lacking = manifest.tables[contract.name].left_out if manifest is not None else ()
    for name in lacking if "flags" in frame else ():
        if name in frame and contract.column(name).open_left_out:
            flags = frame["flags"].fillna("")
            frame["flags"] = flags.where(frame[name].notna(), flags + f";{unread_flag(name)}")
    return frame


def silent_columns(project: Project, manifest: Manifest) -> Iterator[tuple[str, str, list[str]]]:
    """Table, column and months (``2013-05``) in which the column is blank throughout, as if it had not been supplied.

    Of columns whose blank says that there is none, and that are filled in at once: what is still to come is no silence.
    """
    for name, entry in manifest.tables.items():
        contract = CONTRACTS[name]
        at = contract.time or contract.dated
        names = [c.name for c in contract.columns if "for every" in c.blank and c.kind != "date"]
        if not at or not names or not entry.rows:
            continue
        rows = load_table(project, manifest.force, name, [at, *names])
        when = rows[at].dt.tz_localize(None) if rows[at].dt.tz else rows[at]
        for column in names:
            if months := silent_months(rows[column].notna(), when.dt.to_period("M")):
                yield name, column, [str(month) for month in months]


def table_path(project: Project, manifest: Manifest | None, table: str) -> Path | None:
    """Where a processed table lies; None where the return has none, refused where its file could not be used."""
    if manifest is not None and table in manifest.broken:
        raise DataError(f"The table {table} of {manifest.force} can't be loaded: {manifest.broken[table]}")
    if manifest is None or table not in manifest.tables:
        return None
    return project.processed / manifest.force / manifest.version / f"{table}.parquet"


def in_days(contract: Contract, first: date | None, last: date | None, zone: str) -> pc.Expression | None:
    """Which rows belong to a span of days, by local wall time; None where neither day is given.

    A row of which only the month is known belongs to the span when all of its month does; one without any time never.
    """
    if first is None and last is None:
        return None
    at = contract.time or contract.dated
    if not at:
        raise DataError(f"Table '{contract.name}' can't be cut by start and end: it holds a state, not a flow.")
    column = contract.column(at)
    if not column.month_of:
        return _between(at, column.kind, first, last, zone)
    day = contract.column(column.month_of)
    dated = _between(day.name, day.kind, first, last, zone)
    return dated | (pc.field(day.name).is_null() & _between(at, "month", first, last, zone))


def _between(name: str, kind: str, first: date | None, last: date | None, zone: str) -> pc.Expression:
    field, tests = pc.field(name), []
    if first is not None:
        tests.append(field >= bound(pd.Timestamp(first), kind, zone))
    if last is not None:
        after = pd.Timestamp(last) + pd.Timedelta(days=1)
        tests.append(field < bound(after.replace(day=1) if kind == "month" else after, kind, zone))
    return reduce(and_, tests)


def bound(moment: pd.Timestamp, kind: str, zone: str) -> pa.Scalar:
    """A moment of local wall time as a column of that kind holds it."""
    if kind == "timestamp":
        return pa.scalar(moment.tz_localize(zone).tz_convert("UTC").to_pydatetime(), pa.timestamp("us", "UTC"))
    return pa.scalar(moment.date(), pa.date32())


def wanted_columns(contract: Contract, columns: Iterable[str] | None) -> list[str]:
    """The columns asked for, by default all with those that say where a row came from; refused where one is unknown."""
    known = [*contract.column_names, *BOOKKEEPING]
    if columns is None:
        return known
    wanted = list(dict.fromkeys(columns))
    for name in wanted:
        if name not in known:
            raise DataError(f"Table '{contract.name}' has no column '{name}'.{near_or_all(name, known, 'Columns')}")
    return wanted


def no_rows(contract: Contract, wanted: list[str], zone: str) -> pd.DataFrame:
    """A table of these columns, each of its type, without a row."""
    return pd.DataFrame({name: pd.Series([], dtype=dtype_of(contract, name, zone)) for name in wanted})


def _frame(found: pa.Table, contract: Contract, wanted: list[str], zone: str) -> pd.DataFrame:
    text = pd.StringDtype("pyarrow")
    types = {pa.large_string(): text, pa.bool_(): pd.BooleanDtype(), pa.int64(): pd.Int64Dtype()}
    frame = found.to_pandas(types_mapper=types.get, date_as_object=False)
    for name in wanted:
        frame[name] = _typed(frame[name], dtype_of(contract, name, zone), zone)
        if name not in BOOKKEEPING and contract.column(name).group:
            frame[name] = one_spelling(frame[name])
    return frame[wanted]


def one_spelling(names: pd.Series) -> pd.Series:
    """Names of groups, each in its commonest spelling: capitals and spaces make no other group."""
    counts = names.value_counts()
    best: dict[str, str] = {}
    for name in sorted(counts.index, key=lambda n: (-counts[n], n)):
        best.setdefault(plain_name(name), name)
    if len(best) == len(counts):
        return names
    return names.map({name: best[plain_name(name)] for name in counts.index}).astype(names.dtype)


def _typed(series: pd.Series, dtype: object, zone: str) -> pd.Series:
    if isinstance(dtype, pd.DatetimeTZDtype):
        return series.dt.tz_convert(zone).astype(dtype)
    return series if series.dtype == dtype else series.astype(dtype)


def dtype_of(contract: Contract, name: str, zone: str) -> object:
    """The pandas type in which a column is loaded. What ``Series.astype`` takes."""
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
