"""From text to the values of a contract: one SELECT per column source, with a reason for every value that fails."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from hmic_analysis.contracts import Column, Contract
from hmic_analysis.store import times, zones
from hmic_analysis.store.columns import UNMATCHED, Context, coded_text, source_text
from hmic_analysis.store.mapping import Source, TableSpec
from hmic_analysis.store.sql import literal, words

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "hh:mm:ss": 1}
TRUE_WORDS = ("yes", "y", "true", "t", "1", "1.0")
FALSE_WORDS = ("no", "n", "false", "f", "0", "0.0")
#: Clocks of two systems differ by seconds; an ambiguous time so little too early is still the first occurrence.
JITTER = "INTERVAL 1 MINUTE"


@dataclass
class Plan:
    """The layers of the statement that types one feed.

    Each layer selects from the one before; later layers may use the names of earlier ones.
    """

    text: dict[str, str] = field(default_factory=dict)
    coded: dict[str, str] = field(default_factory=dict)
    split: dict[str, str] = field(default_factory=dict)
    wall: dict[str, str] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    value: dict[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    missing_hour: list[str] = field(default_factory=list)
    no_clock: list[str] = field(default_factory=list)
    failed: dict[str, list[str]] = field(default_factory=dict)

    def fail(self, column: str, test: str, label: str, text: str, tail: str = "") -> None:
        """A row for which ``test`` holds gets the reason ``label: column = text`` and ``tail``."""
        shown = f"left(printable({text}), 60)"
        said = f"{literal(f'{label}: {column} = ')} || coalesce({shown}, '') || {literal(tail)}"
        self.reasons.append(f"CASE WHEN {test} THEN {said} END")
        self.failed.setdefault(column, []).append(f"coalesce({test}, false)")


def typed_select(
    con: duckdb.DuckDBPyConnection, context: Context, contract: Contract, spec: TableSpec, home: str
) -> str:
    """SQL that types the rows of one feed.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    context : Context
    contract : Contract
    spec : TableSpec
    home : str
        Zone of the force: times are read in it where the mapping names no other.

    Returns
    -------
    str
        A SELECT with ``{source}`` in place of its FROM, giving ``_row``, every column of the contract
        (timestamps in UTC without zone), ``flags`` and ``reasons`` (lists of text).
    """
    plan = Plan()
    local = context.mapping.timezone if context.mapping.timezone not in (None, "UTC") else home
    stamps = [c for c in contract.columns if c.kind == "timestamp" and c.name in spec.columns]
    for column in _in_order(stamps, spec):
        _timestamp(con, plan, context, column, spec.columns[column.name], home)
    previous: list[str] = []
    for column in stamps:
        _resolve(plan, column, previous)
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
            plan.reasons.append(_blank_reason(plan, column.name))
    for group in contract.any_of:
        test = " AND ".join(f"{name} IS NULL" for name in group)
        plan.reasons.append(f"CASE WHEN {test} THEN {literal('blank: ' + ' and '.join(group))} END")
    return _statement(plan, contract)


def sql_type(column: Column) -> str:
    """Type of a column in the staging tables."""
    kinds = {
        "integer": "BIGINT",
        "number": "DOUBLE",
        "timestamp": "TIMESTAMP",
        "date": "DATE",
        "month": "DATE",
        "boolean": "BOOLEAN",
    }
    return kinds.get(column.kind, "VARCHAR")


def _in_order(stamps: list[Column], spec: TableSpec) -> list[Column]:
    """Times on which another hangs come first."""
    done: list[Column] = []
    waiting = list(stamps)
    while waiting:
        names = {c.name for c in done}
        ready = [c for c in waiting if spec.columns[c.name].on is None or spec.columns[c.name].on in names]
        done += ready
        waiting = [c for c in waiting if c not in ready]
    return done


def _timestamp(
    con: duckdb.DuckDBPyConnection, plan: Plan, context: Context, column: Column, source: Source, home: str
) -> None:
    n = column.name
    plan.text[f"p_{n}"] = source_text(context, source)
    plan.coded[f"k_{n}"] = coded_text(f"p_{n}", source)
    plan.split[f"t_{n}"] = f"unzoned(k_{n})"
    plan.split[f"o_{n}"] = f"offset_of(k_{n})"
    failed = f"t_{n} IS NOT NULL AND w_{n} IS NULL AND d_{n} IS NULL"
    if source.time is not None:
        plan.text[f"h_{n}"] = context.cell(source.time, source)
        plan.split[f"hs_{n}"] = f"clock_of(unzoned(h_{n}))"
        plan.split[f"o_{n}"] = f"offset_of(h_{n})"
        failed = f"h_{n} IS NOT NULL AND hs_{n} IS NULL"
        clock = f"to_microseconds(round(hs_{n} * 1000000)::BIGINT)"
        if source.date is not None:
            midnight = f"date_trunc('day', coalesce({times.day(f't_{n}', source.format)}, {times.stamp(f't_{n}', source.format)}))"
            plan.wall[f"d_{n}"] = _not_missing(con, context, source, midnight)
            wall = f"d_{n} + {clock}"
            failed = f"({failed}) OR (t_{n} IS NOT NULL AND d_{n} IS NULL)"
        else:
            base = f"date_trunc('day', w_{source.on}) + {clock}"
            wraps = f"CASE WHEN {base} < w_{source.on} THEN INTERVAL 1 DAY ELSE INTERVAL 0 DAY END"
            wall = f"{base} + {wraps}" if source.wraps_midnight else base
            plan.wall[f"d_{n}"] = "NULL::TIMESTAMP"
    else:
        wall = _not_missing(con, context, source, times.stamp(f"t_{n}", source.format))
        plan.wall[f"d_{n}"] = _not_missing(con, context, source, times.day(f"t_{n}", source.format))
        failed += _sentinel(con, context, source, f"t_{n}")
    plan.no_clock.append(f"(w_{n} IS NULL AND d_{n} IS NOT NULL)")
    zone = source.timezone or context.file.timezone or context.mapping.timezone or home
    _plus(plan, context, n, source)
    plan.wall[f"w_{n}"] = wall
    fixed = "UTC" if times.is_utc(source.format) else zone
    code = zones.wall_code(f"w_{n}", fixed)
    plan.code[f"z_{n}"] = f"CASE WHEN o_{n} IS NULL THEN {code} ELSE (86400 + o_{n} * 60) * 1000 END"
    later = f" + to_microseconds(round(q_{n} * 1000000)::BIGINT)" if source.plus else ""
    plan.first[f"f_{n}"] = f"w_{n} - to_seconds(z_{n} // 1000 - 86400){later}"
    plan.fail(n, failed, "not a time", f"coalesce(h_{n}, p_{n})" if source.time else f"p_{n}")


def _plus(plan: Plan, context: Context, n: str, source: Source) -> None:
    if source.plus is None:
        return
    plan.text[f"x_{n}"] = context.cell(source.plus.column, source)
    if source.plus.unit == "hh:mm:ss":
        plan.split[f"q_{n}"] = f"seconds_of(x_{n})"
    else:
        plan.split[f"q_{n}"] = f"{_number_text(f'x_{n}', context, source)} * {SECONDS[source.plus.unit]}"
    sane = f"abs(q_{n}) <= 366 * 86400"
    plan.fail(n, f"x_{n} IS NOT NULL AND ({sane}) IS NOT TRUE", "not a duration", f"x_{n}")


def _resolve(plan: Plan, column: Column, previous: list[str]) -> None:
    """Choose between the two occurrences of an hour that the clocks repeat."""
    n = column.name
    code = f"(z_{n} % 1000)"
    ambiguous = f"({code} > 0 AND {code} <> {zones.GAP})"
    second = f"f_{n} + to_minutes({code})"
    if previous:
        before = f"greatest({', '.join(previous)})" if len(previous) > 1 else previous[0]
        test = f"{ambiguous} AND f_{n} < {before} - {JITTER} AND {second} >= {before} - {JITTER}"
        plan.value[f"u_{n}"] = f"CASE WHEN {test} THEN {second} ELSE f_{n} END"
    else:
        plan.value[f"u_{n}"] = f"f_{n}"
    previous.append(f"u_{n}")
    plan.ambiguous.append(f"coalesce({ambiguous}, false)")
    plan.missing_hour.append(f"coalesce({code} = {zones.GAP}, false)")


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
    plan.text[f"p_{n}"] = source_text(context, source, column.kind == "person")
    text = f"t_{n}"
    plan.coded[text] = coded_text(f"p_{n}", source)
    kind = column.kind
    if source.codes and source.otherwise == "reject":
        _no_code(plan, column, source)
    unmatched = f"starts_with({text}, {literal(UNMATCHED)})"
    given = f"({text} IS NOT NULL AND NOT {unmatched})"
    if kind == "text":
        plan.value[n] = f"CASE WHEN {given} THEN printable({text}) END"
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
        _numeric(plan, context, column, source, given)
    else:
        _day_or_month(con, plan, context, column, source, given, local, spec)


def _numeric(plan: Plan, context: Context, column: Column, source: Source, given: str) -> None:
    n, text = column.name, f"t_{column.name}"
    number = f"seconds_of({text})" if source.unit == "hh:mm:ss" else _number_text(text, context, source)
    if source.unit and column.unit in SECONDS:
        number = f"({number} * {SECONDS[source.unit]} / {SECONDS[column.unit]}.0)"
    sentinels = [w for w in context.missing(source) if w.lstrip("+-").replace(".", "", 1).isdigit()]
    plan.wall[f"s_{n}"] = _number_text(text, context, source) if sentinels else "NULL::DOUBLE"
    missing = f"coalesce(s_{n} IN ({', '.join(sentinels)}), false)" if sentinels else "false"
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


def _number_text(text: str, context: Context, source: Source) -> str:
    decimal = source.decimal or context.file.decimal or context.mapping.decimal
    thousands = next(
        (t for t in (source.thousands, context.file.thousands, context.mapping.thousands) if t is not None), ""
    )
    if thousands == decimal:
        thousands = ""
    plain = f"translate({text}, '\u00a0\u202f', '  ')" if thousands == " " else text
    if thousands:
        t, d = (f"[{x}]" for x in (thousands, decimal))
        shape = literal(rf"[+-]?\d{{1,3}}({t}\d{{3}})+({d}\d+)?")
        # Only where the groups are whole: '1,5' must not become 15.
        plain = f"CASE WHEN regexp_full_match({plain}, {shape}) THEN replace({plain}, {literal(thousands)}, '') ELSE {plain} END"
    if decimal == ",":
        plain = f"CASE WHEN NOT contains({plain}, '.') THEN replace({plain}, ',', '.') END"
    return f"number_of({plain})"


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
    text = f"y_{n}"
    plan.split[text] = f"unzoned(t_{n})"
    if column.kind == "month":
        parsed = times.month(text, source.format)
    else:
        parsed = f"CAST(coalesce({times.day(text, source.format)}, {times.stamp(text, source.format)}) AS DATE)"
    plan.wall[f"w_{n}"] = _not_missing(con, context, source, parsed, column.kind)
    filled = _month_of(column, spec, local) if column.kind == "month" else "NULL::DATE"
    plan.value[n] = f"coalesce(w_{n}, {filled})"
    bad = f"{given} AND w_{n} IS NULL" + _sentinel(con, context, source, text, column.kind)
    plan.fail(n, bad, f"not a {column.kind}", f"p_{n}")


def _month_of(column: Column, spec: TableSpec, local: str) -> str:
    """The month of the time it is taken from, by the wall clock of the place."""
    if not column.month_of or column.month_of not in spec.columns:
        return "NULL::DATE"
    t = column.month_of
    wall = zones.local_time(f"u_{t}", local)
    return f"CAST(date_trunc('month', coalesce({wall}, d_{t})) AS DATE)"


def _sentinel_values(con: duckdb.DuckDBPyConnection, context: Context, source: Source, kind: str) -> list[str]:
    """Missing values that are times, as SQL: ``1900-01-01`` also means ``1900-01-01 00:00:00``."""
    dated = [word for word in context.missing(source) if sum(c.isdigit() for c in word) >= 6]
    found = []
    for word in dated:
        text = literal(word)
        tries = [times.stamp(text, ()), times.day(text, ()), times.stamp(text, source.format), times.day(text, source.format)]
        for (value,) in con.execute(f"SELECT unnest([{', '.join(tries)}])").fetchall():
            if value is not None:
                found.append(f"TIMESTAMP '{value}'" if kind == "timestamp" else f"DATE '{value.date()}'")
    return sorted(set(found))


def _not_missing(
    con: duckdb.DuckDBPyConnection, context: Context, source: Source, value: str, kind: str = "timestamp"
) -> str:
    sentinels = _sentinel_values(con, context, source, kind)
    return f"nullif_any({value}, [{', '.join(sentinels)}])" if sentinels else value


def _sentinel(
    con: duckdb.DuckDBPyConnection, context: Context, source: Source, text: str, kind: str = "timestamp"
) -> str:
    """SQL that excepts sentinels from what could not be read."""
    sentinels = _sentinel_values(con, context, source, kind)
    if not sentinels:
        return ""
    read = f"coalesce({times.stamp(text, source.format)}, {times.day(text, source.format)})"
    read = read if kind == "timestamp" else f"CAST({read} AS DATE)"
    return f" AND coalesce({read} NOT IN ({', '.join(sentinels)}), true)"


def _no_code(plan: Plan, column: Column, source: Source) -> None:
    allowed = ", ".join(source.codes)
    shown = allowed if len(allowed) < 300 else allowed[:300] + " ..."
    bad = f"starts_with(t_{column.name}, {literal(UNMATCHED)})"
    plan.fail(column.name, bad, "no code for", f"p_{column.name}", f"; the mapping knows {shown}")


def _fails(plan: Plan, column: Column, label: str, given: str, tail: str) -> None:
    plan.fail(column.name, f"{given} AND {column.name} IS NULL", label, f"p_{column.name}", tail)


def _blank_reason(plan: Plan, column: str) -> str:
    # What failed to convert has its own reason.
    tests = [f"{column} IS NULL", *(f"NOT {test}" for test in plan.failed.get(column, []))]
    return f"CASE WHEN {' AND '.join(tests)} THEN {literal('blank: ' + column)} END"


def _statement(plan: Plan, contract: Contract) -> str:
    def more(layer: dict[str, str]) -> str:
        return "".join(f", {sql} AS {name}" for name, sql in layer.items())

    values = {n: v for n, v in plan.value.items() if n.startswith("u_")}
    values |= {c.name: f"({plan.value[c.name]})::{sql_type(c)}" for c in contract.columns}
    flags = [
        f"CASE WHEN {' OR '.join(tests)} THEN {literal(flag)} END"
        for flag, tests in (
            ("ambiguous_local_time", plan.ambiguous),
            ("nonexistent_local_time", plan.missing_hour),
            ("no_time_of_day", plan.no_clock),
        )
        if tests
    ]
    text = {n: f"({sql})::VARCHAR" for n, sql in plan.text.items()}
    coded = {n: f"({sql})::VARCHAR" if n.startswith(("t_", "k_")) else sql for n, sql in plan.coded.items()}
    layers = f"SELECT _row{more(text)} FROM {{source}}"
    for layer in (coded, plan.split, plan.wall, plan.code, plan.first, values):
        if layer:
            layers = f"SELECT *{more(layer)} FROM ({layers})"
    names = ", ".join(contract.column_names)
    return f"SELECT _row, {names}, {_kept(flags)} AS flags, {_kept(plan.reasons)} AS reasons FROM ({layers})"


def _kept(items: list[str]) -> str:
    listed = ", ".join(items) or "NULL::VARCHAR"
    return f"list_filter([{listed}]::VARCHAR[], lambda x: x IS NOT NULL)"
