"""Writing the tables of a simulated return by their contracts, piece by piece, into a folder marked as made up.

A piece is a list of records or a set of arrays, named as the contract's columns; it becomes text as a force would
write it.  At no time is more than one piece in memory.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from hmic_analysis.contracts import Column, Contract, contract_for
from hmic_analysis.errors import ParameterError
from hmic_analysis.simulate.shapes import labels
from hmic_analysis.simulate.world import NO_DAY, to_wall

#: The column that marks every row of every file as made up.
MARK = "synthetic"
README = "README.txt"
FIRST_LINE = "SYNTHETIC DATA"


def render(table: str, given: list[dict[str, Any]] | dict[str, Any]) -> pa.Table:
    """Rows of the return, as text in the contract's order and marked as synthetic; columns not given are blank.

    Records hold plain values, None or nothing for a blank; keys that begin with an underscore are not written.  Arrays
    hold instants (UTC, written as wall time), days, 1 / 0 / -1 for yes / no / blank, numbers with NaN for blank, text
    with None for blank; of a code also its position among the allowed values, one past the last or -1 for blank.
    """
    contract = contract_for(table)
    named = {name for record in given for name in record} if isinstance(given, list) else set(given)
    unknown = {name for name in named if not name.startswith("_")} - set(contract.column_names)
    if unknown:
        raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
    columns = _arrays(contract, given) if isinstance(given, list) else given
    n = len(next(iter(columns.values())))
    made = [_text(c, columns[c.name]) if c.name in columns else pa.nulls(n, pa.string()) for c in contract.columns]
    return pa.table([*made, pa.array(["yes"] * n, pa.string())], names=[*contract.column_names, MARK])


def _arrays(contract: Contract, records: list[dict[str, Any]]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for column in contract.columns:
        given = [r.get(column.name) for r in records]
        if column.kind == "month":
            columns[column.name] = pa.array(given, pa.string())
        elif column.kind in ("date", "timestamp"):
            columns[column.name] = np.array([NO_DAY if x is None else x for x in given], "datetime64[D]")
        elif column.kind == "boolean":
            columns[column.name] = np.array([-1 if x is None else int(x) for x in given], int)
        elif column.kind in ("number", "integer"):
            columns[column.name] = np.array([np.nan if x is None else x for x in given], float)
        elif column.kind == "codes":
            columns[column.name] = np.array([";".join(x) if x else None for x in given], dtype=object)
        else:
            columns[column.name] = np.array(given, dtype=object)
    return columns


def _text(column: Column, values: Any) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if column.kind == "timestamp":
        return pa.array(to_wall(values)).cast(pa.string())
    if column.kind == "date":
        return pa.array(values.astype("datetime64[D]")).cast(pa.string())
    if column.kind == "month":
        return pc.utf8_slice_codeunits(pa.array(to_wall(values)).cast(pa.string()), 0, 7)
    if column.kind == "boolean":
        return pa.array(np.array(["no", "yes", None], dtype=object)[values], pa.string())
    if column.kind in ("number", "integer"):
        numbers = pa.array(values, from_pandas=True)
        whole = column.kind == "integer" or pa.types.is_integer(numbers.type)
        return numbers.cast(pa.int64() if whole else pa.float64()).cast(pa.string())
    if column.kind == "code" and values.dtype.kind == "i":
        values = labels(column.allowed)[values]
    return pa.array(values, pa.string())


def references(prefix: str, numbers: np.ndarray, digits: int = 7) -> pa.Array:
    """References such as ``INC0000012``."""
    padded = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), digits, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), padded, "")


def key_texts(prefix: str, numbers: np.ndarray, digits: int = 7) -> np.ndarray:
    """References as an array of texts, to be chosen from and blanked; blank for numbers below 1."""
    found = np.array(references(prefix, numbers, digits).to_pylist(), dtype=object)
    return np.where(numbers > 0, found, None)


def cells(rows: pa.Table, name: str) -> np.ndarray:
    """The texts of a column, None for a blank."""
    return np.array(rows.column(name).to_pylist(), dtype=object)


def with_cells(rows: pa.Table, columns: dict[str, Any]) -> pa.Table:
    """The rows with the texts of some columns replaced."""
    for name, values in columns.items():
        rows = rows.set_column(rows.column_names.index(name), name, pa.array(values, pa.string()))
    return rows


class TableFile:
    """One table of a return being written."""

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


def write_readme(folder: Path, what: str) -> None:
    """Say in words that the folder holds made-up data."""
    text = (
        f"{FIRST_LINE}\n\n"
        f"These files were written by a simulator ({what}).\n"
        "They describe no real force, person, crime or incident, though the force's name may be that of a real one.\n"
        'Every row of every file says so in its column "synthetic".  Do not quote any figure from them.\n'
        "truth.json, where there is one, says what is true of the simulated force.\n"
    )
    (folder / README).write_text(text, encoding="utf-8", newline="\n")


def is_synthetic(folder: Path) -> bool:
    """Whether a folder is marked as simulated."""
    readme = folder / README
    return readme.is_file() and readme.read_text(encoding="utf-8", errors="replace").startswith(FIRST_LINE)


class FreshFolder:
    """A folder that is written beside its place and put there when it is complete."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.path = place.with_name(f".{place.name}.being-written")

    def __enter__(self) -> FreshFolder:
        place = self.place
        if place.exists() and not place.is_dir():
            raise ParameterError(f"{place} is a file; the simulated return needs a folder of that name. Move the file.")
        if place.is_dir() and any(place.iterdir()) and not is_synthetic(place):
            raise ParameterError(
                f"{place} holds files that are not marked as simulated (no {README} that begins '{FIRST_LINE}').\n"
                "Nothing was written. Move them away, or simulate in another project."
            )
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is not None:
            shutil.rmtree(self.path, ignore_errors=True)
            return
        try:
            if self.place.is_dir():
                shutil.rmtree(self.place)
            self.path.rename(self.place)
        except OSError as fault:
            shutil.rmtree(self.path, ignore_errors=True)
            raise ParameterError(
                f"{self.place} can't be replaced ({fault.strerror or fault}).\n"
                "Close the programs that have a file of it open, then simulate again."
            ) from None
