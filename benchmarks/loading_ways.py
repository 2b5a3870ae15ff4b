"""What a return is loaded by beside the library: a bare copy, what an analyst would write, and a layout of its own."""

from __future__ import annotations

import hashlib
import hmac
import shutil
from pathlib import Path

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.contracts.base import Contract

TYPES = {"timestamp": "TIMESTAMP", "date": "DATE", "integer": "BIGINT", "number": "DOUBLE"}


def files(raw: Path) -> list[Path]:
    """The tables of a return."""
    return [path for path in sorted(raw.glob("*.csv")) if path.stem in CONTRACTS]


def heading(path: Path) -> list[str]:
    """Names of the columns of a file."""
    with path.open(encoding="utf-8") as stream:
        return stream.readline().strip().split(",")


def bare(raw: Path, target: Path) -> None:
    """Copy every file of a return to Parquet with DuckDB, types given, and nothing else."""
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        for path in files(raw):
            kinds = {c.name: TYPES.get(c.kind, "VARCHAR") for c in CONTRACTS[path.stem].columns}
            columns = ", ".join(f"'{n}': '{kinds.get(n, 'VARCHAR')}'" for n in heading(path))
            con.execute(
                f"COPY (SELECT * FROM read_csv('{path.as_posix()}', header=true, auto_detect=false, delim=',', "
                f"quote='\"', escape='\"', columns={{{columns}}}, ignore_errors=true)) "
                f"TO '{(target / path.stem).as_posix()}.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )


def analyst(raw: Path, target: Path) -> None:
    """Load a return as an analyst would: pandas, a pandera schema of each contract, persons hashed, to Parquet.

    No account of rows, no check of repeated keys beyond the schema's, none between tables, no hash of the files.
    """
    for path in files(raw):
        _frame(path, CONTRACTS[path.stem]).to_parquet(target / f"{path.stem}.parquet", compression="zstd", index=False)


def _frame(path: Path, contract: Contract):
    import pandas as pd
    from pandera.errors import SchemaErrors

    from tests.store.frames import frame_schema

    # Every file has cells that fit no type, so all is read as text first.
    kinds = {c.name: c.kind for c in contract.columns}
    frame = pd.read_csv(path, dtype="string").reindex(columns=list(kinds))
    for name, kind in kinds.items():
        cells = frame[name]
        if kind == "timestamp":
            times = pd.to_datetime(cells, format="%Y-%m-%d %H:%M:%S", errors="coerce").astype("datetime64[us]")
            frame[name] = times.dt.tz_localize("Europe/London", ambiguous="NaT", nonexistent="NaT")
        elif kind in ("date", "month"):
            frame[name] = pd.to_datetime(cells, format="ISO8601", errors="coerce").astype("datetime64[us]")
        elif kind in ("integer", "number"):
            numbers = pd.to_numeric(cells, errors="coerce")
            frame[name] = numbers.round().astype("Int64") if kind == "integer" else numbers.astype("float64")
        elif kind == "boolean":
            frame[name] = cells.map({"yes": True, "no": False}).astype("boolean")
        elif kind == "person":
            known = {v: hmac.new(b"key", v.encode(), hashlib.sha256).hexdigest() for v in cells.dropna().unique()}
            frame[name] = cells.map(known).astype("string")
    try:
        return frame_schema(contract).validate(frame, lazy=True)
    except SchemaErrors as faults:
        return frame.drop(index=faults.failure_cases["index"].dropna().unique())


def foreign(root: Path, force: str) -> Path:
    """A project that holds the same return in a layout of its own, with the mapping that reads it.

    Other headings, and a mapping that gives the format of each time and translates each code: to the same word, so
    that what is read must come out the same.
    """
    project = root / "foreign"
    for part in ("params", "notebooks"):
        shutil.copytree(root / part, project / part)
    raw = project / "data" / "raw" / force
    raw.mkdir(parents=True)
    (project / "data" / "processed").mkdir()
    inputs, tables = [], []
    for path in files(root / "data" / "raw" / force):
        columns = {c.name: c for c in CONTRACTS[path.stem].columns}
        names = heading(path)
        with path.open("rb") as source, (raw / f"{path.stem} export.csv").open("wb") as copy:
            source.readline()
            copy.write((",".join(_foreign(name) for name in names) + "\n").encode())
            shutil.copyfileobj(source, copy)
        inputs.append(f'  {path.stem}: {{pattern: "{path.stem} export.csv"}}')
        tables += [f"  {path.stem}:", f"    file: {path.stem}", "    columns:"]
        tables += [f"      {name}: {_source(columns[name])}" for name in names if name in columns]
    lines = ["title: Everything under other names", "timezone: Europe/London", "synthetic: true", "files:", *inputs]
    mapping = project / "params" / "sources" / "elsewhere.yml"
    mapping.write_text("\n".join([*lines, "tables:", *tables, ""]), encoding="utf-8")
    force_file = project / "params" / "forces" / f"{force}.yml"
    told = force_file.read_text(encoding="utf-8") if force_file.exists() else ""
    force_file.write_text(told + "\nsources: [elsewhere]\n", encoding="utf-8")
    return project


def _foreign(name: str) -> str:
    return name.replace("_", " ").title()


def _source(column) -> str:
    name = _foreign(column.name)
    if column.kind == "timestamp":
        return f'{{column: {name}, format: "%Y-%m-%d %H:%M:%S"}}'
    if column.kind == "code":
        return f"{{column: {name}, codes: {{{', '.join(f'{word}: {word}' for word in column.allowed)}}}}}"
    return name
