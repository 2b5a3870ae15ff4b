"""Fitness of what was loaded: references between tables, months with records, and what looks implausible."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from os.path import commonprefix
from zoneinfo import ZoneInfo

import duckdb

from hmic_analysis.contracts import CONTRACTS, Contract
from hmic_analysis.contracts.base import FOLDS, MonthRows, Reference, plain_name
from hmic_analysis.store.manifest import ONE_CODE, ReferenceEntry
from hmic_analysis.store.rawtable import INVISIBLE, SPACES, RawTable, literal, scalar
from hmic_analysis.store.stage import stage_name
from hmic_analysis.store.typed import text_columns

# Which months a table covers: rows, first and last day of each, counted while it is loaded.

#: Rows that fit below the header of a sheet, in the old and in the present format of workbooks.
SHEET_ROWS = (65_535, 1_048_575)


def months_of(
    con: duckdb.DuckDBPyConnection, contract: Contract, zone: str, staged: Collection[str] = ()
) -> dict[str, MonthRows]:
    """Rows kept in each month of a table, by the clock on the wall; empty for a table without a time.

    Where most of a steady table's rows have no time, such as links, or deployments of which days alone are known, they
    belong to the months of what they refer to, if that is ``staged``: of what most of them lead to.
    """
    times, month = _placed_by(contract)
    rows = f"SELECT * FROM {stage_name(contract.name)} WHERE len(reasons) = 0"
    found = _months(con, rows, contract, zone) if times or month else {}
    placed = 2 * sum(m.rows for m in found.values())
    if contract.time or not contract.steady or placed > scalar(con, f"SELECT count(*) FROM ({rows})"):
        return found
    for r in contract.references:
        partner, p = CONTRACTS[r.table], stage_name(r.table)
        if partner.steady and partner.time and r.table in staged:
            led = f"SELECT p.* FROM ({rows}) s JOIN {p} p ON s.{r.column} = p.{r.to} AND len(p.reasons) = 0"
            found = max(found, _months(con, led, partner, zone), key=lambda by: sum(m.rows for m in by.values()))
    return found


def _months(con: duckdb.DuckDBPyConnection, rows: str, contract: Contract, zone: str) -> dict[str, MonthRows]:
    times, month = _placed_by(contract)
    instants = [c for c in times if contract.column(c).kind == "timestamp"]
    # To the hour: a few thousand groups, whose wall time costs nothing, in place of every row's.
    stamp = f"date_trunc('hour', coalesce({', '.join(instants)}))" if instants else "NULL::TIMESTAMP"
    days = [c for c in times if c not in instants]
    day = f"coalesce({', '.join(days)})" if days else "NULL::DATE"
    groups = con.execute(
        f"SELECT {stamp} AS stamp, {day} AS day, {month or 'NULL::DATE'} AS month, count(*) FROM ({rows}) GROUP BY ALL"
    ).fetchall()
    found: dict[str, tuple[int, int, int]] = {}
    local = ZoneInfo(zone)
    for at, on, whole, n in groups:
        known = _day(at, local) if at is not None else on
        if known is None and whole is None:
            continue
        first, last = (known.day, known.day) if known is not None else (0, 0)
        key = f"{known or whole:%Y-%m}"
        rows, lo, hi = found.get(key, (0, 0, 0))
        earliest = min((d for d in (lo, first) if d), default=0)
        found[key] = (rows + n, earliest, max(hi, last))
    return {key: MonthRows(*found[key]) for key in sorted(found)}


@lru_cache(maxsize=1 << 15)  # The hours of a year or two, which all tables of a return share.
def _day(at: datetime, local: ZoneInfo) -> date:
    return at.replace(tzinfo=UTC).astimezone(local).date()


def _placed_by(contract: Contract) -> tuple[list[str], str]:
    """The columns that place a row in time, the first that is filled, and the month in place of them."""
    if not contract.time:
        times = [c.name for c in contract.columns if c.kind == "timestamp"]
        return (times if contract.steady else []), ""
    column = contract.column(contract.time)
    return (
        ([column.month_of] if column.month_of else [], column.name) if column.kind == "month" else ([column.name], "")
    )


def cut_off(raws: list[RawTable]) -> list[str]:
    """Files that hold exactly as many rows as a sheet can: what did not fit was dropped without a word."""
    return [
        f"{raw.file} holds exactly {raw.read:,} rows, as many as a sheet of a workbook can hold: it may have been cut "
        "off there. Ask how many rows the system holds"
        for raw in raws
        if raw.read in SHEET_ROWS
    ]


# What is unlikely to be as it looks: times at one hour, responses of no time, codes that half of the rows hold.

#: Share of a column's values from which something holds "throughout", and fewest values for it to tell anything.
THROUGHOUT, FEWEST, FEWEST_HOURS = 0.95, 3, 20
#: Rows of which half hold one code before it is told.
CODED = 31


def oddities(con: duckdb.DuckDBPyConnection, contract: Contract, staged: set[str], zone: str) -> list[str]:
    """Remarks on the kept rows of a table, in words."""
    found = list(_times(con, contract, zone))
    if contract.name == "deployment":
        found += [*_no_arrival(con), *_twice(con, contract)]
    if contract.name == "deployment" and "incident" in staged:
        found += _no_time(con)
    return found + list(_spellings(con, contract)) + list(_codes(con, contract))


def _times(con: duckdb.DuckDBPyConnection, contract: Contract, zone: str) -> Iterator[str]:
    # Columns that are meant to hold hours are passed over.
    columns = [c.name for c in contract.columns if c.kind == "timestamp" and not c.name.startswith("hour")]
    if not columns:
        return
    # In whole zones the minutes of a time are those of the wall clock; hours and months are bits of a number.
    tests = ", ".join(
        f"count({c}), count(*) FILTER ({c} = date_trunc('hour', {c})), bit_count(bit_or(1::BIGINT << hour({c}))), "
        f"max(day({c})), bit_count(bit_or(1::BIGINT << month({c})))"
        for c in columns
    )
    stage = f"(SELECT * FROM {stage_name(contract.name)} WHERE len(reasons) = 0)"
    row = con.execute(f"SELECT {tests} FROM {stage}").fetchall()[0]
    days, rough = [], []
    for i, column in enumerate(columns):
        n, whole, hours, latest, months = row[5 * i : 5 * i + 5]
        if n >= CODED and latest <= 12 and months > 2:
            yield (
                f"{column} is never later than the 12th of a month: it is likely to be written month first; say its "
                "format in the mapping"
            )
        if n < FEWEST:
            continue
        second, same = _usual_second(con, stage, column) if hours <= 2 else (0, 0)
        if (
            same >= THROUGHOUT * n
            and (second == 0 or n >= FEWEST_HOURS)
            and (hours == 1 or _one_wall_hour(con, stage, column, zone) >= THROUGHOUT * n)
        ):
            days.append(column)
        elif whole >= THROUGHOUT * n and n >= FEWEST_HOURS:
            rough.append(column)
        elif n >= CODED and 2 * whole >= n:
            yield (
                f"{column} at whole hours in {100 * whole / n:.0f}% of the rows, as where only the day was known: "
                "lengths of time from it are rough"
            )
    if days:
        yield (
            f"{_listed(days)} at one time of day throughout: likely to be a day; say 'precision: day' in the "
            "mapping, so that no length of time is taken from it"
        )
    if rough:
        yield f"{_listed(rough)} at whole hours throughout: lengths of time from it are rough"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _usual_second(con: duckdb.DuckDBPyConnection, stage: str, column: str) -> tuple[int, int]:
    """The most frequent second of the hour, and the rows that hold it."""
    groups = f"SELECT minute({column}) * 60 + second({column}) AS held, count({column}) AS n FROM {stage} GROUP BY 1"
    return con.execute(f"SELECT held, n FROM ({groups}) ORDER BY n DESC, held LIMIT 1").fetchall()[0]


def _one_wall_hour(con: duckdb.DuckDBPyConnection, stage: str, column: str, zone: str) -> int:
    """Rows in the most frequent hour of the clock on the wall; in UTC the hour moves with the season."""
    local, found = ZoneInfo(zone), Counter[int]()
    groups = f"SELECT date_trunc('hour', {column}) AS at, count(*) FROM {stage} WHERE {column} IS NOT NULL GROUP BY 1"
    for at, n in con.execute(groups).fetchall():
        found[at.replace(tzinfo=UTC).astimezone(local).hour] += n
    return max(found.values(), default=0)


def _no_time(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Arrivals at the very moment at which the incident was created, before it, or an hour off in summer alone."""
    past = "epoch(s.at_scene_at - i.created_at) / 60"
    summer = "month(i.created_at) BETWEEN 4 AND 9"
    n, none, before, warm, cold, in_summer, in_winter = con.execute(
        f"SELECT count(*), count(*) FILTER ({past} = 0), count(*) FILTER ({past} < 0), count(*) FILTER ({summer}), "
        f"count(*) FILTER (month(i.created_at) NOT BETWEEN 3 AND 10), median({past}) FILTER ({summer}), "
        f"median({past}) FILTER (month(i.created_at) NOT BETWEEN 3 AND 10) FROM stage_deployment s "
        "JOIN stage_incident i USING (incident_id) WHERE len(s.reasons) = 0 AND len(i.reasons) = 0 "
        "AND s.at_scene_at IS NOT NULL AND i.created_at IS NOT NULL"
    ).fetchall()[0]
    zones = "ask whether both tables are in one zone; say the other's with 'timezone' in the mapping"
    if min(warm, cold) >= CODED and 45 <= abs(in_summer - in_winter) <= 75:
        yield (
            f"half of the arrivals come {in_summer:.0f} minutes after the incident was created in summer and "
            f"{in_winter:.0f} in winter, as where one of two tables is in UTC: {zones}"
        )
    elif before >= FEWEST and 20 * before >= n:
        yield f"{before:,} of {n:,} arrivals are before the incident was created: {zones}"
    if n >= FEWEST and 2 * none > n:
        yield f"{none:,} of {n:,} arrivals are at the moment at which the incident was created: 0.0 minutes"


def _no_arrival(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Blank arrivals of which nothing tells whether somebody came."""
    n, open_ = con.execute(
        "SELECT count(*), count(*) FILTER (at_scene_at IS NULL AND stood_down IS NOT true AND NOT "
        "list_has_any(flags, ['nobody_arrived', 'arrival_not_known', 'at_scene_at_day_only'])) FROM stage_deployment "
        "WHERE len(reasons) = 0 AND coalesce(contact_mode, 'scene') = 'scene'"
    ).fetchall()[0]
    if n >= CODED and 20 * open_ >= n:
        yield (
            f"{open_:,} of {n:,} deployments have no arrival, and nothing tells whether somebody came: they count as "
            "not known. Ask, and say it with 'blank_means' in the mapping or in the column stood_down"
        )


def _twice(con: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[str]:
    """Rows of a table without a key that stand there twice, as where two files overlap."""
    alike = f"hash({', '.join(contract.column_names)})"
    n, different = con.execute(
        f"SELECT count(*), count(DISTINCT {alike}) FROM {stage_name(contract.name)} "
        "WHERE len(reasons) = 0 AND resource_id IS NOT NULL AND coalesce(assigned_at, at_scene_at) IS NOT NULL"
    ).fetchall()[0]
    if n - different >= FEWEST and 100 * (n - different) >= n:
        yield (
            f"{n - different:,} of {n:,} rows equal another one in every column, the unit and its times included, and "
            "count twice: ask whether files overlap; which row stands can be said with 'keep' and 'key' in a mapping"
        )


def _spellings(con: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[str]:
    """Names of groups that are spelt in more than one way."""
    for column in (c.name for c in contract.columns if c.group):
        names = con.execute(
            f"SELECT DISTINCT {column} FROM {stage_name(contract.name)} WHERE len(reasons) = 0 AND {column} IS NOT NULL"
        ).fetchall()
        groups = len({plain_name(name) for (name,) in names})
        if groups < len(names):
            of = "one name" if groups == 1 else f"{groups:,} names"
            yield (
                f"{column.replace('_', ' ')} has {len(names):,} spellings of {of}: those that differ in "
                "capitals or spaces alone count as one, and are shown in the commonest"
            )


def _codes(con: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[str]:
    columns = [c.name for c in contract.columns if c.kind == "code" and len(c.allowed) > 2]
    if not columns:
        return
    stage = f"(SELECT * FROM {stage_name(contract.name)} WHERE len(reasons) = 0)"
    tests = " UNION ALL ".join(
        f"SELECT {literal(c)} AS name, {c}::VARCHAR AS code, count(*) AS n FROM {stage} WHERE {c} IS NOT NULL "
        "GROUP BY ALL"
        for c in columns
    )
    query = f"SELECT name, arg_max(code, n), max(n), sum(n) FROM ({tests}) GROUP BY name ORDER BY name"
    held = [(c, code, n, of) for c, code, n, of in con.execute(query).fetchall() if of >= CODED and 2 * n >= of]
    if held:
        said = ", ".join(f"{c} {code} ({100 * n / of:.0f}%)" for c, code, n, of in held)
        yield f"{ONE_CODE}{said}"


# References between tables: which have their partner, which have none, and what in the writing keeps them apart.
#
# What is the same text by any reading is joined always: outer and inner space, and Unicode form. The form is NFC,
# under which two spellings are one only where the standard calls them the same text; NFKC would also make one of
# references that somebody meant to differ, such as ``A2`` and ``A²``. Whatever could make two things one, such as case
# or leading zeros, is tried and told, and joined only where the force's parameters or the mapping allow it.

#: What is joined without being allowed, as manifests name it.
ALWAYS = "space or form"
#: Longest prefix looked for.
_LONGEST_PREFIX = 12
#: SQL of what holds a year of four digits: they stand alone, or begin a number long enough for a running one too.
#: Curly brackets are doubled, since the place of the text is filled in afterwards.
_YEAR = "'(^|[^0-9])(?:19|20)([0-9]{{2}})([0-9]{{4}}|[^0-9]|$)'"
#: Partners in a row without anything that leads to them, from which no chance is thought of, and how rare it must be.
TAIL, RARE = 10, 0.001
#: Rows out of the order of what they lead to, as a share of all, up to which a list is in that order.
DISORDER = 0.01
#: Share of the rows without a partner that several folds together must join to be told.
BY_CHANCE = 0.1
#: Characters of the writing of references that are told.
_LONGEST_LOOK = 40
_KEPT = "len(reasons) = 0"
#: Digits and letters of full width, as some keyboards write them, and the usual ones.
_FULL = "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))
_HALF = "".join(chr(ord(c) - 0xFEE0) for c in _FULL)
#: Rows and values without a partner that was sent, kept or not.
_WRITTEN_NOWHERE = "SELECT sum(n), count(*) FROM lone WHERE value NOT IN (SELECT value FROM partners)"


@dataclass
class _Joint:
    """One reference on its way."""

    contract: Contract
    reference: Reference
    rows: int = 0
    given: int = 0
    matched: int = 0
    aside: int = 0
    joined: dict[str, int] = field(default_factory=dict)
    mends: dict[str, int] = field(default_factory=dict)
    values: int = 0
    looks: tuple[str, ...] = ()

    @property
    def stage(self) -> str:
        return stage_name(self.contract.name)

    @property
    def target(self) -> str:
        return stage_name(self.reference.table)

    @property
    def seen(self) -> tuple[str, str] | None:
        """The columns whose text can be folded, here and there; None where only hashes are left."""
        here, there = self.reference.column, self.reference.to
        if self.contract.column(here).kind != "person":
            return here, there
        if here in text_columns(self.contract) and there in text_columns(CONTRACTS[self.reference.table]):
            return f"text_{here}", f"text_{there}"
        return None

    def count(self) -> str:
        """SQL of rows, given references, those with a partner, and those to a partner that was not kept."""
        r = self.reference
        # What leads to a row that was kept aside leads to nothing that can be counted; why is told.
        return (
            f"SELECT count(*), count({r.column}), count(*) FILTER (WHERE p.kept), count(*) FILTER (WHERE NOT p.kept) "
            f"FROM {self.stage} s LEFT JOIN (SELECT {r.to} AS partner, bool_or({_KEPT}) AS kept FROM {self.target} "
            f"WHERE {r.to} IS NOT NULL GROUP BY {r.to}) p ON s.{r.column} = p.partner WHERE len(s.reasons) = 0"
        )


class References:
    """The references of one return: joined where that is allowed, and counted.

    ``con``: with the staging tables.
    ``tables``: tables staged.
    ``match``: by table: folds of :data:`~hmic_analysis.contracts.base.FOLDS` that may join its references.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, tables: set[str], match: Mapping[str, Collection[str]]) -> None:
        self.con = con
        self.match = match
        #: Of the reference looked at: by SQL of a text and of its numbers, the beginning between it and its partners.
        self._prefixes: dict[tuple[str, str], str] = {}
        self.tables = tables
        #: Rows kept of each table when its references were counted.
        self.kept = self._kept()
        self.joints = [
            _Joint(contract, reference)
            for name, contract in CONTRACTS.items()
            if self.kept.get(name)
            for reference in contract.references
            if self.kept.get(reference.table)
        ]
        inner = "[" + "".join(f"\\x{{{ord(c):x}}}" for c in SPACES + INVISIBLE) + "]+"
        con.execute(f"CREATE OR REPLACE MACRO joint(x) AS nfc_normalize(regexp_replace(x, {literal(inner)}, '', 'g'))")

    def join(self) -> None:
        """Give references the writing of their partner where only space, Unicode form or an allowed fold is between."""
        self._count(self.joints)
        for joint in self.joints:
            if joint.matched == joint.given or joint.seen is None:
                continue
            self._lone(joint)
            self._mend(joint, ALWAYS, self._folded([]))
            allowed = self._allowed(joint)
            if allowed:
                self._mend(joint, " and ".join(allowed), self._folded(allowed))
            self._try_folds(joint, allowed)

    def _allowed(self, joint: _Joint) -> list[str]:
        return [f for f in FOLDS if f in self.match.get(joint.contract.name, ())]

    def counted(self) -> tuple[ReferenceEntry, ...]:
        """Rows by reference, when nothing more is set aside; in the order of the contracts."""
        kept = self._kept()
        fewer = {table for table, rows in kept.items() if rows != self.kept[table]}
        changed = [j for j in self.joints if j.joined or {j.contract.name, j.reference.table} & fewer]
        self._count(changed)
        for joint in changed:
            if joint.seen and (joint.values or joint.matched < joint.given):
                self._lone(joint)
                joint.values = self._one(_WRITTEN_NOWHERE)[1]
                if joint.mends:
                    # Rows that were set aside since, such as repeats, would not be joined.
                    joint.mends = {}
                    self._try_folds(joint, self._allowed(joint))
        return tuple(
            ReferenceEntry(
                table=j.contract.name,
                column=j.reference.column,
                to_table=j.reference.table,
                to_column=j.reference.to,
                every=j.reference.every,
                rows=j.rows,
                blank=j.rows - j.given,
                matched=j.matched,
                unmatched=j.given - j.matched,
                aside=j.aside,
                values=j.values,
                joined=j.joined,
                mends=j.mends,
                looks=j.looks,
                tail=self._tail(j),
            )
            for j in self.joints
        )

    def _kept(self) -> dict[str, int]:
        parts = " UNION ALL ".join(
            f"SELECT {literal(t)}, count(*) FROM {stage_name(t)} WHERE {_KEPT}" for t in sorted(self.tables)
        )
        return dict(self.con.execute(parts).fetchall()) if self.tables else {}

    def _one(self, query: str) -> tuple[int, ...]:
        return tuple(int(n or 0) for n in self.con.execute(query).fetchall()[0])

    def _count(self, joints: list[_Joint]) -> None:
        # One statement for all: of a small return, planning forty would cost more than carrying them out.
        parts = " UNION ALL ".join(f"SELECT {i}, * FROM ({joint.count()})" for i, joint in enumerate(joints))
        for i, *counts in self.con.execute(parts).fetchall() if joints else []:
            joint = joints[i]
            joint.rows, joint.given, joint.matched, joint.aside = counts

    def _lone(self, joint: _Joint) -> None:
        """Make ``lone``, the values without a partner, and ``partners``, all that were sent; with their text."""
        here, there = joint.seen or (joint.reference.column, joint.reference.to)
        r, self._prefixes = joint.reference, {}
        partners = f"SELECT {r.to} FROM {joint.target} WHERE {r.to} IS NOT NULL AND {_KEPT}"
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE lone AS SELECT {r.column} AS value, joint(any_value({here})) AS seen, "
            f"count(*) AS n FROM {joint.stage} WHERE {_KEPT} AND {r.column} IS NOT NULL "
            f"AND {r.column} NOT IN ({partners}) GROUP BY {r.column}"
        )
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE partners AS SELECT {r.to} AS value, joint(any_value({there})) AS seen, "
            f"bool_or({_KEPT}) AS kept FROM {joint.target} WHERE {r.to} IS NOT NULL GROUP BY {r.to}"
        )

    def _folded(self, folds: Sequence[str]) -> str:
        """SQL of ``{x}``, a text without space, under several folds."""
        # To translate a text costs more than all the rest; most are ASCII, of which a character is a byte.
        half = f"CASE WHEN strlen({{x}}) = length({{x}}) THEN {{x}} ELSE translate({{x}}, '{_FULL}', '{_HALF}') END"
        text = f"({half})" if "signs" in folds else "{x}"
        text = f"upper({text})" if "case" in folds else text
        if "prefix" in folds:
            prefix = literal(self._prefix(text, self._plain_numbers("{x}", folds)))
            rest = f"substr({text}, length({prefix}) + 1)"
            text = f"(CASE WHEN starts_with({text}, {prefix}) THEN {rest} ELSE {text} END)"
        return self._plain_numbers(text, folds)

    @staticmethod
    def _plain_numbers(text: str, folds: Sequence[str]) -> str:
        """SQL of a text under the folds that change what stands behind a beginning."""
        if "year" in folds:
            text = f"regexp_replace({text}, {_YEAR}, '\\1\\2\\3', 'g')"
        if "zeros" in folds:
            text = f"regexp_replace({text}, '(^|[^0-9.,])0+([0-9])', '\\1\\2', 'g')"
        if "point" in folds:
            text = f"regexp_replace({text}, '[.]0+$', '')"
        if "signs" in folds:
            # Last: what stands between two numbers tells which zeros are leading ones, and which a spreadsheet added.
            text = f"regexp_replace({text}, '[^\\pL\\pN]+', '', 'g')"
        return text

    def _prefix(self, text: str, rest: str) -> str:
        """The beginning, common to all references on one side, that most often stands between two of them.

        ``rest``: SQL of what is no difference behind it: ``1`` leads to ``CR0001`` where zeros are none.
        """
        if (text, rest) not in self._prefixes:
            self._prefixes[text, rest] = self._sought(text, rest)
        return self._prefixes[text, rest]

    def _sought(self, text: str, rest: str) -> str:
        found = {"": 0}
        for table in ("lone", "partners"):
            ends = self.con.execute(f"SELECT min(t), max(t) FROM (SELECT {text.format(x='seen')} AS t FROM {table})")
            common = commonprefix([end or "" for end in ends.fetchall()[0]])[:_LONGEST_PREFIX]
            # A digit at its end would be the number's own: all numbers from 100 to 199 begin with 1.
            found |= {common[:n]: 0 for n in range(1, len(common) + 1) if not common[n - 1].isdigit()}
        if len(found) == 1:
            return ""
        tried = ", ".join(f"({literal(prefix)})" for prefix in found if prefix)
        # Those without a partner are few beside the partners: with and without each beginning they are looked up.
        counts = self.con.execute(
            f"WITH l AS (SELECT {text.format(x='seen')} AS t FROM lone), v AS (SELECT * FROM l CROSS JOIN (VALUES "
            f"{tried}) v(prefix)), w AS (SELECT prefix, prefix || t AS t FROM v UNION ALL "
            "SELECT prefix, substr(t, length(prefix) + 1) FROM v WHERE starts_with(t, prefix)), "
            f"p AS (SELECT {text.format(x='seen')} AS t FROM partners) SELECT prefix, count(*) AS n FROM w JOIN p "
            f"ON {rest.format(x='p.t')} = {rest.format(x='w.t')} GROUP BY prefix ORDER BY n DESC, prefix LIMIT 1"
        ).fetchall()
        return counts[0][0] if counts else ""

    def _partners_of(self, fold: str) -> str:
        """SQL of values without a partner with the one they have under a fold; none where there would be several."""
        # A blank left by a fold says nothing, what fits two partners fits neither, and one kept aside is no partner.
        return (
            f"SELECT l.value AS old, p.value AS new, l.n FROM lone l JOIN (SELECT {fold.format(x='seen')} AS k, "
            f"min(value) AS value FROM partners GROUP BY k HAVING count(*) = 1 AND bool_and(kept)) p "
            f"ON {fold.format(x='l.seen')} = p.k AND p.k <> ''"
        )

    def _mend(self, joint: _Joint, name: str, fold: str) -> None:
        column = joint.reference.column
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE found AS {self._partners_of(fold)}")
        (rows,) = self._one("SELECT sum(n) FROM found")
        if rows:
            joint.joined[name] = rows
            self.con.execute(
                f"UPDATE {joint.stage} SET {column} = found.new FROM found WHERE {column} = found.old AND {_KEPT}"
            ).fetchall()
            self.con.execute("DELETE FROM lone WHERE value IN (SELECT old FROM found)").fetchall()
            self._prefixes = {}

    def _try_folds(self, joint: _Joint, allowed: list[str]) -> None:
        """Count the rows that each fold not allowed would join, and several together where one is not enough."""

        def rows(folds: Sequence[str]) -> int:
            return self._one(f"SELECT sum(n) FROM ({self._partners_of(self._folded(folds))})")[0]

        left, joint.values = self._one(_WRITTEN_NOWHERE)
        others = [f for f in FOLDS if f not in allowed]
        if not left or not others:
            return
        # Most that are without a partner have none however they are written: one look tells.
        widest = self._folded([*allowed, *others]).format(x="seen")
        if not self._one(f"SELECT count(*) FROM lone WHERE {widest} IN (SELECT {widest} FROM partners)")[0]:
            joint.looks = self._looks(joint)
            return
        joint.mends = {f: n for f in others if (n := rows([*allowed, f]))}
        needed = list(others)
        if max(joint.mends.values(), default=0) < left and (most := rows([*allowed, *needed])):
            for fold in others:
                fewer = [f for f in needed if f != fold]
                if fewer and (n := rows([*allowed, *fewer])) >= most:
                    # Fewer folds may join more, since fewer partners are alike.
                    needed, most = fewer, n
            # Of many folds together a few join by chance.
            if most > max(joint.mends.values(), default=0) and most >= BY_CHANCE * left:
                joint.mends[" and ".join(needed)] = most
        if 2 * max(joint.mends.values(), default=0) < left:
            joint.looks = self._looks(joint)

    def _looks(self, joint: _Joint) -> tuple[str, ...]:
        """How most references without a partner are written, and most partners: ``A9999/99``, ``A9999/9999``.

        No text is quoted; of persons nothing is told. Nothing where both are alike. A thousand of each are looked at.
        """
        if joint.contract.column(joint.reference.column).kind == "person":
            return ()
        shape = "seen"
        for found, sign in (("[^ -~]", "?"), ("[A-Z]", "A"), ("[a-z]", "a"), ("[0-9]", "9")):
            shape = f"regexp_replace({shape}, '{found}', '{sign}', 'g')"
        most = [
            self.con.execute(
                f"SELECT left({shape}, {_LONGEST_LOOK}) FROM (SELECT seen FROM {table} ORDER BY hash(seen) LIMIT 1000) "
                "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
            ).fetchall()
            for table in ("lone", "partners")
        ]
        found = tuple(rows[0][0] for rows in most if rows)
        return found if len(set(found)) == 2 else ()

    def _tail(self, joint: _Joint) -> int:
        """Partners at the end of their list that a list in the same order has nothing for, as where it was cut off.

        What has months of its own tells it by these.
        """
        r = joint.reference
        # What goes on by the month may go on longer than what was asked beside it; people are often listed by role.
        person = joint.contract.column(r.column).kind == "person"
        steady = person or joint.contract.steady or CONTRACTS[r.table].steady
        if steady or not r.every or r.table == joint.contract.name or not joint.matched:
            return 0
        partner = f"(SELECT *, rowid AS spot FROM {joint.target} WHERE {_KEPT})"
        led = (
            f"SELECT s.rowid AS place, p.spot FROM {joint.stage} s JOIN {partner} p ON s.{r.column} = p.{r.to} "
            "WHERE len(s.reasons) = 0"
        )
        tail, before = self._one(
            f"SELECT count(*) FILTER (spot > furthest), count(*) FILTER (spot <= furthest) FROM {partner}, "
            f"(SELECT max(spot) AS furthest FROM ({led}))"
        )
        if tail < TAIL:
            return 0
        led_to, back = self._one(
            "SELECT count(DISTINCT spot), count(*) FILTER (spot < earlier) FROM "
            f"(SELECT spot, lag(spot) OVER (ORDER BY place) AS earlier FROM ({led}))"
        )
        return tail if back <= DISORDER * joint.matched and (1 - led_to / before) ** tail < RARE else 0
