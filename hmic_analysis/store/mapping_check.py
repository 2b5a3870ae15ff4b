"""Hold a mapping against the contracts: its files, tables, filters and what it can't tell."""

from __future__ import annotations

from collections.abc import Iterator

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import did_you_mean
from hmic_analysis.store import mapping as m
from hmic_analysis.store.located import Key, Located
from hmic_analysis.store.mapping_column import Fault, check_regex, check_source, check_zone


def check_mapping(mapping: m.Mapping, located: Located) -> Iterator[Fault]:
    """Hold a mapping against the contracts.

    Parameters
    ----------
    mapping : hmic_analysis.store.mapping.Mapping
    located : Located
        The document it was read from.

    Yields
    ------
    tuple
        The key at fault and what is wrong.
    """
    yield from check_zone(mapping.timezone, ("timezone",))
    for name, spec in mapping.files.items():
        key: Key = ("files", name)
        yield from check_zone(spec.timezone, (*key, "timezone"))
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
    for i, test in enumerate(spec.where):
        yield from check_regex(test.matches, (*key, "where", i, "matches"))
        yield from check_regex(test.not_matches, (*key, "where", i, "not_matches"))
    for name, source in spec.columns.items():
        here: Key = (*key, "columns", name)
        if name not in contract.column_names:
            near = did_you_mean(name, contract.column_names)
            yield (
                here,
                f"table '{table}' has no column '{name}'.{near} Columns: {', '.join(contract.column_names)}.",
            )
            continue
        yield from check_source(mapping, table, name, source, spec, here)
    for column in contract.columns:
        if column.required and column.name not in spec.columns:
            yield (*key, "columns"), f"table '{table}' needs the column '{column.name}'."
    for group in contract.any_of:
        if not any(name in spec.columns for name in group):
            yield (*key, "columns"), f"table '{table}' needs one of the columns {', '.join(group)}."
