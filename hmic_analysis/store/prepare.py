"""Prepare one force's return: read, type, check, account, and switch to the new tables in one step."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from hmic_analysis.errors import DataError
from hmic_analysis.project import Project
from hmic_analysis.store.feeds import SYNTHETIC, Feed, Feeds, make_feeds, surrogate_stems
from hmic_analysis.store.inputs import InputFile, Read, Reader, discover
from hmic_analysis.store.manifest import Manifest, TableEntry
from hmic_analysis.store.mapping_load import LoadedMapping, load_mapping
from hmic_analysis.store.output import (
    Accounts,
    account,
    contract_tables,
    count_flags,
    first_and_last,
    write_rejected,
    write_table,
)
from hmic_analysis.store.persons import make_private_folder, person_key, use_key
from hmic_analysis.store.processed import manifest_path, read_manifest
from hmic_analysis.store.sql import literal, make_macros, words
from hmic_analysis.store.stage import flag_times, prepare_raw, reject_repeats, settle_folds, stage_feed
from hmic_analysis.store.textfile import file_sha256
from hmic_analysis.store.times import make_time_macros
from hmic_analysis.store.typed import TRUE_WORDS
from hmic_analysis.store.versions import (
    clear_leftovers,
    contracts_sha256,
    force_lock,
    is_whole,
    version_of,
    write_atomically,
)


@dataclass(frozen=True)
class PrepareResult:
    """What preparing one force came to.

    Attributes
    ----------
    force : str
    status : str
        ``prepared``, or ``up_to_date`` where nothing had changed and nothing was done.
    manifest : Manifest
    """

    force: str
    status: Literal["prepared", "up_to_date"]
    manifest: Manifest


def prepare(
    project: Project,
    params_resolved_sources: list[str],
    force: str,
    raw: Path,
    timezone: str = "Europe/London",
) -> PrepareResult:
    """Turn one force's return into processed tables.

    Parameters
    ----------
    project : Project
    params_resolved_sources : list of str
        Names of the sources the return follows: ``["standard"]``, ``["police-uk-street"]``, ...
    force : str
        Slug of the force.
    raw : pathlib.Path
        Folder of the return; only read.
    timezone : str
        The force's zone: times are read in it where the mapping names none, and shown in it.

    Returns
    -------
    PrepareResult

    Raises
    ------
    ParameterError
        If a mapping doesn't hold.
    DataError
        If the return can't be used; the message lists every fault found.  The tables of an earlier run stay.
    LockedError
        If another run is preparing the same force.
    """
    sources = [load_mapping(project, name) for name in params_resolved_sources]
    shown = project.relative(raw)
    files = discover(raw, shown)
    key = person_key(project)
    version, parts = version_of(sources, files, key, timezone)
    make_private_folder(project.keys)
    with force_lock(project.keys / f"prepare-{force}.lock", force):
        old = read_manifest(project, force)
        if old is not None and old.version == version and is_whole(project, old):
            return PrepareResult(force, "up_to_date", old)
        folder = project.processed / force
        folder.mkdir(parents=True, exist_ok=True)
        clear_leftovers(folder, project.keys, force, keep=old.version if old else "")
        with tempfile.TemporaryDirectory(
            prefix=f"work-{force}-", dir=project.keys, ignore_cleanup_errors=True
        ) as work:
            manifest = _build(
                project, sources, files, force, shown, timezone, version, parts, key, Path(work)
            )
        write_atomically(
            manifest_path(project, force), manifest.model_dump_json(indent=1, by_alias=True) + "\n"
        )
        clear_leftovers(folder, project.keys, force, keep=version)
    return PrepareResult(force, "prepared", manifest)


def _build(
    project: Project,
    sources: list[LoadedMapping],
    files: list[InputFile],
    force: str,
    shown: str,
    timezone: str,
    version: str,
    parts: dict[str, object],
    key: bytes,
    work: Path,
) -> Manifest:
    con = _connect(work, key)
    try:
        reads, feeds = _read_all(con, sources, files, shown, work)
        raws = [raw for read in reads for found in read.tables.values() for raw in found]
        numbers = {raw.table: i for i, raw in enumerate(raws)}
        names = {i: raw.file for i, raw in enumerate(raws)}
        specs = {raw.table: r.specs[n] for r in reads for n, found in r.tables.items() for raw in found}
        for raw in raws:
            prepare_raw(con, raw, specs[raw.table])
        for i, feed in enumerate(feeds.feeds):
            stage_feed(con, feed, i, numbers[feed.raw.table], timezone)
        contracts = contract_tables(feeds.feeds)
        for contract in contracts:
            reject_repeats(con, contract, names)
        place = next(
            (s.mapping.timezone for s in sources if s.mapping.timezone not in (None, "UTC")), timezone
        )
        for contract in contracts:
            settle_folds(con, contract, {c.name for c in contracts}, place)
        for contract in contracts:
            flag_times(con, contract, {c.name for c in contracts})
        accounts = account(con, raws, feeds.feeds)
        made_up = _synthetic(con, sources, feeds.feeds)
        new = project.processed / force / f".new-{version}"
        new.mkdir()
        tables = {}
        for contract in contracts:
            path = new / f"{contract.name}.parquet"
            write_table(con, contract, feeds.feeds, names, path)
            first, last = first_and_last(con, contract, place)
            flags = count_flags(con, contract.name)
            tables[contract.name] = _entry(
                contract.name, path, first, last, flags, feeds.feeds, accounts, made_up
            )
        write_rejected(con, project.rejected(force), raws, feeds.feeds)
    except duckdb.OutOfMemoryException as error:
        raise DataError(
            f"{shown}: too large for this machine's memory and temporary space ({error})."
        ) from error
    finally:
        con.close()
    final = project.processed / force / version
    if final.exists():
        shutil.rmtree(final)
    os.replace(new, final)
    used = {name for read in reads for name in read.used}
    ignored = [name for read in reads for name in read.ignored]
    return Manifest(
        force=force,
        version=version,
        timezone=place,
        synthetic=bool(made_up),
        tables=tables,
        accounts=tuple(accounts.files),
        cannot_tell_entries=tuple(c for s in sources for c in s.mapping.cannot_tell),
        notes=tuple(n for s in sources for n in s.mapping.notes),
        remarks=tuple(dict.fromkeys([*(n for raw in raws for n in raw.notes), *feeds.notes])),
        inputs=dict(parts["inputs"]),
        mappings=dict(parts["mappings"]),
        contracts_sha256=str(parts["contracts"]),
        key_id=str(parts["key"]),
        columns_not_used={f: tuple(c) for f, c in feeds.unused.items()},
        files_not_read=tuple([f.shown for f in files if f.shown not in used] + ignored),
    )


def _connect(work: Path, key: bytes) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(str(work / "stage.duckdb"))
    con.execute(f"SET temp_directory = {literal((work / 'spill').as_posix())}")
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")
    make_macros(con)
    make_time_macros(con)
    use_key(con, key)
    return con


def _read_all(
    con: duckdb.DuckDBPyConnection,
    sources: list[LoadedMapping],
    files: list[InputFile],
    shown: str,
    work: Path,
) -> tuple[list[Read], Feeds]:
    """Read everything before judging, so that one message lists every fault."""
    reader = Reader(con, work)
    reads = [reader.read(source, files, shown) for source in sources]
    stems = surrogate_stems([raw for read in reads for found in read.tables.values() for raw in found])
    result = Feeds()
    for source, read in zip(sources, reads, strict=True):
        feeds = make_feeds(source, read, stems)
        result.feeds += feeds.feeds
        result.faults += [*read.faults, *feeds.faults]
        result.notes += feeds.notes
        result.unused |= feeds.unused
    if result.faults:
        listed = "\n".join(f"- {fault}" for fault in dict.fromkeys(result.faults))
        raise DataError(f"{shown} can't be prepared:\n{listed}")
    if not result.feeds and any(read.used for read in reads):
        result.notes.append("no file or sheet of the return holds a row: it has no tables")
    elif not result.feeds:
        names = ", ".join(s.name for s in sources)
        raise DataError(
            f"{shown}: holds no table of the source {names}. Files there: {', '.join(f.shown for f in files[:12])}.\n"
            "A standard return names its files or sheets after the tables, such as incident.csv; data/raw/README.md "
            "tells how."
        )
    return reads, result


def _synthetic(con: duckdb.DuckDBPyConnection, sources: list[LoadedMapping], feeds: list[Feed]) -> set[str]:
    """Tables with rows marked as made up."""
    whole = {s.name for s in sources if s.mapping.synthetic}
    found = {f.table for f in feeds if f.source in whole}
    for feed in feeds:
        for position in feed.raw.positions(SYNTHETIC):
            test = f"lower(clean(c{position})) IN {words(TRUE_WORDS)}"
            if con.execute(f"SELECT 1 FROM {feed.raw.table} WHERE {test} LIMIT 1").fetchall():
                found.add(feed.table)
    return found


def _entry(
    table: str,
    path: Path,
    first: str,
    last: str,
    flags: dict[str, int],
    feeds: list[Feed],
    accounts: Accounts,
    made_up: set[str],
) -> TableEntry:
    return TableEntry(
        rows=sum(a.kept for a in accounts.tables[table]),
        first=first,
        last=last,
        sha256=file_sha256(path),
        sources=tuple(dict.fromkeys(f.source for f in feeds if f.table == table)),
        synthetic=table in made_up,
        flags=flags,
        accounts=tuple(accounts.tables[table]),
    )


__all__ = ["PrepareResult", "contracts_sha256", "prepare"]
