"""Where the value of one standard column comes from, and what is done to it: models of the mapping language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

Unit = Literal["seconds", "minutes", "hours", "days", "hh:mm:ss", "mm:ss", ""]
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
        for name in (
            self.column,
            self.date,
            self.time,
            self.plus.column if self.plus else None,
            *self.columns,
        ):
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
