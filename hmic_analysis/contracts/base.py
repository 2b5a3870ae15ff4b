"""What a contract is: the words in which a table is agreed with a force.

A contract is data, not code: the loader turns it into checks, and the template workbook into instructions.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["text", "code", "codes", "integer", "number", "timestamp", "date", "month", "boolean", "person"]
Fold = Literal["case", "zeros", "point", "prefix", "year", "signs"]

#: What a value of each kind looks like in a return.
KINDS = {
    "text": "text",
    "code": "one of the words allowed",
    "codes": "any of the words allowed, parted by ;",
    "integer": "whole number",
    "number": "number",
    "timestamp": "date and time",
    "date": "date",
    "month": "month (YYYY-MM)",
    "boolean": "yes or no",
    "person": "person (kept as a keyed hash)",
}
#: What may keep two writings of one reference apart, and is joined only where somebody allowed it.
FOLDS: dict[Fold, str] = {
    "case": "capital and small letters",
    "zeros": "leading zeros",
    "point": "a point and zeros at the end, as a spreadsheet adds them",
    "prefix": "a beginning that all references on one side have",
    "year": "a year with two digits or with four",
    "signs": "dashes, quotation marks, other signs and full width",
}
#: Columns the loader adds to every processed table: where a row came from, and what is odd about it.
BOOKKEEPING = ("source", "source_file", "source_row", "flags")


#: What an empty cell means where a column says nothing else: the force doesn't know.
NOT_KNOWN = "not known"
#: Ends what an empty cell means where it means that only in a file that has the column.
LEFT_OUT = "; left out: not known"
#: Ends what an empty cell means where it is taken to mean that of a whole file without the column, and is told.
TAKEN = "; left out: taken so of every row"
#: Ends the flag of a row of which a cell was set aside.
UNREAD = "_unread"


def unread_flag(column: str) -> str:
    """The flag of a row of which this column's cell was set aside: something stood there, and nobody could read it."""
    return f"{column}{UNREAD}"


def is_unread_flag(flag: str) -> bool:
    """Whether a flag tells of a cell that was set aside."""
    return flag.endswith(UNREAD)


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Its name, from the glossary of the field.
    kind : str
        ``text``; ``code`` (one of ``allowed``); ``codes`` (several of ``allowed``, parted by ``;``);
        ``integer``; ``number``; ``timestamp`` (wall time in the return, UTC in the store); ``date``; ``month``
        (``YYYY-MM`` in the return, its first day in the store); ``boolean`` (yes/no);
        ``person`` (any reference to a person; stored only as a keyed hash).
    meaning : str
        What it says, in words a force's analyst can act on.
    required : bool
        A row without it is kept aside.
    allowed : tuple of str
        For codes: the values that may stand here.
    unit : str
        For numbers: hours, minutes, persons, ...
    minimum, maximum : float, optional
        For numbers: values outside are impossible, and can't be read.
    month_of : str
        For months: the timestamp or date it is taken from (wall time) where it is blank.
    blank : str
        What an empty cell means, in words: ``not known``, or something that the force says by leaving it empty, such
        as ``no`` or ``still open``.  Not of required columns.
    judged : bool
        For texts: a word that usually stands for a missing value, such as ``N/A``, says something here and is kept.
    group : bool
        For texts: the name of a group; spellings that differ in capitals or spaces alone are one group.
    order : str
        For codes that rank: whether ``allowed`` lists them ``rising`` or ``falling``.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    month_of: str = ""
    judged: bool = False
    group: bool = False
    order: Literal["", "rising", "falling"] = ""
    blank: str = NOT_KNOWN

    @property
    def blank_says(self) -> bool:
        """Whether an empty cell says something: then a cell that can't be read is not the same as an empty one."""
        return not self.required and self.blank != NOT_KNOWN

    @property
    def open_left_out(self) -> bool:
        """Whether what a blank says is not known of any row of a file that came without the column."""
        return self.blank.endswith(LEFT_OUT)

    @property
    def taken_left_out(self) -> str:
        """What is taken of every row of a file that came without the column; blank where nothing is."""
        return self.blank.removesuffix(TAKEN) if self.blank.endswith(TAKEN) else ""

    @property
    def full_meaning(self) -> str:
        """What the column says, and what an empty cell does."""
        return self.meaning if self.required else f"{self.meaning}  Blank: {self.blank}."

    @property
    def limits(self) -> str:
        """The values that may stand here, in words; blank where any may."""
        if self.allowed:
            return ", ".join(self.allowed)
        if self.minimum is not None and self.maximum is not None:
            return f"{self.minimum:g} to {self.maximum:g}"
        return f"{self.minimum:g} or more" if self.minimum is not None else ""


@dataclass(frozen=True)
class TimeCheck:
    """An order of times that is expected; where it is broken the row is flagged, never dropped.

    Parameters
    ----------
    flag : str
        The flag a row gets.
    earlier, later : str
        Columns; ``later`` before ``earlier`` is flagged when ``max_hours`` is not given.
    meaning : str
        What the flag tells the reader.
    max_hours : float, optional
        If given the check is on length instead: ``later - earlier`` above so many hours is flagged.
    earlier_table : str
        If given, ``earlier`` is a column of that table, joined on ``incident_id``.
    """

    flag: str
    earlier: str
    later: str
    meaning: str
    max_hours: float | None = None
    earlier_table: str = ""


@dataclass(frozen=True)
class Reference:
    """A column that names a row of another table: a joint, known to hold before anything is said that rests on it.

    Parameters
    ----------
    column : str
        Of the table whose contract declares it.
    table : str
        The table referred to.
    target : str
        Its column; by default of the same name.
    every : bool
        Every row that gives the reference must have its partner, once both tables are supplied.  False: a row may
        well have none (not everybody on bail is a named suspect); such a reference is held only to be written alike.
    """

    column: str
    table: str
    target: str = ""
    every: bool = True

    @property
    def to(self) -> str:
        """The column referred to."""
        return self.target or self.column


@dataclass(frozen=True)
class Contract:
    """One table of a return.

    Parameters
    ----------
    name : str
        Table name; also the stem of its file or the name of its sheet in a return.
    title : str
        Its name for people.
    row_is : str
        What one row is.
    held_by : str
        Who usually has it: where a request for it goes first.
    columns : tuple of Column
    key : tuple of str
        Columns that together name a row once.  A row identical in every column to an earlier one of the same
        key is a repeat, a differing one a conflict; both are kept aside with that reason.  Empty: rows can't be
        told apart and none is ever treated as a repeat.
    time : str
        The column that says when a row belongs to the period (flows), ``""`` for stocks and registers.
    dated : str
        For a table without ``time``: the day of a row by which an analyst may cut it, ``""`` where it has none.
    steady : bool
        Every month of the period is bound to have rows: a month without any was not supplied. Rows without a time
        belong to the month of what they refer to.
    any_of : tuple of tuple of str
        Groups of columns of which at least one must be given.
    checks : tuple of TimeCheck
    references : tuple of Reference
        What its columns refer to.
    """

    name: str
    title: str
    row_is: str
    held_by: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    time: str = ""
    dated: str = ""
    steady: bool = False
    any_of: tuple[tuple[str, ...], ...] = ()
    checks: tuple[TimeCheck, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(c.name for c in self.columns)

    @property
    def dates_itself(self) -> bool:
        """Whether its own rows can say when they were; those of links are dated by what they lead to."""
        return bool(self.time) or any(c.kind == "timestamp" for c in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; ``KeyError`` if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


class MonthRows(NamedTuple):
    """Rows of a table in a month, and the first and the last day with one; 0 where no day is known."""

    rows: int
    first: int = 0
    last: int = 0


def plain_name(name: str) -> str:
    """The name of a group (:attr:`Column.group`) without what makes no other group of it: capitals and spaces."""
    return " ".join(name.split()).casefold()
