"""Versions of a force's processed tables: their names, their lock, and the switch from one to the next."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from hmic_analysis.contracts import BOOKKEEPING, CONTRACTS
from hmic_analysis.errors import LockedError
from hmic_analysis.project import Project
from hmic_analysis.store.inputs import InputFile
from hmic_analysis.store.manifest import Manifest
from hmic_analysis.store.mapping_load import LoadedMapping
from hmic_analysis.store.persons import key_id
from hmic_analysis.store.textfile import file_sha256

#: Raise when the loader gives other tables for the same input.
LOADER_VERSION = 4
HASHING_THREADS = 4


@cache
def contracts_sha256() -> str:
    """Hash of all contracts: tables made under other contracts are out of date."""
    plain = {name: dataclasses.asdict(contract) for name, contract in CONTRACTS.items()}
    text = json.dumps([plain, BOOKKEEPING], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def version_of(
    sources: list[LoadedMapping], files: list[InputFile], key: bytes, timezone: str
) -> tuple[str, dict[str, object]]:
    """The name of the version that these inputs give, and what went into it.

    Parameters
    ----------
    sources : list of LoadedMapping
    files : list of InputFile
    key : bytes
    timezone : str

    Returns
    -------
    str
        ``v-`` and twelve hex digits.
    dict
    """
    parts: dict[str, object] = {
        "loader": LOADER_VERSION,
        "inputs": {f.shown: f.sha256 for f in files},
        "mappings": {s.name: s.sha256 for s in sources},
        "contracts": contracts_sha256(),
        "key": key_id(key),
        "timezone": timezone,
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
