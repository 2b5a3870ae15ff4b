"""What is wrong with a whole return: references written otherwise, months left out, rows of another force.

Nothing of it changes what is true of the force: no sentence may be false for it.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
import pandas as pd
import pyarrow as pa

from hmic_analysis.contracts import contract_for
from hmic_analysis.simulate.ground import TABLES, Subject
from hmic_analysis.simulate.write import cells, with_cells

#: What leads from one table to another, such as ``deployment.incident_id``.
REFERENCES = tuple(dict.fromkeys(f"{t}.{r.column}" for t in TABLES for r in contract_for(t).references))
#: Tables that a month can be left out of.
TIMED = tuple(t for t in TABLES if contract_for(t).time)
#: The column of a table with rows of another force that says whose they are, by slug.
OWNER = "held_for"
ANOTHER = "another-force"


def columns_of(subject: Subject, table: str) -> tuple[str, ...]:
    """The columns of a table's file."""
    names = contract_for(table).column_names
    return (*names, OWNER) if table in subject.facts.foreign_rows else tuple(names)


def damaged(subject: Subject, table: str, rows: pa.Table) -> pa.Table:
    """Rows as the return has them, damaged as its facts say."""
    facts = subject.facts
    rows = _without_months(subject, table, rows) if facts.months_missing.get(table) else rows
    for reference, share in facts.references_broken.items():
        of, _, column = reference.partition(".")
        if of == table:
            rows = with_cells(rows, {column: [_written(text, share) for text in cells(rows, column)]})
    return _with_foreign(subject, table, rows) if table in facts.foreign_rows else rows


def _written(text: str | None, share: float) -> str | None:
    """A reference in small letters, for a share of all references: the same ones wherever they stand."""
    return text.lower() if text and crc32(text.encode()) % 10_000 < share * 10_000 else text


def _without_months(subject: Subject, table: str, rows: pa.Table) -> pa.Table:
    """Without the last months of the period; what lies before and after it stays."""
    contract = contract_for(table)
    month_of = contract.column(contract.time).month_of
    month = pd.Series(cells(rows, contract.time)).str[:7]
    if month_of:
        month = month.fillna(pd.Series(cells(rows, month_of)).str[:7])
    last = pd.Period(subject.frame.period_end, "M")
    gone = {str(last - n) for n in range(subject.facts.months_missing[table])}
    return rows.filter(pa.array(~month.isin(gone)))


def _with_foreign(subject: Subject, table: str, rows: pa.Table) -> pa.Table:
    """With rows of another force, alike but for what they are called."""
    whose = pa.array([subject.force.slug] * rows.num_rows, pa.string())
    rows = rows.add_column(rows.num_columns - 1, OWNER, whose)
    rng = subject.rng(f"foreign.{table}", rows.num_rows)
    chosen = np.flatnonzero(rng.random(rows.num_rows) < subject.facts.foreign_rows[table])
    foreign = rows.take(pa.array(chosen))
    named = {key: [text and f"Z{text}" for text in cells(foreign, key)] for key in contract_for(table).key}
    return pa.concat_tables([rows, with_cells(foreign, {**named, OWNER: [ANOTHER] * len(chosen)})])
