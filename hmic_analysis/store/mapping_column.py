"""Hold where one column of a mapping comes from against the contract of its table."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

import duckdb

from hmic_analysis.contracts import CONTRACTS, Column
from hmic_analysis.errors import did_you_mean
from hmic_analysis.store import mapping as m
from hmic_analysis.store.located import Key
from hmic_analysis.store.names import fold_name
from hmic_analysis.store.times import COUNTED, clock_fault, format_fault

#: The key at fault and what is wrong with it.
Fault = tuple[Key, str]
#: Words that ``otherwise`` gives a meaning of their own.
OTHERWISE = ("reject", "blank", "keep")


def check_zone(zone: str | None, key: Key) -> Iterator[Fault]:
    if zone is None:
        return
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        near = did_you_mean(zone, available_timezones())
        yield key, f"'{zone}' is not a time zone.{near} Write one such as Europe/London or UTC."


def check_regex(pattern: str | None, key: Key, by: str = "") -> Iterator[Fault]:
    """A regular expression that the engine doesn't take, or whose replacement asks for a group that it hasn't."""
    if pattern is None:
        return
    try:
        with duckdb.connect() as con:
            con.execute("SELECT regexp_replace('', ?, ?)", [pattern, by]).fetchall()
    except duckdb.Error as error:
        said = str(error).splitlines()[0].partition(": ")[2].rstrip(".")
        yield (
            key,
            f"'{pattern}' is not a regular expression that can be used ({said}; RE2 syntax, no look-around).",
        )


def check_source(
    mapping: m.Mapping, table: str, name: str, source: m.Source, spec: m.TableSpec, key: Key
) -> Iterator[Fault]:
    """Hold the source of one column against the column.

    Parameters
    ----------
    mapping : hmic_analysis.store.mapping.Mapping
    table, name : str
        The table and the column, both known.
    source : hmic_analysis.store.mapping.Source
    spec : hmic_analysis.store.mapping.TableSpec
        The other columns of the table.
    key : tuple
        Where the source stands in the document.

    Yields
    ------
    tuple
        The key at fault and what is wrong.
    """
    column = CONTRACTS[table].column(name)
    yield from _check_text(column, source, key)
    yield from _check_formats(column, source, key)
    yield from _check_idle(column, source, key)
    for i, time in enumerate(source.on_times):
        yield from _check_formats(column, time, (*key, "on", i))
    if source.unit and column.unit not in ("hours", "minutes", "days"):
        yield (
            (*key, "unit"),
            f"'unit' is for lengths of time; {name} is counted in {column.unit or column.kind}.",
        )
    timed = source.date or source.time or source.on or source.plus or source.wraps_midnight
    if column.kind != "timestamp" and timed:
        yield key, f"'date', 'time', 'on', 'plus' and 'wraps_midnight' are for times; {name} is a {column.kind}."
    elif source.on:
        yield from _check_on(table, name, source, spec, key)
    if column.kind != "person":
        wanted = {fold_name(raw) for raw in source.raw_columns()}
        for identifier in mapping.identifiers:
            if fold_name(identifier) in wanted:
                yield key, carried(identifier, name)


def carried(identifier: str, column: str) -> str:
    """What is wrong where a raw column that names a person feeds another than a person column."""
    return (
        f"'{identifier}' is listed under identifiers and must not be carried into {column}; only columns that hold a "
        "person's key (kept as a keyed hash) may read it."
    )


def _check_text(column: Column, source: m.Source, key: Key) -> Iterator[Fault]:
    """What is done to the text, also in the parts of ``first_of``."""
    yield from check_regex(source.extract, (*key, "extract"))
    for replace in (*source.replace, *(source.plus.replace if source.plus else ())):
        yield from check_regex(replace.find if replace.regex else None, (*key, "replace"), replace.by)
    yield from check_regex(source.plus.extract if source.plus else None, (*key, "plus", "extract"))
    if source.match == "regex":
        for pattern in source.codes:
            yield from check_regex(pattern, (*key, "codes", pattern))
    for i, part in enumerate(source.first_of):
        yield from _check_text(column, part, (*key, "first_of", i))
    if column.kind not in ("code", "codes"):
        return
    results = [((*key, "codes", raw), code) for raw, code in source.codes.items()]
    results += [((*key, "otherwise"), source.otherwise)] if source.otherwise not in OTHERWISE else []
    if not source.codes:
        fixed = [("value", source.value), ("default", source.default)]
        results += [((*key, at), code.lower().replace(" ", "_")) for at, code in fixed if code is not None]
    for at, code in results:
        if not set(code.split(";")) <= {*column.allowed, "blank"}:
            near = did_you_mean(code, column.allowed)
            allowed = ", ".join(column.allowed)
            yield at, f"'{code}' is not allowed for {column.name}.{near} Allowed: {allowed}, or blank."


def _check_formats(column: Column, source: m.Source, key: Key) -> Iterator[Fault]:
    yield from check_zone(source.timezone, (*key, "timezone"))
    for pattern in source.time_format:
        if fault := clock_fault(pattern):
            yield (*key, "time_format"), fault
    if column.kind not in ("timestamp", "date", "month"):
        if source.format:
            yield (*key, "format"), f"'format' is for times, dates and months; {column.name} is a {column.kind}."
        return
    if source.on and source.format:
        yield (*key, "format"), "a time of day alone is described by 'time_format'; 'format' is for a day."
        return
    for pattern in source.format:
        kind = "date" if source.date else column.kind
        if fault := format_fault(pattern, kind):
            yield (*key, "format"), fault


def _check_idle(column: Column, source: m.Source, key: Key) -> Iterator[Fault]:
    """Keys that would do nothing: whoever wrote them expects something else."""
    numeric = column.kind in ("number", "integer") or source.plus is not None or set(source.format) & set(COUNTED)
    useful = {
        "otherwise": (bool(source.codes), "without 'codes'"),
        "match": (bool(source.codes), "without 'codes'"),
        "join": (bool(source.columns), "without 'columns'"),
        "blank_part": (bool(source.columns) and column.kind != "person", "without 'columns', or for a person"),
        "true_words": (column.kind == "boolean", f"for a {column.kind}; it is for yes/no"),
        "false_words": (column.kind == "boolean", f"for a {column.kind}; it is for yes/no"),
        "decimal": (bool(numeric), f"for a {column.kind}; it is for numbers"),
        "thousands": (bool(numeric), f"for a {column.kind}; it is for numbers"),
        "timezone": (column.kind == "timestamp", f"for a {column.kind}; it is for times"),
        "wraps_midnight": (bool(source.on), "without 'on'"),
        "time_format": (source.time is not None, "without 'time'"),
    }
    for name, (useful_here, why) in useful.items():
        if name in source.model_fields_set and not useful_here:
            yield (*key, name), f"'{name}' does nothing {why}."
    for i, part in enumerate(source.first_of):
        yield from _check_idle(column, part, (*key, "first_of", i))


def _check_on(table: str, name: str, source: m.Source, spec: m.TableSpec, key: Key) -> Iterator[Fault]:
    stamps = [c.name for c in CONTRACTS[table].columns if c.kind == "timestamp" and c.name in spec.columns]
    for on in source.on_columns:
        if on not in stamps:
            near = did_you_mean(on, stamps)
            others = ", ".join(s for s in stamps if s != name) or "none"
            yield (*key, "on"), f"'{on}' is not a time column that this table maps.{near} Those it maps: {others}."
    for time in source.on_times:
        if time.on:
            yield (*key, "on"), "a time inside 'on' needs its own day: 'column', or 'date' and 'time'."
    yield from _circle(name, [name], spec, key)


def _circle(name: str, seen: list[str], spec: m.TableSpec, key: Key) -> Iterator[Fault]:
    for step in spec.columns[name].on_columns:
        if step in seen:
            yield (*key, "on"), f"goes round in a circle: {' -> '.join([*seen, step])}."
        elif step in spec.columns:
            yield from _circle(step, [*seen, step], spec, key)
