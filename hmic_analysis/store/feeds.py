"""Bring raw tables and mappings together: which table is fed from which file, and which can be made."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import DataError, did_you_mean
from hmic_analysis.store.columns import Context
from hmic_analysis.store.inputs import ANY, InputFile, Read, Reader, why_unread
from hmic_analysis.store.mapping import Mapping, Source, TableSpec
from hmic_analysis.store.mapping_check import LoadedMapping, carried
from hmic_analysis.store.rawtable import RawTable, fold_name, words
from hmic_analysis.store.typed import TRUE_WORDS

# Bring raw tables and mappings together: which table is fed from which file, and do the columns exist.

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


#: Columns that no table or export has: what is read as so many headings is rows.
MOST_HEADINGS = 1_000


def make_feeds(source: LoadedMapping, read: Read, stems: dict[str, str]) -> Feeds:
    """Resolve the columns of a mapping in the files that were read."""
    result = Feeds()
    headings: list[str] = []
    for name, raws in read.tables.items():
        specs = _specs(source, name)
        full = [raw for raw in raws if raw.read]
        for raw in raws:
            if not raw.read:
                result.notes.append(f"{raw.file} holds a header and no rows")
                if len(raw.names) > MOST_HEADINGS:
                    said = (
                        f"{raw.file}: is one line of {len(raw.names):,} columns, so that its lines end in no way that "
                        "is known. Ask for it again with the line ends of Windows or Unix"
                    )
                    result.faults += [(table, said) for table, _ in specs]
        named = read.specs[name].header != "none"
        wanted = {c for _, spec in specs for c, _ in _wanted(spec)} | set(source.mapping.identifiers)
        # What a mapping itself calls the columns is no record.
        certain = [raw for raw in raws if not named or _is_header(raw, wanted)]
        for table, spec in specs:
            _check_columns(result, name, table, spec, raws, certain)
            _check_positions(result, table, spec, source.mapping, raws, named, certain)
            for raw in full:
                context = Context(raw, read.specs[name], source.mapping, stems[raw.file])
                result.feeds.append(Feed(source.name, table, _present(spec, raw), context))
        _note_unused(result, [spec for _, spec in specs], raws, certain)
        headings += [n for raw in certain for n in raw.names]
    _note_identifiers(result, source.mapping, headings)
    return result


def _is_header(raw: RawTable, wanted: Iterable[str]) -> bool:
    """Whether the first line is a header beyond doubt, since enough of what is wanted stands in it.

    Any other may be a record, and a record is quoted nowhere.
    """
    wanted = list(wanted)
    names = {_bare(name) for name in raw.names} - {""}
    met = names & {_bare(name) for name in wanted}
    enough = len(met) >= 2 or bool(met) and 3 * len(met) >= len(names)
    # Where most lines have another number of fields the first may be two of them.
    unlike = sum(" fields where " in line.reason for line in raw.bad)
    return enough and 2 * unlike <= raw.read and not _runs_on(raw.names, wanted, met)


#: Days, which stand in records.
_DAY = re.compile(r"\d{4}-\d\d?-\d\d?|\d\d?[/.]\d\d?[/.]\d{2,4}")


def _runs_on(names: Sequence[str], wanted: Iterable[str], met: set[str]) -> bool:
    """Whether a record stands behind the headings, as where the end of their line was lost."""
    places = [i for i, name in enumerate(names) if _bare(name) in met]
    behind = [fold_name(name) for name in names[places[-1] + 1 :]] if places else []
    unmet = {fold_name(column) for column in wanted if _bare(column) not in met}
    # The last heading and the first value are one, and other values follow.
    joined = [
        n for n in behind[:-1] for column in unmet if n.startswith(column) and n[len(column) :][:1] not in ("_", "")
    ]
    return bool(joined) or any(_DAY.search(name) for name in names)


def _bare(name: str) -> str:
    return "".join(sign for sign in fold_name(name) if sign.isalnum())


def _specs(source: LoadedMapping, name: str) -> list[tuple[str, TableSpec]]:
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
    return spec.model_copy(update={"columns": kept})


def _wanted(spec: TableSpec) -> Iterator[tuple[str, bool]]:
    for test in spec.where:
        if test.column is not None:
            yield test.column, False
    for source in spec.columns.values():
        yield from _source_wants(source, source.optional)


def _source_wants(source: Source, optional: bool) -> Iterator[tuple[str, bool]]:
    for part in source.parts():
        yield from _source_wants(part, optional or part.optional)
    names = (source.column, source.date, source.time, source.plus.column if source.plus else None, *source.columns)
    for name in names:
        if name is not None:
            yield name, optional


def _check_columns(
    result: Feeds, name: str, table: str, spec: TableSpec, raws: list[RawTable], certain: list[RawTable]
) -> None:
    if not raws:
        return
    files = raws[0].file if len(raws) == 1 else f"{raws[0].file} and {len(raws) - 1} other files of '{name}'"
    seen: set[str] = set()
    absent: list[str] = []
    others = {fold_name(c): list(s.raw_columns()) for s in spec.columns.values() for c in s.raw_columns() if s.first_of}
    for column, optional in _wanted(spec):
        if fold_name(column) in seen:
            continue
        seen.add(fold_name(column))
        if not optional and not any(raw.positions(column) for raw in raws):
            absent.append(column)
        # What stands in for it in 'first_of' makes up for a column.
        spare = others.get(fold_name(column), [])
        without = [raw.file for raw in raws if not any(raw.positions(c) for c in (column, *spare))]
        if without and len(without) < len(raws):
            shown = ", ".join(without[:5]) + (f" and {len(without) - 5} more" if len(without) > 5 else "")
            result.notes.append(f"column '{column}' of table '{table}' is absent from {shown}; left blank there")
        for raw in raws:
            if len(raw.positions(column)) > 1:
                which = " or ".join(f"'{column.strip()} (column {i})'" for i in raw.positions(column))
                message = (
                    f"{raw.file}: the column '{column}' occurs {len(raw.positions(column))} times. Say which in the "
                    f"mapping: write {which}."
                )
                result.faults.append((table, message))
    if absent:
        said = (
            _say_absent(absent, files, table, raws, seen)
            if certain == raws
            else _say_record(absent, files, table, raws)
        )
        result.faults.append((table, said))


def _say_absent(absent: list[str], files: str, table: str, raws: list[RawTable], wanted: set[str]) -> str:
    """One message for all columns that a table needs and no file has; what is wanted itself was not meant for it."""
    named = [n.strip() or f"(column {i}, without a name)" for raw in raws for i, n in enumerate(raw.names, start=1)]
    found = list(dict.fromkeys(named))
    quoted = [f"'{column}'" for column in absent]
    listed = f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(quoted) > 1 else quoted[0]
    near = [did_you_mean(column, [n for n in found if fold_name(n) not in wanted]) for column in absent]
    if len(absent) > 1:
        near = [f" For {name}:{words}" for name, words in zip(quoted, near, strict=True) if words]
    return (
        f"{files}: no column {listed}, which table '{table}' needs.{''.join(near)}\n"
        f"  Columns there: {', '.join(found)}.\n"
        "  Ask for the file again, or say in a mapping which column is meant."
    )


def _say_record(absent: list[str], files: str, table: str, raws: list[RawTable]) -> str:
    """Where a header ought to be stands what may be a record: it is told by its size only."""
    needed, n = ", ".join(f"'{column}'" for column in absent), len(raws[0].names)
    stand = "stands 1 value" if n == 1 else f"stand {n} values"
    # What is narrower than the header is no row, and so are the headings below a title.
    line = next((b.line for b in raws[0].bad[:_TITLES] if set(map(fold_name, absent)) <= _cells(b.raw)), 0)
    said = (
        f"  Line {line} looks like the header: take out what stands above it, or say in a mapping 'header: {line}'."
        if line
        else "  If the file has no header, put one above it, or say 'header: none' and 'names:' in a mapping; if it "
        "stands further down, say in which line with 'header:'; if it has other names, say in a mapping which column "
        "is meant."
    )
    return (
        f"{files}: where the header ought to be {stand} that may be a record, so not shown; none of them is {needed}, "
        f"which table '{table}' needs.\n{said}"
    )


#: Lines among which a header is looked for.
_TITLES = 50


def _cells(line: bytes) -> set[str]:
    return {fold_name(cell.strip('" ')) for cell in re.split(r"[,;\t|]", line.decode("utf-8", "replace"))}


def _check_positions(
    result: Feeds,
    table: str,
    spec: TableSpec,
    mapping: Mapping,
    raws: list[RawTable],
    named: bool,
    certain: list[RawTable],
) -> None:
    """Columns told by their position: there, the same in every file, and none that names a person."""
    persons = {c.name for c in CONTRACTS[table].columns if c.kind == "person"}
    secret = {fold_name(identifier): identifier for identifier in mapping.identifiers}
    places = [(target, position) for target, s in spec.columns.items() for position in s.raw_positions()]
    places += [("where", test.position) for test in spec.where if test.position is not None]
    for target, position in places:
        names: dict[str, str] = {}
        for raw in raws:
            if position > len(raw.names):
                message = f"{raw.file}: has {len(raw.names)} columns; '{target}' asks for position {position}."
                result.faults.append((table, message))
                continue
            folded = fold_name(raw.names[position - 1])
            names.setdefault(folded, raw.file)
            if folded in secret and target not in {*persons, "where"}:
                message = f"{raw.file}: position {position}: {carried(secret[folded], target)}"
                result.faults.append((table, message))
        if named and len(names) > 1:
            known = {raw.file for raw in certain}
            shown = [(f"'{name}'" if file in known else "another name", file) for name, file in names.items()]
            found = " and ".join(f"{name} in {file}" for name, file in shown[:2])
            message = (
                f"'{target}' asks for position {position}, which is {found}. Name the column instead, or feed "
                "the table from each layout apart."
            )
            result.faults.append((table, message))


def _note_identifiers(result: Feeds, mapping: Mapping, names: Iterable[str]) -> None:
    """An identifier that no file has, but almost: misspelt, it protects nothing."""
    found = {fold_name(name): name.strip() for name in names}
    for identifier in mapping.identifiers:
        near = did_you_mean(fold_name(identifier), found) if fold_name(identifier) not in found else ""
        if near:
            result.notes.append(f"no file has the column '{identifier}' that the mapping lists as identifier.{near}")


def _note_unused(result: Feeds, specs: list[TableSpec], raws: list[RawTable], certain: list[RawTable]) -> None:
    wanted = {column for spec in specs for column, _ in _wanted(spec)} | {SYNTHETIC}
    positions = {p for spec in specs for s in spec.columns.values() for p in s.raw_positions()}
    positions |= {test.position for spec in specs for test in spec.where if test.position is not None}
    for raw in raws:
        used = positions | {p for column in wanted for p in raw.positions(column)}
        # By identity: two sheets may look the same.
        sure = any(raw is one for one in certain)
        left = [n.strip() if sure else f"column {i}" for i, n in enumerate(raw.names, 1) if i not in used and n.strip()]
        if left:
            result.unused[raw.file] = left
        unmet = {_bare(column): column for column in wanted if not raw.positions(column)}
        meant = [f"'{n}' ({unmet[_bare(n)]})" for n in left if sure and _bare(n) in unmet]
        if meant:
            are = "is not read, since it is" if len(meant) == 1 else "are not read, since they are"
            result.notes.append(f"{raw.file}: {', '.join(meant)} {are} not written like the column in brackets")


def surrogate_stems(raws: list[RawTable]) -> dict[str, str]:
    """What surrogate ids begin with: the stem of the file, or its whole path where two files share one.

    By file (and sheet).
    """
    short: dict[str, str] = {}
    for raw in raws:
        file, _, sheet = raw.file.partition("[")
        stem = file.rsplit("/", 1)[-1].split(".")[0]
        short[raw.file] = stem + (f"[{sheet}" if sheet else "")
    counts = {stem: list(short.values()).count(stem) for stem in set(short.values())}
    return {file: stem if counts[stem] == 1 else file for file, stem in short.items()}


# Read all files of a return, and tell which tables can be made from them and which can't.

#: In place of a table: a fault that no table bears alone.
WHOLE = "the return"


def read_return(
    con: duckdb.DuckDBPyConnection,
    sources: list[LoadedMapping],
    files: list[InputFile],
    shown: str,
    timezone: str,
    work: Path,
) -> tuple[list[Read], Feeds, dict[str, str]]:
    """Read everything before judging; what a fault doesn't touch goes on.

    What was read, the feeds of the tables that can be used, and the fault of each table that can't.
    """
    reader = Reader(con, work, timezone)
    reads = [reader.read(source, files, shown) for source in sources]
    stems = surrogate_stems([raw for read in reads for found in read.tables.values() for raw in found])
    result = Feeds()
    for source, read in zip(sources, reads, strict=True):
        feeds = make_feeds(source, read, stems)
        result.feeds += feeds.feeds
        result.faults += [*_by_table(source, read), *feeds.faults]
        result.notes += feeds.notes
        result.unused |= feeds.unused
    supplied = {feed.table for feed in result.feeds}
    broken: dict[str, str] = {}
    for table, message in result.faults:
        for name in [t for t in CONTRACTS if t not in supplied] if table == ANY else [table]:
            broken[name] = f"{broken[name]}\n{message}" if name in broken else message
    result.feeds = [feed for feed in result.feeds if feed.table not in broken]
    if WHOLE in broken or (result.faults and not result.feeds):
        listed = "\n".join(f"- {fault}" for fault in dict.fromkeys(message for _, message in result.faults))
        raise DataError(f"{shown} can't be prepared:\n{listed}")
    for read in reads:
        # Rows of files that feed only broken tables are neither kept nor rejected: they were not taken in at all.
        used = {feed.raw.table for feed in result.feeds}
        read.tables = {
            name: [raw for raw in raws if raw.table in used or not raw.read] for name, raws in read.tables.items()
        }
    if not result.feeds and any(read.used for read in reads):
        result.notes.append("no file or sheet of the return holds a row: it has no tables")
    elif not result.feeds:
        names = ", ".join(s.name for s in sources)
        found = ", ".join(f"{f.shown} ({why})" if (why := why_unread(f.shown)) else f.shown for f in files[:12])
        raise DataError(
            f"{shown}: holds no table of the source {names}. Files there: {found}.\n"
            "A standard return names its files or sheets after the tables, such as incident.csv; data/raw/README.md "
            "tells how."
        )
    return reads, result, broken


def _by_table(source: LoadedMapping, read: Read) -> Iterator[tuple[str, str]]:
    """The faults of named inputs as faults of the tables that they feed."""
    for name, message in read.faults:
        if source.mapping.layout == "standard":
            yield name, message
            continue
        fed = [t for t, specs in source.mapping.tables.items() if any(spec.file == name for spec in specs)]
        for table in fed or [WHOLE]:
            yield table, message


def synthetic_tables(con: duckdb.DuckDBPyConnection, sources: list[LoadedMapping], feeds: list[Feed]) -> set[str]:
    """The tables with rows that are marked as made up."""
    whole = {s.name for s in sources if s.mapping.synthetic}
    found = {f.table for f in feeds if f.source in whole}
    found |= {f.table for f in feeds if f.raw.straight is not None and f.raw.straight.made_up}
    for feed in feeds:
        for position in feed.raw.positions(SYNTHETIC):
            test = f"lower(clean(c{position})) IN {words(TRUE_WORDS)}"
            if con.execute(f"SELECT 1 FROM {feed.raw.table} WHERE {test} LIMIT 1").fetchall():
                found.add(feed.table)
    return found
