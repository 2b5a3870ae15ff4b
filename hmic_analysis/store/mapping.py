"""The mapping language: how a foreign export becomes the standard tables, as typed and frozen models.

``docs/mapping.md`` tells each key with an example.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from hmic_analysis.store.mapping_source import TAGS, Model, Plus, Replace, Source, Split, Words


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
    ragged: Literal["reject", "fill"] = "reject"
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

    @field_validator("header", mode="before")
    @classmethod
    def _header(cls, value: object) -> object:
        if value != "none" and not (str(value).isdecimal() and int(str(value)) >= 1):
            raise ValueError("must be the number of the header row, counted from 1, or none")
        return value


class Filter(Model):
    """A test on a raw column; a row goes to the table if it passes all of the table's filters."""

    column: str
    equals: Words = ()
    not_equals: Words = ()
    blank: bool | None = None
    matches: str | None = None
    not_matches: str | None = None

    @model_validator(mode="after")
    def _some_test(self) -> Filter:
        if not self.model_fields_set - {"column"}:
            raise ValueError("needs equals, not_equals, blank, matches or not_matches")
        if any(not word.strip() for word in (*self.equals, *self.not_equals)):
            raise ValueError("an empty word is never equal to a cell; write 'blank: true' or 'blank: false'")
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
            if set(value) & {"column", *Filter.model_fields}:
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


__all__ = [
    "TAGS",
    "CannotTell",
    "FileSpec",
    "Filter",
    "Footer",
    "Mapping",
    "Note",
    "Plus",
    "Replace",
    "Source",
    "Split",
    "TableSpec",
]
