"""Bring raw tables and mappings together: which table is fed from which file, and do the columns exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import did_you_mean
from hmic_analysis.store.columns import Context
from hmic_analysis.store.inputs import Read
from hmic_analysis.store.mapping import Source, TableSpec
from hmic_analysis.store.mapping_load import LoadedMapping
from hmic_analysis.store.names import fold_name
from hmic_analysis.store.rawtable import RawTable

#: A column that marks the rows of a table as made up.
SYNTHETIC = "synthetic"


@dataclass(frozen=True)
class Feed:
    """One standard table fed from one raw table."""

    source: str
    table: str
    spec: TableSpec
    context: Context

    @property
    def raw(self) -> RawTable:
        """The raw table."""
        return self.context.raw


@dataclass
class Feeds:
    """All feeds of one source, with what doesn't fit and what isn't used."""

    feeds: list[Feed] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unused: dict[str, list[str]] = field(default_factory=dict)


def make_feeds(source: LoadedMapping, read: Read, stems: dict[str, str]) -> Feeds:
    """Resolve the columns of a mapping in the files that were read.

    Parameters
    ----------
    source : LoadedMapping
    read : Read
    stems : dict
        What surrogate ids begin with, by file.

    Returns
    -------
    Feeds
    """
    result = Feeds()
    for name, raws in read.tables.items():
        specs = _specs(source, name, raws)
        full = [raw for raw in raws if raw.read]
        for raw in raws:
            if not raw.read:
                result.notes.append(f"{raw.file} holds a header and no rows")
        for table, spec in specs:
            _check_columns(result, name, table, spec, raws)
            for raw in full:
                context = Context(raw, read.specs[name], source.mapping, stems[raw.file])
                result.feeds.append(Feed(source.name, table, _present(spec, raw), context))
        _note_unused(result, [spec for _, spec in specs], raws)
    return result


def _specs(source: LoadedMapping, name: str, raws: list[RawTable]) -> list[tuple[str, TableSpec]]:
    if source.mapping.layout == "standard":
        contract = CONTRACTS[name]
        needed = {c.name for c in contract.columns if c.required}
        columns = {c.name: Source(column=c.name, optional=c.name not in needed) for c in contract.columns}
        return [(name, TableSpec(file=name, columns=columns))]
    tables = source.mapping.tables.items()
    return [(table, spec) for table, specs in tables for spec in specs if spec.file == name]


def _present(spec: TableSpec, raw: RawTable) -> TableSpec:
    """The columns that this file can feed; a column with none of its raw columns is left out."""
    kept = {}
    for name, source in spec.columns.items():
        wanted = list(source.raw_columns())
        if not wanted or source.default is not None or any(raw.positions(w) for w in wanted):
            kept[name] = source
    alive = {n: s for n, s in kept.items() if s.on is None or s.on in kept}
    return spec.model_copy(update={"columns": alive})


def _wanted(spec: TableSpec) -> Iterator[tuple[str, bool]]:
    for test in spec.where:
        yield test.column, False
    for source in spec.columns.values():
        yield from _source_wants(source, source.optional)


def _source_wants(source: Source, optional: bool) -> Iterator[tuple[str, bool]]:
    for part in source.first_of:
        yield from _source_wants(part, optional or part.optional)
    names = (
        source.column,
        source.date,
        source.time,
        source.plus.column if source.plus else None,
        *source.columns,
    )
    for name in names:
        if name is not None:
            yield name, optional


def _check_columns(result: Feeds, name: str, table: str, spec: TableSpec, raws: list[RawTable]) -> None:
    if not raws:
        return
    files = raws[0].file if len(raws) == 1 else f"{raws[0].file} and {len(raws) - 1} other files of '{name}'"
    seen: set[str] = set()
    for column, optional in _wanted(spec):
        if fold_name(column) in seen:
            continue
        seen.add(fold_name(column))
        without = [raw.file for raw in raws if not raw.positions(column)]
        if len(without) == len(raws):
            if not optional:
                found = list(dict.fromkeys(n.strip() for raw in raws for n in raw.names))
                message = (
                    f"{files}: no column '{column}', which table '{table}' needs.{did_you_mean(column, found)}\n"
                    f"  Columns there: {', '.join(found)}."
                )
                result.faults.append((table, message))
        elif without:
            shown = ", ".join(without[:5]) + (f" and {len(without) - 5} more" if len(without) > 5 else "")
            result.notes.append(f"column '{column}' of table '{table}' is absent from {shown}; left blank there")
        for raw in raws:
            if len(raw.positions(column)) > 1:
                message = (
                    f"{raw.file}: the column '{column}' occurs {len(raw.positions(column))} times. Say which with "
                    f"'position:' ({' or '.join(map(str, raw.positions(column)))}) in the mapping."
                )
                result.faults.append((table, message))
    for target, source in spec.columns.items():
        for raw in raws:
            if source.position is not None and source.position > len(raw.names):
                message = f"{raw.file}: has {len(raw.names)} columns; '{target}' asks for position {source.position}."
                result.faults.append((table, message))


def _note_unused(result: Feeds, specs: list[TableSpec], raws: list[RawTable]) -> None:
    used = {fold_name(column) for spec in specs for column, _ in _wanted(spec)} | {SYNTHETIC}
    positions = {s.position for spec in specs for s in spec.columns.values()}
    for raw in raws:
        left = [n.strip() for i, n in enumerate(raw.names, 1) if fold_name(n) not in used and i not in positions]
        if any(left):
            result.unused[raw.file] = [n for n in left if n]


def surrogate_stems(raws: list[RawTable]) -> dict[str, str]:
    """What surrogate ids begin with: the stem of the file, or its whole path where two files share one.

    Parameters
    ----------
    raws : list of RawTable

    Returns
    -------
    dict
        By file (and sheet).
    """
    short: dict[str, str] = {}
    for raw in raws:
        file, _, sheet = raw.file.partition("[")
        stem = file.rsplit("/", 1)[-1].split(".")[0]
        short[raw.file] = stem + (f"[{sheet}" if sheet else "")
    counts = {stem: list(short.values()).count(stem) for stem in set(short.values())}
    return {file: stem if counts[stem] == 1 else file for file, stem in short.items()}
