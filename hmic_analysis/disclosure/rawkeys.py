"""The references to persons in a force's raw return, and the hashes that stand for them in the loaded tables."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hmic_analysis.contracts import CONTRACTS
from hmic_analysis.params.load import load_params
from hmic_analysis.project import Project
from hmic_analysis.store.feeds import Feed, make_feeds, surrogate_stems
from hmic_analysis.store.inputs import Reader, discover
from hmic_analysis.store.mapping_load import LoadedMapping, load_mapping
from hmic_analysis.store.names import fold_name
from hmic_analysis.store.rawtable import RawTable
from hmic_analysis.store.sql import literal, make_macros

#: Headers of columns that name somebody or where somebody lives, whether a mapping reads them or not.
NAMING = re.compile(
    r"(?:^|[ _])(?:fore ?name|sur ?name|first ?name|last ?name|full ?name|known as|alias|"
    r"(?:victim|suspect|offender|officer|caller|person|handler|witness|supervisor|owner|staff|complainant)s? name|name|"
    r"address|street|house|postcode|post code|email|e mail|telephone|phone|mobile|date of birth|dob|national insurance|"
    r"collar|warrant|shoulder|pnc ?id|nhs)(?:$|[ _])",
)
#: Records that are about one person or one case of one: their own numbers lead to the person in the force's systems.
CASES = ("incident_id", "crime_id", "bail_id", "review_id", "audit_id", "callback_id", "survey_id", "transfer_id")


@dataclass(frozen=True)
class Reference:
    """A reference to a person, or to the record of a case.

    Attributes
    ----------
    value : str
        As the return, or the loaded table, writes it.
    kind : str
        ``crime.victim_key``.
    """

    value: str
    kind: str


def references_of(project: Project, force: str) -> Iterator[Reference]:
    """Every reference to a person in a force's return.

    Parameters
    ----------
    project : Project
    force : str
        Slug.

    Yields
    ------
    Reference
        What feeds a person's key, what a mapping lists as identifier, what stands under a header that names persons
        or addresses, the numbers of cases, and the hashes in the loaded tables.

    Raises
    ------
    DataError
        If there is no return.
    """
    spec = load_params(project).force(force)
    raw = project.root / spec.raw if spec.raw else project.raw / force
    sources = [load_mapping(project, name) for name in spec.sources]
    shown = project.relative(raw)
    with tempfile.TemporaryDirectory() as work, duckdb.connect(":memory:") as con:
        make_macros(con)
        reader = Reader(con, Path(work))
        for source in sources:
            read = reader.read(source, discover(raw, shown), shown)
            raws = [table for tables in read.tables.values() for table in tables if table.read]
            for feed in make_feeds(source, read, surrogate_stems(raws)).feeds:
                yield from _fed(con, feed)
            for table in raws:
                yield from _named(con, table, source)
    yield from _hashes(project, force)


def _fed(con: duckdb.DuckDBPyConnection, feed: Feed) -> Iterator[Reference]:
    """What the mapping makes a person's key or the number of a case of."""
    for column in CONTRACTS[feed.table].columns:
        source = feed.spec.columns.get(column.name)
        if source is None or not (column.kind == "person" or column.name in CASES):
            continue
        named = [p for name in source.raw_columns() for p in feed.raw.positions(name)]
        positions = list(dict.fromkeys([*named, *source.raw_positions()]))
        kind = f"{feed.table}.{column.name}"
        for position in positions:
            yield from _values(con, feed.raw, f"c{position}", kind)
        if len(positions) > 1:
            joined = " || ' ' || ".join(f"c{p}" for p in positions)
            yield from _values(con, feed.raw, joined, kind)


def _named(con: duckdb.DuckDBPyConnection, table: RawTable, source: LoadedMapping) -> Iterator[Reference]:
    """What stands under a header that names persons, or that the mapping lists as one."""
    listed = {fold_name(name) for name in source.mapping.identifiers}
    for position, name in enumerate(table.names, start=1):
        folded = fold_name(name)
        if folded in listed or NAMING.search(re.sub(r"[\W_]+", " ", folded)):
            yield from _values(con, table, f"c{position}", f"{table.file}: {name.strip()}")


def _values(con: duckdb.DuckDBPyConnection, table: RawTable, expression: str, kind: str) -> Iterator[Reference]:
    rows = con.execute(f"SELECT DISTINCT trim({expression}) v FROM {table.table} WHERE v <> ''").fetchall()
    yield from (Reference(value, kind) for (value,) in rows)


def _hashes(project: Project, force: str) -> Iterator[Reference]:
    """The keyed hashes of the loaded tables: they tell that two records are of one person."""
    persons = {(c.name, t.name) for t in CONTRACTS.values() for c in t.columns if c.kind == "person"}
    for path in sorted((project.processed / force).rglob("*.parquet")):
        with duckdb.connect(":memory:") as con:
            where = f"read_parquet({literal(path.as_posix())})"
            columns = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {where}").fetchall()]
            for name in [c for c in columns if (c, path.stem) in persons]:
                rows = con.execute(f'SELECT DISTINCT "{name}" FROM {where} WHERE "{name}" IS NOT NULL').fetchall()
                yield from (Reference(str(value), f"hash of {path.stem}.{name}") for (value,) in rows)
