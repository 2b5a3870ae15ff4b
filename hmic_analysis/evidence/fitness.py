"""Whether the tables of a return fit a verdict: the months that they cover, and the rows that could not be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.contracts.base import MonthRows
from hmic_analysis.evidence.grades import weakest
from hmic_analysis.evidence.model import ClaimType, Grade, Indicator
from hmic_analysis.evidence.verdicts import Decision, undecided
from hmic_analysis.evidence.wording import ROWS_LOST
from hmic_analysis.measures.months import Coverage, coverage, months_between, say_months
from hmic_analysis.params.models import Coverage as Needed
from hmic_analysis.store.manifest import Manifest, RowAccount
from hmic_analysis.words import say_date

#: Claims that one record proves: what is missing can't take it back.
PROVED_BY_ONE: tuple[ClaimType, ...] = ("existence", "acknowledgement", "in_progress")
#: Reasons of rows kept aside that lose nothing: the same row, or another state of it, was kept.
NOTHING_LOST = ("repeat", "another state", "another force")


@dataclass(frozen=True)
class Fitness:
    """How far the tables that a finding takes cover its period.

    Attributes
    ----------
    months : tuple of str
        All months of the period.
    tables : dict of str to Coverage
        Tables of which every month should have rows, as far as they were supplied.
    set_aside : dict of str to tuple of int
        Rows that could not be used and rows offered, of every table.
    unread : dict of str to dict of str to tuple of int
        By table and column, cells of rows kept that could not be read, and the rows kept.
    later : dict of str to str
        Lists of which every dated record lies after the day of the stocks, and the first of those days: such a list
        is of another time, and what it doesn't hold may well have been there on the day.
    """

    months: tuple[str, ...]
    tables: Mapping[str, Coverage] = field(default_factory=dict)
    set_aside: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    unread: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, manifest: Manifest | None, names: Iterable[str], start: date, end: date, as_of: date) -> Fitness:
        """The fitness of the tables of a manifest for a period, and for the stocks of a day."""
        held = {n: manifest.tables[n] for n in dict.fromkeys(names) if manifest is not None and n in manifest.tables}
        # Links to tables that were not supplied have no months to lack.
        steady = {
            n: e for n, e in held.items() if CONTRACTS[n].steady and e.rows and (e.months or CONTRACTS[n].dates_itself)
        }
        return cls(
            months_between(start, end),
            {n: coverage(e.months, start, end) for n, e in steady.items()},
            {n: lost(e.accounts) for n, e in held.items()},
            {n: cells_lost(e.accounts) for n, e in held.items() if any(a.cells for a in e.accounts)},
            {n: e.dated_from for n, e in held.items() if not CONTRACTS[n].steady and e.dated_from > as_of.isoformat()},
        )

    def on(self, names: Iterable[str]) -> Fitness:
        """The fitness of some of the tables alone: what a figure doesn't count takes no month from it."""
        kept = set(names)
        return replace(
            self,
            tables={n: c for n, c in self.tables.items() if n in kept},
            set_aside={n: c for n, c in self.set_aside.items() if n in kept},
            unread={n: c for n, c in self.unread.items() if n in kept},
            later={n: day for n, day in self.later.items() if n in kept},
        )

    @cached_property
    def used(self) -> tuple[str, ...]:
        """The months whose rows are counted: those that no table lacks while another has them.

        Above and below the line of a share stand the same months; a table without any month of the period takes no
        month from the others.
        """
        found = [c for c in self.tables.values() if c.held]
        whole = [set(c.counted) for c in found]
        return tuple(
            m for m in self.months if all(m in c.held for c in found) and len({m in counted for counted in whole}) == 1
        ) if found else self.months  # fmt: skip

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """The months that every table covers whole."""
        return tuple(m for m in self.months if all(m in c.counted for c in self.tables.values()))

    @property
    def whole(self) -> bool:
        """Whether no month is missing."""
        return len(self.counted) == len(self.months)

    def say(self, period: str) -> str:
        """The period in words, naming the months counted where they are not all: ``May 2013 (1 of ...)``."""
        if self.whole or not self.tables:
            return period
        n = len(self.used)
        return f"{say_months(self.used)} ({n} of {period})" if n else f"no month of {period}"

    def remarks(self) -> tuple[str, ...]:
        """What is missing of each table, in words."""
        return tuple(f"{CONTRACTS[name].title}: {text}" for name, c in self.tables.items() if (text := say_coverage(c)))

    def hold(
        self, decision: Decision, kind: ClaimType, tables: Iterable[str], needed: Needed, months_of: Iterable[str] = ()
    ) -> Decision:
        """Keep a claim open that rests on a part of the period, or on what is left of a table.

        Where ``months_of`` names the tables whose rows are counted, the months of the others, which are only looked up,
        leave the verdict; the grade and the sentence tell of them all the same.

        A claim that one record proves stays proved. What a force answers of itself needs no records.
        """
        names = list(tables)
        bad, offered = self.set_aside.get("data_request", (0, 0))
        if bad and "not_requested" in decision.reasons:
            # The request may stand in a row of the log that nobody could read.
            why = f"{bad:,} of {offered:,} rows of data_request could not be used, and the others hold no such request."
            return undecided("rows_set_aside", why=why, flags=_kept(decision))
        # A stated figure is not said not to be borne out where it is the records that fall short.
        open_ = decision.verdict == "not_determinable" and "not_reproduced" not in decision.reasons
        if open_ or "nil_return_unable" in decision.reasons:
            return decision
        if decision.verdict == "supported" and kind in PROVED_BY_ONE:
            return decision
        covered = self.on(months_of or names)
        if covered.tables and len(covered.counted) < needed.months_needed(len(self.months)):
            missing = "; ".join(covered.remarks())
            why = f"{decision.why} Records of {len(covered.counted)} of {len(self.months)} months ({missing}); test: "
            why += f"{needed.months_needed(len(self.months))} months."
            return undecided("part_of_the_period", why=why, flags=_kept(decision))
        if late := [name for name in names if name in self.later]:
            day = self.later[late[0]]
            first = say_date(date.fromisoformat(day)) if len(day) > len("2014-04") else say_months([day])
            why = f"{decision.why} Every dated record of '{CONTRACTS[late[0]].title}' is of {first} or later."
            return undecided("later_records", why=why, flags=_kept(decision))
        for name in names:
            bad, offered = self.set_aside.get(name, (0, 0))
            if offered and 100 * bad / offered > needed.set_aside_pct:
                why = (
                    f"{decision.why} {bad:,} of {offered:,} rows of '{CONTRACTS[name].title}' could not be used; test: "
                )
                return undecided(
                    "rows_set_aside", why=f"{why}at most {needed.set_aside_pct:g}%.", flags=_kept(decision)
                )
        return decision

    def grade(self, grade: Grade, tables: Iterable[str], needed: Needed) -> Grade:
        """A grade that follows the months: B at best where any is missing, C where too many are."""
        covered = self.on(tables)
        if covered.whole:
            return grade
        enough = len(covered.counted) >= needed.months_needed(len(self.months))
        return weakest(grade, "B" if enough else "C")

    def caveats(self, needed: Needed, bears: Callable[[str, str], bool]) -> tuple[str, ...]:
        """What a reader must be told next to a figure: rows that could not be used, and cells that can't be read.

        ``bears``: whether a cell of a table and column that can't be read makes a unit of the figure not known.
        """
        rows = tuple(
            f"{ROWS_LOST} {bad:,} of {offered:,} records in '{CONTRACTS[name].title}' could not be used."
            for name, (bad, offered) in self.set_aside.items()
            if offered and 100 * bad / offered > needed.set_aside_pct
        )
        cells = tuple(
            f"In {bad:,} of {kept:,} records in '{CONTRACTS[name].title}' the entry for {column.replace('_', ' ')} "
            "could not be read; it counts as not known."
            for name, columns in self.unread.items()
            for column, (bad, kept) in columns.items()
            if kept and 100 * bad / kept > needed.set_aside_pct and bears(name, column)
        )
        return rows + cells


def _kept(decision: Decision) -> tuple[str, ...]:
    return tuple(flag for flag in decision.flags if flag != "wording_mismatch")


def lost(accounts: Iterable[RowAccount]) -> tuple[int, int]:
    """Rows of a table that could not be used, and rows offered to it; repeats of others are no loss."""
    bad = offered = 0
    for a in accounts:
        spare = sum(n for reason, n in a.reasons.items() if reason.startswith(NOTHING_LOST))
        bad += max(a.rejected - spare, 0)
        offered += a.read - min(spare, a.rejected)
    return bad, offered


def cells_lost(accounts: Iterable[RowAccount]) -> dict[str, tuple[int, int]]:
    """By column, cells of rows kept that could not be read, and the rows kept."""
    kept, found = 0, dict[str, int]()
    for a in accounts:
        kept += a.kept
        for reason, n in a.cells.items():
            column = reason.rpartition(": ")[2]
            found[column] = found.get(column, 0) + n
    return {column: (n, kept) for column, n in found.items()}


def say_coverage(found: Coverage) -> str:
    """``no records of June to November 2013, few of May 2013``; empty where nothing is missing."""
    parts = [("no records of", found.absent), ("few of", found.thin), ("only a part of", found.part)]
    return ", ".join(f"{words} {say_months(months)}" for words, months in parts if months)


def say_abrupt(found: Coverage) -> str:
    """``nothing after 24 November 2013, days earlier than in any other month``; empty where nothing is odd."""
    parts = [("nothing before", found.begins, "later"), ("nothing after", found.ends, "earlier")]
    return "; ".join(
        f"{words} {say_date(day)}, days {than} than in any other month: the file may have been cut off"
        for words, day, than in parts
        if day
    )


#: Records to be expected since the last one, from which it is no chance that there are none (once in a thousand).
ENDED = 7


def say_ending(months: Mapping[str, MonthRows], end: date) -> str:
    """``no records after February 2013, and ...``; empty where a list may well have had none since, or goes on.

    Of tables that need not have rows in every month.
    """
    until = f"{end:%Y-%m}"
    before = [m for m in sorted(months) if m <= until][-3:]
    if len(before) < 3 or before[-1] == until or len(months_between(_first(before[0]), _first(before[-1]))) > 3:
        return ""
    usual = sum(months[m].rows for m in before) / 3
    if usual * (len(months_between(_first(before[-1]), end)) - 1) < ENDED:
        return ""
    return f"no records after {say_months(before[-1:])}, and {usual:.0f} a month in the three months up to then"


#: Years after the end of the period from which a date in a return is likely to be mistyped.
_AHEAD = 2
#: The first month that a record of the period could bear; systems write 1900 or 1970 where they have no date.
_LONG_AGO = "1980-01"


def say_strange(months: Mapping[str, MonthRows], end: date) -> list[str]:
    """What is said of rows with a date that none of the period can have, long before it or long after."""
    found = []
    if early := sum(r.rows for m, r in months.items() if m < _LONG_AGO):
        said = "row is" if early == 1 else "rows are"
        found.append(
            f"{early:,} {said} dated before {_LONG_AGO[:4]}, as where a system has no date: they count in no month"
        )
    if far := {m: r for m, r in months.items() if m >= f"{end.year + _AHEAD:04d}-{end.month:02d}"}:
        n = sum(r.rows for r in far.values())
        said = "row is" if n == 1 else "rows are"
        found.append(f"{n:,} {said} dated {min(far)} or later, long after the period: mistyped?")
    return found


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


#: Units beyond which a share of none or of all is looked at twice.
SMOOTH_N = 30


def too_smooth(indicator: Indicator) -> tuple[str, ...]:
    """What is unlikely to be as it looks: none or all of many, or a response that took no time."""
    if indicator.value is None or indicator.basis != "all_records":
        return ()
    if indicator.unit == "%" and indicator.value in (0, 100) and (indicator.denominator or 0) > SMOOTH_N:
        return (f"Exactly {indicator.value:.0f}% of {indicator.denominator:,.0f}: can the records show anything else?",)
    if indicator.unit == "minutes" and indicator.value == 0:
        return ("0.0 minutes: the two times are likely to be one entry, or days.",)
    return ()
