"""Putting a folder in place whole, or not at all: what is read while it is written again is never half of each."""

import glob
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hmic_analysis.errors import DataError

_PART, _OLD = ".part-", ".old-"
#: Seconds after which what a command left beside a folder is nobody's any more.
_LONG_AGO = 86_400


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """An empty folder beside ``target`` to write into, which takes its place at the end of the block.

    If anything fails within the block, ``target`` stays as it was and nothing is left beside it.  A folder that can't
    be replaced, such as when a program has one of its files open, is a ``DataError``.
    """
    tidy(target)
    work = target.with_name(f".{target.name}{_PART}{uuid.uuid4().hex[:8]}")
    work.mkdir(parents=True)
    try:
        yield work
        put_in_place(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def put_in_place(work: Path, target: Path) -> None:
    """Let ``work`` take the place of ``target``; if it can't, ``target`` stays."""
    old = target.with_name(f".{target.name}{_OLD}{uuid.uuid4().hex[:8]}")
    try:
        if target.exists():
            os.replace(target, old)
        os.replace(work, target)
    except OSError as fault:
        if old.exists() and not target.exists():
            os.replace(old, target)
        raise DataError(
            f"The folder {target} can't be replaced ({fault.strerror or fault}). If one of its files is open in "
            "another program, close it and try again."
        ) from None
    shutil.rmtree(old, ignore_errors=True)


def tidy(target: Path) -> None:
    """Put right what a command that was killed left: the folder moved out of its place, or what took long to write."""
    olds, parts = (list(target.parent.glob(f".{glob.escape(target.name)}{what}*")) for what in (_OLD, _PART))
    if olds and not target.exists():
        os.replace(max(olds, key=lambda p: p.stat().st_mtime), target)
    for left in (*olds, *parts):
        if left.exists() and time.time() - left.stat().st_mtime > _LONG_AGO:
            shutil.rmtree(left, ignore_errors=True)
