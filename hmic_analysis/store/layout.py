"""How a delimited file is written, and the rows of it that the engine read with their types."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hmic_analysis.store.sql import literal


@dataclass(frozen=True)
class Layout:
    """How a delimited file of one heading line is written.

    Parameters
    ----------
    path : pathlib.Path
    start : int
        Its first byte below the header.
    names : tuple of str
        Column names as written.
    delimiter, quote : str
        One character each.
    first_line : int
        Number of the first line below the header.
    """

    path: Path
    start: int
    names: tuple[str, ...]
    delimiter: str
    quote: str
    first_line: int

    @property
    def columns(self) -> list[str]:
        """The columns' names in the database."""
        return [f"c{i}" for i in range(1, len(self.names) + 1)]

    def reader(self, kinds: dict[str, str], path: Path | None = None, more: str = "") -> str:
        """SQL that reads the file, or another without header that is written like it.

        Parameters
        ----------
        kinds : dict of str to str
            Type of each column.
        path : pathlib.Path, optional
            The other file.
        more : str
            Further options.
        """
        columns = ", ".join(f"{name}: {literal(kind)}" for name, kind in kinds.items())
        return (
            f"read_csv({literal(str(path or self.path))}, auto_detect=false, header=false, columns={{{columns}}}, "
            f"delim={literal(self.delimiter)}, quote={literal(self.quote)}, escape={literal(self.quote)}, "
            f"skip={0 if path else 1}, max_line_size=16777216{more})"
        )


@dataclass(frozen=True)
class Straight:
    """Rows of a file that the engine read with the types of a contract, and about which nothing is in doubt.

    Parameters
    ----------
    table : str
        The typed table they stand in.
    select : str
        SQL of them: ``_row``, every column of the contract, ``flags`` and ``reasons``.
    made_up : bool
        Some row says that it is synthetic.
    layout : Layout
        Where the text of each line can be had.
    """

    table: str
    select: str
    made_up: bool
    layout: Layout
