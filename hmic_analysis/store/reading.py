"""Read all files of a return, and tell which tables can be made from them and which can't."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import DataError
from hmic_analysis.store.feeds import SYNTHETIC, Feed, Feeds, make_feeds, surrogate_stems
from hmic_analysis.store.inputs import ANY, InputFile, Read, Reader
from hmic_analysis.store.mapping_load import LoadedMapping
from hmic_analysis.store.sql import words
from hmic_analysis.store.typed import TRUE_WORDS

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

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    sources : list of LoadedMapping
        What the return follows.
    files : list of InputFile
    shown : str
        The return's folder as messages name it.
    timezone : str
        Zone of the force.
    work : pathlib.Path
        Folder for copies.

    Returns
    -------
    tuple
        What was read, the feeds of the tables that can be used, and the fault of each table that can't.

    Raises
    ------
    DataError
        If nothing of the return can be used.
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
        found = ", ".join(f.shown for f in files[:12])
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
    """The tables with rows that are marked as made up.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    sources : list of LoadedMapping
    feeds : list of Feed
    """
    whole = {s.name for s in sources if s.mapping.synthetic}
    found = {f.table for f in feeds if f.source in whole}
    found |= {f.table for f in feeds if f.raw.straight is not None and f.raw.straight.made_up}
    for feed in feeds:
        for position in feed.raw.positions(SYNTHETIC):
            test = f"lower(clean(c{position})) IN {words(TRUE_WORDS)}"
            if con.execute(f"SELECT 1 FROM {feed.raw.table} WHERE {test} LIMIT 1").fetchall():
                found.add(feed.table)
    return found
