"""What a contract is: the words in which a table is agreed with a force.

A contract is data, not code: the loader turns it into checks, the template workbook into instructions, and
:func:`frame_schema` into a pandera schema for the frames that notebooks get.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "code", "codes", "integer", "number", "timestamp", "date", "month", "boolean", "person"]

#: Columns the loader adds to every processed table: where a row came from, and what is odd about it.
BOOKKEEPING = ("source", "source_file", "source_row", "flags")


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
        For numbers: values outside are impossible, the row is kept aside.
    month_of : str
        For months: the timestamp or date it is taken from (wall time) where it is blank.
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
    columns : tuple of Column
    key : tuple of str
        Columns that together name a row once.  A row identical in every column to an earlier one of the same
        key is a repeat, a differing one a conflict; both are kept aside with that reason.  Empty: rows can't be
        told apart and none is ever treated as a repeat.
    time : str
        The column that says when a row belongs to the period (flows), ``""`` for stocks and registers.
    any_of : tuple of tuple of str
        Groups of columns of which at least one must be given.
    checks : tuple of TimeCheck
    """

    name: str
    title: str
    row_is: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    time: str = ""
    any_of: tuple[tuple[str, ...], ...] = ()
    checks: tuple[TimeCheck, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; ``KeyError`` if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
