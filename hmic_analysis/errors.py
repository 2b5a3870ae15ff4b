"""What can go wrong, said once and without a traceback.

Every message says what is wrong, where (file, line, row or key), what is allowed and what to do.  The command
line prints the message and exits with ``exit_code``; nothing else in the package prints errors.
"""

import difflib
import errno
import os
import re
import shutil
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

EXIT_OK = 0
EXIT_SOME_FAILED = 1
EXIT_PARAMETERS = 2
EXIT_DATA = 3
EXIT_LOCKED = 4


class HmicError(Exception):
    """A fault the user can mend; its message says what is wrong, where, what is allowed and what to do."""

    exit_code = EXIT_SOME_FAILED

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ParameterError(HmicError):
    """A parameter, a parameter file or a command-line word that can't be used."""

    exit_code = EXIT_PARAMETERS


class DataError(HmicError):
    """Data that can't be loaded: a corrupt file, a mapping that doesn't fit, a missing table."""

    exit_code = EXIT_DATA
    #: It may be gone the next time, though nothing has changed: too little memory or time, a disk that didn't answer.
    passing = False


class PassingError(DataError):
    """Data that couldn't be loaded this time."""

    passing = True


class DifferentFigures(HmicError):
    """Figures of one name that are defined differently, and so can't stand together."""

    exit_code = EXIT_DATA


class LockedError(HmicError):
    """Another run holds what this one needs."""

    exit_code = EXIT_LOCKED


class StorageError(HmicError):
    """A folder that nothing can be written to; ``state`` is how a run that it ends is told of."""

    state = "stopped: no space"


class ReadOnlyError(StorageError):
    """A folder that may not be written to."""

    state = "stopped: read-only"


_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
#: What the engine says of either, with the file in quotation marks before it.
_FULL_WORDS = re.compile(r"no space left on device|disk quota exceeded|not enough space|file too large", re.IGNORECASE)
_NO_TEMPORARY = re.compile(r"No usable temporary directory found in \[(.*)\]")
_READ_ONLY_WORDS = re.compile(r"read-only file system", re.IGNORECASE)


def storage_fault(
    error: BaseException, reading: Path | None = None, writing: Iterable[Path] = ()
) -> StorageError | None:
    """The fault of a folder that can't be written to, where that is what lies behind an error.

    ``reading`` is a file that was only read: that it may not be opened is its own fault.  ``writing`` are the folders
    of which one is named where the error itself names none, as for what is written to a file that is open.
    """
    for one in _chain(error):
        number = one.errno if isinstance(one, OSError) else None
        path = one.filename if isinstance(one, OSError) else next(iter(re.findall(r"\"([^\"]+)\"", str(one))), "")
        if number in _FULL and isinstance(one, OSError):
            # Of a file that was copied the first name is that of the one that was read.
            path = one.filename2 or path
        words = "" if isinstance(one, HmicError) else str(one)
        if reading is not None and str(path) == str(reading):
            continue
        if tried := _NO_TEMPORARY.search(words):
            return StorageError(
                f"Nothing can be written to any folder for temporary files ({tried[1]}): no space, or not yours. Make "
                "room in one of them and run again: what is complete stays."
            )
        named = Path(os.fsdecode(path)) if isinstance(path, str | bytes | os.PathLike) and path else Path()
        # An error of the system names a file of the working folder by its bare name; words in quotes may be no file.
        named = Path.cwd() / named if number is not None and named != Path() else named
        if number in _FULL or _FULL_WORDS.search(words):
            folder = named.parent if named.is_absolute() else _fullest(writing)
            return StorageError(
                f"There is no space left to write to {folder}. Make room and run again: what is complete stays."
            )
        if number in _READ_ONLY and named.is_absolute() and (what := _forbidden(named, one)):
            return ReadOnlyError(f"{what}: you have no right to. Change that and run again: what is complete stays.")
        if number in _READ_ONLY or _READ_ONLY_WORDS.search(words):
            folder = named.parent if named.is_absolute() else _closed(writing)
            return ReadOnlyError(
                f"Nothing may be written to {folder} (read-only, or not yours). Change that and run again: what is "
                "complete stays."
            )
    return None


def _by_disk(writing: Iterable[Path]) -> dict[int, Path]:
    """Of folders that may be written to the first on each disk, and that for temporary files."""
    folders, found = list(writing) or [Path.cwd()], {}
    with suppress(FileNotFoundError):
        folders.append(Path(tempfile.gettempdir()))
    for folder in map(Path.absolute, folders):
        there = next(place for place in (folder, *folder.parents) if place.exists())
        found.setdefault(_disk(there), there)
    return found


def _disk(folder: Path) -> int:
    return folder.stat().st_dev


def _fullest(writing: Iterable[Path]) -> Path:
    return min(_by_disk(writing).values(), key=lambda folder: shutil.disk_usage(folder).free)


def _closed(writing: Iterable[Path]) -> Path:
    return min(_by_disk(writing).values(), key=lambda folder: os.access(folder, os.W_OK))


def _forbidden(path: Path, error: BaseException) -> str:
    """What can't be done with a file, where that is not writing: a folder on the way to it is closed, say."""
    if any(frame.name == "_execute_child" for frame in traceback.extract_tb(error.__traceback__)):
        return f"The program {path} can't be executed"
    for folder in reversed(path.parents):
        if not os.access(folder, os.X_OK):
            return f"The folder {folder} can't be opened" if os.path.lexists(folder) else ""
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        return f"The folder {path} can't be opened"
    if path.is_file() and not os.access(path, os.R_OK):
        return f"{path} can't be read"
    return ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def said(error: BaseException) -> str:
    """What a library says of its error, in a few words and without what it quotes: that may be a record."""
    first = next(iter(str(error).strip().splitlines()), "")
    # A quotation may run on beyond its line, and then has no end.
    words = re.sub(r"'[^']*(?:'|$)|\"[^\"]*(?:\"|$)|`[^`]*(?:`|$)", "...", first)
    return " ".join(words.split())[:160] or type(error).__name__


def unforeseen(error: Exception, what: str, reading: Path | None = None, writing: Iterable[Path] = ()) -> HmicError:
    """An error that nothing was prepared for, as a fault in one message; its traceback is kept with ``--debug``."""
    if isinstance(error, HmicError):
        return error
    if (fault := storage_fault(error, reading, writing)) is not None:
        return fault
    if isinstance(error, MemoryError):
        why = "there is too little memory for it"
    else:
        # The words of an error raised by Python itself may hold a value of the data.
        engine = type(error).__module__.split(".")[0].lstrip("_") in ("duckdb", "pyarrow", "zipfile", "zlib")
        why = f"{type(error).__name__}: {said(error)}" if engine else type(error).__name__
        if isinstance(error, OSError) and error.strerror:
            why = f"{type(error).__name__}: {error.strerror}"
    kept = keep_traceback(error)
    more = f"The traceback is in {kept}." if kept else "Run again with --debug to have the traceback kept in a file."
    kind = PassingError if isinstance(error, MemoryError | OSError) else DataError
    return kind(f"{what} ({why}). {more}")


#: Variable of the environment that names the folder for tracebacks: processes that are begun know of it too.
DEBUG = "HMIC_DEBUG"


def keep_traceback(error: BaseException) -> str:
    """Keep a traceback in a file of its own where that was asked for; the file's name, or ``""``."""
    folder = os.environ.get(DEBUG, "")
    if not folder:
        return ""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="traceback-", suffix=".txt", dir=folder)
        with open(handle, "w", encoding="utf-8", errors="replace") as stream:
            stream.writelines(traceback.format_exception(error))
    except OSError:
        return ""
    return name


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """``" Did you mean 'x'?"``, with its leading space, of the nearest allowed word; empty where nothing is near."""
    folded, key = {str(a).casefold(): str(a) for a in allowed}, str(word).casefold()
    near = difflib.get_close_matches(key, folded, n=1, cutoff=0.6)
    begun = [a for a in folded if len(key) > 2 and a.startswith(key)]
    near = near or (begun if len(begun) == 1 else [])
    return f" Did you mean '{folded[near[0]]}'?" if near else ""


#: A sentence holds no more names than these; of more it says what lists them.
_NAMED = 30


def near_or_all(word: str, allowed: Iterable[str], what: str, listed_by: str = "") -> str:
    """:func:`did_you_mean`, and only where nothing is near ``" What: "`` with all there is: lists hide a sentence.

    Of very many only what lists them.
    """
    there = list(allowed)
    if listed_by and len(there) > _NAMED:
        return did_you_mean(word, there) or f" There are {len(there)} {what.lower()}: {listed_by}."
    return did_you_mean(word, there) or f" {what}: {', '.join(map(str, there))}."
