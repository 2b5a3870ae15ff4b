"""The mapping language: how a foreign export becomes the standard tables, as typed and frozen models.

``docs/mapping.md`` tells each key with an example.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

Unit = Literal["seconds", "minutes", "hours", "days", "hh:mm:ss", ""]


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


class Model(BaseModel):
    """Frozen, and refusing what it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Footer(Model):
    """Rows at the end that aren't data.

    Attributes
    ----------
    rows : int
        So many last lines.
    starts_with : tuple of str
        Rows whose first cell begins with one of these words, wherever they stand.
    """

    rows: int = Field(default=0, ge=0)
    starts_with: Words = ()


class FileSpec(Model):
    """One named input: one file, or several of one layout that are stacked by column name."""

    pattern: Words = Field(min_length=1)
    optional: bool = False
    format: Literal["csv", "xlsx", "xls", "parquet"] | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    decimal: Literal[".", ","] | None = None
    thousands: Literal["", ",", ".", " ", "'"] | None = None
    header: int | Literal["none"] = 1
    names: Words = ()
    footer: Footer = Footer()
    sheet: str | None = None
    missing_values: Words = ()
    timezone: str | None = None

    @field_validator("delimiter")
    @classmethod
    def _delimiter(cls, value: str | None) -> str | None:
        value = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(value or "", value)
        if value is not None and (len(value) != 1 or not value.isascii()):
            raise ValueError("must be one plain character, or tab, comma, semicolon, pipe")
        return value

    @field_validator("quote")
    @classmethod
    def _quote(cls, value: str) -> str:
        value = "" if value == "none" else value
        if len(value) > 1 or not value.isascii():
            raise ValueError("must be one plain character, or none")
        return value

    @field_validator("header")
    @classmethod
    def _header(cls, value: int | str) -> int | str:
        if isinstance(value, int) and value < 1:
            raise ValueError("must be the number of the header row, counted from 1, or none")
        return value


class Split(Model):
    """The text is cut at ``on``; ``part`` counts from 1, from the end if negative."""

    on: str = Field(min_length=1)
    part: int = 1


class Replace(Model):
    """Every ``find`` becomes ``by``; a regular expression where ``regex`` is set."""

    find: str = Field(min_length=1)
    by: str = ""
    regex: bool = False


class Plus(Model):
    """A duration to add to a timestamp."""

    column: str
    unit: Literal["seconds", "minutes", "hours", "days", "hh:mm:ss"] = "seconds"


class Source(Model):
    """Where the value of one standard column comes from, and what is done to it on the way."""

    column: str | None = None
    position: int | None = Field(default=None, ge=1)
    columns: tuple[str, ...] = ()
    join: str = " "
    value: str | None = None
    row_id: bool = False
    first_of: tuple[Source, ...] = ()
    date: str | None = None
    time: str | None = None
    optional: bool = False
    missing_values: Words = ()
    replace: tuple[Replace, ...] = ()
    extract: str | None = None
    split: Split | None = None
    case: Literal["upper", "lower"] | None = None
    codes: dict[str, str] = Field(default_factory=dict)
    match: Literal["exact", "prefix", "regex"] = "exact"
    otherwise: str = "reject"
    default: str | None = None
    true_words: Words = ()
    false_words: Words = ()
    unit: Unit = ""
    decimal: Literal[".", ","] | None = None
    thousands: Literal["", ",", ".", " ", "'"] | None = None
    format: Words = ()
    on: str | None = None
    wraps_midnight: bool = False
    plus: Plus | None = None
    timezone: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value

    @field_validator("replace", mode="before")
    @classmethod
    def _one_replace(cls, value: object) -> object:
        return (value,) if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _one_source(self) -> Source:
        given = [
            name
            for name in ("column", "position", "columns", "value", "row_id", "first_of")
            if getattr(self, name) not in (None, (), False)
        ]
        if self.date is not None or self.time is not None:
            given.append("date/time")
        if len(given) != 1:
            found = f"found {' and '.join(given)}" if given else "found none"
            raise ValueError(
                "needs exactly one of column, position, columns, value, row_id, first_of, or date and time; " + found
            )
        if self.time is not None and (self.date is None) == (self.on is None):
            raise ValueError("'time' needs either 'date' or 'on'")
        if self.on is not None and self.time is None:
            raise ValueError("'on' is for a time of day: give its column as 'time'")
        return self

    def raw_columns(self) -> Iterator[str]:
        """Names of the raw columns it reads."""
        for name in (
            self.column,
            self.date,
            self.time,
            self.plus.column if self.plus else None,
            *self.columns,
        ):
            if name is not None:
                yield name
        for source in self.first_of:
            yield from source.raw_columns()


class Filter(Model):
    """A test on a raw column; a row goes to the table if it passes all of the table's filters."""

    column: str
    equals: Words = ()
    not_equals: Words = ()
    blank: bool | None = None
    matches: str | None = None

    @model_validator(mode="after")
    def _some_test(self) -> Filter:
        if not self.equals and not self.not_equals and self.blank is None and self.matches is None:
            raise ValueError("needs equals, not_equals, blank or matches")
        return self


class TableSpec(Model):
    """How one standard table is fed from one named input."""

    file: str
    where: tuple[Filter, ...] = ()
    columns: dict[str, Source] = Field(min_length=1)

    @field_validator("where", mode="before")
    @classmethod
    def _short_where(cls, value: object) -> object:
        if isinstance(value, dict):
            if "column" in value:
                return (value,)
            return tuple({"column": k, "equals": v} for k, v in value.items())
        return value


class CannotTell(Model):
    """What a source can't say about a table, ``table.column`` or indicator, however complete it is."""

    about: str
    effect: Literal["not_measurable", "caveat"]
    because: str


class Note(Model):
    """A period in which a table is suspect (amber) or not to be used (red)."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    start: str = Field(alias="from")
    end: str = Field(alias="to")
    state: Literal["amber", "red"]
    table: str
    note: str

    @field_validator("start", "end")
    @classmethod
    def _day(cls, value: str) -> str:
        from datetime import date

        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise ValueError("must be a date written YYYY-MM-DD") from None


class Mapping(Model):
    """One mapping file."""

    title: str
    publisher: str = ""
    licence: str = ""
    layout: Literal["mapped", "standard"] = "mapped"
    synthetic: bool = False
    timezone: str | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    missing_values: Words = ()
    identifiers: Words = ()
    files: dict[str, FileSpec] = Field(default_factory=dict)
    tables: dict[str, tuple[TableSpec, ...]] = Field(default_factory=dict)
    cannot_tell: tuple[CannotTell, ...] = ()
    notes: tuple[Note, ...] = ()

    @field_validator("tables", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        if isinstance(value, dict):
            return {k: (v,) if isinstance(v, dict) else v for k, v in value.items()}
        return value

    @model_validator(mode="after")
    def _complete(self) -> Mapping:
        if self.layout == "mapped" and not (self.files and self.tables):
            raise ValueError("needs 'files' and 'tables' (or 'layout: standard')")
        if self.layout == "standard" and (self.files or self.tables):
            raise ValueError("'layout: standard' takes no 'files' and no 'tables': names say it all")
        return self
