"""From text to the values of a contract: one SELECT per feed, with a reason for every value that fails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import duckdb

from hmic_analysis.contracts import CONTRACTS, Column, Contract
from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.store import times
from hmic_analysis.store.columns import (
    SECONDS,
    UNMATCHED,
    Context,
    Plan,
    all_cells,
    but_missing,
    coded_text,
    counted_text,
    duration_text,
    format_hint,
    is_missing_number,
    is_month_first,
    is_plain,
    number_text,
    source_text,
)
from hmic_analysis.store.mapping import Source, TableSpec
from hmic_analysis.store.rawtable import literal, words

# --------------------------------------------------------------------------------------------------------------------
# Timestamps: from texts to UTC, with the hours that the clocks repeat or leave out.

#: Clocks of two systems differ by seconds; an ambiguous time so little too early is still the first occurrence.
JITTER = "INTERVAL 1 MINUTE"
#: Minutes by which a time of day alone may lie before the time it hangs on without being taken for the next day's.
TOLERANCE = 30


def in_order(stamps: list[Column], spec: TableSpec) -> list[Column]:
    """Timestamp columns, those on which another hangs by ``on`` first."""
    done: list[Column] = []
    waiting = list(stamps)
    there = {c.name for c in stamps}
    while waiting:
        names = {c.name for c in done}
        ready = [c for c in waiting if set(spec.columns[c.name].on_columns) & there <= names]
        done += ready
        waiting = [c for c in waiting if c not in ready]
    return done


@dataclass(frozen=True)
class Stamps:
    """What every timestamp of one feed is typed with.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    plan : Plan
    context : Context
    columns : dict
        The sources of the table's columns.
    home : str
        Zone in which times are read where the mapping names none.
    """

    con: duckdb.DuckDBPyConnection
    plan: Plan
    context: Context
    columns: dict[str, Source]
    home: str

    def zone(self, source: Source) -> str:
        """Zone of a column."""
        return source.timezone or self.context.file.timezone or self.context.mapping.timezone or self.home

    def add(self, column: Column, source: Source) -> None:
        """Add a timestamp column to the plan, up to its first possible instant ``f_NAME`` (UTC without zone)."""
        hidden = {}
        for i, time in enumerate(source.on_times, start=1):
            name = f"{column.name}_on{i}"
            self._add(name, column.name, time, {})
            hidden[name] = time
        self.plan.anchors[column.name] = [f"f_{name}" for name in hidden]
        named = {c: self.columns[c] for c in source.on_columns if c in self.columns}
        self._add(column.name, column.name, source, named | hidden)
        if source.blank_means:
            flag = "nobody_arrived" if source.blank_means == "nobody" else "arrival_not_known"
            self.plan.marked[flag] = self._is_blank(column.name, source)
        if source.precision == "day":
            self.plan.day_only[column.name] = f"(d_{column.name} IS NOT NULL)"
        elif source.time is None:
            self.plan.no_clock.append(f"(w_{column.name} IS NULL AND d_{column.name} IS NOT NULL)")
        elif source.date is not None:
            n = column.name
            self.plan.no_clock.append(f"(h_{n} IS NULL AND d_{n} IS NOT NULL)")
            self.plan.no_day.append(f"(t_{n} IS NULL AND hs_{n} > 0)")

    def _is_blank(self, n: str, source: Source) -> str:
        """SQL of whether the cell that says when is blank; a time of day that has lost its day is not."""
        if source.time is not None:
            return f"(h_{n} IS NULL)"
        return f"(x_{n} IS NULL)" if source.plus else f"(w_{n} IS NULL AND d_{n} IS NULL)"

    def _add(self, n: str, shown: str, source: Source, anchors: dict[str, Source]) -> None:
        plan, context = self.plan, self.context
        if source.precision == "day":
            self._as_day(n, shown, source)
            return
        if all_cells(self.con, context, source, "stamp"):
            self._as_printed(n, shown, source)
            return
        whole = is_month_first(self.con, context, source)
        hint = format_hint(f"p_{n}", source, whole)
        if whole:
            source = source.model_copy(update={"format": ("iso",)})
        plan.text[f"p_{n}"] = source_text(context, source)
        plan.coded[f"k_{n}"] = counted_text(coded_text(f"p_{n}", source), context, source)
        plan.split[f"t_{n}"] = f"unzoned({but_missing(f'k_{n}', context, source)})"
        plan.split[f"o_{n}"] = f"offset_of(k_{n})"
        failed = f"t_{n} IS NOT NULL AND w_{n} IS NULL AND d_{n} IS NULL"
        if source.time is not None:
            plan.text[f"h_{n}"] = but_missing(context.cell(source.time, source), context, source)
            plan.split[f"hs_{n}"] = times.clock(f"unzoned(h_{n})", source.time_format)
            plan.split[f"o_{n}"] = f"offset_of(h_{n})"
            failed = f"h_{n} IS NOT NULL AND hs_{n} IS NULL"
            seconds = f"to_microseconds(round(hs_{n} * 1000000)::BIGINT)"
            if source.date is not None:
                wall = self._on_date(n, source, seconds)
                lost = f"t_{n} IS NOT NULL AND d_{n} IS NULL" + but_sentinel(self.con, context, source, f"t_{n}")
                failed = f"({failed}) OR ({lost})"
            else:
                wall = self._on_anchor(n, source, seconds, anchors)
        else:
            wall = not_missing(self.con, context, source, times.stamp(f"t_{n}", source.format))
            day = times.day(f"t_{n}", source.format)
            plan.wall[f"d_{n}"] = not_missing(self.con, context, source, day)
            failed += but_sentinel(self.con, context, source, f"t_{n}")
            if utc := times.counts_in_utc(f"unzoned(k_{n})", source.format):
                plan.split[f"o_{n}"] = f"CASE WHEN {utc} THEN 0 ELSE offset_of(k_{n}) END"
        _plus(plan, context, n, shown, source)
        if source.on:
            plan.chain.append({f"w_{n}": wall})
        else:
            plan.wall[f"w_{n}"] = wall
        code = f"{times.zone_macros(self.con, self.zone(source))[0]}(w_{n})"
        plan.code[f"z_{n}"] = f"CASE WHEN o_{n} IS NULL THEN {code} ELSE (86400 + o_{n} * 60) * 1000 END"
        later = f" + {_duration(n)}" if source.plus else ""
        plan.first[f"f_{n}"] = f"w_{n} - to_seconds(z_{n} // 1000 - 86400){later}"
        text = f"concat_ws(' ', p_{n}, h_{n})" if source.date else f"p_{n}"
        plan.fail(shown, failed, "not a time", text, hint=hint)

    def _as_printed(self, n: str, shown: str, source: Source) -> None:
        """A time that every cell writes as ISO 8601 does, without offset."""
        plan, context = self.plan, self.context
        plan.text[f"p_{n}"] = source_text(context, source)
        wall = f"plausible(try_cast(p_{n} AS TIMESTAMP))"
        plan.split[f"o_{n}"] = "NULL::BIGINT"
        plan.split[f"t_{n}"] = f"p_{n}"
        plan.wall[f"d_{n}"] = "NULL::TIMESTAMP"
        plan.wall[f"w_{n}"] = not_missing(self.con, context, source, wall)
        plan.code[f"z_{n}"] = f"{times.zone_macros(self.con, self.zone(source))[0]}(w_{n})"
        plan.first[f"f_{n}"] = f"w_{n} - to_seconds(z_{n} // 1000 - 86400)"
        failed = f"p_{n} IS NOT NULL AND w_{n} IS NULL" + but_sentinel(self.con, context, source, f"p_{n}")
        plan.fail(shown, failed, "not a time", f"p_{n}")

    def _as_day(self, n: str, shown: str, source: Source) -> None:
        """A column that holds a day, whatever clock time stands beside it: the day of its zone, and no time."""
        plan, context = self.plan, self.context
        local = times.zone_macros(self.con, self.zone(source))[1]
        plan.text[f"p_{n}"] = source_text(context, source)
        plan.coded[f"k_{n}"] = counted_text(coded_text(f"p_{n}", source), context, source)
        plan.split[f"t_{n}"] = f"unzoned({but_missing(f'k_{n}', context, source)})"
        utc = times.counts_in_utc(f"unzoned(k_{n})", source.format)
        plan.split[f"o_{n}"] = f"CASE WHEN {utc} THEN 0 ELSE offset_of(k_{n}) END" if utc else f"offset_of(k_{n})"
        plan.wall[f"x_{n}"] = not_missing(self.con, context, source, times.stamp(f"t_{n}", source.format))
        plan.wall[f"y_{n}"] = not_missing(self.con, context, source, times.day(f"t_{n}", source.format))
        plan.wall[f"w_{n}"] = "NULL::TIMESTAMP"
        moved = f"CASE WHEN o_{n} IS NULL THEN x_{n} ELSE {local}(x_{n} - to_minutes(o_{n})) END"
        plan.chain.append({f"d_{n}": f"date_trunc('day', coalesce({moved}, y_{n}))"})
        plan.code[f"z_{n}"] = "NULL::BIGINT"
        plan.first[f"f_{n}"] = "NULL::TIMESTAMP"
        failed = f"t_{n} IS NOT NULL AND d_{n} IS NULL" + but_sentinel(self.con, context, source, f"t_{n}")
        plan.fail(shown, failed, "not a day", f"p_{n}", hint=format_hint(f"p_{n}", source))

    def _on_date(self, n: str, source: Source, seconds: str) -> str:
        tries = f"{times.day(f't_{n}', source.format)}, {times.stamp(f't_{n}', source.format)}"
        midnight = f"date_trunc('day', coalesce({tries}))"
        self.plan.wall[f"d_{n}"] = not_missing(self.con, self.context, source, midnight)
        return f"d_{n} + {seconds}"

    def _on_anchor(self, n: str, source: Source, seconds: str, anchors: dict[str, Source]) -> str:
        """Wall time of a time of day alone, next to the first of its anchors that isn't blank."""
        plan = self.plan
        wall, _ = times.zone_macros(self.con, self.zone(source))
        found = self._anchor_walls(n, source, anchors)
        plan.chain.append({f"e_{n}": f"coalesce({', '.join([*found, 'NULL::TIMESTAMP'])})"})
        plan.wall[f"d_{n}"] = "NULL::TIMESTAMP"
        plan.no_day.append(f"(hs_{n} IS NOT NULL AND e_{n} IS NULL)")
        plan.chain.append({f"b_{n}": f"date_trunc('day', e_{n}) + {seconds}"})
        if not source.wraps_midnight:
            return f"b_{n}"
        plan.chain.append({f"zb_{n}": f"{wall}(b_{n})", f"ze_{n}": f"{wall}(e_{n})"})
        # 01:58 and then 01:03 in the night in which the clocks go back: the hour is repeated, the day isn't over.
        repeated = f"(zb_{n} % 1000 BETWEEN 1 AND {times.GAP - 1} AND zb_{n} = ze_{n})"
        # So little too early is disorder of keying, and no whole day.
        slack = f"INTERVAL {TOLERANCE if source.tolerance is None else source.tolerance} MINUTE"
        plan.early.append(f"(b_{n} < e_{n} - {JITTER} AND b_{n} >= e_{n} - {slack} AND NOT {repeated})")
        days = (
            f"CASE WHEN b_{n} < e_{n} - greatest({JITTER}, {slack}) AND NOT {repeated} THEN 1 "
            f"WHEN b_{n} > e_{n} + INTERVAL 1 DAY - {JITTER} THEN -1 ELSE 0 END"
        )
        plan.far.append(f"(b_{n} < e_{n} AND w_{n} > e_{n} + INTERVAL 12 HOUR)")
        return f"b_{n} + to_days({days})"

    def _anchor_walls(self, n: str, source: Source, anchors: dict[str, Source]) -> list[str]:
        """The wall times of the anchors of a column, in its own zone.

        Step by step in layers of their own: the macros of a zone use their argument many times.
        """
        local = times.zone_macros(self.con, self.zone(source))[1]
        codes, instants, walls = {}, {}, []
        for a, anchor in anchors.items():
            time = f"w_{a} + {_duration(a)}" if anchor.plus else f"w_{a}"
            moved = ""
            if self.zone(anchor) != self.zone(source):
                codes[f"c_{n}_{a}"] = f"{times.zone_macros(self.con, self.zone(anchor))[0]}(w_{a})"
                moved = f" ELSE {time} - to_seconds(c_{n}_{a} // 1000 - 86400)"
            instants[f"i_{n}_{a}"] = f"CASE WHEN o_{a} IS NOT NULL THEN {time} - to_minutes(o_{a}){moved} END"
            walls.append(f"CASE WHEN i_{n}_{a} IS NULL THEN {time} ELSE {local}(i_{n}_{a}) END")
        self.plan.chain += [codes, instants]
        return walls


def _duration(n: str) -> str:
    return f"to_microseconds(round(q_{n} * 1000000)::BIGINT)"


def _plus(plan: Plan, context: Context, n: str, shown: str, source: Source) -> None:
    plus = source.plus
    if plus is None:
        return
    missing = (*source.missing_values, *plus.missing_values)
    length = Source(column=plus.column, missing_values=missing, replace=plus.replace, extract=plus.extract)
    length = length.model_copy(update={"decimal": source.decimal, "thousands": source.thousands})
    plan.text[f"x_{n}"] = but_missing(source_text(context, length), context, length)
    seconds = duration_text(f"x_{n}", plus.unit, context, length)
    plan.split[f"q_{n}"] = f"CASE WHEN abs({seconds}) <= 366 * 86400 THEN {seconds} END"
    plan.fail(shown, f"x_{n} IS NOT NULL AND q_{n} IS NULL", "not a duration", f"x_{n}")


def resolve_fold(plan: Plan, column: Column, previous: list[str]) -> None:
    """Choose between the two occurrences of an hour that the clocks repeat.

    The first is taken, unless it lies before an earlier time of the same row (in the order of the contract) and the
    second does not.
    """
    n = column.name
    code = f"(z_{n} % 1000)"
    ambiguous = f"({code} > 0 AND {code} <> {times.GAP})"
    second = f"f_{n} + to_minutes({code})"
    earlier = [*previous, *plan.anchors.get(n, [])]
    if earlier:
        before = f"greatest({', '.join(earlier)})" if len(earlier) > 1 else earlier[0]
        test = f"{ambiguous} AND f_{n} < {before} - {JITTER} AND {second} >= {before} - {JITTER}"
        plan.value[f"u_{n}"] = f"CASE WHEN {test} THEN {second} ELSE f_{n} END"
    else:
        plan.value[f"u_{n}"] = f"f_{n}"
    previous.append(f"u_{n}")
    plan.ambiguous.append(f"coalesce({ambiguous}, false)")
    plan.missing_hour.append(f"coalesce({code} = {times.GAP}, false)")


def _sentinel_values(con: duckdb.DuckDBPyConnection, context: Context, source: Source, kind: str) -> list[str]:
    """Missing values that are times, as SQL: ``1900-01-01`` also means ``1900-01-01 00:00:00``."""
    dated = [word for word in context.missing(source) if sum(c.isdigit() for c in word) >= 6]
    found = []
    for word in dated:
        text = literal(word)
        tries = [read(text, formats, False) for formats in ((), source.format) for read in (times.stamp, times.day)]
        for (value,) in con.execute(f"SELECT unnest([{', '.join(tries)}])").fetchall():
            if value is not None:
                # Day 1 of a spreadsheet is day 2 for the databases that count without its 29 February 1900.
                days = [value, value + timedelta(days=1)] if _is_day_one(value, source) else [value]
                found += [f"TIMESTAMP '{v}'" if kind == "timestamp" else f"DATE '{v.date()}'" for v in days]
    return sorted(set(found))


def _is_day_one(value: datetime, source: Source) -> bool:
    return "excel_days" in source.format and value == datetime(1900, 1, 1)


def not_missing(
    con: duckdb.DuckDBPyConnection, context: Context, source: Source, value: str, kind: str = "timestamp"
) -> str:
    """SQL of ``value`` with sentinels such as 1900-01-01 made null."""
    sentinels = _sentinel_values(con, context, source, kind)
    return f"nullif_any({value}, [{', '.join(sentinels)}])" if sentinels else value


def but_sentinel(
    con: duckdb.DuckDBPyConnection, context: Context, source: Source, text: str, kind: str = "timestamp"
) -> str:
    """SQL that excepts sentinels from what could not be read."""
    sentinels = _sentinel_values(con, context, source, kind)
    if not sentinels:
        return ""
    read = f"coalesce({times.stamp(text, source.format, False)}, {times.day(text, source.format, False)})"
    read = read if kind == "timestamp" else f"CAST({read} AS DATE)"
    return f" AND coalesce({read} NOT IN ({', '.join(sentinels)}), true)"


# --------------------------------------------------------------------------------------------------------------------
# From text to the values of a contract: one SELECT per feed, with a reason for every value that fails.

TRUE_WORDS = ("yes", "y", "true", "t", "1", "1.0")
FALSE_WORDS = ("no", "n", "false", "f", "0", "0.0")


def typed_select(
    con: duckdb.DuckDBPyConnection, context: Context, contract: Contract, spec: TableSpec, home: str
) -> str:
    """SQL that types the rows of one feed.

    A SELECT with ``{source}`` in place of its FROM, giving ``_row``, every column of the contract (timestamps
    in UTC without zone), ``flags``, ``reasons`` (why a row can't be kept) and ``cells`` (what of a row that is kept
    can't be read), lists of text.
    """
    plan = Plan()
    place = context.mapping.timezone if context.mapping.timezone not in (None, "UTC") else home
    local = times.zone_macros(con, place)[1]
    stamps = [c for c in contract.columns if c.kind == "timestamp" and c.name in spec.columns]
    typed = Stamps(con, plan, context, spec.columns, home)
    for column in in_order(stamps, spec):
        typed.add(column, spec.columns[column.name])
    previous: list[str] = []
    for column in stamps:
        resolve_fold(plan, column, previous)
    for column in contract.columns:
        source = spec.columns.get(column.name)
        if column.kind == "timestamp":
            plan.value[column.name] = f"u_{column.name}" if source else "NULL::TIMESTAMP"
        elif source is None and column.kind != "month":
            plan.value[column.name] = f"NULL::{sql_type(column)}"
        else:
            _plain(con, plan, context, column, source, local, spec)
    for column in contract.columns:
        if column.required:
            plan.blank(column.name, column.name)
    for group in contract.any_of:
        plan.blank(" and ".join(group), *group)
    return _statement(plan, contract)


def sql_type(column: Column) -> str:
    """Type of a column in the staging tables."""
    if column.kind == "code":
        return f"ENUM({', '.join(literal(word) for word in column.allowed)})"
    kinds = {
        "integer": "BIGINT",
        "number": "DOUBLE",
        "timestamp": "TIMESTAMP",
        "date": "DATE",
        "month": "DATE",
        "boolean": "BOOLEAN",
    }
    return kinds.get(column.kind, "VARCHAR")


def text_columns(contract: Contract) -> tuple[str, ...]:
    """Person columns that refer or are referred to: their text is staged as well, since a hash can't be folded."""
    own = [r.column for r in contract.references if r.every or contract.name not in _MANY]
    named = [r.to for c in CONTRACTS.values() if c.name not in _MANY for r in c.references if r.table == contract.name]
    return tuple(n for n in dict.fromkeys([*own, *named]) if contract.column(n).kind == "person")


#: Tables with more rows than others, whose persons need not have a partner: to fold them costs more than it tells.
_MANY = ("crime",)


def _plain(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    context: Context,
    column: Column,
    source: Source | None,
    local: str,
    spec: TableSpec,
) -> None:
    n = column.name
    if source is None:
        plan.value[n] = _month_of(column, spec, local)
        return
    context = replace(context, judged=column.judged)
    plan.text[f"p_{n}"] = source_text(context, source, column.kind == "person")
    text = f"t_{n}"
    plan.coded[text] = coded_text(f"p_{n}", source)
    kind = column.kind
    known = _codes_of(source)
    if known:
        _no_code(plan, column, known)
    given = (
        f"({text} IS NOT NULL AND NOT starts_with({text}, {literal(UNMATCHED)}))" if known else f"({text} IS NOT NULL)"
    )
    if kind == "text":
        if n.endswith("_id"):
            plan.cut_off.append(f"regexp_full_match({text}, '\\d([.]\\d+)?[eE][+]\\d+')")
        if source.within:
            own = words(dict.fromkeys(" ".join(word.split()).lower() for word in source.within))
            plan.marked[f"{n}_outside"] = f"coalesce(folded(v_{n}) NOT IN {own}, false)"
            plan.split[f"v_{n}"] = f"CASE WHEN {given} THEN {text} END"
        shown = text if is_plain(context, source) else f"printable({text})"
        plan.value[n] = f"CASE WHEN {given} THEN {shown} END"
    elif kind == "person":
        plan.value[n] = f"CASE WHEN {given} THEN person_hash({text}) END"
    elif kind == "code":
        code = f"replace(lower({text}), ' ', '_')"
        plan.value[n] = f"CASE WHEN {code} IN {words(column.allowed)} THEN {code} END"
        _fails(plan, column, "not allowed", given, f"; allowed: {', '.join(column.allowed)}")
    elif kind == "codes":
        parts = f"[x for x in [replace(lower(clean(y)), ' ', '_') for y in string_split({text}, ';')] if x is not null]"
        allowed = f"[{', '.join(literal(a) for a in column.allowed)}]"
        good = f"len({parts}) > 0 AND list_has_all({allowed}, {parts})"
        plan.value[n] = f"CASE WHEN {given} AND {good} THEN array_to_string({parts}, ';') END"
        _fails(plan, column, "not allowed", given, f"; allowed: {', '.join(column.allowed)}")
    elif kind == "boolean":
        true, false = source.true_words or TRUE_WORDS, source.false_words or FALSE_WORDS
        low = f"lower({text})"
        plan.value[n] = (
            f"CASE WHEN {low} IN {words(w.lower() for w in true)} THEN true "
            f"WHEN {low} IN {words(w.lower() for w in false)} THEN false END"
        )
        _fails(plan, column, "not yes or no", given, f"; yes is {', '.join(true)}; no is {', '.join(false)}")
    elif kind in ("number", "integer"):
        _numeric(con, plan, context, column, source, given)
    else:
        _day_or_month(con, plan, context, column, source, given, local, spec)


def _numeric(
    con: duckdb.DuckDBPyConnection, plan: Plan, context: Context, column: Column, source: Source, given: str
) -> None:
    n, text = column.name, f"t_{column.name}"
    number = number_text(text, context, source)
    if all_cells(con, context, source, "whole"):
        number = f"{text}::DOUBLE"
    if source.unit and column.unit in SECONDS:
        number = f"({duration_text(text, source.unit, context, source)} / {SECONDS[column.unit]}.0)"
    plan.wall[f"s_{n}"] = is_missing_number(text, context, source)
    missing = f"s_{n}"
    plan.wall[f"n_{n}"] = number
    whole = f" AND n_{n} = floor(n_{n}) AND abs(n_{n}) < 9e15" if column.kind == "integer" else ""
    low = f" AND n_{n} >= {column.minimum}" if column.minimum is not None else ""
    high = f" AND n_{n} <= {column.maximum}" if column.maximum is not None else ""
    cast = f"n_{n}::BIGINT" if column.kind == "integer" else f"n_{n}"
    plan.value[n] = f"CASE WHEN {given} AND NOT {missing}{whole}{low}{high} THEN {cast} END"
    wanted = "not a whole number" if column.kind == "integer" else "not a number"
    bad = f"{given} AND NOT {missing} AND (n_{n} IS NULL{f' OR NOT (true{whole})' if whole else ''})"
    plan.fail(n, bad, wanted, f"p_{n}")
    if low or high:
        limits = f"outside {_limit(column.minimum, 'any')} to {_limit(column.maximum, 'any')}"
        plan.fail(n, f"{given} AND NOT {missing} AND NOT (true{low}{high})", limits, f"p_{n}")


def _limit(value: float | None, otherwise: str) -> str:
    return otherwise if value is None else f"{value:g}"


def _day_or_month(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    context: Context,
    column: Column,
    source: Source,
    given: str,
    local: str,
    spec: TableSpec,
) -> None:
    n = column.name
    if all_cells(con, context, source, "month" if column.kind == "month" else "day"):
        _as_printed(con, plan, context, column, source, local, spec)
        return
    text, whole = f"y_{n}", is_month_first(con, context, source)
    hint = format_hint(f"p_{n}", source, whole)
    if whole:
        source = source.model_copy(update={"format": ("iso",)})
    coded = counted_text(but_missing(f"t_{n}", context, source), context, source)
    plan.split[text] = f"unzoned({coded})"
    stamp = times.stamp(text, source.format)
    zoned = "NULL::TIMESTAMP"
    utc = times.counts_in_utc(f"unzoned({coded})", source.format)
    if utc or _has_offsets(con, context, source):
        # A time with an offset, or counted in UTC, belongs to the day of the wall clock of the place.
        plan.split[f"o_{n}"] = f"CASE WHEN {utc or 'false'} THEN 0 ELSE offset_of(t_{n}) END"
        own = source.timezone or context.file.timezone
        here = times.zone_macros(con, own)[1] if own else local
        plan.wall[f"x_{n}"] = f"{here}({stamp} - to_minutes(o_{n}))"
        zoned = f"x_{n}"
    if column.kind == "month":
        parsed = f"coalesce(CAST(date_trunc('month', {zoned}) AS DATE), {times.month(text, source.format)})"
    else:
        parsed = f"CAST(coalesce({zoned}, {times.day(text, source.format)}, {stamp}) AS DATE)"
    plan.wall[f"w_{n}"] = not_missing(con, context, source, parsed, column.kind)
    filled = _month_of(column, spec, local) if column.kind == "month" else "NULL::DATE"
    plan.value[n] = f"coalesce(w_{n}, {filled})"
    bad = f"{given} AND {text} IS NOT NULL AND w_{n} IS NULL" + but_sentinel(con, context, source, text, column.kind)
    plan.fail(n, bad, f"not a {column.kind}", f"p_{n}", hint=hint)


def _as_printed(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    context: Context,
    column: Column,
    source: Source,
    local: str,
    spec: TableSpec,
) -> None:
    """A day or month that every cell writes as ISO 8601 does."""
    n = column.name
    first = f"t_{n} || '-01'" if column.kind == "month" else f"t_{n}"
    day = f"CAST(plausible(try_cast({first} AS TIMESTAMP)) AS DATE)"
    plan.wall[f"w_{n}"] = not_missing(con, context, source, day, column.kind)
    filled = _month_of(column, spec, local) if column.kind == "month" else "NULL::DATE"
    plan.value[n] = f"coalesce(w_{n}, {filled})"
    bad = f"t_{n} IS NOT NULL AND w_{n} IS NULL" + but_sentinel(con, context, source, f"t_{n}", column.kind)
    plan.fail(n, bad, f"not a {column.kind}", f"p_{n}")


def idle_zones(con: duckdb.DuckDBPyConnection, context: Context, contract: Contract, spec: TableSpec) -> list[str]:
    """Columns of days and months whose ``timezone`` does nothing, since no cell of theirs is an instant."""
    return [
        f"{context.raw.file}: 'timezone' of {column.name} does nothing: none of its cells is an instant (with an "
        f"offset, or a count in UTC), so every {column.kind} stays as it is written"
        for column in contract.columns
        if column.kind in ("date", "month")
        and (source := spec.columns.get(column.name)) is not None
        and source.timezone
        and not times.counts_in_utc("x", source.format)
        and not _has_offsets(con, context, source)
    ]


def _has_offsets(con: duckdb.DuckDBPyConnection, context: Context, source: Source) -> bool:
    """Whether any cell has an offset: to look costs less than to plan for it."""
    text = source_text(context, source)
    query = f"SELECT 1 FROM {context.raw.table} WHERE regexp_matches({text}, '[:TZ]')"
    # Most columns of days hold no clock at all; the macro that finds offsets is long, and costly to plan with.
    if not con.execute(f"{query} LIMIT 1").fetchall():
        return False
    return bool(con.execute(f"{query} AND offset_of({text}) IS NOT NULL LIMIT 1").fetchall())


def _month_of(column: Column, spec: TableSpec, local: str) -> str:
    """The month of the time it is taken from, by the wall clock of the place."""
    if not column.month_of or column.month_of not in spec.columns:
        return "NULL::DATE"
    t = column.month_of
    wall = f"{local}(u_{t})"
    return f"CAST(date_trunc('month', coalesce({wall}, d_{t})) AS DATE)"


def _codes_of(source: Source) -> list[str]:
    """Words of all code lists that refuse what they don't know, those of the parts of ``first_of`` included."""
    own = list(source.codes) if source.otherwise == "reject" else []
    return own + [word for part in source.first_of for word in _codes_of(part)]


def _no_code(plan: Plan, column: Column, known: list[str]) -> None:
    allowed = ", ".join(dict.fromkeys(known))
    shown = allowed if len(allowed) < 300 else allowed[:300] + " ..."
    bad = f"starts_with(t_{column.name}, {literal(UNMATCHED)})"
    plan.fail(column.name, bad, "no code for", f"p_{column.name}", f"; the mapping knows {shown}")


def _fails(plan: Plan, column: Column, label: str, given: str, tail: str) -> None:
    plan.fail(column.name, f"{given} AND {column.name} IS NULL", label, f"p_{column.name}", tail)


def _statement(plan: Plan, contract: Contract) -> str:
    def more(layer: dict[str, str]) -> str:
        return "".join(f", {sql} AS {name}" for name, sql in layer.items())

    values = {n: v for n, v in plan.value.items() if n.startswith("u_")}
    values |= {c.name: f"({plan.value[c.name]})::{sql_type(c)}" for c in contract.columns}
    flags = [
        (" OR ".join(tests), literal(flag))
        for flag, tests in (
            ("ambiguous_local_time", plan.ambiguous),
            ("nonexistent_local_time", plan.missing_hour),
            ("no_time_of_day", plan.no_clock),
            ("no_day", plan.no_day),
            ("over_12_hours_past_midnight", plan.far),
            ("before_the_time_it_hangs_on", plan.early),
            *((f"{name}_day_only", [test]) for name, test in plan.day_only.items()),
            *((flag, [test]) for flag, test in plan.marked.items()),
            ("digits_cut_off", plan.cut_off),
        )
        if tests
    ]
    lost, unread = plan.sorted_faults(contract)
    cells = [fault for faults in unread.values() for fault in faults]
    flags += [(" OR ".join(f"({t})" for t, _ in faults), literal(unread_flag(n))) for n, faults in unread.items()]
    text = {n: f"({sql})::VARCHAR" for n, sql in plan.text.items()}
    coded = {n: f"({sql})::VARCHAR" if n.startswith(("t_", "k_")) else sql for n, sql in plan.coded.items()}
    layers = f"SELECT _row{more(text)} FROM {{source}}"
    odd = {f"odd_{i}": test for i, (test, _) in enumerate(flags)}
    bad = {f"bad_{i}": test for i, (test, _) in enumerate([*lost, *plan.reasons])}
    part = {f"part_{i}": test for i, (test, _) in enumerate(cells)}
    for layer in (coded, plan.split, plan.wall, *plan.chain, plan.code, plan.first, values, odd | bad | part):
        if layer:
            layers = f"SELECT *{more(layer)} FROM ({layers})"
    names = ", ".join(contract.column_names)
    flagged = _said(list(odd), [said for _, said in flags])
    reasons = _said(list(bad), [said for _, said in [*lost, *plan.reasons]])
    aside = _said(list(part), [said for _, said in cells])
    texts = "".join(
        f", {f'person_text(t_{n})' if f't_{n}' in coded else 'NULL::VARCHAR'} AS text_{n}"
        for n in text_columns(contract)
    )
    return f"SELECT _row, {names}, {flagged} AS flags, {reasons} AS reasons, {aside} AS cells{texts} FROM ({layers})"


def _said(tests: list[str], said: list[str]) -> str:
    """SQL of the list of what is said where a test holds; most rows fail none, and cost no list to be made."""
    if not tests:
        return "[]::VARCHAR[]"
    cases = ", ".join(f"CASE WHEN {test} THEN {words} END" for test, words in zip(tests, said, strict=True))
    found = f"list_filter([{cases}]::VARCHAR[], lambda x: x IS NOT NULL)"
    return f"CASE WHEN {' OR '.join(tests)} THEN {found} ELSE []::VARCHAR[] END"
