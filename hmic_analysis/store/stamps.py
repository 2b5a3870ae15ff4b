"""Timestamps: from texts to UTC, with the hours that the clocks repeat or leave out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from hmic_analysis.contracts import Column
from hmic_analysis.store import times
from hmic_analysis.store.columns import (
    Context,
    Plan,
    but_missing,
    coded_text,
    counted_text,
    duration_text,
    format_hint,
    is_month_first,
    is_plainest,
    source_text,
)
from hmic_analysis.store.mapping import Source, TableSpec
from hmic_analysis.store.rawtable import literal

#: Clocks of two systems differ by seconds; an ambiguous time so little too early is still the first occurrence.
JITTER = "INTERVAL 1 MINUTE"


#: Flag of a row whose arrival is blank, by what the mapping says that this means.
BLANK_FLAGS = {"nobody": "nobody_arrived", "not_known": "arrival_not_known"}
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
    """What every timestamp of one feed is typed with."""

    con: duckdb.DuckDBPyConnection
    plan: Plan
    context: Context
    #: The sources of the table's columns.
    columns: dict[str, Source]
    #: Zone in which times are read where the mapping names none.
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
            self.plan.marked[BLANK_FLAGS[source.blank_means]] = self._is_blank(column.name, source)
        if source.precision == "day":
            self.plan.day_only[column.name] = f"(d_{column.name} IS NOT NULL)"
        elif source.time is None:
            timeless = f"(w_{column.name} IS NULL AND d_{column.name} IS NOT NULL)"
            self.plan.no_clock.append(timeless)
            # Which time it is tells whether somebody came, though nobody knows when.
            self.plan.day_only[column.name] = timeless
        elif source.date is not None:
            n = column.name
            timeless = f"(h_{n} IS NULL AND d_{n} IS NOT NULL)"
            self.plan.no_clock.append(timeless)
            self.plan.day_only[n] = timeless
            self.plan.no_day.append(f"(t_{n} IS NULL AND hs_{n} > 0)")

    def _is_blank(self, n: str, source: Source) -> str:
        """SQL of whether the cell that says when is blank; a time of day that has lost its day is not."""
        if source.time is not None:
            return f"(h_{n} IS NULL)"
        if source.plus:
            return f"(x_{n} IS NULL)"
        # What can't be read is no blank.
        read = f"w_{n} IS NULL AND d_{n} IS NULL"
        if f"t_{n}" not in {**self.plan.coded, **self.plan.split}:
            return f"({read})"
        wrong = f"t_{n} IS NOT NULL{but_sentinel(self.con, self.context, source, f't_{n}')}"
        return f"({read} AND NOT ({wrong}))"

    def _add(self, n: str, shown: str, source: Source, anchors: dict[str, Source]) -> None:
        plan, context = self.plan, self.context
        if source.precision == "day":
            self._as_day(n, shown, source)
            return
        if is_plainest(self.con, context, source, "timestamp"):
            self._as_printed(n, shown, source)
            return
        whole = is_month_first(self.con, context, source)
        hint = format_hint(self.con, context, f"p_{n}", source, whole)
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
        plan.fail(shown, failed, "not a day", f"p_{n}", hint=format_hint(self.con, context, f"p_{n}", source))

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
        # The same across midnight: 23:58 of a call at 00:05.
        before = f"(b_{n} > e_{n} + INTERVAL 1 DAY - greatest({JITTER}, {slack}))"
        plan.early.append(
            f"((b_{n} < e_{n} - {JITTER} AND b_{n} >= e_{n} - {slack} AND NOT {repeated}) "
            f"OR ({before} AND b_{n} < e_{n} + INTERVAL 1 DAY - {JITTER}))"
        )
        days = (
            f"CASE WHEN b_{n} < e_{n} - greatest({JITTER}, {slack}) AND NOT {repeated} THEN 1 "
            f"WHEN {before} THEN -1 ELSE 0 END"
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
