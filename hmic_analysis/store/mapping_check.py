"""Read a mapping file, and hold it against the contracts before any data is touched."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

import duckdb
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hmic_analysis.contracts import CONTRACTS, Column
from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.project import Project
from hmic_analysis.store import mapping as m
from hmic_analysis.store.mapping import Key, Located, read_located
from hmic_analysis.store.rawtable import fold_name
from hmic_analysis.store.times import COUNTED, clock_fault, format_fault

# Hold where one column of a mapping comes from against the contract of its table.

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
        yield (key, f"'{pattern}' is not a regular expression that can be used ({said}; RE2 syntax, no look-around).")


def check_source(
    mapping: m.Mapping, table: str, name: str, source: m.Source, spec: m.TableSpec, key: Key
) -> Iterator[Fault]:
    """Hold the source of one column against the column. The key at fault and what is wrong."""
    column = CONTRACTS[table].column(name)
    yield from _check_text(column, source, key)
    yield from _check_formats(column, source, key)
    yield from _check_idle(column, source, key)
    for i, time in enumerate(source.on_times):
        yield from _check_formats(column, time, (*key, "on", i))
    if source.unit and column.unit not in ("hours", "minutes", "days"):
        yield ((*key, "unit"), f"'unit' is for lengths of time; {name} is counted in {column.unit or column.kind}.")
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
        "timezone": (column.kind in ("timestamp", "date", "month"), f"for a {column.kind}; it is for times and days"),
        "wraps_midnight": (bool(source.on), "without 'on'"),
        "tolerance": (source.wraps_midnight, "without 'wraps_midnight'"),
        "precision": (column.kind == "timestamp", f"for a {column.kind}; it is for times"),
        "blank_means": (column.name == "at_scene_at", f"for {column.name}; it is for at_scene_at, the arrival"),
        "within": (column.kind == "text", f"for a {column.kind}; it is for texts"),
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


# Hold a mapping against the contracts: its files, tables, filters and what it can't tell.


def check_mapping(mapping: m.Mapping, located: Located) -> Iterator[Fault]:
    """Hold a mapping against the contracts. The key at fault and what is wrong."""
    yield from check_zone(mapping.timezone, ("timezone",))
    for name, spec in mapping.files.items():
        key: Key = ("files", name)
        yield from check_zone(spec.timezone, (*key, "timezone"))
        yield from _check_encoding(spec.encoding, (*key, "encoding"))
        if spec.names and spec.header != "none":
            yield ((*key, "names"), "'names' goes with 'header: none'; a file with a header row names its own columns.")
    for table, specs in mapping.tables.items():
        if table not in CONTRACTS:
            yield (
                ("tables", table),
                f"there is no table '{table}'.{did_you_mean(table, CONTRACTS)} Tables: {', '.join(sorted(CONTRACTS))}.",
            )
            continue
        for i, spec in enumerate(specs):
            key = ("tables", table, i) if ("tables", table, i) in located.lines else ("tables", table)
            yield from _check_table(mapping, table, spec, key)
    for i, item in enumerate(mapping.cannot_tell):
        yield from _check_about(item.about, ("cannot_tell", i, "about"))
    for i, note in enumerate(mapping.notes):
        if note.table not in CONTRACTS:
            yield (("notes", i, "table"), f"there is no table '{note.table}'.{did_you_mean(note.table, CONTRACTS)}")
        if note.start > note.end:
            yield ("notes", i, "from"), "ends before it begins."


def _check_encoding(encoding: str | None, key: Key) -> Iterator[Fault]:
    if encoding is None:
        return
    try:
        "".encode(encoding)
    except LookupError:
        yield key, f"'{encoding}' is not an encoding. Write one such as utf-8, windows-1252 or utf-16."


def _check_about(about: str, key: Key) -> Iterator[Fault]:
    table, _, column = about.partition(".")
    if column and table not in CONTRACTS:
        yield key, f"there is no table '{table}'.{did_you_mean(table, CONTRACTS)}"
    elif column and column not in CONTRACTS[table].column_names:
        near = did_you_mean(column, CONTRACTS[table].column_names)
        yield key, f"table '{table}' has no column '{column}'.{near}"


def _check_table(mapping: m.Mapping, table: str, spec: m.TableSpec, key: Key) -> Iterator[Fault]:
    contract = CONTRACTS[table]
    if spec.file not in mapping.files:
        near = did_you_mean(spec.file, mapping.files)
        yield (
            (*key, "file"),
            f"there is no file '{spec.file}' under 'files'.{near} Files: {', '.join(mapping.files)}.",
        )
    yield from _check_keep(table, spec, key)
    for i, test in enumerate(spec.where):
        yield from check_regex(test.matches, (*key, "where", i, "matches"))
        yield from check_regex(test.not_matches, (*key, "where", i, "not_matches"))
    for name, source in spec.columns.items():
        here: Key = (*key, "columns", name)
        if name not in contract.column_names:
            near = did_you_mean(name, contract.column_names)
            yield (here, f"table '{table}' has no column '{name}'.{near} Columns: {', '.join(contract.column_names)}.")
            continue
        yield from check_source(mapping, table, name, source, spec, here)
    for column in contract.columns:
        if column.required and column.name not in spec.columns:
            yield (*key, "columns"), f"table '{table}' needs the column '{column.name}'."
    for group in contract.any_of:
        if not any(name in spec.columns for name in group):
            yield (*key, "columns"), f"table '{table}' needs one of the columns {', '.join(group)}."


def _check_keep(table: str, spec: m.TableSpec, key: Key) -> Iterator[Fault]:
    if spec.keep is None:
        for name in ("keep_by", "key"):
            if name in spec.model_fields_set:
                yield (*key, name), f"'{name}' does nothing without 'keep'."
        return
    if not (spec.key or CONTRACTS[table].key):
        yield (*key, "keep"), f"table '{table}' has no key: say in 'key' which columns name the same thing twice."
    for at, names in (("key", spec.key), ("keep_by", (spec.keep_by,) if spec.keep_by else ())):
        for name in names:
            if name not in spec.columns:
                near = did_you_mean(name, spec.columns)
                yield (*key, at), f"'{name}' is not a column that this table maps.{near}"


STANDARD = m.Mapping(title="Standard return", layout="standard", missing_values=("NULL", "N/A", "#N/A"), thousands=",")


@dataclass(frozen=True)
class LoadedMapping:
    """A mapping with its name and the hash of its text."""

    name: str
    mapping: m.Mapping
    sha256: str


def load_mapping(project: Project, name: str) -> LoadedMapping:
    """Load the mapping of one source."""
    folder = project.params / "sources"
    path = folder / f"{name}.yml"
    if not path.is_file():
        if name == "standard":
            return LoadedMapping(name, STANDARD, hashlib.sha256(STANDARD.model_dump_json().encode()).hexdigest())
        known = sorted({p.stem for p in folder.glob("*.yml")} | {"standard"})
        raise ParameterError(
            f"There is no source '{name}'.{did_you_mean(name, known)} Sources: {', '.join(known)}.\n"
            f"A source is a mapping file {project.relative(folder)}/NAME.yml; docs/mapping.md tells how to write one."
        )
    located = read_located(path)
    mapping = parse_mapping(located, project.relative(path))
    return LoadedMapping(name, mapping, hashlib.sha256(path.read_bytes()).hexdigest())


def parse_mapping(located: Located, shown: str) -> m.Mapping:
    """Turn a located document into a checked mapping."""
    try:
        mapping = m.Mapping.model_validate(located.data)
    except ValidationError as error:
        faults = _model_faults(error, located)
    else:
        faults = sorted({(located.line(key), text) for key, text in check_mapping(mapping, located)})
    if faults:
        lines = "\n".join(f"  line {line}: {text}" for line, text in faults)
        raise ParameterError(f"{shown} can't be used:\n{lines}\nSee docs/mapping.md for the language.")
    return mapping


def _model_faults(error: ValidationError, located: Located) -> list[tuple[int, str]]:
    faults: set[tuple[int, str]] = set()
    for fault in error.errors():
        key = _document_key(fault["loc"], located)
        where = ".".join(str(part) for part in key) or "the file"
        if fault["type"] == "extra_forbidden":
            allowed = _allowed_keys(key)
            text = f"unknown key '{key[-1]}'.{did_you_mean(str(key[-1]), allowed)} Allowed: {', '.join(allowed)}."
        elif fault["type"] == "missing":
            text = f"{where} is missing."
        else:
            text = f"{where}: {_in_words(fault)}"
        faults.add((located.line(key), text))
    return sorted(faults)


def _in_words(fault: ErrorDetails) -> str:
    """A fault of a value without the words of the library that found it."""
    kind, given = fault["type"], fault["input"]
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        text = "must be keys with values, such as {key: value}"
    elif kind in ("tuple_type", "list_type"):
        text = "must be a word or a list of words"
    elif kind == "string_type":
        text = "must be one word or text, not empty and not a list"
    elif kind.startswith("bool"):
        text = "must be true or false"
    elif kind.startswith("int"):
        text = "must be a whole number"
    else:
        message = fault["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
        text = f"{message[0].lower()}{message[1:]}"
    return f"{text} (found '{given}')" if isinstance(given, (str, int)) else text


def _document_key(loc: tuple[str | int, ...], located: Located) -> Key:
    """Key path in the document: without the list index pydantic sees where one thing stands without a list."""
    key: Key = ()
    for part in (step for step in loc if step not in m.TAGS):
        if isinstance(part, int) and (*key, part) not in located.lines:
            continue
        key = (*key, part)
    return key


def _allowed_keys(key: Key) -> list[str]:
    model: type[BaseModel] = m.Mapping
    steps = [part for part in key[:-1] if isinstance(part, str)]
    if steps[:1] == ["files"]:
        model = m.Footer if "footer" in steps else m.FileSpec
    elif steps[:1] == ["tables"]:
        model = m.TableSpec
        if "columns" in steps:
            last = steps[-1]
            model = {"split": m.Split, "plus": m.Plus, "replace": m.Replace}.get(last, m.Source)
        elif "where" in steps:
            model = m.Filter
    elif steps[:1] == ["cannot_tell"]:
        model = m.CannotTell
    elif steps[:1] == ["notes"]:
        return ["from", "to", "state", "table", "note"]
    return list(model.model_fields)
