"""Prepare one force's return: read, type, check, account, and switch to the new tables in one step."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
from filelock import FileLock, Timeout

from hmic_analysis.contracts import BOOKKEEPING, CONTRACTS, Contract
from hmic_analysis.contracts.a2_attendance import FORCE_REFERENCE, NATIONAL
from hmic_analysis.errors import DataError, LockedError, said, storage_fault, unforeseen
from hmic_analysis.project import Project
from hmic_analysis.store.accounts import (
    Accounts,
    account,
    contract_tables,
    count_flags,
    first_and_last,
    write_rejected,
    write_table,
)
from hmic_analysis.store.engine import Sessions, connect, plan_for
from hmic_analysis.store.feeds import Feed, Feeds, read_return, synthetic_tables
from hmic_analysis.store.inputs import InputFile, Read, beside_simulated, discover
from hmic_analysis.store.manifest import (
    CAME_WITHOUT,
    Manifest,
    ReferenceEntry,
    TableEntry,
    file_sha256,
    manifest_path,
    read_manifest,
)
from hmic_analysis.store.mapping_check import LoadedMapping, load_mapping
from hmic_analysis.store.persons import key_id, make_private_folder, person_key
from hmic_analysis.store.rawtable import RawTable, literal
from hmic_analysis.store.references import References, cut_off, months_of, oddities
from hmic_analysis.store.stage import (
    flag_times,
    keep_one,
    prepare_raw,
    reject_repeats,
    settle_broken,
    settle_folds,
    stage_feed,
    stage_name,
)
from hmic_analysis.store.typed import idle_zones

# Versions of a force's processed tables: their names, their lock, and the switch from one to the next.

#: Raise when the loader gives other tables for the same input.
LOADER_VERSION = 5
HASHING_THREADS = 4


@functools.cache
def contracts_sha256() -> str:
    """Hash of all contracts: tables made under other contracts are out of date."""
    plain = {name: dataclasses.asdict(contract) for name, contract in CONTRACTS.items()}
    text = json.dumps([plain, BOOKKEEPING], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def version_of(
    sources: list[LoadedMapping],
    files: list[InputFile],
    key: bytes,
    timezone: str,
    match: Sequence[str] = (),
    police_name: str = "",
    districts: Sequence[str] = (),
) -> tuple[str, dict[str, object]]:
    """The name of the version that these inputs give, and what went into it."""
    parts: dict[str, object] = {
        "loader": LOADER_VERSION,
        "inputs": {f.shown: f.sha256 or f.fault for f in files},
        "mappings": {s.name: s.sha256 for s in sources},
        "contracts": contracts_sha256(),
        "key": key_id(key),
        "timezone": timezone,
        "match": list(match),
        "police_name": police_name,
        "districts": list(districts),
    }
    digest = hashlib.sha256(json.dumps(parts, sort_keys=False).encode()).hexdigest()
    return f"v-{digest[:12]}", parts


@contextmanager
def force_lock(path: Path, force: str) -> Iterator[None]:
    """Hold the lock of one force's tables; :class:`LockedError` if another run does."""
    try:
        with FileLock(path, timeout=0):
            yield
    except Timeout:
        raise LockedError(f"The return of {force} is being prepared by another run. Wait for it to end.") from None


def is_whole(project: Project, manifest: Manifest) -> bool:
    """Whether the tables of a manifest lie there unaltered."""
    folder = project.processed / manifest.force / manifest.version
    paths = [folder / f"{name}.parquet" for name in manifest.tables]
    if not all(path.is_file() for path in paths):
        return False
    # Hashing leaves the interpreter to other threads, and an analyst waits for it.
    with ThreadPoolExecutor(HASHING_THREADS) as threads:
        found = list(threads.map(file_sha256, paths))
    return found == [entry.sha256 for entry in manifest.tables.values()]


def clear_leftovers(folder: Path, keys: Path, force: str, keep: str) -> None:
    """Remove versions no manifest points to, and what a killed run left."""
    for path in folder.iterdir():
        if path.is_dir() and path.name.startswith(("v-", ".new-")) and path.name != keep:
            shutil.rmtree(path, ignore_errors=True)
    for path in keys.glob(f"work-{force}-*"):
        shutil.rmtree(path, ignore_errors=True)


def write_atomically(path: Path, text: str) -> None:
    """Replace a text file in one step: whoever reads it sees the old text or the new."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, path)


@dataclass(frozen=True)
class PrepareResult:
    """What preparing one force came to."""

    force: str
    #: ``prepared``, or ``up_to_date`` where nothing had changed and nothing was done.
    status: Literal["prepared", "up_to_date"]
    manifest: Manifest


def prepare(
    project: Project,
    params_resolved_sources: list[str],
    force: str,
    raw: Path,
    timezone: str = "Europe/London",
    match: Sequence[str] = (),
    police_name: str = "",
    districts: Sequence[str] = (),
) -> PrepareResult:
    """Turn one force's return into processed tables; ``match`` names folds that may join references of any table."""
    sources, files, shown, key = _ingredients(project, params_resolved_sources, raw)
    version, parts = version_of(sources, files, key, timezone, match, police_name, districts)
    # Whoever only reads needs no lock: several notebooks and threads may ask at a time.
    if (made := _made(project, force, version)) is not None:
        return made
    make_private_folder(project.keys)
    with force_lock(project.keys / f"prepare-{force}.lock", force):
        if (made := _made(project, force, version)) is not None:
            return made
        old = read_manifest(project, force)
        folder = project.processed / force
        folder.mkdir(parents=True, exist_ok=True)
        clear_leftovers(folder, project.keys, force, keep=old.version if old else "")
        touched: set[str] = set()
        for attempt in range(1, _ATTEMPTS + 1):
            job = _Job(
                project, sources, files, force, shown, timezone, version, parts, key, tuple(match), police_name,
                tuple(districts),
            )  # fmt: skip
            manifest = _build_untouched(job)
            if manifest is not None:
                break
            touched |= {f.shown for f in files if f.changed()}
            files = discover(raw, shown)
            if attempt == _ATTEMPTS:
                raise DataError(f"{shown}: files change while they are read ({', '.join(sorted(touched))}). {_WAIT}")
            if attempt == _ATTEMPTS - 1:
                # Whatever is still being written to costs only what it feeds.
                why = f"it changed while it was read. {_WAIT}"
                files = [
                    dataclasses.replace(f, sha256="", fault=f"{f.shown}: could not be read: {why}")
                    if f.shown in touched
                    else f
                    for f in files
                ]
            version, parts = version_of(sources, files, key, timezone, match, police_name, districts)
        write_atomically(manifest_path(project, force), manifest.model_dump_json(indent=1, by_alias=True) + "\n")
        clear_leftovers(folder, project.keys, force, keep=manifest.version)
    return PrepareResult(force, "prepared", manifest)


def _made(project: Project, force: str, version: str) -> PrepareResult | None:
    """The tables of a version that lie there whole."""
    old = read_manifest(project, force)
    whole = old is not None and old.version == version and is_whole(project, old)
    return PrepareResult(force, "up_to_date", old) if whole else None


#: A return that is written to while it is read is read again so often.
_ATTEMPTS = 3
_WAIT = "Wait until it has been copied as a whole, and run again"


def _build_untouched(job: _Job) -> Manifest | None:
    """The tables of a return; None, and nothing kept, where some file was written to meanwhile."""
    with tempfile.TemporaryDirectory(
        prefix=f"work-{job.force}-", dir=job.project.keys, ignore_cleanup_errors=True
    ) as work:
        try:
            made, manifest = _build(job, Path(work))
        except DataError:
            # A file that was half there may be all that is wrong.
            if any(f.changed() for f in job.files):
                shutil.rmtree(job.unfinished, ignore_errors=True)
                return None
            raise
    if any(f.changed() for f in job.files):
        shutil.rmtree(made, ignore_errors=True)
        return None
    final = job.folder / manifest.version
    if final.exists():
        shutil.rmtree(final)
    os.replace(made, final)
    return manifest


def unchanged(
    project: Project,
    params_resolved_sources: list[str],
    force: str,
    raw: Path,
    timezone: str = "Europe/London",
    match: Sequence[str] = (),
    police_name: str = "",
    districts: Sequence[str] = (),
) -> PrepareResult | None:
    """The tables of a force whose return, mappings and contracts are those that they were made from.

    None where there is something to prepare; nothing is written.
    """
    if read_manifest(project, force) is None:
        return None
    sources, files, _, key = _ingredients(project, params_resolved_sources, raw)
    return _made(project, force, version_of(sources, files, key, timezone, match, police_name, districts)[0])


def _ingredients(
    project: Project, names: list[str], raw: Path
) -> tuple[list[LoadedMapping], list[InputFile], str, bytes]:
    """What a version is made from: mappings, files, the folder as messages name it, the key of the person hashes."""
    shown = project.relative(raw)
    return [load_mapping(project, name) for name in names], discover(raw, shown), shown, person_key(project)


@dataclass(frozen=True)
class _Job:
    """What is to be prepared."""

    project: Project
    sources: list[LoadedMapping]
    files: list[InputFile]
    force: str
    shown: str
    timezone: str
    version: str
    parts: dict[str, Any]
    key: bytes
    match: tuple[str, ...]
    police_name: str
    districts: tuple[str, ...]

    @property
    def place(self) -> str:
        """Zone in which times are shown."""
        zones = (s.mapping.timezone for s in self.sources)
        return next((zone for zone in zones if zone not in (None, "UTC")), self.timezone)

    @property
    def folder(self) -> Path:
        return self.project.processed / self.force

    @property
    def writing(self) -> tuple[Path, ...]:
        return self.folder, self.project.keys, self.project.rejected(self.force)

    @property
    def unfinished(self) -> Path:
        return self.folder / f".new-{self.version}"


def _build(job: _Job, work: Path) -> tuple[Path, Manifest]:
    """Make the tables in a folder that is not in place yet."""
    con = connect(work, job.key, job.files)
    sessions = Sessions(con, job.key)
    try:
        reads, feeds, broken = read_return(con, job.sources, job.files, job.shown, job.timezone, work)
        if passing := {name for read in reads for name in read.passing}:
            # Named without their hash the version is none that the next run would call up to date.
            files = [dataclasses.replace(f, sha256="") if f.shown in passing else f for f in job.files]
            version, parts = version_of(
                job.sources, files, job.key, job.timezone, job.match, job.police_name, job.districts
            )
            job = dataclasses.replace(job, version=version, parts=parts)
        raws = [raw for read in reads for found in read.tables.values() for raw in found]
        unmade, references = _stage(con, sessions, job, reads, feeds, raws)
        broken |= unmade
        expecting = {raw.table for r in reads for n, found in r.tables.items() if r.specs[n].expect for raw in found}
        accounts = account(con, raws, feeds.feeds, expecting)
        tables = _write(con, sessions, job, feeds.feeds, raws, accounts)
        write_rejected(con, job.project.rejected(job.force), raws, feeds.feeds, accounts, work)
    except duckdb.OutOfMemoryException as error:
        if (full := storage_fault(error, writing=job.writing)) is not None:
            raise full from error
        raise DataError(
            f"{job.shown}: too large for this machine's memory and temporary space ({said(error)})."
        ) from error
    except Exception as error:  # noqa: BLE001 - whatever the engine may raise costs this force only
        raise unforeseen(error, f"{job.shown} could not be prepared", writing=job.writing) from error
    finally:
        sessions.close()
        con.close()
    return job.unfinished, _manifest(job, reads, feeds, raws, tables, accounts, broken, references)


def _apart(feeds: list[Feed]) -> list[list[int]]:
    """The places of feeds by what each hangs on: those of one table or of one file are worked on in their order."""
    groups: list[tuple[set[str], list[int]]] = []
    for i, feed in enumerate(feeds):
        own = {feed.table, feed.raw.table}
        near = [group for group in groups if group[0] & own]
        groups = [group for group in groups if not group[0] & own]
        groups.append((own.union(*(names for names, _ in near)), sorted([*(p for _, ps in near for p in ps), i])))
    return [places for _, places in sorted(groups, key=lambda group: group[1])]


def _stage_group(
    con: duckdb.DuckDBPyConnection, job: _Job, group: list[tuple[int, Feed, int]]
) -> tuple[list[str], dict[str, str]]:
    """Type the rows of some feeds: what is to be told of them, and tables that can't be made, with their fault."""
    notes, broken = [], {}
    for place, feed, number in group:
        if feed.table not in broken:
            try:
                stage_feed(con, feed, place, number, job.timezone, job.districts)
                notes += idle_zones(con, feed.context, CONTRACTS[feed.table], feed.spec)
            except DataError as error:
                broken[feed.table] = error.message
    return notes, broken


def _stage(
    con: duckdb.DuckDBPyConnection, sessions: Sessions, job: _Job, reads: list[Read], made: Feeds, raws: list[RawTable]
) -> tuple[dict[str, str], tuple[ReferenceEntry, ...]]:
    """Type all rows; tables that can't be made are taken out of the feeds, and given with their fault."""
    feeds: list[Feed] = made.feeds
    broken: dict[str, str] = {}
    numbers = {raw.table: i for i, raw in enumerate(raws)}
    specs = {raw.table: r.specs[n] for r in reads for n, found in r.tables.items() for raw in found}
    named = {
        raw.table: name
        for source, r in zip(job.sources, reads, strict=True)
        if source.mapping.layout == "standard"
        for name, found in r.tables.items()
        for raw in found
    }
    for raw in raws:
        made.notes += prepare_raw(con, raw, specs[raw.table], job.police_name, named.get(raw.table, ""))
    for notes, unmade in sessions.each(
        lambda own, group: _stage_group(own, job, [(i, feeds[i], numbers[feeds[i].raw.table]) for i in group]),
        _apart(feeds),
        lambda group: max(feeds[i].raw.read for i in group),
    ):
        made.notes += notes
        broken |= unmade
    if broken:
        settle_broken(con, made, broken, job.shown)
        feeds = made.feeds
    plan_for(con, max((raw.read for raw in raws), default=0))
    if FORCE_REFERENCE.name in {f.table for f in feeds} and job.force != NATIONAL:
        con.execute(f"UPDATE {stage_name(FORCE_REFERENCE.name)} SET reasons = [{literal(ELSEWHERE)}]").fetchall()
    contracts = contract_tables(feeds)
    staged = {c.name for c in contracts}
    match = {
        table: {*job.match, *(fold for s in job.sources if s.name in names for fold in s.mapping.match)}
        for table, names in _sources_of(feeds).items()
    }
    # Before repeats are looked for: two writings of one reference may make two rows of one.
    references = References(con, staged, match)
    references.join()
    keep_one(con, feeds, {i: raw.file for i, raw in enumerate(raws)})
    files = {i: raw.file for i, raw in enumerate(raws)}
    rows = functools.partial(_rows_of, feeds)
    sessions.each(lambda own, contract: reject_repeats(own, contract, files), contracts, rows)
    plan_for(con, max((raw.read for raw in raws), default=0))
    for contract in contracts:
        settle_folds(con, contract, staged, job.place)
    sessions.each(lambda own, contract: flag_times(own, contract, staged), contracts, rows)
    plan_for(con, max((raw.read for raw in raws), default=0))
    return broken, references.counted()


#: Reason of rows that list all forces in the return of one.
ELSEWHERE = f"it lists all forces and is read from data/raw/{NATIONAL} alone"


def _sources_of(feeds: list[Feed]) -> dict[str, tuple[str, ...]]:
    """Names of the sources that each table is fed from."""
    found: dict[str, dict[str, None]] = {}
    for feed in feeds:
        found.setdefault(feed.table, {})[feed.source] = None
    return {table: tuple(names) for table, names in found.items()}


def _write(
    con: duckdb.DuckDBPyConnection,
    sessions: Sessions,
    job: _Job,
    feeds: list[Feed],
    raws: list[RawTable],
    accounts: Accounts,
) -> dict[str, TableEntry]:
    made_up = synthetic_tables(con, job.sources, feeds)
    shutil.rmtree(job.unfinished, ignore_errors=True)
    job.unfinished.mkdir()
    contracts, sources = contract_tables(feeds), _sources_of(feeds)
    staged, files = set(sources), {i: raw.file for i, raw in enumerate(raws)}

    def written(own: duckdb.DuckDBPyConnection, contract: Contract) -> TableEntry:
        name = contract.name
        path = job.unfinished / f"{name}.parquet"
        write_table(own, contract, feeds, files, path)
        first, last = first_and_last(own, contract, contract.time, job.place)
        left_out = _left_out(contract, feeds)
        return TableEntry(
            rows=sum(a.kept for a in accounts.tables[name]),
            first=first,
            last=last,
            dated_from=first or first_and_last(own, contract, contract.dated, job.place)[0],
            sha256=file_sha256(path),
            sources=sources[name],
            synthetic=name in made_up,
            flags=count_flags(accounts.tables[name]),
            accounts=tuple(accounts.tables[name]),
            months=months_of(own, contract, job.place, staged),
            odd=(*oddities(own, contract, staged, job.place), *_taken(contract, left_out)),
            left_out=left_out,
        )

    entries = sessions.each(written, contracts, functools.partial(_rows_of, feeds))
    plan_for(con, max((raw.read for raw in raws), default=0))
    return {contract.name: entry for contract, entry in zip(contracts, entries, strict=True)}


def _left_out(contract: Contract, feeds: list[Feed]) -> tuple[str, ...]:
    """The optional columns that some file of a table's rows came without."""
    given = [f.spec.columns for f in feeds if f.table == contract.name and f.raw.read]
    return tuple(c.name for c in contract.columns if not c.required and any(c.name not in own for own in given))


def _taken(contract: Contract, left_out: Sequence[str]) -> Iterator[str]:
    """What is taken of every row for want of a column, in words."""
    taken = {name: said for name in left_out if (said := contract.column(name).taken_left_out)}
    if taken:
        each = " and ".join(f"{name} (taken as: {said})" for name, said in taken.items())
        yield f"{CAME_WITHOUT}{each}: ask the force whether that holds of every row"


def _rows_of(feeds: list[Feed], contract: Contract) -> int:
    """Rows of the files that feed a table."""
    return sum(raw.read for raw in {id(f.raw): f.raw for f in feeds if f.table == contract.name}.values())


def _manifest(
    job: _Job,
    reads: list[Read],
    feeds: Feeds,
    raws: list[RawTable],
    tables: dict[str, TableEntry],
    accounts: Accounts,
    broken: dict[str, str],
    references: tuple[ReferenceEntry, ...],
) -> Manifest:
    used = {name for read in reads for name in read.used} | beside_simulated(job.files)
    ignored = [name for read in reads for name in read.ignored]
    return Manifest(
        force=job.force,
        version=job.version,
        timezone=job.place,
        synthetic=any(entry.synthetic for entry in tables.values()),
        tables=tables,
        accounts=tuple(accounts.files),
        cannot_tell_entries=tuple(c for s in job.sources for c in s.mapping.cannot_tell),
        notes=tuple(n for s in job.sources for n in s.mapping.notes),
        remarks=tuple(dict.fromkeys([*(n for raw in raws for n in raw.notes), *cut_off(raws), *feeds.notes])),
        inputs=job.parts["inputs"],
        mappings=job.parts["mappings"],
        source_titles={s.name: _title(s) for s in job.sources if s.mapping.layout != "standard"},
        broken=broken,
        contracts_sha256=job.parts["contracts"],
        key_id=job.parts["key"],
        columns_not_used={f: tuple(c) for f, c in feeds.unused.items()},
        references=references,
        files_not_read=tuple([f.shown for f in job.files if f.shown not in used] + ignored),
    )


def _title(source: LoadedMapping) -> str:
    parts = (source.mapping.title, source.mapping.publisher, source.mapping.licence)
    return ", ".join(part for part in parts if part and not part.startswith("not stated"))


__all__ = ["PrepareResult", "contracts_sha256", "prepare", "unchanged"]
