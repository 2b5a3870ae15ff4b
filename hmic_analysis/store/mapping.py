"""The mapping language: how a foreign export becomes the standard tables, as typed and frozen models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from hmic_analysis.contracts.base import Fold
from hmic_analysis.errors import ParameterError
from hmic_analysis.store.manifest import CannotTell, Note

# YAML read with the line of every key, and every scalar kept as the text that was written.
#
# A mapping file is full of words such as ``NULL``, ``no`` or ``1900-01-01`` that YAML would turn into something else;
# here they stay text and the typed models convert what should not be text.

Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Located:
    """A YAML document and where its keys stand."""

    #: The file.
    path: Path
    #: Its content; all scalars are text, an empty value is None.
    data: dict[str, Any]
    #: Line number (from 1) of each key path such as ``("tables", "incident", "columns")``.
    lines: dict[Key, int]

    def line(self, key: Key) -> int:
        """Line of ``key``, or of the nearest key above it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


def read_located(path: Path) -> Located:
    """Read a YAML file."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            node = YAML(typ="rt", pure=True).compose(stream)
    except OSError as error:
        raise ParameterError(f"{path}: can't be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path}: is not UTF-8 text; save it as UTF-8.") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if "mapping values are not allowed" in str(error.problem):
            raise ParameterError(
                f"{path}, line {mark.line + 1}: a text with a colon and a space in it must stand in quotation marks, "
                'such as title: "Calls: 2020".'
            ) from error
        line = f", line {mark.line + 1}" if mark else ""
        raise ParameterError(f"{path}{line}: not valid YAML: {error.problem or error.context}.") from error
    except YAMLError as error:
        raise ParameterError(f"{path}: not valid YAML: {error}.") from error
    lines: dict[Key, int] = {}
    data = _plain(path, node, (), lines) if node is not None else None
    if not isinstance(data, dict):
        raise ParameterError(f"{path}: must hold keys at its top, such as 'title:' and 'tables:'.")
    return Located(path, data, lines)


def _plain(path: Path, node: Node, key: Key, lines: dict[Key, int]) -> Any:
    lines.setdefault(key, node.start_mark.line + 1)
    if isinstance(node, ScalarNode):
        return None if node.value in ("", "~") and not node.style else node.value
    if isinstance(node, SequenceNode):
        return [_plain(path, item, (*key, i), lines) for i, item in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    result: dict[str, Any] = {}
    for name_node, value_node in node.value:
        line = name_node.start_mark.line + 1
        if not isinstance(name_node, ScalarNode):
            raise ParameterError(f"{path}, line {line}: a key must be plain text.")
        name = name_node.value
        if name in result:
            raise ParameterError(f"{path}, line {line}: '{name}' is written twice; keep one of them.")
        lines[(*key, name)] = line
        result[name] = _plain(path, value_node, (*key, name), lines)
    return result


# Where the value of one standard column comes from, and what is done to it: models of the mapping language.

Unit = Literal["seconds", "minutes", "hours", "days", "hh:mm:ss", "mm:ss", ""]
#: In ``within``: the districts of the force's area, from its parameters.
DISTRICTS = "{districts}"
#: Steps in the path of a fault that stand in no mapping file.
TAGS = ("<column>", "<time>")
#: What a part of ``first_of`` or of a joined text may say of itself; kinds and formats belong to the whole.
PART_KEYS = (
    "column", "position", "columns", "join", "blank_part", "value", "row_id", "first_of", "optional",
    "missing_values", "replace", "extract", "split", "case", "codes", "match", "otherwise", "default",
)  # fmt: skip


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, (str, dict)) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


class Model(BaseModel):
    """Frozen, and refusing what it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Split(Model):
    """The text is cut at ``on``; ``part`` counts from 1, from the end if negative."""

    on: str = Field(min_length=1)
    part: int = 1

    @field_validator("part")
    @classmethod
    def _counted_from_one(cls, value: int) -> int:
        if value == 0:
            raise ValueError("must be 1 for the first part, 2 for the second, or -1 for the last")
        return value


class Replace(Model):
    """Every ``find`` becomes ``by``; a regular expression where ``regex`` is set."""

    find: str = Field(min_length=1)
    by: str = ""
    regex: bool = False


def _one(value: object) -> object:
    return (value,) if isinstance(value, dict) else value


class Plus(Model):
    """A duration to add to a timestamp."""

    column: str
    unit: Literal["seconds", "minutes", "hours", "days", "hh:mm:ss", "mm:ss"] = "seconds"
    missing_values: Words = ()
    replace: Annotated[tuple[Replace, ...], BeforeValidator(_one)] = ()
    extract: str | None = None


def _anchor_kind(value: object) -> str:
    return TAGS[0] if isinstance(value, str) else TAGS[1]


class Source(Model):
    """Where the value of one standard column comes from, and what is done to it on the way."""

    column: str | None = None
    position: int | None = Field(default=None, ge=1)
    columns: tuple[str, ...] = ()
    join: str = " "
    blank_part: str | None = None
    value: str | None = None
    row_id: bool = False
    first_of: tuple[Source, ...] = ()
    date: str | None = None
    time: str | None = None
    optional: bool = False
    missing_values: Words = ()
    replace: Annotated[tuple[Replace, ...], BeforeValidator(_one)] = ()
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
    time_format: Words = ()
    on: Annotated[tuple[Anchor, ...], BeforeValidator(_as_tuple)] = ()
    wraps_midnight: bool = False
    tolerance: int | None = Field(default=None, ge=0, le=720)
    precision: Literal["day"] | None = None
    blank_means: Literal["nobody", "not_known"] | None = None
    within: Words = ()
    plus: Plus | None = None
    timezone: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value

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
        if self.time is not None and (self.date is None) == (not self.on):
            raise ValueError("'time' needs either 'date' or 'on'")
        if self.on and self.time is None:
            raise ValueError("'on' is for a time of day: give its column as 'time'")
        if self.time is None and self.date is not None:
            raise ValueError("'date' needs 'time' beside it; a day in one column with or without a time is 'column'")
        if self.blank_means == "nobody" and self.default is not None:
            raise ValueError("'blank_means' says what a blank is, and 'default' leaves none")
        if self.precision and (self.column is None or self.plus is not None):
            raise ValueError("'precision: day' is for one column that holds a day, without 'plus'")
        for part in self.first_of:
            if extra := sorted(part.model_fields_set - set(PART_KEYS)):
                raise ValueError(
                    f"'{extra[0]}' has no meaning inside 'first_of'. Write it beside 'first_of', for all parts, or "
                    "feed the table twice, each time from the rows that 'where' takes"
                )
        return self

    @property
    def on_columns(self) -> tuple[str, ...]:
        """Columns of the same table on whose day a time of day hangs."""
        return tuple(a for a in self.on if isinstance(a, str))

    @property
    def on_times(self) -> tuple[Source, ...]:
        """Times of the file on whose day a time of day hangs."""
        return tuple(a for a in self.on if isinstance(a, Source))

    def parts(self) -> Iterator[Source]:
        """The sources inside this one."""
        yield from self.first_of
        yield from self.on_times

    def raw_columns(self) -> Iterator[str]:
        """Names of the raw columns it reads."""
        for name in (self.column, self.date, self.time, self.plus.column if self.plus else None, *self.columns):
            if name is not None:
                yield name
        for source in self.parts():
            yield from source.raw_columns()

    def raw_positions(self) -> Iterator[int]:
        """Positions of the raw columns it reads."""
        if self.position is not None:
            yield self.position
        for source in self.parts():
            yield from source.raw_positions()


#: A column of the same table, or a time of the file.
Anchor = Annotated[Annotated[str, Tag(TAGS[0])] | Annotated[Source, Tag(TAGS[1])], Discriminator(_anchor_kind)]
Source.model_rebuild()


# ``docs/mapping.md`` tells each key with an example.


class Footer(Model):
    """Rows at the end that aren't data."""

    #: So many last lines.
    rows: int = Field(default=0, ge=0)
    #: Rows whose first cell begins with one of these words, wherever they stand.
    starts_with: Words = ()


class FileSpec(Model):
    """One named input: one file, or several of one layout that are stacked by column name."""

    pattern: Words = Field(min_length=1)
    optional: bool = False
    format: Literal["csv", "xlsx", "xls", "ods", "parquet"] | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    decimal: Literal[".", ","] | None = None
    thousands: Literal["", ",", ".", " ", "'"] | None = None
    header: int | tuple[int, ...] | Literal["none"] = 1
    names: Words = ()
    merged: Literal["fill"] | None = None
    ragged: Literal["reject", "fill"] = "reject"
    footer: Footer = Footer()
    sheet: str | None = None
    missing_values: Words = ()
    timezone: str | None = None
    expect: dict[str, str] = Field(default_factory=dict)
    shorthand: Words = ()

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
        rows = value if isinstance(value, (list, tuple)) else [value]
        if value == "none":
            return value
        if not rows or not all(str(row).isdecimal() and int(str(row)) >= 1 for row in rows):
            raise ValueError("must be the number of the header row, counted from 1, or none")
        numbers = tuple(int(str(row)) for row in rows)
        if numbers != tuple(range(numbers[0], numbers[0] + len(numbers))):
            raise ValueError("must be rows that follow one another, such as [5, 6]")
        return numbers if len(numbers) > 1 else numbers[0]

    @property
    def header_rows(self) -> tuple[int, ...]:
        """Numbers of the rows that hold column names; none where no row does."""
        if self.header == "none":
            return ()
        return self.header if isinstance(self.header, tuple) else (self.header,)


class Filter(Model):
    """A test on a raw column; a row goes to the table if it passes all of the table's filters."""

    column: str | None = None
    position: int | None = Field(default=None, ge=1)
    equals: Words = ()
    not_equals: Words = ()
    blank: bool | None = None
    matches: str | None = None
    not_matches: str | None = None

    @model_validator(mode="after")
    def _some_test(self) -> Filter:
        if (self.column is None) == (self.position is None):
            raise ValueError("needs 'column', or 'position' in place of it")
        if not self.model_fields_set - {"column", "position"}:
            raise ValueError("needs equals, not_equals, blank, matches or not_matches")
        if any(not word.strip() for word in (*self.equals, *self.not_equals)):
            raise ValueError("an empty word is never equal to a cell; write 'blank: true' or 'blank: false'")
        return self


class TableSpec(Model):
    """How one standard table is fed from one named input.

    Of rows of one key (``key``, else that of the table) ``keep`` lets one stand: by the column ``keep_by`` of the
    table, else in the order of files and rows.
    """

    file: str
    where: tuple[Filter, ...] = ()
    keep: Literal["first", "latest"] | None = None
    keep_by: str | None = None
    key: Words = ()
    columns: dict[str, Source] = Field(min_length=1)

    @field_validator("where", mode="before")
    @classmethod
    def _short_where(cls, value: object) -> object:
        if isinstance(value, dict):
            if set(value) & {*Filter.model_fields}:
                return (value,)
            return tuple({"column": k, "equals": v} for k, v in value.items())
        return value


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
    match: tuple[Fold, ...] = ()
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
    "DISTRICTS",
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
