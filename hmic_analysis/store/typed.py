"""From text to the values of a contract: one SELECT per feed, with a reason for every value that fails."""

from dataclasses import replace
from functools import cache

import duckdb

from hmic_analysis.contracts import CONTRACTS, Column, Contract
from hmic_analysis.contracts.base import unread_flag
from hmic_analysis.store import times
from hmic_analysis.store.columns import (
    SECONDS,
    UNMATCHED,
    Context,
    Plan,
    Sought,
    but_missing,
    coded_text,
    counted_text,
    duration_text,
    errors_in,
    format_hint,
    is_decimal_comma,
    is_error,
    is_found,
    is_missing_number,
    is_month_first,
    is_plain,
    is_plainest,
    misfits,
    number_hint,
    number_text,
    seek,
    source_text,
)
from hmic_analysis.store.mapping import Source, TableSpec
from hmic_analysis.store.rawtable import NO_RESULT, RawTable, literal, words
from hmic_analysis.store.stamps import BLANK_FLAGS, Stamps, but_sentinel, in_order, not_missing, resolve_fold

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
    given = [(c, spec.columns[c.name]) for c in contract.columns if c.name in spec.columns]
    errors = [x for c, source in given if c.kind in ("text", "person") for x in errors_in(context, source)]
    named = named_by(contract)
    nameless = {c.name: _nameless(context, source) for c, source in given if c.name in named}
    plainest = [x for c, source in given for x in misfits(replace(context, judged=c.judged), source, c.kind)]
    seek(con, context, [*errors, *(x for looks in nameless.values() for x in looks), *plainest])
    context = replace(context, errors=any(is_found(con, context, x) for x in errors))
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
            if source is not None and any(is_found(con, context, x) for x in nameless.get(column.name, ())):
                source = source.model_copy(update={"missing_values": (*source.missing_values, *NAMELESS)})
            _plain(con, plan, context, column, source, local, spec)
    _unworked(plan, context.raw, contract, spec)
    for column in contract.columns:
        if column.required:
            plan.blank(column.name, column.name)
    for group in contract.any_of:
        plan.blank(" and ".join(group), *group)
    return _statement(plan, contract)


def _unworked(plan: Plan, raw: RawTable, contract: Contract, spec: TableSpec) -> None:
    """A formula whose result is not stored is no blank: its cell is not known, whatever stands for a blank one."""
    for column in contract.columns if raw.unworked else ():
        n, source = column.name, spec.columns.get(column.name)
        if source is None or not (lacking := raw.is_unworked(source.raw_columns(), source.raw_positions())):
            continue
        plan.coded[f"no_{n}"] = lacking
        plan.value[n] = f"CASE WHEN NOT no_{n} THEN {plan.value[n]} END"
        plan.faults = [(c, f"({test}) AND NOT no_{n}" if c == n else test, said) for c, test, said in plan.faults]
        plan.fail(n, f"no_{n}", NO_RESULT, "''")
        if source.blank_means:
            flag = BLANK_FLAGS[source.blank_means]
            plan.marked[flag] = f"({plan.marked[flag]} AND NOT no_{n})"
    if lacking := unworked_filters(raw, spec):
        plan.reasons.append((lacking, literal(f"{NO_RESULT}: where")))


def unworked_filters(raw: RawTable, spec: TableSpec) -> str:
    """SQL of whether a filter of a row reads a formula without a stored result; blank where none does."""
    named = [test.column for test in spec.where if test.column is not None]
    return raw.is_unworked(named, [test.position for test in spec.where if test.position is not None])


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


#: What people and programs write where there is no reference; as one, it would join all rows that have none.
NAMELESS = (
    "-", "--", "?", "<na>", "anon", "anonymous", "n/a", "n/k", "nan", "nat", "nil", "none", "not given", "not known",
    "not recorded", "not stated", "null", "tba", "tbc", "unknown",
)  # fmt: skip


def _nameless(context: Context, source: Source) -> list[Sought]:
    """The look for words that stand where there is no reference: they have no digits; few references have none."""
    if source.column is None:
        return []
    return [Sought(context.cell(source.column, source), "{x} IS NOT NULL AND NOT regexp_matches({x}, '[0-9]')")]


#: What a row of sums holds in the first column of a table.
TOTALS = ("total", "totals", "grand total", "subtotal", "sub-total", "sub total")


@cache
def named_by(contract: Contract) -> frozenset[str]:
    """The columns that name a record, or lead to one."""
    own = {r.column for r in contract.references} | set(contract.key if len(contract.key) == 1 else ())
    own |= {r.to for c in CONTRACTS.values() for r in c.references if r.table == contract.name}
    return frozenset(n for n in own if not contract.column(n).group)


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
    if context.errors and kind in ("text", "person"):
        plan.fail(n, f"coalesce({is_error(text)}, false)", "an error of a spreadsheet", f"p_{n}")
        given = f"({given} AND NOT {is_error(text)})"
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
    whole = is_plainest(con, context, source, column.kind)
    comma = not whole and is_decimal_comma(con, context, source)
    if comma:
        # '7,250' beside '7,5' is no seven thousand.
        source = source.model_copy(update={"thousands": ""})
    number = f"{text}::DOUBLE" if whole else number_text(text, context, source)
    if source.unit and column.unit in SECONDS:
        number = f"({duration_text(text, source.unit, context, source)} / {SECONDS[column.unit]}.0)"
    plan.wall[f"s_{n}"] = is_missing_number(text, context, source)
    missing = f"s_{n}"
    plan.wall[f"n_{n}"] = number
    entire = f" AND n_{n} = floor(n_{n}) AND abs(n_{n}) < 9e15" if column.kind == "integer" else ""
    low = f" AND n_{n} >= {column.minimum}" if column.minimum is not None else ""
    high = f" AND n_{n} <= {column.maximum}" if column.maximum is not None else ""
    cast = f"n_{n}::BIGINT" if column.kind == "integer" else f"n_{n}"
    plan.value[n] = f"CASE WHEN {given} AND NOT {missing}{entire}{low}{high} THEN {cast} END"
    wanted = "not a whole number" if column.kind == "integer" else "not a number"
    bad = f"{given} AND NOT {missing} AND (n_{n} IS NULL{f' OR NOT (true{entire})' if entire else ''})"
    plan.fail(n, bad, wanted, f"p_{n}", hint=number_hint(f"p_{n}", context, source, comma))
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
    if is_plainest(con, context, source, column.kind):
        _as_printed(con, plan, context, column, source, local, spec)
        return
    text, whole = f"y_{n}", is_month_first(con, context, source)
    hint = format_hint(con, context, f"p_{n}", source, whole)
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
