"""Counting with unknowns, windows of time, and months in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hmic_analysis.contracts.base import UNREAD, unread_flag
from hmic_analysis.words import MONTHS

# Counting with unknowns, and cutting a frame to its window.


def among(values: pd.Series, others: Iterable[str]) -> pd.Series:
    """Whether each reference is one of others; a blank one never is.

    ``Series.isin`` takes the others one by one, which for the references of a large force takes a second.
    """
    known = others.astype("str") if isinstance(others, pd.Series | pd.Index) else list(others)
    found = pc.is_in(
        pa.array(values.astype("str"), type=pa.large_string()),
        value_set=pa.array(known, type=pa.large_string()),
        skip_nulls=True,
    )
    return pd.Series(found.to_numpy(zero_copy_only=False), index=values.index, name=values.name)


@dataclass(frozen=True)
class Share:
    """Units that have a property, that don't, and of which it is not known.

    Attributes
    ----------
    yes, no, unknown : int
    units : pandas.Series or None
        The state of each unit (nullable boolean), where the measure kept it: indexed by the unit's reference, the
        index bearing the name of the column that it stands in.  It leads from a figure back to its rows.
    rows : pandas.DataFrame or None
        The units themselves, in the order of ``units``, where no column of a table names them one by one: persons of
        whom several rows speak, months of a team.
    amounts : pandas.Series or None
        Of counts that are sums, such as of minutes: what each unit adds, in the order of ``units``, under the name of
        what it is.
    """

    yes: int
    no: int
    unknown: int = 0
    units: pd.Series | None = field(default=None, compare=False, repr=False)
    rows: pd.DataFrame | None = field(default=None, compare=False, repr=False)
    amounts: pd.Series | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, states: pd.Series, references: pd.Series | pd.DataFrame | None = None) -> Share:
        """Count a nullable boolean series: True, False and missing.

        Parameters
        ----------
        states : pandas.Series
            One value per unit; dtype ``boolean`` or anything that holds only True, False and missing values.
        references : pandas.Series or pandas.DataFrame, optional
            What the unit of each row is called, such as its ``crime_id``; its name is that of the column, which is the
            key of a table.  A frame: the units themselves, one row each.
        """
        states = states.astype("boolean")
        units = rows = None
        if isinstance(references, pd.DataFrame):
            units, rows = states.reset_index(drop=True), references.reset_index(drop=True)
        elif references is not None:
            units = states.set_axis(pd.Index(references, name=references.name))
        return cls(
            int((states == True).sum()),  # noqa: E712
            int((states == False).sum()),  # noqa: E712
            int(states.isna().sum()),
            units,
            rows,
        )

    @classmethod
    def untold(cls, references: pd.Series | pd.DataFrame) -> Share:
        """Units of none of which the state is known."""
        return cls.of(pd.Series(pd.NA, index=references.index, dtype="boolean"), references)

    @classmethod
    def of_amounts(cls, states: pd.Series, rows: pd.DataFrame, amounts: pd.Series) -> Share:
        """Sums of amounts, to the whole: what rows add, of those that have the property, and don't, and may."""
        told = cls.of(states, rows)
        held = amounts.reset_index(drop=True).astype(float)
        yes, no, unknown = map(round, replace(told, amounts=held).sums())
        return cls(yes, no, unknown, told.units, told.rows, held)

    def sums(self) -> tuple[float, float, float]:
        """How many of its units have the property, don't, and may, or what they come to.

        A unit whose amount is not known counts for one.
        """
        states = cast(pd.Series, self.units)
        sizes = np.ones(len(states)) if self.amounts is None else self.amounts.fillna(1).to_numpy(dtype=float)
        told = states.astype("object").map({True: 1.0, False: 0.0}).fillna(2).to_numpy(dtype=int)
        yes, no, unknown = (float(sizes[told == state].sum()) for state in (1, 0, 2))
        return yes, no, unknown

    def split(self, rows: pd.DataFrame, name: str, **parts: pd.Series) -> Share:
        """The same sums with the rows they are of: each stands once for every part that it has any amount of.

        Parameters
        ----------
        name : str
            What the amounts are, such as ``minutes``.
        parts : pandas.Series
            ``yes``, ``no``, ``unknown``: what each row adds to these.
        """
        some = {state: amounts[amounts.fillna(0).to_numpy(dtype=float) > 0] for state, amounts in parts.items()}
        states = [{"yes": True, "no": False}.get(state) for state, amounts in some.items() for _ in range(len(amounts))]
        amounts = pd.concat(some.values()).astype(float)
        told = Share.of(pd.Series(states, dtype="boolean"), rows.loc[amounts.index])
        return replace(self, units=told.units, rows=told.rows, amounts=amounts.reset_index(drop=True).rename(name))

    def part(self, places: pd.Index) -> Share:
        """The share of some of its units, by their places."""
        states = cast(pd.Series, self.units).iloc[places]
        if self.amounts is None or self.rows is None:
            return Share.of(states)
        return Share.of_amounts(states, self.rows.iloc[places], self.amounts.iloc[places])

    @classmethod
    def none(cls) -> Share:
        """Nothing supplied to count."""
        return cls(0, 0, 0)

    def reversed(self) -> Share:
        """The share of units that don't have the property."""
        return replace(self, yes=self.no, no=self.yes, units=None if self.units is None else ~self.units)

    def filled(self, state: bool) -> Share:
        """The share with every unknown unit counted as having the property, or as not having it."""
        units = None if self.units is None else self.units.fillna(state)
        yes, no = self.yes + state * self.unknown, self.no + (not state) * self.unknown
        return replace(self, yes=yes, no=no, unknown=0, units=units)

    def unsure(self, no: int = 0, yes: int = 0, more: int = 0) -> Share:
        """The share where some units can't be told by the rows found, since others lead to no unit.

        Parameters
        ----------
        no, yes : int
            Units counted without the property, and with it, that such a row may turn; at most all of them.
        more : int
            Units that such a row may be of and that are not counted at all.

        Returns
        -------
        Share
            They are unknown; nothing is where nothing was supplied to count.
        """
        if not self.total:
            return self
        no, yes = min(no, self.no), min(yes, self.yes)
        return replace(self, yes=self.yes - yes, no=self.no - no, unknown=self.unknown + no + yes + more)

    @property
    def known(self) -> int:
        """Units whose state is known."""
        return self.yes + self.no

    @property
    def total(self) -> int:
        """All units."""
        return self.yes + self.no + self.unknown


def local_days(times: pd.Series) -> pd.Series:
    """The local calendar day of each time.

    Parameters
    ----------
    times : pandas.Series
        Aware timestamps in the zone whose days are meant, or naive ones that are wall time already.

    Returns
    -------
    pandas.Series
        Naive midnights of dtype ``datetime64``; missing where the time is.
    """
    if getattr(times.dtype, "tz", None) is not None:
        times = times.dt.tz_localize(None)
    return pd.to_datetime(times).dt.normalize()


def within(frame: pd.DataFrame, start: date, end: date, at: str, month: str = "") -> pd.DataFrame:
    """The rows of a flow that belong to a period, by local calendar day.

    Parameters
    ----------
    start, end : datetime.date
        First and last day, both included.
    at : str
        Column of timestamps or dates.
    month : str
        Column of months, used for rows without ``at``: a month belongs to the period when all of it does.

    Returns
    -------
    pandas.DataFrame
        A new frame; rows without any time are left out.
    """
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    days = local_days(frame[at])
    keep = (days >= first) & (days <= last)
    if month:
        months = pd.to_datetime(frame[month])
        whole = (months >= first) & (months + pd.offsets.MonthEnd(0) <= last)
        keep = keep | (days.isna() & whole)
    return frame[keep.fillna(False).to_numpy(dtype=bool)].copy()


def backwards(rows: pd.DataFrame, earlier: str, later: str) -> pd.Series:
    """Rows of which the later of two days lies before the earlier: one of them is wrong, and nobody can tell which."""
    return (rows[later] < rows[earlier]).fillna(False).astype(bool)


def unread(rows: pd.DataFrame, *columns: str) -> pd.Series:
    """Rows of which a cell of some of these columns was set aside: something stood there that nobody could read.

    Such a cell is blank in the table, and yet says nothing of what a blank says: the unit is not known.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of a table, with its ``flags``.
    columns : str
        Columns whose blank says something, such as ``closed_on``.

    Returns
    -------
    pandas.Series
        Booleans on the index of the rows.
    """
    found = pd.Series(False, index=rows.index)  # noqa: FBT003
    if "flags" not in rows:
        return found
    flags = rows["flags"].astype("string").fillna("")
    odd = flags.str.contains(UNREAD, regex=False).fillna(False).to_numpy(dtype=bool)
    if odd.any():
        names = {unread_flag(column) for column in columns}
        found[odd] = [not names.isdisjoint(said.split(";")) for said in flags[odd]]
    return found


#: Chance, by the share filled in the other months, below which a month without any was not left blank by chance.
BY_CHANCE = 0.001


def silent_months(filled: pd.Series, month: pd.Series) -> list[pd.Period]:
    """Months in which a column is filled in nowhere, though by its share in the others some cells ought to be.

    Parameters
    ----------
    filled : pandas.Series
        Whether each row has it.
    month : pandas.Series
        The month of each row; missing where it is not known.
    """
    counts = filled.groupby(month.array).agg(["size", "sum"])
    some = counts[counts["sum"] > 0]
    if len(some) in (0, len(counts)):
        return []
    share = some["sum"].sum() / some["size"].sum()
    none = counts[counts["sum"] == 0]
    return list(none.index[(1 - share) ** none["size"] < BY_CHANCE])


def open_blanks(table: pd.DataFrame, *columns: str, at: str = "") -> pd.DataFrame:
    """The table, with the blanks of a column that the force filled in for nobody marked as not known.

    Parameters
    ----------
    table : pandas.DataFrame
        As supplied, before any row is left out.
    columns : str
        Columns whose blank says that there is none, such as ``risk_score``, as long as anybody has one.
    at : str, optional
        Column of the row's time: the same holds for each of its months, see :func:`silent_months`.

    Returns
    -------
    pandas.DataFrame
        The same rows; in a column that is blank in all of them each cell counts as :func:`unread`.
    """
    return _marked(table, {c: _unfilled(table[c].notna(), table[at] if at else None) for c in columns})


def in_order(table: pd.DataFrame, earlier: str, later: str) -> pd.DataFrame:
    """The table, with the later of two days set aside where it lies before the earlier.

    Parameters
    ----------
    table : pandas.DataFrame
    earlier, later : str
        Columns of days, such as ``entered_on`` and ``left_on``.

    Returns
    -------
    pandas.DataFrame
        One of such days is wrong, and nobody can tell which: the later is blank and counts as :func:`unread`.
    """
    odd = backwards(table, earlier, later)
    return _marked(table, {later: odd.to_numpy()}).assign(**{later: table[later].mask(odd)}) if odd.any() else table


def _marked(table: pd.DataFrame, marks: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """The table with some cells of some columns marked as ones that nobody could read."""
    marks = {column: mark for column, mark in marks.items() if mark.any()}
    if not marks:
        return table
    flags = table["flags"].astype("string").fillna("") if "flags" in table else pd.Series("", table.index, "string")
    for column, mark in marks.items():
        flags = flags.where(~mark, flags + f";{unread_flag(column)}")
    return table.assign(flags=flags)


def _unfilled(filled: pd.Series, at: pd.Series | None) -> np.ndarray:
    """Rows whose blank says nothing: all where none is filled, else those of months in which none is."""
    if at is None or not filled.any():
        return np.full(len(filled), not filled.any())
    month = (at.dt.tz_localize(None) if getattr(at.dtype, "tz", None) else at).dt.to_period("M")
    return month.isin(silent_months(filled, month)).to_numpy(dtype=bool)


def hours_between(earlier: pd.Series, later: pd.Series) -> pd.Series:
    """Elapsed hours, true across clock changes when both are aware.

    Parameters
    ----------
    earlier, later : pandas.Series
        Timestamps of the same kind.

    Returns
    -------
    pandas.Series
        Float hours; negative where the order is reversed, missing where a time is.
    """
    return (later - earlier).dt.total_seconds() / 3600


def happened_by(days: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    """Whether something had happened by a day.

    Parameters
    ----------
    days : pandas.Series
        Dates; missing where it never did.

    Returns
    -------
    pandas.Series
        Booleans; later dates were not yet known on the day.
    """
    return (days.notna() & (days <= as_of)).astype(bool)


# Whole months and quarters of a period.

Span = tuple[pd.Timestamp, pd.Timestamp]


def whole_spans(start: date, end: date, months: int) -> list[Span]:
    """Parts of so many months each, counted from the first day of a period.

    Parameters
    ----------
    start, end : datetime.date
        First and last day of the period.
    months : int
        Length of each part: 1 for months, 3 for quarters.

    Returns
    -------
    list of (pandas.Timestamp, pandas.Timestamp)
        First and last day of each; a rest that is shorter is left out.
    """
    first, last, found = pd.Timestamp(start), pd.Timestamp(end), []
    while True:
        begins = first + pd.DateOffset(months=months * len(found))
        ends = first + pd.DateOffset(months=months * (len(found) + 1)) - pd.Timedelta(days=1)
        if ends > last:
            return found
        found.append((begins, ends))


def span_of(days: pd.Series, spans: list[Span]) -> pd.Series:
    """Number of the part that each day lies in.

    Parameters
    ----------
    days : pandas.Series
        Naive dates.
    spans : list of (pandas.Timestamp, pandas.Timestamp)
        Result of :func:`whole_spans`.

    Returns
    -------
    pandas.Series
        Nullable integers from 0; missing for days in none.
    """
    found = pd.Series(pd.NA, index=days.index, dtype="Int64")
    for number, (first, last) in enumerate(spans):
        found[((days >= first) & (days <= last)).fillna(False).to_numpy(dtype=bool)] = number
    return found


# Months and numbers in words, the same whatever the language of the machine.


def month_name(month: pd.Timestamp) -> str:
    """``Jan 2014``, whatever the language of the machine."""
    return f"{MONTHS[month.month - 1][:3]} {month.year}"


def plain(value: float) -> str:
    """A number with thousands separators and no more decimals than it needs (two figures below 1)."""
    if math.isnan(value):
        return "not known"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 1:
        return f"{value:,.1f}".removesuffix(".0")
    decimals = 1 - math.floor(math.log10(abs(value)))
    if decimals > 9:
        return f"{value:.1e}"
    text = f"{value:.{decimals}f}"
    return text.rstrip("0") if "." in text else text
