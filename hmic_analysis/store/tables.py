"""The store as written: its manifest, and reading its tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import and_
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hmic_analysis.contracts import BOOKKEEPING, Column, Contract, contract_for
from hmic_analysis.contracts.base import FOLDS
from hmic_analysis.errors import DataError, did_you_mean
from hmic_analysis.measures.months import MonthRows
from hmic_analysis.project import Project
from hmic_analysis.store.mapping import CannotTell, Note

# --------------------------------------------------------------------------------------------------------------------
# The manifest of a force's processed tables: what there is, where it came from, what to know about it.


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TableEntry(_Model):
    """One processed table.

    Attributes
    ----------
    rows : int
    first, last : str
        Earliest and latest value of the column that places a row in the period (local time), ``""`` if none.
    sha256 : str
        Hash of its Parquet file.
    sources : tuple of str
        Sources it was fed from.
    synthetic : bool
        Some of its rows are marked as made up.
    flags : dict
        Rows by flag.
    accounts : tuple of RowAccount
        Rows offered to it, file by file.
    """

    rows: int
    first: str = ""
    last: str = ""
    sha256: str
    sources: tuple[str, ...]
    synthetic: bool = False
    flags: dict[str, int] = Field(default_factory=dict)
    accounts: tuple[RowAccount, ...] = ()
    months: dict[str, MonthRows] = Field(default_factory=dict)
    odd: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """Rows offered to it."""
        return sum(a.read for a in self.accounts)

    @property
    def told(self) -> str:
        """``5 read = 2 kept + 3 kept aside``."""
        kept = sum(a.kept for a in self.accounts)
        return f"{self.read:,} read = {kept:,} kept + {self.read - kept:,} kept aside"


class ReferenceEntry(_Model):
    """One reference of one return, counted over the rows kept.

    Attributes
    ----------
    table, column, to_table, to_column : str
    every : bool
        Every row that gives it must have its partner.
    rows : int
        Rows of the table, those without the reference (``blank``) among them.
    matched, unmatched : int
        Rows with a partner, and without one though they give the reference.
    values : int
        Different references without a partner.
    joined : dict of str to int
        Rows whose reference was written otherwise than its partner and joined, by what lay between.
    mends : dict of str to int
        Rows without a partner that would have one under a fold that nobody allowed.
    """

    table: str
    column: str
    to_table: str
    to_column: str
    every: bool
    rows: int
    blank: int
    matched: int
    unmatched: int
    values: int = 0
    joined: dict[str, int] = Field(default_factory=dict)
    mends: dict[str, int] = Field(default_factory=dict)

    @property
    def given(self) -> int:
        """Rows that give the reference."""
        return self.rows - self.blank

    @property
    def name(self) -> str:
        """``deployment.incident_id``."""
        return f"{self.table}.{self.column}"

    @property
    def mend(self) -> str:
        """The fold that would join the most rows; blank if none would any."""
        return max(self.mends, key=lambda fold: self.mends[fold]) if self.mends else ""

    def alone(self, *, rows: bool = False) -> int:
        """The different partners that rows without one may belong to, or those rows.

        Parameters
        ----------
        rows : bool
            Whether each row tells something of its own, so that one partner may lack several.

        Returns
        -------
        int
            Where a row need not have a partner, the rows that would have one if they were written like it.
        """
        if not self.every:
            return max(self.mends.values(), default=0)
        return self.unmatched if rows else self.values or self.unmatched

    def fits(self, limit_pct: float) -> bool:
        """Whether what rests on it can be said.

        Parameters
        ----------
        limit_pct : float
            Share of the references given that may be without a partner.

        Returns
        -------
        bool
            Where a row need not have a partner only those count that would have one if they were written like it;
            and where not one of many has a partner, the two tables are not written alike whatever the reason.
        """
        if self.every:
            return self.unmatched <= limit_pct / 100 * self.given
        if not self.matched and self.given >= _MANY_ALONE:
            return False
        return max(self.mends.values(), default=0) <= limit_pct / 100 * self.given

    def said(self) -> str:
        """How many have a partner, and what would help."""
        share = 100 * self.unmatched / self.given if self.given else 0.0
        text = f"{self.column}: {self.matched:,} of {self.given:,} lead to {self.to_table}.{self.to_column}"
        if self.unmatched:
            text += f", {self.unmatched:,} ({share:.1f}%) lead nowhere"
        if self.blank:
            text += f"; {self.blank:,} blank"
        if self.joined:
            text += "; " + ", ".join(f"{n:,} joined over {fold}" for fold, n in self.joined.items())
        if self.mend:
            text += f"; {self.mends[self.mend]:,} would if {_words(self.mend)} made no difference"
        return text

    def request(self) -> str:
        """What to ask the force for."""
        wanted = f"{self.column} of {self.table} written as {self.to_column} of {self.to_table} writes it"
        if self.mend:
            allowed = self.mend.replace(" and ", ", ")
            return f"Ask the force for {wanted}; or, if it says that they are the same, allow it: match: [{allowed}]."
        return f"Ask the force for {wanted}, or for the rows of {self.to_table} that are missing."


class Manifest(_Model):
    """Everything about one force's processed tables.

    Attributes
    ----------
    version : str
        Folder of the tables, ``v-`` and twelve hex digits of everything that went in.
    timezone : str
        Zone in which its times are shown.
    accounts : tuple of RowAccount
        Rows of every file.
    cannot_tell_entries : tuple of CannotTell
    notes : tuple of Note
        Periods in which a table is suspect.
    remarks : tuple of str
        What a reader should know about how the files were read.
    inputs : dict
        SHA-256 of every file of the return by name, read or not.
    mappings : dict
        SHA-256 of every mapping.
    source_titles : dict
        Title, publisher and licence of every mapping but the standard one, for source lines.
    broken : dict
        Tables that can't be used, with the fault of the file that should have fed them.  They are never taken for
        tables that were not supplied.
    columns_not_used : dict
        By file.
    references : tuple of ReferenceEntry
        What refers to another table supplied, with the rows that have their partner.
    files_not_read : tuple of str
    key_id : str
        Name of the key of the person hashes.
    """

    schema_version: int = 1
    force: str
    version: str
    timezone: str
    synthetic: bool
    tables: dict[str, TableEntry]
    accounts: tuple[RowAccount, ...]
    cannot_tell_entries: tuple[CannotTell, ...] = ()
    notes: tuple[Note, ...] = ()
    remarks: tuple[str, ...] = ()
    inputs: dict[str, str]
    mappings: dict[str, str]
    source_titles: dict[str, str] = Field(default_factory=dict)
    broken: dict[str, str] = Field(default_factory=dict)
    contracts_sha256: str
    key_id: str
    columns_not_used: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    references: tuple[ReferenceEntry, ...] = ()
    files_not_read: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The rows by table: ``incident 5 read = 2 kept + 3 kept aside; ...``; of many, those that lost any."""
        lines = [f"{name} {entry.told}" for name, entry in self.tables.items()]
        if len(lines) <= 6:
            return "; ".join(lines) or "no table"
        entries = self.tables.values()
        read, kept = sum(e.read for e in entries), sum(a.kept for e in entries for a in e.accounts)
        worst = sorted(self.tables.items(), key=lambda i: sum(a.kept for a in i[1].accounts) - i[1].read)[:3]
        some = "; ".join(f"{name} {e.told}" for name, e in worst if any(a.rejected for a in e.accounts))
        total = f"{len(lines)} tables, {read:,} rows read = {kept:,} kept + {read - kept:,} kept aside"
        return f"{total}; most of them: {some}" if some else total

    def cannot_tell(self, about: str) -> tuple[CannotTell, ...]:
        """What the sources can't say about something."""
        table = about.partition(".")[0]
        return tuple(c for c in self.cannot_tell_entries if c.about in (about, table))

    def measurable(self, about: str) -> bool:
        """Whether nothing makes ``about`` impossible to measure."""
        return not any(c.effect == "not_measurable" for c in self.cannot_tell(about))

    def notes_for(self, table: str) -> tuple[Note, ...]:
        """Suspect periods of a table."""
        return tuple(n for n in self.notes if n.table == table)


class RowAccount(_Model):
    """Rows of one file (or of one table out of one file): ``read == kept + rejected``, always."""

    file: str
    table: str = ""
    read: int
    kept: int
    rejected: int
    reasons: dict[str, int] = Field(default_factory=dict)
    flags: dict[str, int] = Field(default_factory=dict)
    sha256: str = ""


#: Begins the remark on codes that most rows hold, often for good reason.
ONE_CODE = "one code stands in half of the rows or more: "
#: Rows from which it is no chance that not one has a partner.
_MANY_ALONE = 30


def _words(folds: str) -> str:
    return " and ".join(FOLDS[fold] for fold in folds.split(" and "))


# --------------------------------------------------------------------------------------------------------------------
# Load processed tables as data frames.

_DAYS = "datetime64[us]"
#: The zone of wall times where no return says another.
DEFAULT_ZONE = "Europe/London"


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
        return _empty(contract, wanted, zone)
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
        return _empty(contract, wanted, zone)
    return _frame(found, contract, wanted, zone)


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
            raise DataError(
                f"Table '{contract.name}' has no column '{name}'.{did_you_mean(name, known)} "
                f"Columns: {', '.join(known)}."
            )
    return wanted


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
