"""Find the files of a return and read those that a mapping asks for."""

import errno
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path, PurePath

import duckdb

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.errors import DataError, did_you_mean, unforeseen
from hmic_analysis.store.csvfile import read_csv
from hmic_analysis.store.manifest import file_sha256, files_below, printable
from hmic_analysis.store.mapping import FileSpec, Mapping
from hmic_analysis.store.mapping_check import LoadedMapping
from hmic_analysis.store.rawtable import RawTable, fold_name
from hmic_analysis.store.straight import Typing
from hmic_analysis.store.workbook import choose_sheets, open_book, read_parquet, read_sheet

_ENDINGS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".ods": "ods",
    ".parquet": "parquet",
}
#: Kinds that are read sheet by sheet.
WORKBOOKS = ("xlsx", "xls", "ods")
#: Seconds after which the time of a file's last change tells it from an earlier state.
_SETTLED = 2.0
#: Seconds for which a file that was written is looked at twice.
_YOUNG = 60.0
#: What marks a simulated return: the first line of its README, beside which the truth lies. Neither is data.
README, FIRST_LINE, TRUTH = "README.txt", "SYNTHETIC DATA", "truth.json"
#: Sheets of the template that hold no data.
TEMPLATE_SHEETS = ("cover", "contents", "columns", "example")


@dataclass(frozen=True)
class InputFile:
    """A file of a return: where it lies, its name below the return's folder, the hash of its bytes.

    ``seen`` is what the system said of it when it was hashed; ``fault`` why it can't be read, and then it has no hash.
    """

    path: Path
    shown: str
    sha256: str
    seen: tuple[int, ...] = ()
    fault: str = ""

    def changed(self) -> bool:
        """Whether somebody has touched the file since it was hashed, be it with the same content."""
        if self.fault:
            return False
        try:
            if _seen(self.path) != self.seen:
                return True
            # Where times are kept in steps of seconds they don't tell of a second writing.
            return time.time() - self.seen[1] / 1e9 < _YOUNG and file_sha256(self.path) != self.sha256
        except OSError:
            return True

    @property
    def kind(self) -> str | None:
        """``csv``, ``xlsx``, ``xls`` or ``parquet`` by its ending; None for anything else."""
        suffixes = [s.lower() for s in self.path.suffixes]
        if suffixes and suffixes[-1] == ".gz":
            return _ENDINGS.get(suffixes[-2]) if len(suffixes) > 1 else None
        return _ENDINGS.get(suffixes[-1]) if suffixes else None

    @property
    def stem(self) -> str:
        """Its name without endings."""
        name = self.path.name
        for suffix in (".gz", *_ENDINGS):
            if name.lower().endswith(suffix):
                name = name[: -len(suffix)]
        return name


@dataclass
class Read:
    """What was read for one source."""

    #: For each named input (for a standard return: each table) the files and sheets read.
    tables: dict[str, list[RawTable]] = field(default_factory=dict)
    #: How each named input was to be read.
    specs: dict[str, FileSpec] = field(default_factory=dict)
    #: Files of which something was read.
    used: set[str] = field(default_factory=set)
    #: Sheets that hold no table of a standard return.
    ignored: list[str] = field(default_factory=list)
    #: What is wrong: the named input (or table of a standard return) that can't be used for it, ``ANY`` where it could
    #: be any table, and the message.
    faults: list[tuple[str, str]] = field(default_factory=list)
    #: Files with a fault that may pass, such as too little memory: they are read again the next time.
    passing: set[str] = field(default_factory=set)


def discover(raw: Path, shown: str) -> list[InputFile]:
    """All files of a return, in the order of their names, and whatever is named like a file and can't be read."""
    if not raw.is_dir():
        raise DataError(f"There is no folder {shown}. Put the force's return there; data/raw/README.md tells how.")
    unread: list[OSError] = []
    found, home = [], raw.resolve()
    for path in files_below(raw, unread.append):
        if file := _input(path, printable(path.relative_to(raw)), home):
            found.append(file)
    for error in unread:
        raise DataError(
            f"{shown}: the folder {error.filename} can't be opened ({error.strerror}). Give yourself the right to read "
            "it, or take it out."
        )
    if not found:
        raise DataError(f"The folder {shown} is empty. Put the force's return there; data/raw/README.md tells how.")
    return sorted(found, key=lambda f: (f.shown.casefold(), f.shown))


def beside_simulated(files: Sequence[InputFile]) -> set[str]:
    """What the simulator lays beside the tables that it makes up; nothing of any other return."""
    marks = {f.shown: f for f in files if f.shown in (README, TRUTH)}
    readme = marks.get(README)
    if readme is None or readme.fault:
        return set()
    with readme.path.open("rb") as stream:
        return set(marks) if stream.read(len(FIRST_LINE)) == FIRST_LINE.encode() else set()


def is_named_in_text(path: Path) -> bool:
    """Whether a name is text: on some systems it may be any bytes, which no engine takes."""
    return not any("\ud800" <= sign <= "\udfff" for sign in str(path))


def _input(path: Path, shown: str, home: Path) -> InputFile | None:
    """A file with its hash, or why it has none; None for a folder that is only a folder.

    ``home``: the folder of the return, which may lie elsewhere by a link; nothing in it may.
    """
    try:
        mode = path.stat().st_mode
        leads_out = not path.resolve().is_relative_to(home)
        linked = leads_out or path.is_symlink()
        if not is_named_in_text(path):
            why = "its name is not text. Give it another"
        elif stat.S_ISREG(mode) and leads_out:
            why = "it is a link that leads out of the force's folder. Put the file itself there"
        elif stat.S_ISREG(mode):
            seen = _seen(path)
            sha256 = _sha256(path)
            if _seen(path) == seen:
                return InputFile(path, shown, sha256, seen)
            why = "it is being written to just now. Run again when it is complete"
        elif stat.S_ISDIR(mode):
            if not linked and InputFile(path, shown, "").kind is None:
                return None
            why = (
                "it is a link to a folder. Put the folder itself there"
                if linked
                else "it is a folder that is named like a file. Put the file itself there"
            )
        else:
            why = "it is no file but a pipe or a device. Put the file itself there"
    except OSError as error:
        if path.is_symlink() and error.errno in (errno.ENOENT, errno.ELOOP):
            why = "it is a link that leads nowhere. Put the file itself there"
        else:
            why = f"{error.strerror}. Give yourself the right to read it, or ask for it again"
    return InputFile(path, shown, "", fault=f"{shown}: could not be read: {why}.")


def _seen(path: Path) -> tuple[int, ...]:
    """What changes with any writing to a file, also where its content stays the same."""
    about = path.stat()
    return about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino


def _sha256(path: Path) -> str:
    """Hash of a file's bytes, taken once in a process for a file that nobody has touched since."""
    seen = _seen(path)
    # A file written a moment ago may be written again without its time telling.
    if time.time() - seen[1] / 1e9 < _SETTLED:
        return file_sha256(path)
    return _known_sha256(path, seen)


@lru_cache(maxsize=8192)
def _known_sha256(path: Path, seen: tuple[int, ...]) -> str:
    return file_sha256(path)


#: In place of a table: a file that can't be read and whose name doesn't tell which tables it holds.
ANY = "any table"


class Reader:
    """Reads inputs into one database; every table gets a name of its own.

    ``work``: folder for copies.
    ``home``: zone in which times are read where the mapping names none.  Empty: every row is wanted as text, none with
        its types.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, work: Path, home: str = "") -> None:
        self.con = con
        self.work = work
        self.home = home
        self._next = 0

    def read(self, source: LoadedMapping, files: list[InputFile], where: str) -> Read:
        """Read what a mapping asks for."""
        result = Read()
        if source.mapping.layout == "standard":
            self._standard(source.mapping, files, result)
            return result
        for name, spec in source.mapping.files.items():
            chosen = [f for f in files if _matches(f, spec)]
            result.specs[name] = spec
            result.tables[name] = []
            if not chosen and not spec.optional:
                near = did_you_mean(spec.pattern[0], [f.shown for f in files])
                message = (
                    f"{where}: no file matches {' or '.join(spec.pattern)}, which the source '{source.name}' needs for "
                    f"'{name}'.{near}\n  Files there: {_listed(f.shown for f in files)}."
                )
                result.faults.append((name, message))
            for file in chosen:
                if file.fault:
                    result.faults.append((name, file.fault))
                    continue
                with _own_fault(file, name, result, self.work):
                    result.tables[name] += self._read(file, spec)
                    result.used.add(file.shown)
        return result

    def _name(self) -> str:
        self._next += 1
        return f"raw_{self._next}"

    def _read(self, file: InputFile, spec: FileSpec, typed: Typing | None = None) -> Iterable[RawTable]:
        kind = spec.format or file.kind or "csv"
        if spec.merged and kind not in WORKBOOKS:
            raise DataError(
                f"{file.shown}: 'merged: fill' is for workbooks; this file holds no merged cells. Take it out of the "
                "mapping, or ask for the workbook."
            )
        if kind == "csv":
            found = [read_csv(self.con, file.path, file.shown, spec, self._name(), self.work, typed)]
        elif kind == "parquet":
            found = [read_parquet(self.con, file.path, file.shown, self._name())]
        else:
            with open_book(file.path, file.shown) as book:
                sheets = choose_sheets(book, spec, file.shown)
                found = [read_sheet(self.con, book, s, f"{file.shown}[{s}]", spec, self._name()) for s in sheets]
            if not any(found):
                line = max(spec.header_rows, default=1)
                raise DataError(f"{file.shown}: sheet {', '.join(sheets)} has no header in row {line}.")
        return [replace(raw, sha256=file.sha256) for raw in found if raw is not None]

    def _standard(self, mapping: Mapping, files: list[InputFile], result: Read) -> None:
        self._standard_files(mapping, files, result)
        # A file named after a table is that table, in whatever kind it came, unless another file gave it.
        for file in files:
            table = None if file.kind or file.fault else _table_named(PurePath(file.shown).name.partition(".")[0])
            if table and table not in result.tables and table not in {name for name, _ in result.faults}:
                why = why_unread(file.shown) or "files of its kind are not read: ask for it as CSV or as a workbook"
                result.faults.append((table, f"{file.shown}: {why}."))

    def _standard_files(self, mapping: Mapping, files: list[InputFile], result: Read) -> None:
        for file in files:
            table = _table_named(file.stem)
            if file.fault:
                if table or file.kind in WORKBOOKS:
                    result.faults.append((table or ANY, file.fault))
                continue
            with _own_fault(file, table or ANY, result, self.work):
                if file.kind in WORKBOOKS:
                    self._standard_book(file, table, result)
                elif table and file.kind:
                    for raw in self._read(file, FileSpec(pattern=file.shown), self._typing(mapping, table)):
                        _add(result, table, raw)
                else:
                    continue
                if any(raw.file.split("[")[0] == file.shown for found in result.tables.values() for raw in found):
                    result.used.add(file.shown)

    def _typing(self, mapping: Mapping, table: str) -> Typing | None:
        """How a table may be read with its types; None where the mapping has words of its own for values."""
        missing = tuple(word.lower() for word in mapping.missing_values)
        usual = mapping.decimal == "." and mapping.thousands in (None, "", ",")
        if not self.home or not usual or any(c.isdigit() or c.isspace() for word in missing for c in word):
            return None
        return Typing(CONTRACTS[table], mapping.timezone or self.home, missing)

    def _standard_book(self, file: InputFile, table: str | None, result: Read) -> None:
        spec = FileSpec(pattern=file.shown)
        with open_book(file.path, file.shown) as book:
            named = {s: _table_named(s) for s in book.names}
            if table and not any(named.values()):
                named[book.first] = table
            if not any(named.values()):
                # Most are none of a return; a sheet that is almost called like a table is worth a word.
                result.ignored += [f"{file.shown}[{s}]" for s in named if did_you_mean(fold_name(s), CONTRACTS)]
                return
            result.used.add(file.shown)
            for sheet, name in named.items():
                if name is None:
                    if fold_name(sheet) not in TEMPLATE_SHEETS:
                        result.ignored.append(f"{file.shown}[{sheet}]")
                    continue
                with _own_fault(file, name, result, self.work):
                    raw = read_sheet(self.con, book, sheet, f"{file.shown}[{sheet}]", spec, self._name())
                    if raw is not None and raw.read:
                        _add(result, name, replace(raw, sha256=file.sha256))
                    elif raw is None and table:
                        raise DataError(
                            f"{file.shown}: sheet {sheet} is empty. Ask for it again, or take it out of the folder."
                        )


@contextmanager
def _own_fault(file: InputFile, name: str, result: Read, work: Path) -> Iterator[None]:
    """Whatever goes wrong while a file is read is its own fault; a folder that can't be written to is not."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - an engine or a codec may raise anything over a damaged file
        fault = unforeseen(
            error, f"{file.shown}: could not be read. Ask for it again, or save it anew", file.path, [work]
        )
        if not isinstance(fault, DataError):
            raise fault from error
        result.faults.append((name, fault.message))
        if fault.passing:
            result.passing.add(file.shown)


def _add(result: Read, table: str, raw: RawTable) -> None:
    result.tables.setdefault(table, []).append(raw)
    result.specs.setdefault(table, FileSpec(pattern=table))


def _table_named(name: str) -> str | None:
    folded = fold_name(name).replace(" ", "_").replace("-", "_")
    return folded if folded in CONTRACTS else None


def _matches(file: InputFile, spec: FileSpec) -> bool:
    names = (file.shown.casefold(), file.path.name.casefold())
    return any(fnmatchcase(n, p.casefold()) for p in spec.pattern for n in names)


def _listed(names: Iterable[str], most: int = 12) -> str:
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


_ARCHIVE, _DATABASE = "an archive: unpack it into the folder", "a database: export its tables as CSV"
_UNREAD = {
    ".xlsb": "a binary workbook: save it as .xlsx",
    **dict.fromkeys((".zip", ".7z", ".rar", ".tar", ".tgz"), _ARCHIVE),
    **dict.fromkeys((".accdb", ".mdb", ".sqlite", ".db"), _DATABASE),
    ".json": "JSON: ask for it as CSV or as a workbook",
    **dict.fromkeys(
        (".html", ".htm", ".xml"), "a web page or XML: open it in a spreadsheet program and save it as .xlsx"
    ),
    **dict.fromkeys((".pdf", ".docx", ".doc"), "a document: ask for the data behind it"),
}


def why_unread(file: str) -> str:
    """Why a file of this ending is never read, and what to do; blank for kinds that are."""
    why = _UNREAD.get(PurePath(file).suffix.casefold(), "")
    return f"it is {why}" if why else ""
