"""One input as read: a table of plain text, its columns by position, and where each row came from."""

from __future__ import annotations

from dataclasses import dataclass, field

from hmic_analysis.store.names import fold_name
from hmic_analysis.store.scan import BadLine
from hmic_analysis.store.sql import literal


@dataclass(frozen=True)
class RawTable:
    """A file, or a sheet of a workbook, as a table of text.

    Parameters
    ----------
    table : str
        Its name in the database: columns ``c1`` ... and ``_row``, the number of the row in the file.
    file : str
        The file (and sheet) as people read it.
    names : tuple of str
        Its column names as written.
    read : int
        Rows in it, unreadable ones included.
    bad : tuple of BadLine
        Lines that are no record.
    notes : tuple of str
        What a reader should know about how it was read.
    sha256 : str
        Hash of the file's bytes.
    last_row : int
        Number of its last row.
    """

    table: str
    file: str
    names: tuple[str, ...]
    read: int
    bad: tuple[BadLine, ...] = ()
    notes: tuple[str, ...] = ()
    sha256: str = ""
    last_row: int = 0
    by_name: dict[str, list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for i, name in enumerate(self.names, start=1):
            self.by_name.setdefault(fold_name(name), []).append(i)

    def positions(self, name: str) -> list[int]:
        """Positions (from 1) of the columns of that name; more than one where the header repeats it."""
        return self.by_name.get(fold_name(name), [])

    def original(self) -> str:
        """SQL of a row's raw fields as JSON."""
        return f"to_json({{{', '.join(f'{literal(n)}: c{i}' for i, n in enumerate(self.unique_names(), start=1))}}})"

    def unique_names(self) -> list[str]:
        """Column names, repeated and blank ones told apart by their position."""
        seen: set[str] = set()
        result = []
        for i, name in enumerate(self.names, start=1):
            shown = name.strip() or f"column {i}"
            # The engine's structures don't tell upper from lower case.
            if shown.casefold() in seen:
                shown = f"{shown} (column {i})"
            seen.add(shown.casefold())
            result.append(shown)
        return result


def column_list(n: int, kind: str) -> str:
    """``c1 KIND, c2 KIND ...``."""
    return ", ".join(f"c{i} {kind}" for i in range(1, n + 1))
