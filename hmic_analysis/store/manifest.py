"""The manifest of a force's processed tables: what there is, where it came from, what to know about it."""

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.contracts.base import FOLDS, MonthRows
from hmic_analysis.project import Project
from hmic_analysis.words import NAMES


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CannotTell(_Model):
    """What a source can't say about a table, ``table.column`` or indicator, however complete it is."""

    about: str
    effect: Literal["not_measurable", "caveat"]
    because: str


class Note(_Model):
    """A period in which a table is suspect (amber) or not to be used (red)."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    start: str = Field(alias="from")
    end: str = Field(alias="to")
    state: Literal["amber", "red"]
    table: str
    note: str

    @field_validator("start", "end")
    @classmethod
    def _day(cls, value: str) -> str:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise ValueError("must be a date written YYYY-MM-DD") from None


class RowAccount(_Model):
    """Rows of one file (or of one table out of one file): ``read == kept + rejected``, always.

    ``cells`` counts, by reason, the cells of rows kept that could not be read and were set aside.
    """

    file: str
    table: str = ""
    read: int
    kept: int
    rejected: int
    reasons: dict[str, int] = Field(default_factory=dict)
    cells: dict[str, int] = Field(default_factory=dict)
    flags: dict[str, int] = Field(default_factory=dict)
    sha256: str = ""

    @property
    def cells_set_aside(self) -> int:
        """Cells of rows kept that could not be read."""
        return sum(self.cells.values())

    @property
    def odd(self) -> dict[str, int]:
        """What is to be told of the rows kept: those flagged, and cells that were set aside."""
        return self.flags | {f"cells set aside, {reason}": n for reason, n in self.cells.items()}


class TableEntry(_Model):
    """One processed table."""

    rows: int
    #: Earliest and latest value of the column that places a row in the period (local time), ``""`` if none.
    first: str = ""
    last: str = ""
    #: Earliest value of the column that dates its rows, those of lists too.
    dated_from: str = ""
    #: Hash of its Parquet file.
    sha256: str
    #: Sources it was fed from.
    sources: tuple[str, ...]
    #: Some of its rows are marked as made up.
    synthetic: bool = False
    #: Rows by flag.
    flags: dict[str, int] = Field(default_factory=dict)
    #: Rows offered to it, file by file.
    accounts: tuple[RowAccount, ...] = ()
    months: dict[str, MonthRows] = Field(default_factory=dict)
    odd: tuple[str, ...] = ()
    #: Optional columns that some file of its rows came without.
    left_out: tuple[str, ...] = ()

    def lacking(self, table: str, turning: Collection[str]) -> list[str]:
        """The columns left out of it that could turn a claim: of ``turning`` (``document.scope``), or by contract."""
        contract = CONTRACTS[table]
        if not self.rows:
            return []
        return [n for n in self.left_out if f"{table}.{n}" in turning or contract.column(n).open_left_out]

    @property
    def read(self) -> int:
        """Rows offered to it."""
        return sum(a.read for a in self.accounts)

    @property
    def told(self) -> str:
        """``5 read = 2 kept + 3 kept aside (1 cell set aside)``."""
        kept, cells = sum(a.kept for a in self.accounts), sum(a.cells_set_aside for a in self.accounts)
        aside = f" ({cells:,} {'cell' if cells == 1 else 'cells'} set aside)" if cells else ""
        return f"{self.read:,} read = {kept:,} kept + {self.read - kept:,} kept aside{aside}"


#: Begins the remark on codes that most rows hold, often for good reason.
ONE_CODE = "one code stands in half of the rows or more: "
#: Begins the remark on columns left out, for which what a blank says is taken of every row.
CAME_WITHOUT = "came without "


def remark_in_words(remark: str) -> str:
    """A remark on a table for people who know no columns: codes and what they tell in words."""
    if not remark.startswith(ONE_CODE):
        return remark
    held = re.findall(r"(\w+) (\w+) \((\d+%)\)", remark)
    told = [
        f"{name.replace('_', ' ')}, {NAMES.get(code, code.replace('_', ' '))} ({part})" for name, code, part in held
    ]
    return f"at least half of the rows say the same: {'; '.join(told)}"


#: Rows from which it is no chance that not one has a partner.
_MANY_ALONE = 30


class ReferenceEntry(_Model):
    """One reference of one return, counted over the rows kept."""

    table: str
    column: str
    to_table: str
    to_column: str
    #: Every row that gives it must have its partner.
    every: bool
    #: Rows of the table, those without the reference (``blank``) among them.
    rows: int
    blank: int
    #: Rows with a partner, and without one though they give the reference.
    matched: int
    unmatched: int
    #: Of those without, rows whose partner was sent and kept aside.
    aside: int = 0
    #: Different references without a partner that was sent, kept or not.
    values: int = 0
    #: Rows whose reference was written otherwise than its partner and joined, by what lay between.
    joined: dict[str, int] = Field(default_factory=dict)
    #: Rows without a partner that would have one under a fold that nobody allowed.
    mends: dict[str, int] = Field(default_factory=dict)
    #: Where nothing would mend it: how most of those without a partner are written, and most partners.
    looks: tuple[str, ...] = ()
    #: Partners at the end of their list without a row, though the rows are in its order: the file was cut off.
    tail: int = 0

    @property
    def given(self) -> int:
        """Rows that give the reference."""
        return self.rows - self.blank

    @property
    def name(self) -> str:
        """``deployment.incident_id``."""
        return f"{self.table}.{self.column}"

    @property
    def mend(self) -> str:
        """The fold that would join the most rows; blank if none would any."""
        return max(self.mends, key=lambda fold: self.mends[fold]) if self.mends else ""

    def alone(self, *, rows: bool = False) -> int:
        """The different partners that rows without one may belong to, or those rows.

        ``rows``: whether each row tells something of its own, so that one partner may lack several.
        Returns: where a row need not have a partner, the rows that would have one if they were written like it.  What
            leads to a row that was kept aside is not among them: that row is unknown by itself.
        """
        if not self.every:
            return max(self.mends.values(), default=0)
        nowhere = self.unmatched - self.aside
        return nowhere if rows else min(self.values or nowhere, nowhere)

    def fits(self, limit_pct: float) -> bool:
        """Whether what rests on it can be said.

        ``limit_pct``: share of the references given that may be without a partner.
        Returns: where a row need not have a partner only those count that would have one if they were written like it;
            and where not one of many has a partner, the two tables are not written alike whatever the reason.  Of a
            list that breaks off nobody knows what the rest would say.
        """
        if self.tail:
            return False
        if self.every:
            return self.unmatched <= limit_pct / 100 * self.given
        if not self.matched and self.given >= _MANY_ALONE:
            return False
        return max(self.mends.values(), default=0) <= limit_pct / 100 * self.given

    def said(self) -> str:
        """How many have a partner, and what would help."""
        share = 100 * self.unmatched / self.given if self.given else 0.0
        text = f"{self.column}: {self.matched:,} of {self.given:,} lead to {self.to_table}.{self.to_column}"
        if self.unmatched:
            text += f", {self.unmatched:,} ({share:.1f}%) lead nowhere"
        if self.aside:
            text += f" ({self.aside:,} of them to rows of {self.to_table} that were kept aside)"
        if self.blank:
            text += f"; {self.blank:,} blank"
        if self.tail:
            text += f"; in their order, and none leads to the last {self.tail:,}: the file may have been cut off"
        if self.joined:
            text += "; " + ", ".join(f"{n:,} joined over {fold}" for fold, n in self.joined.items())
        if self.mend:
            text += f"; {self.mends[self.mend]:,} would if {_words(self.mend)} made no difference"
        return text

    def told(self) -> str:
        """The same for people, who know the records by their titles, with what to ask for."""
        here, there = (CONTRACTS[name].title for name in (self.table, self.to_table))
        share = 100 * self.unmatched / self.given if self.given else 0.0
        text = (
            f"{here}: {self.matched:,} of {self.given:,} references to '{there}' lead to a record that could be used, "
            f"{self.unmatched:,} ({share:.1f}%) lead nowhere"
        )
        if self.aside:
            text += f" ({self.aside:,} of them to records that were kept aside)"
        if self.mend:
            text += f"; {self.mends[self.mend]:,} would lead to one if {_words(self.mend)} made no difference"
        if self.tail:
            return (
                f"{text}. They are in the order of '{there}', and none leads to the last {self.tail:,} of these: the "
                "file may have been cut off. Ask the force how many records there are."
            )
        if 2 * self.aside > self.unmatched:
            return f"{text}. Ask the force for the records that were kept aside, put right."
        return f"{text}. Ask the force to write these references alike in both, or for the records that are missing."

    def told_lone(self) -> str:
        """The few without a partner for people: what stands beside a figure that counts them as not known."""
        here, there = (CONTRACTS[name].title for name in (self.table, self.to_table))
        rows = self.alone(rows=True)
        named = "names one" if rows == 1 else "name one"
        return f"{rows:,} of {self.given:,} records in '{here}' {named} in '{there}' that is not among those supplied"

    def request(self) -> str:
        """What to ask the force for."""
        if self.tail:
            return f"Ask the force how many rows {self.table} has, and for those that are missing."
        wanted = f"{self.column} of {self.table} written as {self.to_column} of {self.to_table} writes it"
        if 2 * self.aside > self.unmatched:
            return f"Ask the force for the rows of {self.to_table} that were kept aside, mended."
        if self.mend:
            allowed = self.mend.replace(" and ", ", ")
            return f"Ask the force for {wanted}; or, if it says that they are the same, allow it: match: [{allowed}]."
        text = f"Ask the force for {wanted}, or for the rows of {self.to_table} that are missing."
        if self.looks:
            text += (
                f" Most are written like {self.looks[0]}, and {self.to_column} of {self.to_table} like {self.looks[1]}."
            )
        return text


def _words(folds: str) -> str:
    return " and ".join(FOLDS[fold] for fold in folds.split(" and "))


class Manifest(_Model):
    """Everything about one force's processed tables."""

    schema_version: int = 1
    force: str
    #: Folder of the tables, ``v-`` and twelve hex digits of everything that went in.
    version: str
    #: Zone in which its times are shown.
    timezone: str
    synthetic: bool
    tables: dict[str, TableEntry]
    #: Rows of every file.
    accounts: tuple[RowAccount, ...]
    cannot_tell_entries: tuple[CannotTell, ...] = ()
    #: Periods in which a table is suspect.
    notes: tuple[Note, ...] = ()
    #: What a reader should know about how the files were read.
    remarks: tuple[str, ...] = ()
    #: SHA-256 of every file of the return by name, read or not.
    inputs: dict[str, str]
    #: SHA-256 of every mapping.
    mappings: dict[str, str]
    #: Title, publisher and licence of every mapping but the standard one, for source lines.
    source_titles: dict[str, str] = Field(default_factory=dict)
    #: Tables that can't be used, with the fault of the file that should have fed them.  They are never taken for tables
    #: that were not supplied.
    broken: dict[str, str] = Field(default_factory=dict)
    contracts_sha256: str
    #: Name of the key of the person hashes.
    key_id: str
    #: By file.
    columns_not_used: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    #: What refers to another table supplied, with the rows that have their partner.
    references: tuple[ReferenceEntry, ...] = ()
    files_not_read: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The rows by table: ``incident 5 read = 2 kept + 3 kept aside; ...``; of many, those that lost any."""
        if n := len(self.unasked):
            files = "1 file" if n == 1 else f"{n:,} files"
            return f"{self._rows_told()}; {files} not read, since no table asks for any such: see 'hmic data check'"
        return self._rows_told()

    @property
    def unasked(self) -> list[str]:
        """Files that no table asks for; what could not be read is told with its tables."""
        told = "\n".join(["", *self.broken.values()])
        return [file for file in self.files_not_read if f"\n{file}: " not in told]

    def _rows_told(self) -> str:
        lines = [f"{name} {entry.told}" for name, entry in self.tables.items()]
        if len(lines) <= 6:
            return "; ".join(lines) or "no table"
        entries = self.tables.values()
        read, kept = sum(e.read for e in entries), sum(a.kept for e in entries for a in e.accounts)
        worst = sorted(self.tables.items(), key=lambda i: sum(a.kept for a in i[1].accounts) - i[1].read)[:3]
        some = "; ".join(f"{name} {e.told}" for name, e in worst if any(a.rejected for a in e.accounts))
        total = f"{len(lines)} tables, {read:,} rows read = {kept:,} kept + {read - kept:,} kept aside"
        if cells := sum(a.cells_set_aside for e in entries for a in e.accounts):
            total += f" ({cells:,} {'cell' if cells == 1 else 'cells'} set aside)"
        return f"{total}; most of them: {some}" if some else total

    def cannot_tell(self, about: str) -> tuple[CannotTell, ...]:
        """What the sources can't say about something."""
        table = about.partition(".")[0]
        return tuple(c for c in self.cannot_tell_entries if c.about in (about, table))


def manifest_path(project: Project, force: str) -> Path:
    """Where the manifest of a force's processed tables lies."""
    return project.processed / force / "manifest.json"


def read_manifest(project: Project, force: str) -> Manifest | None:
    """The manifest of a force's processed tables.

    None where nothing has been prepared, or what there is was written by another version of the package.
    """
    path = manifest_path(project, force)
    try:
        state = path.stat()
        return _parsed(path, state.st_ino, state.st_mtime_ns, state.st_size)
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


@lru_cache(maxsize=64)
def _parsed(path: Path, *state: int) -> Manifest:
    """A report asks for each of its tables anew; the file is read once for as long as it stays as it is."""
    return Manifest.model_validate_json(path.read_text(encoding="utf-8"))


# The files of a return as they lie there, before anything reads them.

#: Files that systems lay beside others.
_OF_THE_SYSTEM = ("thumbs.db", "desktop.ini")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def printable(path: Path) -> str:
    """A path in words: a sign that can't be printed is none of a name."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in path.as_posix())


def files_below(raw: Path, unread: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """What is named like a file of a return, folders too; ``unread`` is told of a folder that can't be opened."""
    for folder, folders, files in os.walk(raw, onerror=unread):
        for name in [*files, *folders]:
            if not name.startswith((".", "~$")) and name.casefold() not in _OF_THE_SYSTEM:
                yield Path(folder) / name


def changed_files(project: Project, manifest: Manifest, raw: Path) -> list[str]:
    """Files of a return that are new, gone or other than when its tables were made.

    Only files that were written to since are read.
    """
    made = manifest_path(project, manifest.force).stat().st_mtime_ns
    known, changed = dict(manifest.inputs), []
    for path in files_below(raw):
        if path.is_dir():
            continue
        name = printable(path.relative_to(raw))
        before = known.pop(name, None)
        try:
            state = path.stat()
            # Of a copy that kept its day only the system's own mark tells when it came.
            written = max(state.st_mtime_ns, state.st_ctime_ns) >= made
            differs = before is None or (written and file_sha256(path) != before)
        except OSError:
            # One that can't be read was told when the return was loaded, or will be.
            differs = before is None
        changed += [name] if differs else []
    return sorted([*changed, *known])
