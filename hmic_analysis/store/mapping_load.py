"""Read a mapping file and hold it against the contracts before any data is touched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

import duckdb
from pydantic import BaseModel, ValidationError

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.project import Project
from hmic_analysis.store import mapping as m
from hmic_analysis.store.located import Key, Located, read_located
from hmic_analysis.store.names import fold_name
from hmic_analysis.store.times import format_fault

#: Words that ``otherwise`` gives a meaning of their own.
OTHERWISE = ("reject", "blank", "keep")

STANDARD = m.Mapping(
    title="Standard return",
    layout="standard",
    missing_values=("NULL", "N/A", "#N/A"),
    thousands=",",
)


@dataclass(frozen=True)
class LoadedMapping:
    """A mapping with its name and the hash of its text."""

    name: str
    mapping: m.Mapping
    sha256: str


def load_mapping(project: Project, name: str) -> LoadedMapping:
    """Load the mapping of one source.

    Parameters
    ----------
    project : Project
    name : str
        Stem of the file in ``params/sources``; ``standard`` needs no file.

    Returns
    -------
    LoadedMapping

    Raises
    ------
    ParameterError
        If there is no such source or its file doesn't hold; every fault is listed with its line.
    """
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
    """Turn a located document into a checked mapping.

    Parameters
    ----------
    located : Located
    shown : str
        The file as messages name it.

    Returns
    -------
    hmic_analysis.store.mapping.Mapping

    Raises
    ------
    ParameterError
        Listing every fault with its line.
    """
    try:
        mapping = m.Mapping.model_validate(located.data)
    except ValidationError as error:
        faults = _model_faults(error, located)
    else:
        faults = sorted({(located.line(key), text) for key, text in _check(mapping, located)})
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
            message = fault["msg"].removeprefix("Value error, ")
            text = f"{where}: {message[0].lower()}{message[1:]}"
            if isinstance(fault["input"], (str, int)):
                text += f" (found '{fault['input']}')"
        faults.add((located.line(key), text))
    return sorted(faults)


def _document_key(loc: tuple[str | int, ...], located: Located) -> Key:
    """Key path in the document: without the list index pydantic sees where one table stands without a list."""
    key: Key = ()
    for part in loc:
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


def _check(mapping: m.Mapping, located: Located) -> Iterator[tuple[Key, str]]:
    yield from _check_zone(mapping.timezone, ("timezone",))
    for name, spec in mapping.files.items():
        key: Key = ("files", name)
        yield from _check_zone(spec.timezone, (*key, "timezone"))
        yield from _check_encoding(spec.encoding, (*key, "encoding"))
        if spec.names and spec.header != "none":
            yield (
                (*key, "names"),
                "'names' goes with 'header: none'; a file with a header row names its own columns.",
            )
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
            yield (
                ("notes", i, "table"),
                f"there is no table '{note.table}'.{did_you_mean(note.table, CONTRACTS)}",
            )
        if note.start > note.end:
            yield ("notes", i, "from"), "ends before it begins."


def _check_zone(zone: str | None, key: Key) -> Iterator[tuple[Key, str]]:
    if zone is None:
        return
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        near = did_you_mean(zone, available_timezones())
        yield key, f"'{zone}' is not a time zone.{near} Write one such as Europe/London or UTC."


def _check_encoding(encoding: str | None, key: Key) -> Iterator[tuple[Key, str]]:
    if encoding is None:
        return
    try:
        "".encode(encoding)
    except LookupError:
        yield key, f"'{encoding}' is not an encoding. Write one such as utf-8, windows-1252 or utf-16."


def _check_about(about: str, key: Key) -> Iterator[tuple[Key, str]]:
    table, _, column = about.partition(".")
    if column and table not in CONTRACTS:
        yield key, f"there is no table '{table}'.{did_you_mean(table, CONTRACTS)}"
    elif column and column not in CONTRACTS[table].column_names:
        near = did_you_mean(column, CONTRACTS[table].column_names)
        yield key, f"table '{table}' has no column '{column}'.{near}"


def _check_table(mapping: m.Mapping, table: str, spec: m.TableSpec, key: Key) -> Iterator[tuple[Key, str]]:
    contract = CONTRACTS[table]
    if spec.file not in mapping.files:
        near = did_you_mean(spec.file, mapping.files)
        yield (
            (*key, "file"),
            f"there is no file '{spec.file}' under 'files'.{near} Files: {', '.join(mapping.files)}.",
        )
    for i, test in enumerate(spec.where):
        yield from _check_regex(test.matches, (*key, "where", i, "matches"))
    for name, source in spec.columns.items():
        here: Key = (*key, "columns", name)
        if name not in contract.column_names:
            near = did_you_mean(name, contract.column_names)
            yield (
                here,
                f"table '{table}' has no column '{name}'.{near} Columns: {', '.join(contract.column_names)}.",
            )
            continue
        yield from _check_source(mapping, table, name, source, spec, here)
    for column in contract.columns:
        if column.required and column.name not in spec.columns:
            yield (*key, "columns"), f"table '{table}' needs the column '{column.name}'."
    for group in contract.any_of:
        if not any(name in spec.columns for name in group):
            yield (*key, "columns"), f"table '{table}' needs one of the columns {', '.join(group)}."


def _check_regex(pattern: str | None, key: Key) -> Iterator[tuple[Key, str]]:
    if pattern is None:
        return
    try:
        with duckdb.connect() as con:
            con.execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        yield (
            key,
            f"'{pattern}' is not a regular expression that can be used ({said}; RE2 syntax, no look-around).",
        )


def _check_source(
    mapping: m.Mapping, table: str, name: str, source: m.Source, spec: m.TableSpec, key: Key
) -> Iterator[tuple[Key, str]]:
    column = CONTRACTS[table].column(name)
    yield from _check_zone(source.timezone, (*key, "timezone"))
    yield from _check_regex(source.extract, (*key, "extract"))
    for replace in source.replace:
        yield from _check_regex(replace.find if replace.regex else None, (*key, "replace"))
    if column.kind in ("timestamp", "date", "month"):
        for pattern in source.format:
            if fault := format_fault(pattern, column.kind, source.on is None):
                yield (*key, "format"), fault
    elif source.format:
        yield (*key, "format"), f"'format' is for times, dates and months; {name} is a {column.kind}."
    if source.unit and column.unit not in ("hours", "minutes", "days"):
        yield (
            (*key, "unit"),
            f"'unit' is for lengths of time; {name} is counted in {column.unit or column.kind}.",
        )
    if source.match == "regex":
        for pattern in source.codes:
            yield from _check_regex(pattern, (*key, "codes", pattern))
    if column.kind in ("code", "codes"):
        results = [
            *source.codes.items(),
            *[("otherwise", w) for w in [source.otherwise] if w not in OTHERWISE],
        ]
        for raw, code in results:
            if code not in (*column.allowed, "blank"):
                at = (*key, raw) if raw == "otherwise" else (*key, "codes", raw)
                near = did_you_mean(code, column.allowed)
                yield (
                    at,
                    f"'{code}' is not allowed for {name}.{near} Allowed: {', '.join(column.allowed)}, or blank.",
                )
    if column.kind != "timestamp" and (source.on or source.plus or source.wraps_midnight):
        yield key, f"'on', 'plus' and 'wraps_midnight' are for times; {name} is a {column.kind}."
    if source.on is not None and column.kind == "timestamp":
        yield from _check_on(table, name, source.on, spec, key)
    if column.kind != "person":
        wanted = {fold_name(raw) for raw in source.raw_columns()}
        for identifier in mapping.identifiers:
            if fold_name(identifier) in wanted:
                yield (
                    key,
                    f"'{identifier}' is listed under identifiers and must not be carried into {name}; only columns "
                    "that hold a person's key (kept as a keyed hash) may read it.",
                )


def _check_on(table: str, name: str, on: str, spec: m.TableSpec, key: Key) -> Iterator[tuple[Key, str]]:
    stamps = [c.name for c in CONTRACTS[table].columns if c.kind == "timestamp"]
    if on not in stamps or on not in spec.columns:
        near = did_you_mean(on, stamps)
        yield (*key, "on"), f"'{on}' is not a time column that this table maps.{near}"
    seen: list[str] = [name]
    step: str | None = on
    while step is not None and step in spec.columns:
        if step in seen:
            yield (*key, "on"), f"goes round in a circle: {' -> '.join([*seen, step])}."
            return
        seen.append(step)
        step = spec.columns[step].on
