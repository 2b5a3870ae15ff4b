"""Writing a simulated return, its deliberate faults among it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from hmic_analysis.contracts import Column, Contract, contract_for
from hmic_analysis.errors import ParameterError
from hmic_analysis.simulate.world import HOUR, NO_DAY, SECOND, labels, to_wall
from hmic_analysis.store.inputs import FIRST_LINE, README

if TYPE_CHECKING:
    from hmic_analysis.simulate.calls import Deployments, Incidents


# Writing the tables of a simulated return by their contracts, piece by piece, into a folder marked as made up.
#
# A piece is a list of records or a set of arrays, named as the contract's columns; it becomes text as a force would
# write it. At no time is more than one piece in memory.

#: The column that marks every row of every file as made up.
MARK = "synthetic"


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

    def __init__(self, path: Path, wanted: bool = True, columns: Sequence[str] = ()) -> None:
        self.path = path
        self.wanted = wanted
        self.rows = 0
        self._sink = path.open("wb") if wanted else None
        if self._sink:
            header = ",".join((*(columns or contract_for(path.stem).column_names), MARK))
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


# Deliberate faults, each counted, none of which changes what is true.
#
# Rows to be kept aside are always additional rows; cells to be set aside stand where there was nothing; odd times are
# given only to incidents that are no crime.

#: Cells that make a row unusable, by table: what the fault is called, and the cells of key or required columns.
BAD_ROWS: dict[str, tuple[tuple[str, dict[str, str | None]], ...]] = {
    "incident": (
        ("impossible_time", {"incident_id": "INC99000001", "created_at": "2013-02-30 10:00:00"}),
        ("required_blank", {"incident_id": None}),
    ),
    "deployment": (("required_blank", {"incident_id": None}),),
    "crime": (
        ("impossible_time", {"crime_id": "CR99000001", "recorded_at": "2013-06-31 10:00:00"}),
        ("required_blank", {"crime_id": None}),
    ),
    "incident_crime": (("required_blank", {"crime_id": None}),),
    "suspect": (
        ("impossible_time", {"person_key": "NOM99000001", "named_on": "2013-11-31"}),
        ("required_blank", {"person_key": None}),
        ("required_blank", {"person_key": "NOM99000002", "named_on": None}),
    ),
    "bail": (
        ("code_not_allowed", {"bail_id": "BL99000001", "bail_type": "s46"}),
        ("impossible_time", {"bail_id": "BL99000002", "return_due_on": "2013-11-31"}),
    ),
    "pnc_circulation": (("code_not_allowed", {"person_key": "NOM99000003", "reason": "missing person"}),),
    "duty_hours": (("number_out_of_range", {"team": "Response Z", "staff_hours": "-4"}),),
    "demand_task": (
        ("code_not_allowed", {"task_id": "TSK99000001", "task_type": "paperwork"}),
        ("neither_given", {"task_id": "TSK99000002", "ended_at": None, "resource_hours": None}),
    ),
}
#: What nobody can read, by table and column; put where nothing was known, so that it is not known still.
BAD_CELLS: dict[str, dict[str, str]] = {
    "incident": {"category_close": "crme", "grade": "Grade 9", "area_type": "suburbia"},
    "deployment": {"en_route_at": "2013-02-30 10:00:00"},
    "crime": {"progress_entries": "many"},
    "suspect": {"risk_grade": "very high"},
    "bail": {"attended": "perhaps"},
}
#: A cell that makes a second row of the same key differ from the first.
CONFLICTS = {
    "incident": ("district", "District 9"),
    "crime": ("district", "District 9"),
    "suspect": ("status", "outstanding"),
    "bail": ("attended", "no"),
}


@dataclass
class Planted:
    """What was planted so far."""

    #: By table: rows that a loader must keep aside, by kind of fault.
    kept_aside: dict[str, Counter] = field(default_factory=dict)
    #: By table: rows that are odd but belong to the data.
    kept: dict[str, Counter] = field(default_factory=dict)

    def note(self, table: str, fault: str, rows: int, kept: bool) -> None:
        """Count rows of a fault."""
        if rows:
            (self.kept if kept else self.kept_aside).setdefault(table, Counter())[fault] += rows

    def as_dict(self) -> dict[str, dict[str, dict[str, int]]]:
        """The counts, ready for JSON."""
        return {
            "kept_aside": {t: dict(c) for t, c in sorted(self.kept_aside.items())},
            "kept": {t: dict(c) for t, c in sorted(self.kept.items())},
        }


def with_bad_rows(
    rng: np.random.Generator, table: str, piece: pa.Table, planted: Planted, candidates: np.ndarray | None = None
) -> pa.Table:
    """Put cells into a piece that a loader must set aside, and append rows that it must keep aside."""
    candidates = np.arange(piece.num_rows) if candidates is None else candidates
    keyed = bool(contract_for(table).key)
    chosen = rng.choice(candidates, min(5, len(candidates)), replace=False) if keyed else np.array([], int)
    repeats, conflicting = chosen[:3], chosen[3:]
    parts = [_with_bad_cells(table, piece, planted, set(chosen.tolist()))]
    if len(repeats):
        parts.append(piece.take(pa.array(repeats)))
        planted.note(table, "exact_repeat", len(repeats), kept=False)
    if table in CONFLICTS and len(conflicting):
        column, value = CONFLICTS[table]
        parts.append(_changed(piece.take(pa.array(conflicting)), {column: value}))
        planted.note(table, "conflicting_repeat", len(conflicting), kept=False)
    for fault, changes in BAD_ROWS.get(table, ()) if piece.num_rows else ():
        parts.append(_changed(piece.slice(int(rng.integers(piece.num_rows)), 1), changes))
        planted.note(table, fault, 1, kept=False)
    return pa.concat_tables(parts)


def _with_bad_cells(table: str, piece: pa.Table, planted: Planted, taken: set[int]) -> pa.Table:
    """The piece with one cell of each column that is damaged, each in a row of its own that is not taken."""
    made = {}
    for name, text in BAD_CELLS.get(table, {}).items():
        values = cells(piece, name)
        if free := [i for i, value in enumerate(values) if not value and i not in taken]:
            values[free[0]] = text
            made[name] = values
            taken = taken | {free[0]}
            planted.note(table, "cell_not_readable", 1, kept=True)
    return with_cells(piece, made)


def _changed(rows: pa.Table, changes: dict[str, str | None]) -> pa.Table:
    for name, value in changes.items():
        at = rows.column_names.index(name)
        rows = rows.set_column(at, name, pa.array([value] * rows.num_rows, pa.string()))
    return rows


def with_dangling_links(piece: pa.Table, planted: Planted) -> pa.Table:
    """Append links of real incidents to crimes that are not in the return."""
    if piece.num_rows < 3:
        return piece
    extra = pa.concat_tables([_changed(piece.slice(i, 1), {"crime_id": f"CR9800000{i}"}) for i in range(3)])
    planted.note("incident_crime", "crime_not_in_return", 3, kept=True)
    return pa.concat_tables([piece, extra])


def odd_arrivals(
    rng: np.random.Generator, incidents: Incidents, deployments: Deployments, planted: Planted
) -> Deployments:
    """Make a few arrivals implausible: 119 hours after the call, or before the resource was assigned."""
    eligible = np.flatnonzero((incidents.case[deployments.incident] < 0) & ~np.isnat(deployments.at_scene))
    chosen = rng.choice(eligible, min(6, len(eligible)), replace=False)
    days_late, too_early = chosen[:3], chosen[3:]
    at_scene, clear = deployments.at_scene.copy(), deployments.clear.copy()
    at_scene[days_late] = incidents.created[deployments.incident[days_late]] + 119 * HOUR
    clear[days_late] = at_scene[days_late] + 1800 * SECOND
    at_scene[too_early] = deployments.assigned[too_early] - 300 * SECOND
    planted.note("deployment", "arrived_after_119_hours", len(days_late), kept=True)
    planted.note("deployment", "arrived_before_assigned", len(too_early), kept=True)
    return replace(deployments, at_scene=at_scene, clear=clear)


def closed_too_early(rng: np.random.Generator, piece: pa.Table, no_crime: np.ndarray, planted: Planted) -> pa.Table:
    """Close a few of the incidents in a piece two hours before they were created."""
    created, closed = cells(piece, "created_at"), cells(piece, "closed_at")
    dated = np.flatnonzero(no_crime & np.array([bool(a and b) for a, b in zip(created, closed, strict=True)], bool))
    chosen = rng.choice(dated, min(3, len(dated)), replace=False)
    for i in chosen:
        moment = np.datetime64(created[i].replace(" ", "T")) - 7200 * SECOND
        closed[i] = str(moment).replace("T", " ")
    planted.note("incident", "closed_before_created", len(chosen), kept=True)
    return with_cells(piece, {"closed_at": closed})


def in_skipped_hour(piece: pa.Table, no_crime: np.ndarray, hour: np.datetime64, planted: Planted) -> pa.Table:
    """Move a few incidents of the day on which the clocks go forward into the hour that never was."""
    created, call = cells(piece, "created_at"), cells(piece, "call_at")
    day, start = str(hour)[:10], str(hour)[11:13]
    of_day = [i for i in np.flatnonzero(no_crime) if (created[i] or "").startswith(day)][:3]
    for i in of_day:
        created[i] = call[i] = f"{day} {start}{created[i][13:]}"
    planted.note("incident", "in_hour_that_never_was", len(of_day), kept=True)
    return with_cells(piece, {"created_at": created, "call_at": call})
