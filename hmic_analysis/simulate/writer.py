"""Writing the tables of a simulated return, piece by piece.

A piece is a set of numpy arrays named as the contract's columns; it becomes text as a force would write it, and is
appended to the table's file.  At no time is more than one piece in memory.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from hmic_analysis.contracts import Contract, contract_for
from hmic_analysis.simulate.clock import to_wall

#: The column that marks every row of every file as made up.
MARK = "synthetic"


def render(table: str, columns: dict[str, Any]) -> pa.Table:
    """Write a piece of a table as text.

    Parameters
    ----------
    table : str
        Name of the table.
    columns : dict of str to array
        By contract column; a column left out is blank.  Timestamps are ``datetime64[s]`` instants (UTC), dates
        ``datetime64[D]``, booleans 1 / 0 / -1 for yes / no / blank, numbers with NaN for blank, the rest text with
        None for blank.

    Returns
    -------
    pyarrow.Table
        Text columns in the contract's order, then ``synthetic``; timestamps as wall time.
    """
    contract = contract_for(table)
    unknown = set(columns) - set(contract.column_names)
    if unknown:
        raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
    n = len(next(iter(columns.values())))
    made = [
        _text(contract, name, columns[name]) if name in columns else pa.nulls(n, pa.string())
        for name in contract.column_names
    ]
    return pa.table([*made, pa.array(["yes"] * n, pa.string())], names=[*contract.column_names, MARK])


def _text(contract: Contract, name: str, values: Any) -> pa.Array:
    kind = contract.column(name).kind
    if isinstance(values, pa.Array):
        return values
    if kind == "timestamp":
        return pa.array(to_wall(values)).cast(pa.string())
    if kind == "date":
        return pa.array(values.astype("datetime64[D]")).cast(pa.string())
    if kind == "month":
        return pc.utf8_slice_codeunits(pa.array(to_wall(values)).cast(pa.string()), 0, 7)
    if kind == "boolean":
        return pa.array(np.array(["no", "yes", None], dtype=object)[values], pa.string())
    if kind in ("number", "integer"):
        numbers = pa.array(values, from_pandas=True)
        whole = kind == "integer" or pa.types.is_integer(numbers.type)
        return numbers.cast(pa.int64() if whole else pa.float64()).cast(pa.string())
    return pa.array(values, pa.string())


def references(prefix: str, numbers: np.ndarray, digits: int = 7) -> pa.Array:
    """References such as ``INC0000012``.

    Parameters
    ----------
    prefix : str
    numbers : numpy.ndarray
    digits : int
        Least number of digits.

    Returns
    -------
    pyarrow.Array
    """
    padded = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), digits, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), padded, "")


class TableFile:
    """One table of a return being written.

    Parameters
    ----------
    path : pathlib.Path
        File to create; its stem is the table's name.
    wanted : bool
        False: the force doesn't provide the table; pieces are dropped and no file is made.
    """

    def __init__(self, path: Path, wanted: bool = True) -> None:
        self.path = path
        self.wanted = wanted
        self.rows = 0
        self._sink = path.open("wb") if wanted else None
        if self._sink:
            header = ",".join((*contract_for(path.stem).column_names, MARK))
            self._sink.write(f"{header}\n".encode())

    def append(self, piece: pa.Table) -> None:
        """Append the rows of a piece."""
        if self._sink and piece.num_rows:
            options = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
            pa_csv.write_csv(piece.combine_chunks(), self._sink, options)
            self.rows += piece.num_rows

    def close(self) -> None:
        """Finish the file."""
        if self._sink:
            self._sink.close()
