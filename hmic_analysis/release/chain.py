"""A log that is only ever added to, each line holding the hash of the line before.

Beside ``<name>.jsonl`` lies ``<name>.head`` with the number of lines and the hash of the last one, so that an edit
of the last line, or its removal, is seen as well.  This shows what was altered by hand or by accident; against
someone who rewrites both files whole only a copy elsewhere helps.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from hmic_analysis.errors import DataError, LockedError
from hmic_analysis.store.versions import write_atomically

#: What the first line holds in place of a hash.
BEGINNING = "0" * 64


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a log while it is read, judged and added to.

    Parameters
    ----------
    path : pathlib.Path
        The log.

    Raises
    ------
    LockedError
        If another command holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path.with_suffix(".lock"), timeout=0):
            yield
    except Timeout:
        raise LockedError(f"Another command is at work on {path.name}. Wait for it to end.") from None


def read_chain(path: Path) -> list[dict[str, Any]]:
    """The entries of a log, once the chain is known to be whole.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    list of dict
        Empty where there is no log.  A last line without its end was never acknowledged and is left out.

    Raises
    ------
    DataError
        If a line was altered, removed, added or put elsewhere; the message names the line.
    """
    lines, head = _lines(path), _head(path)
    entries, before = [], BEGINNING
    for number, line in enumerate(lines, start=1):
        entries.append(_entry(path, number, line, before))
        before = _hash(line)
        if head and number == head["lines"] and head["sha256"] != before:
            raise _broken(path, number, "is not the line that was written")
    known = head["lines"] if head else 0
    if len(lines) < known:
        raise _broken(path, len(lines) + 1, f"is missing: {known} lines were written")
    if len(lines) > known + 1:
        raise _broken(path, known + 2, f"was not written by this program, which wrote {known}")
    return entries


def append_entry(path: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """Add one entry; call it while the log is :func:`held`.

    Parameters
    ----------
    path : pathlib.Path
    content : mapping
        What JSON can hold; ``line`` and ``previous`` are added.

    Returns
    -------
    dict
        The entry as written.

    Raises
    ------
    DataError
        If the log so far is broken: nothing is added to it.
    """
    done = read_chain(path)
    lines = _lines(path)
    entry = {**content, "line": len(done) + 1, "previous": _hash(lines[-1]) if lines else BEGINNING}
    line = json.dumps(entry, sort_keys=True, ensure_ascii=False).encode("utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:
        # What a killed command left of a line was never part of the log.
        stream.truncate(sum(len(old) + 1 for old in lines))
        stream.write(line + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    write_atomically(_head_path(path), json.dumps({"lines": len(lines) + 1, "sha256": _hash(line)}) + "\n")
    return entry


def _entry(path: Path, number: int, line: bytes, before: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        raise _broken(path, number, "can't be read") from None
    if not isinstance(entry, dict) or entry.get("line") != number:
        raise _broken(path, number, "is not the line that belongs there")
    if entry.get("previous") != before:
        # The hash of the line before is what this line was written after.
        raise _broken(path, max(number - 1, 1), "was altered, or a line after it was put in or taken out")
    return entry


def _lines(path: Path) -> list[bytes]:
    if not path.is_file():
        return []
    return path.read_bytes().split(b"\n")[:-1]


def _head_path(path: Path) -> Path:
    return path.with_suffix(".head")


def _head(path: Path) -> dict[str, Any] | None:
    place = _head_path(path)
    if not place.is_file():
        return None
    try:
        head = json.loads(place.read_text(encoding="utf-8"))
        return {"lines": int(head["lines"]), "sha256": str(head["sha256"])}
    except (ValueError, KeyError, TypeError):
        raise DataError(f"{place} can't be read, so {path.name} can't be checked. Put back a copy of both.") from None


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _broken(path: Path, number: int, what: str) -> DataError:
    return DataError(
        f"The log {path} is broken: line {number} {what}. Nothing is added to a broken log; put back {path.name} and "
        f"{_head_path(path).name} from a copy."
    )
