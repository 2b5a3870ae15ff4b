"""The manifest of a force's processed tables: what there is, where it came from, what to know about it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from hmic_analysis.evidence.model import RowAccount
from hmic_analysis.store.mapping import CannotTell, Note


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TableEntry(_Model):
    """One processed table.

    Attributes
    ----------
    rows : int
    first, last : str
        Earliest and latest value of the column that places a row in the period (local time), ``""`` if none.
    sha256 : str
        Hash of its Parquet file.
    sources : tuple of str
        Sources it was fed from.
    synthetic : bool
        Some of its rows are marked as made up.
    flags : dict
        Rows by flag.
    accounts : tuple of RowAccount
        Rows offered to it, file by file.
    """

    rows: int
    first: str = ""
    last: str = ""
    sha256: str
    sources: tuple[str, ...]
    synthetic: bool = False
    flags: dict[str, int] = Field(default_factory=dict)
    accounts: tuple[RowAccount, ...] = ()


class Manifest(_Model):
    """Everything about one force's processed tables.

    Attributes
    ----------
    version : str
        Folder of the tables, ``v-`` and twelve hex digits of everything that went in.
    timezone : str
        Zone in which its times are shown.
    accounts : tuple of RowAccount
        Rows of every file.
    cannot_tell_entries : tuple of CannotTell
    notes : tuple of Note
        Periods in which a table is suspect.
    remarks : tuple of str
        What a reader should know about how the files were read.
    inputs : dict
        SHA-256 of every file of the return by name, read or not.
    mappings : dict
        SHA-256 of every mapping.
    source_titles : dict
        Title, publisher and licence of every mapping but the standard one, for source lines.
    broken : dict
        Tables that can't be used, with the fault of the file that should have fed them.  They are never taken for
        tables that were not supplied.
    columns_not_used : dict
        By file.
    files_not_read : tuple of str
    key_id : str
        Name of the key of the person hashes.
    """

    schema_version: int = 1
    force: str
    version: str
    timezone: str
    synthetic: bool
    tables: dict[str, TableEntry]
    accounts: tuple[RowAccount, ...]
    cannot_tell_entries: tuple[CannotTell, ...] = ()
    notes: tuple[Note, ...] = ()
    remarks: tuple[str, ...] = ()
    inputs: dict[str, str]
    mappings: dict[str, str]
    source_titles: dict[str, str] = Field(default_factory=dict)
    broken: dict[str, str] = Field(default_factory=dict)
    contracts_sha256: str
    key_id: str
    columns_not_used: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    files_not_read: tuple[str, ...] = ()

    def cannot_tell(self, about: str) -> tuple[CannotTell, ...]:
        """What the sources can't say about something.

        Parameters
        ----------
        about : str
            A table, ``table.column`` or the name of an indicator.  A table's entries also hold for its columns.

        Returns
        -------
        tuple of CannotTell
        """
        table = about.partition(".")[0]
        return tuple(c for c in self.cannot_tell_entries if c.about in (about, table))

    def measurable(self, about: str) -> bool:
        """Whether nothing makes ``about`` impossible to measure."""
        return not any(c.effect == "not_measurable" for c in self.cannot_tell(about))

    def notes_for(self, table: str) -> tuple[Note, ...]:
        """Suspect periods of a table."""
        return tuple(n for n in self.notes if n.table == table)
